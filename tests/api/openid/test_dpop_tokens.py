"""Tokens of logins that are bound to a key (RFC 9449), and to what they are for (RFC 8707)."""

from typing import Any

import httpx2
import pytest

from identity.assertion import ASSERTION_TYPE
from identity.duties import Actor, Duty, Grant
from identity.openid.errors import MetadataMalformed
from identity.openid.metadata import AuthMethod
from tests.api.builders import PUBLIC_URL, Service
from tests.api.proofs import Holder
from tests.api.sign_on import BACK, VERIFIER, Browser, Human, SignOn, System, query_of

pytestmark = pytest.mark.usefixtures("begin_at_the_same_moment")

OFFLINE = "openid profile offline_access"
TOKEN = "/oauth2/token"
USER = "/oauth2/userinfo"
HALL = "https://hall.example/api"


@pytest.fixture(scope="module")
def hall(sign_on: SignOn) -> System:
    """Register a business system that has an interface of its own."""
    return sign_on.system(name="不动产登记系统", redirect_uris=("https://hall.example/back",), resources=(HALL,))


@pytest.fixture(scope="module")
def app(sign_on: SignOn) -> System:
    """Register an app that keeps no secret."""
    return sign_on.system(token_endpoint_auth_method=AuthMethod.NONE)


@pytest.fixture(scope="module")
def holder(shared: Service) -> Holder:
    return Holder(shared)


def asked(system: System, form: dict[str, str], holder: Holder | None = None) -> httpx2.Response:
    """Ask for tokens, as an app or as who has a key on record, with a proof or without."""
    if "client_id" not in form:
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        form = {"client_assertion_type": kind, "client_assertion": system.assertion(), **form}
    if holder is None:
        return system.service.ask("POST", TOKEN, data=form)
    return holder.ask("POST", TOKEN, data=form)


def redeemed(system: System, code: str, holder: Holder | None = None, **more: str) -> httpx2.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return asked(system, {**form, **more}, holder)


def refreshed(system: System, token: str, holder: Holder | None = None, **more: str) -> httpx2.Response:
    return asked(system, {"grant_type": "refresh_token", "refresh_token": token, **more}, holder)


def refusal(answer: httpx2.Response) -> tuple[int, str, Any]:
    body = answer.json()
    return answer.status_code, body["error"], body["details"].get("fault")


def introspected(system: System, token: str) -> dict[str, Any]:
    found: dict[str, Any] = system.post("/oauth2/introspect", token=token).json()
    return found


# --- keys


def test_a_login_with_a_proof_gives_a_token_that_only_its_key_can_use(
    shared: Service, sign_on: SignOn, system: System, human: Human, holder: Holder
) -> None:
    answer = redeemed(system, sign_on.code_of(system, human), holder)
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP"), answer.text
    token = answer.json()["access_token"]
    for method in ("GET", "POST"):
        assert holder.ask(method, USER, token=token).json()["name"] == "**明"
    told = introspected(system, token)
    assert (told["active"], told["token_type"], told["cnf"]) == (True, "DPoP", {"jkt": holder.thumbprint})
    bare = shared.ask("GET", USER, token=token)
    assert (bare.status_code, bare.json()["error"]) == (401, "invalid_token")
    assert bare.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    thief = Holder(shared).ask("GET", USER, token=token)
    assert (thief.status_code, thief.json()["error"]) == (401, "invalid_token")
    assert thief.headers["www-authenticate"] == 'DPoP error="invalid_token", algs="ES256 SM2SM3"'


def test_at_user_information_a_proof_is_checked_for_the_token_and_spent(
    shared: Service, sign_on: SignOn, system: System, human: Human, holder: Holder
) -> None:
    token = redeemed(system, sign_on.code_of(system, human), holder).json()["access_token"]
    headers = holder.headers("GET", USER, token=token)
    assert shared.ask("GET", USER, headers=headers).status_code == 200
    before = shared.head()
    for again, fault in ((headers, "replay"), (holder.headers("GET", USER, token=token, ath=None), "token")):
        answer = shared.ask("GET", USER, headers=again)
        assert refusal(answer) == (401, "invalid_dpop_proof", fault)
        assert answer.headers["www-authenticate"].startswith('DPoP error="invalid_dpop_proof"')
    tags = {one.tag for one in shared.events(after=before)}
    assert "dpop_proof:use:replayed" in tags
    assert "openid_claims:tell:done" not in tags  # on record stands what was told, and nothing was


def test_a_proof_beside_a_token_that_is_worth_nothing_is_not_spent(shared: Service, holder: Holder) -> None:
    before = shared.head()
    assert holder.ask("GET", USER, token="xo_nothing").status_code == 401
    assert not [one for one in shared.events(after=before) if one.tag.startswith("dpop_proof:")]


def test_a_proof_that_does_not_hold_gets_no_token_and_costs_no_code(
    shared: Service, sign_on: SignOn, system: System, human: Human, holder: Holder
) -> None:
    code = sign_on.code_of(system, human)
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    form |= {"client_assertion_type": kind, "client_assertion": system.assertion()}
    answer = shared.ask("POST", TOKEN, data=form, headers=holder.headers("POST", TOKEN, htm="GET"))
    assert refusal(answer) == (400, "invalid_dpop_proof", "method")
    assert redeemed(system, code, holder).status_code == 200


