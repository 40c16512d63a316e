"""Whom seals concern: owners, bearers, who may be authorised; and applications that are tried before they are made."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.authn import allow, instance_of
from api.permissions import Permission
from api.routes.seals import LAWFUL, SealName
from api.schemas.common import errors
from api.schemas.seal_parties import (
    ForeseenView,
    HeldAuthorisationView,
    OwnOrganisation,
    PartyView,
    RehearsalView,
    SealOwnerView,
    SealWish,
)
from api.schemas.texts import Line, Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectUnknown
from seal.errors import SealUnknown

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["印章 seals"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
OrganisationName = Annotated[Name, Path(description="Unified identifier", examples=["O3F6H8J1L4N7Q2S5U9"])]
LONGEST = 128


@router.get("/seal-owners", summary="Organisations of my seal duties 我可办理印章的组织", responses=errors(DutyMissing))
def read_owners(instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_READ)]) -> list[OwnOrganisation]:
    """Return the organisations for which the caller is an applicant or an owner of seals, by name."""
    return [OwnOrganisation.of(one) for one in instance.seals.owners(actor)]


@router.get(
    "/seal-owners/{organisation}/bearers",
    summary="Whose name a personal-name seal may show 个人名章可用人员",
    responses=errors(DutyMissing, SubjectUnknown),
)
def read_bearers(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_REMAKE)], organisation: OrganisationName
) -> list[PartyView]:
    """Return the legal representative of an organisation and who has a duty for it, their names masked."""
    return [PartyView.of(one) for one in instance.seals.bearers(actor, organisation)]


@router.post(
    "/seal-rehearsals",
    summary="Try an application before submitting it 试填印章申请",
    responses=errors(DutyMissing, SealUnknown, *LAWFUL),
)
def rehearse(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_REMAKE)], body: SealWish
) -> RehearsalView:
    """Return the name that the seal would have and what it would look like, or why it cannot be. Nothing is kept."""
    wanted = body.wanted(emblem=instance.emblem)
    return RehearsalView.of(instance.seals.rehearse(actor, wanted, in_place_of=body.in_place_of))


@router.post(
    "/seal-rehearsals/resemblances",
    summary="What an application would look like 试查相似印章",
    responses=errors(DutyMissing, SealUnknown, *LAWFUL),
)
def foresee(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_REMAKE)], body: SealWish
) -> ForeseenView:
    """Return which seals of the same owner look alike, and how many of others do: whose those are, nobody is told."""
    wanted = body.wanted(emblem=instance.emblem)
    return ForeseenView.of(instance.seals.foresee(actor, wanted, in_place_of=body.in_place_of))


@router.get(
    "/seals/{seal}/owner", summary="Whose seal it is 查看印章所有者", responses=errors(DutyMissing, SealUnknown)
)
def read_owner(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_READ)], seal: SealName
) -> SealOwnerView:
    """Return the owner of a seal as it stands now, its legal representative's name masked."""
    return SealOwnerView.of(instance.seals.owner_of(actor, seal))


@router.get(
    "/seals/{seal}/stampers",
    summary="Whom I may authorise to stamp 可授权对象",
    responses=errors(DutyMissing, SealUnknown),
)
def read_stampers(
    instance: InstanceHere,
    actor: Annotated[Actor, allow(Permission.SEAL_OWN)],
    seal: SealName,
    text: Annotated[
        Line,
        Query(
            max_length=LONGEST,
            description="Exactly: a credit code, or the identifier of an organisation or of a business system",
            examples=["91330100MA2F4K7P1X"],
        ),
    ] = "",
) -> list[PartyView]:
    """Return the owner's own business systems and people, and before them whoever `text` names."""
    return [PartyView.of(one) for one in instance.seals.stampers(actor, seal, text=text)]


@router.get("/stamping-authorisations", summary="What I may stamp with 我的用印授权", responses=errors(DutyMissing))
def read_held(
    instance: InstanceHere, actor: Annotated[Actor, allow(Permission.SEAL_STAMP)]
) -> list[HeldAuthorisationView]:
    """Return the caller's own permissions to stamp that are not over, those that end first first.

    Then those by delegations that hold and have a use left: `times` and `used` are those of the link with least left.
    """
    return [HeldAuthorisationView.held(*one) for one in instance.authorisations.held(actor)]
