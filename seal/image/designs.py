"""What a seal shows (章面设计): its shape, words and size, or a picture that was uploaded.

A design is checked when it is built, so that every design can be drawn. It names files by their digests and holds none,
so that it can stand in a column of a table and in an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, Self, assert_never

from seal.errors import ImageCodeMalformed, ImageDiameterOutOfRange, ImageNameLength, ImageRowLength
from seal.image import lettering, ranks
from seal.image.errors import ImagePartUnwanted, ImagePictureMissing, ImageSizeNotOffered
from seal.image.ranks import Centre, OwnerRank
from trust.blobs import BlobId

__all__ = ["OVALS", "Centre", "OwnerRank", "SealDesign", "Shape", "UploadedPicture"]

SHORTEST_NAME, LONGEST_NAME = 4, 30
LONGEST_PERSONAL_NAME = 12
LONGEST_ROW = 12
LONGEST_OVAL_ROW = 20
"""Taxpayers' numbers (纳税人识别号) have up to twenty characters."""
LONGEST_FILLER = 2
"""印, 之印, 私印."""
LONGEST_CODE = 14
SMALLEST_DIAMETER, LARGEST_DIAMETER = 30, 60
"""In millimetres. 60 is the seal of the State Council, the largest there is (国发（1999）25号)."""
SMALLEST_SIDE, LARGEST_SIDE = 18, 22
SMALLEST_PICTURE, LARGEST_PICTURE = 10, 60
DIGEST_LENGTH: Final = 64

OVALS: Final[Mapping[int, int]] = {30: 20, 40: 30, 45: 30}
"""Short axis by long axis, in millimetres: 发票监制章; 发票专用章 (国家税务总局公告2011年第7号); joint ventures."""


class Shape(StrEnum):
    """The outline of a seal."""

    ROUND = "round"
    OVAL = "oval"
    SQUARE = "square"
    """A personal name seal (个人名章)."""

    PICTURE = "picture"
    """Whatever an uploaded picture shows."""


@dataclass(frozen=True, kw_only=True)
class UploadedPicture:
    """A picture that was uploaded, by the digest of what was kept of it (`uploads.read_upload`), and its true size.

    Raises `ImageSizeNotOffered`, and `ImagePictureMissing` where `digest` is none.
    """

    digest: BlobId
    width_mm: int
    height_mm: int

    def __post_init__(self) -> None:
        require_digest(self.digest)
        for side in (self.width_mm, self.height_mm):
            if not SMALLEST_PICTURE <= side <= LARGEST_PICTURE:
                offered = f"{SMALLEST_PICTURE}–{LARGEST_PICTURE}"
                raise ImageSizeNotOffered(shape=Shape.PICTURE.value, diameter_mm=side, offered=offered)


