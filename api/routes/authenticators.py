"""With what persons come back: keys that answer, one-time codes, stepping up; and where one is logged in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api import browser_sessions
from api.authn import allow, instance_of, is_borne_by_console
from api.dpop import bound_by
from api.permissions import Permission
from api.problems import TooManyRequests
from api.routes.access import agent_of, count_login
from api.schemas.authenticators import (
    AuthenticatorView,
    CodesEnrolment,
    KeyAnswer,
    KeyEnrolment,
    NewCodesView,
    OpenSession,
    QuestionView,
    Renaming,
    StepUp,
)
from api.schemas.common import errors
from api.schemas.identity import SessionView
from api.schemas.texts import Name
from api.wiring import Instance
from identity.authentication.attempts import TooManyAttempts
from identity.authentication.enrolling import AuthenticatorIsLast
from identity.authentication.questions import octets_of
from identity.dpop import DPoPNonceNeeded, DPoPProofRefused
from identity.duties import Actor
from identity.errors import (
    AccountUnknown,
    AuthenticatorExists,
    AuthenticatorUnknown,
    CredentialsWrong,
    EnrolmentClosed,
    LevelTooLow,
    SessionUnknown,
    SubjectNotActive,
)
from trust.store import LostRace

__all__ = ["router"]

router = APIRouter(tags=["登录 access"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Caller = Annotated[Actor, allow(Permission.SELF)]
AuthenticatorName = Annotated[Name, Path(examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
SessionName = Annotated[Name, Path(examples=["ses_01k9x3v5b7d2f4h6j8m0n1p3q5"])]
CLOSED = (LevelTooLow, EnrolmentClosed, AccountUnknown)
"""Why nothing may be enrolled now."""


@router.post(
    "/v1/auth/questions",
    summary="Ask for a question that a passkey or certificate answers 取得登录挑战",
    status_code=201,
    dependencies=[allow(Permission.ANYBODY), Depends(count_login)],
    responses=errors(TooManyRequests, public=True),
)
def ask(instance: InstanceHere) -> QuestionView:
    """Return a question for whoever comes back with a key."""
    sign_in = instance.base.sign_in
    question = sign_in.ask()
    party = sign_in.relying_party
    return QuestionView(question=question, public_key=party.options_to_show(octets_of(question)), origin=party.origin)


@router.post(
    "/v1/auth/answers",
    summary="Log in with a passkey or certificate 通行密钥或数字证书登录",
    status_code=201,
    dependencies=[allow(Permission.ANYBODY), Depends(count_login)],
    responses=errors(
        CredentialsWrong, SubjectNotActive, TooManyRequests, DPoPProofRefused, DPoPNonceNeeded, public=True
    ),
)
def answer(instance: InstanceHere, request: Request, body: KeyAnswer) -> SessionView:
    """Begin a session with the answer of a key that was enrolled before."""
    bound = bound_by(request, instance)
    return SessionView.of(instance.base.sign_in.answer(body.answer(), agent=agent_of(request), bound=bound))


@router.post(
    "/v1/auth/sessions/current/step-up",
    summary="Show a further factor 提升认证等级",
    status_code=201,
    dependencies=[Depends(count_login)],
    responses=errors(CredentialsWrong, TooManyAttempts, TooManyRequests),
)
def step_up(instance: InstanceHere, request: Request, response: Response, caller: Caller, body: StepUp) -> SessionView:
    """Replace this session by a stronger one. Its token changes; the one before ends.

    The console gets it in its cookies alone, and the business systems of this browser go on with it.
    """
    further = body.key.answer() if body.key is not None else "" if body.code is None else body.code.get_secret_value()
    signed_in = instance.base.sign_in.step_up(caller, further, agent=agent_of(request))
    if not is_borne_by_console(request):
        return SessionView.of(signed_in)
    secret = signed_in.token.secret
    shown = browser_sessions.shown_by(request, instance)
    instance.openid.authorizing.follow(caller.session, instance.base.access.actor_of(secret, shown))
    browser_sessions.renew(response, instance, secret)
    return SessionView.of(signed_in).kept()


@router.get("/v1/auth/sessions", summary="Where I am logged in 我的登录会话", responses=errors())
def sessions(instance: InstanceHere, caller: Caller) -> list[OpenSession]:
    """Return the caller's sessions, the newest first."""
    return [OpenSession.of(one, asking=caller.session) for one in instance.base.access.sessions(caller)]


