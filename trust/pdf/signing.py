"""Putting signatures into PDF files by incremental update (ISO 32000-2, 12.8): what is there keeps its bytes.

pyHanko writes the update; the signature value itself is whatever the caller makes over the digest: a CMS, or an
electronic seal signature. The order is prepare → sign → fill, so that what is signed can be put on record first.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any, ClassVar, Final

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import FieldMDPAction, FieldMDPSpec, MDPPerm, SigFieldSpec, enumerate_sig_fields
from pyhanko.sign.signers.cms_embedder import PdfCMSEmbedder, SigIOSetup, SigMDPSetup, SigObjSetup
from pyhanko.sign.signers.pdf_byterange import SignatureObject
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.pdf_embedded import read_certification_data

from trust.certificates import Certificate
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.errors import Invalid
from trust.pdf.appearance import Appearance, Placement, make_annotations_indirect, place, put_appearance
from trust.pdf.intake import PDFEncrypted, PDFLocked, require_acceptable
from trust.pdf.reading import Reader, entry, form_fields, malformed_when_unreadable, members
from trust.revocation import RevocationList

__all__ = [
    "PADES",
    "SEAL",
    "PreparedPDF",
    "SignatureForm",
    "SignatureRequest",
    "SignatureTooLarge",
    "prepare_signature",
]


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


SEAL: Final = SignatureForm(filter="/GM.PKILite", subfilter="/GM.sm2seal", digest=Digest.SM3)
"""An electronic seal signature (GB/T 38540) in /Contents.

