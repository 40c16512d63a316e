"""What stamping does with a foreign PDF before any key is used: look whether it may be sealed, and prepare it.

All of it is done in a worker: plain values go in, and the prepared file comes back. Nothing that comes back is trusted
for more than it is: the finished file is read again and compared with what came, before anybody gets it
(seal/stamping/own_work.py).
"""

from dataclasses import replace

from seal.stamping.places import Place
from seal.stamping.placing import resolve
from trust.pdf.active_content import is_plainly_still, require_still
from trust.pdf.appearance import Appearance
from trust.pdf.file import PDFFile
from trust.pdf.intake import require_acceptable, require_one_format
from trust.pdf.signing import OwnPreparedPDF, PreparedPDF, SignatureRequest, prepare_signature

__all__ = ["prepare_document", "prepare_own_document"]


def prepare_document(
    pdf: bytes, places: tuple[Place, ...], whole: Appearance, request: SignatureRequest
) -> PreparedPDF:
    """Return `pdf` with the seal that `whole` shows at `places`, and a gap for the signature of `request`.

    Raise `PDFPolyglot` or `PDFDynamicContent` for what must not be sealed, and what `resolve` and `prepare_signature`
    raise.
    """
    require_one_format(pdf)
    require_acceptable(pdf)
    file = PDFFile(pdf)
    require_still(file)
    return prepare_signature(file, replace(request, marks=resolve(pdf, places, whole)))


def prepare_own_document(
    pdf: bytes, places: tuple[Place, ...], whole: Appearance, request: SignatureRequest
) -> PreparedPDF:
    """Return a file that this house has just made as `prepare_document` does: by the same rules, looked at faster."""
    file = PDFFile(pdf)
    if not is_plainly_still(pdf):
        require_still(file)
    prepared = prepare_signature(file, replace(request, marks=resolve(pdf, places, whole)))
    return OwnPreparedPDF.of(prepared, file)
