"""Two at once: what may happen once happens once, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from typing_extensions import override

from api.demo.passkey import SoftPasskey
from identity.authentication.attempts import TooManyAttempts
from identity.errors import AssertionRefused, AuthenticatorExists, CredentialsWrong, UsernameTaken
from tests.identity.authentication.desk import Visitor, code_at
from tests.identity.builders import PASSWORD, SECURITY, Office
from trust.store import LostRace


class Still(SoftPasskey):
    """A passkey that does not count its uses, as those of telephones do not."""

    @override
    def __setattr__(self, name: str, value: object) -> None:
        super().__setattr__(name, 0 if name == "uses" else value)


REFUSED = (AssertionRefused, CredentialsWrong, LostRace, TooManyAttempts, AuthenticatorExists)
AT_ONCE = 4


@pytest.fixture(params=["office", "postgres_office"])
def visitor(request: pytest.FixtureRequest) -> Visitor:
    """Return somebody with an account, on each database."""
    office: Office = request.getfixturevalue(request.param)
    return Visitor(office)


def succeeded(act: Callable[[int], object]) -> int:
    """Do something several times at once, and return how often it was done."""
    together = Barrier(AT_ONCE)

    def attempt(number: int) -> bool:
        together.wait(30)
        try:
            act(number)
        except REFUSED:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return sum(threads.map(attempt, range(AT_ONCE)))


def test_an_assertion_is_used_once(visitor: Visitor) -> None:
    """Systems that ask at once share commits: one token comes of it all the same, and others take no harm."""
    office = visitor.office
    system, other = office.client(), office.client()
    assertion = system.assertion()
    assert succeeded(lambda _: office.clients.client_token(assertion)) == 1
    assert succeeded(lambda number: office.clients.client_token(assertion if number else other.assertion())) == 1
    assert succeeded(lambda _: office.clients.client_token(other.assertion())) == AT_ONCE


def test_an_activation_code_is_used_once(visitor: Visitor) -> None:
    office = visitor.office
    code = office.access.open_account(SECURITY, office.person().id).secret
    assert succeeded(lambda number: office.access.activate(code, username=f"user.{number}", password=PASSWORD)) == 1


def test_a_username_is_taken_once(visitor: Visitor) -> None:
    office = visitor.office
    codes = [office.access.open_account(SECURITY, office.person().id).secret for _ in range(AT_ONCE)]

    def activate(number: int) -> None:
        try:
            office.access.activate(codes[number], username="the.same", password=PASSWORD)
        except UsernameTaken:
            raise CredentialsWrong from None

    assert succeeded(activate) == 1


def test_a_one_time_code_is_used_once(visitor: Visitor) -> None:
    secret = visitor.app()
    visitor.office.clock.advance(timedelta(minutes=1))
    code = code_at(secret, visitor.office.clock.now())
    assert succeeded(lambda _: visitor.log_in(code=code)) == 1


def test_a_session_steps_up_once(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    actor = visitor.actor()
    answers = [visitor.shown(passkey) for _ in range(AT_ONCE)]
    assert succeeded(lambda number: visitor.office.sign_in.step_up(actor, answers[number])) == 1


def test_an_answer_opens_one_session(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    answer = visitor.shown(passkey)
    assert succeeded(lambda _: visitor.office.sign_in.answer(answer)) == 1


def test_an_answer_of_a_key_that_does_not_count_opens_one_session(visitor: Visitor) -> None:
    """Nothing but the question tells the second time from the first."""
    passkey = Still()
    visitor.passkey(passkey)
    answer = visitor.shown(passkey)
    assert passkey.uses == 0
    assert succeeded(lambda _: visitor.office.sign_in.answer(answer)) == 1


def test_a_passkey_is_enrolled_by_one_person(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    others = [Visitor(visitor.office, username=f"somebody.{number}") for number in range(AT_ONCE)]
    actors = [one.actor() for one in others]
    assert succeeded(lambda number: others[number].passkey(passkey, actors[number])) == 1
