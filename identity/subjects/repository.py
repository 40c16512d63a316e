"""Reads and writes the tables of the life of subjects, and ends what persons who are no more have in others."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import col, select

from identity import token_repository
from identity.duties import Duty
from identity.subjects.changes import ChangeKind, DataAccess, DataField, Purpose, SubjectChange
from identity.subjects.tables import DataAccessRow, SubjectChangeRow
from identity.tables import AccountRow, GrantRow, PersonRow
from trust.events import Fact
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["Ended", "SubjectRepository"]

NEWEST: Final = 500
"""Accesses that are shown at a time."""


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What somebody had who is no more."""

    sessions: int
    duties: tuple[str, ...]
    """As duty, or duty and organisation with a slash between them."""

    had_account: bool

    @property
    def facts(self) -> dict[str, Fact]:
        """How it is recorded."""
        return {"sessions": self.sessions, "duties": " ".join(self.duties), "account": self.had_account}


def context_of(name: str) -> str:
    """Return what the enciphered part of a row is bound to."""
    return f"subject record {name}"


class SubjectRepository:
    """The tables of the life of subjects."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    # --- changes

    def add_change(self, tx: Transaction, change: SubjectChange) -> None:
        """Keep a change."""
        plain = {
            "before": change.before,
            "after": change.after,
            "reason": change.reason,
            "evidence": change.evidence,
            "details": dict(change.details),
        }
        tx.add(
            SubjectChangeRow(
                id=change.id,
                subject=change.subject,
                kind=change.kind,
                effective_on=change.effective_on,
                at=change.at,
                proposed_by=change.proposed_by,
                approved_by=change.approved_by,
                proposal=change.proposal,
                protected=self.enciphered(change.id, plain),
            )
        )

    def changes_of(self, view: Reading, subjects: Sequence[str]) -> tuple[SubjectChange, ...]:
        """Return the changes of some identifiers, in the order in which they were carried out."""
        asked = select(SubjectChangeRow).where(col(SubjectChangeRow.subject).in_(subjects))
        rows = view.exec(asked.order_by(col(SubjectChangeRow.at), col(SubjectChangeRow.id)))
        return tuple(map(self.to_change, rows))

    def erase_changes(self, tx: Transaction, subject: str) -> int:
        """Erase what changes of a subject were about; that there were some stays."""
        rows = tx.exec(select(SubjectChangeRow).where(col(SubjectChangeRow.subject) == subject))
        for row in rows:
            row.protected = self.enciphered(row.id, {})
        return len(rows)

    def to_change(self, row: SubjectChangeRow) -> SubjectChange:
        """Return the value of a row."""
        return SubjectChange(
            id=row.id,
            subject=row.subject,
            kind=ChangeKind(row.kind),
            effective_on=row.effective_on,
            at=row.at.astimezone(UTC),
            proposed_by=row.proposed_by,
            approved_by=row.approved_by,
            proposal=row.proposal,
            **self.revealed(row.id, row.protected),
        )

    # --- who looked

    def add_access(self, tx: Transaction, access: DataAccess) -> None:
        """Keep that somebody looked."""
        tx.add(
            DataAccessRow(
                id=access.id,
                subject=access.subject,
                at=access.at,
                reader=access.reader,
                duty=access.duty,
                organisation=access.organisation,
                purpose=access.purpose,
                fields=" ".join(sorted(access.fields)),
                protected=self.enciphered(access.id, {"reference": access.reference}),
            )
        )

    def accesses_of(self, view: Reading, subjects: Sequence[str], *, before: str = "") -> tuple[DataAccess, ...]:
        """Return who looked at the data of some identifiers, newest first, from before the access `before` on."""
        asked = select(DataAccessRow).where(col(DataAccessRow.subject).in_(subjects))
        if before:
            asked = asked.where(col(DataAccessRow.id) < before)
        rows = view.exec(asked.order_by(col(DataAccessRow.id).desc()).limit(NEWEST))
        return tuple(map(self.to_access, rows))

    def erase_references(self, tx: Transaction, subject: str) -> None:
        """Erase in which cases somebody looked at a subject's data; that they looked stays."""
        for row in tx.exec(select(DataAccessRow).where(col(DataAccessRow.subject) == subject)):
            row.protected = self.enciphered(row.id, {})

    def to_access(self, row: DataAccessRow) -> DataAccess:
        """Return the value of a row."""
        return DataAccess(
            id=row.id,
            subject=row.subject,
            at=row.at.astimezone(UTC),
            reader=row.reader,
            duty=Duty(row.duty),
            organisation=row.organisation,
            purpose=Purpose(row.purpose),
            fields=frozenset(map(DataField, row.fields.split())),
            **self.revealed(row.id, row.protected),
        )

    # --- what ends with a person

    def end_access(self, tx: Transaction, person: str) -> Ended:
        """End every session, duty and way in of a person. The account stays as a name that nothing opens."""
        sessions = token_repository.void_sessions(tx, person)
        held = tx.exec(select(GrantRow).where(col(GrantRow.holder) == person).order_by(col(GrantRow.id)))
        duties = tuple(f"{one.duty}/{one.organisation}" if one.organisation else one.duty for one in held)
        if held:
            tx.change(delete(GrantRow).where(col(GrantRow.holder) == person))
        account = tx.first(select(AccountRow).where(col(AccountRow.person) == person))
        if account is not None:
            account.username = account.password_hash = account.activation_hash = None
            account.activation_until = account.activated_at = None
        return Ended(sessions=sessions, duties=duties, had_account=account is not None)

    def lead_on(self, tx: Transaction, *, before: str, after: str) -> None:
        """Let what leads to one identifier lead to another: nothing is merged into what is merged itself."""
        for row in tx.exec(select(PersonRow).where(col(PersonRow.merged_into) == before)):
            row.merged_into = after

    # --- building blocks

    def enciphered(self, name: str, plain: dict[str, Any]) -> bytes:
        """Return what a row holds, enciphered."""
        return self.protection.protect(json.dumps(plain).encode(), context=context_of(name))

    def revealed(self, name: str, protected: bytes) -> dict[str, Any]:
        """Return what a row holds."""
        plain: dict[str, Any] = json.loads(self.protection.reveal(protected, context=context_of(name)))
        return plain
