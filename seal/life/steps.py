"""What every step in the life of a seal shares: who may, the table, the history, the audit trail, the certificates."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from identity.duties import OF_ORGANISATION, Actor, Duty, Grant
from identity.errors import DutyMissing
from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from seal import repository
from seal.errors import SealUnknown
from seal.evidence import require_kinds
from seal.grounds import ENDINGS, Fallback, Ground
from seal.image.drawing import SealImage, drawn
from seal.life.evidencing import attach, require_evidence
from seal.lifecycle import APPLICATIONS, DUTIES, LIFECYCLE, OWNERS_ACTS, REASONED, REVIEWS, SealEvent
from seal.notices import announce
from seal.repository import HistoryEntry, Seal
from trust.authority import Authorities, CertificateUnknown
from trust.blobs import BlobStore
from trust.certificates import Certificate
from trust.errors import Unavailable
from trust.events import AuditEvent, Fact
from trust.lifecycle import FourEyesRequired
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["SealLife", "Told", "permit"]


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is told of a step, beside who takes it."""

    reason: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    """For the audit trail."""

    lost_at: datetime | None = None
    ground: Ground | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    evidence: Sequence[str] = ()
    """Identifiers of documents."""


def permit(actor: Actor, duties: frozenset[Duty], owner: str) -> None:
    """Return if the actor holds one of these duties in its scope: a duty of owners' people for this owner.

    Raise `DutyMissing`.
    """
    wanted = {Grant(duty, owner if duty in OF_ORGANISATION else None) for duty in duties}
    if not wanted & actor.grants:
        raise DutyMissing(duty=" / ".join(sorted(duty.value for duty in duties)))


class SealLife:
    """The building blocks of all steps."""

    def __init__(self, *, store: Store, identity: IdentityService, authorities: Authorities, blobs: BlobStore) -> None:
        self.store = store
        self.identity = identity
        self.authorities = authorities
        self.blobs = blobs

    def require(self, view: Reading, seal: str) -> Seal:
        """Return a seal, or raise `SealUnknown`."""
        found = repository.get(view, seal)
        if found is None:
            raise SealUnknown
        return found

    def image(self, seal: Seal) -> SealImage:
        """Return the image of a seal. Raise `BlobMissing` where the picture that it shows is not there."""
        return drawn(seal.engraved, self.blobs)

    def move(
        self,
        actor: Actor,
        seal: str,
        event: SealEvent,
        *,
        change: Callable[[Transaction, Seal], Seal] | None = None,
        told: Told | None = None,
    ) -> Seal:
        """Take a step in a transaction of its own: by who may, from a state that allows it, changed by `change`."""
        told = told or Told()
        if event in REASONED:
            told = replace(told, reason=require_reason(told.reason))
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[event], current.owner)
            return self.step(tx, actor, current if change is None else change(tx, current), event, told=told)

    def step(self, tx: Transaction, actor: Actor, seal: Seal, event: SealEvent, *, told: Told) -> Seal:
        """Write `seal` in the state after `event`, with its history and its audit event.

        Who may take the step was looked at before. Raise `EventNotPossible`, `FourEyesRequired`, `SubjectNotActive`
        where the owner may not act, and what is wrong with the documents.
        """
        state = LIFECYCLE.step(seal.state, event, actor=actor.id, before=seal.last_actor)
        if event in REVIEWS:
            applicants = {one.actor for one in repository.history(tx, seal.id) if one.event in APPLICATIONS}
            if actor.id in applicants:
                raise FourEyesRequired(event=event.value)
        if event in OWNERS_ACTS:
            self.identity.require_organisation(tx, seal.owner, use=SubjectUse.ACT)
        moved = replace(seal, state=state, last_actor=actor.id, entered_at=tx.now)
        repository.put_seal(tx, moved)
        self.write_history(tx, moved, event, actor=actor, told=told)
        return moved

    def write_history(self, tx: Transaction, seal: Seal, event: SealEvent | None, *, actor: Actor, told: Told) -> None:
        """Write one step into the history, with its documents, into the audit trail, and tell whom it concerns."""
        documents = require_evidence(tx, told.evidence, organisation=seal.owner)
        require_kinds(event, {one.kind for one in documents})
        entry = HistoryEntry(
            event=event,
            state=seal.state,
            actor=actor.id,
            at=tx.now,
            reason=told.reason,
            lost_at=told.lost_at,
            ground=told.ground,
            changes=told.changes,
        )
        place = repository.add_history(tx, seal.id, entry)
        attach(tx, documents, seal=seal.id, step=place)
        facts: dict[str, Fact] = {"state": seal.state.value, "reason": told.reason, **told.facts}
        if told.lost_at is not None:
            facts["lost_at"] = told.lost_at.isoformat()
        if told.ground is not None:
            facts["ground"] = told.ground.value
        if told.changes:
            facts["changed"] = ", ".join(sorted(told.changes))
        if documents:
            facts["evidence"] = ", ".join(one.id for one in documents)
        tag = f"seal:{'apply' if event is None else event.value}:done"
        tx.record(AuditEvent(tag=tag, actor=actor.id, subject=seal.id, facts=facts))
        announce(tx, seal, entry)

    # --- certificates

    def end(self, tx: Transaction, actor: Actor, seal: Seal, event: SealEvent, *, told: Told) -> Seal:
        """End a seal on the ground that is told: the step, and the revocation of its certificates with it.

        `publish` must follow once the transaction has committed.
        """
        ground = told.ground
        if ground is None:  # pragma: no cover - our own mistake
            raise ValueError("a seal ends on a ground")
        ended = self.step(
            tx, actor, replace(seal, ground=ground, lost_at=told.lost_at or seal.lost_at), event, told=told
        )
        never_valid = ENDINGS[ground].fallback is Fallback.NEVER_VALID
        for certified in seal.keys:
            if certified.certificate is not None:
                since = certified.certificate.not_before if never_valid else told.lost_at
                self.revoke(tx, certified.certificate, ground, since=since, actor=actor.id)
        return ended

    def revoke(
        self, tx: Transaction, certificate: Certificate, ground: Ground, *, since: datetime | None, actor: str
    ) -> None:
        """Revoke a certificate of a seal. One from outside its authority has to revoke: the trail tells that."""
        reason = ENDINGS[ground].revocation_reason
        try:
            self.authorities.revoke(tx, certificate, reason=reason, actor=actor, invalid_since=since)
        except CertificateUnknown:
            facts: dict[str, Fact] = {
                "issuer": certificate.issuer_common_name,
                "serial": f"{certificate.serial:x}",
                "reason": reason,
            }
            event = AuditEvent(tag="certificate:revoke:due", actor=actor, subject=certificate.fingerprint, facts=facts)
            tx.record(event)

    def publish(self) -> None:
        """Publish what was revoked. A list that cannot be made now is made by whoever keeps lists fresh."""
        with suppress(Unavailable):
            self.authorities.publish_revoked()
