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
    "ENCRYPTION",
    "ISSUING",
    "OCSP_RESPONDER",
    "ROOT",
    "SEAL_MAKER",
    "SEAL_OWNER",
    "STATUS_PUBLISHER",
    "TIME_STAMPING",
    "TRUST_LIST",
    "Addresses",
    "AuthorityEnded",
    "Name",
    "Profile",
    "key_identifier",
    "tbs_certificate",
]

# Places of the bits of keyUsage, RFC 5280, 4.2.1.3.
DIGITAL_SIGNATURE: Final = 0
CONTENT_COMMITMENT: Final = 1
KEY_ENCIPHERMENT: Final = 2
DATA_ENCIPHERMENT: Final = 3
KEY_AGREEMENT: Final = 4
KEY_CERT_SIGN: Final = 5
CRL_SIGN: Final = 6

TIME_STAMPING_PURPOSE: Final = "1.3.6.1.5.5.7.3.8"
SEALING_PURPOSE: Final = "2.25.182455010855449818297626604069067722482"
"""Of the owner of a seal, who may stamp and not make seals. Our own, since the standards have none."""

REVOCATION_STATUS_PURPOSE: Final = "1.3.6.1.5.5.7.3.9"
"""id-kp-OCSPSigning (RFC 6960, 4.2.2.2)."""

TRUST_LIST_PURPOSE: Final = "2.25.249162239124139050635521992120573455352"
"""Of the key that signs trust lists. Our own, likewise: whoever signs one decides what verifiers trust."""

DELEGATION_PURPOSE: Final = "2.25.131228818200574669581958356819010912537"
"""Of the key that signs delegations. Our own, likewise: whoever signs one decides who acts for whom."""

STATUS_UNASKED: Final = "1.3.6.1.5.5.7.48.1.5"
"""id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1)."""

OCSP_ACCESS: Final = "1.3.6.1.5.5.7.48.1"
ISSUER_ACCESS: Final = "1.3.6.1.5.5.7.48.2"

SERIAL_BITS: Final = 127
"""Random bits of a serial number: positive, at most 16 octets, far above the 64 bits that practice asks for."""

KEY_IDENTIFIER_LENGTH: Final = 20

