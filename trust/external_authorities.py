"""Authorities outside 第三方电子认证服务机构: a licensed CA certifies our keys, and its lists come in as files.

A key of our custody asks by a request that the operator carries to the authority; what comes back is held against the
request, a path to an anchor that the operator took up for this purpose, and the moment. Nothing is fetched from
anywhere, since government authorities publish their lists in networks of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from trust import outside_repository as repository
from trust.certificates import Certificate, read_pem
from trust.certification_requests import make_request
from trust.crypto.sm3 import sm3
from trust.errors import Invalid, NotFound, Untrusted
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.outside_repository import KeptRequest, OutsideCertificate, OutsideRole
from trust.paths import Evidence, validate
from trust.profiles import Name, Profile
from trust.revocation import RevocationList
from trust.signing import KeyCustody, KeyPurpose, KeyReference
from trust.store import Reading, Store
from trust.validation_policy import Purpose, ValidationPolicy
from trust.verdict import Outcome, SubIndication

__all__ = [
    "RENEWAL_NOTICE",
    "AnchorUnlawful",
    "CertificateNotAccepted",
    "ExternalAuthorities",
    "ListNotAccepted",
    "OutsideUnknown",
    "Renewal",
    "evidence",
]

RENEWAL_NOTICE: Final = timedelta(days=60)
"""How long before its end somebody is reminded of a certificate: a licensed authority takes weeks."""

CLOCK_SKEW: Final = timedelta(minutes=5)

PURPOSES: Final[Mapping[KeyPurpose, Purpose]] = {
    KeyPurpose.SEAL_OWNER: Purpose.SEALING,
    KeyPurpose.SEAL_MAKER: Purpose.SEAL_MAKING,
    KeyPurpose.DOCUMENT: Purpose.SIGNING,
    KeyPurpose.TIME_STAMPING: Purpose.TIME_STAMPING,
}
"""What the certificate of a key must be good for. Other keys are certified by our own authorities alone."""


class OutsideUnknown(NotFound):
    """There is no such request or certificate of an authority outside."""

    code = "certificate.outside_unknown"


class AnchorUnlawful(Invalid):
    """The certificate is not one of an authority that is valid now, so that it cannot be an anchor."""

    code = "certificate.anchor_unlawful"


class CertificateNotAccepted(Untrusted):
    """The certificate is not what the request asked for, or leads to no anchor; `check` names what did not hold."""

    code = "certificate.not_accepted"
    detail_names: ClassVar[tuple[str, ...]] = ("check",)


class ListNotAccepted(Untrusted):
    """The list is of no authority that is known, is not signed by it, or is older than what is here; `fault` says."""

    code = "certificate.list_not_accepted"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """A certificate of a key of ours that ends soon, and the request that it came of."""

    request: KeptRequest
    certificate: Certificate


def certificates_of(content: bytes) -> tuple[Certificate, ...]:
    """Return every certificate of a file in PEM, or the one that it is in DER."""
    blocks = tuple(read_pem(content, "CERTIFICATE"))
    return tuple(Certificate(one) for one in blocks or (content,))


def evidence(view: Reading) -> Evidence:
    """Return what is at hand of authorities outside: the anchors and what each is for, authorities below, lists."""
    kept = repository.certificates(view, OutsideRole.ANCHOR, OutsideRole.AUTHORITY)
    anchors = [one for one in kept if one.role is OutsideRole.ANCHOR and not one.withdrawn]
    return Evidence(
        anchors=tuple(one.certificate for one in anchors),
        certificates=tuple(one.certificate for one in kept if one.role is OutsideRole.AUTHORITY),
        revocation_lists=repository.lists(view),
        policy=ValidationPolicy(anchor_purposes={one.certificate.fingerprint: one.purposes for one in anchors}),
    )


class ExternalAuthorities:
    """Requests to authorities outside, and what comes back."""

    def __init__(self, store: Store, custody: KeyCustody) -> None:
        self.store = store
        self.custody = custody

    # --- anchors

    def trust(self, content: bytes, *, purposes: Iterable[Purpose], actor: str) -> Certificate:
        """Take up an anchor for some purposes and no other. Raise `AnchorUnlawful` or `CertificateMalformed`."""
        trusted, chosen = Certificate(next(iter(read_pem(content, "CERTIFICATE")), content)), frozenset(purposes)
        with self.store.transaction() as tx:
            is_valid = trusted.not_before <= tx.now <= trusted.not_after
            is_authority = trusted.is_authority and trusted.key_usage.certificate_signing
            if not chosen or not is_valid or not is_authority or trusted.unknown_critical_extensions:
                raise AnchorUnlawful
            kept = OutsideCertificate(certificate=trusted, role=OutsideRole.ANCHOR, purposes=chosen)
            repository.put_certificate(tx, kept)
            facts: dict[str, Fact] = {"purposes": ", ".join(sorted(chosen)), "subject": trusted.common_name}
            tx.record(AuditEvent(tag="anchor:trust:done", actor=actor, subject=trusted.fingerprint, facts=facts))
        return trusted

    def distrust(self, fingerprint: str, *, actor: str) -> None:
        """Trust an anchor no more, from now on. Raise `OutsideUnknown`."""
        with self.store.transaction() as tx:
            if not repository.withdraw(tx, fingerprint):
                raise OutsideUnknown
            tx.record(AuditEvent(tag="anchor:distrust:done", actor=actor, subject=fingerprint))

    # --- requests

    def request(self, key: KeyReference, *, subject: Name, profile: Profile, actor: str) -> KeptRequest:
        """Make a request for the certificate of a key in custody, to be carried to an authority."""
        return self.ask(key, subject.der, profile=profile.name, actor=actor)

    def renew(self, name: str, *, actor: str) -> KeptRequest:
        """Ask again for the same key under the same name. Raise `OutsideUnknown`."""
        with self.store.reading() as view:
            before = self.require(view, name)
        return self.ask(before.key, before.request.subject, profile=before.profile, actor=actor)

    def ask(self, key: KeyReference, subject: bytes, *, profile: str, actor: str) -> KeptRequest:
        """Let the custody sign a request, and keep it."""
        made = make_request(self.custody, key, subject)
        with self.store.transaction() as tx:
            kept = KeptRequest(id=new_id("csr", at=tx.now), key=key, profile=profile, request=made, made_at=tx.now)
            repository.add_request(tx, kept)
            facts: dict[str, Fact] = {"key": key.handle, "profile": profile, "request": sm3(made.der).hex()}
            tx.record(AuditEvent(tag="certificate:request:done", actor=actor, subject=kept.id, facts=facts))
        return kept

    def require(self, view: Reading, name: str) -> KeptRequest:
        """Return a request, or raise `OutsideUnknown`."""
        found = repository.request(view, name)
        if found is None:
            raise OutsideUnknown
        return found

    def waiting(self, view: Reading) -> tuple[KeptRequest, ...]:
        """Return every request that no certificate came of yet."""
        return tuple(one for one in repository.requests(view) if one.certificate is None)

    def certificate_of(self, view: Reading, key: KeyReference) -> Certificate | None:
        """Return the certificate of a key that ends last, if an authority outside issued one."""
        found = [
            one.certificate
            for one in repository.certificates(view, OutsideRole.SUBJECT)
            if one.certificate.public_key == key.public_key
        ]
        return found[-1] if found else None

    # --- certificates

    def import_certificate(self, name: str, content: bytes, *, actor: str) -> Certificate:
        """Take in the certificate that a request asked for, with those of the authorities above it, and use its key.

        That it is revoked is refused; that no list says so is not, since lists come in afterwards: until then whatever
        is signed with it is undetermined. Raise `OutsideUnknown`, `CertificateMalformed`, `CertificateNotAccepted`.
        """
        with self.store.reading() as view:
            asked, now, known = self.require(view, name), view.now, evidence(view)
        carried = certificates_of(content)
        issued = [one for one in carried if one.public_key == asked.key.public_key]
        if len(issued) != 1:
            raise CertificateNotAccepted(check="key")
        (leaf,) = issued
        above = tuple(one for one in carried if one != leaf and one.is_authority)
        require_lawful(leaf, asked)
        is_clear = require_path(leaf, known.joined_by(above), PURPOSES[asked.key.purpose], now)
        with self.store.transaction() as tx:
            for one in above:
                repository.put_certificate(tx, OutsideCertificate(certificate=one, role=OutsideRole.AUTHORITY))
            repository.put_certificate(tx, OutsideCertificate(certificate=leaf, role=OutsideRole.SUBJECT))
            repository.answer_request(tx, name, leaf.fingerprint)
            self.custody.activate(tx, asked.key)
            facts: dict[str, Fact] = {
                "certificate": leaf.fingerprint,
                "issuer": leaf.issuer_common_name,
                "revocation_known": is_clear,
            }
            tx.record(AuditEvent(tag="certificate:import:done", actor=actor, subject=name, facts=facts))
        return leaf

    def renewals(self, view: Reading) -> tuple[Renewal, ...]:
        """Return every certificate of a key of ours that ends soon and has no successor, the first to end first."""
        asked = {one.certificate: one for one in repository.requests(view) if one.certificate is not None}
        kept = [one.certificate for one in repository.certificates(view, OutsideRole.SUBJECT) if not one.withdrawn]
        last = {one.public_key: one for one in kept}  # in the order of their ends
        soon = view.now + RENEWAL_NOTICE
        return tuple(
            Renewal(request=asked[one.fingerprint], certificate=one) for one in last.values() if one.not_after < soon
        )

    # --- lists

    def import_list(self, content: bytes, *, actor: str) -> RevocationList:
        """Take in a revocation list of an authority outside from a file. Raise `ListNotAccepted`, or for no list."""
        made = RevocationList(next(iter(read_pem(content, "X509 CRL")), content))
        with self.store.transaction() as tx:
            require_list(made, repository.list_like(tx, made), evidence(tx), tx.now)
            repository.put_list(tx, made)
            facts: dict[str, Fact] = {"number": made.number, "this_update": made.this_update.isoformat()}
            subject = sm3(made.issuer).hex()
            tx.record(AuditEvent(tag="revocation_list:import:done", actor=actor, subject=subject, facts=facts))
        return made


def require_lawful(leaf: Certificate, asked: KeptRequest) -> None:
    """Hold a certificate against what the request was for, as far as an authority outside is bound by our profile."""
    usage = leaf.key_usage
    faults = {
        "purpose": asked.key.purpose not in PURPOSES,
        "authority": leaf.is_authority,
        "key_usage": not (usage.digital_signature or usage.content_commitment) or usage.certificate_signing,
        "subject": not leaf.common_name,
    }
    for check, is_broken in faults.items():
        if is_broken:
            raise CertificateNotAccepted(check=check)


def require_path(leaf: Certificate, known: Evidence, purpose: Purpose, at: datetime) -> bool:
    """Return whether a path to an anchor for `purpose` is good in everything, or in everything but unknown revocation.

    Raise `CertificateNotAccepted` with the name of the first check that did not hold.
    """
    is_clear = True
    for check in validate(leaf, known, purpose=purpose, at=at).checks:
        if check.finding is not None and check.finding.sub_indication is SubIndication.TRY_LATER:
            is_clear = False
        elif check.outcome is not Outcome.PASSED:
            raise CertificateNotAccepted(check=check.name)
    return is_clear


def require_list(made: RevocationList, before: RevocationList | None, known: Evidence, now: datetime) -> None:
    """Hold a list against the authorities that are known, the moment, and the list that it replaces."""
    issuers = [one for one in (*known.anchors, *known.certificates) if one.subject == made.issuer]
    faults = {
        "issuer": not issuers,
        "signature": not any(map(made.is_signed_by, issuers)),
        "scope": made.scope is None,
        "future": made.this_update > now + CLOCK_SKEW,
        "stale": made.next_update is None or made.next_update <= now,
        "older": before is not None and is_older(made, before),
    }
    for fault, is_broken in faults.items():
        if is_broken:
            raise ListNotAccepted(fault=fault)


def is_older(made: RevocationList, before: RevocationList) -> bool:
    """Tell whether a list is older than the one in its place, by its number as by its time."""
    fewer = made.number is not None and before.number is not None and made.number < before.number
    return fewer or made.this_update < before.this_update
