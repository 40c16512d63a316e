"""Proposals 待批事项: what somebody wants to change, and the life of it until another person has decided.

A kind of proposal has a `Handler`: who may agree, what must hold, and how it is carried out. The rule that two persons
are needed stands in `trust.lifecycle.Lifecycle.step`, as for every other life in the house.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from identity.duties import OF_ORGANISATION, Actor, Duty, Grant
from identity.four_eyes.errors import ProposalNotOpen
from identity.levels import Level
from trust.events import Fact
from trust.lifecycle import Lifecycle
from trust.store import Reading, Transaction

__all__ = ["DECIDED_WITHIN", "EXPIRED", "LIFECYCLE", "Handler", "Proposal", "ProposalEvent", "ProposalState"]

DECIDED_WITHIN: Final = timedelta(days=7)
"""After this long a proposal that nobody decided is over, unless the settings say otherwise."""

EXPIRED: Final = "expired"
"""What is told of a proposal, and never stored as its state: the clock says it."""


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"  # 待审批
    APPROVED = "approved"  # 已同意
    USED = "used"  # 已执行
    REJECTED = "rejected"  # 已驳回
    WITHDRAWN = "withdrawn"  # 已撤回


class ProposalEvent(StrEnum):
    """What happens to a proposal."""

    APPROVE = "approve"  # 同意
    USE = "use"  # 执行
    REJECT = "reject"  # 驳回
    WITHDRAW = "withdraw"  # 撤回


LIFECYCLE = Lifecycle(
    initial=ProposalState.PROPOSED,
    moves={
        (ProposalState.PROPOSED, ProposalEvent.APPROVE): ProposalState.APPROVED,
        (ProposalState.PROPOSED, ProposalEvent.REJECT): ProposalState.REJECTED,
        (ProposalState.PROPOSED, ProposalEvent.WITHDRAW): ProposalState.WITHDRAWN,
        (ProposalState.APPROVED, ProposalEvent.USE): ProposalState.USED,
    },
    # Who proposed takes it back; and what was agreed to is carried out by either of the two.
    alone=frozenset({ProposalEvent.WITHDRAW, ProposalEvent.USE}),
)
"""Most kinds are carried out as they are approved, in one transaction. Where a private key has to work, which it never
does inside one, the approval is kept and used once (`Handler.later`)."""


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """A change that somebody proposes."""

    id: str
    kind: str
    """What kind of change, such as `duty:grant`; each has a handler."""

    subject: str
    """What is to be changed, by its identifier."""

    organisation: str | None
    """Whose affair it is: duties that are held for one organisation count for this one alone."""

    content: Mapping[str, Fact] = field(repr=False)
    """What exactly is to be done. It may hold personal data, stands enciphered in the database, and in no event."""

    reason: str
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    state: ProposalState = LIFECYCLE.initial
    decided_by: str | None = None
    decided_at: datetime | None = None
    remark: str = ""
    """Why it was rejected or withdrawn, or what the approver adds."""

    digest: str = ""
    """Over all that is proposed; whoever approves sends back the one that was looked at."""

    def state_at(self, now: datetime) -> str:
        """Return what is told of the state: of an open one, the clock says whether it is over."""
        is_over = self.state is ProposalState.PROPOSED and self.expires_at <= now
        return EXPIRED if is_over else self.state.value

    def require_open(self, now: datetime) -> None:
        """Return if the proposal waits for a decision, else raise `ProposalNotOpen`."""
        told = self.state_at(now)
        if told != ProposalState.PROPOSED.value:
            raise ProposalNotOpen(state=told)


class Handler(Protocol):
    """What one kind of proposal means. A handler derives from this class, and so has what most kinds have in common.

    Shared between threads; its methods get the reading or the transaction, and begin none.
    """

    kind: str
    """The kind, such as `duty:grant`."""

    approvers: frozenset[Duty]
    """Who may decide: whoever holds any of these duties, for the organisation where the duty is held for one."""

    proposers: frozenset[Duty] = frozenset()
    """Whoever has proposed must hold one of these duties still when another one approves; empty: may act still."""

    floor: Level
    """The level that the session of whoever decides must have."""

    exclusive: bool = True
    """Whether there is one open proposal of this kind for a subject at a time."""

    later: bool = False
    """Whether an approval is kept and used afterwards, once (`FourEyes.use`), instead of being carried out at once."""

    def check(self, view: Reading, proposal: Proposal) -> None:
        """Return if this may be done now, else raise why not: when it is proposed, and again when it is approved."""
        ...

    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Do it, and record it as done by the approver `by`. Kinds that are used later do nothing here."""
        ...

    def afterwards(self) -> None:
        """Do what cannot be done before the change is committed, such as taking what was erased out of a journal."""
        return

    def shown(self, proposal: Proposal) -> Mapping[str, Fact]:
        """Return the content as an approver sees it, with personal data masked."""
        return proposal.content

    def before(self, view: Reading, proposal: Proposal) -> Mapping[str, Fact]:  # noqa: ARG002 - for those who have any
        """Return what stands now in the place of the content, as an approver sees it; nothing where nothing does."""
        return {}


def may_decide(actor: Actor, handler: Handler, organisation: str | None) -> bool:
    """Tell whether somebody holds a duty that decides on proposals of this kind and organisation."""
    return holds_one(actor, handler.approvers, organisation)


def may_propose(actor: Actor, handler: Handler, organisation: str | None) -> bool:
    """Tell whether somebody holds a duty that proposes changes of this kind and organisation, where it takes one."""
    return not handler.proposers or holds_one(actor, handler.proposers, organisation)


def holds_one(actor: Actor, duties: frozenset[Duty], organisation: str | None) -> bool:
    """Tell whether somebody holds one of some duties, for the organisation where it is held for one."""
    return any(Grant(duty, organisation if duty in OF_ORGANISATION else None) in actor.grants for duty in duties)
