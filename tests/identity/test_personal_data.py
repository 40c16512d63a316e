"""Personal data 个人信息 stays where it belongs: not in the file of the database, not in the trail, not in a `repr`."""

from pathlib import Path

import pytest

from api.ceremony import FounderRecord
from api.schemas.identity import PersonRegistration, SubjectView
from identity.citizen_number import CitizenNumber
from identity.errors import SubjectExists
from identity.service import RegisterPerson
from identity.subject import PersonName
from identity.tokens import IssuedToken
from licence.service import IssueLicence
from tests.fakes.clock import NOW
from tests.identity.builders import FIRST, PASSWORD, SECURITY, Office, person_number
from trust.crypto.sm3 import sm3
from trust.events import canonical
from trust.typefaces import CharacterNotCovered

NAME = "慕容𠮷㛃"
NUMBER = person_number(777)


def written(folder: Path) -> bytes:
    """Return every octet of the database and of what stands beside it."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


@pytest.fixture
def lived(office: Office) -> Office:
    """Return an office at which one person went through everything that leaves a trace."""
    person = office.identity.register_person(FIRST, RegisterPerson(name=NAME, citizen_number=NUMBER))
    office.identity.prove(SECURITY, person.id)
    office.account(person, username="murong")
    office.enter(username="murong", password=PASSWORD)
    with pytest.raises(SubjectExists):
        office.identity.register_person(FIRST, RegisterPerson(name=NAME, citizen_number=NUMBER))
    office.identity.freeze(FIRST, person.id, reason="举报核实中")
    return office


def encodings(text: str) -> list[bytes]:
    return [text.encode(form) for form in ("utf-8", "utf-16-le", "utf-16-be", "gb18030")] + [
        text.encode("unicode_escape"),
        text.encode().hex().encode(),
    ]


@pytest.mark.parametrize("text", [NAME, NUMBER, NUMBER[:17], NUMBER[6:14] + NUMBER[14:17], PASSWORD])
def test_the_file_of_the_database_holds_nothing_in_clear(lived: Office, tmp_path: Path, text: str) -> None:
    octets = written(tmp_path)
    assert b"murong" in octets  # what is looked at is the right file
    for encoded in encodings(text):
        assert encoded not in octets
    lived.store.close()
    for encoded in encodings(text):
        assert encoded not in written(tmp_path)


def test_no_secret_is_in_the_file_of_the_database(office: Office, tmp_path: Path) -> None:
    activation = office.access.open_account(SECURITY, office.person().id).secret
    session = office.session(office.person()).secret
    token = office.clients.client_token(office.client().assertion()).secret
    octets = written(tmp_path)
    for secret in (activation, session, token):
        assert secret.encode() not in octets
        assert secret[3:].encode() not in octets


def test_the_trail_holds_identifiers_and_nothing_else(lived: Office) -> None:
    told = "\n".join(
        canonical([event.tag, event.actor, event.subject, dict(event.facts)]).decode() for event in lived.events()
    )
    assert "identity:freeze:done" in told
    for text in (NAME, NUMBER, NUMBER[6:14], "murong", PASSWORD):
        assert text not in told


@pytest.mark.parametrize(
    "value",
    [
        PersonName(NAME),
        CitizenNumber(NUMBER),
        RegisterPerson(name=NAME, citizen_number=NUMBER),
        PersonRegistration(name=NAME, citizen_number=NUMBER),
        FounderRecord(name=NAME, citizen_number=NUMBER),
        IssueLicence(
            type="type",
            seal="seal",
            number="1",
            holder_code=NUMBER,
            data={"name": NAME},
            request_key="key",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_holds_personal_data_shows_itself_without_it(value: object) -> None:
    for shown in (repr(value), str(value), f"{value}", repr([value]), repr({"value": value})):
        assert NAME not in shown
        assert NUMBER not in shown


def test_a_person_shows_itself_without_name_and_number(office: Office) -> None:
    person = office.identity.register_person(FIRST, RegisterPerson(name=NAME, citizen_number=NUMBER))
    for value in (person, SubjectView.of(person), office.repository, office.identity, office.access):
        assert NAME not in repr(value)
        assert NUMBER not in repr(value)
    assert NUMBER not in SubjectView.of(person).model_dump_json()
    assert NAME not in SubjectView.of(person).model_dump_json()


def test_an_account_shows_itself_without_the_hash_of_its_password(office: Office) -> None:
    person = office.person()
    office.account(person, username="wang.xiaoming")
    with office.store.reading() as view:
        account = office.repository.account(view, person=person.id)
    assert account is not None
    assert account.password_hash is not None
    assert account.password_hash not in repr(account)


def test_a_secret_that_was_issued_shows_itself_without_it() -> None:
    issued = IssuedToken(secret="xs_secret", holder="P1", expires_at=NOW)
    assert "xs_secret" not in f"{issued!r} {issued}"


def test_the_hash_that_a_number_is_found_by_needs_the_key(office: Office) -> None:
    office.identity.register_person(FIRST, RegisterPerson(name=NAME, citizen_number=NUMBER))
    index = office.repository.protection.index(NUMBER, kind="citizen number")
    assert index != sm3(NUMBER.encode()).hex()
    assert index != office.repository.protection.index(NUMBER, kind="another kind")


def test_an_error_tells_one_character_and_not_the_name() -> None:
    with pytest.raises(CharacterNotCovered) as refused:
        PersonName("慕容😀")
    assert "慕容" not in f"{refused.value!r} {refused.value}"
