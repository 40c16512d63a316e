"""Stamping a document 签章: the seal's signature in the PDF, and beside it one that PDF readers of the world validate.

First the electronic seal signature (GB/T 38540-2020, 7.2), which certifies the document where it is the first; then a
PAdES signature by the owner's P-256 key at the level that is asked for. The order is prepare → put on record → redeem,
once.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final, TypeAlias

from seal.data.acting import ACTING, ActingFor
from seal.data.asn1 import SealExtension, signature_over, to_be_signed
from seal.data.reading import read_seal
from seal.errors import OwnWorkRefused, StampSpent
from seal.image.drawing import SealImage
from seal.stamping.document_signature import RecordingStamper, sign_document, time_stamp_document, with_validation_data
from seal.stamping.orders import Level, Mode, Outage, StampOrder
from seal.stamping.own_work import judge_own_work, read_own_work, require_unharmed
from seal.stamping.places import Place
from seal.stamping.placing import is_meant
from seal.stamping.preparing import prepare_document
from seal.verification.documents import DocumentReport
from trust.certificates import Certificate, certificate_of
from trust.clock import Clock
from trust.cms_signing import CMSSigner
from trust.crypto.algorithms import Digest
from trust.paths import Evidence
from trust.pdf.appearance import Appearance, Picture
from trust.pdf.signing import PADES, SEAL, PreparedPDF, SignatureRequest, prepare_signature
from trust.signing import Signer
from trust.timestamping import TimeStamper, TimeStampingUnavailable
from trust.validation_data import ValidationData, validation_data
from trust.workers import IN_PROCESS, Workers

__all__ = [
    "PROPERTY_INFO",
    "Level",
    "Mode",
    "PreparedStamp",
    "StampKit",
    "StampOrder",
    "StampedDocument",
    "appearance_of",
    "prepare_stamp",
]

PROPERTY_INFO: Final = "ByteRange"
"""What a seal signature says that it protects in a PDF. No standard text was found (docs/divergences.md)."""

SEAL_FIELD: Final = "ElectronicSeal"
DOCUMENT_FIELD: Final = "DocumentSignature"
CMS_ROOM: Final = 12_288
"""Octets kept for the CMS of the second signature: two chains, a time-stamp, and as much again."""

Prepare: TypeAlias = Callable[[bytes, tuple[Place, ...], Appearance, SignatureRequest], PreparedPDF]
"""What prepares a document: that of a stranger, or one of our own."""

SIGNATURE_ROOM: Final = 9_216
"""Octets kept besides the seal itself in a seal signature: certificate, signature, time-stamp, delegations, framing."""


@lru_cache(maxsize=64)
def maker_of(seal: bytes) -> Certificate:
    """Return the certificate of whoever made a seal. One seal stamps many documents."""
    return certificate_of(read_seal(seal).maker_certificate)


@dataclass(frozen=True, kw_only=True)
class StampKit:
    """Everything that stamping with one seal needs."""

    seal: bytes = field(repr=False)
    image: SealImage = field(repr=False)
    label: str
    """The seal's full name, for people."""

    owner: Signer
    owner_certificate: Certificate
    document_signer: CMSSigner
    seal_stamper: TimeStamper
    document_stamper: TimeStamper
    evidence: Evidence
    time_stampers: tuple[Certificate, ...] = ()
    """The certificates of those who will probably state the time, for files that take no data along after signing."""

    @property
    def leaves(self) -> tuple[Certificate, ...]:
        """The certificates of all who sign, but for the time-stamp authorities: owner, maker, document signer."""
        return self.owner_certificate, maker_of(self.seal), self.document_signer.certificate

    @cached_property
    def gathered(self) -> dict[datetime, ValidationData]:
        """What `validation_data` returned for a moment: what is stamped together brings the same along."""
        return {}

    def brings_along(self, at: datetime) -> ValidationData:
        """Return what a file takes along that is stamped at the moment `at` and gets no data after signing."""
        data = self.gathered.get(at)
        if data is None:
            data = validation_data((*self.leaves, *self.time_stampers), self.evidence, at=at)
            self.gathered.clear()
            self.gathered[at] = data
        return data


