"""Sign-on from the browser's first request to the business system's last: pages, codes, tokens, claims."""

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from identity import jose
from identity.authentication.one_time_codes import new_secret
from identity.duties import Actor, Duty, Grant
from identity.jose import JWSAlgorithm
from identity.levels import Factor, Level
from identity.openid.metadata import AuthMethod
from identity.openid.provider_key import PURPOSE
from identity.openid.scopes import Scope
from tests.api.builders import PUBLIC_URL, Service, operations_of
from tests.api.sign_on import BACK, Browser, Human, SignOn, System, pkce, query_of
from tests.fakes.clock import NOW
from tests.fakes.faulty import Faults, FaultyCustody
from trust.events import AuditEvent
from trust.signing import SigningUnavailable

pytestmark = pytest.mark.usefixtures("begin_at_the_same_moment")

OFFLINE = "openid profile offline_access"


def codes_of(sign_on: SignOn, human: Human) -> pyotp.TOTP:
    """Enrol an app for one-time codes, as on the day of the activation."""
    base, secret = sign_on.service.instance.base, new_secret()
    with base.store.transaction() as tx:
        person = base.identity.require_person(tx, human.person)
        session = base.access.add_session(tx, person, {Factor.PASSKEY}, agent="tests").secret
    app = pyotp.TOTP(secret)
    actor = base.access.actor_of(session)
    base.enrolment.add_codes(actor, secret=secret, code=app.at(sign_on.service.clock.now()), name="手机")
    sign_on.service.clock.advance(timedelta(seconds=30))
    return app


def claims_of(service: Service, token: str) -> dict[str, Any]:
    published = service.ask("GET", "/oauth2/jwks").json()["keys"]
    keys = KeySet.import_key_set({"keys": [one for one in published if one["crv"] == "P-256"]})
    return dict(jwt.decode(token, keys, algorithms=["ES256"]).claims)


def tokens_of(sign_on: SignOn, system: System, human: Human, **changes: str | None) -> dict[str, Any]:
    answer = system.redeem(sign_on.code_of(system, human, **changes))
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def active(system: System, token: str) -> bool:
    answer = system.post("/oauth2/introspect", token=token)
    assert answer.status_code == 200
    return bool(answer.json()["active"])


def error_of(answer: Any) -> tuple[int, str, str]:  # noqa: ANN401 - a response
    body = answer.json()
    return answer.status_code, body["error"], body["code"]


# --- the whole


