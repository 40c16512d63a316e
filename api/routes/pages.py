"""Verification for everyone, as pages: server-rendered HTML for a phone at a counter, which needs no script.

What goes wrong on the way to a page is told by a page as well.
"""

import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated, Any, Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, Depends, File, Form, Path, Query, Request, Response, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.routing import Match
from typing_extensions import override

from api import page_models
from api.authn import allow, instance_of
from api.device_pages import DevicePage, ScanPage
from api.logs import logger
from api.middleware import SAFE_HEADERS
from api.page_models import ResultPage, StartPage
from api.pages.rendering import STATIC, Renderable, render
from api.pages.scripts import Scripted
from api.pages.words import Language, preferred
from api.permissions import Permission
from api.problems import BodyTooLarge, TooManyRequests, status_of
from api.routes.verification import MAX_CLAIM, count_verification
from api.schemas.texts import Text
from api.wiring import Instance
from licence.copy_claim import COPY_CLAIM_LENGTH
from licence.inquiry import ClaimText, IdentifierText, inquiry_of
from licence.verification import ClaimReport
from seal.verification.ofd.package import OFDLimitExceeded
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.pdf.intake import PDFEncrypted, PDFLimitExceeded, PDFPasswordWrong
from trust.verdict import Check, Finding, SubIndication, Verdict
from trust.workers import WorkerBusy, WorkerExhausted, WorkerUnavailable

__all__ = [
    "MAX_PASSWORD",
    "LanguageHere",
    "PageRoute",
    "answer",
    "form_answer",
    "is_page",
    "origins_of",
    "page_on_claim",
    "pages",
    "problem_answer",
    "router",
    "too_long",
]

MAX_PASSWORD: Final = 256
MAX_TYPED: Final = 512
"""Characters of what somebody types in place of scanning."""

SCRIPTS: Final = "; script-src 'self'; connect-src 'self'; worker-src 'self'"
WITH_SCRIPT: Final = SAFE_HEADERS["Content-Security-Policy"] + SCRIPTS
"""On pages that scripts take part in: our own run, and ask us alone."""

DECODER: Final = "decoder.js"
FOR_DECODER: Final = "default-src 'none'; script-src 'wasm-unsafe-eval'; connect-src 'self'"
"""The worker that reads QR codes runs WebAssembly, under its own policy: no page may."""

GZIP: Final = re.compile(r"(?:^|,) *gzip *(?:$|,|; *q=(?:1|0\.0*[1-9]))")
"""An Accept-Encoding that accepts it (RFC 9110, 12.5.3)."""

NO_HOTLINE: Final = "none"
FOR_GOOD: Final = "public, max-age=31536000, immutable"
FOR_AN_HOUR: Final = "public, max-age=3600"


def language_of(
    request: Request,
    lang: Annotated[str | None, Query(description="zh or en; wins over Accept-Language", examples=["en"])] = None,
) -> Language:
    """Return the language of the answer: what the address says, else what the browser prefers, else Chinese."""
    if lang in set(Language):
        return Language(lang)
    return preferred(request.headers.get("accept-language", ""))


