"""The pages of a document as they are displayed: how large, how turned, and where their corners lie."""

from trust.pdf.appearance import PageGeometry, geometry
from trust.pdf.file import PDFFile, dictionary_of, page_references
from trust.pdf.intake import require_acceptable

__all__ = ["read_pages"]


def read_pages(pdf: bytes) -> tuple[PageGeometry, ...]:
    """Return the geometry of every page, in their order.

    Raise `PDFMalformed`, `PDFLimitExceeded`, or `PDFEncrypted`.
    """
    require_acceptable(pdf)
    file = PDFFile(pdf)
    return tuple(geometry(file, dictionary_of(file.load(page))) for page in page_references(file))
