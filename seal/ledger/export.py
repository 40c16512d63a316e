"""The ledger as a file 用印记录导出: CSV for people with a spreadsheet, JSON Lines for programs, line by line."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from seal.ledger.entries import Stamping
from seal.ledger.reading import CHINA

__all__ = ["as_json", "csv_lines", "json_lines"]

BOM: Final = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for another encoding, and Chinese for something else."""

DANGEROUS: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")  # noqa: RUF001 - wide ones, as East Asian keyboards have
"""How a cell begins that a spreadsheet takes for a formula, or runs."""

LINE_BREAKS: Final = ("\t", "\r", "\n")
"""How one begins that some spreadsheets part."""

WHITE: Final = " \u00a0\u3000\ufeff"

COLUMNS: Final[Mapping[str, Callable[[Stamping], str]]] = {
    "编号 id": lambda one: one.id,
    "用印时间 at (UTC+8)": lambda one: one.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
    "印章 seal": lambda one: one.seal,
    "经办 actor": lambda one: one.actor,
    "授权 authorisation": lambda one: one.authorisation,
    "用途 purpose": lambda one: one.purpose,
    "文件类型 document_kind": lambda one: one.document_kind,
    "方式 operation": lambda one: one.operation.value,
    "摘要 document_hash (SM3)": lambda one: one.document_hash,
    "审批 approval": lambda one: one.approval or "",
    "批次 batch": lambda one: one.batch or "",
    "业务编号 reference": lambda one: one.reference,
    "保护内容 property_info": lambda one: one.property_info,
    "结果 state": lambda one: one.state.value,
    "文件 result": lambda one: one.result or "",
}


def cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: one that begins like one is marked as text by a quote."""
    # Some spreadsheets pass over white space before they look.
    is_dangerous = text.startswith(LINE_BREAKS) or text.lstrip(WHITE).startswith(DANGEROUS)
    return f"'{text}" if is_dangerous else text


def csv_lines(stampings: Iterable[Stamping]) -> Iterator[str]:
    """Yield CSV (RFC 4180), the heading first."""
    yield BOM + row(COLUMNS)
    for one in stampings:
        yield row(cell(tell(one)) for tell in COLUMNS.values())


def row(cells: Iterable[str]) -> str:
    """Return a line of CSV, every cell in quotes."""
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow(cells)
    return written.getvalue()


def json_lines(stampings: Iterable[Stamping]) -> Iterator[str]:
    """Yield JSON Lines, one object for each stamping."""
    for one in stampings:
        yield json.dumps(as_json(one), ensure_ascii=False) + "\n"


def as_json(stamping: Stamping) -> dict[str, str | int | None]:
    """Return a line of the ledger as JSON holds it."""
    return {
        "id": stamping.id,
        "at": stamping.at.isoformat(),
        "seal": stamping.seal,
        "actor": stamping.actor,
        "authorisation": stamping.authorisation,
        "purpose": stamping.purpose,
        "document_kind": stamping.document_kind,
        "operation": stamping.operation.value,
        "document_hash": stamping.document_hash,
        "approval": stamping.approval,
        "batch": stamping.batch,
        "reference": stamping.reference,
        "property_info": stamping.property_info,
        "state": stamping.state.value,
        "ended_at": None if stamping.ended_at is None else stamping.ended_at.isoformat(),
        "result": stamping.result,
        "level": stamping.level,
    }
