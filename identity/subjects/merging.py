"""Merging doubles 合并: two identifiers turn out to be of one person, and one of them survives.

What moves, and what ends, stands in docs/subjects.md. What says who somebody is moves; what lets somebody do
something does not: two registrars can tell that two persons are one, and give nobody a power by it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from typing_extensions import override

from identity.four_eyes.proposals import Proposal
from identity.levels import Level
from identity.lifecycle import LIFECYCLE, SubjectEvent, SubjectState
from identity.service import IdentityService
from identity.subject import Person
from identity.subjects.changes import ChangeKind, Ground
from identity.subjects.errors import MergeNotPossible, OwnAffair
from identity.subjects.handling import Made, SubjectHandler, keep, require_order
from identity.subjects.repository import SubjectRepository
from trust.events import Fact
from trust.store import Reading, Transaction

__all__ = ["MERGE", "Forget", "Merging", "content_of"]

MERGE: Final = "person:merge"

Forget = Callable[[Transaction, str], int]
"""Forgets what another part of the house keeps of a person's ways in; returns how much it was."""


def content_of(survivor: str, ground: Ground) -> Mapping[str, Fact]:
    """Return what is proposed; its subject is the identifier that ends."""
    return {"survivor": survivor, **ground.content}


class Merging(SubjectHandler):
    """The merge of one person's identifier into another."""

    kind: str = MERGE
    floor: Level = Level.HIGH

    def __init__(
        self, identity: IdentityService, repository: SubjectRepository, *, forgets: Iterable[Forget] = ()
    ) -> None:
        super().__init__(identity, repository)
        self.forgets = tuple(forgets)

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Raise `OwnAffair`, `MergeNotPossible`, `ChangeOutOfOrder`."""
        super().check(view, proposal)
        if proposal.content["survivor"] in (proposal.proposed_by, proposal.decided_by):
            raise OwnAffair
        self.parties(view, proposal)
        effective_on = Ground.of(proposal.content).effective_on
        require_order(self.repository, view, subject=proposal.subject, kind=ChangeKind.MERGE, effective_on=effective_on)

    def parties(self, view: Reading, proposal: Proposal) -> tuple[Person, Person]:
        """Return who ends and who survives. Raise `MergeNotPossible`.

        Who is frozen is not merged, nor is anybody merged into them: that would be a way out.
        """
        people = self.identity.repository
        ending, survivor = people.person(view, proposal.subject), people.person(view, str(proposal.content["survivor"]))
        if ending is None or survivor is None:
            raise MergeNotPossible(fault="kind")
        if ending.id == survivor.id:
            raise MergeNotPossible(fault="same")
        states = ending.state, survivor.state
        if SubjectState.FROZEN in states:
            raise MergeNotPossible(fault="frozen")
        if any(SubjectEvent.MERGE not in LIFECYCLE.events(state) for state in states):
            raise MergeNotPossible(fault="state")
        return ending, survivor

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Move what says who somebody is, end what lets somebody act, and write down both."""
        ending, survivor = self.parties(tx, proposal)
        people = self.identity.repository
        documents = people.documents.move(tx, before=ending.id, after=survivor.id)
        represented = people.represented_by(tx, ending.id)
        for organisation in represented:
            people.change_organisation(tx, replace(organisation, legal_representative=survivor.id))
            made = Made.of(proposal, by=by)
            kind = ChangeKind.LEGAL_REPRESENTATIVE
            keep(self.repository, tx, made, subject=organisation.id, kind=kind, before=ending.id, after=survivor.id)
        self.repository.lead_on(tx, before=ending.id, after=survivor.id)
        ended = self.repository.end_access(tx, ending.id)
        forgotten = sum(forget(tx, ending.id) for forget in self.forgets)
        people.change_person(tx, replace(ending, document=None, merged_into=survivor.id))
        people.move_subject(tx, ending, LIFECYCLE.after(ending.state, SubjectEvent.MERGE), actor=by)
        details: dict[str, Fact] = {
            "documents": " ".join(documents),
            "known_by": ending.masked_code,
            "represented": " ".join(one.id for one in represented),
            "authenticators": forgotten,
            **ended.facts,
        }
        made = Made.of(proposal, by=by, details=details)
        keep(
            self.repository,
            tx,
            made,
            subject=ending.id,
            kind=ChangeKind.MERGE,
            before=ending.id,
            after=survivor.id,
        )
