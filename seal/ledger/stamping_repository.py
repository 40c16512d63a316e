"""Reads and writes the tables of authorisations and of stampings. Rows go in and come out as frozen values."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam, insert, update
from sqlalchemy import select as selected
from sqlmodel import col, select

from seal.ledger.entries import DOCUMENTS_ALONE, Authorisation, Operation, Stamping, StampingState
from seal.tables import AuthorisationRow, SealRow, StampingRow
from trust.blobs import BlobId
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading, Transaction

__all__ = [
    "add_authorisation",
    "add_stampings",
    "authorisation",
    "authorisations",
    "batch",
    "end_stampings",
    "give_back",
    "held_by",
    "hold",
    "left_behind",
    "newest_authorisations",
    "of_request",
    "seal_facts",
    "sign_authorisation",
    "stamping",
    "stamping_by_hash",
    "stampings",
    "unsigned",
    "use_authorisation",
    "withdraw_authorisation",
]

STAMPINGS: Final = Row.metadata.tables[StampingRow.__tablename__]
AUTHORISATIONS: Final = Row.metadata.tables[AuthorisationRow.__tablename__]
SEALS: Final = Row.metadata.tables[SealRow.__tablename__]

SEAL_FACTS: Final = Written(
    select(SEALS.c.version, SEALS.c.state, SEALS.c.entered_at, SEALS.c.valid_until).where(
        SEALS.c.id == bindparam("name")
    )
)
HOLD: Final = Written(select(SEALS.c.id).where(SEALS.c.id == bindparam("name")).with_for_update(read=True))
HELD: Final = Written(
    selected(AUTHORISATIONS)
    .where(AUTHORISATIONS.c.seal == bindparam("of"), AUTHORISATIONS.c.holder == bindparam("by"))
    .order_by(AUTHORISATIONS.c.id)
)
USE: Final = Written(
    update(AUTHORISATIONS)
    .where(
        AUTHORISATIONS.c.id == bindparam("name"),
        AUTHORISATIONS.c.times.is_(None) | (AUTHORISATIONS.c.used + bindparam("count") <= AUTHORISATIONS.c.times),
        AUTHORISATIONS.c.withdrawn_at.is_(None),
    )
    .values(used=AUTHORISATIONS.c.used + bindparam("count"))
)
ENDED = ("state", "ended_at", "result", "signature", "time_stamp")
"""What is written when a stamping ends."""

ORDER = {operation: number for number, operation in enumerate(Operation)}


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC."""
    return moment.astimezone(UTC)


def maybe(moment: datetime | None) -> datetime | None:
    """Return `moment` in UTC, if it is one."""
    return None if moment is None else utc(moment)


def add_authorisation(tx: Transaction, authorisation: Authorisation) -> None:
    """Keep a new authorisation."""
    tx.add(
        AuthorisationRow(
            id=authorisation.id,
            seal=authorisation.seal,
            holder=authorisation.holder,
            purpose=authorisation.purpose,
            document_kinds=list(authorisation.document_kinds),
            operations=[one.value for one in sorted(authorisation.operations, key=ORDER.__getitem__)],
            valid_from=authorisation.valid_from,
            valid_until=authorisation.valid_until,
            times=authorisation.times,
            needs_approval=authorisation.needs_approval,
            parent=authorisation.parent,
            granted_by=authorisation.granted_by,
            granted_at=authorisation.granted_at,
            level=authorisation.level,
            session=authorisation.session,
        )
    )


def unsigned(view: Reading, *, limit: int) -> tuple[Authorisation, ...]:
    """Return authorisations that are not signed and not withdrawn, the oldest first."""
    statement = select(AuthorisationRow).where(
        col(AuthorisationRow.statement).is_(None), col(AuthorisationRow.withdrawn_at).is_(None)
    )
    return tuple(map(to_authorisation, view.exec(statement.order_by(col(AuthorisationRow.id)).limit(limit))))


def sign_authorisation(tx: Transaction, name: str, statement: bytes) -> bool:
    """Keep the statement of an authorisation that has none yet; tell whether it had none."""
    row = tx.get(AuthorisationRow, name)
    if row is None or row.statement is not None:
        return False
    row.statement = statement
    return True


def seal_facts(view: Reading, seal: str) -> tuple[Any, ...] | None:
    """Return what changes with every step of a seal's life, if there is such a seal: a question at each use."""
    return next((tuple(row) for row in view.rows(SEAL_FACTS, name=seal)), None)


