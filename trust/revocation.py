"""Certificate revocation lists (RFC 5280, 5): what goes into one, and what lists and responders say of a certificate.

The answer has three values: revoked, not revoked, and unknown. Unknown is never taken for good. A list may be complete
or a shard of one, which tells of those certificates alone that name it among their distribution points.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.algorithms import KeyAlgorithm, signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.errors import Invalid, TrustError, Unavailable
from trust.ocsp import OCSPResponse, StatusAnswer
from trust.profiles import extension, key_identifier, uniform_resource
from trust.revocation_entries import entry_extensions, invalid_since, reason_of
from trust.revocation_scope import Scope
from trust.status import GOOD_ORDER, Revocation, RevocationStatus, StatusSource
from trust.verdict import Check, Finding, SubIndication

__all__ = [
    "Revocation",
    "RevocationList",
    "RevocationListMalformed",
    "check_revocation",
    "revocation_list_of",
    "tbs_revocation_list",
]

UNDERSTOOD: Final = frozenset(
    {ExtensionOID.CRL_NUMBER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.ISSUING_DISTRIBUTION_POINT}
)
"""Extensions of a direct CRL. A list with any other critical one is not what it seems and is passed over."""


DISTRIBUTION_POINT: Final = ExtensionOID.ISSUING_DISTRIBUTION_POINT.dotted_string

EXPIRED_CERTIFICATES: Final = x509.ObjectIdentifier("2.5.29.60")
"""expiredCertsOnCRL (X.509, 9.5.2.8)."""

SHORT: Final = 1 << 16
"""Octets of a list that is kept when it has been read."""

KEPT_LISTS: Final = 64
MOST_SIGNERS: Final = 16
"""Keys of which a list remembers whether they signed it: more than an authority has had."""


class RevocationListMalformed(Invalid):
    """The bytes are not a certificate revocation list."""

    code = "certificate.revocation_list_malformed"


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

    @cached_property
    def this_update(self) -> datetime:
        """When the list was made."""
        return self.parsed.last_update_utc

    @cached_property
    def next_update(self) -> datetime | None:
        """Until when the list promises to be the newest."""
        return self.parsed.next_update_utc

    @cached_property
    def scope(self) -> Scope | None:
        """What the list tells of; None where it is a delta, or limited in a way that this house does not understand."""
        try:
            extensions = tuple(self.parsed.extensions)
            if any(one.oid == ExtensionOID.DELTA_CRL_INDICATOR for one in extensions):
                return None
            if any(one.critical and one.oid not in UNDERSTOOD for one in extensions):
                return None
            points = [one.value for one in extensions if one.oid == ExtensionOID.ISSUING_DISTRIBUTION_POINT]
            return Scope.read(points[0].public_bytes()) if points else Scope()
        except (ValueError, x509.DuplicateExtension, der.Malformed):
            return None

    @property
    def is_complete(self) -> bool:
        """Whether this tells of every certificate of its issuer: it is no delta, no shard, not an indirect list."""
        return self.scope == Scope()

    @cached_property
    def number(self) -> int | None:
        """The CRL number (RFC 5280, 5.2.3), if it has one that can be read."""
        try:
            return self.parsed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
        except (ValueError, x509.DuplicateExtension, x509.ExtensionNotFound):
            return None

    def entry(self, serial: int) -> Revocation | None:
        """Return what the list says of a serial number, or None where it does not name it."""
        found = self.parsed.get_revoked_certificate_by_serial_number(serial)
        if found is None:
            return None
        return Revocation(
            serial=serial,
            at=found.revocation_date_utc,
            reason=reason_of(found),
            invalid_since=invalid_since(found),
        )

    def tells_of(self, certificate: Certificate) -> bool:
        """Whether `certificate` would be named if it was revoked.

        Only what is in the scope of the list is. Many authorities take certificates that have ended off their lists
        (RFC 5280, 3.3). A list that was made after the end tells of it only where expiredCertsOnCRL says that it keeps
        them (X.509, 9.5.2.8).
        """
        if self.scope is None or not self.scope.tells_of(certificate):
            return False
        if self.this_update <= certificate.not_after:
            return True
        since = self.keeps_expired_since
        return since is not None and since <= certificate.not_after

    @property
    def keeps_expired_since(self) -> datetime | None:
        """From which end on expired certificates stay on the list; None where the list does not say."""
        try:
            for one in self.parsed.extensions:
                if one.oid == EXPIRED_CERTIFICATES and isinstance(one.value, x509.UnrecognizedExtension):
                    return der.parse(one.value.value).time()
        except (ValueError, x509.DuplicateExtension, der.Malformed):
            return None  # such a list has no scope either, and nobody relies on it
        return None

    def is_signed_by(self, issuer: Certificate) -> bool:
        """Tell whether the key of `issuer`, which must be allowed to sign lists, signed this one.

        What came of it is remembered, since a long list is asked about many certificates; not so where nothing could be
        computed.
        """
        if not issuer.key_usage.crl_signing:
            return False
        key = issuer.public_key
        known = self.signers.get(key)
        if known is not None:
            return known
        try:
            known = self.is_signed_with(key)
        except Unavailable:
            return False
        if len(self.signers) >= MOST_SIGNERS:
            self.signers.clear()
        self.signers[key] = known
        return known

    @cached_property
    def signers(self) -> dict[PublicKey, bool]:
        """Which keys signed this list, of those that were tried."""
        return {}

    def is_signed_with(self, key: PublicKey) -> bool:
        """Tell whether `key` signed the list, octet by octet as it came. Raise as backends do that cannot compute."""
        signed, _, signature = der.parse(self.der).sequence()
        try:
            algorithm = signature_algorithm(self.parsed.signature_algorithm_oid.dotted_string)
            key.verify(signature.bits(), signed.raw, algorithm)
        except Unavailable:
            raise
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
    point: str | None = None,
) -> bytes:
    """Return the TBSCertList of a list of `issuer` (version 2): complete, or the shard that is published at `point`.

    `revoked` is everything that was ever revoked, whether it has ended meanwhile or not: the list says so.
    """
    entries = [
        der.sequence(
            der.integer(entry.serial),
            der.x509_time(entry.at),
            entry_extensions(entry),
        )
        for entry in revoked
    ]
    shard = der.sequence(der.context(0, der.context(0, uniform_resource(point)))) if point else None
    authority = der.sequence(der.context(0, key_identifier(issuer.public_key), constructed=False))
    extensions = der.sequence(
        extension("2.5.29.35", authority),
        extension("2.5.29.20", der.integer(number)),
        *((extension(DISTRIBUTION_POINT, shard, critical=True),) if shard else ()),
        extension(EXPIRED_CERTIFICATES.dotted_string, der.generalized_time(issuer.not_before)),
    )
    return der.sequence(
        der.integer(1),
        algorithm.signature_identifier,
        issuer.subject,
        der.x509_time(this_update),
        der.x509_time(next_update),
        *((der.sequence(*entries),) if entries else ()),
        der.context(0, extensions),
    )


SOURCES: Final = {StatusSource.LIST: "revocation list", StatusSource.RESPONSE: "OCSP response"}


@dataclass(frozen=True, kw_only=True)
class Told:
    """What one source says of a certificate: nothing, or a revocation; and when it was made."""

    source: StatusSource
    der: bytes
    at: datetime
    next_update: datetime | None
    revocation: Revocation | None

    def of(self, certificate: Certificate, at: datetime) -> RevocationStatus:
        """Return what this says of a certificate at the moment `at`."""
        revocation = self.revocation
        return RevocationStatus(
            certificate=certificate.common_name,
            fingerprint=certificate.fingerprint,
            source=self.source,
            told_by=self.der,
            at=at,
            made_at=self.at,
            next_update=self.next_update,
            revoked_at=None if revocation is None else revocation.at,
            reason=None if revocation is None else revocation.reason,
        )


def revocation_list_of(encoded: bytes) -> RevocationList:
    """Return a list that may have been met before: one and the same stands in everything that is signed on a day.

    Raise `RevocationListMalformed`.
    """
    return known_list(encoded) if len(encoded) <= SHORT else RevocationList(encoded)


@lru_cache(KEPT_LISTS)
def known_list(encoded: bytes) -> RevocationList:
    """Return a list, the same for the same octets."""
    return RevocationList(encoded)


def check_revocation(
    certificate: Certificate,
    issuer: Certificate,
    lists: Iterable[RevocationList],
    *,
    responses: Iterable[OCSPResponse] = (),
    at: datetime,
    time_is_proven: bool,
    states_time: bool = False,
    existed: datetime | None = None,
    step: str,
) -> Check:
    """Say whether `certificate` was revoked at the moment `at`, by the newest list or response that covers that moment.

    `time_is_proven` tells whether a time-stamp shows that the signature existed at `at`: then a later revocation
    does not touch it. A list or response covers a moment when its next update is not before it.

    `states_time` tells that `at` is what the key itself stated, as a time-stamp authority does. Whoever stole such a
    key states any moment he likes, so that only a revocation in good order leaves the past alone (RFC 3161, 4), or
    that what the key made is proven to have `existed` before anybody else may have had it.
    """
    name = "certificate.revocation"
    kept = tuple(lists)
    told = [*told_by_lists(certificate, issuer, kept, at), *told_by_responses(certificate, issuer, responses, kept, at)]
    if not told:
        missing = f"no revocation list or response of {certificate.issuer_common_name}"
        reason = f"{missing} that covers {at:%Y-%m-%d %H:%M}Z is at hand"
        return Check(step=step, name=name, finding=Finding(sub_indication=SubIndication.TRY_LATER, reason=reason))
    # Lists tell the second: of two of the same one, what was revoked in it is told by the one that says so.
    newest = max(told, key=lambda one: (one.at, one.revocation is not None))
    status, entry = newest.of(certificate, at), newest.revocation
    in_good_order = not states_time or (entry is not None and entry.reason in GOOD_ORDER)
    is_older = entry is not None and existed is not None and existed < entry.doubted_since
    if entry is None or (entry.at > at and time_is_proven and (in_good_order or is_older)):
        note = f"{SOURCES[newest.source]} of {newest.at:%Y-%m-%d %H:%M}Z"
        return Check(step=step, name=name, note=note, revocation=status)
    indication = SubIndication.REVOKED if entry.at <= at else SubIndication.REVOKED_NO_POE
    reason = f"{certificate.common_name} was revoked at {entry.at:%Y-%m-%d %H:%M:%S}Z"
    finding = Finding(sub_indication=indication, reason=reason)
    return Check(step=step, name=name, finding=finding, revocation=status)


def told_by_lists(
    certificate: Certificate, issuer: Certificate, lists: tuple[RevocationList, ...], at: datetime
) -> Iterator[Told]:
    """Yield what each list says that is the issuer's own, tells of the certificate, and covers the moment `at`."""
    for one in lists:
        if (
            certificate.serial >= 0  # no list can name another one
            and one.issuer == certificate.issuer
            and one.tells_of(certificate)
            and (one.next_update is None or one.next_update >= at)
            and one.is_signed_by(issuer)
        ):
            revocation = one.entry(certificate.serial)
            yield Told(
                source=StatusSource.LIST,
                der=one.der,
                at=one.this_update,
                next_update=one.next_update,
                revocation=revocation,
            )


