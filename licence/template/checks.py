"""What a template must pass before licences are issued with it: it is set, and what came of it is read again.

1. It compiles with its sample, within the limits of a worker, to as many pages and of the size as its manifest says.
2. Nothing in it keeps the file from being the kind of PDF/A that the manifest asks for: the compiler refuses it then.
3. Every field of the type's schema, and the licence's identifier, number, authority, day of issue and the remark that
   it was made from paper, stand on a page, wholly inside it. This is proven by setting a mark in each field and finding
   it again, not by reading the source; of a picture, by finding its octets in the file.
4. Each field at its longest stands there whole, or is refused by the template with that field's name.
5. It compiles with nothing but what must be given.
6. Seal and QR code are inside their page; no value lies under the seal, and no text at all on the code or its margin.
7. The code's modules are 0.45 mm or larger with the address of a claim in it: what printers and phones can do.
8. Fields that may hold Mongolian script are set in vertical columns, as the manifest says.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from licence.errors import TemplateRefused
from licence.qr import modules_of
from licence.template.bundle import TemplateBundle
from licence.template.manifest import TemplateManifest
from licence.template.page_examination import Character, PageFacts, SheetFacts, as_read, examine_each
from licence.template.rendering import DOES_NOT_FIT, PreparedTemplate, inputs_of, prepare_template, texts
from licence.template.samples import MARKS, Mark, emptied, lengthened, marked, marks_of
from licence.template.typesetting import Fault
from trust.errors import TrustError
from trust.typefaces import VALUES, VERTICAL, require_coverage
from trust.workers import WorkerExhausted, Workers

__all__ = ["LEAST_MODULE_MM", "Check", "TemplateReport", "check_template"]

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""When checked pages say that they were made. It changes nothing of what is checked."""

LEAST_MODULE_MM: Final = 0.45
LONGEST_ADDRESS: Final = 170
"""Octets of the address in a printed code (docs/qr.md)."""

QUIET_MODULES: Final = 4
"""Of the margin of a code (ISO/IEC 18004, 9.1); a half of it must be free of text, the panel's rim may lie in it."""

SEAL_RADIUS_MM: Final = 21.0
TOLERANCE_MM: Final = 0.2
TOGETHER: Final = 8
"""Pages that one worker sets."""

FROM_PAPER: Final = "由纸质证照数字化"
LICENCE_PARTS: Final = ("identifier", "number", "authority", "mark")
LONGEST_PLACE: Final = 300


class Check(StrEnum):
    """What a template can fail in."""

    COMPILES = "compiles"
    LIMITS = "limits"
    GLYPHS = "glyphs"
    VERTICAL = "vertical"
    PAGES = "pages"
    PLACED = "placed"
    LONGEST = "longest"
    EMPTY = "empty"
    SEAL = "seal"
    QR_PLACE = "qr_place"
    QR_MODULES = "qr_modules"


@dataclass(frozen=True, kw_only=True)
class TemplateReport:
    """What was found out about a template that passes."""

    digest: str
    pages: int
    octets: int
    """Of the sample as a PDF, without its seal."""

    conformance: str
    """Part and level of PDF/A that the file says of itself, such as 2B."""

    module_mm: float
    """The width of a module of the QR code."""

    shortened: tuple[str, ...]
    """Fields that the template refuses at the greatest length that the schema permits."""


def check_template(bundle: TemplateBundle, schema: Mapping[str, Any], *, workers: Workers) -> TemplateReport:
    """Return what is to be known of a template. Raise `TemplateRefused` with the check and the place."""
    examination = Examination(bundle, schema, workers)
    try:
        return examination.report()
    except WorkerExhausted as error:
        raise TemplateRefused(check=Check.LIMITS.value, place=str(error.details["limit"])) from None


