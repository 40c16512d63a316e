"""Logging in: activation, sessions of persons, access tokens of business systems."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request, Response

from api.authn import allow, bearer_secret, instance_of
from api.permissions import Permission
from api.problems import TooManyRequests
from api.schemas.common import errors
from api.schemas.identity import Activation, Login, Me, SessionView, TokenView
from api.schemas.texts import Text
from api.throttle import Throttle
from api.wiring import Instance
from identity.assertion import ASSERTION_TYPE
from identity.authentication.attempts import TooManyAttempts
from identity.duties import Actor
from identity.errors import (
    AssertionRefused,
    CredentialsWrong,
    PasswordTooWeak,
    SubjectNotActive,
    UsernameMalformed,
    UsernameTaken,
)

__all__ = ["agent_of", "count_login", "router"]

router = APIRouter(tags=["登录 access"])
InstanceHere = Annotated[Instance, Depends(instance_of)]
Caller = Annotated[Actor, allow(Permission.SELF)]


def count_login(request: Request) -> None:
    """Count an attempt to log in from this address."""
    throttle: Throttle = request.app.state.logins
    throttle.count(request)


def agent_of(request: Request) -> str:
    """Return what the browser or program calls itself."""
    return request.headers.get("user-agent", "")


@router.post(
    "/v1/auth/activation",
    summary="Choose username and password with an activation code 激活账号",
    status_code=204,
    dependencies=[allow(Permission.ANYBODY), Depends(count_login)],
    responses=errors(
        CredentialsWrong,
        SubjectNotActive,
        UsernameMalformed,
        UsernameTaken,
        PasswordTooWeak,
        TooManyRequests,
        public=True,
    ),
)
def activate(instance: InstanceHere, body: Activation) -> Response:
    """Spend an activation code; the person alone knows the password."""
    access = instance.base.access
    access.activate(body.code.get_secret_value(), username=body.username, password=body.password.get_secret_value())
    return Response(status_code=204)


@router.post(
    "/v1/auth/sessions",
    summary="Log in 登录",
    status_code=201,
    dependencies=[allow(Permission.ANYBODY), Depends(count_login)],
    responses=errors(CredentialsWrong, SubjectNotActive, TooManyAttempts, TooManyRequests, public=True),
)
def log_in(instance: InstanceHere, request: Request, body: Login) -> SessionView:
    """Begin a session of eight hours with username and password, and a one-time code where there is an app."""
    return SessionView.of(instance.base.sign_in.log_in(body.asked(agent_of(request))))


@router.delete("/v1/auth/sessions/current", summary="Log out 退出", status_code=204, responses=errors(CredentialsWrong))
def log_out(instance: InstanceHere, caller: Caller, secret: Annotated[str, Depends(bearer_secret)]) -> Response:
    """End the session or token that the request bears."""
    instance.base.access.log_out(caller, secret)
    return Response(status_code=204)


@router.get("/v1/me", summary="Who I am, and with which duties 我的身份与职责", responses=errors())
def me(caller: Caller) -> Me:
    """Return the caller's identifier and duties."""
    return Me.of(caller)


@router.post(
    "/oauth2/token",
    summary="Access token for a business system 客户端令牌",
    dependencies=[allow(Permission.ANYBODY), Depends(count_login)],
    responses=errors(AssertionRefused, TooManyRequests, public=True),
)
def token(
    instance: InstanceHere,
    grant_type: Annotated[Literal["client_credentials"], Form()],  # noqa: ARG001 - RFC 6749 wants it named
    client_assertion_type: Annotated[Text, Form(examples=[ASSERTION_TYPE])],
    client_assertion: Annotated[Text, Form(max_length=4096, examples=["eyJhbGciOiJFUzI1NiJ9.…"])],
) -> TokenView:
    """Give an access token of 15 minutes for a signed assertion (RFC 6749, 4.4; RFC 7523; private_key_jwt)."""
    if client_assertion_type != ASSERTION_TYPE:
        raise AssertionRefused(fault="type")
    issued = instance.base.access.client_token(client_assertion)
    lifetime = issued.expires_at - instance.base.clock.now()
    return TokenView(access_token=issued.secret, expires_in=round(lifetime.total_seconds()))
