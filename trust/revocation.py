"""Certificate revocation lists (RFC 5280, 5): what goes into one, and what one says about a certificate.

The answer has three values: revoked, not revoked, and unknown. Unknown is never taken for good.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.algorithms import KeyAlgorithm, signature_algorithm
from trust.errors import Invalid, TrustError
from trust.profiles import extension, key_identifier
from trust.verdict import Check, Finding, SubIndication

__all__ = ["Revocation", "RevocationList", "RevocationListMalformed", "check_revocation", "tbs_revocation_list"]

UNDERSTOOD: Final = frozenset({ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER})
"""Extensions of a complete, direct CRL. A list with any other critical one is not what it seems and is passed over."""


class RevocationListMalformed(Invalid):
    """The bytes are not a certificate revocation list."""

    code = "certificate.revocation_list_malformed"


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """An entry of a list: this serial number is revoked since then."""

    serial: int
    at: datetime
    reason: int | None = None
    """CRLReason, RFC 5280, 5.3.1."""


@dataclass(frozen=True)
class RevocationList:
    """A CRL as it came, in DER. Building it parses it, or raises `RevocationListMalformed`."""

    der: bytes

    def __post_init__(self) -> None:
        _ = self.parsed, self.issuer

    @cached_property
    def parsed(self) -> x509.CertificateRevocationList:
        """The list as `cryptography` has it."""
        try:
            return x509.load_der_x509_crl(self.der)
        except (ValueError, TypeError):
            raise RevocationListMalformed from None

    @cached_property
    def issuer(self) -> bytes:
        """The issuer's name in DER, as it came."""
        try:
            tbs = der.parse(self.der).sequence()[0].sequence()
            return (tbs[2] if tbs[0].tag == der.Tag.INTEGER else tbs[1]).raw
        except (der.Malformed, IndexError):
            raise RevocationListMalformed from None

    @property
    def this_update(self) -> datetime:
        """When the list was made."""
        return self.parsed.last_update_utc

    @property
    def next_update(self) -> datetime | None:
        """Until when the list promises to be the newest."""
        return self.parsed.next_update_utc

    @property
    def is_complete(self) -> bool:
        """Whether this is a complete list of its issuer, not a delta, a shard or an indirect one."""
        try:
            extensions = self.parsed.extensions
        except (ValueError, x509.DuplicateExtension):
            return False
        return all(e.oid in UNDERSTOOD for e in extensions if e.critical or e.oid == ExtensionOID.DELTA_CRL_INDICATOR)

    def entry(self, serial: int) -> Revocation | None:
        """Return what the list says of a serial number, or None where it does not name it."""
        found = self.parsed.get_revoked_certificate_by_serial_number(serial)
        return None if found is None else Revocation(serial=serial, at=found.revocation_date_utc)

    def is_signed_by(self, issuer: Certificate) -> bool:
        """Tell whether the key of `issuer`, which must be allowed to sign lists, signed this one."""
        if not issuer.key_usage.crl_signing:
            return False
        try:
            algorithm = signature_algorithm(self.parsed.signature_algorithm_oid.dotted_string)
            issuer.public_key.verify(self.parsed.signature, self.parsed.tbs_certlist_bytes, algorithm)
        except TrustError:
            return False
        return True


def tbs_revocation_list(
    issuer: Certificate,
    algorithm: KeyAlgorithm,
    revoked: Iterable[Revocation],
    *,
    number: int,
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """Return the TBSCertList of a complete list of `issuer` (version 2)."""
    entries = []
    for entry in revoked:
        reason = (
            ()
            if entry.reason is None
            else (der.sequence(extension("2.5.29.21", der.tlv(der.Tag.ENUMERATED, bytes((entry.reason,))))),)
        )
        entries.append(der.sequence(der.integer(entry.serial), der.x509_time(entry.at), *reason))
    authority = der.sequence(der.context(0, key_identifier(issuer.public_key), constructed=False))
    extensions = der.sequence(extension("2.5.29.35", authority), extension("2.5.29.20", der.integer(number)))
    return der.sequence(
        der.integer(1),
        der.sequence(der.oid(algorithm.signature_oid)),
        issuer.subject,
        der.x509_time(this_update),
        der.x509_time(next_update),
        *((der.sequence(*entries),) if entries else ()),
        der.context(0, extensions),
    )


def check_revocation(
    certificate: Certificate,
    issuer: Certificate,
    lists: Iterable[RevocationList],
    *,
    at: datetime,
    time_is_proven: bool,
    step: str,
) -> Check:
    """Say whether `certificate` was revoked at the moment `at`, by the newest list that covers that moment.

    `time_is_proven` tells whether a time-stamp shows that the signature existed at `at`: then a later revocation
    does not touch it. A list covers a moment when its next update is not before it.
    """
    name = "certificate.revocation"
    usable = [
        one
        for one in lists
        if one.issuer == certificate.issuer
        and one.is_complete
        and (one.next_update is None or one.next_update >= at)
        and one.is_signed_by(issuer)
    ]
    if not usable:
        reason = f"no revocation list of {certificate.issuer_common_name} that covers {at:%Y-%m-%d %H:%M}Z is at hand"
        return Check(step=step, name=name, finding=Finding(sub_indication=SubIndication.TRY_LATER, reason=reason))
    newest = max(usable, key=lambda one: one.this_update)
    entry = newest.entry(certificate.serial)
    if entry is None or (entry.at > at and time_is_proven):
        return Check(step=step, name=name, note=f"revocation list of {newest.this_update:%Y-%m-%d %H:%M}Z")
    indication = SubIndication.REVOKED if entry.at <= at else SubIndication.REVOKED_NO_POE
    reason = f"{certificate.common_name} was revoked at {entry.at:%Y-%m-%d %H:%M:%S}Z"
    return Check(step=step, name=name, finding=Finding(sub_indication=indication, reason=reason))
