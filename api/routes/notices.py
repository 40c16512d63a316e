"""Notices to the platform above 上报通知: what was delivered, what waits, what was refused; a person decides there."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import Reason, errors
from api.schemas.notices import NoticeDetails, NoticeView
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from trust.outbox import MessageOvertaken, MessageSettled, MessageUnknown
from trust.outbox_repository import MessageState
from trust.reasons import ReasonMissing
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1/notices", tags=["上报 notices"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Keeper = Annotated[Actor, allow(Permission.NOTICE_MANAGE)]
NoticeName = Annotated[Name, Path(description="Identifier of the notice", examples=["msg_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
MAX_NUMBER = (1 << 31) - 1
"""What a database counts to in this column."""


@router.get("", summary="Notices, newest first 上报通知列表", responses=errors(DutyMissing))
def list_notices(
    instance: InstanceHere,
    _: Keeper,
    state: Annotated[MessageState | None, Query(description="Those that stand there alone")] = None,
    before: Annotated[int | None, Query(ge=1, le=MAX_NUMBER, description="Number of the last notice seen")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[NoticeView]:
    """Return notices, the newest first."""
    return [NoticeView.of(one) for one in instance.notices.messages(state=state, before=before, limit=limit)]


@router.get("/{notice}", summary="A notice with its receipt 通知与回执", responses=errors(DutyMissing, MessageUnknown))
def read_notice(instance: InstanceHere, _: Keeper, notice: NoticeName) -> NoticeDetails:
    """Return what a notice tells, and what the platform signed."""
    return NoticeDetails.whole(instance.notices.find(notice))


@router.post(
    "/{notice}/retry",
    summary="Try a notice again 重新上报",
    responses=errors(DutyMissing, MessageUnknown, MessageSettled, MessageOvertaken, ReasonMissing, LostRace),
)
def retry(instance: InstanceHere, actor: Keeper, notice: NoticeName, body: Reason) -> NoticeView:
    """Let a notice that waits, was refused or was set aside be sent again at once, with a reason.

    One that later notices of the same seal have overtaken would tell of something past, and is not sent.
    """
    return NoticeView.of(instance.notices.retry(notice, actor=actor.id, reason=body.reason))


@router.post(
    "/{notice}/set-aside",
    summary="Give a notice up 搁置通知",
    responses=errors(DutyMissing, MessageUnknown, MessageSettled, ReasonMissing, LostRace),
)
def set_aside(instance: InstanceHere, actor: Keeper, notice: NoticeName, body: Reason) -> NoticeView:
    """Send a notice no more, with a reason that stays with it."""
    return NoticeView.of(instance.notices.set_aside(notice, actor=actor.id, reason=body.reason))
