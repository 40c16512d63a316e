"""The protocol endpoints of sign-on: OpenID Connect Core 1.0, OAuth 2.0, and what goes with them (docs/openid.md)."""

import json
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Form, Header, Request, Response

from api.authn import instance_of
from api.caching import cacheable
from api.challenges import PROOF_ERRORS, SCHEME
from api.dpop import bound_by, key_borne, spend
from api.openid.answers import ProtocolRoute, form_of, protocol_errors
from api.openid.fields import PUBLIC
from api.problems import TooManyRequests
from api.schemas.identity import TokenView
from api.schemas.openid import IntrospectionView, KeySetView, ProviderView, PushedView, TokensView, UserInfoView
from api.wiring import Instance
from identity.assertion import ASSERTION_TYPE
from identity.assertion import client_of as client_named
from identity.business_systems import Client
from identity.errors import AssertionRefused
from identity.openid.authorizing import PUSHED_LIFETIME
from identity.openid.errors import (
    AccessTokenRefused,
    AuthorizationRefused,
    ClientRefused,
    GrantRefused,
    RedirectUnknown,
    TokenRequestRefused,
)
from identity.openid.granting import Wanted
from identity.openid.keys import CACHED
from identity.openid.scopes import spelled
from trust.signing import SigningUnavailable

__all__ = ["router"]

router = APIRouter(tags=["统一登录 openid"], route_class=ProtocolRoute)
InstanceHere = Annotated[Instance, Depends(instance_of)]
FormHere = Annotated[dict[str, str], Depends(form_of)]
EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
AUTHENTICATION: Final = (AssertionRefused, ClientRefused, TokenRequestRefused, TooManyRequests)
LONGEST_SECRET: Final = 128
KEY_SET: Final = "application/jwk-set+json"


def field(description: str, example: str, *, longest: int = 8192) -> Any:  # noqa: ANN401 - what FastAPI's Form is
    """Return how a field of a form is described. It is read by `form_of`, as the protocol wants it."""
    return Form(description=description, examples=[example], max_length=longest)


SOME_KEY: Final = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
Resource = Annotated[
    str | None, field("What the access token is for (RFC 8707); none: user information", "https://hall.example/api")
]
ProofHeader = Annotated[
    str | None, Header(alias="DPoP", description="Proof of a key (RFC 9449)", examples=["eyJ0eXAiOiJkcG9wK2p3dCJ9.…"])
]
Assertion = Annotated[str | None, field("Signed assertion of the business system (RFC 7523)", "eyJhbGciOiJFUzI1NiJ9.…")]
AssertionType = Annotated[str | None, field("What the assertion is", ASSERTION_TYPE)]
ClientName = Annotated[str | None, field("The business system", "client_01k9x3v5b7d2f4h6j8m0n1p3q5")]


def client_of(instance: Instance, form: dict[str, str]) -> Client:
    """Return the business system that asks. Raise `AssertionRefused`, `ClientRefused`."""
    if "client_assertion" not in form:
        return instance.openid.granting.public_client(form.get("client_id", ""))
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise AssertionRefused(fault="type")
    client = instance.base.clients.authenticate(form["client_assertion"])
    if form.get("client_id", client.id) != client.id:  # RFC 7521, 4.2
        raise ClientRefused
    return client


def required(form: dict[str, str], name: str) -> str:
    """Return a field that must be there. Raise `TokenRequestRefused`."""
    if name not in form:
        raise TokenRequestRefused(error="invalid_request", fault=f"{name} is missing")
    return form[name]


def describe(instance: Instance) -> ProviderView:
    """Return what the provider says of itself."""
    return ProviderView.of(instance.openid.issuer)


@router.get(
    "/.well-known/openid-configuration",
    summary="What this provider does (OpenID Connect Discovery 1.0) 发现文档",
    name="openid-configuration",
    dependencies=PUBLIC,
    responses=protocol_errors(TooManyRequests),
)
def openid_configuration(instance: InstanceHere) -> ProviderView:
    """Return the addresses and abilities of the provider."""
    return describe(instance)


