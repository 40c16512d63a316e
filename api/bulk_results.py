"""What came of a bulk job, as files: a line for each row as CSV or JSON Lines, and the licences themselves as ZIP."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from types import MappingProxyType
from typing import Any, Final

from typing_extensions import override

from api.telling import retold
from licence.bulk.jobs import Outcome
from seal.ledger.export import BOM, cell, row
from trust.blobs import BlobId, BlobStore

__all__ = ["PART", "as_json", "csv_lines", "json_lines", "zip_of"]

COLUMNS: Final = (
    "行 line",
    "结果 outcome",
    "电子证照标识 identifier",
    "证照编号 number",
    "证照 licence",
    "文件 file",
    "字段 field",
    "错误代码 code",
    "说明 detail_zh",
    "detail_en",
)
TOGETHER: Final = 200
"""Lines that are sent at a time."""

NO_HEADINGS: Final[Mapping[str, str]] = MappingProxyType({})
PART: Final = 200
"""Licences in one archive."""


def told_of(outcome: Outcome, headings: Mapping[str, str]) -> tuple[str, str]:
    """Return what is wrong with a row, in Chinese and in English, its field called as the column is headed.

    A code of an earlier version speaks for itself.
    """
    if not outcome.is_refusal:
        return "", ""
    heading = headings.get(outcome.field, outcome.field)
    return retold(outcome.code, {**outcome.details, "field": heading})


def file_of(outcome: Outcome, address: str) -> str:
    """Return where the file of a row's licence is."""
    return f"{address}/v1/licences/{outcome.licence}/file" if outcome.licence else ""


def as_json(outcome: Outcome, *, address: str, headings: Mapping[str, str] = NO_HEADINGS) -> dict[str, Any]:
    """Return a row's result as JSON holds it."""
    chinese, english = told_of(outcome, headings)
    licence = {
        "id": outcome.licence,
        "identifier": outcome.identifier,
        "number": outcome.number,
        "file": file_of(outcome, address),
    }
    problem = {"code": outcome.code, "field": outcome.field, "detail_zh": chinese, "detail_en": english}
    return {
        "line": outcome.line,
        "licence": None if outcome.is_refusal else licence,
        "problem": problem if outcome.is_refusal else None,
    }


def json_lines(
    outcomes: Iterable[Outcome], *, address: str, headings: Mapping[str, str] = NO_HEADINGS
) -> Iterator[str]:
    """Yield results as JSON Lines, many at a time."""
    told = (as_json(one, address=address, headings=headings) for one in outcomes)
    yield from together(json.dumps(one, ensure_ascii=False) + "\n" for one in told)


def csv_lines(outcomes: Iterable[Outcome], *, address: str, headings: Mapping[str, str] = NO_HEADINGS) -> Iterator[str]:
    """Yield results as CSV, the heading first, many at a time."""
    yield BOM + row(COLUMNS)
    yield from together(row(map(cell, cells_of(one, address, headings))) for one in outcomes)


def cells_of(outcome: Outcome, address: str, headings: Mapping[str, str]) -> tuple[str, ...]:
    """Return a row's result as the cells of a spreadsheet."""
    return (
        str(outcome.line),
        "refused" if outcome.is_refusal else "issued",
        outcome.identifier,
        outcome.number,
        outcome.licence,
        file_of(outcome, address),
        outcome.field,
        outcome.code,
        *told_of(outcome, headings),
    )


def together(lines: Iterable[str]) -> Iterator[str]:
    """Yield many lines as one text: each is a step through the server."""
    waiting = iter(lines)
    while part := "".join(islice(waiting, TOGETHER)):
        yield part


class Sink(io.RawIOBase):
    """Takes what an archive writes, and hands it on."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[bytes] = []
        self.length = 0

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, part: Any) -> int:
        self.parts.append(bytes(part))
        self.length += len(part)
        return len(part)

    @override
    def tell(self) -> int:
        return self.length

    def taken(self) -> bytes:
        """Return what was written since this was asked last."""
        taken, self.parts = b"".join(self.parts), []
        return taken


def zip_of(files: Iterable[tuple[str, BlobId]], blobs: BlobStore) -> Iterator[bytes]:
    """Yield an archive of files, one in memory at a time. They are packed as they are: PDFs are compressed already."""
    sink = Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, blob in files:
            # A date of its own, so that the same licences make the same archive.
            archive.writestr(zipfile.ZipInfo(name), blobs.get(blob))
            yield sink.taken()
    yield sink.taken()
