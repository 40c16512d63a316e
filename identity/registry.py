"""The register 名册: subjects and accounts page by page, what an identifier is called, and who acts for whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from identity import register_repository
from identity.access import AccessService
from identity.delegation import repository as mandates
from identity.delegation.mandates import Mandate
from identity.delegation.standing import in_force
from identity.duties import Duty
from identity.errors import AccountUnknown
from identity.holding import Standing
from identity.lifecycle import SubjectState
from identity.register_repository import AccountState, RegisterPage, RegisterQuery
from identity.repository import Account, IdentityRepository
from identity.representing import organisations_of
from identity.service import IdentityService
from identity.subject import Organisation, Person, SubjectKind
from identity.tokens import Session
from trust.store import Reading, Store

__all__ = ["Acting", "KnownAccount", "NamedKind", "RegisterService", "Told"]

MOST_MANDATES: Final = 1000
"""Mandates of one organisation that are looked at."""


class NamedKind(StrEnum):
    """What bears a name that is asked for."""

    PERSON = "person"
    ORGANISATION = "organisation"
    CLIENT = "client"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What an identifier is called: a person's name masked, an organisation's whole, which is public by law."""

    id: str
    kind: NamedKind
    name: str


@dataclass(frozen=True, kw_only=True)
class KnownAccount:
    """An account with whose it is, the name masked."""

    account: Account
    name: str

    @property
    def state(self) -> AccountState:
        """How the account stands."""
        return AccountState.of(self.account)


@dataclass(frozen=True, kw_only=True)
class Acting:
    """That a person or a business system acts for an organisation."""

    agent: str
    organisation: str
    standing: Standing
    duties: tuple[Duty, ...] = ()
    delegation: str | None = None


class RegisterService:
    """Questions about the whole register."""

    def __init__(
        self, *, store: Store, repository: IdentityRepository, identity: IdentityService, access: AccessService
    ) -> None:
        self.store = store
        self.repository = repository
        self.identity = identity
        self.access = access

    def persons(self, query: RegisterQuery, page: RegisterPage) -> tuple[tuple[Person, ...], int]:
        """Return a page of the persons, those registered last first, and how many there are."""
        with self.store.reading() as view:
            return register_repository.persons(view, self.repository, query, page)

    def organisations(self, query: RegisterQuery, page: RegisterPage) -> tuple[tuple[Organisation, ...], int]:
        """Return a page of the organisations, those registered last first, and how many there are."""
        with self.store.reading() as view:
            return register_repository.organisations(view, query, page)

    def directory(self, text: str, page: RegisterPage) -> tuple[tuple[Organisation, ...], int]:
        """Return a page of the organisations that are proven and in being, by name or credit code."""
        return self.organisations(RegisterQuery(text=text, state=SubjectState.ACTIVE), page)

    # --- names

    def names(self, wanted: Iterable[str], *, persons: bool) -> tuple[Told, ...]:
        """Return what identifiers are called, those of persons only where `persons` may be told; leave out the unknown.

        Whoever knows an identifier, which nobody can guess, learns the masked name that belongs to it.
        """
        with self.store.reading() as view:
            found = (self.name_of(view, one, persons=persons) for one in dict.fromkeys(wanted))
            return tuple(one for one in found if one is not None)

    def name_of(self, view: Reading, name: str, *, persons: bool) -> Told | None:
        """Return what an identifier is called."""
        if name.startswith(SubjectKind.PERSON.value):
            person = self.identity.survivor(view, name) if persons else None
            return None if person is None else Told(id=name, kind=NamedKind.PERSON, name=person.name.masked)
        organisation = self.repository.organisation(view, name)
        if organisation is not None:
            return Told(id=name, kind=NamedKind.ORGANISATION, name=organisation.name)
        client = self.repository.clients.find(view, name)
        return None if client is None else Told(id=name, kind=NamedKind.CLIENT, name=client.name)

    # --- accounts

    def accounts(
        self, *, text: str, state: AccountState | None, page: RegisterPage
    ) -> tuple[tuple[KnownAccount, ...], int]:
        """Return a page of the accounts, those opened last first, and how many there are."""
        with self.store.reading() as view:
            found, count = register_repository.accounts(view, text=text, state=state, page=page)
            return tuple(self.known(view, one) for one in found), count

    def account(self, person: str) -> tuple[KnownAccount, tuple[Session, ...]]:
        """Return the account of a person with its open sessions. Raise `SubjectUnknown`, `AccountUnknown`."""
        with self.store.reading() as view:
            found = self.identity.require_person(view, person)
            account = self.repository.account(view, person=found.id)
            if account is None:
                raise AccountUnknown
            known = self.known(view, account)
        return known, self.access.sessions_of(found.id)

    def known(self, view: Reading, account: Account) -> KnownAccount:
        """Return an account with whose it is."""
        return KnownAccount(account=account, name=self.identity.require_person(view, account.person).name.masked)

    # --- who acts for whom

    def acting(self, subject: str) -> tuple[Acting, ...]:
        """Return who acts for an organisation now, or for which organisations a person acts. Raise `SubjectUnknown`."""
        with self.store.reading() as view:
            found = self.identity.require_subject(view, subject)
            if isinstance(found, Organisation):
                return self.agents_of(view, found)
            return tuple(
                Acting(
                    agent=found.id,
                    organisation=one.organisation.id,
                    standing=one.standing,
                    duties=one.duties,
                    delegation=one.delegation,
                )
                for one in organisations_of(self.identity, view, found.id)
            )

    def agents_of(self, view: Reading, organisation: Organisation) -> tuple[Acting, ...]:
        """Return who acts for an organisation: its representative first, then whoever holds a duty, then by mandate."""
        head = organisation.legal_representative
        held = register_repository.duties_for(view, organisation.id)
        given = {one.delegate.id: one.id for one in given_by(self.identity, view, organisation.id)}
        return tuple(
            Acting(
                agent=one,
                organisation=organisation.id,
                standing=standing_of(one, head=head, held=held),
                duties=held.get(one, ()),
                delegation=given.get(one),
            )
            for one in dict.fromkeys([*((head,) if head else ()), *held, *given])
        )


def standing_of(agent: str, *, head: str | None, held: Mapping[str, tuple[Duty, ...]]) -> Standing:
    """Return as what somebody acts for an organisation."""
    if agent == head:
        return Standing.LEGAL_REPRESENTATIVE
    return Standing.APPOINTED if agent in held else Standing.DELEGATED


def given_by(identity: IdentityService, view: Reading, organisation: str) -> tuple[Mandate, ...]:
    """Return the mandates of an organisation's own that hold now, oldest first."""
    found = mandates.concerning(view, organisation, limit=MOST_MANDATES)
    return tuple(one for one in found if one.delegator.id == organisation and in_force(identity, view, one))