def test_a_person_logs_in_and_the_business_system_learns_who(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    page = system.begin(browser)
    assert (page.status_code, "政务服务大厅" in page.text) == (200, True)
    agreeing = browser.log_in(page, human)
    assert (agreeing.status_code, "姓名（脱敏）" in agreeing.text) == (200, True)
    answer = browser.agree(agreeing)
    told = query_of(answer.headers["location"])
    assert answer.headers["location"].startswith(f"{BACK}?")
    assert (told["state"], told["iss"]) == ("some-state", PUBLIC_URL)
    before = sign_on.service.head()
    tokens = system.redeem(told["code"]).json()
    assert {"access_token", "token_type", "expires_in", "scope", "id_token"} == set(tokens)
    claims = claims_of(sign_on.service, tokens["id_token"])
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (PUBLIC_URL, system.client, "some-nonce")
    assert (claims["acr"], claims["amr"], claims["auth_time"]) == ("urn:xinyin:level:1", ["pwd"], int(NOW.timestamp()))
    assert claims["at_hash"] == jose.half_hash(tokens["access_token"], JWSAlgorithm.ES256)
    assert human.person not in str(claims)
    info = sign_on.service.ask("GET", "/oauth2/userinfo", token=tokens["access_token"]).json()
    assert {"sub": claims["sub"], "acr": "urn:xinyin:level:1", "name": "**明"} == info
    posted = sign_on.service.ask("POST", "/oauth2/userinfo", token=tokens["access_token"]).json()
    assert info == posted
    told_of = [one for one in sign_on.service.events(after=before) if one.tag == "openid_claims:tell:done"]
    assert [(one.facts["where"], one.facts["claims"]) for one in told_of] == [
        ("id_token", "sub"),
        ("userinfo", "acr name sub"),
        ("userinfo", "acr name sub"),
    ]
    assert {human.person} == {one.subject for one in told_of}


def test_sm2_signs_where_the_business_system_asks_for_it(sign_on: SignOn, human: Human) -> None:
    system = sign_on.system(id_token_signed_response_alg=JWSAlgorithm.SM2)
    token = tokens_of(sign_on, system, human)["id_token"]
    jwk = next(
        one for one in sign_on.service.ask("GET", "/oauth2/jwks").json()["keys"] if one["kid"] == jose.signed_by(token)
    )
    assert (jwk["crv"], jwk["alg"]) == ("SM2", "SM2SM3")
    assert jose.read(token, jose.key_of(jwk))["aud"] == system.client


def test_a_business_system_with_an_sm2_key_proves_itself(sign_on: SignOn) -> None:
    instance = sign_on.service.instance
    key = instance.openid.keys.current(JWSAlgorithm.SM2)  # any SM2 key that signs here will do
    claims = {
        "aud": PUBLIC_URL,
        "jti": "sm2",
        "exp": int((sign_on.service.clock.now() + timedelta(minutes=1)).timestamp()),
    }
    public = {name: key.jwk[name] for name in ("kty", "crv", "x", "y")}
    system, security = (Actor(id=name, grants=frozenset()) for name in ("s", "t"))
    client = instance.base.clients.register_client(
        system, name="国密系统", organisation=sign_on.service.organisation(), public_jwk=public, request_key="sm2"
    ).id
    instance.base.clients.approve_client(security, client)
    told = {**claims, "iss": client, "sub": client}
    assertion = jose.compact({"alg": "SM2SM3"}, told, custody=instance.base.custody, key=key.key)
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": assertion,
    }
    assert sign_on.service.ask("POST", "/oauth2/token", data=form).status_code == 200
    assert error_of(sign_on.service.ask("POST", "/oauth2/token", data=form))[:2] == (401, "invalid_client")


# --- under which name


def test_a_person_has_another_name_at_each_sector_and_the_same_one_each_time(sign_on: SignOn, human: Human) -> None:
    one, same = (sign_on.system(sector_identifier="shared.example") for _ in range(2))
    other = sign_on.system()
    subs = [
        claims_of(sign_on.service, tokens_of(sign_on, system, human)["id_token"])["sub"]
        for system in (one, one, same, other)
    ]
    assert subs[0] == subs[1] == subs[2] != subs[3]
    assert human.person not in subs


# --- codes


def test_a_code_lives_sixty_seconds(sign_on: SignOn, system: System, human: Human) -> None:
    code = sign_on.code_of(system, human)
    sign_on.service.clock.advance(timedelta(seconds=60))
    answer = system.redeem(code)
    assert (*error_of(answer), answer.json()["details"]) == (
        *(400, "invalid_grant", "openid.grant_refused"),
        {"fault": "expired"},
    )


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"code_verifier": "b" * 43}, "verifier"),
        ({"code_verifier": ""}, "verifier"),
        ({"code_verifier": "é" * 43}, "verifier"),
        ({"redirect_uri": f"{BACK}/"}, "redirect"),
    ],
)
def test_a_code_is_good_for_who_asked_alone_and_is_spent_by_a_wrong_try(
    sign_on: SignOn, system: System, human: Human, changes: dict[str, str], fault: str
) -> None:
    code = sign_on.code_of(system, human)
    assert system.redeem(code, **changes).json()["details"] == {"fault": fault}
    assert system.redeem(code).json()["details"] == {"fault": "used"}


def test_a_code_that_is_brought_again_ends_what_came_of_it(sign_on: SignOn, system: System, human: Human) -> None:
    code = sign_on.code_of(system, human, scope=OFFLINE)
    tokens = system.redeem(code).json()
    assert active(system, tokens["access_token"])
    assert system.redeem(code).json()["details"] == {"fault": "used"}
    assert not active(system, tokens["access_token"])
    assert error_of(system.refresh(tokens["refresh_token"]))[1] == "invalid_grant"


def test_a_code_of_another_business_system_is_none(sign_on: SignOn, system: System, human: Human) -> None:
    code = sign_on.code_of(system, human)
    assert sign_on.system().redeem(code).json()["details"] == {"fault": "unknown"}
    assert system.redeem(code).status_code == 200


