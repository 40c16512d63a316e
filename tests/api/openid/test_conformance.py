"""What the basic profile of the OpenID conformance suite asks of a provider, as far as no other test here asks it.

The suite itself needs a network; each case names the module of its plan (`oidcc-basic-certification-test-plan`,
`oidcc-config-certification-test-plan`, `oidcc-rp-initiated-logout-certification-test-plan`, and of
`fapi2-security-profile-final-test-plan` what it asks of pushed requests and assertions). What is asked elsewhere:
test_flow.py has the login itself (oidcc-server), codes that come twice (oidcc-codereuse), prompt=login, requests by
POST, refresh tokens; test_pages.py logging out behind the browser's back; test_asking.py what is wrong with a request;
tests/interop two clients of others.
"""

from datetime import timedelta
from typing import Any, Final

import pytest

from identity.duties import Duty, Grant
from identity.openid.errors import MetadataMalformed
from identity.openid.metadata import ClientMetadata
from tests.api.builders import PUBLIC_URL, Service
from tests.api.openid.test_flow import OFFLINE, claims_of, codes_of, tokens_of
from tests.api.sign_on import ALL, BACK, Browser, Human, SignOn, System, query_of

pytestmark = pytest.mark.usefixtures("begin_at_the_same_moment")

UNSIGNED: Final = "eyJhbGciOiJub25lIn0.eyJzY29wZSI6Im9wZW5pZCJ9."
"""A request object of nobody: {"alg":"none"}."""

GOODBYE: Final = "https://app.example/goodbye"
PLAIN_TOKEN: Final = "eyJhbGciOiJub25lIiwia2lkIjoieCJ9.eyJzdWIiOiJ4In0."


@pytest.fixture(scope="module")
def leaving(sign_on: SignOn) -> System:
    return sign_on.system(post_logout_redirect_uris=(GOODBYE,))


def ask(system: System, **changes: str | None) -> Any:  # noqa: ANN401 - a response
    """Send a browser in which nobody is logged in, and follow nothing."""
    return Browser(system.service).ask("GET", "/oauth2/authorize", params=system.parameters(**changes))


def refused(system: System, **changes: str | None) -> dict[str, str]:
    """Return what the business system is told."""
    answer = ask(system, **changes)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(BACK)
    return query_of(answer.headers["location"])


def logged_in(system: System, human: Human) -> tuple[Browser, dict[str, Any]]:
    """Return a browser in which somebody is logged in and has agreed, and the claims of that ID token."""
    browser = Browser(system.service)
    answer = browser.log_in(system.begin(browser), human)
    answer = browser.agree(answer) if answer.status_code == 200 else answer
    token = system.redeem(query_of(answer.headers["location"])["code"]).json()["id_token"]
    return browser, {"token": token, **claims_of(system.service, token)}


# --- requests that have to succeed


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"extra": "foobar"}, id="oidcc-ensure-request-with-unknown-parameter-succeeds"),
        pytest.param({"scope": "profile openid"}, id="oidcc-ensure-other-scope-order-succeeds"),
        pytest.param({"scope": "openid email address phone"}, id="oidcc-scope-all"),
        pytest.param({"scope": "openid  profile"}, id="scopes that are none are passed over"),
        pytest.param({"acr_values": "1 2"}, id="oidcc-ensure-request-with-acr-values-succeeds"),
        pytest.param({"nonce": None}, id="oidcc-ensure-request-without-nonce-succeeds-for-code-flow"),
        pytest.param({"state": None}, id="a request without state"),
        pytest.param({"display": "page"}, id="oidcc-display-page"),
        pytest.param({"display": "popup"}, id="oidcc-display-popup"),
        pytest.param({"login_hint": "somebody@example"}, id="oidcc-login-hint"),
        pytest.param({"claims_locales": "se"}, id="oidcc-claims-locales"),
        pytest.param({"ui_locales": "se"}, id="oidcc-ui-locales"),
        pytest.param({"claims": '{"userinfo":{"name":{"essential":true}}}'}, id="oidcc-claims-essential"),
        pytest.param({"max_age": "10000"}, id="oidcc-max-age-10000"),
        pytest.param({"response_mode": "query"}, id="the usual response mode by name"),
    ],
)
def test_what_has_to_succeed_does(sign_on: SignOn, system: System, human: Human, changes: dict[str, str]) -> None:
    tokens = tokens_of(sign_on, system, human, **changes)
    claims = claims_of(sign_on.service, tokens["id_token"])
    assert claims.get("nonce") == (None if changes.get("nonce", "") is None else "some-nonce")
    assert (claims["iss"], claims["aud"]) == (PUBLIC_URL, system.client)
    assert {"sub", "exp", "iat", "auth_time", "acr", "amr", "at_hash"} <= claims.keys()
    granted = [one for one in changes.get("scope", "openid profile").split() if one in ("openid", "profile")]
    assert tokens["scope"] == " ".join(sorted(granted))  # oidcc-scope-*: what was not granted is told
    told = sign_on.service.ask("GET", "/oauth2/userinfo", token=tokens["access_token"]).json()
    assert told["sub"] == claims["sub"]


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("en", "en"), ("fr en-GB zh", "en"), ("zh-Hans-CN", "zh-CN"), ("se", "zh-CN"), (None, "zh-CN")],
)
def test_pages_are_in_the_language_that_is_wanted(system: System, wanted: str | None, language: str) -> None:
    page = system.begin(Browser(system.service), ui_locales=wanted)
    assert f'<html lang="{language}"' in page.text


