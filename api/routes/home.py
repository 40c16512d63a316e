"""Home 工作台: what waits for the caller in every queue, what has changed, what to look after, the figures of the day.

Everybody with a login may ask; what is told is what the caller's duties and the level of the session open anyway.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api.authn import allow, instance_of
from api.figures import scopes_of
from api.health import Readiness
from api.home.changes import changes_of
from api.home.scope import opens
from api.home.views import ChangesView, FiguresView, TodosView, WarningsView
from api.home.waiting import todos_of
from api.home.warnings import warnings_of
from api.permissions import Permission
from api.routes.health import readiness
from api.schemas.common import errors
from api.wiring import Instance
from identity.duties import Actor

__all__ = ["router"]

router = APIRouter(prefix="/v1/home", tags=["工作台 home"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Caller = Annotated[Actor, allow(Permission.SELF)]
Limit = Annotated[int, Query(ge=1, le=200)]


@router.get("/waiting", summary="What waits for me 待我办理", responses=errors())
def read_waiting(instance: InstanceHere, actor: Caller, limit: Limit = 50) -> TodosView:
    """Return what waits for the caller in every queue, the most urgent first, and how much there is of each kind."""
    return TodosView.of(todos_of(instance, actor, limit=limit))


@router.get("/changes", summary="What has changed since my last visit 最近变化", responses=errors())
def read_changes(instance: InstanceHere, actor: Caller, limit: Limit = 20) -> ChangesView:
    """Return what others have done with the caller's seals and requests since the caller's visit before this one."""
    return ChangesView.of(changes_of(instance, actor, limit=limit))


@router.get("/warnings", summary="What I have to look after 预警", responses=errors())
def read_warnings(
    instance: InstanceHere, actor: Caller, parts: Annotated[Readiness, Depends(readiness)]
) -> WarningsView:
    """Return what ends soon, is stuck or does not hold, for those whom it concerns."""
    return WarningsView.of(warnings_of(instance, actor, parts.ask()))


@router.get("/figures", summary="Figures of the day 今日统计", responses=errors())
def read_figures(instance: InstanceHere, actor: Caller) -> FiguresView:
    """Return stampings, licences issued, verifications and refusals by hour and day, as far as the caller sees them."""
    scopes = scopes_of(lambda permission: opens(instance, actor, permission), actor)
    return FiguresView.of(*instance.verifying.figures.of(scopes))
