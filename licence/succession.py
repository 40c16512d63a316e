"""New editions of a licence 变更、延续、换发、更正: which place in its chain one takes, and how the one before ends.

An edition keeps type, issuer and serial of the identifier (GB/T 36904-2018); its version is the next that no edition
ever had. The edition before stays in force until the new one is released, and ends in the same transaction.
"""

from dataclasses import dataclass, replace

from licence.errors import LicenceExpired, LicenceUnknown, SuccessorUnfit
from licence.lifecycle import LIFECYCLE, SUCCESSIONS, LicenceEvent
from licence.number import LicenceIdentifier
from licence.records import Licence, Origin, has_expired
from licence.repository import LicenceRepository
from licence.steps import Why, step
from licence.types.kind import LicenceType
from trust.reasons import require_reason
from trust.store import Reading, Transaction

__all__ = ["Succession", "end_predecessor", "next_identifier_of", "require_predecessor"]


@dataclass(frozen=True, kw_only=True)
class Succession:
    """That a licence takes the place of another, and why."""

    predecessor: str
    """Our identifier, or the licence identifier."""

    event: LicenceEvent
    reason: str

    def __post_init__(self) -> None:
        if self.event not in SUCCESSIONS:
            raise ValueError("by this event nothing takes the place of a licence")
        require_reason(self.reason)

    @property
    def origin(self) -> Origin:
        """How the new edition comes to be."""
        return Origin(self.event.value)


def require_predecessor(
    repository: LicenceRepository, view: Reading, succession: Succession, *, kind: LicenceType, actor: str
) -> Licence:
    """Return the licence whose place is to be taken, where that may happen.

    Raise `LicenceUnknown`, `SuccessorUnfit` where it is of another type, `EventNotPossible` or `LicenceExpired`.
    """
    name = succession.predecessor
    found = repository.get(view, name) or repository.by_identifier(view, name)
    if found is None:
        raise LicenceUnknown
    if found.type != kind.id:
        raise SuccessorUnfit(licence=found.id, field="type")
    LIFECYCLE.step(found.state, succession.event, actor=actor, before=found.last_actor)
    if has_expired(found, view.now):
        raise LicenceExpired(licence=found.id)
    return found


def next_identifier_of(repository: LicenceRepository, tx: Transaction, predecessor: Licence) -> LicenceIdentifier:
    """Return the identifier of the next edition. Raise `LicenceIdentifierMalformed` after the 999th."""
    newest = repository.newest_edition(tx, predecessor.chain)
    return replace(LicenceIdentifier.parse(predecessor.identifier), version=newest + 1)


def end_predecessor(repository: LicenceRepository, tx: Transaction, released: Licence, *, actor: str, why: Why) -> None:
    """Let the edition end whose place `released` has taken. Raise `EventNotPossible` where it has ended by itself."""
    if released.predecessor is None:
        return
    before = repository.get(tx, released.predecessor)
    if before is None:
        raise LicenceUnknown
    event = LicenceEvent(released.origin.value)
    facts = {"successor": released.id, "identifier": released.identifier}
    step(repository, tx, replace(before, successor=released.id), event, actor=actor, why=why, facts=facts)
