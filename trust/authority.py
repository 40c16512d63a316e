"""Certification authorities of this instance: their certificates, what they issue and revoke, and their CRLs.

Issuing goes prepare → sign → record, as the order of the words: what will be signed is fixed and audited in a
transaction, then signed with no transaction open, then recorded. A key that signed nothing leaves a trace all the same.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Final

from trust import repository
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.errors import Conflict, NotFound
from trust.events import AuditEvent, Fact
from trust.paths import Evidence
from trust.profiles import Name, Profile, tbs_certificate
from trust.repository import Authority
from trust.revocation import RevocationList, tbs_revocation_list
from trust.signing import KeyCustody, KeyReference, Signer
from trust.store import LostRace, Reading, Store, Transaction

__all__ = ["Authorities", "Authority", "AuthorityUnknown", "CertificateUnknown", "Order"]

CRL_LIFETIME: Final = timedelta(days=7)
"""How long a CRL promises to be the newest. It is renewed long before, and at once after a revocation."""

CRL_RENEWAL: Final = timedelta(days=2)
"""A CRL that has less than this left is renewed when the service looks after its lists."""

ATTEMPTS: Final = 3
"""How often a CRL is put into its place while others are put there."""


class AuthorityUnknown(NotFound):
    """This instance has no certification authority by that name."""

    code = "authority.unknown"
    detail_names: ClassVar[tuple[str, ...]] = ("name",)


class AuthorityExists(Conflict):
    """The certification authority was established before; a ceremony is held once."""

    code = "authority.exists"
    detail_names: ClassVar[tuple[str, ...]] = ("name",)


class CertificateUnknown(NotFound):
    """No authority of this instance issued such a certificate."""

    code = "certificate.unknown"


@dataclass(frozen=True, kw_only=True)
class Order:
    """A certificate that is about to be signed: fixed to the byte, and already in the audit trail."""

    profile: Profile
    issuer: str | None
    issuer_key: KeyReference
    key: KeyReference
    tbs: bytes


class Authorities:
    """Every certification authority of the instance."""

    def __init__(self, store: Store, custody: KeyCustody, *, address: str) -> None:
        self.store = store
        self.custody = custody
        self.address = address
        """Where certificates and lists are published, without a slash at the end."""

    def get(self, view: Reading, name: str) -> Authority:
        """Return the authority `name`, or raise `AuthorityUnknown`."""
        found = repository.authority(view, name)
        if found is None:
            raise AuthorityUnknown(name=name)
        return found

    def all(self, view: Reading) -> tuple[Authority, ...]:
        """Return every authority."""
        return repository.authorities(view)

    def evidence(self, view: Reading) -> Evidence:
        """Return what this instance has in hand to judge what it issued: anchors, authorities, newest lists."""
        known = self.all(view)
        lists = (repository.revocation_list(view, one.name) for one in known)
        return Evidence(
            anchors=tuple(one.certificate for one in known if one.issuer is None),
            certificates=tuple(one.certificate for one in known if one.issuer is not None),
            revocation_lists=tuple(one for one in lists if one is not None),
        )

    def prepare_root(self, tx: Transaction, *, profile: Profile, subject: Name, key: KeyReference) -> Order:
        """Fix a certificate that its own key will sign."""
        return self.order(tx, profile, subject, key, issuer=None, issuer_name=subject.der, issuer_key=key)

    def prepare(self, tx: Transaction, *, issuer: str, profile: Profile, subject: Name, key: KeyReference) -> Order:
        """Fix the certificate of `key` for `subject`, to be signed by the authority `issuer`."""
        authority = self.get(tx, issuer)
        end = authority.certificate.not_after
        name, signing_key = authority.certificate.subject, authority.key
        return self.order(tx, profile, subject, key, issuer=issuer, issuer_name=name, issuer_key=signing_key, end=end)

    def order(
        self,
        tx: Transaction,
        profile: Profile,
        subject: Name,
        key: KeyReference,
        *,
        issuer: str | None,
        issuer_name: bytes,
        issuer_key: KeyReference,
        end: datetime | None = None,
    ) -> Order:
        """Build the TBSCertificate and put its digest into the audit trail."""
        tbs = tbs_certificate(
            profile,
            issuer=issuer_name,
            issuer_key=issuer_key.public_key,
            issuer_algorithm=issuer_key.algorithm,
            subject=subject.der,
            key=key.public_key,
            at=tx.now,
            crl=None if issuer is None else f"{self.address}/{issuer}.crl",
            issuer_address=None if issuer is None else f"{self.address}/{issuer}.cer",
            not_after=end,
        )
        facts = {"profile": profile.name, "issuer": issuer or "itself", "tbs": sm3(tbs).hex()}
        tx.record(AuditEvent(tag="certificate:issue:prepared", actor="system", subject=key.handle, facts=facts))
        return Order(profile=profile, issuer=issuer, issuer_key=issuer_key, key=key, tbs=tbs)

    def sign(self, order: Order) -> Certificate:
        """Sign what was ordered. No transaction may be open."""
        signature = Signer(self.custody, order.issuer_key).sign(order.tbs)
        algorithm = der.sequence(der.oid(order.issuer_key.algorithm.signature_oid))
        return Certificate(der.sequence(order.tbs, algorithm, der.bit_string(signature)))

    def record(self, tx: Transaction, order: Order, certificate: Certificate) -> None:
        """Keep a certificate that was signed, under the authority that signed it."""
        if order.issuer is not None:
            repository.add_certificate(tx, certificate, issuer=order.issuer, key=order.key)
        facts = {"certificate": certificate.fingerprint, "serial": f"{certificate.serial:x}"}
        tx.record(AuditEvent(tag="certificate:issue:done", actor="system", subject=order.key.handle, facts=facts))

    def establish(self, tx: Transaction, name: str, order: Order, certificate: Certificate) -> None:
        """Keep a certificate as that of the new authority `name`, or raise `AuthorityExists`."""
        if repository.authority(tx, name) is not None:
            raise AuthorityExists(name=name)
        repository.add_authority(tx, name, certificate, key=order.key, issuer=order.issuer)
        self.record(tx, order, certificate)

    def revoke(self, tx: Transaction, certificate: Certificate, *, reason: int, actor: str) -> None:
        """Mark a certificate as revoked from now on. `publish` must follow once the transaction has committed.

        Raise `CertificateUnknown` where it is not ours: the trail would tell of what no list ever will.
        """
        if not repository.revoke_certificate(tx, certificate, at=tx.now, reason=reason):
            raise CertificateUnknown
        facts: dict[str, Fact] = {"serial": f"{certificate.serial:x}", "reason": reason}
        tx.record(AuditEvent(tag="certificate:revoke:done", actor=actor, subject=certificate.fingerprint, facts=facts))

    def publish(self, name: str) -> RevocationList:
        """Make and keep a new CRL of the authority `name`."""
        with self.store.transaction() as tx:
            authority = self.get(tx, name)
            number = repository.next_number(tx, f"crl:{name}")
            tbs = tbs_revocation_list(
                authority.certificate,
                authority.key.algorithm,
                repository.revocations(tx, name),
                number=number,
                this_update=tx.now,
                next_update=tx.now + CRL_LIFETIME,
            )
            facts: dict[str, Fact] = {"number": number, "tbs": sm3(tbs).hex()}
            tx.record(AuditEvent(tag="revocation_list:publish:prepared", actor="system", subject=name, facts=facts))
        signature = Signer(self.custody, authority.key).sign(tbs)
        algorithm = der.sequence(der.oid(authority.key.algorithm.signature_oid))
        made = RevocationList(der.sequence(tbs, algorithm, der.bit_string(signature)))
        for _ in range(ATTEMPTS - 1):
            with suppress(LostRace):  # to a list that was made at the same time; the higher number stays
                self.keep(name, made, number=number)
                return made
        self.keep(name, made, number=number)
        return made

    def keep(self, name: str, made: RevocationList, *, number: int) -> None:
        """Keep a CRL as the newest of the authority `name`, unless a newer one is there. Raise `LostRace`."""
        with self.store.transaction() as tx:
            repository.put_revocation_list(tx, name, made, number=number)
            facts: dict[str, Fact] = {"number": number, "digest": sm3(made.der).hex()}
            tx.record(AuditEvent(tag="revocation_list:publish:done", actor="system", subject=name, facts=facts))

    def keep_lists_fresh(self) -> tuple[str, ...]:
        """Renew every CRL that is missing, near its end, or without what was revoked since.

        Return the names of the authorities concerned.
        """
        with self.store.reading() as view:
            due = [authority.name for authority in self.all(view) if self.is_due(view, authority.name)]
        for name in due:
            self.publish(name)
        return tuple(due)

    def is_due(self, view: Reading, name: str) -> bool:
        """Tell whether the CRL of the authority `name` must be renewed now."""
        current = repository.revocation_list(view, name)
        if current is None or current.next_update is None or current.next_update - view.now < CRL_RENEWAL:
            return True
        return any(current.entry(one.serial) is None for one in repository.revocations(view, name))
