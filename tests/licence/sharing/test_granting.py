"""Grants: proposed by one, approved by another, ended by whoever must; and what is on record of them."""

from datetime import timedelta
from typing import Any

import pytest

from api.demo import cast
from identity.duties import Duty
from identity.errors import ClientUnknown, DutyMissing
from licence.errors import TypeUnknown
from licence.records import Licence
from licence.sharing.entries import Call, Disclosure, GrantState
from licence.sharing.errors import ConsentMissing, GrantUnknown, SharingInvalid, SharingNotGranted
from licence.sharing.granting import UseCount
from tests.licence.sharing.square import FIELDS, LAW, PURPOSE, WORDS, Square
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.requests import RequestKeyReused


def test_a_grant_takes_two_people(any_square: Square) -> None:
    square = any_square
    granting, staff, client = square.sharing.granting, square.desk.staff, square.client()
    proposed = granting.propose(staff.officer, square.proposal(client))
    assert proposed.state is GrantState.PROPOSED
    both = staff.of(Duty.LICENCE_REVIEWER, staff.officer.id)
    with pytest.raises(FourEyesRequired):
        granting.approve(both, proposed.id)
    approved = granting.approve(staff.licence_reviewer, proposed.id)
    assert granting.find(staff.officer, proposed.id) == approved
    assert (approved.state, approved.decided_by) == (GrantState.IN_FORCE, staff.licence_reviewer.id)
    assert (approved.types[0].fields, approved.basis is not None and approved.basis.law) == (FIELDS, LAW)
    assert granting.granted_to(client) == granting.list(staff.licence_reviewer) == (approved,)
    withdrawn = granting.withdraw(staff.officer, proposed.id, reason="不再需要")
    assert (withdrawn.state, withdrawn.reason, withdrawn.decided_by) == (
        GrantState.WITHDRAWN,
        "不再需要",
        staff.licence_reviewer.id,
    )
    with pytest.raises(EventNotPossible):
        granting.approve(staff.licence_reviewer, proposed.id)
    assert [tag for tag in square.desk.tags(proposed.id) if tag.startswith("sharing")] == [
        "sharing:propose:done",
        "sharing:approve:done",
        "sharing:withdraw:done",
    ]


def test_a_refused_grant_stays_refused(square: Square) -> None:
    granting, staff = square.sharing.granting, square.desk.staff
    proposed = granting.propose(staff.officer, square.proposal(square.client()))
    refused = granting.refuse(staff.licence_reviewer, proposed.id, reason="依据不足")
    assert (refused.state, refused.reason) == (GrantState.REFUSED, "依据不足")
    with pytest.raises(EventNotPossible):
        granting.withdraw(staff.officer, proposed.id, reason="不再需要")


def test_others_see_and_decide_nothing(square: Square) -> None:
    granting, staff, other = square.sharing.granting, square.desk.staff, square.house.staff("other")
    proposed = granting.propose(staff.officer, square.proposal(square.client()))
    with pytest.raises(GrantUnknown):
        granting.find(other.officer, proposed.id)
    assert granting.list(other.officer) == ()
    with pytest.raises(DutyMissing):
        granting.approve(other.licence_reviewer, proposed.id)
    with pytest.raises(DutyMissing):
        granting.withdraw(other.officer, proposed.id, reason="不再需要")
    with pytest.raises(DutyMissing):
        granting.propose(staff.licence_reviewer, square.proposal(square.client()))
    with pytest.raises(GrantUnknown):
        granting.approve(staff.licence_reviewer, "share_nothing")
    with pytest.raises(DutyMissing):
        granting.counts(other.officer, cast.FOOD_TYPE)


def test_a_repeated_proposal_is_one(square: Square) -> None:
    granting, officer = square.sharing.granting, square.desk.staff.officer
    command = square.proposal(square.client())
    assert granting.propose(officer, command) == granting.propose(officer, command)
    assert len(granting.list(officer)) == 1
    with pytest.raises(RequestKeyReused):
        granting.propose(officer, square.proposal(square.client(), request_key=command.request_key))


def test_grants_are_told_page_by_page(square: Square) -> None:
    granting, officer = square.sharing.granting, square.desk.staff.officer
    client = square.client()
    made = [granting.propose(officer, square.proposal(client)) for _ in range(3)]
    first, second, third = sorted(made, key=lambda one: one.id)  # of one moment
    assert granting.list(officer, limit=2) == (third, second)
    assert granting.list(officer, before=second.id, limit=2) == (first,)


