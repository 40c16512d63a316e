"""Status lists as they are published: what the registry says, signed when something has changed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text

from api.demo import cast
from licence.claim import read_claim
from licence.errors import TypeUnknown
from licence.lifecycle import LicenceState
from licence.status import standing_repository
from licence.status.errors import StatusListsExhausted
from licence.status.repository import allot_number, code_numbered, number_of
from licence.status_list import LicenceStatus
from licence.status_publishing import LIFETIME, LOOK_PAUSE, OVERLAP, STATUSES, WHOLE_PAUSE, StatusLists
from tests.licence.builders import PERSON_TYPE, REASON, Desk
from trust.signing import SigningUnavailable


def lists_of(desk: Desk) -> StatusLists:
    """Return what publishes the lists of the desk's instance, as one process has it."""
    house = desk.house
    return StatusLists(
        store=house.store,
        catalogue=house.catalogue,
        service_keys=house.service_keys,
        source="https://trust.example",
    )


@pytest.fixture
def lists(desk: Desk) -> StatusLists:
    """Return what publishes the lists."""
    return lists_of(desk)


def wait(desk: Desk) -> None:
    """Let pass what is waited between two looks at the registry."""
    desk.house.clock.advance(LOOK_PAUSE)


def signed(desk: Desk) -> int:
    """Return how many lists were put on record."""
    return sum(event.tag == "status_list:publish:done" for event in desk.events())


def test_every_state_has_its_status() -> None:
    assert set(STATUSES) == set(LicenceState)


def test_each_licence_stands_in_its_place(any_desk: Desk) -> None:
    made = {state: any_desk.in_state(state) for state in LicenceState}
    told = lists_of(any_desk).current(cast.FOOD_TYPE).status_list
    assert {state: told.status(licence.status_index) for state, licence in made.items()} == STATUSES
    assert told.status(0) is LicenceStatus.PENDING
    assert told.places == max(licence.status_index for licence in made.values()) + 1


def test_a_type_without_licences_has_an_empty_list(lists: StatusLists) -> None:
    assert lists.current(cast.FOOD_TYPE).status_list.places == 0


def test_a_list_has_one_number_for_good_which_claims_name(desk: Desk, lists: StatusLists) -> None:
    other = lists.current(PERSON_TYPE).status_list.number
    licence = desk.issue()
    assert licence.claim is not None
    claim = read_claim(licence.claim.rpartition("/")[2]).claim
    found = lists.current(cast.FOOD_TYPE)
    assert (found.status_list.number, other) == (claim.status_list, 3 - (claim.status_list or 0))
    assert lists.current(str(claim.status_list)) is found
    wait(desk)
    desk.issue()
    assert lists_of(desk).current(cast.FOOD_TYPE).status_list.number == claim.status_list
    allotted = [event.facts for event in desk.events() if event.tag == "status_list:number:done"]
    assert [one["number"] for one in allotted] == [1, 2]


def test_numbers_end_where_claims_have_no_room_for_more(desk: Desk) -> None:
    with desk.house.store.transaction() as tx:
        tx.change(text("INSERT INTO counter (name, value) VALUES ('status lists', 4094)"))
        assert [allot_number(tx, "the last") for _ in range(2)] == [4095, 4095]
        with pytest.raises(StatusListsExhausted) as refused:
            allot_number(tx, "one more")
        assert refused.value.code == "status_list.numbers_exhausted"
        assert (number_of(tx, "one more"), code_numbered(tx, 4095)) == (None, "the last")


@pytest.mark.parametrize("number", ["9", "0", "01", "4095", "12345"])
def test_a_number_that_no_list_has(lists: StatusLists, number: str) -> None:
    with pytest.raises(TypeUnknown):
        lists.current(number)


@pytest.mark.parametrize("code", ["", "x", cast.FOOD_TYPE[:-1] + "9"])
def test_a_type_that_is_not_there(lists: StatusLists, code: str) -> None:
    with pytest.raises(TypeUnknown):
        lists.current(code)


def test_a_change_shows_after_a_minute_at_the_latest(desk: Desk, lists: StatusLists) -> None:
    licence = desk.issue()
    first = lists.current(cast.FOOD_TYPE)
    assert first.status_list.status(licence.status_index) is LicenceStatus.VALID
    desk.house.licences.suspend(desk.second, licence.id, reason=REASON)
    assert lists.current(cast.FOOD_TYPE) is first  # for as long as nobody looks again
    wait(desk)
    second = lists.current(cast.FOOD_TYPE)
    assert second.status_list.status(licence.status_index) is LicenceStatus.SUSPENDED
    assert second.status_list.issued > first.status_list.issued


def test_nobody_waits_for_a_list_that_is_fresh(lists: StatusLists) -> None:
    first = lists.current(cast.FOOD_TYPE)
    with (
        ThreadPoolExecutor() as threads,
        lists.lock_of(cast.FOOD_TYPE),
    ):  # another one is being renewed, and its key is slow
        assert threads.submit(lists.current, cast.FOOD_TYPE).result(timeout=10) is first


