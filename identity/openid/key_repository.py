"""Reads and writes the table of the provider's keys."""

from datetime import UTC

from sqlalchemy import delete
from sqlmodel import col, select

from identity.jose import JWSAlgorithm
from identity.openid.provider_key import PURPOSE, ProviderKey, ProviderKeyState
from identity.openid.tables import OpenIDKeyRow
from trust.crypto.public_keys import PublicKey
from trust.signing import KeyHandle, KeyReference
from trust.store import LostRace, Reading, Transaction

__all__ = ["add_key", "keys", "move_key", "remove_key"]


def keys(view: Reading) -> tuple[ProviderKey, ...]:
    """Return every key, the oldest first."""
    rows = view.exec(select(OpenIDKeyRow).order_by(col(OpenIDKeyRow.made_at), col(OpenIDKeyRow.kid)))
    return tuple(to_key(row) for row in rows)


def to_key(row: OpenIDKeyRow) -> ProviderKey:
    """Return the value of a row."""
    return ProviderKey(
        kid=row.kid,
        algorithm=JWSAlgorithm(row.algorithm),
        state=ProviderKeyState(row.state),
        key=KeyReference(handle=KeyHandle(row.handle), public_key=PublicKey(row.spki), purpose=PURPOSE),
        made_at=row.made_at.astimezone(UTC),
        retired_at=None if row.retired_at is None else row.retired_at.astimezone(UTC),
    )


def add_key(tx: Transaction, key: ProviderKey) -> None:
    """Keep a new key. The database refuses a second one in the same place."""
    tx.add(
        OpenIDKeyRow(
            kid=key.kid,
            algorithm=key.algorithm,
            state=key.state,
            slot=key.slot,
            handle=key.key.handle,
            spki=key.key.public_key.spki,
            made_at=key.made_at,
        )
    )


def move_key(tx: Transaction, kid: str, state: ProviderKeyState) -> None:
    """Move a key along."""
    row = tx.get(OpenIDKeyRow, kid)
    if row is not None:
        row.state = state
        row.slot = to_key(row).slot
        row.retired_at = tx.now if state is ProviderKeyState.RETIRED else None


def remove_key(tx: Transaction, kid: str) -> None:
    """Forget a key that is not to be published any more. What the custody keeps of it is another matter.

    Raise `LostRace` where another was faster.
    """
    if tx.change(delete(OpenIDKeyRow).where(col(OpenIDKeyRow.kid) == kid)) != 1:
        raise LostRace
