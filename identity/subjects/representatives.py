"""Legal representatives 法定代表人: set and changed by two officers, on evidence."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from typing_extensions import override

from identity.errors import SubjectUnknown
from identity.four_eyes.proposals import Proposal
from identity.levels import Level
from identity.lifecycle import SubjectUse
from identity.subject import Organisation, Person
from identity.subjects.changes import ChangeKind, Ground
from identity.subjects.errors import NothingChanges, OwnAffair
from identity.subjects.handling import Made, SubjectHandler, keep, require_order
from trust.events import Fact
from trust.store import Reading, Transaction

__all__ = ["REPRESENT", "Representing", "content_of"]

REPRESENT: Final = "organisation:legal_representative"


def content_of(person: str, ground: Ground) -> Mapping[str, Fact]:
    """Return what is proposed."""
    return {"person": person, **ground.content}


class Representing(SubjectHandler):
    """The change of an organisation's legal representative."""

    kind: str = REPRESENT
    floor: Level = Level.HIGH

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Raise `OwnAffair`, `SubjectUnknown`, `SubjectNotActive`, `NothingChanges`, `ChangeOutOfOrder`.

        The person must be active; who becomes the representative does not decide on it as an officer.
        """
        super().check(view, proposal)
        organisation, person = self.parties(view, proposal)
        if person.id in (proposal.proposed_by, proposal.decided_by):
            raise OwnAffair
        if organisation.legal_representative == person.id:
            raise NothingChanges
        effective_on = Ground.of(proposal.content).effective_on
        kind = ChangeKind.LEGAL_REPRESENTATIVE
        require_order(self.repository, view, subject=organisation.id, kind=kind, effective_on=effective_on)

    def parties(self, view: Reading, proposal: Proposal) -> tuple[Organisation, Person]:
        """Return the organisation and who is to represent it."""
        organisation = self.require_living(view, proposal.subject)
        if not isinstance(organisation, Organisation):
            raise SubjectUnknown
        person = self.identity.require_person(view, str(proposal.content["person"]))
        person.require(SubjectUse.ACT)
        return organisation, person

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Set the representative, from now on the only one."""
        organisation, person = self.parties(tx, proposal)
        self.identity.repository.change_organisation(tx, replace(organisation, legal_representative=person.id))
        keep(
            self.repository,
            tx,
            Made.of(proposal, by=by),
            subject=organisation.id,
            kind=ChangeKind.LEGAL_REPRESENTATIVE,
            before=organisation.legal_representative or "",
            after=person.id,
        )

    @override
    def before(self, view: Reading, proposal: Proposal) -> Mapping[str, Fact]:
        """Tell who represents it now, where anybody does."""
        organisation = self.parties(view, proposal)[0]
        return {} if organisation.legal_representative is None else {"person": organisation.legal_representative}