# --- requests that have to be refused


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"response_type": None}, "unsupported_response_type", id="oidcc-response-type-missing"),
        pytest.param({"response_type": "id_token"}, "unsupported_response_type", id="no implicit flow"),
        pytest.param({"response_mode": "form_post"}, "invalid_request", id="a response mode that there is not"),
        pytest.param(
            {"request": UNSIGNED},
            "request_not_supported",
            id="oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
        ),
        pytest.param(
            {"request_uri": "https://app.example/request.jwt"},
            "request_uri_not_supported",
            id="oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
        ),
        pytest.param({"prompt": "none"}, "login_required", id="oidcc-prompt-none-not-logged-in"),
        pytest.param({"prompt": "none login"}, "invalid_request", id="none stands alone"),
        pytest.param({"scope": "profile"}, "invalid_scope", id="without openid"),
        pytest.param({"id_token_hint": "nonsense"}, "invalid_request", id="a hint that is none"),
        pytest.param({"id_token_hint": PLAIN_TOKEN}, "invalid_request", id="a hint that nobody signed"),
    ],
)
def test_what_has_to_be_refused_is(system: System, changes: dict[str, str | None], error: str) -> None:
    told = refused(system, **changes)
    assert (told["error"], told["state"], told["iss"]) == (error, "some-state", PUBLIC_URL)
    assert "code" not in told


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(None, id="oidcc-ensure-redirect-uri-in-authorization-request"),
        pytest.param("https://other.example/back", id="oidcc-ensure-registered-redirect-uri"),
        pytest.param(f"{BACK}?foo=bar", id="oidcc-redirect-uri-query-added"),
        pytest.param(f"{BACK}#part", id="a fragment"),
        pytest.param(f"{BACK}/../back", id="another spelling"),
    ],
)
def test_nobody_is_sent_to_another_address(system: System, address: str | None) -> None:
    for hint in ({}, {"request_uri": "https://app.example/r"}, {"scope": "none"}, {"id_token_hint": "x"}):
        answer = ask(system, redirect_uri=address, **hint)
        assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_a_query_in_a_registered_address_stays(sign_on: SignOn, human: Human) -> None:
    """oidcc-redirect-uri-query-OK, oidcc-redirect-uri-query-mismatch."""
    address = f"{BACK}?foo=bar"
    system = sign_on.system(redirect_uris=(address,))
    browser = Browser(sign_on.service)
    answer = browser.agree(browser.log_in(system.begin(browser, redirect_uri=address), human))
    told = query_of(answer.headers["location"])
    assert (told["foo"], told["state"]) == ("bar", "some-state")
    assert ask(system, redirect_uri=f"{BACK}?foo=other").status_code == 400
    assert system.redeem(told["code"], redirect_uri=f"{BACK}?foo=other").json()["error"] == "invalid_grant"


# --- who is logged in


