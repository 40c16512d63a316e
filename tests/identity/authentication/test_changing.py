"""Changing the password: who may, what ends by it, and that nobody slips in beside it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from api.demo.passkey import SoftPasskey
from identity.authentication.attempts import FREE, TooManyAttempts
from identity.authentication.changing import FRESH, PasswordChange, ProofStale
from identity.authentication.signing_in import LogIn, SignIn
from identity.errors import AccountUnknown, CredentialsWrong, PasswordTooWeak
from identity.notices.notices import NoticeKind
from identity.passwords import Lane
from tests.identity.authentication.desk import Visitor, code_at
from tests.identity.builders import PASSWORD, Office
from trust.store import LostRace

NEW = "eleven loud magpies at dusk"


@pytest.fixture
def visitor(office: Office) -> Visitor:
    """Return somebody with an account."""
    return Visitor(office)


@pytest.fixture
def change(office: Office) -> PasswordChange:
    """Return how passwords are changed."""
    return PasswordChange(office.sign_in)


def test_the_password_before_opens_nothing_any_more(visitor: Visitor, change: PasswordChange) -> None:
    other, mine = visitor.log_in(), visitor.log_in()
    assert change.change(visitor.actor(mine), password=NEW, current=PASSWORD) == 1
    assert visitor.actor(mine).id == visitor.person.id
    with pytest.raises(CredentialsWrong):
        visitor.actor(other)
    with pytest.raises(CredentialsWrong):
        visitor.log_in()
    assert visitor.log_in(password=NEW).token.holder == visitor.person.id
    assert "password:change:done" in visitor.office.tags(visitor.person.id)
    assert NoticeKind.PASSWORD_CHANGED in {one.kind for one in visitor.notices()}


def test_a_wrong_password_changes_nothing(visitor: Visitor, change: PasswordChange) -> None:
    actor = visitor.actor()
    with pytest.raises(CredentialsWrong):
        change.change(actor, password=NEW, current=NEW)
    assert visitor.office.tags(visitor.person.id)[-1] == "password:change:refused"
    assert visitor.log_in().token.holder == visitor.person.id


def test_guessing_it_in_a_session_is_slow_too(visitor: Visitor, change: PasswordChange) -> None:
    actor = visitor.actor()
    for _ in range(FREE):
        with pytest.raises(CredentialsWrong):
            change.change(actor, password=NEW, current=NEW)
    with pytest.raises(TooManyAttempts):
        change.change(actor, password=NEW, current=PASSWORD)
    assert visitor.log_in().token.holder == visitor.person.id  # who logs in does not wait for it


def test_the_right_one_begins_counting_anew(visitor: Visitor, change: PasswordChange) -> None:
    actor = visitor.actor()
    for password, current in ((NEW, PASSWORD), (PASSWORD, NEW)):
        for _ in range(FREE - 1):
            with pytest.raises(CredentialsWrong):
                change.change(actor, password=NEW, current="wrong wrong wrong")
        change.change(actor, password=password, current=current)


@pytest.mark.parametrize(
    ("password", "fault"),
    [("short", "length"), ("password2026!", "common"), ("zkq王小明wang.xiaoming", "personal"), (PASSWORD, "unchanged")],
)
def test_a_weak_one_is_not_chosen(visitor: Visitor, change: PasswordChange, password: str, fault: str) -> None:
    with pytest.raises(PasswordTooWeak) as refused:
        change.change(visitor.actor(), password=password, current=PASSWORD)
    assert refused.value.details == {"fault": fault}


def test_two_factors_that_were_just_shown_do_without_it(visitor: Visitor, change: PasswordChange) -> None:
    office, passkey = visitor.office, SoftPasskey()
    visitor.passkey(passkey)
    strong = visitor.actor(office.sign_in.answer(visitor.shown(passkey)))
    office.clock.advance(FRESH)
    change.change(strong, password=NEW)
    office.clock.advance(timedelta(microseconds=1))
    with pytest.raises(ProofStale) as refused:
        change.change(strong, password=PASSWORD)
    assert (refused.value.code, refused.value.details) == ("identity.proof_stale", {"minutes": 10})
    fresh = visitor.actor(office.sign_in.step_up(strong, visitor.shown(passkey)))
    change.change(fresh, password=PASSWORD)


def test_a_password_and_a_code_do_as_well(visitor: Visitor, change: PasswordChange) -> None:
    secret = visitor.app()
    visitor.office.clock.advance(timedelta(minutes=1))
    code = code_at(secret, visitor.office.clock.now())
    change.change(visitor.actor(visitor.log_in(code=code)), password=NEW)


def test_a_password_alone_does_not(visitor: Visitor, change: PasswordChange) -> None:
    with pytest.raises(ProofStale):
        change.change(visitor.actor(), password=NEW)


def test_a_session_that_has_ended_does_not(visitor: Visitor, change: PasswordChange) -> None:
    office, passkey = visitor.office, SoftPasskey()
    visitor.passkey(passkey)
    strong = office.sign_in.answer(visitor.shown(passkey))
    actor = visitor.actor(strong)
    office.access.log_out(actor, strong.token.secret)
    with pytest.raises(ProofStale):
        change.change(actor, password=NEW)


def test_who_has_no_password_has_none_to_change(visitor: Visitor, change: PasswordChange) -> None:
    office = visitor.office
    system = office.client()
    bearer = office.access.actor_of(office.clients.client_token(system.assertion()).secret)
    with pytest.raises(AccountUnknown):
        change.change(bearer, password=NEW)
    actor = visitor.actor()
    with office.store.transaction() as tx:
        office.access.reopen_account(tx, visitor.person.id, by="test")
    with pytest.raises(AccountUnknown):
        change.change(actor, password=NEW, current=PASSWORD)


class Meanwhile:
    """Lets something happen between the check of a password and what follows from it, where Argon2 takes its time."""

    def __init__(self, sign_in: SignIn, happens: Callable[[], object]) -> None:
        self.gate, self.happens = sign_in.access.passwords.gates[Lane.STRANGER], happens
        sign_in.access.passwords.gates = {**sign_in.access.passwords.gates, Lane.STRANGER: self}  # type: ignore[dict-item]

    def turn(self) -> "Meanwhile":
        return self

    def __enter__(self) -> None:
        """Have a turn."""

    def __exit__(self, *_: object) -> None:
        self.happens()


@pytest.mark.parametrize("database", ["office", "postgres_office"])
def test_a_login_with_the_password_before_does_not_outlive_its_change(
    request: pytest.FixtureRequest, database: str
) -> None:
    visitor = Visitor(request.getfixturevalue(database))
    actor = visitor.actor()
    change = PasswordChange(visitor.office.sign_in)
    Meanwhile(visitor.office.sign_in, lambda: change.change(actor, password=NEW, current=PASSWORD))
    with pytest.raises(CredentialsWrong):
        visitor.log_in()
    assert len(visitor.office.access.sessions(actor)) == 1


def test_a_login_does_not_outlive_an_account_that_was_opened_anew(visitor: Visitor) -> None:
    actor = visitor.actor()

    def reopen() -> None:
        with visitor.office.store.transaction() as tx:
            visitor.office.access.reopen_account(tx, visitor.person.id, by="test")

    Meanwhile(visitor.office.sign_in, reopen)
    with pytest.raises(CredentialsWrong):
        visitor.log_in()
    assert visitor.office.access.sessions(actor) == ()


@pytest.mark.parametrize("database", ["office", "postgres_office"])
def test_of_two_changes_at_once_one_counts(request: pytest.FixtureRequest, database: str) -> None:
    visitor = Visitor(request.getfixturevalue(database))
    actor = visitor.actor()
    change = PasswordChange(visitor.office.sign_in)
    passwords = (NEW, "thirteen owls before noon")

    def attempt(password: str) -> type[Exception] | None:
        try:
            change.change(actor, password=password, current=PASSWORD)
        except (LostRace, CredentialsWrong) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(2) as threads:
        told = [*threads.map(attempt, passwords)]
    assert None in told
    opened = []
    for password in passwords:
        try:
            visitor.office.sign_in.log_in(LogIn(username=visitor.username, password=password))
        except CredentialsWrong:
            continue
        opened.append(password)
    assert len(opened) == 1
