"""What is checked of a PDF before any parser sees it, and the errors that say why one is refused.

Each limit stands against an attack that was measured: thousands of empty revisions or fields cost a parser quadratic
time, a long number likewise, a long hexadecimal string a second and 86 MB per megabyte.
"""

import re
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
    "require_acceptable",
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

    work: int = 6_000_000
    """Reads of an octet, and what else takes time counted in them: seconds, and some hundred megabytes."""


LIMITS: Final = PDFLimits()
HEADER: Final = b"%PDF-"


def require_acceptable(pdf: bytes, limits: PDFLimits = LIMITS) -> None:
    """Raise `PDFMalformed` or `PDFLimitExceeded` for a file that no parser should be given."""
    if not pdf.startswith(HEADER):
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
