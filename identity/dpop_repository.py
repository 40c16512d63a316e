"""Reads and writes the table of proofs of keys that were used (RFC 9449, 11.1)."""

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete, insert
from sqlalchemy import select as columns

from identity.tables import KeyProofRow
from trust.rows import Row
from trust.statements import Written
from trust.store import Transaction

__all__ = ["spend"]

PROOFS: Final = Row.metadata.tables[KeyProofRow.__tablename__]
FORGET: Final = Written(delete(PROOFS).where(PROOFS.c.expires_at < bindparam("now")))
USED: Final = Written(columns(PROOFS.c.digest).where(PROOFS.c.digest == bindparam("named")))
USE: Final = Written(insert(PROOFS))


def spend(tx: Transaction, digest: str, *, until: datetime) -> bool:
    """Mark a proof as used; tell whether it was fresh. Those that their age alone refuses are forgotten."""
    tx.change_many(FORGET, [{"now": tx.now}])
    if tx.rows(USED, named=digest):
        return False
    tx.change_many(USE, [{"digest": digest, "expires_at": until}])
    return True
