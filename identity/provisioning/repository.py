"""Reads and writes synchronised accounts. What a platform told is enciphered; its names are found by keyed hashes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col, func, select

from identity.documents import DocumentKind, ShownDocument
from identity.levels import Level
from identity.provisioning.tables import FollowingRow, RemoteAccountRow, SyncedAccountRow
from identity.provisioning.users import SyncedAccount, SyncedUser, SyncState
from trust.protection import DataProtection
from trust.store import Reading, Transaction

__all__ = ["ProvisioningRepository", "RemoteAccount"]

EXTERNAL: str = "account elsewhere: external"
USERNAME: str = "account elsewhere: user name"


@dataclass(frozen=True, kw_only=True)
class RemoteAccount:
    """An account at another platform that we told it of."""

    target: str
    person: str
    remote: str
    """How the platform names it."""

    told: str
    """Keyed hash of what it was told last."""

    told_at: datetime


def plain_of(user: SyncedUser) -> bytes:
    """Return what a platform told as it is enciphered."""
    document = user.document
    plain = {
        "username": user.username,
        "external_id": user.external_id,
        "name": user.name,
        "kind": document.kind.value,
        "number": document.number,
        "country": document.country,
        "valid_until": None if document.valid_until is None else document.valid_until.isoformat(),
        "level": user.level.value,
        "active": user.active,
    }
    return json.dumps(plain, ensure_ascii=False).encode()


def user_of(plain: Mapping[str, Any]) -> SyncedUser:
    """Return what was enciphered."""
    until = plain["valid_until"]
    document = ShownDocument(
        kind=DocumentKind(plain["kind"]),
        number=plain["number"],
        country=plain["country"],
        valid_until=None if until is None else date.fromisoformat(until),
    )
    return SyncedUser(
        username=plain["username"],
        external_id=plain["external_id"],
        name=plain["name"],
        document=document,
        level=Level(plain["level"]),
        active=plain["active"],
    )


class ProvisioningRepository:
    """The tables of synchronised accounts."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    # --- what platforms told us

    def external_index(self, source: str, external_id: str) -> str | None:
        """Return by what an account is found under the platform's own name for it; nothing where it has none."""
        return self.protection.index(f"{source}\n{external_id}", kind=EXTERNAL) if external_id else None

    def username_index(self, source: str, username: str) -> str:
        """Return by what an account is found under its user name, in which capitals do not count (RFC 7643, 4.1.1)."""
        return self.protection.index(f"{source}\n{username.casefold()}", kind=USERNAME)

    def add(self, tx: Transaction, account: SyncedAccount) -> None:
        """Keep a new account."""
        tx.add(
            SyncedAccountRow(
                id=account.id,
                source=account.source,
                external_index=self.external_index(account.source, account.user.external_id),
                username_index=self.username_index(account.source, account.user.username),
                person=account.person,
                protected=self.protection.protect(plain_of(account.user), context=f"synced account {account.id}"),
                state=account.state,
                is_origin=account.is_origin,
                created_at=account.created_at,
                changed_at=account.changed_at,
            )
        )

    def put(self, tx: Transaction, account: SyncedAccount) -> None:
        """Write what a platform told anew."""
        row = tx.get(SyncedAccountRow, account.id)
        if row is not None:
            row.external_index = self.external_index(account.source, account.user.external_id)
            row.username_index = self.username_index(account.source, account.user.username)
            row.protected = self.protection.protect(plain_of(account.user), context=f"synced account {account.id}")
            row.state, row.changed_at = account.state, account.changed_at

    def get(self, view: Reading, source: str, name: str) -> SyncedAccount | None:
        """Return an account of a platform by our name for it, if there is one."""
        row = view.get(SyncedAccountRow, name)
        return None if row is None or row.source != source else self.to_account(row)

    def by_external_id(self, view: Reading, source: str, external_id: str) -> SyncedAccount | None:
        """Return an account by the platform's name for it, if there is one."""
        index = self.external_index(source, external_id)
        return self.first(
            view, (col(SyncedAccountRow.source) == source) & (col(SyncedAccountRow.external_index) == index)
        )

    def by_username(self, view: Reading, source: str, username: str) -> SyncedAccount | None:
        """Return an account by its user name, if there is one."""
        index = self.username_index(source, username)
        return self.first(
            view, (col(SyncedAccountRow.source) == source) & (col(SyncedAccountRow.username_index) == index)
        )

    def by_person(self, view: Reading, source: str, person: str) -> SyncedAccount | None:
        """Return the account of a person at a platform, if there is one."""
        return self.first(view, (col(SyncedAccountRow.source) == source) & (col(SyncedAccountRow.person) == person))

    def first(self, view: Reading, condition: Any) -> SyncedAccount | None:  # noqa: ANN401 - a condition of SQL
        """Return the account that a condition describes, if there is one."""
        row = view.first(select(SyncedAccountRow).where(condition))
        return None if row is None else self.to_account(row)

    def page(self, view: Reading, source: str, *, start: int, count: int) -> tuple[int, tuple[SyncedAccount, ...]]:
        """Return how many accounts of a platform there are, and `count` of them from the place `start` on, from 0."""
        is_there = (col(SyncedAccountRow.source) == source) & (col(SyncedAccountRow.state) != SyncState.DELETED.value)
        ((total,),) = view.rows(select(func.count()).select_from(SyncedAccountRow).where(is_there))
        asked = select(SyncedAccountRow).where(is_there).order_by(col(SyncedAccountRow.id)).offset(start).limit(count)
        return total, tuple(self.to_account(row) for row in view.exec(asked))

    def is_in_use_elsewhere(self, view: Reading, account: SyncedAccount) -> bool:
        """Tell whether another platform has an account of the same person that is in use."""
        asked = select(SyncedAccountRow.id).where(
            col(SyncedAccountRow.person) == account.person,
            col(SyncedAccountRow.source) != account.source,
            col(SyncedAccountRow.state) == SyncState.ACTIVE.value,
        )
        return view.first(asked) is not None

    def to_account(self, row: SyncedAccountRow) -> SyncedAccount:
        """Return the value of a row."""
        plain = json.loads(self.protection.reveal(row.protected, context=f"synced account {row.id}"))
        return SyncedAccount(
            id=row.id,
            source=row.source,
            person=row.person,
            user=user_of(plain),
            state=SyncState(row.state),
            is_origin=row.is_origin,
            created_at=row.created_at.astimezone(UTC),
            changed_at=row.changed_at.astimezone(UTC),
            version=row.version,
        )

    def forget(self, tx: Transaction, person: str) -> int:
        """Forget every account elsewhere of a person; return how many platforms had told of one."""
        tx.change(delete(RemoteAccountRow).where(col(RemoteAccountRow.person) == person))
        return tx.change(delete(SyncedAccountRow).where(col(SyncedAccountRow.person) == person))

    # --- what we told platforms

    def remote(self, view: Reading, target: str, person: str) -> RemoteAccount | None:
        """Return the account of a person at a platform that we told it of, if we did."""
        row = view.get(RemoteAccountRow, (target, person))
        if row is None:
            return None
        told_at = row.told_at.astimezone(UTC)
        return RemoteAccount(target=target, person=person, remote=row.remote, told=row.told, told_at=told_at)

    def put_remote(self, tx: Transaction, account: RemoteAccount) -> None:
        """Write what a platform was told."""
        row = tx.get(RemoteAccountRow, (account.target, account.person))
        if row is None:
            row = RemoteAccountRow(
                target=account.target,
                person=account.person,
                remote=account.remote,
                told=account.told,
                told_at=account.told_at,
            )
            tx.add(row)
            return
        row.remote, row.told, row.told_at = account.remote, account.told, account.told_at

    def remove_remote(self, tx: Transaction, target: str, person: str) -> None:
        """Forget an account that was taken back."""
        chosen = (col(RemoteAccountRow.target) == target) & (col(RemoteAccountRow.person) == person)
        tx.change(delete(RemoteAccountRow).where(chosen))

    def followed(self, view: Reading, target: str) -> int:
        """Return how far in the audit trail changes were looked through for a target."""
        row = view.get(FollowingRow, target)
        return 0 if row is None else row.sequence

    def put_followed(self, tx: Transaction, target: str, sequence: int) -> None:
        """Write how far."""
        row = tx.get(FollowingRow, target)
        if row is None:
            tx.add(FollowingRow(target=target, sequence=sequence))
        else:
            row.sequence = sequence
