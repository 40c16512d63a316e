"""Proposals 待批事项: what waits for a second person, agreeing to it, refusing it, taking it back.

What may be proposed, by whom, is told by the routes that propose it: duties, changes of business systems, and others.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import Reason, errors
from api.schemas.proposals import ProposalApproval, ProposalDetails, ProposalList, ProposalView
from api.schemas.texts import Line, Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, LevelTooLow, SubjectNotActive
from identity.four_eyes.errors import ProposalNotOpen, ProposalOutdated, ProposalUnknown, ProposerMayNot
from trust.lifecycle import FourEyesRequired
from trust.reasons import ReasonMissing
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1/proposals", tags=["审批 proposals"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Caller = Annotated[Actor, allow(Permission.SELF)]
Decider = Annotated[Actor, allow(Permission.PROPOSAL_DECIDE)]
PROPOSAL = "prop_01k9x3v5b7d2f4h6j8m0n1p3q5"
ProposalName = Annotated[Name, Path(description="Identifier of the proposal", examples=[PROPOSAL])]
DECISION = (DutyMissing, LevelTooLow, ProposalUnknown, ProposalNotOpen, FourEyesRequired, LostRace)


@router.get("", summary="What waits for me, and what I proposed 待办与我的申请", responses=errors())
def list_proposals(
    *,
    instance: InstanceHere,
    actor: Caller,
    after: Annotated[Line, Query(max_length=64, description="`next` of the page before", examples=[PROPOSAL])] = "",
    before: Annotated[
        Line, Query(max_length=64, description="`next_mine` of the page before", examples=[PROPOSAL])
    ] = "",
    limit: Annotated[int, Query(ge=1, le=200, description="Of each of the two lists")] = 50,
) -> ProposalList:
    """Return the open proposals that the caller may decide on, oldest first, and the caller's own, newest first."""
    engine = instance.four_eyes
    waiting, mine = engine.waiting(actor, after=after, limit=limit), engine.mine(actor, before=before, limit=limit)
    return ProposalList(
        waiting=[ProposalView.of(engine, one) for one in waiting],
        mine=[ProposalView.of(engine, one) for one in mine],
        next=waiting[-1].id if len(waiting) == limit else None,
        next_mine=mine[-1].id if len(mine) == limit else None,
    )


@router.get("/{proposal}", summary="Look at a proposal 查看待批事项", responses=errors(ProposalUnknown))
def read_proposal(instance: InstanceHere, actor: Caller, proposal: ProposalName) -> ProposalDetails:
    """Return a proposal to whoever made it or may decide on it, with what stands now in its place."""
    engine = instance.four_eyes
    return ProposalDetails.whole(engine, engine.find(actor, proposal))


@router.post(
    "/{proposal}/approval",
    summary="Agree to a proposal 同意",
    responses=errors(*DECISION, ProposalOutdated, ProposerMayNot, SubjectNotActive),
)
def approve(instance: InstanceHere, actor: Decider, proposal: ProposalName, body: ProposalApproval) -> ProposalView:
    """Agree to what has this digest, by another person than the one who proposed it; it is carried out at once.

    Where it can no longer be done, it is refused with the reason, and the proposal stays open.
    """
    engine = instance.four_eyes
    return ProposalView.of(engine, engine.approve(actor, proposal, digest=body.digest, remark=body.remark))


@router.post(
    "/{proposal}/rejection",
    summary="Refuse a proposal 驳回",
    responses=errors(*DECISION, ReasonMissing),
)
def reject(instance: InstanceHere, actor: Decider, proposal: ProposalName, body: Reason) -> ProposalView:
    """Refuse a proposal, by another person than the one who made it."""
    engine = instance.four_eyes
    return ProposalView.of(engine, engine.reject(actor, proposal, reason=body.reason))


@router.post(
    "/{proposal}/withdrawal",
    summary="Take back one's own proposal 撤回",
    responses=errors(ProposalUnknown, ProposalNotOpen, ReasonMissing, LostRace),
)
def withdraw(instance: InstanceHere, actor: Caller, proposal: ProposalName, body: Reason) -> ProposalView:
    """Take back what one proposed, while nobody has decided."""
    engine = instance.four_eyes
    return ProposalView.of(engine, engine.withdraw(actor, proposal, reason=body.reason))
