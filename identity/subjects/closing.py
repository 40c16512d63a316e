"""The end of a subject 注销: by death of a person 死亡, by dissolution of an organisation.

Whatever it may do or hold is asked of its state at the moment of use, and ends with it. Licences that it held stay
verifiable, and say what they said.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from typing_extensions import override

from identity.four_eyes.proposals import Proposal
from identity.levels import Level
from identity.lifecycle import LIFECYCLE, SubjectEvent
from identity.subject import Organisation, Person
from identity.subjects.changes import ChangeKind, Ground
from identity.subjects.errors import CauseNotOfSubject
from identity.subjects.handling import Made, SubjectHandler, keep, require_order
from trust.events import Fact
from trust.store import Reading, Transaction

__all__ = ["CLOSE", "Cause", "Closing", "content_of"]

CLOSE: Final = "subject:close"


class Cause(StrEnum):
    """By what a subject ends."""

    DEATH = "death"  # 死亡
    DECLARED_DEAD = "declared_dead"  # 宣告死亡
    DISSOLUTION = "dissolution"  # 解散、注销登记
    BANKRUPTCY = "bankruptcy"  # 破产
    ABSORPTION = "absorption"  # 合并、撤并
    REVOCATION = "revocation"  # 依法撤销、吊销


OF_PERSONS: Final = frozenset({Cause.DEATH, Cause.DECLARED_DEAD})


def content_of(cause: Cause, ground: Ground) -> Mapping[str, Fact]:
    """Return what is proposed; the evidence says who told of it."""
    return {"cause": cause.value, **ground.content}


class Closing(SubjectHandler):
    """The end of a person or an organisation."""

    kind: str = CLOSE
    floor: Level = Level.HIGH

    @override
    def check(self, view: Reading, proposal: Proposal) -> None:
        """Raise `OwnAffair`, `SubjectUnknown`, `SubjectNotActive`, `CauseNotOfSubject`, `ChangeOutOfOrder`."""
        super().check(view, proposal)
        require_cause(self.require_living(view, proposal.subject), Cause(str(proposal.content["cause"])))
        effective_on = Ground.of(proposal.content).effective_on
        kind = ChangeKind.CLOSE
        require_order(self.repository, view, subject=proposal.subject, kind=kind, effective_on=effective_on)

    @override
    def carry_out(self, tx: Transaction, proposal: Proposal, *, by: str) -> None:
        """Close the subject, and end its sessions, duties and account."""
        found = self.require_living(tx, proposal.subject)
        state = LIFECYCLE.after(found.state, SubjectEvent.CLOSE)
        self.identity.repository.move_subject(tx, found, state, actor=by)
        ended = self.repository.end_access(tx, found.id)
        cause = str(proposal.content["cause"])
        made = Made.of(proposal, by=by, details={"cause": cause, **ended.facts})
        keep(
            self.repository,
            tx,
            made,
            subject=found.id,
            kind=ChangeKind.CLOSE,
            before=found.state.value,
            after=state.value,
        )


def require_cause(subject: Person | Organisation, cause: Cause) -> None:
    """Return if such a subject can end by this, else raise `CauseNotOfSubject`."""
    if isinstance(subject, Person) is not (cause in OF_PERSONS):
        raise CauseNotOfSubject(cause=cause.value)
