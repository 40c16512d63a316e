"""The curves of engraved artwork, written as SVG paths in mm.

All curves are sums of sines. Each is cut into equal steps of its parameter and drawn as cubic Béziers with exact
tangents; equal steps make neighbouring control points mirror each other, so that SVG's short `s` says every segment.
"""

import cmath
import math
from collections.abc import Callable, Iterable

__all__ = ["Curve", "braid", "drawn", "moved", "number", "pair", "repeated", "ring", "strand", "stroke", "wave"]

Curve = Callable[[float], tuple[complex, complex]]
"""From a parameter in 0..1 to the point there and the derivative there."""


def number(hundredths: int) -> str:
    """Write a length in as few characters as SVG allows."""
    sign, size = ("-" if hundredths < 0 else ""), abs(hundredths)
    whole, part = divmod(size, 100)
    decimals = f".{part:02d}".rstrip("0") if part else ""
    return f"{sign}{whole or ''}{decimals}" if size else "0"


def pair(point: complex) -> str:
    """Write a point or a step, both parts already in whole hundredths."""
    across, down = number(round(point.real)), number(round(point.imag))
    return across + down if down.startswith("-") else f"{across} {down}"


def whole(point: complex) -> complex:
    """Bring a point in mm to whole hundredths, so that relative steps never add up an error."""
    return complex(round(point.real * 100), round(point.imag * 100))


def drawn(curve: Curve, *, steps: int) -> str:
    """Return the path of `curve` over 0..1 in `steps` Bézier segments."""
    third = 1 / steps / 3
    point, derivative = curve(0)
    here = whole(point)
    path = "M" + pair(here)
    for step in range(1, steps + 1):
        first_handle = whole(point + derivative * third)
        point, derivative = curve(step / steps)
        there, second_handle = whole(point), whole(point - derivative * third)
        command = f"c{pair(first_handle - here)} " if step == 1 else "s"
        end = pair(there - here)
        path += command + pair(second_handle - here) + ("" if end.startswith("-") else " ") + end
        here = there
    return path


def stroke(paths: Iterable[str], *, colour: str, width: float) -> str:
    """Return one SVG element for all `paths`."""
    return f'<path d="{"".join(paths)}" stroke="{colour}" stroke-width="{width}"/>'


def wave(start: complex, end: complex, *, reach: float, halves: int, phase: float) -> Curve:
    """Return a sine along the line from `start` to `end`: `halves` half waves, `reach` to either side."""
    along = end - start
    across = along / abs(along) * 1j
    turn = math.pi * halves

    def curve(t: float) -> tuple[complex, complex]:
        angle = turn * t + phase
        return start + along * t + across * reach * math.sin(angle), along + across * reach * turn * math.cos(angle)

    return curve


def strand(start: complex, end: complex, *, reach: float, halves: int, phase: float) -> str:
    """Return a wave that begins on the crest or trough nearest to `start`: one segment then draws a half wave.

    Both ends move by up to a quarter of a wave; the rosettes in the corners cover them.
    """
    to_crest = (1 - phase / math.pi) % 1 - 0.5
    shift = (end - start) * to_crest / halves
    curve = wave(start + shift, end + shift, reach=reach, halves=halves, phase=phase + math.pi * to_crest)
    return drawn(curve, steps=halves)


def ring(centre: complex, *, radius: float, reach: float, lobes: int, turned: float) -> Curve:
    """Return a circle whose radius swings `reach` to either side, `lobes` times; it begins on a crest at `turned`."""

    def curve(t: float) -> tuple[complex, complex]:
        direction = cmath.rect(1, 2 * math.pi * t + turned)
        swing = 2 * math.pi * lobes * t
        distance = radius + reach * math.cos(swing)
        change = -reach * math.sin(swing) * 2 * math.pi * lobes
        return centre + distance * direction, (change + 2j * math.pi * distance) * direction

    return curve


def braid(centre: complex, *, inner: float, outer: float, lobes: int, strands: int, steps: int = 2) -> list[str]:
    """Return `strands` rings between the radii `inner` and `outer`, each turned a little against the one before.

    `steps` segments draw a lobe; two, crest to trough and back, are enough unless the lobes are deep.
    """
    curves = (
        ring(
            centre,
            radius=(outer + inner) / 2,
            reach=(outer - inner) / 2,
            lobes=lobes,
            turned=2 * math.pi * place / strands / lobes,
        )
        for place in range(strands)
    )
    return [drawn(curve, steps=steps * lobes) for curve in curves]


def moved(centre: complex) -> str:
    """Return the SVG transform that brings 0, 0 to `centre`."""
    return f"translate({centre.real:g} {centre.imag:g})"


def repeated(name: str, elements: list[str], transforms: list[str]) -> list[str]:
    """Return `elements` once, as a group called `name`, and a use of it for each of `transforms`."""
    return [
        f'<defs><g id="{name}">',
        *elements,
        "</g></defs>",
        *(f'<use href="#{name}" transform="{transform}"/>' for transform in transforms),
    ]