@dataclass(frozen=True, kw_only=True)
class SealDesign:
    """What a seal shows; checked when built, so every design can be drawn.

    Raises `ImageNameLength`, `ImageRowLength`, `ImageCodeMalformed`, `ImageDiameterOutOfRange`, `ImageSizeNotOffered`,
    `ImageAgainstRank`, `ImagePartUnwanted` for what the shape has no place for, `ImagePictureMissing`, and
    `CharacterNotCovered` for a character that no typeface here draws or that leaves no ink.
    """

    name: str
    """The holder's name on the upper rim; of a square seal the person's. White space around it is dropped, inside it
    is one space. A picture shows what it shows: there the name is not drawn and may be of any length."""

    shape: Shape = Shape.ROUND
    row: str = ""
    """The words below the star, such as 电子证照专用章; the middle of an oval, such as a taxpayer's number; what ends a
    square seal in place of the customary 印. Treated as the name is."""

    second_row: str = ""
    """The words below the row of an oval, such as 发票专用章."""

    code: str = ""
    """The digits on the lower rim. Square seals and pictures have one as well, and do not show it."""

    diameter_mm: int = 42
    """Of an oval its long axis, one of `OVALS`; of a square its side. A picture has its own size."""

    centre: Centre = Centre.STAR
    emblem: BlobId | None = None
    """The operator's file of the emblem, where the centre is one; none: the neutral rosette."""

    rank: OwnerRank | None = None
    """The owner's rank, where size and centre are to be held to 国发（1999）25号."""

    picture: UploadedPicture | None = None

    def __post_init__(self) -> None:
        for field in ("name", "row", "second_row"):
            object.__setattr__(self, field, " ".join(getattr(self, field).split()))
        require_code(self.code)
        match self.shape:
            case Shape.ROUND:
                self._require_round()
            case Shape.OVAL:
                self._require_oval()
            case Shape.SQUARE:
                self._require_square()
            case Shape.PICTURE:
                self._require_picture()
            case _:
                assert_never(self.shape)

    @property
    def width_mm(self) -> int:
        """The width of the whole seal."""
        return self.diameter_mm if self.picture is None else self.picture.width_mm

    @property
    def height_mm(self) -> int:
        """The height of the whole seal."""
        if self.picture is not None:
            return self.picture.height_mm
        return OVALS[self.diameter_mm] if self.shape is Shape.OVAL else self.diameter_mm

    @property
    def file(self) -> BlobId | None:
        """The file that drawing this design needs, by its digest."""
        return self.emblem if self.picture is None else self.picture.digest

    def with_code(self, code: str) -> Self:
        """Return this design with the code that was allotted to its seal."""
        return replace(self, code=code)

    def to_json(self) -> dict[str, Any]:
        """Return the design as JSON holds it, without what it does not say."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        if self.picture is not None:
            said["picture"] = {part.name: getattr(self.picture, part.name) for part in fields(self.picture)}
        return {name: str(value) if isinstance(value, StrEnum) else value for name, value in said.items() if value}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Return the design that `to_json` wrote. Raise `ValueError` or `TypeError` where it did not."""
        given = dict(said)
        kinds: Mapping[str, type[StrEnum]] = {"shape": Shape, "centre": Centre, "rank": OwnerRank}
        for name in kinds.keys() & given.keys():
            given[name] = kinds[name](given[name])
        if "picture" in given:
            given["picture"] = UploadedPicture(**given["picture"])
        return cls(**given)

    def _require_round(self) -> None:
        self._require_none("second_row", "picture")
        self._require_lengths(SHORTEST_NAME, LONGEST_NAME, row=LONGEST_ROW)
        if not SMALLEST_DIAMETER <= self.diameter_mm <= LARGEST_DIAMETER:
            raise ImageDiameterOutOfRange(
                diameter_mm=self.diameter_mm, smallest=SMALLEST_DIAMETER, largest=LARGEST_DIAMETER
            )
        if self.emblem is not None:
            require_digest(self.emblem)
            if self.centre is not Centre.EMBLEM:
                raise ImagePartUnwanted(shape=self.shape.value, field="emblem")
        if self.rank is not None:
            ranks.require_rank(self.rank, diameter_mm=self.diameter_mm, centre=self.centre)

    def _require_oval(self) -> None:
        self._require_none("emblem", "rank", "picture")
        self._require_lengths(SHORTEST_NAME, LONGEST_NAME, row=LONGEST_OVAL_ROW)
        if self.diameter_mm not in OVALS:
            offered = ", ".join(f"{width}×{height}" for width, height in OVALS.items())
            raise ImageSizeNotOffered(shape=self.shape.value, diameter_mm=self.diameter_mm, offered=offered)

    def _require_square(self) -> None:
        self._require_none("second_row", "emblem", "rank", "picture")
        self._require_lengths(1, LONGEST_PERSONAL_NAME, row=LONGEST_FILLER)
        for field in ("name", "row"):
            lettering.require_stackable(getattr(self, field), field=field)
        if not SMALLEST_SIDE <= self.diameter_mm <= LARGEST_SIDE:
            offered = f"{SMALLEST_SIDE}–{LARGEST_SIDE}"
            raise ImageSizeNotOffered(shape=self.shape.value, diameter_mm=self.diameter_mm, offered=offered)

    def _require_picture(self) -> None:
        self._require_none("row", "second_row", "emblem", "rank")
        if self.picture is None:
            raise ImagePictureMissing

    def _require_none(self, *unwanted: str) -> None:
        for field in unwanted:
            if getattr(self, field):
                raise ImagePartUnwanted(shape=self.shape.value, field=field)

    def _require_lengths(self, shortest: int, longest: int, *, row: int) -> None:
        """Require a name and rows that have room and can be drawn."""
        if not shortest <= len(self.name) <= longest:
            raise ImageNameLength(length=len(self.name), shortest=shortest, longest=longest)
        for words, most in ((self.row, row), (self.second_row, LONGEST_ROW)):
            if len(words) > most:
                raise ImageRowLength(length=len(words), longest=most)
        for field in ("name", "row", "second_row"):
            lettering.require_engravable(getattr(self, field), field=field)


def require_code(code: str) -> None:
    """Raise `ImageCodeMalformed` unless `code` is made of digits alone, and not too many."""
    digits_only = code.isascii() and code.isdigit()
    if code and not (digits_only and len(code) <= LONGEST_CODE):
        raise ImageCodeMalformed(length=len(code), longest=LONGEST_CODE)


def require_digest(digest: str) -> None:
    """Raise `ImagePictureMissing` for what is not the name of any file."""
    if len(digest) != DIGEST_LENGTH or not set(digest) <= set("0123456789abcdef"):
        raise ImagePictureMissing
