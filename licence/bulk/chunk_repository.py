"""Reads how far the chunks of a job are by what they count, without deciphering what came of their rows.

Chunks of jobs of before count nothing: they are taken for such as may hold what is asked for.
"""

from typing import Final

import sqlalchemy as sa

from licence.bulk.lifecycle import ChunkState
from licence.bulk.tables import BulkChunkRow
from trust.rows import Row
from trust.store import Reading

__all__ = ["begun", "count", "is_done", "issuing", "left", "places", "refusing"]

CHUNKS: Final = Row.metadata.tables[BulkChunkRow.__tablename__]


def places(view: Reading, job: str, state: ChunkState, *, most: int | None = None) -> tuple[int, ...]:
    """Return the places of the chunks of a job that are in a state, in their order, at most so many."""
    mine = sa.select(CHUNKS.c.place).where(CHUNKS.c.job == job, CHUNKS.c.state == state.value)
    return tuple(row.place for row in view.rows(mine.order_by(CHUNKS.c.place).limit(most)))


def count(view: Reading, job: str, state: ChunkState) -> int:
    """Return how many chunks of a job are in a state."""
    mine = sa.select(sa.func.count()).select_from(CHUNKS)
    return int(view.rows(mine.where(CHUNKS.c.job == job, CHUNKS.c.state == state.value))[0][0])


def is_done(view: Reading, job: str) -> bool:
    """Tell whether nothing is left of a job."""
    # As a list, so that the index leads there past all that is done.
    undone = [one.value for one in ChunkState if one is not ChunkState.DONE]
    open_ = sa.select(CHUNKS.c.place).where(CHUNKS.c.job == job, CHUNKS.c.state.in_(undone))
    return not view.rows(open_.limit(1))


def left(view: Reading, job: str) -> int:
    """Return how many rows of a checked job are not concluded, but for those that were found bad."""
    good = sa.func.sum(CHUNKS.c.rows - sa.func.coalesce(CHUNKS.c.refused, 0))
    mine = sa.select(good.label("good")).where(CHUNKS.c.job == job, CHUNKS.c.state == ChunkState.CHECKED.value)
    return int(view.rows(mine)[0].good or 0)


def begun(view: Reading, job: str) -> tuple[int, ...]:
    """Return the places of the chunks that were begun and not concluded."""
    mine = sa.select(CHUNKS.c.place).where(
        CHUNKS.c.job == job, CHUNKS.c.state == ChunkState.CHECKED.value, CHUNKS.c.attempts > 0
    )
    return tuple(row.place for row in view.rows(mine.order_by(CHUNKS.c.place)))


def refusing(view: Reading, job: str, *, after: int, beyond: int, most: int) -> tuple[int, ...]:
    """Return the places, after `after`, of chunks that have refused a row, with lines beyond that of the number."""
    mine = sa.select(CHUNKS.c.place).where(
        CHUNKS.c.job == job,
        CHUNKS.c.place > after,
        sa.or_(CHUNKS.c.refused.is_(None), CHUNKS.c.refused > 0),
        sa.or_(CHUNKS.c.last_line.is_(None), CHUNKS.c.last_line > beyond),
    )
    return tuple(row.place for row in view.rows(mine.order_by(CHUNKS.c.place).limit(most)))


def issuing(view: Reading, job: str) -> tuple[tuple[int, int | None], ...]:
    """Return the places of chunks that have issued licences, each with how many; None: of before, perhaps some."""
    mine = sa.select(CHUNKS.c.place, CHUNKS.c.issued).where(
        CHUNKS.c.job == job, sa.or_(CHUNKS.c.issued.is_(None), CHUNKS.c.issued > 0)
    )
    return tuple((row.place, row.issued) for row in view.rows(mine.order_by(CHUNKS.c.place)))