@dataclass(frozen=True, kw_only=True)
class StampedDocument:
    """A stamped document, and the seal signature in it by itself."""

    pdf: bytes = field(repr=False)
    seal_signature: bytes = field(repr=False)
    report: DocumentReport = field(repr=False)
    level: Level = Level.B_T
    """The level that was reached: lower than what was asked for only in an outage that the order bears."""


@dataclass(kw_only=True)
class PreparedStamp:
    """A document that is ready to be stamped: what the seal will sign is fixed. It can be redeemed once."""

    kit: StampKit
    order: StampOrder
    source: bytes = field(repr=False)
    """The document as it came."""

    prepared: PreparedPDF
    asked: SignatureRequest = field(repr=False)
    """What was asked of whoever prepared it."""

    document_hash: bytes
    at: datetime
    workers: Workers = field(default=IN_PROCESS, repr=False)
    spent: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def redeem(self, clock: Clock, *, acting: ActingFor | None = None) -> StampedDocument:
        """Use the owner's keys, and return the document after our own verification has passed it.

        `acting` is put under the signatures. Raise `StampSpent`, `SigningUnavailable`, `TimeStampingUnavailable` or
        `OwnWorkRefused`. A level that asks for a time-stamp is never silently lowered: the answer says what it is.
        """
        with self.lock:
            if self.spent:
                raise StampSpent
            self.spent = True
        stamping = Stamping(
            prepared=self,
            seal_stamper=RecordingStamper(self.kit.seal_stamper, self.order.outage),
            document_stamper=RecordingStamper(self.kit.document_stamper, self.order.outage),
            acting=acting,
        )
        pdf, signature, values = stamping.sign()
        now = clock.now()
        released = read_own_work(pdf, before=self.source, values=values, asked=self.asked)
        report = judge_own_work(released, self.kit.evidence, now=now)
        # Earlier signatures, and a form: others are stricter about what a form is than who wrote on it.
        if not released[0].certifies or released[0].locked:
            report = self.workers.run(require_unharmed, pdf, before=self.source, evidence=self.kit.evidence, now=now)
        return StampedDocument(pdf=pdf, seal_signature=signature, report=report, level=stamping.reached)


