"""Blank tables 空白表格: what a clerk fills in for a type, with a column for each field and its rule beside it.

In the spreadsheet every cell is text, so that no program turns a code into a number, and choices are picked from a
list (ECMA-376-1, 18.3.1.32). What is made here is read by licence/bulk/reading.py without a word said of it.
"""

import io
import json
import zipfile
from enum import StrEnum
from typing import Any, Final, assert_never
from xml.sax.saxutils import escape, quoteattr

from licence.bulk.mapping import Target, targets_of
from licence.types.fields import ChoiceField, DateField, Field, NumberField, RowsField, TextField
from licence.types.kind import LicenceType

__all__ = ["BlankForm", "blank_table", "rule_of"]

MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml."
HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
AT: Final = (2026, 1, 1, 0, 0, 0)
"""The same octets each time."""

LAST_ROW: Final = 100_001
LONGEST_LIST: Final = 255
"""Characters of a list of choices that spreadsheets take."""

LONGEST_PROMPT: Final = 255
WIDTH: Final = 24


class BlankForm(StrEnum):
    """What a blank table is."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON_LINES = "jsonl"


def blank_table(kind: LicenceType, form: BlankForm) -> bytes:
    """Return a blank table for a type. Fields that are rows stand in JSON Lines alone: one cell cannot hold them."""
    every = targets_of(kind)
    flat = [one for one in every if not isinstance(kind.fields.by_name.get(one.name), RowsField)]
    match form:
        case BlankForm.XLSX:
            return workbook(kind, flat)
        case BlankForm.CSV:
            return ("\ufeff" + ",".join(quoted(one) for one in headers(flat)) + "\r\n").encode()
        case BlankForm.JSON_LINES:
            row = {one.name: empty(kind.fields.by_name.get(one.name)) for one in every}
            return (json.dumps(row, ensure_ascii=False) + "\n").encode()
        case _:
            assert_never(form)


def headers(targets: list[Target]) -> list[str]:
    """Return the head of each column: its title, or its name where another column has the same title."""
    titles = [one.title for one in targets]
    return [one.title if titles.count(one.title) == 1 else one.name for one in targets]


def quoted(text: str) -> str:
    """Return a value of CSV (RFC 4180, 2)."""
    return '"' + text.replace('"', '""') + '"' if any(one in text for one in ',"\r\n') else text


def empty(field: Field | None) -> Any:  # noqa: ANN401 - JSON
    """Return what stands in a blank line for a field."""
    if isinstance(field, RowsField):
        return [{column.name: "" for column in field.columns}]
    return ""


def rule_of(field: Field | None) -> str:
    """Return the rule of a field as a clerk reads it; nothing where there is none to tell."""
    match field:
        case ChoiceField():
            return "从下列取值中选择：" + "、".join(
                value if label.zh == value else f"{value}（{label.zh}）" for value, label in field.choices.items()
            )
        case DateField():
            return "日期，格式如 2026-11-22"
        case NumberField():
            return f"数字，小数不超过 {field.decimals} 位" if field.decimals else "整数"
        case TextField():
            return f"不超过 {field.most} 个字"
        case _:
            return ""


# --- the spreadsheet


def workbook(kind: LicenceType, targets: list[Target]) -> bytes:
    """Return a workbook of one sheet (ECMA-376-1, 18.2 and 18.3)."""
    name = "".join(one for one in kind.name if one not in "[]:*?/\\'")[:31] or "sheet"
    files = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}styles+xml"/></Types>',
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        f'<sheet name={quoteattr(name)} sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml")),
        "xl/styles.xml": STYLES,
        "xl/worksheets/sheet1.xml": sheet(kind, targets),
    }
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path, AT), HEAD + content, zipfile.ZIP_DEFLATED)
    return output.getvalue()


def relations(*wanted: tuple[str, str]) -> str:
    """Return the relations of a part of a package (ECMA-376-2, 8.5)."""
    told = "".join(
        f'<Relationship Id="rId{place}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for place, (kind, target) in enumerate(wanted, start=1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{told}</Relationships>'


STYLES: Final = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '<fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF8"/></patternFill></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="3"><xf xfId="0"/><xf numFmtId="49" applyNumberFormat="1" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="2" applyNumberFormat="1" applyFont="1" applyFill="1" xfId="0"/></cellXfs>'
    "</styleSheet>"
)
"""Style 1 is text (number format 49, `@`), style 2 the same in bold on a ground."""


def sheet(kind: LicenceType, targets: list[Target]) -> str:
    """Return the sheet: heads in the first row, which stays in sight, and below them nothing but rules."""
    heads = "".join(
        f'<c r="{letters(place)}1" t="inlineStr" s="2"><is><t>{escape(head)}</t></is></c>'
        for place, head in enumerate(headers(targets))
    )
    rules = "".join(validation(kind, one, letters(place)) for place, one in enumerate(targets))
    return (
        f'<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<cols><col min="1" max="{len(targets)}" width="{WIDTH}" style="1" customWidth="1"/></cols>'
        f'<sheetData><row r="1">{heads}</row></sheetData>'
        f'<dataValidations count="{len(targets)}">{rules}</dataValidations></worksheet>'
    )


def validation(kind: LicenceType, target: Target, column: str) -> str:
    """Return what a spreadsheet says of a cell of a column, and what may be picked for it."""
    field = kind.fields.by_name.get(target.name)
    told = "；".join(one for one in ("必填" if target.required else "可不填", rule_of(field)) if one)
    choices = list_of(field)
    shape = ' type="list" showErrorMessage="1"' if choices else ""
    inside = f"<formula1>{escape(choices)}</formula1>" if choices else ""
    return (
        f'<dataValidation{shape} allowBlank="1" showInputMessage="1" promptTitle={quoteattr(target.title[:32])} '
        f'prompt={quoteattr(told[:LONGEST_PROMPT])} sqref="{column}2:{column}{LAST_ROW}">{inside}</dataValidation>'
    )


def list_of(field: Field | None) -> str:
    """Return the choices of a field as a formula has them; nothing where it has none, or they cannot be told so."""
    if not isinstance(field, ChoiceField) or any("," in one or '"' in one for one in field.choices):
        return ""
    told = ",".join(field.choices)
    return f'"{told}"' if len(told) <= LONGEST_LIST else ""


def letters(place: int) -> str:
    """Return the letters of a column, the first being 0."""
    name, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        name = chr(ord("A") + digit) + name
    return name
