"""XLSX tables: what a person sees in the sheet is what is read, and what cannot be told is refused with its place."""

import zipfile

import pytest

from licence.bulk.cells import Cell, Line, read_piece
from licence.bulk.errors import TableInvalid
from licence.bulk.reading import Format, TableLimits, read_table
from licence.bulk.sheet_archive import Archive
from licence.bulk.sheet_parts import Kind, kind_of
from tests.licence.bulk.sheets import cell, column, sheet, workbook, xlsx

LIMITS = TableLimits(rows=1000, columns=30, chunk=100)
STYLES = """<styleSheet><numFmts>
<numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/>
<numFmt numFmtId="165" formatCode="[Red]0.00_ "/><numFmt numFmtId="166" formatCode="yyyy/m/d h:mm"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/>
<xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf/></cellXfs></styleSheet>"""


def rows_of(content: bytes) -> list[Line]:
    return [line for piece in read_table(content, LIMITS).pieces for line in read_piece(piece)]


def value(one: str, **members: str) -> Cell:
    """Return what is read of one cell below a header."""
    (line,) = rows_of(xlsx(sheet([["a", "b"], [one, "x"]]), members={"xl/styles.xml": STYLES, **members}))
    return Cell(fault=line.fault) if line.fault else line.cells[0]


def fault_of(content: bytes) -> tuple[object, object]:
    with pytest.raises(TableInvalid) as refused:
        read_table(content, LIMITS)
    return refused.value.details["fault"], refused.value.details["line"]


def test_rows_come_with_their_lines() -> None:
    content = xlsx(sheet([["编号", "名称", "备注"], ["1", "甲 & <乙>", None], [None, None, None], ["3", None, "丙"]]))
    table = read_table(content, LIMITS)
    assert (table.format, table.encoding, table.columns) == (Format.XLSX, "utf-8", ("编号", "名称", "备注"))
    assert [(one.number, [each.text for each in one.cells]) for one in rows_of(content)] == [
        (2, ["1", "甲 & <乙>", ""]),
        (4, ["3", "", "丙"]),
    ]


def test_texts_are_shared_and_their_parts_put_together_without_how_they_sound() -> None:
    shared = (
        "<sst><si><t>a</t></si><si><r><rPr/><t>云</t></r><r><t>州</t></r><rPh sb='0' eb='1'><t>yun</t></rPh></si>"
        "<si><t xml:space='preserve'> b </t><phoneticPr/></si></sst>"
    )
    rows = [[cell("0", kind="s"), "c"], [cell("1", kind="s"), "x"], [cell("2", kind="s"), "x"]]
    found = rows_of(xlsx(sheet(rows), members={"xl/sharedStrings.xml": shared}))
    assert [one.cells[0].text for one in found] == ["云州", " b "]


def test_a_text_of_its_own_leaves_out_how_it_sounds() -> None:
    one = '<c r="@" t="inlineStr"><is><r><t>云</t></r><r><t>州</t></r><rPh><t>yun</t></rPh></is></c>'
    assert value(one) == Cell(text="云州")


@pytest.mark.parametrize("place", ["3", "-1", "x", "", "99999999999"])
def test_a_shared_text_that_is_not_there_is_told(place: str) -> None:
    found = value(cell(place, kind="s"), **{"xl/sharedStrings.xml": "<sst><si><t>a</t></si></sst>"})
    assert found == (Cell(fault="text") if place else Cell(text=""))


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("1", "1"), ("007", "7"), ("-12", "-12"), ("1.5", "1.5"), ("0.30000000000000004", "0.3"), ("1E3", "1000"),
        ("1.0E-2", "0.01"), ("123456789012345", "123456789012345"), ("100.0", "100"),
    ],
)  # fmt: skip
def test_a_number_has_the_digits_that_its_cell_shows(kept: str, shown: str) -> None:
    assert value(cell(kept)) == Cell(text=shown, is_number=True)


@pytest.mark.parametrize("kept", ["91330199123456789", "1234567890123456", "1E20", "1E-20", "Infinity", "9" * 400])
def test_a_number_that_a_spreadsheet_cannot_keep_is_told(kept: str) -> None:
    # Its last digits were lost when it was typed: this is what becomes of a credit code of digits.
    assert value(cell(kept)) == Cell(fault="precision")


def test_what_is_no_number_is_told() -> None:
    assert value(cell("1,5")) == Cell(fault="number")
    assert value(cell("x", style="1")) == Cell(fault="number")


