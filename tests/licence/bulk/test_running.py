"""Issuing the rows of a job: what a crash leaves behind, what delays a job, and what pauses it."""

import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from api.demo import cast
from identity.duties import Duty
from licence.bulk.lifecycle import JobState
from licence.catalogue import DraftType
from licence.lifecycle import LicenceState
from licence.types.validity import day_of
from seal.errors import SealNotActive
from tests.fakes.faulty import Crash
from tests.licence.builders import Desk
from tests.licence.bulk.rig import RULES, Rig, row, told
from tests.seal.houses import actor, at_once
from trust.signing import SigningUnavailable
from trust.timestamping import TimeStampingUnavailable


def test_a_process_that_dies_leaves_nothing_double(any_rig: Rig) -> None:
    rig = any_rig
    job = rig.started([row("1"), row("2")])
    faults, clock = rig.desk.house.faults, rig.desk.house.clock
    for point in ("sign:seal_owner", "commit:licence:release:done", "commit:bulk:conclude:done"):
        faults.fail(point, Crash())
        with pytest.raises(Crash):
            rig.worker.round()
        assert rig.second().round() == 0  # the rows still belong to whoever died
        clock.advance(rig.rules.lease + timedelta(seconds=1))
    rig.second().work_off()
    job = rig.job(job)
    assert (job.state, job.issued, job.refused) == (JobState.FINISHED, 2, 0)
    kept = [rig.desk.kept(one.licence) for one in rig.outcomes(job)]
    assert [one.number for one in kept] == ["1", "2"]
    assert {one.state for one in kept} == {LicenceState.IN_FORCE}
    released = [event.subject for event in rig.desk.events() if event.tag == "licence:release:done"]
    assert sorted(released) == sorted(one.id for one in kept)


def test_a_device_that_is_silent_delays_a_job_and_refuses_no_row(rig: Rig) -> None:
    job = rig.started([row("1"), row("2")])
    for error in (SigningUnavailable(), SigningUnavailable()):
        rig.desk.house.faults.fail("sign:seal_owner", error)
        rig.worker.work_off()
        held = rig.job(job)
        assert (held.state, held.fault, held.refused) == (JobState.RUNNING, SigningUnavailable.code, 0)
        rig.desk.house.clock.advance(timedelta(seconds=5))
    rig.worker.work_off()
    done = rig.job(job)
    assert (done.state, done.fault, done.issued) == (JobState.FINISHED, "", 2)


def test_while_a_device_is_silent_no_chunk_is_begun_whole_but_the_first(rig: Rig) -> None:
    job = rig.started([row(str(number)) for number in range(4)])
    for begun in (3, 5):  # the first chunk whole, then the first row of each
        for _ in range(2):
            rig.desk.house.faults.fail("sign:seal_owner", SigningUnavailable())
            rig.worker.round()
        assert [one.tag for one in rig.desk.events()].count("licence:prepare:done") == begun
        rig.desk.house.clock.advance(timedelta(minutes=3))
    rig.worker.work_off()
    assert rig.job(job).issued == 4


def next_version(rig: Rig, *, starts: date) -> None:
    """Publish the next version of the type, in effect from a day on."""
    house, staff = rig.desk.house, rig.desk.staff
    newest = house.catalogue.newest(cast.FOOD_TYPE)
    particulars = replace(newest.particulars, name_en="Food Business Permit")
    command = DraftType(issuer=staff.organisation, particulars=particulars, template=newest.template)
    house.catalogue.draft(rig.desk.officer, command)
    house.catalogue.review(staff.licence_reviewer, cast.FOOD_TYPE)
    house.catalogue.publish(rig.desk.officer, cast.FOOD_TYPE, effective_from=starts)


def test_rows_are_issued_by_the_version_that_they_were_checked_by_and_by_no_other(rig: Rig) -> None:
    clock = rig.desk.house.clock
    job = rig.started([row(str(number)) for number in range(4)])
    assert job.type_version == 1
    assert rig.worker.round() == 1
    tomorrow = day_of(clock.now()) + timedelta(days=1)
    next_version(rig, starts=tomorrow)
    clock.advance(timedelta(days=1))
    rig.worker.work_off()
    held = rig.job(job)
    assert (held.state, held.issued, held.refused) == (JobState.PAUSED, 2, 0)
    assert (held.fault, held.facts) == ("bulk.type_changed", {"version": 2})
    rig.service.resume(rig.client, job.id)
    rig.worker.work_off()
    assert rig.job(job).state is JobState.PAUSED
    rig.service.cancel(rig.client, job.id)
    again = rig.finished([row("2"), row("3")])
    assert (again.type_version, again.issued) == (2, 2)
    assert {rig.desk.kept(one.licence).type_version for one in rig.outcomes(again)} == {2}


