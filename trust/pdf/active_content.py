"""What makes a PDF show or do other things than the page that was sealed: refused before a seal goes on it.

A seal says that its owner saw this document. One whose looks depend on a script, on the reader, on the moment or on
another file was not seen, only one of its faces was. So whoever wants it sealed prints it to a plain PDF first.

Files that are attached (as PDF/A-3 and electronic invoices do) are not refused: they are shown as what they are.
"""

from collections.abc import Iterator, Mapping
from typing import ClassVar, Final

from trust.errors import Invalid
from trust.pdf.file import Document, follow
from trust.pdf.intake import PDFLimitExceeded
from trust.pdf.objects import Dictionary, Reference, Stream, Value

__all__ = ["PDFDynamicContent", "require_still"]

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


def require_still(document: Document) -> None:
    """Raise `PDFDynamicContent` for what can change its looks, and `PDFLimitExceeded` for too many objects."""
    for value in objects_of(document):
        dictionary = value.dictionary if isinstance(value, Stream) else value
        found = what_moves(document, dictionary, is_stream=isinstance(value, Stream))
        if found is not None:
            raise PDFDynamicContent(what=found)


def what_moves(document: Document, dictionary: Dictionary, *, is_stream: bool) -> str | None:
    """Return by what means a dictionary makes a document other than still, or None."""
    kind, subtype, action = (name_in(document, dictionary, key) for key in ("Type", "Subtype", "S"))
    if action not in ACTIONS and subtype not in LOOKED_AT and KEYS.keys().isdisjoint(dictionary):
        return None
    moving = (
        *((what, key in dictionary) for key, what in KEYS.items()),
        (action, action in ACTIONS and kind in ("Action", "")),
        (subtype, subtype in ANNOTATIONS and kind in ("Annot", "")),
        ("Ref", is_stream and subtype == "Form" and "Ref" in dictionary),  # 8.10.4: a page of another file
        ("PS", is_stream and subtype == "PS"),  # 8.8.2: a program for the printer
    )
    return next((what for what, is_there in moving if is_there), None)


def name_in(document: Document, dictionary: Dictionary, key: str) -> str:
    """Return a name that an entry holds, in whichever object it stands, or nothing where it holds none."""
    found = dictionary.get(key)
    if isinstance(found, Reference):
        found = follow(document, found)
    return found if isinstance(found, str) else ""


def objects_of(document: Document) -> Iterator[Dictionary | Stream]:
    """Yield every dictionary and stream that can be reached, each object once."""
    waiting: list[Value] = [document.trailer]
    seen: set[Reference] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, Reference):
            if value in seen:
                continue
            seen.add(value)
            if len(seen) > MOST_OBJECTS:
                raise PDFLimitExceeded(limit="objects", allowed=MOST_OBJECTS)
            value = document.load(value)
        if isinstance(value, Stream):
            yield value
            waiting.extend(value.dictionary.values())
        elif isinstance(value, dict):
            yield value
            waiting.extend(value.values())
        elif isinstance(value, tuple) and not isinstance(value, Reference):
            waiting.extend(value)
