"""A business system's request for a login (OpenID Connect Core 1.0, 3.1.2.1; RFC 6749, 4.1.1; RFC 7636, 4.3).

Everything is checked before anybody is asked to log in. What is wrong with the address to go back to is told to the
person; whatever else is wrong is told to the business system.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from identity.levels import Level
from identity.openid.errors import AuthorizationRefused, RedirectUnknown
from identity.openid.hints import HINT
from identity.openid.metadata import ClientMetadata
from identity.openid.scopes import IDENTITY_FLOOR, Scope, known_in

__all__ = ["LONGEST", "PARAMETERS", "AuthorizationRequest", "Prompt"]

PARAMETERS: Final = (
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "max_age",
    "acr_values",
    "id_token_hint",
    "request",
    "resource",
    "dpop_jkt",
)
"""What is looked at and kept. Others are ignored, as the standard wants it (RFC 6749, 3.1)."""

CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
"""A SHA-256 hash in base64url (RFC 7636, 4.2; RFC 7638, 3)."""

SECONDS: Final = re.compile(r"[0-9]{1,9}")
LONGEST: Final = 512


class Prompt(StrEnum):
    """What is to be asked of the person, whatever is known already."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"
    """There is one account for each person: another one is reached by logging in anew."""


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """A request that can be granted, if the person agrees."""

    client: str
    redirect_uri: str
    scopes: frozenset[Scope]
    state: str | None = field(default=None, repr=False)
    nonce: str | None = field(default=None, repr=False)
    challenge: str = field(repr=False)
    prompts: frozenset[Prompt] = frozenset()
    max_age: int | None = None
    level: Level = Level.BASIC
    resource: str | None = None
    """What the access tokens are for (RFC 8707, 2.1), which is not looked up yet."""

    expected: str | None = field(default=None, repr=False)
    """Whom the business system knows and expects to be logged in, by the `sub` of its ID token."""

    key: str = ""
    """Thumbprint of the key that the code is to be bound to (RFC 9449, 10); empty: to none."""

    @classmethod
    def read(cls, parameters: Mapping[str, str], registered: ClientMetadata) -> Self:
        """Return what `parameters` ask for. Raise `RedirectUnknown`, `AuthorizationRefused`."""
        redirect_uri = parameters.get("redirect_uri", "")
        if redirect_uri not in registered.redirect_uris:  # character by character (RFC 9700, 2.1)
            raise RedirectUnknown
        kind = parameters.get("response_type", "")
        if kind != "code":
            raise AuthorizationRefused(error="unsupported_response_type", fault="response_type must be code")
        if parameters.get("response_mode", "query") != "query":
            raise AuthorizationRefused(error="invalid_request", fault="response_mode must be query")
        if "request" in parameters:
            raise AuthorizationRefused(error="request_not_supported", fault="push the request instead (RFC 9126)")
        return cls(
            client=parameters["client_id"],
            redirect_uri=redirect_uri,
            scopes=required_scopes(parameters.get("scope", ""), registered),
            state=short(parameters, "state"),
            nonce=short(parameters, "nonce"),
            challenge=required_challenge(parameters),
            prompts=prompts_of(parameters.get("prompt", "")),
            max_age=age_of(parameters.get("max_age")),
            level=level_of(parameters, registered),
            resource=short(parameters, "resource"),
            expected=parameters.get(HINT),
            key=key_named(parameters),
        )


def required_scopes(text: str, registered: ClientMetadata) -> frozenset[Scope]:
    """Return the scopes that are asked for, openid among them. Raise `AuthorizationRefused`.

    What is no scope here is passed over (OpenID Connect Core 1.0, 3.1.2.1); the answer tells which were granted.
    """
    scopes = known_in(text)
    if Scope.OPENID not in scopes:
        raise AuthorizationRefused(error="invalid_scope", fault="openid, and whatever else is needed")
    if not scopes <= registered.scopes:
        raise AuthorizationRefused(error="invalid_scope", fault="a scope that is not registered")
    return scopes


def short(parameters: Mapping[str, str], name: str) -> str | None:
    """Return a parameter that is kept and sent back as it is. Raise `AuthorizationRefused`."""
    value = parameters.get(name)
    if value is not None and not (len(value) <= LONGEST and value.isprintable()):
        raise AuthorizationRefused(error="invalid_request", fault=f"{name} has at most {LONGEST} characters")
    return value


def required_challenge(parameters: Mapping[str, str]) -> str:
    """Return the challenge of PKCE: S256, from everybody (RFC 9700, 2.1.1). Raise `AuthorizationRefused`.

    A method that is left out means plain (RFC 7636, 4.3), which protects from nobody who sees the request.
    """
    challenge = parameters.get("code_challenge", "")
    if parameters.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise AuthorizationRefused(error="invalid_request", fault="code_challenge with S256 is required")
    return challenge


def key_named(parameters: Mapping[str, str]) -> str:
    """Return the thumbprint of the key that a code is to be bound to (RFC 9449, 10). Raise `AuthorizationRefused`."""
    named = parameters.get("dpop_jkt", "")
    if named and not CHALLENGE.fullmatch(named):
        raise AuthorizationRefused(error="invalid_request", fault="dpop_jkt is a thumbprint (RFC 7638)")
    return named


def prompts_of(text: str) -> frozenset[Prompt]:
    """Return what is to be asked. Raise `AuthorizationRefused`."""
    named = frozenset(text.split())
    if not named <= set(Prompt) or ("none" in named and len(named) > 1):
        raise AuthorizationRefused(error="invalid_request", fault="prompt")
    return frozenset(map(Prompt, named))


def age_of(text: str | None) -> int | None:
    """Return the seconds since the login at most. Raise `AuthorizationRefused`."""
    if text is None:
        return None
    if not SECONDS.fullmatch(text):
        raise AuthorizationRefused(error="invalid_request", fault="max_age is a number of seconds")
    return int(text)


def level_of(parameters: Mapping[str, str], registered: ClientMetadata) -> Level:
    """Return what the login must prove: the lowest level that `acr_values` names, and no less than is registered."""
    named = parameters.get("acr_values", "").split()
    asked = min((one for one in Level if one.acr in named), default=Level.BASIC)
    floor = IDENTITY_FLOOR if Scope.IDENTITY in known_in(parameters.get("scope", "")) else Level.BASIC
    return max(asked, registered.level, floor)
