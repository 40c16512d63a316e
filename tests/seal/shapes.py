"""Looking at outlines: where their ink lies, and what it looks like."""

import io
from collections.abc import Iterator

import resvg_py
from PIL import Image

from seal.image.outlines import Path, Point
from seal.image.paints import svg

__all__ = ["edges", "flattened", "mask"]


def flattened(path: Path) -> Iterator[Point]:
    """Yield points along the contours, close enough together to stand for the curves."""
    start: Point = (0, 0)
    for operator, points in path:
        if operator == "C":
            for step in range(1, 9):
                t, u = step / 8, 1 - step / 8
                weights = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
                corners = (start, *points)
                yield (
                    sum(weight * corner[0] for weight, corner in zip(weights, corners, strict=True)),
                    sum(weight * corner[1] for weight, corner in zip(weights, corners, strict=True)),
                )
        else:
            yield from points
        start = points[-1] if points else start


def edges(path: Path, axis: int) -> tuple[float, float]:
    """Return where ink begins and ends along x (0) or y (1)."""
    found = [point[axis] for point in flattened(path)]
    return min(found), max(found)


def mask(*paths: Path, width: int = 42, height: int = 42) -> Image.Image:
    """Return the ink of paths on a ground of millimetres, at 300 dpi."""
    path = tuple(segment for path in paths for segment in path)
    raster = resvg_py.svg_to_bytes(
        svg_string=svg(path, width, height),
        width=round(width / 25.4 * 300),
        height=round(height / 25.4 * 300),
        dpi=300,
        skip_system_fonts=True,
    )
    return Image.open(io.BytesIO(raster)).getchannel("A")
