"""Reads and writes the table of duties beyond the question of every request: who holds what, from whom, until when."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import or_
from sqlmodel import col, select

from identity.duties import Duty, Grant
from identity.tables import AccountRow, GrantRow
from trust.identifiers import new_id
from trust.store import Reading, Transaction

__all__ = ["Holding", "able", "find", "hold_duty", "holdings", "put", "take"]


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A duty that somebody holds."""

    holder: str
    grant: Grant
    granted_by: str
    granted_at: datetime
    valid_until: datetime | None


def to_holding(row: GrantRow) -> Holding:
    """Return the value of a row."""
    return Holding(
        holder=row.holder,
        grant=Grant(Duty(row.duty), row.organisation or None),
        granted_by=row.granted_by,
        granted_at=row.granted_at.astimezone(UTC),
        valid_until=None if row.valid_until is None else row.valid_until.astimezone(UTC),
    )


def row_of(view: Reading, holder: str, grant: Grant) -> GrantRow | None:
    """Return the row of a duty that somebody holds or held, if there is one."""
    asked = select(GrantRow).where(
        col(GrantRow.holder) == holder,
        col(GrantRow.duty) == grant.duty.value,
        col(GrantRow.organisation) == (grant.organisation or ""),
    )
    return view.first(asked)


def find(view: Reading, holder: str, grant: Grant) -> Holding | None:
    """Return a duty that somebody holds now, with who gave it and until when."""
    row = row_of(view, holder, grant)
    found = None if row is None else to_holding(row)
    return None if found is None or (found.valid_until is not None and found.valid_until <= view.now) else found


def put(tx: Transaction, holder: str, grant: Grant, *, by: str, until: datetime | None) -> None:
    """Give a duty, or another end to one that is or was held."""
    row = row_of(tx, holder, grant)
    if row is None:
        row = GrantRow(
            id=new_id("grant", at=tx.now),
            holder=holder,
            duty=grant.duty,
            organisation=grant.organisation or "",
            granted_by=by,
            granted_at=tx.now,
            valid_until=until,
        )
        tx.add(row)
    else:
        row.granted_by, row.granted_at, row.valid_until = by, tx.now, until
        tx.add(row)


def take(tx: Transaction, holder: str, grant: Grant) -> None:
    """Take a duty back."""
    row = row_of(tx, holder, grant)
    if row is not None:
        tx.session.delete(row)


def hold_duty(tx: Transaction, duty: Duty) -> None:
    """Let nobody else give or take this duty's rows until `tx` has ended."""
    tx.exec(select(GrantRow.id).where(col(GrantRow.duty) == duty.value).order_by(col(GrantRow.id)).with_for_update())


def able(view: Reading, duty: Duty, *, limit: int) -> tuple[str, ...]:
    """Return persons who hold a duty now, for whichever organisation, and can log in: at most `limit`, each once."""
    asked = (
        select(GrantRow.holder)
        .join(AccountRow, col(AccountRow.person) == col(GrantRow.holder))
        .where(
            col(GrantRow.duty) == duty.value,
            or_(col(GrantRow.valid_until).is_(None), col(GrantRow.valid_until) > view.now),
            col(AccountRow.activated_at).is_not(None),
            col(AccountRow.frozen_by).is_(None),
        )
        .distinct()
        .limit(limit)
    )
    return tuple(view.exec(asked))


def holdings(
    view: Reading, *, duty: Duty | None = None, organisation: str = "", holder: str = "", after: str = "", limit: int
) -> tuple[tuple[str, Holding], ...]:
    """Return who holds what now, each with the name by which the next page goes on, in the order of giving."""
    asked = select(GrantRow).where(
        or_(col(GrantRow.valid_until).is_(None), col(GrantRow.valid_until) > view.now), col(GrantRow.id) > after
    )
    if duty is not None:
        asked = asked.where(col(GrantRow.duty) == duty.value)
    if organisation:
        asked = asked.where(col(GrantRow.organisation) == organisation)
    if holder:
        asked = asked.where(col(GrantRow.holder) == holder)
    return tuple((row.id, to_holding(row)) for row in view.exec(asked.order_by(col(GrantRow.id)).limit(limit)))
