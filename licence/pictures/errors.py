"""What can be wrong with pictures.

NotFound
└── PictureUnknown   there is no picture by that identifier
Invalid
├── PictureRefused   the file is no picture that is kept
└── PictureUnfit     the picture is not one for its field
Conflict
└── PictureMissing   the data names a picture that is not there, or is another authority's
"""

from typing import ClassVar

from trust.errors import Conflict, Invalid, NotFound

__all__ = ["PictureMissing", "PictureRefused", "PictureUnfit", "PictureUnknown"]


class PictureUnknown(NotFound):
    """There is no picture by that identifier."""

    code = "licence.picture_unknown"


class PictureRefused(Invalid):
    """The picture is not kept: `rule` is type, size, content, pixels or small."""

    code = "licence.picture_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("rule",)


class PictureUnfit(Invalid):
    """The picture is not one for its field: `rule` is x-aspect or x-least-width."""

    code = "licence.picture_unfit"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "rule")


class PictureMissing(Conflict):
    """A field names a picture that is not there: never put forward, forgotten since, or another authority's."""

    code = "licence.picture_missing"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)
