"""Renders licences: a template, the data of one licence and a moment give a PDF/A-2b, the same bytes each time.

A template is a folder with `template.typ`, `manifest.json`, its pictures, and a `sample.json` that shows its data.
Values reach it as JSON and are set as strings, so that nothing in them is ever run.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final

import typst

from licence.errors import TemplateBroken, TemplateUnknown, ValueDoesNotFit
from trust.errors import TrustError
from trust.typefaces import CharacterNotCovered, require_coverage

__all__ = ["PageSize", "Renderer", "SealPlace", "TemplateManifest"]

STANDARD: Final = "a-2b"
TEMPLATE_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
DATA_WITH_TEXT = ("fields", "licence")
"""The parts of the data whose strings are set as text; the others are pictures."""

# What typst says, and we understand.
DOES_NOT_FIT = re.compile(r"panicked with: does not fit: ([a-z0-9_]+)")
NOT_DISPLAYED = re.compile(r'the text `"(?P<text>.+)"` could not be displayed', re.DOTALL)
ESCAPED_CHARACTER = re.compile(r"\\u\{([0-9a-f]+)\}")


@dataclass(frozen=True, kw_only=True)
class PageSize:
    """The size of every page of a template."""

    width_mm: float
    height_mm: float


@dataclass(frozen=True, kw_only=True)
class SealPlace:
    """Where the seal's centre goes, measured from the upper left corner of the page; pages count from 1."""

    page: int
    centre_x_mm: float
    centre_y_mm: float


@dataclass(frozen=True, kw_only=True)
class TemplateManifest:
    """What others must know of a template to work with what it renders."""

    title: str
    page: PageSize
    seal: SealPlace
    qr_mm: float
    """The width of the QR code without its quiet zone."""


class Renderer:
    """Renders every template of a folder. Safe to share between threads, which take turns at its one compiler."""

    def __init__(self, templates: Path, fonts: Path) -> None:
        self._templates = templates.resolve()
        # Only our own typefaces: a page must not look different on a machine that has others.
        faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts])
        self._compiler = typst.Compiler(root=self._templates, font_paths=faces, ignore_system_fonts=True)
        self._lock = Lock()

    def render(self, template: str, data: Mapping[str, object], *, at: datetime) -> bytes:
        """Return the licence as PDF/A-2b; `at` is the time of creation that it states.

        `data` is what the template's `sample.json` shows. Raises `TemplateUnknown`, `ValueDoesNotFit`,
        `CharacterNotCovered` or `TemplateBroken`.
        """
        moment = at.replace(microsecond=0)  # PDF tells no fractions of a second
        source = self._folder(template) / "template.typ"
        # Typst refuses a missing glyph itself, but lets invisible characters pass that turn the order of the others.
        for field, text in texts(data):
            require_coverage(text, field=field)
        inputs = {"data": json.dumps(data, ensure_ascii=False, sort_keys=True, default=dict)}
        with self._lock:
            try:
                pdf = self._compiler.compile(
                    input=source,
                    sys_inputs=inputs,
                    format="pdf",
                    pdf_standards=STANDARD,
                    timestamp=moment,
                )
            except typst.TypstError as error:
                failure = error
            else:
                assert isinstance(pdf, bytes)  # noqa: S101 - one PDF, for lists are of pictures
                return pdf
        raise refusal(failure, template, data) from failure

    def manifest(self, template: str) -> TemplateManifest:
        """Return what `manifest.json` says, or raise `TemplateUnknown` or `TemplateBroken`."""
        try:
            return parse_manifest((self._folder(template) / "manifest.json").read_bytes())
        except (OSError, ValueError) as error:
            raise TemplateBroken(template=template) from error

    def _folder(self, template: str) -> Path:
        """Return the template's folder. Its name is checked first: it may come from outside."""
        folder = self._templates / template
        if not TEMPLATE_NAME.fullmatch(template) or not (folder / "template.typ").is_file():
            raise TemplateUnknown(template=template)
        return folder


def texts(data: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Yield the name and the text of everything in `data` that the template sets as text."""
    for part in DATA_WITH_TEXT:
        values = data.get(part)
        if isinstance(values, Mapping):
            yield from ((name, value) for name, value in values.items() if isinstance(value, str))


def refusal(error: typst.TypstError, template: str, data: Mapping[str, object]) -> TrustError:
    """Return our error for what the compiler says."""
    if found := DOES_NOT_FIT.fullmatch(error.message):
        return ValueDoesNotFit(field=found[1])
    if found := NOT_DISPLAYED.search(error.message):
        missing = ESCAPED_CHARACTER.sub(lambda code: chr(int(code[1], 16)), found["text"])[:1]
        for field, text in texts(data):
            if missing in text:
                return CharacterNotCovered(field=field, character=missing, code_point=f"U+{ord(missing):04X}")
    return TemplateBroken(template=template)


def parse_manifest(manifest_json: bytes) -> TemplateManifest:
    """Return the manifest, or raise `ValueError` for anything missing, unknown or impossible in it."""
    told = members(json.loads(manifest_json), {"title", "page", "seal", "qr_mm"})
    page_told = members(told["page"], {"width_mm", "height_mm"})
    seal_told = members(told["seal"], {"page", "centre_x_mm", "centre_y_mm"})
    page = PageSize(width_mm=length(page_told["width_mm"]), height_mm=length(page_told["height_mm"]))
    seal_page = seal_told["page"]
    if type(seal_page) is not int or seal_page < 1:
        raise ValueError("the seal's page is not a page")
    seal = SealPlace(
        page=seal_page,
        centre_x_mm=length(seal_told["centre_x_mm"]),
        centre_y_mm=length(seal_told["centre_y_mm"]),
    )
    if seal.centre_x_mm >= page.width_mm or seal.centre_y_mm >= page.height_mm:
        raise ValueError("the seal's centre is not on the page")
    title = told["title"]
    if not isinstance(title, str) or not title:
        raise ValueError("the title is no text")
    return TemplateManifest(title=title, page=page, seal=seal, qr_mm=length(told["qr_mm"]))


def members(value: object, names: set[str]) -> dict[str, object]:
    """Return `value` if it is a JSON object with exactly these members, or raise `ValueError`."""
    if not isinstance(value, dict) or set(value) != names:
        raise ValueError(f"not an object of {sorted(names)}")
    return value


def length(value: object) -> float:
    """Return `value` if it is a length in mm, or raise `ValueError`."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise ValueError("not a length")
    return float(value)
