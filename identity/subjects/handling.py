"""What all changes of subjects have in common: two officers, evidence, an order in time, and a record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from typing_extensions import override

from identity.duties import Duty
from identity.errors import SubjectNotActive
from identity.four_eyes.proposals import Handler, Proposal
from identity.levels import Level
from identity.lifecycle import LIFECYCLE, SubjectEvent
from identity.service import IdentityService
from identity.subject import Organisation, Person
from identity.subjects.changes import ChangeKind, Ground, SubjectChange
from identity.subjects.errors import ChangeOutOfOrder, OwnAffair
from identity.subjects.repository import SubjectRepository
from trust.china_time import CHINA
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import Reading, Transaction

__all__ = ["CHINA", "Made", "SubjectHandler", "day_of", "keep", "require_order"]

NO_DETAILS: Final[Mapping[str, Fact]] = {}


def day_of(moment: datetime) -> date:
    """Return the day in China."""
    return moment.astimezone(CHINA).date()


@dataclass(frozen=True, kw_only=True)
class Made:
    """A change that two officers agreed on, and by which words."""

    proposal: str
    proposed_by: str
    approved_by: str
    reason: str
    ground: Ground
    details: Mapping[str, Fact] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, proposal: Proposal, *, by: str, details: Mapping[str, Fact] = NO_DETAILS) -> "Made":
        """Return what a proposal is when somebody approves it."""
        return cls(
            proposal=proposal.id,
            proposed_by=proposal.proposed_by,
            approved_by=by,
            reason=proposal.reason,
            ground=Ground.of(proposal.content),
            details=details,
        )


def keep(
    repository: SubjectRepository,
    tx: Transaction,
    made: Made,
    *,
    subject: str,
    kind: ChangeKind,
    before: str = "",
    after: str = "",
) -> SubjectChange:
    """Keep a change, and record that it was made: never what it was."""
    change = SubjectChange(
        id=new_id("chg", at=tx.now),
        subject=subject,
        kind=kind,
        effective_on=made.ground.effective_on,
        at=tx.now,
        proposed_by=made.proposed_by,
        approved_by=made.approved_by,
        proposal=made.proposal,
        before=before,
        after=after,
        reason=made.reason,
        evidence=made.ground.evidence,
        details=made.details,
    )
    repository.add_change(tx, change)
    facts: dict[str, Fact] = {
        "change": change.id,
        "proposal": change.proposal,
        "effective_on": change.effective_on.isoformat(),
    }
    tx.record(AuditEvent(tag=f"identity:{kind}:done", actor=made.approved_by, subject=subject, facts=facts))
    return change


def require_order(
    repository: SubjectRepository, view: Reading, *, subject: str, kind: ChangeKind, effective_on: date
) -> None:
    """Return if a change begins after the last one of its kind, and not in the time to come.

    Raise `ChangeOutOfOrder`. Changes of one kind that overtook each other would leave no answer to what was when.
    """
    earliest = max(
        (one.effective_on for one in repository.changes_of(view, [subject]) if one.kind is kind), default=date.min
    )
    latest = day_of(view.now)
    if not earliest <= effective_on <= latest:
        raise ChangeOutOfOrder(earliest=earliest.isoformat(), latest=latest.isoformat())


class SubjectHandler(Handler):
    """A change of a subject, proposed by one registrar and carried out by another one's approval."""

    proposers: frozenset[Duty] = frozenset({Duty.REGISTRAR})
    approvers: frozenset[Duty] = frozenset({Duty.REGISTRAR})
    floor: Level = Level.SUBSTANTIAL

    def __init__(self, identity: IdentityService, repository: SubjectRepository) -> None:
        self.identity = identity
        self.repository = repository

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Refuse what officers would do to their own records. Raise `OwnAffair`."""
        if proposal.subject in (proposal.proposed_by, proposal.decided_by):
            raise OwnAffair

    def require_living(self, view: Reading, subject: str) -> Person | Organisation:
        """Return a subject that is not at its end, under its own identifier.

        Raise `SubjectUnknown`, or `SubjectNotActive` for one that was closed, merged or erased.
        """
        found = self.identity.repository.person(view, subject) or self.identity.require_subject(view, subject)
        if SubjectEvent.CLOSE not in LIFECYCLE.events(found.state):
            raise SubjectNotActive(subject=found.id, state=found.state.value)
        return found
