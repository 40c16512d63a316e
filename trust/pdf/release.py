"""The release check: our finished file, read again from its bytes before anybody gets it.

Nothing that the writer knew is used here. The strict reader reads the file as a stranger would; each revision that was
appended must hold what a signature needs and not one octet besides, and each signature must cover its revision wholly.
"""

import dataclasses
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from trust.pdf.content import ByteRangeContent
from trust.pdf.crossrefs import Section
from trust.pdf.file import PDFFile, array_of, dictionary_of
from trust.pdf.intake import PDFLimitExceeded, PDFMalformed
from trust.pdf.objects import Dictionary, Name, Reference, text_of, written
from trust.pdf.release_objects import OPENING, contents_of, object_in
from trust.pdf.release_rules import Added, require_permitted, rules_of
from trust.pdf.release_step import Drawn, PDFReleaseRefused, Step, require

__all__ = ["PDFReleaseRefused", "ReleasedSignature", "read_release"]

MAX_REVISIONS: Final = 8
"""Revisions that one stamping may append: signatures, validation data, an archive time-stamp."""

MAX_ENDINGS: Final = 64
"""Places that are looked at for the end of a revision: whoever prepared the file may have put it full of them."""

ENDING: Final = re.compile(rb"\n?startxref\n([0-9]{1,10})\n%%EOF\n")
MOMENT: Final = re.compile(r"D:([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})Z")