# --- refresh tokens


def test_a_refresh_token_is_replaced_and_its_second_use_ends_the_login(
    sign_on: SignOn, system: System, human: Human
) -> None:
    first = tokens_of(sign_on, system, human, scope=OFFLINE)
    second = system.refresh(first["refresh_token"], scope="openid offline_access").json()
    assert (second["scope"], "nonce" in claims_of(sign_on.service, second["id_token"])) == (
        "openid offline_access",
        False,
    )
    before = sign_on.service.head()
    assert system.refresh(first["refresh_token"]).json()["details"] == {"fault": "used"}
    assert "openid_token:reuse:refused" in [one.tag for one in sign_on.service.events(after=before)]
    assert error_of(system.refresh(second["refresh_token"]))[1] == "invalid_grant"
    assert not active(system, second["access_token"])


def test_no_more_is_refreshed_than_was_granted(sign_on: SignOn, system: System, human: Human) -> None:
    tokens = tokens_of(sign_on, system, human, scope=OFFLINE)
    for scope in ("openid identity", "openid nonsense"):
        assert error_of(system.refresh(tokens["refresh_token"], scope=scope))[:2] == (400, "invalid_scope")
    assert system.refresh(tokens["refresh_token"]).status_code == 200


def test_a_refresh_token_lives_thirty_days_and_the_login_ninety(sign_on: SignOn, system: System, human: Human) -> None:
    tokens = tokens_of(sign_on, system, human, scope=OFFLINE)
    for _ in range(3):
        sign_on.service.clock.advance(timedelta(days=29))
        tokens = system.refresh(tokens["refresh_token"]).json()
    sign_on.service.clock.advance(timedelta(days=3))
    assert system.refresh(tokens["refresh_token"]).json()["details"]["fault"] == "expired"


def test_what_ends_sessions_for_safety_ends_what_outlives_them(sign_on: SignOn, system: System) -> None:
    human = sign_on.human()
    tokens = tokens_of(sign_on, system, human, scope=OFFLINE)
    sign_on.service.clock.advance(timedelta(minutes=1))
    officer = sign_on.officer(Duty.SECURITY_ADMINISTRATOR)
    access = sign_on.service.instance.base.access
    access.end_all_sessions(officer, human.person, reason="账号可能被盗用")
    assert not active(system, tokens["access_token"])
    assert system.refresh(tokens["refresh_token"]).json()["details"] == {"fault": "ended"}


def test_who_is_frozen_is_nobody_any_more(sign_on: SignOn, system: System) -> None:
    human = sign_on.human()
    tokens = tokens_of(sign_on, system, human, scope=OFFLINE)
    registrar = Actor(id="registrar", grants=frozenset({Grant(Duty.REGISTRAR)}))
    sign_on.service.instance.base.identity.freeze(registrar, human.person, reason="冒名登记待查")
    answer = sign_on.service.ask("GET", "/oauth2/userinfo", token=tokens["access_token"])
    assert error_of(answer) == (401, "invalid_token", "openid.access_token_refused")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert system.refresh(tokens["refresh_token"]).json()["details"] == {"fault": "ended"}


def test_what_could_not_be_signed_spends_nothing(sign_on: SignOn, system: System, human: Human) -> None:
    keys, faults = sign_on.service.instance.openid.keys, Faults()
    usual, code = keys.custody, sign_on.code_of(system, human, scope=OFFLINE)
    keys.custody = FaultyCustody(usual, faults)
    try:
        faults.fail(f"sign:{PURPOSE.value}", SigningUnavailable())
        silent = system.redeem(code)
        assert (silent.status_code, silent.json()["error"]) == (503, "temporarily_unavailable")
        tokens = system.redeem(code).json()  # asked again, as it was told to
        faults.fail(f"sign:{PURPOSE.value}", SigningUnavailable())
        assert system.refresh(tokens["refresh_token"]).status_code == 503
    finally:
        keys.custody = usual
    assert system.refresh(tokens["refresh_token"]).status_code == 200
    assert active(system, tokens["access_token"])


# --- access tokens


