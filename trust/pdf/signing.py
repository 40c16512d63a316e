"""Putting signatures into PDF files by incremental update (ISO 32000-2, 12.8): what is there keeps its bytes.

The signature value itself is whatever the caller makes over the digest: a CMS, or an electronic seal signature. The
order is prepare → sign → fill, so that what is signed can be put on record first.
"""

import dataclasses
from binascii import hexlify
from dataclasses import dataclass
from datetime import UTC
from functools import cache
from typing import Final, Self

from typing_extensions import override

from trust.certificates import Certificate
from trust.crypto.algorithms import Digest
from trust.crypto.beginnings import hash_to_sign
from trust.ocsp import OCSPResponse
from trust.pdf.annotations import make_annotations_indirect, require_own_objects
from trust.pdf.appearance import Appearance, Mark
from trust.pdf.archival import ink_for
from trust.pdf.drawing import Ink, Matrix, PlacedMark, draw_on_pages, form_of, place
from trust.pdf.fields import Field, form_fields, is_locked, lock_on, unused
from trust.pdf.file import PDFFile, array_of, dictionary_of, entry_of, page_references
from trust.pdf.intake import PDFLocked, require_acceptable
from trust.pdf.objects import Dictionary, Name, Raw, Reference, Value, text_string
from trust.pdf.requests import (
    DOCUMENT_TIME_STAMP,
    PADES,
    SEAL,
    PDFSignedBefore,
    SignatureForm,
    SignatureRequest,
    SignatureTooLarge,
)
from trust.pdf.security_store import supply_security_store
from trust.pdf.update import Gap, Update
from trust.revocation import RevocationList

__all__ = [
    "DOCUMENT_TIME_STAMP",
    "PADES",
    "SEAL",
    "OwnPreparedPDF",
    "PDFSignedBefore",
    "PreparedPDF",
    "SignatureForm",
    "SignatureRequest",
    "SignatureTooLarge",
    "append_security_store",
    "prepare_signature",
]

PRINT_AND_LOCKED: Final = 132
"""Flags of the widget (12.5.3): it is printed, and no reader moves it."""

SIGNED_AND_APPEND_ONLY: Final = 3
"""SigFlags (12.7.3)."""

FURTHER_SIGNATURES: Final = 2
"""P of the rule of a certifying signature: filling in forms and signing (12.8.2.2)."""


