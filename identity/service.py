"""Subjects: registering persons and organisations, proving them, freezing them, finding them."""

from contextlib import suppress
from dataclasses import dataclass, field

from identity.citizen_number import CitizenNumber
from identity.credit_code import CreditCode
from identity.duties import Actor
from identity.errors import (
    CitizenNumberMalformed,
    CreditCodeMalformed,
    PersonNameMalformed,
    SubjectExists,
    SubjectNotActive,
    SubjectUnknown,
)
from identity.lifecycle import LIFECYCLE, PERMITS, ClientState, SubjectEvent, SubjectState, SubjectUse
from identity.repository import Client, IdentityRepository
from identity.subject import (
    Assurance,
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

__all__ = ["IdentityService", "RegisterOrganisation", "RegisterPerson", "client_may_act"]

COUNTER: str = "counter"
"""Source of an assurance: documents and faces seen by an officer at the counter."""

COUNTER_LEVEL: int = 3
"""What a check at the counter is worth, of 0 (nothing is proven) to 3 (seen in person, documents checked)."""

MAX_ORGANISATION_NAME: int = 100


@dataclass(frozen=True, kw_only=True)
class RegisterPerson:
    """A natural person who is to be registered. It shows itself without personal data."""

    name: str = field(repr=False)
    citizen_number: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class RegisterOrganisation:
    """An organisation that is to be registered."""

    name: str
    credit_code: str
    legal_representative: str | None = None


class IdentityService:
    """The use cases of subjects, and the questions that others ask about them."""

    def __init__(self, store: Store, repository: IdentityRepository) -> None:
        self.store = store
        self.repository = repository

    # --- use cases

    def register_person(self, actor: Actor, command: RegisterPerson) -> Person:
        """Register a person. Raise `SubjectExists` with the identifier that the person has already."""
        with self.store.transaction() as tx:
            return self.add_person(tx, command, by=actor.id)

    def register_organisation(self, actor: Actor, command: RegisterOrganisation) -> Organisation:
        """Register an organisation. Raise `SubjectExists` with the identifier that it has already."""
        name = command.name.strip()
        if not 0 < len(name) <= MAX_ORGANISATION_NAME:
            raise PersonNameMalformed
        require_coverage(name, field="name")
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
        """Prove a subject at the counter 实名核验: by another officer than the one who registered it."""
        return self.move(actor, subject, SubjectEvent.PROVE, reason="")

    def freeze(self, actor: Actor, subject: str, *, reason: str) -> Person | Organisation:
        """Freeze a subject: whatever it does, and whatever is done in its name, stops at once."""
        return self.move(actor, subject, SubjectEvent.FREEZE, reason=require_reason(reason))

    def unfreeze(self, actor: Actor, subject: str, *, reason: str) -> Person | Organisation:
        """Lift the freezing of a subject: by another officer than the one who froze it."""
        return self.move(actor, subject, SubjectEvent.UNFREEZE, reason=require_reason(reason))

    def move(self, actor: Actor, subject: str, event: SubjectEvent, *, reason: str) -> Person | Organisation:
        """Move a subject along its life."""
        with self.store.transaction() as tx:
            found = self.require_subject(tx, subject)
            state = LIFECYCLE.step(found.state, event, actor=actor.id, before=found.last_actor)
            assurance = None
            if event is SubjectEvent.PROVE:
                assurance = Assurance(level=COUNTER_LEVEL, source=COUNTER, by=actor.id, at=tx.now)
            self.repository.move_subject(tx, found, state, actor=actor.id, assurance=assurance)
            facts = {"state": state.value, "reason": reason}
            tx.record(AuditEvent(tag=f"identity:{event.value}:done", actor=actor.id, subject=found.id, facts=facts))
            tx.flush()
            return self.require_subject(tx, subject)

    def find(self, subject: str) -> Person | Organisation:
        """Return a subject by its unified identifier, or raise `SubjectUnknown`."""
        with self.store.reading() as view:
            return self.require_subject(view, subject)

    # --- building blocks

    def add_person(
        self, tx: Transaction, command: RegisterPerson, *, by: str, state: SubjectState = LIFECYCLE.initial
    ) -> Person:
        """Register a person within a use case of somebody else. A ceremony may register one as proven."""
        number = CitizenNumber.parse(command.citizen_number, today=tx.now.date())
        known = self.repository.person_by_number(tx, number)
        if known is not None:
            raise SubjectExists(subject=known.id)
        proven = state is SubjectState.ACTIVE
        person = Person(
            id=new_unified_identifier(SubjectKind.PERSON),
            state=state,
            last_actor=by,
            registered_at=tx.now,
            assurance=Assurance(level=COUNTER_LEVEL, source="ceremony", by=by, at=tx.now) if proven else None,
            name=PersonName(command.name.strip()),
            citizen_number=number,
        )
        self.repository.add_person(tx, person)
        tx.record(AuditEvent(tag="identity:register_person:done", actor=by, subject=person.id))
        return person

    def require_subject(self, view: Reading, subject: str) -> Person | Organisation:
        """Return a person or an organisation, or raise `SubjectUnknown`."""
        found = self.repository.person(view, subject) or self.repository.organisation(view, subject)
        if found is None:
            raise SubjectUnknown
        return found

    def require_person(self, view: Reading, person: str) -> Person:
        """Return a person, or raise `SubjectUnknown`."""
        found = self.repository.person(view, person)
        if found is None:
            raise SubjectUnknown
        return found

    def require_organisation(self, view: Reading, organisation: str, *, use: SubjectUse | None = None) -> Organisation:
        """Return an organisation whose state permits `use`. Raise `SubjectUnknown` or `SubjectNotActive`."""
        found = self.repository.organisation(view, organisation)
        if found is None:
            raise SubjectUnknown
        if use is not None:
            found.require(use)
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
            self.require_person(view, name).require(SubjectUse.ACT)
        elif not client_may_act(*states):
            raise SubjectNotActive(subject=name, state=states[0].value)

    def actor(self, view: Reading, name: str) -> Actor:
        """Return a person or a client with the duties held now, for what was asked for and is done later.

        Raise what `require_actor` raises.
        """
        self.require_actor(view, name)
        is_client = self.repository.states_of_client(view, name) is not None
        return Actor(id=name, grants=self.repository.grants(view, name), is_client=is_client)

    def acts_for(self, view: Reading, person: str, organisation: str) -> bool:
        """Tell whether a person holds any duty for an organisation."""
        return any(grant.organisation == organisation for grant in self.repository.grants(view, person))

    def client_may_act(self, view: Reading, client: Client) -> bool:
        """Tell whether a business system may act now: it is approved, and so is the organisation that it acts for."""
        owner = self.repository.organisation(view, client.organisation)
        return client_may_act(client.state, None if owner is None else owner.state)

    def require_holder(self, view: Reading, kind: SubjectKind, code: str) -> Person | Organisation:
        """Return the subject with this citizen number or credit code that may hold a licence.

        Raise `SubjectUnknown`, `SubjectNotActive`, or what is wrong with the code.
        """
        found: Person | Organisation | None
        if kind is SubjectKind.PERSON:
            found = self.repository.person_by_number(view, CitizenNumber.parse(code, today=view.now.date()))
        else:
            found = self.repository.organisation_by_code(view, CreditCode(code))
        if found is None:
            raise SubjectUnknown
        found.require(SubjectUse.HOLD)
        return found

    def subjects_of_code(self, view: Reading, code: str) -> tuple[SubjectId, ...]:
        """Return who is registered with a code, whichever kind of code it is; nobody where it is none."""
        found: list[Person | Organisation | None] = []
        with suppress(CitizenNumberMalformed):
            found.append(self.repository.person_by_number(view, CitizenNumber.parse(code, today=view.now.date())))
        with suppress(CreditCodeMalformed):
            found.append(self.repository.organisation_by_code(view, CreditCode(code)))
        return tuple(one.id for one in found if one is not None)


def client_may_act(client: ClientState, organisation: SubjectState | None) -> bool:
    """Tell whether a business system may act: it is approved, and the organisation that it acts for may act."""
    return client is ClientState.ACTIVE and organisation is not None and SubjectUse.ACT in PERMITS[organisation]
