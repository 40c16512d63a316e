"""Reads and writes the tables of verification jobs. Files and verdicts are enciphered on their way in.

Several processes look for work at once: a job changes only where it still stands as the caller believes.
"""

from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from api.verification_jobs.jobs import LIFECYCLE, JobState, Order, Part, VerificationJob
from api.verification_jobs.tables import VerificationJobRow, VerificationPieceRow
from trust.errors import TrustError
from trust.protection import DataProtection
from trust.rows import Row
from trust.store import Reading, Transaction

__all__ = ["JobRepository"]

JOBS: Final = Row.metadata.tables[VerificationJobRow.__tablename__]
PIECES: Final = Row.metadata.tables[VerificationPieceRow.__tablename__]

PIECE: Final = 1 << 20
"""Octets of a piece: what is enciphered at a time."""

SECRETS: Final = "verification job"
"""What keyed hashes of secrets are made for."""


class JobRepository:
    """The tables of jobs."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    def add(self, tx: Transaction, name: str, *, secret: str, order: Order, expires_at: datetime) -> VerificationJob:
        """Keep a new job with its files, and return it."""
        job = VerificationJob(id=name, state=LIFECYCLE.initial, size=order.size, made_at=tx.now, expires_at=expires_at)
        row: dict[str, object] = {
            "id": name,
            "digest": self.protection.index(secret, kind=SECRETS),
            "state": job.state.value,
            "size": job.size,
            "asked": self.protection.protect(order.particulars(), context=context(name, "asked")),
            "fault": "",
            "facts": {},
            "attempts": 0,
            "made_at": job.made_at,
            "expires_at": job.expires_at,
        }
        tx.change(sa.insert(JOBS).values(row))
        for part, content in order.parts.items():
            # A file without octets has one piece of none: it is there, and empty.
            for place, start in enumerate(range(0, max(1, len(content)), PIECE)):
                piece = content[start : start + PIECE]
                protected = self.protection.protect(piece, context=context(name, part, place))
                tx.change(sa.insert(PIECES).values(job=name, part=part.value, place=place, protected=protected))
        return job

    def waiting(self, view: Reading) -> tuple[int, int]:
        """Return how many jobs wait, and how many octets their files have together."""
        mine = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(JOBS.c.size), 0))
        row = view.rows(mine.where(JOBS.c.state == JobState.WAITING.value))[0]
        return int(row[0]), int(row[1])

    def by_secret(self, view: Reading, secret: str) -> VerificationJob | None:
        """Return the job that a secret leads to, with its result, if it is there and its time is not over."""
        digest = self.protection.index(secret, kind=SECRETS)
        mine = sa.select(JOBS).where(JOBS.c.digest == digest, JOBS.c.expires_at > view.now)
        row = next(iter(view.rows(mine)), None)
        return None if row is None else self.to_job(row, view.now)

    def due(self, view: Reading) -> str | None:
        """Return the oldest job that waits and that nobody works on."""
        mine = sa.select(JOBS.c.id).where(
            JOBS.c.state == JobState.WAITING.value, free(view.now), JOBS.c.expires_at > view.now
        )
        row = next(iter(view.rows(mine.order_by(JOBS.c.id).limit(1))), None)
        return None if row is None else str(row.id)

    def claim(self, tx: Transaction, job: str, *, owner: str, until: datetime) -> bool:
        """Claim a job that waits, unless somebody else is at it; tell whether that succeeded."""
        mine = sa.update(JOBS).where(JOBS.c.id == job, JOBS.c.state == JobState.WAITING.value, free(tx.now))
        return tx.change(mine.values(owner=owner, until=until, attempts=JOBS.c.attempts + 1)) == 1

    def postpone(self, tx: Transaction, job: str, *, owner: str, until: datetime) -> bool:
        """Let a job wait whose attempt met no fault of its own; tell whether it was still held."""
        return tx.change(held(job, owner).values(owner=None, until=until, attempts=JOBS.c.attempts - 1)) == 1

    def order(self, view: Reading, job: str, *, owner: str) -> tuple[int, Order] | None:
        """Return how often a job was begun, and what it asks; None where somebody else holds it or it is gone."""
        mine = sa.select(JOBS.c.attempts, JOBS.c.asked).where(JOBS.c.id == job, JOBS.c.owner == owner)
        row = next(iter(view.rows(mine)), None)
        if row is None or row.asked is None:
            return None
        parts: dict[Part, list[bytes]] = {}
        for piece in view.rows(sa.select(PIECES).where(PIECES.c.job == job).order_by(PIECES.c.part, PIECES.c.place)):
            part = Part(piece.part)
            content = self.protection.reveal(piece.protected, context=context(job, part, piece.place))
            parts.setdefault(part, []).append(content)
        particulars = self.protection.reveal(row.asked, context=context(job, "asked"))
        return int(row.attempts), Order.of(particulars, {part: b"".join(found) for part, found in parts.items()})

    def conclude(self, tx: Transaction, job: str, *, owner: str, state: JobState, result: bytes) -> bool:
        """Keep the result of a job and erase its files; tell whether it was still held."""
        protected = self.protection.protect(result, context=context(job, "result"))
        return self.end(tx, job, owner=owner, state=state.value, result=protected)

    def refuse(self, tx: Transaction, job: str, *, owner: str, state: JobState, error: TrustError) -> bool:
        """Note why a job has no result and erase its files; tell whether it was still held."""
        return self.end(tx, job, owner=owner, state=state.value, fault=error.code, facts=dict(error.details))

    def end(self, tx: Transaction, job: str, *, owner: str, **values: Any) -> bool:  # noqa: ANN401 - columns
        """End a job and erase its files; tell whether it was still held."""
        ended = {"owner": None, "until": None, "asked": None, "ended_at": tx.now, **values}
        if tx.change(held(job, owner).values(**ended)) != 1:
            return False
        tx.change(sa.delete(PIECES).where(PIECES.c.job == job))
        return True

    def erase(self, tx: Transaction) -> int:
        """Erase every job whose time is over, with all that is left of it; return how many those were."""
        over = sa.select(JOBS.c.id).where(JOBS.c.expires_at <= tx.now)
        tx.change(sa.delete(PIECES).where(PIECES.c.job.in_(over)))
        return tx.change(sa.delete(JOBS).where(JOBS.c.expires_at <= tx.now))

    def are_over(self, view: Reading) -> bool:
        """Tell whether the time of any job is over."""
        return bool(view.rows(sa.select(JOBS.c.id).where(JOBS.c.expires_at <= view.now).limit(1)))

    def to_job(self, row: Any, now: datetime) -> VerificationJob:  # noqa: ANN401 - columns by their names
        """Return the value of a row."""
        result = row.result
        return VerificationJob(
            id=row.id,
            state=JobState(row.state),
            size=row.size,
            made_at=row.made_at.astimezone(UTC),
            expires_at=row.expires_at.astimezone(UTC),
            ended_at=None if row.ended_at is None else row.ended_at.astimezone(UTC),
            attempts=row.attempts,
            is_under_way=row.owner is not None and row.until.astimezone(UTC) > now,
            fault=row.fault,
            facts=row.facts,
            result=None if result is None else self.protection.reveal(result, context=context(row.id, "result")),
        )


def context(job: str, *what: object) -> str:
    """Return what an enciphered value is bound to."""
    return " ".join(("verification", job, *map(str, what)))


def free(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that nobody works on a job, and that it need not wait."""
    return sa.or_(JOBS.c.until.is_(None), JOBS.c.until < now)


def held(job: str, owner: str) -> sa.Update:
    """Return the beginning of a statement that changes a job that waits and bears a mark."""
    return sa.update(JOBS).where(JOBS.c.id == job, JOBS.c.state == JobState.WAITING.value, JOBS.c.owner == owner)
