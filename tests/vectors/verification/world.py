"""Whom the vectors are about: authorities in two families, what they certified and revoked, and strangers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typing_extensions import Unpack

from tests.builders import FOUNDED, PURPOSES, Deviations, Party, grafted, issue, revocation_list, signed, unchanged
from tests.vectors.verification.keys import DerivedCustody, derived, ed25519_key, p384_key, rsa_key
from tests.vectors.verification.messages import Hand, hand_of
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS, Digest, KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.profiles import (
    DOCUMENT_SIGNER,
    ISSUING,
    ROOT,
    SEAL_MAKER,
    SEAL_OWNER,
    TIME_STAMPING,
    Name,
    Profile,
    tbs_certificate,
)
from trust.revocation import Revocation, RevocationList

__all__ = ["BEFORE", "DAY", "MOMENT", "SIGNED", "Office", "World"]

DAY: Final = timedelta(days=1)
MOMENT: Final = datetime.fromisoformat("2026-11-22T04:05:06+00:00")
"""When a verifier judges, unless a case says otherwise."""

SIGNED: Final = MOMENT - 10 * DAY
"""When everything is signed, unless a case says otherwise."""

BEFORE: Final = MOMENT - 100 * DAY
"""A time before that."""

SERIALS: Final = 1 << 126


def numbered(name: str, change: Callable[[bytes], bytes] = unchanged) -> Callable[[bytes], bytes]:
    """Return what gives a certificate a serial number that follows from its name, and then changes it."""
    serial = SERIALS + derived(name.encode(), b"serial", below=SERIALS)
    return lambda tbs: change(grafted(tbs, 1, put=der.integer(serial)))


def certified(
    custody: DerivedCustody,
    algorithm: KeyAlgorithm,
    profile: Profile,
    issuer: Party | None,
    *,
    subject: str,
    edition: str = "",
    **deviations: Unpack[Deviations],
) -> Party:
    """Certify somebody whose key and serial number follow from the name, so that nothing depends on an order.

    `edition` tells certificates of one name apart.
    """
    name = f"{subject}{edition}"
    told: Deviations = {
        **deviations,
        "key": deviations.get("key") or custody.named(name, PURPOSES[profile.name], algorithm),
        "change": numbered(f"{custody.seed.decode()} {name}", deviations.get("change", unchanged)),
    }
    return issue(profile, issuer, custody=custody, algorithm=algorithm, subject=subject, **told)


@dataclass(frozen=True, kw_only=True)
class Office:
    """A root, an authority below it, and what it has certified, in one family."""

    name: str
    algorithm: KeyAlgorithm
    custody: DerivedCustody
    root: Party
    issuing: Party

    @classmethod
    def found(cls, name: str, family: str) -> "Office":
        """Found one."""
        custody, algorithm = DerivedCustody(name), KEYS[family]
        root = certified(custody, algorithm, ROOT, None, subject=f"{name} Root")
        issuing = certified(custody, algorithm, ISSUING, root, subject=f"{name} Issuing")
        return cls(name=name, algorithm=algorithm, custody=custody, root=root, issuing=issuing)

    def issue(
        self,
        profile: Profile,
        subject: str,
        *,
        issuer: Party | None = None,
        edition: str = "",
        **deviations: Unpack[Deviations],
    ) -> Party:
        """Certify somebody; see `certified`, and `tests.builders.issue` for what may be out of the ordinary."""
        parent = issuer or self.issuing
        return certified(self.custody, self.algorithm, profile, parent, subject=subject, edition=edition, **deviations)

    def alone(self, profile: Profile, subject: str) -> Party:
        """Return somebody who certified himself."""
        return certified(self.custody, self.algorithm, profile, None, subject=subject)

    def foreign(self, subject: str, key: CertificatePublicKeyTypes | bytes) -> Certificate:
        """Certify a signer's key of another family; octets are a SubjectPublicKeyInfo as it is."""
        spki = key if isinstance(key, bytes) else key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        tbs = tbs_certificate(
            DOCUMENT_SIGNER,
            issuer=self.issuing.certificate.subject,
            issuer_key=self.issuing.key.public_key,
            issuer_algorithm=self.algorithm,
            subject=Name(common_name=subject, organisation="Test").der,
            key=PublicKey(spki),
            at=FOUNDED,
        )
        return Certificate(signed(numbered(f"{self.name} {subject}")(tbs), self.issuing.signer))

    def lists(
        self,
        *,
        revoked: Mapping[Certificate, datetime] | None = None,
        authorities: Mapping[Certificate, datetime] | None = None,
        at: datetime = MOMENT - DAY,
        until: datetime = MOMENT + 7 * DAY,
        reason: int | None = None,
        since: datetime | None = None,
    ) -> tuple[RevocationList, RevocationList]:
        """Return the lists of the root and of the authority, of the day before a verifier judges.

        `since` is when the keys of those revoked may first have been in other hands (invalidityDate).
        """

        def of(party: Party, told: Mapping[Certificate, datetime] | None) -> RevocationList:
            entries = [
                Revocation(serial=one.serial, at=then, reason=reason, invalid_since=since)
                for one, then in (told or {}).items()
            ]
            return revocation_list(party, entries, number=7, this_update=at, next_update=until)

        return of(self.root, authorities), of(self.issuing, revoked)


