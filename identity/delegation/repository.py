"""Reads and writes the table of mandates. Rows go in and come out as frozen values."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import bindparam, delete, or_, update
from sqlmodel import col, select

from identity.delegation.mandates import Mandate, MandateState
from identity.delegation.tables import MandateRow, MandateUseRow
from trust.delegations import MOST_LINKS, Bounds, Given, Matter, Party, PartyKind
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading, Transaction

__all__ = [
    "MandateUse",
    "add",
    "add_use",
    "chain",
    "concerning",
    "get",
    "give_back",
    "keep_statement",
    "move",
    "put_one",
    "received",
    "take_one",
    "take_use",
    "unsigned",
    "use",
    "use_of",
]

MANDATES: Final = Row.metadata.tables[MandateRow.__tablename__]
USES: Final = Row.metadata.tables[MandateUseRow.__tablename__]

USE: Final = Written(
    update(MANDATES)
    .where(
        MANDATES.c.id == bindparam("name"),
        MANDATES.c.state == MandateState.ACCEPTED.value,
        MANDATES.c.times.is_(None) | (MANDATES.c.used + bindparam("count") <= MANDATES.c.times),
    )
    .values(used=MANDATES.c.used + bindparam("count"))
)
RECEIVED: Final = Written(
    select(MANDATES.c.id).where(MANDATES.c.delegate == bindparam("by"), MANDATES.c.state == MandateState.ACCEPTED.value)
)
GIVE_BACK: Final = Written(
    update(MANDATES).where(MANDATES.c.id == bindparam("name")).values(used=MANDATES.c.used - bindparam("count"))
)
TAKE_ONE: Final = Written(
    update(USES).where(USES.c.thing == bindparam("name"), USES.c.count > 0).values(count=USES.c.count - 1)
)
HOLD: Final = Written(update(USES).where(USES.c.thing == bindparam("name")).values(count=USES.c.count))
PUT_ONE: Final = Written(
    update(USES)
    .where(USES.c.thing == bindparam("name"), USES.c.mandate == bindparam("by"))
    .values(count=USES.c.count + 1)
)


@dataclass(frozen=True, kw_only=True)
class MandateUse:
    """That a thing was done by a mandate, or that so many are to be."""

    mandate: str
    count: int
    within: str | None
    """The thing that had taken the use beforehand, with others."""


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC."""
    return moment.astimezone(UTC)


def add(tx: Transaction, mandate: Mandate) -> None:
    """Keep a new mandate."""
    bounds, given = mandate.bounds, mandate.given
    tx.add(
        MandateRow(
            id=mandate.id,
            delegator_kind=mandate.delegator.kind,
            delegator=mandate.delegator.id,
            delegate_kind=mandate.delegate.kind,
            delegate=mandate.delegate.id,
            matters=sorted(bounds.matters),
            seals=sorted(bounds.seals),
            licence_types=sorted(bounds.licence_types),
            document_kinds=sorted(bounds.document_kinds),
            operations=sorted(bounds.operations),
            purposes=sorted(bounds.purposes),
            not_before=bounds.not_before,
            not_after=bounds.not_after,
            times=bounds.times,
            depth=bounds.depth,
            parent=mandate.parent,
            state=mandate.state,
            last_actor=mandate.last_actor,
            given_by=given.actor,
            given_level=given.level,
            given_session=given.session,
            given_at=given.at,
        )
    )


def get(view: Reading, name: str) -> Mandate | None:
    """Return the mandate `name`, if there is one."""
    row = view.get(MandateRow, name)
    return None if row is None else to_mandate(row)


def chain(view: Reading, mandate: Mandate) -> tuple[Mandate, ...]:
    """Return a mandate after those within which it was given, the first one first."""
    found = [mandate]
    while found[0].parent is not None and len(found) < MOST_LINKS:
        above = get(view, found[0].parent)
        if above is None:  # pragma: no cover - mandates refer to each other, and none is ever deleted
            break
        found.insert(0, above)
    return tuple(found)


def received(view: Reading, delegate: str, *, matter: Matter | None = None) -> tuple[Mandate, ...]:
    """Return what somebody has accepted, oldest first; of one matter, where it is named. Asked at each use."""
    if not view.rows(RECEIVED, by=delegate):
        return ()
    statement = select(MandateRow).where(
        col(MandateRow.delegate) == delegate, col(MandateRow.state) == MandateState.ACCEPTED.value
    )
    found = map(to_mandate, view.exec(statement.order_by(col(MandateRow.id))))
    return tuple(one for one in found if matter is None or matter in one.bounds.matters)


