"""Passwords and usernames: how they are hashed and checked, at what cost, and how many at once."""

import threading
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from typing_extensions import override

from identity.errors import UsernameMalformed
from identity.passwords import RETRY, Gate, Lane, Passwords, PasswordsBusy, normalised, require_username
from tests.identity.builders import PASSWORD

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
COMPOSED, APART = "caf\u00e9 au lait at noon", "cafe\u0301 au lait at noon"
"""The same, as one keyboard and as another types it."""


class Slow(PasswordHasher):
    """A hasher that waits until it is let go, and counts who is inside and what it was asked."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.lock = threading.Lock()
        self.entered = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.inside = self.most = 0
        self.asked: list[str | bytes] = []

    @override
    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        """Count, wait, and say no."""
        with self.lock:
            self.asked.append(password)
            self.inside += 1
            self.most = max(self.most, self.inside)
        self.entered.release()
        assert self.go_on.wait(30)
        with self.lock:
            self.inside -= 1
        raise VerifyMismatchError


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    """Return what hashes passwords, at a price that a test can pay."""
    made = Passwords()
    made.hasher = CHEAP
    made.nobody = CHEAP.hash("nobody")
    return made


@pytest.mark.parametrize("username", ["abc", "wang.xiaoming", "a-b_c.9", "z" * 64])
def test_a_username_is_one(username: str) -> None:
    require_username(username)


@pytest.mark.parametrize(
    "username",
    ["", "ab", "Abc", "9abc", ".abc", "王小明", "a b", "abc\n", "a" * 65, "ａｂｃ", "abc\x00", "аbc"],  # noqa: RUF001 - the first letter of the last is Cyrillic
)
def test_what_is_no_username_is_refused(username: str) -> None:
    with pytest.raises(UsernameMalformed):
        require_username(username)


def test_a_hash_is_argon2id_with_64_mebibytes() -> None:
    made = Passwords().hash(PASSWORD)
    assert made.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_the_right_password_holds_and_no_other(passwords: Passwords) -> None:
    made = passwords.hash(PASSWORD)
    assert made != passwords.hash(PASSWORD)
    assert passwords.holds(made, PASSWORD)
    for wrong in ("", PASSWORD + " ", PASSWORD.upper(), made):
        assert not passwords.holds(made, wrong)


def test_without_a_hash_nothing_holds(passwords: Passwords) -> None:
    assert not passwords.holds(None, PASSWORD)
    assert not passwords.holds(None, "nobody")
    assert not passwords.holds("not a hash", PASSWORD)


def test_a_password_is_the_same_on_every_keyboard(passwords: Passwords) -> None:
    assert COMPOSED != APART
    assert normalised(COMPOSED) == normalised(APART)
    assert passwords.holds(passwords.hash(COMPOSED), APART)
    assert passwords.holds(passwords.hash(APART), COMPOSED)
    assert passwords.holds(passwords.hash("\uff53even\u3000herons at dawn"), "seven herons at dawn")


def test_what_an_earlier_version_hashed_as_it_was_typed_still_holds(passwords: Passwords) -> None:
    before = CHEAP.hash("云州的秋天，从第一场雨开始了")
    assert normalised("，") == ","
    assert passwords.holds(before, "云州的秋天，从第一场雨开始了")
    assert not passwords.holds(before, "云州的秋天,从第一场雨开始了")


@pytest.mark.parametrize(("typed", "asked"), [(PASSWORD, 1), (APART, 2), (COMPOSED, 1)])
def test_what_it_costs_depends_on_what_was_typed_alone(typed: str, asked: int) -> None:
    made = Passwords()
    made.hasher = hasher = Slow()
    hasher.go_on.set()
    for known in (None, CHEAP.hash(PASSWORD)):
        hasher.asked.clear()
        assert not made.holds(known, typed)
        assert len(hasher.asked) == asked


def test_a_hash_is_renewed_when_more_is_asked_of_it(passwords: Passwords) -> None:
    now = passwords.hash(PASSWORD)
    assert passwords.renewed(now, PASSWORD) is None
    before = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    renewed = passwords.renewed(before, PASSWORD)
    assert renewed is not None
    assert renewed.split("$")[3] == now.split("$")[3]
    assert passwords.holds(renewed, PASSWORD)


def test_renewing_waits_for_another_day_where_many_log_in() -> None:
    made = Passwords()
    made.gates = {Lane.KNOWN: Gate(at_once=1, waiting=0), Lane.STRANGER: Gate(at_once=1, waiting=0)}
    made.hasher = CHEAP
    before = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    with made.gates[Lane.KNOWN].turn():
        assert made.renewed(before, PASSWORD) is None


def flood(made: Passwords, count: int, *, lane: Lane) -> list[threading.Thread]:
    threads = [threading.Thread(target=made.holds, args=(None, PASSWORD), kwargs={"lane": lane}) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def wait_for(condition: Callable[[], bool]) -> None:
    """Return once something is so."""
    for _ in range(3000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it never came to that")


def test_a_flood_takes_few_turns_and_few_places_and_leaves_a_lane_to_known_devices() -> None:
    made = Passwords()
    made.hasher = hasher = Slow()
    made.gates = {Lane.STRANGER: Gate(at_once=2, waiting=3), Lane.KNOWN: Gate(at_once=1, waiting=0)}
    threads = flood(made, 5, lane=Lane.STRANGER)
    for _ in range(2):
        assert hasher.entered.acquire(timeout=30)
    wait_for(lambda: not made.gates[Lane.STRANGER].places._value)  # it tells nobody else
    with pytest.raises(PasswordsBusy) as refused:
        made.holds(None, PASSWORD)
    assert (refused.value.code, refused.value.details) == ("identity.passwords_busy", {"seconds": RETRY})
    assert hasher.most == 2
    threads += flood(made, 1, lane=Lane.KNOWN)
    assert hasher.entered.acquire(timeout=30)
    assert hasher.most == 3
    with pytest.raises(PasswordsBusy):
        made.holds(None, PASSWORD, lane=Lane.KNOWN)
    hasher.go_on.set()
    for thread in threads:
        thread.join()
    assert hasher.most == 3
    assert not made.holds(None, PASSWORD)  # every place was given back


def test_no_more_than_a_few_are_worked_out_at_once() -> None:
    gates = Passwords().gates
    assert {lane: gate.at_once for lane, gate in gates.items()} == {Lane.STRANGER: 2, Lane.KNOWN: 1}
    assert sum(gate.at_once + gate.waiting for gate in gates.values()) == 18
