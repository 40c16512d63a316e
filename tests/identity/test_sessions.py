"""Sessions: begun with the same work whatever is wrong, ended by time, by their bearer, or by freezing."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from typing_extensions import override

from identity import token_repository
from identity.duties import Actor, Duty, Grant
from identity.errors import CredentialsWrong, SubjectNotActive
from identity.tokens import SESSION_LIFETIME, digest_of
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, PASSWORD, SECOND, SECURITY, Office

AFTER = timedelta(microseconds=1)


def test_a_session_begins(office: Office) -> None:
    person = office.person()
    issued = office.enter(username=office.account(person), password=PASSWORD)
    assert (person.id, NOW + SESSION_LIFETIME) == (issued.holder, issued.expires_at)
    assert issued.secret.startswith("xs_")
    assert issued.secret not in repr(issued)
    assert Actor(id=person.id, grants=frozenset()) == office.access.actor_of(issued.secret)
    assert office.tags(person.id)[-1] == "session:begin:done"


def test_two_sessions_have_two_secrets(office: Office) -> None:
    username = office.account(office.person())
    first, second = (office.enter(username=username, password=PASSWORD) for _ in range(2))
    assert first.secret != second.secret
    office.access.log_out(office.access.actor_of(first.secret), first.secret)
    assert second.holder == office.access.actor_of(second.secret).id


def test_the_secret_is_kept_as_its_hash_alone(office: Office) -> None:
    issued = office.session(office.person())
    with office.store.reading() as view:
        assert token_repository.bearer(view, issued.secret) is None
        assert token_repository.bearer(view, digest_of(issued.secret)) is not None


class Counting(PasswordHasher):
    """A cheap hasher that counts how often it is asked, and against which hash."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.asked: list[str | bytes] = []

    @override
    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
        """Count, and verify."""
        self.asked.append(hash)
        return super().verify(hash, password)


@pytest.mark.parametrize(
    ("username", "password"),
    [("wang.xiaoming", "wrong wrong wrong"), ("nobody", PASSWORD), ("", ""), ("waiting", PASSWORD)],
)
def test_whatever_is_wrong_costs_the_same(office: Office, username: str, password: str) -> None:
    office.account(office.person(), username="wang.xiaoming")
    office.access.open_account(SECURITY, office.person().id)  # waits for its activation, and has no username
    office.access.passwords.hasher = hasher = Counting()
    office.access.passwords.nobody = hasher.hash("nobody")
    before = len(office.events())
    with pytest.raises(CredentialsWrong):
        office.enter(username=username, password=password)
    assert len(hasher.asked) == 1
    assert [event.tag for event in office.events(after=before)] == ["session:begin:tried", "session:begin:refused"]


def test_a_refusal_names_the_person_and_nobody_else(office: Office) -> None:
    person = office.person()
    office.account(person, username="wang.xiaoming")
    for username, subject in (("wang.xiaoming", person.id), ("wang.daming", "nobody")):
        with pytest.raises(CredentialsWrong):
            office.enter(username=username, password="wrong wrong wrong")
        last = office.events()[-1]
        assert (subject, subject, {}) == (last.actor, last.subject, last.facts)


def test_the_password_of_nobody_lets_nobody_in(office: Office) -> None:
    with pytest.raises(CredentialsWrong):
        office.enter(username="nobody", password="nobody")


@pytest.mark.parametrize(
    "secret",
    ["", "xs_", "xs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "xc_", "\x00"],
)
def test_nobody_bears_a_secret_that_was_never_given(office: Office, secret: str) -> None:
    office.session(office.person())
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(secret)


def test_an_activation_code_is_no_session(office: Office) -> None:
    code = office.access.open_account(SECURITY, office.person().id).secret
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(code)


@pytest.mark.parametrize(("after", "holds"), [(SESSION_LIFETIME - AFTER, True), (SESSION_LIFETIME, False)])
def test_a_session_has_its_time(office: Office, after: timedelta, *, holds: bool) -> None:
    issued = office.session(office.person())
    office.clock.advance(after)
    if holds:
        assert issued.holder == office.access.actor_of(issued.secret).id
        return
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)


def test_a_session_is_ended_by_its_bearer(office: Office) -> None:
    issued = office.session(office.person())
    office.access.log_out(office.access.actor_of(issued.secret), issued.secret)
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)
    assert office.tags(issued.holder)[-1] == "session:end:done"


def test_ending_one_forgets_those_that_expired(office: Office) -> None:
    old = office.session(office.person())
    office.clock.advance(SESSION_LIFETIME + AFTER)
    new = office.session(office.person())
    office.access.log_out(office.access.actor_of(new.secret), new.secret)
    with office.store.reading() as view:
        assert token_repository.bearer(view, digest_of(old.secret)) is None


def freeze(office: Office, person: str) -> None:
    office.identity.freeze(FIRST, person, reason="举报核实中")


def unfreeze(office: Office, person: str) -> None:
    office.identity.unfreeze(SECOND, person, reason="核实无误")


def test_freezing_ends_what_a_person_does_at_once(office: Office) -> None:
    person = office.person()
    username = office.account(person)
    issued = office.enter(username=username, password=PASSWORD)
    freeze(office, person.id)
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)
    with pytest.raises(SubjectNotActive):
        office.enter(username=username, password=PASSWORD)
    with pytest.raises(CredentialsWrong):  # who does not know the password does not learn of it
        office.enter(username=username, password="wrong wrong wrong")
    unfreeze(office, person.id)
    assert person.id == office.enter(username=username, password=PASSWORD).holder


def test_the_login_of_a_frozen_person_is_on_record(office: Office) -> None:
    person = office.person()
    username = office.account(person)
    freeze(office, person.id)
    with pytest.raises(SubjectNotActive):
        office.enter(username=username, password=PASSWORD)
    assert office.tags(person.id)[-1] == "session:begin:refused"


def test_a_session_knows_the_duties_of_this_moment(office: Office) -> None:
    person = office.person()
    issued = office.session(person)
    office.access.appoint(SECURITY, person.id, Grant(Duty.AUDITOR))
    assert frozenset({Grant(Duty.AUDITOR)}) == office.access.actor_of(issued.secret).grants


def test_sessions_are_the_same_on_postgresql(postgres_office: Office) -> None:
    office = postgres_office
    issued = office.session(office.person())
    assert issued.holder == office.access.actor_of(issued.secret).id
    office.clock.advance(SESSION_LIFETIME)
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)


def test_a_zero_character_in_a_username_is_a_wrong_one_on_postgresql(postgres_office: Office) -> None:
    with pytest.raises(CredentialsWrong):
        postgres_office.enter(username="wang\x00", password=PASSWORD)
