"""Reads and writes the tables of licences. Data is enciphered on its way in and revealed on its way out."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import sqlalchemy as sa
from sqlmodel import col, func, or_, select

from identity.subject import SubjectId, SubjectKind
from licence.kinds import LicenceType
from licence.lifecycle import LicenceEvent, LicenceState, TypeState
from licence.tables import LicenceEventRow, LicenceRow, LicenceTypeRow
from trust.blobs import BlobId
from trust.identifiers import new_id
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["Licence", "LicenceHistoryEntry", "LicenceRepository"]


@dataclass(frozen=True, kw_only=True)
class Licence:
    """A licence of the registry."""

    id: str
    state: LicenceState
    last_actor: str
    type: str
    identifier: str
    digest: bytes
    """What stands for the identifier in the QR code."""

    number: str
    """证照编号, the number that is printed."""

    holder: SubjectId
    seal: str
    status_index: int
    data: Mapping[str, str] = field(repr=False)
    prepared_at: datetime
    issued_on: date
    last_day: date | None
    stamping: str | None = None
    file: BlobId | None = None
    claim: str | None = None
    """The address in the QR code."""


@dataclass(frozen=True, kw_only=True)
class LicenceHistoryEntry:
    """One step in the life of a licence."""

    event: LicenceEvent | None
    """None for the preparation itself."""

    state: LicenceState
    actor: str
    at: datetime
    reason: str


def to_type(row: LicenceTypeRow) -> LicenceType:
    """Return the value of a row."""
    return LicenceType(
        id=row.id,
        state=TypeState(row.state),
        last_actor=row.last_actor,
        code=row.code,
        name=row.name,
        issuer=SubjectId(row.issuer),
        template=row.template,
        holder_kind=SubjectKind(row.holder_kind),
        schema=row.data_schema,
        lifetime_days=row.lifetime_days,
    )


def context_of(licence: str) -> str:
    """Return what a licence's enciphered data is bound to."""
    return f"licence {licence}"


