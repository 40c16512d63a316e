"""Reads and writes the identity documents of persons, enciphered and found again by keyed hashes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import delete, update
from sqlmodel import col, select

from identity.citizen_number import CitizenNumber
from identity.documents import CITIZEN_INDEX, DocumentKind, IdentityDocument
from identity.subject import is_unified_identifier
from identity.tables import IdentityDocumentRow
from trust.identifiers import new_id
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["CITIZEN_NUMBER", "DocumentRepository", "KeptDocument", "document_of", "plain_of"]

CITIZEN_NUMBER: Final = CITIZEN_INDEX


@dataclass(frozen=True, kw_only=True)
class KeptDocument:
    """A document of a person, as it is kept."""

    id: str
    person: str
    document: IdentityDocument
    added_at: datetime
    ended_at: datetime | None = None
    """Since when it counts no more: it was lost, replaced or taken away."""


def plain_of(document: IdentityDocument) -> dict[str, str | None]:
    """Return a document as it is enciphered."""
    valid_until = None if document.valid_until is None else document.valid_until.isoformat()
    return {
        "kind": document.kind.value,
        "number": document.number,
        "country": document.country,
        "valid_until": valid_until,
    }


def document_of(plain: Mapping[str, Any]) -> IdentityDocument | None:
    """Return the document that was enciphered, if one was; of before there were kinds, the citizen number."""
    if "citizen_number" in plain:
        return IdentityDocument.of_citizen(CitizenNumber(plain["citizen_number"]))
    if "kind" not in plain:
        return None
    valid_until = plain["valid_until"]
    return IdentityDocument(
        kind=DocumentKind(plain["kind"]),
        number=plain["number"],
        country=plain["country"],
        valid_until=None if valid_until is None else date.fromisoformat(valid_until),
    )


def context_of(row: str) -> str:
    """Return what an enciphered document is bound to: rows of before, to the person whose data they were."""
    return f"person {row}" if is_unified_identifier(row) else f"identity document {row}"


class DocumentRepository:
    """The table of identity documents."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    def index(self, lookup: tuple[str, str]) -> str:
        """Return the keyed hash by which a document is found."""
        kind, value = lookup
        return self.protection.index(value, kind=kind)

    def add(self, tx: Transaction, person: str, document: IdentityDocument) -> str:
        """Keep a document of a person; return its name. One that somebody else has raises `LostRace` at the flush."""
        name = new_id("doc", at=tx.now)
        plain = json.dumps(plain_of(document)).encode()
        row = IdentityDocumentRow(
            id=name,
            person=person,
            protected=self.protection.protect(plain, context=context_of(name)),
            lookup=self.index(document.lookup),
            added_at=tx.now,
        )
        tx.add(row)
        return name

    def end(self, tx: Transaction, name: str) -> None:
        """Let a document count no more."""
        row = tx.get(IdentityDocumentRow, name)
        if row is not None:
            row.ended_at = tx.now

    def move(self, tx: Transaction, *, before: str, after: str) -> tuple[str, ...]:
        """Give all documents of one identifier to another; return their names."""
        names = [one.id for one in self.of(tx, before)]
        tx.change(update(IdentityDocumentRow).where(col(IdentityDocumentRow.person) == before).values(person=after))
        return tuple(names)

    def erase(self, tx: Transaction, person: str) -> int:
        """Erase every document of a person; return how many there were."""
        return tx.change(delete(IdentityDocumentRow).where(col(IdentityDocumentRow.person) == person))

    def get(self, view: Reading, name: str) -> KeptDocument | None:
        """Return a document by its name, if there is one."""
        row = view.get(IdentityDocumentRow, name)
        return None if row is None else self.to_document(row)

    def of(self, view: Reading, person: str) -> tuple[KeptDocument, ...]:
        """Return the documents of a person, the oldest first, those too that count no more."""
        asked = select(IdentityDocumentRow).where(col(IdentityDocumentRow.person) == person)
        rows = view.exec(asked.order_by(col(IdentityDocumentRow.added_at), col(IdentityDocumentRow.id)))
        return tuple(map(self.to_document, rows))

    def persons_of(self, view: Reading, lookups: Sequence[tuple[str, str]]) -> tuple[str, ...]:
        """Return who has, or had, documents that are found by one of `lookups`."""
        indices = [self.index(one) for one in lookups]
        return tuple(view.exec(select(IdentityDocumentRow.person).where(col(IdentityDocumentRow.lookup).in_(indices))))

    def to_document(self, row: IdentityDocumentRow) -> KeptDocument:
        """Return the value of a row."""
        plain = json.loads(self.protection.reveal(row.protected, context=context_of(row.id)))
        document = document_of(plain)
        assert document is not None  # noqa: S101 - a row without one was never written
        return KeptDocument(
            id=row.id,
            person=row.person,
            document=document,
            added_at=row.added_at.astimezone(UTC),
            ended_at=None if row.ended_at is None else row.ended_at.astimezone(UTC),
        )
