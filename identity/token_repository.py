"""Reads and writes the table of tokens: sessions of persons, access tokens of business systems."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, bindparam, delete, exists, insert, update
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from identity.binding import UNBOUND, Binding
from identity.levels import Factor, Level
from identity.lifecycle import ClientState, SubjectState
from identity.proofing import repository as proofings
from identity.tables import AccountRow, ClientRow, OrganisationRow, PersonRow, TokenRow
from identity.tokens import Session
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading, Transaction

__all__ = [
    "Bearer",
    "Token",
    "add_token",
    "bearer",
    "end_sessions",
    "end_tokens",
    "forget",
    "has_expired",
    "is_open",
    "session",
    "sessions",
    "used",
    "void_before",
    "void_sessions",
]

ACCOUNTS: Final = Row.metadata.tables[AccountRow.__tablename__]
TOKENS: Final = Row.metadata.tables[TokenRow.__tablename__]
CLIENTS: Final = Row.metadata.tables[ClientRow.__tablename__]
ORGANISATIONS: Final = Row.metadata.tables[OrganisationRow.__tablename__]
PERSONS: Final = Row.metadata.tables[PersonRow.__tablename__]

# Asked at every request: through the session it costs several times as much.
BEARER: Final = Written(
    columns(
        *(TOKENS.c.id, TOKENS.c.holder, TOKENS.c.is_client, TOKENS.c.expires_at, TOKENS.c.level, TOKENS.c.used_at),
        *(TOKENS.c.key, TOKENS.c.device),
        *(CLIENTS.c.state, ORGANISATIONS.c.state, PERSONS.c.state),
        *(proofings.proven_level(TOKENS.c.holder), proofings.cap_of(TOKENS.c.holder)),
    )
    .select_from(
        TOKENS.outerjoin(CLIENTS, CLIENTS.c.id == TOKENS.c.holder)
        .outerjoin(ORGANISATIONS, ORGANISATIONS.c.id == CLIENTS.c.organisation)
        .outerjoin(PERSONS, PERSONS.c.id == TOKENS.c.holder)
    )
    .where(TOKENS.c.digest == bindparam("digest"))
)
NEW: Final = Written(insert(TOKENS))
VOID: Final = Written(
    update(ACCOUNTS).where(ACCOUNTS.c.person == bindparam("of")).values(sessions_void_before=bindparam("now"))
)
VOIDED: Final = Written(columns(ACCOUNTS.c.sessions_void_before).where(ACCOUNTS.c.person == bindparam("of")))
USED: Final = Written(
    update(TOKENS)
    .where(TOKENS.c.id == bindparam("name"), TOKENS.c.used_at < bindparam("at"))
    .values(used_at=bindparam("at"))
)


@dataclass(frozen=True, kw_only=True)
class Token:
    """A session or an access token, without its secret."""

    id: str
    holder: str
    is_client: bool
    expires_at: datetime
    level: Level
    """Of a session: what its factors prove."""

    used_at: datetime
    """When it was used last, as far as that is written down."""

    bound: Binding = UNBOUND


@dataclass(frozen=True, kw_only=True)
class Bearer:
    """Whose a token is, and the states on which it depends whether that one may act."""

    token: Token
    client: ClientState | None
    organisation: SubjectState | None
    """Of the organisation that the client acts for."""

    person: SubjectState | None
    proven: Level
    """What is proven of the person at this moment."""

    @property
    def level(self) -> Level:
        """How much the session proves at this moment; a business system proves itself by its key alone."""
        return self.token.level if self.token.is_client else min(self.token.level, self.proven)


def add_token(tx: Transaction, digest: str, token: Token, *, factors: Iterable[Factor] = (), agent: str = "") -> None:
    """Keep a new session or access token, with what a session began by and from which program."""
    row = {
        "digest": digest,
        "id": token.id,
        "holder": token.holder,
        "is_client": token.is_client,
        "begun_at": tx.now,
        "expires_at": token.expires_at,
        "used_at": token.used_at,
        "level": token.level.value,
        "factors": " ".join(sorted(factors)),
        "agent": agent,
        "key": token.bound.key or None,
        "device": token.bound.device or None,
    }
    tx.change_many(NEW, [row])


def sessions(view: Reading, person: str) -> tuple[Session, ...]:
    """Return the sessions of a person that have not ended, the newest first."""
    asked = select(TokenRow).where(col(TokenRow.holder) == person, col(TokenRow.expires_at) > view.now)
    rows = view.exec(asked.order_by(col(TokenRow.begun_at).desc(), col(TokenRow.id).desc()))
    proven = proofings.level_of(view, person)
    return tuple(to_session(row, proven=proven) for row in rows)


def session(view: Reading, name: str, *, person: str) -> Session | None:
    """Return a session of a person by its identifier, if it has not ended."""
    asked = select(TokenRow).where(col(TokenRow.id) == name, col(TokenRow.holder) == person)
    row = view.first(asked.where(col(TokenRow.expires_at) > view.now))
    return None if row is None else to_session(row, proven=proofings.level_of(view, person))


def is_open(session: Any, *, now: datetime) -> ColumnElement[bool]:  # noqa: ANN401 - a column
    """Return what holds of the session that a column names while it has not ended."""
    return exists().where(TOKENS.c.id == session, TOKENS.c.expires_at > now)


def end_sessions(tx: Transaction, person: str, *, but: str = "", only: str = "") -> int:
    """End sessions of a person: all, all `but` one, or `only` one."""
    asked = delete(TokenRow).where(col(TokenRow.holder) == person, col(TokenRow.id) != but)
    return tx.change(asked.where(col(TokenRow.id) == only) if only else asked)


def void_sessions(tx: Transaction, person: str, *, but: str = "") -> int:
    """End the sessions of a person for safety, all `but` one, and whatever else was begun before this moment.

    What outlives sessions, such as a refresh token, is to be asked against `void_before`.
    """
    tx.change_many(VOID, [{"of": person, "now": tx.now}])
    return end_sessions(tx, person, but=but)


def void_before(view: Reading, person: str) -> datetime | None:
    """Return the moment before which nothing counts that a person began, if there is one."""
    row = next(iter(view.rows(VOIDED, of=person)), None)
    return None if row is None or row[0] is None else row[0].astimezone(UTC)


def bearer(view: Reading, digest: str) -> Bearer | None:
    """Return whose the token with a digest is, if there is one."""
    row = next(iter(view.rows(BEARER, digest=digest, now=view.now)), None)
    if row is None:
        return None
    name, holder, is_client, expires_at, level, used_at, key, device, client, organisation, person, proven, most = row
    token = Token(
        id=name,
        holder=holder,
        is_client=is_client,
        expires_at=expires_at.astimezone(UTC),
        level=Level(level),
        used_at=used_at.astimezone(UTC),
        bound=Binding(key=key or "", device=device or ""),
    )
    return Bearer(
        token=token,
        client=None if client is None else ClientState(client),
        organisation=None if organisation is None else SubjectState(organisation),
        person=None if person is None else SubjectState(person),
        proven=proofings.top_level(proven, most),
    )


def used(tx: Transaction, uses: Mapping[str, datetime]) -> None:
    """Write down when sessions were used last. One that has ended meanwhile, or was used later elsewhere, stays."""
    tx.change_many(USED, [{"name": name, "at": at} for name, at in sorted(uses.items())])


def end_tokens(tx: Transaction, digests: Iterable[str]) -> int:
    """End sessions or tokens."""
    return tx.change(delete(TokenRow).where(col(TokenRow.digest).in_(tuple(digests))))


def has_expired(view: Reading) -> bool:
    """Tell whether there is anything that `forget` would forget."""
    return view.first(expired(view).limit(1)) is not None


def forget(tx: Transaction, *, most: int) -> int:
    """Forget sessions and tokens that have expired, those first that ended first, `most` of them at a time."""
    gone = expired(tx).order_by(col(TokenRow.expires_at)).limit(most)
    return tx.change(delete(TokenRow).where(col(TokenRow.digest).in_(gone)))


def expired(view: Reading) -> SelectOfScalar[str]:
    """Return what asks for the sessions and tokens that have expired."""
    return select(TokenRow.digest).where(col(TokenRow.expires_at) <= view.now)


def to_session(row: TokenRow, *, proven: Level) -> Session:
    """Return the value of a row."""
    return Session(
        id=row.id,
        begun_at=row.begun_at.astimezone(UTC),
        expires_at=row.expires_at.astimezone(UTC),
        used_at=row.used_at.astimezone(UTC),
        level=min(proven, Level(row.level)),
        shown=Level(row.level),
        factors=frozenset(map(Factor, row.factors.split())),
        agent=row.agent,
        bound=Binding(key=row.key or "", device=row.device or ""),
    )
