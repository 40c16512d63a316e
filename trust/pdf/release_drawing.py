"""What a revision that we append may show: the seal's form, and content that draws it on further pages."""

import re
from typing import Final

from trust.pdf.appearance import inherited
from trust.pdf.drawing import CALIBRATED_RGB, OPENING
from trust.pdf.file import PDFFile, array_of, dictionary_of, entry_of, follow
from trust.pdf.objects import Array, Dictionary, Reference, Stream, Value, written
from trust.pdf.page_content import require_closed
from trust.pdf.release_step import Drawn, Step, require, same, stream_of, without

__all__ = ["require_drawing", "require_seals", "seen_of"]

CLOSING: Final = re.compile(rb"Q(?:\n/Artifact BMC q (?:-?[0-9]+\.[0-9]{4} ){6}cm /Seal[0-9]+ Do Q EMC)+")
DRAWN: Final = re.compile(rb" q ([-0-9. ]+) cm /(Seal[0-9]+) Do")
FORM: Final = frozenset({"Type", "Subtype", "BBox", "Matrix", "Resources", "Filter", "Length"})
IMAGE: Final = frozenset(
    {
        "Type",
        "Subtype",
        "Width",
        "Height",
        "Filter",
        "ColorSpace",
        "BitsPerComponent",
        "Length",
        "ImageMask",
        "SMask",
        "Mask",
    }
)
INKS: Final[tuple[Dictionary, ...]] = (
    {"ExtGState": {"Ink": {"Type": "ExtGState", "BM": "Multiply"}}},
    {"ColorSpace": {"DefaultRGB": CALIBRATED_RGB}},
)


def require_drawing(step: Step, reference: Value) -> None:
    """Refuse a form that needs anything but its ink and a raster of its own."""
    form = stream_of(step.fresh(reference, "appearance"), "appearance")
    require(set(form.dictionary) == FORM and form.dictionary["Subtype"] == "Form", "appearance")
    resources = dictionary_of(form.dictionary["Resources"])
    ink = without(resources, frozenset({"XObject"}))
    require(any(same(ink, one) for one in INKS), "appearance")
    objects = dictionary_of(resources.get("XObject", {}))
    require(set(objects) <= {"Picture"}, "appearance")
    for picture in objects.values():
        require_picture(step, picture)


def require_picture(step: Step, reference: Value) -> None:
    """Refuse a raster that is no image, or whose mask is none."""
    image = stream_of(step.fresh(reference, "appearance"), "appearance")
    require(set(image.dictionary) <= IMAGE and image.dictionary.get("Subtype") == "Image", "appearance")
    for key in ("SMask", "Mask"):
        if key in image.dictionary:
            require_picture(step, image.dictionary[key])


def require_seals(step: Step, page: Reference, old: Dictionary, new: Dictionary) -> None:
    """Refuse a page whose content is not what it was, between two streams of ours that draw seals and nothing else."""
    was, now = contents(step.old, old), contents(step.new, new)
    require(len(now) == len(was) + 2 and same(now[1:-1], was), "content")
    opening, closing = (stream_of(step.fresh(one, "content"), "content") for one in (now[0], now[-1]))
    require(set(opening.dictionary) | set(closing.dictionary) == {"Length"}, "content")
    require(opening.data == OPENING and CLOSING.fullmatch(closing.data), "content")
    require_closed(step.old, was, step.new.effort)
    before, after = dictionary_of(inherited(step.old, old, "Resources") or {}), dictionary_of(new.get("Resources"))
    objects = frozenset({"XObject"})
    require(same(without(before, objects), without(after, objects)), "resources")
    forms = dictionary_of(entry_of(step.old, before, "XObject") or {})
    all_forms = dictionary_of(after.get("XObject"))
    kept = {key: one for key, one in all_forms.items() if key in forms}
    seals = without(all_forms, frozenset(forms))
    require(same(forms, kept), "resources")
    drawn = DRAWN.findall(closing.data)
    require({name.encode() for name in seals} == {name for _, name in drawn}, "resources")
    for seal in seals.values():
        require_seal(step, seal)
    for matrix, name in drawn:
        step.drawn.append(seen_of(step, page, matrix, seals[name.decode()]))


def require_seal(step: Step, reference: Value) -> None:
    """Refuse a form as `require_drawing` does; one form may be drawn in several places."""
    if reference not in step.permitted:
        require_drawing(step, reference)
        return
    form = stream_of(follow(step.new, reference), "appearance")
    require(form.dictionary.get("Subtype") == "Form", "appearance")


def seen_of(step: Step, page: Reference, where: bytes, form: Value) -> Drawn:
    """Return what is seen at one place, of a form that was looked at."""
    stream = stream_of(follow(step.new, form), "appearance")
    data = [stream.data]
    objects = dictionary_of(dictionary_of(stream.dictionary["Resources"]).get("XObject", {}))
    waiting = list(objects.values())
    while waiting:
        image = stream_of(follow(step.new, waiting.pop()), "appearance")
        size = written((image.dictionary.get("Width"), image.dictionary.get("Height")))
        data += [size, image.data]
        waiting += [image.dictionary[key] for key in ("SMask", "Mask") if key in image.dictionary]
    turn, clip = (written(stream.dictionary[key]) for key in ("Matrix", "BBox"))
    return Drawn(page, where, turn, clip, tuple(data))


def contents(file: PDFFile, page: Dictionary) -> Array:
    """Return the streams of a page's content."""
    value = page.get("Contents")
    followed = follow(file, value)
    if followed is None:
        return ()
    return (value,) if isinstance(followed, Stream) else array_of(followed)
