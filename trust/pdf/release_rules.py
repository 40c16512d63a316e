"""What a revision that we append may hold: the whitelist of the release check.

Every rule compares the file before the revision with the file after it, and strikes out the objects of the revision
that it accounts for. What is left at the end is something that no signature needs.
"""

from typing import Final, NamedTuple

from trust.pdf.file import array_of, dictionary_of, entry_of, page_references
from trust.pdf.objects import Dictionary, Name, Reference, Value, text_of, written
from trust.pdf.release_drawing import require_drawing, require_seals, seen_of
from trust.pdf.release_step import Step, reference_of, require, same, stream_of, without

__all__ = ["Added", "require_permitted", "rules_of"]

OF_SECTION: Final = frozenset(
    {"Size", "Prev", "XRefStm", "Type", "W", "Index", "Filter", "DecodeParms", "Length", "ID"}
)
"""Entries of a trailer that tell of its own section, or are looked at for themselves."""

WIDGET: Final = frozenset({"Type", "Subtype", "FT", "T", "TU", "F", "Rect", "P", "V", "AP", "Lock"})
WIDGET_KINDS: Final = {"Type": "Annot", "Subtype": "Widget", "FT": "Sig", "F": 132}
SIGNATURE: Final = frozenset(
    {"ByteRange", "Contents", "Type", "Filter", "SubFilter", "M", "Reason", "Location", "Reference"}
)
STORE: Final = ("Certs", "CRLs", "OCSPs")
SIGNED_AND_APPEND_ONLY, FURTHER_SIGNATURES = 3, 2


class Added(NamedTuple):
    """The signature that a revision adds."""

    field: str
    label: str
    """The field's name for people; empty where it has none."""

    signature: Reference
    certifies: bool


def require_permitted(step: Step) -> Added | None:
    """Return the signature that a revision adds, if it adds one, or raise `PDFReleaseRefused`."""
    old, new = step.old, step.new
    require(same(without(old.trailer, OF_SECTION), without(new.trailer, OF_SECTION)), "trailer")
    require_identifiers(old.trailer.get("ID"), new.trailer.get("ID"))
    before, after = (dictionary_of(entry_of(one, one.trailer, "Root")) for one in (old, new))
    open_entries = frozenset({"AcroForm", "Perms", "DSS"})
    require(same(without(before, open_entries), without(after, open_entries)), "catalog")
    step.permitted.add(reference_of(new.trailer.get("Root"), "catalog"))
    require_store(step, before, after)
    widget = require_form(step, before, after)
    found = None if widget is None else require_widget(step, widget)
    certifies = require_permissions(step, before, after, None if found is None else found[2])
    require_pages(step, widget)
    require(step.permitted >= step.added, "objects")
    return None if found is None else Added(*found, certifies)


def require_identifiers(old: Value, new: Value) -> None:
    """Refuse another first identifier: it never changes (14.4)."""
    pair = array_of(new)
    require(len(pair) == 2 and all(isinstance(one, bytes) for one in pair), "identifiers")  # noqa: PLR2004 - a pair
    require(old is None or same(array_of(old)[0], pair[0]), "identifiers")


def require_store(step: Step, before: Dictionary, after: Dictionary) -> None:
    """Refuse a store that lost something, or gained anything but streams, each once."""
    was_there, is_there = step.slot(before, after, "DSS", "store")
    if is_there is None:
        require(was_there is None, "store")
        return
    old, new = dictionary_of({"Type": Name("DSS")} if was_there is None else was_there), dictionary_of(is_there)
    known = frozenset(STORE)
    require(same(without(old, known), without(new, known)), "store")
    for key in STORE:
        was, now = (array_of(() if one is None else one) for one in step.slot(old, new, key, "store"))
        require(same(was, now[: len(was)]), "store")
        for reference in now[len(was) :]:
            stream = stream_of(step.fresh(reference, "store"), "store")
            require(set(stream.dictionary) == {"Length"}, "store")


def require_form(step: Step, before: Dictionary, after: Dictionary) -> Reference | None:
    """Return the field that the form has more than before, if any; refuse every other change of it."""
    found = step.slot(before, after, "AcroForm", "form")
    old, new = (dictionary_of({} if one is None else one) for one in found)
    was, now = (array_of(() if one is None else one) for one in step.slot(old, new, "Fields", "form"))
    require(same(was, now[: len(was)]) and len(now) <= len(was) + 1, "fields")
    if len(now) == len(was):
        require(same(without(old, frozenset({"Fields"})), without(new, frozenset({"Fields"}))), "form")
        return None
    known = frozenset({"Fields", "SigFlags"})
    require(same(without(old, known), without(new, known)), "form")
    require(entry_of(step.new, new, "SigFlags") == SIGNED_AND_APPEND_ONLY, "form")
    return reference_of(now[-1], "fields")


