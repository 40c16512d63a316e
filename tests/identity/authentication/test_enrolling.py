"""Enrolling: what a session must prove to add or take away something, once, and while it is time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from api.demo.passkey import SoftPasskey
from identity.authentication.authenticators import AuthenticatorKind
from identity.authentication.enrolling import FIRST, AuthenticatorIsLast
from identity.authentication.questions import LIFETIME
from identity.authentication.signing_in import PasskeyAnswer
from identity.errors import (
    AccountUnknown,
    AuthenticatorExists,
    AuthenticatorUnknown,
    CredentialsWrong,
    EnrolmentClosed,
    LevelTooLow,
)
from identity.levels import Level
from identity.notices.notices import NoticeKind
from tests.builders import PKI
from tests.identity.authentication.desk import Visitor, code_at
from tests.identity.builders import Office
from trust.events import AuditEvent
from trust.store import LostRace


@pytest.fixture
def visitor(office: Office) -> Visitor:
    """Return somebody with an account."""
    return Visitor(office)


def test_what_was_added_is_listed_in_its_order(visitor: Visitor, sm2_pki: PKI) -> None:
    office = visitor.office
    office.trusted.add(sm2_pki.signer.certificate.fingerprint)
    visitor.certificate(sm2_pki.signer)
    strong = visitor.actor(office.sign_in.answer(visitor.signed(sm2_pki.signer)))
    office.clock.advance(timedelta(seconds=1))
    visitor.passkey(SoftPasskey(), strong)
    office.clock.advance(timedelta(seconds=1))
    visitor.app(strong)
    kinds = [one.kind for one in office.enrolment.of(strong)]
    assert kinds == [AuthenticatorKind.CERTIFICATE, AuthenticatorKind.PASSKEY, AuthenticatorKind.ONE_TIME_CODES]
    first, *others = office.enrolment.of(strong)
    assert first.used_at is not None
    assert [one.used_at for one in others] == [None, None]


def test_what_an_authenticator_holds_does_not_show_itself(visitor: Visitor) -> None:
    secret = visitor.app()
    (one,) = visitor.office.enrolment.of(visitor.actor())
    assert secret not in repr(one)
    assert secret not in repr(one.held)
    assert "手机" not in repr(one)


ADD: dict[str, Callable[[Visitor], object]] = {
    "an app": lambda visitor: visitor.app(),
    "a passkey": lambda visitor: visitor.passkey(SoftPasskey()),
}


@pytest.mark.parametrize("added", ADD)
def test_a_weak_session_adds_nothing_beside_what_is_strong(visitor: Visitor, added: str) -> None:
    visitor.passkey(SoftPasskey())
    with pytest.raises(LevelTooLow) as refused:
        ADD[added](visitor)
    assert refused.value.details == {"held": 1, "needed": 3, "missing": "factor"}
    assert refused.value.code == "identity.level_too_low"


@pytest.mark.parametrize("added", ADD)
def test_the_first_one_is_added_within_a_day(visitor: Visitor, added: str) -> None:
    visitor.office.clock.advance(FIRST - timedelta(seconds=1))
    ADD[added](visitor)


@pytest.mark.parametrize("added", ADD)
def test_the_first_one_is_not_added_later(visitor: Visitor, added: str) -> None:
    visitor.office.clock.advance(FIRST)
    with pytest.raises(EnrolmentClosed) as refused:
        ADD[added](visitor)
    assert refused.value.code == "identity.enrolment_closed"


def test_a_further_one_is_added_at_any_time_in_a_strong_session(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    visitor.office.clock.advance(FIRST * 30)
    visitor.passkey(SoftPasskey(), visitor.actor(visitor.office.sign_in.answer(visitor.shown(passkey))))


def test_a_key_is_enrolled_once_and_by_one_person(visitor: Visitor, sm2_pki: PKI) -> None:
    visitor.office.trusted.add(sm2_pki.signer.certificate.fingerprint)
    visitor.certificate(sm2_pki.signer)
    with pytest.raises(AuthenticatorExists) as refused:
        Visitor(visitor.office, username="somebody.else").certificate(sm2_pki.signer)
    assert refused.value.code == "identity.authenticator_exists"


def test_a_passkey_is_enrolled_once(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    with pytest.raises(AuthenticatorExists):
        Visitor(visitor.office, username="somebody.else").passkey(passkey)


def test_a_device_is_told_which_passkeys_it_may_not_make_again(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    strong = visitor.actor(visitor.office.sign_in.answer(visitor.shown(passkey)))
    options = visitor.office.enrolment.passkey_options(strong, visitor.office.enrolment.ask(strong))
    assert len(options["excludeCredentials"]) == 1
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["user"]["name"] == visitor.username


def test_a_certificate_that_nobody_vouches_for_is_not_enrolled(visitor: Visitor, sm2_pki: PKI) -> None:
    with pytest.raises(CredentialsWrong):
        visitor.certificate(sm2_pki.signer)
    assert not visitor.office.enrolment.of(visitor.actor())


def test_a_passkey_of_another_page_is_not_enrolled(visitor: Visitor) -> None:
    with pytest.raises(CredentialsWrong):
        visitor.passkey(SoftPasskey(), origin="https://evil.example")


@pytest.mark.parametrize("code", ["000000", ""])
def test_an_app_shows_its_first_code(visitor: Visitor, code: str) -> None:
    actor = visitor.actor()
    made = visitor.office.enrolment.new_codes(actor)
    with pytest.raises(CredentialsWrong):
        visitor.office.enrolment.add_codes(actor, secret=made.secret, code=code, name="手机")


@pytest.mark.parametrize("secret", ["", "A" * 31, "A" * 31 + "1", "a" * 32])
def test_a_secret_that_is_none_of_ours_is_refused(visitor: Visitor, secret: str) -> None:
    actor = visitor.actor()
    with pytest.raises(CredentialsWrong):
        visitor.office.enrolment.add_codes(actor, secret=secret, code="123456", name="手机")


def test_the_code_that_enrols_opens_nothing(visitor: Visitor) -> None:
    secret = visitor.app()
    with pytest.raises(CredentialsWrong):
        visitor.log_in(code=code_at(secret, visitor.office.clock.now()))


def test_a_question_is_for_the_person_who_asked(visitor: Visitor) -> None:
    enrolment = visitor.office.enrolment
    question = enrolment.ask(visitor.actor())
    other = Visitor(visitor.office, username="somebody.else").actor()
    options = enrolment.passkey_options(other, question)
    answer = PasskeyAnswer(question=question, credential=SoftPasskey().make(options, origin="https://trust.example"))
    with pytest.raises(CredentialsWrong):
        enrolment.add_key(other, answer, name="手机")
    with pytest.raises(CredentialsWrong):  # spent
        enrolment.add_key(visitor.actor(), answer, name="手机")


def test_a_question_for_enrolling_does_not_wait_for_ever(visitor: Visitor) -> None:
    actor = visitor.actor()
    question = visitor.office.enrolment.ask(actor)
    options = visitor.office.enrolment.passkey_options(actor, question)
    answer = PasskeyAnswer(question=question, credential=SoftPasskey().make(options, origin="https://trust.example"))
    visitor.office.clock.advance(LIFETIME)
    with pytest.raises(CredentialsWrong):
        visitor.office.enrolment.add_key(actor, answer, name="手机")


def test_what_was_lost_is_taken_away(visitor: Visitor) -> None:
    passkey, other = SoftPasskey(), SoftPasskey()
    added = visitor.passkey(passkey)
    strong = visitor.actor(visitor.office.sign_in.answer(visitor.shown(passkey)))
    kept = visitor.passkey(other, strong)
    visitor.office.enrolment.remove(strong, added.id)
    assert [one.id for one in visitor.office.enrolment.of(strong)] == [kept.id]
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(visitor.shown(passkey))
    assert "authenticator:remove:done" in visitor.office.tags(visitor.person.id)
    told = [one.kind for one in visitor.notices()]
    assert told.count(NoticeKind.AUTHENTICATOR_ADDED) == 2
    assert told.count(NoticeKind.AUTHENTICATOR_REMOVED) == 1


def test_the_last_one_stays(visitor: Visitor) -> None:
    """With the password alone nobody enrols another."""
    passkey = SoftPasskey()
    added = visitor.passkey(passkey)
    strong = visitor.actor(visitor.office.sign_in.answer(visitor.shown(passkey)))
    with pytest.raises(AuthenticatorIsLast) as refused:
        visitor.office.enrolment.remove(strong, added.id)
    assert refused.value.code == "identity.authenticator_is_last"
    assert visitor.actor(visitor.office.sign_in.answer(visitor.shown(passkey))).level is Level.HIGH


@pytest.mark.parametrize("database", ["office", "postgres_office"])
def test_of_two_that_are_taken_away_at_once_one_stays(request: pytest.FixtureRequest, database: str) -> None:
    visitor = Visitor(request.getfixturevalue(database))
    enrolment, passkey = visitor.office.enrolment, SoftPasskey()
    first = visitor.passkey(passkey)
    strong = visitor.actor(visitor.office.sign_in.answer(visitor.shown(passkey)))
    second = visitor.passkey(SoftPasskey(), strong)

    def remove(name: str) -> type[Exception] | None:
        try:
            enrolment.remove(strong, name)
        except (AuthenticatorIsLast, LostRace) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(2) as threads:
        told = [*threads.map(remove, (first.id, second.id))]
    assert told.count(None) == 1
    assert len(enrolment.of(strong)) == 1


def test_an_authenticator_gets_another_name(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    added = visitor.passkey(passkey)
    strong = visitor.actor(visitor.office.sign_in.answer(visitor.shown(passkey)))
    assert visitor.office.enrolment.rename(strong, added.id, called="旧手机").name == "旧手机"
    assert [one.name for one in visitor.office.enrolment.of(strong)] == ["旧手机"]
    assert visitor.office.tags(visitor.person.id)[-1] == "authenticator:rename:done"
    assert visitor.actor(visitor.office.sign_in.answer(visitor.shown(passkey))).id == visitor.person.id


def test_a_weak_session_renames_nothing(visitor: Visitor) -> None:
    added = visitor.passkey(SoftPasskey())
    with pytest.raises(LevelTooLow):
        visitor.office.enrolment.rename(visitor.actor(), added.id, called="我的")
    with pytest.raises(AuthenticatorUnknown):
        visitor.office.enrolment.rename(
            Visitor(visitor.office, username="somebody.else").actor(), added.id, called="我的"
        )


def test_everything_is_taken_away_at_once_when_an_account_is_recovered(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    answer = visitor.shown(passkey)
    office = visitor.office
    office.enrolment.ask(visitor.actor(office.sign_in.answer(visitor.shown(passkey))))
    with office.store.transaction() as tx:
        assert office.sign_in.repository.remove_all(tx, visitor.person.id) == 1
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=visitor.person.id))
    with pytest.raises(CredentialsWrong):
        office.sign_in.answer(answer)


def test_a_weak_session_takes_nothing_away(visitor: Visitor) -> None:
    added = visitor.passkey(SoftPasskey())
    with pytest.raises(LevelTooLow):
        visitor.office.enrolment.remove(visitor.actor(), added.id)


def test_nobody_takes_away_what_is_not_theirs(visitor: Visitor) -> None:
    added = visitor.passkey(SoftPasskey())
    with pytest.raises(AuthenticatorUnknown) as refused:
        visitor.office.enrolment.remove(Visitor(visitor.office, username="somebody.else").actor(), added.id)
    assert refused.value.code == "identity.authenticator_unknown"


def test_a_business_system_enrols_nothing(visitor: Visitor) -> None:
    system = visitor.office.client()
    bearer = visitor.office.access.actor_of(visitor.office.clients.client_token(system.assertion()).secret)
    with pytest.raises(AccountUnknown):
        visitor.office.enrolment.ask(bearer)
