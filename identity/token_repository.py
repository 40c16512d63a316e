"""Reads and writes the table of tokens: sessions of persons, access tokens of business systems."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import bindparam, delete
from sqlalchemy import select as columns
from sqlmodel import col, select

from identity.levels import Factor, Level
from identity.lifecycle import ClientState, SubjectState
from identity.tables import ClientRow, OrganisationRow, PersonRow, TokenRow
from identity.tokens import Session
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading, Transaction

__all__ = ["Bearer", "Token", "add_token", "bearer", "end_sessions", "end_tokens", "session", "sessions"]

TOKENS: Final = Row.metadata.tables[TokenRow.__tablename__]
CLIENTS: Final = Row.metadata.tables[ClientRow.__tablename__]
ORGANISATIONS: Final = Row.metadata.tables[OrganisationRow.__tablename__]
PERSONS: Final = Row.metadata.tables[PersonRow.__tablename__]

# Asked at every request: through the session it costs several times as much.
BEARER: Final = Written(
    columns(
        *(TOKENS.c.id, TOKENS.c.holder, TOKENS.c.is_client, TOKENS.c.expires_at, TOKENS.c.level),
        *(CLIENTS.c.state, ORGANISATIONS.c.state, PERSONS.c.state),
    )
    .select_from(
        TOKENS.outerjoin(CLIENTS, CLIENTS.c.id == TOKENS.c.holder)
        .outerjoin(ORGANISATIONS, ORGANISATIONS.c.id == CLIENTS.c.organisation)
        .outerjoin(PERSONS, PERSONS.c.id == TOKENS.c.holder)
    )
    .where(TOKENS.c.digest == bindparam("digest"))
)


@dataclass(frozen=True, kw_only=True)
class Token:
    """A session or an access token, without its secret."""

    id: str
    holder: str
    is_client: bool
    expires_at: datetime
    level: Level


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """Whose a token is, and the states on which it depends whether that one may act."""

    token: Token
    client: ClientState | None
    organisation: SubjectState | None
    """Of the organisation that the client acts for."""

    person: SubjectState | None


def add_token(tx: Transaction, digest: str, token: Token, *, factors: Iterable[Factor] = (), agent: str = "") -> None:
    """Keep a new session or access token, with what a session began by and from which program."""
    tx.add(
        TokenRow(
            digest=digest,
            id=token.id,
            holder=token.holder,
            is_client=token.is_client,
            begun_at=tx.now,
            expires_at=token.expires_at,
            level=token.level,
            factors=" ".join(sorted(factors)),
            agent=agent,
        )
    )


def sessions(view: Reading, person: str) -> tuple[Session, ...]:
    """Return the sessions of a person that have not ended, the newest first."""
    asked = select(TokenRow).where(col(TokenRow.holder) == person, col(TokenRow.expires_at) > view.now)
    rows = view.exec(asked.order_by(col(TokenRow.begun_at).desc(), col(TokenRow.id).desc()))
    return tuple(to_session(row) for row in rows)


def session(view: Reading, name: str, *, person: str) -> Session | None:
    """Return a session of a person by its identifier, if it has not ended."""
    asked = select(TokenRow).where(col(TokenRow.id) == name, col(TokenRow.holder) == person)
    row = view.first(asked.where(col(TokenRow.expires_at) > view.now))
    return None if row is None else to_session(row)


def end_sessions(tx: Transaction, person: str, *, but: str = "", only: str = "") -> int:
    """End sessions of a person: all, all `but` one, or `only` one."""
    asked = delete(TokenRow).where(col(TokenRow.holder) == person, col(TokenRow.id) != but)
    return tx.change(asked.where(col(TokenRow.id) == only) if only else asked)


def bearer(view: Reading, digest: str) -> Bearer | None:
    """Return whose the token with a digest is, if there is one."""
    row = next(iter(view.rows(BEARER, digest=digest)), None)
    if row is None:
        return None
    name, holder, is_client, expires_at, level, client, organisation, person = row
    token = Token(
        id=name, holder=holder, is_client=is_client, expires_at=expires_at.astimezone(UTC), level=Level(level)
    )
    return Bearer(
        token=token,
        client=None if client is None else ClientState(client),
        organisation=None if organisation is None else SubjectState(organisation),
        person=None if person is None else SubjectState(person),
    )


def end_tokens(tx: Transaction, digests: Iterable[str]) -> int:
    """End sessions or tokens, and forget all that have expired."""
    gone = col(TokenRow.digest).in_(tuple(digests)) | (col(TokenRow.expires_at) < tx.now)
    return tx.change(delete(TokenRow).where(gone))


def to_session(row: TokenRow) -> Session:
    """Return the value of a row."""
    return Session(
        id=row.id,
        begun_at=row.begun_at.astimezone(UTC),
        expires_at=row.expires_at.astimezone(UTC),
        level=Level(row.level),
        factors=frozenset(map(Factor, row.factors.split())),
        agent=row.agent,
    )
