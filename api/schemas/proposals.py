"""Proposals on the wire 待批事项: what somebody proposes, and what another person decides."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.texts import Prose
from identity.four_eyes.proposals import Proposal
from identity.four_eyes.service import FourEyes
from trust.events import Fact
from trust.reasons import MAX_REASON

__all__ = ["ProposalApproval", "ProposalDetails", "ProposalList", "ProposalView"]


class ProposalApproval(Request):
    """Agreement to exactly what was looked at."""

    digest: str = Field(
        pattern="^[0-9a-f]{64}$",
        description="The digest of the proposal that was looked at: nothing else is agreed to",
        examples=["66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"],
    )
    remark: Prose = Field(default="", max_length=MAX_REASON, examples=["情况属实，同意。"])


class ProposalView(View):
    """A change that waits for a second person, or was decided."""

    id: str = Field(examples=["prop_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    kind: str = Field(examples=["duty:grant"])
    subject: str = Field(description="What is to be changed", examples=["P7K2M9Q4R8T1W3X5Y6"])
    organisation: str | None = Field(description="Whose affair it is, where it is one organisation's")
    content: dict[str, Fact] = Field(
        description="What exactly is to be done; personal data is masked", examples=[{"duty": "seal_reviewer"}]
    )
    reason: str
    state: str = Field(description="proposed, approved, used, rejected, withdrawn or expired", examples=["proposed"])
    digest: str = Field(description="SM3 over everything that is proposed")
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    remark: str

    @classmethod
    def of(cls, four_eyes: FourEyes, proposal: Proposal) -> "ProposalView":
        """Return the view of a proposal."""
        return cls(
            id=proposal.id,
            kind=proposal.kind,
            subject=proposal.subject,
            organisation=proposal.organisation,
            content=dict(four_eyes.shown(proposal)),
            reason=proposal.reason,
            state=proposal.state_at(four_eyes.store.clock.now()),
            digest=proposal.digest,
            proposed_by=proposal.proposed_by,
            proposed_at=proposal.proposed_at,
            expires_at=proposal.expires_at,
            decided_by=proposal.decided_by,
            decided_at=proposal.decided_at,
            remark=proposal.remark,
        )


class ProposalDetails(ProposalView):
    """A proposal, and what stands now in the place of what it would put there."""

    before: dict[str, Fact] = Field(
        description="The present values of what is to be changed, while nobody has decided; personal data is masked",
        examples=[{"name": "综合业务系统"}],
    )

    @classmethod
    def whole(cls, four_eyes: FourEyes, proposal: Proposal) -> "ProposalDetails":
        """Return the view of a proposal with what it would change."""
        told = ProposalView.of(four_eyes, proposal).model_dump()
        return cls(**told, before=dict(four_eyes.before(proposal)))


class ProposalList(View):
    """Proposals: those that wait for the caller, oldest first, and the caller's own, newest first."""

    waiting: list[ProposalView]
    mine: list[ProposalView]
    next: str | None = Field(
        description="`after` of the next page of those that wait; none: this was the last",
        examples=["prop_01k9x3v5b7d2f4h6j8m0n1p3q5"],
    )
    next_mine: str | None = Field(description="`before` of the next page of one's own; none: this was the last")
