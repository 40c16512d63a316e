"""Looking at every row of a job before anything is issued, by the rules that issuing it will follow."""

from contextlib import suppress
from dataclasses import replace
from typing import Final

from identity.delegation.errors import MandateTooFewUses
from identity.duties import Actor
from identity.errors import DutyMissing, SubjectNotActive
from licence.bulk import chunk_repository
from licence.bulk.cells import Line, read_piece
from licence.bulk.errors import DoubleInTable, WorkInterrupted
from licence.bulk.jobs import BulkJob, JobKind, Outcome
from licence.bulk.lifecycle import ChunkState, JobEvent, JobState
from licence.bulk.mapping import NUMBER
from licence.bulk.orders import outcome_of
from licence.bulk.work import Bulk, is_of_job, is_passing, move
from licence.lifecycle import LicenceEvent
from licence.ordering import IssueLicence
from licence.types.kind import LicenceType
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.store import LostRace, Reading, Transaction

__all__ = ["Checking"]

AT_ONCE: Final = 10
"""Chunks that are looked at before other jobs have their turn."""


class Checking:
    """Checks jobs that were read."""

    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk
        self.owner = bulk.mark()
        self.numbers: dict[str, dict[str, int]] = {}
        """By the job, the numbers of its rows so far, with the lines that bear them."""

        self.seen: dict[str, int] = {}
        """By the job, how many chunks that were."""

    def check(self, job: BulkJob) -> bool:
        """Check some chunks of a job that nobody else checks; tell whether anything was done."""
        repository = self.bulk.repository
        try:
            with self.bulk.store.transaction() as tx:
                if not repository.claim(tx, job, owner=self.owner, until=tx.now + self.bulk.rules.lease):
                    raise LostRace
                tx.record(AuditEvent(tag="bulk:claim:done", actor="system", subject=job.id))
        except LostRace:
            return False
        self.remember(job)
        with self.bulk.store.reading() as view:
            places = chunk_repository.places(view, job.id, ChunkState.READ, most=AT_ONCE + 1)
        try:
            for place in places[:AT_ONCE]:
                if not self.check_chunk(job, place):
                    return True
        except Exception as error:
            if is_passing(error):
                self.bulk.note(job, error.code)
                return False
            self.forget(job)
            if isinstance(error, TrustError) and is_of_job(error):
                self.bulk.refuse(job, error)
                return True
            # Our own mistake, which whoever checks it next would make as well.
            self.bulk.refuse(job, WorkInterrupted())
            raise
        if len(places) <= AT_ONCE:
            self.conclude(job)
        return True

    def remember(self, job: BulkJob) -> None:
        """Know the numbers of all rows of a table that were checked, by whomever."""
        if job.kind is not JobKind.ISSUE:
            return
        with self.bulk.store.reading() as view:
            checked = chunk_repository.count(view, job.id, ChunkState.CHECKED)
            if self.seen.get(job.id) == checked and job.id in self.numbers:
                return
            self.forget(job)
            known: dict[str, int] = {}
            for chunk in self.bulk.repository.checked(view, job.id):
                bad = {one.line for one in chunk.outcomes}
                good = [one for one in read_piece(chunk.piece) if one.number not in bad]
                known |= {number_in(job, one): one.number for one in good if number_in(job, one)}
        self.numbers[job.id], self.seen[job.id] = known, checked

    def forget(self, job: BulkJob) -> None:
        """Forget the numbers of a job."""
        self.numbers.pop(job.id, None)
        self.seen.pop(job.id, None)

    def check_chunk(self, job: BulkJob, place: int) -> bool:
        """Check the rows of one chunk; tell whether the job is still ours. Raise what is wrong with all of it."""
        repository = self.bulk.repository
        with self.bulk.store.reading() as view:
            chunk = repository.chunk(view, job.id, place, owner=self.owner)
            if chunk is None or not repository.owns(view, job, owner=self.owner):
                return False
            lines = read_piece(chunk.piece)
            kind = self.bulk.kind(view, job)
            actor = self.bulk.identity.actor(view, job.requested_by)
            found = [self.check_row(view, job, line, kind=kind, actor=actor) for line in lines]
        outcomes = [one for one in found if one is not None]
        bad = len(outcomes)
        facts: dict[str, Fact] = {"place": place, "rows": len(lines), "bad": bad}
        with suppress(LostRace), self.bulk.store.transaction() as tx:
            if not repository.owns(tx, job, owner=self.owner) or not repository.check(tx, job.id, place, outcomes):
                raise LostRace
            repository.count(tx, job.id, good=len(lines) - bad, bad=bad)
            repository.claim(tx, job, owner=self.owner, until=tx.now + self.bulk.rules.lease)
            tx.record(AuditEvent(tag="bulk:check:done", actor="system", subject=job.id, facts=facts))
            self.seen[job.id] = self.seen.get(job.id, 0) + 1
            return True
        return False

    def check_row(self, view: Reading, job: BulkJob, line: Line, *, kind: LicenceType, actor: Actor) -> Outcome | None:
        """Return what is wrong with a row, or None. Raise what is wrong with all rows."""
        try:
            self.bulk.issuing.preparing.examine(view, actor, kind, self.order(view, job, kind, line))
            if job.kind is JobKind.ISSUE:
                self.require_single(job, line)
        except TrustError as error:
            if is_of_job(error) or is_passing(error):
                raise
            return outcome_of(line, error)
        return None

    def order(self, view: Reading, job: BulkJob, kind: LicenceType, line: Line) -> IssueLicence:
        """Return what a row asks for. Raise what is wrong with it."""
        match job.kind:
            case JobKind.ISSUE:
                return self.bulk.orders.from_table(job, kind, line)
            case JobKind.REISSUE:
                return self.bulk.orders.from_licence(view, job, kind, line)

    def require_single(self, job: BulkJob, line: Line) -> None:
        """Return if no good row before bears the same number. Raise `DoubleInTable`."""
        number = number_in(job, line)
        if not number:  # of a type that makes its numbers
            return
        first = self.numbers[job.id].setdefault(number, line.number)
        if first != line.number:
            raise DoubleInTable(field=NUMBER, line=first)

    def conclude(self, job: BulkJob) -> None:
        """Let a checked job wait for a person, or start it where the request said so and nobody else need look."""
        self.forget(job)
        repository = self.bulk.repository
        with suppress(LostRace), self.bulk.store.transaction() as tx:
            move(repository, tx, job, JobEvent.VALIDATE, fault="", owner=None, until=None)
            # What was read by an encoding that was guessed, a person looks at first.
            if job.proceeds and job.encoding in ("", "utf-8"):
                kind, who = self.bulk.catalogue.require(tx, job.type), job.requested_by
                if not wants_two(job, kind) and self.takes(tx, job, kind):
                    validated = replace(job, state=JobState.VALIDATED)
                    move(repository, tx, validated, JobEvent.START, actor=who, started_by=who, started_at=tx.now)

    def takes(self, tx: Transaction, job: BulkJob, kind: LicenceType) -> bool:
        """Take the uses that a delegate's job needs; else note what it lacks, and tell that it waits for a person."""
        current = self.bulk.repository.job(tx, job.id)
        entitling, good = self.bulk.issuing.preparing.entitling, 0 if current is None else current.good
        try:
            entitling.take(tx, kind, authority=job.issuer, job=job.id, by=job.requested_by, count=lambda: good)
        except (DutyMissing, MandateTooFewUses, SubjectNotActive) as error:
            told = {"fault": error.code, "facts": dict(error.details)}
            self.bulk.repository.change(tx, job.id, before=JobState.VALIDATED, **told)
            return False
        return True


def wants_two(job: BulkJob, kind: LicenceType) -> bool:
    """Tell whether the type asks for a second person at what a job does 四眼原则."""
    event = LicenceEvent.RELEASE if job.kind is JobKind.ISSUE else LicenceEvent.REPLACE
    return event in kind.four_eyes


def number_in(job: BulkJob, line: Line) -> str:
    """Return the number that a row gives its licence, or nothing."""
    place = job.fields.index(NUMBER) if NUMBER in job.fields else -1
    return line.cells[place].text.strip() if 0 <= place < len(line.cells) else ""