def test_only_what_has_happened_since_is_read_again(any_desk: Desk) -> None:
    """However many licences have ended: the list says the same as one that is made of all of them."""
    desk, lists = any_desk, lists_of(any_desk)
    old, foreign = desk.issue(), desk.issue(type=cast.BUSINESS_TYPE, data=cast.business_record(cast.ENTERPRISE))
    lists.current(cast.FOOD_TYPE)
    desk.house.clock.advance(OVERLAP + timedelta(seconds=1))
    made = [desk.in_state(state) for state in LicenceState]
    desk.house.licences.suspend(desk.second, foreign.id, reason=REASON)  # a licence of another type
    told = lists.current(cast.FOOD_TYPE).status_list
    desk.house.licences.suspend(desk.second, old.id, reason=REASON)
    wait(desk)
    after = lists.current(cast.FOOD_TYPE).status_list
    desk.house.licences.restore(desk.officer, old.id, reason=REASON)
    wait(desk)
    restored = lists.current(cast.FOOD_TYPE).status_list
    assert [one.status(old.status_index) for one in (told, after, restored)] == [
        LicenceStatus.VALID,
        LicenceStatus.SUSPENDED,
        LicenceStatus.VALID,
    ]
    assert {restored.status(one.status_index) for one in made} == set(LicenceStatus)
    whole = lists_of(desk).current(cast.FOOD_TYPE).status_list
    assert (restored.places, restored.octets) == (whole.places, whole.octets)


def test_all_are_gone_through_now_and_then(desk: Desk, lists: StatusLists) -> None:
    """What no step tells of, as nothing of ours makes it, is not looked for each minute, and found all the same."""
    licence = desk.issue()
    lists.current(cast.FOOD_TYPE)
    desk.house.clock.advance(OVERLAP + timedelta(seconds=1))
    lists.current(cast.FOOD_TYPE)
    wait(desk)
    with desk.house.store.writer.begin() as connection:
        connection.execute(text("UPDATE licence SET state = 'revoked'"))
    assert lists.current(cast.FOOD_TYPE).status_list.status(licence.status_index) is LicenceStatus.VALID
    desk.house.clock.advance(WHOLE_PAUSE)
    assert lists.current(cast.FOOD_TYPE).status_list.status(licence.status_index) is LicenceStatus.INVALID


def test_what_was_committed_late_is_found_all_the_same(desk: Desk, lists: StatusLists) -> None:
    """A step bears the moment at which its transaction began: before the look that it was too late for."""
    licence = desk.issue()
    lists.current(cast.FOOD_TYPE)
    clock = desk.house.clock
    clock.advance(timedelta(minutes=4))
    lists.current(cast.FOOD_TYPE)
    clock.advance(-timedelta(minutes=3))
    desk.house.licences.suspend(desk.second, licence.id, reason=REASON)
    clock.advance(timedelta(minutes=4))
    assert lists.current(cast.FOOD_TYPE).status_list.status(licence.status_index) is LicenceStatus.SUSPENDED


@pytest.mark.parametrize("portion", [1, 2, 3, 100])
def test_all_are_gone_through_a_portion_at_a_time(desk: Desk, portion: int) -> None:
    made = [desk.issue() for _ in range(3)]
    ended = [desk.house.licences.revoke(desk.second, one.id, reason=REASON) for one in made]
    desk.house.licences.suspend(desk.second, desk.issue().id, reason=REASON)
    with desk.house.store.reading() as view:
        kind = desk.house.catalogue.require(view, cast.FOOD_TYPE).id
        told = list(standing_repository.not_in_force(view, kind, portion=portion))
    found = [place for _, places in told for place in places]
    revoked = {place for state, places in told if state is LicenceState.REVOKED for place in places}
    assert revoked == {one.status_index for one in ended}
    assert len(found) == len(set(found)) == 4
    assert max(len(places) for _, places in told) <= portion


def test_what_has_not_changed_is_not_signed_anew(desk: Desk, lists: StatusLists) -> None:
    desk.issue()
    first = lists.current(cast.FOOD_TYPE)
    before = signed(desk)
    for _ in range(3):
        wait(desk)
        assert lists.current(cast.FOOD_TYPE).encoded == first.encoded
    assert signed(desk) == before
    desk.house.clock.advance(LIFETIME / 2)
    renewed = lists.current(cast.FOOD_TYPE)
    assert renewed.status_list.next_update > first.status_list.next_update
    assert signed(desk) == before + 1


def test_a_clock_that_went_back_does_not_keep_an_old_list(desk: Desk, lists: StatusLists) -> None:
    licence = desk.issue()
    lists.current(cast.FOOD_TYPE)
    desk.house.licences.suspend(desk.second, licence.id, reason=REASON)
    desk.house.clock.advance(-timedelta(seconds=1))
    assert lists.current(cast.FOOD_TYPE).status_list.status(licence.status_index) is LicenceStatus.SUSPENDED


def test_without_the_key_what_is_still_so_is_handed_out(desk: Desk, lists: StatusLists) -> None:
    licence = desk.issue()
    first = lists.current(cast.FOOD_TYPE)
    desk.house.clock.advance(LIFETIME / 2)
    desk.house.faults.fail("sign:licence_claim", SigningUnavailable())
    assert lists.current(cast.FOOD_TYPE).encoded == first.encoded
    desk.house.licences.suspend(desk.second, licence.id, reason=REASON)
    wait(desk)
    desk.house.faults.fail("sign:licence_claim", SigningUnavailable())
    with pytest.raises(SigningUnavailable):
        lists.current(cast.FOOD_TYPE)  # rather none than one that says what is not so
    desk.house.clock.advance(LIFETIME)
    desk.house.faults.fail("sign:licence_claim", SigningUnavailable())
    with pytest.raises(SigningUnavailable):
        lists.current(cast.FOOD_TYPE)
