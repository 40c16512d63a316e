"""Reads and writes the table of keys."""

from dataclasses import dataclass
from datetime import datetime

from keys.lifecycle import KeyState
from keys.tables import KeyRow
from trust.crypto.public_keys import PublicKey
from trust.signing import KeyPurpose
from trust.store import Reading, Transaction

__all__ = ["WrappedKey", "add", "get", "set_state"]


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


def set_state(tx: Transaction, name: str, state: KeyState) -> None:
    """Move a key to another state; a destroyed one loses its private half."""
    row = tx.get(KeyRow, name)
    if row is not None:
        row.state = state
        if state is KeyState.DESTROYED:
            row.wrapped = None
