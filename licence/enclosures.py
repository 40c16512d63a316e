"""Files that lie in a licence (ISO 32000-2, 7.11.4), taken out as they were put in (licence/template/assembly.py)."""

from typing import Final

from trust.pdf.file import PDFFile, array_of, dictionary_of, entry_of
from trust.pdf.filters import decoded
from trust.pdf.objects import Stream, text_string

__all__ = ["enclosed"]

MOST: Final = 1 << 20
"""Octets of one file."""


def enclosed(pdf: bytes, name: str) -> bytes | None:
    """Return the file of a name that lies in a PDF of ours, or None. Raise `PDFMalformed` for what is no such PDF."""
    file = PDFFile(pdf)
    root = dictionary_of(entry_of(file, file.trailer, "Root"))
    names = dictionary_of(entry_of(file, root, "Names") or {})
    listed = dictionary_of(entry_of(file, names, "EmbeddedFiles") or {})
    told = array_of(entry_of(file, listed, "Names") or ())
    wanted = text_string(name)
    for place in range(0, len(told) - 1, 2):
        if told[place] == wanted:
            specification = dictionary_of(entry_of(file, {"F": told[place + 1]}, "F"))
            content = entry_of(file, dictionary_of(entry_of(file, specification, "EF")), "F")
            return decoded(content, most=MOST) if isinstance(content, Stream) else None
    return None
