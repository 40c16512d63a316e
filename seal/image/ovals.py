"""The engraver's hand at an oval seal (椭圆章): border, name along the upper rim, up to two rows, digits below.

The measures are those of the invoice seal of 40 × 30 mm (国家税务总局公告2011年第7号); other ovals take them by their
height, except the border, which is always 1 mm. Lengths are millimetres from the centre, y downwards; along the rim
they run clockwise from the top. Characters stand on a true parallel of the border, so that all keep the same distance
from it.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from seal.image.lettering import HAN_INK, TAPER, Cell, Letter, letter, places, stood, upright
from seal.image.outlines import Path, Point, ellipse, emboldened, moved

__all__ = ["Oval"]

MEASURED_HEIGHT = 30.0
BORDER = 1.0
CLEARANCE = 0.6
"""Free ground between border and text; the rule says 0.5, which closes in print where strokes are bold."""

RIM_HEIGHT = 4.2 / HAN_INK
"""Em height: the ink of names is 4.2 mm high."""
RIM_WIDEST, RIM_NARROWEST = 0.9, 0.4
"""Width to height of a character on the rim."""
RIM_HEIGHT_STEP = 0.05
RIM_PITCH = 6.0
"""At most this far apart, so that a short name reads as one word."""
RIM_GAP = 0.25
"""Free ground between the feet of two full characters, where the border bends most."""
RIM_BOLDNESS = 0.012
RIM_REACH = math.radians(120)
"""Half of the arc that a name may fill: the rule asks for 210° to 260° in all."""

ROW_HEIGHT, ROW_MIDDLE = 3.7 / 0.86, 0.0
"""Digits of this em are 3.7 mm high; the middle row lies on the long axis."""
SECOND_HEIGHT, SECOND_MIDDLE = 4.6 / HAN_INK, 6.5
"""Between 4.2 and 8.8 mm below the long axis."""
ROW_WIDEST, ROW_NARROWEST = 0.8, 0.6
ROW_CLEARANCE = 0.8
ROW_BOLDNESS = 0.015

CODE_HEIGHT, CODE_WIDTH, CODE_PITCH = 1.75, 2.0, 1.5
CODE_BOLDNESS = 0.02
SMALLEST_CODE = 0.8
"""Digits shrink no further than to this share of their size: they must stay legible."""

STEPS = 720
"""Into how many parts the border is divided to find lengths along it."""


@dataclass(frozen=True)
class Parallel:
    """The curve that lies inside an ellipse at an even `distance`; half axes and lengths in millimetres."""

    half_width: float
    half_height: float
    distance: float

    def bend(self, turn: float) -> float:
        """Return the radius of curvature at the parameter `turn` of the ellipse, 0 on top."""
        speed = math.hypot(self.half_width * math.cos(turn), self.half_height * math.sin(turn))
        return speed**3 / (self.half_width * self.half_height) - self.distance

    def outwards(self, turn: float) -> Point:
        """Return the unit vector that leads out of the ellipse."""
        x, y = self.half_height * math.sin(turn), -self.half_width * math.cos(turn)
        length = math.hypot(x, y)
        return x / length, y / length

    def point(self, turn: float) -> Point:
        """Return the point of the curve at a parameter."""
        out = self.outwards(turn)
        return (
            self.half_width * math.sin(turn) - out[0] * self.distance,
            -self.half_height * math.cos(turn) - out[1] * self.distance,
        )

    @cached_property
    def lengths(self) -> list[float]:
        """The length of the curve from the top to each step of half its way round."""
        points = [self.point(math.pi * step / STEPS) for step in range(STEPS + 1)]
        found = [0.0]
        for before, after in pairwise(points):
            found.append(found[-1] + math.dist(before, after))
        return found

    def length(self, turn: float) -> float:
        """Return the length of the curve from the top to a parameter between 0 and half a turn."""
        return self.lengths[round(turn / math.pi * STEPS)]

    def turn(self, length: float) -> float:
        """Return the parameter that lies `length` along the curve from the top, to the left where negative."""
        reached = abs(length)
        step = min(max(bisect_left(self.lengths, reached), 1), STEPS)
        before, after = self.lengths[step - 1], self.lengths[step]
        return math.copysign(math.pi / STEPS * (step - 1 + (reached - before) / (after - before)), length)


@dataclass(frozen=True)
class Oval:
    """An oval seal of a size in millimetres."""

    width: float
    height: float

    @property
    def scale(self) -> float:
        """How large its text is against that of the invoice seal."""
        return self.height / MEASURED_HEIGHT

    def parallel(self, distance: float) -> Parallel:
        """Return the curve at a distance inside the outer edge."""
        return Parallel(self.width / 2, self.height / 2, distance)

    def border(self) -> Path:
        """Return the border, whose outer edge is the edge of the seal."""
        half_width, half_height = self.width / 2, self.height / 2
        return ellipse(half_width, half_height) + ellipse(-(half_width - BORDER), half_height - BORDER)

    def rim(self, name: str) -> tuple[Path, ...]:
        """Return the characters of `name`, centred on the upper rim, one path for each."""
        letters = [letter(character) for character in name]
        shares = sum(each.share for each in letters)
        height = RIM_HEIGHT * self.scale
        while (width := self.rim_width(shares, height)) < RIM_NARROWEST * height:
            height -= RIM_HEIGHT_STEP
        cell = Cell(width=min(width, RIM_WIDEST * height), height=height, pitch=self.pitch(shares, height), radius=0)
        return self.along(letters, cell, self.middle(height), boldness=RIM_BOLDNESS)

    def middle(self, height: float) -> Parallel:
        """Return the curve on which the middles of characters of an em `height` lie."""
        return self.parallel(BORDER + CLEARANCE * self.scale + height * HAN_INK / 2)

    def pitch(self, shares: float, height: float) -> float:
        """Return how far apart the middles of full characters lie on the upper rim."""
        return min(RIM_PITCH * self.scale, 2 * self.middle(height).length(RIM_REACH) / shares)

    def rim_width(self, shares: float, height: float) -> float:
        """Return the em width at which feet keep `RIM_GAP` apart where the border bends most, which is at its ends."""
        middle = self.middle(height)
        reach = self.pitch(shares, height) * shares / 2
        turn = min(math.pi / 2, middle.turn(reach))
        inwards = height * HAN_INK / 2 / middle.bend(turn)
        return (self.pitch(shares, height) * (1 - inwards) - RIM_GAP * self.scale) / (HAN_INK * (1 - TAPER * inwards))

    def along(self, letters: Sequence[Letter], cell: Cell, curve: Parallel, *, boldness: float) -> tuple[Path, ...]:
        """Return letters on the upper rim."""
        paths = []
        for each, place in zip(letters, places(letters), strict=True):
            turn = curve.turn(place * cell.pitch)
            here = Cell(width=cell.width, height=cell.height, pitch=cell.pitch, radius=curve.bend(turn))
            placement = stood(each, curve.point(turn), here, outwards=curve.outwards(turn))
            paths.append(emboldened(moved(each.path, placement), boldness + each.boldness))
        return tuple(paths)

    def row(self, text: str) -> tuple[Path, ...]:
        """Return the characters of the row on the long axis, one path for each."""
        height = ROW_HEIGHT * self.scale
        return self.straight(text, middle=ROW_MIDDLE * self.scale, height=height, half=self.chord(height / 2))

    def second_row(self, text: str) -> tuple[Path, ...]:
        """Return the characters of the row below, which passes between the ends of a long name."""
        return self.straight(
            text,
            middle=SECOND_MIDDLE * self.scale,
            height=SECOND_HEIGHT * self.scale,
            half=self.parallel(self.feet).point(RIM_REACH)[0] - ROW_CLEARANCE,
        )

    @property
    def feet(self) -> float:
        """How far inside the edge the feet of a name end."""
        return BORDER + (CLEARANCE + RIM_HEIGHT * HAN_INK) * self.scale

    def chord(self, below: float) -> float:
        """Return half the width that the feet of a name leave at a height below the long axis."""
        half_width, half_height = self.width / 2 - self.feet, self.height / 2 - self.feet
        return half_width * math.sqrt(1 - (below / half_height) ** 2) - ROW_CLEARANCE * self.scale

    def straight(self, text: str, *, middle: float, height: float, half: float) -> tuple[Path, ...]:
        """Return the characters of a straight row, smaller and condensed until it fits."""
        letters = [letter(character) for character in text]
        width = min(height * ROW_WIDEST, 2 * half / sum(each.share for each in letters)) if letters else height
        height = min(height, width / ROW_NARROWEST)
        return tuple(
            emboldened(
                moved(each.path, upright(each, (place * width, middle), width=width, height=height)),
                ROW_BOLDNESS + each.boldness,
            )
            for each, place in zip(letters, places(letters), strict=True)
        )

    def code(self, digits: str) -> tuple[Path, ...]:
        """Return the digits on the lower rim, feet outwards so that they read from left to right."""
        scale = max(self.scale, SMALLEST_CODE)
        curve = self.parallel(BORDER + (CLEARANCE + CODE_HEIGHT * HAN_INK / 2) * scale)
        paths = []
        for index, each in enumerate(letter(digit) for digit in digits):
            aside = (index - (len(digits) - 1) / 2) * CODE_PITCH * scale
            turn = math.copysign(curve.turn(curve.lengths[-1] - abs(aside)), aside)
            out = curve.outwards(turn)
            # Its head points inwards, where the curve widens towards the feet.
            cell = Cell(
                width=CODE_WIDTH * scale, height=CODE_HEIGHT * scale, pitch=CODE_PITCH, radius=-curve.bend(turn)
            )
            placement = stood(each, curve.point(turn), cell, outwards=(-out[0], -out[1]))
            paths.append(emboldened(moved(each.path, placement), CODE_BOLDNESS))
        return tuple(paths)