No standard text for seals in PDF was found: these names are what vendors' files show (docs/divergences.md).
"""

PADES: Final = SignatureForm(filter="/Adobe.PPKLite", subfilter="/ETSI.CAdES.detached", digest=Digest.SHA256)
"""A CAdES signature (ETSI EN 319 142-1), which PDF readers of the world validate."""


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

    appearance: Appearance | None = None
    placement: Placement | None = None
    certificates: tuple[Certificate, ...] = ()
    """Certificates for the document security store, so that a verifier needs nothing but anchors."""

    revocation_lists: tuple[RevocationList, ...] = ()


@dataclass
class PreparedPDF:
    """A document with a gap where the signature value goes. Nothing outside the gap can change any more."""

    buffer: BytesIO
    gap_start: int
    gap_end: int
    field: str
    certified: bool

    def digest(self, algorithm: Digest) -> bytes:
        """Return the hash of everything but the gap."""
        whole = self.buffer.getbuffer()
        return hash_of(algorithm, whole[: self.gap_start], whole[self.gap_end :])

    def fill(self, value: bytes) -> bytes:
        """Return the document with the signature value `value`."""
        digits = value.hex().encode()
        room = self.gap_end - self.gap_start - 2  # the gap includes the angle brackets
        if len(digits) > room:
            raise SignatureTooLarge(allowed=room // 2)
        self.buffer.seek(self.gap_start + 1)
        self.buffer.write(digits)
        return self.buffer.getvalue()


def prepare_signature(pdf: bytes, request: SignatureRequest) -> PreparedPDF:
    """Add a signature field to `pdf` and leave a gap for its value.

    The form fields that are there are locked: what a reader shows under a seal stays as it was sealed.

    Raise `PDFMalformed`, `PDFLimitExceeded`, `PDFEncrypted`, `PDFLocked`, `PageOutOfRange` or `PlacementOutsidePage`.
    """
    require_acceptable(pdf)
    with malformed_when_unreadable():
        writer = IncrementalPdfFileWriter.from_reader(Reader(pdf))
        if writer.prev.encrypted:
            raise PDFEncrypted
        fields = dict(form_fields(writer.prev.root))
        signatures = {name for name, _, _ in enumerate_sig_fields(writer.prev)}
        certification = read_certification_data(writer.prev)
        forbids = certification is not None and certification.permission is MDPPerm.NO_CHANGES
        if forbids or any(forbids_changes(fields[name]) for name in signatures):
            raise PDFLocked
        certify = request.certify and not signatures and certification is None
        if not signatures:
            make_annotations_indirect(writer)
        add_security_store(writer, request)
        lock = lock_on(fields, signatures)
        return embed(writer, request, name=unused(request.field, fields), certify=certify, lock=lock)


def forbids_changes(field: Any) -> bool:  # noqa: ANN401 - a dictionary of pyHanko
    """Tell whether the signature in a field forbids every later change (ISO 32000-2, 12.7.5.5 and 12.8.2.2)."""
    value = entry(field, "/V", {})
    rules = [
        entry(one, "/TransformParams", {})
        for one in members(entry(value, "/Reference", ()))
        if entry(one, "/TransformMethod", "") == "/DocMDP"
    ]
    if value and "/Lock" in field:
        rules.append(field["/Lock"])
    return any(entry(rule, "/P", None) == MDPPerm.NO_CHANGES.value for rule in rules)


def lock_on(fields: Iterable[str], signatures: set[str]) -> FieldMDPSpec | None:
    """Return a lock on all fields but those that are for signatures, or that such ones belong to; None without any."""
    spared = {name[:end] for name in signatures for end in (*dots(name), len(name))}
    locked = [name for name in fields if name not in spared]
    return FieldMDPSpec(FieldMDPAction.INCLUDE, locked) if locked else None


def dots(name: str) -> Iterable[int]:
    """Return where the parts of a full name end."""
    return [place for place, character in enumerate(name) if character == "."]


def unused(wanted: str, taken: Iterable[str]) -> str:
    """Return `wanted`, with a number after it when it is taken."""
    names = set(taken)
    number, name = 1, wanted
    while name in names:
        number += 1
        name = f"{wanted}{number}"
    return name


def add_security_store(writer: IncrementalPdfFileWriter, request: SignatureRequest) -> None:
    """Put certificates and revocation lists into the DSS (ETSI EN 319 142-1, 5.4.2), under the signature to come."""
    if not request.certificates and not request.revocation_lists:
        return
    DocumentSecurityStore.supply_dss_in_writer(
        writer,
        None,
        certs=[asn1_x509.Certificate.load(one.der) for one in request.certificates],
        crls=[asn1_crl.CertificateList.load(one.der) for one in request.revocation_lists],
    )


def embed(
    writer: IncrementalPdfFileWriter,
    request: SignatureRequest,
    *,
    name: str,
    certify: bool,
    lock: FieldMDPSpec | None,
) -> PreparedPDF:
    """Write the field, its appearance and the signature dictionary with its gap."""
    box, page_index, matrix = None, 0, None
    if request.placement is not None and request.appearance is not None:
        page_index = request.placement.page - 1
        box, matrix = place(writer, request.placement, request.appearance)
    specification = SigFieldSpec(
        name, on_page=page_index, box=box, readable_field_name=request.label or None, field_mdp_spec=lock
    )
    steps = PdfCMSEmbedder(specification).write_cms(name, writer)
    reference = next(steps)
    if box is not None and request.appearance is not None:
        put_appearance(writer, reference.get_object(), request.appearance, matrix)
    dictionary = SignatureObject(
        timestamp=request.at,
        reason=request.reason or None,
        location=request.location or None,
        bytes_reserved=2 * request.reserve,
    )
    dictionary[pdf_name("/Filter")] = pdf_name(request.form.filter)
    dictionary[pdf_name("/SubFilter")] = pdf_name(request.form.subfilter)
    algorithm = request.form.digest.value
    permissions = MDPPerm.FILL_FORMS if certify else None
    rules = SigMDPSetup(md_algorithm=algorithm, certify=certify, docmdp_perms=permissions, field_lock=lock)
    steps.send(SigObjSetup(sig_placeholder=dictionary, mdp_setup=rules))
    prepared, output = steps.send(SigIOSetup(md_algorithm=algorithm))
    return PreparedPDF(
        buffer=output,
        gap_start=prepared.reserved_region_start,
        gap_end=prepared.reserved_region_end,
        field=name,
        certified=certify,
    )
