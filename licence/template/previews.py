"""Previews of templates 样张: as fast as one types, and marked so that none can pass as a licence.

The mark lies over every page and is looked for again in what was set. The QR code of a preview says that it is one.
"""

from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Final

from licence.errors import TemplateRefused
from licence.qr import draw_svg
from licence.template.bundle import TemplateBundle
from licence.template.page_examination import examine
from licence.template.rendering import PreparedTemplate, inputs_of, prepare_template, refusal, texts
from licence.template.typesetting import Fault, typesetter
from trust.typefaces import VALUES, VERTICAL, require_coverage
from trust.workers import WorkerExhausted, Workers

__all__ = ["LARGEST_DPI", "LEAST_DPI", "preview_pdf", "preview_png"]

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
LEAST_DPI: Final = 36
LARGEST_DPI: Final = 200
QR_TEXT: Final = "样张 SPECIMEN"

MARK: Final = (
    '#set page(foreground: { set text(font: ("Xinyin Serif",), weight: "black", fallback: false, lang: "zh", '
    'fill: rgb("#c8202f").transparentize(72%)); '
    "place(center + horizon, rotate(-28deg, text(size: 54pt)[样张 SPECIMEN])); "
    "place(top + center, dy: 4mm, text(size: 7pt)[样张 不作证照使用 SPECIMEN NOT A LICENCE]); "
    "place(bottom + center, dy: -4mm, text(size: 7pt)[样张 不作证照使用 SPECIMEN NOT A LICENCE]) }); "
)
"""Stands before the first line of the template, on that line, so that the numbers of its lines stay."""

WORDS: Final = "样张不作证照使用SPECIMENNOTALICENCE"
"""What is looked for: a line at the edge. The words across the page may lie among others, as pages are read."""


def preview_png(
    bundle: TemplateBundle, data: Mapping[str, Any] | None = None, *, page: int = 1, dpi: int = 96, workers: Workers
) -> bytes:
    """Return a page as PNG, with `data` over those of the sample.

    `data` has any of `fields`, `licence` and `pictures`. Raise `ValueDoesNotFit`, `CharacterNotCovered` or
    `TemplateRefused`; and `ValueError` where there is no such page, or for more dots per inch than there may be.
    """
    if not LEAST_DPI <= dpi <= LARGEST_DPI or not 1 <= page <= bundle.manifest.pages:
        raise ValueError("page or dpi")
    pages = preview(bundle, data, dpi=dpi, workers=workers)
    if page > len(pages):
        raise TemplateRefused(check="pages", place=str(len(pages)))
    return pages[page - 1]


def preview_pdf(bundle: TemplateBundle, data: Mapping[str, Any] | None = None, *, workers: Workers) -> bytes:
    """Return the preview as PDF. Raise as `preview_png` does."""
    return preview(bundle, data, dpi=0, workers=workers)[0]


def preview(bundle: TemplateBundle, data: Mapping[str, Any] | None, *, dpi: int, workers: Workers) -> tuple[bytes, ...]:
    """Return each page as PNG, or with no dots per inch the PDF."""
    prepared = prepare_template(bundle.reference, bundle.files)
    told = filled(bundle.sample, data or {})
    for name, text in texts(told):
        require_coverage(text, field=name, faces=VERTICAL if name in prepared.vertical else VALUES)
    inputs = inputs_of(prepared, told, prepared.artwork)
    source = MARK.encode() + prepared.source.text
    try:
        made = workers.run(preview_in_worker, source, inputs, prepared.standard.value, dpi)
    except WorkerExhausted as error:
        raise TemplateRefused(check="limits", place=str(error.details["limit"])) from None
    if isinstance(made, Fault):
        raise error_for(made, prepared, told)
    return made


def preview_in_worker(source: bytes, inputs: Mapping[str, str], standard: str, dpi: int) -> tuple[bytes, ...] | Fault:
    """Set a preview and look for its mark on each page."""
    facts = examine(source, inputs, standard, AT)
    if isinstance(facts, Fault):
        return facts
    if not all(WORDS in page.text for page in facts.pages):
        raise TemplateRefused(check="specimen", place="template.typ")
    if dpi:
        return typesetter().picture(source, inputs, dpi=dpi)
    pdf = typesetter().typeset(source, inputs, standard=standard, at=AT)
    return pdf if isinstance(pdf, Fault) else (pdf,)


def filled(sample: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sample with the given values in it, and the code of a specimen."""
    told: dict[str, Any] = deepcopy(dict(sample))
    for part in ("fields", "licence", "pictures"):
        if part in data:
            told[part] = {**told.get(part, {}), **data[part]}
    told["qr"] = draw_svg(QR_TEXT)
    return told


def error_for(fault: Fault, prepared: PreparedTemplate, data: Mapping[str, Any]) -> Exception:
    """Return the error that tells the author of a template what is wrong with it, or with the data."""
    error = refusal(fault, prepared, data)
    if error.code != "licence.template_broken":
        return error
    return TemplateRefused(check="compiles", place=f"{prepared.source.place(fault.line)}: {fault.message}"[:300])
