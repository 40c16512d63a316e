"""What a row of a job asks for: the order to issue one licence, by the same rules as any other."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from identity.errors import CitizenNumberMalformed, CreditCodeMalformed, SubjectUnknown
from identity.service import IdentityService
from licence.bulk.cells import Cell, Line
from licence.bulk.errors import RowUnreadable
from licence.bulk.jobs import BulkJob, Outcome
from licence.bulk.json_lines import once
from licence.bulk.mapping import HOLDER, HOLDER_NAME, LAST_DAY, NUMBER, checks_name
from licence.errors import DataInvalid, HolderNameDiffers, HolderNotRegistered, NumberTaken
from licence.lifecycle import LicenceEvent
from licence.ordering import IssueLicence
from licence.preparing import code_of
from licence.repository import LicenceRepository
from licence.succession import Succession
from licence.types.fields import RowsField, is_date
from licence.types.kind import LicenceType
from trust.errors import TrustError
from trust.store import Reading

__all__ = ["Orders", "key_of", "lines_for", "outcome_of", "read_day"]

OWN: Final = frozenset({HOLDER, HOLDER_NAME, NUMBER, LAST_DAY})


@dataclass(frozen=True, kw_only=True)
class Orders:
    """Makes orders from rows."""

    identity: IdentityService
    registry: LicenceRepository

    def from_table(self, job: BulkJob, kind: LicenceType, line: Line) -> IssueLicence:
        """Return the order of a row of a table. Raise `RowUnreadable` or `DataInvalid`."""
        values = values_of(job, line)
        own = OWN if checks_name(kind) else OWN - {HOLDER_NAME}
        return IssueLicence(
            type=job.type,
            seal=job.seal,
            number=values.get(NUMBER, ""),
            holder_code=values.get(HOLDER, ""),
            holder_name=(values.get(HOLDER_NAME) or None) if checks_name(kind) else None,
            data={name: given(kind, name, value) for name, value in values.items() if name not in own},
            last_day=read_day(values.get(LAST_DAY, "")),
            request_key=key_of(job, line),
            job=job.id,
            type_version=kind.version,
        )

    def from_licence(self, view: Reading, job: BulkJob, kind: LicenceType, line: Line) -> IssueLicence:
        """Return the order for a new edition of a licence 换发: of the same data, validity and holder.

        Raise `RowUnreadable`, or `HolderNotRegistered`.
        """
        before = self.registry.get(view, line.cells[0].text)
        if before is None:
            raise RowUnreadable(field="", fault="licence")
        try:
            holder = self.identity.require_subject(view, before.holder)
        except SubjectUnknown:
            raise HolderNotRegistered from None
        return IssueLicence(
            type=job.type,
            seal=job.seal,
            number=before.number,
            holder_code=code_of(holder),
            # What comes from the registry, comes from it anew.
            data={name: value for name, value in before.data.items() if name not in kind.fields.bound},
            first_day=before.valid_from,
            last_day=before.last_day,
            request_key=key_of(job, line),
            job=job.id,
            type_version=kind.version,
            after=Succession(predecessor=before.id, event=LicenceEvent.REPLACE, reason=job.reason),
        )


def key_of(job: BulkJob, line: Line) -> str:
    """Return the idempotency key of a row: the same however often it is begun, and that of no other request."""
    return f"{job.id}.{line.number}"


def values_of(job: BulkJob, line: Line) -> dict[str, str]:
    """Return what a row says of each field, without spaces around it. Raise `RowUnreadable`."""
    fields = job.fields
    if line.fault:
        at = fields[line.column] if 0 <= line.column < len(fields) else ""
        raise RowUnreadable(field=at, fault=line.fault)
    if len(line.cells) != len(fields):
        raise RowUnreadable(field="", fault="columns")
    for name, cell in zip(fields, line.cells, strict=True):
        if cell.is_number and name in (HOLDER, NUMBER):
            # 007 that was kept as a number is 7 now, and nobody can tell.
            raise RowUnreadable(field=name, fault="number")
    return {name: cell.text.strip() for name, cell in zip(fields, line.cells, strict=True) if not cell.is_absent}


def given(kind: LicenceType, name: str, text: str) -> object:
    """Return what a column says of a field: a text, or the rows that are written as JSON. Raise `RowUnreadable`."""
    if not isinstance(kind.fields.by_name.get(name), RowsField):
        return text
    try:
        return json.loads(text, object_pairs_hook=once) if text else []
    except (ValueError, RecursionError):
        raise RowUnreadable(field=name, fault="json") from None


def read_day(text: str) -> date | None:
    """Return a date in the form YYYY-MM-DD, or None for nothing. Raise `DataInvalid`."""
    if not text:
        return None
    if not is_date(text):
        raise DataInvalid(field=LAST_DAY, rule="format")
    return date.fromisoformat(text)


def outcome_of(line: Line, error: TrustError) -> Outcome:
    """Return the outcome of a row that is refused."""
    details: Mapping[str, object] = {name: value for name, value in error.details.items() if name != "field"}
    return Outcome(line=line.number, code=error.code, field=field_of(error), details=details)


def field_of(error: TrustError) -> str:
    """Return the field that an error is about, or nothing where it is about the whole row."""
    match error:
        case CreditCodeMalformed() | CitizenNumberMalformed() | HolderNotRegistered():
            return HOLDER
        case HolderNameDiffers():
            return HOLDER_NAME
        case NumberTaken():
            return NUMBER
        case _:
            return str(error.details.get("field", ""))


def lines_for(identifiers: Sequence[str], *, first: int) -> tuple[Line, ...]:
    """Return rows that name licences, numbered from `first` on."""
    return tuple(Line(number=first + place, cells=(Cell(text=one),)) for place, one in enumerate(identifiers))
