"""Issuing many at once: each licence stands by itself, whatever becomes of the others."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Final

import pytest

from api.demo import cast
from identity.duties import Duty
from identity.errors import SubjectNotActive
from licence.catalogue import DraftType
from licence.errors import DataInvalid, HolderNotRegistered, NumberTaken, TypeUnknown
from licence.lifecycle import LicenceState
from licence.records import CHINA
from licence.repository import Licence
from licence.types.validity import day_of
from seal.errors import AuthorisationExhausted
from seal.ledger import stamping_repository
from seal.ledger.entries import StampingState
from tests.licence.builders import REASON, Desk
from tests.seal.houses import actor
from trust.blobs import BlobStoreUnavailable
from trust.errors import TrustError
from trust.requests import RequestKeyReused
from trust.signing import KeyPurpose, SigningUnavailable
from trust.store import LostRace, StoreUnavailable
from trust.verdict import Outcome

UNKNOWN_CODE: Final = cast.organisation_code("91", "MAC0XH299")


def issued(results: tuple[Licence | TrustError, ...]) -> list[Licence]:
    """Return the licences, all of which are in force."""
    found = [one for one in results if isinstance(one, Licence)]
    assert {one.state for one in found} <= {LicenceState.IN_FORCE}
    return found


def states(desk: Desk) -> list[StampingState]:
    """Return the states of all stampings with the seal, the oldest first."""
    with desk.house.store.reading() as view:
        return [one.state for one in stamping_repository.stampings(view, seal=desk.house.seal)][::-1]


def test_each_command_is_answered_in_its_place(any_desk: Desk) -> None:
    desk, good = any_desk, any_desk.command()
    business = {"type": cast.BUSINESS_TYPE, "data": cast.business_record(cast.ENTERPRISE)}
    commands = [
        desk.command(data={}),
        good,
        desk.command(number=good.number),
        desk.command(type="type_none"),
        desk.command(holder_code=UNKNOWN_CODE),
        desk.command(**business),
    ]
    results = desk.house.licences.issuing.issue_chunk(desk.staff.client, commands)
    kinds = [DataInvalid, Licence, NumberTaken, TypeUnknown, HolderNotRegistered, Licence]
    assert [type(one) for one in results] == kinds
    first, second = issued(results)
    assert (first.number, second.number) == (good.number, commands[5].number)
    assert isinstance(results[2], NumberTaken)
    assert results[2].details == {"licence": first.id}
    assert desk.prepared() == 2
    assert [desk.kept(one.id) for one in (first, second)] == [first, second]
    for one in (first, second):
        assert one.file is not None
        assert desk.house.verification.file(desk.house.blobs.get(one.file)).outcome is Outcome.PASSED
        assert desk.tags(one.id) == ["licence:prepare:done", "licence:release:done"]


def test_nothing_is_asked_for(desk: Desk) -> None:
    head = desk.head()
    assert desk.house.licences.issuing.issue_chunk(desk.staff.client, ()) == ()
    assert desk.head() == head


def test_nothing_but_errors_leaves_nothing(desk: Desk) -> None:
    head = desk.head()
    (result,) = desk.house.licences.issuing.issue_chunk(desk.staff.client, (desk.command(data={}),))
    assert isinstance(result, DataInvalid)
    assert desk.head() == head


def test_many_are_issued_a_few_at_a_time(desk: Desk) -> None:
    issuing = desk.house.licences.issuing
    issuing.together = 2
    results = issuing.issue_chunk(desk.staff.client, [desk.command() for _ in range(3)])
    assert len({one.identifier for one in issued(results)}) == 3
    commits = [point for point in desk.house.faults.passed if point.startswith("commit:licence:prepare")]
    assert len(commits) == 3
    moments = {one.prepared_at for one in issued(results)}
    assert len(moments) <= 2


def test_an_authority_is_read_once_in_each_transaction(desk: Desk) -> None:
    house, staff = desk.house, desk.staff
    issuing = house.licences.issuing
    with house.store.reading() as view:
        authority = issuing.preparing.authority(view, staff.organisation)
        assert issuing.preparing.authority(view, staff.organisation) is authority
    issuing.together = 1
    freeze = partial(house.identity.freeze, actor("r", Duty.REGISTRAR), staff.organisation, reason=REASON)
    house.faults.meanwhile("sign:document", freeze)
    first, second = issuing.issue_chunk(staff.client, [desk.command() for _ in range(2)])
    assert isinstance(first, Licence)  # it was on record before
    assert isinstance(second, SubjectNotActive)
    with house.store.reading() as view, pytest.raises(SubjectNotActive):
        issuing.preparing.authority(view, staff.organisation)


def test_licences_on_both_sides_of_midnight_follow_the_version_of_their_own_day(desk: Desk) -> None:
    # Each transaction has one reading of the clock, and each licence the day and the version of its transaction.
    clock, catalogue, staff = desk.house.clock, desk.house.catalogue, desk.staff
    today = day_of(clock.now())
    found = catalogue.find(cast.FOOD_TYPE)
    draft = DraftType(issuer=staff.organisation, template=found.template, particulars=found.particulars)
    catalogue.draft(desk.officer, draft)
    catalogue.review(staff.licence_reviewer, found.id)
    catalogue.publish(desk.officer, found.id, effective_from=today + timedelta(days=1))
    midnight = datetime.combine(today + timedelta(days=1), time(), tzinfo=CHINA)
    clock.set(midnight.astimezone(UTC) - timedelta(seconds=1))
    desk.house.faults.meanwhile("sign:licence_claim", lambda: clock.advance(timedelta(seconds=2)))
    issuing = desk.house.licences.issuing
    issuing.together = 1
    made = issued(issuing.issue_chunk(staff.client, [desk.command() for _ in range(2)]))
    told = [(one.issued_on, one.type_version) for one in made]
    assert told == [(today, found.version), (today + timedelta(days=1), found.version + 1)]
    for one in made:
        assert one.file is not None
        assert desk.house.verification.file(desk.house.blobs.get(one.file)).outcome is Outcome.PASSED


def test_one_request_made_twice_at_once_is_one_licence(any_desk: Desk) -> None:
    command = any_desk.command()
    other = replace(any_desk.command(), request_key=command.request_key)
    results = any_desk.house.licences.issuing.issue_chunk(any_desk.staff.client, (command, command, other))
    assert results[0] == results[1]
    assert isinstance(results[2], RequestKeyReused)
    assert any_desk.prepared() == len(issued(results[:1])) == 1


def test_one_request_made_twice_at_once_fails_twice(desk: Desk) -> None:
    command = desk.command()
    desk.house.faults.fail("sign:licence_claim", SigningUnavailable())
    first, second = desk.house.licences.issuing.issue_chunk(desk.staff.client, (command, command))
    assert isinstance(first, SigningUnavailable)
    assert first is second
    assert desk.newest().state is LicenceState.VOID


@pytest.mark.parametrize("point", ["sign:licence_claim", "sign:seal_owner", "sign:document"])
def test_one_that_cannot_be_signed_is_voided_and_stops_no_other(any_desk: Desk, point: str) -> None:
    desk, commands = any_desk, [any_desk.command() for _ in range(3)]
    desk.house.faults.fail(point, SigningUnavailable())
    results = desk.house.licences.issuing.issue_chunk(desk.staff.client, commands)
    assert isinstance(results[0], SigningUnavailable)
    assert len(issued(results)) == 2
    assert states(desk).count(StampingState.DONE) == 2
    assert StampingState.PREPARED not in states(desk)
    again = desk.house.licences.issuing.issue_chunk(desk.staff.client, commands)
    assert again[1:] == results[1:]
    assert len({one.identifier for one in issued(again)}) == 3
    assert desk.prepared() == 4


def test_files_that_cannot_be_kept_void_all(desk: Desk) -> None:
    commands = [desk.command() for _ in range(2)]
    desk.house.faults.fail("put", BlobStoreUnavailable())
    results = desk.house.licences.issuing.issue_chunk(desk.staff.client, commands)
    assert [type(one) for one in results] == [BlobStoreUnavailable] * 2
    assert states(desk) == [StampingState.VOID] * 2
    assert len(issued(desk.house.licences.issuing.issue_chunk(desk.staff.client, commands))) == 2


def test_an_authorisation_that_ends_lets_the_first_pass(any_desk: Desk) -> None:
    house, staff = any_desk.house, any_desk.staff
    system = replace(staff.client, id=house.client(staff.organisation))
    any_desk.authorise(system, times=2)
    results = house.licences.issuing.issue_chunk(system, [any_desk.command() for _ in range(3)])
    assert len(issued(results[:2])) == 2
    assert isinstance(results[2], AuthorisationExhausted)
    assert any_desk.newest().state is LicenceState.VOID


@pytest.mark.parametrize("step", ["licence:prepare:done", "seal:stamp:prepared", "licence:release:done"])
def test_whoever_loses_a_race_is_tried_again_alone(any_desk: Desk, step: str) -> None:
    any_desk.house.faults.fail(f"commit:{step}", LostRace())
    signed = any_desk.house.custody.count(KeyPurpose.SEAL_OWNER)
    commands = [any_desk.command() for _ in range(2)]
    assert len(issued(any_desk.house.licences.issuing.issue_chunk(any_desk.staff.client, commands))) == 2
    assert any_desk.house.custody.count(KeyPurpose.SEAL_OWNER) == signed + 2


def test_a_race_that_is_lost_alone_is_told(desk: Desk) -> None:
    desk.house.faults.fail("commit:licence:prepare:done", LostRace())
    (result,) = desk.house.licences.issuing.issue_chunk(desk.staff.client, (desk.command(),))
    assert isinstance(result, LostRace)


def test_a_database_that_does_not_answer_is_told_to_all(desk: Desk) -> None:
    desk.house.faults.fail("commit:licence:prepare:done", StoreUnavailable())
    results = desk.house.licences.issuing.issue_chunk(desk.staff.client, [desk.command() for _ in range(2)])
    assert [type(one) for one in results] == [StoreUnavailable] * 2
    assert desk.prepared() == 0


def test_our_own_mistake_voids_all_and_is_raised(desk: Desk) -> None:
    desk.house.faults.fail("sign:seal_owner", RuntimeError())
    commands = [desk.command() for _ in range(2)]
    with pytest.raises(RuntimeError):
        desk.house.licences.issuing.issue_chunk(desk.staff.client, commands)
    assert states(desk) == [StampingState.VOID] * 2
    assert len(issued(desk.house.licences.issuing.issue_chunk(desk.staff.client, commands))) == 2


def test_what_cannot_be_voided_now_costs_the_others_nothing(desk: Desk) -> None:
    desk.house.faults.fail("sign:seal_owner", SigningUnavailable())
    desk.house.faults.fail("commit:licence:abandon:done", StoreUnavailable())
    results = desk.house.licences.issuing.issue_chunk(desk.staff.client, [desk.command() for _ in range(2)])
    assert isinstance(results[0], SigningUnavailable)
    assert len(issued(results)) == 1
    with desk.house.store.reading() as view:
        (left,) = desk.house.registry.prepared(view)
    assert left.id not in {one.id for one in issued(results)}
