"""Reads and writes the tables of business systems and their keys. Whom to call is enciphered on its way in."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, or_
from sqlalchemy import select as columns
from sqlmodel import col, select

from identity.business_systems import Client, ClientKey, KeyState, Quotas
from identity.lifecycle import ClientState
from identity.subject import SubjectId
from identity.tables import AssertionRow, ClientKeyRow, ClientRow
from trust.protection import DataProtection
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading, Transaction

__all__ = ["ClientRepository"]

CLIENTS: Final = Row.metadata.tables[ClientRow.__tablename__]
CLIENT_KEYS: Final = Row.metadata.tables[ClientKeyRow.__tablename__]
ASSERTIONS: Final = Row.metadata.tables[AssertionRow.__tablename__]

# Asked at every token: through the session each costs several times as much.
CALLER: Final = Written(columns(*CLIENTS.c).where(CLIENTS.c.id == bindparam("name")))
KEYS: Final = Written(
    columns(*CLIENT_KEYS.c)
    .where(CLIENT_KEYS.c.client == bindparam("name"))
    .order_by(CLIENT_KEYS.c.added_at, CLIENT_KEYS.c.kid)
)
FORGET: Final = Written(delete(ASSERTIONS).where(ASSERTIONS.c.expires_at < bindparam("now")))
USED: Final = Written(
    columns(ASSERTIONS.c.jti).where(ASSERTIONS.c.client == bindparam("by"), ASSERTIONS.c.jti == bindparam("named"))
)
USE: Final = Written(insert(ASSERTIONS))


def context_of(name: str) -> str:
    """Return what the enciphered contact of a business system is bound to."""
    return f"client {name}"


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC."""
    return moment.astimezone(UTC)


class ClientRepository:
    """The tables of business systems, of their keys, and of the assertions that were used."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    def add(self, tx: Transaction, client: Client) -> None:
        """Keep a new business system with its keys."""
        row = ClientRow(
            id=client.id,
            name=client.name,
            organisation=client.organisation,
            state=client.state,
            last_actor=client.last_actor,
        )
        self.describe(row, client)
        tx.add(row)
        tx.flush()  # its keys point at it
        for key in client.keys:
            self.add_key(tx, client.id, key)

    def find(self, view: Reading, name: str) -> Client | None:
        """Return the business system `name`, if there is one."""
        row = view.get(ClientRow, name)
        return None if row is None else self.to_client(row, self.keys(view, name))

    def caller(self, view: Reading, name: str) -> Client | None:
        """Return the business system `name`, if there is one, at each of its requests: for readings alone.

        What is about to be changed is found by `find`, so that of two who change it one has lost.
        """
        row = next(iter(view.rows(CALLER, name=name)), None)
        return None if row is None else self.to_client(row, tuple(map(to_key, view.rows(KEYS, name=name))))

    def page(
        self,
        view: Reading,
        *,
        organisation: str,
        text: str = "",
        state: ClientState | None = None,
        after: str,
        limit: int,
    ) -> tuple[Client, ...]:
        """Return business systems in the order of their registration, of one organisation where it is named.

        Those whose name or identifier has `text` in it, and those in a `state`, where that is asked for.
        """
        asked = select(ClientRow).where(col(ClientRow.id) > after)
        if state is not None:
            asked = asked.where(col(ClientRow.state) == state)
        if organisation:
            asked = asked.where(col(ClientRow.organisation) == organisation)
        if text:
            named = (col(one).contains(text, autoescape=True) for one in (ClientRow.name, ClientRow.id))
            asked = asked.where(or_(*named))
        rows = view.exec(asked.order_by(col(ClientRow.id)).limit(limit))
        return tuple(self.to_client(row, self.keys(view, row.id)) for row in rows)

    def move(self, tx: Transaction, name: str, state: ClientState, *, actor: str) -> None:
        """Move a business system to another state."""
        row = tx.get(ClientRow, name)
        if row is not None:
            row.state, row.last_actor = state, actor

    def change(self, tx: Transaction, client: Client) -> None:
        """Write what a business system is called, for whom it is there, and how much it may ask."""
        row = tx.get(ClientRow, client.id)
        if row is not None:
            row.name = client.name
            self.describe(row, client)

    def describe(self, row: ClientRow, client: Client) -> None:
        """Write what is told of a business system."""
        told = client.contact.encode()
        row.description = client.description
        row.contact = self.protection.protect(told, context=context_of(client.id)) if told else None
        row.requests_per_minute = client.quotas.requests_per_minute
        row.requests_per_day = client.quotas.requests_per_day
        row.stampings_per_day = client.quotas.stampings_per_day

    # --- keys

    def keys(self, view: Reading, client: str) -> tuple[ClientKey, ...]:
        """Return the keys of a business system in the order of their coming, the retired ones among them."""
        asked = select(ClientKeyRow).where(col(ClientKeyRow.client) == client)
        return tuple(map(to_key, view.exec(asked.order_by(col(ClientKeyRow.added_at), col(ClientKeyRow.kid)))))

    def add_key(self, tx: Transaction, client: str, key: ClientKey) -> None:
        """Give a business system a key."""
        tx.add(
            ClientKeyRow(client=client, kid=key.kid, jwk=dict(key.jwk), state=key.state.value, added_at=key.added_at)
        )

    def retire_key(self, tx: Transaction, client: str, kid: str) -> None:
        """Let a key sign no assertion any more."""
        row = tx.get(ClientKeyRow, (client, kid))
        if row is not None:
            row.state, row.retired_at = KeyState.RETIRED.value, tx.now

    # --- assertions

    def use_assertion(self, tx: Transaction, *, client: str, jti: str, expires_at: datetime) -> bool:
        """Mark an assertion as used; tell whether it was fresh. Expired ones are forgotten."""
        tx.change_many(FORGET, [{"now": tx.now}])
        if tx.rows(USED, by=client, named=jti):
            return False
        tx.change_many(USE, [{"client": client, "jti": jti, "expires_at": expires_at}])
        return True

    def to_client(self, row: ClientRow, keys: tuple[ClientKey, ...]) -> Client:
        """Return the value of a row."""
        contact = b"" if row.contact is None else self.protection.reveal(row.contact, context=context_of(row.id))
        return Client(
            id=row.id,
            name=row.name,
            organisation=SubjectId(row.organisation),
            state=ClientState(row.state),
            last_actor=row.last_actor,
            keys=keys,
            description=row.description,
            contact=contact.decode(),
            quotas=Quotas(
                requests_per_minute=row.requests_per_minute,
                requests_per_day=row.requests_per_day,
                stampings_per_day=row.stampings_per_day,
            ),
        )


def to_key(row: ClientKeyRow) -> ClientKey:
    """Return the value of a row."""
    jwk: Mapping[str, Any] = row.jwk
    return ClientKey(
        kid=row.kid,
        jwk={name: str(value) for name, value in jwk.items()},
        algorithm=algorithm_of(jwk),
        state=KeyState(row.state),
        added_at=utc(row.added_at),
        retired_at=None if row.retired_at is None else utc(row.retired_at),
    )


def algorithm_of(jwk: Mapping[str, Any]) -> str:
    """Return the algorithm that a key signs by."""
    return "SM2SM3" if jwk.get("crv") == "SM2" else "ES256"