YEAR: Final = timedelta(days=365)

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far before its issue a certificate begins, for machines whose clock is a little behind."""


class AuthorityEnded(Conflict):
    """The certification authority is at the end of its days: what it issued now would never be valid."""

    code = "authority.ended"


NAME_BOUND: Final = 64
"""Characters of a common name and of an organisation (RFC 5280, A.1: ub-common-name, ub-organization-name)."""

DESCRIPTION_BOUND: Final = 1024
"""Characters of a description (X.520, ub-description)."""

NAME_END: Final = 23
"""Characters that stay at the end of a name that is cut: 局 or 有限公司, and what tells two authorities apart."""


@dataclass(frozen=True, kw_only=True)
class Name:
    """A distinguished name, in the order that government certificates use: C, O, organizationIdentifier, CN.

    A name longer than X.520 allows is cut in its middle, where a reader sees it; the whole name of the organisation
    then stands in `description` (docs/decisions/0013). The code of the organisation is never cut.
    """

    common_name: str
    organisation: str = ""
    organisation_identifier: str = ""
    country: str = "CN"

    @property
    def der(self) -> bytes:
        """The RDNSequence."""
        parts = [relative_name("2.5.4.6", der.printable_string(self.country))]
        if self.organisation:
            parts.append(relative_name("2.5.4.10", der.utf8_string(bounded(self.organisation))))
        if bounded(self.organisation) != self.organisation:
            parts.append(relative_name("2.5.4.13", der.utf8_string(self.organisation[:DESCRIPTION_BOUND])))
        if self.organisation_identifier:
            parts.append(relative_name("2.5.4.97", der.utf8_string(self.organisation_identifier)))
        parts.append(relative_name("2.5.4.3", der.utf8_string(bounded(self.common_name))))
        return der.sequence(*parts)


def bounded(text: str) -> str:
    """Return `text`, cut in its middle where it is longer than a name may be."""
    if len(text) <= NAME_BOUND:
        return text
    return f"{text[: NAME_BOUND - NAME_END - 1]}…{text[-NAME_END:]}"


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
    is_status_unasked: bool = False
    """Whether nobody needs to ask for its revocation: id-pkix-ocsp-nocheck (RFC 6960, 4.2.2.2.1)."""


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
STATUS_PUBLISHER: Final = Profile(name="status_publisher", usage=(DIGITAL_SIGNATURE,), lifetime=5 * YEAR)
TIME_STAMPING: Final = Profile(
    name="time_stamping", usage=(DIGITAL_SIGNATURE,), lifetime=5 * YEAR, purposes=(TIME_STAMPING_PURPOSE,)
)

TRUST_LIST: Final = Profile(
    name="trust_list", usage=(DIGITAL_SIGNATURE,), lifetime=5 * YEAR, purposes=(TRUST_LIST_PURPOSE,)
)
DELEGATION: Final = Profile(
    name="delegation", usage=(DIGITAL_SIGNATURE,), lifetime=5 * YEAR, purposes=(DELEGATION_PURPOSE,)
)
ENCRYPTION: Final = Profile(
    name="encryption", usage=(KEY_ENCIPHERMENT, DATA_ENCIPHERMENT, KEY_AGREEMENT), lifetime=5 * YEAR
)
"""The second of two certificates 双证书: a key pair that the authority made and keeps in escrow. It signs nothing."""

OCSP_RESPONDER: Final = Profile(
    name="ocsp_responder",
    usage=(DIGITAL_SIGNATURE,),
    lifetime=timedelta(days=30),
    purposes=(REVOCATION_STATUS_PURPOSE,),
    is_status_unasked=True,
)
"""Answers for an authority. Nobody can ask whether it was revoked, so that it lives for a month alone."""


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


def has_critical_purposes(profile: Profile) -> bool:
    """Tell whether extKeyUsage is critical: it must be for time-stamps (RFC 3161, 2.3), and is nowhere else here."""
    return TIME_STAMPING_PURPOSE in profile.purposes


def uniform_resource(address: str) -> bytes:
    """Return a GeneralName that holds an address."""
    return der.context(6, address.encode("ascii"), constructed=False)


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where an authority publishes what its certificates need: their list, its own certificate, their status."""

    crl: str | None = None
    issuer: str | None = None
    ocsp: str | None = None


def extensions(profile: Profile, key: PublicKey, issuer_key: PublicKey, addresses: Addresses) -> bytes:
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
        critical = has_critical_purposes(profile)
        found.append(extension("2.5.29.37", purposes, critical=critical))
    if profile.is_status_unasked:
        found.append(extension(STATUS_UNASKED, der.null()))
    elif addresses.crl:
        point = der.sequence(der.context(0, der.context(0, uniform_resource(addresses.crl))))
        found.append(extension("2.5.29.31", der.sequence(point)))
    ocsp = None if profile.is_status_unasked else addresses.ocsp
    told = ((OCSP_ACCESS, ocsp), (ISSUER_ACCESS, addresses.issuer))
    accesses = [der.sequence(der.oid(method), uniform_resource(address)) for method, address in told if address]
    if accesses:
        found.append(extension("1.3.6.1.5.5.7.1.1", der.sequence(*accesses)))
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
    addresses: Addresses = Addresses(),
    not_after: datetime | None = None,
) -> bytes:
    """Return the TBSCertificate of `key` under `profile`, with a fresh random serial number.

    `issuer` and `subject` are names in DER. Validity ends at the profile's lifetime, or at `not_after` where that is
    earlier. Raise `AuthorityEnded` where that has passed.
    """
    end = at.replace(microsecond=0) + profile.lifetime
    if not_after is not None:
        end = min(end, not_after)
    if end <= at:
        raise AuthorityEnded
    return der.sequence(
        der.context(0, der.integer(2)),  # version 3
        der.integer(secrets.randbits(SERIAL_BITS) | 1 << (SERIAL_BITS - 1)),
        issuer_algorithm.signature_identifier,
        issuer,
        der.sequence(der.x509_time(at - CLOCK_SKEW), der.x509_time(end)),
        subject,
        key.spki,
        extensions(profile, key, issuer_key, addresses),
    )
