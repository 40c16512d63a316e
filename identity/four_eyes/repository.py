"""Reads and writes the table of proposals. The content is enciphered on its way in and revealed on its way out."""

import json
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import ColumnElement, func, update
from sqlalchemy import select as columns
from sqlmodel import col, select

from identity.four_eyes.proposals import Proposal, ProposalState
from identity.four_eyes.tables import ProposalRow
from trust.crypto.sm3 import sm3
from trust.events import canonical, timestamp
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["ProposalRepository"]

AT_ONCE: Final = 50
"""Proposals that wait, read with one question."""


def context_of(name: str) -> str:
    """Return what the enciphered content of a proposal is bound to."""
    return f"proposal {name}"


def open_key_of(kind: str, subject: str) -> str:
    """Return what there is one of at a time among open proposals."""
    return f"{kind} {subject}"


def digest_of(row: ProposalRow) -> str:
    """Return the digest over all that is proposed. It covers the enciphered content, and so tells nothing of it."""
    told = (row.id, row.kind, row.subject, row.organisation, row.reason, row.proposed_by)
    return sm3(canonical([*told, timestamp(utc(row.expires_at))]), row.protected).hex()


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC."""
    return moment.astimezone(UTC)


def open_of(view: Reading, kinds: Collection[str], *, but_by: str) -> tuple[ColumnElement[bool], ...]:
    """Return what holds of the open proposals of some kinds that others than `but_by` made."""
    return (
        col(ProposalRow.state) == ProposalState.PROPOSED,
        col(ProposalRow.kind).in_(sorted(kinds)),
        col(ProposalRow.expires_at) > view.now,
        col(ProposalRow.proposed_by) != but_by,
    )


class ProposalRepository:
    """The table of proposals."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    def add(self, tx: Transaction, proposal: Proposal, *, exclusive: bool) -> Proposal:
        """Keep a new proposal, and return it with its digest."""
        plain = canonical(dict(proposal.content))
        row = ProposalRow(
            id=proposal.id,
            kind=proposal.kind,
            subject=proposal.subject,
            organisation=proposal.organisation,
            protected=self.protection.protect(plain, context=context_of(proposal.id)),
            reason=proposal.reason,
            state=proposal.state,
            open_key=open_key_of(proposal.kind, proposal.subject) if exclusive else None,
            proposed_by=proposal.proposed_by,
            proposed_at=proposal.proposed_at,
            expires_at=proposal.expires_at,
            remark=proposal.remark,
        )
        tx.add(row)
        return replace(proposal, digest=digest_of(row))

    def find(self, view: Reading, name: str) -> Proposal | None:
        """Return a proposal, if there is one."""
        row = view.get(ProposalRow, name)
        return None if row is None else self.to_proposal(row)

    def open_one(self, view: Reading, kind: str, subject: str) -> str | None:
        """Return the proposal of an exclusive kind about a subject that is open, if there is one."""
        asked = select(ProposalRow.id).where(col(ProposalRow.open_key) == open_key_of(kind, subject))
        return view.first(asked.where(col(ProposalRow.expires_at) > view.now))

    def give_way(self, tx: Transaction, kind: str, subject: str) -> None:
        """Let a proposal whose time is over no longer keep others from being made."""
        over = update(ProposalRow).where(
            col(ProposalRow.open_key) == open_key_of(kind, subject), col(ProposalRow.expires_at) <= tx.now
        )
        tx.change(over.values(open_key=None).execution_options(synchronize_session=False))

    def decide(self, tx: Transaction, proposal: Proposal) -> None:
        """Write what became of a proposal."""
        row = tx.get(ProposalRow, proposal.id)
        if row is not None:
            row.state, row.remark, row.open_key = proposal.state, proposal.remark, None
            row.decided_by, row.decided_at = proposal.decided_by, proposal.decided_at

    def erase(self, tx: Transaction, subject: str) -> int:
        """Forget what was proposed and said about a subject whose data is erased, and return how often.

        That there was a proposal, who made it and who decided stays. Open ones have to be decided before.
        """
        rows = tx.exec(
            select(ProposalRow).where(
                col(ProposalRow.subject) == subject, col(ProposalRow.state) != ProposalState.PROPOSED
            )
        )
        for row in rows:
            row.protected = self.protection.protect(canonical({}), context=context_of(row.id))
            row.reason = row.remark = ""
        return len(rows)

    def waiting(self, view: Reading, kinds: Collection[str], *, but_by: str, after: str) -> Iterator[ProposalRow]:
        """Yield the open proposals of some kinds that others than `but_by` made, oldest first, still enciphered.

        They are read as they are asked for: whoever wants a page pays for that alone.
        """
        asked = select(ProposalRow).where(*open_of(view, kinds, but_by=but_by))
        while True:
            page = asked.where(col(ProposalRow.id) > after).order_by(col(ProposalRow.id)).limit(AT_ONCE)
            rows = view.exec(page)
            yield from rows
            if len(rows) < AT_ONCE:
                return
            after = rows[-1].id

    def count_waiting(
        self, view: Reading, kinds: Collection[str], *, but_by: str
    ) -> tuple[tuple[str, str | None, int], ...]:
        """Return how many open proposals there are of each kind and organisation that others than `but_by` made."""
        told = col(ProposalRow.kind), col(ProposalRow.organisation)
        asked = columns(*told, func.count()).where(*open_of(view, kinds, but_by=but_by)).group_by(*told)
        return tuple((kind, organisation, count) for kind, organisation, count in view.rows(asked))

    def proposed_by(self, view: Reading, person: str, *, before: str, limit: int) -> tuple[Proposal, ...]:
        """Return what somebody proposed, the newest first, before one where it is named."""
        asked = select(ProposalRow).where(col(ProposalRow.proposed_by) == person)
        if before:
            asked = asked.where(col(ProposalRow.id) < before)
        return tuple(map(self.to_proposal, view.exec(asked.order_by(col(ProposalRow.id).desc()).limit(limit))))

    def about(self, view: Reading, subject: str, kinds: Collection[str], *, limit: int) -> tuple[Proposal, ...]:
        """Return what was proposed about a subject, the newest first."""
        asked = select(ProposalRow).where(col(ProposalRow.subject) == subject, col(ProposalRow.kind).in_(sorted(kinds)))
        return tuple(map(self.to_proposal, view.exec(asked.order_by(col(ProposalRow.id).desc()).limit(limit))))

    def to_proposal(self, row: ProposalRow) -> Proposal:
        """Return the value of a row."""
        return Proposal(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            organisation=row.organisation,
            content=json.loads(self.protection.reveal(row.protected, context=context_of(row.id))),
            reason=row.reason,
            proposed_by=row.proposed_by,
            proposed_at=utc(row.proposed_at),
            expires_at=utc(row.expires_at),
            state=ProposalState(row.state),
            decided_by=row.decided_by,
            decided_at=None if row.decided_at is None else utc(row.decided_at),
            remark=row.remark,
            digest=digest_of(row),
        )
