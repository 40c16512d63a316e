"""Reads the ledger of a seal: by what its lines say, page by page, and month by month."""

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from seal.ledger.entries import Operation, Stamping
from seal.ledger.search import LedgerSearch
from seal.ledger.stamping_repository import to_stamping
from seal.tables import StampingRow
from trust.store import Reading

__all__ = ["newest", "oldest"]


def conditions(search: LedgerSearch) -> list[ColumnElement[bool]]:
    """Return what a search asks of a line."""
    found = [col(StampingRow.seal) == search.seal]
    if search.since is not None:
        found.append(col(StampingRow.at) >= search.since)
    if search.until is not None:
        found.append(col(StampingRow.at) < search.until)
    for name in ("actor", "authorisation", "purpose", "document_kind", "document_hash", "batch"):
        value = getattr(search, name)
        if value is not None:
            found.append(getattr(StampingRow, name) == value)
    if search.state is not None:
        found.append(col(StampingRow.state) == search.state.value)
    if search.operation is not None:
        is_said = col(StampingRow.operation) == search.operation.value
        is_usual = search.operation is Operation.DOCUMENT  # what was written before there were others
        found.append(or_(is_said, col(StampingRow.operation).is_(None)) if is_usual else is_said)
    if search.text is not None:
        places = (StampingRow.reference, StampingRow.property_info, StampingRow.purpose, StampingRow.document_kind)
        found.append(or_(*(col(place).icontains(search.text, autoescape=True) for place in places)))
    return found


def newest(view: Reading, search: LedgerSearch, *, before: str | None, limit: int) -> tuple[Stamping, ...]:
    """Return lines, the newest first: those before the line `before`, at most `limit` of them."""
    statement = select(StampingRow).where(*conditions(search))
    if before is not None:
        statement = statement.where(col(StampingRow.id) < before)
    return tuple(map(to_stamping, view.exec(statement.order_by(col(StampingRow.id).desc()).limit(limit))))


def oldest(view: Reading, search: LedgerSearch, *, after: str, limit: int) -> tuple[Stamping, ...]:
    """Return lines, the oldest first: those after the line `after`, at most `limit` of them."""
    statement = select(StampingRow).where(*conditions(search), col(StampingRow.id) > after)
    return tuple(map(to_stamping, view.exec(statement.order_by(col(StampingRow.id)).limit(limit))))
