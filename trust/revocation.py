"""Certificate revocation lists (RFC 5280, 5): what goes into one, and what one says about a certificate.

The answer has three values: revoked, not revoked, and unknown. Unknown is never taken for good.
"""

from collections.abc import Iterable, Mapping
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


EXPIRED_CERTIFICATES: Final = x509.ObjectIdentifier("2.5.29.60")
"""expiredCertsOnCRL (X.509, 9.5.2.8)."""

GOOD_ORDER: Final = frozenset({0, 3, 4, 5})
"""Reasons without suspicion of the key: unspecified, affiliation changed, superseded, cessation of operation."""

REASONS: Final[Mapping[x509.ReasonFlags, int]] = {
    x509.ReasonFlags.unspecified: 0,
    x509.ReasonFlags.key_compromise: 1,
    x509.ReasonFlags.ca_compromise: 2,
    x509.ReasonFlags.affiliation_changed: 3,
    x509.ReasonFlags.superseded: 4,
    x509.ReasonFlags.cessation_of_operation: 5,
    x509.ReasonFlags.certificate_hold: 6,
    x509.ReasonFlags.remove_from_crl: 8,
    x509.ReasonFlags.privilege_withdrawn: 9,
    x509.ReasonFlags.aa_compromise: 10,
}
"""CRLReason, RFC 5280, 5.3.1."""


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
        except (ValueError, TypeError, x509.InvalidVersion):
            raise RevocationListMalformed from None

    @cached_property
    def issuer(self) -> bytes:
        """The issuer's name in DER, as it came."""
        tbs = der.parse(self.der).sequence()[0].sequence()
        return (tbs[2] if tbs[0].tag == der.Tag.INTEGER else tbs[1]).raw

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
        if found is None:
            return None
        return Revocation(serial=serial, at=found.revocation_date_utc, reason=reason_of(found))

    def tells_of(self, certificate: Certificate) -> bool:
        """Whether `certificate` would be named if it was revoked.

        Many authorities take certificates that have ended off their lists (RFC 5280, 3.3). A list that was made after
        the end tells of it only where expiredCertsOnCRL says that it keeps them (X.509, 9.5.2.8).
        """
        if self.this_update <= certificate.not_after:
            return True
        since = self.keeps_expired_since
        return since is not None and since <= certificate.not_after

    @property
    def keeps_expired_since(self) -> datetime | None:
        """From which end on expired certificates stay on the list; None where the list does not say."""
        for one in self.parsed.extensions:
            if one.oid == EXPIRED_CERTIFICATES and isinstance(one.value, x509.UnrecognizedExtension):
                try:
                    return der.parse(one.value.value).time()
                except der.Malformed:
                    return None
        return None

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


def reason_of(entry: x509.RevokedCertificate) -> int | None:
    """Return the CRLReason of an entry, or None where it tells none that can be read."""
    try:
        return REASONS[entry.extensions.get_extension_for_class(x509.CRLReason).value.reason]
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return None


def tbs_revocation_list(
    issuer: Certificate,
    algorithm: KeyAlgorithm,
    revoked: Iterable[Revocation],
    *,
    number: int,
    this_update: datetime,
    next_update: datetime,
) -> bytes:
    """Return the TBSCertList of a complete list of `issuer` (version 2).

    `revoked` is everything that was ever revoked, whether it has ended meanwhile or not: the list says so.
    """
    entries = []
    for entry in revoked:
        reason = (
            ()
            if entry.reason is None
            else (der.sequence(extension("2.5.29.21", der.tlv(der.Tag.ENUMERATED, bytes((entry.reason,))))),)
        )
        entries.append(der.sequence(der.integer(entry.serial), der.x509_time(entry.at), *reason))
    authority = der.sequence(der.context(0, key_identifier(issuer.public_key), constructed=False))
    extensions = der.sequence(
        extension("2.5.29.35", authority),
        extension("2.5.29.20", der.integer(number)),
        extension(EXPIRED_CERTIFICATES.dotted_string, der.generalized_time(issuer.not_before)),
    )
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
    states_time: bool = False,
    step: str,
) -> Check:
    """Say whether `certificate` was revoked at the moment `at`, by the newest list that covers that moment.

    `time_is_proven` tells whether a time-stamp shows that the signature existed at `at`: then a later revocation
    does not touch it. A list covers a moment when its next update is not before it.

    `states_time` tells that `at` is what the key itself stated, as a time-stamp authority does. Whoever stole such a
    key states any moment he likes, so that only a revocation in good order leaves the past alone (RFC 3161, 4).
    """
    name = "certificate.revocation"
    usable = [
        one
        for one in lists
        if certificate.serial >= 0  # no list can name another one
        and one.issuer == certificate.issuer
        and one.is_complete
        and one.tells_of(certificate)
        and (one.next_update is None or one.next_update >= at)
        and one.is_signed_by(issuer)
    ]
    if not usable:
        reason = f"no revocation list of {certificate.issuer_common_name} that covers {at:%Y-%m-%d %H:%M}Z is at hand"
        return Check(step=step, name=name, finding=Finding(sub_indication=SubIndication.TRY_LATER, reason=reason))
    newest = max(usable, key=lambda one: one.this_update)
    entry = newest.entry(certificate.serial)
    in_good_order = entry is not None and (not states_time or entry.reason in GOOD_ORDER)
    if entry is None or (entry.at > at and time_is_proven and in_good_order):
        return Check(step=step, name=name, note=f"revocation list of {newest.this_update:%Y-%m-%d %H:%M}Z")
    indication = SubIndication.REVOKED if entry.at <= at else SubIndication.REVOKED_NO_POE
    reason = f"{certificate.common_name} was revoked at {entry.at:%Y-%m-%d %H:%M:%S}Z"
    return Check(step=step, name=name, finding=Finding(sub_indication=indication, reason=reason))
