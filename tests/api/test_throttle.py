"""Limits on how often one address may ask, where nobody has to log in first."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from fastapi import Request

from api.problems import PROBLEM, TooManyRequests
from api.throttle import Throttle
from tests.api.builders import Service, copied, served


def asking(address: str | None) -> Request:
    return Request({"type": "http", "headers": [], "client": None if address is None else (address, 1)})


def test_each_address_has_its_own_count() -> None:
    throttle = Throttle("2/hour", "test")
    for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1", None):
        throttle.count(asking(address))
        throttle.count(asking(address))
        with pytest.raises(TooManyRequests) as refused:
            throttle.count(asking(address))
        assert 1 <= int(refused.value.details["seconds"]) <= 3601


@pytest.mark.parametrize(
    ("first", "second", "is_same"),
    [
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_who_has_many_addresses_has_one_count(first: str, second: str, is_same: bool) -> None:  # noqa: FBT001 - expected
    throttle = Throttle("1/hour", "test")
    throttle.count(asking(first))
    if is_same:
        with pytest.raises(TooManyRequests):
            throttle.count(asking(second))
    else:
        throttle.count(asking(second))


def test_two_throttles_do_not_count_together() -> None:
    first, second = Throttle("1/hour", "one"), Throttle("1/hour", "two")
    first.count(asking("192.0.2.1"))
    second.count(asking("192.0.2.1"))


@pytest.mark.parametrize("rate", ["", "often", "1/fortnight", "-1/minute"])
def test_a_rate_that_is_none_is_refused(rate: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Throttle(rate, "test")


def log_in(service: Service) -> int:
    return service.ask("POST", "/v1/auth/sessions", json={"username": "nobody", "password": "wrong"}).status_code


def asked_once(service: Service) -> httpx2.Response:
    return service.ask("POST", "/v1/auth/sessions", json={"username": "nobody", "password": "wrong"})


def activate(service: Service) -> int:
    body = {"code": "xa_wrong", "username": "nobody", "password": "seven quiet herons at dawn"}
    return service.ask("POST", "/v1/auth/activation", json=body).status_code


def get_token(service: Service) -> int:
    return service.ask("POST", "/oauth2/token", data={"grant_type": "nothing"}).status_code


def key_set(service: Service) -> int:
    return service.ask("GET", "/oauth2/jwks").status_code


def verify_claim(service: Service) -> int:
    return service.ask("GET", "/v1/verify/nothing").status_code


def verify_file(service: Service) -> int:
    return service.ask("POST", "/v1/verify", files={"file": ("a", b"nothing")}).status_code


def look(service: Service) -> int:
    return service.ask("GET", "/v/nothing").status_code


@pytest.mark.parametrize(
    ("first", "second"),
    [(log_in, activate), (verify_claim, verify_file), (verify_file, look)],
)
def test_who_asks_too_often_waits(
    founded_folder: Path, tmp_path: Path, first: Callable[[Service], int], second: Callable[[Service], int]
) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with served(folder, login_rate="2/hour", verify_rate="2/hour") as service:
        assert 429 not in {first(service), second(service)}
        assert (first(service), second(service)) == (429, 429)
        answer = asked_once(service) if first in (log_in, activate) else None
        answer = answer or service.ask("GET", "/v1/verify/nothing")
        problem = answer.json()
        assert (
            answer.status_code,
            answer.headers["content-type"],
            problem["code"],
        ) == (429, PROBLEM, "request.too_many")
        assert str(problem["details"]["seconds"]) == answer.headers["retry-after"]
        assert service.ask("GET", "/health/live").status_code == 200
        assert service.ask("GET", "/pki/certificates").status_code == 200


def logout_from_above(service: Service) -> int:
    return service.ask("POST", "/login/upper/backchannel-logout", data={"logout_token": "none"}).status_code


def test_who_asks_the_endpoints_of_sign_on_too_often_waits(founded_folder: Path, tmp_path: Path) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), openid_rate="2/hour") as service:
        assert (get_token(service), key_set(service)) == (401, 200)
        assert (get_token(service), key_set(service)) == (429, 429)
        answer = service.ask("POST", "/oauth2/token", data={"grant_type": "nothing"})
        told = answer.json()
        assert (told["error"], told["code"]) == ("temporarily_unavailable", "request.too_many")
        assert str(told["details"]["seconds"]) == answer.headers["retry-after"]
        assert service.ask("GET", "/login").status_code == 429
        assert service.ask("GET", "/v1/peer/user", token="xo_nothing").status_code == 429
        assert logout_from_above(service) == 429


def test_who_shares_an_address_with_a_stranger_comes_to_the_pages_of_sign_on(
    founded_folder: Path, tmp_path: Path
) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), openid_rate="2/hour") as service:
        devices, now = service.instance.base.sign_in.attempts.devices, service.instance.base.clock.now()

        def ask(device: str) -> int:
            return service.ask("GET", "/login", headers={"Cookie": f"__Host-xinyin-device={device}"}).status_code

        ours, another, theirs = (devices.token(name, now=now) for name in ("wang", "wang", "zhao"))
        assert [ask("") for _ in range(3)] == [200, 200, 429]
        assert [ask(one) for one in (ours, another, ours, another)] == [200, 200, 429, 429]  # one count for an account
        assert [ask(one) for one in (theirs, theirs[:-1], "xd_a.9999999999.b.c")] == [200, 429, 429]


def test_what_was_refused_by_its_rate_leaves_no_trace(founded_folder: Path, tmp_path: Path) -> None:
    # Otherwise a flood would fill the audit trail, and take the lock of the database at every drop.
    with served(copied(founded_folder, tmp_path / "instance"), login_rate="1/hour") as service:
        assert log_in(service) == 403
        before = service.head()
        assert [log_in(service) for _ in range(5)] == [429] * 5
        assert before == service.head()
        assert logout_from_above(service) == 404  # no login: those of a whole province come from one address