@dataclass(frozen=True, kw_only=True)
class ReleasedSignature:
    """One signature that we put into a file, as the file itself shows it."""

    field: str
    filter: str
    subfilter: str
    """With its solidus, as a `SignatureForm` has it."""

    is_time_stamp: bool
    contents: bytes = dataclasses.field(repr=False)
    """The signature value with the zeros that fill its room."""

    content: ByteRangeContent
    claimed_time: datetime | None
    revision: int
    """Its place among the revisions that were appended, from 0."""

    label: str
    reason: str
    location: str
    certifies: bool
    locked: tuple[str, ...]
    """The fields that it locks."""

    drawn: tuple[Drawn, ...] = dataclasses.field(repr=False)
    """Where it is seen."""

    before: PDFFile = dataclasses.field(repr=False)
    """The file without its revision."""


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A revision that was appended: the file before and after it, and where the objects in it begin."""

    old: PDFFile
    new: PDFFile
    section: Section
    objects: dict[Reference, tuple[int, int]]
    """Where each begins and ends, but for the cross-reference stream."""


def read_release(pdf: bytes, *, before: bytes, fields: tuple[str, ...]) -> tuple[ReleasedSignature, ...]:
    """Return the signatures that `pdf` adds to `before`, in the order of `fields`.

    Raise `PDFReleaseRefused` unless `before` is its beginning, and what follows adds these fields, signed, and nothing
    that a signature does not need.
    """
    require(pdf.startswith(before) and len(pdf) > len(before), "prefix")
    found: dict[str, ReleasedSignature] = {}
    try:
        for place, revision in enumerate(appended(pdf, before)):
            step = Step(old=revision.old, new=revision.new, added=frozenset(revision.objects))
            added = require_permitted(step)
            if added is None:
                continue
            require(added.field not in found, "fields")
            found[added.field] = read_signature(pdf, revision, added, place=place, drawn=tuple(step.drawn))
    except (PDFMalformed, PDFLimitExceeded) as error:
        raise PDFReleaseRefused(rule="structure") from error
    require(set(found) == set(fields), "fields")
    return tuple(found[field] for field in fields)


def appended(pdf: bytes, before: bytes) -> Iterator[Revision]:
    """Yield the revisions behind `before`, each read from the file as it ended with it."""
    old = PDFFile(before)
    for _ in range(MAX_REVISIONS):
        if len(old.pdf) == len(pdf):
            return
        new = PDFFile(next_state(pdf, old), before=old)
        section = new.sections[0]
        require(section.is_stream == old.has_stream_sections, "sections")
        objects = tiled(new, section, start=len(old.pdf))
        yield Revision(old=old, new=new, section=section, objects=objects)
        old = new
    require(len(old.pdf) == len(pdf), "revisions")


def next_state(pdf: bytes, old: PDFFile) -> bytes:
    """Return the file with its next revision: up to the first end of file whose section goes back to `old`."""
    told = b"/Prev %d\n" % old.newest_section
    at = len(old.pdf)
    for _ in range(MAX_ENDINGS):
        if (at := pdf.find(b"startxref\n", at)) < 0:
            break
        found = ENDING.match(pdf, at)
        if found is not None and pdf.find(told, int(found[1]), at) >= 0:
            return pdf[: found.end()]
        at += 1
    raise PDFReleaseRefused(rule="sections")


def tiled(new: PDFFile, section: Section, *, start: int) -> dict[Reference, tuple[int, int]]:
    """Return where the objects of a revision stand. Between them, before and behind them there is nothing.

    Every object must stand as this house writes it, but for the two entries of a signature that are looked at for
    themselves.
    """
    entries = {number: section.entry(number) for number in section.numbers()}
    told = {}
    for number, entry in entries.items():
        require(entry is not None and not entry.free and not entry.container, "objects")
        if entry is not None and not (section.is_stream and entry.offset == section.start):
            told[Reference(number, entry.generation)] = entry.offset
    at = start if new.pdf[start - 1 : start] in (b"\n", b"\r") else start + 1
    require(new.pdf[start:at] in (b"", b"\n"), "objects")
    places = {}
    ordered = sorted(told.items(), key=lambda one: one[1])
    ends = [*(offset for _, offset in ordered[1:]), section.start]
    for (reference, offset), end in zip(ordered, ends, strict=True):
        require(offset == at, "objects")
        new.loaded[reference], cost = object_in(new.pdf[at:end], reference)
        new.effort.spend(cost)
        places[reference] = (at, end - 1)
        at = end
    require(at == section.start, "objects")
    require_canonical_section(new, section)
    return places


def require_canonical_section(new: PDFFile, section: Section) -> None:
    """Refuse anything behind the objects but a cross-reference section and the end of the file."""
    text = new.pdf[section.start : section.end]
    if section.is_stream:
        number = next(one for one in section.numbers() if section.entry(one).offset == section.start)  # type: ignore[union-attr] # it tells of each
        value, end = new.at(section.start, Reference(number))
        require(end == section.end and text == b"%d 0 obj\n%b\nendobj" % (number, written(value)), "section")
    else:
        rows = b"".join(
            b"%d %d\n%b" % (one.first, one.count, section.rows[one.start : one.start + 20 * one.count])
            for one in section.blocks
        )
        require(text == b"xref\n%btrailer\n%b" % (rows, written(section.trailer)), "section")
    ending = ENDING.fullmatch(new.pdf, section.end)
    require(ending is not None and int(ending[1]) == section.start, "section")


def read_signature(
    pdf: bytes, revision: Revision, added: Added, *, place: int, drawn: tuple[Drawn, ...]
) -> ReleasedSignature:
    """Return a signature whose ByteRange is everything up to the end of its revision but the value itself."""
    start, end = revision.objects[added.signature]
    value: Dictionary = dictionary_of(revision.new.load(added.signature))
    opening, (contents, digits) = OPENING.match(pdf, start, end), contents_of(value)
    if opening is None or not pdf.startswith(digits, opening.end(), end):
        raise PDFReleaseRefused(rule="byte_range")
    before, after, rest = (int(one) for one in opening.groups())
    gap = opening.end(), opening.end() + len(digits)
    require((before, after, rest) == (*gap, len(revision.new.pdf) - gap[1]), "byte_range")
    moment = value.get("M")
    return ReleasedSignature(
        field=added.field,
        filter="/" + name_in(value, "Filter"),
        subfilter="/" + name_in(value, "SubFilter"),
        is_time_stamp=value["Type"] == "DocTimeStamp",
        contents=contents,
        content=ByteRangeContent(pdf, ((0, before), (after, rest))),
        claimed_time=None if moment is None else time_of(text_of(moment)),
        revision=place,
        label=added.label,
        reason=text_of(value.get("Reason", b"")),
        location=text_of(value.get("Location", b"")),
        certifies=added.certifies,
        locked=locked_by(value),
        drawn=drawn,
        before=revision.old,
    )


def locked_by(signature: Dictionary) -> tuple[str, ...]:
    """Return the names of the fields that a signature locks, each of which it names (12.8.2.4)."""
    found: list[str] = []
    for rule in rules_of(signature, "FieldMDP"):
        require(rule.get("Action") == "Include", "lock")
        found += map(text_of, array_of(rule.get("Fields")))
    return tuple(found)


def name_in(dictionary: Dictionary, key: str) -> str:
    """Return a name that an entry holds."""
    name = dictionary.get(key)
    if not isinstance(name, Name):
        raise PDFReleaseRefused(rule="signature")
    return name


def time_of(text: str) -> datetime:
    """Return the moment that our writer writes, in UTC."""
    found = MOMENT.fullmatch(text)
    try:
        if found is not None:
            year, month, day, hour, minute, second = (int(one) for one in found.groups())
            return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        pass
    raise PDFReleaseRefused(rule="time")