def test_without_a_proof_tokens_are_as_before(shared: Service, sign_on: SignOn, system: System, human: Human) -> None:
    answer = redeemed(system, sign_on.code_of(system, human)).json()
    assert answer["token_type"] == "Bearer"
    assert shared.ask("GET", USER, token=answer["access_token"]).status_code == 200
    assert "cnf" not in introspected(system, answer["access_token"])


def test_an_apps_refresh_token_is_bound_to_its_key(sign_on: SignOn, app: System, human: Human, holder: Holder) -> None:
    named = {"client_id": app.client}
    tokens = redeemed(app, sign_on.code_of(app, human, scope=OFFLINE), holder, **named).json()
    stolen = tokens["refresh_token"]
    assert refusal(refreshed(app, stolen, None, **named)) == (400, "invalid_grant", "key")
    assert refusal(refreshed(app, stolen, Holder(sign_on.service), **named)) == (400, "invalid_grant", "key")
    renewed = refreshed(app, stolen, holder, **named)  # which its owner keeps: no thief has spent it
    assert (renewed.status_code, renewed.json()["token_type"]) == (200, "DPoP")
    assert refusal(refreshed(app, renewed.json()["refresh_token"], None, **named)) == (400, "invalid_grant", "key")


def test_who_proves_a_key_of_its_own_may_change_that_of_its_tokens(
    sign_on: SignOn, system: System, human: Human, holder: Holder
) -> None:
    tokens = redeemed(system, sign_on.code_of(system, human, scope=OFFLINE), holder).json()
    other = Holder(sign_on.service)
    renewed = refreshed(system, tokens["refresh_token"], other).json()
    assert introspected(system, renewed["access_token"])["cnf"] == {"jkt": other.thumbprint}


def test_a_code_that_is_bound_to_a_key_is_redeemed_with_it(
    sign_on: SignOn, system: System, human: Human, holder: Holder
) -> None:
    for holder_of, fault in ((None, "key"), (Holder(sign_on.service), "key"), (holder, None)):
        code = sign_on.code_of(system, human, dpop_jkt=holder.thumbprint)
        answer = redeemed(system, code, holder_of)
        assert answer.status_code == (200 if fault is None else 400)
        assert answer.json().get("details", {}).get("fault") == fault


def test_a_request_that_is_pushed_with_a_proof_binds_its_code(
    shared: Service, system: System, human: Human, holder: Holder
) -> None:
    def pushed(**more: str) -> httpx2.Response:
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        form = {"client_assertion_type": kind, "client_assertion": system.assertion(), **system.parameters(**more)}
        return holder.ask("POST", "/oauth2/par", data=form)

    assert refusal(pushed(dpop_jkt=Holder(shared).thumbprint))[:2] == (400, "invalid_request")
    assert refusal(pushed(dpop_jkt="short"))[:2] == (400, "invalid_request")
    browser = Browser(shared)
    parameters = {"client_id": system.client, "request_uri": pushed().json()["request_uri"]}
    page = browser.follow(browser.ask("GET", "/oauth2/authorize", params=parameters))
    page = browser.log_in(page, human)
    page = browser.agree(page) if page.status_code == 200 else page
    code = query_of(page.headers["location"])["code"]
    assert refusal(redeemed(system, code)) == (400, "invalid_grant", "key")


def test_who_registered_for_bound_tokens_alone_gets_no_others(sign_on: SignOn, human: Human, holder: Holder) -> None:
    strict = sign_on.system(dpop_bound_access_tokens=True)
    code = sign_on.code_of(strict, human)
    assert refusal(redeemed(strict, code)) == (400, "invalid_dpop_proof", "missing")
    assert redeemed(strict, code, holder).status_code == 200
    own = {"grant_type": "client_credentials"}
    assert refusal(asked(strict, own)) == (400, "invalid_dpop_proof", "missing")
    assert asked(strict, own, holder).json()["token_type"] == "DPoP"


def test_the_provider_says_which_proofs_it_takes(shared: Service) -> None:
    told = shared.ask("GET", "/.well-known/openid-configuration").json()
    assert told["dpop_signing_alg_values_supported"] == ["ES256", "SM2SM3"]


# --- what tokens are for


def test_a_token_for_an_interface_is_told_of_to_its_owner_and_opens_nothing_here(
    shared: Service, sign_on: SignOn, system: System, hall: System, human: Human
) -> None:
    browser = Browser(shared)
    page = browser.log_in(system.begin(browser, resource=HALL), human)
    assert "不动产登记系统" in page.text  # the person agrees to who else learns of it
    code = query_of(browser.agree(page).headers["location"])["code"]
    token, before = redeemed(system, code).json()["access_token"], shared.head()
    told = introspected(hall, token)
    assert (told["active"], told["aud"], told["client_id"]) == (True, HALL, system.client)
    mine = introspected(system, token)
    assert mine["aud"] == HALL
    assert told["sub"] != mine["sub"]  # pairwise
    assert "sid" not in told
    noted = [one.facts["where"] for one in shared.events(after=before) if one.tag == "openid_claims:tell:done"]
    assert noted == [f"resource of {hall.client}"]
    assert shared.ask("GET", USER, token=token).status_code == 401
    assert not introspected(sign_on.system(), token)["active"]


