"""The annotations of pages (ISO 32000-2, 12.5): each an object of its own, in a list of its page's own.

Likewise for everything else that a signature changes: what two parts of a file share is changed for both.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from trust.pdf.file import Document, array_of, dictionary_of, entry_of, page_references
from trust.pdf.intake import LIMITS, PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Reference, Value
from trust.pdf.update import Update

__all__ = ["make_annotations_indirect", "require_one_way", "require_own_objects"]

CHANGED: Final[Mapping[str, tuple[str, ...]]] = {
    "AcroForm": ("Fields", "SigFlags"),
    "DSS": ("Certs", "CRLs", "OCSPs"),
    "Perms": ("DocMDP",),
}
"""Entries of the catalog that a signature changes, and the entries in them."""


def require_own_objects(document: Document, pages: Iterable[Reference]) -> None:
    """Raise `PDFMalformed` where two things that a signature may change are one object.

    Where two pages share a list of annotations, a seal on one would be seen on the other as well.
    """
    catalog = dictionary_of(entry_of(document, document.trailer, "Root"))
    holders: list[Value] = [document.trailer.get("Root")]
    for page in pages:
        holders += [page, dictionary_of(document.load(page)).get("Annots")]
    for key, entries in CHANGED.items():
        held = entry_of(document, catalog, key)
        holders += [catalog.get(key), *(held.get(one) for one in entries if isinstance(held, dict))]
    found = [one for one in holders if isinstance(one, Reference)]
    if len(found) != len(set(found)):
        raise PDFMalformed


def require_one_way(document: Document, ways: Mapping[Reference, int]) -> None:
    """Raise `PDFMalformed` where what a signature changes is reached by another way besides.

    It would change there too. Readers that compare revisions know no reason for that, and refuse the signature before.
    `ways` tells how many references lead to an object. Pages and the catalog are led to by much that is meant to.
    """
    catalog = dictionary_of(entry_of(document, document.trailer, "Root"))
    changed = [dictionary_of(document.load(page)).get("Annots") for page in page_references(document)]
    for key, entries in CHANGED.items():
        held = entry_of(document, catalog, key)
        changed.append(catalog.get(key))
        if key != "Perms" and isinstance(held, dict):  # the signature that certifies is led to by its field as well
            changed += [held.get(one) for one in entries]
    if any(isinstance(one, Reference) and ways.get(one, 0) > 1 for one in changed):
        raise PDFMalformed


def make_annotations_indirect(update: Update, pages: Iterable[Reference]) -> None:
    """Give every annotation that stands inside its page an object of its own.

    Readers that compare revisions can only tell annotations apart by their references: without this, adding a second
    signature to such a file would look like a change to its first. Only for files that nobody has signed yet.
    """
    count = 0
    for reference in pages:
        page = dictionary_of(update.load(reference))
        annotations = array_of(entry_of(update, page, "Annots") or ())
        count += len(annotations)
        if count > LIMITS.annotations:
            raise PDFLimitExceeded(limit="annotations", allowed=LIMITS.annotations)
        if all(isinstance(one, Reference) for one in annotations):
            continue
        made: tuple[Value, ...] = tuple(one if isinstance(one, Reference) else update.add(one) for one in annotations)
        update.change(reference, ("Annots",), lambda _, made=made: made)  # type: ignore[misc] # bound, not passed
