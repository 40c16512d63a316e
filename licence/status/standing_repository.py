"""Reads how the licences of a type stand: all that are not in force, or those with which something happened since."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import bindparam

from licence.lifecycle import LicenceState
from licence.records import HISTORY_PREFIX
from licence.tables import LicenceEventRow, LicenceRow
from trust.identifiers import first_id
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading

__all__ = ["moved", "not_in_force", "places"]

LICENCES: Final = Row.metadata.tables[LicenceRow.__tablename__]
EVENTS: Final = Row.metadata.tables[LicenceEventRow.__tablename__]

PORTION: Final = 20_000
"""Rows that are in memory at a time where a whole type is gone through."""

HIGHEST_PLACE: Final = Written(
    sa.select(sa.func.max(LICENCES.c.status_index)).where(LICENCES.c.type == bindparam("of"))
)
STANDING_SO: Final = Written(
    sa.select(LICENCES.c.id, LICENCES.c.status_index)
    .where(
        LICENCES.c.type == bindparam("of"), LICENCES.c.state == bindparam("state"), LICENCES.c.id > bindparam("after")
    )
    .order_by(LICENCES.c.id)
    .limit(bindparam("most"))
)
MOVED_SINCE: Final = Written(
    sa.select(LICENCES.c.status_index, LICENCES.c.state, LICENCES.c.type).where(
        # Names are in the order of time: this asks as much as happened since, however many licences there are.
        LICENCES.c.id.in_(sa.select(EVENTS.c.licence).where(EVENTS.c.id >= bindparam("first")))
    )
)


def places(view: Reading, kind: str) -> int:
    """Return how many places the status list of a type has."""
    ((highest,),) = view.rows(HIGHEST_PLACE, of=kind)
    return 0 if highest is None else int(highest) + 1


def not_in_force(view: Reading, kind: str, *, portion: int = PORTION) -> Iterator[tuple[LicenceState, list[int]]]:
    """Yield the places of every licence of a type that is not in force, by its state, a portion at a time."""
    for state in LicenceState:
        after: str | None = "" if state is not LicenceState.IN_FORCE else None
        while after is not None:
            rows = view.rows(STANDING_SO, of=kind, state=state.value, after=after, most=portion)
            yield state, [place for _, place in rows]
            after = rows[-1].id if len(rows) == portion else None


def moved(view: Reading, kind: str, *, since: datetime) -> Iterator[tuple[LicenceState, list[int]]]:
    """Yield the places of every licence of a type with which something has happened since a moment, by its state."""
    found: dict[str, list[int]] = {}
    for place, state, type_ in view.rows(MOVED_SINCE, first=first_id(HISTORY_PREFIX, at=since)):
        if type_ == kind:
            found.setdefault(state, []).append(place)
    yield from ((LicenceState(state), places_) for state, places_ in found.items())