def test_who_is_logged_in_needs_no_page(system: System, human: Human) -> None:
    """oidcc-prompt-none-logged-in, oidcc-id-token-hint."""
    browser, first = logged_in(system, human)
    for hint in ({}, {"id_token_hint": first["token"]}):
        answer = browser.ask("GET", "/oauth2/authorize", params=system.parameters(prompt="none", **hint))
        code = query_of(answer.headers["location"])["code"]
        again = claims_of(system.service, system.redeem(code).json()["id_token"])
        assert (again["sub"], again["auth_time"], again["sid"]) == (first["sub"], first["auth_time"], first["sid"])


def test_an_old_hint_is_still_one(system: System, human: Human) -> None:
    _, first = logged_in(system, human)
    system.service.clock.advance(timedelta(days=1))
    browser, _ = logged_in(system, human)
    asked = system.parameters(prompt="none", id_token_hint=first["token"])
    assert "code" in query_of(browser.ask("GET", "/oauth2/authorize", params=asked).headers["location"])


def test_somebody_else_than_expected_is_told_to_log_in(sign_on: SignOn, system: System, human: Human) -> None:
    _, expected = logged_in(system, human)
    other = sign_on.human()
    browser, _ = logged_in(system, other)
    hint = {"id_token_hint": expected["token"]}
    sign_on.service.clock.advance(timedelta(seconds=1))
    silent = browser.ask("GET", "/oauth2/authorize", params=system.parameters(prompt="none", **hint))
    assert query_of(silent.headers["location"])["error"] == "login_required"
    page = system.begin(browser, **hint)
    assert 'name="password"' in page.text  # whoever is expected may log in here
    wrong = browser.log_in(page, other)
    assert query_of(wrong.headers["location"])["error"] == "login_required"
    sign_on.service.clock.advance(timedelta(seconds=1))
    right = browser.log_in(system.begin(browser, **hint), human)
    assert "code" in query_of(right.headers["location"])


def test_a_hint_may_be_pushed_and_is_of_who_brings_it(sign_on: SignOn, system: System, human: Human) -> None:
    browser, first = logged_in(system, human)
    asked = system.parameters(prompt="none", id_token_hint=first["token"])
    name = system.post("/oauth2/par", **asked).json()["request_uri"]
    answer = browser.ask("GET", "/oauth2/authorize", params={"client_id": system.client, "request_uri": name})
    assert "code" in query_of(answer.headers["location"])
    strange = sign_on.system()
    refusal = strange.post("/oauth2/par", **strange.parameters(id_token_hint=first["token"]))
    assert (refusal.status_code, refusal.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    "changes",
    [pytest.param({"prompt": "login"}, id="oidcc-prompt-login"), pytest.param({"max_age": "1"}, id="oidcc-max-age-1")],
)
def test_a_new_login_has_a_new_time(system: System, human: Human, changes: dict[str, str]) -> None:
    browser, first = logged_in(system, human)
    system.service.clock.advance(timedelta(seconds=5))
    page = system.begin(browser, **changes)
    assert 'name="password"' in page.text
    answer = browser.log_in(page, human)
    again = claims_of(system.service, system.redeem(query_of(answer.headers["location"])["code"]).json()["id_token"])
    assert (again["sub"], again["auth_time"]) == (first["sub"], first["auth_time"] + 5)


# --- tokens


@pytest.mark.parametrize("how", ["get", "post-header", "post-body"])
def test_user_information_is_asked_for_in_three_ways(sign_on: SignOn, system: System, human: Human, how: str) -> None:
    """oidcc-userinfo-get, oidcc-userinfo-post-header, oidcc-userinfo-post-body."""
    token, service = tokens_of(sign_on, system, human)["access_token"], sign_on.service
    match how:
        case "get":
            answer = service.ask("GET", "/oauth2/userinfo", token=token)
        case "post-header":
            answer = service.ask("POST", "/oauth2/userinfo", token=token)
        case _:
            answer = service.ask("POST", "/oauth2/userinfo", data={"access_token": token})
    assert (answer.status_code, answer.json()["name"]) == (200, "**明")


