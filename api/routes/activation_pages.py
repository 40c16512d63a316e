"""The page on which persons whose account was opened choose username and password. It needs no script."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from api.authn import allow, instance_of
from api.browser_sessions import FormForged, Visit, require_own_form
from api.openid.fields import PUBLIC, Mark
from api.openid.pages import ActivatePage, answer
from api.pages.words import Language, say
from api.permissions import Permission
from api.problems import TooManyRequests, status_of
from api.routes.access import count_login
from api.routes.pages import LanguageHere, pages
from api.routes.sign_on_route import SignOnRoute
from api.schemas.texts import Text
from api.telling import words_of
from api.wiring import Instance
from identity.errors import CredentialsWrong, PasswordTooWeak, SubjectNotActive, UsernameMalformed, UsernameTaken
from identity.passwords import PasswordsBusy
from trust.errors import TrustError
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(tags=["统一登录 openid"], route_class=SignOnRoute)
InstanceHere = Annotated[Instance, Depends(instance_of)]
WRONG: Final = (
    CredentialsWrong,
    SubjectNotActive,
    UsernameMalformed,
    UsernameTaken,
    PasswordTooWeak,
    PasswordsBusy,
    LostRace,
)
"""What is told beside the form, which can be sent again."""


@router.get(
    "/login/activate",
    summary="Choose username and password, as a page 启用账户",
    name="login-activate",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses=pages(TooManyRequests),
)
def show(request: Request, instance: InstanceHere, language: LanguageHere) -> HTMLResponse:
    """Show the form for an activation code. The code stands in no address: it is typed in."""
    return page(request, instance, language)


@router.post(
    "/login/activate",
    summary="Spend an activation code, as a page 提交激活码",
    name="login-activate-answer",
    dependencies=[allow(Permission.ANYBODY), Depends(count_login)],
    response_class=HTMLResponse,
    responses=pages(FormForged, *WRONG, TooManyRequests, form=True),
)
def activate(
    *,
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    mark: Mark,
    code: Annotated[Text, Form(max_length=128, description="Activation code", examples=["xa_6ZJ…"])],
    username: Annotated[Text, Form(max_length=64, examples=["wang.xiaoming"])],
    password: Annotated[Text, Form(max_length=1024, examples=["seven quiet herons at dawn"])],
    again: Annotated[Text, Form(max_length=1024, examples=["seven quiet herons at dawn"])],
) -> HTMLResponse:
    """Spend an activation code; the person alone knows the password."""
    require_own_form(request, instance, mark)
    username = username.strip()
    if password != again:
        differ = say(language, "activate.differ")
        return page(request, instance, language, error=differ, username=username, status=HTTPStatus.BAD_REQUEST)
    try:
        instance.base.access.activate(code.strip(), username=username, password=password)
    except WRONG as error:
        told = words_for(error, language)
        return page(request, instance, language, error=told, username=username, status=status_of(type(error)))
    return page(request, instance, language, is_done=True)


def words_for(error: TrustError, language: Language) -> str:
    """Return an error in words: a code that opens nothing is told as such, whatever the reason."""
    if isinstance(error, CredentialsWrong):
        return say(language, "activate.wrong")
    chinese, english = words_of(error)
    return chinese if language is Language.CHINESE else english


def page(
    request: Request,
    instance: Instance,
    language: Language,
    *,
    error: str = "",
    username: str = "",
    is_done: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    """Return the page."""
    visit = Visit.of(request, instance)
    shown = ActivatePage(language=language, mark=visit.mark(instance), error=error, username=username, is_done=is_done)
    return answer(request, instance, shown, visit=visit, path="/login/activate", status=status)
