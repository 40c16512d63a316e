"""Subjects: registering persons and organisations, proving them, freezing them, finding them."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from identity import recording
from identity.citizen_number import CitizenNumber
from identity.credit_code import CreditCode
from identity.documents import CITIZEN_INDEX, IdentityDocument, ShownDocument, lookups_of
from identity.duties import Actor
from identity.errors import (
    CitizenNumberMalformed,
    CreditCodeMalformed,
    PersonNameMalformed,
    SubjectExists,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.levels import Level
from identity.lifecycle import LIFECYCLE, PERMITS, ClientState, SubjectEvent, SubjectState, SubjectUse
from identity.proofing.proofing import Method
from identity.proofing.rules import Lifetimes
from identity.repository import Client, IdentityRepository
from identity.subject import (
    Named,
    Organisation,
    Person,
    PersonName,
    SubjectId,
    SubjectKind,
    new_unified_identifier,
)
from trust.events import AuditEvent
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction
from trust.typefaces import require_coverage

__all__ = ["IdentityService", "RegisterOrganisation", "RegisterPerson", "client_may_act", "organisation_name"]

DEFAULT_LIFETIMES: Final = Lifetimes()
MAX_ORGANISATION_NAME: int = 100


@dataclass(frozen=True, kw_only=True)
class RegisterPerson:
    """A natural person who is to be registered. It shows itself without personal data."""

    name: str = field(repr=False)
    citizen_number: str = field(default="", repr=False)
    """The number of a resident identity card, where that is what the person shows."""

    shown: ShownDocument | None = None
    """Any other document that the person shows."""

    def document(self, *, today: date) -> IdentityDocument:
        """Return the document. Raise what is wrong with it."""
        if self.shown is not None:
            return self.shown.read(today=today)
        return IdentityDocument.of_citizen(CitizenNumber.parse(self.citizen_number, today=today))


@dataclass(frozen=True, kw_only=True)
class RegisterOrganisation:
    """An organisation that is to be registered."""

    name: str
    credit_code: str
    legal_representative: str | None = None


class IdentityService:
    """The use cases of subjects, and the questions that others ask about them."""

    def __init__(
        self, store: Store, repository: IdentityRepository, *, lifetimes: Lifetimes = DEFAULT_LIFETIMES
    ) -> None:
        self.store = store
        self.repository = repository
        self.lifetimes = lifetimes
        """How long proofings count."""

    # --- use cases

    def register_person(self, actor: Actor, command: RegisterPerson) -> Person:
        """Register a person. Raise `SubjectExists` with the identifier that the person has already."""
        with self.store.transaction() as tx:
            return self.add_person(tx, command, by=actor.id)

    def register_organisation(self, actor: Actor, command: RegisterOrganisation) -> Organisation:
        """Register an organisation. Raise `SubjectExists` with the identifier that it has already."""
        name = organisation_name(command.name)
        code = CreditCode(command.credit_code)
        with self.store.transaction() as tx:
            known = self.repository.organisation_by_code(tx, code)
            if known is not None:
                raise SubjectExists(subject=known.id)
            representative = command.legal_representative
            organisation = Organisation(
                id=new_unified_identifier(SubjectKind.ORGANISATION),
                state=LIFECYCLE.initial,
                last_actor=actor.id,
                registered_at=tx.now,
                assurance=None,
                name=name,
                credit_code=code,
                legal_representative=None if representative is None else self.require_person(tx, representative).id,
            )
            self.repository.add_organisation(tx, organisation)
            tx.record(AuditEvent(tag="identity:register_organisation:done", actor=actor.id, subject=organisation.id))
            return organisation

    def prove(self, actor: Actor, subject: str) -> Person | Organisation:
        """Prove a subject at the counter 实名核验: by another officer than the one who registered it.

        What the one has seen at registering and the other now makes a check by two officers. Raise `OfficersMissing`
        where it was registered by a business system, which sees nobody.
        """
        with self.store.transaction() as tx:
            found = self.require_subject(tx, subject)
            LIFECYCLE.step(found.state, SubjectEvent.PROVE, actor=actor.id, before=found.last_actor)
            officers = found.last_actor, actor.id
            recording.require_officers(self.repository, tx, *officers)
            made = recording.at_registration(found, officers, method=Method.COUNTER, view=tx, lifetimes=self.lifetimes)
            recording.record(self.repository, tx, found, made, by=actor.id)
            tx.flush()
            return self.require_subject(tx, subject)

    def freeze(self, actor: Actor, subject: str, *, reason: str) -> Person | Organisation:
        """Freeze a subject: whatever it does, and whatever is done in its name, stops at once."""
        return self.move(actor, subject, SubjectEvent.FREEZE, reason=require_reason(reason))

    def unfreeze(self, actor: Actor, subject: str, *, reason: str) -> Person | Organisation:
        """Lift the freezing of a subject: by another officer than the one who froze it."""
        return self.move(actor, subject, SubjectEvent.UNFREEZE, reason=require_reason(reason))

    def move(self, actor: Actor, subject: str, event: SubjectEvent, *, reason: str) -> Person | Organisation:
        """Move a subject along its life."""
        with self.store.transaction() as tx:
            return self.move_in(tx, self.require_subject(tx, subject), event, by=actor.id, reason=reason)

    def find(self, subject: str) -> Person | Organisation:
        """Return a subject by its unified identifier, or raise `SubjectUnknown`."""
        with self.store.reading() as view:
            return self.require_subject(view, subject)

    # --- building blocks

    def add_person(
        self, tx: Transaction, command: RegisterPerson, *, by: str, state: SubjectState = LIFECYCLE.initial
    ) -> Person:
        """Register a person within a use case of somebody else. A ceremony may register one as proven."""
        document = command.document(today=tx.now.date())
        for known in self.repository.documents.persons_of(tx, [document.lookup]):
            raise SubjectExists(subject=known)
        person = Person(
            id=new_unified_identifier(SubjectKind.PERSON),
            state=state,
            last_actor=by,
            registered_at=tx.now,
            assurance=None,
            name=PersonName(command.name.strip()),
            document=document,
        )
        self.repository.add_person(tx, person)
        tx.record(AuditEvent(tag="identity:register_person:done", actor=by, subject=person.id))
        if state is SubjectState.ACTIVE:
            made = recording.at_registration(person, (by,), method=Method.CEREMONY, view=tx, lifetimes=self.lifetimes)
            recording.record(self.repository, tx, person, made, by=by)
            tx.flush()
            return self.require_person(tx, person.id)
        return person

    def move_in(
        self, tx: Transaction, found: Person | Organisation, event: SubjectEvent, *, by: str, reason: str
    ) -> Person | Organisation:
        """Move a subject along its life within a use case of somebody else."""
        state = LIFECYCLE.step(found.state, event, actor=by, before=found.last_actor)
        self.repository.move_subject(tx, found, state, actor=by)
        facts = {"state": state.value, "reason": reason}
        tx.record(AuditEvent(tag=f"identity:{event.value}:done", actor=by, subject=found.id, facts=facts))
        tx.flush()
        return self.require_subject(tx, found.id)

    def require_subject(self, view: Reading, subject: str) -> Person | Organisation:
        """Return a person or an organisation, or raise `SubjectUnknown`. A merged identifier leads to the survivor."""
        found = self.survivor(view, subject) or self.repository.organisation(view, subject)
        if found is None:
            raise SubjectUnknown
        return found

    def require_person(self, view: Reading, person: str) -> Person:
        """Return a person, or raise `SubjectUnknown`. A merged identifier leads to the survivor."""
        found = self.survivor(view, person)
        if found is None:
            raise SubjectUnknown
        return found

    def survivor(self, view: Reading, person: str) -> Person | None:
        """Return the person with a unified identifier, or the one into whom that was merged 合并."""
        found = self.repository.person(view, person)
        if found is None or found.merged_into is None:
            return found
        return self.repository.person(view, found.merged_into)

    def names_of(self, view: Reading, subject: str) -> tuple[str, ...]:
        """Return every identifier of a subject of which one is given: the one that counts, then the merged ones.

        For whoever finds what is kept under an identifier, such as the licences of a holder.
        """
        is_person = subject.startswith(SubjectKind.PERSON.value)
        return self.repository.identifiers_of(view, subject) if is_person else (subject,)

    def require_organisation(self, view: Reading, organisation: str, *, use: SubjectUse | None = None) -> Organisation:
        """Return an organisation whose state permits `use`. Raise `SubjectUnknown` or `SubjectNotActive`."""
        found = self.repository.organisation(view, organisation)
        if found is None:
            raise SubjectUnknown
        if use is not None:
            found.require(use)
        return found

    def named(self, view: Reading, subject: str) -> Named:
        """Return how a person or an organisation is called, whole, and how it stands. Raise `SubjectUnknown`."""
        found = self.repository.named(view, subject)
        if found is None:
            raise SubjectUnknown
        return found

    def require_acting(self, view: Reading, organisation: str) -> None:
        """Return if an organisation may act now. Raise `SubjectUnknown` or `SubjectNotActive`.

        The same as `require_organisation`, for who asks at each use and wants to know no more.
        """
        state = self.repository.state_of_organisation(view, organisation)
        if state is None:
            raise SubjectUnknown
        if SubjectUse.ACT not in PERMITS[state]:
            raise SubjectNotActive(subject=organisation, state=state.value)

    def require_actor(self, view: Reading, name: str) -> None:
        """Return if a person or a client by that name may act now.

        Raise `SubjectUnknown` where there is neither, `SubjectNotActive` where it may not act.
        """
        states = self.repository.states_of_client(view, name)
        if states is None:
            found = self.repository.person(view, name)  # not the survivor: a merged identifier does nothing any more
            if found is None:
                raise SubjectUnknown
            found.require(SubjectUse.ACT)
        elif not client_may_act(*states):
            raise SubjectNotActive(subject=name, state=states[0].value)

    def actor(self, view: Reading, name: str, *, session: str = "", level: int = 0) -> Actor:
        """Return a person or a client with the duties held now, for what was asked for and is done later.

        `session` and `level` are those by which it was asked for: signatures tell them. Raise what `require_actor`
        raises.
        """
        self.require_actor(view, name)
        is_client = self.repository.states_of_client(view, name) is not None
        grants = self.repository.grants(view, name)
        return Actor(id=name, grants=grants, is_client=is_client, session=session, level=Level(level))

    def acts_for(self, view: Reading, person: str, organisation: str) -> bool:
        """Tell whether a person holds any duty for an organisation."""
        return any(grant.organisation == organisation for grant in self.repository.grants(view, person))

    def client_may_act(self, view: Reading, client: Client) -> bool:
        """Tell whether a business system may act now: it is approved, and so is the organisation that it acts for."""
        return client_may_act(client.state, self.repository.state_of_organisation(view, client.organisation))

    def require_holder(self, view: Reading, kind: SubjectKind, code: str) -> Person | Organisation:
        """Return the subject with this document or credit code that may hold a licence.

        Raise `SubjectUnknown`, `SubjectNotActive`, or what is wrong with the code.
        """
        found: Person | Organisation | None
        if kind is SubjectKind.PERSON:
            found = self.person_of_code(view, code)
        else:
            found = self.repository.organisation_by_code(view, CreditCode(code))
        if found is None:
            raise SubjectUnknown
        found.require(SubjectUse.HOLD)
        return found

    def person_of_code(self, view: Reading, code: str) -> Person | None:
        """Return the person who has a document with this number, if there is one. Raise `CitizenNumberMalformed`."""
        lookups = lookups_of(code, today=view.now.date())
        numbers = [value for kind, value in lookups if kind == CITIZEN_INDEX]
        known = self.repository.person_by_number(view, CitizenNumber(numbers[0])) if numbers else None
        return known or self.repository.person_by_document(view, lookups)

    def subjects_of_code(self, view: Reading, code: str) -> tuple[SubjectId, ...]:
        """Return who is registered with a code, whichever kind of code it is; nobody where it is none."""
        found: list[Person | Organisation | None] = []
        with suppress(CitizenNumberMalformed):
            found.append(self.person_of_code(view, code))
        with suppress(CreditCodeMalformed):
            found.append(self.repository.organisation_by_code(view, CreditCode(code)))
        return tuple(one.id for one in found if one is not None)


def organisation_name(text: str) -> str:
    """Return the name of an organisation without the blanks around it. Raise what is wrong with it."""
    name = text.strip()
    if not 0 < len(name) <= MAX_ORGANISATION_NAME:
        raise PersonNameMalformed
    require_coverage(name, field="name")
    return name


def client_may_act(client: ClientState, organisation: SubjectState | None) -> bool:
    """Tell whether a business system may act: it is approved, and the organisation that it acts for may act."""
    return client is ClientState.ACTIVE and organisation is not None and SubjectUse.ACT in PERMITS[organisation]