@dataclass
class PreparedPDF:
    """A document with a gap where the signature value goes. Nothing outside the gap can change any more."""

    octets: bytearray = dataclasses.field(repr=False)
    gap: Gap
    field: str
    certified: bool
    marks: tuple[Mark, ...] = dataclasses.field(default=(), repr=False)
    """Where it is seen."""

    def __post_init__(self) -> None:
        # A worker may have made this, and one that was taken over would ask for a gap as large as all memory.
        if not 0 <= self.gap.start <= self.gap.end <= len(self.octets):
            raise ValueError("a gap lies in its file")

    @property
    def gap_start(self) -> int:
        """Where the gap begins, at the angle bracket."""
        return self.gap.start

    @property
    def gap_end(self) -> int:
        """Where the gap ends, behind the angle bracket."""
        return self.gap.end

    def digest(self, algorithm: Digest) -> bytes:
        """Return the hash of everything but the gap."""
        ranges = (0, self.gap.start), (self.gap.end, len(self.octets) - self.gap.end)
        return hash_to_sign(algorithm, self.octets, ranges)

    def fill(self, value: bytes) -> bytes:
        """Return the document with the signature value `value`."""
        digits = hexlify(value)
        room = self.gap.end - self.gap.start - 2  # the gap includes the angle brackets
        if len(digits) > room:
            raise SignatureTooLarge(allowed=room // 2)
        whole = memoryview(self.octets)
        return b"".join((whole[: self.gap.start + 1], digits.ljust(room, b"0"), whole[self.gap.end - 1 :]))

    def read(self, filled: bytes) -> PDFFile:
        """Read what `fill` returned. Raise as `opened` does."""
        return opened(filled)


@dataclass(kw_only=True)
class OwnPreparedPDF(PreparedPDF):
    """A prepared document of this house, which this process has read by itself: what signs next reads it no more."""

    file: PDFFile = dataclasses.field(repr=False)
    """The document as it was."""

    @classmethod
    def of(cls, prepared: PreparedPDF, file: PDFFile) -> Self:
        """Put a prepared document beside the file that it was made of."""
        return cls(**vars(prepared), file=file)

    @override
    def read(self, filled: bytes) -> PDFFile:
        return PDFFile(filled, before=self.file)


def prepare_signature(pdf: bytes | PDFFile, request: SignatureRequest) -> PreparedPDF:
    """Add a signature field to `pdf` and leave a gap for its value; a file that somebody has read is not read again.

    The form fields that are there are locked: what a reader shows under a seal stays as it was sealed.

    Raise `PDFMalformed`, `PDFLimitExceeded`, `PDFEncrypted`, `PDFLocked`, `PDFSignedBefore`, `PageOutOfRange` or
    `PlacementOutsidePage`.
    """
    update = Update(opened(pdf) if isinstance(pdf, bytes) else pdf)
    fields = list(form_fields(update))
    if is_locked(update, fields):
        raise PDFLocked
    is_signed = any(one.is_signed for one in fields)
    if is_signed and len(request.marks) > 1:
        raise PDFSignedBefore
    pages = page_references(update)
    require_own_objects(update, pages)
    if not is_signed:
        make_annotations_indirect(update, pages)
    supply_security_store(
        update,
        certificates=request.certificates,
        revocation_lists=request.revocation_lists,
        ocsp_responses=request.ocsp_responses,
    )
    placed = [place(update, pages, mark) for mark in request.marks]
    return add_signature(update, request, fields, placed=placed, page=placed[0].page if placed else pages[0])


def opened(pdf: bytes) -> PDFFile:
    """Return the file, read strictly and within the limits of what is accepted."""
    require_acceptable(pdf)
    return PDFFile(pdf)


def append_security_store(
    pdf: bytes,
    *,
    certificates: tuple[Certificate, ...] = (),
    revocation_lists: tuple[RevocationList, ...] = (),
    ocsp_responses: tuple[OCSPResponse, ...] = (),
) -> bytes:
    """Return `pdf` with a revision that adds to its store what is not there yet; `pdf` itself where nothing is new.

    Raise `PDFMalformed`, `PDFLimitExceeded` or `PDFEncrypted`. Validation data may follow any signature, one that
    forbids changes too (ISO 32000-2, 12.8.2.2).
    """
    update = Update(opened(pdf))
    supply_security_store(
        update, certificates=certificates, revocation_lists=revocation_lists, ocsp_responses=ocsp_responses
    )
    return update.finished() if update.changed else pdf


def add_signature(
    update: Update, request: SignatureRequest, fields: list[Field], *, placed: list[PlacedMark], page: Reference
) -> PreparedPDF:
    """Write the field, what is seen of it, and the signature dictionary with its gap."""
    name = unused(request.field, (one.name for one in fields))
    locked = lock_on(fields)
    catalog = dictionary_of(update.load(update.root))
    permissions = dictionary_of(entry_of(update, catalog, "Perms") or {})
    certify = request.certify and not any(one.is_signature for one in fields) and "DocMDP" not in permissions
    ink = ink_for(update) if placed else Ink.MULTIPLIED

    @cache
    def form(appearance: Appearance, turn: Matrix) -> Reference:
        return form_of(update, appearance, turn, ink)

    draw_on_pages(update, placed[1:], form)
    widget, signature = update.reserve(), update.reserve()
    entries: dict[str, Value] = {
        "Type": Name("Annot"),
        "Subtype": Name("Widget"),
        "FT": Name("Sig"),
        "T": text_string(name),
        **({"TU": text_string(request.label)} if request.label else {}),
        "F": PRINT_AND_LOCKED,
        "Rect": placed[0].box if placed else (0, 0, 0, 0),
        "P": page,
        "V": signature,
        **({"AP": {"N": form(placed[0].mark.appearance, placed[0].turn)}} if placed else {}),
        **({"Lock": update.add({"Type": Name("SigFieldLock"), **including(locked)})} if locked else {}),
    }
    update.replace(widget, entries)
    rules = (*([certification()] if certify else []), *([field_lock(update.root, locked)] if locked else []))
    update.replace(signature, signature_dictionary(request, rules))
    list_widget(update, widget, page)
    if certify:
        update.change(update.root, ("Perms", "DocMDP"), lambda _: signature)
    octets, gap = update.finished_with_gap(signature, request.reserve)
    return PreparedPDF(octets=octets, gap=gap, field=name, certified=certify, marks=request.marks)


def list_widget(update: Update, widget: Reference, page: Reference) -> None:
    """Name a new field in the form and on its page."""

    def extended(old: Value) -> Value:
        return (*array_of(() if old is None else old), widget)

    if "AcroForm" not in dictionary_of(update.load(update.root)):
        update.change(update.root, ("AcroForm",), lambda _: update.add({}))
    update.change(update.root, ("AcroForm", "Fields"), extended)
    update.change(update.root, ("AcroForm", "SigFlags"), lambda _: SIGNED_AND_APPEND_ONLY)
    update.change(page, ("Annots",), extended)


def signature_dictionary(request: SignatureRequest, rules: tuple[Value, ...]) -> Dictionary:
    """Return the signature dictionary but for the value and the ByteRange (12.8.1)."""
    form = request.form
    entries: dict[str, Value] = {
        "Type": Name(form.type.removeprefix("/")),
        "Filter": Name(form.filter.removeprefix("/")),
        "SubFilter": Name(form.subfilter.removeprefix("/")),
    }
    if form is not DOCUMENT_TIME_STAMP:  # 12.8.5: its time is in the token alone
        entries["M"] = Raw(b"(D:%b)" % request.at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode())
    if request.reason:
        entries["Reason"] = text_string(request.reason)
    if request.location:
        entries["Location"] = text_string(request.location)
    return {**entries, "Reference": rules} if rules else entries


def certification() -> Dictionary:
    """Return the rule of a signature that certifies (12.8.2.2)."""
    parameters: Dictionary = {"Type": Name("TransformParams"), "V": Name("1.2"), "P": FURTHER_SIGNATURES}
    return {"Type": Name("SigRef"), "TransformMethod": Name("DocMDP"), "TransformParams": parameters}


def field_lock(root: Reference, names: tuple[str, ...]) -> Dictionary:
    """Return the rule of a signature that locks fields (12.8.2.4)."""
    parameters: Dictionary = {"Type": Name("TransformParams"), "V": Name("1.2"), **including(names)}
    return {
        "Type": Name("SigRef"),
        "TransformMethod": Name("FieldMDP"),
        "Data": root,
        "TransformParams": parameters,
    }


def including(names: tuple[str, ...]) -> Dictionary:
    """Return what a lock and its rule say alike: which fields they are about."""
    return {"Action": Name("Include"), "Fields": tuple(text_string(one) for one in names)}
