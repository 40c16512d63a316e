"""Personal data: who may look at it for which purpose, and what everybody may know and ask about their own 个人信息."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import IdempotencyKey, errors
from api.schemas.subjects import (
    AccessView,
    CopyView,
    DisclosedView,
    DisclosureBody,
    ErasureBody,
    ErasureReceipt,
    RepresentationView,
)
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive, SubjectUnknown
from identity.four_eyes.errors import ProposalOpen
from identity.representing import organisations_of
from identity.subjects import erasing
from identity.subjects.errors import ErasureNotPossible, EvidenceMissing, PurposeNotPermitted
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["个人信息 personal data"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Self = Annotated[Actor, allow(Permission.SELF)]
Own = Annotated[Actor, allow(Permission.DATA_OWN)]


@router.post(
    "/subjects/{subject}/disclosures",
    summary="Look at personal data in clear 按目的查询个人信息",
    responses=errors(DutyMissing, PurposeNotPermitted, EvidenceMissing, SubjectUnknown, LostRace),
)
def disclose(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SUBJECT_DISCLOSE)],
    subject: Annotated[Name, Path(description="Unified identifier", examples=["P7K2M9Q4R8T1W3X5Y6"])],
    body: DisclosureBody,
) -> DisclosedView:
    """Return fields of a person's data in clear, for a purpose of the list.

    It is on record before it is answered, where auditors and the person concerned see it; every request anew.
    """
    return DisclosedView.of(instance.subjects.disclosures.disclose(actor, body.command(subject)))


@router.get("/me/organisations", summary="For whom I may act 我可代表的组织", responses=errors())
def read_organisations(instance: InstanceHere, actor: Self) -> list[RepresentationView]:
    """Return the organisations that the caller may act for at this moment, as what, and which seals are to be replaced.

    Those are the seals that bear the name from before the organisation was renamed.
    """
    with instance.base.store.reading() as view:
        found = organisations_of(instance.base.identity, view, actor.id)
        return [RepresentationView.of(one, instance.subjects.former_seals_in(view, one.organisation)) for one in found]


@router.get("/me/data", summary="A copy of my data 查阅、复制我的个人信息", responses=errors(SubjectUnknown))
def read_copy(instance: InstanceHere, actor: Own) -> CopyView:
    """Return everything that is kept of the caller, in clear, as JSON (个人信息保护法 art. 45)."""
    copy = instance.subjects.history.copy(actor.id)
    with instance.base.store.reading() as view:
        represents = organisations_of(instance.base.identity, view, actor.id)
    return CopyView.of(copy, represents, instance.sharing.holders.list(actor, actor.id))


@router.get("/me/data-accesses", summary="Who looked at my data 谁查过我的信息", responses=errors())
def read_accesses(
    instance: InstanceHere,
    actor: Own,
    before: Annotated[
        str,
        Query(
            max_length=64,
            description="Identifier of the last access of the page before",
            examples=["look_01k9x3v5b7d2f4h6j8m0n1p3q5"],
        ),
    ] = "",
) -> list[AccessView]:
    """Return who looked at the caller's data in clear, for what, newest first."""
    accesses = instance.subjects.disclosures.accesses(actor.id, before=before)
    with instance.base.store.reading() as view:
        known = {one.organisation for one in accesses if one.organisation is not None}
        names = {one: instance.base.identity.require_organisation(view, one).name for one in sorted(known)}
    return [AccessView.of(one, names.get(one.organisation or "")) for one in accesses]


@router.post(
    "/me/erasure",
    summary="Ask for the erasure of my data 申请删除我的个人信息",
    status_code=202,
    responses=errors(
        EvidenceMissing,
        ReasonMissing,
        SubjectUnknown,
        SubjectNotActive,
        ErasureNotPossible,
        ProposalOpen,
        RequestKeyMalformed,
        RequestKeyReused,
        LostRace,
    ),
)
def ask_for_erasure(
    instance: InstanceHere, actor: Own, idempotency_key: IdempotencyKey, body: ErasureBody
) -> ErasureReceipt:
    """Ask for erasure (个人信息保护法 art. 47). A registrar carries it out; the receipt says what law keeps."""
    proposal = instance.four_eyes.propose(
        actor,
        kind=erasing.ERASE,
        subject=actor.id,
        content=erasing.content_of(body.ground),
        reason=body.reason,
        request_key=idempotency_key,
    )
    return ErasureReceipt.of(proposal.id, proposal.digest, proposal.proposed_at, proposal.expires_at)
