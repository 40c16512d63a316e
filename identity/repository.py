"""Reads and writes the tables of identity. Personal data is enciphered on its way in and revealed on its way out."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete
from sqlalchemy import select as columns
from sqlmodel import col, select

from identity.citizen_number import CitizenNumber
from identity.credit_code import CreditCode
from identity.duties import Duty, Grant
from identity.lifecycle import ClientState, SubjectState
from identity.subject import Assurance, Organisation, Person, PersonName, SubjectId, is_unified_identifier
from identity.tables import (
    AccountRow,
    AssertionRow,
    ClientRow,
    GrantRow,
    OrganisationRow,
    PersonRow,
    SubjectColumns,
)
from trust.identifiers import new_id
from trust.protection import DataProtection
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading, Transaction

__all__ = ["Account", "Client", "IdentityRepository", "credit_code_of"]

NUMBER: str = "citizen number"

CLIENTS: Final = Row.metadata.tables[ClientRow.__tablename__]
ORGANISATIONS: Final = Row.metadata.tables[OrganisationRow.__tablename__]
PERSONS: Final = Row.metadata.tables[PersonRow.__tablename__]
GRANTS: Final = Row.metadata.tables[GrantRow.__tablename__]

HELD: Final = Written(select(GRANTS.c.duty, GRANTS.c.organisation).where(GRANTS.c.holder == bindparam("holder")))
STATE_OF_ORGANISATION: Final = Written(columns(ORGANISATIONS.c.state).where(ORGANISATIONS.c.id == bindparam("name")))
STATES_OF_CLIENT: Final = Written(
    columns(CLIENTS.c.state, ORGANISATIONS.c.state)
    .select_from(CLIENTS.outerjoin(ORGANISATIONS, ORGANISATIONS.c.id == CLIENTS.c.organisation))
    .where(CLIENTS.c.id == bindparam("name"))
)


def credit_code_of(view: Reading, organisation: str) -> str:
    """Return the unified social credit code of an organisation on record, which is public by law; else nothing."""
    row = view.get(OrganisationRow, organisation)
    return "" if row is None else row.credit_code


@dataclass(frozen=True, kw_only=True)
class Account:
    """A person's way in."""

    id: str
    person: SubjectId
    username: str | None
    password_hash: str | None = field(repr=False)
    activation_until: datetime | None
    activated_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Client:
    """A business system."""

    id: str
    name: str
    organisation: SubjectId
    public_jwk: dict[str, Any]
    state: ClientState
    last_actor: str


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC."""
    return moment.astimezone(UTC)


def context_of(person: str) -> str:
    """Return what a person's enciphered data is bound to."""
    return f"person {person}"


def assurance_of(row: SubjectColumns) -> Assurance | None:
    """Return how sure we are of a subject, if anybody proved it."""
    if row.assurance_level is None or row.assurance_at is None:
        return None
    return Assurance(
        level=row.assurance_level,
        source=row.assurance_source or "",
        by=row.assurance_by or "",
        at=utc(row.assurance_at),
    )


def put_assurance(row: SubjectColumns, assurance: Assurance | None) -> None:
    """Write how sure we are of a subject."""
    if assurance is not None:
        row.assurance_level, row.assurance_source = assurance.level, assurance.source
        row.assurance_by, row.assurance_at = assurance.by, assurance.at


def to_organisation(row: OrganisationRow) -> Organisation:
    """Return the value of a row."""
    representative = row.legal_representative
    return Organisation(
        id=SubjectId(row.id),
        state=SubjectState(row.state),
        last_actor=row.last_actor,
        registered_at=utc(row.registered_at),
        assurance=assurance_of(row),
        name=row.name,
        credit_code=CreditCode(row.credit_code),
        legal_representative=None if representative is None else SubjectId(representative),
    )


def to_client(row: ClientRow) -> Client:
    """Return the value of a row."""
    return Client(
        id=row.id,
        name=row.name,
        organisation=SubjectId(row.organisation),
        public_jwk=row.public_jwk,
        state=ClientState(row.state),
        last_actor=row.last_actor,
    )