@dataclass(frozen=True, kw_only=True)
class Stamping:
    """One use of the owner's keys."""

    prepared: PreparedStamp
    seal_stamper: RecordingStamper
    document_stamper: RecordingStamper
    acting: ActingFor | None

    @property
    def kit(self) -> StampKit:
        """Everything that stamping needs."""
        return self.prepared.kit

    @property
    def level(self) -> Level:
        """The level that is asked for."""
        return self.prepared.order.level

    @property
    def reached(self) -> Level:
        """The level of what was made."""
        if self.seal_stamper.missed or (self.document_stamper.missed and not self.document_stamper.tokens):
            return Level.B_B
        return Level.B_LT if self.document_stamper.missed else self.level

    def sign(self) -> tuple[bytes, bytes, dict[str, bytes]]:
        """Return the finished file, the seal signature in it, and what was put into each new field, in their order."""
        seal_signature = self.seal_signature()
        pdf, values = self.fill(seal_signature)
        if self.reached is not self.level:
            return pdf, seal_signature, values
        if self.level.is_long_term:
            authorities = (*self.seal_stamper.certificates, *self.document_stamper.certificates)
            leaves = (*self.kit.leaves, *dict.fromkeys(authorities))
            pdf = with_validation_data(pdf, leaves, self.kit.evidence, at=self.prepared.at)
        if self.level is Level.B_LTA:
            try:
                pdf, token = time_stamp_document(pdf, self.kit.document_stamper, at=self.prepared.at)
            except TimeStampingUnavailable:
                if self.prepared.order.outage is Outage.REFUSE:
                    raise
                self.document_stamper.missed = True
            else:
                values |= token
        return pdf, seal_signature, values

    def seal_signature(self) -> bytes:
        """Return SES_Signature over the prepared document, with a time-stamp over its signature value.

        The level without time-stamps is for times when no authority answers: then the seal's has none either.
        """
        prepared, kit = self.prepared, self.kit
        tbs = to_be_signed(
            seal=kit.seal,
            signed_at=prepared.at,
            data_hash=prepared.document_hash,
            property_info=PROPERTY_INFO,
            extensions=() if self.acting is None else (SealExtension(oid=ACTING, value=self.acting.der),),
        )
        value = kit.owner.sign(tbs)
        token = None if self.level is Level.B_B else self.seal_stamper.stamp(value)
        return signature_over(tbs, certificate=kit.owner_certificate.der, signature=value, time_stamp=token)

    def fill(self, seal_signature: bytes) -> tuple[bytes, dict[str, bytes]]:
        """Return the file with the signatures in it, and what was put into each field."""
        order, prepared = self.prepared.order, self.prepared.prepared
        if order.mode is Mode.ONE_FIELD:
            message = self.message(prepared, seal_signature)
            return prepared.fill(message), {prepared.field: message}
        sealed = prepared.fill(seal_signature)
        if order.level is Level.NONE:
            return sealed, {prepared.field: seal_signature}
        request = SignatureRequest(
            form=PADES,
            field=DOCUMENT_FIELD,
            at=self.prepared.at,
            reserve=CMS_ROOM,
            label=self.kit.label,
            reason=order.reason,
            location=order.location,
        )
        document = prepare_signature(prepared.read(sealed), request)
        message = self.message(document, None)
        return document.fill(message), {prepared.field: seal_signature, document.field: message}

    def message(self, prepared: PreparedPDF, seal_signature: bytes | None) -> bytes:
        """Return the message over a prepared document."""
        return sign_document(
            self.kit.document_signer,
            prepared,
            stamper=self.document_stamper if self.level.is_stamped else None,
            seal_signature=seal_signature,
            acting=self.acting,
        )


def prepare_stamp(
    pdf: bytes,
    kit: StampKit,
    order: StampOrder,
    *,
    at: datetime,
    workers: Workers = IN_PROCESS,
    prepare: Prepare = prepare_document,
) -> PreparedStamp:
    """Put the seal's image and an empty signature into `pdf`.

    That is done by `workers` with `prepare`: raise what that raises, and what they raise by themselves.
    """
    one_field = order.mode is Mode.ONE_FIELD
    room = len(kit.seal) + SIGNATURE_ROOM
    # What is added after signing anyway need not stand in the file twice.
    data = ValidationData() if order.level.is_long_term else kit.brings_along(at)
    request = SignatureRequest(
        form=PADES if one_field else SEAL,
        field=SEAL_FIELD,
        at=at,
        reserve=room + CMS_ROOM if one_field else room,
        label=kit.label,
        reason=order.reason,
        location=order.location,
        certify=True,
        certificates=data.certificates,
        revocation_lists=data.revocation_lists,
        ocsp_responses=data.ocsp_responses,
    )
    whole = appearance_of(kit.image)
    prepared = workers.run(prepare, pdf, order.places, whole, request)
    if not prepared.octets.startswith(pdf):
        raise OwnWorkRefused(check="pdf.prefix")
    if not is_meant(prepared.marks, pdf, order.places, whole):
        raise OwnWorkRefused(check="pdf.marks")
    return PreparedStamp(
        kit=kit,
        order=order,
        source=pdf,
        prepared=prepared,
        asked=replace(request, marks=prepared.marks),
        document_hash=prepared.digest(Digest.SM3),
        at=at,
        workers=workers,
    )


def appearance_of(image: SealImage) -> Appearance:
    """Return what the whole of a seal looks like on a page: outlines, or the pixels of a picture that was uploaded."""
    raster = image.raster
    if raster is None:
        return Appearance(operators=image.pdf_operators, width_mm=image.width_mm, height_mm=image.height_mm)
    picture = Picture(width=raster.width, height=raster.height, colours=raster.colours, opacity=raster.opacity)
    return Appearance(picture=picture, width_mm=image.width_mm, height_mm=image.height_mm)
