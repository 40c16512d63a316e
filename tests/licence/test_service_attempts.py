"""Issuing again: repeated requests, two at once, what fails on the way, and what a crash leaves."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pypdfium2 as pdfium
import pytest

from api.demo import cast
from licence.catalogue import DraftType
from licence.errors import (
    DataInvalid,
    IssueUnderWay,
    LicenceUnknown,
    NumberTaken,
    TypeNotPublished,
    ValueDoesNotFit,
)
from licence.lifecycle import LicenceState
from licence.repository import Licence
from licence.types.particulars import HolderCategory, TypeParticulars
from seal.errors import SealNotActive
from seal.ledger import stamping_repository as seals
from seal.ledger.entries import StampingState
from tests.fakes.faulty import Crash
from tests.licence.builders import LONG_AGO, REASON, Desk, Meanwhile
from trust.lifecycle import EventNotPossible
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import KeyPurpose, SigningUnavailable
from trust.timestamping import TimeStampUntrusted

MIDNIGHT = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)
"""Midnight between 2026 and 2027 in China Standard Time."""


def text_of(pdf: bytes) -> str:
    document = pdfium.PdfDocument(pdf)
    try:
        return "".join(document[0].get_textpage().get_text_range().split())
    finally:
        document.close()


# --- repeated requests


def test_a_repeated_request_gets_the_first_licence(any_desk: Desk) -> None:
    house, client, command = any_desk.house, any_desk.staff.client, any_desk.command()
    first = house.licences.issue(client, command)
    signed = house.custody.count(KeyPurpose.SEAL_OWNER)
    house.clock.advance(timedelta(days=30))
    assert first == house.licences.issue(client, command)
    assert (any_desk.prepared(), signed) == (1, house.custody.count(KeyPurpose.SEAL_OWNER))
    assert any_desk.tags(first.id)[-1] == "licence:issue:repeated"


def test_a_repeated_request_gets_the_licence_as_it_stands_now(desk: Desk) -> None:
    command = desk.command()
    first = desk.house.licences.issue(desk.staff.client, command)
    revoked = desk.house.licences.revoke(desk.officer, first.id, reason=REASON)
    assert revoked == desk.house.licences.issue(desk.staff.client, command)


@pytest.mark.parametrize(
    "changes",
    [
        {"type": cast.BUSINESS_TYPE},
        {"seal": "seal_1"},
        {"number": "another"},
        {"holder_code": "another"},
        {"data": {}},
        {"last_day": date(2031, 1, 1)},
    ],
)
def test_a_key_belongs_to_one_request(desk: Desk, changes: dict[str, Any]) -> None:
    command = desk.command()
    desk.house.licences.issue(desk.staff.client, command)
    before = desk.head()
    with pytest.raises(RequestKeyReused):
        desk.house.licences.issue(desk.staff.client, replace(command, **changes))
    assert before == desk.head()


def test_a_key_belongs_to_one_caller(desk: Desk) -> None:
    desk.authorise(desk.clerk)
    first = desk.issue(request_key="same")
    second = desk.house.licences.issue(desk.clerk, desk.command(request_key="same"))
    assert first.id != second.id


@pytest.mark.parametrize("key", ["", "a b", "é", "a\n", "k" * 129])
def test_a_key_has_a_form(desk: Desk, key: str) -> None:
    before = desk.head()
    with pytest.raises(RequestKeyMalformed):
        desk.issue(request_key=key)
    assert before == desk.head()


def test_a_request_that_was_refused_may_be_mended_under_its_key(desk: Desk) -> None:
    command = desk.command()
    with pytest.raises(DataInvalid):
        desk.house.licences.issue(desk.staff.client, replace(command, data={}))
    assert desk.house.licences.issue(desk.staff.client, command).state is LicenceState.IN_FORCE


def test_a_request_that_came_to_nothing_is_tried_again_under_its_key(any_desk: Desk) -> None:
    house, client, command = any_desk.house, any_desk.staff.client, any_desk.command()
    house.faults.fail("sign:seal_owner", SigningUnavailable())
    with pytest.raises(SigningUnavailable):
        house.licences.issue(client, command)
    second = house.licences.issue(client, command)
    assert (second.state, any_desk.prepared()) == (LicenceState.IN_FORCE, 2)
    assert second == house.licences.issue(client, command)


def test_a_request_under_way_is_told_so(desk: Desk) -> None:
    house, client, command = desk.house, desk.staff.client, desk.command()
    house.faults.fail("sign:seal_owner", Crash())
    with pytest.raises(Crash):
        house.licences.issue(client, command)
    with pytest.raises(IssueUnderWay):
        house.licences.issue(client, command)
    assert desk.prepared() == 1


# --- two at once


def test_of_two_requests_at_once_for_one_number_one_is_refused(any_desk: Desk) -> None:
    first, second = (any_desk.command(number="JY1") for _ in range(2))
    licences, client = any_desk.house.licences, any_desk.staff.client
    other = Meanwhile(any_desk, "commit:licence:prepare:done", lambda: licences.issue(client, second))
    issued = licences.issue(client, first)
    assert isinstance(other.outcome(), NumberTaken)
    assert issued.state is LicenceState.IN_FORCE


def test_of_two_requests_at_once_under_one_key_one_licence_comes(any_desk: Desk) -> None:
    command = any_desk.command()
    licences, client = any_desk.house.licences, any_desk.staff.client
    other = Meanwhile(any_desk, "commit:licence:prepare:done", lambda: licences.issue(client, command))
    issued = licences.issue(client, command)
    outcome = other.outcome()
    assert isinstance(outcome, IssueUnderWay) or outcome == issued
    assert any_desk.prepared() == 1


def test_two_requests_at_once_get_two_numbers(any_desk: Desk) -> None:
    first, second = any_desk.command(), any_desk.command()
    licences, client = any_desk.house.licences, any_desk.staff.client
    other = Meanwhile(any_desk, "commit:licence:prepare:done", lambda: licences.issue(client, second))
    issued, outcome = licences.issue(client, first), other.outcome()
    assert isinstance(outcome, Licence)
    assert {issued.status_index, outcome.status_index} == {1, 2}
    assert issued.identifier != outcome.identifier


def test_a_type_that_is_retired_meanwhile_issues_nothing_more(any_desk: Desk) -> None:
    house, client, kind = any_desk.house, any_desk.staff.client, any_desk.house.names[cast.FOOD_TYPE]
    other = Meanwhile(
        any_desk, "commit:licence_type:retire:done", lambda: house.licences.issue(client, any_desk.command())
    )
    house.catalogue.retire(any_desk.staff.licence_reviewer, kind)
    assert isinstance(other.outcome(), TypeNotPublished)


def test_a_seal_that_is_stopped_meanwhile_seals_nothing_more(desk: Desk) -> None:
    house = desk.house
    house.faults.meanwhile(
        "sign:licence_claim",
        lambda: house.seals.suspend(desk.staff.owner, house.seal, reason="遗失核查"),
    )
    with pytest.raises(SealNotActive):
        desk.issue()
    assert house.custody.count(KeyPurpose.SEAL_OWNER) == 0
    assert desk.newest().state is LicenceState.VOID


# --- what fails on the way, and what a crash leaves

ON_THE_WAY = (
    "sign:licence_claim",
    "commit:seal:stamp:prepared",
    "sign:seal_owner",
    "stamp:tsa-sm2",
    "sign:document",
    "stamp:tsa-p256",
    "put",
    "kept",
    "commit:licence:release:done",
)


@pytest.mark.parametrize("point", ON_THE_WAY)
def test_what_fails_on_the_way_voids_the_licence_and_tells_why(desk: Desk, point: str) -> None:
    # An authority that does not answer is borne by the type; one that answers wrongly never is.
    failure = TimeStampUntrusted(reason="imprint") if point.startswith("stamp:") else SigningUnavailable()
    desk.house.faults.fail(point, failure)
    with pytest.raises(type(failure)):
        desk.issue()
    licence = desk.newest()
    assert (licence.state, licence.file, licence.claim) == (LicenceState.VOID, None, None)
    assert desk.tags(licence.id) == ["licence:prepare:done", "licence:abandon:done"]
    with pytest.raises(LicenceUnknown):
        desk.house.licences.file(desk.staff.client, licence.id)


def test_a_value_that_has_no_room_on_the_page_is_named(desk: Desk) -> None:
    code = f"{cast.DEFINER}099"
    schema = {**cast.FOOD_SCHEMA, "properties": {**cast.FOOD_SCHEMA["properties"], "hotline": cast.text_field(2000)}}
    draft = DraftType(
        issuer=desk.staff.organisation,
        template="food_permit",
        particulars=TypeParticulars(
            code=code, name="食品经营许可证", holders=frozenset({HolderCategory.LEGAL_PERSON}), schema=schema
        ),
    )
    catalogue = desk.house.catalogue
    catalogue.draft(desk.officer, draft)
    catalogue.review(desk.staff.licence_reviewer, code)
    catalogue.publish(desk.officer, code)
    with pytest.raises(ValueDoesNotFit) as refused:
        desk.issue(type=code, data={**cast.food_record(cast.ENTERPRISE), "hotline": "1" * 2000})
    assert refused.value.details == {"field": "hotline"}
    assert desk.newest().state is LicenceState.VOID


@pytest.mark.parametrize("point", ON_THE_WAY)
def test_a_crash_leaves_a_prepared_licence_that_recovery_voids(desk: Desk, point: str) -> None:
    desk.house.faults.fail(point, Crash())
    with pytest.raises(Crash):
        desk.issue()
    house = desk.house.reopened()
    after = Desk(house)
    licence = after.newest()
    assert licence.state is LicenceState.PREPARED
    assert house.licences.recover() == 0
    house.clock.advance(LONG_AGO)
    assert (house.licences.recover(), house.licences.recover()) == (1, 0)
    voided = after.kept(licence.id)
    assert (voided.state, voided.file) == (LicenceState.VOID, None)
    assert after.tags(licence.id)[-1] == "licence:abandon:done"
    house.stampings.recover()
    with house.store.reading() as view:
        states = {one.state for one in seals.stampings(view)}
    assert states <= {StampingState.VOID}
    house.store.close()


@pytest.mark.parametrize(("age", "voided"), [(timedelta(minutes=10), 0), (timedelta(minutes=10, microseconds=1), 1)])
def test_recovery_waits_for_whoever_is_only_slow(desk: Desk, age: timedelta, voided: int) -> None:
    desk.in_state(LicenceState.PREPARED)
    desk.house.clock.advance(age)
    assert desk.house.licences.recover() == voided


def test_recovery_touches_nothing_else(desk: Desk) -> None:
    kept = [desk.in_state(state) for state in LicenceState if state is not LicenceState.PREPARED]
    desk.house.clock.advance(timedelta(days=1))
    assert desk.house.licences.recover() == 0
    assert kept == [desk.kept(one.id) for one in kept]


def test_two_recoveries_at_once_void_each_licence_once(desk: Desk) -> None:
    left = [desk.in_state(LicenceState.PREPARED) for _ in range(3)]
    desk.house.clock.advance(LONG_AGO)
    other = Meanwhile(desk, "commit:licence:abandon:done", desk.house.licences.recover)
    own = desk.house.licences.recover()
    outcome = other.outcome()
    assert isinstance(outcome, int)
    assert own + outcome == 3
    assert all(desk.tags(one.id).count("licence:abandon:done") == 1 for one in left)


def test_whoever_is_slower_than_recovery_releases_nothing(desk: Desk) -> None:
    house = desk.house

    def recovered() -> None:
        house.clock.advance(LONG_AGO)
        assert house.licences.recover() == 1

    house.faults.meanwhile("kept", recovered)
    with pytest.raises(EventNotPossible):
        desk.issue()
    licence = desk.newest()
    assert (licence.state, licence.file) == (LicenceState.VOID, None)
    assert desk.tags(licence.id) == ["licence:prepare:done", "licence:abandon:done"]
