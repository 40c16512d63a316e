"""Bulk jobs of delegates: a use for each row, taken at once with the start, and given back for what is not issued."""

import io
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from api.demo import cast
from identity.delegation.errors import MandateTooFewUses
from identity.delegation.mandates import Mandate
from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing
from licence.bulk.jobs import BulkJob, Selection
from licence.bulk.lifecycle import JobState
from licence.bulk.service import Reissue
from licence.errors import NotByDelegation
from licence.lifecycle import LicenceState
from seal.tables import StampingRow
from tests.fakes.faulty import Crash
from tests.licence.bulk.rig import Rig, row
from tests.licence.test_entitling import let_issue, used
from tests.seal.houses import at_once
from trust.store import LostRace


def asked(rig: Rig, delegate: Actor, rows: list[dict[str, str]], **changes: object) -> BulkJob:
    """Return a delegate's job, read and checked."""
    table = io.BytesIO(cast.table_of(rows))
    job = rig.service.upload(delegate, rig.command(**changes), table)
    rig.worker.work_off()
    return rig.service.find(delegate, job.id)


def fours(*numbers: str) -> list[dict[str, str]]:
    """Return rows of these numbers."""
    return [row(one) for one in numbers]


def revoked(rig: Rig, mandate: Mandate) -> None:
    """Let a delegation be revoked by who gave it."""
    giver = Actor(id=mandate.given.actor, grants=frozenset(), session="ses_1")
    rig.desk.house.mandates.revoke(giver, mandate.id, reason="委托事项已结束")


def test_a_job_takes_as_many_uses_as_it_has_good_rows_and_no_more(any_rig: Rig) -> None:
    rig = any_rig
    delegate, mandate = let_issue(rig.desk, times=4)
    job = asked(rig, delegate, [*fours("1", "2", "3"), row("4", holder_code="91110000000000000X")])
    assert (job.state, job.good, job.bad, used(rig.desk, mandate)) == (JobState.VALIDATED, 3, 1, 0)
    rig.service.start(delegate, job.id)
    assert used(rig.desk, mandate) == 3  # at once, before a row is issued
    with pytest.raises(MandateTooFewUses) as refused:
        rig.service.start(delegate, asked(rig, delegate, fours("5", "6")).id)
    assert refused.value.details == {"needs": 2}
    assert used(rig.desk, mandate) == 3
    rig.worker.work_off()
    done = rig.service.find(delegate, job.id)
    assert (done.state, done.issued, done.refused, used(rig.desk, mandate)) == (JobState.FINISHED, 3, 1, 3)
    kept = [rig.desk.kept(one.licence) for one in rig.service.outcomes(delegate, job.id) if one.licence]
    assert [one.state for one in kept] == [LicenceState.IN_FORCE] * 3
    tags = [one.tag for one in rig.desk.events() if one.actor == delegate.id and one.tag.startswith("mandate:")]
    assert tags.count("mandate:take:done") == 1
    assert tags.count("mandate:use:done") == 3
    assert rig.desk.house.licences.issue(delegate, rig.desk.command()).number  # the one that is left
    assert used(rig.desk, mandate) == 4


def test_every_stamp_of_a_job_tells_by_how_sure_a_session_it_was_asked_for(rig: Rig) -> None:
    delegate, _ = let_issue(rig.desk, times=None)
    job = asked(rig, delegate, fours("1"))
    rig.service.start(delegate, job.id)
    rig.worker.work_off()
    with rig.desk.house.store.reading() as view:
        (stamped,) = view.exec(select(StampingRow).where(col(StampingRow.actor) == delegate.id))
    assert (delegate.level.value, stamped.level) == (3, 3)


def test_what_no_row_used_is_given_back_with_the_end(rig: Rig) -> None:
    delegate, mandate = let_issue(rig.desk, times=5)
    cancelled = asked(rig, delegate, fours("1", "2"))
    rig.service.start(delegate, cancelled.id)
    assert used(rig.desk, mandate) == 2
    rig.service.cancel(delegate, cancelled.id)
    assert used(rig.desk, mandate) == 0
    job = asked(rig, delegate, fours("1", "2"))
    rig.service.start(delegate, job.id)
    rig.desk.issue(number="1")  # somebody else was faster with this number
    rig.worker.work_off()
    done = rig.service.find(delegate, job.id)
    assert (done.state, done.issued, done.refused) == (JobState.FINISHED, 1, 1)
    assert used(rig.desk, mandate) == 1


