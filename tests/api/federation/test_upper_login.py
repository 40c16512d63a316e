"""Logging in at the platform above, over real HTTP: who gets in, as whom, and everything that is refused."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc import jwt
from joserfc.jwk import ECKey
from sqlalchemy import text

from api.browser_sessions import Visit
from api.demo import cast
from api.federation.asking import AT_ONCE
from identity.duties import Actor
from identity.federation.errors import LinkNeedsLogin, PlatformContradicts, PlatformUnavailable, VouchedTooLow
from identity.federation.id_tokens import LOGOUT_EVENT
from identity.openid.grants import Participant
from tests.api.builders import PUBLIC_URL, Service
from tests.api.federation.builders import FIRST, Neighbourhood
from tests.province import CLIENT, Answer, Citizen
from trust.events import AuditEvent


def me(neighbourhood: Neighbourhood, token: str) -> dict[str, Any]:
    """Return who bears a session."""
    found: dict[str, Any] = neighbourhood.service.ask("GET", "/v1/me", token=token).json()
    return found


def links(neighbourhood: Neighbourhood, token: str) -> list[dict[str, Any]]:
    """Return the linked accounts of who bears a session."""
    found: list[dict[str, Any]] = neighbourhood.service.ask("GET", "/v1/me/links", token=token).json()
    return found


def test_who_is_unknown_is_registered_by_what_the_platform_vouches_for(neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen(authlevel=2)
    answer = neighbourhood.enter(citizen)
    assert answer.status_code == 201
    body = answer.json()
    assert body["level"] == 2
    with neighbourhood.service.instance.base.store.reading() as view:
        person = neighbourhood.service.instance.base.identity.require_person(view, body["person"])
    assert (person.name.value, person.code) == (citizen.name, citizen.number)
    assert person.assurance is not None
    assert (person.assurance.level, person.assurance.source) == (2, "platform:upper")
    (link,) = links(neighbourhood, body["token"])
    assert (link["platform"], link["how"], link["level"]) == ("upper", "registered", 2)
    assert "u-" not in answer.text + str(link)  # the account's name there is told to nobody


def test_who_comes_again_is_the_same_person(neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen()
    first, second = (neighbourhood.enter(citizen).json() for _ in range(2))
    assert first["person"] == second["person"]
    assert len(links(neighbourhood, second["token"])) == 1


@pytest.mark.parametrize(
    ("authlevel", "acr", "level"),
    [(3, None, 3), (3, "1", 1), (1, "3", 1), (2, "unknown", 0)],
)
def test_a_session_proves_no_more_than_what_was_shown_above(
    neighbourhood: Neighbourhood, authlevel: int, acr: str | None, level: int
) -> None:
    body = neighbourhood.enter(neighbourhood.citizen(authlevel=authlevel, acr=acr)).json()
    assert body["level"] == level
    if level:
        assert me(neighbourhood, body["token"])["level"] == level


@pytest.mark.parametrize("authlevel", [0, 4, 17])
def test_a_level_that_the_table_does_not_name_proves_nothing(neighbourhood: Neighbourhood, authlevel: int) -> None:
    answer = neighbourhood.enter(neighbourhood.citizen(authlevel=authlevel))
    assert (answer.status_code, answer.json()["code"]) == (403, VouchedTooLow.code)


def test_who_is_known_and_has_no_account_is_linked_by_the_same_document(neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen(authlevel=2)
    person = neighbourhood.neighbour(citizen)
    body = neighbourhood.enter(citizen).json()
    assert (body["person"], body["level"]) == (person.id, 2)
    assert links(neighbourhood, body["token"])[0]["how"] == "same_document"


@pytest.mark.parametrize(("authlevel", "acr"), [(1, None), (2, "1")])
def test_the_same_document_is_not_enough_at_l1(neighbourhood: Neighbourhood, authlevel: int, acr: str | None) -> None:
    citizen = neighbourhood.citizen(authlevel=authlevel, acr=acr)
    neighbourhood.neighbour(citizen)
    answer = neighbourhood.enter(citizen)
    assert (answer.status_code, answer.json()["code"]) == (403, VouchedTooLow.code)


@pytest.mark.parametrize("username", ["", "an.account"], ids=["waiting", "activated"])
def test_an_account_here_is_never_taken_over_by_a_number(neighbourhood: Neighbourhood, username: str) -> None:
    citizen = neighbourhood.citizen(authlevel=3)
    open_account(neighbourhood, neighbourhood.neighbour(citizen).id, username)
    answer = neighbourhood.enter(citizen)
    assert (answer.status_code, answer.json()["code"]) == (409, LinkNeedsLogin.code)


def open_account(neighbourhood: Neighbourhood, person: str, username: str = "") -> None:
    """Open an account, and activate it under a name."""
    access = neighbourhood.service.instance.base.access
    code = access.open_account(Actor(id="security", grants=frozenset()), person).secret
    if username:
        access.activate(code, username=username, password="seven quiet herons at dawn")


@pytest.mark.parametrize("username", ["", "lost.account"], ids=["waiting", "activated"])
def test_nobody_comes_from_above_into_an_account_that_was_recovered(
    neighbourhood: Neighbourhood, username: str
) -> None:
    citizen, instance = neighbourhood.citizen(authlevel=3), neighbourhood.service.instance
    body = neighbourhood.enter(citizen).json()
    open_account(neighbourhood, body["person"], username)
    assert neighbourhood.enter(citizen).status_code == 201
    with instance.base.store.transaction() as tx:
        instance.proofing.reopening.reopen(tx, body["person"], by="officer")
    answer = neighbourhood.enter(citizen)
    assert (answer.status_code, answer.json()["code"]) == (409, LinkNeedsLogin.code)
    assert "link:remove:done" in neighbourhood.tags(body["person"])


def test_another_name_for_the_same_document_is_a_registrars_affair(neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen()
    neighbourhood.neighbour(citizen)
    answer = neighbourhood.enter(Citizen(sub=citizen.sub, name="李四", number=citizen.number))
    assert (answer.status_code, answer.json()["code"]) == (409, PlatformContradicts.code)


def test_another_name_later_shuts_nobody_out(neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen()
    first = neighbourhood.enter(citizen).json()
    renamed = Citizen(sub=citizen.sub, name="李四", number=citizen.number, authlevel=3)
    second = neighbourhood.enter(renamed).json()
    assert (second["person"], second["level"]) == (first["person"], 2)


def test_another_document_later_is_refused(neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen()
    neighbourhood.enter(citizen)
    answer = neighbourhood.enter(Citizen(sub=citizen.sub, name=citizen.name, number=cast.person_number(99)))
    assert (answer.status_code, answer.json()["details"]) == (403, {"fault": "document"})


def test_a_weaker_login_above_takes_no_proofing_away(neighbourhood: Neighbourhood) -> None:
    strong = neighbourhood.citizen(authlevel=3, acr="3")
    neighbourhood.enter(strong)
    weak = Citizen(sub=strong.sub, name=strong.name, number=strong.number, authlevel=3, acr="1")
    assert neighbourhood.enter(weak).json()["level"] == 1
    assert neighbourhood.enter(strong).json()["level"] == 3


def test_who_is_frozen_here_does_not_get_in(neighbourhood: Neighbourhood) -> None:
    citizen = neighbourhood.citizen()
    person = neighbourhood.enter(citizen).json()["person"]
    neighbourhood.service.instance.base.identity.freeze(FIRST, person, reason="涉嫌冒用身份")
    answer = neighbourhood.enter(citizen)
    assert (answer.status_code, answer.json()["code"]) == (409, "identity.subject_not_active")


def test_whose_account_is_frozen_does_not_get_in_round_it(neighbourhood: Neighbourhood) -> None:
    citizen, base = neighbourhood.citizen(), neighbourhood.service.instance.base
    person = neighbourhood.enter(citizen).json()["person"]
    officer = Actor(id="security", grants=frozenset())
    base.access.open_account(officer, person)
    base.account_freezing.freeze(officer, person, reason="账号可能被盗用")
    answer = neighbourhood.enter(citizen)
    assert answer.json()["code"] == "identity.account_frozen", answer.text


def test_a_link_is_forgotten_by_its_person_alone(neighbourhood: Neighbourhood) -> None:
    mine, other = (neighbourhood.enter(neighbourhood.citizen()).json()["token"] for _ in range(2))
    (link,) = links(neighbourhood, mine)
    address = f"/v1/me/links/{link['id']}"
    refused = neighbourhood.service.ask("DELETE", address, token=other)
    assert (refused.status_code, refused.json()["code"]) == (404, "federation.link_unknown")
    assert neighbourhood.service.ask("DELETE", address, token=mine).status_code == 204
    assert links(neighbourhood, mine) == []


# --- what the platform says wrong


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"nonce": "another"}, "nonce"),
        ({"iss": "https://other.example"}, "issuer"),
        ({"aud": "another"}, "audience"),
        ({"exp": 1}, "time"),
        ({"at_hash": "AAAA"}, "hash"),
        ({"sub": "somebody else"}, "subject"),  # than userinfo says
    ],
)
def test_an_id_token_that_does_not_hold_lets_nobody_in(
    neighbourhood: Neighbourhood, changes: dict[str, Any], fault: str
) -> None:
    neighbourhood.province.claims = changes
    try:
        answer = neighbourhood.enter(neighbourhood.citizen())
    finally:
        neighbourhood.province.claims = {}
    assert (answer.status_code, answer.json()["details"]) == (403, {"fault": fault})


@pytest.mark.parametrize(
    ("step", "body", "fault"),
    [
        ("userinfo", {"sub": "u"}, "subject"),
        ("userinfo", {}, "subject"),
        ("token", {"access_token": "x"}, "code"),
        ("token", {"id_token": 7, "access_token": "x"}, "code"),
    ],
)
def test_an_answer_that_lacks_something_lets_nobody_in(
    neighbourhood: Neighbourhood, step: str, body: dict[str, Any], fault: str
) -> None:
    def instead(answer: Answer) -> None:
        answer.body = body

    neighbourhood.province.plan(step, instead)
    answer = neighbourhood.enter(neighbourhood.citizen())
    assert (answer.status_code, answer.json()["details"]) == (403, {"fault": fault})


@pytest.mark.parametrize(
    ("member", "value", "fault"),
    [
        ("name", None, "claims"),
        ("papersnumber", None, "claims"),
        ("papersnumber", 7, "claims"),
        ("paperstype", 99, "document"),
        ("paperstype", [1], "document"),
    ],
)
def test_a_person_of_whom_something_is_missing_does_not_get_in(
    neighbourhood: Neighbourhood, member: str, value: object, fault: str
) -> None:
    def change(answer: Answer) -> None:
        answer.body[member] = value

    neighbourhood.province.plan("userinfo", change)
    answer = neighbourhood.enter(neighbourhood.citizen())
    assert (answer.status_code, answer.json()["details"]) == (403, {"fault": fault})


@pytest.mark.parametrize(
    ("step", "wrong"),
    [
        ("par", "500"),
        ("par", "no json"),
        ("token", "redirect"),
        ("token", "list"),
        *(("userinfo", one) for one in ("500", "redirect", "no json", "list", "huge")),
    ],
)
def test_a_platform_that_fails_is_told_as_such(neighbourhood: Neighbourhood, step: str, wrong: str) -> None:
    def fail(answer: Answer) -> None:
        match wrong:
            case "500":
                answer.status = 500
            case "redirect":
                answer.status, answer.headers = 302, {"Location": f"{neighbourhood.province.address}/userinfo"}
            case "no json":
                answer.raw = b"<html>"
            case "list":
                answer.body = []
            case _:
                answer.raw = b'"' + b"x" * 300_000 + b'"'

    citizen = neighbourhood.citizen()
    neighbourhood.province.plan(step, fail)
    ask = neighbourhood.service.ask
    answer = ask("POST", "/v1/auth/upper") if step == "par" else neighbourhood.enter(citizen)
    assert (answer.status_code, answer.json()["code"]) == (503, "federation.platform_unavailable")
    assert neighbourhood.enter(citizen).status_code == 201  # and nothing is left of it


def test_an_answer_that_never_ends_is_not_waited_for(neighbourhood: Neighbourhood) -> None:
    clock = neighbourhood.service.clock

    def crawl(answer: Answer) -> None:
        answer.pause = lambda: clock.advance(timedelta(seconds=30))

    neighbourhood.province.plan("userinfo", crawl)
    answer = neighbourhood.enter(neighbourhood.citizen())
    assert (answer.status_code, answer.json()["details"]) == (503, {"fault": "the answer takes too long"})


def test_a_key_that_is_new_is_asked_for_once_in_a_while(neighbourhood: Neighbourhood) -> None:
    province, clock = neighbourhood.province, neighbourhood.service.clock
    neighbourhood.enter(neighbourhood.citizen())
    clock.advance(timedelta(minutes=2))
    before = province.calls.count("jwks")
    province.key = ECKey.generate_key("P-256", {"kid": "second"})
    province.published = [*province.published, province.key]
    assert neighbourhood.enter(neighbourhood.citizen()).status_code == 201
    assert province.calls.count("jwks") == before + 1
    province.key = ECKey.generate_key("P-256", {"kid": "never published"})
    for _ in range(3):
        assert neighbourhood.enter(neighbourhood.citizen()).json()["details"] == {"fault": "signature"}
    assert province.calls.count("jwks") == before + 1
    province.key = province.published[-1]


def test_the_description_is_read_anew_now_and_then_and_must_be_its_own(neighbourhood: Neighbourhood) -> None:
    clock, province = neighbourhood.service.clock, neighbourhood.province
    for changes in (
        {"issuer": "https://other.example"},
        {"token_endpoint": None},
        {"authorization_endpoint": "https://other.example/authorize"},
    ):
        clock.advance(timedelta(hours=2))
        province.metadata = changes
        answer = neighbourhood.service.ask("POST", "/v1/auth/upper")
        assert (answer.status_code, answer.json()["code"]) == (503, "federation.platform_unavailable")
    province.metadata = {"token_endpoint": "https://other.example/token"}  # is not asked there
    answer = neighbourhood.enter(neighbourhood.citizen())
    assert answer.json()["details"] == {"fault": "the platform names an address at another host"}
    province.metadata = {}
    clock.advance(timedelta(hours=2))
    assert neighbourhood.enter(neighbourhood.citizen()).status_code == 201


# --- what the browser brings wrong


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"state": "another"}, "state"),
        ({"login": "xu_another"}, "state"),
        ({"iss": "https://other.example"}, "issuer"),
        ({"iss": ""}, "issuer"),  # the province has said that it tells it
        ({"code": "another"}, "code"),
    ],
)
def test_what_was_not_asked_for_is_refused(neighbourhood: Neighbourhood, changes: dict[str, str], fault: str) -> None:
    answer = neighbourhood.enter(neighbourhood.citizen(), **changes)
    assert (answer.status_code, answer.json()["details"]) == (403, {"fault": fault})


def test_an_answer_is_good_once_and_for_ten_minutes(neighbourhood: Neighbourhood) -> None:
    service, citizen = neighbourhood.service, neighbourhood.citizen()
    begun = neighbourhood.begin()
    body = {"login": begun["login"], **neighbourhood.province.authorize(begun["address"], citizen)}
    assert service.ask("POST", "/v1/auth/upper/sessions", json=body).status_code == 201
    assert service.ask("POST", "/v1/auth/upper/sessions", json=body).json()["details"] == {"fault": "state"}
    begun = neighbourhood.begin()
    body = {"login": begun["login"], **neighbourhood.province.authorize(begun["address"], citizen)}
    service.clock.advance(timedelta(minutes=10))
    assert service.ask("POST", "/v1/auth/upper/sessions", json=body).json()["details"] == {"fault": "state"}


# --- in a browser


def callback(neighbourhood: Neighbourhood, citizen: Citizen, query: str = "", *, http: TestClient | None = None) -> Any:  # noqa: ANN401 - an answer
    """Go there and come back with the cookies of one browser."""
    http = http or neighbourhood.service.http
    away = http.get(f"/login/upper{query}", follow_redirects=False)
    assert away.status_code == 303, away.text
    brought = neighbourhood.province.authorize(away.headers["location"], citizen)
    return http.get("/login/upper/callback", params=brought, follow_redirects=False)


def test_a_browser_comes_back_with_a_session_and_goes_on(neighbourhood: Neighbourhood) -> None:
    http = neighbourhood.service.http
    http.cookies.clear()
    back = callback(neighbourhood, neighbourhood.citizen(), "?request=a_login_that_waits")
    assert (back.status_code, back.headers["location"]) == (303, "/login/next?request=a_login_that_waits")
    cookie = next(one for one in back.headers.get_list("set-cookie") if "xinyin-session" in one)
    assert cookie.startswith("__Host-")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax"))
    http.cookies.clear()
    assert callback(neighbourhood, neighbourhood.citizen()).headers["location"] == "/account"
    http.cookies.clear()


def test_below_a_path_a_browser_stays_below_it(neighbourhood: Neighbourhood) -> None:
    with TestClient(neighbourhood.service.app, base_url=PUBLIC_URL, root_path="/trust") as http:
        back = callback(neighbourhood, neighbourhood.citizen(), "?request=a_login_that_waits", http=http)
        assert back.headers["location"] == "/trust/login/next?request=a_login_that_waits"
        assert callback(neighbourhood, neighbourhood.citizen(), http=http).headers["location"] == "/trust/account"


def test_nobody_brings_back_anothers_login(neighbourhood: Neighbourhood) -> None:
    http = neighbourhood.service.http
    http.cookies.clear()
    away = http.get("/login/upper", follow_redirects=False)
    brought = neighbourhood.province.authorize(away.headers["location"], neighbourhood.citizen())
    http.cookies.clear()  # the victim's browser, led to the attacker's callback
    back = http.get("/login/upper/callback", params=brought, follow_redirects=False)
    assert back.status_code == 403
    assert "xinyin-session" not in str(back.headers)


def test_a_refusal_above_is_told_as_a_page(neighbourhood: Neighbourhood) -> None:
    http = neighbourhood.service.http
    http.cookies.clear()
    away = http.get("/login/upper", follow_redirects=False)
    pushed = parse_qs(urlsplit(away.headers["location"]).query)["request_uri"][0]
    state = neighbourhood.province.pushed[pushed]["state"]
    back = http.get("/login/upper/callback", params={"state": state, "error": "access_denied"})
    assert (back.status_code, back.headers["content-type"]) == (403, "text/html; charset=utf-8")


def test_who_is_logged_in_links_the_own_account_above(neighbourhood: Neighbourhood) -> None:
    http, citizen = neighbourhood.service.http, neighbourhood.citizen(authlevel=1)
    person = neighbourhood.neighbour(citizen)
    token = neighbourhood.session(person.id)
    http.cookies.clear()
    http.cookies.set("__Host-xinyin-session", token, domain="trust.example", path="/")
    back = callback(neighbourhood, citizen, "?purpose=link")
    assert back.status_code == 303
    assert [one["how"] for one in links(neighbourhood, neighbourhood.session(person.id))] == ["logged_in"]
    http.cookies.clear()
    stranger = neighbourhood.neighbour(neighbourhood.citizen())
    http.cookies.set("__Host-xinyin-session", neighbourhood.session(stranger.id), domain="trust.example", path="/")
    back = callback(neighbourhood, neighbourhood.citizen(), "?purpose=link")  # somebody else's account above
    assert back.status_code == 409
    back = callback(neighbourhood, citizen, "?purpose=link")  # which is linked to another here
    assert back.status_code == 409
    http.cookies.clear()


@pytest.mark.parametrize("is_same", [True, False])
def test_a_login_takes_the_place_of_the_one_before(neighbourhood: Neighbourhood, is_same: bool) -> None:  # noqa: FBT001 - who it is
    """Logging out ends it at the business systems that took part in the one before, too."""
    http, instance, citizen = neighbourhood.service.http, neighbourhood.service.instance, neighbourhood.citizen()
    person = neighbourhood.neighbour(citizen)
    token, client = neighbourhood.session(person.id), neighbourhood.platform()
    store, before = instance.base.store, instance.base.access.actor_of(token).session
    with store.transaction() as tx:
        instance.openid.repository.put_participant(
            tx, Participant(session=before, client=client, person=person.id, sid=f"sid {before}")
        )
        tx.record(AuditEvent(tag="test:enter:done", actor="test", subject="test"))
    http.cookies.clear()
    http.cookies.set("__Host-xinyin-session", token, domain="trust.example", path="/")
    back = callback(neighbourhood, citizen if is_same else neighbourhood.citizen())
    assert back.status_code == 303
    assert me(neighbourhood, token)["code"] == "request.unauthenticated"
    with store.reading() as view:
        asked = text("SELECT session FROM openid_participant WHERE sid = :sid")
        now = [session for (session,) in view.rows(asked, sid=f"sid {before}")]
    assert len(now) == is_same
    assert before not in now
    http.cookies.clear()


def test_logging_out_ends_both(neighbourhood: Neighbourhood) -> None:
    http, instance = neighbourhood.service.http, neighbourhood.service.instance
    http.cookies.clear()
    callback(neighbourhood, neighbourhood.citizen())
    visit = Visit(http.cookies.get("__Host-xinyin-visit") or "")
    kept = dict(http.cookies)
    assert http.post("/login/upper/logout", data={"mark": "forged"}).status_code == 403
    console = {"Sec-Fetch-Site": "same-origin", "X-Xinyin-Console": "1"}
    assert neighbourhood.service.ask("GET", "/v1/me", headers=console).json()["level"] == 2
    out = http.post("/login/upper/logout", data={"mark": visit.mark(instance)}, follow_redirects=False)
    assert out.headers["location"].startswith(f"{neighbourhood.province.address}/logout?")
    http.cookies.clear()
    console["Cookie"] = "; ".join(f"{name}={value}" for name, value in kept.items())
    assert neighbourhood.service.ask("GET", "/v1/me", headers=console).json()["code"] == "request.unauthenticated"
    http.cookies.clear()


def test_the_platform_ends_the_sessions_that_were_begun_with_it(neighbourhood: Neighbourhood) -> None:
    province, citizen = neighbourhood.province, neighbourhood.citizen()
    body = neighbourhood.enter(citizen).json()
    other = neighbourhood.session(body["person"])
    now = int(neighbourhood.service.clock.now().timestamp())

    def ended(sub: str, key: ECKey) -> int:
        claims = {"iss": province.address, "aud": CLIENT, "iat": now, "sub": sub, "events": {LOGOUT_EVENT: {}}}
        token = jwt.encode({"alg": "ES256", "kid": province.key.kid}, claims, key)
        answer = neighbourhood.service.ask("POST", "/login/upper/backchannel-logout", data={"logout_token": token})
        return answer.status_code

    assert ended(citizen.sub, ECKey.generate_key("P-256")) == 403
    assert ended("nobody here", province.key) == 204
    assert me(neighbourhood, body["token"])["id"] == body["person"]
    assert ended(citizen.sub, province.key) == 204
    assert me(neighbourhood, body["token"])["code"] == "request.unauthenticated"
    assert me(neighbourhood, other)["id"] == body["person"]  # which was begun here
    assert "session:end_from_above:done" in neighbourhood.tags(body["person"])


# --- where it is silent


def test_nobody_waits_for_a_platform_that_another_one_waits_for(neighbourhood: Neighbourhood) -> None:
    """Else its silence would take every thread of ours: all of them would wait, one after the other."""
    upper, clock = neighbourhood.service.instance.federation.upper, neighbourhood.service.clock
    assert upper is not None
    before = upper.published()
    with upper.lock:  # somebody asks, and gets no answer
        assert upper.published() is before
        token = jwt.encode({"alg": "ES256", "kid": neighbourhood.province.key.kid}, {}, neighbourhood.province.key)
        assert upper.keys_for(token)
        unknown = jwt.encode({"alg": "ES256", "kid": "another"}, {}, neighbourhood.province.key)
        with pytest.raises(PlatformUnavailable):
            upper.keys_for(unknown)
        clock.advance(timedelta(hours=2))
        with pytest.raises(PlatformUnavailable):
            upper.published()
    assert upper.published() is not before


def test_so_many_at_most_wait_for_a_platform(neighbourhood: Neighbourhood) -> None:
    upper = neighbourhood.service.instance.federation.upper
    assert upper is not None
    asking = upper.asking
    for _ in range(AT_ONCE):
        asking.places.acquire()
    with pytest.raises(PlatformUnavailable) as refused:
        asking.get(f"{neighbourhood.province.address}/jwks")
    assert refused.value.details["fault"] == "too many wait for the platform"
    for _ in range(AT_ONCE):
        asking.places.release()
    assert asking.get(f"{neighbourhood.province.address}/jwks").status == 200


# --- without one


def test_without_a_platform_above_there_is_no_such_login(shared: Service) -> None:
    answer = shared.ask("POST", "/v1/auth/upper")
    assert (answer.status_code, answer.json()["code"]) == (404, "federation.platform_not_configured")
    assert shared.ask("GET", "/login/upper").status_code == 404
