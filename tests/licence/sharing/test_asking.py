"""What clients are told: the fields of their grant, masked where it says so, and no more by asking often."""

from dataclasses import replace
from datetime import timedelta

import pytest

from api.demo import cast
from identity.duties import Actor
from identity.errors import CitizenNumberMalformed, CreditCodeMalformed
from identity.levels import Level
from identity.notices.notices import NoticeKind, PersonNotices
from identity.subject import SubjectKind
from licence.errors import LicenceUnknown, TypeCodeMalformed
from licence.lifecycle import LicenceState
from licence.records import Licence
from licence.sharing.asking import MISMATCH, QueryHolder
from licence.sharing.entries import Call, Disclosure
from licence.sharing.errors import (
    ConsentMissing,
    FieldNotGranted,
    NotTheHolder,
    SharingInvalid,
    SharingNotGranted,
    TriesExhausted,
)
from tests.licence.builders import PERSON_TYPE, REASON
from tests.licence.sharing.square import LAW, PURPOSE, WORDS, Square
from tests.seal.houses import actor, at_once
from trust.verdict import Outcome

ADDRESS = cast.food_record(cast.ENTERPRISE)["address"]
CODE = cast.ENTERPRISE.code


@pytest.fixture
def client(square: Square) -> Actor:
    """Return a client that may make every call by a law."""
    found = square.client()
    square.grant(found)
    return found


# --- data


def test_a_client_sees_the_fields_of_its_grant(any_square: Square) -> None:
    square, client = any_square, any_square.client()
    licence = square.desk.issue()
    square.grant(client)
    told = square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE)
    assert told.fields == {
        "number": licence.number,
        "holder_name": cast.ENTERPRISE.name,
        "holder_code": f"{CODE[:3]}{'*' * 12}{CODE[-3:]}",
        "data.operator_name": cast.ENTERPRISE.name,
        "data.address": f"{ADDRESS[:4]}{'*' * (len(ADDRESS) - 8)}{ADDRESS[-4:]}",
    }
    assert (told.identifier, told.type_code, told.type_name) == (licence.identifier, cast.FOOD_TYPE, "食品经营许可证")
    assert (told.issuer, told.state, told.is_in_force) == (cast.AUTHORITY.name, "in_force", True)
    assert cast.ENTERPRISE.name not in repr(told)


def test_a_client_that_asks_for_less_gets_less(square: Square, client: Actor, licence: Licence) -> None:
    told = square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE, fields=frozenset({"number"}))
    assert told.fields == {"number": licence.number}
    wanted = frozenset({"number", "data.items"})
    with pytest.raises(FieldNotGranted) as refused:
        square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE, fields=wanted)
    assert refused.value.details == {"field": "data.items"}


def test_a_query_tells_no_data(square: Square, client: Actor, licence: Licence) -> None:
    told = square.sharing.asking.metadata(client, licence.identifier, purpose=PURPOSE)
    assert sorted(told.fields) == ["holder_code", "holder_name", "number"]


def test_the_state_is_that_of_now(square: Square, client: Actor, licence: Licence) -> None:
    square.house.licences.suspend(square.desk.second, licence.id, reason=REASON)
    told = square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE)
    assert (told.state, told.is_in_force) == ("suspended", False)


def test_of_two_grants_each_is_taken_for_what_it_grants(square: Square, licence: Licence) -> None:
    client = square.client()
    square.grant(client, law="", types={cast.FOOD_TYPE: {"number": Disclosure.WHOLE}})
    square.grant(client, types={cast.FOOD_TYPE: {}})
    assert square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE).fields == {}


# --- by holder


def test_a_query_by_holder_lists_what_the_client_may_know(square: Square, client: Actor, licence: Licence) -> None:
    older = licence
    square.house.clock.advance(timedelta(seconds=1))
    newer = square.desk.issue()
    square.desk.in_state(LicenceState.VOID)
    found = square.sharing.asking.query(client, square.of_company, purpose=PURPOSE)
    assert [one.identifier for one in found] == [newer.identifier, older.identifier]
    other_type = QueryHolder(kind=SubjectKind.ORGANISATION, code=CODE, type_code=PERSON_TYPE)
    with pytest.raises(SharingNotGranted):
        square.sharing.asking.query(client, other_type, purpose=PURPOSE)
    assert CODE not in repr(square.of_company)


def test_a_query_by_consent_lists_what_was_agreed_to(square: Square, licence: Licence) -> None:
    client = square.client()
    grant = square.grant(client, law="")
    square.desk.issue()
    assert square.sharing.asking.query(client, square.of_company, purpose=PURPOSE) == ()
    square.consent(grant, licence)
    (found,) = square.sharing.asking.query(client, square.of_company, purpose=PURPOSE)
    assert found.identifier == licence.identifier


