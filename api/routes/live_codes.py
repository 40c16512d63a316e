"""亮证: codes on holders' phones, which answer once and tell who checked."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.authn import allow, instance_of
from api.live_watch import LiveWatch
from api.permissions import Permission
from api.problems import TooManyRequests
from api.routes.verification import count_verification
from api.schemas.common import errors
from api.schemas.live_codes import LiveAnswerView, LiveCodeCheck, LiveCodeMade, LiveCodeOrder, LiveCodeView
from api.schemas.texts import Name
from api.watching import as_events, number_of
from api.wiring import Instance
from identity.duties import Actor
from licence.errors import LicenceUnknown
from licence.live.codes import MakeLiveCode, SeenCode
from licence.live.errors import LiveCodeExpired, LiveCodeNotPossible, LiveCodeUnknown, LiveCodeUsed
from licence.qr import draw_png
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(prefix="/v1", tags=["亮证 live codes"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Anybody = Annotated[Actor, allow(Permission.SELF)]
CodeName = Annotated[Name, Path(description="Identifier of the code", examples=["live_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
PNG: Final = "image/png"
MADE: Final[dict[int | str, dict[str, Any]]] = {
    201: {
        "description": (
            "The code. With `Accept: image/png` the picture alone; its identifier is in `Live-Code-ID`, "
            "its end in `Live-Code-Expires`"
        ),
        "content": {PNG: {"example": "PNG"}},
    }
}
STREAM: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Server-sent events: `waiting`, then `checked` or `expired`, each with the code as JSON",
        "content": {"text/event-stream": {"example": 'id: 1\nevent: checked\ndata: {"id":"live_…"}\n\n'}},
    }
}
REFUSALS = (LiveCodeUnknown, LiveCodeExpired, LiveCodeUsed, LostRace, TooManyRequests)


@router.post(
    "/live-codes",
    summary="Make a code for the holder's phone 亮证",
    status_code=201,
    response_model=LiveCodeMade,
    responses={**MADE, **errors(LicenceUnknown, LiveCodeNotPossible)},
)
def make(instance: InstanceHere, actor: Anybody, request: Request, body: LiveCodeOrder) -> LiveCodeMade | Response:
    """Make a code that lives for seconds and answers once, for who speaks for the holder of a licence.

    A business system of the issuer's makes one for the holder that it names. Sending the request again makes another.
    """
    command = MakeLiveCode(licence=body.licence, holder=body.holder, purpose=body.purpose)
    made = instance.live_codes.make(actor, command)
    if request.headers.get("Accept", "").partition(",")[0].partition(";")[0].strip() != PNG:
        return LiveCodeMade.of(made)
    headers = {
        "Live-Code-ID": made.code.id,
        "Live-Code-Expires": made.code.expires_at.isoformat(),
        "Cache-Control": "no-store",
    }
    return Response(draw_png(made.address), status_code=201, media_type=PNG, headers=headers)


@router.get("/live-codes/{code}", summary="Who checked a code 亮证记录", responses=errors(LiveCodeUnknown))
def read(
    instance: InstanceHere,
    actor: Anybody,
    code: CodeName,
) -> LiveCodeView:
    """Tell the holder whether the code was checked, when, and by whom. A phone listens to its events instead."""
    return LiveCodeView.of(instance.live_codes.look(actor, code))


@router.get(
    "/live-codes/{code}/events",
    summary="Be told who checks a code 亮证推送（SSE）",
    response_class=StreamingResponse,
    responses={**STREAM, **errors(LiveCodeUnknown)},
)
async def watch(
    *,
    request: Request,
    instance: InstanceHere,
    actor: Anybody,
    code: CodeName,
    last_event_id: Annotated[
        str, Header(alias="Last-Event-ID", max_length=20, description="The last event seen", examples=["0"])
    ] = "",
) -> StreamingResponse:
    """Tell the holder, within a second, that the code was checked and by whom, or that it has expired; then end."""
    found = await run_in_threadpool(instance.live_codes.look, actor, code)
    watching: LiveWatch = request.app.state.live_watch
    return StreamingResponse(
        as_events(watching.changes(found, seen=number_of(last_event_id)), event_of),
        media_type="text/event-stream",
        headers={"X-Accel-Buffering": "no", "Cache-Control": "no-store"},
    )


def event_of(seen: SeenCode) -> tuple[str, str]:
    """Return the name and the data of the event that tells of a code."""
    return seen.state.value, LiveCodeView.of(seen).model_dump_json()


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
