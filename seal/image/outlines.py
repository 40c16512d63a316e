"""Closed contours of straight lines and cubic curves: taken from glyphs, moved, and emboldened."""

import math
from collections.abc import Callable, Iterator, Sequence

from fontTools.pens.basePen import decomposeQuadraticSegment
from fontTools.pens.boundsPen import BoundsPen

from trust.typefaces import Glyph

__all__ = [
    "Path",
    "Placement",
    "Point",
    "bounds",
    "circle",
    "cubic",
    "ellipse",
    "emboldened",
    "ink",
    "moved",
    "polygon",
]

Point = tuple[float, float]
Segment = tuple[str, tuple[Point, ...]]
Path = tuple[Segment, ...]
"""Segments as SVG names them: M, L, C with absolute points, Z. Inside and outside differ by the nonzero rule."""
Placement = Callable[[Point], Point]

SEGMENTS = {"moveTo": "M", "lineTo": "L", "curveTo": "C", "closePath": "Z"}
CIRCLE_HANDLE = 0.5522847
"""Length of the handles, in radii, with which four cubic curves come within 0.03 % of a circle."""
SAME_POINT = 1e-6
"""Points closer than this are one, though fonts may repeat them: no direction leads from one to the other."""
SHARPEST = 1.0
"""One plus the cosine of a right angle: sharper corners are not carried to the point where their sides meet."""


def circle(radius: float) -> Path:
    """Return a circle, run clockwise; a negative `radius` turns it the other way round and so makes it a hole."""
    return ellipse(radius, abs(radius))


def ellipse(half_width: float, half_height: float) -> Path:
    """Return an ellipse, run clockwise; a negative `half_width` turns it the other way round: a hole."""
    top, handle = half_height, half_height * CIRCLE_HANDLE
    side, reach = half_width, half_width * CIRCLE_HANDLE
    return (
        ("M", ((0, -top),)),
        ("C", ((reach, -top), (side, -handle), (side, 0))),
        ("C", ((side, handle), (reach, top), (0, top))),
        ("C", ((-reach, top), (-side, handle), (-side, 0))),
        ("C", ((-side, -handle), (-reach, -top), (0, -top))),
        ("Z", ()),
    )


def polygon(corners: Sequence[Point]) -> Path:
    """Return a closed shape of straight sides."""
    return ("M", (corners[0],)), *(("L", (corner,)) for corner in corners[1:]), ("Z", ())


def moved(path: Path, placement: Placement) -> Path:
    """Return `path` with every point placed; a curve follows its handles."""
    return tuple((operator, tuple(placement(point) for point in points)) for operator, points in path)


def bounds(path: Path) -> tuple[float, float, float, float]:
    """Return the least x and y and the greatest of all points of a path that has some, handles included."""
    points = points_of(path)
    return (
        min(x for x, _ in points),
        min(y for _, y in points),
        max(x for x, _ in points),
        max(y for _, y in points),
    )


def ink(drawn: Glyph) -> tuple[float, float, float, float]:
    """Return left, bottom, right and top of the ink of a glyph that has some, in em."""
    pen = BoundsPen(None)
    for operator, points in drawn.outline:
        getattr(pen, operator)(*points)
    left, bottom, right, top = (edge / drawn.units_per_em for edge in pen.bounds)
    return left, bottom, right, top


def cubic(drawn: Glyph) -> Path:
    """Return the outline of a glyph in em, its quadratic curves (TrueType) as the cubic ones that they equal."""
    path: list[Segment] = []
    for operator, points in drawn.outline:
        if operator != "qCurveTo":
            path.append((SEGMENTS[operator], points))
        elif points[-1] is not None:
            path.extend(cubics(path[-1][1][-1], points))
        else:  # A contour of handles alone: it starts and ends half-way between the last and the first.
            half_way = ((points[-2][0] + points[0][0]) / 2, (points[-2][1] + points[0][1]) / 2)
            path.append(("M", (half_way,)))
            path.extend(cubics(half_way, (*points[:-1], half_way)))
    em = drawn.units_per_em
    return moved(tuple(path), lambda point: (point[0] / em, point[1] / em))


def cubics(start: Point, points: Sequence[Point]) -> Iterator[Segment]:
    """Yield the cubic curves that equal the quadratic spline from `start` through the handles `points` to the last."""
    for handle, end in decomposeQuadraticSegment(points):
        yield "C", (towards(handle, start), towards(handle, end), end)
        start = end


def towards(handle: Point, end: Point) -> Point:
    """Return the handle of a cubic curve which, seen from `end`, stands for the one `handle` of a quadratic."""
    return (end[0] + 2 * handle[0]) / 3, (end[1] + 2 * handle[1]) / 3


def emboldened(path: Path, boldness: float) -> Path:
    """Return the outline of one character grown by `boldness` millimetres on every side, its counters narrowed.

    A stroked line would be simpler, but PDF viewers draw no line thinner than a pixel, which blots a seal on screen.
    """
    contours = list(split(path))
    # Fonts differ in which way round the outside runs, but outsides always hold more than their counters.
    outwards = math.copysign(boldness, sum(area(points_of(contour)) for contour in contours))
    return tuple(segment for contour in contours for segment in grown(contour, outwards))


def split(path: Path) -> Iterator[Path]:
    """Yield the contours of a path."""
    start = 0
    for index, (operator, _) in enumerate(path, start=1):
        if operator == "Z":
            yield path[start:index]
            start = index


def points_of(contour: Path) -> list[Point]:
    """Return all points of a contour, handles included."""
    return [point for _, points in contour for point in points]


def area(points: Sequence[Point]) -> float:
    """Return twice the area of a polygon, negative when it runs the other way round."""
    return sum(x * points[i - 1][1] - points[i - 1][0] * y for i, (x, y) in enumerate(points))


def grown(contour: Path, outwards: float) -> Path:
    """Return a contour with every point and handle moved off by the width `outwards`."""
    corners: list[Point] = []
    corner_of: list[int] = []
    for point in points_of(contour):
        if not corners or math.dist(point, corners[-1]) > SAME_POINT:
            corners.append(point)
        corner_of.append(len(corners) - 1)
    if math.dist(corners[0], corners[-1]) <= SAME_POINT:
        corners.pop()
    count = len(corners)
    placed = [pushed(corners[i - 1], corner, corners[(i + 1) % count], outwards) for i, corner in enumerate(corners)]
    following = iter(corner_of)
    return tuple((operator, tuple(placed[next(following) % count] for _ in points)) for operator, points in contour)


def pushed(before: Point, corner: Point, after: Point, outwards: float) -> Point:
    """Return `corner` moved so that the lines to it and from it lie further out by `outwards`."""
    into, out = direction(before, corner), direction(corner, after)
    # Grown to where its sides meet, a corner sharper than a right angle would run out into a thorn.
    factor = outwards / max(1 + into[0] * out[0] + into[1] * out[1], SHARPEST)
    return corner[0] - (into[1] + out[1]) * factor, corner[1] + (into[0] + out[0]) * factor


def direction(start: Point, end: Point) -> Point:
    """Return the unit vector from one point to another."""
    length = math.dist(start, end)
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length