def test_a_holder_of_many_licences_is_told_page_by_page(square: Square, client: Actor, licence: Licence) -> None:
    asking = square.sharing.asking
    made = [licence]
    for _ in range(2):
        square.house.clock.advance(timedelta(seconds=1))
        made.append(square.desk.issue())
    pages, before = [], None
    while found := asking.query(client, replace(square.of_company, before=before, limit=2), purpose=PURPOSE):
        pages.append([one.identifier for one in found])
        before = pages[-1][-1]
    newest_first = [one.identifier for one in reversed(made)]
    assert pages == [newest_first[:2], newest_first[2:]]


def test_a_page_begins_after_what_the_client_knows_of_that_holder(
    square: Square, client: Actor, licence: Licence
) -> None:
    """Nothing else is told of: neither whose another licence is, nor whether it is there."""
    by_consent = square.client()
    square.consent(square.grant(by_consent, law="", types={cast.FOOD_TYPE: {}}), square.desk.issue())
    nobody = QueryHolder(kind=SubjectKind.ORGANISATION, code=cast.companies()[3].code)
    for asker, query, before in (
        (client, square.of_company, "nothing"),
        (client, nobody, licence.identifier),
        (by_consent, square.of_company, licence.identifier),
    ):
        with pytest.raises(SharingInvalid) as refused:
            square.sharing.asking.query(asker, replace(query, before=before), purpose=PURPOSE)
        assert refused.value.details == {"field": "before", "rule": "unknown"}


def test_what_a_client_may_not_know_of_takes_no_place_of_what_it_is_told(square: Square, licence: Licence) -> None:
    client = square.client()
    grant = square.grant(client, law="", types={cast.FOOD_TYPE: {}})
    square.consent(grant, licence)
    square.house.clock.advance(timedelta(seconds=1))
    newer = square.desk.issue()  # and not agreed to
    (found,) = square.sharing.asking.query(client, replace(square.of_company, limit=1), purpose=PURPOSE)
    assert found.identifier == licence.identifier
    by_law = square.client()
    square.grant(by_law, types={cast.FOOD_TYPE: {}})
    (newest,) = square.sharing.asking.query(by_law, replace(square.of_company, limit=1), purpose=PURPOSE)
    assert newest.identifier == newer.identifier


def test_types_of_other_grants_are_not_listed(square: Square, licence: Licence) -> None:
    client = square.client()
    square.grant(client, types={PERSON_TYPE: {}})
    assert square.sharing.asking.query(client, square.of_company, purpose=PURPOSE) == ()
    square.grant(client, calls=frozenset({Call.QUERY}), purposes={PURPOSE: WORDS})
    (found,) = square.sharing.asking.query(client, square.of_company, purpose=PURPOSE)
    assert found.identifier == licence.identifier


def test_a_persons_licence_is_found_by_the_citizen_number(square: Square) -> None:
    client, licence = square.client(), square.of_person()
    square.grant(client, types={PERSON_TYPE: {"holder_name": Disclosure.MASKED, "holder_code": Disclosure.MASKED}})
    query = QueryHolder(kind=SubjectKind.PERSON, code=cast.person_number(301))
    (found,) = square.sharing.asking.query(client, query, purpose=PURPOSE)
    assert (found.identifier, found.fields["holder_name"]) == (licence.identifier, "**㛃")


def test_a_person_is_told_of_a_use_by_consent_and_of_none_that_a_law_orders(square: Square) -> None:
    licence, told = square.of_person(), PersonNotices(square.house.store)
    types = {PERSON_TYPE: {"holder_name": Disclosure.MASKED}}
    by_law, asking = square.client(), square.client()
    square.grant(by_law, types=types)
    square.sharing.asking.metadata(by_law, licence.identifier, purpose=PURPOSE)
    assert told.of(licence.holder) == ()
    holder = Actor(id=licence.holder, grants=frozenset(), level=Level.HIGH)
    command = square.consent_command(square.grant(asking, types=types, law=""), licence, holder=licence.holder)
    terms = square.sharing.consents.terms(holder, command)
    square.sharing.consents.give(holder, replace(command, words_digest=terms.digest))
    square.sharing.asking.metadata(asking, licence.identifier, purpose=PURPOSE)
    (notice,) = told.of(licence.holder)
    assert (notice.kind, notice.facts["client"]) == (NoticeKind.LICENCE_USED, asking.id)


def test_nobody_has_what_somebody_without_licences_has(square: Square, client: Actor) -> None:
    for code in (cast.organisation_code("91", "MAC99999X"), cast.AUTHORITY.code):
        nobody = QueryHolder(kind=SubjectKind.ORGANISATION, code=code)
        assert square.sharing.asking.query(client, nobody, purpose=PURPOSE) == ()


