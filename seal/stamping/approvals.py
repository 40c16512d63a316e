"""Approval before use 用印审批: who may stamp asks, another who disposes of the seal decides, and it is used once.

An approval is for exactly one use: the same actor, the same digest, the same operation, purpose and parameters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any, Final

from identity.duties import Actor, Duty
from seal import repository
from seal.errors import ApprovalNotOpen, ApprovalRequired, ApprovalUnfit, ApprovalUnknown, SealUnknown
from seal.ledger import approval_repository
from seal.ledger.approval_repository import Approval, ApprovalState, Order
from seal.repository import Seal
from seal.stamping.permitting import Permitted, Permitting, Use
from trust import requests
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.lifecycle import Lifecycle
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["DECIDED_WITHIN", "LIFECYCLE", "USED_WITHIN", "ApprovalEvent", "ApprovalService", "AskForApproval", "spend"]

DECIDED_WITHIN: Final = timedelta(days=7)
"""After this long a request that nobody decided is over."""

USED_WITHIN: Final = timedelta(hours=24)
"""After this long an approval that nobody used is over: what was approved then may not be what is wanted now."""

EXPIRED: Final = "expired"
SPENT: Final = "spent"
"""What is told of an approval, and never stored as its state: the clock says the first, its stamping the second."""


class ApprovalEvent(StrEnum):
    """What happens to a request for approval."""

    APPROVE = "approve"  # 同意
    REFUSE = "refuse"  # 不同意
    WITHDRAW = "withdraw"  # 撤回


LIFECYCLE = Lifecycle(
    initial=ApprovalState.REQUESTED,
    moves={
        (ApprovalState.REQUESTED, ApprovalEvent.APPROVE): ApprovalState.APPROVED,
        (ApprovalState.REQUESTED, ApprovalEvent.REFUSE): ApprovalState.REFUSED,
        (ApprovalState.REQUESTED, ApprovalEvent.WITHDRAW): ApprovalState.WITHDRAWN,
    },
    # Who asked takes back what was asked; nobody approves what he asked for himself.
    alone=frozenset({ApprovalEvent.WITHDRAW}),
)


@dataclass(frozen=True, kw_only=True)
class AskForApproval:
    """A use of a seal that its owner is asked to approve."""

    use: Use
    reason: str
    reference: str = ""
    """What the document is called, for who decides."""

    asked: Mapping[str, Any] = field(default_factory=dict)
    """The order of a document as it was sent: where the seal goes, for who decides. `use` names its digest."""

    request_key: str
    """A repeated request under the same key gets the same answer."""


class ApprovalService:
    """The use cases of approvals."""

    def __init__(self, *, store: Store, permitting: Permitting) -> None:
        self.store = store
        self.permitting = permitting

    def ask(self, actor: Actor, command: AskForApproval) -> Approval:
        """Ask for an approval 申请用印. Raise what `Permitting.require` raises: only who may stamp may ask."""
        reason, use = require_reason(command.reason), command.use
        asked = [use.seal, use.operation.value, use.content, use.parameters, *told(use).values(), reason]
        asked += [command.reference] * bool(command.reference)
        key, fingerprint = command.request_key, requests.fingerprint("seal:ask_approval", asked)
        with self.store.transaction() as tx:
            known = requests.answered(tx, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                return self.require(tx, use.seal, known)
            self.permitting.require(tx, actor, use)
            approval = Approval(
                id=new_id("approval", at=tx.now),
                seal=use.seal,
                state=LIFECYCLE.initial,
                requester=actor.id,
                operation=use.operation,
                document_hash=use.content,
                parameters=use.parameters,
                purpose=use.purpose,
                reason=reason,
                reference=command.reference,
                asked=command.asked,
                requested_at=tx.now,
                expires_at=tx.now + DECIDED_WITHIN,
            )
            approval_repository.add(tx, approval)
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=approval.id)
            facts: dict[str, Fact] = {
                "approval": approval.id,
                "operation": use.operation.value,
                "document_hash": use.content,
                "reason": reason,
                **told(use),
            }
            tx.record(AuditEvent(tag="seal:ask_approval:done", actor=actor.id, subject=use.seal, facts=facts))
            return approval

    def approve(self, actor: Actor, seal: str, approval: str, *, remark: str = "") -> Approval:
        """Approve 同意, by another who disposes of the seal than who asked: from now on it can be used, once."""
        return self.decide(actor, seal, approval, ApprovalEvent.APPROVE, remark=remark.strip())

    def refuse(self, actor: Actor, seal: str, approval: str, *, reason: str) -> Approval:
        """Refuse 不同意. The reason is for the one who asked."""
        return self.decide(actor, seal, approval, ApprovalEvent.REFUSE, remark=require_reason(reason))

    def withdraw(self, actor: Actor, seal: str, approval: str, *, reason: str) -> Approval:
        """Withdraw a request 撤回, by the one who asked."""
        return self.decide(actor, seal, approval, ApprovalEvent.WITHDRAW, remark=require_reason(reason))

    def decide(self, actor: Actor, seal: str, approval: str, event: ApprovalEvent, *, remark: str) -> Approval:
        """Decide on a request. Raise `ApprovalUnknown`, `ApprovalNotOpen`, `FourEyesRequired` or `LostRace`."""
        with self.store.transaction() as tx:
            owner = self.require_seal(tx, seal).owner
            found = self.require(tx, seal, approval)
            if event is not ApprovalEvent.WITHDRAW:
                actor.require(Duty.SEAL_OWNER, owner)
            elif actor.id != found.requester:
                raise ApprovalUnknown
            if tx.now > found.expires_at:
                raise ApprovalNotOpen(state=EXPIRED)
            state = LIFECYCLE.step(found.state, event, actor=actor.id, before=found.requester)
            decided = replace(
                found,
                state=state,
                decided_by=actor.id,
                decided_at=tx.now,
                decision=remark,
                expires_at=tx.now + USED_WITHIN if event is ApprovalEvent.APPROVE else found.expires_at,
            )
            approval_repository.decide(tx, decided)
            facts: dict[str, Fact] = {"approval": found.id, "document_hash": found.document_hash, "reason": remark}
            tag = f"seal:{event.value}_stamping:done"
            tx.record(AuditEvent(tag=tag, actor=actor.id, subject=seal, facts=facts))
            return decided

    def queue(
        self, actor: Actor, seal: str, *, state: ApprovalState | None = None, after: str = "", limit: int = 100
    ) -> tuple[Approval, ...]:
        """Return the requests for a seal, oldest first: all for its owner, and to others their own.

        Those after the request `after`, at most `limit`; of those that are requested, those that can still be decided,
        and of those that are approved, those that can still be used.
        """
        with self.store.reading() as view:
            owner = self.require_seal(view, seal).owner
            requester = None if owner in actor.organisations(Duty.SEAL_OWNER) else actor.id
            return approval_repository.queue(view, seal, requester=requester, state=state, after=after, limit=limit)

    def own(
        self, actor: Actor, seal: str, *, state: ApprovalState | None = None, after: str = "", limit: int = 100
    ) -> tuple[Approval, ...]:
        """Return what the actor has asked for, newest first: those older than the request `after`, at most `limit`."""
        with self.store.reading() as view:
            self.require_seal(view, seal)
            mine = partial(approval_repository.queue, view, seal, requester=actor.id, order=Order.NEWEST)
            return mine(state=state, after=after, limit=limit)

    def find(self, actor: Actor, seal: str, approval: str) -> Approval:
        """Return a request, for who asked and for who decides. Raise `ApprovalUnknown` to others."""
        with self.store.reading() as view:
            found = self.require(view, seal, approval)
            owner = self.require_seal(view, seal).owner
            if actor.id != found.requester and owner not in actor.organisations(Duty.SEAL_OWNER):
                raise ApprovalUnknown
            return found

    def require(self, view: Reading, seal: str, approval: str) -> Approval:
        """Return a request for a seal, or raise `ApprovalUnknown`."""
        found = approval_repository.get(view, approval)
        if found is None or found.seal != seal:
            raise ApprovalUnknown
        return found

    def require_seal(self, view: Reading, seal: str) -> Seal:
        """Return a seal, or raise `SealUnknown`."""
        found = repository.get(view, seal)
        if found is None:
            raise SealUnknown
        return found


def spend(tx: Transaction, actor: Actor, permitted: Permitted, use: Use, *, stamping: str) -> None:
    """Spend the approval of a use, where its authorisation wants one, on a stamping.

    An approval that is brought along is spent in any case. Raise `ApprovalRequired`, `ApprovalUnknown`,
    `ApprovalUnfit` or `ApprovalNotOpen`.
    """
    if use.approval is None:
        if permitted.needs_approval:
            raise ApprovalRequired(authorisation=permitted.authorisation.id)
        return
    found = approval_repository.get(tx, use.approval)
    if found is None or found.seal != use.seal or found.requester != actor.id:
        raise ApprovalUnknown
    for name, fits in fitting(found, use).items():
        if not fits:
            raise ApprovalUnfit(field=name)
    if tx.now > found.expires_at:
        raise ApprovalNotOpen(state=EXPIRED)
    if found.state is not ApprovalState.APPROVED:
        raise ApprovalNotOpen(state=found.state.value)
    if not approval_repository.spend(tx, found.id, stamping):
        raise ApprovalNotOpen(state=SPENT)


def fitting(approval: Approval, use: Use) -> Mapping[str, bool]:
    """Return for everything that was approved whether the use is the same in it."""
    return {
        "operation": approval.operation is use.operation,
        "document_hash": approval.document_hash == use.content,
        "parameters": approval.parameters == use.parameters,
        "purpose": approval.purpose.purpose == use.purpose.purpose,
        "document_kind": approval.purpose.document_kind == use.purpose.document_kind,
    }


def told(use: Use) -> dict[str, Fact]:
    """Return what a use is for, as the trail tells it."""
    return {"purpose": use.purpose.purpose, "document_kind": use.purpose.document_kind}
