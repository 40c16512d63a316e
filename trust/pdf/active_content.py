"""What makes a PDF show or do other things than the page that was sealed: refused before a seal goes on it.

A seal says that its owner saw this document. One whose looks depend on a script, on the reader, on the moment or on
another file was not seen, only one of its faces was. So whoever wants it sealed prints it to a plain PDF first.

Files that are attached (as PDF/A-3 and electronic invoices do) are not refused: they are shown as what they are.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import ClassVar, Final

from trust.crypto.beginnings import known_beginning
from trust.errors import Invalid
from trust.pdf.annotations import require_one_way
from trust.pdf.file import Document, entry_of, follow
from trust.pdf.intake import PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Array, Dictionary, Reference, Stream, Value

__all__ = ["PDFDynamicContent", "is_plainly_still", "require_still"]

MOST_OBJECTS: Final = 200_000
"""Objects that are looked at."""


class PDFDynamicContent(Invalid):
    """What the file shows can change without being changed: `what` names the means, in the words of ISO 32000-2."""

    code = "pdf.dynamic_content"
    detail_names: ClassVar[tuple[str, ...]] = ("what",)


ACTIONS: Final = frozenset(
    {
        "GoTo3DView",
        "Hide",
        "ImportData",
        "JavaScript",
        "Launch",
        "Movie",
        "Rendition",
        "RichMediaExecute",
        "SetOCGState",
        "Sound",
    }
)
"""Actions (12.6.4) that run something or change what is shown. Going to a page or an address is none of them, nor is
sending or resetting a form, whose fields are locked under a seal."""

ANNOTATIONS: Final = frozenset({"3D", "Movie", "RichMedia", "Screen", "Sound"})
"""Annotations (12.5.6) that play."""

OF_STRUCTURE: Final = frozenset(
    {
        "A",
        "AF",
        "ActualText",
        "Alt",
        "C",
        "E",
        "ID",
        "K",
        "Lang",
        "NS",
        "P",
        "Pg",
        "Phoneme",
        "PhoneticAlphabet",
        "R",
        "Ref",
        "S",
        "T",
        "Type",
    }
)
"""Entries of a structure element (14.7.2), whose kind stands under /S as that of an action does."""

ALONE_ENOUGH: Final = frozenset({"Hide", "Movie"})
"""Actions that need no entry besides: whatever such a dictionary says of its type, readers take it for one."""

PRINT, NO_VIEW, TOGGLE_NO_VIEW, HIDDEN = 4, 32, 256, 2
"""Flags of an annotation (12.5.3)."""

CHANGING: Final = frozenset({"Zoom", "User", "Language"})
"""Categories of usage (8.11.4.4) by which a layer follows its reader."""

LOOKED_AT: Final = ANNOTATIONS | {"Form", "PS"}
"""Kinds of objects at which a second look is worth while."""

KEYS: Final[Mapping[str, str]] = {
    "JS": "JavaScript",
    "XFA": "XFA",
    "Collection": "Collection",
    "Alternates": "Alternates",
    "OPI": "OPI",
}
"""Entries that no still document has: scripts, a form that is a program (XFA), a portfolio whose pages are those of
another file (12.3.5), images that differ in print (8.9.5.4), images that a printer puts in their place (14.11.7)."""


MARKS: Final = tuple(
    one.encode() for one in sorted({*ACTIONS, *ANNOTATIONS, *KEYS, "OCProperties", "PS", "Ref", "ObjStm"})
)
INITIALS: Final = bytes(sorted({one[0] for one in MARKS}))
BY_INITIAL: Final = b"|".join(
    b"%c(?:%b)" % (initial, b"|".join(one[1:] for one in MARKS if one[0] == initial)) for initial in INITIALS
)
"""The names by their first letters: one of some fifty names is looked for where a few letters stand to choose from."""

SUSPECT: Final = re.compile(
    rb"/(?:(?:%b)(?=[\0\t\n\f\r ()<>\[\]{}/%%])|(?:[%b][A-Za-z]{0,15}+)?+#[0-9A-Fa-f]{2})" % (BY_INITIAL, INITIALS)
)
"""One of these names, or one that may be one of them with escapes, or that there are objects in streams, where names do
not show (7.3.5, 7.5.7). In compressed data the same octets can stand by chance; then the objects tell."""

FLAGS: Final = re.compile(rb"/F(?:[\0\t\n\f\r ]++|%[^\r\n]*+)++[0-9+](?![\0\t\n\f\r ]*+[/>])")
"""Flags of more than one digit, or in another object. Only of what has a place on a page are they an annotation's."""


def require_still(document: Document) -> None:
    """Raise `PDFDynamicContent` for what can change its looks, and what `objects_of` and `require_one_way` raise."""
    if has_layers_that_change(document):
        raise PDFDynamicContent(what="AS")
    ways: Counter[Reference] = Counter()
    for value in objects_of(document, ways):
        dictionary = value.dictionary if isinstance(value, Stream) else value
        found = what_moves(document, dictionary, is_stream=isinstance(value, Stream))
        if found is not None:
            raise PDFDynamicContent(what=found)
    require_one_way(document, ways)


def is_plainly_still(pdf: bytes) -> bool:
    """Tell whether a file has none of the names that a moving one needs: then there is no need to look at its objects.

    For files that this house has made, whose objects can be read. By chance one in fifty is looked at all the same.
    What many of them begin with is searched once.
    """
    beginning = known_beginning(pdf)
    start = len(beginning) if is_plain(beginning) else 0
    return SUSPECT.search(pdf, start) is None and (pdf.find(b"/Rect", start) < 0 or FLAGS.search(pdf, start) is None)