@pytest.mark.parametrize(
    ("kind", "error"), [(SubjectKind.PERSON, CitizenNumberMalformed), (SubjectKind.ORGANISATION, CreditCodeMalformed)]
)
def test_a_malformed_code_is_told(square: Square, client: Actor, kind: SubjectKind, error: type[Exception]) -> None:
    with pytest.raises(error):
        square.sharing.asking.query(client, QueryHolder(kind=kind, code="91"), purpose=PURPOSE)


# --- verifying data


def test_values_are_compared_one_by_one(square: Square, client: Actor, licence: Licence) -> None:
    verify = square.sharing.asking.verify_data
    asked = {
        "holder_name": f" {cast.ENTERPRISE.name} ",
        "holder_code": CODE.lower(),
        "data.address": ADDRESS.replace("18", "\uff11\uff18"),
    }
    assert verify(client, licence.identifier, asked, purpose=PURPOSE) == dict.fromkeys(asked, True)
    wrong = {"number": licence.number, "data.address": "云州市"}
    assert verify(client, licence.identifier, wrong, purpose=PURPOSE) == {"number": True, "data.address": False}


def test_after_five_wrong_calls_a_day_passes(any_square: Square) -> None:
    square, client, other = any_square, any_square.client(), any_square.client()
    licence, second = square.desk.issue(), square.desk.issue()
    square.grant(client)
    square.grant(other)
    verify = square.sharing.asking.verify_data
    for _ in range(5):
        square.house.clock.advance(timedelta(minutes=1))
        assert not verify(client, licence.identifier, {"number": "1"}, purpose=PURPOSE)["number"]
    right = {"number": licence.number}
    with pytest.raises(TriesExhausted) as refused:
        verify(client, licence.identifier, right, purpose=PURPOSE)
    assert refused.value.details == {"hours": 24}
    assert verify(client, second.identifier, {"number": second.number}, purpose=PURPOSE) == {"number": True}
    assert verify(other, licence.identifier, right, purpose=PURPOSE) == {"number": True}
    square.house.clock.advance(timedelta(hours=24))
    assert verify(client, licence.identifier, right, purpose=PURPOSE) == {"number": True}


def test_many_wrong_calls_at_once_are_no_more_tries(any_square: Square) -> None:
    square, client, licence = any_square, any_square.client(), any_square.desk.issue()
    square.grant(client)

    def wrong() -> object:
        return square.sharing.asking.verify_data(client, licence.identifier, {"number": "1"}, purpose=PURPOSE)

    answers = at_once(*[wrong] * 8)
    assert [answers.count({"number": False}), sum(isinstance(one, TriesExhausted) for one in answers)] == [5, 3]


def test_only_fields_of_the_grant_are_compared(square: Square, client: Actor, licence: Licence) -> None:
    verify = square.sharing.asking.verify_data
    with pytest.raises(FieldNotGranted):
        verify(client, licence.identifier, {"data.items": "x"}, purpose=PURPOSE)
    # What is no name of a field may be somebody's: the refusal, which the audit trail tells of, does not repeat it.
    whose = "张三 330102199003070337"
    with pytest.raises(FieldNotGranted) as refused:
        verify(client, licence.identifier, {whose: "x"}, purpose=PURPOSE)
    assert refused.value.details == {"field": ""}
    with pytest.raises(FieldNotGranted) as refused:
        square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE, fields=frozenset({whose}))
    assert refused.value.details == {"field": ""}
    for values in ({}, {f"data.f{one}": "x" for one in range(21)}):
        with pytest.raises(SharingInvalid):
            verify(client, licence.identifier, values, purpose=PURPOSE)


# --- files and codes


def test_a_file_that_is_no_licence_of_ours_is_judged_without_one(square: Square, client: Actor) -> None:
    judged = square.sharing.asking.verify_file(client, b"no file at all", purpose=PURPOSE)
    assert (judged.finding.outcome, judged.licence) == (Outcome.FAILED, None)


def test_a_code_that_is_not_ours_is_told_without_a_licence(square: Square, client: Actor, licence: Licence) -> None:
    decode = square.sharing.asking.decode
    for text in ("", "https://other.example/x", (licence.claim or "")[:-1]):
        decoded = decode(client, text, purpose=PURPOSE)
        assert (decoded.report.verdict.outcome, decoded.licence) == (Outcome.FAILED, None)


def test_a_code_is_read_from_an_address_or_by_itself(square: Square, client: Actor, licence: Licence) -> None:
    claim = (licence.claim or "").rpartition("/")[2]
    for text in (licence.claim or "", claim, f"https://trust.example/v#{claim}"):
        decoded = square.sharing.asking.decode(client, text, purpose=PURPOSE)
        assert decoded.licence is not None
        assert decoded.licence.identifier == licence.identifier


