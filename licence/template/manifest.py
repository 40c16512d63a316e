"""What a template says of itself in `manifest.json`: its page, and where seal, QR code and artwork go.

Lengths are millimetres from the upper left corner of a page; pages count from 1. Reading is strict: what is missing,
unknown or impossible is refused, so that nothing is found out on the first licence.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

__all__ = [
    "FIELD_NAME",
    "FILE_NAME",
    "ArtworkPlace",
    "PDFStandard",
    "PageSize",
    "QRPlace",
    "SealPlace",
    "TemplateManifest",
    "members",
    "parse_manifest",
]

FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,63}")
FILE_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,62}\.(typ|json|svg|png)")

MOST_PAGES: Final = 20
LARGEST_MM: Final = 1200
"""A0 and a little more; what is larger is a mistake."""

MOST_ARTWORK: Final = 20
LONGEST_TITLE: Final = 100
REQUIRED: Final = frozenset({"title", "page", "seal", "qr"})
OPTIONAL: Final = frozenset({"pages", "artwork", "standard", "vertical"})


class PDFStandard(StrEnum):
    """The kind of PDF/A (ISO 19005) that a template renders to."""

    A_2B = "a-2b"
    A_3B = "a-3b"
    """May carry files of any kind."""


@dataclass(frozen=True, kw_only=True)
class PageSize:
    """The size of every page of a template."""

    width_mm: float
    height_mm: float


@dataclass(frozen=True, kw_only=True)
class SealPlace:
    """Where the seal's centre goes."""

    page: int
    centre_x_mm: float
    centre_y_mm: float


@dataclass(frozen=True, kw_only=True)
class QRPlace:
    """Where the modules of the QR code go, without its quiet zone, which the template keeps free around them."""

    page: int
    x_mm: float
    y_mm: float
    width_mm: float


@dataclass(frozen=True, kw_only=True)
class ArtworkPlace:
    """A picture that lies below everything else of a page, the same on every licence."""

    file: str
    page: int
    x_mm: float
    y_mm: float
    width_mm: float
    height_mm: float


@dataclass(frozen=True, kw_only=True)
class TemplateManifest:
    """What others must know of a template to work with what it renders."""

    title: str
    page: PageSize
    seal: SealPlace
    qr: QRPlace
    pages: int = 1
    artwork: tuple[ArtworkPlace, ...] = ()
    """From the lowest to the topmost."""

    standard: PDFStandard = PDFStandard.A_2B
    vertical: frozenset[str] = frozenset()
    """The fields that are set in vertical columns: only they may hold Mongolian script."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for what is not on a page."""
        page, seal, qr = self.page, self.seal, self.qr
        if not 1 <= self.pages <= MOST_PAGES:
            raise ValueError("pages")
        if seal.page > self.pages or seal.centre_x_mm >= page.width_mm or seal.centre_y_mm >= page.height_mm:
            raise ValueError("seal")
        if not self.holds(qr.page, qr.x_mm + qr.width_mm, qr.y_mm + qr.width_mm):
            raise ValueError("qr")
        if len(self.artwork) > MOST_ARTWORK:
            raise ValueError("artwork")
        for one in self.artwork:
            if not self.holds(one.page, one.x_mm + one.width_mm, one.y_mm + one.height_mm):
                raise ValueError("artwork")

    @property
    def qr_mm(self) -> float:
        """The width of the QR code without its quiet zone."""
        return self.qr.width_mm

    def holds(self, page: int, right_mm: float, bottom_mm: float) -> bool:
        """Tell whether there is that page, and such a corner on it."""
        return page <= self.pages and right_mm <= self.page.width_mm and bottom_mm <= self.page.height_mm


def parse_manifest(manifest_json: bytes) -> TemplateManifest:
    """Return the manifest, or raise `ValueError` with the member that is missing, unknown or impossible."""
    told = members("manifest", json.loads(manifest_json), REQUIRED, optional=OPTIONAL)
    page = members("page", told["page"], {"width_mm", "height_mm"})
    seal = members("seal", told["seal"], {"page", "centre_x_mm", "centre_y_mm"})
    qr = members("qr", told["qr"], {"page", "x_mm", "y_mm", "width_mm"})
    title = told["title"]
    if not isinstance(title, str) or not 0 < len(title) <= LONGEST_TITLE:
        raise ValueError("title")
    standard = told.get("standard", PDFStandard.A_2B)
    if not isinstance(standard, str) or standard not in set(PDFStandard):
        raise ValueError("standard")
    return TemplateManifest(
        title=title,
        page=PageSize(width_mm=length("page", page["width_mm"]), height_mm=length("page", page["height_mm"])),
        pages=count("pages", told.get("pages", 1)),
        seal=SealPlace(
            page=count("seal", seal["page"]),
            centre_x_mm=length("seal", seal["centre_x_mm"]),
            centre_y_mm=length("seal", seal["centre_y_mm"]),
        ),
        qr=QRPlace(
            page=count("qr", qr["page"]),
            x_mm=length("qr", qr["x_mm"]),
            y_mm=length("qr", qr["y_mm"]),
            width_mm=length("qr", qr["width_mm"]),
        ),
        artwork=tuple(parse_artwork(one) for one in row("artwork", told.get("artwork", []))),
        standard=PDFStandard(standard),
        vertical=frozenset(parse_field(one) for one in row("vertical", told.get("vertical", []))),
    )


def parse_artwork(value: object) -> ArtworkPlace:
    """Return one picture of the artwork, or raise `ValueError`."""
    told = members("artwork", value, {"file", "page", "x_mm", "y_mm", "width_mm", "height_mm"})
    file = told["file"]
    if not isinstance(file, str) or not FILE_NAME.fullmatch(file) or not file.endswith(".svg"):
        raise ValueError("artwork")
    return ArtworkPlace(
        file=file,
        page=count("artwork", told["page"]),
        x_mm=distance("artwork", told["x_mm"]),
        y_mm=distance("artwork", told["y_mm"]),
        width_mm=length("artwork", told["width_mm"]),
        height_mm=length("artwork", told["height_mm"]),
    )


def parse_field(value: object) -> str:
    """Return the name of a field, or raise `ValueError`."""
    if not isinstance(value, str) or not FIELD_NAME.fullmatch(value):
        raise ValueError("vertical")
    return value


def members(
    name: str, value: object, required: set[str] | frozenset[str], *, optional: frozenset[str] = frozenset()
) -> Mapping[str, Any]:
    """Return `value` if it is a JSON object with these members and no others, or raise `ValueError` with `name`."""
    if not isinstance(value, dict) or not required <= set(value) <= required | optional:
        raise ValueError(name)
    return value


def row(name: str, value: object) -> list[object]:
    """Return `value` if it is a list, or raise `ValueError` with `name`."""
    if not isinstance(value, list):
        raise ValueError(name)  # noqa: TRY004 - what is wrong with the text of a manifest is a wrong value
    return value


def count(name: str, value: object) -> int:
    """Return `value` if it counts from 1, or raise `ValueError` with `name`."""
    if type(value) is not int or value < 1:
        raise ValueError(name)
    return value


def distance(name: str, value: object) -> float:
    """Return `value` if it is a distance in mm, which may be nothing, or raise `ValueError` with `name`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LARGEST_MM:
        raise ValueError(name)
    return float(value)


def length(name: str, value: object) -> float:
    """Return `value` if it is a length in mm, or raise `ValueError` with `name`."""
    found = distance(name, value)
    if not found:
        raise ValueError(name)
    return found
