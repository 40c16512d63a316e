"""Reads the register page by page: persons, organisations and accounts, and who acts for an organisation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from identity.duties import Duty
from identity.lifecycle import SubjectState
from identity.repository import Account, IdentityRepository, to_account, to_organisation
from identity.subject import Organisation, Person
from identity.tables import AccountRow, GrantRow, OrganisationRow, PersonRow
from trust.store import Reading

__all__ = [
    "AccountState",
    "RegisterPage",
    "RegisterQuery",
    "accounts",
    "duties_for",
    "first_organisation",
    "organisations",
    "persons",
]

Found = TypeVar("Found", PersonRow, OrganisationRow, AccountRow)


class RegisterPage(NamedTuple):
    """Which part of a long list is asked for."""

    offset: int = 0
    limit: int = 20


@dataclass(frozen=True, kw_only=True)
class RegisterQuery:
    """Which subjects are asked for."""

    text: str = ""
    """Part of an organisation's name, or the beginning of its credit code. Names of persons are enciphered."""

    state: SubjectState | None = None
    """In this state alone; None: in any."""


class AccountState(StrEnum):
    """How an account stands."""

    WAITING = "waiting"  # 待激活
    ACTIVE = "active"  # 使用中
    FROZEN = "frozen"  # 已冻结
    CLOSED = "closed"  # 已停用: of who was merged, erased or closed

    @classmethod
    def of(cls, account: Account) -> "AccountState":
        """Return how an account stands."""
        if account.frozen_by is not None:
            return cls.FROZEN
        if account.password_hash is not None:
            return cls.ACTIVE
        return cls.CLOSED if account.activation_until is None else cls.WAITING


CONDITIONS: Final[dict[AccountState, tuple[Any, ...]]] = {
    AccountState.FROZEN: (col(AccountRow.frozen_by).is_not(None),),
    AccountState.ACTIVE: (col(AccountRow.frozen_by).is_(None), col(AccountRow.password_hash).is_not(None)),
    AccountState.WAITING: (
        col(AccountRow.frozen_by).is_(None),
        col(AccountRow.password_hash).is_(None),
        col(AccountRow.activation_until).is_not(None),
    ),
    AccountState.CLOSED: (
        col(AccountRow.frozen_by).is_(None),
        col(AccountRow.password_hash).is_(None),
        col(AccountRow.activation_until).is_(None),
    ),
}
"""The same as `AccountState.of`, for the database."""


def persons(
    view: Reading, repository: IdentityRepository, query: RegisterQuery, page: RegisterPage
) -> tuple[tuple[Person, ...], int]:
    """Return a page of the persons, those registered last first, and how many there are."""
    wanted = [] if query.state is None else [col(PersonRow.state) == query.state.value]
    asked = select(PersonRow).where(*wanted).order_by(col(PersonRow.registered_at).desc(), col(PersonRow.id))
    rows, count = paged(view, PersonRow, asked, wanted, page)
    return tuple(repository.to_person(view, row) for row in rows), count


def organisations(view: Reading, query: RegisterQuery, page: RegisterPage) -> tuple[tuple[Organisation, ...], int]:
    """Return a page of the organisations, those registered last first, and how many there are."""
    row = OrganisationRow
    wanted: list[Any] = [] if query.state is None else [col(row.state) == query.state.value]
    if query.text:
        told = query.text
        by_code = col(row.credit_code).startswith(told.upper(), autoescape=True)
        wanted.append(or_(col(row.name).contains(told, autoescape=True), by_code))
    asked = select(row).where(*wanted).order_by(col(row.registered_at).desc(), col(row.id))
    rows, count = paged(view, row, asked, wanted, page)
    return tuple(to_organisation(view, one) for one in rows), count


def first_organisation(view: Reading, state: SubjectState) -> datetime | None:
    """Return when the first of the organisations was registered that are in a state now, if one is."""
    row = OrganisationRow
    asked = select(row.registered_at).where(col(row.state) == state.value).order_by(col(row.registered_at)).limit(1)
    found = view.first(asked)
    return None if found is None else found.astimezone(UTC)


def accounts(
    view: Reading, *, text: str, state: AccountState | None, page: RegisterPage
) -> tuple[tuple[Account, ...], int]:
    """Return a page of the accounts whose username has `text` in it, opened last first, and how many there are."""
    wanted: list[Any] = [] if state is None else list(CONDITIONS[state])
    if text:
        wanted.append(col(AccountRow.username).contains(text, autoescape=True))
    asked = select(AccountRow).where(*wanted).order_by(col(AccountRow.id).desc())
    rows, count = paged(view, AccountRow, asked, wanted, page)
    return tuple(one for one in map(to_account, rows) if one is not None), count


def duties_for(view: Reading, organisation: str) -> dict[str, tuple[Duty, ...]]:
    """Return who holds which duties for an organisation now: persons and business systems, by their identifiers."""
    asked = select(GrantRow).where(
        col(GrantRow.organisation) == organisation,
        or_(col(GrantRow.valid_until).is_(None), col(GrantRow.valid_until) > view.now),
    )
    found: dict[str, tuple[Duty, ...]] = {}
    for row in view.exec(asked.order_by(col(GrantRow.holder), col(GrantRow.duty))):
        found[row.holder] = (*found.get(row.holder, ()), Duty(row.duty))
    return found


def paged(
    view: Reading, table: type[Found], asked: SelectOfScalar[Found], wanted: Sequence[Any], page: RegisterPage
) -> tuple[Sequence[Found], int]:
    """Return a page of the rows that are asked for, and how many fit."""
    count = view.first(select(func.count()).select_from(table).where(*wanted)) or 0
    return view.exec(asked.offset(page.offset).limit(page.limit)), count
