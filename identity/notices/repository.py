"""Reads and writes what persons were told."""

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import delete
from sqlmodel import col, select

from identity.notices.tables import PersonNoticeRow
from trust.events import Fact
from trust.store import Reading, Transaction

__all__ = ["add", "erase", "of_person"]


def add(tx: Transaction, *, name: str, person: str, kind: str, facts: Mapping[str, Fact]) -> None:
    """Keep a notice."""
    tx.add(PersonNoticeRow(id=name, person=person, kind=kind, facts=dict(facts), at=tx.now))


def of_person(view: Reading, person: str, *, limit: int) -> list[tuple[str, str, dict[str, Fact], datetime]]:
    """Return the notices of a person, the newest first."""
    asked = select(PersonNoticeRow).where(col(PersonNoticeRow.person) == person)
    rows = view.exec(asked.order_by(col(PersonNoticeRow.at).desc(), col(PersonNoticeRow.id).desc()).limit(limit))
    return [(row.id, row.kind, row.facts, row.at.astimezone(UTC)) for row in rows]


def erase(tx: Transaction, person: str) -> int:
    """Forget the notices of a person."""
    return tx.change(delete(PersonNoticeRow).where(col(PersonNoticeRow.person) == person))