def test_an_access_token_ends_with_its_time_and_with_the_session(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    answer = browser.agree(browser.log_in(system.begin(browser), human))
    tokens = system.redeem(query_of(answer.headers["location"])["code"]).json()
    assert active(system, tokens["access_token"])
    browser.send("/logout", browser.go("/logout"))
    assert not active(system, tokens["access_token"])
    later = tokens_of(sign_on, system, human)
    sign_on.service.clock.advance(timedelta(minutes=10))
    assert not active(system, later["access_token"])


def test_an_access_token_opens_nothing_of_the_api(sign_on: SignOn, system: System, human: Human) -> None:
    token = tokens_of(sign_on, system, human)["access_token"]
    assert sign_on.service.ask("GET", "/v1/me", token=token).status_code == 401


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Bearer ", f"Bearer {'x' * 129}", "Bearer nonsense"])
def test_what_is_no_access_token_is_refused(shared: Service, header: str) -> None:
    answer = shared.ask("GET", "/oauth2/userinfo", headers={"Authorization": header})
    assert error_of(answer) == (401, "invalid_token", "openid.access_token_refused")


def test_a_code_or_a_refresh_token_is_no_access_token(sign_on: SignOn, system: System, human: Human) -> None:
    tokens = tokens_of(sign_on, system, human, scope=OFFLINE)
    code = sign_on.code_of(system, human)
    for secret in (tokens["refresh_token"], code):
        assert sign_on.service.ask("GET", "/oauth2/userinfo", token=secret).status_code == 401
    assert not active(system, code)
    assert active(system, tokens["refresh_token"])


def test_a_revoked_token_is_worth_nothing(sign_on: SignOn, system: System, human: Human) -> None:
    tokens = tokens_of(sign_on, system, human, scope=OFFLINE)
    stranger = sign_on.system()
    assert stranger.post("/oauth2/revoke", token=tokens["access_token"]).status_code == 200
    assert active(system, tokens["access_token"])
    assert system.post("/oauth2/revoke", token=tokens["access_token"]).status_code == 200
    assert not active(system, tokens["access_token"])
    assert active(system, tokens["refresh_token"])
    assert system.post("/oauth2/revoke", token=tokens["refresh_token"]).status_code == 200
    assert not active(system, tokens["refresh_token"])
    assert system.post("/oauth2/revoke", token="nonsense").status_code == 200
    assert error_of(system.post("/oauth2/revoke"))[1] == "invalid_request"


# --- who asks


def test_who_does_not_prove_itself_gets_nothing(sign_on: SignOn, system: System) -> None:
    ask = sign_on.service.ask
    form = {"grant_type": "authorization_code", "code": "x", "redirect_uri": BACK}
    for more in ({}, {"client_id": "nobody"}, {"client_id": system.client}):
        answer = ask("POST", "/oauth2/token", data={**form, **more})
        assert error_of(answer) == (401, "invalid_client", "openid.client_refused")
    other = sign_on.system()
    assert error_of(system.redeem("x", client_id=other.client))[1] == "invalid_client"
    bare = sign_on.system(token_endpoint_auth_method=AuthMethod.NONE)
    answer = ask("POST", "/oauth2/introspect", data={"client_id": bare.client, "token": "x"})
    assert error_of(answer)[1] == "invalid_client"
    unregistered = System(sign_on.service, *registered_client(sign_on))
    assert error_of(unregistered.redeem("x"))[1] == "invalid_client"


def registered_client(sign_on: SignOn) -> tuple[str, ECKey]:
    base, key = sign_on.service.instance.base, ECKey.generate_key("P-256")
    system, security = (Actor(id=name, grants=frozenset()) for name in ("s", "t"))
    client = base.clients.register_client(
        system,
        name="未接入",
        organisation=sign_on.service.organisation(),
        public_jwk=key.as_dict(private=False),
        request_key=f"client-{sign_on.service.people}",
    ).id
    base.clients.approve_client(security, client)
    return client, key


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
    ],
)
def test_a_request_for_tokens_has_its_form(system: System, form: dict[str, str], error: str) -> None:
    answer = system.post("/oauth2/token", **form)
    assert error_of(answer) == (400, error, "openid.token_request_refused")