def test_a_token_is_borne_once(sign_on: SignOn, system: System, human: Human) -> None:
    token, service = tokens_of(sign_on, system, human)["access_token"], sign_on.service
    twice = service.ask("POST", "/oauth2/userinfo", token=token, data={"access_token": token})
    assert (twice.status_code, twice.json()["error"]) == (400, "invalid_request")
    for wrong in ("nonsense", "x" * 129):
        answer = service.ask("POST", "/oauth2/userinfo", data={"access_token": wrong})
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert service.ask("GET", "/oauth2/userinfo", params={"access_token": token}).status_code == 401  # RFC 9700, 4.3.2


def test_a_refreshed_id_token_is_of_the_same_login(sign_on: SignOn, system: System, human: Human) -> None:
    """oidcc-refresh-token."""
    first = tokens_of(sign_on, system, human, scope=OFFLINE)
    sign_on.service.clock.advance(timedelta(seconds=30))
    second = system.refresh(first["refresh_token"]).json()
    before, after = (claims_of(sign_on.service, one["id_token"]) for one in (first, second))
    same = ("iss", "sub", "aud", "auth_time", "acr", "amr", "sid")
    assert {name: before[name] for name in same} == {name: after[name] for name in same}
    assert after["iat"] == before["iat"] + 30
    assert first["access_token"] != second["access_token"]


def test_a_code_that_comes_again_after_half_a_minute_revokes_too(sign_on: SignOn, system: System, human: Human) -> None:
    """oidcc-codereuse-30seconds."""
    code = sign_on.code_of(system, human)
    token = system.redeem(code).json()["access_token"]
    sign_on.service.clock.advance(timedelta(seconds=30))
    assert system.redeem(code).json()["error"] == "invalid_grant"
    assert sign_on.service.ask("GET", "/oauth2/userinfo", token=token).status_code == 401


def test_no_other_way_of_proving_itself_is_taken(sign_on: SignOn, system: System) -> None:
    """oidcc-server-client-secret-post and -basic: not offered, and refused as RFC 6749, 5.2 has it."""
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": BACK}
    service = sign_on.service
    posted = service.ask("POST", "/oauth2/token", data={**form, "client_id": system.client, "client_secret": "secret"})
    assert (posted.status_code, posted.json()["error"]) == (401, "invalid_client")
    basic = service.ask("POST", "/oauth2/token", data=form, headers={"Authorization": "Basic Y2xpZW50OnNlY3JldA=="})
    assert (basic.status_code, basic.json()["error"]) == (401, "invalid_client")
    assert basic.headers["www-authenticate"].startswith("Basic")
    assert basic.headers["cache-control"] == "no-store"


# --- what is published


def test_the_document_tells_the_truth(shared: Service) -> None:
    """oidcc-discovery-endpoint-verification; what is not there is not told, and is not there."""
    told = shared.ask("GET", "/.well-known/openid-configuration").json()
    assert told["issuer"] == PUBLIC_URL
    for name, address in told.items():
        if name.endswith(("_endpoint", "_uri")):
            assert address.startswith(f"{PUBLIC_URL}/oauth2/"), name
            path = address.removeprefix(PUBLIC_URL)
            assert shared.ask("GET", path).status_code != 404, name
    refusals = told["claims_parameter_supported"], told["request_parameter_supported"]
    assert (*refusals, told["request_uri_parameter_supported"]) == (False, False, False)
    assert told["id_token_signing_alg_values_supported"] == ["ES256", "SM2SM3"]
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt", "none"]
    assert "registration_endpoint" not in told  # business systems are registered by two persons (docs/access.md)
    for path in ("/oauth2/register", "/register", "/connect/register"):
        assert shared.ask("POST", path, json={"redirect_uris": [BACK]}).status_code == 404
    keys = shared.ask("GET", told["jwks_uri"].removeprefix(PUBLIC_URL)).json()["keys"]
    assert all({"kid", "alg", "use", "kty"} <= one.keys() and "d" not in one for one in keys)
    assert len({one["kid"] for one in keys}) == len(keys)


