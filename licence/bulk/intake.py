"""Reading what was uploaded, or selecting what is to be issued anew: the rows of a job, kept in chunks."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, assert_never

from licence.bulk.cells import PieceMalformed, read_piece, write_piece
from licence.bulk.errors import MappingInvalid, NothingSelected, TableInvalid, WorkInterrupted
from licence.bulk.jobs import BulkJob, JobKind, Piece
from licence.bulk.lifecycle import JobEvent
from licence.bulk.mapping import mapping_of
from licence.bulk.orders import lines_for
from licence.bulk.reading import Table, read_table
from licence.bulk.repository import told_of
from licence.bulk.selecting import question_of
from licence.bulk.work import Bulk, is_passing, move
from licence.errors import TypeNotPublished, TypeUnknown
from licence.types.kind import LicenceType
from licence.types.validity import day_of
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.store import LostRace, Transaction
from trust.workers import WorkerExhausted

__all__ = ["Intake"]

TOGETHER: Final = 20
"""Chunks that are kept in one transaction."""

PAGE: Final = 500
"""Licences that are selected at a time."""

REFUSALS: Final = (TableInvalid, MappingInvalid, WorkerExhausted, NothingSelected, TypeNotPublished, TypeUnknown)


class Intake:
    """Reads jobs that were received."""

    def __init__(self, bulk: Bulk) -> None:
        self.bulk = bulk

    def read(self, job: BulkJob) -> bool:
        """Read a job that nobody else reads; tell whether anything was done."""
        owner, store = self.bulk.mark(), self.bulk.store
        try:
            with store.transaction() as tx:
                if not self.bulk.repository.claim(tx, job, owner=owner, until=tx.now + self.bulk.rules.lease):
                    raise LostRace
                tx.record(AuditEvent(tag="bulk:claim:done", actor="system", subject=job.id))
        except LostRace:
            return False
        try:
            with self.bulk.holding(job.id, lambda tx, until: self.hold(tx, job, owner, until)):
                self.keep(job, owner)
        except REFUSALS as error:
            self.bulk.refuse(job, error)
        except Exception as error:
            if not is_passing(error):
                # Our own mistake, which whoever reads it next would make as well.
                self.bulk.refuse(job, WorkInterrupted())
                raise
            self.postpone(job, owner, error)
        return True

    def hold(self, tx: Transaction, job: BulkJob, owner: str, until: datetime) -> bool:
        """Hold a job that is being read longer; tell whether it was still held."""
        return self.bulk.repository.claim(tx, job, owner=owner, until=until)

    def postpone(self, job: BulkJob, owner: str, error: TrustError) -> None:
        """Let a job wait for what does not answer now."""
        with suppress(LostRace), self.bulk.store.transaction() as tx:
            # The claim is what keeps everybody, and this process too, from trying again at once.
            until = tx.now + self.bulk.rules.first_pause
            if not self.bulk.repository.claim(tx, job, owner=owner, until=until):
                raise LostRace
            self.bulk.repository.change(tx, job.id, before=job.state, fault=error.code)
            told: dict[str, Fact] = {"fault": error.code}
            tx.record(AuditEvent(tag="bulk:delay:done", actor="system", subject=job.id, facts=told))

    def keep(self, job: BulkJob, owner: str) -> None:
        """Keep the rows of a job. Raise what says that there are none to be had."""
        with self.bulk.store.reading() as view:
            kind = self.bulk.kind(view, job)
        told: dict[str, Any] = {}
        match job.kind:
            case JobKind.ISSUE:
                table, columns = self.table_of(job, kind)
                told = {"format": table.format.value, "encoding": table.encoding}
                pieces = iter(table.pieces)
            case JobKind.REISSUE:
                columns, pieces = {"licence": "licence"}, self.selected(job)
            case _:
                assert_never(job.kind)
        read = replace(job, columns=columns, type_version=kind.version)
        told["mapping"] = told_of(read)
        self.keep_pieces(job, owner, pieces, told)

    def table_of(self, job: BulkJob, kind: LicenceType) -> tuple[Table, dict[str, str]]:
        """Return the table that was uploaded, and the field of each column."""
        with self.bulk.store.reading() as view:
            content = self.bulk.repository.upload(view, job.id)
        table = self.bulk.workers.run(read_table, content, self.bulk.rules.limits)
        return table, mapping_of(table.columns, kind, asked=job.asked)

    def selected(self, job: BulkJob) -> Iterator[bytes]:
        """Yield the licences that a job issues anew, in pieces. Raise `NothingSelected`."""
        chunk = self.bulk.rules.limits.chunk
        with self.bulk.store.reading() as view:
            today = day_of(view.now)
        query = question_of(job.selection, issuer=job.issuer, type_=job.type, today=today)
        before: str | None = None
        waiting: list[str] = []
        line = 1
        while True:
            with self.bulk.store.reading() as view:
                found = self.bulk.registry.names(view, query, before=before, limit=PAGE)
            waiting += found
            while len(waiting) >= chunk or (waiting and not found):
                yield write_piece(lines_for(waiting[:chunk], first=line))
                line += len(waiting[:chunk])
                waiting = waiting[chunk:]
            if not found:
                break
            before = found[-1]
        if line == 1:
            raise NothingSelected

    def keep_pieces(self, job: BulkJob, owner: str, pieces: Iterator[bytes], told: Mapping[str, Any]) -> None:
        """Keep the rows of a job in transactions of a bearable size, and let it be checked after the last."""
        repository, rows, place = self.bulk.repository, 0, 0
        batch: list[Piece] = []
        for octets in pieces:
            batch.append(piece_of(octets))
            if len(batch) == TOGETHER:
                if not self.keep_batch(job, owner, place, batch):
                    return
                place, rows, batch = place + len(batch), rows + sum(one.rows for one in batch), []
        if not self.keep_batch(job, owner, place, batch):
            return
        rows += sum(one.rows for one in batch)
        with suppress(LostRace), self.bulk.store.transaction() as tx:
            if repository.owns(tx, job, owner=owner):
                repository.drop_upload(tx, job.id)
                move(repository, tx, job, JobEvent.READ, rows=rows, fault="", owner=None, until=None, **told)

    def keep_batch(self, job: BulkJob, owner: str, place: int, batch: Sequence[Piece]) -> bool:
        """Keep some chunks of a job, the first after what an earlier reading left; tell whether it is still ours."""
        with self.bulk.store.transaction() as tx:
            if not self.bulk.repository.owns(tx, job, owner=owner):
                return False
            if place == 0:
                self.bulk.repository.drop_chunks(tx, job.id)
            if batch:
                self.bulk.repository.add_chunks(tx, job.id, place, batch)
            facts: dict[str, Fact] = {"place": place, "chunks": len(batch)}
            tx.record(AuditEvent(tag="bulk:keep:done", actor="system", subject=job.id, facts=facts))
        return True


def piece_of(octets: bytes) -> Piece:
    """Return a piece with what it counts. Raise `TableInvalid` for what is none: the worker that read it lied."""
    try:
        lines = read_piece(octets)
    except PieceMalformed:
        raise TableInvalid(fault="content", line=0) from None
    return Piece(octets=octets, rows=len(lines), last_line=max((one.number for one in lines), default=0))
