"""What is checked of a PDF before any parser sees it, and the errors that say why one is refused.

Each limit stands against an attack that was measured: thousands of empty revisions or fields cost a parser quadratic
time, a long number likewise, a long hexadecimal string a second and 86 MB per megabyte.
"""

import re
import struct
from dataclasses import dataclass
from typing import ClassVar, Final

from trust.errors import Conflict, Invalid

__all__ = [
    "LIMITS",
    "PDFEncrypted",
    "PDFLimitExceeded",
    "PDFLimits",
    "PDFLocked",
    "PDFMalformed",
    "PDFPasswordWrong",
    "PDFPolyglot",
    "hides_pdf",
    "require_acceptable",
    "require_one_format",
]


class PDFMalformed(Invalid):
    """The file is not a PDF, or it is broken. Open it in the program that made it, and save or export it again."""

    code = "pdf.malformed"


class PDFLimitExceeded(Invalid):
    """The file is larger or more intricate than any document that this service accepts."""

    code = "pdf.limit_exceeded"
    detail_names: ClassVar[tuple[str, ...]] = ("limit", "allowed")


class PDFEncrypted(Invalid):
    """The file is protected by a password; a seal over what nobody can read proves nothing. Remove the protection."""

    code = "pdf.encrypted"


class PDFPasswordWrong(Invalid):
    """The password does not open the file."""

    code = "pdf.password_wrong"


class PDFPolyglot(Invalid):
    """The file is something else as well as a PDF, or something lies around the PDF: programs differ on what it is.

    `other` says what: zip, tar, iso9660, dicom, or before or after, where it is octets that belong to no PDF.
    """

    code = "pdf.polyglot"
    detail_names: ClassVar[tuple[str, ...]] = ("other",)


class PDFLocked(Conflict):
    """An earlier signature of the file forbids every later change, so that no seal can be added."""

    code = "pdf.locked"


@dataclass(frozen=True, kw_only=True)
class PDFLimits:
    """How large and how intricate a file may be."""

    size: int = 32 << 20
    """Octets."""

    revisions: int = 64
    """Incremental updates, counted by `startxref`."""

    hexadecimal_string: int = 400_000
    """Digits of one hexadecimal string, or of one number: ten times a usual seal signature."""

    fields: int = 2_000
    """Form fields and their parts, on all levels."""

    field_name: int = 4_000
    """Characters of the full name of a field."""

    pages: int = 10_000
    """Pages and the nodes of the tree that they hang on."""

    annotations: int = 100_000
    """Entries of all lists of annotations."""

    object_number: int = 8_388_607
    """The highest number of an object (ISO 32000-1, annex C): what comes after it, some readers do not see."""

    work: int = 6_000_000
    """Reads of an octet, and what else takes time counted in them: seconds, and some hundred megabytes."""


LIMITS: Final = PDFLimits()
HEADER: Final = b"%PDF-"
VERSION: Final = re.compile(rb"%PDF-[0-9]\.[0-9]")
"""The header with its version (ISO 32000-2, 7.5.2)."""

HEADER_SOUGHT: Final = 1024
"""Octets in which some readers look for the header of a PDF that does not begin with it."""

END: Final = b"%%EOF"
WHITE: Final = b"\0\t\n\f\r "
"""White space (ISO 32000-2, 7.2.3)."""

ELSEWHERE: Final = {"tar": (257, b"ustar"), "iso9660": (0x8001, b"CD001"), "dicom": (128, b"DICM")}
"""Formats whose mark does not stand at the beginning: a PDF can be one of them too."""

ZIP_END: Final = struct.Struct("<4s4H2IH")
"""The record at the end of a ZIP file (APPNOTE.TXT, 4.3.16)."""

ZIP_END_MARK, ZIP_ENTRY_MARK = b"PK\5\6", b"PK\1\2"
ZIP_COMMENT: Final = 0xFFFF
"""The longest comment behind that record: programs look for it so far from the end of a file."""


def require_acceptable(pdf: bytes, limits: PDFLimits = LIMITS) -> None:
    """Raise `PDFMalformed` or `PDFLimitExceeded` for a file that no parser should be given."""
    if not VERSION.match(pdf):
        raise PDFMalformed
    if len(pdf) > limits.size:
        raise PDFLimitExceeded(limit="size", allowed=limits.size)
    if pdf.count(b"startxref") > limits.revisions:
        raise PDFLimitExceeded(limit="revisions", allowed=limits.revisions)
    long_string = rb"<[0-9A-Fa-f\s\0]{%d}" % (limits.hexadecimal_string + 1)
    if re.search(long_string, pdf):
        raise PDFLimitExceeded(limit="hexadecimal_string", allowed=limits.hexadecimal_string)
    if re.search(rb"[0-9.+-]{%d}" % (limits.hexadecimal_string + 1), pdf):
        raise PDFLimitExceeded(limit="number", allowed=limits.hexadecimal_string)


def require_one_format(pdf: bytes) -> None:
    """Raise `PDFPolyglot` where a program could take the file for something else than this PDF.

    Such a file is refused before it is sealed: one person would see the sealed document in it, another one a program.
    """
    if hides_pdf(pdf):
        raise PDFPolyglot(other="before")
    for other, (place, mark) in ELSEWHERE.items():
        if pdf.startswith(mark, place):
            raise PDFPolyglot(other=other)
    if is_zip(pdf):
        raise PDFPolyglot(other="zip")
    end = pdf.rfind(END)
    if end >= 0 and pdf[end + len(END) :].strip(WHITE):
        raise PDFPolyglot(other="after")


def hides_pdf(content: bytes) -> bool:
    """Tell whether some readers find a PDF in a file that does not begin as one."""
    return not content.startswith(HEADER) and HEADER in content[: HEADER_SOUGHT + len(HEADER)]


def is_zip(content: bytes) -> bool:
    """Tell whether programs find a ZIP archive in a file: its last record, and the list of entries in front of it."""
    start = len(content)
    while (start := content.rfind(ZIP_END_MARK, max(0, len(content) - ZIP_END.size - ZIP_COMMENT), start)) >= 0:
        if start + ZIP_END.size <= len(content):
            _, _, _, _, entries, size, _, _ = ZIP_END.unpack_from(content, start)
            if entries and size <= start and content.startswith(ZIP_ENTRY_MARK, start - size):
                return True
    return False
