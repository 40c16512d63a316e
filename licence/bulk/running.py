"""Issuing the rows of a job, chunk by chunk: by whatever process claims one, and never twice.

Each row has an idempotency key of its own, so that a chunk that was begun before is simply begun again: what was issued
answers, what was left half made is voided, the rest is made. A chunk is concluded as a whole by whoever holds it then.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from identity.duties import Actor, Duty, Grant
from licence.bulk import chunk_repository
from licence.bulk.cells import Line, read_piece
from licence.bulk.errors import WorkInterrupted
from licence.bulk.jobs import BulkJob, Chunk, JobKind, Outcome
from licence.bulk.lifecycle import JobEvent
from licence.bulk.orders import key_of, outcome_of
from licence.bulk.work import Bulk, is_of_job, is_passing, is_suspicious, move
from licence.lifecycle import LicenceState
from licence.ordering import IssueLicence
from licence.records import Licence
from licence.types.kind import LicenceType
from trust import repository as answers
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.store import LostRace, Reading

__all__ = ["Running"]

MOST_DOUBLINGS: Final = 10
MOST_FAILURES: Final = 5
"""Attempts at a chunk that end in a mistake of ours, before the job waits for an operator."""


class Running:
    """Runs jobs that were started."""

    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk

    def run(self, job: BulkJob) -> bool:
        """Run one chunk of a job, or end the job where none is left; tell whether anything was done."""
        with self.bulk.store.reading() as view:
            place = self.bulk.repository.due(view, job.id)
            is_done = place is None and chunk_repository.is_done(view, job.id)
        if is_done:
            return self.finish(job)
        if place is None:
            return False
        chunk = self.claim(job, place)
        if chunk is None:
            return False
        try:
            with self.bulk.holding(job.id, lambda tx, until: self.bulk.repository.extend(tx, chunk, until=until)):
                self.run_chunk(job, chunk)
        except TrustError as error:
            self.give_back(job, chunk, error)
        except Exception:
            # Our own mistake: the job goes on elsewhere, and waits for an operator where it fails again and again.
            self.give_back(job, chunk, WorkInterrupted())
            raise
        return True

    def finish(self, job: BulkJob) -> bool:
        """End a job of which nothing is left; tell whether nobody else has."""
        with suppress(LostRace), self.bulk.store.transaction() as tx:
            move(self.bulk.repository, tx, job, JobEvent.FINISH, ended_at=tx.now, fault="", facts={})
            return True
        return False

    # --- a chunk

    def claim(self, job: BulkJob, place: int) -> Chunk | None:
        """Claim a chunk and return it, unless somebody was faster."""
        owner, repository = self.bulk.mark(), self.bulk.repository
        facts: dict[str, Fact] = {"place": place, "claim": owner}
        with suppress(LostRace), self.bulk.store.transaction() as tx:
            until = tx.now + self.bulk.rules.lease
            if not repository.claim_chunk(tx, job.id, place, owner=owner, until=until):
                raise LostRace
            tx.record(AuditEvent(tag="bulk:begin:done", actor="system", subject=job.id, facts=facts))
            return repository.chunk(tx, job.id, place, owner=owner)
        return None

    def run_chunk(self, job: BulkJob, chunk: Chunk) -> None:
        """Issue the rows of a chunk that were good when they were checked. Raise what keeps it from being concluded."""
        known = {one.line: one for one in chunk.outcomes}
        lines = [one for one in read_piece(chunk.piece) if one.number not in known]
        with self.bulk.store.reading() as view:
            actor = self.bulk.identity.actor(view, job.requested_by, session=job.session, level=job.level)
            kind = self.bulk.kind(view, job)
            told = [(line, self.order(view, job, kind, line)) for line in lines]
            reviewer = self.reviewer(view, job)
        if chunk.attempts > 1:
            self.clear(actor, [key_of(job, line) for line in lines])
        orders = [(line, replace(order, agreed_by=reviewer)) for line, order in told if isinstance(order, IssueLicence)]
        refused = [outcome_of(line, order) for line, order in told if isinstance(order, TrustError)]
        if chunk.attempts > 1 or job.fault:  # what has kept rows from it may last: then one comes to nothing, not all
            require_answered(self.bulk.issuing.issue_chunk(actor, [order for _, order in orders[:1]]))
        results = self.bulk.issuing.issue_chunk(actor, [order for _, order in orders])
        self.require_complete(chunk, results)
        made = [outcome_for(line, result) for (line, _), result in zip(orders, results, strict=True)]
        outcomes = sorted((*chunk.outcomes, *refused, *made), key=lambda one: one.line)
        self.conclude(job, chunk, outcomes)

    def reviewer(self, view: Reading, job: BulkJob) -> str | None:
        """Return who has agreed to a job: whoever started it, where that is a reviewer who did not ask for it."""
        started_by = job.started_by
        if started_by is None or started_by == job.requested_by:
            return None
        is_reviewer = Grant(Duty.LICENCE_REVIEWER, job.issuer) in self.bulk.identity.repository.grants(view, started_by)
        return started_by if is_reviewer else None

    def order(self, view: Reading, job: BulkJob, kind: LicenceType, line: Line) -> IssueLicence | TrustError:
        """Return what a row asks for, or why that cannot be said. Raise what is no row's fault."""
        try:
            match job.kind:
                case JobKind.ISSUE:
                    return self.bulk.orders.from_table(job, kind, line)
                case JobKind.REISSUE:
                    return self.bulk.orders.from_licence(view, job, kind, line)
        except TrustError as error:
            if is_passing(error) or is_of_job(error):
                raise
            return error

    def clear(self, actor: Actor, keys: Sequence[str]) -> None:
        """Void what an earlier attempt has left half made.

        Its process has not held the chunk to the end of its claim. Were it alive after all, it could release nothing
        that is void.
        """
        with self.bulk.store.reading() as view:
            made = [answers.request(view, actor=actor.id, key=key) for key in keys]
            licences = [self.bulk.registry.get(view, one.result) for one in made if one is not None]
        for one in licences:
            if one is not None and one.state is LicenceState.PREPARED:
                self.bulk.issuing.releasing.abandon(one)

    def require_complete(self, chunk: Chunk, results: Sequence[Licence | TrustError]) -> None:
        """Return if every row has its result for good, else raise what keeps some from it."""
        errors = require_answered(results)
        if errors and len(errors) == len(results) and all(map(is_suspicious, errors)) and chunk.attempts == 1:
            raise errors[0]

    def conclude(self, job: BulkJob, chunk: Chunk, outcomes: Sequence[Outcome]) -> None:
        """Note what came of a chunk, unless somebody else holds it now, who will find the same."""
        refused = sum(one.is_refusal for one in outcomes)
        issued = len(outcomes) - refused
        facts: dict[str, Fact] = {"place": chunk.place, "issued": issued, "refused": refused}
        with suppress(LostRace), self.bulk.store.transaction() as tx:
            if not self.bulk.repository.conclude(tx, chunk, outcomes):
                raise LostRace
            self.bulk.repository.count(tx, job.id, issued=issued, refused=refused)
            tx.record(AuditEvent(tag="bulk:conclude:done", actor=job.requested_by, subject=job.id, facts=facts))
        if job.fault:
            self.bulk.note(job, "")

    # --- what goes wrong

    def give_back(self, job: BulkJob, chunk: Chunk, error: TrustError) -> None:
        """Give a chunk back that could not be concluded: to be tried again, or not before a person has looked."""
        waits = is_passing(error) or (isinstance(error, WorkInterrupted) and chunk.attempts < MOST_FAILURES)
        pause = self.pause_after(chunk.attempts) if waits else timedelta()
        facts: dict[str, Fact] = {"place": chunk.place, "attempts": chunk.attempts, "fault": error.code}
        with suppress(LostRace), self.bulk.store.transaction() as tx:
            if not self.bulk.repository.release(tx, chunk, due_at=tx.now + pause):
                raise LostRace
            tx.record(AuditEvent(tag="bulk:release:done", actor="system", subject=job.id, facts=facts))
        if waits:
            self.bulk.note(job, error.code)
        else:
            self.bulk.interrupt(job, error)

    def pause_after(self, attempts: int) -> timedelta:
        """Return how long a chunk waits that was begun so often."""
        rules = self.bulk.rules
        return min(rules.first_pause * (1 << min(attempts - 1, MOST_DOUBLINGS)), rules.longest_pause)


def require_answered(results: Sequence[Licence | TrustError]) -> list[TrustError]:
    """Return what is wrong with rows for good, else raise what keeps them from their results."""
    errors = [one for one in results if isinstance(one, TrustError)]
    for error in errors:
        if is_of_job(error):
            raise error
    for error in errors:
        if is_passing(error):
            raise error
    return errors


def outcome_for(line: Line, result: Licence | TrustError) -> Outcome:
    """Return what came of a row."""
    if isinstance(result, TrustError):
        return outcome_of(line, result)
    return Outcome(line=line.number, licence=result.id, identifier=result.identifier, number=result.number)