def test_every_claim_of_the_document_is_told_and_no_other(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    app = codes_of(sign_on, human)
    organisation = sign_on.service.organisation()
    sign_on.service.appoint(human.person, Grant(Duty.LICENCE_OFFICER, organisation))
    told = sign_on.service.ask("GET", "/.well-known/openid-configuration").json()
    wanted = " ".join(told["scopes_supported"])
    page = browser.log_in(system.begin(browser, scope=wanted, acr_values=told["acr_values_supported"][1]), human)
    page = browser.send("/login/step-up", page, code=app.at(sign_on.service.clock.now()))
    answer = browser.agree(page, organisation=organisation)
    tokens = system.redeem(query_of(answer.headers["location"])["code"]).json()
    assert sorted(tokens["scope"].split()) == sorted(told["scopes_supported"])
    assert "refresh_token" in tokens
    claims = claims_of(sign_on.service, tokens["id_token"])
    info = sign_on.service.ask("GET", "/oauth2/userinfo", token=tokens["access_token"]).json()
    assert claims.keys() | info.keys() == set(told["claims_supported"])
    assert claims["acr"] in told["acr_values_supported"]


def test_what_the_document_names_is_taken_and_nothing_else(sign_on: SignOn, system: System) -> None:
    told = sign_on.service.ask("GET", "/.well-known/openid-configuration").json()
    for grant in (
        *told["grant_types_supported"],
        "password",
        "implicit",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
    ):
        answer = system.post("/oauth2/token", grant_type=grant)
        is_known = answer.json().get("error") != "unsupported_grant_type"
        assert is_known == (grant in told["grant_types_supported"]), grant
    for prompt in (*told["prompt_values_supported"], "create"):
        answer = ask(system, prompt=prompt)
        error = query_of(answer.headers["location"]).get("error")
        assert (error == "invalid_request") == (prompt not in told["prompt_values_supported"]), prompt
    for method in (*told["code_challenge_methods_supported"], "plain"):
        is_refused = query_of(ask(system, code_challenge_method=method).headers["location"]).get("error") is not None
        assert is_refused == (method not in told["code_challenge_methods_supported"]), method


# --- pushed requests and assertions


@pytest.mark.parametrize(
    ("audience", "status"),
    [
        pytest.param(PUBLIC_URL, 201, id="fapi2-…-issuer-as-audience"),
        pytest.param(f"{PUBLIC_URL}/oauth2/token", 201, id="fapi2-…-token-endpoint-as-audience"),
        pytest.param(f"{PUBLIC_URL}/oauth2/par", 201, id="fapi2-…-par-pushed-authorization-url-as-audience"),
        pytest.param([PUBLIC_URL, "https://other.example"], 201, id="fapi2-…-array-as-audience"),
        pytest.param("https://other.example", 401, id="fapi2-…-par-test-invalid-aud-fails"),
        pytest.param(f"{PUBLIC_URL}/", 401, id="another spelling of the issuer"),
        pytest.param(f"{PUBLIC_URL}/oauth2/revoke", 401, id="somewhere else here"),
        pytest.param(None, 401, id="nobody"),
    ],
)
def test_whom_an_assertion_is_for(system: System, audience: Any, status: int) -> None:  # noqa: ANN401 - any claim
    proof = system.assertion(aud=audience)
    answer = system.post("/oauth2/par", **system.parameters(), client_assertion=proof)
    assert answer.status_code == status
    assert answer.json().get("error") == (None if status == 201 else "invalid_client")


def test_a_pushed_request_says_all_and_the_browser_changes_nothing(
    sign_on: SignOn, system: System, human: Human
) -> None:
    """fapi2-…-par-attempt-reuse-request_uri, …-attempt-to-use-request_uri-for-different-client, -state-only-outside."""
    browser, _ = logged_in(system, human)
    name = system.post("/oauth2/par", **system.parameters(state="inside", prompt="none")).json()["request_uri"]
    other = sign_on.system()
    stolen = browser.ask("GET", "/oauth2/authorize", params={"client_id": other.client, "request_uri": name})
    assert (stolen.status_code, "location" in stolen.headers) == (404, False)
    outside = {"client_id": system.client, "request_uri": name, "state": "outside", "scope": "openid identity"}
    told = query_of(browser.ask("GET", "/oauth2/authorize", params=outside).headers["location"])
    assert told["state"] == "inside"
    assert system.redeem(told["code"]).json()["scope"] == "openid profile"
    again = browser.ask("GET", "/oauth2/authorize", params={"client_id": system.client, "request_uri": name})
    assert (again.status_code, "location" in again.headers) == (404, False)


# --- logging out


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        pytest.param({}, f"{GOODBYE}?state=bye", id="oidcc-rp-initiated-logout"),
        pytest.param({"state": None}, GOODBYE, id="oidcc-rp-initiated-logout-no-state"),
        pytest.param(
            {"post_logout_redirect_uri": None}, None, id="oidcc-rp-initiated-logout-no-post-logout-redirect-uri"
        ),
        pytest.param(
            {"post_logout_redirect_uri": f"{GOODBYE}x"},
            None,
            id="oidcc-rp-initiated-logout-bad-post-logout-redirect-uri",
        ),
        pytest.param(
            {"post_logout_redirect_uri": f"{GOODBYE}?foo=bar"},
            None,
            id="oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri",
        ),
        pytest.param({"id_token_hint": PLAIN_TOKEN}, "asks", id="oidcc-rp-initiated-logout-bad-id-token-hint"),
        pytest.param({"id_token_hint": None}, "asks", id="oidcc-rp-initiated-logout-no-id-token-hint"),
        pytest.param(
            {"id_token_hint": None, "post_logout_redirect_uri": None},
            "asks",
            id="oidcc-rp-initiated-logout-only-state",
        ),
        pytest.param(
            {"id_token_hint": None, "post_logout_redirect_uri": None, "state": None},
            "asks",
            id="oidcc-rp-initiated-logout-no-params",
        ),
    ],
)
def test_a_business_system_asks_for_a_logout(
    leaving: System, human: Human, changes: dict[str, str | None], place: str | None
) -> None:
    browser, first = logged_in(leaving, human)
    asked = {"id_token_hint": first["token"], "post_logout_redirect_uri": GOODBYE, "state": "bye"} | changes
    answer = browser.ask("GET", "/oauth2/logout", params={name: one for name, one in asked.items() if one})
    is_asked = place == "asks"
    assert answer.status_code == (200 if place in (None, "asks") else 303)
    assert answer.headers.get("location") == (None if is_asked else place)
    assert ("__Host-xinyin-session" in browser.cookies) == is_asked
    if is_asked:
        done = browser.ask("POST", "/logout", data=browser.form(answer))
        assert (done.status_code, "location" in done.headers) == (200, False)  # nobody has said who asks
    assert "__Host-xinyin-session" not in browser.cookies