def test_of_a_token_with_fewer_scopes_an_interface_learns_no_more_than_they_tell(
    shared: Service, sign_on: SignOn, system: System, hall: System
) -> None:
    human, browser, organisation = sign_on.human(), Browser(shared), shared.organisation()
    shared.appoint(human.person, Grant(Duty.LICENCE_OFFICER, organisation))
    scope = "openid organisation offline_access"
    page = browser.log_in(system.begin(browser, resource=HALL, scope=scope), human)
    code = query_of(browser.agree(page, organisation=organisation).headers["location"])["code"]
    tokens = redeemed(system, code).json()
    assert introspected(hall, tokens["access_token"])["acting_for"]["id"] == organisation
    fewer = refreshed(system, tokens["refresh_token"], scope="openid").json()["access_token"]
    for asking in (hall, system):
        told = introspected(asking, fewer)
        assert (told["active"], told["scope"], "acting_for" in told) == (True, "openid", False)


def test_it_is_agreed_to_each_time_and_never_without_a_page(
    shared: Service, system: System, hall: System, human: Human
) -> None:
    browser = Browser(shared)
    browser.agree(browser.log_in(system.begin(browser, resource=HALL), human))
    assert "不动产登记系统" in system.begin(browser, resource=HALL).text
    silent = system.begin(browser, resource=HALL, prompt="none")
    assert query_of(silent.headers["location"])["error"] == "interaction_required"
    assert hall.client != system.client


def test_what_this_service_tells_can_be_asked_for_by_name(
    shared: Service, sign_on: SignOn, system: System, hall: System, human: Human
) -> None:
    code = sign_on.code_of(system, human, scope=OFFLINE, resource=HALL)
    tokens = redeemed(system, code, resource=PUBLIC_URL).json()
    assert shared.ask("GET", USER, token=tokens["access_token"]).status_code == 200
    assert introspected(system, tokens["access_token"])["aud"] == PUBLIC_URL
    again = refreshed(system, tokens["refresh_token"]).json()
    assert introspected(hall, again["access_token"])["aud"] == HALL


@pytest.mark.parametrize("resource", ["https://elsewhere.example/api", "https://hall.example", "nonsense"])
def test_a_resource_that_nobody_has_registered_is_refused(
    sign_on: SignOn, system: System, hall: System, human: Human, resource: str
) -> None:
    at = system.begin(Browser(sign_on.service), resource=resource)
    assert query_of(at.headers["location"])["error"] == "invalid_target"
    assert refusal(system.post("/oauth2/par", **system.parameters(resource=resource)))[:2] == (400, "invalid_target")
    code = sign_on.code_of(system, human)
    assert refusal(redeemed(system, code, resource=resource))[:2] == (400, "invalid_target")
    assert refusal(redeemed(system, code, resource=HALL))[:2] == (400, "invalid_target")  # not what was agreed to
    assert redeemed(system, code).status_code == 200
    assert hall.client


def test_a_systems_own_token_is_for_this_service(system: System, hall: System) -> None:
    own = {"grant_type": "client_credentials"}
    for resource in (PUBLIC_URL, f"{PUBLIC_URL}/v1"):
        assert asked(system, {**own, "resource": resource}).status_code == 200
    for resource in (HALL, "https://elsewhere.example"):
        assert refusal(asked(system, {**own, "resource": resource}))[:2] == (400, "invalid_target")
    assert hall.client


def test_a_systems_own_token_is_of_the_system_that_the_form_names(system: System, hall: System) -> None:
    own = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
    for named, status in ((system.client, 200), (hall.client, 401)):
        form = {**own, "client_id": named, "client_assertion": system.assertion()}
        assert system.service.ask("POST", TOKEN, data=form).status_code == status  # RFC 7521, 4.2


def test_whoever_is_suspended_gets_no_tokens_for_its_interface(shared: Service, sign_on: SignOn, human: Human) -> None:
    gone = "https://gone.example/api"
    owner, system = sign_on.system(resources=(gone,)), sign_on.system()
    code = sign_on.code_of(system, human, resource=gone)
    shared.instance.base.clients.suspend_client(
        Actor(id="security", grants=frozenset()), owner.client, reason="疑似失陷"
    )
    assert refusal(redeemed(system, code))[:2] == (400, "invalid_target")
    assert query_of(system.begin(Browser(shared), resource=gone).headers["location"])["error"] == "invalid_target"


def test_an_interface_has_one_owner(sign_on: SignOn, hall: System) -> None:
    sign_on.register(hall.client, redirect_uris=("https://hall.example/back",), resources=(HALL,))  # its own, anew
    other = sign_on.system()
    with pytest.raises(MetadataMalformed) as refused:
        sign_on.register(other.client, resources=(HALL,))
    assert refused.value.details["field"] == "resources"
