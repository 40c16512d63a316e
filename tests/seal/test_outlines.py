"""Outlines: what comes from the fonts unchanged, and what emboldening does to it."""

import math
from collections.abc import Iterator
from itertools import pairwise

import pytest

from seal.image.outlines import Path, Point, circle, cubic, emboldened, ink, moved
from trust.typefaces import Glyph, Typeface, glyph

SQUARE: Path = (("M", ((0, 0),)), ("L", ((4, 0),)), ("L", ((4, 4),)), ("L", ((0, 4),)), ("Z", ()))
HOLE: Path = (("M", ((1, 1),)), ("L", ((1, 3),)), ("L", ((3, 3),)), ("L", ((3, 1),)), ("Z", ()))


def ends(path: Path) -> list[Point]:
    """Return the points that the contour passes through."""
    return [points[-1] for _, points in path if points]


def reversed_contour(path: Path) -> Path:
    first, *others = reversed(ends(path))
    return ("M", (first,)), *(("L", (point,)) for point in others), ("Z", ())


def along(start: Point, curve: tuple[Point, ...]) -> Iterator[Point]:
    """Yield points of one cubic curve."""
    for t in (0.25, 0.5, 0.75):
        weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3)
        corners = (start, *curve)
        yield (
            sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
            sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
        )


@pytest.mark.parametrize("path", [SQUARE, reversed_contour(SQUARE)])
def test_emboldening_moves_every_side_out_whichever_way_the_contour_runs(path: Path) -> None:
    assert set(ends(emboldened(path, 0.5))) == {(-0.5, -0.5), (4.5, -0.5), (4.5, 4.5), (-0.5, 4.5)}


def test_emboldening_narrows_counters() -> None:
    outside, inside = ends(emboldened(SQUARE + HOLE, 0.5))[:4], ends(emboldened(SQUARE + HOLE, 0.5))[4:]
    assert set(outside) == {(-0.5, -0.5), (4.5, -0.5), (4.5, 4.5), (-0.5, 4.5)}
    assert set(inside) == {(1.5, 1.5), (1.5, 2.5), (2.5, 2.5), (2.5, 1.5)}


def test_points_that_the_font_repeats_move_together() -> None:
    repeated: Path = (*SQUARE[:2], ("L", ((4, 0),)), *SQUARE[2:4], ("L", ((0, 0),)), ("Z", ()))
    points = ends(emboldened(repeated, 0.5))
    assert points[0] == points[-1] == (-0.5, -0.5)
    assert points[1] == points[2] == (4.5, -0.5)


def test_a_needle_does_not_grow_into_a_thorn() -> None:
    needle: Path = (("M", ((0, 0),)), ("L", ((10, 0.1),)), ("L", ((0, 0.2),)), ("Z", ()))
    tip = ends(emboldened(needle, 0.5))[1]
    assert math.dist(tip, (10, 0.1)) <= 0.5 * math.sqrt(2)


def test_emboldening_keeps_the_order_and_kind_of_segments() -> None:
    path = cubic(glyph("龘", Typeface.SERIF_BOLD))
    assert [operator for operator, _ in emboldened(path, 0.01)] == [operator for operator, _ in path]


def test_no_outline_stays_none() -> None:
    assert emboldened((), 0.1) == ()


@pytest.mark.parametrize("radius", [5, -5])
def test_a_circle_is_round(radius: float) -> None:
    path = circle(radius)
    for (_, before), (operator, curve) in pairwise(path[:-1]):
        assert operator == "C"
        assert [math.hypot(x, y) for x, y in along(before[-1], curve)] == pytest.approx([5] * 3, rel=0.0003)


def test_a_negative_radius_turns_the_circle_round() -> None:
    assert ends(circle(-5))[1] == (-5, 0)
    assert ends(circle(5))[1] == (5, 0)


def test_quadratic_curves_become_the_cubic_ones_that_equal_them() -> None:
    drawn = Glyph(
        outline=(("moveTo", ((0, 0),)), ("qCurveTo", ((500, 1000), (1000, 0))), ("closePath", ())),
        units_per_em=1000,
        advance=1000,
    )
    path = cubic(drawn)
    assert [operator for operator, _ in path] == ["M", "C", "Z"]
    for t, point in zip((0.25, 0.5, 0.75), along((0, 0), path[1][1]), strict=True):
        assert point == pytest.approx((t, 2 * t * (1 - t)))


def test_a_contour_of_handles_alone_starts_half_way_between_two_of_them() -> None:
    handles = ((0, 0), (1000, 0), (1000, 1000), (0, 1000))
    drawn = Glyph(outline=(("qCurveTo", (*handles, None)), ("closePath", ())), units_per_em=1000, advance=1000)
    assert ends(cubic(drawn)) == [(0, 0.5), (0.5, 0), (1, 0.5), (0.5, 1), (0, 0.5)]


def test_ink_is_measured_along_the_curves_in_em() -> None:
    assert ink(glyph("日", Typeface.SERIF_BOLD)) == pytest.approx((0.184, -0.083, 0.870, 0.808), abs=0.002)


def test_moving_places_handles_too() -> None:
    assert moved(circle(1), lambda point: (point[0] + 1, point[1])) == tuple(
        (operator, tuple((x + 1, y) for x, y in points)) for operator, points in circle(1)
    )