class IdentityRepository:
    """The tables of identity."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection

    # --- persons

    def add_person(self, tx: Transaction, person: Person) -> None:
        """Keep a new person."""
        plain = {"name": person.name.value, "citizen_number": person.citizen_number.value}
        row = PersonRow(
            id=person.id,
            state=person.state,
            last_actor=person.last_actor,
            registered_at=person.registered_at,
            protected=self.protection.protect(json.dumps(plain).encode(), context=context_of(person.id)),
            number_index=self.protection.index(person.citizen_number.value, kind=NUMBER),
        )
        put_assurance(row, person.assurance)
        tx.add(row)

    def person(self, view: Reading, name: str) -> Person | None:
        """Return the person with the unified identifier `name`, if there is one."""
        row = view.get(PersonRow, name) if is_unified_identifier(name) else None
        return None if row is None else self.to_person(row)

    def person_by_number(self, view: Reading, number: CitizenNumber) -> Person | None:
        """Return the person with a citizen number, if there is one."""
        index = self.protection.index(number.value, kind=NUMBER)
        row = view.first(select(PersonRow).where(col(PersonRow.number_index) == index))
        return None if row is None else self.to_person(row)

    def to_person(self, row: PersonRow) -> Person:
        """Return the value of a row."""
        plain = json.loads(self.protection.reveal(row.protected, context=context_of(row.id)))
        return Person(
            id=SubjectId(row.id),
            state=SubjectState(row.state),
            last_actor=row.last_actor,
            registered_at=utc(row.registered_at),
            assurance=assurance_of(row),
            name=PersonName(plain["name"]),
            citizen_number=CitizenNumber(plain["citizen_number"]),
        )

    # --- organisations

    def add_organisation(self, tx: Transaction, organisation: Organisation) -> None:
        """Keep a new organisation."""
        row = OrganisationRow(
            id=organisation.id,
            state=organisation.state,
            last_actor=organisation.last_actor,
            registered_at=organisation.registered_at,
            name=organisation.name,
            credit_code=organisation.credit_code.value,
            legal_representative=organisation.legal_representative,
        )
        put_assurance(row, organisation.assurance)
        tx.add(row)

    def organisation(self, view: Reading, name: str) -> Organisation | None:
        """Return the organisation with the unified identifier `name`, if there is one."""
        row = view.get(OrganisationRow, name) if is_unified_identifier(name) else None
        return None if row is None else to_organisation(row)

    def state_of_organisation(self, view: Reading, name: str) -> SubjectState | None:
        """Return the state of an organisation, if there is one: asked at each use of a seal."""
        return next((SubjectState(state) for (state,) in view.rows(STATE_OF_ORGANISATION, name=name)), None)

    def organisation_by_code(self, view: Reading, code: CreditCode) -> Organisation | None:
        """Return the organisation with a unified social credit code, if there is one."""
        row = view.first(select(OrganisationRow).where(col(OrganisationRow.credit_code) == code.value))
        return None if row is None else to_organisation(row)

    def move_subject(
        self,
        tx: Transaction,
        subject: Person | Organisation,
        state: SubjectState,
        *,
        actor: str,
        assurance: Assurance | None,
    ) -> None:
        """Move a subject to another state."""
        row = tx.get(PersonRow if isinstance(subject, Person) else OrganisationRow, subject.id)
        if row is not None:
            row.state, row.last_actor = state, actor
            put_assurance(row, assurance)

    # --- accounts

    def add_account(self, tx: Transaction, account: Account, *, activation_hash: str) -> None:
        """Keep a new account, to be activated with a code."""
        tx.add(
            AccountRow(
                id=account.id,
                person=account.person,
                activation_hash=activation_hash,
                activation_until=account.activation_until,
            )
        )

    def renew_activation(self, tx: Transaction, account: Account, *, activation_hash: str, until: datetime) -> None:
        """Give an account that waits for its person another code; the earlier one is worth nothing any more."""
        row = tx.get(AccountRow, account.id)
        if row is not None:
            row.activation_hash, row.activation_until = activation_hash, until

    def account(self, view: Reading, *, person: str) -> Account | None:
        """Return the account of a person, if there is one."""
        return to_account(view.first(select(AccountRow).where(col(AccountRow.person) == person)))

    def account_by_username(self, view: Reading, username: str) -> Account | None:
        """Return the account with a username, if there is one."""
        return to_account(view.first(select(AccountRow).where(col(AccountRow.username) == username)))

    def account_by_activation(self, view: Reading, activation_hash: str) -> Account | None:
        """Return the account that waits for an activation code, if there is one."""
        return to_account(view.first(select(AccountRow).where(col(AccountRow.activation_hash) == activation_hash)))

    def activate(self, tx: Transaction, account: Account, *, username: str, password_hash: str) -> None:
        """Give an account its username and password; the activation code is spent."""
        row = tx.get(AccountRow, account.id)
        if row is not None:
            row.username, row.password_hash, row.activated_at = username, password_hash, tx.now
            row.activation_hash = row.activation_until = None

    # --- grants

    def hold_grants(self, tx: Transaction, person: str) -> None:
        """Let nobody else give this person a duty until `tx` has ended: what is read of the grants then stays true."""
        tx.first(select(AccountRow.id).where(col(AccountRow.person) == person).with_for_update())

    def grants(self, view: Reading, holder: str) -> frozenset[Grant]:
        """Return the duties of a person or a client."""
        rows = view.rows(HELD, holder=holder)
        return frozenset(Grant(Duty(duty), organisation or None) for duty, organisation in rows)

    def add_grant(self, tx: Transaction, holder: str, grant: Grant, *, by: str) -> None:
        """Give a duty to a person or a client."""
        tx.add(
            GrantRow(
                id=new_id("grant", at=tx.now),
                holder=holder,
                duty=grant.duty,
                organisation=grant.organisation or "",
                granted_by=by,
                granted_at=tx.now,
            )
        )

    # --- clients

    def add_client(self, tx: Transaction, client: Client) -> None:
        """Keep a new client."""
        tx.add(
            ClientRow(
                id=client.id,
                name=client.name,
                organisation=client.organisation,
                public_jwk=client.public_jwk,
                state=client.state,
                last_actor=client.last_actor,
            )
        )

    def client(self, view: Reading, name: str) -> Client | None:
        """Return the client `name`, if there is one."""
        row = view.get(ClientRow, name)
        return None if row is None else to_client(row)

    def states_of_client(self, view: Reading, name: str) -> tuple[ClientState, SubjectState | None] | None:
        """Return the state of a client and that of its organisation, if there is one: asked at each use of a seal."""
        row = next(iter(view.rows(STATES_OF_CLIENT, name=name)), None)
        return None if row is None else (ClientState(row[0]), None if row[1] is None else SubjectState(row[1]))

    def move_client(self, tx: Transaction, name: str, state: ClientState, *, actor: str) -> None:
        """Move a client to another state."""
        row = tx.get(ClientRow, name)
        if row is not None:
            row.state, row.last_actor = state, actor

    def use_assertion(self, tx: Transaction, *, client: str, jti: str, expires_at: datetime) -> bool:
        """Mark an assertion as used; tell whether it was fresh. Expired ones are forgotten."""
        tx.change(delete(AssertionRow).where(col(AssertionRow.expires_at) < tx.now))
        if tx.get(AssertionRow, (client, jti)) is not None:
            return False
        tx.add(AssertionRow(client=client, jti=jti, expires_at=expires_at))
        return True


def to_account(row: AccountRow | None) -> Account | None:
    """Return the value of a row."""
    if row is None:
        return None
    return Account(
        id=row.id,
        person=SubjectId(row.person),
        username=row.username,
        password_hash=row.password_hash,
        activation_until=None if row.activation_until is None else utc(row.activation_until),
        activated_at=None if row.activated_at is None else utc(row.activated_at),
    )
