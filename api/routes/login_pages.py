"""The pages of sign-on on which persons log in and step up. They need no script, but for passkeys.

What is asked next follows from the request and the session (identity/openid/authorizing.py); the pages only ask.
"""

import base64
import binascii
import json
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api import browser_sessions
from api.authn import allow, instance_of
from api.browser_sessions import FormForged, Home, Visit, person_of, require_own_form
from api.openid.fields import PUBLIC, REDIRECT, Mark, Next, Secret, SecretField
from api.openid.leading import proceed, to
from api.openid.pages import CertificatePage, LoginPage, StepUpPage, answer, asked_of
from api.openid.succeeding import succeed
from api.pages.words import Language, say
from api.permissions import Permission
from api.problems import TooManyRequests, status_of
from api.routes.access import agent_of, count_login, count_login_from
from api.routes.pages import LanguageHere, pages
from api.routes.sign_on_route import SignOnRoute
from api.schemas.texts import Text
from api.telling import words_of
from api.wiring import Instance
from identity.authentication.attempts import TooManyAttempts
from identity.authentication.questions import signed_text
from identity.authentication.signing_in import CertificateAnswer, LogIn, PasskeyAnswer, SignedIn
from identity.duties import Actor
from identity.errors import CredentialsWrong, SubjectNotActive
from identity.openid.authorizing import Asked, Step
from identity.openid.errors import AuthorizationRefused, RedirectUnknown, RequestUnknown
from identity.passwords import PasswordsBusy
from trust.certificates import read_pem
from trust.errors import TrustError

__all__ = ["router"]

router = APIRouter(tags=["统一登录 openid"], route_class=SignOnRoute)
InstanceHere = Annotated[Instance, Depends(instance_of)]
LOGGING_IN: Final = [allow(Permission.ANYBODY), Depends(count_login)]
WRONG: Final = (CredentialsWrong, SubjectNotActive, TooManyAttempts, PasswordsBusy)
"""What is told beside the form, which can be sent again."""

LONGEST_ANSWER: Final = 16_384


def asked_by(instance: Instance, secret: str) -> Asked | None:
    """Return the login that goes on under a secret; None where somebody logs in for nobody in particular."""
    return instance.openid.authorizing.asked(secret) if secret else None


# --- logging in


@router.get(
    "/login",
    summary="Log in, as a page 登录页",
    name="login",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(RequestUnknown, RedirectUnknown, TooManyRequests)},
)
def show_login(
    *, request: Request, instance: InstanceHere, language: LanguageHere, secret: Secret = "", place: Next = ""
) -> Response:
    """Show how one can log in."""
    asked = asked_by(instance, secret)
    if asked is None and person_of(request, instance) is not None:
        found = to(request, browser_sessions.place_of(place), language)
        browser_sessions.renew(found, instance, browser_sessions.secret_of(request, instance))
        return found
    page = login_page(request, instance, language, asked)
    browser_sessions.lead_on(page, instance, place)
    return page


def login_page(
    request: Request,
    instance: Instance,
    language: Language,
    asked: Asked | None,
    *,
    error: TrustError | None = None,
    username: str = "",
) -> HTMLResponse:
    """Return the page on which persons log in, with what was wrong before."""
    visit = Visit.of(request, instance)
    page = LoginPage(
        language=language,
        mark=visit.mark(instance),
        upper=instance.federation.upper is not None,
        username=username,
        error=words_for(error, language),
        **asked_of(asked),
    )
    destination = "" if asked is None else asked.request.redirect_uri
    status = HTTPStatus.OK if error is None else status_of(type(error))
    found = answer(request, instance, page, visit=visit, path="/login", destination=destination, status=status)
    return with_pause(found, error)


def words_for(error: TrustError | None, language: Language) -> str:
    """Return an error in words."""
    if error is None:
        return ""
    if isinstance(error, CredentialsWrong):
        return say(language, "login.wrong")
    chinese, english = words_of(error)
    return chinese if language is Language.CHINESE else english


def with_pause(found: HTMLResponse, error: TrustError | None) -> HTMLResponse:
    """Return an answer that says when to try again, where that is what is wrong."""
    if isinstance(error, (TooManyAttempts, PasswordsBusy)):
        found.headers["Retry-After"] = str(error.details["seconds"])
    return found


