"""Requests for a login: each rule broken alone (OpenID Connect Core 1.0, 3.1.2.1)."""

import pytest

from identity.levels import Level
from identity.openid.asking import AuthorizationRequest, Prompt
from identity.openid.errors import AuthorizationRefused, RedirectUnknown
from identity.openid.metadata import ClientMetadata
from identity.openid.scopes import Scope

BACK = "https://app.example/back"
REGISTERED = ClientMetadata(redirect_uris=(BACK,), scopes=frozenset(Scope) - {Scope.OFFLINE_ACCESS})
GOOD = {
    "client_id": "client",
    "response_type": "code",
    "redirect_uri": BACK,
    "scope": "openid profile",
    "state": "s",
    "nonce": "n",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
}


def read(**changes: str | None) -> AuthorizationRequest:
    told = {name: value for name, value in {**GOOD, **changes}.items() if value is not None}
    return AuthorizationRequest.read(told, REGISTERED)


def test_a_good_request_is_read() -> None:
    read_one = read(
        prompt="login consent", max_age="60", response_mode="query", unknown="ignored", scope="openid unknown  profile"
    )
    assert (read_one.state, read_one.nonce, read_one.max_age, read_one.level) == ("s", "n", 60, Level.BASIC)
    assert frozenset({Prompt.LOGIN, Prompt.CONSENT}) == read_one.prompts
    assert frozenset({Scope.OPENID, Scope.PROFILE}) == read_one.scopes


@pytest.mark.parametrize(
    "address", [None, "", f"{BACK}/", f"{BACK}?a=b", "https://APP.example/back", "https://evil.example"]
)
def test_the_address_is_exactly_a_registered_one(address: str | None) -> None:
    with pytest.raises(RedirectUnknown):
        read(redirect_uri=address)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"request": "eyJ…"}, "request_not_supported"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid offline_access"}, "invalid_scope"),
        ({"scope": "OpenID"}, "invalid_scope"),
        ({"state": "s" * 513}, "invalid_request"),
        ({"state": "a\nb"}, "invalid_request"),
        ({"nonce": "n" * 513}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "!" * 43}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"max_age": "1" * 10}, "invalid_request"),
    ],
)
def test_what_is_not_as_it_must_be_is_told_to_the_business_system(changes: dict[str, str | None], error: str) -> None:
    with pytest.raises(AuthorizationRefused) as refused:
        read(**changes)
    assert (refused.value.code, error) == ("openid.authorization_refused", refused.value.details["error"])


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({"acr_values": "urn:xinyin:level:2"}, Level.SUBSTANTIAL),
        ({"acr_values": "urn:xinyin:level:3 urn:xinyin:level:2"}, Level.SUBSTANTIAL),
        ({"acr_values": "urn:somebody:else urn:xinyin:level:3"}, Level.HIGH),
        ({"acr_values": "urn:somebody:else"}, Level.BASIC),
        ({"acr_values": "urn:xinyin:level:0"}, Level.BASIC),
        ({"scope": "openid identity"}, Level.SUBSTANTIAL),
    ],
)
def test_what_the_login_must_prove(changes: dict[str, str], level: Level) -> None:
    assert level is read(**changes).level


def test_no_request_asks_for_less_than_is_registered() -> None:
    registered = ClientMetadata(redirect_uris=(BACK,), scopes=REGISTERED.scopes, level=Level.HIGH)
    told = {**GOOD, "acr_values": "urn:xinyin:level:1"}
    assert AuthorizationRequest.read(told, registered).level is Level.HIGH
