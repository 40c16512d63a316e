"""A finished file shows what was asked for: each thing that a request says is compared with what the file shows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from tests.fakes.clock import NOW
from tests.seal.kits import CENTRE
from tests.trust.pdf.paper import page_dictionary, paper
from tests.trust.pdf.test_release import (
    BEFORE,
    BOX,
    DRAWING,
    FIRST,
    INVISIBLE,
    OTHER_PAGE,
    RASTER,
    REQUEST,
    SECOND,
    added,
    rule_against,
    signed,
    spoilt,
)
from trust.pdf.appearance import Appearance, Mark, Part, Picture, Placement
from trust.pdf.file import array_of, dictionary_of
from trust.pdf.objects import Reference
from trust.pdf.release import ReleasedSignature, read_release
from trust.pdf.release_request import require_as_asked
from trust.pdf.release_step import PDFReleaseRefused
from trust.pdf.signing import PADES, SignatureRequest
from trust.pdf.update import Update

ARCHIVAL: Final = b'<rdf pdfaid:part="1"/>'


def released(pdf: bytes, before: bytes = BEFORE, field: str = "Seal") -> ReleasedSignature:
    (found,) = read_release(pdf, before=before, fields=(field,))
    return found


def rule_of(pdf: bytes, asked: SignatureRequest, before: bytes = BEFORE) -> object:
    with pytest.raises(PDFReleaseRefused) as caught:
        require_as_asked(released(pdf, before), asked)
    return caught.value.details["rule"]


SLICES: Final = tuple(
    replace(one, appearance=replace(BOX, part=Part(left_mm=left, bottom_mm=0, width_mm=10, height_mm=20)))
    for one, left in ((FIRST, 0), (OTHER_PAGE, 10))
)
REQUESTS: Final = {
    "one mark": REQUEST,
    "none": INVISIBLE,
    "several": replace(REQUEST, marks=(FIRST, OTHER_PAGE, Mark(appearance=RASTER, placement=OTHER_PAGE.placement))),
    "slices": replace(REQUEST, marks=SLICES),
    "a raster": replace(REQUEST, marks=(replace(FIRST, appearance=RASTER),)),
    "a raster without a mask": replace(
        REQUEST,
        marks=(
            Mark(
                appearance=Appearance(width_mm=9, height_mm=9, picture=Picture(width=1, height=1, colours=b"abc")),
                placement=FIRST.placement,
            ),
        ),
    ),
    "no certification": replace(REQUEST, certify=False),
}


@pytest.mark.parametrize("kind", REQUESTS)
@pytest.mark.parametrize(
    "before",
    [
        BEFORE,
        paper(page_dictionary(rotate=180), page_dictionary(more=b"/UserUnit 2")),
        paper(
            page_dictionary(),
            page_dictionary(),
            catalog=b"/Metadata 40 0 R",
            others={40: b"<</Length 22>>\nstream\n" + ARCHIVAL + b"\nendstream"},
        ),
    ],
    ids=["plain", "turned and scaled", "archival"],
)
def test_what_was_asked_for(kind: str, before: bytes) -> None:
    require_as_asked(released(signed(before, REQUESTS[kind]), before), REQUESTS[kind])


def test_a_second_signature_certifies_nothing_and_is_renumbered() -> None:
    first = signed(BEFORE)
    again = replace(SECOND, field="Seal", certify=True)
    require_as_asked(released(signed(first, again), first, "Seal2"), again)


def mark(**changes: Any) -> tuple[Mark, ...]:  # noqa: ANN401 - of an appearance
    return (replace(FIRST, appearance=replace(BOX, **changes)),)


OTHERS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "another name": ("asked_field", {"field": "Other"}),
    "the beginning of a name": ("asked_field", {"field": "Se"}),
    "another form": ("asked_form", {"form": PADES}),
    "another time": ("asked_time", {"at": NOW + timedelta(seconds=1)}),
    "another label": ("asked_words", {"label": "别的"}),
    "another reason": ("asked_words", {"reason": "别的"}),
    "another location": ("asked_words", {"location": "别处"}),
    "no certification": ("asked_certification", {"certify": False}),
    "no mark": ("asked_marks", {"marks": ()}),
    "one mark more": ("asked_marks", {"marks": (FIRST, OTHER_PAGE)}),
    "another place": (
        "asked_marks",
        {"marks": (replace(FIRST, placement=replace(FIRST.placement, centre_x_mm=60.01)),)},
    ),
    "another page": ("asked_marks", {"marks": (OTHER_PAGE,)}),
    "another drawing": ("asked_marks", {"marks": mark(operators=b"0 0 1 rg 0 0 50 50 re f")}),
    "a larger one": ("asked_marks", {"marks": mark(width_mm=21)}),
    "a slice": ("asked_marks", {"marks": SLICES[:1]}),
    "beside the page": (
        "asked_marks",
        {"marks": (replace(FIRST, placement=Placement(page=1, centre_x_mm=0, centre_y_mm=0)),)},
    ),
    "a page that is not there": ("asked_marks", {"marks": (replace(FIRST, placement=replace(CENTRE, page=3)),)}),
    "a raster": ("asked_marks", {"marks": mark(operators=b"", picture=RASTER.picture)}),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_what_was_not_asked_for(kind: str) -> None:
    rule, changes = OTHERS[kind]
    assert rule_of(signed(), replace(REQUEST, **changes)) == rule


@pytest.mark.parametrize(
    "marks",
    [
        (OTHER_PAGE, FIRST),
        (FIRST, replace(OTHER_PAGE, placement=Placement(page=2, centre_x_mm=60, centre_y_mm=61))),
        (FIRST, replace(OTHER_PAGE, placement=FIRST.placement)),
        (FIRST, OTHER_PAGE, replace(OTHER_PAGE, placement=Placement(page=2, centre_x_mm=90, centre_y_mm=90))),
        (FIRST, SLICES[1]),
    ],
    ids=["the other in the field", "another place", "another page", "one more", "a slice"],
)
def test_marks_in_the_content_that_were_not_asked_for(marks: tuple[Mark, ...]) -> None:
    assert rule_of(signed(BEFORE, DRAWING), replace(DRAWING, marks=marks)) == "asked_marks"


@pytest.mark.parametrize(
    "picture",
    [
        Picture(width=2, height=1, colours=b"\0" * 6, opacity=b"\xff\0"),
        Picture(width=1, height=2, colours=b"\xff\0\0" * 2, opacity=b"\xff\0"),
        Picture(width=2, height=1, colours=b"\xff\0\0" * 2, opacity=b"\xff\xff"),
        Picture(width=2, height=1, colours=b"\xff\0\0" * 2),
    ],
    ids=["colours", "shape", "mask", "no mask"],
)
def test_another_raster(picture: Picture) -> None:
    asked = REQUESTS["a raster"]
    other = replace(asked, marks=(replace(FIRST, appearance=replace(RASTER, picture=picture)),))
    assert rule_of(signed(BEFORE, asked), other) == "asked_marks"


def unlocked(update: Update) -> None:
    """Take the lock away, wherever it is told."""
    widget, signature = added(update, "Widget"), added(update, "Sig")
    entries = dictionary_of(update.load(widget))
    lock = entries["Lock"]
    assert isinstance(lock, Reference)
    update.replace(widget, {key: one for key, one in entries.items() if key != "Lock"})
    update.replace(lock, None)
    del update.changed[lock]
    value = dictionary_of(update.load(signature))
    update.replace(signature, {**value, "Reference": array_of(value["Reference"])[:1]})


def test_fields_that_are_not_locked() -> None:
    """Else what was sealed could be filled in otherwise."""
    assert released(signed()).locked == ("a",)
    assert rule_of(spoilt(unlocked), REQUEST) == "asked_locks"


def test_a_lock_on_all_but_some() -> None:
    def excluding(update: Update) -> None:
        lock, signature = added(update, "SigFieldLock"), added(update, "Sig")
        update.replace(lock, {**dictionary_of(update.load(lock)), "Action": b""})
        value = dictionary_of(update.load(signature))
        certifying, locking = (dictionary_of(one) for one in array_of(value["Reference"]))
        parameters = {**dictionary_of(locking["TransformParams"]), "Action": b""}
        update.replace(signature, {**value, "Reference": (certifying, {**locking, "TransformParams": parameters})})

    assert rule_against(spoilt(excluding)) == "lock"
