"""亮证: codes on holders' phones, which answer once and tell who checked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from api.authn import allow, instance_of
from api.permissions import Permission
from api.problems import TooManyRequests
from api.routes.verification import count_verification
from api.schemas.common import errors
from api.schemas.live_codes import LiveAnswerView, LiveCodeCheck, LiveCodeMade, LiveCodeOrder, LiveCodeView
from api.schemas.texts import Name
from api.wiring import Instance
from identity.duties import Actor
from licence.errors import LicenceUnknown
from licence.live.codes import MakeLiveCode
from licence.live.errors import LiveCodeExpired, LiveCodeNotPossible, LiveCodeUnknown, LiveCodeUsed
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["亮证 live codes"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Anybody = Annotated[Actor, allow(Permission.SELF)]
REFUSALS = (LiveCodeUnknown, LiveCodeExpired, LiveCodeUsed, LostRace, TooManyRequests)


@router.post(
    "/live-codes",
    summary="Make a code for the holder's phone 亮证",
    status_code=201,
    responses=errors(LicenceUnknown, LiveCodeNotPossible),
)
def make(instance: InstanceHere, actor: Anybody, body: LiveCodeOrder) -> LiveCodeMade:
    """Make a code that lives for seconds and answers once, for who speaks for the holder of a licence.

    A business system of the issuer's makes one for the holder that it names. Sending the request again makes another.
    """
    command = MakeLiveCode(licence=body.licence, holder=body.holder, purpose=body.purpose)
    return LiveCodeMade.of(instance.live_codes.make(actor, command))


@router.get("/live-codes/{code}", summary="Who checked a code 亮证记录", responses=errors(LiveCodeUnknown))
def read(
    instance: InstanceHere,
    actor: Anybody,
    code: Annotated[Name, Path(description="Identifier of the code", examples=["live_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
) -> LiveCodeView:
    """Tell the holder whether the code was checked, when, and by whom. A phone asks each second or two."""
    found, checker = instance.live_codes.look(actor, code)
    return LiveCodeView.of(found, checker, instance.base.clock.now())


@router.post(
    "/live-codes/check",
    summary="Check a code by name 实名查验亮证码",
    dependencies=[Depends(count_verification)],
    responses=errors(*REFUSALS),
)
def check(instance: InstanceHere, actor: Anybody, body: LiveCodeCheck) -> LiveAnswerView:
    """Check a code as who one is: the holder sees the name. It answers the first who asks, and nobody after."""
    return LiveAnswerView.of(instance.live_codes.check(actor, body.secret))


@router.post(
    "/verify/live-code",
    summary="Check a code without a name 匿名查验亮证码",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    responses=errors(*REFUSALS, public=True),
)
def check_without_name(instance: InstanceHere, body: LiveCodeCheck) -> LiveAnswerView:
    """Check a code without a login: the holder sees that somebody did. It answers the first who asks."""
    return LiveAnswerView.of(instance.live_codes.check(None, body.secret))
