"""Trying an application before it is submitted 试填: by the rules of applying, and nothing of it is kept."""

from dataclasses import dataclass
from typing import Final

from identity.duties import Actor, Duty
from identity.lifecycle import SubjectUse
from seal.errors import SealUnknown
from seal.image.drawing import SealImage
from seal.life.applying import Applying, WantedSeal
from seal.life.resemblance import Alike, resemblances
from seal.life.steps import permit
from seal.lifecycle import LIFECYCLE
from seal.repository import Seal
from trust.store import Reading

__all__ = ["Foreseen", "Rehearsal", "Rehearsing"]

TRIES: Final = frozenset({Duty.SEAL_APPLICANT, Duty.SEAL_OWNER})


@dataclass(frozen=True, kw_only=True)
class Rehearsal:
    """The seal that an application would ask for, and what it would look like."""

    seal: Seal
    """In no registry, and without an identifier."""

    image: SealImage


@dataclass(frozen=True, kw_only=True)
class Foreseen:
    """What a reviewer will be shown of an application, as far as an applicant may know it."""

    own: tuple[Alike, ...]
    """Seals of the same owner that look alike, the nearest first."""

    others: int
    """How many seals of other owners look alike: whose they are is for the reviewer."""

    namesakes: int
    """How many seals of other owners have the same whole name."""


class Rehearsing(Applying):
    """Questions of an applicant before the application."""

    def rehearse(self, actor: Actor, wanted: WantedSeal, *, in_place_of: str | None = None) -> Rehearsal:
        """Return what would be applied for. Raise what the application would, for anything but its documents.

        `in_place_of` is the seal that it replaces, or the application that it mends.
        """
        with self.store.reading() as view:
            seal = self.tried(view, actor, wanted, in_place_of)
        return Rehearsal(seal=seal, image=self.image(seal))

    def foresee(self, actor: Actor, wanted: WantedSeal, *, in_place_of: str | None = None) -> Foreseen:
        """Return what the seal would be told to look like. Raise as `rehearse` does."""
        with self.store.reading() as view:
            seal = self.tried(view, actor, wanted, in_place_of)
            found = resemblances(view, seal)
        own = tuple(one for one in found.alike if one.owner == seal.owner)
        return Foreseen(own=own, others=len(found.alike) - len(own), namesakes=len(found.namesakes))

    def tried(self, view: Reading, actor: Actor, wanted: WantedSeal, in_place_of: str | None) -> Seal:
        """Return the seal that is wanted, as it may be. It may stand beside no seal that it does not replace."""
        owner = self.identity.require_organisation(view, wanted.owner, use=SubjectUse.ACT)
        permit(actor, TRIES, owner.id)
        if in_place_of is not None and self.require(view, in_place_of).owner != owner.id:
            raise SealUnknown  # of another owner: not to be told of
        seal = Seal(
            id="",
            state=LIFECYCLE.initial,
            last_actor=actor.id,
            owner=owner.id,
            kind=wanted.kind,
            name="",
            design=wanted.design or self.usual_design(view, owner, wanted),
            applied_at=view.now,
            entered_at=view.now,
            supersedes=in_place_of,
        )
        return self.lawful(view, seal, owner, bearer=wanted.bearer, title=wanted.row)
