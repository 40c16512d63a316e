"""What a stamping of a PDF asks for, as it comes in: places, level, mode."""

from typing import Annotated, Final, Literal

from pydantic import Field

from api.schemas.common import Request
from api.schemas.texts import Line, Prose
from seal.stamping.keywords import KeywordNotFound
from seal.stamping.orders import Level, Mode, OrderContradictory, StampOrder
from seal.stamping.places import AcrossEdges, AtKeyword, AtPoint, Edge, OnPages, Pages, Place, PlaceMalformed, Which
from seal.stamping.placing import MarksOverlap, TooFewPages, TooManyMarks
from trust.errors import TrustError
from trust.pdf.appearance import PageOutOfRange, PlacementOutsidePage
from trust.pdf.requests import PDFSignedBefore

__all__ = ["ORDER_ERRORS", "EdgesBody", "KeywordBody", "OrderBody", "PagesBody", "PlaceBody", "PointBody"]

ORDER_ERRORS: Final[tuple[type[TrustError], ...]] = (
    PlaceMalformed,
    OrderContradictory,
    PageOutOfRange,
    PlacementOutsidePage,
    KeywordNotFound,
    TooFewPages,
    TooManyMarks,
    MarksOverlap,
    PDFSignedBefore,
)
"""What can be wrong with an order, for the description of a route that takes one."""

PageList = Annotated[
    str,
    Field(
        min_length=1,
        max_length=600,
        description="Pages and ranges of pages, from 1 on; negative numbers count from the end",
        examples=["1-3,5,-1"],
    ),
]
Length = Annotated[float, Field(allow_inf_nan=False, ge=-5080, le=5080)]
"""Millimetres on a page, the largest of which measures 5,080."""


class PointBody(Request):
    """At a point of one page."""

    kind: Literal["point"]
    page: int = Field(ge=-99_999, le=99_999, description="From 1 on; -1 is the last page", examples=[1, -1])
    x_mm: Length = Field(description="Centre of the seal from the left edge as displayed", examples=[150.0])
    y_mm: Length = Field(description="Centre of the seal from the upper edge as displayed", examples=[240.0])

    def place(self) -> AtPoint:
        """Return the place. Raise `PlaceMalformed`."""
        return AtPoint(page=self.page, x_mm=self.x_mm, y_mm=self.y_mm)


class PagesBody(Request):
    """At the same point of several pages."""

    kind: Literal["pages"]
    pages: PageList
    x_mm: Length = Field(description="Centre of the seal from the left edge as displayed", examples=[150.0])
    y_mm: Length = Field(description="Centre of the seal from the upper edge as displayed", examples=[240.0])

    def place(self) -> OnPages:
        """Return the place. Raise `PlaceMalformed`."""
        return OnPages(pages=Pages(self.pages), x_mm=self.x_mm, y_mm=self.y_mm)


class KeywordBody(Request):
    """Where a word stands 关键字: the centre of the seal on the centre of the word, moved by an offset."""

    kind: Literal["keyword"]
    text: Line = Field(min_length=1, max_length=100, description="Spaces do not count", examples=["（盖章）"])
    occurrence: Which | Annotated[int, Field(ge=1, le=99_999)] = Field(
        Which.FIRST,
        description="Which one: `first`, `last`, `all`, or its number from 1 on",
        examples=["last"],
        union_mode="left_to_right",
    )
    offset_x_mm: Length = Field(0.0, description="To the right", examples=[0.0])
    offset_y_mm: Length = Field(0.0, description="Downwards", examples=[10.0])
    pages: PageList = "1--1"

    def place(self) -> AtKeyword:
        """Return the place. Raise `PlaceMalformed`."""
        return AtKeyword(
            text=self.text,
            occurrence=self.occurrence,
            offset_x_mm=self.offset_x_mm,
            offset_y_mm=self.offset_y_mm,
            pages=Pages(self.pages),
        )


class EdgesBody(Request):
    """Across the edges of several pages 骑缝章: each bears a slice of the seal."""

    kind: Literal["edges"]
    pages: PageList = "1--1"
    edge: Edge = Edge.RIGHT
    position_mm: Length = Field(
        description="Centre of the seal along the edge, from the top or from the left", examples=[148.5]
    )
    pages_per_seal: int = Field(10, ge=2, le=20, description="How many pages share one seal at most")

    def place(self) -> AcrossEdges:
        """Return the place. Raise `PlaceMalformed`."""
        return AcrossEdges(
            pages=Pages(self.pages),
            edge=self.edge,
            position_mm=self.position_mm,
            pages_per_seal=self.pages_per_seal,
        )


PlaceBody = Annotated[PointBody | PagesBody | KeywordBody | EdgesBody, Field(discriminator="kind")]


class OrderBody(Request):
    """Where the seal goes, why, and which signature stands beside the seal's own."""

    places: list[PlaceBody] = Field(
        min_length=1,
        max_length=20,
        description="Where the seal is seen. Several are one signature",
        examples=[
            [
                {"kind": "keyword", "text": "（盖章）", "occurrence": "last"},
                {"kind": "edges", "edge": "right", "position_mm": 148.5},
            ]
        ],
    )
    reason: Prose = Field("", max_length=200, examples=["通知签发"])
    location: Prose = Field("", max_length=200, examples=["杭州"])
    level: Level = Field(
        Level.B_T,
        description="PAdES level of the signature for readers of the world; `none` puts the seal's alone",
        examples=["B-T"],
    )
    mode: Mode = Field(
        Mode.TWO_FIELDS,
        description="Whether the two signatures stand in a field each, or in one",
        examples=["two_fields"],
    )

    def order(self) -> StampOrder:
        """Return the order. Raise `PlaceMalformed` or `OrderContradictory`."""
        places: tuple[Place, ...] = tuple(one.place() for one in self.places)
        return StampOrder(places=places, reason=self.reason, location=self.location, level=self.level, mode=self.mode)
