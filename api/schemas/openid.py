"""Sign-on on the wire: discovery, tokens, registrations, consents."""

from datetime import datetime
from typing import Any, Final, Literal, Self

from pydantic import ConfigDict, Field

from api.schemas.common import Request, View
from api.schemas.texts import Line, Prose, Text
from identity.dpop import ALGORITHMS
from identity.jose import JWSAlgorithm
from identity.levels import Level
from identity.openid.grants import Consent
from identity.openid.metadata import AuthMethod, ClientMetadata
from identity.openid.provider_key import ProviderKey
from identity.openid.scopes import Scope
from trust.reasons import MAX_REASON, MIN_REASON

__all__ = [
    "ConsentedSystem",
    "IntrospectionView",
    "KeyReplacement",
    "KeySetView",
    "ProviderKeyRotation",
    "ProviderKeyView",
    "ProviderView",
    "PushedView",
    "Registration",
    "RegistrationView",
    "TokensView",
    "UserInfoView",
]

GRANTS: Final = (
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:token-exchange",
)


class ProviderView(View):
    """What the provider says of itself (OpenID Connect Discovery 1.0, 3; RFC 8414, 2)."""

    issuer: str = Field(examples=["https://trust.example"])
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    pushed_authorization_request_endpoint: str
    introspection_endpoint: str
    revocation_endpoint: str
    end_session_endpoint: str
    scopes_supported: list[str]
    response_types_supported: list[str] = Field(examples=[["code"]])
    response_modes_supported: list[str] = Field(examples=[["query"]])
    grant_types_supported: list[str]
    acr_values_supported: list[str]
    subject_types_supported: list[str] = Field(examples=[["pairwise"]])
    id_token_signing_alg_values_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    introspection_endpoint_auth_methods_supported: list[str]
    introspection_endpoint_auth_signing_alg_values_supported: list[str]
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    claims_supported: list[str]
    claims_parameter_supported: bool
    request_parameter_supported: bool
    request_uri_parameter_supported: bool
    require_pushed_authorization_requests: bool
    code_challenge_methods_supported: list[str] = Field(examples=[["S256"]])
    dpop_signing_alg_values_supported: list[str] = Field(description="RFC 9449, 5.1", examples=[["ES256", "SM2SM3"]])
    authorization_response_iss_parameter_supported: bool
    backchannel_logout_supported: bool
    backchannel_logout_session_supported: bool
    prompt_values_supported: list[str]
    ui_locales_supported: list[str]

    @classmethod
    def of(cls, issuer: str) -> Self:
        """Return the description of the provider at an address."""
        algorithms = [one.value for one in JWSAlgorithm]
        methods = [one.value for one in AuthMethod]
        proven = [AuthMethod.PRIVATE_KEY_JWT.value]
        return cls(
            issuer=issuer,
            authorization_endpoint=f"{issuer}/oauth2/authorize",
            token_endpoint=f"{issuer}/oauth2/token",
            userinfo_endpoint=f"{issuer}/oauth2/userinfo",
            jwks_uri=f"{issuer}/oauth2/jwks",
            pushed_authorization_request_endpoint=f"{issuer}/oauth2/par",
            introspection_endpoint=f"{issuer}/oauth2/introspect",
            revocation_endpoint=f"{issuer}/oauth2/revoke",
            end_session_endpoint=f"{issuer}/oauth2/logout",
            scopes_supported=[one.value for one in Scope],
            response_types_supported=["code"],
            response_modes_supported=["query"],
            grant_types_supported=[*GRANTS],
            acr_values_supported=[one.acr for one in Level if one is not Level.NONE],
            subject_types_supported=["pairwise"],
            id_token_signing_alg_values_supported=algorithms,
            token_endpoint_auth_methods_supported=methods,
            token_endpoint_auth_signing_alg_values_supported=algorithms,
            introspection_endpoint_auth_methods_supported=proven,
            introspection_endpoint_auth_signing_alg_values_supported=algorithms,
            revocation_endpoint_auth_methods_supported=methods,
            revocation_endpoint_auth_signing_alg_values_supported=algorithms,
            claims_supported=[
                *("iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"),
                *("name", "document_number_masked", "acting_for"),
            ],
            claims_parameter_supported=False,
            request_parameter_supported=False,
            request_uri_parameter_supported=False,
            require_pushed_authorization_requests=False,
            code_challenge_methods_supported=["S256"],
            dpop_signing_alg_values_supported=[*ALGORITHMS],
            authorization_response_iss_parameter_supported=True,
            backchannel_logout_supported=True,
            backchannel_logout_session_supported=True,
            prompt_values_supported=["none", "login", "consent", "select_account"],
            ui_locales_supported=["zh-CN", "en"],
        )


class KeySetView(View):
    """Public keys (RFC 7517, 5)."""

    keys: list[dict[str, str]] = Field(
        examples=[[{"kty": "EC", "crv": "P-256", "x": "…", "y": "…", "kid": "…", "alg": "ES256", "use": "sig"}]]
    )


class PushedView(View):
    """The name of a request that was pushed (RFC 9126, 2.2)."""

    request_uri: str = Field(examples=["urn:ietf:params:oauth:request_uri:…"])
    expires_in: int = Field(examples=[90])


