"""Accounts: opened for a person who is proven, activated once with a code, in time, with a password that is strong."""

from datetime import timedelta

import pytest

from identity.errors import (
    AccountExists,
    AccountUnknown,
    CredentialsWrong,
    PasswordTooWeak,
    SubjectNotActive,
    SubjectUnknown,
    UsernameMalformed,
    UsernameTaken,
)
from identity.subject import SubjectId
from identity.tokens import ACTIVATION_LIFETIME, digest_of
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, PASSWORD, SECURITY, Office


def test_an_account_begins_with_a_code_for_its_person(office: Office) -> None:
    person = office.person()
    issued = office.access.open_account(SECURITY, person.id)
    assert (person.id, NOW + ACTIVATION_LIFETIME) == (issued.holder, issued.expires_at)
    assert issued.secret.startswith("xa_")
    assert len(issued.secret) > 40
    assert issued.secret not in repr(issued)
    assert person.id == office.access.activate(issued.secret, username="wang.xiaoming", password=PASSWORD)
    assert "account:open:done" in office.tags(person.id)
    assert office.tags(person.id)[-1] == "account:activate:done"


def test_the_code_is_kept_as_its_hash_alone(office: Office) -> None:
    issued = office.access.open_account(SECURITY, office.person().id)
    with office.store.reading() as view:
        kept = office.repository.account_by_activation(view, digest_of(issued.secret))
        assert office.repository.account_by_activation(view, issued.secret) is None
    assert kept is not None
    assert kept.password_hash is None


def test_a_code_is_spent_by_its_use(office: Office) -> None:
    code = office.access.open_account(SECURITY, office.person().id).secret
    office.access.activate(code, username="wang.xiaoming", password=PASSWORD)
    with pytest.raises(CredentialsWrong):
        office.access.activate(code, username="wang.daming", password=PASSWORD)


