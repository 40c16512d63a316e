"""The last question of the release check: whether the file shows what was asked for, and nothing else of ours.

A file is prepared by a process that has read it (trust/workers.py), and which it may have taken over. What the
whitelist permits is still more than what was asked: a seal that is none, on another page, for another reason.
"""

import re
from typing import Final

from trust.pdf.appearance import PageOutOfRange, PlacementOutsidePage
from trust.pdf.drawing import (
    UPRIGHT,
    Ink,
    Matrix,
    PlacedMark,
    clip_of,
    deflated,
    drawing_of,
    numbers_of,
    opacity_of,
    place,
)
from trust.pdf.fields import form_fields, lock_on
from trust.pdf.file import PDFFile, dictionary_of, entry_of, page_references
from trust.pdf.objects import written
from trust.pdf.release import ReleasedSignature
from trust.pdf.release_step import Drawn, PDFReleaseRefused, require
from trust.pdf.requests import SignatureRequest
from trust.pdf.update import Update

__all__ = ["require_as_asked"]

NUMBER: Final = re.compile("[0-9]*")


def require_as_asked(signature: ReleasedSignature, asked: SignatureRequest) -> None:
    """Return if a signature of a finished file is the one that was asked for, or raise `PDFReleaseRefused`."""
    form = asked.form
    told = {
        "field": signature.field.startswith(asked.field)
        and NUMBER.fullmatch(signature.field.removeprefix(asked.field)) is not None,
        "form": (signature.filter, signature.subfilter) == (form.filter, form.subfilter),
        "time": signature.claimed_time == asked.at.replace(microsecond=0),
        "words": (signature.label, signature.reason, signature.location) == (asked.label, asked.reason, asked.location),
        "certification": signature.certifies == (asked.certify and is_first(signature.before)),
        "locks": signature.locked == lock_on(form_fields(signature.before)),
    }
    for rule, holds in told.items():
        require(holds, f"asked_{rule}")
    shown, places = sorted(signature.drawn), placed_marks(signature.before, asked)
    require(any(shown == seen(places, ink) for ink in Ink), "asked_marks")


def is_first(before: PDFFile) -> bool:
    """Tell whether a signature may certify a file: it has no field for another, and is not certified."""
    catalog = dictionary_of(entry_of(before, before.trailer, "Root"))
    permissions = dictionary_of(entry_of(before, catalog, "Perms") or {})
    return "DocMDP" not in permissions and not any(one.is_signature for one in form_fields(before))


def placed_marks(before: PDFFile, asked: SignatureRequest) -> list[PlacedMark]:
    """Return where the marks of a signature are to lie in a file. Raise `PDFReleaseRefused` where they cannot."""
    pages = page_references(before) if asked.marks else []
    try:
        return [place(Update(before), pages, mark) for mark in asked.marks]
    except (PageOutOfRange, PlacementOutsidePage):
        raise PDFReleaseRefused(rule="asked_marks") from None


def seen(placed: list[PlacedMark], ink: Ink) -> list[Drawn]:
    """Return everything that is to be seen of a signature whose marks lie there."""
    field = [drawn(one, written(one.box), one.turn, ink) for one in placed[:1]]
    return sorted(field + [drawn(one, numbers_of(one.matrix), UPRIGHT, ink) for one in placed[1:]])


def drawn(placed: PlacedMark, where: bytes, turn: Matrix, ink: Ink) -> Drawn:
    """Return what is to be seen in one place."""
    appearance = placed.mark.appearance
    data = [drawing_of(appearance, ink)]
    picture = appearance.picture
    if picture is not None:
        size = written((picture.width, picture.height))
        mask = opacity_of(picture, ink)
        data += [size, deflated(picture.colours), *(() if mask is None else (size, mask))]
    return Drawn(placed.page, where, written(turn), written(clip_of(appearance)), tuple(data))