def test_rows_behind_midnight_in_a_chunk_before_it_are_refused_with_their_reason(rig: Rig) -> None:
    clock, faults, issuing = rig.desk.house.clock, rig.desk.house.faults, rig.desk.house.licences.issuing
    job = rig.started([row("1"), row("2")])
    next_version(rig, starts=day_of(clock.now()) + timedelta(days=1))
    issuing.together = 1  # each row is a transaction: the day changes between two
    faults.meanwhile("sign:seal_owner", lambda: clock.advance(timedelta(days=1)))
    rig.worker.work_off()
    done = rig.job(job)
    assert (done.state, done.issued, done.refused) == (JobState.FINISHED, 1, 1)
    first, second = rig.outcomes(done)
    assert rig.desk.kept(first.licence).type_version == 1
    assert (second.code, second.details) == ("licence.type_version_changed", {"version": 2})


def test_rows_that_another_version_overtakes_are_not_checked_to_their_end(rig: Rig) -> None:
    job = rig.upload([row("1")])
    assert rig.worker.round() == 1
    next_version(rig, starts=day_of(rig.desk.house.clock.now()))
    rig.worker.work_off()
    refused = rig.job(job)
    assert (refused.state, refused.fault) == (JobState.REFUSED, "bulk.type_changed")


def test_a_job_of_before_that_tells_no_version_goes_on(rig: Rig) -> None:
    job = rig.started([row("1")])
    with rig.desk.house.store.reading() as view:
        assert rig.bulk.kind(view, replace(job, type_version=None)).version == 1


def test_what_is_wrong_with_the_whole_job_pauses_it_and_refuses_no_row(rig: Rig) -> None:
    house, staff = rig.desk.house, rig.desk.staff
    job = rig.started([row("1"), row("2"), row("3")])
    house.seals.suspend(staff.owner, house.seal, reason="印章核查期间停用")
    rig.worker.work_off()
    held = rig.job(job)
    assert (held.state, held.fault, held.refused) == (JobState.PAUSED, SealNotActive.code, 0)
    house.seals.request_resume(staff.owner, house.seal, reason="核查完毕")
    house.seals.resume(staff.reviewer, house.seal, reason="核查无误")
    rig.service.resume(rig.client, job.id)
    rig.worker.work_off()
    assert (rig.job(job).state, rig.job(job).issued, rig.job(job).fault) == (JobState.FINISHED, 3, "")


def test_rows_are_checked_again_when_they_are_issued(rig: Rig) -> None:
    job = rig.started([row("1"), row("2")])
    rig.desk.issue(number="1")
    rig.worker.work_off()
    assert told(rig, rig.job(job)) == [(2, "licence.number_taken", "number"), (3, "", "")]


def test_a_mistake_of_ours_stops_a_job_after_some_attempts(rig: Rig) -> None:
    job = rig.started([row("1"), row("2")])
    for _ in range(5):
        rig.desk.house.faults.fail("sign:licence_claim", RuntimeError("a mistake"))
        with pytest.raises(RuntimeError):
            rig.worker.round()
        rig.desk.house.clock.advance(timedelta(minutes=3))
    held = rig.job(job)
    assert (held.state, held.fault) == (JobState.PAUSED, "bulk.work_interrupted")
    rig.service.resume(rig.client, job.id)
    rig.worker.work_off()
    assert rig.job(job).issued == 2


def test_a_time_stamp_authority_that_is_silent_delays_too(rig: Rig) -> None:
    job = rig.started([row("1")])
    rig.desk.house.faults.fail("stamp:time_stamp_sm2", TimeStampingUnavailable())
    rig.worker.work_off()
    assert rig.job(job).refused == 0


def test_whoever_is_slow_holds_what_is_being_worked_on(desk: Desk) -> None:
    rig = Rig(desk, rules=replace(RULES, lease=timedelta(seconds=0.1)))
    job = rig.started([row("1")])
    desk.house.faults.meanwhile("sign:seal_owner", lambda: time.sleep(0.25))
    rig.worker.work_off()
    assert rig.job(job).issued == 1
    assert "bulk:hold:done" in rig.desk.tags(job.id)


def test_two_workers_share_a_job(any_rig: Rig) -> None:
    job = any_rig.started([row(str(number)) for number in range(8)])
    workers = [any_rig.second(), any_rig.second()]
    at_once(*(one.work_off for one in workers))
    done = any_rig.job(job)
    assert (done.state, done.issued, done.refused) == (JobState.FINISHED, 8, 0)
    assert any_rig.desk.prepared() == 8


def test_who_may_act_no_more_issues_no_more(rig: Rig) -> None:
    job = rig.started([row("1")])
    registrar = actor("registrar", Duty.REGISTRAR)
    rig.desk.house.identity.freeze(registrar, rig.desk.staff.organisation, reason="核查期间冻结")
    rig.worker.work_off()
    held = rig.job(job)
    assert (held.state, held.fault, held.refused) == (JobState.PAUSED, "identity.subject_not_active", 0)
