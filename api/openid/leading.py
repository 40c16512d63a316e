"""Where a login leads next: to a page of ours, or back to the business system with the answer."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import RedirectResponse

from api.browser_sessions import person_of
from api.openid.answers import with_parameters
from api.pages.words import Language
from api.refusals import NOBODY
from api.wiring import Instance
from identity.duties import Actor
from identity.openid.authorizing import Asked, Step
from identity.openid.errors import AuthorizationRefused, RedirectUnknown, RequestUnknown
from trust.errors import TrustError

__all__ = ["back", "back_with_code", "begun", "proceed", "refused_by", "to"]


def begun(request: Request, instance: Instance, language: Language, parameters: dict[str, str]) -> RedirectResponse:
    """Keep a request, and lead to what comes next. What is wrong with it is on record, and told to who has sent it."""
    authorizing = instance.openid.authorizing
    parameters = {name: value for name, value in parameters.items() if value}
    language = language if "lang" in parameters else language_wanted(parameters) or language
    try:
        asked = authorizing.begin(parameters)
    except (RedirectUnknown, RequestUnknown) as refusal:
        refuse(instance, refusal)
        raise
    except AuthorizationRefused as refusal:
        refuse(instance, refusal, client=parameters["client_id"])
        address, state = authorizing.destination(parameters)
        return back(instance, address, {"state": state, **told_of(refusal)})
    return proceed(request, instance, asked, person_of(request, instance), language)


def language_wanted(parameters: dict[str, str]) -> Language | None:
    """Return the first language of ours that a request wants (`ui_locales`, in their order; RFC 5646), if it does."""
    wanted = (one.partition("-")[0].lower() for one in parameters.get("ui_locales", "").split(" "))
    return next((Language(one) for one in wanted if one in set(Language)), None)


def refuse(instance: Instance, refusal: TrustError, *, client: str = NOBODY) -> None:
    """Put on record that a request for a login was refused, of a business system if there is one by that name."""
    facts = {"code": refusal.code, "error": refusal.details.get("error")}
    instance.base.access.record_refusal("openid_login:ask:refused", client, facts)


def proceed(
    request: Request, instance: Instance, asked: Asked, actor: Actor | None, language: Language
) -> RedirectResponse:
    """Lead to what comes next in a login."""
    authorizing = instance.openid.authorizing
    try:
        step = authorizing.next_step(asked, actor)
        if step is Step.DONE and actor is not None:
            return back_with_code(instance, asked, authorizing.complete(asked, actor))
    except AuthorizationRefused as refusal:
        return refused_by(instance, asked, actor, refusal)
    path = {Step.LOG_IN: "/login", Step.STEP_UP: "/login/step-up", Step.AGREE: "/login/agree"}[step]
    return to(request, path, language, secret=asked.secret)


def to(request: Request, path: str, language: Language, *, secret: str = "") -> RedirectResponse:
    """Lead to a page of our own, with the login that goes on."""
    root = request.scope.get("root_path", "").rstrip("/")
    told = {"request": secret or None, "lang": language.value}
    return RedirectResponse(with_parameters(f"{root}{path}", told), status_code=HTTPStatus.SEE_OTHER)


def back(instance: Instance, address: str, told: dict[str, str | None]) -> RedirectResponse:
    """Lead back to the business system, with who answers (RFC 9207)."""
    parameters = {**told, "iss": instance.openid.issuer}
    return RedirectResponse(with_parameters(address, parameters), status_code=HTTPStatus.SEE_OTHER)


def back_with_code(instance: Instance, asked: Asked, code: str) -> RedirectResponse:
    """Lead back with the code."""
    return back(instance, asked.request.redirect_uri, {"code": code, "state": asked.request.state})


def refused_by(
    instance: Instance, asked: Asked, actor: Actor | None, refusal: AuthorizationRefused
) -> RedirectResponse:
    """End a login that is refused, and lead back with the reason."""
    instance.openid.authorizing.refuse(asked, actor)
    return back(instance, asked.request.redirect_uri, {"state": asked.request.state, **told_of(refusal)})


def told_of(refusal: AuthorizationRefused) -> dict[str, str | None]:
    """Return what the business system is told of a refusal (RFC 6749, 4.1.2.1): ASCII, without quotation marks."""
    text = str(refusal.details["fault"]).encode("ascii", "replace").decode().replace('"', "'").replace("\\", "/")
    return {"error": str(refusal.details["error"]), "error_description": text}