def answer(request: Request, page: Renderable, status: HTTPStatus = HTTPStatus.OK) -> HTMLResponse:
    """Return a page as the answer. Only what answers nothing yet may be kept, or found by a search engine."""
    root = request.scope.get("root_path", "").rstrip("/")
    other = f"?lang={page.language.other}"
    switch = other if request.method == "GET" else f"{root}/{other}"
    headers = {"Vary": "Accept-Language", "Content-Language": page.language.tag}
    if isinstance(page, Scripted):
        headers["Content-Security-Policy"] = WITH_SCRIPT
    if isinstance(page, StartPage | DevicePage | ScanPage):
        headers["Cache-Control"] = "no-cache"
    else:
        headers |= {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
    app = request.scope.get("app")  # none where a request is refused before anybody has it
    hotline = NO_HOTLINE if app is None else app.state.instance.base.settings.hotline
    html = render(page, root=root, switch=switch, hotline=hotline.removeprefix(NO_HOTLINE))
    return HTMLResponse(html, status_code=status.value, headers=headers)


def problem_answer(request: Request, error: TrustError) -> HTMLResponse:
    """Return the page that tells of an error, with the status that the API gives it."""
    language = language_of(request, request.query_params.get("lang"))
    page = page_models.problem_page(error, language=language, request_number=number_of(request))
    found = answer(request, page, status_of(type(error)))
    if isinstance(error, TooManyRequests):
        found.headers["Retry-After"] = str(error.details["seconds"])
    return found


def form_answer(request: Request, field: str) -> HTMLResponse:
    """Return the page that tells which field of the form is wrong."""
    language = language_of(request, request.query_params.get("lang"))
    return answer(request, page_models.form_problem(field, language=language), HTTPStatus.UNPROCESSABLE_ENTITY)


def failure_answer(request: Request) -> HTMLResponse:
    """Return the page that tells of a mistake of ours, without any of it."""
    language = language_of(request, request.query_params.get("lang"))
    page = page_models.failure_page(language=language, request_number=number_of(request))
    return answer(request, page, HTTPStatus.INTERNAL_SERVER_ERROR)


def number_of(request: Request) -> str:
    """Return the number of the request."""
    return str(getattr(request.state, "request_id", ""))


def is_page(request: Request, *routers: APIRouter) -> bool:
    """Tell whether a request is for a page of one of `routers`, before its route has been found."""
    routes = (route for one in routers for route in one.routes)
    return any(route.matches(request.scope)[0] is Match.FULL for route in routes)


class PageRoute(APIRoute):
    """A route whose errors are pages as well."""

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of this route."""
        handle = super().get_route_handler()

        async def handle_with_pages(request: Request) -> Response:
            try:
                return await handle(request)
            except TrustError as error:
                return problem_answer(request, error)
            except RequestValidationError as error:
                return form_answer(request, str(error.errors()[0]["loc"][-1]))
            except HTTPException as error:
                if isinstance(error.__cause__, TrustError):  # raised while the framework read the body
                    return problem_answer(request, error.__cause__)
                if error.status_code == HTTPStatus.BAD_REQUEST:  # a form that is none
                    return form_answer(request, "file")
                raise
            except Exception:  # noqa: BLE001 - logged with all it holds, and told as a page without any of it
                logger().exception("request failed", route=self.path)
                return failure_answer(request)

        return handle_with_pages


router = APIRouter(tags=["公众查验 pages"], route_class=PageRoute)
InstanceHere = Annotated[Instance, Depends(instance_of)]
LanguageHere = Annotated[Language, Depends(language_of)]


def pages(*kinds: type[TrustError], form: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a page's route for its OpenAPI description: they are HTML, whatever the status."""
    html = {"text/html": {"schema": {"type": "string"}, "example": "<!doctype html>…"}}
    codes: dict[HTTPStatus, list[str]] = {}
    for kind in kinds:
        codes.setdefault(status_of(kind), []).append(kind.code)
    found: dict[int | str, dict[str, Any]] = {
        status.value: {"description": f"A page that tells of {', '.join(told)}", "content": html}
        for status, told in codes.items()
    }
    if form:
        found[422] = {"description": "A page that tells which field is wrong", "content": html}
    return {200: {"description": "A page", "content": html}, **found}


@router.get(
    "/",
    summary="Start page 查验首页",
    name="start",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=HTMLResponse,
    responses=pages(),
)
def show_start(request: Request, instance: InstanceHere, language: LanguageHere) -> HTMLResponse:
    """Show what one can do: scan a QR code, or check a file."""
    page = StartPage(language=language, anchors=instance.pinned, origins=origins_of(instance))
    return answer(request, page)


@router.post(
    "/code",
    summary="Verify what is typed or pasted 查验输入的内容",
    name="verify-typed",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    response_class=HTMLResponse,
    responses={
        303: {"description": "To the answer for a QR code, which has an address"},
        **pages(TooManyRequests, form=True),
    },
)
def verify_typed(
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    text: Annotated[
        Text,
        Form(
            max_length=MAX_TYPED,
            description="What a QR code holds, the address that it leads to, or a licence identifier",
            examples=["https://trust.example/v/AR8wf1bV…"],
        ),
    ],
) -> Response:
    """Answer for a licence identifier, or lead to the answer for a QR code: ours, wherever its own address leads."""
    asked = inquiry_of(text.encode())
    if isinstance(asked, IdentifierText):
        report = instance.verification.identifier(asked.text)
        return answer(request, page_on_claim(report, instance, language))
    claim = asked.text if isinstance(asked, ClaimText) else claim_in(text)
    path = "c" if len(claim) == COPY_CLAIM_LENGTH else "v"
    root = request.scope.get("root_path", "").rstrip("/")
    return RedirectResponse(f"{root}/{path}/{quote(claim, safe='')}?lang={language}", status_code=303)


def claim_in(text: str) -> str:
    """Return the text of a licence's QR code out of an address that leads to it, or out of what somebody has typed."""
    address = text.strip()
    rest = address.partition("#")[2] or address.partition("#")[0]
    return rest.partition("?")[0].rpartition("/")[2] or "-"


def origins_of(instance: Instance) -> tuple[str, ...]:
    """Return the addresses that this service gives as its own, in its pages and in its codes."""
    settings = instance.base.settings
    told = (settings.public_url, settings.qr_url or settings.public_url)
    return tuple(dict.fromkeys("{0.scheme}://{0.netloc}".format(urlsplit(one)) for one in told))


@router.post(
    "/verify",
    summary="Verify a file, as a page 查验文件",
    name="verify-file",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    response_class=HTMLResponse,
    responses=pages(
        PDFEncrypted,
        PDFPasswordWrong,
        PDFLimitExceeded,
        OFDLimitExceeded,
        BodyTooLarge,
        TooManyRequests,
        WorkerExhausted,
        WorkerBusy,
        WorkerUnavailable,
        form=True,
    ),
)
def verify_file(
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    file: Annotated[
        UploadFile,
        File(
            description="PDF, OFD, electronic seal, seal signature or signed message",
            examples=["%PDF-1.7 …"],
        ),
    ],
    password: Annotated[
        Text | None, Form(max_length=MAX_PASSWORD, description="Of an encrypted PDF", examples=["…"])
    ] = None,
) -> HTMLResponse:
    """Judge a file and show what came of it. An invalid file is an answer, not an error."""
    content = file.file.read()
    if not content:
        return form_answer(request, "file")
    found, at = instance.verification.ask(content, password=password or None), instance.base.clock.now()
    if isinstance(found, ClaimReport):
        return answer(request, page_on_claim(found, instance, language))
    page = page_models.file_page(found, language=language, at=at, size=len(content), digest=sm3(content).hex())
    return answer(request, page)


@router.get(
    "/verify",
    summary="Back to the start page 返回查验首页",
    name="verify-file-again",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=RedirectResponse,
    status_code=303,
    responses={303: {"description": "To the start page, where a file is chosen again"}},
)
def choose_again(request: Request) -> RedirectResponse:
    """Lead whoever typed the address, or came back to it, to where a file is chosen: the answer to one is not kept."""
    root = request.scope.get("root_path", "").rstrip("/")
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{root}/{query}", status_code=303)


@router.get(
    "/v/{claim}",
    summary="Verify a QR code, as a page 查验二维码",
    name="verify-claim",
    dependencies=[allow(Permission.ANYBODY), Depends(count_verification)],
    response_class=HTMLResponse,
    responses=pages(TooManyRequests),
)
def verify_claim(
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    claim: Annotated[
        str,
        Path(
            description=f"What the QR code holds; more than {MAX_CLAIM} characters are no claim",
            examples=["AR8wf1bV…"],
        ),
    ],
) -> HTMLResponse:
    """Judge the claim of a licence's QR code and show what came of it. This is where the QR code leads."""
    report = instance.verification.claim(claim) if len(claim) <= MAX_CLAIM else too_long()
    page = page_on_claim(report, instance, language)
    return answer(request, replace(page, anchors=instance.pinned, origins=origins_of(instance)))


def page_on_claim(report: ClaimReport, instance: Instance, language: Language) -> ResultPage:
    """Return the page that answers for a QR code or a licence identifier, with the seal that the licence bears."""
    known = report.standing
    seal = None if known is None else instance.verification.seal_of(known.licence)
    return page_models.claim_page(report, language=language, at=instance.base.clock.now(), seal=seal)


def too_long() -> ClaimReport:
    """Return the report on a claim that is too long to be one; whoever typed it gets the same page as for any other."""
    reason = f"more than {MAX_CLAIM} characters are no claim"
    finding = Finding(sub_indication=SubIndication.FORMAT_FAILURE, reason=reason)
    return ClaimReport(verdict=Verdict(checks=(Check(step="1", name="claim.format", finding=finding),)))


@router.get(
    "/static/{name}",
    summary="Style and pictures of the pages 页面样式与图形",
    name="static",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=Response,
    responses={
        200: {
            "description": "A style sheet, a picture or a script",
            "content": {
                "text/css": {"example": ":root { … }"},
                "image/svg+xml": {"example": "<svg …"},
                "text/javascript": {"example": "export …"},
                "application/wasm": {"example": "\\0asm…"},
            },
        },
        404: {"description": "There is no such file"},
    },
)
async def show_static(
    request: Request,
    name: Annotated[str, Path(examples=["style.css"])],
    v: Annotated[
        str, Query(description="Version; what is sent under it never changes", examples=["1f0a77c2b3d4e5f6"])
    ] = "",
) -> Response:
    """Return one of the few static files that the pages refer to."""
    found = STATIC.get(name)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    headers = {"Cache-Control": FOR_GOOD if v == found.version else FOR_AN_HOUR, "Vary": "Accept-Encoding"}
    if name == DECODER:
        headers["Content-Security-Policy"] = FOR_DECODER
    content = found.content
    if GZIP.search(request.headers.get("accept-encoding", "")):
        headers["Content-Encoding"], content = "gzip", found.compressed
    return Response(content, media_type=found.media_type, headers=headers)
