"""Logging in over HTTP: activation, sessions, access tokens of business systems."""

import secrets
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from identity.assertion import ASSERTION_TYPE
from identity.duties import Duty, Grant
from tests.api.builders import PUBLIC_URL, Service

PASSWORD = "seven quiet herons at dawn"


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def opened(service: Service) -> tuple[str, str]:
    """Return a person with a waiting account, and the activation code."""
    person = service.ask("GET", "/v1/me", token=service.bearer()).json()["id"]
    security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    answer = service.ask("POST", "/v1/accounts", token=security, json={"person": person})
    assert answer.status_code == 201
    assert person == answer.json()["person"]
    return person, answer.json()["activation_code"]


def activate(service: Service, code: str, username: str, password: str = PASSWORD) -> httpx2.Response:
    body = {"code": code, "username": username, "password": password}
    return service.ask("POST", "/v1/auth/activation", json=body)


def log_in(service: Service, username: str, password: str = PASSWORD) -> httpx2.Response:
    return service.ask("POST", "/v1/auth/sessions", json={"username": username, "password": password})


def test_a_person_gets_in_and_out(service: Service) -> None:
    person, code = opened(service)
    answer = activate(service, code, "zhao.one")
    assert (answer.status_code, answer.content) == (204, b"")
    session = log_in(service, "zhao.one")
    body = session.json()
    assert (201, person) == (session.status_code, body["person"])
    assert body["token"].startswith("xs_")
    assert body["expires_at"] == "2026-11-22T12:05:06.123456Z"
    me = service.ask("GET", "/v1/me", token=body["token"])
    expected = {
        "id": person,
        "name": "*犇",
        "is_client": False,
        "level": 1,
        "proven": 3,
        "idle_minutes": 60,
        "duties": [],
        "delegated": [],
    }
    assert expected == me.json()
    end = service.ask("DELETE", "/v1/auth/sessions/current", token=body["token"])
    assert (end.status_code, end.content) == (204, b"")
    assert code_of(service.ask("GET", "/v1/me", token=body["token"])) == (401, "request.unauthenticated")


def test_a_code_is_used_once(service: Service) -> None:
    _, code = opened(service)
    assert activate(service, code, "zhao.two").status_code == 204
    assert code_of(activate(service, code, "zhao.two.again")) == (403, "identity.credentials_wrong")


@pytest.mark.parametrize(
    ("username", "password", "status", "code"),
    [
        ("Zhao", PASSWORD, 400, "identity.username_malformed"),
        ("zhao\x00", PASSWORD, 422, "request.malformed"),
        ("zhao", "pw-1", 400, "identity.password_too_weak"),
        ("zhao", "x" * 100_000, 400, "identity.password_too_weak"),
        ("x" * 100_000, PASSWORD, 400, "identity.username_malformed"),
    ],
)
def test_what_a_person_chose_badly_is_told(
    service: Service, username: str, password: str, status: int, code: str
) -> None:
    _, activation = opened(service)
    answer = activate(service, activation, username, password)
    assert (status, code) == code_of(answer)
    assert password not in answer.text
    assert activate(service, activation, f"zhao{service.people}").status_code == 204


def test_a_username_that_is_taken_is_told(service: Service) -> None:
    first, second = opened(service)[1], opened(service)[1]
    assert activate(service, first, "zhao.four").status_code == 204
    assert code_of(activate(service, second, "zhao.four")) == (409, "identity.username_taken")


def test_whatever_is_wrong_the_answer_is_the_same(service: Service) -> None:
    _, code = opened(service)
    activate(service, code, "zhao.five")
    answers = [log_in(service, "zhao.five", "wrong wrong wrong").json(), log_in(service, "nobody").json()]
    for answer in answers:
        del answer["request_id"]
    assert answers[0] == answers[1]
    assert answers[0]["code"] == "identity.credentials_wrong"


def test_a_frozen_person_who_knows_the_password_is_told_why(service: Service) -> None:
    person, code = opened(service)
    activate(service, code, "zhao.six")
    registrar = service.bearer(Grant(Duty.REGISTRAR))
    service.ask("POST", f"/v1/subjects/{person}/freezing", token=registrar, json={"reason": "举报核实中"})
    assert code_of(log_in(service, "zhao.six")) == (409, "identity.subject_not_active")
    assert code_of(log_in(service, "zhao.six", "wrong wrong wrong")) == (403, "identity.credentials_wrong")


# --- business systems


@pytest.fixture(scope="module")
def service(shared: Service) -> Service:
    """Let the tests of this module, which do not disturb each other, share one instance."""
    return shared


def register(service: Service, body: dict[str, Any]) -> httpx2.Response:
    administrator = service.bearer(Grant(Duty.SYSTEM_ADMINISTRATOR))
    headers = {"Idempotency-Key": secrets.token_hex(8)}
    return service.ask("POST", "/v1/clients", token=administrator, json=body, headers=headers)


