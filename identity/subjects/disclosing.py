"""Looking at a person's data in clear 按目的查询: for a purpose of a closed list, on record before it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from identity.duties import Actor, Duty
from identity.service import IdentityService
from identity.subject import Person
from identity.subjects.changes import PURPOSES, ChangeKind, DataAccess, DataField, Purpose
from identity.subjects.errors import EvidenceMissing, PurposeNotPermitted
from identity.subjects.repository import SubjectRepository
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Store, Transaction

__all__ = ["Disclose", "Disclosed", "DisclosureService"]

MAX_REFERENCE: Final = 100


@dataclass(frozen=True, kw_only=True)
class Disclose:
    """What somebody wants to see, and what for."""

    person: str
    purpose: Purpose
    fields: frozenset[DataField]
    reference: str = field(repr=False)
    """The case in which it is needed 办件编号."""

    organisation: str | None = None
    """For which organisation, where the duty is held for one."""


@dataclass(frozen=True, kw_only=True)
class Disclosed:
    """What was shown. It shows itself without it."""

    access: DataAccess
    values: Mapping[DataField, tuple[str, ...]] = field(repr=False)


class DisclosureService:
    """The use cases of looking at personal data, and of knowing who did."""

    def __init__(self, *, store: Store, identity: IdentityService, repository: SubjectRepository) -> None:
        self.store = store
        self.identity = identity
        self.repository = repository

    def disclose(self, actor: Actor, command: Disclose) -> Disclosed:
        """Show a person's data in clear. The record of it is committed first: without one nothing is shown.

        Raise `PurposeNotPermitted`, `EvidenceMissing` where no case is named, `SubjectUnknown`.
        """
        duty, organisation = self.duty_for(actor, command)
        if not 0 < len(command.reference.strip()) <= MAX_REFERENCE:
            raise EvidenceMissing
        with self.store.transaction() as tx:
            person = self.identity.require_person(tx, command.person)
            values = {one: self.values(tx, person, one) for one in sorted(command.fields)}
            access = DataAccess(
                id=new_id("look", at=tx.now),
                subject=person.id,
                at=tx.now,
                reader=actor.id,
                duty=duty,
                organisation=organisation,
                purpose=command.purpose,
                fields=command.fields,
                reference=command.reference.strip(),
            )
            self.record(tx, access)
        return Disclosed(access=access, values=values)

    def duty_for(self, actor: Actor, command: Disclose) -> tuple[Duty, str | None]:
        """Return with which duty, and for whom, the actor may see this for this purpose, else raise."""
        for duty, fields in sorted(PURPOSES[command.purpose].items()):
            for grant in sorted(actor.grants, key=lambda one: one.organisation or ""):
                is_asked = command.organisation is None or grant.organisation == command.organisation
                if grant.duty is duty and is_asked and command.fields and command.fields <= fields:
                    return grant.duty, grant.organisation
        raise PurposeNotPermitted(purpose=command.purpose.value)

    def record(self, tx: Transaction, access: DataAccess) -> None:
        """Put an access on record, in the trail and in the person's own list."""
        self.repository.add_access(tx, access)
        facts: dict[str, Fact] = {
            "access": access.id,
            "purpose": access.purpose.value,
            "fields": " ".join(sorted(access.fields)),
            "duty": access.duty.value,
            "organisation": access.organisation,
        }
        tx.record(AuditEvent(tag="identity:disclose:done", actor=access.reader, subject=access.subject, facts=facts))

    def values(self, view: Reading, person: Person, asked: DataField) -> tuple[str, ...]:
        """Return what stands in one field."""
        match asked:
            case DataField.NAME:
                return (person.name.value,)
            case DataField.DOCUMENT:
                return (person.code,)
            case DataField.DOCUMENTS:
                kept = self.identity.repository.documents.of(view, person.id)
                return tuple(f"{one.document.kind.value} {one.document.number}" for one in kept)
            case DataField.FORMER_NAMES:
                changes = self.repository.changes_of(view, self.identity.names_of(view, person.id))
                return tuple(one.before for one in changes if one.kind is ChangeKind.RENAME)

    def accesses(self, person: str, *, before: str = "") -> tuple[DataAccess, ...]:
        """Return who looked at a person's data, newest first 谁查过我的信息."""
        with self.store.reading() as view:
            return self.repository.accesses_of(view, self.identity.names_of(view, person), before=before)