@pytest.mark.parametrize(
    ("serial", "day"),
    [("46348", "2026-11-22"), ("1", "1900-01-01"), ("59", "1900-02-28"), ("61", "1900-03-01"),
     ("2958465", "9999-12-31"), ("46348.0", "2026-11-22")],
)  # fmt: skip
@pytest.mark.parametrize("style", ["1", "2"])
def test_a_day_is_read_by_its_format(serial: str, day: str, style: str) -> None:
    assert value(cell(serial, style=style)) == Cell(text=day)


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    book = workbook(counts_from_1904="1")
    assert value(cell("44886", style="1"), **{"xl/workbook.xml": book}) == Cell(text="2026-11-22")


@pytest.mark.parametrize(
    ("serial", "fault"),
    [("60", "date"), ("0", "date"), ("-1", "date"), ("2958466", "date"), ("46348.5", "time"), ("NaN", "time")],
)
def test_a_day_that_never_was_is_told(serial: str, fault: str) -> None:
    assert value(cell(serial, style="1")) == Cell(fault=fault)


def test_a_time_is_no_day() -> None:
    assert value(cell("46348", style="4")) == Cell(fault="time")


@pytest.mark.parametrize("style", ["0", "3", "5", "99", "x"])
def test_other_formats_are_those_of_numbers(style: str) -> None:
    assert value(cell("46348", style=style)) == Cell(text="46348", is_number=True)


@pytest.mark.parametrize(
    ("number", "code", "kind"),
    [
        (0, None, Kind.NUMBER), (14, None, Kind.DATE), (31, None, Kind.DATE), (57, None, Kind.DATE),
        (22, None, Kind.TIME), (46, None, Kind.TIME),
        (164, "General", Kind.NUMBER), (164, "0.00", Kind.NUMBER), (164, "@", Kind.NUMBER),
        (164, "mm/dd/yy", Kind.DATE), (164, "[$-804]yyyy年m月", Kind.DATE), (164, "h:mm AM/PM", Kind.TIME),
        (164, "[h]:mm:ss", Kind.TIME), (164, '0" days"', Kind.NUMBER), (164, r"0\d", Kind.NUMBER),
        (164, "[Red]0", Kind.NUMBER),
    ],
)  # fmt: skip
def test_a_format_shows_a_number_a_day_or_a_time(number: int, code: str | None, kind: Kind) -> None:
    assert kind_of(number, code) is kind


@pytest.mark.parametrize(
    ("one", "fault"),
    [
        (cell("3", extra="<f>1+2</f>"), "formula"),
        ('<c r="@"><f>1+2</f></c>', "formula"),
        (cell("abc", kind="str"), "formula"),
        (cell("1", kind="b"), "boolean"),
        (cell("#N/A", kind="e"), "error"),
        (cell("1", kind="unheard"), "error"),
    ],
)
def test_what_a_cell_shows_and_does_not_hold_is_told(one: str, fault: str) -> None:
    assert value(one) == Cell(fault=fault)


def test_a_day_as_the_standard_writes_it() -> None:
    assert value(cell("2026-11-22T00:00:00", kind="d")) == Cell(text="2026-11-22")


def test_a_bad_cell_is_told_by_its_line_and_column_and_stops_no_other_row() -> None:
    found = rows_of(xlsx(sheet([["a", "b"], ["1", cell("3", extra="<f>1</f>")], ["2", "x"]])))
    assert [(one.number, one.fault, one.column) for one in found] == [(2, "formula", 1), (3, "", -1)]


# --- what a person does not see


def test_merged_cells_are_refused() -> None:
    assert fault_of(xlsx(sheet([["a"], ["1"]], after='<mergeCells><mergeCell ref="A1:A2"/></mergeCells>'))) == (
        "merged_cells",
        0,
    )


def test_a_hidden_row_is_refused_unless_it_is_empty() -> None:
    assert fault_of(xlsx(sheet([["a"], ["1"], ["2"]], hidden=3))) == ("hidden_row", 3)
    assert len(rows_of(xlsx(sheet([["a"], ["1"], [None]], hidden=3)))) == 1


def test_a_second_sheet_with_content_is_refused_and_an_empty_one_is_not() -> None:
    full, empty = sheet([["a"], ["1"]]), sheet([])
    assert fault_of(xlsx(full, full)) == ("sheets", 0)
    assert len(rows_of(xlsx(full, empty))) == len(rows_of(xlsx(empty, full))) == 1


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_sheet_that_nobody_sees_is_not_read(state: str) -> None:
    full, other = sheet([["a"], ["1"]]), sheet([["b"], ["2"]])
    table = read_table(xlsx(other, full, members={"xl/workbook.xml": workbook(states=[state, "visible"])}), LIMITS)
    assert table.columns == ("a",)
    assert fault_of(xlsx(other, members={"xl/workbook.xml": workbook(states=[state])})) == ("empty", 0)