@lru_cache(maxsize=64)
def is_plain(beginning: bytes) -> bool:
    """Tell whether a beginning, which ends with an object, has neither any of those names nor any place or flags."""
    return SUSPECT.search(beginning) is None and b"/Rect" not in beginning and FLAGS.search(beginning) is None


def what_moves(document: Document, dictionary: Dictionary, *, is_stream: bool) -> str | None:
    """Return by what means a dictionary makes a document other than still, or None."""
    kind, subtype, action = (name_in(document, dictionary, key) for key in ("Type", "Subtype", "S"))
    is_shown = "Rect" in dictionary and "F" in dictionary
    if action not in ACTIONS and subtype not in LOOKED_AT and not is_shown and KEYS.keys().isdisjoint(dictionary):
        return None
    moving = (
        *((what, key in dictionary) for key, what in KEYS.items()),
        (action, action in ACTIONS and not is_element(dictionary, kind, action)),
        # Readers do not look at the type of what stands among the annotations.
        (subtype, subtype in ANNOTATIONS and (kind in ("Annot", "") or "Rect" in dictionary)),
        ("NoView", is_shown and is_for_one_medium(document, dictionary)),
        ("Ref", is_stream and subtype == "Form" and "Ref" in dictionary),  # 8.10.4: a page of another file
        ("PS", is_stream and subtype == "PS"),  # 8.8.2: a program for the printer
    )
    return next((what for what, is_there in moving if is_there), None)


def is_element(dictionary: Dictionary, kind: str, action: str) -> bool:
    """Tell whether a dictionary is a structure element whose own kind has the name of an action, and no action."""
    return kind == "StructElem" and action not in ALONE_ENOUGH and dictionary.keys() <= OF_STRUCTURE


def is_for_one_medium(document: Document, annotation: Dictionary) -> bool:
    """Tell whether an annotation is seen on paper and not on the screen, or comes and goes under the pointer."""
    told = follow(document, annotation["F"])
    flags = told if isinstance(told, int) else 0
    return not flags & HIDDEN and bool(flags & TOGGLE_NO_VIEW or (flags & NO_VIEW and flags & PRINT))


def has_layers_that_change(document: Document) -> bool:
    """Tell whether a layer is seen on the screen and not on paper, or by one reader and not by another (8.11.4.4).

    What somebody turns on or off by hand is another matter: he knows then what he does.
    """
    catalog = entry_of(document, document.trailer, "Root")
    layers = entry_of(document, catalog, "OCProperties") if isinstance(catalog, dict) else None
    if not isinstance(layers, dict):
        return False
    others = entry_of(document, layers, "Configs")
    configurations = [layers.get("D"), *(others if isinstance(others, tuple) else ())]
    return any(
        changes_by_itself(document, usage)
        for one in configurations
        for usage in members_of(document, follow(document, one), "AS")
    )


def changes_by_itself(document: Document, usage: Value) -> bool:
    """Tell whether layers that follow a usage are not always alike."""
    told = follow(document, usage)
    categories = [follow(document, one) for one in members_of(document, told, "Category")]
    if not CHANGING.isdisjoint(one for one in categories if isinstance(one, str)):
        return True
    for layer in members_of(document, told, "OCGs"):
        said = part_of(document, follow(document, layer), "Usage")
        states = [part_of(document, part_of(document, said, key), state) for key, state in STATES.items()]
        if "ON" in states and "OFF" in states:
            return True
    return False


STATES: Final = {"View": "ViewState", "Print": "PrintState", "Export": "ExportState"}


def part_of(document: Document, value: Value, key: str) -> Value:
    """Return what an entry of a dictionary holds, or None where there is no dictionary."""
    return entry_of(document, value, key) if isinstance(value, dict) else None


def members_of(document: Document, value: Value, key: str) -> Array:
    """Return the members of an array that an entry holds; none where it holds none."""
    found = entry_of(document, value, key) if isinstance(value, dict) else None
    return found if isinstance(found, tuple) and not isinstance(found, Reference) else ()


def name_in(document: Document, dictionary: Dictionary, key: str) -> str:
    """Return a name that an entry holds, in whichever object it stands, or nothing where it holds none."""
    found = dictionary.get(key)
    if isinstance(found, Reference):
        found = follow(document, found)
    return found if isinstance(found, str) else ""


def objects_of(document: Document, ways: Counter[Reference]) -> Iterator[Dictionary | Stream]:
    """Yield every dictionary and stream that can be reached, each object once, and count the references to each.

    Raise `PDFMalformed` for a reference to a number that no object of the file can have (7.5.5). It leads nowhere now;
    what is written on the file takes that number, and would be seen there.
    """
    waiting: list[Value] = [document.trailer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Reference):
            ways[value] += 1
            if ways[value] > 1:
                continue
            if len(ways) > MOST_OBJECTS:
                raise PDFLimitExceeded(limit="objects", allowed=MOST_OBJECTS)
            if value.number >= document.free_number:
                raise PDFMalformed
            value = document.load(value)
        if isinstance(value, Stream):
            yield value
            waiting.extend(value.dictionary.values())
        elif isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, tuple) and not isinstance(value, Reference):
            waiting.extend(value)