@router.post(
    "/login",
    summary="Log in with a password, as a page 口令登录",
    name="login-with-password",
    dependencies=[allow(Permission.ANYBODY)],
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(FormForged, *WRONG, RequestUnknown, RedirectUnknown, TooManyRequests, form=True)},
)
def log_in(
    *,
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    mark: Mark,
    username: Annotated[Text, Form(max_length=64, examples=["wang.xiaoming"])],
    password: Annotated[Text, Form(max_length=1024, examples=["seven quiet herons at dawn"])],
    code: Annotated[Text, Form(max_length=6, description="One-time code", examples=["492039"])] = "",
    secret: SecretField = "",
) -> Response:
    """Begin a session with username and password, and a one-time code where there is an app."""
    require_own_form(request, instance, mark)
    asked = asked_by(instance, secret)
    device = browser_sessions.device_of(request, instance)
    home = Home.of(request, instance)
    wanted = LogIn(
        username=username.strip(),
        password=password,
        code=code.strip(),
        device=device,
        agent=agent_of(request),
        bound=home.bound,
    )
    sign_in = instance.base.sign_in
    count_login_from(request, sign_in.attempts.origin(wanted.username, device, now=instance.base.clock.now()))
    try:
        signed_in = sign_in.log_in(wanted)
    except WRONG as error:
        return login_page(request, instance, language, asked, error=error, username=username)
    return come_in(request, instance, language, asked, signed_in, home=home)


def come_in(
    request: Request, instance: Instance, language: Language, asked: Asked | None, signed_in: SignedIn, *, home: Home
) -> RedirectResponse:
    """Let the browser bear a new session in the place of the one before, and go on."""
    actor = succeed(request, instance, signed_in.token.secret, home=home)
    if asked is None:
        found = to(request, browser_sessions.next_place(request, instance), language)
        browser_sessions.lead_on(found, instance, "")
    else:
        found = proceed(request, instance, asked, actor, language)
    browser_sessions.begin(found, instance, signed_in.token.secret, home=home, device=signed_in.device)
    return found


# --- with a key


@router.post(
    "/login/passkey",
    summary="Log in or step up with a passkey, as a page 通行密钥登录",
    name="login-with-passkey",
    dependencies=LOGGING_IN,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(FormForged, *WRONG, RequestUnknown, RedirectUnknown, TooManyRequests, form=True)},
)
def use_passkey(
    *,
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    mark: Mark,
    question: Annotated[Text, Form(max_length=128, examples=["Yk3v…"])],
    credential: Annotated[Text, Form(max_length=LONGEST_ANSWER, description="JSON of the browser", examples=["{}"])],
    secret: SecretField = "",
) -> Response:
    """Take what the browser's passkey has answered."""
    require_own_form(request, instance, mark)
    asked = asked_by(instance, secret)
    shown = PasskeyAnswer(question=question, credential=members_of(credential))
    return keyed(request, instance, language, asked, shown)


