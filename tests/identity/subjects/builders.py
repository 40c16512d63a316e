"""Builders for the tests of the life of subjects: an office with two registrars and the four-eyes engine."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import uuid4

from identity.duties import Actor, Duty, Grant
from identity.four_eyes.proposals import Proposal
from identity.four_eyes.repository import ProposalRepository
from identity.four_eyes.service import FourEyes
from identity.levels import Level
from identity.subject import Person
from identity.subjects.changes import Ground
from identity.subjects.closing import Closing
from identity.subjects.disclosing import DisclosureService
from identity.subjects.erasing import Erasing
from identity.subjects.history import HistoryService
from identity.subjects.merging import Merging
from identity.subjects.papers import DocumentAdding, DocumentEnding
from identity.subjects.renaming import Renaming
from identity.subjects.repository import SubjectRepository
from identity.subjects.representatives import Representing
from keys.wrapping import EnvelopeProtection, RootKey
from tests.identity.builders import SECRET, Office
from trust.events import Fact
from trust.store import Reading, Transaction

__all__ = ["GROUND", "REASON", "TODAY", "Registry"]

TODAY: Final = date(2026, 11, 22)
"""The day in China on which the tests play."""

REASON: Final = "凭公安机关变更证明"
GROUND: Final = Ground(effective_on=date(2026, 11, 1), evidence="公安变更通知〔2026〕第18号")


@dataclass
class Registry:
    """The life of subjects on an office."""

    office: Office
    forgotten: list[str] = field(default_factory=list)
    """Of whom other parts of the house were told to forget."""

    needed: set[str] = field(default_factory=set)
    """Who holds a licence in force."""

    def __post_init__(self) -> None:
        office = self.office
        protection = EnvelopeProtection.derived(RootKey(SECRET))
        self.repository = SubjectRepository(protection)
        plain = (office.identity, self.repository)
        self.four_eyes = FourEyes(
            store=office.store,
            identity=office.identity,
            repository=ProposalRepository(protection),
            handlers=[
                Renaming(*plain),
                DocumentAdding(*plain),
                DocumentEnding(*plain),
                Representing(*plain),
                Closing(*plain),
                Merging(*plain, forgets=[self.forget]),
                Erasing(*plain, needs={"licence_in_force": self.is_needed}, forgets=[self.forget]),
            ],
        )
        self.history = HistoryService(store=office.store, identity=office.identity, repository=self.repository)
        self.disclosures = DisclosureService(store=office.store, identity=office.identity, repository=self.repository)
        self.first, self.second = self.registrar("程安"), self.registrar("苏敏")

    def forget(self, _: Transaction, person: str) -> int:
        """Take note that a part of the house was told to forget somebody."""
        self.forgotten.append(person)
        return 1

    def is_needed(self, _: Reading, person: str) -> bool:
        """Tell whether somebody holds a licence in force."""
        return person in self.needed

    def registrar(self, name: str) -> Actor:
        """Return a registrar who is a person of the office, in a session of the highest level."""
        return self.officer(self.office.person(name), Duty.REGISTRAR)

    def officer(self, person: Person, *duties: Duty) -> Actor:
        """Return a person as an actor with duties, who holds them."""
        for one in duties:
            self.appoint(person.id, Grant(one))
        return Actor(id=person.id, grants=frozenset(map(Grant, duties)), level=Level.HIGH)

    def appoint(self, person: str, grant: Grant) -> None:
        """Give a person a duty."""
        with self.office.store.transaction() as tx:
            self.office.appointing.add_grant(tx, person, grant, by="security administrator")

    def propose(
        self, kind: str, subject: str, content: Mapping[str, Fact], *, by: Actor | None = None, reason: str = REASON
    ) -> Proposal:
        """Propose a change, as the first registrar."""
        return self.four_eyes.propose(
            by or self.first, kind=kind, subject=subject, content=content, reason=reason, request_key=uuid4().hex
        )

    def approve(self, proposal: Proposal, *, by: Actor | None = None) -> Proposal:
        """Agree to it a second later, as the second registrar."""
        self.office.clock.advance(timedelta(seconds=1))
        return self.four_eyes.approve(by or self.second, proposal.id, digest=proposal.digest)

    def change(self, kind: str, subject: str, content: Mapping[str, Fact]) -> Proposal:
        """Propose a change and carry it out."""
        return self.approve(self.propose(kind, subject, content))

    def person(self, subject: str) -> Person:
        """Return a person as kept under exactly this identifier."""
        with self.office.store.reading() as view:
            found = self.office.repository.person(view, subject)
        assert found is not None
        return found
