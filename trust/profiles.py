"""Certificate profiles after GB/T 20518 practice and RFC 5280, and the TBSCertificate that follows from one.

Which bits and extensions the profiles hold was read from certificates inside real government seals; what could not be
confirmed against the text of GB/T 20518 is listed in docs/divergences.md.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from trust.asn1 import der
from trust.crypto.algorithms import KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm3 import sm3
from trust.errors import Conflict

__all__ = [
    "AUDIT",
    "CLAIM_SIGNER",
    "DOCUMENT_SIGNER",
    "ISSUING",
    "ROOT",
    "SEAL_MAKER",
    "SEAL_OWNER",
    "TIME_STAMPING",
    "AuthorityEnded",
    "Name",
    "Profile",
    "key_identifier",
    "tbs_certificate",
]

# Places of the bits of keyUsage, RFC 5280, 4.2.1.3.
DIGITAL_SIGNATURE: Final = 0
CONTENT_COMMITMENT: Final = 1
KEY_CERT_SIGN: Final = 5
CRL_SIGN: Final = 6

TIME_STAMPING_PURPOSE: Final = "1.3.6.1.5.5.7.3.8"
SEALING_PURPOSE: Final = "2.25.182455010855449818297626604069067722482"
"""Of the owner of a seal, who may stamp and not make seals. Our own, since the standards have none."""

SERIAL_BITS: Final = 127
"""Random bits of a serial number: positive, at most 16 octets, far above the 64 bits that practice asks for."""

KEY_IDENTIFIER_LENGTH: Final = 20

YEAR: Final = timedelta(days=365)

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far before its issue a certificate begins, for machines whose clock is a little behind."""


class AuthorityEnded(Conflict):
    """The certification authority is at the end of its days: what it issued now would never be valid."""

    code = "authority.ended"


@dataclass(frozen=True, kw_only=True)
class Name:
    """A distinguished name, in the order that government certificates use: C, O, organizationIdentifier, CN."""

    common_name: str
    organisation: str = ""
    organisation_identifier: str = ""
    country: str = "CN"

    @property
    def der(self) -> bytes:
        """The RDNSequence."""
        parts = [relative_name("2.5.4.6", der.printable_string(self.country))]
        if self.organisation:
            parts.append(relative_name("2.5.4.10", der.utf8_string(self.organisation)))
        if self.organisation_identifier:
            parts.append(relative_name("2.5.4.97", der.utf8_string(self.organisation_identifier)))
        parts.append(relative_name("2.5.4.3", der.utf8_string(self.common_name)))
        return der.sequence(*parts)


