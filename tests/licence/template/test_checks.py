"""The checks before publication: each is failed by a template that is wrong in one thing."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from licence.errors import TemplateRefused
from licence.template.checks import Check, check_template
from licence.template.samples import MARKS, emptied, lengthened, marks_of
from licence.template.typesetting import typeset_in_worker
from tests.licence.template.templates import MANIFEST, SAMPLE, SCHEMA, SVG, TEMPLATE, bundle_of
from trust.typefaces import Typeface, covered
from trust.worker_pool import WorkerPool
from trust.worker_process import Limits
from trust.workers import IN_PROCESS


def test_a_template_that_is_right() -> None:
    bundle = bundle_of()
    report = check_template(bundle, SCHEMA, workers=IN_PROCESS)
    assert (report.digest, report.pages, report.module_mm) == (bundle.digest, 1, 0.472)
    assert report.shortened == ()
    assert report.octets > 5000


def changed(old: str, new: str) -> str:
    """Return the template with one thing in it changed."""
    assert TEMPLATE.count(old) == 1
    return TEMPLATE.replace(old, new)


def manifest_with(**change: object) -> dict[str, Any]:
    return MANIFEST | change


def fields_with(**change: object) -> dict[str, Any]:
    return SAMPLE | {"fields": SAMPLE["fields"] | change}


WRONG: dict[str, tuple[Check, str, dict[str, Any]]] = {
    "does not compile": (
        Check.COMPILES,
        "template.typ:7: unknown variable: nothing",
        {"template_typ": changed("#data.fields.name", "#nothing")},
    ),
    "does not compile in a part": (
        Check.COMPILES,
        "parts.typ:2: unknown variable: nothing",
        {"parts_typ": "#let data = json(bytes(sys.inputs.data))\n#let licence = nothing\n"},
    ),
    "what no PDF/A may have": (
        Check.COMPILES,
        "PDF/A-2b error",
        {"template_typ": TEMPLATE + '#pdf.attach("a.txt", bytes("a"))\n'},
    ),
    "reads a file": (
        Check.COMPILES,
        "template.typ:7: file not found",
        {"template_typ": changed("#data.fields.name", '#read("/etc/passwd")')},
    ),
    "a character that nothing draws": (
        Check.GLYPHS,
        "sample.json: note U+1F600",
        {"sample_json": fields_with(note="😀")},
    ),
    "a character that its own typeface lacks": (
        Check.COMPILES,
        "could not be displayed",
        {"template_typ": changed('"Xinyin Kai", "Xinyin Serif"', '"Xinyin Sans"')},
    ),
    "pages that nobody asked for": (
        Check.PAGES,
        "2: [(120.0, 100.0)]",
        {"template_typ": TEMPLATE + "#pagebreak()\n某\n"},
    ),
    "another size": (Check.PAGES, "1: [(121.0, 100.0)]", {"template_typ": changed("width: 120mm", "width: 121mm")}),
    "fails with nothing but what must be given": (
        Check.EMPTY,
        "template.typ:8",
        {"template_typ": changed('#data.fields.at("note", default: "")', "#data.fields.note")},
    ),
    "a field that stands nowhere": (
        Check.PLACED,
        "note",
        {"template_typ": changed('#data.fields.at("note", default: "")', "")},
    ),
    "a column that stands nowhere": (Check.PLACED, "rows", {"template_typ": changed("#row.count", "")}),
    "a choice that stands nowhere": (
        Check.PLACED,
        "kind",
        {"template_typ": changed('#data.fields.at("kind", default: "")', "")},
    ),
    "a date that stands nowhere": (
        Check.PLACED,
        "day",
        {"template_typ": changed('#data.fields.at("day", default: "")', "")},
    ),
    "a number that stands nowhere": (
        Check.PLACED,
        "area",
        {"template_typ": changed('#data.fields.at("area", default: "")', "")},
    ),
    "no identifier": (Check.PLACED, "identifier", {"template_typ": changed("#licence.identifier", "")}),
    "no remark that it was made from paper": (
        Check.PLACED,
        "mark",
        {"template_typ": changed('#licence.at("mark", default: "")', "")},
    ),
    "no authority": (Check.PLACED, "authority", {"template_typ": changed("#licence.authority", "")}),
    "no day of issue": (
        Check.PLACED,
        "issued_on",
        {
            "template_typ": changed("#licence.issued_on", ""),
            "sample_json": SAMPLE | {"licence": SAMPLE["licence"] | {"issued_on": "2099-11-22"}},
        },
    ),
    "a field that the page cuts off": (
        Check.PLACED,
        "mm",
        {"template_typ": changed("#data.fields.name", "#move(dx: -7mm, data.fields.name)")},
    ),
    "a field under the seal": (
        Check.SEAL,
        "name",
        {"template_typ": changed("#data.fields.name", "#place(dx: 78mm, dy: 62mm, data.fields.name)")},
    ),
    "a seal that the page cuts off": (
        Check.SEAL,
        "20.0 mm < 21.0 mm",
        {"manifest_json": manifest_with(seal={"page": 1, "centre_x_mm": 100, "centre_y_mm": 70})},
    ),
    "text on the code": (
        Check.QR_PLACE,
        "某",
        {"template_typ": changed("#data.fields.name", "#place(dx: 80mm, dy: 5mm, data.fields.name)")},
    ),
    "modules that are too small": (
        Check.QR_MODULES,
        "0.38 mm < 0.45 mm",
        {"manifest_json": manifest_with(qr={"page": 1, "x_mm": 80, "y_mm": 5, "width_mm": 20})},
    ),
    "a long value that stops the document for no reason": (
        Check.LONGEST,
        "name: template.typ:7: panicked with",
        {
            "template_typ": changed(
                "#data.fields.name", '#{ if data.fields.name.len() > 30 { panic("a") }; data.fields.name }'
            )
        },
    ),
    "a long value that is told under another name": (
        Check.LONGEST,
        "name: template.typ:7: panicked with: does not fit: note",
        {
            "template_typ": changed(
                "#data.fields.name",
                '#{ if data.fields.name.len() > 30 { panic("does not fit: note") }; data.fields.name }',
            )
        },
    ),
    "a long value that is cut": (
        Check.LONGEST,
        "name: 12 < 20",
        {
            "template_typ": changed(
                "#data.fields.name",
                "#{ let a = data.fields.name.clusters(); a.slice(0, count: calc.min(12, a.len())).join() }",
            )
        },
    ),
    "a long value that runs out of the page": (
        Check.LONGEST,
        "name: ",
        {
            "template_typ": changed(
                "#data.fields.name", "#place(dy: 85mm, box(width: 200mm, { h(60mm); data.fields.name }))"
            )
        },
    ),
}


@pytest.mark.parametrize(("check", "place", "files"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_told_with_its_place(check: Check, place: str, files: dict[str, Any]) -> None:
    with pytest.raises(TemplateRefused) as refused:
        check_template(bundle_of(**files), SCHEMA, workers=IN_PROCESS)
    assert refused.value.code == "licence.template_refused"
    assert refused.value.details["check"] == check.value
    assert place in str(refused.value.details["place"])


def test_a_value_that_the_template_itself_refuses_is_reported() -> None:
    stops = '#{ if data.fields.name.len() > 30 { panic("does not fit: name") }; data.fields.name }'
    report = check_template(bundle_of(template_typ=changed("#data.fields.name", stops)), SCHEMA, workers=IN_PROCESS)
    assert report.shortened == ("name",)


def test_mongolian_may_stand_in_columns_alone() -> None:
    schema = json.loads(json.dumps(SCHEMA))
    schema["properties"]["name"]["x-vertical"] = True
    with pytest.raises(TemplateRefused) as refused:
        check_template(bundle_of(), schema, workers=IN_PROCESS)
    assert refused.value.details == {"check": Check.VERTICAL.value, "place": "name"}
    bundle = bundle_of(manifest_json=manifest_with(vertical=["name"]))
    assert check_template(bundle, schema, workers=IN_PROCESS).shortened == ()


def test_the_kind_of_pdf_a_is_what_the_manifest_asks_for() -> None:
    bundle = bundle_of(manifest_json=manifest_with(standard="a-3b"))
    assert check_template(bundle, SCHEMA, workers=IN_PROCESS).conformance == "3B"
    assert check_template(bundle_of(), SCHEMA, workers=IN_PROCESS).conformance == "2B"


# --- in a worker

FAMILIES = {
    Typeface.KAI: ("Xinyin Kai", "regular"),
    Typeface.SERIF_BOLD: ("Xinyin Serif", "bold"),
    Typeface.SERIF: ("Xinyin Serif", "regular"),
    Typeface.SERIF_BLACK: ("Xinyin Serif", "black"),
    Typeface.SANS: ("Xinyin Sans", "medium"),
    Typeface.MONGOLIAN: ("Xinyin Mongolian", "regular"),
    Typeface.RARE: ("HanaMinB", "regular"),
}
POOL_LIMITS = Limits(cpu_seconds=1, memory=256 << 20)
PRELOAD = ("licence.template.checks", "licence.template.typesetting:warm")


@pytest.fixture(scope="module")
def workers() -> Any:  # noqa: ANN401 - a generator of a pool
    pool = WorkerPool(processes=1, limits=POOL_LIMITS, wall_seconds=30, preload=PRELOAD)
    yield pool
    pool.close()


def test_a_confined_worker_finds_the_same(workers: WorkerPool) -> None:
    assert check_template(bundle_of(), SCHEMA, workers=workers) == check_template(
        bundle_of(), SCHEMA, workers=IN_PROCESS
    )


@pytest.mark.parametrize(
    ("source", "limits"),
    [
        ("#for a in range(100000) { for b in range(100000) { let c = a * b } }", {"processor_time"}),
        ("#let x = range(100000000)\n#x.len()", {"memory", "crash"}),
    ],
    ids=["endless", "greedy"],
)
def test_a_template_that_takes_too_much_is_refused(source: str, limits: set[str], workers: WorkerPool) -> None:
    with pytest.raises(TemplateRefused) as refused:
        check_template(bundle_of(template_typ=source + "\n" + TEMPLATE), SCHEMA, workers=workers)
    assert refused.value.details["check"] == Check.LIMITS.value
    assert refused.value.details["place"] in limits


@pytest.mark.parametrize("face", [face for face in Typeface if face.is_there])
def test_a_confined_worker_has_every_typeface(face: Typeface, workers: WorkerPool) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    family, style = FAMILIES[face]
    text = {Typeface.MONGOLIAN: "ᠮᠣᠩᠭᠣᠯ", Typeface.RARE: "\U0002ceb0"}.get(face, "A1")
    source = f'#text(font: "{family}", weight: "{style}", fallback: false)[{text}]'
    made = workers.run(typeset_in_worker, source.encode(), {}, "a-2b", at)
    assert made == typeset_in_worker(source.encode(), {}, "a-2b", at)
    assert isinstance(made, bytes)


# --- the data that it is tested with


def test_marks_differ_and_can_be_drawn() -> None:
    properties = {f"f{number}": {"type": "string", "maxLength": 1 + number % 4} for number in range(100)}
    marks = marks_of({"properties": properties}, unlike=MARKS[:50])
    texts = [one.value for one in marks]
    assert len("".join(texts)) == len(set("".join(texts)))
    assert {len(text) for text in texts} == {1, 2, 3}
    assert set("".join(texts)).isdisjoint(MARKS[:50])
    assert all(covered(character) for character in MARKS)
    assert len(MARKS) == len(set(MARKS)) == 3008


def test_what_has_one_length_is_not_lengthened() -> None:
    sample = {"fields": {"day": "2026-11-22"}}
    assert lengthened(sample, {"properties": {"day": {"type": "string", "format": "date"}}}, "day", filler="字") is None


def test_the_longest_values() -> None:
    longest = {
        name: (lengthened(SAMPLE, SCHEMA, name, filler="字") or {"fields": {name: None}})["fields"][name]
        for name in SCHEMA["properties"]
    }
    assert longest == {
        "name": "字" * 20,
        "note": "字字",
        "day": None,
        "kind": "乙种",
        "area": "999999",
        "rows": [{"item": "字" * 5, "count": "7"}] * 3,
    }
    vertical = {"properties": {"name": {"type": "string", "maxLength": 10, "x-vertical": True}}}
    told = lengthened(SAMPLE, vertical, "name", filler="字")
    assert told is not None
    assert told["fields"]["name"] == "字字字字字字 字字字"


def test_what_need_not_be_given_is_left_out() -> None:
    assert emptied(SAMPLE, SCHEMA)["fields"] == {"name": "某某公司"}
    assert emptied(SAMPLE, {"properties": {}})["fields"] == {}


# --- pictures

PICTURED = TEMPLATE + (
    '#let photo = data.at("pictures", default: (:)).at("photo", default: "")\n'
    '#if photo != "" { place(top + left, dx: 80mm, dy: 35mm, image(bytes(photo), format: "svg", alt: "x")) }\n'
)
WITH_PHOTO = SCHEMA | {
    "properties": SCHEMA["properties"] | {"photo": {"type": "string", "format": "picture", "x-aspect": [3, 4]}}
}


def test_a_picture_must_be_shown() -> None:
    assert check_template(bundle_of(template_typ=PICTURED), WITH_PHOTO, workers=IN_PROCESS).pages == 1
    with pytest.raises(TemplateRefused) as refusal:
        check_template(bundle_of(), WITH_PHOTO, workers=IN_PROCESS)
    assert refusal.value.details == {"check": "placed", "place": "photo"}


def test_a_picture_that_need_not_be_given_is_left_out_of_the_least() -> None:
    sample = SAMPLE | {"pictures": {"photo": SVG.decode(), "map": SVG.decode()}}
    assert emptied(sample, WITH_PHOTO | {"required": ["name", "map"]})["pictures"] == {"map": SVG.decode()}
    assert lengthened(sample, WITH_PHOTO, "photo", filler="某") is None