def members_of(text: str) -> dict[str, Any]:
    """Return the members of a JSON object; none of what is no object, which then holds nothing."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def keyed(
    request: Request,
    instance: Instance,
    language: Language,
    asked: Asked | None,
    shown: PasskeyAnswer | CertificateAnswer,
) -> Response:
    """Begin a session with the answer of a key, or step up where that is what was asked for."""
    sign_in, actor, home = instance.base.sign_in, person_of(request, instance), Home.of(request, instance)
    try:
        if actor is not None and asked is not None and is_stepping_up(instance, asked, actor):
            signed_in = sign_in.step_up(actor, shown, agent=agent_of(request))
            return stepped(request, instance, language, asked, before=actor, signed_in=signed_in)
        signed_in = sign_in.answer(shown, agent=agent_of(request), bound=home.bound)
    except WRONG as error:
        return login_page(request, instance, language, asked, error=error)
    return come_in(request, instance, language, asked, signed_in, home=home)


def is_stepping_up(instance: Instance, asked: Asked, actor: Actor) -> bool:
    """Tell whether a further factor is what is asked for next."""
    try:
        return instance.openid.authorizing.next_step(asked, actor) is Step.STEP_UP
    except AuthorizationRefused:
        return False


@router.post(
    "/login/certificate",
    summary="Log in or step up with a certificate: the question 数字证书登录",
    name="login-with-certificate",
    dependencies=LOGGING_IN,
    response_class=HTMLResponse,
    responses=pages(FormForged, RequestUnknown, RedirectUnknown, TooManyRequests, form=True),
)
def ask_certificate(
    *, request: Request, instance: InstanceHere, language: LanguageHere, mark: Mark, secret: SecretField = ""
) -> HTMLResponse:
    """Show the text that the key of a certificate signs."""
    require_own_form(request, instance, mark)
    asked = asked_by(instance, secret)
    sign_in = instance.base.sign_in
    question = sign_in.ask()
    visit = Visit.of(request, instance)
    page = CertificatePage(
        language=language,
        mark=visit.mark(instance),
        question=question,
        text=signed_text(question, origin=sign_in.relying_party.origin).decode(),
        **asked_of(asked),
    )
    destination = "" if asked is None else asked.request.redirect_uri
    return answer(request, instance, page, visit=visit, path="/login", destination=destination)


@router.post(
    "/login/certificate/answer",
    summary="Log in or step up with a certificate: the answer 提交证书签名",
    name="login-certificate-answer",
    dependencies=LOGGING_IN,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(FormForged, *WRONG, RequestUnknown, RedirectUnknown, TooManyRequests, form=True)},
)
def use_certificate(
    *,
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    mark: Mark,
    question: Annotated[Text, Form(max_length=128, examples=["Yk3v…"])],
    certificate: Annotated[Text, Form(max_length=LONGEST_ANSWER, description="PEM or Base64", examples=["MIIB…"])],
    signature: Annotated[Text, Form(max_length=1024, description="Base64 of the signature in DER", examples=["MEUC…"])],
    secret: SecretField = "",
) -> Response:
    """Take what the key of a certificate has signed."""
    require_own_form(request, instance, mark)
    asked = asked_by(instance, secret)
    shown = CertificateAnswer(question=question, certificate=octets_of(certificate), signature=octets_of(signature))
    return keyed(request, instance, language, asked, shown)


def octets_of(text: str) -> bytes:
    """Return what is pasted as PEM or in Base64; nothing of what is neither."""
    try:
        if "-----BEGIN" in text:
            return next(iter(read_pem(text.encode(), "CERTIFICATE")), b"")
        return base64.b64decode("".join(text.split()), validate=True)
    except (TrustError, binascii.Error, ValueError):
        return b""


# --- stepping up


@router.get(
    "/login/step-up",
    summary="Show a further factor, as a page 提升认证等级",
    name="login-step-up",
    dependencies=PUBLIC,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(RequestUnknown, RedirectUnknown, TooManyRequests)},
)
def show_step_up(request: Request, instance: InstanceHere, language: LanguageHere, secret: Secret) -> Response:
    """Show with what the login can prove more."""
    asked = instance.openid.authorizing.asked(secret)
    actor = person_of(request, instance)
    if actor is None or not is_stepping_up(instance, asked, actor):
        return proceed(request, instance, asked, actor, language)
    return step_up_page(request, instance, language, asked)


def step_up_page(
    request: Request, instance: Instance, language: Language, asked: Asked, *, error: TrustError | None = None
) -> HTMLResponse:
    """Return the page on which persons show a further factor."""
    visit = Visit.of(request, instance)
    page = StepUpPage(
        language=language,
        mark=visit.mark(instance),
        level=asked.request.level.value,
        error=words_for(error, language),
        **asked_of(asked),
    )
    status = HTTPStatus.OK if error is None else status_of(type(error))
    destination = asked.request.redirect_uri
    found = answer(request, instance, page, visit=visit, path="/login/step-up", destination=destination, status=status)
    return with_pause(found, error)


@router.post(
    "/login/step-up",
    summary="Show a one-time code, as a page 提交动态口令",
    name="login-step-up-code",
    dependencies=LOGGING_IN,
    response_class=HTMLResponse,
    responses={**REDIRECT, **pages(FormForged, *WRONG, RequestUnknown, RedirectUnknown, TooManyRequests, form=True)},
)
def step_up(
    *,
    request: Request,
    instance: InstanceHere,
    language: LanguageHere,
    mark: Mark,
    secret: SecretField,
    code: Annotated[Text, Form(max_length=6, description="One-time code", examples=["492039"])],
) -> Response:
    """Replace the session by a stronger one."""
    require_own_form(request, instance, mark)
    asked = instance.openid.authorizing.asked(secret)
    actor = person_of(request, instance)
    if actor is None or not is_stepping_up(instance, asked, actor):
        return proceed(request, instance, asked, actor, language)
    try:
        signed_in = instance.base.sign_in.step_up(actor, code.strip(), agent=agent_of(request))
    except WRONG as error:
        return step_up_page(request, instance, language, asked, error=error)
    return stepped(request, instance, language, asked, before=actor, signed_in=signed_in)


def stepped(
    request: Request, instance: Instance, language: Language, asked: Asked, *, before: Actor, signed_in: SignedIn
) -> RedirectResponse:
    """Let the browser bear the stronger session, and go on."""
    home = Home.of(request, instance)  # the same one: the session before was bound to it
    actor = instance.base.access.actor_of(signed_in.token.secret, home.bound)
    instance.openid.authorizing.follow(before.session, actor)
    found = proceed(request, instance, asked, actor, language)
    browser_sessions.begin(found, instance, signed_in.token.secret, home=home)
    return found
