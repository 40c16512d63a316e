"""Errors of proposals.

NotFound
└── ProposalUnknown     no such proposal, or none that concerns this person
Conflict
├── ProposalNotOpen     decided already, or over
├── ProposalOpen        somebody proposed a change of the same thing, and nobody has decided
├── ProposalOutdated    what is agreed to is not what is proposed
├── ProposalNotAgreed   nobody agreed to this, or it was carried out already, or too long ago
└── ProposerMayNot      who proposed it may not propose such a thing any more
"""

from typing import ClassVar

from trust.errors import Conflict, NotFound

__all__ = [
    "ProposalNotAgreed",
    "ProposalNotOpen",
    "ProposalOpen",
    "ProposalOutdated",
    "ProposalUnknown",
    "ProposerMayNot",
]


class ProposalUnknown(NotFound):
    """There is no such proposal, or none that concerns this person."""

    code = "proposal.unknown"


class ProposalNotOpen(Conflict):
    """The proposal is decided already, or its time is over."""

    code = "proposal.not_open"
    detail_names: ClassVar[tuple[str, ...]] = ("state",)


class ProposalOpen(Conflict):
    """A change of the same thing is proposed already and waits for a decision."""

    code = "proposal.open"
    detail_names: ClassVar[tuple[str, ...]] = ("proposal",)


class ProposalOutdated(Conflict):
    """The digest is not that of this proposal: look at what is proposed once more."""

    code = "proposal.outdated"


class ProposalNotAgreed(Conflict):
    """Nobody agreed to this, or it was carried out already, or the agreement is over."""

    code = "proposal.not_agreed"


class ProposerMayNot(Conflict):
    """Whoever proposed it does not hold the duty for it any more. Refuse it; who may proposes it anew."""

    code = "proposal.proposer_may_not"
