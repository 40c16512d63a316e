"""Searches the audit trail: who did what to which thing, when. The newest event comes first.

Each question is answered by an index that ends with the moment, and reads about as many rows as it returns: what it
costs does not grow with the trail.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Final

from sqlalchemy import func, tuple_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from trust.events import RecordedEvent
from trust.repository import GENESIS, events, to_event
from trust.store import Reading
from trust.tables import AuditCheckpointRow, AuditEventRow

__all__ = ["MOST_TAGS", "EventSearch", "count_events", "first_unsealed", "hashes", "newest_by", "search"]

MOST_TAGS: Final = 60
"""Kinds of event that one search may ask for: more than any noun of the trail has."""


@dataclass(frozen=True, kw_only=True)
class EventSearch:
    """What is looked for. What is left out is of no matter."""

    tags: tuple[str, ...] = ()
    actor: str = ""
    subject: str = ""
    since: datetime | None = None
    """From this moment on."""

    until: datetime | None = None
    """Before this moment."""

    def __post_init__(self) -> None:
        if len(self.tags) > MOST_TAGS:
            raise ValueError("too many tags")
        for moment in (self.since, self.until):
            if moment is not None and moment.tzinfo is None:
                raise ValueError("moments are aware")


def search(view: Reading, wanted: EventSearch, *, before: int | None = None, limit: int) -> tuple[RecordedEvent, ...]:
    """Return events, the newest first: those that come after the event `before` in this order, at most `limit`."""
    place = None
    if before is not None:
        place = view.first(select(AuditEventRow.at).where(col(AuditEventRow.sequence) == before))
    cursor = None if before is None or place is None else (place, before)
    # An actor or a thing has few events, among which the tags are looked for. Else each tag has its own place in the
    # index: a list of them would be sorted as a whole before the first was returned.
    apart = wanted.tags if not wanted.actor and not wanted.subject and len(wanted.tags) > 1 else ()
    questions = [replace(wanted, tags=(tag,)) for tag in dict.fromkeys(apart)] or [wanted]
    answers = [view.exec(ordered(one, cursor).limit(limit)) for one in questions]
    found: Iterator[AuditEventRow] = merge(*answers, key=lambda row: (row.at, row.sequence), reverse=True)
    return tuple(map(to_event, islice(found, limit)))


def ordered(wanted: EventSearch, cursor: tuple[datetime, int] | None) -> "SelectOfScalar[AuditEventRow]":
    """Return the question for events in the order of their moments, the newest first."""
    row = AuditEventRow
    statement = select(row)
    if wanted.tags:
        tags = wanted.tags
        statement = statement.where(col(row.tag) == tags[0] if len(tags) == 1 else col(row.tag).in_(tags))
    if wanted.actor:
        statement = statement.where(col(row.actor) == wanted.actor)
    if wanted.subject:
        statement = statement.where(col(row.subject) == wanted.subject)
    if wanted.since is not None:
        statement = statement.where(col(row.at) >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(col(row.at) < wanted.until)
    if cursor is not None:
        # The first condition is what the index is entered by; the second is exact.
        statement = statement.where(col(row.at) <= cursor[0], tuple_(col(row.at), col(row.sequence)) < tuple_(*cursor))
    return statement.order_by(col(row.at).desc(), col(row.sequence).desc())


def count_events(view: Reading, tags: Sequence[str], *, since: datetime, until: datetime) -> int:
    """Return how many events have one of `tags`, from one moment on and before another: the index alone is read."""
    row = AuditEventRow
    counted = select(func.count()).select_from(row)
    within = counted.where(col(row.tag).in_(tags), col(row.at) >= since, col(row.at) < until)
    return view.first(within) or 0


def newest_by(view: Reading, actor: str, tag: str, *, before: datetime) -> RecordedEvent | None:
    """Return the newest event with a tag by an actor before a moment, if there is one."""
    found = search(view, EventSearch(actor=actor, tags=(tag,), until=before), limit=1)
    return found[0] if found else None


def hashes(view: Reading, sequences: Sequence[int]) -> dict[int, bytes]:
    """Return the hashes of some events, by their sequence numbers; that of 0 is where the trail begins."""
    row = AuditEventRow
    found = view.rows(select(row.sequence, row.digest).where(col(row.sequence).in_(sequences)))
    return {0: GENESIS} | {one.sequence: one.digest for one in found}


def first_unsealed(view: Reading) -> RecordedEvent | None:
    """Return the first event that no checkpoint covers, if there is one."""
    newest = view.first(select(func.max(AuditCheckpointRow.sequence))) or 0
    return next(events(view, after=newest, limit=1), None)
