"""A field of a licence's data that is a picture 图片: it names one that was put forward before (licence/pictures/)."""

import re
from dataclasses import dataclass
from typing import Final

from typing_extensions import override

from licence.types.fields import Line, Value

__all__ = ["PICTURE_NAME", "Aspect", "PictureField"]

PICTURE_NAME: Final = re.compile(r"pic_[0-9a-hjkmnp-tv-z]{26}")
"""How pictures are named."""

Aspect = tuple[int, int]
"""Width to height."""

TOLERANCE: Final = 0.02
"""By which a picture may differ from its aspect: two pixels of a hundred."""


@dataclass(frozen=True, kw_only=True)
class PictureField(Line):
    """A picture, or nothing where none is required."""

    aspect: Aspect | None = None
    """None: any."""

    least_width: int = 0
    """In pixels."""

    @override
    def breach(self, value: str) -> str | None:
        if not value and not self.required:
            return None
        return None if PICTURE_NAME.fullmatch(value) else "format"

    @override
    def printed(self, value: Value) -> Value:
        """Return nothing: a picture is no text of the page."""
        return ""

    def misfit(self, width: int, height: int) -> str | None:
        """Return which rule a picture of so many pixels breaks, or None."""
        if self.aspect is not None and abs(width * self.aspect[1] / (height * self.aspect[0]) - 1) > TOLERANCE:
            return "x-aspect"
        return "x-least-width" if width < self.least_width else None
