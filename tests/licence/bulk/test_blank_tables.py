"""Blank tables: every field of a type has its column, each cell is text, and what is made is read as it is meant."""

import io
import json
import re
import zipfile
from typing import Any

import pytest

from licence.bulk.blank_tables import BlankForm, blank_table, letters, list_of, rule_of
from licence.bulk.cells import read_piece
from licence.bulk.mapping import mapping_of, targets_of
from licence.bulk.reading import TableLimits, read_table
from licence.types.fields import Field
from licence.types.numbering import MadeNumber
from tests.licence.bulk.test_mapping import kind_of, text

SHEET = "xl/worksheets/sheet1.xml"
ROWS: dict[str, Any] = {
    "type": "array",
    "title": "从业人员",
    "maxItems": 3,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["who"],
        "properties": {"who": text("姓名")},
    },
}
FIELDS: dict[str, Any] = {
    "name": text("名称", **{"x-holder": "name"}),
    "address": text("住所, 经营场所"),
    "day": {"type": "string", "format": "date", "maxLength": 10, "title": "成立日期"},
    "share": {"type": "string", "format": "decimal", "maxLength": 8, "x-decimals": 2, "title": "比例"},
    "people": {"type": "string", "format": "decimal", "maxLength": 8, "title": "人数"},
    "kind": {"type": "string", "enum": ["a", "b"], "title": "类别", "x-labels": {"a": {"zh": "甲"}}},
    "first": text("备注"),
    "second": text("备注"),
    "staff": ROWS,
}


def field(name: str, **rule: Any) -> Field:  # noqa: ANN401 - a rule's members
    """Return a field by its rule."""
    return kind_of({"address": text("住所"), name: rule}).fields.by_name[name]


def sheet_of(content: bytes) -> str:
    """Return the sheet of a workbook."""
    return zipfile.ZipFile(io.BytesIO(content)).read(SHEET).decode()


def filled(content: bytes, columns: int) -> bytes:
    """Return a workbook in which the row below the heads is filled in, as a spreadsheet would do it."""
    cells = "".join(f'<c r="{letters(one)}2" t="inlineStr"><is><t>0{one}</t></is></c>' for one in range(columns))
    archive, output = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(output, "w") as made:
        for name in archive.namelist():
            part = archive.read(name).decode()
            made.writestr(name, part.replace("</sheetData>", f'<row r="2">{cells}</row></sheetData>'))
    return output.getvalue()


def test_a_spreadsheet_has_a_column_for_each_field_that_a_cell_can_hold() -> None:
    kind = kind_of(FIELDS)
    flat = [one.name for one in targets_of(kind) if one.name != "staff"]
    table = read_table(filled(blank_table(kind, BlankForm.XLSX), len(flat)), TableLimits())
    assert list(mapping_of(table.columns, kind, asked={}).values()) == flat
    assert [one.text for one in read_piece(table.pieces[0])[0].cells] == [f"0{one}" for one in range(len(flat))]
    assert {"first", "second"} <= set(table.columns)  # of two fields of one title each is called by its name
    assert "name" not in flat  # the registry says it


def test_a_spreadsheet_keeps_every_value_as_text_and_tells_its_rule() -> None:
    content = blank_table(kind_of(FIELDS), BlankForm.XLSX)
    told = sheet_of(content)
    assert re.search(r'<col min="1" max="11" width="24" style="1"', told)
    styles = zipfile.ZipFile(io.BytesIO(content)).read("xl/styles.xml").decode()
    assert '<xf numFmtId="49" applyNumberFormat="1" xfId="0"/>' in styles
    assert 'prompt="必填；不超过 60 个字"' in told
    assert 'prompt="可不填；日期，格式如 2026-11-22"' in told
    assert '<formula1>"a,b"</formula1>' in told
    assert told.count('type="list"') == 1
    assert content == blank_table(kind_of(FIELDS), BlankForm.XLSX)


def test_a_csv_has_the_heads_alone_with_quotes_where_they_are_needed() -> None:
    content = blank_table(kind_of(FIELDS), BlankForm.CSV).decode("utf-8-sig")
    assert content.endswith("first,second\r\n")
    assert '"住所, 经营场所"' in content
    assert "从业人员" not in content


def test_a_line_of_json_has_rows_as_lists() -> None:
    told = json.loads(blank_table(kind_of(FIELDS), BlankForm.JSON_LINES))
    assert told["staff"] == [{"who": ""}]
    assert told["holder_code"] == ""


def test_a_number_that_is_made_has_no_column() -> None:
    made = kind_of(FIELDS, MadeNumber(form="N{n:4}"))
    assert "证照编号" not in blank_table(made, BlankForm.CSV).decode()
    assert "证照编号" in blank_table(kind_of(FIELDS), BlankForm.CSV).decode()


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"type": "string", "enum": ["a", "b"], "x-labels": {"a": {"zh": "甲"}}}, "从下列取值中选择：a（甲）、b"),
        ({"type": "string", "format": "date", "maxLength": 10}, "日期，格式如 2026-11-22"),
        ({"type": "string", "format": "decimal", "maxLength": 8}, "整数"),
        ({"type": "string", "format": "decimal", "maxLength": 8, "x-decimals": 2}, "数字，小数不超过 2 位"),
        ({"type": "string", "maxLength": 7}, "不超过 7 个字"),
        ({"type": "string", "format": "picture"}, ""),
    ],
)
def test_rules_are_told_in_words(rule: dict[str, Any], told: str) -> None:
    assert rule_of(field("one", **rule)) == told
    assert rule_of(None) == ""


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["a", "b"], '"a,b"'),
        (["a,b", "c"], ""),
        (['a"', "c"], ""),
        (["x" * 200, "y" * 60], ""),
    ],
)
def test_choices_are_picked_where_a_spreadsheet_can_hold_them(values: list[str], told: str) -> None:
    assert list_of(field("one", type="string", enum=values)) == told
    assert list_of(None) == ""


def test_columns_are_lettered_as_spreadsheets_do() -> None:
    assert [letters(one) for one in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
