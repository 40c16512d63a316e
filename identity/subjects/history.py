"""What a subject was called, and who represented it, on any day; and everything that is kept of a person for a copy."""

from dataclasses import dataclass, field
from datetime import date

from identity.document_repository import KeptDocument
from identity.documents import ShownDocument
from identity.errors import SubjectUnknown
from identity.service import IdentityService
from identity.subject import Organisation, Person
from identity.subjects.changes import ChangeKind, DataAccess, SubjectChange
from identity.subjects.handling import day_of
from identity.subjects.renaming import name_of
from identity.subjects.repository import SubjectRepository
from trust.store import Reading, Store

__all__ = ["Copy", "HistoryService", "as_of"]


@dataclass(frozen=True, kw_only=True)
class Copy:
    """Everything that identity keeps of a person (个人信息保护法 art. 45). It shows itself without it."""

    person: Person = field(repr=False)
    identifiers: tuple[str, ...]
    documents: tuple[KeptDocument, ...] = field(repr=False)
    changes: tuple[SubjectChange, ...] = field(repr=False)
    accesses: tuple[DataAccess, ...] = field(repr=False)


def as_of(changes: tuple[SubjectChange, ...], kind: ChangeKind, now: str, *, on: date) -> str:
    """Return what stood on a day: what the first later change of that kind put an end to, else what stands now."""
    later = [one for one in changes if one.kind is kind and one.effective_on > on]
    later.sort(key=lambda one: (one.effective_on, one.at))
    return later[0].before if later else now


class HistoryService:
    """Questions about what was."""

    def __init__(self, *, store: Store, identity: IdentityService, repository: SubjectRepository) -> None:
        self.store = store
        self.identity = identity
        self.repository = repository

    def changes(self, subject: str) -> tuple[SubjectChange, ...]:
        """Return the changes of a subject and of what was merged into it, in their order. Raise `SubjectUnknown`."""
        with self.store.reading() as view:
            return self.changes_in(view, self.identity.require_subject(view, subject).id)

    def changes_in(self, view: Reading, subject: str) -> tuple[SubjectChange, ...]:
        """Return the same for a use case of somebody else."""
        return self.repository.changes_of(view, self.identity.names_of(view, subject))

    def name_on(self, subject: str, on: date) -> str:
        """Return what a subject was called on a day in China, in clear. Raise `SubjectUnknown`."""
        with self.store.reading() as view:
            found = self.identity.require_subject(view, subject)
            own = self.repository.changes_of(view, [found.id])
            return as_of(own, ChangeKind.RENAME, name_of(found), on=on)

    def representative_on(self, organisation: str, on: date) -> str | None:
        """Return who represented an organisation on a day, if anybody did. Raise `SubjectUnknown`."""
        with self.store.reading() as view:
            found: Organisation = self.identity.require_organisation(view, organisation)
            own = self.repository.changes_of(view, [found.id])
            now = found.legal_representative or ""
            return as_of(own, ChangeKind.LEGAL_REPRESENTATIVE, now, on=on) or None

    def find(self, shown: ShownDocument) -> Person:
        """Return whom a document names. Raise `SubjectUnknown`, and what is wrong with the document."""
        with self.store.reading() as view:
            document = shown.read(today=day_of(view.now))
            found = self.identity.repository.person_by_document(view, [document.lookup])
            if found is None:
                raise SubjectUnknown
            return found

    def copy(self, person: str) -> Copy:
        """Return everything that is kept of a person. Raise `SubjectUnknown`."""
        with self.store.reading() as view:
            found = self.identity.require_person(view, person)
            names = self.identity.names_of(view, found.id)
            return Copy(
                person=found,
                identifiers=names,
                documents=self.identity.repository.documents.of(view, found.id),
                changes=self.repository.changes_of(view, names),
                accesses=self.repository.accesses_of(view, names),
            )