# --- what the holder sees


def test_the_holder_sees_every_call_with_its_ground(any_square: Square) -> None:
    square, client, stranger = any_square, any_square.client(), any_square.client()
    licence = square.desk.issue()
    square.grant(client)
    square.grant(stranger, law="")
    told = square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE)
    square.house.clock.advance(timedelta(seconds=1))
    with pytest.raises(ConsentMissing):
        square.sharing.asking.data(stranger, licence.identifier, purpose=PURPOSE)
    square.house.clock.advance(timedelta(seconds=1))
    square.sharing.asking.verify_data(client, licence.identifier, {"number": "1"}, purpose=PURPOSE)
    square.house.clock.advance(timedelta(seconds=1))
    square.sharing.asking.query(client, square.of_company, purpose=PURPOSE)
    seen = square.sharing.holders.uses(square.speaker, square.holder, before=None, limit=10)
    assert [(one.use.call, one.use.code, one.law) for one in seen] == [
        ("query", "", ""),
        ("verify_data", MISMATCH, LAW),
        ("data", ConsentMissing.code, ""),
        ("data", "", LAW),
    ]
    assert seen[0].use.details == {"licences": licence.identifier}
    assert (seen[3].use.handed_out, seen[3].identifier, seen[3].purpose_words) == (
        told.digest,
        licence.identifier,
        WORDS,
    )
    assert {(one.client_name, one.organisation_name) for one in seen} == {("综合业务系统", "云州市数据管理局")}
    first = square.sharing.holders.uses(square.speaker, square.holder, before=None, limit=3)
    rest = square.sharing.holders.uses(square.speaker, square.holder, before=first[-1].use.id, limit=3)
    assert (*first, *rest) == seen
    assert seen[0].at == square.house.clock.now()


def test_the_holder_sees_who_asked_without_any_grant(square: Square, licence: Licence) -> None:
    with pytest.raises(SharingNotGranted):
        square.sharing.asking.data(square.client(), licence.identifier, purpose=PURPOSE)
    (seen,) = square.sharing.holders.uses(square.speaker, square.holder, before=None, limit=10)
    assert (seen.identifier, seen.use.code, seen.use.handed_out) == (
        licence.identifier,
        SharingNotGranted.code,
        None,
    )


def test_what_is_no_code_of_a_purpose_or_a_type_is_not_kept(square: Square, client: Actor, licence: Licence) -> None:
    with pytest.raises(SharingNotGranted):
        square.sharing.asking.data(client, licence.identifier, purpose="王小明 13800000000")
    (seen,) = square.sharing.holders.uses(square.speaker, square.holder, before=None, limit=10)
    assert seen.use.purpose == ""
    query = QueryHolder(kind=SubjectKind.ORGANISATION, code=CODE, type_code="王小明")
    with pytest.raises(TypeCodeMalformed):
        square.sharing.asking.query(client, query, purpose=PURPOSE)


def test_what_may_be_personal_is_enciphered(square: Square, client: Actor, licence: Licence) -> None:
    square.let_copies_be_sealed()
    square.sharing.handing.copy(client, square.copy_command(licence))
    square.consent(square.grant(square.client(), law=""), licence)
    plain = [one.read_bytes() for one in square.house.settings.data_dir.rglob("trust.db*")]
    for secret in ("云州市住房公积金管理中心", f"授权人：{cast.ENTERPRISE.name}"):
        assert not [one for one in plain if secret.encode() in one]


def test_a_holder_sees_own_licences_and_their_files(square: Square) -> None:
    licence, holders = square.of_person(), square.sharing.holders
    person = actor(square.house.names["person"])
    (own,) = holders.list(person, person.id)
    assert (own.licence.id, own.is_in_force) == (licence.id, True)
    assert holders.file(person, person.id, licence.id) == square.house.blobs.get(licence.file or "")  # type: ignore[arg-type] # it has one
    assert holders.find(person, person.id, licence.identifier).licence.id == licence.id
    for act in (
        lambda: holders.list(person, square.holder),
        lambda: holders.file(person, square.holder, licence.id),
        lambda: holders.uses(person, square.holder, before=None, limit=1),
    ):
        with pytest.raises(NotTheHolder):
            act()


def test_a_holder_sees_no_licence_of_another(square: Square, licence: Licence) -> None:

    person = actor(square.house.names["person"])
    for name in (licence.id, licence.identifier, "lic_nothing", square.desk.in_state(LicenceState.VOID).id):
        with pytest.raises(LicenceUnknown):
            square.sharing.holders.file(person, person.id, name)
