"""Authenticators over HTTP: enrolling, coming back with each, stepping up, sessions, and what a level opens."""

from typing import Any, Final

import httpx2
import pyotp
import pytest

from api.demo.passkey import SoftPasskey
from api.permissions import PERMITTED, PUBLIC, Permission, floor_of
from identity.duties import Duty, Grant
from identity.levels import Level
from tests.api.builders import Service
from tests.api.routes.test_access import PASSWORD, activate, code_of, log_in, opened

QUESTIONS: Final = "/v1/auth/questions"
KEYS: Final = "/v1/auth/authenticators/keys"
CODES: Final = "/v1/auth/authenticators/one-time-codes"
STEP_UP: Final = "/v1/auth/sessions/current/step-up"

Body = dict[str, Any]


def entered(service: Service, username: str = "zhao.one") -> str:
    """Return a session of a new person that began with a password."""
    _, code = opened(service)
    activate(service, code, username)
    token: str = log_in(service, username).json()["token"]
    return token


def enrol(service: Service, token: str, passkey: SoftPasskey, **change: object) -> httpx2.Response:
    asked = service.ask("POST", f"{KEYS}/questions", token=token).json()
    made = passkey.make(asked["public_key"], origin=asked["origin"])
    body = {"question": asked["question"], "credential": made, "name": "手机", **change}
    return service.ask("POST", KEYS, token=token, json=body)


def shown(service: Service, passkey: SoftPasskey) -> Body:
    asked = service.ask("POST", QUESTIONS).json()
    return {
        "question": asked["question"],
        "credential": passkey.show(asked["public_key"], origin=asked["origin"]),
    }


def test_a_person_comes_back_with_a_passkey(service: Service) -> None:
    passkey = SoftPasskey()
    answer = enrol(service, entered(service), passkey)
    assert (answer.status_code, answer.json()["kind"], answer.json()["name"]) == (201, "passkey", "手机")
    session = service.ask("POST", "/v1/auth/answers", json=shown(service, passkey), headers={"User-Agent": "phone"})
    assert (session.status_code, session.json()["level"]) == (201, 3)
    token = session.json()["token"]
    told = service.ask("GET", "/v1/auth/sessions", token=token).json()
    (this,) = (one for one in told if one["is_this"])
    assert this["used_at"] == this["begun_at"]
    assert (this["agent"], this["level"], this["methods"]) == ("phone", 3, ["hwk", "mfa", "user"])
    assert {one["level"]: one["methods"] for one in told if not one["is_this"]}[1] == ["pwd"]
    (held,) = service.ask("GET", "/v1/auth/authenticators", token=token).json()
    assert held["used_at"] is not None
    address = f"/v1/auth/authenticators/{held['id']}"
    renamed = service.ask("PUT", f"{address}/name", token=token, json={"name": "旧手机"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "旧手机")
    last = service.ask("DELETE", address, token=token)
    assert code_of(last) == (409, "identity.authenticator_is_last")
    assert enrol(service, token, SoftPasskey()).status_code == 201
    assert service.ask("DELETE", address, token=token).status_code == 204
    gone = service.ask("DELETE", f"/v1/auth/authenticators/{held['id']}", token=token)
    assert code_of(gone) == (404, "identity.authenticator_unknown")


def test_a_person_steps_up_with_a_code(service: Service) -> None:
    token = entered(service)
    made = service.ask("POST", f"{CODES}/secrets", token=token).json()
    app = pyotp.TOTP(made["secret"])
    assert made["address"].startswith("otpauth://totp/")
    body = {"secret": made["secret"], "code": app.at(service.clock.now()), "name": "手机"}
    assert service.ask("POST", CODES, token=token, json=body).json()["kind"] == "one_time_codes"
    answer = service.ask("POST", STEP_UP, token=token, json={"code": app.at(service.clock.now(), counter_offset=1)})
    assert (answer.status_code, answer.json()["level"]) == (201, 2)
    assert code_of(service.ask("GET", "/v1/me", token=token)) == (401, "request.unauthenticated")
    assert service.ask("GET", "/v1/me", token=answer.json()["token"]).json()["level"] == 2


def test_a_person_steps_up_with_a_key(service: Service) -> None:
    passkey = SoftPasskey()
    token = entered(service)
    enrol(service, token, passkey)
    answer = service.ask("POST", STEP_UP, token=token, json={"key": shown(service, passkey)})
    assert (answer.status_code, answer.json()["level"]) == (201, 3)


def test_sessions_are_ended_from_elsewhere(service: Service) -> None:
    first = entered(service)
    second = log_in(service, "zhao.one").json()["token"]
    third = log_in(service, "zhao.one").json()["token"]
    other = next(one for one in service.ask("GET", "/v1/auth/sessions", token=third).json() if not one["is_this"])
    assert service.ask("DELETE", f"/v1/auth/sessions/{other['id']}", token=third).status_code == 204
    again = service.ask("DELETE", f"/v1/auth/sessions/{other['id']}", token=third)
    assert code_of(again) == (404, "identity.session_unknown")
    assert service.ask("DELETE", "/v1/auth/sessions/others", token=third).status_code == 204
    told = [service.ask("GET", "/v1/me", token=token).status_code for token in (first, second, third)]
    assert told == [401, 401, 200]


def test_nobody_ends_the_session_of_another(service: Service) -> None:
    mine, yours = entered(service), entered(service, "zhao.two")
    session = service.ask("GET", "/v1/auth/sessions", token=yours).json()[0]
    answer = service.ask("DELETE", f"/v1/auth/sessions/{session['id']}", token=mine)
    assert code_of(answer) == (404, "identity.session_unknown")


def test_a_device_that_is_known_is_not_locked_out(service: Service) -> None:
    entered(service)
    body = {"username": "zhao.one", "password": PASSWORD}
    device = service.ask("POST", "/v1/auth/sessions", json=body).json()["device"]
    for _ in range(10):
        log_in(service, "zhao.one", "wrong wrong wrong")
    assert code_of(log_in(service, "zhao.one")) == (429, "identity.too_many_attempts")
    assert service.ask("POST", "/v1/auth/sessions", json={**body, "device": device}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"question": "q"},
        {"question": "q", "credential": {}, "certificate": "MAA=", "signature": "MAA="},
        {"question": "q", "certificate": "not base64", "signature": "MAA="},
        {"question": "q" * 65, "credential": {}},
    ],
    ids=["no key", "two keys", "no base64", "too long"],
)
def test_an_answer_is_by_one_key(service: Service, body: Body) -> None:
    assert service.ask("POST", "/v1/auth/answers", json=body).status_code == 422


