"""What a later revision changed around the pages that programs go by: the metadata, and how forms are drawn anew.

pyHanko lets both change after any signature, since signing programs touch them. Here is let pass what those need, and
nothing else. The metadata of a licence are what other programs read of it. And a reader that is told to draw every
field anew does so with the fonts that the form names, so that other fonts show another value in a field that nobody
touched.
"""

from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject
from pyhanko.pdf_utils.metadata.xmp_xml import parse_xmp
from pyhanko.pdf_utils.reader import PdfFileReader

from trust.pdf.reading import PARSER_ERRORS, entry

__all__ = ["has_other_surroundings"]

XMP: Final = "http://ns.adobe.com/xap/1.0/"
MEDIA: Final = "http://ns.adobe.com/xap/1.0/mm/"
BOOKKEEPING: Final = frozenset(
    {
        (XMP, "ModifyDate"),
        (XMP, "MetadataDate"),
        (XMP, "CreatorTool"),
        (MEDIA, "InstanceID"),
        (MEDIA, "History"),
        ("http://ns.adobe.com/pdf/1.3/", "Producer"),
    }
)
"""What programs write into the metadata of a file that they have saved (XMP specification, part 2)."""

KEPT: Final = ("/DA", "/Q")
"""How the form draws fields that do not say it themselves (ISO 32000-2, table 224)."""


def has_other_surroundings(reader: PdfFileReader, revision: int) -> bool:
    """Tell whether the file says something else around its pages than it did in a revision, counted from 0.

    Raise what the parser raises on a file that is not what it says it is.
    """
    before, now = reader.get_historical_root(revision), reader.root
    return has_other_metadata(before, now) or draws_otherwise(
        entry(before, "/AcroForm", {}), entry(now, "/AcroForm", {})
    )


def has_other_metadata(before: Any, now: Any) -> bool:  # noqa: ANN401 - catalogs of pyHanko
    """Tell whether the metadata say something else, beyond what programs write there of themselves."""
    old, new = packet(before), packet(now)
    if old == new:
        return False
    try:
        return properties(old) != properties(new)
    except PARSER_ERRORS:  # what cannot be read may say anything
        return True


def packet(catalog: Any) -> bytes:  # noqa: ANN401 - pyHanko's
    """Return the metadata of a file; nothing where it has none."""
    if "/Metadata" not in catalog:
        return b""
    # By its number: pyHanko reads what the key of a catalog leads to as a kind of its own, which no revision can hold.
    stream = catalog.get_value_as_reference("/Metadata").get_object()
    return bytes(stream.read_data(DecodePurpose.XMP_METADATA))


def properties(encoded: bytes) -> list[Any]:
    """Return what metadata say, in one order, but for the bookkeeping of programs."""
    structures = parse_xmp(BytesIO(encoded)) if encoded else []
    told = [(name.ns, name.local_name, value) for one in structures for name, value in one]
    kept = [one for one in told if one[:2] not in BOOKKEEPING]
    return sorted(kept, key=lambda one: one[:2])


def draws_otherwise(before: Any, now: Any) -> bool:  # noqa: ANN401 - forms of pyHanko
    """Tell whether a form has readers draw its fields otherwise. What it did not say before it may say now."""
    if entry(now, "/NeedAppearances", None) and not entry(before, "/NeedAppearances", None):
        return True
    if any(key in before and plain(before, key) != plain(now, key) for key in KEPT):
        return True
    old, new = entry(before, "/DR", {}), entry(now, "/DR", {})
    return any(
        name not in entry(new, kind, {}) or plain(old[kind], name) != plain(new[kind], name)
        for kind in old
        for name in (old[kind] if isinstance(old[kind], DictionaryObject) else ())
    )


def plain(holder: Any, key: str) -> Any:  # noqa: ANN401 - pyHanko's
    """Return an entry so that entries of two revisions can be compared: references by their numbers."""
    return told_plainly(holder.raw_get(key)) if key in holder else None


def told_plainly(value: Any) -> Any:  # noqa: ANN401 - pyHanko's
    """Return a value with its references by their numbers. What stands directly in a file ends somewhere."""
    match value:
        case IndirectObject():
            return (value.idnum, value.generation)
        case DictionaryObject():
            return {key: told_plainly(value.raw_get(key)) for key in value}
        case ArrayObject():
            return [told_plainly(value.raw_get(place)) for place in range(len(value))]
        case _:
            return value
