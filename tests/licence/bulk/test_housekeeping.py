"""What stays of a job, what goes, and what can be read in the tables."""

from datetime import timedelta

from sqlalchemy import text

from licence.bulk.cells import read_piece
from licence.bulk.lifecycle import JobState
from tests.licence.bulk.rig import Rig, row


def test_rows_go_when_their_time_is_over_and_results_stay(rig: Rig) -> None:
    job = rig.finished([row("1"), row("2", hotline=""), row("3")])
    results = rig.outcomes(job)
    clock = rig.desk.house.clock
    clock.advance(rig.rules.keeps)
    assert rig.worker.tidy() == 0
    with rig.desk.house.store.reading() as view:
        kept = rig.repository.chunk(view, job.id, 0, owner="")
        assert kept is not None
        assert [one.number for one in read_piece(kept.piece)] == [2, 3]
    clock.advance(timedelta(microseconds=1))
    assert (rig.worker.tidy(), rig.worker.tidy()) == (1, 0)
    with rig.desk.house.store.reading() as view:
        assert rig.repository.chunk(view, job.id, 0, owner="") is None
    assert rig.job(job).removed_at == clock.now()
    assert rig.outcomes(job) == results


def test_a_job_that_nobody_came_back_for_is_cancelled(rig: Rig) -> None:
    job = rig.validated([row("1")])
    rig.desk.house.clock.advance(rig.rules.waits + timedelta(seconds=1))
    assert (rig.worker.tidy(), rig.worker.tidy()) == (1, 0)
    assert rig.job(job).state is JobState.CANCELLED


def test_how_long_a_job_waits_counts_from_when_it_was_paused(rig: Rig) -> None:
    """A job of a month ago that an officer pauses today is not cancelled tonight."""
    job, clock = rig.validated([row("1")]), rig.desk.house.clock
    clock.advance(rig.rules.waits)
    rig.service.start(rig.client, job.id)
    rig.service.pause(rig.client, job.id)
    clock.advance(rig.rules.waits)
    assert (rig.worker.tidy(), rig.job(job).state) == (0, JobState.PAUSED)
    clock.advance(timedelta(seconds=1))
    assert (rig.worker.tidy(), rig.job(job).state) == (1, JobState.CANCELLED)


def test_a_job_of_before_waits_since_it_was_asked_for(rig: Rig) -> None:
    job = rig.validated([row("1")])
    with rig.desk.house.store.writer.begin() as connection:
        connection.execute(text("UPDATE bulk_job SET moved_at = NULL"))
    rig.desk.house.clock.advance(rig.rules.waits + timedelta(seconds=1))
    assert (rig.worker.tidy(), rig.job(job).state) == (1, JobState.CANCELLED)


def test_nothing_of_a_holder_stands_readable_in_the_tables(rig: Rig) -> None:
    job = rig.upload([row("JY-secret", operator_name="某某小吃店有限公司")])
    read = rig.desk.house.settings.data_dir / "trust.db"

    def readable() -> bool:
        octets = b"".join(one.read_bytes() for one in read.parent.glob("trust.db*"))
        return "某某小吃店".encode() in octets or b"JY-secret" in octets

    assert not readable()
    rig.worker.work_off()
    assert rig.job(job).state is JobState.VALIDATED
    assert not readable()


def test_every_step_is_in_the_audit_trail(rig: Rig) -> None:
    job = rig.finished([row("1"), row("2"), row("3")])
    tags = rig.desk.tags(job.id)
    assert [one for one in tags if one != "bulk:claim:done"] == [
        "bulk:request:done",
        "bulk:keep:done",
        "bulk:read:done",
        "bulk:check:done",
        "bulk:check:done",
        "bulk:validate:done",
        "bulk:start:done",
        "bulk:begin:done",
        "bulk:conclude:done",
        "bulk:begin:done",
        "bulk:conclude:done",
        "bulk:finish:done",
    ]
