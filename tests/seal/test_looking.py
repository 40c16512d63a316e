"""Looking for seals and at what waits: by duty, by owner, by state, in pages, with deadlines."""

from datetime import timedelta
from typing import Final

import pytest

from identity.duties import Actor, Duty
from seal.kinds import SealKind
from seal.life.queue import DEADLINES, WAITS_FOR, Waiting, read_deadlines, wanted_by
from seal.lifecycle import LIFECYCLE, SealState
from seal.repository import Page, SealQuery
from tests.fakes.clock import NOW
from tests.seal.houses import REASON, House, Staff, actor

DAY: Final = timedelta(days=1)
ALL: Final = Page(0, 200)


def waiting(house: House, who: Actor) -> list[Waiting]:
    """Return what waits for somebody."""
    found, count = house.seals.waiting(who, ALL)
    assert len(found) == count
    return list(found)


def applied(house: House, staff: Staff, count: int) -> list[str]:
    """Apply for seals, each a second after the one before."""
    found = []
    for _ in range(count):
        house.clock.advance(timedelta(seconds=1))
        found.append(house.apply(staff).id)
    return found


def test_every_state_that_waits_has_a_duty_and_a_deadline() -> None:
    assert set(WAITS_FOR) == set(DEADLINES)
    assert set(SealState) - set(WAITS_FOR) == {
        SealState.ACTIVE,
        SealState.WITHDRAWN,
        SealState.REJECTED,
        SealState.DESTROYED,
    }
    assert all(LIFECYCLE.events(state) for state in WAITS_FOR)
    assert all(days > 0 for days in DEADLINES.values())


def test_a_seal_waits_for_one_after_the_other(house: House) -> None:
    staff = house.fresh_staff()
    people = {
        "reviewer": staff.reviewer,
        "maker": staff.maker,
        "filer": staff.filer,
        "owner": staff.owner,
        "applicant": staff.applicant,
    }

    def turn(seal: str) -> list[str]:
        return [name for name, who in people.items() if seal in [one.seal.id for one in waiting(house, who)]]

    seal = house.apply(staff).id
    assert turn(seal) == ["reviewer"]
    house.seals.return_(staff.reviewer, seal, reason=REASON)
    assert turn(seal) == ["applicant"]
    house.seals.resubmit(staff.applicant, seal, reason=REASON)
    house.seals.approve(staff.reviewer, seal, reason=REASON)
    assert turn(seal) == ["maker"]
    house.seals.make(staff.maker, seal)
    assert turn(seal) == ["filer"]
    house.seals.file(staff.filer, seal)
    assert turn(seal) == ["maker"]
    house.seals.issue(staff.maker, seal)
    assert turn(seal) == ["owner"]
    house.seals.accept(staff.owner, seal)
    assert turn(seal) == []


def test_owners_people_see_what_waits_for_their_own_organisation(house: House) -> None:
    staff, other = house.fresh_staff(), house.fresh_staff()
    seal = house.apply(staff).id
    house.seals.return_(staff.reviewer, seal, reason=REASON)
    assert [one.seal.id for one in waiting(house, staff.applicant)] == [seal]
    assert waiting(house, other.applicant) == []
    assert waiting(house, actor("nobody")) == []
    assert wanted_by(actor("nobody")) == ()


def test_what_waits_longest_comes_first_and_is_overdue_after_its_days(house: House) -> None:
    staff = house.fresh_staff()
    first = house.apply(staff).id
    house.clock.advance(DAY)
    second = house.apply(staff).id
    found = waiting(house, staff.reviewer)
    assert [one.seal.id for one in found] == [first, second]
    assert (found[0].days, found[1].days) == (1, 0)
    assert found[0].deadline == NOW + DEADLINES[SealState.APPLIED] * DAY
    house.clock.set(NOW + DEADLINES[SealState.APPLIED] * DAY)
    assert [one.is_overdue for one in waiting(house, staff.reviewer)] == [False, False]
    house.clock.advance(timedelta(microseconds=1))
    assert [one.is_overdue for one in waiting(house, staff.reviewer)] == [True, False]


def test_what_waits_comes_in_pages(either_house: House) -> None:
    house = either_house
    staff = house.fresh_staff()
    seals = applied(house, staff, 3)
    for seal in seals:
        house.clock.advance(timedelta(seconds=1))
        house.seals.return_(staff.reviewer, seal, reason=REASON)
    pages = [house.seals.waiting(staff.applicant, Page(offset, 2)) for offset in (0, 2, 4)]
    assert [[one.seal.id for one in found] for found, _ in pages] == [seals[:2], seals[2:], []]
    assert [count for _, count in pages] == [3, 3, 3]


def test_an_operator_sets_other_deadlines(house: House) -> None:
    house.seals.deadlines = {**house.seals.deadlines, **read_deadlines("applied=1")}
    staff = house.fresh_staff()
    house.apply(staff)
    (one,) = waiting(house, staff.reviewer)
    assert one.deadline == NOW + DAY


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", {}),
        ("applied=7", {SealState.APPLIED: 7}),
        ("applied=7,made=999", {SealState.APPLIED: 7, SealState.MADE: 999}),
    ],
)
def test_deadlines_are_read(text: str, found: dict[SealState, int]) -> None:
    assert read_deadlines(text) == found


@pytest.mark.parametrize(
    "text", ["applied", "applied=0", "applied=1000", "active=3", "applied=1,applied=2", "applied=1;made=2", "x=1", "=1"]
)
def test_what_is_no_deadline_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="state=days"):
        read_deadlines(text)


# --- searching


def test_seals_are_found_by_what_they_are(either_house: House) -> None:
    house = either_house
    staff, other = house.fresh_staff(), house.fresh_staff("91")
    contract = house.apply(staff, kind=SealKind.CONTRACT, row="合同专用章")
    house.clock.advance(timedelta(seconds=1))
    business = house.active(staff)
    house.clock.advance(timedelta(seconds=1))
    theirs = house.apply(other)

    def found(who: Actor, **wanted: object) -> list[str]:
        seals, count = house.seals.search(who, SealQuery(**wanted), ALL)  # type: ignore[arg-type] # a query's fields
        assert count == len(seals)
        return [one.id for one in seals if one.owner in (staff.organisation, other.organisation)]

    reviewer = staff.reviewer
    assert found(reviewer) == [theirs.id, business.id, contract.id]
    assert found(reviewer, kind=SealKind.CONTRACT) == [contract.id]
    assert found(reviewer, states=frozenset({SealState.ACTIVE})) == [business.id]
    assert found(reviewer, owners=frozenset({other.organisation})) == [theirs.id]
    assert found(reviewer, text="合同") == [contract.id]
    assert found(reviewer, text=str(business.code)) == [business.id]
    assert found(reviewer, text=str(business.filing_number)) == [business.id]
    assert found(reviewer, text="100%") == []
    assert found(reviewer, text="_") == []
    for one in (staff.applicant, staff.owner):
        assert found(one) == [business.id, contract.id]
        assert found(one, owners=frozenset({other.organisation})) == []
    assert found(actor("auditor", Duty.AUDITOR)) == []


def test_seals_come_in_pages(house: House) -> None:
    staff = house.fresh_staff()
    seals = applied(house, staff, 3)[::-1]
    pages = [house.seals.search(staff.owner, SealQuery(), Page(offset, 2)) for offset in (0, 2)]
    assert [[one.id for one in found] for found, _ in pages] == [seals[:2], seals[2:]]
    assert [count for _, count in pages] == [3, 3]
