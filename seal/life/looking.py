"""Looking at seals 查看: one with all that belongs to it, many by what they are, and what waits for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from identity.duties import OF_ORGANISATION, Actor, Duty
from seal import evidence_repository, repository
from seal.evidence import Evidence
from seal.life.queue import Waiting, wanted_by
from seal.life.resemblance import Resemblances, resemblances
from seal.life.steps import SealLife, permit
from seal.lifecycle import SealState
from seal.repository import DestructionProof, HistoryEntry, Page, Seal, SealQuery

__all__ = ["FullSeal", "Looking"]

SERVES_ALL: Final = (Duty.SEAL_REVIEWER, Duty.SEAL_MAKER, Duty.SEAL_FILER)
"""Duties that see the seals of every owner."""

SEES: Final = frozenset({*SERVES_ALL, Duty.SEAL_APPLICANT, Duty.SEAL_OWNER})


@dataclass(frozen=True, kw_only=True)
class FullSeal:
    """A seal with all that belongs to it."""

    seal: Seal
    history: tuple[HistoryEntry, ...]
    evidence: tuple[Evidence, ...]
    destructions: tuple[DestructionProof, ...]
    resemblances: Resemblances | None
    """What the reviewer is shown, and nobody else: it tells of other owners' seals."""


class Looking(SealLife):
    """Questions about seals."""

    deadlines: Mapping[SealState, int]

    def find(self, actor: Actor, seal: str) -> tuple[Seal, tuple[HistoryEntry, ...]]:
        """Return a seal and its history, or raise `SealUnknown`.

        Reviewers, makers and filers serve every owner; applicants and owners see what is their own organisation's.
        """
        with self.store.reading() as view:
            found = self.require(view, seal)
            permit(actor, SEES, found.owner)
            return found, repository.history(view, seal)

    def look(self, actor: Actor, seal: str) -> FullSeal:
        """Return a seal with all that belongs to it, as far as the actor may see it."""
        with self.store.reading() as view:
            found = self.require(view, seal)
            permit(actor, SEES, found.owner)
            return FullSeal(
                seal=found,
                history=repository.history(view, seal),
                evidence=evidence_repository.of_seal(view, seal),
                destructions=repository.destructions(view, seal),
                resemblances=(
                    resemblances(view, found, portrait=self.image) if actor.holds(Duty.SEAL_REVIEWER) else None
                ),
            )

    def search(self, actor: Actor, query: SealQuery, page: Page) -> tuple[tuple[Seal, ...], int]:
        """Return a page of the seals that fit a query and that the actor may see, and how many those are."""
        if not any(map(actor.holds, SERVES_ALL)):
            own = frozenset[str]().union(*(actor.organisations(duty) for duty in SEES & OF_ORGANISATION))
            query = replace(query, owners=own if query.owners is None else own & query.owners)
        with self.store.reading() as view:
            return repository.search(view, query, page)

    def waiting(self, actor: Actor, page: Page) -> tuple[tuple[Waiting, ...], int]:
        """Return a page of the seals that wait for the actor, the longest waiting first, and how many do."""
        with self.store.reading() as view:
            found, count = repository.waiting(view, wanted_by(actor), page)
            return tuple(Waiting.of(one, self.deadlines, now=view.now) for one in found), count