def hold(tx: Transaction, seal: str) -> None:
    """Let nobody move a seal along its life until the commit, so that what was seen of it stays true."""
    tx.rows(HOLD, name=seal)


def authorisation(view: Reading, name: str) -> Authorisation | None:
    """Return the authorisation `name`, if there is one."""
    row = view.get(AuthorisationRow, name)
    return None if row is None else to_authorisation(row)


def authorisations(view: Reading, seal: str, *, holder: str | None = None) -> tuple[Authorisation, ...]:
    """Return the authorisations of a seal, oldest first."""
    if holder is not None:  # asked at each use
        return tuple(map(to_authorisation, view.rows(HELD, of=seal, by=holder)))
    statement = select(AuthorisationRow).where(col(AuthorisationRow.seal) == seal)
    return tuple(map(to_authorisation, view.exec(statement.order_by(col(AuthorisationRow.id)))))


def newest_authorisations(
    view: Reading, seal: str, *, before: str | None, limit: int | None
) -> tuple[Authorisation, ...]:
    """Return a page of the authorisations of a seal, newest first; `before` is the last one of the page before."""
    row = AuthorisationRow
    statement = select(row).where(col(row.seal) == seal)
    if before is not None:
        statement = statement.where(col(row.id) < before)
    return tuple(map(to_authorisation, view.exec(statement.order_by(col(row.id).desc()).limit(limit))))


def held_by(view: Reading, holder: str) -> tuple[Authorisation, ...]:
    """Return the authorisations of every seal that somebody holds and that are not over, those that end first first."""
    statement = select(AuthorisationRow).where(
        col(AuthorisationRow.holder) == holder,
        col(AuthorisationRow.withdrawn_at).is_(None),
        col(AuthorisationRow.valid_until) >= view.now,
    )
    ordered = statement.order_by(col(AuthorisationRow.valid_until), col(AuthorisationRow.id))
    return tuple(map(to_authorisation, view.exec(ordered)))


def to_authorisation(row: AuthorisationRow | Any) -> Authorisation:  # noqa: ANN401 - or its columns
    """Return the value of a row. What is empty there was written before the column was."""
    named = DOCUMENTS_ALONE if row.operations is None else frozenset(map(Operation, row.operations))
    return Authorisation(
        id=row.id,
        seal=row.seal,
        holder=row.holder,
        purpose=row.purpose,
        document_kinds=tuple(str(kind) for kind in row.document_kinds),
        operations=named,
        valid_from=utc(row.valid_from or row.granted_at),
        valid_until=utc(row.valid_until),
        times=row.times,
        used=row.used,
        needs_approval=bool(row.needs_approval),
        parent=row.parent,
        granted_by=row.granted_by,
        granted_at=utc(row.granted_at),
        withdrawn_at=maybe(row.withdrawn_at),
        level=row.level,
        session=row.session or "",
        statement=row.statement,
    )


def withdraw_authorisation(tx: Transaction, name: str) -> None:
    """Write that an authorisation is withdrawn as of now."""
    row = tx.get(AuthorisationRow, name)
    if row is not None:
        row.withdrawn_at = tx.now


def use_authorisation(tx: Transaction, name: str, *, count: int = 1) -> bool:
    """Count stampings, all of them or none; tell whether so many were left.

    The database decides, so that two cannot take the last.
    """
    return tx.change_many(USE, [{"name": name, "count": count}]) == 1


def give_back(tx: Transaction, name: str, *, count: int = 1) -> None:
    """Take back the count of stampings that came to nothing."""
    statement = update(AuthorisationRow).where(col(AuthorisationRow.id) == name)
    tx.change(statement.values(used=AuthorisationRow.used - count).execution_options(synchronize_session=False))


def columns(stamping: Stamping) -> dict[str, Any]:
    """Return the columns of a new stamping."""
    return {
        "version": 1,
        "id": stamping.id,
        "seal": stamping.seal,
        "authorisation": stamping.authorisation,
        "parent": stamping.parent,
        "actor": stamping.actor,
        "at": stamping.at,
        "purpose": stamping.purpose,
        "document_kind": stamping.document_kind,
        "operation": stamping.operation.value,
        "document_hash": stamping.document_hash,
        "approval": stamping.approval,
        "batch": stamping.batch,
        "reference": stamping.reference,
        "property_info": stamping.property_info,
        "signed_at": stamping.signed_at,
        "state": stamping.state.value,
        "level": stamping.level,
        "evidence": stamping.evidence,
    }


