"""Publishing the trust list: made from what stands in the database, signed when something has changed or time is up.

Every process hands out the same list: the newest one is kept as a file, and the audit trail says which one it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

from trust import repository
from trust.authority import Authorities
from trust.blobs import BlobId, BlobMissing, BlobStore
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact, canonical
from trust.founding import Role, ServiceKeys
from trust.paths import Evidence
from trust.signing import SigningUnavailable
from trust.store import Reading, Store
from trust.trust_list import ListedCertificate, ListedState, TrustList, sign_trust_list
from trust.validation_policy import Purpose, ValidationPolicy

__all__ = ["PublishedTrustList", "TrustLists"]

COUNTER: Final = "trust-list"
PUBLISHED: Final = "trust_list:publish:done"

LIFETIME: Final = timedelta(days=7)
"""How long a list is good for at most. One that holds revocation lists ends with the first of them."""

RENEWAL: Final = timedelta(days=1)
"""A list that has less than this left is replaced, if a new one has more."""

LOOK_PAUSE: Final = timedelta(seconds=10)
"""How often the state is looked at anew, however often the list is asked for."""

PURPOSES: Final = {
    Role.SEAL_MAKER: frozenset({Purpose.SEAL_MAKING}),
    Role.TIME_STAMP_SM2: frozenset({Purpose.TIME_STAMPING}),
    Role.TIME_STAMP_P256: frozenset({Purpose.TIME_STAMPING}),
    Role.LICENCE_CLAIM: frozenset({Purpose.LICENCE_CLAIM}),
    Role.AUDIT: frozenset({Purpose.AUDIT}),
    Role.TRUST_LIST: frozenset({Purpose.TRUST_LIST}),
    Role.DELEGATION: frozenset({Purpose.DELEGATION}),
}
"""What the keys of the service sign."""


@dataclass(frozen=True, kw_only=True)
class PublishedTrustList:
    """A list as it is handed out."""

    sequence: int
    next_update: datetime
    encoded: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """SM3 of the list, in hex: its name among caches."""
        return sm3(self.encoded).hex()


@dataclass
class TrustLists:
    """Makes and hands out the trust list of an instance. Safe to share between threads."""

    store: Store
    authorities: Authorities
    service_keys: ServiceKeys
    blobs: BlobStore
    source: str
    """Address of the instance."""

    policy: ValidationPolicy = field(default_factory=ValidationPolicy)
    """What the operator asks for besides."""

    def __post_init__(self) -> None:
        self.lock = Lock()
        self.kept: PublishedTrustList | None = None
        self.until: datetime | None = None

    def current(self) -> PublishedTrustList:
        """Return the newest list, after making a new one where the newest does not tell how things stand.

        Raise `NotFounded` where the instance has no key for lists, or `SigningUnavailable`.
        """
        with self.lock:
            now = self.store.clock.now()
            if self.kept is not None and self.until is not None and self.until - LOOK_PAUSE <= now < self.until:
                return self.kept
            self.service_keys.refresh()
            with self.store.reading() as view:
                found = self.newest(view)
                draft = self.draft(view, sequence=1)
            self.kept = self.renewed(found, draft, now)
            self.until = now + LOOK_PAUSE
            return self.kept

    def renewed(
        self, found: tuple[PublishedTrustList, str] | None, draft: TrustList, now: datetime
    ) -> PublishedTrustList:
        """Return the list that was found, or a new one where `draft` would say more."""
        if found is None:
            return self.publish()
        published, state = found
        is_ending = published.next_update - now < RENEWAL and draft.next_update > published.next_update
        if state == state_of(draft) and not is_ending:
            return published
        try:
            return self.publish()
        except SigningUnavailable:
            if published.next_update > now:  # what was right a moment ago serves better than nothing
                return published
            raise

    def newest(self, view: Reading) -> tuple[PublishedTrustList, str] | None:
        """Return the newest list that was published and the state that it tells of, if there is one."""
        event = repository.newest_event(view, PUBLISHED)
        if event is None:
            return None
        facts = event.event.facts
        try:
            encoded = self.blobs.get(BlobId(str(facts["blob"])))
        except BlobMissing:  # a new one is made
            return None
        published = PublishedTrustList(
            sequence=int(facts["sequence"] or 0),
            next_update=datetime.fromisoformat(str(facts["next_update"])),
            encoded=encoded,
        )
        return published, str(facts["state"])

    def draft(self, view: Reading, *, sequence: int) -> TrustList:
        """Return what a list would say now."""
        evidence = self.authorities.evidence(view)
        ends = [one.next_update for one in evidence.revocation_lists if one.next_update and one.next_update > view.now]
        issued = view.now.replace(microsecond=0)
        describe = Description(self.authorities, view, evidence)
        signers = [
            describe.listed(f"{role.value}-{number}", certificate, purposes, is_newest=number == len(versions))
            for role, purposes in PURPOSES.items()
            for versions in (self.service_keys.certificates(role),)
            for number, certificate in enumerate(versions, start=1)
        ]
        return TrustList(
            source=self.source,
            sequence=sequence,
            issued=issued,
            next_update=min([issued + LIFETIME, *ends]),
            anchors=tuple(map(describe.anchor, evidence.anchors)),
            authorities=tuple(map(describe.authority, evidence.certificates)),
            signers=tuple(signers),
            revocation_lists=evidence.revocation_lists,
            rules=self.policy.rules,
        )

    def publish(self) -> PublishedTrustList:
        """Make a list with the next number, and put it on record."""
        signer, certificate = self.service_keys.credential(Role.TRUST_LIST)
        issuers = self.service_keys.issuers
        with self.store.transaction() as tx:
            sequence = repository.next_number(tx, COUNTER)
            drafted = self.draft(tx, sequence=sequence)
            facts: dict[str, Fact] = {"sequence": sequence, "payload": sm3(drafted.payload).hex()}
            tx.record(AuditEvent(tag="trust_list:publish:prepared", actor="system", subject="trust-list", facts=facts))
        above = tuple(one for one in issuers.values() if one.subject == certificate.issuer)
        encoded = sign_trust_list(drafted, signer, (certificate, *above))
        blob = self.blobs.put(encoded)
        facts = {
            "sequence": sequence,
            "blob": blob,
            "state": state_of(drafted),
            "next_update": drafted.next_update.isoformat(),
        }
        with self.store.transaction() as tx:
            # In the order of their numbers, whoever was faster: else the newest would not be the highest.
            repository.take_audit_head(tx)
            newest = self.newest(tx)
            if newest is not None and newest[0].sequence > sequence:
                return newest[0]
            tx.record(AuditEvent(tag=PUBLISHED, actor="system", subject="trust-list", facts=facts))
        return PublishedTrustList(sequence=sequence, next_update=drafted.next_update, encoded=encoded)


def state_of(trust_list: TrustList) -> str:
    """Return a hash of everything that a list says but its number and its times."""
    return sm3(canonical(trust_list.content)).hex()


class Description:
    """Says how each certificate stands."""

    def __init__(self, authorities: Authorities, view: Reading, evidence: Evidence) -> None:
        self.evidence = evidence
        self.known = {one.certificate: one for one in authorities.all(view)}
        self.newest = {line: authorities.current(view, line) for line in {one.line for one in self.known.values()}}
        self.revoked = revocation_teller(evidence)

    def listed(
        self, name: str, certificate: Certificate, purposes: frozenset[Purpose], *, is_newest: bool
    ) -> ListedCertificate:
        """Return a certificate of ours as it stands."""
        state = ListedState.ACTIVE if is_newest else ListedState.SUPERSEDED
        state = ListedState.REVOKED if self.revoked(certificate) else state
        return ListedCertificate(name=name, certificate=certificate, purposes=purposes, state=state)

    def authority(self, certificate: Certificate) -> ListedCertificate:
        """Return an authority, which certifies for every purpose that its anchor is trusted for."""
        return self.listed_authority(certificate, frozenset(Purpose))

    def anchor(self, certificate: Certificate) -> ListedCertificate:
        """Return an anchor with what the instance trusts it for."""
        purposes = frozenset(one for one in Purpose if self.evidence.policy.trusts(certificate, one))
        return self.listed_authority(certificate, purposes)

    def listed_authority(self, certificate: Certificate, purposes: frozenset[Purpose]) -> ListedCertificate:
        """Return an authority under the name that it has here, or its own where it is somebody else's."""
        own = self.known.get(certificate)
        if own is None:
            return self.listed(certificate.common_name, certificate, purposes, is_newest=True)
        return self.listed(own.name, certificate, purposes, is_newest=self.newest[own.line] == own)


def revocation_teller(evidence: Evidence) -> Callable[[Certificate], bool]:
    """Return what tells whether a revocation list of the evidence names a certificate."""
    lists = evidence.revocation_lists

    def tell(certificate: Certificate) -> bool:
        return any(one.issuer == certificate.issuer and one.entry(certificate.serial) is not None for one in lists)

    return tell