@pytest.mark.parametrize(
    "code", ["", "xa_", "xa_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "'; DROP TABLE account; --"]
)
def test_a_wrong_code_opens_nothing(office: Office, code: str) -> None:
    office.access.open_account(SECURITY, office.person().id)
    with pytest.raises(CredentialsWrong):
        office.access.activate(code, username="wang.xiaoming", password=PASSWORD)


@pytest.mark.parametrize(
    ("after", "holds"), [(ACTIVATION_LIFETIME, True), (ACTIVATION_LIFETIME + timedelta(microseconds=1), False)]
)
def test_a_code_has_its_time(office: Office, after: timedelta, *, holds: bool) -> None:
    person = office.person()
    code = office.access.open_account(SECURITY, person.id).secret
    office.clock.advance(after)
    if holds:
        assert person.id == office.access.activate(code, username="wang.xiaoming", password=PASSWORD)
        return
    with pytest.raises(CredentialsWrong):
        office.access.activate(code, username="wang.xiaoming", password=PASSWORD)


def test_an_expired_code_can_be_replaced(office: Office) -> None:
    # Otherwise a person who was on holiday for a week never gets in.
    person = office.person()
    office.access.open_account(SECURITY, person.id)
    office.clock.advance(ACTIVATION_LIFETIME + timedelta(days=1))
    code = office.access.open_account(SECURITY, person.id).secret
    assert person.id == office.access.activate(code, username="wang.xiaoming", password=PASSWORD)


def test_a_code_that_was_replaced_is_worth_nothing(office: Office) -> None:
    person = office.person()
    lost, code = (office.access.open_account(SECURITY, person.id).secret for _ in range(2))
    with pytest.raises(CredentialsWrong):
        office.access.activate(lost, username="wang.xiaoming", password=PASSWORD)
    assert person.id == office.access.activate(code, username="wang.xiaoming", password=PASSWORD)
    assert office.tags(person.id)[-3:] == ["account:open:done", "account:renew_code:done", "account:activate:done"]


def test_a_second_account_for_one_person_is_refused(office: Office) -> None:
    person = office.person()
    username = office.account(person)
    with pytest.raises(AccountExists) as refused:
        office.access.open_account(SECURITY, person.id)
    assert {"subject": person.id} == refused.value.details
    assert person.id == office.enter(username=username, password=PASSWORD).holder


@pytest.mark.parametrize("password", ["short", "password1234", "aaaaaaaaaaaaaaaa", "wang.xiaoming1", "x" * 300])
def test_a_weak_password_leaves_the_code_unspent(office: Office, password: str) -> None:
    code = office.access.open_account(SECURITY, office.person().id).secret
    with pytest.raises(PasswordTooWeak):
        office.access.activate(code, username="wang.xiaoming", password=password)
    office.access.activate(code, username="wang.xiaoming", password=PASSWORD)


def test_a_username_must_be_one(office: Office) -> None:
    code = office.access.open_account(SECURITY, office.person().id).secret
    with pytest.raises(UsernameMalformed):
        office.access.activate(code, username="Wang Xiaoming", password=PASSWORD)


def test_a_username_belongs_to_one_person(office: Office) -> None:
    office.account(office.person(), username="wang.xiaoming")
    code = office.access.open_account(SECURITY, office.person("王大明").id).secret
    with pytest.raises(UsernameTaken):
        office.access.activate(code, username="wang.xiaoming", password=PASSWORD)
    office.access.activate(code, username="wang.daming", password=PASSWORD)


def test_whether_a_username_is_taken_is_told_only_to_who_has_a_code(office: Office) -> None:
    office.account(office.person(), username="wang.xiaoming")
    with pytest.raises(CredentialsWrong):
        office.access.activate("xa_wrong", username="wang.xiaoming", password=PASSWORD)


def test_only_who_is_proven_gets_an_account(office: Office) -> None:
    with pytest.raises(SubjectNotActive):
        office.access.open_account(SECURITY, office.register().id)
    for nobody in ("P7K2M9Q4R8T1W3X5Y6", office.organisation().id):
        with pytest.raises(SubjectUnknown):
            office.access.open_account(SECURITY, nobody)


def test_a_frozen_person_activates_nothing(office: Office) -> None:
    person = office.person()
    code = office.access.open_account(SECURITY, person.id).secret
    office.identity.freeze(FIRST, person.id, reason="举报核实中")
    with pytest.raises(SubjectNotActive):
        office.access.activate(code, username="wang.xiaoming", password=PASSWORD)


@pytest.mark.parametrize("password", ["zkq王小明wang.xia9", "王小明x王小明y王小明zq"])
def test_the_persons_own_name_carries_no_password(office: Office, password: str) -> None:
    code = office.access.open_account(SECURITY, office.person("王小明").id).secret
    with pytest.raises(PasswordTooWeak) as refused:
        office.access.activate(code, username="wang.xia", password=password)
    assert refused.value.details == {"fault": "personal"}
    office.access.activate(code, username="wang.xia", password=PASSWORD)


def test_without_a_code_nothing_is_worked_out(office: Office) -> None:
    """Else anybody could keep Argon2 busy, and learn of usernames by how long it takes."""
    office.account(office.person(), username="wang.xiaoming")
    office.access.passwords.gates = {}
    for username in ("wang.xiaoming", "nobody"):
        with pytest.raises(CredentialsWrong):
            office.access.activate("xa_wrong", username=username, password=PASSWORD)


# --- opened anew


def reopen(office: Office, person: SubjectId) -> str:
    """Open an account anew, as recovery does."""
    with office.store.transaction() as tx:
        return office.access.reopen_account(tx, person, by=SECURITY.id).secret


def test_an_account_that_is_opened_anew_ends_what_was_before(office: Office) -> None:
    person = office.person()
    username = office.account(person)
    issued = office.enter(username=username, password=PASSWORD)
    code = reopen(office, person.id)
    assert (office.events()[-1].tag, office.events()[-1].facts) == ("account:reopen:done", {"sessions": 1})
    with pytest.raises(CredentialsWrong):
        office.access.actor_of(issued.secret)
    with pytest.raises(CredentialsWrong):
        office.enter(username=username, password=PASSWORD)
    office.clock.advance(timedelta(days=1))
    office.access.activate(code, username=username, password=PASSWORD + " again")
    assert office.enter(username=username, password=PASSWORD + " again").holder == person.id
    with office.store.reading() as view:
        known = office.repository.account(view, person=person.id)
    assert known is not None
    assert known.activated_at == NOW + timedelta(days=1)  # so that a first authenticator may be enrolled


def test_an_account_that_is_opened_anew_keeps_its_username(office: Office) -> None:
    person = office.person()
    username = office.account(person)
    code = reopen(office, person.id)
    with pytest.raises(CredentialsWrong):
        office.access.activate(code, username="another.name", password=PASSWORD)
    office.access.activate(code, username=username, password=PASSWORD)


def test_only_an_account_is_opened_anew_and_of_who_may_act(office: Office) -> None:
    person = office.person()
    with pytest.raises(AccountUnknown):
        reopen(office, person.id)
    office.account(person)
    office.identity.freeze(FIRST, person.id, reason="举报核实中")
    with pytest.raises(SubjectNotActive):
        reopen(office, person.id)