def add_stampings(tx: Transaction, stampings: Sequence[Stamping]) -> None:
    """Put stampings into the ledger."""
    for one in stampings:
        tx.later(NEW, columns(one))


NEW = Written(insert(STAMPINGS))
ENDING = Written(
    update(STAMPINGS)
    .where(STAMPINGS.c.id == bindparam("ended"), STAMPINGS.c.state == StampingState.PREPARED.value)
    .values({name: bindparam(f"new_{name}") for name in ENDED} | {"version": STAMPINGS.c.version + 1})
)


def end_stampings(tx: Transaction, ended: Sequence[Stamping]) -> None:
    """Write what came of stampings. The database decides, so that each ends once: else the commit is a `LostRace`."""
    for one in ended:
        tx.later(ENDING, {"ended": one.id, **{f"new_{name}": getattr(one, name) for name in ENDED}})


def to_stamping(row: StampingRow) -> Stamping:
    """Return the value of a row. What is empty there was written before the column was."""
    return Stamping(
        id=row.id,
        seal=row.seal,
        authorisation=row.authorisation,
        parent=row.parent,
        actor=row.actor,
        at=utc(row.at),
        purpose=row.purpose,
        document_kind=row.document_kind,
        operation=Operation.DOCUMENT if row.operation is None else Operation(row.operation),
        document_hash=row.document_hash,
        approval=row.approval,
        batch=row.batch,
        reference=row.reference or "",
        property_info=row.property_info or "",
        state=StampingState(row.state),
        ended_at=maybe(row.ended_at),
        result=None if row.result is None else BlobId(row.result),
        signed_at=maybe(row.signed_at),
        signature=row.signature,
        time_stamp=row.time_stamp,
        level=row.level,
        evidence=row.evidence or "",
    )


def stamping(view: Reading, name: str) -> Stamping | None:
    """Return the stamping `name`, if there is one."""
    row = view.get(StampingRow, name)
    return None if row is None else to_stamping(row)


def of_request(view: Reading, name: str) -> tuple[Stamping, ...]:
    """Return the stamping `name`, or those of the batch `name` in their order."""
    one = stamping(view, name)
    return batch(view, name) if one is None else (one,)


def batch(view: Reading, name: str) -> tuple[Stamping, ...]:
    """Return the stampings of a batch, in their order."""
    statement = select(StampingRow).where(col(StampingRow.batch) == name).order_by(col(StampingRow.id))
    return tuple(to_stamping(row) for row in view.exec(statement))


def stamping_by_hash(view: Reading, document_hash: str, *, seal: str) -> Stamping | None:
    """Return the first finished stamping of a seal over what has this hash, if there is one.

    A signed message is none: its key was used, and the seal was not.
    """
    is_sealed = col(StampingRow.operation).is_(None) | (col(StampingRow.operation) != Operation.MESSAGE.value)
    statement = select(StampingRow).where(
        is_sealed,
        col(StampingRow.document_hash) == document_hash,
        col(StampingRow.seal) == seal,
        col(StampingRow.state) == StampingState.DONE.value,
    )
    row = view.first(statement.order_by(col(StampingRow.id)))
    return None if row is None else to_stamping(row)


def stampings(
    view: Reading, *, seal: str | None = None, state: StampingState | None = None, limit: int = 100
) -> tuple[Stamping, ...]:
    """Return stampings, newest first."""
    statement = select(StampingRow).order_by(col(StampingRow.id).desc()).limit(limit)
    if seal is not None:
        statement = statement.where(col(StampingRow.seal) == seal)
    if state is not None:
        statement = statement.where(col(StampingRow.state) == state)
    return tuple(to_stamping(row) for row in view.exec(statement))


def left_behind(view: Reading, *, before: datetime, limit: int) -> tuple[Stamping, ...]:
    """Return the stampings that were prepared before a moment and have not ended, oldest first."""
    statement = select(StampingRow).where(
        col(StampingRow.state) == StampingState.PREPARED.value, col(StampingRow.at) < before
    )
    return tuple(to_stamping(row) for row in view.exec(statement.order_by(col(StampingRow.id)).limit(limit)))
