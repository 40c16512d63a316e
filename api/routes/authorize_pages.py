"""The authorization endpoint, and the page on which persons say for whom they act and agree (docs/openid.md)."""

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Form, Query, Request, Response
from fastapi.responses import HTMLResponse

from api.authn import instance_of
from api.browser_sessions import FormForged, Visit, person_of, require_own_form
from api.openid.answers import form_of, single
from api.openid.fields import PUBLIC, REDIRECT, Mark, Secret, SecretField
from api.openid.leading import back_with_code, begun, proceed, refused_by
from api.openid.pages import AgreePage, Choice, answer, asked_of
from api.pages.words import say
from api.problems import TooManyRequests
from api.routes.pages import LanguageHere, pages
from api.routes.sign_on_route import SignOnRoute
from api.schemas.texts import Text
from api.wiring import Instance
from identity.openid.authorizing import Step
from identity.openid.errors import AuthorizationRefused, RedirectUnknown, RequestUnknown, TokenRequestRefused

__all__ = ["router"]

router = APIRouter(tags=["统一登录 openid"], route_class=SignOnRoute)
InstanceHere = Annotated[Instance, Depends(instance_of)]


# --- the request


@router.get(
    "/oauth2/authorize",
    summary="Ask for a login (OpenID Connect Core 1.0, 3.1.2) 授权端点",
    name="authorize",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(RedirectUnknown, RequestUnknown, TokenRequestRefused, TooManyRequests)},
)
def authorize(
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    client_id: Annotated[  # noqa: ARG001 - read with the query
        str, Query(max_length=128, description="The business system", examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    ] = "",
) -> Response:
    """Begin a login: lead to the pages where it goes on, or back with the answer."""
    return begun(request, instance, language, single(request.query_params.multi_items()))


@router.post(
    "/oauth2/authorize",
    summary="Ask for a login, with a form 授权端点",
    name="authorize-posted",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(RedirectUnknown, RequestUnknown, TokenRequestRefused, TooManyRequests)},
)
def authorize_posted(
    request: Request, instance: InstanceHere, language: LanguageHere, form: Annotated[dict[str, str], Depends(form_of)]
) -> Response:
    """Begin a login that is asked for with a form (OpenID Connect Core 1.0, 3.1.2.1)."""
    return begun(request, instance, language, form)


@router.get(
    "/login/next",
    summary="Go on with a login 继续登录",
    name="login-next",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(RequestUnknown, RedirectUnknown, TooManyRequests)},
)
def go_on(request: Request, instance: InstanceHere, language: LanguageHere, secret: Secret) -> Response:
    """Lead to what comes next in a login."""
    asked = instance.openid.authorizing.asked(secret)
    return proceed(request, instance, asked, person_of(request, instance), language)


# --- agreeing


@router.get(
    "/login/agree",
    summary="For whom I act, and what is told, as a page 授权确认页",
    name="login-agree",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(RequestUnknown, RedirectUnknown, TooManyRequests)},
)
def show_agree(request: Request, instance: InstanceHere, language: LanguageHere, secret: Secret) -> Response:
    """Show what the business system asks for."""
    asked = instance.openid.authorizing.asked(secret)
    actor = person_of(request, instance)
    if actor is None or instance.openid.authorizing.next_step(asked, actor) is not Step.AGREE:
        return proceed(request, instance, asked, actor, language)
    visit = Visit.of(request, instance)
    choices = tuple(
        Choice(
            id=one.organisation.id,
            name=one.organisation.name,
            credit_code=one.organisation.credit_code.value,
            standing=say(language, f"standing.{one.standing.value}"),
        )
        for one in instance.openid.authorizing.choices(asked, actor)
    )
    parts = urlsplit(asked.request.redirect_uri)
    page = AgreePage(
        language=language,
        mark=visit.mark(instance),
        host=parts.netloc or parts.scheme,
        scopes=asked.request.scopes,
        third_party=instance.openid.authorizing.third_party(asked),
        choices=choices,
        **asked_of(asked),
    )
    destination = asked.request.redirect_uri
    return answer(request, instance, page, visit=visit, path="/login/agree", destination=destination)


@router.post(
    "/login/agree",
    summary="Agree, or not 确认或拒绝授权",
    name="login-agreed",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(FormForged, RequestUnknown, RedirectUnknown, TooManyRequests, form=True)},
)
def agree(
    *,
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    mark: Mark,
    secret: SecretField,
    decision: Annotated[Text, Form(max_length=8, description="agree, or anything else: no", examples=["agree"])],
    organisation: Annotated[
        Text, Form(max_length=64, description="For whom one acts; none: oneself", examples=["O3F6H8J1L4N7Q2S5U9"])
    ] = "",
) -> Response:
    """Lead back to the business system with a code, or with the person's refusal."""
    require_own_form(request, instance, mark)
    authorizing = instance.openid.authorizing
    asked = authorizing.asked(secret)
    actor = person_of(request, instance)
    if actor is None:
        return proceed(request, instance, asked, actor, language)
    try:
        if decision != "agree":
            raise AuthorizationRefused(error="access_denied", fault="the person does not agree")
        return back_with_code(instance, asked, authorizing.agree(asked, actor, organisation=organisation))
    except AuthorizationRefused as refusal:
        return refused_by(instance, asked, actor, refusal)
