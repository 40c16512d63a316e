"""Pages for phones: the one on which the device checks a QR code by itself, and those of the holder's code 亮证."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import HTMLResponse

from api.authn import allow, instance_of
from api.device_pages import DevicePage, LivePage, live_answer_page
from api.pages.rendering import STATIC, WORKER
from api.permissions import Permission
from api.problems import TooManyRequests
from api.routes.pages import LanguageHere, PageRoute, answer, pages
from api.routes.verification import count_verification
from api.schemas.texts import Name
from api.wiring import Instance
from licence.live.errors import LiveCodeExpired, LiveCodeUnknown, LiveCodeUsed
from trust.crypto.sm3 import sm3
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(tags=["公众查验 pages"], route_class=PageRoute)
InstanceHere = Annotated[Instance, Depends(instance_of)]
Secret = Annotated[
    Name, Path(description="What the code on the holder's phone holds", examples=["5h3nLk0w9vQ2bX7tR1cZ8g"])
]
MAY_FETCH: Final = "default-src 'none'; connect-src 'self'"
"""What the service worker may do, under its own name."""


@router.get(
    "/v",
    summary="Check a QR code on the device itself 本机查验",
    name="check-on-device",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=HTMLResponse,
    responses=pages(),
)
def show_device(request: Request, instance: InstanceHere, language: LanguageHere) -> HTMLResponse:
    """Show the page whose script checks what stands behind `#` in its address: that never reaches the server."""
    return answer(request, DevicePage(language=language, anchors=instance.pinned))


@router.get(
    "/sw.js",
    summary="Service worker of the pages 离线支持",
    name="service-worker",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=Response,
    responses={
        200: {"description": "A script", "content": {"text/javascript": {"example": "self.addEventListener(…"}}}
    },
)
def show_worker(instance: InstanceHere) -> Response:
    """Return what lets the page open without a network. It changes with whatever the page is made of."""
    parts = [*(STATIC[name].version for name in sorted(STATIC)), *instance.pinned]
    version = sm3(" ".join(parts).encode()).hex()[:16]
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": MAY_FETCH}
    return Response(f"// {version}\n".encode() + WORKER.content, media_type=WORKER.media_type, headers=headers)


@router.get(
    "/l/{secret}",
    summary="The code on a holder's phone 亮证码",
    name="live-code",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    response_class=HTMLResponse,
    responses=pages(TooManyRequests),
)
def show_live_code(request: Request, language: LanguageHere, secret: Secret) -> HTMLResponse:
    """Ask whether to check the code now. Looking at its address consumes nothing: programs do that by themselves."""
    return answer(request, LivePage(language=language, secret=secret))


@router.post(
    "/l/{secret}",
    summary="Check the code on a holder's phone 查验亮证码",
    name="check-live-code",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    response_class=HTMLResponse,
    responses=pages(LiveCodeUnknown, LiveCodeExpired, LiveCodeUsed, LostRace, TooManyRequests),
)
def check_live_code(request: Request, instance: InstanceHere, language: LanguageHere, secret: Secret) -> HTMLResponse:
    """Check the code, which answers once, and show what it answers."""
    found = instance.live_codes.check(None, secret)
    return answer(request, live_answer_page(found, language=language, at=instance.base.clock.now()))
