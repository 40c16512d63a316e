"""The form fields of a document (ISO 32000-2, 12.7.4), and what its signatures forbid."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from trust.pdf.file import Document, array_of, dictionary_of, entry_of, follow
from trust.pdf.intake import LIMITS, PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Dictionary, Reference, Value, text_of

__all__ = ["Field", "form_fields", "is_locked", "lock_on", "unused"]

NO_CHANGES: Final = 1
"""P of a DocMDP rule, or of a lock: nothing may be changed any more (12.8.2.2, 12.7.5.5)."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """One form field or a part of one."""

    name: str
    """Its full name (12.7.4.2)."""

    dictionary: Dictionary
    is_signature: bool
    is_signed: bool


def form_fields(document: Document) -> Iterator[Field]:
    """Yield every form field.

    Raise `PDFLimitExceeded` for more fields than any document has, and `PDFMalformed` where fields are no tree.
    """
    form = entry_of(document, dictionary_of(entry_of(document, document.trailer, "Root")), "AcroForm")
    if form is None:
        return
    first = entry_of(document, dictionary_of(form), "Fields")
    waiting: list[tuple[str, Value, Value]] = [("", () if first is None else first, None)]
    count, seen = 0, set[Reference]()
    while waiting:
        parent, fields, inherited = waiting.pop()
        members = array_of(fields)
        count += len(members)
        if count > LIMITS.fields:
            raise PDFLimitExceeded(limit="fields", allowed=LIMITS.fields)
        for reference in members:
            dictionary = follow(document, reference)
            if not isinstance(dictionary, dict) or is_widget(document, dictionary, inherited):
                continue
            kind = entry_of(document, dictionary, "FT") or inherited
            if isinstance(reference, Reference):
                if reference in seen:
                    raise PDFMalformed
                seen.add(reference)
            part = text_of(entry_of(document, dictionary, "T"))
            name = f"{parent}.{part}" if parent else part
            if len(name) > LIMITS.field_name:
                raise PDFLimitExceeded(limit="field_name", allowed=LIMITS.field_name)
            is_signature = kind == "Sig"
            value = entry_of(document, dictionary, "V")
            yield Field(
                name=name,
                dictionary=dictionary,
                is_signature=is_signature,
                is_signed=is_signature and value is not None,
            )
            if "Kids" in dictionary:
                waiting.append((name, entry_of(document, dictionary, "Kids"), kind))


def is_widget(document: Document, dictionary: Dictionary, inherited: Value) -> bool:
    """Tell whether what stands among fields is a widget of the field above it, since it has no name (12.7.4.2).

    Raise `PDFMalformed` for what has none and is more than that. To some readers it is a field, and a signature could
    stand there that forbids what we are about to do, and that we would not see.
    """
    if "T" in dictionary:
        return False
    kind = entry_of(document, dictionary, "FT") or inherited
    if "Kids" in dictionary or (kind == "Sig" and "V" in dictionary):
        raise PDFMalformed
    return True


def is_locked(document: Document, fields: Iterable[Field]) -> bool:
    """Tell whether a signature forbids every later change: by certifying, or by the lock on its field."""
    values = [entry_of(document, one.dictionary, "V") for one in fields if one.is_signature]
    catalog = dictionary_of(entry_of(document, document.trailer, "Root"))
    permissions = dictionary_of(entry_of(document, catalog, "Perms") or {})
    certification = entry_of(document, permissions, "DocMDP")
    locks = [entry_of(document, one.dictionary, "Lock") for one in fields if one.is_signed]
    rules = [rule for value in (*values, certification) for rule in rules_of(document, value)]
    return any(entry_of(document, dictionary_of(one), "P") == NO_CHANGES for one in (*rules, *locks) if one is not None)


def rules_of(document: Document, signature: Value) -> Iterator[Dictionary]:
    """Yield the parameters of the DocMDP rules of a signature dictionary (12.8.2.2)."""
    if signature is None:
        return
    listed = entry_of(document, dictionary_of(signature), "Reference")
    for one in array_of(() if listed is None else listed):
        rule = dictionary_of(follow(document, one))
        if entry_of(document, rule, "TransformMethod") == "DocMDP":
            yield dictionary_of(entry_of(document, rule, "TransformParams") or {})


def lock_on(fields: Iterable[Field]) -> tuple[str, ...]:
    """Return the names of the fields that are to be locked: none that is for signatures, or that such belong to."""
    known = list(fields)
    signatures = [one.name for one in known if one.is_signature]
    spared = {name[:end] for name in signatures for end in (*dots(name), len(name))}
    return tuple(one.name for one in known if one.name not in spared)


def dots(name: str) -> Iterable[int]:
    """Return where the parts of a full name end."""
    return [place for place, character in enumerate(name) if character == "."]


def unused(wanted: str, taken: Iterable[str]) -> str:
    """Return `wanted`, with a number after it when it is taken."""
    names = set(taken)
    number, name = 1, wanted
    while name in names:
        number += 1
        name = f"{wanted}{number}"
    return name
