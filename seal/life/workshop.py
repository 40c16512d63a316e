"""The workshop where seals are made 制章: code, keys and certificates first, all on record; then the seal itself."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from identity.subject import Organisation
from seal import repository
from seal.data.asn1 import SealVersion
from seal.errors import CertificateAwaited, OwnWorkRefused
from seal.kinds import TYPE_NUMBERS
from seal.life.making import SealOrder, make_seal, require_maker
from seal.repository import CertifiedKey, Seal
from seal.verification.signatures import judge_seal
from trust.authority import Authorities, Order
from trust.blobs import BlobStore
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS
from trust.events import AuditEvent
from trust.external_authorities import ExternalAuthorities
from trust.founding import ISSUING_P256, ISSUING_SM2, Role, ServiceKeys
from trust.profiles import DOCUMENT_SIGNER, SEAL_OWNER, Name
from trust.signing import KeyCustody, KeyPurpose, KeyReference
from trust.store import Store, Transaction
from trust.timestamping import TimeStamper
from trust.verdict import Outcome

__all__ = ["SEAL_LIFETIME", "Making", "Workshop"]

SEAL_LIFETIME: Final = timedelta(days=5 * 365 - 1)
"""A day less than its certificate's, so that no seal outlives it."""


@dataclass(frozen=True, kw_only=True)
class Making:
    """What making a seal has fixed before any key signs."""

    seal: Seal
    owner_key: KeyReference
    owner_subject: Name
    owner_certificate: Certificate | None
    """The one that an authority outside has issued, where it certifies the owners."""

    document_key: KeyReference
    orders: tuple[Order, ...]
    """What our own authorities are to sign, the reader's certificate last. Empty while one from outside is awaited."""

    made_at: datetime


@dataclass(frozen=True, kw_only=True)
class Made:
    """What came of making a seal, before it is on record."""

    owner_certificate: Certificate
    document_certificate: Certificate
    signed: tuple[tuple[Order, Certificate], ...]
    seal: bytes
    valid_until: datetime


class Workshop:
    """Makes seals. Who may ask for one to be made is for `SealService` to know.

    With `outside` a licensed authority certifies the owners in place of ours.
    """

    def __init__(
        self,
        *,
        store: Store,
        custody: KeyCustody,
        authorities: Authorities,
        service_keys: ServiceKeys,
        blobs: BlobStore,
        outside: ExternalAuthorities | None = None,
        version: SealVersion = SealVersion.GBT38540_2020,
        stamper: TimeStamper | None = None,
    ) -> None:
        self.store = store
        self.custody = custody
        self.authorities = authorities
        self.service_keys = service_keys
        self.blobs = blobs
        self.outside = outside
        self.version = version
        self.stamper = stamper

    def prepare(self, tx: Transaction, seal: Seal, owner: Organisation, *, actor: str) -> Making:
        """Allot the code, generate the keys and fix the certificates, all on record before any key signs.

        What an earlier attempt allotted and generated stays.
        """
        identifier = owner.credit_code.value
        code = seal.code or repository.next_code(tx, identifier[2:8])
        owner_key = self.key_of(tx, seal.owner_key, KeyPurpose.SEAL_OWNER, "sm2")
        document_key = self.key_of(tx, seal.document_key, KeyPurpose.DOCUMENT, "p256")
        begun = replace(
            seal, code=code, owner_key=CertifiedKey(key=owner_key), document_key=CertifiedKey(key=document_key)
        )
        repository.put_seal(tx, begun)
        # Real government seals put the seal code into the common name of the owner's certificate.
        seal_subject = Name(common_name=code, organisation=owner.name, organisation_identifier=identifier)
        reader_subject = replace(seal_subject, common_name=begun.name)
        prepare, orders = self.authorities.prepare, list[Order]()
        certificate = None if self.outside is None else self.outside.certificate_of(tx, owner_key)
        if self.outside is None:
            orders.append(prepare(tx, issuer=ISSUING_SM2, profile=SEAL_OWNER, subject=seal_subject, key=owner_key))
        if orders or certificate is not None:
            orders.append(
                prepare(tx, issuer=ISSUING_P256, profile=DOCUMENT_SIGNER, subject=reader_subject, key=document_key)
            )
        if not orders:  # which would have put it on record
            tx.record(AuditEvent(tag="seal:make:awaits", actor=actor, subject=seal.id, facts={"code": code}))
        return Making(
            seal=begun,
            owner_key=owner_key,
            owner_subject=seal_subject,
            owner_certificate=certificate,
            document_key=document_key,
            orders=tuple(orders),
            made_at=tx.now.replace(microsecond=0),
        )

    def key_of(self, tx: Transaction, begun: CertifiedKey | None, purpose: KeyPurpose, algorithm: str) -> KeyReference:
        """Return the key that an earlier attempt generated, or a new one."""
        return begun.key if begun is not None else self.custody.generate(tx, purpose, KEYS[algorithm])

    def make(self, making: Making, *, actor: str) -> Made:
        """Have the keys certified, and make the seal. Raise `CertificateAwaited` or `OwnWorkRefused`."""
        if self.outside is not None and making.owner_certificate is None:
            raise awaited(self.outside, making, actor=actor)
        signed = tuple((order, self.authorities.sign(order)) for order in making.orders)
        owner_certificate = making.owner_certificate or signed[0][1]
        seal, valid_until = self.assemble(making, owner_certificate)
        return Made(
            owner_certificate=owner_certificate,
            document_certificate=signed[-1][1],
            signed=signed,
            seal=seal,
            valid_until=valid_until,
        )

    def assemble(self, making: Making, owner_certificate: Certificate) -> tuple[bytes, datetime]:
        """Return the seal and the end of its validity, once our own verification has passed it.

        Raise `OwnWorkRefused` where it has not.
        """
        seal = making.seal
        design = seal.engraved
        order = SealOrder(
            code=seal.code or "",
            name=seal.name,
            type=TYPE_NUMBERS[seal.kind],
            design=design,
            picture=None if design.file is None else self.blobs.get(design.file),
            owner_certificate=owner_certificate,
            made_at=making.made_at,
            valid_until=min(making.made_at + SEAL_LIFETIME, owner_certificate.not_after),
            version=self.version,
        )
        maker, maker_certificate = self.service_keys.credential(Role.SEAL_MAKER)
        with self.store.reading() as view:
            require_maker(maker_certificate, self.authorities.evidence(view), at=view.now)
        made = make_seal(order, maker=maker, maker_certificate=maker_certificate, stamper=self.stamper)
        with self.store.reading() as view:
            evidence = self.authorities.evidence(view)
            report = judge_seal(made, evidence, now=view.now).report
        for check in report.checks:
            if check.outcome is not Outcome.PASSED:
                raise OwnWorkRefused(check=check.name)
        return made, order.valid_until


def awaited(outside: ExternalAuthorities, making: Making, *, actor: str) -> CertificateAwaited:
    """Return that a certificate is awaited, once there is a request for it to be carried to the authority."""
    with outside.store.reading() as view:
        waiting = next((one for one in outside.waiting(view) if one.key == making.owner_key), None)
    asked = waiting or outside.request(making.owner_key, subject=making.owner_subject, profile=SEAL_OWNER, actor=actor)
    return CertificateAwaited(request=asked.id)
