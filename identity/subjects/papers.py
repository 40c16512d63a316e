"""Changes of the identity documents of persons: another one is added, one counts no more 证件变更."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from typing_extensions import override

from identity.document_repository import KeptDocument
from identity.documents import DocumentKind, IdentityDocument, ShownDocument
from identity.errors import SubjectUnknown
from identity.four_eyes.proposals import Proposal
from identity.subject import Person
from identity.subjects.changes import ChangeKind, Ground
from identity.subjects.errors import DocumentInUse, DocumentUnknown, NothingChanges
from identity.subjects.handling import Made, SubjectHandler, day_of, keep
from trust.events import Fact
from trust.store import Reading, Transaction

__all__ = ["ADD_DOCUMENT", "END_DOCUMENT", "DocumentAdding", "DocumentEnding", "added_content", "ended_content"]

ADD_DOCUMENT: Final = "person:document:add"
END_DOCUMENT: Final = "person:document:end"


def added_content(shown: ShownDocument, ground: Ground, *, becomes_known_by: bool) -> Mapping[str, Fact]:
    """Return what is proposed: a document, and whether the person is to be known by it from then on."""
    return {
        "document_kind": shown.kind.value,
        "number": shown.number,
        "country": shown.country,
        "valid_until": None if shown.valid_until is None else shown.valid_until.isoformat(),
        "known_by": becomes_known_by,
        **ground.content,
    }


def ended_content(document: str, ground: Ground) -> Mapping[str, Fact]:
    """Return what is proposed: that a document counts no more."""
    return {"document": document, **ground.content}


def document_in(content: Mapping[str, Fact], *, today: date) -> IdentityDocument:
    """Return the document that a proposal names. Raise what is wrong with it."""
    until = content["valid_until"]
    return ShownDocument(
        kind=DocumentKind(str(content["document_kind"])),
        number=str(content["number"]),
        country=str(content["country"]),
        valid_until=None if until is None else date.fromisoformat(str(until)),
    ).read(today=today)


class PersonHandler(SubjectHandler):
    """A change of a natural person."""

    def require_person(self, view: Reading, person: str) -> Person:
        """Return a person who is not at the end. Raise `SubjectUnknown` or `SubjectNotActive`."""
        found = self.require_living(view, person)
        if not isinstance(found, Person):
            raise SubjectUnknown
        return found


class DocumentAdding(PersonHandler):
    """One more document of a person."""

    kind: str = ADD_DOCUMENT

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Raise `OwnAffair`, `SubjectUnknown`, `SubjectNotActive`, `DocumentInUse`, and what is wrong with it."""
        super().check(view, proposal)
        self.require_person(view, proposal.subject)
        self.read(view, proposal)

    def read(self, view: Reading, proposal: Proposal) -> IdentityDocument:
        """Return the document that is to be added. Raise `DocumentInUse` where anybody has it already."""
        document = document_in(proposal.content, today=day_of(view.now))
        if self.identity.repository.documents.persons_of(view, [document.lookup]):
            raise DocumentInUse(fault="registered")
        return document

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Add the document; where that was proposed, the person is known by it from now on."""
        person, document = self.require_person(tx, proposal.subject), self.read(tx, proposal)
        people = self.identity.repository
        name = people.documents.add(tx, person.id, document)
        if proposal.content["known_by"]:
            people.change_person(tx, replace(person, document=document))
        made = Made.of(proposal, by=by, details={"document": name, "known_by": proposal.content["known_by"]})
        keep(self.repository, tx, made, subject=person.id, kind=ChangeKind.DOCUMENT_ADD, after=told(document))

    @override
    def shown(self, proposal: Proposal) -> Mapping[str, Fact]:
        """Mask the number."""
        number = str(proposal.content["number"]).strip()
        return {**proposal.content, "number": number[:1] + "*" * max(0, len(number) - 3) + number[-2:]}


class DocumentEnding(PersonHandler):
    """A document counts no more: lost, replaced, taken away. The person is still found by it, and nobody else is."""

    kind: str = END_DOCUMENT

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Raise `OwnAffair`, `SubjectUnknown`, `SubjectNotActive`, `DocumentUnknown`, `NothingChanges`.

        And `DocumentInUse` for the one by which the person is known: another one is put in its place first.
        """
        super().check(view, proposal)
        self.require_ending(view, self.require_person(view, proposal.subject), str(proposal.content["document"]))

    def require_ending(self, view: Reading, person: Person, name: str) -> KeptDocument:
        """Return a document of a person that may end."""
        found = self.identity.repository.documents.get(view, name)
        if found is None or found.person != person.id:
            raise DocumentUnknown
        if found.ended_at is not None:
            raise NothingChanges
        if person.document is not None and person.document.lookup == found.document.lookup:
            raise DocumentInUse(fault="known_by")
        return found

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Let it count no more."""
        person = self.require_person(tx, proposal.subject)
        found = self.require_ending(tx, person, str(proposal.content["document"]))
        self.identity.repository.documents.end(tx, found.id)
        made = Made.of(proposal, by=by, details={"document": found.id})
        kind = ChangeKind.DOCUMENT_END
        keep(self.repository, tx, made, subject=person.id, kind=kind, before=told(found.document))


def told(document: IdentityDocument) -> str:
    """Return a document in one line of the history."""
    return f"{document.kind.value} {document.country}{document.number}"