@pytest.fixture
def system(service: Service) -> tuple[str, ECKey]:
    """Register and approve a business system over HTTP; return its identifier and key."""
    key = ECKey.generate_key("P-256")
    body = {
        "name": "综合业务系统",
        "organisation": service.organisation(),
        "public_jwk": key.as_dict(private=False),
    }
    registered = register(service, body)
    assert (registered.status_code, registered.json()["state"]) == (201, "registered")
    client = registered.json()["id"]
    security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    approved = service.ask("POST", f"/v1/clients/{client}/approval", token=security)
    assert (approved.status_code, approved.json()["state"]) == (200, "active")
    return client, key


def form(service: Service, system: tuple[str, ECKey], **changes: Any) -> dict[str, str]:  # noqa: ANN401 - any claim
    client, key = system
    claims = {
        "iss": client,
        "sub": client,
        "aud": f"{PUBLIC_URL}/oauth2/token",
        "jti": secrets.token_hex(8),
        "exp": int((service.clock.now() + timedelta(minutes=2)).timestamp()),
        **changes,
    }
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": jwt.encode({"alg": "ES256"}, claims, key),
    }


def test_a_business_system_gets_a_token(service: Service, system: tuple[str, ECKey]) -> None:
    answer = service.ask("POST", "/oauth2/token", data=form(service, system))
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 900)
    assert {"access_token", "token_type", "expires_in"} == set(body)
    me = service.ask("GET", "/v1/me", token=body["access_token"]).json()
    assert (system[0], True, "business_system") == (me["id"], me["is_client"], me["duties"][0]["duty"])
    service.clock.advance(timedelta(minutes=15))
    assert service.ask("GET", "/v1/me", token=body["access_token"]).status_code == 401


def test_an_assertion_is_used_once(service: Service, system: tuple[str, ECKey]) -> None:
    body = form(service, system)
    assert service.ask("POST", "/oauth2/token", data=body).status_code == 200
    again = service.ask("POST", "/oauth2/token", data=body)
    assert (*code_of(again), again.json()["details"]) == (401, "identity.assertion_refused", {"fault": "replay"})


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"aud": f"{PUBLIC_URL}/"}, "audience"),
        ({"aud": "https://other.example/oauth2/token"}, "audience"),
        ({"iss": "somebody else"}, "issuer"),
        ({"sub": "somebody else"}, "signature"),
        ({"exp": 0}, "time"),
    ],
)
def test_an_assertion_that_does_not_hold_is_refused(
    service: Service, system: tuple[str, ECKey], changes: dict[str, Any], fault: str
) -> None:
    answer = service.ask("POST", "/oauth2/token", data=form(service, system, **changes))
    assert (401, "identity.assertion_refused", {"fault": fault}) == (*code_of(answer), answer.json()["details"])


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"grant_type": "password"}, 400),
        ({"grant_type": ""}, 400),
        ({"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, 401),
        ({"client_assertion": ""}, 401),
        ({"client_assertion": "x" * 8193}, 400),
        ({"client_assertion": "x" * 4097}, 401),
        ({"client_assertion": "x" * 4096}, 401),
        ({"scope": "openid"}, 400),
    ],
)
def test_a_request_for_a_token_has_its_form(
    service: Service, system: tuple[str, ECKey], changes: dict[str, str], status: int
) -> None:
    assert status == service.ask("POST", "/oauth2/token", data={**form(service, system), **changes}).status_code


def test_a_token_of_a_system_ends_when_it_says_so(service: Service, system: tuple[str, ECKey]) -> None:
    token = service.ask("POST", "/oauth2/token", data=form(service, system)).json()["access_token"]
    assert service.ask("DELETE", "/v1/auth/sessions/current", token=token).status_code == 204
    assert service.ask("GET", "/v1/me", token=token).status_code == 401


def test_a_key_with_its_private_part_is_refused_and_not_kept(service: Service) -> None:
    key = ECKey.generate_key("P-256").as_dict(private=True)
    answer = register(service, {"name": "综合业务系统", "organisation": service.organisation(), "public_jwk": key})
    assert code_of(answer) == (400, "identity.client_key_malformed")
    assert str(key["d"]) not in answer.text


@pytest.mark.parametrize("name", ["a\x00b", "\u202e系统", "\u200b", "a\nb", " ", "", "x" * 101])
def test_the_name_of_a_system_can_be_read(service: Service, name: str) -> None:
    body = {
        "name": name,
        "organisation": service.organisation(),
        "public_jwk": ECKey.generate_key("P-256").as_dict(private=False),
    }
    answer = register(service, body)
    assert code_of(answer) == (422, "request.malformed")
    assert [one["field"] for one in answer.json()["details"]["fields"]] == ["body.name"]
