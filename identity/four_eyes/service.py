"""The four-eyes engine: proposing, approving, rejecting and withdrawing, for every kind that has a handler."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Final

from identity.duties import Actor
from identity.errors import DutyMissing
from identity.four_eyes.errors import (
    ProposalNotAgreed,
    ProposalOpen,
    ProposalOutdated,
    ProposalUnknown,
    ProposerMayNot,
)
from identity.four_eyes.proposals import (
    DECIDED_WITHIN,
    LIFECYCLE,
    Handler,
    Proposal,
    ProposalEvent,
    ProposalState,
    may_decide,
    may_propose,
)
from identity.four_eyes.repository import ProposalRepository
from identity.service import IdentityService
from trust import requests
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["FourEyes"]

PAGE: Final = 100
"""Proposals of one answer, unless it is said."""


class FourEyes:
    """The use cases of proposals."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        repository: ProposalRepository,
        handlers: Iterable[Handler],
        within: timedelta = DECIDED_WITHIN,
    ) -> None:
        self.store = store
        self.identity = identity
        self.repository = repository
        self.handlers = {one.kind: one for one in handlers}
        self.within = within

    # --- proposing

    def propose(
        self,
        actor: Actor,
        *,
        kind: str,
        subject: str,
        content: Mapping[str, Fact],
        reason: str,
        request_key: str,
        organisation: str | None = None,
    ) -> Proposal:
        """Propose a change. A repeated request under the same key gets the same proposal.

        Whether the actor may propose such a thing is checked by whoever calls this. Raise `ProposalOpen` where one is
        open already, `ReasonMissing`, and what the handler's `check` raises.
        """
        handler, told = self.handlers[kind], require_reason(reason)
        asked = requests.fingerprint(f"proposal {kind}", [subject, organisation, dict(content), told])
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=request_key, fingerprint=asked)
            if known is not None:
                return self.require(tx, known)
            proposal = Proposal(
                id=new_id("prop", at=tx.now),
                kind=kind,
                subject=subject,
                organisation=organisation,
                content=dict(content),
                reason=told,
                proposed_by=actor.id,
                proposed_at=tx.now,
                expires_at=tx.now + self.within,
            )
            handler.check(tx, proposal)
            if handler.exclusive:
                opened = self.repository.open_one(tx, kind, subject)
                if opened is not None:
                    raise ProposalOpen(proposal=opened)
                self.repository.give_way(tx, kind, subject)
            made = self.repository.add(tx, proposal, exclusive=handler.exclusive)
            requests.remember(tx, actor=actor.id, key=request_key, fingerprint=asked, result=made.id)
            record(tx, made, "propose", by=actor.id, told=told)
            return made

    # --- deciding

    def approve(self, actor: Actor, name: str, *, digest: str, remark: str = "") -> Proposal:
        """Agree to the proposal that has this digest, by another person, and carry it out in the same transaction.

        Raise `ProposalUnknown`, `DutyMissing`, `LevelTooLow`, `ProposalNotOpen`, `ProposalOutdated`,
        `FourEyesRequired`, `ProposerMayNot`, and what the handler raises.
        """
        with self.store.transaction() as tx:
            found, handler = self.open_for(tx, actor, name)
            if digest != found.digest:
                raise ProposalOutdated
            agreed = self.decide(tx, found, ProposalEvent.APPROVE, by=actor.id, remark=remark.strip())
            proposer = self.identity.actor(tx, found.proposed_by)  # may not have been frozen meanwhile
            if not may_propose(proposer, handler, found.organisation):
                raise ProposerMayNot
            handler.check(tx, agreed)
            handler.carry_out(tx, agreed, by=actor.id)
        handler.afterwards()
        return agreed

    def reject(self, actor: Actor, name: str, *, reason: str) -> Proposal:
        """Refuse a proposal, by another person. Raise what `approve` raises, and `ReasonMissing`."""
        told = require_reason(reason)
        with self.store.transaction() as tx:
            found, _ = self.open_for(tx, actor, name)
            return self.decide(tx, found, ProposalEvent.REJECT, by=actor.id, remark=told)

    def withdraw(self, actor: Actor, name: str, *, reason: str) -> Proposal:
        """Take back what one proposed oneself. Raise `ProposalUnknown`, `ProposalNotOpen`, `ReasonMissing`."""
        told = require_reason(reason)
        with self.store.transaction() as tx:
            found = self.require(tx, name)
            if found.proposed_by != actor.id:
                raise ProposalUnknown
            found.require_open(tx.now)
            return self.decide(tx, found, ProposalEvent.WITHDRAW, by=actor.id, remark=told)

    def use(self, tx: Transaction, name: str, *, kind: str, subject: str, by: str) -> Proposal:
        """Use an approval of a kind that is carried out later, once, within a use case of somebody else.

        It belongs into the transaction that says the thing is done: what failed has used nothing, and is tried again
        with the same approval. Raise `ProposalNotAgreed`.
        """
        found = self.agreed(tx, name, kind=kind, subject=subject)
        used = replace(found, state=LIFECYCLE.after(found.state, ProposalEvent.USE))
        self.repository.decide(tx, used)
        tx.flush()
        record(tx, used, ProposalEvent.USE.value, by=by, told="")
        return used

    def agreed(self, view: Reading, name: str, *, kind: str, subject: str) -> Proposal:
        """Return an approval that may be used now, of a kind that is carried out later.

        Raise `ProposalNotAgreed` where nobody agreed to this, where it was used, or where it is over: an approval
        lives as long as the proposal would have.
        """
        found = self.repository.find(view, name)
        if found is None or (found.kind, found.subject, found.state) != (kind, subject, ProposalState.APPROVED):
            raise ProposalNotAgreed
        if not self.handlers[kind].later or found.expires_at <= view.now:
            raise ProposalNotAgreed
        return found

    def failed(self, proposal: Proposal, *, by: str, error: TrustError) -> None:
        """Record that what was agreed to was begun and came to nothing. The approval is there still."""
        facts: dict[str, Fact] = {"proposal": proposal.id, "kind": proposal.kind, "code": error.code}
        with self.store.transaction() as tx:
            tx.record(AuditEvent(tag="proposal:use:failed", actor=by, subject=proposal.subject, facts=facts))

    # --- looking

    def find(self, actor: Actor, name: str) -> Proposal:
        """Return a proposal to whoever made it or may decide on it. Raise `ProposalUnknown`."""
        with self.store.reading() as view:
            found = self.require(view, name)
            self.require_concerned(actor, found)
            return found

    def waiting(self, actor: Actor, *, after: str = "", limit: int = PAGE) -> tuple[Proposal, ...]:
        """Return open proposals that somebody may decide on, oldest first, after one: never one's own."""
        kinds = self.decided_by(actor)
        if not kinds:
            return ()
        with self.store.reading() as view:
            found = self.repository.waiting(view, kinds, but_by=actor.id, after=after)
            concerned = (one for one in found if may_decide(actor, self.handlers[one.kind], one.organisation))
            return tuple(self.repository.to_proposal(one) for one in islice(concerned, limit))

    def count_waiting(self, actor: Actor) -> int:
        """Return how many open proposals somebody may decide on."""
        kinds = self.decided_by(actor)
        if not kinds:
            return 0
        with self.store.reading() as view:
            found = self.repository.count_waiting(view, kinds, but_by=actor.id)
        return sum(count for kind, organisation, count in found if may_decide(actor, self.handlers[kind], organisation))

    def mine(self, actor: Actor, *, before: str = "", limit: int = PAGE) -> tuple[Proposal, ...]:
        """Return what somebody proposed, the newest first, before one."""
        with self.store.reading() as view:
            return self.repository.proposed_by(view, actor.id, before=before, limit=limit)

    def about(self, actor: Actor, subject: str) -> tuple[Proposal, ...]:
        """Return what was proposed about a subject by somebody, or may be decided by such a person, newest first."""
        with self.store.reading() as view:
            found = self.repository.about(view, subject, self.handlers, limit=PAGE)
        return tuple(
            one
            for one in found
            if one.proposed_by == actor.id or may_decide(actor, self.handlers[one.kind], one.organisation)
        )

    def shown(self, proposal: Proposal) -> Mapping[str, Fact]:
        """Return the content of a proposal as others see it."""
        return self.handlers[proposal.kind].shown(proposal)

    def before(self, proposal: Proposal) -> Mapping[str, Fact]:
        """Return what stands now in the place of what is proposed; of what was decided, nothing is told."""
        with self.store.reading() as view:
            if proposal.state_at(view.now) != ProposalState.PROPOSED.value:
                return {}
            return self.handlers[proposal.kind].before(view, proposal)

    # --- building blocks

    def require(self, view: Reading, name: str) -> Proposal:
        """Return a proposal of a kind that is known here, or raise `ProposalUnknown`."""
        found = self.repository.find(view, name)
        if found is None or found.kind not in self.handlers:
            raise ProposalUnknown
        return found

    def decided_by(self, actor: Actor) -> list[str]:
        """Return the kinds of proposals that somebody has a duty to decide on, for whatever organisation."""
        return [name for name, one in self.handlers.items() if any(actor.holds(duty) for duty in one.approvers)]

    def require_concerned(self, actor: Actor, proposal: Proposal) -> None:
        """Return if a proposal is somebody's own or waits for such a person, else raise `ProposalUnknown`."""
        is_own = proposal.proposed_by == actor.id
        if not is_own and not may_decide(actor, self.handlers[proposal.kind], proposal.organisation):
            raise ProposalUnknown

    def open_for(self, tx: Transaction, actor: Actor, name: str) -> tuple[Proposal, Handler]:
        """Return an open proposal that somebody may decide on, with its handler."""
        found = self.require(tx, name)
        self.require_concerned(actor, found)
        handler = self.handlers[found.kind]
        if not may_decide(actor, handler, found.organisation):
            raise DutyMissing(duty=" / ".join(sorted(duty.value for duty in handler.approvers)))
        actor.require_level(handler.floor)
        found.require_open(tx.now)
        return found, handler

    def decide(self, tx: Transaction, found: Proposal, event: ProposalEvent, *, by: str, remark: str) -> Proposal:
        """Move a proposal, by another person than the one who made it where its life says so.

        The move reaches the database first: of two who decide at the same time, one loses the race before anything is
        carried out.
        """
        state = LIFECYCLE.step(found.state, event, actor=by, before=found.proposed_by)
        decided = replace(found, state=state, decided_by=by, decided_at=tx.now, remark=remark)
        self.repository.decide(tx, decided)
        tx.flush()
        record(tx, decided, event.value, by=by, told=remark)
        return decided


def record(tx: Transaction, proposal: Proposal, verb: str, *, by: str, told: str) -> None:
    """Record what happened to a proposal: by its digest, never by its content."""
    facts: dict[str, Fact] = {
        "proposal": proposal.id,
        "kind": proposal.kind,
        "digest": proposal.digest,
        "reason": told,
    }
    tx.record(AuditEvent(tag=f"proposal:{verb}:done", actor=by, subject=proposal.subject, facts=facts))
