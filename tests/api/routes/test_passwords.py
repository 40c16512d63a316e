"""Passwords over HTTP: changed by their person, too weak, leaked; floods; and sessions that are ended from above."""

import threading
from pathlib import Path
from typing import Final

import pytest

from api.foundation import session_limits
from api.settings import Settings
from identity.breached_passwords import BreachedListUnreadable
from identity.duties import Duty, Grant
from identity.levels import Level
from identity.passwords import Gate, Lane
from tests.api.builders import Service, copied, served, settings_for
from tests.api.routes.test_access import PASSWORD, activate, code_of, log_in, opened
from tests.identity.test_breached_passwords import listed

NEW: Final = "eleven loud magpies at dusk"
ADDRESS: Final = "/v1/auth/password"
LEAKED: Final = "nine stolen larks at noon"


@pytest.fixture(scope="module")
def service(shared: Service) -> Service:
    """Let the tests of this module, which do not disturb each other, share one instance."""
    return shared


def entered(service: Service) -> tuple[str, str]:
    """Return the username of a new person, and a session."""
    _, code = opened(service)
    username = f"zhao.p{service.people}"
    assert activate(service, code, username).status_code == 204
    return username, log_in(service, username).json()["token"]


def test_a_person_changes_the_password(service: Service) -> None:
    username, token = entered(service)
    other = log_in(service, username).json()["token"]
    answer = service.ask("PUT", ADDRESS, token=token, json={"password": NEW, "current": PASSWORD})
    assert (answer.status_code, answer.json()) == (200, {"ended": 2})  # one of them the tests have begun
    assert service.ask("GET", "/v1/me", token=token).status_code == 200
    assert service.ask("GET", "/v1/me", token=other).status_code == 401
    assert code_of(log_in(service, username)) == (403, "identity.credentials_wrong")
    assert log_in(service, username, NEW).status_code == 201


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"password": NEW}, (403, "identity.proof_stale")),
        ({"password": NEW, "current": "wrong wrong wrong"}, (403, "identity.credentials_wrong")),
        ({"password": "password1234", "current": PASSWORD}, (400, "identity.password_too_weak")),
        ({"password": "x" * 257, "current": PASSWORD}, (422, "request.malformed")),
        ({"password": NEW, "current": "x" * 257}, (422, "request.malformed")),
        ({"current": PASSWORD}, (422, "request.malformed")),
    ],
    ids=["no proof", "wrong", "weak", "long", "long before", "none"],
)
def test_a_password_is_changed_by_who_may_and_to_what_may_be(
    service: Service, body: dict[str, str], told: tuple[int, str]
) -> None:
    username, token = entered(service)
    answer = service.ask("PUT", ADDRESS, token=token, json=body)
    assert code_of(answer) == told
    assert NEW not in answer.text
    assert log_in(service, username).status_code == 201


def test_a_business_system_has_no_password(service: Service) -> None:
    answer = service.ask("PUT", ADDRESS, token=service.system_bearer(), json={"password": NEW, "current": PASSWORD})
    assert code_of(answer) == (404, "identity.account_unknown")


def test_a_security_administrator_ends_every_session_of_a_person(service: Service) -> None:
    _, token = entered(service)
    person = service.ask("GET", "/v1/me", token=token).json()["id"]
    address = f"/v1/persons/{person}/session-endings"
    security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    answer = service.ask("POST", address, token=security, json={"reason": "账号疑似被盗用"})
    assert (answer.status_code, answer.json()) == (200, {"ended": 2})  # one of them the tests have begun
    assert service.ask("GET", "/v1/me", token=token).status_code == 401
    assert service.ask("POST", address, token=security, json={"reason": ""}).status_code == 422
    refused = service.ask("POST", address, token=service.bearer(), json={"reason": "账号疑似被盗用"})
    assert code_of(refused) == (403, "identity.duty_missing")


