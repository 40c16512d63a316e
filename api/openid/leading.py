"""Where a login leads next: to a page of ours, or back to the business system with the answer."""

from http import HTTPStatus

from fastapi import Request
from fastapi.responses import RedirectResponse

from api.browser_sessions import person_of
from api.openid.answers import with_parameters
from api.pages.words import Language
from api.wiring import Instance
from identity.duties import Actor
from identity.openid.authorizing import Asked, Step
from identity.openid.errors import AuthorizationRefused

__all__ = ["back", "back_with_code", "begun", "proceed", "refused_by", "to"]


def begun(request: Request, instance: Instance, language: Language, parameters: dict[str, str]) -> RedirectResponse:
    """Keep a request, and lead to what comes next. What is wrong with it is told to who has sent it."""
    authorizing = instance.openid.authorizing
    parameters = {name: value for name, value in parameters.items() if value}
    try:
        asked = authorizing.begin(parameters)
    except AuthorizationRefused as refusal:
        address, state = authorizing.destination(parameters)
        return back(instance, address, {"state": state, **told_of(refusal)})
    return proceed(request, instance, asked, person_of(request, instance), language)


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
