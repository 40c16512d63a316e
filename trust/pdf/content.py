"""What a signature in a PDF covers: the file without the gap that holds the signature's value."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from trust.crypto.algorithms import Digest
from trust.crypto.beginnings import hash_of_file

__all__ = ["ByteRangeContent"]


@dataclass(frozen=True)
class ByteRangeContent:
    """The file without the gap of a signature."""

    pdf: bytes = field(repr=False)
    ranges: tuple[tuple[int, int], ...]

    def parts(self) -> Iterator[memoryview]:
        """Yield the parts that are covered."""
        whole = memoryview(self.pdf)
        for start, length in self.ranges:
            yield whole[start : start + length]

    def digest(self, algorithm: Digest) -> bytes:
        """Return the hash of the parts."""
        return hash_of_file(algorithm, self.pdf, self.ranges)

    def octets(self) -> bytes:
        """Return the parts themselves."""
        return b"".join(self.parts())
