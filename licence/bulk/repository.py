"""Reads and writes the tables of bulk jobs. Rows and what came of them are enciphered on their way in.

Several processes work on a job at once. So nothing here overwrites what was read before: a state changes where it is
what the caller believes, counters grow by a number, and a piece of work belongs to whoever's mark it bears.
"""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from licence.bulk import chunk_repository
from licence.bulk.jobs import BulkJob, Chunk, JobKind, Outcome, Piece, Selection
from licence.bulk.lifecycle import ENDED, ChunkState, JobState
from licence.bulk.tables import BulkChunkRow, BulkJobRow, BulkPieceRow
from trust.protection import DataProtection
from trust.rows import Row
from trust.store import Reading, Transaction

__all__ = ["BulkRepository", "Own", "told_of"]

JOBS: Final = Row.metadata.tables[BulkJobRow.__tablename__]
PIECES: Final = Row.metadata.tables[BulkPieceRow.__tablename__]
CHUNKS: Final = Row.metadata.tables[BulkChunkRow.__tablename__]
SEALED: Final = "sealed"
"""The one member of facts that stand enciphered."""

TO_DO: Final = (JobState.RECEIVED, JobState.CHECKING, JobState.RUNNING)
"""States in which there is something to do without a person."""


NOBODY: Final = ("", 0)
"""By which session and level jobs of before were asked for: they tell none."""


def told_of(job: BulkJob) -> dict[str, Any]:
    """Return how a job is read, and by which session it was asked for, as JSON keeps it."""
    columns = list(job.columns.items())
    by = [job.session, job.level]
    return {"asked": dict(job.asked), "columns": columns, "version": job.type_version, "by": by}


def utc(moment: datetime | None) -> datetime | None:
    """Return a moment of the database in UTC."""
    return None if moment is None else moment.astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Own:
    """What somebody asked for: the jobs of these authorities that are theirs."""

    by: str
    issuers: frozenset[str]


