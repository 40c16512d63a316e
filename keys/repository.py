"""Reads and writes the tables of keys. Rows go in and come out as frozen values."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from keys.errors import KeyUnknown
from keys.lifecycle import LIFECYCLE, KeyEvent, KeyState
from keys.tables import DataKeyRow, DestructionRow, KeyRow
from trust.crypto.public_keys import PublicKey
from trust.signing import KeyHandle, KeyPurpose, KeyReference
from trust.store import Reading, Transaction

__all__ = [
    "FACTS",
    "Destruction",
    "KeptKey",
    "add",
    "add_data_key",
    "all_keys",
    "data_keys",
    "destruction",
    "get",
    "mend",
    "move",
    "next_version",
    "put_data_key",
    "put_destruction",
    "require",
    "reserve",
    "rewrap",
    "set_limit",
]


@dataclass(frozen=True, kw_only=True)
class KeptKey:
    """A key as the database holds it: the private half is enciphered, or in a device, or gone."""

    id: str
    ring: str
    ring_version: int
    purpose: KeyPurpose
    algorithm: str
    state: KeyState
    scheme: str
    location: str
    public_key: PublicKey
    wrapped: bytes | None = field(repr=False)
    uses: int = 0
    """How many uses were handed out to processes: at least as many as there were."""

    use_limit: int | None = None
    signs_until: datetime | None = None
    """Of a retiring key: when it stops."""

    created_at: datetime

    @property
    def handle(self) -> KeyHandle:
        """The handle under which the house knows this key."""
        return KeyHandle(f"{self.scheme}:{self.id}")

    @property
    def reference(self) -> KeyReference:
        """The key as the port has it."""
        return KeyReference(handle=self.handle, public_key=self.public_key, purpose=self.purpose)


@dataclass(frozen=True, kw_only=True)
class Destruction:
    """The signed proof that a key was destroyed; or who is to destroy it, while there is no signature yet."""

    key: str
    at: datetime
    statement: bytes
    signature: bytes
    certificate: bytes

    @property
    def is_proven(self) -> bool:
        """Whether the key was tried in vain, and that was signed."""
        return bool(self.signature)

    @property
    def told(self) -> dict[str, Any]:
        """What is stated, before anybody has verified it."""
        found: dict[str, Any] = json.loads(self.statement)
        return found

    @property
    def handle(self) -> KeyHandle:
        """The handle of the key."""
        return KeyHandle(self.told["key"])


COLUMNS: Final[tuple[Any, ...]] = tuple(
    col(column)
    for column in (
        KeyRow.version,
        KeyRow.state,
        KeyRow.purpose,
        KeyRow.algorithm,
        KeyRow.scheme,
        KeyRow.location,
        KeyRow.public_key,
        KeyRow.wrapped,
        KeyRow.signs_until,
    )
)

FACTS: Final[Select[*tuple[Any, ...]]] = select_columns(*COLUMNS).where(col(KeyRow.id) == bindparam("id"))
"""What is asked at each use: everything that decides whether a key may be used, and which private half is its own."""


def add(tx: Transaction, key: KeptKey) -> None:
    """Keep a new key."""
    tx.add(
        KeyRow(
            id=key.id,
            ring=key.ring,
            ring_version=key.ring_version,
            purpose=key.purpose,
            algorithm=key.algorithm,
            state=key.state,
            scheme=key.scheme,
            location=key.location,
            public_key=key.public_key.spki,
            wrapped=key.wrapped,
            uses=key.uses,
            use_limit=key.use_limit,
            signs_until=key.signs_until,
            created_at=key.created_at,
        )
    )
    tx.flush()


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC."""
    return moment.astimezone(UTC)


def to_key(row: KeyRow) -> KeptKey:
    """Return the value of a row."""
    return KeptKey(
        id=row.id,
        ring=row.ring,
        ring_version=row.ring_version,
        purpose=KeyPurpose(row.purpose),
        algorithm=row.algorithm,
        state=KeyState(row.state),
        scheme=row.scheme,
        location=row.location,
        public_key=PublicKey(row.public_key),
        wrapped=row.wrapped,
        uses=row.uses,
        use_limit=row.use_limit,
        signs_until=None if row.signs_until is None else utc(row.signs_until),
        created_at=utc(row.created_at),
    )


def get(view: Reading, name: str) -> KeptKey | None:
    """Return the key `name`, if there is one."""
    row = view.get(KeyRow, name)
    return None if row is None else to_key(row)