@pytest.mark.parametrize("point", ["sign:seal_owner", "commit:licence:release:done", "commit:bulk:conclude:done"])
def test_a_process_that_dies_uses_nothing_twice(rig: Rig, point: str) -> None:
    delegate, mandate = let_issue(rig.desk, times=2)
    job = asked(rig, delegate, fours("1", "2"))
    rig.service.start(delegate, job.id)
    rig.desk.house.faults.fail(point, Crash())
    with pytest.raises(Crash):
        rig.worker.round()
    rig.desk.house.clock.advance(rig.rules.lease + timedelta(seconds=1))
    rig.second().work_off()
    done = rig.service.find(delegate, job.id)
    assert (done.state, done.issued, used(rig.desk, mandate)) == (JobState.FINISHED, 2, 2)


def test_what_dies_with_a_cancelled_job_is_given_back_all_the_same(rig: Rig) -> None:
    delegate, mandate = let_issue(rig.desk, times=2)
    job = asked(rig, delegate, fours("1", "2"))
    rig.service.start(delegate, job.id)
    rig.desk.house.faults.fail("sign:seal_owner", Crash())
    with pytest.raises(Crash):
        rig.worker.round()
    rig.service.cancel(delegate, job.id)
    assert used(rig.desk, mandate) == 2  # both are prepared, and may be released yet
    rig.desk.house.clock.advance(timedelta(hours=1))
    assert rig.desk.house.licences.issuing.recover() == 2
    assert used(rig.desk, mandate) == 0


def test_a_delegation_that_ends_stops_the_job_and_another_one_lets_it_go_on(rig: Rig) -> None:
    delegate, mandate = let_issue(rig.desk, times=2)
    job = asked(rig, delegate, fours("1", "2"))
    rig.service.start(delegate, job.id)
    revoked(rig, mandate)
    rig.worker.work_off()
    officer = rig.client
    held = rig.service.find(officer, job.id)
    assert (held.state, held.fault, held.refused) == (JobState.PAUSED, DutyMissing.code, 0)
    with pytest.raises(DutyMissing):
        rig.service.find(delegate, job.id)  # nor sees it any more
    with pytest.raises(DutyMissing):
        rig.service.resume(officer, job.id)
    _, again = let_issue(rig.desk, times=2, system=delegate.id)
    rig.service.resume(officer, job.id)
    assert (used(rig.desk, mandate), used(rig.desk, again)) == (0, 2)
    rig.worker.work_off()
    assert rig.service.find(delegate, job.id).issued == 2


def test_a_job_that_is_resumed_takes_nothing_twice(rig: Rig) -> None:
    delegate, mandate = let_issue(rig.desk, times=2)
    job = asked(rig, delegate, fours("1", "2"))
    rig.service.start(delegate, job.id)
    rig.service.pause(delegate, job.id)
    rig.service.resume(delegate, job.id)
    assert used(rig.desk, mandate) == 2
    rig.worker.work_off()
    assert (rig.service.find(delegate, job.id).issued, used(rig.desk, mandate)) == (2, 2)


def test_a_job_that_goes_on_by_another_delegation_takes_what_is_left_to_issue(rig: Rig) -> None:
    """Neither a good row that was refused meanwhile is left, nor a bad one of a chunk that waits."""
    delegate, mandate = let_issue(rig.desk, times=3)
    job = asked(rig, delegate, [*fours("1", "2", "3"), row("4", holder_code="91110000000000000X")])
    rig.service.start(delegate, job.id)
    rig.desk.issue(number="1")  # somebody else was faster with this number
    rig.worker.round()
    rig.service.pause(delegate, job.id)
    revoked(rig, mandate)
    _, again = let_issue(rig.desk, times=1, system=delegate.id)
    rig.service.resume(rig.client, job.id)
    assert used(rig.desk, again) == 1
    rig.worker.work_off()
    done = rig.service.find(delegate, job.id)
    assert (done.state, done.issued, done.refused, used(rig.desk, again)) == (JobState.FINISHED, 2, 2, 1)


def test_what_was_issued_before_a_crash_takes_no_use_of_another_delegation(rig: Rig) -> None:
    delegate, mandate = let_issue(rig.desk, times=3)
    job = asked(rig, delegate, fours("1", "2", "3"))
    rig.service.start(delegate, job.id)
    rig.desk.house.faults.fail("commit:bulk:conclude:done", Crash())
    with pytest.raises(Crash):
        rig.worker.round()
    rig.service.pause(delegate, job.id)
    revoked(rig, mandate)
    _, again = let_issue(rig.desk, times=1, system=delegate.id)
    rig.service.resume(rig.client, job.id)
    rig.desk.house.clock.advance(rig.rules.lease + timedelta(seconds=1))
    rig.second().work_off()
    done = rig.service.find(delegate, job.id)
    assert (done.state, done.issued) == (JobState.FINISHED, 3)
    assert (used(rig.desk, mandate), used(rig.desk, again)) == (2, 1)