def test_what_stands_there_twice_is_refused(sign_on: SignOn) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = sign_on.service.ask("POST", "/oauth2/token", content=b"scope=a&scope=b", headers=headers)
    assert error_of(answer) == (400, "invalid_request", "openid.token_request_refused")
    for kind in ({"Content-Type": "application/json"}, {}):
        told = sign_on.service.ask(
            "POST", "/oauth2/token", content=b'{"grant_type": "client_credentials"}', headers=kind
        )
        assert error_of(told) == (400, "invalid_request", "openid.token_request_refused")
        assert "application/x-www-form-urlencoded" in told.json()["error_description"]
    multipart = {"Content-Type": "multipart/form-data"}
    assert error_of(sign_on.service.ask("POST", "/oauth2/token", content=b"x", headers=multipart))[0] == 400


# --- levels


def test_who_proves_too_little_shows_a_further_factor(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    app = codes_of(sign_on, human)
    page = browser.log_in(system.begin(browser, scope="openid identity"), human)
    assert "需要进一步验证" in page.text
    wrong = browser.send(
        "/login/step-up", page, code="000000" if app.at(sign_on.service.clock.now()) != "000000" else "1"
    )
    assert wrong.status_code == 403
    agreeing = browser.send("/login/step-up", wrong, code=app.at(sign_on.service.clock.now()))
    tokens = system.redeem(query_of(browser.agree(agreeing).headers["location"])["code"]).json()
    claims = claims_of(sign_on.service, tokens["id_token"])
    assert (claims["acr"], claims["amr"]) == ("urn:xinyin:level:2", ["mfa", "otp", "pwd"])
    info = sign_on.service.ask("GET", "/oauth2/userinfo", token=tokens["access_token"]).json()
    assert (info["name"], "****" in info["document_number_masked"]) == ("王小明", True)


def test_what_no_factor_can_prove_is_told_to_the_business_system(sign_on: SignOn, system: System) -> None:
    human = sign_on.human()
    asked_for = {"acr_values": Level.HIGH.acr, "prompt": "none"}
    browser = Browser(sign_on.service)
    browser.log_in(system.begin(browser), human)
    assert query_of(system.begin(browser, **asked_for).headers["location"])["error"] == "login_required"


# --- for whom


def test_a_person_acts_for_an_organisation_and_the_token_says_so(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    organisation = sign_on.service.organisation()
    sign_on.service.appoint(human.person, Grant(Duty.LICENCE_OFFICER, organisation))
    page = browser.log_in(system.begin(browser, scope="openid organisation"), human)
    assert ("云州市某某局" in page.text, "本人" in page.text) == (True, True)
    code = query_of(browser.agree(page, organisation=organisation).headers["location"])["code"]
    tokens = system.redeem(code).json()
    acting = claims_of(sign_on.service, tokens["id_token"])["acting_for"]
    assert (acting["id"], acting["standing"], len(acting["credit_code"])) == (organisation, "appointed", 18)
    info = sign_on.service.ask("GET", "/oauth2/userinfo", token=tokens["access_token"]).json()
    assert info["acting_for"] == acting
    again = system.begin(browser, scope="openid organisation", prompt="none")
    silent = system.redeem(query_of(again.headers["location"])["code"]).json()
    assert claims_of(sign_on.service, silent["id_token"])["acting_for"] == acting
    asked_anew = system.begin(browser, scope="openid organisation")
    alone = query_of(browser.agree(asked_anew).headers["location"])["code"]
    assert "acting_for" not in claims_of(sign_on.service, system.redeem(alone).json()["id_token"])


def test_nobody_acts_for_an_organisation_that_is_not_theirs(sign_on: SignOn, system: System, human: Human) -> None:
    browser = Browser(sign_on.service)
    page = browser.log_in(system.begin(browser, scope="openid organisation", prompt="consent"), human)
    answer = browser.agree(page, organisation=sign_on.service.organisation())
    assert query_of(answer.headers["location"])["error"] == "access_denied"


# --- consent


def test_consent_is_remembered_until_it_is_taken_back(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    answer = browser.agree(browser.log_in(system.begin(browser), human))
    tokens = system.redeem(query_of(answer.headers["location"])["code"]).json()
    assert "code" in query_of(system.begin(browser).headers["location"])
    assert system.begin(browser, prompt="consent").status_code == 200
    assert system.begin(browser, scope="openid profile offline_access").status_code == 200
    base = sign_on.service.instance.base
    with base.store.transaction() as tx:
        person = base.identity.require_person(tx, human.person)
        session = base.access.add_session(tx, person, {Factor.PASSKEY}, agent="tests").secret
    (kept,) = sign_on.service.ask("GET", "/v1/me/consents", token=session).json()
    assert (kept["client"], kept["scopes"]) == (system.client, ["openid", "profile"])
    account = browser.go("/account")
    assert "政务服务大厅" in account.text
    path = f"/v1/me/consents/{kept['id']}"
    assert sign_on.service.ask("DELETE", path, token=session).status_code == 204
    assert sign_on.service.ask("DELETE", path, token=session).json()["code"] == "openid.consent_unknown"
    assert not active(system, tokens["access_token"])
    assert system.begin(browser).status_code == 200


def test_a_consent_is_taken_back_on_the_page_as_well(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    browser.agree(browser.log_in(system.begin(browser), human))
    account = browser.go("/account")
    consent = account.text.split('name="consent" value="')[1].split('"')[0]
    after = browser.send("/account/consents/withdrawal", account, consent=consent)
    assert (after.status_code, "还没有" in after.text) == (200, True)


def test_who_does_not_agree_is_told_of_as_such(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    page = browser.log_in(system.begin(browser), human)
    answer = browser.send("/login/agree", page, decision="refuse")
    told = query_of(answer.headers["location"])
    assert (told["error"], told["state"], told["iss"]) == ("access_denied", "some-state", PUBLIC_URL)
    assert browser.agree(page).status_code == 404


# --- prompts and age


def test_a_login_that_is_too_old_is_done_again(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    browser.agree(browser.log_in(system.begin(browser), human))
    sign_on.service.clock.advance(timedelta(seconds=61))
    assert "code" in query_of(system.begin(browser, max_age="61").headers["location"])
    for changes in ({"max_age": "60"}, {"prompt": "login"}, {"prompt": "select_account"}):
        page = system.begin(browser, **changes)
        assert 'name="password"' in page.text
        sign_on.service.clock.advance(timedelta(seconds=1))
        assert "code" in query_of(browser.log_in(page, human).headers["location"])
        sign_on.service.clock.advance(timedelta(seconds=61))


def test_without_a_page_nothing_is_asked(sign_on: SignOn, system: System) -> None:
    human, browser = sign_on.human(), Browser(sign_on.service)
    told = query_of(system.begin(browser, prompt="none").headers["location"])
    assert (told["error"], told["state"]) == ("login_required", "some-state")
    browser.log_in(system.begin(browser), human)
    assert query_of(system.begin(browser, prompt="none").headers["location"])["error"] == "interaction_required"


# --- pushed requests


def test_a_system_that_has_to_push_does(sign_on: SignOn, human: Human) -> None:
    system, browser = sign_on.system(require_pushed_authorization_requests=True), Browser(sign_on.service)
    refused = query_of(system.begin(browser).headers["location"])
    assert (refused["error"], refused["state"]) == ("invalid_request", "some-state")
    pushed = system.post("/oauth2/par", **system.parameters()).json()
    assert pushed["expires_in"] == 90
    params = {"client_id": system.client, "request_uri": pushed["request_uri"]}
    page = browser.follow(browser.ask("GET", "/oauth2/authorize", params=params))
    answer = browser.agree(browser.log_in(page, human))
    assert system.redeem(query_of(answer.headers["location"])["code"]).status_code == 200
    assert browser.ask("GET", "/oauth2/authorize", params=params).status_code == 404


def test_a_pushed_request_is_of_who_pushed_it_and_lives_ninety_seconds(sign_on: SignOn, system: System) -> None:
    other, browser = sign_on.system(), Browser(sign_on.service)
    name = system.post("/oauth2/par", **system.parameters()).json()["request_uri"]
    nowhere = name[:-4] + "AAAA"
    for client, asked in ((other.client, name), (system.client, nowhere)):
        answer = browser.ask("GET", "/oauth2/authorize", params={"client_id": client, "request_uri": asked})
        assert answer.status_code == 404
    assert browser.go(f"/login?request={name.rpartition(':')[2]}").status_code == 404
    sign_on.service.clock.advance(timedelta(seconds=90))
    assert (
        browser.ask("GET", "/oauth2/authorize", params={"client_id": system.client, "request_uri": name}).status_code
        == 404
    )


def test_what_cannot_be_pushed_is_refused(system: System) -> None:
    for changes, error in (
        ({"request_uri": "x"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"redirect_uri": "https://evil.example"}, "invalid_request"),
        ({"client_id": "somebody else"}, "invalid_client"),
    ):
        answer = system.post("/oauth2/par", **{**system.parameters(), **changes})
        assert error_of(answer)[1] == error, changes


# --- what is wrong with a request


@pytest.mark.parametrize(
    "changes", [{"redirect_uri": "https://evil.example/"}, {"client_id": "nobody"}, {"client_id": None}]
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(
    sign_on: SignOn, system: System, changes: dict[str, str | None]
) -> None:
    answer = system.begin(Browser(sign_on.service), **changes)
    assert (answer.status_code, "location" in answer.headers, 'href="https:' in answer.text) == (400, False, False)
    assert answer.headers["content-type"].startswith("text/html")


def test_a_request_may_come_as_a_form(sign_on: SignOn, system: System) -> None:
    browser = Browser(sign_on.service)
    page = browser.follow(browser.ask("POST", "/oauth2/authorize", data=system.parameters()))
    assert 'name="password"' in page.text
    answer = browser.ask("POST", "/oauth2/authorize", data=system.parameters(scope="profile"))
    assert query_of(answer.headers["location"])["error"] == "invalid_scope"
    assert browser.ask("GET", "/oauth2/authorize?state=a&state=b").status_code == 400


def test_a_system_that_is_suspended_takes_no_part(sign_on: SignOn, human: Human) -> None:
    system = sign_on.system()
    tokens = tokens_of(sign_on, system, human, scope=OFFLINE)
    clients = sign_on.service.instance.base.clients
    clients.suspend_client(sign_on.officer(Duty.SECURITY_ADMINISTRATOR), system.client, reason="停用核查")
    assert system.begin(Browser(sign_on.service)).status_code == 400
    assert error_of(system.refresh(tokens["refresh_token"]))[1] == "invalid_client"


# --- what the provider says of itself


def test_both_documents_say_the_same(shared: Service) -> None:
    told = shared.ask("GET", "/.well-known/openid-configuration").json()
    assert told == shared.ask("GET", "/.well-known/oauth-authorization-server").json()
    assert (told["issuer"], told["code_challenge_methods_supported"]) == (PUBLIC_URL, ["S256"])
    assert {one.value for one in Scope} == set(told["scopes_supported"])
    paths = {path for _, path, _ in operations_of(shared.app)}
    addresses = {value.removeprefix(PUBLIC_URL) for name, value in told.items() if name.endswith(("endpoint", "_uri"))}
    assert addresses <= paths


def test_the_published_keys_may_be_kept_for_five_minutes(shared: Service) -> None:
    answer = shared.ask("GET", "/oauth2/jwks")
    assert "max-age=300" in answer.headers["cache-control"]
    assert {("P-256", "ES256"), ("SM2", "SM2SM3")} == {(one["crv"], one["alg"]) for one in answer.json()["keys"]}
    assert all("d" not in one for one in answer.json()["keys"])
    tag = {"If-None-Match": answer.headers["etag"]}
    assert shared.ask("GET", "/oauth2/jwks", headers=tag).status_code == 304


def test_the_challenge_is_the_one_of_the_standard() -> None:
    # RFC 7636, appendix B
    made = pkce("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")["code_challenge"]
    assert made == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_of_who_was_erased_nothing_is_kept(sign_on: SignOn, system: System) -> None:
    human = sign_on.human()
    tokens = tokens_of(sign_on, system, human, scope=OFFLINE)
    instance = sign_on.service.instance
    with instance.base.store.transaction() as tx:
        # A consent, a participation in a session, a grant, and its code, access and refresh token.
        assert instance.openid.repository.forget_person(tx, human.person) == 6
        tx.record(AuditEvent(tag="person:erase:done", actor="test", subject=human.person))
    assert not active(system, tokens["access_token"])
    assert system.refresh(tokens["refresh_token"]).json()["details"] == {"fault": "unknown"}
