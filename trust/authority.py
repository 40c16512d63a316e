"""Certification authorities of this instance: their certificates, what they issue and revoke, and their succession.

Issuing goes prepare → lint → sign → record, as the order of the words: what will be signed is fixed, held against its
profile and audited in a transaction, then signed with no transaction open, then recorded. A key that signed nothing
leaves a trace all the same. Lists are made in trust/lists.py, and OCSP answers in trust/responder.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from trust import external_authorities
from trust import pki_repository as repository
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.errors import Conflict, NotFound
from trust.events import AuditEvent, Fact
from trust.linting import lint
from trust.lists import Lists
from trust.paths import Evidence
from trust.pki_repository import Authority, ListId
from trust.profiles import Addresses, Name, Profile, tbs_certificate
from trust.revocation import RevocationList
from trust.signing import KeyCustody, KeyReference, Signer
from trust.store import Reading, Store, Transaction

__all__ = ["Authorities", "Authority", "AuthorityUnknown", "CertificateUnknown", "Order"]

MAX_ABOVE: Final = 4
"""Authorities that one certificate stands below; government chains have two."""

OUTSIDE: Final = "outside:"
"""Begins the handle of a key that is not in our custody: of somebody who sent a request."""


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
    """The authority that is to sign it, in its present generation; None where its own key is."""

    issuer_certificate: Certificate | None
    issuer_key: KeyReference
    key: KeyReference
    tbs: bytes
    shard: int | None = None
    """The shard of the issuer's list that the certificate names; None for the complete list, or for none."""