class Examination:
    """One template, being looked at."""

    def __init__(self, bundle: TemplateBundle, schema: Mapping[str, Any], workers: Workers) -> None:
        self.bundle, self.schema, self.workers = bundle, schema, workers
        self.manifest: TemplateManifest = bundle.manifest
        self.prepared: PreparedTemplate = prepare_template(bundle.reference, bundle.files)
        self.sample = bundle.sample

    def report(self) -> TemplateReport:
        """Do all checks, the cheap ones first."""
        module_mm = self.module_mm()
        self.check_vertical()
        self.check_glyphs()
        sample, empty = self.set_all([self.sample, emptied(self.sample, self.schema)])
        shown = self.require_pages(sample, Check.COMPILES)
        self.require_pages(empty, Check.EMPTY)
        self.check_code(shown)
        self.check_marks(shown)
        return TemplateReport(
            digest=self.bundle.digest,
            pages=len(shown.pages),
            octets=shown.octets,
            conformance=shown.conformance,
            module_mm=round(module_mm, 3),
            shortened=tuple(self.check_longest(shown)),
        )

    # --- the steps

    def module_mm(self) -> float:
        """Return how wide a module of the QR code is."""
        modules = len(modules_of("a" * LONGEST_ADDRESS))
        module_mm = self.manifest.qr.width_mm / modules
        if module_mm < LEAST_MODULE_MM:
            raise refused(Check.QR_MODULES, f"{module_mm:.2f} mm < {LEAST_MODULE_MM} mm")
        return module_mm

    def check_vertical(self) -> None:
        """Return if what the schema lets be written in Mongolian is set in columns."""
        wanted = {name for name, rule in self.schema["properties"].items() if rule.get("x-vertical")}
        for name in sorted(wanted - self.manifest.vertical):
            raise refused(Check.VERTICAL, name)

    def check_glyphs(self) -> None:
        """Return if every value of the sample can be drawn where it stands."""
        for name, text in texts(self.sample):
            try:
                require_coverage(text, field=name, faces=VERTICAL if name in self.manifest.vertical else VALUES)
            except TrustError as error:
                raise refused(Check.GLYPHS, f"sample.json: {name} {error.details['code_point']}") from None

    def check_code(self, shown: SheetFacts) -> None:
        """Return if nothing stands on the code, and the seal lies inside its page."""
        place, seal, page = self.manifest.qr, self.manifest.seal, self.manifest.page
        margin = QUIET_MODULES / 2 * LEAST_MODULE_MM
        for one in shown.pages[place.page - 1].characters:
            left, right = place.x_mm - margin, place.x_mm + place.width_mm + margin
            top, bottom = place.y_mm - margin, place.y_mm + place.width_mm + margin
            if one[1] < right and one[3] > left and one[2] < bottom and one[4] > top:
                raise refused(Check.QR_PLACE, f"{one[0]} {one[1]:.1f}, {one[2]:.1f} mm")
        nearest = min(
            seal.centre_x_mm, seal.centre_y_mm, page.width_mm - seal.centre_x_mm, page.height_mm - seal.centre_y_mm
        )
        if nearest < SEAL_RADIUS_MM:
            raise refused(Check.SEAL, f"{nearest:.1f} mm < {SEAL_RADIUS_MM} mm")

    def check_marks(self, shown: SheetFacts) -> None:
        """Return if every field is found again, inside its page, and not under the seal."""
        marks = marks_of(self.schema, unlike=shown.text)
        data = marked(self.sample, marks)
        data["licence"]["mark"] = FROM_PAPER
        (told,) = self.set_all([data])
        facts = self.require_pages(told, Check.PLACED)
        text = facts.text
        for one in marks:
            if one.digest and one.digest not in facts.pictures:
                raise refused(Check.PLACED, one.field)
            for texts_of_one in one.shown:
                if not any(as_read(each) in text for each in texts_of_one):
                    raise refused(Check.PLACED, one.field)
        for name in LICENCE_PARTS:
            if as_read(str(data["licence"].get(name, ""))) not in text:
                raise refused(Check.PLACED, name)
        for part in str(self.sample["licence"].get("issued_on", "")).split("-"):
            if part.lstrip("0") not in text:
                raise refused(Check.PLACED, "issued_on")
        self.check_places(facts, marks)

    def check_places(self, facts: SheetFacts, marks: Sequence[Mark]) -> None:
        """Return if all characters are inside their page, and no mark is under the seal."""
        own = {
            character: one.field for one in marks for each in one.shown for character in each[0] if character in MARKS
        }
        seal = self.manifest.seal
        for number, page in enumerate(facts.pages, 1):
            for one in page.characters:
                if not is_inside(one, page):
                    raise refused(Check.PLACED, f"{own.get(one[0], one[0])} {one[1]:.1f}, {one[2]:.1f} mm")
                across, down = (one[1] + one[3]) / 2 - seal.centre_x_mm, (one[2] + one[4]) / 2 - seal.centre_y_mm
                if number == seal.page and one[0] in own and across**2 + down**2 < SEAL_RADIUS_MM**2:
                    raise refused(Check.SEAL, own[one[0]])

    def check_longest(self, shown: SheetFacts) -> Iterator[str]:
        """Yield the fields that the template refuses at their longest; the others stand there whole."""
        filler = next(one for one in MARKS if one not in shown.text)
        names, data = [], []
        for name in sorted(self.schema["properties"]):
            longest = lengthened(self.sample, self.schema, name, filler=filler)
            if longest is not None:
                names.append(name)
                data.append(longest)
        for name, one, told in zip(names, data, self.set_all(data), strict=True):
            if isinstance(told, Fault):
                found = DOES_NOT_FIT.fullmatch(told.message)
                if found is None or found[1] != name:
                    raise refused(Check.LONGEST, f"{name}: {self.place_of(told)}")
                yield name
                continue
            wanted = json.dumps(one["fields"][name], ensure_ascii=False).count(filler)
            inside = sum(each[0] == filler and is_inside(each, page) for page in told.pages for each in page.characters)
            if inside < wanted:
                raise refused(Check.LONGEST, f"{name}: {inside} < {wanted}")

    # --- building blocks

    def set_all(self, data: Sequence[Mapping[str, Any]]) -> list[SheetFacts | Fault]:
        """Set the template with each of `data`, a few in one worker."""
        inputs = inputs_of(self.prepared, {}, self.prepared.artwork)
        told = [json.dumps(one, ensure_ascii=False, sort_keys=True, default=dict) for one in data]
        return [
            facts
            for some in batched_tuples(told)
            for facts in self.workers.run(
                examine_each, self.prepared.source.text, inputs, some, standard=self.prepared.standard.value, at=AT
            )
        ]

    def require_pages(self, told: SheetFacts | Fault, check: Check) -> SheetFacts:
        """Return what came of the template if its pages are those of the manifest."""
        if isinstance(told, Fault):
            raise refused(check, self.place_of(told))
        page = self.manifest.page
        sizes = {(round(one.width_mm, 1), round(one.height_mm, 1)) for one in told.pages}
        if len(told.pages) != self.manifest.pages or sizes != {(round(page.width_mm, 1), round(page.height_mm, 1))}:
            raise refused(Check.PAGES, f"{len(told.pages)}: {sorted(sizes)}")
        return told

    def place_of(self, fault: Fault) -> str:
        """Return where the compiler stopped, and what it said: to the author, of the author's own files."""
        return f"{self.prepared.source.place(fault.line)}: {fault.message}"


def batched_tuples(told: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield `told` in tuples of a few."""
    for start in range(0, len(told), TOGETHER):
        yield tuple(told[start : start + TOGETHER])


def is_inside(character: Character, page: PageFacts) -> bool:
    """Tell whether a character is wholly on its page."""
    _, left, top, right, bottom = character
    return (
        left >= -TOLERANCE_MM
        and top >= -TOLERANCE_MM
        and right <= page.width_mm + TOLERANCE_MM
        and bottom <= page.height_mm + TOLERANCE_MM
    )


def refused(check: Check, place: str) -> TemplateRefused:
    """Return the error for a failed check."""
    return TemplateRefused(check=check.value, place=place[:LONGEST_PLACE])
