"""Issuing: what is looked at, what is taken, what is written, and who may look at it afterwards."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pypdfium2 as pdfium
import pytest

from api.demo import cast
from identity.duties import Duty, Grant
from identity.errors import CitizenNumberMalformed, CreditCodeMalformed, DutyMissing, SubjectNotActive
from identity.service import RegisterOrganisation
from licence.claim import licence_digest, read_claim
from licence.errors import (
    DataInvalid,
    HolderNotRegistered,
    LicenceUnknown,
    NumberTaken,
    TypeNotPublished,
    TypeUnknown,
    ValueDoesNotFit,
)
from licence.lifecycle import LicenceState
from licence.number import LicenceIdentifier
from licence.ordering import MAX_NUMBER
from licence.preparing import ISSUE_PURPOSE
from seal.errors import AuthorisationExhausted, NotAuthorised, SealNotActive, SealUnknown
from tests.fakes.clock import NOW
from tests.licence.builders import PERSON_TYPE, REASON, Desk
from tests.seal.houses import actor
from trust.typefaces import CharacterNotCovered
from trust.verdict import Outcome

MIDNIGHT = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
"""Midnight between 2026 and 2027 in China Standard Time."""


def text_of(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    try:
        return "".join(document[0].get_textpage().get_text_range().split())
    finally:
        document.close()


# --- what comes of it


def test_an_issued_licence_is_as_asked(any_desk: Desk) -> None:
    house, client = any_desk.house, any_desk.staff.client
    command = any_desk.command(last_day=date(2031, 11, 21))
    licence = house.licences.issue(client, command)
    assert (licence.state, licence.last_actor) == (LicenceState.IN_FORCE, client.id)
    assert (licence.type, licence.seal, licence.number) == (house.names[cast.FOOD_TYPE], house.seal, command.number)
    assert (licence.holder, licence.data) == (house.names["company"], cast.food_record(cast.ENTERPRISE))
    assert (licence.prepared_at, licence.issued_on, licence.last_day) == (NOW, date(2026, 11, 22), date(2031, 11, 21))
    assert LicenceIdentifier.parse(licence.identifier) == LicenceIdentifier(
        type_code=cast.FOOD_TYPE, issuer=cast.AUTHORITY.code, serial="202600000001"
    )
    assert (licence.digest, licence.status_index) == (licence_digest(licence.identifier), 1)
    assert licence == any_desk.kept(licence.id) == any_desk.kept(licence.identifier)


def test_the_file_is_the_page_with_the_seal_and_verifies(desk: Desk) -> None:
    licence = desk.issue(last_day=date(2031, 11, 21))
    pdf = desk.house.licences.file(desk.staff.client, licence.id)
    shown = text_of(pdf)
    for text in (licence.number, cast.AUTHORITY.name, cast.ENTERPRISE.name, cast.ENTERPRISE.representative):
        assert text in shown
    finding = desk.house.verification.file(pdf)
    assert finding.outcome is Outcome.PASSED
    assert finding.standing is not None
    assert finding.standing.licence == licence


def test_the_code_on_the_licence_proves_itself(desk: Desk) -> None:
    licence = desk.issue(last_day=date(2031, 11, 21))
    assert licence.claim is not None
    address, _, text = licence.claim.rpartition("/")
    assert address + "/" == desk.house.settings.claim_url
    claim = read_claim(text).claim
    assert (claim.licence, claim.issuer.value) == (licence.digest, cast.AUTHORITY.code)
    assert (claim.last_day, claim.status_index) == (licence.last_day, licence.status_index)


def test_the_history_and_the_audit_trail_tell_every_step(any_desk: Desk) -> None:
    licence = any_desk.issue()
    client = any_desk.staff.client
    _, history = any_desk.house.licences.find(client, licence.id)
    assert [(one.event and one.event.value, one.state, one.actor, one.at) for one in history] == [
        (None, LicenceState.PREPARED, client.id, NOW),
        ("release", LicenceState.IN_FORCE, client.id, NOW),
    ]
    prepared, released = [event for event in any_desk.events() if event.subject == licence.id]
    assert (prepared.tag, prepared.actor) == ("licence:prepare:done", client.id)
    assert prepared.facts == {"state": "prepared", "reason": ""}
    assert (released.tag, released.actor) == ("licence:release:done", client.id)
    assert released.facts == {
        "state": "in_force",
        "reason": "",
        "identifier": licence.identifier,
        "file": licence.file,
        "stamping": licence.stamping,
    }


def test_the_intent_is_on_record_before_the_seal_signs_and_the_file_is_kept_before_the_release(desk: Desk) -> None:
    desk.house.faults.passed.clear()
    desk.issue()
    passed = desk.house.faults.passed
    order = (
        "commit:licence:prepare:done",
        "sign:licence_claim",
        "commit:seal:stamp:prepared",
        "sign:seal_owner",
        "kept",
        "commit:licence:release:done",
    )
    assert [passed.index(point) for point in order] == sorted(passed.index(point) for point in order)


def test_the_trail_holds_no_data_of_the_holder(desk: Desk) -> None:
    desk.issue()
    told = json.dumps([dict(event.facts) for event in desk.events()], ensure_ascii=False)
    assert cast.ENTERPRISE.representative not in told
    assert cast.ENTERPRISE.code not in told
    assert cast.ENTERPRISE.name not in told


def test_a_person_holds_a_licence(any_desk: Desk) -> None:
    licence = any_desk.issue(type=PERSON_TYPE, holder_code=f" {cast.person_number(301).lower()} ")
    assert licence.holder == any_desk.house.names["person"]


def test_an_officer_may_issue_with_the_owners_authorisation(desk: Desk) -> None:
    with pytest.raises(NotAuthorised):
        desk.house.licences.issue(desk.clerk, desk.command())
    desk.authorise(desk.clerk)
    assert desk.house.licences.issue(desk.clerk, desk.command()).state is LicenceState.IN_FORCE


# --- numbers


def test_identifiers_count_by_year_and_type_and_indexes_by_type(desk: Desk) -> None:
    first, second = desk.issue(), desk.issue()
    business = desk.issue(type=cast.BUSINESS_TYPE, data=cast.business_record(cast.ENTERPRISE))
    desk.at(MIDNIGHT - timedelta(microseconds=1))
    old = desk.issue()
    desk.at(MIDNIGHT)
    new = desk.issue()
    serials = [LicenceIdentifier.parse(one.identifier).serial for one in (first, second, business, old, new)]
    assert serials == ["202600000001", "202600000002", "202600000001", "202600000003", "202700000001"]
    assert [one.status_index for one in (first, second, business, old, new)] == [1, 2, 1, 3, 4]
    assert (old.issued_on, new.issued_on) == (date(2026, 12, 31), date(2027, 1, 1))


def test_a_refused_request_takes_no_number(desk: Desk) -> None:
    with pytest.raises(DataInvalid):
        desk.issue(data={})
    assert LicenceIdentifier.parse(desk.issue().identifier).serial == "202600000001"


def test_an_identifier_that_came_to_nothing_is_never_given_again(desk: Desk) -> None:
    void = desk.in_state(LicenceState.VOID)
    assert desk.issue().identifier != void.identifier
    assert desk.kept(void.identifier).state is LicenceState.VOID


@pytest.mark.parametrize("number", ["", "   ", "\u3000", "a" * (MAX_NUMBER + 1)])
def test_a_number_has_a_length(desk: Desk, number: str) -> None:
    with pytest.raises(DataInvalid) as refused:
        desk.issue(number=number)
    assert refused.value.details == {"field": "number", "rule": "length"}


def test_a_number_is_kept_without_the_spaces_around_it(desk: Desk) -> None:
    assert desk.issue(number="  JY 330199（1/1）\u3000\n").number == "JY 330199（1/1）"


def test_a_number_that_has_no_room_on_the_page_is_named(desk: Desk) -> None:
    with pytest.raises(ValueDoesNotFit) as refused:
        desk.issue(number="1" * MAX_NUMBER)
    assert refused.value.details == {"field": "number"}


def test_a_number_is_printable(desk: Desk) -> None:
    with pytest.raises(CharacterNotCovered) as refused:
        desk.issue(number="JY\u200b1")
    assert refused.value.details["field"] == "number"


@pytest.mark.parametrize(
    ("state", "taken"),
    [
        (LicenceState.PREPARED, True),
        (LicenceState.IN_FORCE, True),
        (LicenceState.SUSPENDED, True),
        (LicenceState.REVOKED, False),
        (LicenceState.CANCELLED, False),
        (LicenceState.VOID, False),
    ],
)
def test_one_licence_of_a_type_bears_a_number(any_desk: Desk, state: LicenceState, *, taken: bool) -> None:
    first = any_desk.in_state(state)
    if taken:
        before = any_desk.head()
        with pytest.raises(NumberTaken) as refused:
            any_desk.issue(number=f" {first.number} ")
        assert refused.value.details == {"licence": first.id}
        assert before == any_desk.head()
    else:
        assert any_desk.issue(number=first.number).number == first.number
    other = any_desk.issue(type=cast.BUSINESS_TYPE, data=cast.business_record(cast.ENTERPRISE), number=first.number)
    assert other.number == first.number


# --- what is looked at


def wrong(desk: Desk, error: type[Exception], **changes: Any) -> Mapping[str, object]:  # noqa: ANN401 - a command's fields
    """Return the details of the refusal, after seeing that nothing was written."""
    before, known = desk.head(), desk.prepared()
    with pytest.raises(error) as refused:
        desk.issue(**changes)
    assert (before, known) == (desk.head(), desk.prepared())
    details: Mapping[str, object] = refused.value.details  # type: ignore[attr-defined] # every error of ours has them
    return details


def test_who_issues_is_a_system_or_an_officer_of_the_authority(desk: Desk) -> None:
    before = desk.head()
    for stranger in (*desk.strangers().values(), desk.staff.licence_reviewer):
        with pytest.raises(DutyMissing):
            desk.house.licences.issue(stranger, desk.command())
    assert before == desk.head()


@pytest.mark.parametrize("name", ["", "nothing", "lic_1"])
def test_a_type_must_be_there(desk: Desk, name: str) -> None:
    wrong(desk, TypeUnknown, type=name)


def test_a_type_must_be_published(desk: Desk) -> None:
    kind = desk.house.names[cast.FOOD_TYPE]
    desk.house.catalogue.retire(desk.staff.licence_reviewer, kind)
    details = wrong(desk, TypeNotPublished)
    assert details == {"type": kind, "state": "retired"}


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"hotline": "1" * 21}, "hotline", "maxLength"),
        ({"hotline": ""}, "hotline", "minLength"),
        ({"hotline": 12315}, "hotline", "type"),
        ({"credit_code": "91330199mac0xh201l"}, "credit_code", "pattern"),
        ({"colour": "红"}, "colour", "additionalProperties"),
    ],
)
def test_data_keep_the_schema_of_the_type(desk: Desk, changes: dict[str, object], field: str, rule: str) -> None:
    data = {**cast.food_record(cast.ENTERPRISE), **changes}
    assert wrong(desk, DataInvalid, data=data) == {"field": field, "rule": rule}


def test_a_missing_field_is_named(desk: Desk) -> None:
    data = cast.food_record(cast.ENTERPRISE)
    del data["items"]
    assert wrong(desk, DataInvalid, data=data) == {"field": "items", "rule": "required"}


def test_data_are_text(desk: Desk) -> None:
    data = {**cast.food_record(cast.ENTERPRISE), "items": json.loads('"\\ud800"')}
    assert wrong(desk, DataInvalid, data=data) == {"field": "", "rule": "encoding"}


@pytest.mark.parametrize("character", ["\u202e", "\n", "\U00032400"])
def test_data_are_printable(desk: Desk, character: str) -> None:
    data = {**cast.food_record(cast.ENTERPRISE), "items": f"热食{character}"}
    assert wrong(desk, CharacterNotCovered, data=data)["field"] == "items"


def test_a_malformed_code_of_the_holder_is_told_apart_from_an_unknown_one(desk: Desk) -> None:
    wrong(desk, CreditCodeMalformed, holder_code="nobody")
    wrong(desk, CreditCodeMalformed, holder_code=cast.person_number(301))
    wrong(desk, CitizenNumberMalformed, type=PERSON_TYPE, holder_code=cast.ENTERPRISE.code)
    wrong(desk, HolderNotRegistered, holder_code=cast.organisation_code("91", "MAC0XH999"))
    wrong(desk, HolderNotRegistered, type=PERSON_TYPE, holder_code=cast.person_number(999))


def test_a_holder_is_proven_and_may_be_frozen(desk: Desk) -> None:
    house, registrar = desk.house, actor("registrar", Duty.REGISTRAR)
    house.identity.freeze(registrar, house.names["company"], reason=REASON)
    assert desk.issue().holder == house.names["company"]


def test_a_holder_that_is_registered_and_not_proven_holds_nothing(desk: Desk) -> None:
    code = cast.organisation_code("91", "MAC0XH777")
    command = RegisterOrganisation(name="云州新办贸易有限公司", credit_code=code)
    desk.house.identity.register_organisation(actor("registrar", Duty.REGISTRAR), command)
    wrong(desk, HolderNotRegistered, holder_code=code)


def test_a_frozen_authority_issues_nothing(desk: Desk) -> None:
    desk.house.identity.freeze(actor("r", Duty.REGISTRAR), desk.staff.organisation, reason=REASON)
    wrong(desk, SubjectNotActive)


def test_a_seal_must_be_there_and_in_use(desk: Desk) -> None:
    wrong(desk, SealUnknown, seal="seal_1")
    desk.house.seals.suspend(desk.staff.owner, desk.house.seal, reason="遗失核查")
    wrong(desk, SealNotActive)


def test_a_seal_of_another_authority_is_refused_even_where_its_owner_allows_it(desk: Desk) -> None:
    # A system of two authorities that confuses their seals would issue licences of one in the name of the other.
    seal = desk.foreign_seal()
    details = wrong(desk, NotAuthorised, seal=seal)
    assert details == {"seal": seal, "purpose": ISSUE_PURPOSE, "document_kind": cast.FOOD_TYPE}


def test_the_owner_authorises_by_kind_of_licence_and_until_a_moment(desk: Desk) -> None:
    until = NOW + timedelta(days=1)
    desk.authorise(desk.clerk, document_kinds=(cast.BUSINESS_TYPE,), valid_until=until)
    with pytest.raises(NotAuthorised):
        desk.house.licences.issue(desk.clerk, desk.command())
    business = {"type": cast.BUSINESS_TYPE, "data": cast.business_record(cast.ENTERPRISE)}
    desk.at(until)
    desk.house.licences.issue(desk.clerk, desk.command(**business))
    desk.at(until + timedelta(microseconds=1))
    with pytest.raises(NotAuthorised):
        desk.house.licences.issue(desk.clerk, desk.command(**business))


def test_an_authorisation_ends_with_its_last_stamping(desk: Desk) -> None:
    desk.authorise(desk.clerk, times=1)
    assert desk.house.licences.issue(desk.clerk, desk.command()).state is LicenceState.IN_FORCE
    with pytest.raises(AuthorisationExhausted):
        desk.house.licences.issue(desk.clerk, desk.command())


@pytest.mark.parametrize(
    ("moment", "last_day", "good"),
    [
        (MIDNIGHT - timedelta(microseconds=1), date(2026, 12, 31), True),
        (MIDNIGHT - timedelta(microseconds=1), date(2026, 12, 30), False),
        (MIDNIGHT, date(2027, 1, 1), True),
        (MIDNIGHT, date(2026, 12, 31), False),
    ],
)
def test_a_last_day_is_today_in_china_or_later(desk: Desk, moment: datetime, last_day: date, *, good: bool) -> None:
    desk.at(moment)
    if good:
        assert desk.issue(last_day=last_day).last_day == last_day
    else:
        assert wrong(desk, DataInvalid, last_day=last_day) == {"field": "last_day", "rule": "minimum"}


# --- looking


def test_the_issuer_looks(desk: Desk) -> None:
    licence = desk.issue()
    staff = desk.staff
    for one in (staff.client, staff.officer, staff.licence_reviewer):
        found, history = desk.house.licences.find(one, licence.identifier)
        assert (found, len(history)) == (licence, 2)
        assert desk.house.licences.file(one, licence.id).startswith(b"%PDF-")


def test_nobody_else_looks(desk: Desk) -> None:
    licence = desk.issue()
    for stranger in desk.strangers().values():
        with pytest.raises(DutyMissing):
            desk.house.licences.find(stranger, licence.id)
        with pytest.raises(DutyMissing):
            desk.house.licences.file(stranger, licence.id)


@pytest.mark.parametrize("name", ["", "lic_1", "1.2.156.3005.2.1", "x' OR 1=1"])
def test_a_licence_that_is_not_there_is_unknown(any_desk: Desk, name: str) -> None:
    for look in (any_desk.house.licences.find, any_desk.house.licences.file):
        with pytest.raises(LicenceUnknown):
            look(any_desk.staff.client, name)


def test_data_of_the_holder_are_not_in_the_representation(desk: Desk) -> None:
    licence = desk.issue()
    with desk.house.store.reading() as view:
        standing = desk.house.verification.standing(view, licence)
    assert cast.ENTERPRISE.representative not in repr(licence)
    assert cast.ENTERPRISE.name not in repr(standing)


def test_a_grant_for_nobody_in_particular_is_none(desk: Desk) -> None:
    with pytest.raises(DutyMissing):
        desk.house.licences.issue(actor("anywhere", Grant(Duty.LICENCE_OFFICER)), desk.command())
