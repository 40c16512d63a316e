"""What is asked of whoever puts a signature into a PDF: its form, its field, where it is seen, what it brings along."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from trust.certificates import Certificate
from trust.crypto.algorithms import Digest
from trust.errors import Conflict, Invalid
from trust.ocsp import OCSPResponse
from trust.pdf.appearance import Mark
from trust.revocation import RevocationList

__all__ = [
    "DOCUMENT_TIME_STAMP",
    "PADES",
    "SEAL",
    "PDFSignedBefore",
    "SignatureForm",
    "SignatureRequest",
    "SignatureTooLarge",
]


class PDFSignedBefore(Conflict):
    """The file bears signatures, under which no page may be drawn upon: each place needs a signature of its own."""

    code = "pdf.signed_before"


class SignatureTooLarge(Invalid):
    """The signature value does not fit into the place kept for it."""

    code = "pdf.signature_too_large"
    detail_names: ClassVar[tuple[str, ...]] = ("allowed",)


@dataclass(frozen=True, kw_only=True)
class SignatureForm:
    """How a signature dictionary names what it holds."""

    filter: str
    subfilter: str
    digest: Digest
    type: str = "/Sig"


SEAL: Final = SignatureForm(filter="/GM.PKILite", subfilter="/GM.sm2seal", digest=Digest.SM3)
"""An electronic seal signature (GB/T 38540) in /Contents.

No standard text for seals in PDF was found: these names are what vendors' files show (docs/divergences.md).
"""

PADES: Final = SignatureForm(filter="/Adobe.PPKLite", subfilter="/ETSI.CAdES.detached", digest=Digest.SHA256)
"""A CAdES signature (ETSI EN 319 142-1), which PDF readers of the world validate."""


DOCUMENT_TIME_STAMP: Final = SignatureForm(
    filter="/Adobe.PPKLite", subfilter="/ETSI.RFC3161", digest=Digest.SHA256, type="/DocTimeStamp"
)
"""A time-stamp over the whole document (ETSI EN 319 142-1, 5.4.3; ISO 32000-2, 12.8.5)."""


@dataclass(frozen=True, kw_only=True)
class SignatureRequest:
    """A signature field that is to be added and signed."""

    form: SignatureForm
    field: str
    """Name of the field; made unique by a number when the document has such a field already."""

    at: datetime
    reserve: int
    """Octets kept free for the signature value."""

    label: str = ""
    """The field's name for people (TU)."""

    reason: str = ""
    location: str = ""
    certify: bool = False
    """Whether to certify the document, allowing further signatures only. Never with others before."""

    marks: tuple[Mark, ...] = ()
    """Where it is seen: the first mark is the field's own, the others are drawn into their pages with it."""

    certificates: tuple[Certificate, ...] = ()
    """Certificates for the document security store, so that a verifier needs nothing but anchors."""

    revocation_lists: tuple[RevocationList, ...] = ()
    ocsp_responses: tuple[OCSPResponse, ...] = ()