@router.delete(
    "/v1/auth/sessions/others", summary="Log out everywhere else 退出其他会话", status_code=204, responses=errors()
)
def end_others(instance: InstanceHere, caller: Caller) -> Response:
    """End every session of the caller but this one."""
    instance.base.access.end_other_sessions(caller)
    return Response(status_code=204)


@router.delete(
    "/v1/auth/sessions/{session}",
    summary="Log out there 结束会话",
    status_code=204,
    responses=errors(SessionUnknown),
)
def end_session(instance: InstanceHere, caller: Caller, session: SessionName) -> Response:
    """End one of the caller's sessions."""
    instance.base.access.end_session(caller, session)
    return Response(status_code=204)


@router.get("/v1/auth/authenticators", summary="With what I come back 我的登录凭据", responses=errors())
def authenticators(instance: InstanceHere, caller: Caller) -> list[AuthenticatorView]:
    """Return the caller's authenticators. The password is none of them."""
    return [AuthenticatorView.of(one) for one in instance.base.enrolment.of(caller)]


@router.post(
    "/v1/auth/authenticators/one-time-codes/secrets",
    summary="Ask for the secret of an app for one-time codes 取得动态口令密钥",
    status_code=201,
    responses=errors(*CLOSED),
)
def new_codes(instance: InstanceHere, caller: Caller) -> NewCodesView:
    """Return a secret, to be brought back with the first code of the app."""
    return NewCodesView.of(instance.base.enrolment.new_codes(caller))


@router.post(
    "/v1/auth/authenticators/one-time-codes",
    summary="Enrol an app for one-time codes 绑定动态口令",
    status_code=201,
    dependencies=[Depends(count_login)],
    responses=errors(CredentialsWrong, *CLOSED, TooManyRequests),
)
def add_codes(instance: InstanceHere, caller: Caller, body: CodesEnrolment) -> AuthenticatorView:
    """Keep the secret of an app that shows the right code."""
    added = instance.base.enrolment.add_codes(
        caller, secret=body.secret.get_secret_value(), code=body.code.get_secret_value(), name=body.name
    )
    return AuthenticatorView.of(added)


@router.post(
    "/v1/auth/authenticators/keys/questions",
    summary="Ask for a question to enrol a key 取得绑定挑战",
    status_code=201,
    responses=errors(*CLOSED),
)
def ask_to_enrol(instance: InstanceHere, caller: Caller) -> QuestionView:
    """Return a question for a passkey that is to be made, or for the key of a certificate."""
    enrolment = instance.base.enrolment
    question = enrolment.ask(caller)
    options = enrolment.passkey_options(caller, question)
    return QuestionView(question=question, public_key=options, origin=instance.base.sign_in.relying_party.origin)


@router.post(
    "/v1/auth/authenticators/keys",
    summary="Enrol a passkey or certificate 绑定通行密钥或数字证书",
    status_code=201,
    dependencies=[Depends(count_login)],
    responses=errors(CredentialsWrong, AuthenticatorExists, *CLOSED, TooManyRequests),
)
def add_key(instance: InstanceHere, caller: Caller, body: KeyEnrolment) -> AuthenticatorView:
    """Keep a key that has answered."""
    return AuthenticatorView.of(instance.base.enrolment.add_key(caller, body.answer(), name=body.name))


@router.delete(
    "/v1/auth/authenticators/{authenticator}",
    summary="Take an authenticator away 解绑登录凭据",
    status_code=204,
    responses=errors(AuthenticatorUnknown, LevelTooLow, AuthenticatorIsLast, LostRace),
)
def remove(instance: InstanceHere, caller: Caller, authenticator: AuthenticatorName) -> Response:
    """Take one of the caller's authenticators away, but never the last one."""
    instance.base.enrolment.remove(caller, authenticator)
    return Response(status_code=204)


@router.put(
    "/v1/auth/authenticators/{authenticator}/name",
    summary="Call an authenticator by another name 登录凭据改名",
    responses=errors(AuthenticatorUnknown, LevelTooLow, LostRace),
)
def rename(
    instance: InstanceHere, caller: Caller, authenticator: AuthenticatorName, body: Renaming
) -> AuthenticatorView:
    """Call one of the caller's authenticators by another name."""
    return AuthenticatorView.of(instance.base.enrolment.rename(caller, authenticator, called=body.name))