# --- files that were made to deceive or to burn


@pytest.mark.parametrize(
    "name", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]
)
def test_entities_are_never_declared(name: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    assert fault_of(xlsx(sheet([["a"], ["1"]]), members={name: bomb})) == ("xml", 0)


@pytest.mark.parametrize("name", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_what_is_missing_or_broken_is_told(name: str) -> None:
    whole = sheet([["a"], ["1"]])
    assert fault_of(xlsx(whole, members={name: None}))[0] in {"archive", "sheets"}
    assert fault_of(xlsx(whole, members={name: "<x><y></x>"}))[0] == "xml"


def test_a_part_outside_the_archive_is_not_fetched() -> None:
    relations = (
        '<Relationships><Relationship Id="rId1" TargetMode="External" Target="http://127.0.0.1/x"/></Relationships>'
    )
    assert fault_of(xlsx(sheet([["a"]]), members={"xl/_rels/workbook.xml.rels": relations})) == ("archive", 0)


def test_an_absolute_target_and_another_prefix_are_understood() -> None:
    relations = (
        '<p:Relationships xmlns:p="x"><p:Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></p:Relationships>'
    )
    header = '<x:row><x:c t="inlineStr"><x:is><x:t>a</x:t></x:is></x:c></x:row>'
    below = "<x:row><x:c><x:v>5</x:v></x:c></x:row>"
    body = f'<x:worksheet xmlns:x="m"><x:sheetData>{header}{below}</x:sheetData></x:worksheet>'
    found = rows_of(xlsx(body, members={"xl/_rels/workbook.xml.rels": relations}))
    assert [(one.number, one.cells[0].text) for one in found] == [(2, "5")]


@pytest.mark.parametrize(
    "body",
    [
        '<worksheet><sheetData><row r="2"/><row r="1"/></sheetData></worksheet>',
        '<worksheet><sheetData><row r="x"/></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>2</v></c></row></sheetData></worksheet>',
        '<worksheet><sheetData><row r="1"><c r="??"><v>1</v></c></row></sheetData></worksheet>',
    ],
)
def test_rows_and_cells_stand_in_their_order(body: str) -> None:
    assert fault_of(xlsx(body))[0] == "xml"


def test_a_sheet_has_a_number_of_columns() -> None:
    one, far = '<c r="A{row}"><v>1</v></c>', f'<c r="{column(30)}1"><v>1</v></c>'
    rows = "<worksheet><sheetData><row r='1'>{first}</row><row r='2'>{second}</row></sheetData></worksheet>"
    assert fault_of(xlsx(rows.format(first=far, second=""))) == ("too_many_columns", 1)
    empty = f'<c r="{column(30)}1" s="1"/>'
    body = rows.format(first=one.format(row=1) + empty, second=one.format(row=2))
    assert len(rows_of(xlsx(body))) == 1


def test_an_archive_unpacks_to_a_size() -> None:
    content = xlsx(sheet([["a"], ["1"]]), members={"xl/sharedStrings.xml": b"<sst>" + b" " * 5_000_000 + b"</sst>"})
    assert len(content) < 50_000
    archive = Archive(content, unpacked=1 << 20)
    with pytest.raises(TableInvalid) as refused:
        list(archive.octets("xl/sharedStrings.xml"))
    assert refused.value.details["fault"] == "unpacked"


def test_an_archive_has_a_number_of_files_each_with_its_own_name() -> None:
    assert fault_of(xlsx(sheet([["a"]]), members={f"x{place}": "" for place in range(2000)})) == ("archive", 0)
    good = xlsx(sheet([["a"], ["1"]]))
    assert fault_of(good[: len(good) // 2])[0] == "archive"
    assert fault_of(b"PK\x03\x04" + b"x" * 100)[0] == "archive"


def test_a_file_under_a_password_or_with_damage_is_told() -> None:
    content = bytearray(xlsx(sheet([["a"], ["1"]]), packed=zipfile.ZIP_STORED))
    place = content.index(b"<workbook")
    damaged = bytes(content[:place]) + b"?" + bytes(content[place + 1 :])
    assert fault_of(damaged)[0] == "archive"
    for mark in (b"PK\x03\x04", b"PK\x01\x02"):  # the flag stands in both records of each file
        start = 0
        while (start := content.find(mark, start)) >= 0:
            content[start + (6 if mark == b"PK\x03\x04" else 8)] |= 1
            start += 4
    assert fault_of(bytes(content))[0] == "archive"