@router.get(
    "/.well-known/oauth-authorization-server",
    summary="What this provider does (RFC 8414) 授权服务器元数据",
    name="oauth-authorization-server",
    dependencies=PUBLIC,
    responses=protocol_errors(TooManyRequests),
)
def authorization_server(instance: InstanceHere) -> ProviderView:
    """Return the same as the document of OpenID Connect."""
    return describe(instance)


@router.get(
    "/oauth2/jwks",
    summary="The keys that sign tokens 令牌验签公钥",
    dependencies=PUBLIC,
    response_model=KeySetView,
    responses={304: {"description": "The copy at hand is as it should be"}, **protocol_errors(TooManyRequests)},
)
def key_set(instance: InstanceHere, request: Request) -> Response:
    """Return every key by which a token may be checked: the next one too, before anything is signed with it."""
    published = instance.openid.keys.published()
    content = json.dumps({"keys": [one.jwk for one in published]}).encode()
    moments = [moment for one in published for moment in (one.made_at, one.retired_at) if moment is not None]
    seconds = int(CACHED.total_seconds())
    return cacheable(request, content, KEY_SET, modified=max(moments), seconds=seconds)


@router.post(
    "/oauth2/par",
    summary="Push a request for a login (RFC 9126) 推送授权请求",
    status_code=201,
    dependencies=PUBLIC,
    responses=protocol_errors(*AUTHENTICATION, *PROOF_ERRORS, AuthorizationRefused, RedirectUnknown),
)
def push(
    *,
    request: Request,
    instance: InstanceHere,
    form: FormHere,
    client_id: ClientName = None,  # noqa: ARG001 - read with the form
    client_assertion_type: AssertionType = None,  # noqa: ARG001 - likewise
    client_assertion: Assertion = None,  # noqa: ARG001 - likewise
    response_type: Annotated[str | None, field("code", "code")] = None,  # noqa: ARG001 - likewise
    redirect_uri: Annotated[str | None, field("Where to go back to", "https://app.example/back")] = None,  # noqa: ARG001 - likewise
    scope: Annotated[str | None, field("What to be told", "openid profile")] = None,  # noqa: ARG001 - likewise
    resource: Resource = None,  # noqa: ARG001 - likewise
    dpop_jkt: Annotated[str | None, field("Thumbprint of the key that the code is bound to", SOME_KEY)] = None,  # noqa: ARG001 - likewise
    dpop: ProofHeader = None,  # noqa: ARG001 - read with the request
) -> PushedView:
    """Keep a request behind the browser's back; it is used within 90 seconds, once.

    With a proof of a key (RFC 9449, 10.1) the code is bound to that key.
    """
    client = client_of(instance, form)
    name = instance.openid.authorizing.push(client, form, key=bound_by(request, instance).key)
    return PushedView(request_uri=name, expires_in=int(PUSHED_LIFETIME.total_seconds()))


