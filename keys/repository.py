"""Reads and writes the table of keys."""

from dataclasses import dataclass
from datetime import datetime

from keys.errors import KeyUnknown
from keys.lifecycle import LIFECYCLE, KeyEvent, KeyState
from keys.tables import KeyRow
from trust.crypto.public_keys import PublicKey
from trust.signing import KeyPurpose
from trust.store import Reading, Transaction

__all__ = ["WrappedKey", "add", "get", "move"]


@dataclass(frozen=True, kw_only=True)
class WrappedKey:
    """A key as the database holds it: the private half is enciphered, or gone."""

    id: str
    purpose: KeyPurpose
    algorithm: str
    state: KeyState
    public_key: PublicKey
    wrapped: bytes | None
    created_at: datetime


def add(tx: Transaction, key: WrappedKey) -> None:
    """Keep a new key."""
    tx.add(
        KeyRow(
            id=key.id,
            purpose=key.purpose,
            algorithm=key.algorithm,
            state=key.state,
            public_key=key.public_key.spki,
            wrapped=key.wrapped,
            created_at=key.created_at,
        )
    )


def get(view: Reading, name: str) -> WrappedKey | None:
    """Return the key `name`, if there is one."""
    row = view.get(KeyRow, name)
    if row is None:
        return None
    return WrappedKey(
        id=row.id,
        purpose=KeyPurpose(row.purpose),
        algorithm=row.algorithm,
        state=KeyState(row.state),
        public_key=PublicKey(row.public_key),
        wrapped=row.wrapped,
        created_at=row.created_at,
    )


def move(tx: Transaction, name: str, event: KeyEvent) -> None:
    """Move a key to the state that `event` leads to; a destroyed one loses its private half.

    Raise `KeyUnknown`, or `EventNotPossible`.
    """
    row = tx.get(KeyRow, name)
    if row is None:
        raise KeyUnknown
    state = LIFECYCLE.after(KeyState(row.state), event)
    row.state = state
    if state is KeyState.DESTROYED:
        row.wrapped = None
