"""Attempts: guessing gets slow, nobody is locked out of a known device, and no username is told from another."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from api.demo.passkey import SoftPasskey
from identity.authentication.attempts import (
    DEVICE_LIFETIME,
    FIRST_WAIT,
    FREE,
    LONGEST_WAIT,
    WINDOW,
    TooManyAttempts,
    wait_after,
)
from identity.authentication.signing_in import SignedIn
from identity.errors import CredentialsWrong
from tests.fakes.clock import NOW
from tests.identity.authentication.desk import Visitor
from tests.identity.builders import Office
from trust.store import LostRace

WRONG = "wrong wrong wrong"


@pytest.fixture
def visitor(office: Office) -> Visitor:
    """Return somebody with an account."""
    return Visitor(office)


def guess(visitor: Visitor, times: int, *, username: str = "", device: str = "") -> None:
    """Guess a password so many times, and be refused each time for what it is."""
    for _ in range(times):
        with pytest.raises(CredentialsWrong):
            visitor.log_in(username=username or visitor.username, password=WRONG, device=device)


def test_some_failures_cost_nothing(visitor: Visitor) -> None:
    guess(visitor, FREE - 1)
    assert visitor.log_in().token.holder == visitor.person.id


@pytest.mark.parametrize("username", ["wang.xiaoming", "nobody.at.all", "NOT EVEN A NAME"])
def test_more_of_them_cost_time_whoever_it_is(visitor: Visitor, username: str) -> None:
    guess(visitor, FREE, username=username)
    with pytest.raises(TooManyAttempts) as refused:
        visitor.log_in(username=username, password=WRONG)
    assert refused.value.details == {"seconds": int(FIRST_WAIT.total_seconds()) + 1}
    assert refused.value.code == "identity.too_many_attempts"


def test_even_the_right_password_waits(visitor: Visitor) -> None:
    guess(visitor, FREE)
    with pytest.raises(TooManyAttempts):
        visitor.log_in()
    visitor.office.clock.advance(FIRST_WAIT)
    assert visitor.log_in().token.holder == visitor.person.id


def test_success_begins_anew(visitor: Visitor) -> None:
    guess(visitor, FREE - 1)
    visitor.log_in()
    guess(visitor, FREE - 1)


def test_time_begins_anew(visitor: Visitor) -> None:
    guess(visitor, FREE - 1)
    visitor.office.clock.advance(WINDOW)
    guess(visitor, FREE - 1)


def test_waiting_doubles_up_to_a_bound() -> None:
    waits = [wait_after(FREE + more) for more in range(8)]
    assert wait_after(FREE - 1) == timedelta()
    assert waits[:3] == [FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT]
    assert {*waits[5:], wait_after(FREE + 10_000)} == {LONGEST_WAIT}


def test_nobody_is_locked_out_of_a_known_device(visitor: Visitor) -> None:
    known = visitor.log_in().device
    guess(visitor, FREE)
    with pytest.raises(TooManyAttempts):
        visitor.log_in()
    assert visitor.log_in(device=known).token.holder == visitor.person.id


def test_a_known_device_has_no_more_guesses_than_others(visitor: Visitor) -> None:
    known = visitor.log_in().device
    guess(visitor, FREE, device=known)
    with pytest.raises(TooManyAttempts):
        visitor.log_in(device=known)
    assert visitor.log_in().token.holder == visitor.person.id


def test_a_device_is_known_for_one_account(visitor: Visitor) -> None:
    other = Visitor(visitor.office, username="somebody.else")
    device = other.log_in().device
    guess(visitor, FREE)
    with pytest.raises(TooManyAttempts):
        visitor.log_in(device=device)


def test_a_device_on_which_somebody_came_in_by_a_key_is_known_too(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    device = visitor.office.sign_in.answer(visitor.shown(passkey)).device
    guess(visitor, FREE)
    assert visitor.log_in(device=device).token.holder == visitor.person.id


def changed(device: str, part: int, value: str) -> str:
    """Return a token with another part."""
    parts = device.split(".")
    return ".".join([*parts[:part], value, *parts[part + 1 :]])


FALSE: dict[str, Callable[[str], str]] = {
    "nothing": lambda _: "",
    "another kind of secret": lambda device: "xs_" + device[3:],
    "another nonce": lambda device: "xd_" + device[3:].swapcase(),
    "another end": lambda device: changed(device, 1, "9999999999"),
    "no end": lambda device: changed(device, 1, "never"),
    "an end in other digits": lambda device: changed(device, 1, "\uff11\uff12"),
    "another holder": lambda device: changed(device, 2, "0123456789abcdef"),
    "a part more": lambda device: device + ".x",
    "a part less": lambda device: ".".join(device.split(".")[:3]),
    "another mark": lambda device: device[:-1] + ("0" if device[-1] != "0" else "1"),
    "a mark in other letters": lambda device: device + "é",
}


@pytest.mark.parametrize("false", FALSE)
def test_a_false_device_is_no_known_one(visitor: Visitor, false: str) -> None:
    devices = visitor.office.sign_in.attempts.devices
    device = devices.token(visitor.username, now=NOW)
    assert devices.is_known(visitor.username, device, now=NOW)
    assert not devices.is_known(visitor.username, FALSE[false](device), now=NOW)
    assert devices.holder_of(device, now=NOW) == devices.holder(visitor.username)
    assert devices.holder_of(FALSE[false](device), now=NOW) == ""


def test_a_device_is_not_known_for_ever(visitor: Visitor) -> None:
    devices = visitor.office.sign_in.attempts.devices
    device = devices.token(visitor.username, now=NOW)
    assert devices.is_known(visitor.username, device, now=NOW + DEVICE_LIFETIME - timedelta(seconds=1))
    assert not devices.is_known(visitor.username, device, now=NOW + DEVICE_LIFETIME)


@pytest.mark.parametrize("database", ["office", "postgres_office"])
def test_many_at_once_are_no_more_than_one_after_the_other(request: pytest.FixtureRequest, database: str) -> None:
    office: Office = request.getfixturevalue(database)
    visitor = Visitor(office)
    known = visitor.log_in().device

    def attempt(_: int) -> type[Exception]:
        try:
            visitor.log_in(password=WRONG)
        except (CredentialsWrong, TooManyAttempts, LostRace) as error:
            return type(error)
        raise AssertionError("a wrong password has opened something")

    with ThreadPoolExecutor(8) as threads:
        told = [*threads.map(attempt, range(40))]
    assert told.count(CredentialsWrong) == FREE
    signed: SignedIn = visitor.log_in(device=known)
    assert signed.token.holder == visitor.person.id


def test_guesses_of_codes_are_counted_too(visitor: Visitor) -> None:
    visitor.app()
    actor = visitor.actor()
    for _ in range(FREE):
        with pytest.raises(CredentialsWrong):
            visitor.office.sign_in.step_up(actor, "000000")
    with pytest.raises(TooManyAttempts):
        visitor.office.sign_in.step_up(actor, "000000")