class BulkRepository:
    """The tables of bulk jobs."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    # --- jobs

    def add(self, tx: Transaction, job: BulkJob) -> None:
        """Keep a new job."""
        tx.add(
            BulkJobRow(
                id=job.id,
                state=job.state.value,
                kind=job.kind.value,
                type=job.type,
                issuer=job.issuer,
                seal=job.seal,
                requested_by=job.requested_by,
                requested_at=job.requested_at,
                proceeds=job.proceeds,
                upload=job.upload,
                size=job.size,
                format=job.format,
                encoding=job.encoding,
                selection=job.selection.told(),
                mapping=told_of(job),
                reason=job.reason,
                fault=job.fault,
                facts=self.sealed(job.id, job.facts),
                rows=job.rows,
                good=job.good,
                bad=job.bad,
                issued=job.issued,
                refused=job.refused,
                changes=job.changes,
            )
        )
        tx.flush()

    def job(self, view: Reading, name: str) -> BulkJob | None:
        """Return the job `name`, if there is one."""
        row = next(iter(view.rows(sa.select(JOBS).where(JOBS.c.id == name))), None)
        return None if row is None else self.to_job(row)

    def named(self, view: Reading, names: frozenset[str]) -> tuple[BulkJob, ...]:
        """Return the jobs of some names."""
        return tuple(self.to_job(row) for row in view.rows(sa.select(JOBS).where(JOBS.c.id.in_(sorted(names)))))

    def jobs(
        self,
        view: Reading,
        issuers: frozenset[str],
        own: Own,
        *,
        state: JobState | None,
        before: str | None,
        limit: int,
    ) -> tuple[BulkJob, ...]:
        """Return jobs of authorities, and somebody's own, newest first, from before the job `before` on."""
        theirs = JOBS.c.issuer.in_(sorted(own.issuers)) & (JOBS.c.requested_by == own.by)
        served = JOBS.c.issuer.in_(sorted(issuers))
        statement = sa.select(JOBS).where(sa.or_(served, theirs) if own.issuers else served)
        if state is not None:
            statement = statement.where(JOBS.c.state == state.value)
        if before is not None:
            statement = statement.where(JOBS.c.id < before)
        return tuple(self.to_job(row) for row in view.rows(statement.order_by(JOBS.c.id.desc()).limit(limit)))

    def to_do(self, view: Reading) -> tuple[BulkJob, ...]:
        """Return the jobs that wait for no person, oldest first."""
        states = [one.value for one in TO_DO]
        statement = sa.select(JOBS).where(JOBS.c.state.in_(states)).order_by(JOBS.c.id)
        return tuple(self.to_job(row) for row in view.rows(statement))

    def ended_before(self, view: Reading, moment: datetime) -> tuple[BulkJob, ...]:
        """Return the jobs that ended before a moment and still have their rows."""
        statement = sa.select(JOBS).where(
            JOBS.c.state.in_([one.value for one in sorted(ENDED)]),
            JOBS.c.ended_at < moment,
            JOBS.c.removed_at.is_(None),
        )
        return tuple(self.to_job(row) for row in view.rows(statement.order_by(JOBS.c.id)))

    def forgotten(self, view: Reading, moment: datetime) -> tuple[BulkJob, ...]:
        """Return the jobs that wait since before a moment for a person to start or resume them."""
        waiting = [JobState.VALIDATED.value, JobState.PAUSED.value]
        since = sa.func.coalesce(JOBS.c.moved_at, JOBS.c.requested_at)
        statement = sa.select(JOBS).where(JOBS.c.state.in_(waiting), since < moment)
        return tuple(self.to_job(row) for row in view.rows(statement.order_by(JOBS.c.id)))

    def change(self, tx: Transaction, job: str, *, before: JobState, **values: Any) -> bool:  # noqa: ANN401 - columns
        """Change a job that still stands where the caller believes; tell whether it did."""
        if "facts" in values:
            values["facts"] = self.sealed(job, values["facts"])
        mine = sa.update(JOBS).where(JOBS.c.id == job, JOBS.c.state == before.value)
        return tx.change(mine.values(changes=JOBS.c.changes + 1, **values)) == 1

    def count(self, tx: Transaction, job: str, **grown: int) -> None:
        """Let counters of a job grow."""
        values = {name: JOBS.c[name] + number for name, number in grown.items()}
        tx.change(sa.update(JOBS).where(JOBS.c.id == job).values(changes=JOBS.c.changes + 1, **values))

    def claim(self, tx: Transaction, job: BulkJob, *, owner: str, until: datetime) -> bool:
        """Claim a job that is to be read or checked, unless somebody else is at it; tell whether that succeeded."""
        free = sa.or_(JOBS.c.owner.is_(None), JOBS.c.owner == owner, JOBS.c.until < tx.now)
        mine = sa.update(JOBS).where(JOBS.c.id == job.id, JOBS.c.state == job.state.value, free)
        return tx.change(mine.values(owner=owner, until=until)) == 1

    def owns(self, view: Reading, job: BulkJob, *, owner: str) -> bool:
        """Tell whether a job is still claimed under a mark, and in the same state."""
        mine = sa.select(JOBS.c.id).where(
            JOBS.c.id == job.id, JOBS.c.state == job.state.value, JOBS.c.owner == owner, JOBS.c.until >= view.now
        )
        return bool(view.rows(mine))

    def to_job(self, row: Any) -> BulkJob:  # noqa: ANN401 - columns by their names
        """Return the value of a row."""
        by = row.mapping.get("by", NOBODY)
        return BulkJob(
            id=row.id,
            state=JobState(row.state),
            kind=JobKind(row.kind),
            type=row.type,
            issuer=row.issuer,
            seal=row.seal,
            requested_by=row.requested_by,
            requested_at=row.requested_at.astimezone(UTC),
            proceeds=row.proceeds,
            started_by=row.started_by,
            started_at=utc(row.started_at),
            ended_at=utc(row.ended_at),
            removed_at=utc(row.removed_at),
            upload=row.upload,
            size=row.size,
            format=row.format,
            encoding=row.encoding,
            selection=Selection.of(row.selection),
            reason=row.reason,
            asked=row.mapping["asked"],
            columns=dict(row.mapping["columns"]),
            type_version=row.mapping.get("version"),
            session=by[0],
            level=by[1],
            fault=row.fault,
            facts=self.facts_of(row.id, row.facts),
            rows=row.rows,
            good=row.good,
            bad=row.bad,
            issued=row.issued,
            refused=row.refused,
            changes=row.changes,
        )

    def sealed(self, job: str, facts: Mapping[str, Any]) -> dict[str, str]:
        """Return facts as a column of JSON keeps them: of a table without a header they name a holder."""
        if not facts:
            return {}
        plain = json.dumps(dict(facts), ensure_ascii=False).encode()
        return {SEALED: base64.b64encode(self.protection.protect(plain, context=facts_context(job))).decode()}

    def facts_of(self, job: str, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return facts that are kept; those of before stand as they are."""
        if SEALED not in kept:
            return dict(kept)
        plain = self.protection.reveal(base64.b64decode(kept[SEALED]), context=facts_context(job))
        found: dict[str, Any] = json.loads(plain)
        return found

    # --- pieces of the upload

    def add_piece(self, tx: Transaction, job: str, place: int, content: bytes) -> None:
        """Keep a piece of an uploaded file."""
        protected = self.protection.protect(content, context=f"bulk upload {job} {place}")
        tx.change(sa.insert(PIECES).values(job=job, place=place, protected=protected))

    def upload(self, view: Reading, job: str) -> bytes:
        """Return an uploaded file."""
        rows = view.rows(sa.select(PIECES).where(PIECES.c.job == job).order_by(PIECES.c.place))
        return b"".join(self.protection.reveal(row.protected, context=f"bulk upload {job} {row.place}") for row in rows)

    def drop_upload(self, tx: Transaction, job: str) -> None:
        """Remove an uploaded file."""
        tx.change(sa.delete(PIECES).where(PIECES.c.job == job))

    # --- chunks

    def add_chunks(self, tx: Transaction, job: str, first: int, pieces: Sequence[Piece]) -> None:
        """Keep rows of a job, from the place `first` on."""
        rows = [
            {
                "job": job,
                "place": first + place,
                "state": ChunkState.READ.value,
                "rows": piece.rows,
                "last_line": piece.last_line,
                "protected": self.protection.protect(piece.octets, context=rows_context(job, first + place)),
                "outcomes": None,
                "attempts": 0,
            }
            for place, piece in enumerate(pieces)
        ]
        tx.change_many(sa.insert(CHUNKS), rows)

    def drop_chunks(self, tx: Transaction, job: str) -> None:
        """Remove what a reading that broke off had kept."""
        tx.change(sa.delete(CHUNKS).where(CHUNKS.c.job == job))

    def chunk(self, view: Reading, job: str, place: int, *, owner: str) -> Chunk | None:
        """Return a chunk with its rows, if they are still there."""
        mine = sa.select(CHUNKS).where(CHUNKS.c.job == job, CHUNKS.c.place == place)
        row = next(iter(view.rows(mine)), None)
        if row is None or row.protected is None:
            return None
        return Chunk(
            job=job,
            place=place,
            owner=owner,
            attempts=row.attempts,
            piece=self.protection.reveal(row.protected, context=rows_context(job, place)),
            outcomes=self.revealed(job, place, row.outcomes),
        )

    def due(self, view: Reading, job: str) -> int | None:
        """Return the place of a chunk that is checked, and that nobody works on or is to wait with."""
        mine = sa.select(CHUNKS.c.place).where(
            CHUNKS.c.job == job,
            CHUNKS.c.state == ChunkState.CHECKED.value,
            sa.or_(CHUNKS.c.until.is_(None), CHUNKS.c.until < view.now),
            sa.or_(CHUNKS.c.due_at.is_(None), CHUNKS.c.due_at <= view.now),
        )
        row = next(iter(view.rows(mine.order_by(CHUNKS.c.place).limit(1))), None)
        return None if row is None else int(row.place)

    def claim_chunk(self, tx: Transaction, job: str, place: int, *, owner: str, until: datetime) -> bool:
        """Claim a chunk of a job that runs, unless somebody else is at it; tell whether that succeeded."""
        runs = sa.exists().where(JOBS.c.id == job, JOBS.c.state == JobState.RUNNING.value)
        mine = sa.update(CHUNKS).where(
            CHUNKS.c.job == job,
            CHUNKS.c.place == place,
            CHUNKS.c.state == ChunkState.CHECKED.value,
            sa.or_(CHUNKS.c.until.is_(None), CHUNKS.c.until < tx.now),
            runs,
        )
        return tx.change(mine.values(owner=owner, until=until, attempts=CHUNKS.c.attempts + 1)) == 1

    def extend(self, tx: Transaction, chunk: Chunk, *, until: datetime) -> bool:
        """Hold a chunk longer; tell whether it was still held."""
        return tx.change(owned(chunk).values(until=until)) == 1

    def release(self, tx: Transaction, chunk: Chunk, *, due_at: datetime) -> bool:
        """Give a chunk back that is to be tried again; tell whether it was still held."""
        return tx.change(owned(chunk).values(owner=None, until=None, due_at=due_at)) == 1

    def check(self, tx: Transaction, job: str, place: int, outcomes: Sequence[Outcome]) -> bool:
        """Note what is wrong with rows of a chunk that is checked now; tell whether nobody had noted it before."""
        mine = sa.update(CHUNKS).where(
            CHUNKS.c.job == job, CHUNKS.c.place == place, CHUNKS.c.state == ChunkState.READ.value
        )
        found = {"outcomes": self.protect(job, place, outcomes), **counted(outcomes)}
        return tx.change(mine.values(state=ChunkState.CHECKED.value, **found)) == 1

    def conclude(self, tx: Transaction, chunk: Chunk, outcomes: Sequence[Outcome]) -> bool:
        """Note what came of every row of a chunk; tell whether it was still held."""
        told = self.protect(chunk.job, chunk.place, outcomes)
        done = {"state": ChunkState.DONE.value, "outcomes": told, "owner": None, "until": None, **counted(outcomes)}
        return tx.change(owned(chunk).values(**done)) == 1

    def outcomes(self, view: Reading, job: str, *, after: int, chunks: int) -> tuple[int, tuple[Outcome, ...]]:
        """Return what is known of the rows of the next chunks after a place, and the place of the last of them."""
        mine = sa.select(CHUNKS.c.place, CHUNKS.c.outcomes).where(CHUNKS.c.job == job, CHUNKS.c.place > after)
        last, found = after, list[Outcome]()
        for row in view.rows(mine.order_by(CHUNKS.c.place).limit(chunks)):
            last = row.place
            found += self.revealed(job, row.place, row.outcomes)
        return last, tuple(found)

    def outcomes_at(self, view: Reading, job: str, places: Sequence[int]) -> tuple[Outcome, ...]:
        """Return what is known of the rows of some chunks."""
        mine = sa.select(CHUNKS.c.place, CHUNKS.c.outcomes).where(CHUNKS.c.job == job, CHUNKS.c.place.in_(places))
        rows = view.rows(mine.order_by(CHUNKS.c.place))
        return tuple(one for row in rows for one in self.revealed(job, row.place, row.outcomes))

    def checked(self, view: Reading, job: str) -> Iterator[Chunk]:
        """Yield every chunk that was checked, one at a time."""
        for place in chunk_repository.places(view, job, ChunkState.CHECKED):
            chunk = self.chunk(view, job, place, owner="")
            if chunk is not None:
                yield chunk

    def remove_rows(self, tx: Transaction, job: str) -> None:
        """Remove the rows of a job; what came of them stays."""
        self.drop_upload(tx, job)
        tx.change(sa.update(CHUNKS).where(CHUNKS.c.job == job).values(protected=None))
        tx.change(sa.update(JOBS).where(JOBS.c.id == job).values(removed_at=tx.now, changes=JOBS.c.changes + 1))

    def protect(self, job: str, place: int, outcomes: Sequence[Outcome]) -> bytes:
        """Return outcomes enciphered: numbers of licences can be those of persons."""
        plain = json.dumps([asdict(one) for one in outcomes], ensure_ascii=False).encode()
        return self.protection.protect(plain, context=f"bulk outcomes {job} {place}")

    def revealed(self, job: str, place: int, protected: bytes | None) -> tuple[Outcome, ...]:
        """Return the outcomes that are kept."""
        if protected is None:
            return ()
        told: list[Mapping[str, Any]] = json.loads(
            self.protection.reveal(protected, context=f"bulk outcomes {job} {place}")
        )
        return tuple(Outcome(**one) for one in told)


def counted(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return what a chunk counts of its rows."""
    refused = sum(one.is_refusal for one in outcomes)
    return {"issued": len(outcomes) - refused, "refused": refused}


def facts_context(job: str) -> str:
    """Return what the enciphered facts of a job are bound to."""
    return f"bulk facts {job}"


def rows_context(job: str, place: int) -> str:
    """Return what the enciphered rows of a chunk are bound to."""
    return f"bulk rows {job} {place}"


def owned(chunk: Chunk) -> sa.Update:
    """Return the beginning of a statement that changes a chunk as long as its owner is the same."""
    return sa.update(CHUNKS).where(
        CHUNKS.c.job == chunk.job,
        CHUNKS.c.place == chunk.place,
        CHUNKS.c.owner == chunk.owner,
        CHUNKS.c.state == ChunkState.CHECKED.value,
    )
