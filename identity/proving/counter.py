"""Checks at the counter 柜台核验: one officer records what was seen, another one who sees it confirms.

The second pair of eyes comes by the four-eyes engine, as for every other change. Withdrawing what turned out to be
false stops harm, and cannot wait for a second officer.
"""

from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from identity import recording
from identity.duties import Actor, Duty
from identity.four_eyes.proposals import Handler, Proposal
from identity.levels import Level
from identity.proofing import repository as proofings
from identity.proofing.errors import EvidenceMalformed, OfficersMissing, ProofingClosed, ProofingUnknown
from identity.proofing.proofing import Evidence, Method, Proofing, ProofingState, Source, by_officers
from identity.proofing.rules import require_level_of
from identity.service import IdentityService
from identity.subject import SubjectKind
from trust.events import AuditEvent, Fact
from trust.reasons import require_reason
from trust.store import Reading, Store, Transaction

__all__ = ["KIND", "CounterCheck", "CounterChecks", "CounterSeen", "proofing_of", "require_seen"]

KIND: Final = "proofing:counter"
MOST_EVIDENCE: Final = 20


@dataclass(frozen=True, kw_only=True)
class CounterSeen:
    """What officers have looked at."""

    sources: frozenset[Source]
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if len(self.evidence) > MOST_EVIDENCE:
            raise EvidenceMalformed

    @property
    def content(self) -> dict[str, Fact]:
        """What of it stands in a proposal."""
        return {
            "sources": " ".join(sorted(self.sources)),
            "evidence": " ".join(one.told for one in self.evidence),
        }

    @classmethod
    def of(cls, proposal: Proposal) -> "CounterSeen":
        """Return what stands in a proposal."""
        sources, evidence = (str(proposal.content[name]).split() for name in ("sources", "evidence"))
        return cls(sources=frozenset(map(Source, sources)), evidence=tuple(map(Evidence.read, evidence)))

    def level(self, subject: str) -> Level:
        """Return the level that it reaches for a subject. Raise `ProofingInsufficient`."""
        return require_level_of(SubjectKind(subject[0]), Method.COUNTER, self.sources)


def require_seen(identity: IdentityService, view: Reading, proposal: Proposal) -> Level:
    """Return the level that a proposed check reaches.

    Raise `SubjectUnknown`, `ProofingInsufficient`, or `OfficersMissing` where an officer would prove himself, or a
    business system is taken for one.
    """
    subject = identity.require_subject(view, proposal.subject)
    officers = tuple(one for one in (proposal.proposed_by, proposal.decided_by) if one is not None)
    recording.require_officers(identity.repository, view, *officers)
    if subject.id in officers:
        raise OfficersMissing
    return CounterSeen.of(proposal).level(subject.id)


def proofing_of(identity: IdentityService, view: Reading, proposal: Proposal) -> Proofing:
    """Return the proofing that two officers have made by a proposal. Raise what `require_seen` raises."""
    level = require_seen(identity, view, proposal)
    seen = CounterSeen.of(proposal)
    return by_officers(
        proposal.subject,
        sources=seen.sources,
        level=level,
        officers=(proposal.proposed_by, proposal.decided_by or ""),
        evidence=seen.evidence,
        at=view.now,
        expires_at=view.now + identity.lifetimes.of(level),
    )


class CounterCheck(Handler):
    """A check at the counter, as a kind of proposal."""

    kind = KIND
    proposers = frozenset({Duty.REGISTRAR})
    approvers = frozenset({Duty.REGISTRAR})
    floor = Level.SUBSTANTIAL

    def __init__(self, identity: IdentityService) -> None:
        self.identity = identity

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Return if the officers can have seen this, else raise what `require_seen` raises."""
        require_seen(self.identity, view, proposal)

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Keep the proofing."""
        made = proofing_of(self.identity, tx, proposal)
        subject = self.identity.require_subject(tx, proposal.subject)
        recording.record(self.identity.repository, tx, subject, made, by=by)


class CounterChecks:
    """What officers see of proofings, and take back."""

    def __init__(self, *, store: Store, identity: IdentityService) -> None:
        self.store = store
        self.identity = identity

    def of(self, subject: str) -> tuple[Proofing, ...]:
        """Return the proofings of a subject, the newest first. Raise `SubjectUnknown`."""
        with self.store.reading() as view:
            return proofings.of_subject(view, self.identity.require_subject(view, subject).id)

    def withdraw(self, actor: Actor, name: str, *, reason: str) -> Proofing:
        """Let a proofing count no longer, at once. Raise `ProofingUnknown`, `ProofingClosed`, `ReasonMissing`."""
        told = require_reason(reason)
        with self.store.transaction() as tx:
            found = proofings.proofing(tx, name)
            if found is None:
                raise ProofingUnknown
            if found.state is ProofingState.WITHDRAWN:
                raise ProofingClosed(state=found.state.value)
            proofings.withdraw(tx, found.id)
            facts: dict[str, Fact] = {"proofing": found.id, "level": found.level.value, "reason": told}
            tx.record(AuditEvent(tag="identity:prove:withdrawn", actor=actor.id, subject=found.subject, facts=facts))
            tx.flush()
            return proofings.proofing(tx, name) or found
