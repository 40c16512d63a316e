"""Manifests of templates, one member wrong at a time."""

import json
from typing import Any

import pytest

from licence.template.manifest import (
    ArtworkPlace,
    PageSize,
    PDFStandard,
    QRPlace,
    SealPlace,
    TemplateManifest,
    parse_manifest,
)

Told = dict[str, Any]

MANIFEST: Told = {
    "title": "题",
    "page": {"width_mm": 297, "height_mm": 210},
    "pages": 2,
    "seal": {"page": 1, "centre_x_mm": 230.5, "centre_y_mm": 154},
    "qr": {"page": 2, "x_mm": 20, "y_mm": 30, "width_mm": 25},
    "artwork": [{"file": "border.svg", "page": 1, "x_mm": 0, "y_mm": 0, "width_mm": 297, "height_mm": 210}],
    "standard": "a-3b",
    "vertical": ["name_mn"],
}


def test_a_manifest_is_read() -> None:
    assert parse_manifest(json.dumps(MANIFEST).encode()) == TemplateManifest(
        title="题",
        page=PageSize(width_mm=297, height_mm=210),
        pages=2,
        seal=SealPlace(page=1, centre_x_mm=230.5, centre_y_mm=154),
        qr=QRPlace(page=2, x_mm=20, y_mm=30, width_mm=25),
        artwork=(ArtworkPlace(file="border.svg", page=1, x_mm=0, y_mm=0, width_mm=297, height_mm=210),),
        standard=PDFStandard.A_3B,
        vertical=frozenset({"name_mn"}),
    )


def test_what_may_be_missing() -> None:
    short = {name: MANIFEST[name] for name in ("title", "page", "seal")} | {"qr": MANIFEST["qr"] | {"page": 1}}
    manifest = parse_manifest(json.dumps(short).encode())
    assert (manifest.pages, manifest.artwork, manifest.standard) == (1, (), PDFStandard.A_2B)
    assert (manifest.vertical, manifest.qr_mm) == (frozenset(), 25)


def changed(member: str, **change: object) -> Told:
    """Return the manifest with one part of a member changed."""
    return MANIFEST | {member: MANIFEST[member] | change}


WRONG = [
    ("title", MANIFEST | {"title": ""}),
    ("title", MANIFEST | {"title": 7}),
    ("title", MANIFEST | {"title": "题" * 101}),
    ("manifest", MANIFEST | {"colour": "red"}),
    ("manifest", {name: value for name, value in MANIFEST.items() if name != "qr"}),
    ("pages", MANIFEST | {"pages": 0}),
    ("pages", MANIFEST | {"pages": 21}),
    ("pages", MANIFEST | {"pages": True}),
    ("pages", MANIFEST | {"pages": 1.0}),
    ("page", MANIFEST | {"page": None}),
    ("page", MANIFEST | {"page": {"width_mm": 297}}),
    ("page", changed("page", width_mm=0)),
    ("page", changed("page", height_mm=1201)),
    ("page", changed("page", height_mm="210")),
    ("page", changed("page", height_mm=True)),
    ("page", changed("page", height_mm=float("nan"))),
    ("page", changed("page", height_mm=float("inf"))),
    ("seal", changed("seal", page=0)),
    ("seal", changed("seal", page=True)),
    ("seal", changed("seal", page=3)),
    ("seal", changed("seal", centre_x_mm=297)),
    ("seal", changed("seal", centre_y_mm=-1)),
    ("seal", changed("seal", centre_y_mm=211)),
    ("qr", changed("qr", page=3)),
    ("qr", changed("qr", width_mm=0)),
    ("qr", changed("qr", x_mm=273)),
    ("qr", changed("qr", y_mm=186)),
    ("qr", changed("qr", size=1)),
    ("artwork", MANIFEST | {"artwork": {}}),
    ("artwork", MANIFEST | {"artwork": ["border.svg"]}),
    ("artwork", MANIFEST | {"artwork": MANIFEST["artwork"] * 21}),
    *(
        ("artwork", MANIFEST | {"artwork": [MANIFEST["artwork"][0] | change]})
        for change in (
            {"file": "../border.svg"},
            {"file": "border.png"},
            {"file": 7},
            {"page": 3},
            {"x_mm": -1},
            {"x_mm": 1},
            {"width_mm": 0},
            {"height_mm": 211},
        )
    ),
    ("standard", MANIFEST | {"standard": "a-1b"}),
    ("standard", MANIFEST | {"standard": []}),
    ("vertical", MANIFEST | {"vertical": "name_mn"}),
    ("vertical", MANIFEST | {"vertical": ["Name"]}),
    ("vertical", MANIFEST | {"vertical": [7]}),
]


@pytest.mark.parametrize(("member", "told"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_member_is_named(member: str, told: Told) -> None:
    with pytest.raises(ValueError, match=f"^{member}$"):
        parse_manifest(json.dumps(told).encode())


@pytest.mark.parametrize("told", [b"", b"{", b"\xff", b"[]"])
def test_what_is_no_object_is_no_manifest(told: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_manifest(told)
