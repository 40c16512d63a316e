"""The worker: takes whatever is to be done for any job, one piece at a time. Any number of them, in any processes."""

from contextlib import suppress

from licence.bulk.checking import Checking
from licence.bulk.intake import Intake
from licence.bulk.jobs import BulkJob
from licence.bulk.lifecycle import JobEvent, JobState
from licence.bulk.running import Running
from licence.bulk.work import Bulk, move
from trust.events import AuditEvent
from trust.store import LostRace

__all__ = ["BulkWorker"]


class BulkWorker:
    """Works on jobs."""

    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk
        self.intake, self.checking, self.running = Intake(bulk), Checking(bulk), Running(bulk)

    def round(self) -> int:
        """Do one piece of work for each job that has any; return how many pieces that were.

        Each job has its turn, so that a hundred thousand rows do not keep ten waiting. A mistake of ours that one of
        them meets is raised when all have had it.
        """
        with self.bulk.store.reading() as view:
            jobs = self.bulk.repository.to_do(view)
        done, mistakes = 0, list[Exception]()
        for job in jobs:
            try:
                done += self.work(job)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are not to blame
                mistakes.append(error)
        if mistakes:
            raise mistakes[0]
        return done

    def work(self, job: BulkJob) -> bool:
        """Do one piece of work for a job; tell whether there was any."""
        match job.state:
            case JobState.RECEIVED:
                return self.intake.read(job)
            case JobState.CHECKING:
                return self.checking.check(job)
            case JobState.RUNNING:
                return self.running.run(job)
            case _:
                return False

    def work_off(self) -> int:
        """Work until nothing is left to be done now; return how many pieces of work that were."""
        done = 0
        while pieces := self.round():
            done += pieces
        return done

    # --- housekeeping

    def tidy(self) -> int:
        """Remove rows whose time is over, and cancel what nobody came back for; return how many jobs that were."""
        rules, repository = self.bulk.rules, self.bulk.repository
        with self.bulk.store.reading() as view:
            over = repository.ended_before(view, view.now - rules.keeps)
            forgotten = repository.forgotten(view, view.now - rules.waits)
        for job in over:
            with self.bulk.store.transaction() as tx:
                repository.remove_rows(tx, job.id)
                tx.record(AuditEvent(tag="bulk:remove:done", actor="system", subject=job.id))
        for job in forgotten:
            with suppress(LostRace), self.bulk.store.transaction() as tx:
                move(repository, tx, job, JobEvent.CANCEL, ended_at=tx.now)
        return len(over) + len(forgotten)
