"""The archive that an XLSX file is, and reading the XML in it: bounded, without entities, and from nowhere else."""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final, Protocol
from xml.parsers import expat

from licence.bulk.errors import TableInvalid

__all__ = ["Archive", "ElementReader", "local"]

MEMBERS: Final = 2_000
"""Files of an archive; a sheet with its texts has a dozen."""

UNPACKED: Final = 400 << 20
"""Octets of XML in all, several times what a hundred thousand rows take."""

STEP: Final = 1 << 18
"""Octets that are unpacked at a time."""


DAMAGED: Final = (
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What is raised for a file that is not there, damaged, under a password, or packed as no spreadsheet is."""


class ElementReader(Protocol):
    """Sees the elements of an XML file in their order, and may raise `TableInvalid`."""

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """See an element begin."""
        ...

    def end(self, name: str) -> None:
        """See an element end."""
        ...

    def text(self, content: str) -> None:
        """See text within an element."""
        ...


def local(name: str) -> str:
    """Return a name without the prefix that some programs write."""
    return name.rpartition(":")[2]


def no_document_type(*_: object) -> None:
    """Refuse a document type: entities are declared there, which grow or fetch."""
    raise TableInvalid(fault="xml", line=0)


class Archive:
    """The files in a table."""

    def __init__(self, content: bytes, *, unpacked: int = UNPACKED) -> None:
        try:
            self.archive = zipfile.ZipFile(io.BytesIO(content))
        except DAMAGED:
            raise TableInvalid(fault="archive", line=0) from None
        found = self.archive.namelist()
        self.names = set(found)
        if len(found) > MEMBERS or len(self.names) != len(found):
            raise TableInvalid(fault="archive", line=0)
        self.left = unpacked

    def octets(self, name: str) -> Iterator[bytes]:
        """Yield the content of a file in pieces. Raise `TableInvalid`."""
        try:
            with self.archive.open(name) as file:
                while piece := file.read(STEP):
                    self.left -= len(piece)
                    if self.left < 0:
                        raise TableInvalid(fault="unpacked", line=0)
                    yield piece
        except DAMAGED:
            raise TableInvalid(fault="archive", line=0) from None

    def parse(self, name: str, reader: ElementReader) -> Iterator[None]:
        """Let `reader` see every element of a file; yield after each piece of it. Raise `TableInvalid`."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = reader.begin
        parser.EndElementHandler = reader.end
        parser.CharacterDataHandler = reader.text
        parser.StartDoctypeDeclHandler = no_document_type
        try:
            for piece in self.octets(name):
                parser.Parse(piece, False)  # noqa: FBT003 - expat's signature
                yield
            parser.Parse(b"", True)  # noqa: FBT003 - likewise
        except expat.ExpatError:
            raise TableInvalid(fault="xml", line=0) from None
        yield