class Authorities:
    """Every certification authority of the instance."""

    def __init__(self, store: Store, custody: KeyCustody, *, address: str) -> None:
        self.store = store
        self.custody = custody
        self.address = address
        """Where certificates and lists are published, without a slash at the end."""

        self.lists = Lists(store, custody, address=address)

    def get(self, view: Reading, name: str) -> Authority:
        """Return the authority `name`, or raise `AuthorityUnknown`."""
        found = repository.authority(view, name)
        if found is None:
            raise AuthorityUnknown(name=name)
        return found

    def all(self, view: Reading) -> tuple[Authority, ...]:
        """Return every authority."""
        return repository.authorities(view)

    def current(self, view: Reading, line: str) -> Authority:
        """Return the newest generation of the authority `line`, which alone issues. Raise `AuthorityUnknown`."""
        for one in repository.generations(view, line):
            return one
        raise AuthorityUnknown(name=line)

    def evidence(self, view: Reading, *, naming: Iterable[Certificate] = ()) -> Evidence:
        """Return what this instance has in hand to judge what it issued: anchors, authorities, newest lists.

        With it comes what the operator took in of authorities outside, each anchor for its purposes alone; and the
        shards that the certificates `naming` name, for who hands on what tells of these and of few others.
        """
        known, others = self.all(view), external_authorities.evidence(view)
        lists = dict.fromkeys((*self.lists.named_by(view, naming), *self.lists.newest(view), *others.revocation_lists))
        return Evidence(
            anchors=(*(one.certificate for one in known if one.issuer is None), *others.anchors),
            certificates=(*(one.certificate for one in known if one.issuer is not None), *others.certificates),
            revocation_lists=tuple(lists),
            policy=others.policy,
        )

    def above(self, view: Reading, certificate: Certificate) -> tuple[Certificate, ...]:
        """Return the authorities over a certificate, from its issuer up to below the root, as messages carry them.

        They may be of any generation, or outside.
        """
        known = list(self.evidence(view).certificates)
        chain: list[Certificate] = []
        for _ in range(MAX_ABOVE):
            below = chain[-1] if chain else certificate
            over = next((one for one in known if one.subject == below.issuer and names_key(below, one)), None)
            if over is None:
                break
            known.remove(over)
            chain.append(over)
        return tuple(chain)

    def prepare_root(self, tx: Transaction, *, profile: Profile, subject: Name, key: KeyReference) -> Order:
        """Fix a certificate that its own key will sign, for which that key is taken into use."""
        self.custody.activate(tx, key)
        return self.order(tx, profile, subject.der, key, issuer=None)

    def prepare(self, tx: Transaction, *, issuer: str, profile: Profile, subject: Name, key: KeyReference) -> Order:
        """Fix the certificate of `key` for `subject`, to be signed by the authority `issuer` in its newest generation.

        Raise `AuthorityUnknown`, `AuthorityEnded`, or `CertificateUnlawful`.
        """
        return self.order(tx, profile, subject.der, key, issuer=self.current(tx, issuer))

    def order(
        self, tx: Transaction, profile: Profile, subject: bytes, key: KeyReference, *, issuer: Authority | None
    ) -> Order:
        """Build the TBSCertificate, hold it against its profile, and put its digest into the audit trail."""
        names_complete = issuer is None or profile.authority or profile.is_status_unasked
        shard = None if issuer is None or names_complete else self.lists.take_shard(tx, issuer.name)
        issuer_key = key if issuer is None else issuer.key
        issuer_certificate = None if issuer is None else issuer.certificate
        tbs = tbs_certificate(
            profile,
            issuer=subject if issuer is None else issuer.certificate.subject,
            issuer_key=issuer_key.public_key,
            issuer_algorithm=issuer_key.algorithm,
            subject=subject,
            key=key.public_key,
            at=tx.now,
            addresses=Addresses() if issuer is None else self.addresses(issuer.name, shard),
            not_after=None if issuer is None else issuer.certificate.not_after,
        )
        order = Order(
            profile=profile,
            issuer=None if issuer is None else issuer.name,
            issuer_certificate=issuer_certificate,
            issuer_key=issuer_key,
            key=key,
            tbs=tbs,
            shard=shard,
        )
        check(order)
        facts = {"profile": profile.name, "issuer": order.issuer or "itself", "tbs": sm3(tbs).hex()}
        tx.record(AuditEvent(tag="certificate:issue:prepared", actor="system", subject=key.handle, facts=facts))
        return order

    def addresses(self, issuer: str, shard: int | None) -> Addresses:
        """Return what the certificates of an authority say of where to ask."""
        place = ListId(issuer) if shard is None else ListId(issuer, shard)
        return Addresses(
            crl=self.lists.address_of(place),
            issuer=f"{self.address}/{issuer}.cer",
            ocsp=f"{self.address}/ocsp/{issuer}",
        )

    def sign(self, order: Order) -> Certificate:
        """Sign what was ordered, once it has been linted. No transaction may be open.

        Raise `CertificateUnlawful`, before any key is used, or `SigningUnavailable`.
        """
        check(order)
        signature = Signer(self.custody, order.issuer_key).sign(order.tbs)
        algorithm = order.issuer_key.algorithm.signature_identifier
        return Certificate(der.sequence(order.tbs, algorithm, der.bit_string(signature)))

    def record(self, tx: Transaction, order: Order, certificate: Certificate) -> None:
        """Keep a certificate that was signed, under the authority that signed it, and take its key into use."""
        if not order.key.handle.startswith(OUTSIDE):
            self.custody.activate(tx, order.key)
        if order.issuer is not None:
            repository.add_certificate(tx, certificate, issuer=order.issuer, key=order.key, shard=order.shard)
        facts = {"certificate": certificate.fingerprint, "serial": f"{certificate.serial:x}"}
        tx.record(AuditEvent(tag="certificate:issue:done", actor="system", subject=order.key.handle, facts=facts))

    def establish(self, tx: Transaction, name: str, order: Order, certificate: Certificate, *, line: str = "") -> None:
        """Keep a certificate as that of the new authority `name`, or raise `AuthorityExists`.

        `line` is the authority whose next generation it is; without it, it begins a line of its own.
        """
        if repository.authority(tx, name) is not None:
            raise AuthorityExists(name=name)
        before = repository.generations(tx, line or name)
        made = Authority(
            name=name,
            certificate=certificate,
            key=order.key,
            issuer=order.issuer,
            line=line or name,
            generation=1 + max((one.generation for one in before), default=0),
        )
        repository.add_authority(tx, made)
        self.record(tx, order, certificate)

    def revoke(
        self,
        tx: Transaction,
        certificate: Certificate,
        *,
        reason: int,
        actor: str,
        invalid_since: datetime | None = None,
    ) -> None:
        """Mark a certificate as revoked from now on. `publish` must follow once the transaction has committed.

        `invalid_since` goes onto the list as invalidityDate (RFC 5280, 5.3.2).
        Raise `CertificateUnknown` where it is not ours: the trail would tell of what no list ever will.
        """
        if not repository.revoke_certificate(tx, certificate, at=tx.now, reason=reason, invalid_since=invalid_since):
            raise CertificateUnknown
        facts: dict[str, Fact] = {"serial": f"{certificate.serial:x}", "reason": reason}
        if invalid_since is not None:
            facts["invalid_since"] = invalid_since.isoformat()
        tx.record(AuditEvent(tag="certificate:revoke:done", actor=actor, subject=certificate.fingerprint, facts=facts))

    def publish(self, name: str) -> RevocationList:
        """Make and keep a new complete list of the authority `name`."""
        with self.store.reading() as view:
            issuer = self.get(view, name)
        return self.lists.publish(issuer, ListId(name))

    def publish_revoked(self) -> None:
        """Publish at once every list that lacks what was revoked; a long complete one waits for the next round."""
        self.lists.publish_revoked()

    def keep_lists_fresh(self) -> tuple[str, ...]:
        """Renew every list that is missing, near its end, or without what was revoked since.

        Return the names of the authorities concerned.
        """
        return self.lists.keep_fresh()


def names_key(certificate: Certificate, issuer: Certificate) -> bool:
    """Tell whether a certificate names the key of `issuer` as the one that signed it."""
    return certificate.authority_key_identifier in (None, issuer.subject_key_identifier)


def check(order: Order) -> None:
    """Hold an order against its profile. Raise `CertificateUnlawful`."""
    lint(order.tbs, profile=order.profile, issuer=order.issuer_certificate, algorithm=order.issuer_key.algorithm)
