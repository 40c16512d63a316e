"""Whoever it is, what is wrong costs the same: the same statements, in the same order, and the same Argon2.

How long it takes in fact is measured by tests/drills/wrong_passwords.py.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event
from typing_extensions import override

from api.demo.passkey import SoftPasskey
from identity.authentication.attempts import FREE, TooManyAttempts
from identity.authentication.passkeys import PASSKEY_OF_NOBODY
from identity.authentication.signing_in import LogIn
from identity.errors import CredentialsWrong
from identity.notices.notices import NoticeKind
from identity.passwords import Gate, Lane, PasswordsBusy
from tests.identity.authentication.desk import USERNAME, Visitor
from tests.identity.builders import Office
from trust.store import Store

WRONG = "wrong wrong wrong"


@pytest.fixture
def visitor(office: Office) -> Visitor:
    """Return somebody with an account."""
    return Visitor(office)


@contextmanager
def traced(store: Store) -> Iterator[list[str]]:
    """Yield the statements that reach the database meanwhile: the verb, and where to."""
    told: list[str] = []

    def trace(connection: Any, *_: object) -> None:  # noqa: ANN401 - whatever the driver's connection is
        connection.set_trace_callback(lambda text: told.append(" ".join(text.split()[:3])))

    def silence(connection: Any, *_: object) -> None:  # noqa: ANN401 - likewise
        connection.set_trace_callback(None)

    for engine in (store.reader, store.writer):
        event.listen(engine, "checkout", trace)
        event.listen(engine, "checkin", silence)
    yield told
    for engine in (store.reader, store.writer):
        event.remove(engine, "checkout", trace)
        event.remove(engine, "checkin", silence)


class Counting(PasswordHasher):
    """A cheap hasher that counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.asked = 0

    @override
    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        """Count, and verify."""
        self.asked += 1
        return super().verify(hash, password)


def cost(visitor: Visitor, act: Callable[[], object], *, refusal: type[Exception]) -> tuple[list[str], int]:
    """Return the statements and the Argon2 that a refusal takes."""
    passwords = visitor.office.access.passwords
    passwords.hasher = hasher = Counting()
    with traced(visitor.office.store) as told, pytest.raises(refusal):
        act()
    assert told
    return told, hasher.asked


def test_a_wrong_password_costs_what_an_unknown_username_costs(visitor: Visitor) -> None:
    sign_in = visitor.office.sign_in
    visitor.office.access.open_account(visitor.actor(), visitor.office.person().id)  # waits for its person
    known, unknown = (
        cost(
            visitor,
            lambda name=name: sign_in.log_in(LogIn(username=name, password=WRONG)),  # type: ignore[misc]
            refusal=CredentialsWrong,
        )
        for name in (USERNAME, "wang.daming")
    )
    assert known == unknown
    assert known[1] == 1


def test_waiting_costs_the_same_and_no_argon2(visitor: Visitor) -> None:
    told = []
    for name in (USERNAME, "wang.daming"):
        for _ in range(FREE):
            with pytest.raises(CredentialsWrong):
                visitor.log_in(username=name, password=WRONG)
        told.append(cost(visitor, lambda: visitor.log_in(username=name, password=WRONG), refusal=TooManyAttempts))  # noqa: B023 - called at once
    assert told[0] == told[1]
    assert told[0][1] == 0


def test_a_passkey_of_nobody_costs_what_a_false_one_costs(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    sign_in = visitor.office.sign_in
    false = visitor.shown(SoftPasskey(name=passkey.name))
    nobodys = visitor.shown(SoftPasskey())
    costs = [cost(visitor, lambda: sign_in.answer(one), refusal=CredentialsWrong) for one in (false, nobodys)]  # noqa: B023 - called at once
    assert costs[0] == costs[1]


def test_the_passkey_of_nobody_is_looked_at_like_any_other(visitor: Visitor) -> None:
    """It has a key that verifies signatures, and whoever has the other half of it gets nowhere."""
    passkey = SoftPasskey()
    passkey.key = nobody()
    answer = visitor.shown(passkey)
    challenge = answer.question.encode()
    shown = visitor.office.sign_in.relying_party.shown(answer.credential, PASSKEY_OF_NOBODY, challenge=challenge)
    assert shown == replace(PASSKEY_OF_NOBODY, uses=1)
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(answer)


def nobody() -> Any:  # noqa: ANN401 - a private key
    """Return the private key of the passkey of nobody, which is known to everybody."""
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.derive_private_key(1, ec.SECP256R1())


# --- what goes with a login


def test_a_hash_is_made_anew_when_more_is_asked_of_it(visitor: Visitor) -> None:
    office = visitor.office
    passwords = office.access.passwords

    def kept() -> str | None:
        with office.store.reading() as view:
            account = office.repository.account_by_username(view, USERNAME)
        assert account is not None
        return account.password_hash

    before = kept()
    visitor.log_in()
    assert kept() == before
    passwords.hasher = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1)
    with pytest.raises(CredentialsWrong):
        visitor.log_in(password=WRONG)
    assert kept() == before
    visitor.log_in()
    after = kept()
    assert after is not None
    assert "m=16,t=2,p=1" in after
    visitor.log_in()
    assert kept() == after


def test_a_login_from_a_new_device_is_told(visitor: Visitor) -> None:
    known = visitor.log_in(agent="Firefox\nof the office").device
    visitor.log_in(device=known)
    (told,) = (one for one in visitor.notices() if one.kind is NoticeKind.NEW_DEVICE)
    assert told.facts == {"agent": "Firefoxof the office"}
    with pytest.raises(CredentialsWrong):
        visitor.log_in(password=WRONG)
    visitor.log_in(device="xd_of.somebody.else")
    assert sum(one.kind is NoticeKind.NEW_DEVICE for one in visitor.notices()) == 2


def test_a_flood_of_strangers_leaves_the_lane_of_known_devices(visitor: Visitor) -> None:
    known = visitor.log_in().device
    passwords = visitor.office.access.passwords
    passwords.gates = {Lane.STRANGER: Gate(at_once=1, waiting=0), Lane.KNOWN: Gate(at_once=1, waiting=0)}
    with passwords.gates[Lane.STRANGER].turn():
        with pytest.raises(PasswordsBusy):
            visitor.log_in()
        assert visitor.log_in(device=known).token.holder == visitor.person.id
