"""Reads and writes the table of live codes."""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlmodel import col, select

from identity.subject import SubjectId
from licence.live.entries import LiveCode
from licence.live.tables import LiveCodeRow
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["LiveCodeRepository"]

KIND: Final = "live code"
"""What the keyed hashes of secrets are of."""


def utc(moment: datetime) -> datetime:
    """Return a moment in UTC; SQLite gives it back that way already, PostgreSQL in the session's zone."""
    return moment.astimezone(UTC)


def context_of(name: str) -> str:
    """Return what an enciphered purpose is bound to."""
    return f"live code {name}"


class LiveCodeRepository:
    """The table of live codes."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    def add(self, tx: Transaction, code: LiveCode, *, secret: str) -> None:
        """Keep a new code under a keyed hash of its secret."""
        purpose = code.purpose.encode()
        tx.add(
            LiveCodeRow(
                id=code.id,
                digest=self.protection.index(secret, kind=KIND),
                licence=code.licence,
                holder=code.holder,
                maker=code.maker,
                protected=self.protection.protect(purpose, context=context_of(code.id)) if purpose else None,
                made_at=code.made_at,
                expires_at=code.expires_at,
            )
        )

    def get(self, view: Reading, name: str) -> LiveCode | None:
        """Return the code `name`, if there is one."""
        row = view.get(LiveCodeRow, name)
        return None if row is None else self.to_code(row)

    def named(self, view: Reading, names: frozenset[str]) -> tuple[LiveCode, ...]:
        """Return the codes of some names."""
        rows = view.exec(select(LiveCodeRow).where(col(LiveCodeRow.id).in_(sorted(names))))
        return tuple(map(self.to_code, rows))

    def is_known(self, view: Reading, secret: str) -> bool:
        """Tell whether there is a code with a secret."""
        mine = col(LiveCodeRow.digest) == self.protection.index(secret, kind=KIND)
        return view.first(select(LiveCodeRow.id).where(mine)) is not None

    def hold(self, tx: Transaction, secret: str) -> LiveCode | None:
        """Return the code with a secret, if there is one, and hold it until the commit: whoever comes second waits."""
        mine = col(LiveCodeRow.digest) == self.protection.index(secret, kind=KIND)
        row = tx.first(select(LiveCodeRow).where(mine).with_for_update())
        return None if row is None else self.to_code(row)

    def consume(self, tx: Transaction, name: str, *, checker: str | None) -> None:
        """Write down that a code, which is held, has answered, and to whom."""
        row = tx.get(LiveCodeRow, name)
        assert row is not None  # noqa: S101 - it is held
        row.checked_at, row.checker = tx.now, checker

    def forget(self, tx: Transaction, *, before: datetime) -> int:
        """Delete the codes that ended before a moment; return how many."""
        return tx.change(sa.delete(LiveCodeRow).where(col(LiveCodeRow.expires_at) < before))

    def has_any(self, view: Reading, *, before: datetime) -> bool:
        """Tell whether a code ended before a moment."""
        return view.first(select(LiveCodeRow.id).where(col(LiveCodeRow.expires_at) < before).limit(1)) is not None

    def to_code(self, row: LiveCodeRow) -> LiveCode:
        """Return the value of a row."""
        purpose = b""
        if row.protected is not None:
            purpose = self.protection.reveal(row.protected, context=context_of(row.id))
        return LiveCode(
            id=row.id,
            licence=row.licence,
            holder=SubjectId(row.holder),
            maker=row.maker,
            purpose=purpose.decode(),
            made_at=utc(row.made_at),
            expires_at=utc(row.expires_at),
            checked_at=None if row.checked_at is None else utc(row.checked_at),
            checker=row.checker,
        )