@dataclass(frozen=True, kw_only=True)
class World:
    """Everybody. What is certified is certified when first asked for, in the order of the fields below."""

    sm2: Office = field(default_factory=lambda: Office.found("SM2", "sm2"))
    p256: Office = field(default_factory=lambda: Office.found("P-256", "p256"))
    stranger: Office = field(default_factory=lambda: Office.found("Stranger SM2", "sm2"))
    stranger_p256: Office = field(default_factory=lambda: Office.found("Stranger P-256", "p256"))

    def hand(self, office: Office, profile: Profile, subject: str) -> Hand:
        """Return somebody who was certified, with the authority's certificate along."""
        return hand_of(office.issue(profile, subject), (office.issuing.certificate,))

    @cached_property
    def signer(self) -> Hand:
        """A signer of documents, P-256."""
        return self.hand(self.p256, DOCUMENT_SIGNER, "Signer")

    @cached_property
    def second(self) -> Hand:
        """Another one."""
        return self.hand(self.p256, DOCUMENT_SIGNER, "Second signer")

    @cached_property
    def clock(self) -> Hand:
        """A time-stamp authority, P-256."""
        return self.hand(self.p256, TIME_STAMPING, "Clock")

    @cached_property
    def brief(self) -> Hand:
        """A signer of documents, P-256, whose certificate ended a day after everything is signed."""
        return self.brief_hand(self.p256, DOCUMENT_SIGNER, "Brief signer")

    @cached_property
    def brief_clock(self) -> Hand:
        """A time-stamp authority, P-256, whose certificate ended likewise."""
        return self.brief_hand(self.p256, TIME_STAMPING, "Brief clock")

    @cached_property
    def brief_national_clock(self) -> Hand:
        """A time-stamp authority, SM2, whose certificate ended likewise."""
        return self.brief_hand(self.sm2, TIME_STAMPING, "短期时间戳机构")

    @cached_property
    def second_clock(self) -> Hand:
        """Another time-stamp authority, P-256."""
        return self.hand(self.p256, TIME_STAMPING, "Second clock")

    def brief_hand(self, office: Office, profile: Profile, subject: str) -> Hand:
        """Return somebody whose certificate ended a day after everything is signed."""
        return hand_of(office.issue(profile, subject, not_after=SIGNED + DAY), (office.issuing.certificate,))

    @cached_property
    def national_signer(self) -> Hand:
        """A signer of documents, SM2."""
        return self.hand(self.sm2, DOCUMENT_SIGNER, "签名者")

    @cached_property
    def national_second(self) -> Hand:
        """Another one."""
        return self.hand(self.sm2, DOCUMENT_SIGNER, "签名者二")

    @cached_property
    def national_clock(self) -> Hand:
        """A time-stamp authority, SM2."""
        return self.hand(self.sm2, TIME_STAMPING, "时间戳机构")

    @cached_property
    def maker(self) -> Party:
        """A maker of seals."""
        return self.sm2.issue(SEAL_MAKER, "制章者")

    @cached_property
    def second_maker(self) -> Party:
        """Another one."""
        return self.sm2.issue(SEAL_MAKER, "制章者二")

    @cached_property
    def owner(self) -> Party:
        """The owner of a seal."""
        return self.sm2.issue(SEAL_OWNER, "某市市场监督管理局")

    @cached_property
    def other_owner(self) -> Party:
        """The owner of another seal."""
        return self.sm2.issue(SEAL_OWNER, "某市人民政府")

    @cached_property
    def unknown(self) -> Hand:
        """A signer whom an authority certified that nobody trusts."""
        return self.hand(self.stranger_p256, DOCUMENT_SIGNER, "Signer")

    @cached_property
    def rsa(self) -> Hand:
        """A signer with RSA of 3072 bits."""
        key = rsa_key("signer", 3072)
        return Hand(
            certificate=self.p256.foreign("RSA signer", key.public_key()),
            sign=lambda covered: key.sign(covered, padding.PKCS1v15(), hashes.SHA256()),
            digest=Digest.SHA256,
            algorithm=der.sequence(der.oid("1.2.840.113549.1.1.11"), der.null()),
            chain=(self.p256.issuing.certificate,),
        )

    @cached_property
    def short_rsa(self) -> Hand:
        """A signer with RSA of 1024 bits."""
        key = rsa_key("short", 1024)
        return Hand(
            certificate=self.p256.foreign("RSA-1024 signer", key.public_key()),
            sign=lambda covered: key.sign(covered, padding.PKCS1v15(), hashes.SHA256()),
            digest=Digest.SHA256,
            algorithm=der.sequence(der.oid("1.2.840.113549.1.1.11"), der.null()),
            chain=(self.p256.issuing.certificate,),
        )

    @cached_property
    def sha1(self) -> Hand:
        """A signer with RSA who still hashes with SHA-1."""
        key = rsa_key("signer", 3072)
        return Hand(
            certificate=self.rsa.certificate,
            sign=lambda covered: key.sign(covered, padding.PKCS1v15(), hashes.SHA1()),  # noqa: S303 - what is refused
            digest=Digest.SHA1,
            algorithm=der.sequence(der.oid("1.2.840.113549.1.1.5"), der.null()),
            chain=(self.p256.issuing.certificate,),
        )

    @cached_property
    def edwards(self) -> Hand:
        """A signer with Ed25519 (RFC 8419: attributes over SHA-512)."""
        key = ed25519_key("signer")
        return Hand(
            certificate=self.p256.foreign("Ed25519 signer", key.public_key()),
            sign=key.sign,
            digest=Digest.SHA512,
            algorithm=der.sequence(der.oid("1.3.101.112")),
            chain=(self.p256.issuing.certificate,),
        )

    @cached_property
    def p384(self) -> Hand:
        """A signer with P-384 and SHA-384."""
        key = p384_key("signer")
        chosen = ec.ECDSA(hashes.SHA384(), deterministic_signing=True)
        return Hand(
            certificate=self.p256.foreign("P-384 signer", key.public_key()),
            sign=lambda covered: key.sign(covered, chosen),
            digest=Digest.SHA384,
            algorithm=der.sequence(der.oid("1.2.840.10045.4.3.3")),
            chain=(self.p256.issuing.certificate,),
        )
