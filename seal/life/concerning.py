"""Whom a seal concerns: its owner, the person whose name it may show, and who might be authorised to stamp with it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from identity import grant_repository
from identity.credit_code import CreditCode
from identity.duties import Actor, Duty
from identity.errors import CreditCodeMalformed
from identity.lifecycle import PERMITS, ClientState, SubjectUse
from identity.subject import Organisation, Person, PersonName
from seal.life.looking import SEES
from seal.life.steps import SealLife, permit
from trust.store import Reading

__all__ = ["Concerning", "Owner", "Party", "PartyKind"]

OWNERS_DUTIES: Final = (Duty.SEAL_APPLICANT, Duty.SEAL_OWNER)
"""Duties that somebody has for an organisation that has seals."""

MOST_AGENTS: Final = 500
"""Duties of one organisation that are looked through. Who has more names a person by identifier."""

MOST_SYSTEMS: Final = 200


class PartyKind(StrEnum):
    """What somebody is who may have to do with a seal."""

    PERSON = "person"  # 自然人
    ORGANISATION = "organisation"  # 组织
    SYSTEM = "system"  # 业务系统


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody who may have to do with a seal."""

    id: str
    kind: PartyKind
    name: str = field(repr=False)
    """A person's masked."""

    duties: tuple[Duty, ...] = ()
    """That a person has for the seal's owner."""

    is_representative: bool = False
    """Whether it is the owner's legal representative 法定代表人（负责人）."""


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The owner of a seal, as far as it matters for its seals."""

    organisation: Organisation
    representative: Person | None


class Concerning(SealLife):
    """Questions about whom seals concern."""

    def owners(self, actor: Actor) -> tuple[Organisation, ...]:
        """Return the organisations for whose seals the actor has a duty, in the order of their names."""
        own = frozenset[str]().union(*(actor.organisations(duty) for duty in OWNERS_DUTIES))
        with self.store.reading() as view:
            found = (self.identity.require_organisation(view, one) for one in own)
            return tuple(sorted(found, key=lambda one: (one.name, one.id)))

    def owner_of(self, actor: Actor, seal: str) -> Owner:
        """Return whose seal it is, to whoever may see the seal. Raise `SealUnknown` or `DutyMissing`."""
        with self.store.reading() as view:
            found = self.require(view, seal)
            permit(actor, SEES, found.owner)
            organisation = self.identity.require_organisation(view, found.owner)
            named = organisation.legal_representative
            person = None if named is None else self.identity.require_person(view, named)
            return Owner(organisation=organisation, representative=person)

    def bearers(self, actor: Actor, organisation: str) -> tuple[Party, ...]:
        """Return whose name a personal-name seal of an organisation may show, for those who apply for it.

        Raise `DutyMissing` or `SubjectUnknown`.
        """
        with self.store.reading() as view:
            found = self.identity.require_organisation(view, organisation)
            permit(actor, frozenset(OWNERS_DUTIES), found.id)
            return tuple(self.people_of(view, found))

    def stampers(self, actor: Actor, seal: str, *, text: str = "") -> tuple[Party, ...]:
        """Return whom the owner of a seal might authorise to stamp with it, for the owner alone.

        That is the owner's own business systems and people; and whoever else `text` names exactly: by the identifier
        of a business system, by the credit code or the identifier of an organisation. Raise as `owner_of` does.
        """
        with self.store.reading() as view:
            found = self.require(view, seal)
            actor.require(Duty.SEAL_OWNER, found.owner)
            organisation = self.identity.require_organisation(view, found.owner)
            own = (*self.systems_of(view, organisation), *self.people_of(view, organisation))
            return (*self.exactly(view, text.strip()), *own) if text.strip() else own

    # --- building blocks

    def systems_of(self, view: Reading, organisation: Organisation) -> Iterator[Party]:
        """Yield the business systems of an organisation that may act."""
        clients = self.identity.repository.clients
        for one in clients.page(view, organisation=organisation.id, after="", limit=MOST_SYSTEMS):
            if one.state is ClientState.ACTIVE:
                yield Party(id=one.id, kind=PartyKind.SYSTEM, name=one.name)

    def people_of(self, view: Reading, organisation: Organisation) -> Iterator[Party]:
        """Yield the legal representative of an organisation, and who has a duty for it; each of them once."""
        head = organisation.legal_representative
        person = None if head is None else self.identity.survivor(view, head)
        duties: dict[str, set[Duty]] = {} if person is None else {person.id: set()}
        for _, one in grant_repository.holdings(view, organisation=organisation.id, limit=MOST_AGENTS):
            duties.setdefault(one.holder, set()).add(one.grant.duty)
        for name, held in duties.items():
            named = self.identity.repository.named(view, name)
            if named is not None and SubjectUse.ACT in PERMITS[named.state]:
                yield Party(
                    id=name,
                    kind=PartyKind.PERSON,
                    name=PersonName(named.name).masked,
                    duties=tuple(sorted(held)),
                    is_representative=person is not None and name == person.id,
                )

    def exactly(self, view: Reading, text: str) -> Iterator[Party]:
        """Yield the business system or the organisation that a text names."""
        client = self.identity.repository.client(view, text)
        if client is not None and self.identity.client_may_act(view, client):
            yield Party(id=client.id, kind=PartyKind.SYSTEM, name=client.name)
        organisation = self.identity.repository.organisation(view, text)
        with suppress(CreditCodeMalformed):
            organisation = organisation or self.identity.repository.organisation_by_code(view, CreditCode(text))
        if organisation is not None and SubjectUse.ACT in PERMITS[organisation.state]:
            yield Party(id=organisation.id, kind=PartyKind.ORGANISATION, name=organisation.name)
