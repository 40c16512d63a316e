"""Recovering an account at the counter 柜台找回: two officers see the person, and one of them hands over a new code."""

from datetime import timedelta
from typing import Final

from typing_extensions import override

from identity import recording
from identity.duties import Actor, Duty
from identity.errors import AccountUnknown
from identity.four_eyes.errors import ProposalNotAgreed
from identity.four_eyes.proposals import Handler, Proposal
from identity.four_eyes.service import FourEyes
from identity.levels import Level
from identity.lifecycle import SubjectUse
from identity.notices.notices import NoticeKind, tell
from identity.proofing.errors import ProofingInsufficient
from identity.proving.counter import proofing_of, require_seen
from identity.recovery.reopening import Reopening
from identity.service import IdentityService
from identity.tokens import IssuedToken
from trust.events import AuditEvent, Fact
from trust.store import Reading, Store, Transaction

__all__ = ["HANDED_OVER_WITHIN", "KIND", "CounterRecovery", "RecoveryAtCounter"]

KIND: Final = "account:recover"
HANDED_OVER_WITHIN: Final = timedelta(hours=1)
"""The person stands there: a code that nobody has fetched by then is not given any more."""


class CounterRecovery(Handler):
    """A recovery at the counter, as a kind of proposal: agreed to by the second officer, used by the code."""

    kind = KIND
    proposers = frozenset({Duty.REGISTRAR})
    approvers = frozenset({Duty.REGISTRAR})
    floor = Level.HIGH
    later = True

    def __init__(self, identity: IdentityService) -> None:
        self.identity = identity

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Return if the person has an account, may act, and was seen as a check at the counter asks for.

        Raise `SubjectUnknown`, `SubjectNotActive`, `AccountUnknown`, `ProofingInsufficient`, `OfficersMissing`.
        """
        self.identity.require_person(view, proposal.subject).require(SubjectUse.ACT)
        if self.identity.repository.account(view, person=proposal.subject) is None:
            raise AccountUnknown
        if require_seen(self.identity, view, proposal) is not Level.HIGH:
            raise ProofingInsufficient

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Change nothing yet: the code that is handed over does it."""


class RecoveryAtCounter:
    """Hands over what two officers have agreed to."""

    def __init__(self, *, store: Store, identity: IdentityService, reopening: Reopening, four_eyes: FourEyes) -> None:
        self.store = store
        self.identity = identity
        self.reopening = reopening
        self.four_eyes = four_eyes

    def hand_over(self, actor: Actor, proposal: str, *, person: str) -> IssuedToken:
        """Return a new activation code, once, to one of the two officers for the person who stands there.

        The account has no password, authenticator or session any more, the check at the counter counts as a proofing,
        and what an earlier recovery capped is lifted. Raise `ProposalNotAgreed`, and what `CounterRecovery.check`
        raises.
        """
        with self.store.transaction() as tx:
            agreed = self.four_eyes.use(tx, proposal, kind=KIND, subject=person, by=actor.id)
            is_late = agreed.decided_at is None or tx.now > agreed.decided_at + HANDED_OVER_WITHIN
            if is_late or actor.id not in (agreed.proposed_by, agreed.decided_by):
                raise ProposalNotAgreed
            self.four_eyes.handlers[KIND].check(tx, agreed)
            found = self.identity.require_person(tx, person)
            made = proofing_of(self.identity, tx, agreed)
            recording.record(self.identity.repository, tx, found, made, by=actor.id)
            issued = self.reopening.reopen(tx, found.id, by=actor.id)
            tell(tx, found.id, NoticeKind.RECOVERY_DONE, {"proposal": agreed.id})
            facts: dict[str, Fact] = {"proposal": agreed.id, "proofing": made.id}
            tx.record(AuditEvent(tag="account:recover:done", actor=actor.id, subject=found.id, facts=facts))
            return issued
