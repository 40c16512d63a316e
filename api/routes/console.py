"""The console 管理控制台: one page with scripts, the same for everybody; what it shows each, the API decides."""

import re
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.authn import allow
from api.console.files import ASSETS, INDEX, POLICY
from api.pages.rendering import StaticFile
from api.permissions import Permission

__all__ = ["router"]

router = APIRouter(tags=["控制台 console"])

GZIP: Final = re.compile(r"(?:^|,) *gzip *(?:$|,|; *q=(?:1|0\.0*[1-9]))")
FOR_GOOD: Final = "public, max-age=31536000, immutable"
ASKED_ANEW: Final = "no-cache"
HTML: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The page", "content": {"text/html": {"example": "<!doctype html> …"}}}
}


def sent(request: Request, file: StaticFile, headers: dict[str, str]) -> Response:
    """Return a file, compressed for whoever takes it so."""
    headers |= {"Vary": "Accept-Encoding"}
    if GZIP.search(request.headers.get("accept-encoding", "")):
        return Response(file.compressed, media_type=file.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(file.content, media_type=file.media_type, headers=headers)


@router.get(
    "/console",
    summary="To the console 进入控制台",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=RedirectResponse,
    status_code=308,
    responses={308: {"description": "To the console, whose addresses begin with a slash behind its name"}},
)
async def enter(request: Request) -> RedirectResponse:
    """Lead whoever typed the address to where it is."""
    root = request.scope.get("root_path", "").rstrip("/")
    return RedirectResponse(f"{root}/console/", status_code=308)


@router.get(
    "/console/assets/{name}",
    summary="Scripts and styles of the console 控制台资源",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=Response,
    responses={
        200: {
            "description": "A script, a style sheet, a picture",
            "content": {"text/javascript": {"example": "import …"}, "text/css": {"example": ":root { … }"}},
        },
        404: {"description": "There is no such file"},
    },
)
async def send_asset(request: Request, name: Annotated[str, Path(examples=["index-Cjm_VaIw.js"])]) -> Response:
    """Return one of the files that the page loads. What stands under a name never changes."""
    found = ASSETS.get(name)
    if found is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return sent(request, found, {"Cache-Control": FOR_GOOD})


@router.get(
    "/console/{view:path}",
    summary="The console 管理控制台",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=HTMLResponse,
    responses=HTML,
)
async def show(
    request: Request,
    view: Annotated[str, Path(description="Which of its views: the page's script knows", examples=["seals"])],  # noqa: ARG001 - the same page for each
) -> Response:
    """Return the page. Whoever is not logged in is led to the login page by it, and comes back."""
    return sent(request, INDEX, {"Cache-Control": ASKED_ANEW, "Content-Security-Policy": POLICY})
