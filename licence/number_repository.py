"""Finds licences by the number that they bear, whatever their type: for who reads the trail."""

from typing import NamedTuple

from sqlmodel import col, select

from licence.tables import LicenceRow
from trust.store import Reading

__all__ = ["Numbered", "numbered"]


class Numbered(NamedTuple):
    """A licence and what it bears."""

    id: str
    number: str
    identifier: str


def numbered(view: Reading, number: str, *, limit: int) -> tuple[Numbered, ...]:
    """Return the licences that bear a number or a licence identifier, newest first, at most `limit`."""
    row = LicenceRow
    mine = select(row).where((col(row.number) == number) | (col(row.identifier) == number))
    found = view.exec(mine.order_by(col(row.id).desc()).limit(limit))
    return tuple(Numbered(one.id, one.number, one.identifier) for one in found)