def relative_name(oid: str, value: bytes) -> bytes:
    """Return one RelativeDistinguishedName."""
    return der.set_of([der.sequence(der.oid(oid), value)])


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What a certificate of one kind may do, and for how long."""

    name: str
    usage: tuple[int, ...]
    lifetime: timedelta
    authority: bool = False
    path_length: int | None = None
    purposes: tuple[str, ...] = ()


SIGNING: Final = (DIGITAL_SIGNATURE, CONTENT_COMMITMENT)
ROOT: Final = Profile(name="root", usage=(KEY_CERT_SIGN, CRL_SIGN), lifetime=20 * YEAR, authority=True, path_length=1)
ISSUING: Final = Profile(
    name="issuing", usage=(KEY_CERT_SIGN, CRL_SIGN), lifetime=10 * YEAR, authority=True, path_length=0
)
SEAL_MAKER: Final = Profile(name="seal_maker", usage=SIGNING, lifetime=5 * YEAR)
SEAL_OWNER: Final = Profile(name="seal_owner", usage=SIGNING, lifetime=5 * YEAR, purposes=(SEALING_PURPOSE,))
DOCUMENT_SIGNER: Final = Profile(name="document_signer", usage=SIGNING, lifetime=5 * YEAR)
CLAIM_SIGNER: Final = Profile(name="claim_signer", usage=(DIGITAL_SIGNATURE,), lifetime=5 * YEAR)
AUDIT: Final = Profile(name="audit", usage=(DIGITAL_SIGNATURE,), lifetime=5 * YEAR)
TIME_STAMPING: Final = Profile(
    name="time_stamping", usage=(DIGITAL_SIGNATURE,), lifetime=5 * YEAR, purposes=(TIME_STAMPING_PURPOSE,)
)


def key_identifier(key: PublicKey) -> bytes:
    """Return the identifier of a key: the leftmost 160 bits of SM3 over its bits (after RFC 7093, 2)."""
    _, bits = der.parse(key.spki).sequence()
    return sm3(bits.bits())[:KEY_IDENTIFIER_LENGTH]


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    """Return one Extension."""
    flag = (der.boolean(value=True),) if critical else ()
    return der.sequence(der.oid(oid), *flag, der.octet_string(value))


def key_usage(places: tuple[int, ...]) -> bytes:
    """Return the BIT STRING of keyUsage, without trailing zero bits (X.690, 11.2.2)."""
    value = sum(0x80 >> place for place in places)
    return der.bit_string(bytes((value,)), unused=7 - max(places))


def uniform_resource(address: str) -> bytes:
    """Return a GeneralName that holds an address."""
    return der.context(6, address.encode("ascii"), constructed=False)


def extensions(
    profile: Profile, key: PublicKey, issuer_key: PublicKey, *, crl: str | None, issuer_address: str | None
) -> bytes:
    """Return the extensions that `profile` asks for."""
    length = () if profile.path_length is None else (der.integer(profile.path_length),)
    constraints = der.sequence(der.boolean(value=True), *length) if profile.authority else der.sequence()
    found = [
        extension("2.5.29.19", constraints, critical=True),
        extension("2.5.29.15", key_usage(profile.usage), critical=True),
        extension("2.5.29.14", der.octet_string(key_identifier(key))),
        extension("2.5.29.35", der.sequence(der.context(0, key_identifier(issuer_key), constructed=False))),
    ]
    if profile.purposes:
        purposes = der.sequence(*(der.oid(purpose) for purpose in profile.purposes))
        critical = TIME_STAMPING_PURPOSE in profile.purposes  # RFC 3161, 2.3
        found.append(extension("2.5.29.37", purposes, critical=critical))
    if crl:
        point = der.sequence(der.context(0, der.context(0, uniform_resource(crl))))
        found.append(extension("2.5.29.31", der.sequence(point)))
    if issuer_address:
        access = der.sequence(der.oid("1.3.6.1.5.5.7.48.2"), uniform_resource(issuer_address))
        found.append(extension("1.3.6.1.5.5.7.1.1", der.sequence(access)))
    return der.context(3, der.sequence(*found))


def tbs_certificate(
    profile: Profile,
    *,
    issuer: bytes,
    issuer_key: PublicKey,
    issuer_algorithm: KeyAlgorithm,
    subject: bytes,
    key: PublicKey,
    at: datetime,
    crl: str | None = None,
    issuer_address: str | None = None,
    not_after: datetime | None = None,
) -> bytes:
    """Return the TBSCertificate of `key` under `profile`, with a fresh random serial number.

    `issuer` and `subject` are names in DER, `crl` and `issuer_address` where the issuer publishes its CRL and its own
    certificate. Validity ends at the profile's lifetime, or at `not_after` where that is earlier. Raise
    `AuthorityEnded` where that has passed.
    """
    end = at.replace(microsecond=0) + profile.lifetime
    if not_after is not None:
        end = min(end, not_after)
    if end <= at:
        raise AuthorityEnded
    return der.sequence(
        der.context(0, der.integer(2)),  # version 3
        der.integer(secrets.randbits(SERIAL_BITS) | 1 << (SERIAL_BITS - 1)),
        der.sequence(der.oid(issuer_algorithm.signature_oid)),
        issuer,
        der.sequence(der.x509_time(at - CLOCK_SKEW), der.x509_time(end)),
        subject,
        key.spki,
        extensions(profile, key, issuer_key, crl=crl, issuer_address=issuer_address),
    )
