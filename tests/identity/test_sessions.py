"""Sessions: begun with the same work whatever is wrong, ended by time, by their bearer, or by freezing."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from typing_extensions import override

from identity import token_repository
from identity.access import AccessService
from identity.duties import Actor, Duty, Grant
from identity.errors import CredentialsWrong, SubjectNotActive, SubjectUnknown
from identity.levels import Factor
from identity.presence import WRITTEN, Presence
from identity.tokens import SESSION_LIFETIME, IssuedToken, digest_of
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, PASSWORD, SECOND, SECURITY, Office
from trust.events import AuditEvent
from trust.reasons import ReasonMissing

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
    keep(office, issued.secret, after)
    if holds:
        assert issued.holder == office.access.actor_of(issued.secret).id
        return
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)


def keep(office: Office, secret: str, until: timedelta) -> None:
    """Use a session every half an hour, for as long as it takes; then let so much time be gone."""
    pause = timedelta(minutes=30)
    for _ in range(until // pause):
        office.clock.advance(pause)
        with suppress(CredentialsWrong):
            office.access.actor_of(secret)
    office.clock.advance(until % pause)


LEFT_ALONE = [
    ({Factor.PASSWORD}, 60),
    ({Factor.PASSWORD, Factor.ONE_TIME_CODE}, 30),
    ({Factor.PASSKEY}, 15),
]


def begun(office: Office, factors: set[Factor]) -> IssuedToken:
    """Begin a session with any factors."""
    person = office.person()
    with office.store.transaction() as tx:
        return office.access.add_session(tx, person, factors, agent="tests")


@pytest.mark.parametrize(("factors", "minutes"), LEFT_ALONE)
def test_a_session_that_is_left_alone_ends(office: Office, factors: set[Factor], minutes: int) -> None:
    """To the minute that another process may know of a use late."""
    bound = timedelta(minutes=minutes) + WRITTEN
    issued = begun(office, factors)
    office.clock.advance(bound)
    assert office.access.actor_of(issued.secret).session
    office.clock.advance(bound)
    assert len(office.access.sessions(office.access.actor_of(issued.secret))) == 1
    office.clock.advance(bound + AFTER)
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)
    assert office.access.sessions(Actor(id=issued.holder, grants=frozenset())) == ()


@pytest.mark.parametrize("database", ["office", "postgres_office"])
def test_uses_are_written_down_together(request: pytest.FixtureRequest, database: str) -> None:
    office: Office = request.getfixturevalue(database)
    issued = [begun(office, {Factor.PASSWORD}) for _ in range(3)]
    assert office.access.write_uses() == 0
    before = len(office.events())
    office.clock.advance(timedelta(minutes=50))
    for one in issued[:2]:
        for _ in range(5):
            office.access.actor_of(one.secret)
    assert len(office.events()) == before  # a question changes nothing
    assert office.access.write_uses() == 2
    assert [(one.tag, one.facts) for one in office.events(after=before)] == [("session:use:done", {"count": 2})]
    assert office.access.write_uses() == 0
    # Another process on the same database knows of the two, and not of the third.
    other = AccessService(store=office.store, repository=office.repository, identity=office.identity)
    office.clock.advance(timedelta(minutes=50))
    assert [other.actor_of(one.secret).id for one in issued[:2]] == [one.holder for one in issued[:2]]
    with pytest.raises(CredentialsWrong):
        other.actor_of(issued[2].secret)


def test_what_was_used_while_it_was_written_is_written_again() -> None:
    presence = Presence()
    presence.note("ses_1", at=NOW)
    presence.note("ses_2", at=NOW)
    uses = presence.waiting()
    presence.note("ses_2", at=NOW + AFTER)
    presence.written(uses)
    assert presence.waiting() == {"ses_2": NOW + AFTER}
    assert presence.last("ses_1", known=NOW) == NOW
    assert presence.last("ses_2", known=NOW) == NOW + AFTER
    assert presence.last("ses_2", known=NOW + 2 * AFTER) == NOW + 2 * AFTER


def test_a_use_that_another_process_has_seen_later_is_not_put_back(office: Office) -> None:
    issued = begun(office, {Factor.PASSWORD})
    name = office.access.actor_of(issued.secret).session
    for at in (NOW + timedelta(minutes=20), NOW + timedelta(minutes=10)):
        with office.store.transaction() as tx:
            token_repository.used(tx, {name: at, "ses_that_has_ended": at})
            tx.record(AuditEvent(tag="session:use:done", actor="system", subject="sessions"))
    (known,) = office.access.sessions(office.access.actor_of(issued.secret))
    assert known.used_at == NOW + timedelta(minutes=20)


def test_an_access_token_of_a_system_is_not_left_alone(office: Office) -> None:
    system = office.client()
    issued = office.clients.client_token(system.assertion())
    office.clock.advance(timedelta(minutes=14))
    assert office.access.actor_of(issued.secret).is_client
    assert office.access.write_uses() == 0


def test_a_security_administrator_ends_every_session_of_a_person(office: Office) -> None:
    person = office.person()
    username = office.account(person)
    issued = [office.enter(username=username, password=PASSWORD) for _ in range(2)]
    other = office.session(office.person())
    assert office.access.end_all_sessions(SECURITY, person.id, reason="账号疑似被盗用") == 2
    for one in issued:
        with pytest.raises(CredentialsWrong):
            office.access.actor_of(one.secret)
    assert office.access.actor_of(other.secret).id == other.holder
    event = office.events()[-1]
    assert (event.tag, event.actor, event.subject) == ("session:end_all:done", SECURITY.id, person.id)
    assert event.facts == {"count": 2, "reason": "账号疑似被盗用"}
    assert office.enter(username=username, password=PASSWORD).holder == person.id


def test_ending_the_sessions_of_somebody_takes_a_reason_and_a_person(office: Office) -> None:
    with pytest.raises(ReasonMissing):
        office.access.end_all_sessions(SECURITY, office.person().id, reason=" ")
    for nobody in ("P7K2M9Q4R8T1W3X5Y6", office.organisation().id):
        with pytest.raises(SubjectUnknown):
            office.access.end_all_sessions(SECURITY, nobody, reason="账号疑似被盗用")


def test_a_session_is_ended_by_its_bearer(office: Office) -> None:
    issued = office.session(office.person())
    office.access.log_out(office.access.actor_of(issued.secret), issued.secret)
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)
    assert office.tags(issued.holder)[-1] == "session:end:done"


def is_kept(office: Office, issued: IssuedToken) -> bool:
    with office.store.reading() as view:
        return token_repository.bearer(view, digest_of(issued.secret)) is not None


def test_those_that_expired_are_forgotten(office: Office) -> None:
    old = office.session(office.person())
    office.clock.advance(AFTER)
    later = office.session(office.person())
    office.clock.advance(SESSION_LIFETIME - AFTER)
    assert (office.access.forget(), is_kept(office, old), is_kept(office, later)) == (1, False, True)
    event = office.events()[-1]
    assert (event.tag, event.facts) == ("session:forget:done", {"rows": 1})
    assert office.access.forget() == 0
    assert office.events()[-1] == event  # and not a word while there is nothing to forget


def test_many_are_forgotten_a_portion_at_a_time_the_oldest_first(office: Office) -> None:
    issued = []
    for _ in range(3):
        issued.append(office.session(office.person()))
        office.clock.advance(AFTER)
    office.clock.advance(SESSION_LIFETIME)
    with office.store.transaction() as tx:
        assert token_repository.forget(tx, most=2) == 2
        tx.record(AuditEvent(tag="session:forget:done", actor="system", subject="sessions"))
    assert [is_kept(office, one) for one in issued] == [False, False, True]


def test_ending_one_ends_no_other(office: Office) -> None:
    old = office.session(office.person())
    office.clock.advance(SESSION_LIFETIME + AFTER)
    new = office.session(office.person())
    office.access.log_out(office.access.actor_of(new.secret), new.secret)
    assert (is_kept(office, old), is_kept(office, new)) == (True, False)  # a logout waits for no others' rows


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
    with office.store.transaction() as tx:
        office.appointing.add_grant(tx, person.id, Grant(Duty.AUDITOR), by=SECURITY.id)
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


@pytest.mark.parametrize("database", ["office", "postgres_office"])
def test_what_ends_for_safety_leaves_a_moment_before_which_nothing_counts(
    request: pytest.FixtureRequest, database: str
) -> None:
    office: Office = request.getfixturevalue(database)
    person, other = office.person(), office.person()
    for one in (person, other):
        office.session(one)

    def void_before(name: str) -> datetime | None:
        with office.store.reading() as view:
            return token_repository.void_before(view, name)

    assert void_before(person.id) is None
    assert void_before("P7K2M9Q4R8T1W3X5Y6") is None
    office.clock.advance(timedelta(minutes=1))
    office.access.end_all_sessions(SECURITY, person.id, reason="账号疑似被盗用")
    assert void_before(person.id) == NOW + timedelta(minutes=1)
    assert void_before(other.id) is None
    office.clock.advance(timedelta(minutes=1))
    with office.store.transaction() as tx:
        office.access.reopen_account(tx, person.id, by=SECURITY.id)
    assert void_before(person.id) == NOW + timedelta(minutes=2)