def told_by_responses(
    certificate: Certificate,
    issuer: Certificate,
    responses: Iterable[OCSPResponse],
    lists: tuple[RevocationList, ...],
    at: datetime,
) -> Iterator[Told]:
    """Yield what each OCSP response says: that of the issuer itself, or of a responder that the issuer appointed.

    A responder whose certificate does not say that nobody needs to ask for it (nocheck) must be cleared by a list.
    """
    for one in responses:
        answer = one.answer_for(certificate, issuer)
        if answer is None or not covers(answer, one, certificate, at):
            continue
        responder = one.signed_by(issuer)
        if responder is None:
            continue
        if responder != issuer and not responder.is_status_unasked:
            listed = list(told_by_lists(responder, issuer, lists, one.produced_at))
            if not listed or max(listed, key=lambda told: told.at).revocation is not None:
                continue
        yield Told(
            source=StatusSource.RESPONSE,
            der=one.der,
            at=answer.this_update,
            next_update=answer.next_update,
            revocation=answer.revocation,
        )


def covers(answer: StatusAnswer, response: OCSPResponse, certificate: Certificate, at: datetime) -> bool:
    """Tell whether an answer that is good or revoked covers the moment `at`.

    Without a next update, newer news may be had at any time: then it covers what was before it was made. An answer that
    was made after the certificate ended covers it only where the responder says that it keeps what has ended (archive
    cutoff, RFC 6960, 4.4.4).
    """
    if not answer.is_known:
        return False
    if response.produced_at > certificate.not_after and (
        answer.archive_cutoff is None or answer.archive_cutoff > certificate.not_after
    ):
        return False
    return (answer.next_update or answer.this_update) >= at
