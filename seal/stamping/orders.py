"""What a stamping of a PDF asks for: where the seal goes, why, and which signature stands beside the seal's own."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final

from seal.stamping.places import AcrossEdges, AtKeyword, AtPoint, OnPages, Place
from trust.errors import Invalid

__all__ = ["Level", "Mode", "OrderContradictory", "Outage", "StampOrder"]

MOST_PLACES: Final = 20
MOST_CHARACTERS: Final = 200
"""Characters of a reason, and of a location."""

BREAKS: Final = frozenset("\t\n\r")
"""What a person types into a longer text besides what is printed."""


class Level(StrEnum):
    """How long the document's signature for readers of the world can be validated (ETSI EN 319 142-1, 6)."""

    NONE = "none"
    """No such signature: the seal's alone."""

    B_B = "B-B"
    """Signed."""

    B_T = "B-T"
    """Signed, and a time-stamp proves when."""

    B_LT = "B-LT"
    """With it everything that validating needs: certificates, and what was said of their revocation."""

    B_LTA = "B-LTA"
    """All of that under a time-stamp over the document, which can be renewed before algorithms grow weak."""

    @property
    def is_stamped(self) -> bool:
        """Whether a time-stamp lies over the signature value."""
        return self not in (Level.NONE, Level.B_B)

    @property
    def is_long_term(self) -> bool:
        """Whether validation data are added after signing."""
        return self in (Level.B_LT, Level.B_LTA)


class Mode(StrEnum):
    """How the seal's signature and the one for readers of the world stand in one file (docs/decisions/0004)."""

    TWO_FIELDS = "two_fields"
    """Each in a field of its own, the seal's first: readers of GB/T 38540 find it."""

    ONE_FIELD = "one_field"
    """One field, whose CMS carries the seal's signature over the same octets: one revision, nothing that a reader of
    the world does not know."""


class Outage(StrEnum):
    """What happens where no time-stamp authority answers."""

    REFUSE = "refuse"
    """Nothing is stamped."""

    DEGRADE = "degrade"
    """It is stamped without time-stamps, and says so. Whoever asks for that sees to it that one follows."""


class OrderContradictory(Invalid):
    """What the stamping asks for contradicts itself. `field` names what, `rule` the rule that it breaks."""

    code = "stamping.order_contradictory"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "rule")


@dataclass(frozen=True, kw_only=True)
class StampOrder:
    """A stamping of a PDF. The first place is that of the signature's field, in the order of the pages."""

    places: tuple[Place, ...]
    reason: str = ""
    location: str = ""
    level: Level = Level.B_T
    mode: Mode = Mode.TWO_FIELDS
    outage: Outage = field(default=Outage.REFUSE, repr=False)
    """Not shown: the digest of an order, to which owners agreed before there was this, is that of what it shows."""

    def __post_init__(self) -> None:
        if not 1 <= len(self.places) <= MOST_PLACES:
            raise OrderContradictory(field="places", rule="length")
        if not all(isinstance(one, AtPoint | OnPages | AtKeyword | AcrossEdges) for one in self.places):
            raise TypeError("a place is one of a closed set")
        for name, value in (("reason", self.reason), ("location", self.location)):
            if len(value) > MOST_CHARACTERS:
                raise OrderContradictory(field=name, rule="length")
            if not "".join(one for one in value if one not in BREAKS).isprintable():
                raise OrderContradictory(field=name, rule="characters")
        if self.mode is Mode.ONE_FIELD and self.level is Level.NONE:
            # Without the other signature there is no CMS that could carry the seal's.
            raise OrderContradictory(field="mode", rule="level")
