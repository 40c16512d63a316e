"""Outages of the time-stamp authority: licences say that they wait for a time-stamp, and get it."""

from dataclasses import replace
from datetime import UTC, timedelta

import pytest

from licence.errors import LicenceUnknown
from licence.life.time_stamping import PAUSE, LateTimeStamps, Renewal
from licence.lifecycle import LicenceState
from licence.records import Licence
from seal.stamping.orders import Level
from tests.fakes.clock import NOW
from tests.licence.builders import REASON, Desk
from tests.licence.life.strict import order, reviews
from trust.blobs import BlobStoreUnavailable
from trust.reports import SignatureKind
from trust.timestamping import TimeStampingUnavailable
from trust.validation_policy import ValidationPolicy
from trust.verdict import Outcome

AUTHORITIES = ("stamp:tsa-sm2", "stamp:tsa-p256")


def late(desk: Desk) -> LateTimeStamps:
    """Return who sees to late time-stamps."""
    house, renewal = desk.house, Renewal.of(ValidationPolicy(), days=180)
    return LateTimeStamps(house.store, house.registry, stampings=house.stampings, blobs=house.blobs, renewal=renewal)


def awaiting(desk: Desk, *points: str) -> Licence:
    """Return a licence that was issued while authorities were silent."""
    for point in points or AUTHORITIES:
        desk.house.faults.fail(point, TimeStampingUnavailable())
    return desk.issue()


def test_a_licence_is_issued_without_a_time_stamp_and_says_so(desk: Desk) -> None:
    licence = awaiting(desk)
    assert (licence.state, licence.level, licence.awaits_time_stamp) == (LicenceState.IN_FORCE, "B-B", True)
    assert licence.time_stamp_due == NOW
    (told,) = [one for one in desk.events() if one.tag == "licence:release:done"]
    assert (told.facts["level"], told.facts["time_stamp"]) == ("B-B", "awaited")
    found = desk.house.verification.file(desk.house.licences.file(desk.officer, licence.id))
    assert found.outcome is Outcome.PASSED
    assert found.standing is not None
    assert found.standing.licence.awaits_time_stamp
    assert [one.report.proven_time for one in found.report.document.signatures] == [None, None]


@pytest.mark.parametrize("point", AUTHORITIES)
def test_one_silent_authority_is_an_outage(desk: Desk, point: str) -> None:
    licence = awaiting(desk, point)
    assert (licence.level, licence.awaits_time_stamp) == ("B-B", True)


def test_without_an_outage_nothing_is_awaited(desk: Desk) -> None:
    licence = desk.issue()
    assert (licence.level, licence.awaits_time_stamp) == ("B-T", False)
    (told,) = [one for one in desk.events() if one.tag == "licence:release:done"]
    assert "level" not in told.facts
    assert late(desk).round() == 0
    assert desk.kept(licence.id) == licence


def test_a_strict_type_is_not_issued_in_an_outage(strict: Desk) -> None:
    request = reviews(strict).ask_issue(strict.staff.client, order(strict), reason="申请签发")
    strict.house.faults.fail(AUTHORITIES[0], TimeStampingUnavailable())
    with pytest.raises(TimeStampingUnavailable):
        reviews(strict).approve(strict.staff.licence_reviewer, request.id, digest=request.digest)
    assert strict.newest().state is LicenceState.VOID