class LicenceRepository:
    """The tables of licences."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    # --- types

    def add_type(self, tx: Transaction, kind: LicenceType) -> None:
        """Keep a new type."""
        tx.add(
            LicenceTypeRow(
                id=kind.id,
                state=kind.state,
                last_actor=kind.last_actor,
                code=kind.code,
                name=kind.name,
                issuer=kind.issuer,
                template=kind.template,
                holder_kind=kind.holder_kind,
                data_schema=dict(kind.schema),
                lifetime_days=kind.lifetime_days,
            )
        )

    def type(self, view: Reading, name: str) -> LicenceType | None:
        """Return the type `name`, if there is one."""
        row = view.get(LicenceTypeRow, name)
        return None if row is None else to_type(row)

    def type_by_code(self, view: Reading, code: str) -> LicenceType | None:
        """Return the type with a type code, if there is one."""
        row = view.first(select(LicenceTypeRow).where(col(LicenceTypeRow.code) == code))
        return None if row is None else to_type(row)

    def hold_type(self, tx: Transaction, name: str) -> LicenceType | None:
        """Return the type with an identifier or a type code, if there is one, and hold it until the commit."""
        mine = or_(col(LicenceTypeRow.id) == name, col(LicenceTypeRow.code) == name)
        row = tx.first(select(LicenceTypeRow).where(mine).with_for_update())
        return None if row is None else to_type(row)

    def types(self, view: Reading) -> tuple[LicenceType, ...]:
        """Return the catalogue."""
        return tuple(to_type(row) for row in view.exec(select(LicenceTypeRow).order_by(col(LicenceTypeRow.code))))

    def redraft_type(self, tx: Transaction, kind: LicenceType) -> None:
        """Write a draft anew."""
        row = tx.get(LicenceTypeRow, kind.id)
        if row is not None:
            row.last_actor, row.name, row.template, row.holder_kind = (
                kind.last_actor,
                kind.name,
                kind.template,
                kind.holder_kind,
            )
            row.data_schema, row.lifetime_days = dict(kind.schema), kind.lifetime_days

    def move_type(self, tx: Transaction, name: str, state: TypeState, *, actor: str) -> None:
        """Move a type to another state."""
        row = tx.get(LicenceTypeRow, name)
        if row is not None:
            row.state, row.last_actor = state, actor

    # --- licences

    def add(self, tx: Transaction, licence: Licence) -> None:
        """Keep a new licence."""
        plain = json.dumps(dict(licence.data), ensure_ascii=False).encode()
        tx.add(
            LicenceRow(
                id=licence.id,
                state=licence.state,
                last_actor=licence.last_actor,
                type=licence.type,
                identifier=licence.identifier,
                digest=licence.digest.hex(),
                number=licence.number,
                holder=licence.holder,
                seal=licence.seal,
                status_index=licence.status_index,
                protected=self.protection.protect(plain, context=context_of(licence.id)),
                prepared_at=licence.prepared_at,
                issued_on=licence.issued_on,
                last_day=licence.last_day,
            )
        )
        tx.flush()

    def put(self, tx: Transaction, licence: Licence) -> None:
        """Write a licence that has changed: its state, and its file once there is one."""
        row = tx.get(LicenceRow, licence.id)
        if row is not None:
            row.state, row.last_actor = licence.state, licence.last_actor
            row.stamping, row.file, row.claim = licence.stamping, licence.file, licence.claim

    def get(self, view: Reading, name: str) -> Licence | None:
        """Return the licence `name`, if there is one."""
        row = view.get(LicenceRow, name)
        return None if row is None else self.to_licence(row)

    def by_identifier(self, view: Reading, identifier: str) -> Licence | None:
        """Return the licence with a licence identifier, if there is one."""
        row = view.first(select(LicenceRow).where(col(LicenceRow.identifier) == identifier))
        return None if row is None else self.to_licence(row)

    def by_digest(self, view: Reading, digest: bytes) -> Licence | None:
        """Return the licence that a QR code stands for, if there is one."""
        row = view.first(select(LicenceRow).where(col(LicenceRow.digest) == digest.hex()))
        return None if row is None else self.to_licence(row)

    def by_stamping(self, view: Reading, stamping: str) -> Licence | None:
        """Return the licence that a stamping sealed, if it sealed one."""
        row = view.first(select(LicenceRow).where(col(LicenceRow.stamping) == stamping))
        return None if row is None else self.to_licence(row)

    def bearing(self, view: Reading, kind: str, number: str) -> Licence | None:
        """Return the licence of a type that bears a number and is not at its end, if there is one."""
        ended = (LicenceState.REVOKED.value, LicenceState.CANCELLED.value, LicenceState.VOID.value)
        row = view.first(
            select(LicenceRow).where(
                col(LicenceRow.type) == kind,
                col(LicenceRow.number) == number,
                col(LicenceRow.state).not_in(ended),
            )
        )
        return None if row is None else self.to_licence(row)

    def prepared(self, view: Reading) -> tuple[Licence, ...]:
        """Return the licences that were prepared and never released."""
        rows = view.exec(select(LicenceRow).where(col(LicenceRow.state) == LicenceState.PREPARED.value))
        return tuple(self.to_licence(row) for row in rows)

    def standings(self, view: Reading, kind: str) -> tuple[int, Mapping[int, LicenceState]]:
        """Return how many places the status list of a type has, and the state of every licence not in force."""
        mine, row = col(LicenceRow.type) == kind, LicenceRow
        highest = view.first(select(func.max(col(row.status_index))).where(mine))
        others = sa.select(col(row.status_index), col(row.state)).where(
            mine, col(row.state) != LicenceState.IN_FORCE.value
        )
        states = {place: LicenceState(state) for place, state in view.rows(others)}
        return 0 if highest is None else highest + 1, states

    def to_licence(self, row: LicenceRow) -> Licence:
        """Return the value of a row."""
        return Licence(
            id=row.id,
            state=LicenceState(row.state),
            last_actor=row.last_actor,
            type=row.type,
            identifier=row.identifier,
            digest=bytes.fromhex(row.digest),
            number=row.number,
            holder=SubjectId(row.holder),
            seal=row.seal,
            status_index=row.status_index,
            data=json.loads(self.protection.reveal(row.protected, context=context_of(row.id))),
            prepared_at=row.prepared_at.astimezone(UTC),
            issued_on=row.issued_on,
            last_day=row.last_day,
            stamping=row.stamping,
            file=None if row.file is None else BlobId(row.file),
            claim=row.claim,
        )

    # --- history

    def add_history(self, tx: Transaction, licence: str, entry: LicenceHistoryEntry) -> None:
        """Add a step to the history of a licence."""
        mine = col(LicenceEventRow.licence) == licence
        count = tx.first(select(func.count()).select_from(LicenceEventRow).where(mine)) or 0
        tx.add(
            LicenceEventRow(
                id=new_id("le", at=entry.at),
                licence=licence,
                sequence=count + 1,
                event="prepare" if entry.event is None else entry.event.value,
                state=entry.state,
                actor=entry.actor,
                at=entry.at,
                reason=entry.reason,
            )
        )

    def history(self, view: Reading, licence: str) -> tuple[LicenceHistoryEntry, ...]:
        """Return the history of a licence, oldest first."""
        statement = select(LicenceEventRow).where(col(LicenceEventRow.licence) == licence)
        return tuple(
            LicenceHistoryEntry(
                event=None if row.event == "prepare" else LicenceEvent(row.event),
                state=LicenceState(row.state),
                actor=row.actor,
                at=row.at.astimezone(UTC),
                reason=row.reason,
            )
            for row in view.exec(statement.order_by(col(LicenceEventRow.sequence)))
        )
