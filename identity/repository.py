"""Reads and writes the tables of identity. Personal data is enciphered on its way in and revealed on its way out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import bindparam, or_
from sqlalchemy import select as columns
from sqlmodel import col, select

from identity.business_systems import Client
from identity.citizen_number import CitizenNumber
from identity.client_repository import ClientRepository
from identity.credit_code import CreditCode
from identity.document_repository import CITIZEN_NUMBER, DocumentRepository, document_of, plain_of
from identity.documents import IdentityDocument
from identity.duties import Duty, Grant
from identity.lifecycle import ClientState, SubjectState
from identity.proofing.repository import assurance_of
from identity.subject import Named, Organisation, Person, PersonName, SubjectId, SubjectKind, is_unified_identifier
from identity.tables import (
    AccountRow,
    ClientRow,
    GrantRow,
    OrganisationRow,
    PersonRow,
)
from trust.protection import DataProtection
from trust.rows import Row
from trust.statements import Written
from trust.store import Reading, Transaction

__all__ = ["Account", "Client", "IdentityRepository", "credit_code_of"]

CLIENTS: Final = Row.metadata.tables[ClientRow.__tablename__]
ORGANISATIONS: Final = Row.metadata.tables[OrganisationRow.__tablename__]
PERSONS: Final = Row.metadata.tables[PersonRow.__tablename__]
GRANTS: Final = Row.metadata.tables[GrantRow.__tablename__]

HELD: Final = Written(
    select(GRANTS.c.duty, GRANTS.c.organisation).where(
        GRANTS.c.holder == bindparam("holder"),
        or_(GRANTS.c.valid_until.is_(None), GRANTS.c.valid_until > bindparam("now", type_=GRANTS.c.valid_until.type)),
    )
)
STATE_OF_ORGANISATION: Final = Written(columns(ORGANISATIONS.c.state).where(ORGANISATIONS.c.id == bindparam("name")))
ORGANISATION_BY_CODE: Final = Written(
    columns(ORGANISATIONS.c.id).where(ORGANISATIONS.c.credit_code == bindparam("code"))
)
NAMED_ORGANISATION: Final = Written(
    columns(ORGANISATIONS.c.name, ORGANISATIONS.c.state).where(ORGANISATIONS.c.id == bindparam("name"))
)
NAMED_PERSON: Final = Written(
    columns(PERSONS.c.protected, PERSONS.c.state, PERSONS.c.merged_into).where(PERSONS.c.id == bindparam("name"))
)
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
    frozen_by: str | None = None
    """Who froze the account; None: it is not frozen."""


def utc(moment: datetime) -> datetime:
    """Return `moment` in UTC."""
    return moment.astimezone(UTC)


def context_of(person: str) -> str:
    """Return what a person's enciphered data is bound to."""
    return f"person {person}"


def to_organisation(view: Reading, row: OrganisationRow) -> Organisation:
    """Return the value of a row."""
    representative = row.legal_representative
    return Organisation(
        id=SubjectId(row.id),
        state=SubjectState(row.state),
        last_actor=row.last_actor,
        registered_at=utc(row.registered_at),
        assurance=assurance_of(view, row.id),
        name=row.name,
        credit_code=CreditCode(row.credit_code),
        legal_representative=None if representative is None else SubjectId(representative),
    )


