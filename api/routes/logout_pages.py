"""Logging out 退出登录 (RP-Initiated Logout 1.0), and what a person who is logged in sees of sign-on."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import browser_sessions
from api.authn import instance_of
from api.browser_sessions import FormForged, Visit, person_of, require_own_form
from api.openid.answers import form_of, single, with_parameters
from api.openid.fields import PUBLIC, REDIRECT, Mark
from api.openid.leading import to
from api.openid.pages import AccountPage, LogoutPage, answer
from api.pages.words import Language
from api.problems import TooManyRequests
from api.routes.pages import LanguageHere, pages
from api.routes.sign_on_route import SignOnRoute
from api.schemas.texts import Text
from api.wiring import Instance
from identity.duties import Actor
from identity.openid.errors import ConsentUnknown
from identity.subject import Person

__all__ = ["router"]

router = APIRouter(tags=["统一登录 openid"], route_class=SignOnRoute)
InstanceHere = Annotated[Instance, Depends(instance_of)]
LONGEST_STATE: Final = 512


@router.get(
    "/oauth2/logout",
    summary="Ask for a logout (RP-Initiated Logout 1.0) 退出端点",
    name="end-session",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(TooManyRequests)},
)
def end_session(
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    client_id: Annotated[  # noqa: ARG001 - read with the query
        str, Query(max_length=128, description="The business system", examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    ] = "",
) -> Response:
    """End the session at once where an ID token of it is shown; else ask the person."""
    return ended(request, instance, language, single(request.query_params.multi_items()))


@router.post(
    "/oauth2/logout",
    summary="Ask for a logout, with a form 退出端点",
    name="end-session-posted",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(TooManyRequests)},
)
def end_session_posted(
    request: Request, instance: InstanceHere, language: LanguageHere, form: Annotated[dict[str, str], Depends(form_of)]
) -> Response:
    """End the session at once where an ID token of it is shown; else ask the person."""
    return ended(request, instance, language, form)


def ended(request: Request, instance: Instance, language: Language, parameters: dict[str, str]) -> Response:
    """End a session for a business system that shows an ID token of it, or ask."""
    ending = instance.openid.ending
    hint = ending.hint(parameters.get("id_token_hint", ""))
    client = parameters.get("client_id") or ("" if hint is None else hint.client)
    if hint is not None and hint.client != client:
        hint, client = None, ""
    found = ending.destination(client, parameters.get("post_logout_redirect_uri", ""))
    address = "" if found is None else found[1]
    state = parameters.get("state", "")
    state = state if len(state) <= LONGEST_STATE and state.isprintable() else ""
    actor = person_of(request, instance)
    if actor is None:
        return gone(request, instance, language, address=address, state=state)
    if hint is not None and ending.is_of(hint, actor.session):
        log_out(request, instance, actor)
        return gone(request, instance, language, address=address, state=state)
    visit = Visit.of(request, instance)
    page = LogoutPage(
        language=language,
        mark=visit.mark(instance),
        client="" if found is None else found[0].name,
        client_id=client,
        address=address,
        state=state,
        secret="",
    )
    return answer(request, instance, page, visit=visit, path="/logout", destination=address)


def log_out(request: Request, instance: Instance, actor: Actor) -> None:
    """End the session of a browser, and tell every business system that takes part in it."""
    instance.base.access.log_out(actor, browser_sessions.secret_of(request, instance))
    instance.openid.ending.sweep(session=actor.session)


def gone(request: Request, instance: Instance, language: Language, *, address: str, state: str) -> Response:
    """Take the session from the browser, and lead to where it goes from here."""
    found: Response
    if address:
        found = RedirectResponse(with_parameters(address, {"state": state or None}), status_code=303)
    else:
        page = LogoutPage(language=language, is_over=True)
        found = answer(request, instance, page, visit=Visit.of(request, instance), path="/logout")
    browser_sessions.end(found, instance)
    return found


@router.get(
    "/logout",
    summary="Log out, as a page 退出页",
    name="logout",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses=pages(TooManyRequests),
)
def show_logout(request: Request, instance: InstanceHere, language: LanguageHere) -> Response:
    """Ask whether to log out."""
    return ended(request, instance, language, {})


@router.post(
    "/logout",
    summary="Log out, as a page 确认退出",
    name="logout-confirmed",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(FormForged, TooManyRequests, form=True)},
)
def confirm_logout(
    *,
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    mark: Mark,
    client_id: Annotated[Text, Form(max_length=128, examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])] = "",
    address: Annotated[Text, Form(max_length=1024, examples=["https://app.example/"])] = "",
    state: Annotated[Text, Form(max_length=LONGEST_STATE, examples=["af0ifjsldkj"])] = "",
) -> Response:
    """End the session; where to go is looked up anew, since a form can be changed."""
    require_own_form(request, instance, mark)
    actor = person_of(request, instance)
    if actor is not None:
        log_out(request, instance, actor)
    found = instance.openid.ending.destination(client_id, address)
    return gone(request, instance, language, address="" if found is None else found[1], state=state)


@router.get(
    "/account",
    summary="My sign-on, as a page 我的登录",
    name="account",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(TooManyRequests)},
)
def show_account(request: Request, instance: InstanceHere, language: LanguageHere) -> Response:
    """Show who is logged in, and which business systems may know."""
    actor = person_of(request, instance)
    if actor is None:
        return to(request, "/login", language)
    visit = Visit.of(request, instance)
    person = instance.base.identity.find(actor.id)
    page = AccountPage(
        language=language,
        mark=visit.mark(instance),
        person=person.name.masked if isinstance(person, Person) else "",
        level=actor.level.value,
        consents=instance.openid.consents.of(actor),
    )
    return answer(request, instance, page, visit=visit, path="/account")


@router.post(
    "/account/consents/withdrawal",
    summary="Take a consent back, as a page 撤回登录授权",
    name="account-withdraw",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(FormForged, ConsentUnknown, TooManyRequests, form=True)},
)
def withdraw(
    *,
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    mark: Mark,
    consent: Annotated[Text, Form(max_length=64, examples=["loginconsent_01k9x3v5b7d2f4h6j8m0n1p3q5"])],
) -> Response:
    """Take a consent back: every token that stands on it ends at once."""
    require_own_form(request, instance, mark)
    actor = person_of(request, instance)
    if actor is None:
        return to(request, "/login", language)
    instance.openid.consents.withdraw(actor, consent)
    return to(request, "/account", language)