NO_CODE = "11100000MB0127170"


@pytest.mark.parametrize(
    ("changes", "field", "rule"),
    [
        ({"types": {}}, "types", "length"),
        ({"types": {f"{cast.DEFINER}{one:03d}": {} for one in range(51)}}, "types", "length"),
        ({"types": {NO_CODE: {}}}, "types", "code"),
        ({"types": {cast.FOOD_TYPE: {"data.": Disclosure.WHOLE}}}, "types", "field"),
        ({"types": {cast.FOOD_TYPE: {"address": Disclosure.WHOLE}}}, "types", "field"),
        ({"types": {cast.FOOD_TYPE: {"data.nothing": Disclosure.WHOLE}}}, "types", "unknown_field"),
        ({"types": {cast.FOOD_TYPE: {f"data.f{one}": Disclosure.WHOLE for one in range(101)}}}, "types", "fields"),
        ({"calls": frozenset()}, "calls", "length"),
        ({"purposes": {}}, "purposes", "length"),
        ({"purposes": {f"p{one}": "用途" for one in range(21)}}, "purposes", "length"),
        ({"purposes": {"Loan": WORDS}}, "purposes", "code"),
        ({"purposes": {PURPOSE: "贷"}}, "purposes", "length"),
        ({"purposes": {PURPOSE: "贷\u202e款"}}, "purposes", "characters"),
        ({"law": "法"}, "law", "length"),
        ({"law": "", "matter": "330116001000"}, "law", "length"),
        ({"law": LAW, "matter": "3" * 501}, "matter", "length"),
        ({"after": timedelta(0)}, "valid_until", "range"),
        ({"after": timedelta(days=3 * 366 + 1)}, "valid_until", "range"),
    ],
    ids=lambda one: str(one)[:24],
)
def test_a_grant_that_breaks_a_rule_is_refused(
    shared_square: Square, changes: dict[str, Any], field: str, rule: str
) -> None:
    after = changes.get("after", timedelta(days=1))
    told = {name: value for name, value in changes.items() if name != "after"}
    command = shared_square.proposal(
        shared_square.desk.staff.client, valid_until=shared_square.house.clock.now() + after, **told
    )
    with pytest.raises(SharingInvalid) as refused:
        shared_square.sharing.granting.propose(shared_square.desk.staff.officer, command)
    assert refused.value.details == {"field": field, "rule": rule}


def test_a_grant_is_for_types_of_the_issuer_and_clients_that_there_are(square: Square) -> None:
    granting, other = square.sharing.granting, square.house.staff("other")
    with pytest.raises(TypeUnknown):
        granting.propose(other.officer, square.proposal(square.client(), issuer=other.organisation))
    nothing = {f"{cast.DEFINER}999": FIELDS}
    with pytest.raises(TypeUnknown):
        granting.propose(square.desk.staff.officer, square.proposal(square.client(), types=nothing))
    with pytest.raises(ClientUnknown):
        granting.propose(square.desk.staff.officer, square.proposal(square.speaker))


def test_an_issuer_sees_numbers_and_no_names(any_square: Square) -> None:
    square = any_square
    licence: Licence = square.desk.issue()
    client, stranger = square.client(), square.client()
    square.grant(client)
    square.grant(stranger, law="")
    asking = square.sharing.asking
    for _ in range(2):
        asking.data(client, licence.identifier, purpose=PURPOSE)
    with pytest.raises(ConsentMissing):
        asking.data(stranger, licence.identifier, purpose=PURPOSE)
    counts = square.sharing.granting.counts(square.desk.staff.officer, cast.FOOD_TYPE)
    assert sorted(counts, key=lambda one: one.is_refused) == [
        UseCount(client=client.id, call=Call.DATA.value, is_refused=False, count=2),
        UseCount(client=stranger.id, call=Call.DATA.value, is_refused=True, count=1),
    ]
    square.house.clock.advance(timedelta(days=91))
    assert square.sharing.granting.counts(square.desk.staff.officer, cast.FOOD_TYPE) == ()


def test_who_was_granted_nothing_is_told_so(square: Square) -> None:
    with pytest.raises(SharingNotGranted):
        square.sharing.asking.query(square.client(), square.of_company, purpose=PURPOSE)
