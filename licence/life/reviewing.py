"""Review by another person 复核: an officer asks for a step, a reviewer of the same authority decides, and it is done.

A request tells everything that is asked for, and its digest. The reviewer agrees to that digest, so to nothing else. A
step is then taken at once, in the name of who asked for it; a licence is issued like any other, and where that fails
(no time-stamp, a power cut), it can be carried out again while the request is open.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from identity.duties import Actor, Duty
from identity.service import IdentityService
from licence.errors import RequestNotOpen, RequestOutdated, RequestUnknown
from licence.grounds import Ground, require_ground
from licence.life.orders import order_of, payload_of
from licence.lifecycle import LIFECYCLE as LICENCE_LIFECYCLE
from licence.lifecycle import LicenceEvent, LicenceState
from licence.ordering import IssueLicence, fingerprint
from licence.paper import hold_scan
from licence.request_repository import RequestState, ReviewRequest
from licence.service import LicenceService
from licence.steps import Why, require_duty
from trust import repository as answers
from trust import requests
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.lifecycle import EventNotPossible, Lifecycle
from trust.reasons import require_reason
from trust.store import LostRace, Reading, Store, Transaction

__all__ = ["ASKED_BY", "DECIDED_WITHIN", "DONE_WITHIN", "LIFECYCLE", "AskStep", "RequestEvent", "ReviewService"]

DECIDED_WITHIN: Final = timedelta(days=7)
"""After this long a request that nobody decided is over."""

DONE_WITHIN: Final = timedelta(hours=24)
"""After this long an order that was agreed to and could not be carried out is over."""

EXPIRED: Final = "expired"
"""What is told of a request, and never stored as its state: the clock says it."""

STEPS: Final = frozenset(
    {
        LicenceEvent.SUSPEND,
        LicenceEvent.RESTORE,
        LicenceEvent.REVOKE,
        LicenceEvent.WITHDRAW,
        LicenceEvent.CANCEL,
    }
)
"""Events that are a step and neither an issue nor a new edition."""

CONCERNED: Final = (Duty.LICENCE_OFFICER, Duty.LICENCE_REVIEWER, Duty.BUSINESS_SYSTEM)


ASKED_BY: Final = "asked_by"
"""In a payload: by which session a licence was asked for, and how sure that was, which its stamp tells."""

NO_SESSION: Final = ("", 0)
"""Of requests of before."""


class RequestEvent(StrEnum):
    """What happens to a request for review."""

    APPROVE = "approve"  # 同意
    REFUSE = "refuse"  # 不同意
    WITHDRAW = "withdraw"  # 撤回
    CARRY_OUT = "carry_out"  # 执行


LIFECYCLE = Lifecycle(
    initial=RequestState.REQUESTED,
    moves={
        (RequestState.REQUESTED, RequestEvent.APPROVE): RequestState.APPROVED,
        (RequestState.REQUESTED, RequestEvent.REFUSE): RequestState.REFUSED,
        (RequestState.REQUESTED, RequestEvent.WITHDRAW): RequestState.WITHDRAWN,
        (RequestState.APPROVED, RequestEvent.CARRY_OUT): RequestState.DONE,
        (RequestState.APPROVED, RequestEvent.WITHDRAW): RequestState.WITHDRAWN,
    },
    # Who asked takes back what was asked, and does what was agreed to; nobody agrees to what he asked for himself.
    alone=frozenset({RequestEvent.WITHDRAW, RequestEvent.CARRY_OUT}),
)


@dataclass(frozen=True, kw_only=True)
class AskStep:
    """A step in the life of a licence that another person is asked to agree to."""

    licence: str
    event: LicenceEvent
    reason: str
    ground: Ground | None = None
    request_key: str


class ReviewService:
    """The use cases of review."""

    def __init__(self, *, store: Store, identity: IdentityService, licences: LicenceService) -> None:
        self.store = store
        self.identity = identity
        self.licences = licences
        self.repository = licences.review_requests

    # --- asking

    def ask_step(self, actor: Actor, command: AskStep) -> ReviewRequest:
        """Ask for a step, by an officer of the issuer. A repeated request gets the same answer.

        Raise what `LicenceService.move` raises, but for `ReviewRequired`.
        """
        event, reason = command.event, require_reason(command.reason)
        ground = require_ground(event, command.ground)
        told = [command.licence, event.value, reason, None if ground is None else ground.value]
        asked, key = requests.fingerprint("licence:ask_step", told), command.request_key
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=key, fingerprint=asked)
            if known is not None:
                return self.require(tx, known)
            licence = self.licences.require(tx, command.licence)
            actor.require(Duty.LICENCE_OFFICER, licence.issuer)
            if event not in STEPS:
                raise EventNotPossible(state=licence.state.value, event=event.value)
            LICENCE_LIFECYCLE.step(licence.state, event, actor=actor.id, before=licence.last_actor)
            payload = {"licence": licence.id, "steps": licence.steps}
            request = ReviewRequest(
                id=new_id("lreq", at=tx.now),
                state=LIFECYCLE.initial,
                issuer=licence.issuer,
                type=licence.type,
                licence=licence.id,
                event=event,
                requester=actor.id,
                reason=reason,
                ground=ground,
                digest=requests.fingerprint("licence:step", [*told[1:], payload]),
                payload=payload,
                requested_at=tx.now,
                expires_at=tx.now + DECIDED_WITHIN,
            )
            self.keep(tx, request)
            requests.remember(tx, actor=actor.id, key=key, fingerprint=asked, result=request.id)
            return request

    def ask_issue(self, actor: Actor, command: IssueLicence, *, reason: str) -> ReviewRequest:
        """Ask for a licence to be issued, or a new edition of one. A repeated request gets the same answer.

        Raise what `Preparing.examine` raises: what is asked for could be issued now.
        """
        told, digest = require_reason(reason), fingerprint(command)
        asked, key = requests.fingerprint("licence:ask_issue", [digest, told]), command.request_key
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=key, fingerprint=asked)
            if known is not None:
                return self.require(tx, known)
            kind = self.licences.catalogue.require(tx, command.type)
            found = self.licences.issuing.preparing.examine(tx, actor, kind, command)
            hold_scan(tx, command.paper)
            request = ReviewRequest(
                id=new_id("lreq", at=tx.now),
                state=LIFECYCLE.initial,
                issuer=found.issuer.id,
                type=kind.id,
                licence=None if found.before is None else found.before.id,
                event=LicenceEvent.RELEASE if command.after is None else command.after.event,
                requester=actor.id,
                reason=told,
                ground=None,
                digest=digest,
                payload=payload_of(command) | {ASKED_BY: [actor.session, actor.level.value]},
                requested_at=tx.now,
                expires_at=tx.now + DECIDED_WITHIN,
            )
            self.keep(tx, request)
            requests.remember(tx, actor=actor.id, key=key, fingerprint=asked, result=request.id)
            return request

    def keep(self, tx: Transaction, request: ReviewRequest) -> None:
        """Keep a new request, with its audit event."""
        self.repository.add(tx, request)
        facts: dict[str, Fact] = {
            "request": request.id,
            "event": request.event.value,
            "digest": request.digest,
            "reason": request.reason,
        }
        about = request.licence or request.type
        tx.record(AuditEvent(tag="licence_request:ask:done", actor=request.requester, subject=about, facts=facts))

    # --- deciding

    def approve(self, actor: Actor, name: str, *, digest: str, remark: str = "") -> ReviewRequest:
        """Agree to what has this digest 同意, by a reviewer of the issuer who did not ask for it, and do it.

        Raise `RequestUnknown`, `DutyMissing`, `RequestNotOpen`, `RequestOutdated`, `FourEyesRequired`, and what the
        step or the issuing raises.
        """
        with self.store.transaction() as tx:
            found = self.open(tx, name)
            actor.require(Duty.LICENCE_REVIEWER, found.issuer)
            if digest != found.digest:
                raise RequestOutdated(field="digest")
            agreed = self.decide(tx, found, RequestEvent.APPROVE, actor=actor.id, remark=remark.strip())
            requester = self.identity.actor(tx, found.requester)
            if found.event in STEPS:
                done = self.take_step(tx, agreed, requester)
                self.repository.put(tx, done)
                return done
            self.repository.put(tx, agreed)
        return self.carry_out(actor, name)

    def take_step(self, tx: Transaction, agreed: ReviewRequest, requester: Actor) -> ReviewRequest:
        """Take the step that was agreed to, in the name of who asked for it."""
        requester.require(Duty.LICENCE_OFFICER, agreed.issuer)
        licence = self.licences.require(tx, agreed.payload["licence"])
        if licence.steps != agreed.payload["steps"]:
            raise RequestOutdated(field="licence")
        why = Why(reason=agreed.reason, ground=agreed.ground, request=agreed.id)
        moved = self.licences.take_step(tx, licence, agreed.event, actor=requester.id, why=why)
        return replace(agreed, state=RequestState.DONE, result=moved.id, payload={})

    def carry_out(self, actor: Actor, name: str) -> ReviewRequest:
        """Issue what was agreed to: by the reviewer, or again by either of them where it failed.

        Repeated once it is done, it changes nothing.
        """
        with self.store.reading() as view:
            found = self.require(view, name)
            self.require_concerned(actor, found)
            if found.state is RequestState.DONE:
                return found
            found = self.open(view, name)
            LIFECYCLE.after(found.state, RequestEvent.CARRY_OUT)
            session, level = found.payload.get(ASKED_BY, NO_SESSION)
            requester = self.identity.actor(view, found.requester, session=session, level=level)
        # Repeated, it is the same licence.
        order = replace(order_of(found.payload), request_key=key_of(name), review=name)
        licence = self.licences.issue(requester, order)
        with self.store.transaction() as tx:
            current = self.require(tx, name)
            if current.state is RequestState.DONE:
                return current  # somebody else has carried it out: the licence is the same
            state = LIFECYCLE.after(current.state, RequestEvent.CARRY_OUT)
            done = replace(current, state=state, result=licence.id, payload={})
            self.repository.put(tx, done)
            self.record(tx, done, RequestEvent.CARRY_OUT, actor=actor.id)
            return done

    def refuse(self, actor: Actor, name: str, *, reason: str) -> ReviewRequest:
        """Refuse 不同意, by a reviewer of the issuer. The reason is for who asked."""
        told = require_reason(reason)
        with self.store.transaction() as tx:
            found = self.open(tx, name)
            actor.require(Duty.LICENCE_REVIEWER, found.issuer)
            refused = self.decide(tx, found, RequestEvent.REFUSE, actor=actor.id, remark=told)
            self.repository.put(tx, replace(refused, payload={}))
            return refused

    def withdraw(self, actor: Actor, name: str, *, reason: str) -> ReviewRequest:
        """Withdraw what one asked for oneself 撤回. Raise `RequestUnknown` to others.

        What is being issued already is not taken back: the licence can be revoked. Raise `RequestNotOpen`.
        """
        told = require_reason(reason)
        with self.store.transaction() as tx:
            found = self.open(tx, name)
            if actor.id != found.requester:
                raise RequestUnknown
            self.licences.catalogue.hold(tx, found.type)  # as who issues does: the second sees what the first has done
            if self.is_being_carried_out(tx, found):
                raise RequestNotOpen(state=found.state.value)
            withdrawn = self.decide(tx, found, RequestEvent.WITHDRAW, actor=actor.id, remark=told)
            self.repository.put(tx, replace(withdrawn, payload={}))
            return withdrawn

    def decide(
        self, tx: Transaction, found: ReviewRequest, event: RequestEvent, *, actor: str, remark: str
    ) -> ReviewRequest:
        """Return a request as it is after a decision, which is on record."""
        state = LIFECYCLE.step(found.state, event, actor=actor, before=found.requester)
        decided = replace(
            found,
            state=state,
            decided_by=actor,
            decided_at=tx.now,
            decision=remark,
            expires_at=tx.now + DONE_WITHIN if event is RequestEvent.APPROVE else found.expires_at,
        )
        self.record(tx, decided, event, actor=actor)
        return decided

    def record(self, tx: Transaction, request: ReviewRequest, event: RequestEvent, *, actor: str) -> None:
        """Put a step of a request into the audit trail."""
        facts: dict[str, Fact] = {"request": request.id, "digest": request.digest, "reason": request.decision}
        if request.result is not None:
            facts["result"] = request.result
        tag = f"licence_request:{event.value}:done"
        tx.record(AuditEvent(tag=tag, actor=actor, subject=request.licence or request.type, facts=facts))

    # --- looking

    def queue(
        self, actor: Actor, issuer: str, *, state: RequestState, after: str | None = None, limit: int = 50
    ) -> tuple[ReviewRequest, ...]:
        """Return the requests to an authority in a state, oldest first: all to its reviewers, to others their own."""
        require_duty(actor, issuer, *CONCERNED)
        requester = None if issuer in actor.organisations(Duty.LICENCE_REVIEWER) else actor.id
        with self.store.reading() as view:
            return self.repository.queue(view, issuer, state=state, requester=requester, after=after, limit=limit)

    def find(self, actor: Actor, name: str) -> ReviewRequest:
        """Return a request, for who asked and for who decides. Raise `RequestUnknown` to others."""
        with self.store.reading() as view:
            found = self.require(view, name)
        self.require_concerned(actor, found)
        return found

    def forget(self) -> int:
        """Forget what was asked for in requests that are over: data of holders do not outlive their use."""
        with self.store.reading() as view:
            over = self.repository.over(view, before=view.now)
        return sum(self.is_forgotten(name) for name in over)

    def is_forgotten(self, name: str) -> bool:
        """Forget what was asked for, unless somebody has agreed to it at that moment; tell whether it is forgotten."""
        with suppress(LostRace), self.store.transaction() as tx:
            found = self.require(tx, name)
            if tx.now <= found.expires_at:
                return False
            self.repository.put(tx, replace(found, payload={}))
            tx.record(AuditEvent(tag="licence_request:forget:done", actor="system", subject=name))
            return True
        return False

    # --- building blocks

    def is_being_carried_out(self, view: Reading, request: ReviewRequest) -> bool:
        """Tell whether the licence that was agreed to is being issued, or was."""
        begun = answers.request(view, actor=request.requester, key=key_of(request.id))
        licence = None if begun is None else self.licences.repository.get(view, begun.result)
        return licence is not None and licence.state is not LicenceState.VOID

    def require_concerned(self, actor: Actor, request: ReviewRequest) -> None:
        """Return if somebody asked or may decide, else raise `RequestUnknown`."""
        if actor.id != request.requester and request.issuer not in actor.organisations(Duty.LICENCE_REVIEWER):
            raise RequestUnknown

    def require(self, view: Reading, name: str) -> ReviewRequest:
        """Return a request, or raise `RequestUnknown`."""
        found = self.repository.get(view, name)
        if found is None:
            raise RequestUnknown
        return found

    def open(self, view: Reading, name: str) -> ReviewRequest:
        """Return a request about which something is left to be done. Raise `RequestUnknown` or `RequestNotOpen`."""
        found = self.require(view, name)
        if not any(LIFECYCLE.events(found.state)):
            raise RequestNotOpen(state=found.state.value)
        if view.now > found.expires_at:
            raise RequestNotOpen(state=EXPIRED)
        return found


def key_of(request: str) -> str:
    """Return the idempotency key under which what was agreed to is issued: repeated, it is the same licence."""
    return f"review:{request}"
