"""What was changed in a PDF from revision to revision, told one by one: for the reader of a report.

Whether it was permitted is decided by pyHanko's comparison and the rules around it (trust/pdf/judging.py). Here stands
what it was: which page, which field, which object. Nothing here makes a verdict better; what cannot be named is told as
an object of the document.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject, StreamObject

from trust.pdf.reading import PARSER_ERRORS, Reader, Revision, entry, members, pages_of, text_of

__all__ = ["Addition", "AdditionKind", "additions_of"]

MOST: Final = 50
"""Additions of one revision that are told one by one; one more stands for all the others."""


class AdditionKind(StrEnum):
    """What was added or changed."""

    TIME_STAMP = "time_stamp"
    """A time-stamp over the document."""

    VALIDATION_DATA = "validation_data"
    """Certificates, revocation lists and responses in the document security store."""

    METADATA = "metadata"
    """Title, dates and producer, which no page shows."""

    SIGNATURE = "signature"
    FORM_FIELD = "form_field"
    """A field that is no signature, or how a field looks."""

    EMPTY_SIGNATURE_FIELD = "empty_signature_field"
    """A place for a signature that nobody signed there."""

    SIGNED_FIELD = "signed_field"
    """The field of a signature that was there before: its name, its place, what it shows."""

    ANNOTATION = "annotation"
    """A note, a mark, a link on a page."""

    PAGE = "page"
    """What a page shows, its size, or that there is one."""

    DOCUMENT = "document"
    """What holds for the whole document: its actions, layers, names, permissions."""

    OBJECT = "object"
    """An object that stood in the document before, and is none of the above by itself: a font, a picture."""

    APPENDED = "appended"
    """Octets after the end of the file that belong to no revision."""


@dataclass(frozen=True, kw_only=True)
class Addition:
    """One thing that a revision brought."""

    kind: AdditionKind
    revision: int
    """Which revision brought it, counted from 1."""

    about: str = ""
    """The name of the field, the number of the page, the key in the catalogue, the number of the object."""


STORE: Final = "/DSS"
FORM: Final = "/AcroForm"
METADATA: Final = "/Metadata"
APART: Final = frozenset({STORE, FORM, METADATA, "/Pages", "/Extensions", "/Version", "/Type"})
"""Entries of the catalogue that are told of by what they hold, or that say which edition of the format is used."""

BOOKKEEPING: Final = frozenset({"/XRef", "/ObjStm"})
VALUES: Final = frozenset({"/Sig", "/DocTimeStamp"})
DEEPEST: Final = 20
"""Ancestors of a field that are looked at for its name."""


def additions_of(reader: Reader) -> tuple[Addition, ...]:
    """Return what every revision but the first brought, without signatures: whoever found those tells of them."""
    found: list[Addition] = []
    pages: Pages | None = None
    for number in range(1, reader.xrefs.total_revisions):
        comparison = Comparison(reader, number, pages)
        try:
            told = list(dict.fromkeys(comparison.additions()))
        except PARSER_ERRORS:
            told = [comparison.told(AdditionKind.OBJECT)]
        pages = comparison.pages
        found += told[:MOST]
        if len(told) > MOST:
            found.append(comparison.told(AdditionKind.OBJECT, f"+{len(told) - MOST}"))
    return tuple(found)


class Pages:
    """The pages of a document, and on which of them each object stands that belongs to a page."""

    def __init__(self, revision: Revision) -> None:
        self.references = [one.reference for one in pages_of(revision.root)]
        self.places: dict[Any, set[int]] = {}
        for place in range(1, len(self.references) + 1):
            self.take_in(revision, place)

    def take_in(self, revision: Revision, place: int) -> None:
        """Take note of what belongs to a page in a revision."""
        reference = self.references[place - 1]
        page = revision(reference)
        notes = map(reference_to, entry(page, "/Annots", ()))
        parts = (reference, *contents_of(page), reference_of(page, "/Annots"), *notes)
        for one in parts:
            self.places.setdefault(one, set()).add(place)

    def touched(self, changed: Iterable[Any]) -> list[int]:
        """Return the pages to which objects belong that were changed."""
        return sorted({place for one in changed for place in self.places.get(one, ())})


class Comparison:
    """One revision beside the one before."""

    def __init__(self, reader: Reader, number: int, pages: Pages | None) -> None:
        self.reader = reader
        self.pages = pages
        """The pages as they were in the revision before, and then as they are in this one; None: nobody looked yet."""

        self.number = number
        self.before = reader.get_historical_resolver(number - 1)
        self.after = reader.get_historical_resolver(number)
        self.changed = self.after.changed_here
        self.explained = {reference_of(self.after.trailer_view, key) for key in ("/Root", "/Info")}
        self.explained |= {reference_of(self.after.root, key) for key in (FORM, METADATA)}

    def told(self, kind: AdditionKind, about: object = "") -> Addition:
        """Return an addition of this revision."""
        return Addition(kind=kind, revision=self.number + 1, about=str(about))

    def additions(self) -> Iterator[Addition]:
        """Yield what the revision brought: in the catalogue, on its pages, and whatever else it replaced."""
        yield from self.of_catalogue()
        yield from self.of_pages()
        left = self.changed - self.explained
        if any(map(self.is_old, left)):
            yield from self.of_appearances(left)
        for reference in sorted(self.changed - self.explained, key=lambda one: int(one.idnum)):
            yield from self.of_object(reference)

    def is_changed(self, before: Any, after: Any, key: str) -> bool:  # noqa: ANN401 - dictionaries of pyHanko
        """Tell whether an entry has another value, refers to another object, or to one that was replaced."""
        there = [one.raw_get(key) if key in one else None for one in (before, after)]
        return there[0] != there[1] or reference_of(after, key) in self.changed

    def is_old(self, reference: Any) -> bool:  # noqa: ANN401 - pyHanko's
        """Tell whether an object stood in the document before this revision; what is no object did not."""
        return reference is not None and bool(self.reader.xrefs.get_introducing_revision(reference) < self.number)

    def of_catalogue(self) -> Iterator[Addition]:
        """Yield what became another in the catalogue."""
        before, after = self.before.root, self.after.root
        store = {*references_in(entry(after, STORE, None)), reference_of(after, STORE)}
        self.explained |= store
        if self.is_changed(before, after, STORE) or not self.changed.isdisjoint(store):
            yield self.told(AdditionKind.VALIDATION_DATA)
        trailers = self.before.trailer_view, self.after.trailer_view
        if self.is_changed(before, after, METADATA) or self.is_changed(*trailers, "/Info"):
            yield self.told(AdditionKind.METADATA)
        for key in sorted({*before, *after} - APART):
            if self.is_changed(before, after, key):
                self.explained.add(reference_of(after, key))
                yield self.told(AdditionKind.DOCUMENT, key.removeprefix("/"))

    def of_pages(self) -> Iterator[Addition]:
        """Yield what became another on pages, and pages that came or went."""
        pages = self.pages = self.pages or Pages(self.before)
        touched, formerly = pages.touched(self.changed), {*pages.references}
        if self.is_changed(self.before.root, self.after.root, "/Pages") or any(map(self.is_tree, self.changed)):
            pages = self.pages = Pages(self.after)
            touched = [*range(1, len(pages.references) + 1)]
            if not formerly <= {*pages.references}:
                yield self.told(AdditionKind.PAGE)
        for place in touched:
            reference = pages.references[place - 1]
            if reference not in formerly:
                yield self.told(AdditionKind.PAGE, place)
            else:
                yield from self.of_page(place, reference, self.after(reference))
            self.explained.add(reference)
            pages.take_in(self.after, place)

    def is_tree(self, reference: Any) -> bool:  # noqa: ANN401 - pyHanko's
        """Tell whether an object is a node of a tree, such as that of the pages."""
        value = self.after(reference)
        return isinstance(value, DictionaryObject) and "/Kids" in value

    def of_page(self, place: int, reference: Any, page: Any) -> Iterator[Addition]:  # noqa: ANN401 - pyHanko's
        """Yield what became another on one page that was there before."""
        if not isinstance(page, DictionaryObject):
            yield self.told(AdditionKind.PAGE, place)
            return
        contents = contents_of(page)
        former = self.before(reference) if reference in self.changed else page
        keys = {*former, *page} - {"/Annots", "/Parent"}
        if any(self.is_changed(former, page, key) for key in keys) or not self.changed.isdisjoint(contents):
            yield self.told(AdditionKind.PAGE, place)
        self.explained |= contents
        holder = reference_of(page, "/Annots")
        if holder in self.changed:
            former = self.before(reference)
        notes, formerly = [*entry(page, "/Annots", ())], [*entry(former, "/Annots", ())]
        if self.has_other_notes(notes, formerly):
            yield self.told(AdditionKind.ANNOTATION, place)
        self.explained.add(holder)

    def has_other_notes(self, notes: list[Any], formerly: list[Any]) -> bool:
        """Tell whether annotations of a page came, went or were changed. Widgets are told of as the fields they are."""
        known = set(map(reference_to, formerly))
        there = set(map(reference_to, notes))
        fresh = {one for one in there if one is not None and (one not in known or one in self.changed)}
        others = {one for one in fresh if not is_widget(self.after(one))}
        self.explained |= others
        inline = [[one for one in listed if reference_to(one) is None] for listed in (notes, formerly)]
        return bool(others or known - there - {None} or inline[0] != inline[1])

    def of_appearances(self, left: frozenset[Any]) -> Iterator[Addition]:
        """Yield fields and annotations whose look was replaced behind an appearance that they had before."""
        for place, page in enumerate(() if self.pages is None else self.pages.references, 1):
            for note in members(entry(self.after(page), "/Annots", ())):
                shown = {*references_in(entry(note, "/AP", None))} & left - self.explained
                if not any(map(self.is_old, shown)):
                    continue
                self.explained |= shown
                if not is_widget(note):
                    yield self.told(AdditionKind.ANNOTATION, place)
                elif entry(note, "/FT", "") == "/Sig":
                    yield self.told(AdditionKind.SIGNED_FIELD, name_of(note))
                else:
                    yield self.told(AdditionKind.FORM_FIELD, name_of(note))

    def of_object(self, reference: Any) -> Iterator[Addition]:  # noqa: ANN401 - pyHanko's
        """Yield what an object that changed is. One that is new shows nothing unless something else leads to it."""
        value = self.after(reference)
        kind = entry(value, "/Type", "") if isinstance(value, DictionaryObject) else ""
        if kind in BOOKKEEPING | VALUES:
            return
        if kind == "/Pages" and self.is_old(reference):
            former = self.before(reference)  # pages inherit what stands there
            if any(self.is_changed(former, value, key) for key in {*former, *value} - {"/Kids", "/Count", "/Parent"}):
                yield self.told(AdditionKind.PAGE)
        elif isinstance(value, DictionaryObject) and ("/FT" in value or "/T" in value or is_widget(value)):
            yield from self.of_field(reference, value)
        elif self.is_old(reference):
            yield self.told(AdditionKind.OBJECT, reference.idnum)

    def of_field(self, reference: Any, field: Any) -> Iterator[Addition]:  # noqa: ANN401 - pyHanko's
        """Yield what a field that changed is. One that was signed now is told of by whoever found the signature."""
        if entry(field, "/FT", "") != "/Sig":
            yield self.told(AdditionKind.FORM_FIELD, name_of(field))
        elif self.is_old(reference) and "/V" in self.before(reference):
            yield self.told(AdditionKind.SIGNED_FIELD, name_of(field))
        elif "/V" not in field or self.is_old(reference_of(field, "/V")):
            yield self.told(AdditionKind.EMPTY_SIGNATURE_FIELD, name_of(field))


def is_widget(value: Any) -> bool:  # noqa: ANN401 - pyHanko's
    """Tell whether an annotation is the place of a field."""
    return isinstance(value, DictionaryObject) and entry(value, "/Subtype", "") == "/Widget"


def name_of(field: Any) -> str:  # noqa: ANN401 - pyHanko's
    """Return the full name of a field, as far as its ancestors tell it."""
    names, node = [], field
    for _ in range(DEEPEST):
        if "/T" in node:
            names.append(text_of(node["/T"])[:MOST])
        if "/Parent" not in node:
            break
        node = node["/Parent"]
    return ".".join(reversed(names))


def reference_to(raw: Any) -> Any:  # noqa: ANN401 - pyHanko's
    """Return what a raw value refers to, or None where it is the value itself."""
    return raw.reference if isinstance(raw, IndirectObject) else None


def reference_of(holder: Any, key: str) -> Any:  # noqa: ANN401 - pyHanko's
    """Return what the entry of a dictionary refers to, or None."""
    return reference_to(holder.raw_get(key)) if key in holder else None


def contents_of(page: Any) -> set[Any]:  # noqa: ANN401 - pyHanko's
    """Return the references to what a page shows."""
    return {*references_in(page.raw_get("/Contents"))} if "/Contents" in page else set()


def references_in(value: Any) -> Iterator[Any]:  # noqa: ANN401 - pyHanko's
    """Yield every reference in an object and in what it refers to, each once; streams are not looked into."""
    waiting, seen = [value], set()
    while waiting:
        one = waiting.pop()
        if isinstance(one, IndirectObject):
            if one.reference in seen:
                continue
            seen.add(one.reference)
            yield one.reference
            one = one.get_object()
        if isinstance(one, DictionaryObject) and not isinstance(one, StreamObject):
            waiting.extend(one.raw_get(key) for key in one)
        elif isinstance(one, ArrayObject):
            waiting.extend(one)