@router.post(
    "/oauth2/token",
    summary="Tokens: of a business system, for a code, a refresh token or a token of others 令牌",
    dependencies=PUBLIC,
    response_model=TokensView,
    response_model_exclude_none=True,
    responses=protocol_errors(*AUTHENTICATION, *PROOF_ERRORS, GrantRefused, SigningUnavailable),
)
def token(
    *,
    request: Request,
    instance: InstanceHere,
    form: FormHere,
    grant_type: Annotated[str | None, field("What for", "authorization_code")] = None,
    client_id: ClientName = None,  # noqa: ARG001 - read with the form
    client_assertion_type: AssertionType = None,  # noqa: ARG001 - likewise
    client_assertion: Assertion = None,  # noqa: ARG001 - likewise
    code: Annotated[str | None, field("The code", "xk_…")] = None,  # noqa: ARG001 - likewise
    redirect_uri: Annotated[str | None, field("As in the request", "https://app.example/back")] = None,  # noqa: ARG001 - likewise
    code_verifier: Annotated[str | None, field("RFC 7636", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")] = None,  # noqa: ARG001 - likewise
    refresh_token: Annotated[str | None, field("The refresh token", "xr_…")] = None,  # noqa: ARG001 - likewise
    scope: Annotated[str | None, field("No more than was granted", "openid")] = None,  # noqa: ARG001 - likewise
    resource: Resource = None,  # noqa: ARG001 - likewise
    dpop: ProofHeader = None,  # noqa: ARG001 - read with the request
) -> Any:  # noqa: ANN401 - one of several shapes
    """Give tokens (RFC 6749, 4.1.3, 4.4 and 6; RFC 8693). A code lives 60 seconds and is good once.

    With a proof of a key in the header `DPoP` (RFC 9449) the access token is bound to that key.
    """
    if grant_type == "client_credentials":
        return own_token(request, instance, form)
    client = client_of(instance, form)
    wanted = Wanted(key=bound_by(request, instance).key, resource=form.get("resource"))
    match grant_type:
        case "authorization_code":
            answer = instance.openid.granting.redeem(
                client,
                code=required(form, "code"),
                redirect_uri=required(form, "redirect_uri"),
                verifier=form.get("code_verifier", ""),
                wanted=wanted,
            )
        case "refresh_token":
            secret = required(form, "refresh_token")
            answer = instance.openid.granting.refresh(client, secret=secret, scope=form.get("scope"), wanted=wanted)
        case _ if grant_type == EXCHANGE:
            return instance.federation.exchange(client, form, key=wanted.key)
        case None | "":
            raise TokenRequestRefused(error="invalid_request", fault="grant_type is missing")
        case _:
            raise TokenRequestRefused(error="unsupported_grant_type", fault="grant_type")
    return TokensView(
        access_token=answer.access_token,
        token_type="DPoP" if answer.key else "Bearer",
        expires_in=answer.seconds,
        scope=spelled(answer.scopes),
        refresh_token=answer.refresh_token,
        id_token=answer.id_token,
    )


def own_token(request: Request, instance: Instance, form: dict[str, str]) -> TokenView:
    """Give a business system a token for the API (RFC 6749, 4.4). Its duties, and no scopes, say what it may."""
    assertion = form.get("client_assertion", "")
    if form.get("client_assertion_type") != ASSERTION_TYPE:
        raise AssertionRefused(fault="type")
    if "scope" in form:
        raise TokenRequestRefused(error="invalid_scope", fault="a business system has duties, and no scopes")
    instance.openid.resources.require_own(form.get("resource"))
    name = client_named(assertion)
    if form.get("client_id", name) != name:  # RFC 7521, 4.2
        raise ClientRefused
    bound = bound_by(request, instance)
    instance.openid.granting.require_bound(name, bound.key)
    issued = instance.base.clients.client_token(assertion, bound=bound)
    lifetime = issued.expires_at - instance.base.clock.now()
    return TokenView(
        access_token=issued.secret,
        token_type="DPoP" if bound.key else "Bearer",
        expires_in=round(lifetime.total_seconds()),
    )


def access_token_of(request: Request) -> str:
    """Return the access token that a request bears (RFC 6750, 2.1; RFC 9449, 7.1). Raise `AccessTokenRefused`."""
    kind, _, secret = request.headers.get("authorization", "").partition(" ")
    if kind.lower() not in {"bearer", SCHEME} or not 0 < len(secret) <= LONGEST_SECRET:
        raise AccessTokenRefused
    return secret


def access_token_posted(request: Request, form: FormHere) -> str:
    """Return the access token of a request by POST, which may be a field of the form (RFC 6750, 2.2).

    Raise `AccessTokenRefused`, or `TokenRequestRefused` where it is borne twice.
    """
    if "access_token" not in form:
        return access_token_of(request)
    if "authorization" in request.headers:
        raise TokenRequestRefused(error="invalid_request", fault="the access token is there twice")
    if len(form["access_token"]) > LONGEST_SECRET:
        raise AccessTokenRefused
    return form["access_token"]


AccessToken = Annotated[str, Depends(access_token_of)]
AccessTokenPosted = Annotated[str, Depends(access_token_posted)]
TELLING: Final = protocol_errors(AccessTokenRefused, TooManyRequests, *PROOF_ERRORS)


def told_of_person(request: Request, instance: Instance, secret: str) -> UserInfoView:
    """Return the claims that an access token is for, to who holds the key that it is bound to, if it is to one."""
    shown, proof = key_borne(request, instance, secret)
    if proof is not None:  # of a replay nothing is told, and nothing put on record as told
        instance.openid.inspecting.require(secret, shown)
        spend(instance, proof)
    return UserInfoView(**instance.openid.inspecting.user_info(secret, shown))


@router.get("/oauth2/userinfo", summary="Who is logged in 用户信息", dependencies=PUBLIC, responses=TELLING)
def user_info(request: Request, instance: InstanceHere, secret: AccessToken) -> UserInfoView:
    """Return the claims that the access token is for (OpenID Connect Core 1.0, 5.3), each time on record."""
    return told_of_person(request, instance, secret)


@router.post(
    "/oauth2/userinfo",
    summary="Who is logged in, asked by POST 用户信息",
    name="user-info-posted",
    dependencies=PUBLIC,
    responses=protocol_errors(AccessTokenRefused, TokenRequestRefused, TooManyRequests, *PROOF_ERRORS),
)
def user_info_posted(
    request: Request,
    instance: InstanceHere,
    secret: AccessTokenPosted,
    access_token: Annotated[str | None, field("The access token, where no header bears it", "xo_…")] = None,  # noqa: ARG001 - read with the form
) -> UserInfoView:
    """Return the same as when asked by GET. A token that is bound to a key is borne in the header alone."""
    return told_of_person(request, instance, secret)


@router.post(
    "/oauth2/introspect",
    summary="What a token is worth now (RFC 7662) 令牌自省",
    dependencies=PUBLIC,
    response_model=IntrospectionView,
    responses=protocol_errors(*AUTHENTICATION),
)
def introspect(
    *,
    instance: InstanceHere,
    form: FormHere,
    token: Annotated[str | None, field("The token", "xo_…")] = None,  # noqa: ARG001 - read with the form
    client_id: ClientName = None,  # noqa: ARG001 - likewise
    client_assertion_type: AssertionType = None,  # noqa: ARG001 - likewise
    client_assertion: Assertion = None,  # noqa: ARG001 - likewise
) -> Any:  # noqa: ANN401 - claims as they are
    """Tell the business system that a token was given to what it is worth; everybody else learns nothing."""
    client = client_of(instance, form)
    if "client_assertion" not in form:  # only who has proven a key (RFC 7662, 2.1)
        raise ClientRefused
    return instance.openid.inspecting.introspect(client, required(form, "token"))


@router.post(
    "/oauth2/revoke",
    summary="End a token (RFC 7009) 撤销令牌",
    dependencies=PUBLIC,
    responses={200: {"content": {"application/json": {"example": {}}}}, **protocol_errors(*AUTHENTICATION)},
)
def revoke(
    *,
    instance: InstanceHere,
    form: FormHere,
    token: Annotated[str | None, field("The token", "xr_…")] = None,  # noqa: ARG001 - read with the form
    client_id: ClientName = None,  # noqa: ARG001 - likewise
    client_assertion_type: AssertionType = None,  # noqa: ARG001 - likewise
    client_assertion: Assertion = None,  # noqa: ARG001 - likewise
) -> dict[str, str]:
    """End a token of one's own; what is none is answered alike (RFC 7009, 2.2)."""
    instance.openid.inspecting.revoke(client_of(instance, form), required(form, "token"))
    return {}