def require_widget(step: Step, reference: Reference) -> tuple[str, str, Reference]:
    """Return name, label and signature of the new field, whose widget shows the signature and does nothing."""
    widget = dictionary_of(step.fresh(reference, "fields"))
    kinds = {key: widget.get(key) for key in WIDGET_KINDS}
    require(set(widget) <= WIDGET and same(kinds, WIDGET_KINDS), "widget")
    if "AP" in widget:
        appearance = dictionary_of(widget["AP"])
        require(set(appearance) == {"N"}, "widget")
        require_drawing(step, appearance["N"])
        page = reference_of(widget.get("P"), "page")
        step.drawn.append(seen_of(step, page, written(widget.get("Rect")), appearance["N"]))
    else:
        require(same(widget.get("Rect"), (0, 0, 0, 0)), "widget")
    place = reference_of(widget.get("V"), "signature")
    signature = dictionary_of(step.fresh(place, "signature"))
    require(SIGNATURE >= set(signature) >= {"Type", "Filter", "SubFilter"}, "signature")
    require(signature["Type"] in ("Sig", "DocTimeStamp"), "signature")
    require_lock(step, widget.get("Lock"), signature)
    return text_of(widget.get("T")), text_of(widget.get("TU", b"")), place


def rules_of(signature: Dictionary, method: str) -> list[Dictionary]:
    """Return the parameters of a signature's rules of one kind (12.8.2)."""
    rules = [dictionary_of(one) for one in array_of(signature.get("Reference", ()))]
    require(all(one.get("TransformMethod") in ("DocMDP", "FieldMDP") for one in rules), "permissions")
    return [dictionary_of(one.get("TransformParams")) for one in rules if one.get("TransformMethod") == method]


def require_lock(step: Step, lock: Value, signature: Dictionary) -> None:
    """Refuse a lock on the field that the signature does not say as well."""
    said = rules_of(signature, "FieldMDP")
    if lock is None:
        require(not said, "lock")
        return
    told = dictionary_of(step.fresh(lock, "lock"))
    parts = [(one.get("Action"), one.get("Fields")) for one in (told, *said)]
    require(set(told) == {"Type", "Action", "Fields"} and len(said) == 1 and same(*parts), "lock")


def require_permissions(step: Step, before: Dictionary, after: Dictionary, place: Reference | None) -> bool:
    """Tell whether the signature certifies the document.

    Refuse a certification that is not of a first signature or forbids further ones, and any other permission.
    """
    signature = {} if place is None else dictionary_of(step.new.load(place))
    rules = rules_of(signature, "DocMDP")
    if not rules:
        require(same(before.get("Perms"), after.get("Perms")), "permissions")
        return False
    require([one.get("P") for one in rules] == [FURTHER_SIGNATURES], "permissions")
    found = step.slot(before, after, "Perms", "permissions")
    old, new = (dictionary_of({} if one is None else one) for one in found)
    require("DocMDP" not in old and same({**old, "DocMDP": place}, new), "permissions")
    return True


def require_pages(step: Step, widget: Reference | None) -> None:
    """Refuse pages that changed by more than the new field and the seals of a first signature."""
    own = None
    if widget is not None:
        own = reference_of(dictionary_of(step.new.load(widget)).get("P"), "page")
        require_page(step, own, widget)
    if step.permitted >= step.added:
        return
    # What is left may be annotations that got objects of their own, or seals on further pages.
    for page in page_references(step.old):
        if page != own:
            require_page(step, page, None)


def require_page(step: Step, page: Reference, widget: Reference | None) -> None:
    """Refuse any change of a page but in the list of its annotations, which grows by the new field's, and seals."""
    old, new = dictionary_of(step.old.load(page)), dictionary_of(step.new.load(page))
    require(old.get("Type") == "Page", "page")
    step.permitted.add(page)
    shown = frozenset({"Contents", "Resources"})
    is_drawn = any(not same(old.get(key), new.get(key)) for key in shown)
    open_entries = shown | {"Annots"} if is_drawn else frozenset({"Annots"})
    require(same(without(old, open_entries), without(new, open_entries)), "page")
    if is_drawn:
        require_seals(step, page, old, new)
    was, now = (array_of(() if one is None else one) for one in step.slot(old, new, "Annots", "annotations"))
    expected = was if widget is None else (*was, widget)
    require(len(now) == len(expected), "annotations")
    for one, other in zip(expected, now, strict=True):
        if not same(one, other):
            require(not isinstance(one, Reference) and same(one, step.fresh(other, "annotations")), "annotations")
