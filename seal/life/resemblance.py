"""Images and names that resemble others: pointed out to the reviewer, who decides; nothing is refused for them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from seal import repository
from seal.errors import SealImageInvalid
from seal.image.comparison import Resemblance, compare
from seal.image.drawing import SealImage
from seal.image.likeness import Likeness, find_alike
from seal.repository import Seal
from trust.blobs import BlobMissing
from trust.store import Reading

__all__ = ["Alike", "Resemblances", "resemblances"]

MOST_COMPARED: Final = 5
"""Look-alikes, the nearest, whose images are laid on each other: that takes a seventh of a second for each."""


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Another seal whose image resembles."""

    seal: str
    owner: str
    name: str
    distance: int
    """Of the two images; 0 is the same picture."""

    resemblance: Resemblance | None = None
    """Whether they can be told apart. None where the images were not compared."""


@dataclass(frozen=True, kw_only=True)
class Resemblances:
    """What a seal resembles, of all that have not ended, of its own owner and of others."""

    alike: tuple[Alike, ...] = ()
    """The nearest first."""

    namesakes: tuple[str, ...] = ()
    """Seals of other owners that have the same whole name."""

    @property
    def facts(self) -> dict[str, str]:
        """For the audit trail of a decision: what the reviewer was shown."""
        told = {}
        if self.alike:
            told["alike"] = ", ".join(f"{one.seal}:{one.distance}" for one in self.alike)
        if self.namesakes:
            told["namesakes"] = ", ".join(self.namesakes)
        return told


def resemblances(view: Reading, seal: Seal, *, portrait: Callable[[Seal], SealImage] | None = None) -> Resemblances:
    """Return what a seal resembles. The seal that it replaces is no news.

    With `portrait`, which draws a seal, the images of those that look most alike are compared as well.
    """
    alike: list[Alike] = []
    if seal.likeness is not None:
        own = {seal.id, seal.supersedes, seal.superseded_by}
        others = {one.id: one for one in repository.lookalikes(view) if one.id not in own}
        looks = [(one.id, Likeness(one.likeness)) for one in others.values()]
        for distance, name in find_alike(Likeness(seal.likeness), looks):
            other = others[name]
            found = None
            if portrait is not None and len(alike) < MOST_COMPARED:
                whole = repository.get(view, name)
                found = None if whole is None else compared(seal, whole, portrait)
            alike.append(Alike(seal=name, owner=other.owner, name=other.name, distance=distance, resemblance=found))
    return Resemblances(alike=tuple(alike), namesakes=repository.namesakes(view, seal.name, but=seal.owner))


def compared(one: Seal, other: Seal, portrait: Callable[[Seal], SealImage]) -> Resemblance | None:
    """Return how much the images of two seals look like each other; None where one of them cannot be drawn now."""
    try:
        return compare(portrait(one), portrait(other))
    except (BlobMissing, SealImageInvalid):
        return None