class IdentityRepository:
    """The tables of identity."""

    def __init__(self, protection: DataProtection) -> None:
        self.protection = protection
        self.clients = ClientRepository(protection)
        self.documents = DocumentRepository(protection)

    # --- persons

    def add_person(self, tx: Transaction, person: Person) -> None:
        """Keep a new person."""
        row = PersonRow(
            id=person.id,
            state=person.state,
            last_actor=person.last_actor,
            registered_at=person.registered_at,
            protected=self.protected(person.id, person.name, person.document),
            number_index=self.index_of(person.id, person.document),
        )
        tx.add(row)
        tx.flush()  # the document points at it
        if person.document is not None:
            self.documents.add(tx, person.id, person.document)

    def protected(self, person: str, name: PersonName, document: IdentityDocument | None) -> bytes:
        """Return what is known of a person, enciphered."""
        plain = {"name": name.value} | ({} if document is None else plain_of(document))
        return self.protection.protect(json.dumps(plain).encode(), context=context_of(person))

    def index_of(self, person: str, document: IdentityDocument | None) -> str:
        """Return by what a person is found: by the document, or by nothing but the identifier."""
        return person if document is None else self.documents.index(document.lookup)

    def change_person(self, tx: Transaction, person: Person) -> None:
        """Write the name, the document and the survivor of a person who is kept already."""
        row = tx.get(PersonRow, person.id)
        if row is not None:
            row.protected = self.protected(person.id, person.name, person.document)
            row.number_index = self.index_of(person.id, person.document)
            row.merged_into = person.merged_into

    def identifiers_of(self, view: Reading, person: str) -> tuple[SubjectId, ...]:
        """Return every identifier of a person of whom one is given: the one that counts, then the merged ones."""
        asked = columns(PERSONS.c.merged_into).where(PERSONS.c.id == person)
        counts = next((survivor for (survivor,) in view.rows(asked) if survivor is not None), person)
        return SubjectId(counts), *self.merged_into(view, counts)

    def merged_into(self, view: Reading, person: str) -> tuple[SubjectId, ...]:
        """Return the identifiers that were merged into a person, the oldest first."""
        asked = select(PersonRow.id).where(col(PersonRow.merged_into) == person)
        return tuple(
            SubjectId(name) for name in view.exec(asked.order_by(col(PersonRow.registered_at), col(PersonRow.id)))
        )

    def person_by_document(self, view: Reading, lookups: Sequence[tuple[str, str]]) -> Person | None:
        """Return the person who has, or had, a document that is found by one of `lookups`; nobody where two have."""
        found = {*self.documents.persons_of(view, lookups)}
        return self.person(view, found.pop()) if len(found) == 1 else None

    def person(self, view: Reading, name: str) -> Person | None:
        """Return the person with the unified identifier `name`, if there is one."""
        row = view.get(PersonRow, name) if is_unified_identifier(name) else None
        return None if row is None else self.to_person(view, row)

    def person_by_number(self, view: Reading, number: CitizenNumber) -> Person | None:
        """Return the person with a citizen number, if there is one."""
        index = self.protection.index(number.value, kind=CITIZEN_NUMBER)
        row = view.first(select(PersonRow).where(col(PersonRow.number_index) == index))
        return None if row is None else self.to_person(view, row)

    def to_person(self, view: Reading, row: PersonRow) -> Person:
        """Return the value of a row."""
        plain = json.loads(self.protection.reveal(row.protected, context=context_of(row.id)))
        return Person(
            id=SubjectId(row.id),
            state=SubjectState(row.state),
            last_actor=row.last_actor,
            registered_at=utc(row.registered_at),
            assurance=assurance_of(view, row.id),
            name=PersonName(plain["name"]),
            document=document_of(plain),
            merged_into=None if row.merged_into is None else SubjectId(row.merged_into),
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
        tx.add(row)

    def organisation(self, view: Reading, name: str) -> Organisation | None:
        """Return the organisation with the unified identifier `name`, if there is one."""
        row = view.get(OrganisationRow, name) if is_unified_identifier(name) else None
        return None if row is None else to_organisation(view, row)

    def named(self, view: Reading, name: str) -> Named | None:
        """Return how a person or an organisation is called and stands: asked at each check of a QR code.

        Of a person who was merged into another it is the other one.
        """
        if name.startswith(SubjectKind.ORGANISATION.value):
            found = view.rows(NAMED_ORGANISATION, name=name)
            return next((Named(name=called, state=SubjectState(state)) for called, state in found), None)
        for protected, state, survivor in view.rows(NAMED_PERSON, name=name):
            if survivor is not None:
                return self.named(view, survivor)
            return self.named_person(name, protected, state)
        return None

    def named_person(self, name: str, protected: bytes, state: str) -> Named:
        """Return how a person is called and stands, of what is kept of the person."""
        plain = json.loads(self.protection.reveal(bytes(protected), context=context_of(name)))
        return Named(name=str(plain["name"]), state=SubjectState(state))

    def state_of_organisation(self, view: Reading, name: str) -> SubjectState | None:
        """Return the state of an organisation, if there is one: asked at each use of a seal."""
        return next((SubjectState(state) for (state,) in view.rows(STATE_OF_ORGANISATION, name=name)), None)

    def organisation_by_code(self, view: Reading, code: CreditCode) -> Organisation | None:
        """Return the organisation with a unified social credit code, if there is one."""
        found = (self.organisation(view, name) for (name,) in view.rows(ORGANISATION_BY_CODE, code=code.value))
        return next(found, None)

    def change_organisation(self, tx: Transaction, organisation: Organisation) -> None:
        """Write the name and the legal representative of an organisation that is kept already."""
        row = tx.get(OrganisationRow, organisation.id)
        if row is not None:
            row.name, row.legal_representative = organisation.name, organisation.legal_representative

    def represented_by(self, view: Reading, person: str) -> tuple[Organisation, ...]:
        """Return the organisations whose legal representative a person is, by their identifiers."""
        asked = select(OrganisationRow).where(col(OrganisationRow.legal_representative) == person)
        return tuple(to_organisation(view, row) for row in view.exec(asked.order_by(col(OrganisationRow.id))))

    def move_subject(
        self,
        tx: Transaction,
        subject: Person | Organisation,
        state: SubjectState,
        *,
        actor: str,
    ) -> None:
        """Move a subject to another state."""
        row = tx.get(PersonRow if isinstance(subject, Person) else OrganisationRow, subject.id)
        if row is not None:
            row.state, row.last_actor = state, actor

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

    def account_alone(self, tx: Transaction, name: str) -> Account | None:
        """Return the account `name`; whoever reads it has it alone until `tx` ends."""
        return to_account(tx.first(select(AccountRow).where(col(AccountRow.id) == name).with_for_update()))

    def account_alone_of(self, tx: Transaction, person: str) -> Account | None:
        """Return the account of a person; whoever reads it has it alone until `tx` ends."""
        return to_account(tx.first(select(AccountRow).where(col(AccountRow.person) == person).with_for_update()))

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

    def put_password(self, tx: Transaction, account: Account, password_hash: str | None) -> None:
        """Give an account another password, or none, with which nobody logs in any more."""
        row = tx.get(AccountRow, account.id)
        if row is not None:
            row.password_hash = password_hash

    def freeze_account(self, tx: Transaction, person: str, *, by: str | None) -> bool:
        """Write who froze an account, or that nobody did, and tell whether there is one."""
        row = tx.first(select(AccountRow).where(col(AccountRow.person) == person))
        if row is not None:
            row.frozen_by = by
        return row is not None

    # --- grants

    def hold_grants(self, tx: Transaction, person: str) -> None:
        """Let nobody else give this person a duty until `tx` has ended: what is read of the grants then stays true."""
        tx.first(select(AccountRow.id).where(col(AccountRow.person) == person).with_for_update())

    def grants(self, view: Reading, holder: str) -> frozenset[Grant]:
        """Return the duties that a person or a client holds at this moment."""
        rows = view.rows(HELD, holder=holder, now=view.now)
        return frozenset(Grant(Duty(duty), organisation or None) for duty, organisation in rows)

    # --- clients

    def client(self, view: Reading, name: str) -> Client | None:
        """Return the business system `name`, if there is one."""
        return self.clients.find(view, name)

    def states_of_client(self, view: Reading, name: str) -> tuple[ClientState, SubjectState | None] | None:
        """Return the state of a client and that of its organisation, if there is one: asked at each use of a seal."""
        row = next(iter(view.rows(STATES_OF_CLIENT, name=name)), None)
        return None if row is None else (ClientState(row[0]), None if row[1] is None else SubjectState(row[1]))


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
        frozen_by=row.frozen_by,
    )
