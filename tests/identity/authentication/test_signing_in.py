"""Coming back: each factor alone and together, what each failure says and leaves behind, and stepping up."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from api.demo.passkey import PRESENT, VERIFIED, SoftPasskey, encoded
from identity.authentication.authenticators import AuthenticatorKind
from identity.authentication.questions import LIFETIME, octets_of
from identity.authentication.signing_in import CertificateAnswer, PasskeyAnswer
from identity.errors import CredentialsWrong, SubjectNotActive
from identity.levels import Level
from identity.proofing import repository as proofings
from identity.service import RegisterPerson
from tests.builders import PKI, Party
from tests.fakes.clock import NOW
from tests.identity.authentication.desk import Visitor, code_at
from tests.identity.builders import FIRST, ORIGIN, PASSWORD, SECURITY, Office, person_number
from trust.events import AuditEvent

BACKED_UP_LATER = 0x08
"""The flag of a passkey whose maker may copy it (WebAuthn, 6.1: backup eligibility)."""


@pytest.fixture
def visitor(office: Office) -> Visitor:
    """Return somebody with an account."""
    return Visitor(office)


def test_a_password_alone_proves_little(visitor: Visitor) -> None:
    signed = visitor.log_in(agent="Firefox")
    assert signed.token.level is Level.BASIC
    (session,) = visitor.office.access.sessions(visitor.actor(signed))
    assert (session.agent, session.level) == ("Firefox", Level.BASIC)


def test_a_one_time_code_beside_it_proves_more(visitor: Visitor) -> None:
    secret = visitor.app()
    visitor.office.clock.advance(timedelta(minutes=1))
    signed = visitor.log_in(code=code_at(secret, visitor.office.clock.now()))
    assert signed.token.level is Level.SUBSTANTIAL


def test_a_one_time_code_is_good_once(visitor: Visitor) -> None:
    secret = visitor.app()
    visitor.office.clock.advance(timedelta(minutes=1))
    code = code_at(secret, visitor.office.clock.now())
    visitor.log_in(code=code)
    with pytest.raises(CredentialsWrong):
        visitor.log_in(code=code)


@pytest.mark.parametrize("code", ["000000", "12345"])
def test_a_wrong_code_is_no_login_although_the_password_is_right(visitor: Visitor, code: str) -> None:
    visitor.app()
    with pytest.raises(CredentialsWrong):
        visitor.log_in(code=code)


def test_a_code_without_an_app_is_wrong(visitor: Visitor) -> None:
    with pytest.raises(CredentialsWrong):
        visitor.log_in(code="123456")


@pytest.mark.parametrize(
    ("flags", "level"),
    [(PRESENT | VERIFIED, Level.HIGH), (PRESENT | VERIFIED | BACKED_UP_LATER, Level.SUBSTANTIAL)],
)
def test_a_passkey_is_worth_less_where_it_may_be_copied(visitor: Visitor, flags: int, level: Level) -> None:
    passkey = SoftPasskey(flags=flags)
    added = visitor.passkey(passkey)
    assert added.kind is AuthenticatorKind.PASSKEY
    signed = visitor.office.sign_in.answer(visitor.shown(passkey), agent="phone")
    assert (signed.token.holder, signed.token.level) == (visitor.person.id, level)


def test_a_certificate_proves_the_most(visitor: Visitor, sm2_pki: PKI) -> None:
    visitor.office.trusted.add(sm2_pki.signer.certificate.fingerprint)
    visitor.certificate(sm2_pki.signer)
    signed = visitor.office.sign_in.answer(visitor.signed(sm2_pki.signer))
    assert (signed.token.holder, signed.token.level) == (visitor.person.id, Level.HIGH)


def test_a_level_is_never_above_that_of_the_proofing(visitor: Visitor, sm2_pki: PKI) -> None:
    """A person who was proven less is not more certain for a better key."""
    office = visitor.office
    office.trusted.add(sm2_pki.signer.certificate.fingerprint)
    visitor.certificate(sm2_pki.signer)
    with office.store.transaction() as tx:
        proofings.cap(tx, visitor.person.id, Level.BASIC, until=NOW + timedelta(days=1), reason="test")
        tx.record(AuditEvent(tag="test:test:done", actor="test", subject=visitor.person.id))
    assert office.sign_in.answer(visitor.signed(sm2_pki.signer)).token.level is Level.BASIC


def altered(answer: PasskeyAnswer, member: str, change: Callable[[Any], Any]) -> PasskeyAnswer:
    """Return an answer with one member of its response changed."""
    response = answer.credential["response"]
    credential = {**answer.credential, "response": {**response, member: change(response[member])}}
    return PasskeyAnswer(question=answer.question, credential=credential)


def other_origin(client: str) -> str:
    """Return what a browser would say of a page elsewhere."""
    told = json.loads(base64.urlsafe_b64decode(client + "=="))
    return encoded(json.dumps({**told, "origin": "https://evil.example"}).encode())


def asked_otherwise(visitor: Visitor, key: SoftPasskey, **change: str) -> PasskeyAnswer:
    """Return the answer of a passkey that was asked something else than we ask."""
    question = visitor.office.sign_in.ask()
    options = visitor.office.sign_in.relying_party.options_to_show(octets_of(question))
    return PasskeyAnswer(question=question, credential=key.show({**options, **change}, origin=ORIGIN))


class Making(SoftPasskey):
    """A passkey that says it was made, where it is to be shown."""

    @override
    def client(self, options: dict[str, Any], kind: str, origin: str) -> bytes:
        """Return what the browser would say of another occasion."""
        return super().client(options, "webauthn.create", origin)


def of_another_occasion(key: SoftPasskey) -> SoftPasskey:
    """Return a passkey that tells another occasion, and is right otherwise."""
    return Making(flags=key.flags, uses=key.uses, name=key.name, key=key.key)


FALSE_PASSKEYS: dict[str, Callable[[Visitor, SoftPasskey], PasskeyAnswer]] = {
    "another origin": lambda visitor, key: visitor.shown(key, origin="https://evil.example"),
    "a changed signature": lambda visitor, key: altered(
        visitor.shown(key), "signature", lambda one: one[:-8] + "AAAAAAAA"
    ),
    "a changed client": lambda visitor, key: altered(visitor.shown(key), "clientDataJSON", other_origin),
    "no response": lambda visitor, key: PasskeyAnswer(
        question=visitor.shown(key).question, credential={"id": encoded(key.name), "rawId": encoded(key.name)}
    ),
    "another key": lambda visitor, key: visitor.shown(SoftPasskey(name=key.name)),
    "nobody's key": lambda visitor, _: visitor.shown(SoftPasskey()),
    "a name that is no text": lambda visitor, key: PasskeyAnswer(
        question=visitor.shown(key).question, credential={"rawId": 1}
    ),
    "a name in another spelling": lambda visitor, key: PasskeyAnswer(
        question=visitor.shown(key).question, credential={"rawId": encoded(key.name) + "="}
    ),
    "another question": lambda visitor, key: replace(visitor.shown(key), question=visitor.office.sign_in.ask()),
    "no question of ours": lambda visitor, key: visitor.shown(key, question="never asked"),
    "an unverified user": lambda visitor, key: visitor.shown(replace(key, flags=PRESENT)),
    "another host": lambda visitor, key: asked_otherwise(visitor, key, rpId="evil.example"),
    "another challenge": lambda visitor, key: asked_otherwise(visitor, key, challenge=encoded(b"another question")),
    "what was made and not shown": lambda visitor, key: visitor.shown(of_another_occasion(key)),
    "an absent user": lambda visitor, key: visitor.shown(replace(key, flags=VERIFIED)),
    "a count that stands still": lambda visitor, key: visitor.shown(replace(key, uses=key.uses - 1)),
    "a count that goes back": lambda visitor, key: visitor.shown(replace(key, uses=-1)),
}


@pytest.mark.parametrize("false", FALSE_PASSKEYS)
def test_a_false_answer_of_a_passkey_is_refused(visitor: Visitor, false: str) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    visitor.office.sign_in.answer(visitor.shown(passkey))
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(FALSE_PASSKEYS[false](visitor, passkey))
    assert visitor.office.events()[-1].tag == "session:begin:refused"


FALSE_CERTIFICATES: dict[str, Callable[[Visitor, Party], CertificateAnswer]] = {
    "another origin": lambda visitor, holder: visitor.signed(holder, origin="https://evil.example"),
    "no certificate": lambda visitor, holder: replace(visitor.signed(holder), certificate=b"\x30\x00"),
    "no signature": lambda visitor, holder: replace(visitor.signed(holder), signature=b""),
    "no question of ours": lambda visitor, holder: visitor.signed(holder, question="never asked"),
    "another question": lambda visitor, holder: replace(visitor.signed(holder), question=visitor.office.sign_in.ask()),
}


@pytest.mark.parametrize("false", FALSE_CERTIFICATES)
def test_a_false_answer_of_a_certificate_is_refused(visitor: Visitor, sm2_pki: PKI, false: str) -> None:
    visitor.office.trusted.add(sm2_pki.signer.certificate.fingerprint)
    visitor.certificate(sm2_pki.signer)
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(FALSE_CERTIFICATES[false](visitor, sm2_pki.signer))


def test_a_certificate_that_nobody_vouches_for_any_more_opens_nothing(visitor: Visitor, sm2_pki: PKI) -> None:
    visitor.office.trusted.add(sm2_pki.signer.certificate.fingerprint)
    visitor.certificate(sm2_pki.signer)
    visitor.office.trusted.clear()
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(visitor.signed(sm2_pki.signer))


def test_a_certificate_of_nobody_opens_nothing(visitor: Visitor, sm2_pki: PKI) -> None:
    visitor.office.trusted.add(sm2_pki.signer.certificate.fingerprint)
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(visitor.signed(sm2_pki.signer))


def test_a_question_is_answered_once_and_soon(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    answer = visitor.shown(passkey)
    visitor.office.sign_in.answer(answer)
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(answer)
    late = visitor.shown(passkey)
    visitor.office.clock.advance(LIFETIME)
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(late)


def test_a_question_is_spent_by_a_wrong_answer(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    question = visitor.office.sign_in.ask()
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(visitor.shown(SoftPasskey(), question=question))
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(visitor.shown(passkey, question=question))


def test_a_question_for_enrolling_opens_no_session(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    signed = visitor.office.sign_in.answer(visitor.shown(passkey))
    question = visitor.office.enrolment.ask(visitor.actor(signed))
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.answer(visitor.shown(passkey, question=question))


def test_who_is_frozen_does_not_come_back_by_any_key(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    visitor.office.identity.freeze(SECURITY, visitor.person.id, reason="公安机关协查通知")
    with pytest.raises(SubjectNotActive):
        visitor.office.sign_in.answer(visitor.shown(passkey))
    assert visitor.office.events()[-1].tag == "session:begin:refused"


def test_stepping_up_by_a_code_replaces_the_session(visitor: Visitor) -> None:
    secret = visitor.app()
    office = visitor.office
    office.clock.advance(timedelta(minutes=1))
    weak = visitor.log_in()
    strong = office.sign_in.step_up(visitor.actor(weak), code_at(secret, office.clock.now()))
    assert strong.token.level is Level.SUBSTANTIAL
    assert strong.token.secret != weak.token.secret
    assert visitor.actor(strong).id == visitor.person.id
    with pytest.raises(CredentialsWrong):
        visitor.actor(weak)


def test_stepping_up_by_a_key_replaces_the_session(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    weak = visitor.log_in()
    strong = visitor.office.sign_in.step_up(visitor.actor(weak), visitor.shown(passkey))
    assert strong.token.level is Level.HIGH
    with pytest.raises(CredentialsWrong):
        visitor.actor(weak)


def test_nobody_steps_up_by_the_key_of_another(visitor: Visitor) -> None:
    passkey = SoftPasskey()
    visitor.passkey(passkey)
    other = Visitor(visitor.office, username="somebody.else")
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.step_up(other.actor(), visitor.shown(passkey))


def test_a_wrong_code_leaves_the_session_as_it_is(visitor: Visitor) -> None:
    visitor.app()
    weak = visitor.log_in()
    with pytest.raises(CredentialsWrong):
        visitor.office.sign_in.step_up(visitor.actor(weak), "000000")
    assert visitor.actor(weak).level is Level.BASIC


def test_a_session_that_has_ended_steps_up_no_more(visitor: Visitor) -> None:
    secret = visitor.app()
    office = visitor.office
    office.clock.advance(timedelta(minutes=1))
    weak = visitor.log_in()
    actor = visitor.actor(weak)
    office.access.log_out(actor, weak.token.secret)
    with pytest.raises(CredentialsWrong):
        office.sign_in.step_up(actor, code_at(secret, office.clock.now()))


def test_who_was_not_proven_has_no_level(office: Office) -> None:
    person = office.identity.register_person(FIRST, RegisterPerson(name="王小明", citizen_number=person_number(77)))
    with pytest.raises(SubjectNotActive):
        office.account(person, password=PASSWORD)
