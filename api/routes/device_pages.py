"""Pages for phones: where the device checks a QR code itself, and those of holders' codes 亮证 and of copies 加注件."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, File, Form, Path, Request, Response, UploadFile
from fastapi.responses import HTMLResponse

from api.authn import allow, instance_of
from api.device_pages import DevicePage, LivePage, ScanPage, live_answer_page
from api.pages.rendering import STATIC, WORKER
from api.permissions import Permission
from api.problems import TooManyRequests
from api.routes.pages import (
    MAX_PASSWORD,
    LanguageHere,
    PageRoute,
    answer,
    form_answer,
    origins_of,
    page_on_claim,
    pages,
    too_long,
)
from api.routes.verification import FILE_ERRORS, MAX_CLAIM, REPORT_ERRORS, count_verification
from api.schemas.common import pdf_answer
from api.schemas.texts import Name, Text
from api.verification_jobs.jobs import Order
from api.verification_orders import name_of
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
    return answer(request, DevicePage(language=language, anchors=instance.pinned, origins=origins_of(instance)))


@router.get(
    "/scan",
    summary="Scan a QR code with the camera 扫码查验",
    name="scan",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=HTMLResponse,
    responses=pages(),
)
def show_scan(request: Request, instance: InstanceHere, language: LanguageHere) -> HTMLResponse:
    """Show the page whose script reads codes with the camera. Its pictures never leave the device."""
    return answer(request, ScanPage(language=language, anchors=instance.pinned, origins=origins_of(instance)))


@router.post(
    "/report",
    summary="Verify a file and keep the report 查验并下载报告",
    name="verify-file-report",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    response_class=Response,
    responses={
        **pages(*FILE_ERRORS, *REPORT_ERRORS, form=True),
        **pdf_answer("The report as PDF/A-3, signed by the service, with the record in it"),
    },
)
def report_file(
    request: Request,
    instance: InstanceHere,
    file: Annotated[UploadFile, File(description="The file that is verified", examples=["%PDF-1.7 …"])],
    password: Annotated[
        Text | None, Form(max_length=MAX_PASSWORD, description="Of an encrypted PDF", examples=["…"])
    ] = None,
) -> Response:
    """Judge a file and return what came of it as a PDF that the service signs, for somebody's own files."""
    content = file.file.read()
    if not content:
        return form_answer(request, "file")
    order = Order(file=content, name=name_of(file), password=password or None)
    made = instance.verifying.report(instance.verifying.told(order))
    headers = {"Content-Disposition": 'attachment; filename="verification-report.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


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


@router.get(
    "/c/{claim}",
    summary="Verify the QR code of an annotated copy, as a page 查验加注件二维码",
    name="verify-copy-claim",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    response_class=HTMLResponse,
    responses=pages(TooManyRequests),
)
def verify_copy_claim(
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    claim: Annotated[str, Path(description="What the QR code of the copy holds", examples=["gR8wf1bV…"])],
) -> HTMLResponse:
    """Judge the claim of an annotated copy: for whom, for what, until when it is, and how its original stands now."""
    report = instance.verification.claim(claim) if len(claim) <= MAX_CLAIM else too_long()
    return answer(request, page_on_claim(report, instance, language))