def test_a_flood_of_logins_is_told_when_to_come_back(service: Service) -> None:
    passwords = service.instance.base.access.passwords
    before, passwords.gates = passwords.gates, {lane: Gate(at_once=1, waiting=0) for lane in Lane}
    try:
        with passwords.gates[Lane.STRANGER].turn():
            answer = log_in(service, "nobody")
    finally:
        passwords.gates = before
    assert code_of(answer) == (503, "identity.passwords_busy")
    assert answer.headers["retry-after"] == str(answer.json()["details"]["seconds"])


def test_whoever_shares_an_address_with_a_guesser_gets_in_from_a_known_device(
    founded_folder: Path, tmp_path: Path
) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), login_rate="3/hour") as service:
        _, code = opened(service)
        activate(service, code, "zhao.one")
        device = log_in(service, "zhao.one").json()["device"]
        assert {log_in(service, f"nobody.{number}").status_code for number in range(3)} == {403, 429}
        assert code_of(log_in(service, "zhao.one")) == (429, "request.too_many")
        body = {"username": "zhao.one", "password": PASSWORD, "device": device}
        assert service.ask("POST", "/v1/auth/sessions", json=body).status_code == 201
        false = {**body, "device": device[:-1] + ("0" if device[-1] != "0" else "1")}
        assert service.ask("POST", "/v1/auth/sessions", json=false).status_code == 429
        told = {service.ask("POST", "/v1/auth/sessions", json=body).status_code for _ in range(3)}
        assert told == {201, 429}  # what a device may ask is counted as well


def test_what_has_leaked_is_not_chosen(founded_folder: Path, tmp_path: Path) -> None:
    breached = listed(tmp_path, [LEAKED])
    with served(copied(founded_folder, tmp_path / "instance"), breached_passwords=breached) as service:
        _, code = opened(service)
        answer = activate(service, code, "zhao.one", LEAKED)
        assert code_of(answer) == (400, "identity.password_too_weak")
        assert answer.json()["details"] == {"fault": "breached"}
        breached.unlink()
        assert code_of(activate(service, code, "zhao.one")) == (503, "identity.breached_list_unreadable")


def test_an_instance_does_not_start_with_a_list_that_is_none(founded_folder: Path, tmp_path: Path) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with (
        pytest.raises(BreachedListUnreadable),
        served(folder, breached_passwords=tmp_path / "missing.txt"),
    ):
        raise AssertionError("it has started")


def test_the_settings_say_how_long_a_session_may_be_left_alone(tmp_path: Path) -> None:
    limits = session_limits(
        settings_for(tmp_path, session_hours=4, session_idle_l1=9, session_idle_l2=8, session_idle_l3=7)
    )
    assert limits.lifetime.total_seconds() == 4 * 3600
    assert {level: idle.total_seconds() / 60 for level, idle in limits.idle.items()} == {
        Level.NONE: 9,
        Level.BASIC: 9,
        Level.SUBSTANTIAL: 8,
        Level.HIGH: 7,
    }
    usual = session_limits(Settings(data_dir=tmp_path))
    assert [idle.total_seconds() / 60 for idle in usual.idle.values()] == [60, 60, 30, 15]


def test_a_thousand_wrong_passwords_at_once_leave_the_owner_a_way_in(service: Service) -> None:
    """A small part of it; tests/drills/wrong_passwords.py does it all, over HTTP, and looks at the clock."""
    username, _ = entered(service)
    device = service.ask("POST", "/v1/auth/sessions", json={"username": username, "password": PASSWORD}).json()[
        "device"
    ]
    told: list[int] = []

    def guess() -> None:
        told.extend(log_in(service, username, "wrong wrong wrong").status_code for _ in range(5))

    threads = [threading.Thread(target=guess) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 429 in told
    assert {*told} <= {403, 409, 429, 503}
    body = {"username": username, "password": PASSWORD, "device": device}
    assert service.ask("POST", "/v1/auth/sessions", json=body).status_code == 201