@pytest.mark.parametrize("body", [{}, {"code": "123456", "key": {"question": "q", "credential": {}}}])
def test_one_factor_is_shown_at_a_time(service: Service, body: Body) -> None:
    assert service.ask("POST", STEP_UP, token=entered(service), json=body).status_code == 422


@pytest.mark.parametrize("body", [{"credential": {}}, {"certificate": "MAA=", "signature": "MAA="}])
def test_a_false_answer_opens_nothing(service: Service, body: Body) -> None:
    question = service.ask("POST", QUESTIONS).json()["question"]
    answer = service.ask("POST", "/v1/auth/answers", json={"question": question, **body})
    assert code_of(answer) == (403, "identity.credentials_wrong")


def test_a_key_is_enrolled_once(service: Service) -> None:
    passkey = SoftPasskey()
    enrol(service, entered(service), passkey)
    answer = enrol(service, entered(service, "zhao.two"), passkey)
    assert code_of(answer) == (409, "identity.authenticator_exists")


def test_what_needs_a_higher_level_says_so(service: Service) -> None:
    """A duty alone opens nothing: the session must prove enough (RFC 9470 tells how to ask for more)."""
    person, code = opened(service)
    service.appoint(person, Grant(Duty.AUDITOR))
    activate(service, code, "zhao.one")
    token = log_in(service, "zhao.one").json()["token"]
    answer = service.ask("GET", "/v1/audit/events", token=token)
    assert code_of(answer) == (401, "identity.level_too_low")
    assert answer.json()["details"] == {"held": 1, "needed": 2, "missing": "factor"}
    challenge = answer.headers["www-authenticate"]
    assert challenge == 'Bearer error="insufficient_user_authentication", acr_values="urn:xinyin:level:2"'
    passkey = SoftPasskey()
    enrol(service, token, passkey)
    stronger = service.ask("POST", STEP_UP, token=token, json={"key": shown(service, passkey)}).json()["token"]
    assert service.ask("GET", "/v1/audit/events", token=stronger).status_code == 200


def test_every_permission_has_a_floor() -> None:
    assert {floor_of(one) for one in PUBLIC} == {Level.NONE}
    weak = {one for one in Permission if one not in PUBLIC and floor_of(one) < Level.SUBSTANTIAL}
    assert weak == {Permission.SELF, Permission.PROOFING_OWN}
    assert {*PERMITTED} == {*Permission}


MANAGING: Final = ("seal:apply", "seal:review", "seal:make", "seal:file", "seal:own", "seal:remake", "seal:destroy")


@pytest.mark.parametrize("permission", MANAGING)
def test_who_manages_seals_proves_the_most(permission: str) -> None:
    assert floor_of(Permission(permission)) is Level.HIGH
