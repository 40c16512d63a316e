"""Messages about accounts to other platforms 账号同步消息: what waits, what was refused; a person decides there."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from api.authn import allow, instance_of
from api.permissions import Permission
from api.schemas.common import Reason, errors
from api.schemas.federation import AccountMessageView
from api.schemas.paging import Most
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from identity.errors import DutyMissing
from trust.outbox import MessageOvertaken, MessageSettled, MessageUnknown
from trust.outbox_repository import MessageState
from trust.reasons import ReasonMissing
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1/account-messages", tags=["信任传递 federation"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Keeper = Annotated[Actor, allow(Permission.CLIENT_REGISTER)]
PlatformName = Annotated[Name, Path(description="`upper`, or the identifier of a peer", examples=["upper"])]
MessageName = Annotated[Name, Path(examples=["msg_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
MAX_NUMBER = (1 << 31) - 1


@router.get("/{platform}", summary="Messages to a platform, newest first 同步消息列表", responses=errors(DutyMissing))
def list_messages(
    *,
    instance: InstanceHere,
    _: Keeper,
    platform: PlatformName,
    state: Annotated[MessageState | None, Query(description="Those that stand there alone")] = None,
    before: Annotated[int | None, Query(ge=1, le=MAX_NUMBER, description="Number of the last message seen")] = None,
    limit: Most = 100,
) -> list[AccountMessageView]:
    """Return messages by the identifiers of persons: what they tell is read when they are delivered."""
    found = instance.federation.outbox(platform).messages(state=state, before=before, limit=limit)
    return [AccountMessageView.of(one) for one in found]


@router.post(
    "/{platform}/{message}/retry",
    summary="Try a message again 重新同步",
    responses=errors(DutyMissing, MessageUnknown, MessageSettled, MessageOvertaken, ReasonMissing, LostRace),
)
def retry(
    instance: InstanceHere, actor: Keeper, platform: PlatformName, message: MessageName, body: Reason
) -> AccountMessageView:
    """Let a message that waits, was refused or was set aside be sent again at once, with a reason."""
    outbox = instance.federation.outbox(platform)
    return AccountMessageView.of(outbox.retry(message, actor=actor.id, reason=body.reason))


@router.post(
    "/{platform}/{message}/set-aside",
    summary="Give a message up 搁置同步消息",
    responses=errors(DutyMissing, MessageUnknown, MessageSettled, ReasonMissing, LostRace),
)
def set_aside(
    instance: InstanceHere, actor: Keeper, platform: PlatformName, message: MessageName, body: Reason
) -> AccountMessageView:
    """Send a message no more, with a reason that stays with it. The next change of the person is told again."""
    outbox = instance.federation.outbox(platform)
    return AccountMessageView.of(outbox.set_aside(message, actor=actor.id, reason=body.reason))