def test_the_time_stamp_follows_and_the_file_before_is_kept(any_desk: Desk) -> None:
    licence = awaiting(any_desk)
    house = any_desk.house
    before = house.licences.file(any_desk.officer, licence.id)
    any_desk.at(NOW.astimezone(UTC) + timedelta(hours=2))
    assert (late(any_desk).round(), late(any_desk).round()) == (1, 0)
    mended = any_desk.kept(licence.id)
    assert (mended.level, mended.awaits_time_stamp, mended.former_file) == ("B-LTA", False, licence.file)
    assert mended.time_stamp_due is not None
    assert mended == replace(
        licence,
        level=Level.B_LTA.value,
        time_stamp_due=mended.time_stamp_due,
        file=mended.file,
        former_file=licence.file,
    )
    after = house.licences.file(any_desk.officer, licence.id)
    assert after.startswith(before)
    assert house.blobs.get(licence.file or mended.file) == before  # type: ignore[arg-type] # both are there
    found = house.verification.file(after)
    assert (found.outcome, found.standing is not None) == (Outcome.PASSED, True)
    kinds = [one.report.kind for one in found.report.document.signatures]
    assert kinds == [SignatureKind.SEAL_SIGNATURE, SignatureKind.CMS, SignatureKind.TIME_STAMP]
    stamped_at = NOW.replace(microsecond=0) + timedelta(hours=2)
    assert {one.report.proven_time for one in found.report.document.signatures} == {stamped_at}
    told = any_desk.events()[-1]
    assert (told.tag, told.facts["former_file"]) == ("licence:time_stamp:done", licence.file)
    assert house.verification.file(before).outcome is Outcome.PASSED


def test_an_authority_takes_its_time(desk: Desk) -> None:
    """What it states is later than when it was asked, and in the future of nobody who judges it then."""
    licence = awaiting(desk)
    desk.house.faults.meanwhile(AUTHORITIES[1], lambda: desk.house.clock.advance(timedelta(seconds=2)))
    assert late(desk).round() == 1
    assert not desk.kept(licence.id).awaits_time_stamp


def test_while_the_authority_is_silent_everything_waits(desk: Desk) -> None:
    first, second = awaiting(desk), awaiting(desk)
    head = desk.head()
    desk.house.faults.fail(AUTHORITIES[1], TimeStampingUnavailable())
    assert (late(desk).round(), desk.head()) == (0, head)
    assert [desk.kept(one.id) for one in (first, second)] == [first, second]
    assert late(desk).round() == 2


def test_a_licence_that_has_ended_gets_its_time_stamp_as_well(desk: Desk) -> None:
    licence = awaiting(desk)
    desk.house.licences.revoke(desk.second, licence.id, reason=REASON)
    desk.house.seals.suspend(desk.staff.owner, desk.house.seal, reason="停用换章")
    assert late(desk).round() == 1
    assert desk.kept(licence.id).state is LicenceState.REVOKED


@pytest.mark.parametrize(
    ("error", "code"), [(BlobStoreUnavailable(), BlobStoreUnavailable.code), (RuntimeError("a mistake"), "mistake")]
)
def test_a_file_that_cannot_be_mended_is_tried_again_later_and_stops_no_other(
    desk: Desk, error: Exception, code: str
) -> None:
    broken = awaiting(desk)
    desk.house.clock.advance(timedelta(seconds=1))  # the longest due is taken up first
    good = awaiting(desk)
    desk.house.faults.fail("put", error)
    assert late(desk).round() == 1
    kept = desk.kept(broken.id)
    later = desk.house.clock.now() + PAUSE
    assert (kept.time_stamp_due, kept.file) == (later, broken.file)
    assert [one.facts for one in desk.events() if one.tag == "licence:time_stamp:failed"] == [{"code": code}]
    assert not desk.kept(good.id).awaits_time_stamp
    desk.at(later)
    assert late(desk).round() == 1


def test_of_two_processes_one_mends_a_file(desk: Desk) -> None:
    licence = awaiting(desk)
    assert late(desk).stamp(licence)
    mended = desk.kept(licence.id)
    assert not late(desk).stamp(licence)
    assert desk.kept(licence.id) == mended
    late(desk).put_off(licence, LicenceUnknown.code, due=NOW)
    assert desk.kept(licence.id) == mended
    assert not late(desk).stamp(replace(licence, file=None))


def test_who_moves_a_licence_meanwhile_is_not_overwritten(desk: Desk) -> None:
    licence = awaiting(desk)
    house = desk.house
    house.faults.meanwhile("put", lambda: house.licences.suspend(desk.second, licence.id, reason=REASON))
    assert late(desk).stamp(licence)
    kept = desk.kept(licence.id)
    assert (kept.state, kept.awaits_time_stamp) == (LicenceState.SUSPENDED, False)