def concerning(view: Reading, party: str, *, after: str = "", limit: int = 100) -> tuple[Mandate, ...]:
    """Return what a party gave or received, oldest first: those after the mandate `after`, at most `limit`."""
    statement = select(MandateRow).where(
        or_(col(MandateRow.delegator) == party, col(MandateRow.delegate) == party), col(MandateRow.id) > after
    )
    return tuple(map(to_mandate, view.exec(statement.order_by(col(MandateRow.id)).limit(limit))))


def unsigned(view: Reading, *, limit: int) -> tuple[Mandate, ...]:
    """Return mandates that were accepted and are not signed, the oldest first."""
    statement = select(MandateRow).where(
        col(MandateRow.state) == MandateState.ACCEPTED.value, col(MandateRow.statement).is_(None)
    )
    return tuple(map(to_mandate, view.exec(statement.order_by(col(MandateRow.id)).limit(limit))))


def move(tx: Transaction, mandate: Mandate, state: MandateState, *, actor: str) -> None:
    """Move a mandate to another state."""
    row = tx.get(MandateRow, mandate.id)
    if row is not None:
        row.state, row.last_actor = state, actor
        if state is MandateState.ACCEPTED:
            row.accepted_at = tx.now


def keep_statement(tx: Transaction, name: str, statement: bytes) -> bool:
    """Keep the statement of a mandate that has none yet; tell whether it had none."""
    row = tx.get(MandateRow, name)
    if row is None or row.statement is not None:
        return False
    row.statement = statement
    return True


def use(tx: Transaction, name: str, *, count: int = 1) -> bool:
    """Count uses, all of them or none; tell whether so many were left. The database decides."""
    return tx.change_many(USE, [{"name": name, "count": count}]) == 1


def give_back(tx: Transaction, name: str, *, count: int = 1) -> None:
    """Take back the count of uses that came to nothing."""
    tx.change_many(GIVE_BACK, [{"name": name, "count": count}])


def add_use(tx: Transaction, name: str, *, thing: str, count: int = 1, within: str | None = None) -> None:
    """Keep by which mandate a thing was done, or so many are to be."""
    tx.add(MandateUseRow(thing=thing, mandate=name, count=count, within=within))


def use_of(view: Reading, thing: str) -> MandateUse | None:
    """Return by which mandate a thing was done; None where it was by none."""
    row = view.get(MandateUseRow, thing)
    return None if row is None else MandateUse(mandate=row.mandate, count=row.count, within=row.within)


def take_use(tx: Transaction, thing: str) -> MandateUse | None:
    """Forget by which mandate a thing was done, and return it; None where it was by none."""
    if not tx.change_many(HOLD, [{"name": thing}]):  # whoever takes or puts back one waits, or is waited for
        return None
    found = use_of(tx, thing)
    if found is not None:
        tx.change(delete(MandateUseRow).where(col(MandateUseRow.thing) == thing))
    return found


def take_one(tx: Transaction, thing: str) -> bool:
    """Take one of the uses that a thing has; tell whether one was left. The database decides."""
    return tx.change_many(TAKE_ONE, [{"name": thing}]) == 1


def put_one(tx: Transaction, thing: str, mandate: str) -> bool:
    """Put back one of the uses of a mandate that a thing had; tell whether it still has any of that mandate."""
    return tx.change_many(PUT_ONE, [{"name": thing, "by": mandate}]) == 1


def to_mandate(row: MandateRow) -> Mandate:
    """Return the value of a row."""
    return Mandate(
        id=row.id,
        delegator=Party(PartyKind(row.delegator_kind), row.delegator),
        delegate=Party(PartyKind(row.delegate_kind), row.delegate),
        bounds=Bounds(
            matters=frozenset(map(Matter, row.matters)),
            seals=frozenset(row.seals),
            licence_types=frozenset(row.licence_types),
            document_kinds=frozenset(row.document_kinds),
            operations=frozenset(row.operations),
            purposes=frozenset(row.purposes),
            not_before=utc(row.not_before),
            not_after=utc(row.not_after),
            times=row.times,
            depth=row.depth,
        ),
        parent=row.parent,
        used=row.used,
        state=MandateState(row.state),
        last_actor=row.last_actor,
        given=Given(actor=row.given_by, level=row.given_level, session=row.given_session, at=utc(row.given_at)),
        accepted_at=None if row.accepted_at is None else utc(row.accepted_at),
        statement=row.statement,
    )
