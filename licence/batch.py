"""Many licences from one table: each row by itself, a bad row reported with its line, its field and its reason.

The table is CSV in UTF-8 with a header: `holder_code`, `number`, where wanted `last_day`, and the fields of the type.
Each row has its own idempotency key, made of the batch's and the line's, so that a batch is safe to send again.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from identity.duties import Actor
from identity.errors import CitizenNumberMalformed, CreditCodeMalformed
from licence.errors import DataInvalid, HolderNotRegistered, NumberTaken, TableInvalid
from licence.kinds import is_date
from licence.repository import Licence
from licence.service import IssueLicence, LicenceService
from trust import requests
from trust.crypto.sm3 import sm3
from trust.errors import TrustError

__all__ = ["IssueBatch", "RowResult", "issue_batch"]

MAX_OCTETS: Final = 1 << 20
MAX_ROWS: Final = 200
"""Rows that are answered in one request, at a few dozen milliseconds each."""

HOLDER: Final = "holder_code"
NUMBER: Final = "number"
LAST_DAY: Final = "last_day"


@dataclass(frozen=True, kw_only=True)
class IssueBatch:
    """A table of licences of one type."""

    type: str
    seal: str
    table: bytes
    request_key: str


@dataclass(frozen=True, kw_only=True)
class RowResult:
    """What came of one row: a licence, or an error."""

    line: int
    """The line of the file, the header being line 1. A value with line breaks counts as the lines it takes."""

    licence: Licence | None = None
    error: TrustError | None = None

    @property
    def field(self) -> str:
        """The column that an error is about, or nothing where it is about the whole row."""
        match self.error:
            case CreditCodeMalformed() | CitizenNumberMalformed() | HolderNotRegistered():
                return HOLDER
            case NumberTaken():
                return NUMBER
            case None:
                return ""
            case error:
                return str(error.details.get("field", ""))


def read_table(table: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows of a table with the line that each ends on. Raise `TableInvalid`."""
    if len(table) > MAX_OCTETS:
        raise TableInvalid(fault="size")
    try:
        text = table.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableInvalid(fault="encoding") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    try:
        header = reader.fieldnames or ()
        if not {HOLDER, NUMBER} <= set(header) or len(set(header)) != len(header):
            raise TableInvalid(fault="header")
        for count, row in enumerate(reader):
            if count == MAX_ROWS:
                raise TableInvalid(fault="rows")
            if None in row or None in row.values():
                raise TableInvalid(fault=f"columns in line {reader.line_num}")
            yield reader.line_num, row
    except csv.Error:
        # The DictReader's own count stops at the last good row.
        raise TableInvalid(fault=f"quoting in line {reader.reader.line_num}") from None


def issue_batch(service: LicenceService, actor: Actor, batch: IssueBatch) -> tuple[RowResult, ...]:
    """Issue every good row and report every bad one.

    Raise `TableInvalid` or `RequestKeyMalformed` before anything is issued.
    """
    requests.require_key(batch.request_key)
    rows = tuple(read_table(batch.table))
    return tuple(issue_row(service, actor, batch, line, row) for line, row in rows)


def issue_row(service: LicenceService, actor: Actor, batch: IssueBatch, line: int, row: dict[str, str]) -> RowResult:
    """Issue one row."""
    data = {name: value.strip() for name, value in row.items() if name not in (HOLDER, NUMBER, LAST_DAY)}
    try:
        command = IssueLicence(
            type=batch.type,
            seal=batch.seal,
            number=row[NUMBER],
            holder_code=row[HOLDER].strip(),
            data=data,
            last_day=read_day(row.get(LAST_DAY, "")),
            request_key=row_key(batch.request_key, line),
        )
        return RowResult(line=line, licence=service.issue(actor, command))
    except TrustError as error:
        return RowResult(line=line, error=error)


def row_key(batch_key: str, line: int) -> str:
    """Return the idempotency key of a row: as long for any batch, and the key of no other request."""
    return f"{sm3(batch_key.encode('ascii')).hex()}.{line}"


def read_day(text: str) -> date | None:
    """Return a date in the form YYYY-MM-DD, or None for nothing."""
    told = text.strip()
    if not told:
        return None
    if not is_date(told):
        raise DataInvalid(field=LAST_DAY, rule="format")
    return date.fromisoformat(told)