def test_a_job_of_before_takes_enough(rig: Rig) -> None:
    """Its chunks do not count: what the job counts does."""
    delegate, mandate = let_issue(rig.desk, times=3)
    job = asked(rig, delegate, [*fours("1", "2", "3"), row("4", holder_code="91110000000000000X")])
    with rig.desk.house.store.writer.begin() as connection:
        connection.execute(text("UPDATE bulk_chunk SET issued = NULL, refused = NULL"))
    rig.service.start(delegate, job.id)
    rig.worker.work_off()
    assert (rig.service.find(delegate, job.id).issued, used(rig.desk, mandate)) == (3, 3)


@pytest.mark.parametrize("times", [1, 2])
def test_a_job_that_starts_by_itself_takes_them_too_or_waits(rig: Rig, times: int) -> None:
    delegate, mandate = let_issue(rig.desk, times=times)
    job = asked(rig, delegate, fours("1", "2"), proceeds=True)
    if times == 2:
        assert (job.state, job.issued, used(rig.desk, mandate)) == (JobState.FINISHED, 2, 2)
    else:
        assert (job.state, job.fault, used(rig.desk, mandate)) == (JobState.VALIDATED, MandateTooFewUses.code, 0)
        assert job.facts == {"needs": 2}


def test_of_two_jobs_that_start_at_once_one_gets_the_uses(any_rig: Rig) -> None:
    rig = any_rig
    delegate, mandate = let_issue(rig.desk, times=3)
    jobs = [asked(rig, delegate, fours(*numbers)) for numbers in (("1", "2"), ("3", "4"))]
    outcomes = at_once(*(partial(rig.service.start, delegate, job.id) for job in jobs))
    refused = [one for one in outcomes if isinstance(one, MandateTooFewUses | LostRace)]
    assert (len(refused), used(rig.desk, mandate)) == (1, 2)


def test_nobody_else_sees_a_delegates_job_and_no_administrator_has_one(rig: Rig) -> None:
    delegate, _ = let_issue(rig.desk, times=None)
    job = asked(rig, delegate, fours("1"))
    listed = rig.service.jobs(delegate, state=None, before=None, limit=10)
    assert [one.id for one in listed] == [job.id]
    stranger = Actor(id="client_stranger", grants=frozenset(), is_client=True)
    assert rig.service.jobs(stranger, state=None, before=None, limit=10) == ()
    of_officers = rig.upload(fours("2"))
    for actor, name in ((stranger, job.id), (delegate, of_officers.id)):
        with pytest.raises(DutyMissing):
            rig.service.find(actor, name)
    both = Actor(id=delegate.id, grants=frozenset({Grant(Duty.AUDITOR)}), is_client=True)
    with pytest.raises(DutyMissing):
        rig.service.upload(both, rig.command(), io.BytesIO(cast.table_of(fours("3"))))


def test_a_delegate_issues_nothing_anew(rig: Rig) -> None:
    delegate, _ = let_issue(rig.desk, times=None)
    command = rig.command()
    reissue = Reissue(
        type=command.type,
        seal=command.seal,
        proceeds=False,
        selection=Selection(),
        reason="换用新版",
        request_key="again",
    )
    with pytest.raises(NotByDelegation) as refused:
        rig.service.reissue(delegate, reissue)
    assert refused.value.details == {"step": "reissue"}
    with pytest.raises(NotByDelegation):
        rig.service.preview(delegate, command.type, command.seal, Selection())


def test_what_was_taken_of_one_delegation_is_not_given_back_to_another(rig: Rig) -> None:
    delegate, mandate = let_issue(rig.desk, times=2)
    job = asked(rig, delegate, fours("1", "2"))
    rig.service.start(delegate, job.id)
    rig.desk.house.faults.fail("sign:seal_owner", Crash())
    with pytest.raises(Crash):
        rig.worker.round()
    rig.service.pause(delegate, job.id)
    revoked(rig, mandate)
    _, again = let_issue(rig.desk, times=2, system=delegate.id)
    rig.service.resume(rig.client, job.id)  # while two licences are prepared that the first delegation let it prepare
    assert (used(rig.desk, mandate), used(rig.desk, again)) == (2, 2)
    rig.desk.house.clock.advance(timedelta(hours=1))
    assert rig.desk.house.licences.issuing.recover() == 2
    assert (used(rig.desk, mandate), used(rig.desk, again)) == (0, 2)
    rig.worker.work_off()
    assert (rig.service.find(delegate, job.id).issued, used(rig.desk, again)) == (2, 2)