class TokensView(View):
    """Tokens (RFC 6749, 5.1; OpenID Connect Core 1.0, 3.1.3.3; RFC 8693, 2.2.1)."""

    model_config = ConfigDict(frozen=True, extra="allow")

    access_token: str = Field(examples=["xo_…"])
    token_type: str = Field(  # how it is borne (RFC 6750; RFC 9449, 5)
        default="Bearer", description="Bearer, or DPoP where it is bound to a key", examples=["Bearer"]
    )
    expires_in: int = Field(description="Seconds", examples=[600])
    scope: str | None = Field(default=None, examples=["openid profile"])
    refresh_token: str | None = Field(default=None, examples=["xr_…"])
    id_token: str | None = Field(default=None, examples=["eyJhbGciOiJFUzI1NiJ9.…"])


class IntrospectionView(View):
    """What a token is worth (RFC 7662, 2.2), with the claims of the login."""

    model_config = ConfigDict(frozen=True, extra="allow")

    active: bool = Field(examples=[True])


class UserInfoView(View):
    """The claims that an access token is for: those of the scopes that the person agreed to, and no others."""

    model_config = ConfigDict(
        frozen=True,
        extra="allow",
        json_schema_extra={"examples": [{"sub": "66c7f0f4…", "acr": "urn:xinyin:level:2", "name": "**明"}]},
    )

    sub: str = Field(examples=["66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"])
    acr: str = Field(examples=["urn:xinyin:level:2"])


class Registration(Request):
    """How a business system takes part in sign-on (OpenID Connect Registration 1.0, 2)."""

    redirect_uris: list[Text] = Field(min_length=1, max_length=20, examples=[["https://app.example/back"]])
    post_logout_redirect_uris: list[Text] = Field(default=[], max_length=20, examples=[["https://app.example/"]])
    backchannel_logout_uri: Text | None = Field(
        default=None, max_length=1024, examples=["https://app.example/backchannel"]
    )
    sector_identifier: Text | None = Field(
        default=None, max_length=253, description="The host under which persons are known", examples=["app.example"]
    )
    id_token_signed_response_alg: JWSAlgorithm = JWSAlgorithm.ES256
    token_endpoint_auth_method: AuthMethod = AuthMethod.PRIVATE_KEY_JWT
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope), examples=[["openid", "profile"]])
    require_pushed_authorization_requests: bool = False
    level: Literal[1, 2, 3] = Field(default=1, description="What every login must prove at least")
    dpop_bound_access_tokens: bool = Field(
        default=False, description="Whether it gets no token but those that are bound to a key (RFC 9449, 5.2)"
    )
    resources: list[Text] = Field(
        default=[],
        max_length=20,
        description="Addresses of its own interfaces, for which others may ask tokens (RFC 8707)",
        examples=[["https://hall.example/api"]],
    )
    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["政务服务大厅接入统一登录。"])

    def metadata(self) -> ClientMetadata:
        """Return what is to be registered. Raise `MetadataMalformed`."""
        return ClientMetadata(
            redirect_uris=tuple(self.redirect_uris),
            post_logout_redirect_uris=tuple(self.post_logout_redirect_uris),
            backchannel_logout_uri=self.backchannel_logout_uri,
            sector_identifier=self.sector_identifier,
            id_token_signed_response_alg=self.id_token_signed_response_alg,
            token_endpoint_auth_method=self.token_endpoint_auth_method,
            scopes=frozenset(self.scopes),
            require_pushed_authorization_requests=self.require_pushed_authorization_requests,
            level=Level(self.level),
            dpop_bound_access_tokens=self.dpop_bound_access_tokens,
            resources=tuple(self.resources),
        )


class RegistrationView(View):
    """What is in force for a business system."""

    client: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    sector: str = Field(description="The host under which it knows persons", examples=["app.example"])
    registered: dict[str, Any] = Field(examples=[{"redirect_uris": ["https://app.example/back"]}])

    @classmethod
    def of(cls, client: str, registered: ClientMetadata) -> Self:
        """Return the view of a registration."""
        return cls(client=client, sector=registered.sector, registered=registered.to_json())


class ConsentedSystem(View):
    """A business system that may know of the caller, and what."""

    id: str = Field(examples=["loginconsent_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    client: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    client_name: str = Field(examples=["政务服务大厅"])
    scopes: list[Scope]
    given_at: datetime

    @classmethod
    def of(cls, consent: Consent) -> Self:
        """Return the view of a consent."""
        return cls(
            id=consent.id,
            client=consent.client,
            client_name=consent.client_name,
            scopes=[one for one in Scope if one in consent.scopes],
            given_at=consent.given_at,
        )


class ProviderKeyRotation(Request):
    """Which key is to take over, and why."""

    algorithm: JWSAlgorithm = Field(examples=["ES256"])
    kid: Line = Field(max_length=128, description="The key of this algorithm whose state is next", examples=["8W0k…"])
    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["定期轮换。"])


class KeyReplacement(Request):
    """Which key is to be let go of at once, and why."""

    kid: Line = Field(max_length=128, description="A key that is published, whatever its state", examples=["8W0k…"])
    reason: Prose = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["密钥疑似泄露。"])


class ProviderKeyView(View):
    """A key that signs tokens, or will, or did."""

    kid: str
    algorithm: JWSAlgorithm
    state: str = Field(description="next, current or retired", examples=["current"])
    made_at: datetime
    retired_at: datetime | None

    @classmethod
    def of(cls, key: ProviderKey) -> Self:
        """Return the view of a key."""
        return cls(
            kid=key.kid,
            algorithm=key.algorithm,
            state=key.state.value,
            made_at=key.made_at,
            retired_at=key.retired_at,
        )