def require(view: Reading, name: str) -> KeptKey:
    """Return the key `name`, or raise `KeyUnknown`."""
    return to_key(require_row(view, name))


def require_row(view: Reading, name: str) -> KeyRow:
    """Return the row of the key `name`, or raise `KeyUnknown`."""
    row = view.get(KeyRow, name)
    if row is None:
        raise KeyUnknown
    return row


def all_keys(view: Reading, *, ring: str | None = None) -> tuple[KeptKey, ...]:
    """Return every key, or those of a ring, by ring and version."""
    statement = select(KeyRow).order_by(col(KeyRow.ring), col(KeyRow.ring_version))
    if ring is not None:
        statement = statement.where(col(KeyRow.ring) == ring)
    return tuple(to_key(row) for row in view.exec(statement))


def next_version(view: Reading, ring: str) -> int:
    """Return the number of the next version of a ring, from 1 on."""
    newest = view.first(select(func.max(KeyRow.ring_version)).where(col(KeyRow.ring) == ring))
    return (newest or 0) + 1


def move(tx: Transaction, name: str, event: KeyEvent, *, until: datetime | None = None) -> KeptKey:
    """Move a key to the state that `event` leads to, and return it as it was; a destroyed one loses its private half.

    Raise `KeyUnknown`, or `EventNotPossible`.
    """
    row = require_row(tx, name)
    before = to_key(row)
    row.state = LIFECYCLE.after(before.state, event)
    row.signs_until = until
    if event is KeyEvent.DESTROY:
        row.wrapped = None
    tx.flush()
    return before


def set_limit(tx: Transaction, name: str, limit: int | None) -> bool:
    """Give a key a limit of uses, or none; tell whether so many are still to be had. Raise `KeyUnknown`."""
    row = require_row(tx, name)
    if limit is not None and row.uses > limit:
        return False
    row.use_limit = limit
    tx.flush()
    return True


def reserve(tx: Transaction, name: str, count: int) -> bool:
    """Hand out `count` uses of a key to one process; tell whether its limit left so many. The database decides."""
    fits = or_(col(KeyRow.use_limit).is_(None), col(KeyRow.uses) + count <= col(KeyRow.use_limit))
    statement = update(KeyRow).where(col(KeyRow.id) == name, fits).values(uses=KeyRow.uses + count)
    return tx.change(statement.execution_options(synchronize_session=False)) == 1


def rewrap(tx: Transaction, key: KeptKey, wrapped: bytes) -> bool:
    """Put another envelope into the place of the one that was seen; tell whether that one was still there."""
    is_seen = (col(KeyRow.id) == key.id) & (col(KeyRow.wrapped) == key.wrapped)
    return tx.change(update(KeyRow).where(is_seen).values(wrapped=wrapped, version=KeyRow.version + 1)) == 1


def mend(tx: Transaction, key: KeptKey) -> None:
    """Put the envelope of a backup into the place of one that is missing or broken."""
    require_row(tx, key.id).wrapped = key.wrapped


def data_keys(view: Reading) -> Mapping[str, bytes | None]:
    """Return the envelopes of the data keys by their names. One without an envelope derives from the root key."""
    return {row.name: row.wrapped for row in view.exec(select(DataKeyRow))}


def add_data_key(tx: Transaction, name: str, wrapped: bytes | None) -> None:
    """Keep a new data key."""
    tx.add(DataKeyRow(name=name, wrapped=wrapped, created_at=tx.now))


def put_data_key(tx: Transaction, name: str, wrapped: bytes) -> None:
    """Put another envelope around a data key."""
    changed = {"wrapped": wrapped, "version": DataKeyRow.version + 1}
    tx.change(update(DataKeyRow).where(col(DataKeyRow.name) == name).values(changed))


def put_destruction(tx: Transaction, proof: Destruction) -> None:
    """Keep how a key is destroyed, and later the proof that it was."""
    row = tx.get(DestructionRow, proof.key)
    if row is None:
        tx.add(
            DestructionRow(
                key=proof.key,
                at=proof.at,
                statement=proof.statement,
                signature=proof.signature,
                certificate=proof.certificate,
            )
        )
        return
    row.at, row.statement = proof.at, proof.statement
    row.signature, row.certificate = proof.signature, proof.certificate


def destruction(view: Reading, name: str) -> Destruction | None:
    """Return the proof that the key `name` was destroyed, if there is one."""
    row = view.get(DestructionRow, name)
    if row is None:
        return None
    return Destruction(
        key=row.key, at=utc(row.at), statement=row.statement, signature=row.signature, certificate=row.certificate
    )
