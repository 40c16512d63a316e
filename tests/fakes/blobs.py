"""A blob store in memory, as strict as the port asks; and one on the disk whose keys nobody has to keep."""

from collections.abc import Sequence
from pathlib import Path

from keys.wrapping import EnvelopeProtection
from trust.blobs import BlobId, BlobMissing, LocalBlobs
from trust.crypto.sm3 import sm3

__all__ = ["MemoryBlobs", "local_blobs"]


def local_blobs(folder: Path, key: bytes = bytes(16)) -> LocalBlobs:
    """Return a store in a folder that is enciphered under a key."""
    return LocalBlobs(folder, EnvelopeProtection(key, bytes(32)))


class MemoryBlobs:
    """Keeps files in a dictionary."""

    def __init__(self) -> None:
        self.kept: dict[BlobId, bytes] = {}

    def put(self, content: bytes) -> BlobId:
        name = BlobId(sm3(content).hex())
        self.kept.setdefault(name, content)
        return name

    def put_all(self, contents: Sequence[bytes]) -> tuple[BlobId, ...]:
        return tuple(self.put(content) for content in contents)

    def get(self, name: BlobId) -> bytes:
        content = self.kept.get(name)
        if content is None or sm3(content).hex() != name:
            raise BlobMissing
        return content

    def remove(self, name: BlobId) -> None:
        self.kept.pop(name, None)