def test_nobody_registers_a_fragment() -> None:
    with pytest.raises(MetadataMalformed, match="no fragment"):
        ClientMetadata(redirect_uris=(f"{BACK}#part",), scopes=ALL)


# --- resources (RFC 8707)


def test_one_resource_at_a_time(sign_on: SignOn, system: System, human: Human) -> None:
    """Several are allowed by the standard, and refused here in so many words."""
    address = "https://hall.example/api"
    owner = sign_on.system(resources=(address,))
    assert owner.client
    several = [*system.parameters().items(), ("resource", address), ("resource", PUBLIC_URL)]
    answer = Browser(sign_on.service).ask("GET", "/oauth2/authorize", params=several)
    told = query_of(answer.headers["location"])
    assert (told["error"], "one resource at a time" in told["error_description"]) == ("invalid_target", True)
    form = {"grant_type": "authorization_code", "code": sign_on.code_of(system, human, resource=address)}
    refusal = system.redeem(form["code"], resource=f"{address} {PUBLIC_URL}")
    assert (refusal.status_code, refusal.json()["error"]) == (400, "invalid_target")
    assert system.redeem(form["code"]).status_code == 200  # nothing was spent
    pushed = system.post("/oauth2/par", **system.parameters(resource=f"{address} {address}"))
    assert (pushed.status_code, pushed.json()["error"]) == (400, "invalid_target")
    own = system.post("/oauth2/token", grant_type="client_credentials", resource=f"{PUBLIC_URL} {PUBLIC_URL}/v1")
    assert own.json()["error"] == "invalid_target"


def test_a_hint_before_there_is_any_key_is_refused_like_every_other(service: Service) -> None:
    system = SignOn(service).system()
    assert refused(system, prompt="none", id_token_hint=PLAIN_TOKEN)["error"] == "invalid_request"
