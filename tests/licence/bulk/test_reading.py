"""Reading tables: what each format is recognised by, what its rows say, and what is refused rather than guessed."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licence.bulk.cells import CHARACTERS, Cell, Line, PieceMalformed, read_piece, write_piece
from licence.bulk.errors import TableInvalid
from licence.bulk.jobs import Outcome
from licence.bulk.reading import Format, Table, TableLimits, read_table

LIMITS = TableLimits(rows=1000, columns=20, chunk=3)
HEADER = "holder_code,number,name\n"


def lines_of(table: Table) -> list[Line]:
    return [line for piece in table.pieces for line in read_piece(piece)]


def texts(content: bytes) -> list[tuple[int, list[str]]]:
    """Return the rows of a table as texts, each with its line."""
    return [(line.number, [one.text for one in line.cells]) for line in lines_of(read_table(content, LIMITS))]


def fault_of(content: bytes, limits: TableLimits = LIMITS) -> tuple[object, object]:
    with pytest.raises(TableInvalid) as refused:
        read_table(content, limits)
    return refused.value.details["fault"], refused.value.details["line"]


def faults(content: bytes) -> list[tuple[int, str, int]]:
    return [(one.number, one.fault, one.column) for one in lines_of(read_table(content, LIMITS)) if one.fault]


# --- separated values


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_come_with_their_lines(mark: bytes, end: str, separator: str) -> None:
    rows = ["holder_code,number,name", "1,2,甲", '3,4,"乙"', "5,6,"]
    table = mark + end.join(rows).replace(",", separator).encode()
    assert texts(table) == [(2, ["1", "2", "甲"]), (3, ["3", "4", "乙"]), (4, ["5", "6", ""])]


def test_a_quoted_value_holds_separators_quotes_and_line_breaks() -> None:
    table = (HEADER + '1,2,"甲\n乙, ""丙"""\n3,4,丁\n').encode()
    assert texts(table) == [(3, ["1", "2", '甲\n乙, "丙"']), (4, ["3", "4", "丁"])]


def test_a_comma_within_a_title_is_no_separator() -> None:
    assert texts(b'"a,b,c";number\n1;2\n') == [(2, ["1", "2"])]


def test_rows_without_content_are_passed_over() -> None:
    assert [line for line, _ in texts((HEADER + "\n1,2,甲\n,,\n \n3,4,乙\n\n").encode())] == [3, 6]


def test_columns_that_were_once_in_use_are_no_columns() -> None:
    assert texts(b"a,b,,\n1,2,,\n3,4\n") == [(2, ["1", "2"]), (3, ["3", "4"])]


def test_gb_18030_is_recognised_and_said() -> None:
    content = (HEADER + "1,2,云州市䶮\n").encode("gb18030")
    table = read_table(content, LIMITS)
    assert (table.encoding, table.format) == ("gb18030", Format.CSV)
    assert texts(content) == [(2, ["1", "2", "云州市䶮"])]
    assert read_table((HEADER + "1,2,云\n").encode(), LIMITS).encoding == "utf-8"


def test_a_character_of_private_use_is_the_fault_of_its_row_where_the_encoding_is_sure() -> None:
    content = (HEADER + "1,2,云\ue000\n3,4,州\n").encode()
    assert (read_table(content, LIMITS).encoding, texts(content)[0]) == ("utf-8", (2, ["1", "2", "云\ue000"]))


def test_a_character_of_private_use_is_told_where_the_encoding_is_guessed() -> None:
    assert fault_of((HEADER + "1,2,云州市\n3,4,云\ue000\n").encode("gb18030")) == ("private_use", 3)


@pytest.mark.parametrize("content", [
    (HEADER + "1,2,王明\n").encode("utf-16"),
    (HEADER + "1,2,王明\n").encode("utf-16-be"),
    HEADER.encode() + b"1,2,\xff\xfe\n",
    HEADER.encode() + b"1,2,a\x01b\n",
    HEADER.encode() + b"1,2,a\x00b\n",
])  # fmt: skip
def test_what_is_no_text_is_refused(content: bytes) -> None:
    assert fault_of(content) == ("encoding", 0)


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ('1,2,"甲\n', ("quoting", 2)),
        ('1,2,3\n1,2,"甲"乙\n', ("quoting", 3)),
        ("1" + ",2" * 25 + "\n", ("too_many_columns", 2)),
    ],
)
def test_a_table_is_refused_where_nothing_behind_is_what_it_seems(rows: str, fault: tuple[str, int]) -> None:
    assert fault == fault_of((HEADER + rows).encode())


def test_a_row_of_another_length_is_told_and_stops_no_other() -> None:
    table = (HEADER + "1,2\n1,2,3,4\n1,2,3\n").encode()
    assert faults(table) == [(2, "columns", -1), (3, "columns", -1)]
    assert texts(table)[2] == (4, ["1", "2", "3"])


def test_a_value_has_a_length() -> None:
    assert faults((HEADER + "1,2," + "x" * CHARACTERS + "\n").encode()) == []
    assert faults((HEADER + "1,2," + "x" * (CHARACTERS + 1) + "\n").encode()) == [(2, "length", 2)]


@pytest.mark.parametrize("table", [b"", b"\n\n", b"a,b\n", b"a,a\n1,2\n", b"a,,b\n1,2,3\n", b" ,b\n1,2\n"])
def test_a_header_names_every_column_once_and_rows_follow(table: bytes) -> None:
    assert fault_of(table)[0] in {"empty", "header"}


def test_a_table_has_a_number_of_rows_and_a_size() -> None:
    many = (HEADER + "1,2,3\n" * 1000).encode()
    assert read_table(many, LIMITS).rows == 1000
    assert fault_of(many + b"1,2,3\n") == ("rows", 1002)
    assert fault_of(many, TableLimits(chunk=10, written=500))[0] == "size"


def test_rows_come_in_pieces() -> None:
    table = read_table((HEADER + "1,2,3\n" * 7).encode(), LIMITS)
    assert [len(read_piece(piece)) for piece in table.pieces] == [3, 3, 1]


VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"]), max_size=20)


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=8))
def test_what_a_spreadsheet_writes_is_read_unchanged(rows: list[tuple[str, str, str]]) -> None:
    output = io.StringIO(newline="")
    writer = csv.writer(output, quoting=csv.QUOTE_ALL)
    writer.writerow(["holder_code", "number", "name"])
    writer.writerows([*rows, ("end", "1", "2")])
    read = [tuple(found) for _, found in texts(output.getvalue().encode())]
    assert [one for one in rows if any(value.strip() for value in one)] == read[:-1]


# --- JSON Lines


def test_objects_are_rows_and_their_names_columns() -> None:
    table = read_table('{"number":"1","name":"甲"}\n\n{"name":"乙","number":2,"note":null}\r\n'.encode(), LIMITS)
    assert (table.format, table.columns, table.rows) == (Format.JSON_LINES, ("number", "name", "note"), 2)
    first, second = lines_of(table)
    assert (first.number, second.number) == (1, 3)
    assert first.cells == (Cell(text="1"), Cell(text="甲"), Cell(is_absent=True))
    assert second.cells == (Cell(text="2", is_number=True), Cell(text="乙"), Cell(is_absent=True))


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"number": true}', "boolean"),
        ('{"number": {"a": "b"}}', "nested"),
        ('{"number": NaN}', "nested"),
        ('{"number": "\\ud800"}', "encoding"),
        ('{"number": "1", "number": "2"}', "name_twice"),
        ('{"number": "1"', "json"),
        ("[" * 5000, "json"),
        ('["1"]', "object"),
        ('"1"', "object"),
        ("1", "object"),
    ],
)  # fmt: skip
def test_a_broken_line_is_told_and_stops_no_other(line: str, fault: str) -> None:
    found = lines_of(read_table(('{"number":"1"}\n' + line + '\n{"number":"3"}\n').encode(), LIMITS))
    assert [(one.number, one.fault) for one in found] == [(1, ""), (2, fault), (3, "")]


def test_a_line_that_is_no_utf_8_or_far_too_long_is_told() -> None:
    long = b'{"number":"' + b"1" * (1 << 20) + b'"}'
    table = b'{"number":"1"}\n{"number":"\xff"}\n' + long + b"\n"
    assert [(number, fault) for number, fault, _ in faults(table)] == [(2, "encoding"), (3, "length")]


def test_rows_within_a_row_stay_json() -> None:
    (line,) = lines_of(read_table(b'{"number":"1","items":[{"name":"\\u7532","count":3}]}', LIMITS))
    assert line.cells[1].text == '[{"name": "\\u7532", "count": "3"}]'


@pytest.mark.parametrize("content", [b"{}\n", b"{", b'{"":"1"}', b'{"\\ud800":"1"}', b"{\n{\n"])
def test_objects_without_good_names_are_no_table(content: bytes) -> None:
    assert fault_of(content)[0] in {"header", "empty"}


def test_objects_have_a_number_of_names() -> None:
    line = "{" + ",".join(f'"c{place}":"1"' for place in range(21)) + "}"
    assert fault_of(b'{"a":"1"}\n' + line.encode()) == ("too_many_columns", 2)


@pytest.mark.parametrize("begin", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_the_format_before_2007_is_told(begin: bytes) -> None:
    assert fault_of(begin + b"\0" * 600) == ("old_spreadsheet", 0)


# --- pieces


@pytest.mark.parametrize("piece", [
    b"", b"1", b"{}", b"[1]", b"[[1]]", b'[["1",[]]]', b'[[1,"x"]]', b"[[1,[1]]]", b"[[1,[[1]]]]", b'[[1,[["a","b"]]]]',
    b'[[1,"x","y"]]', b"\xff", b"[" * 3000,
])  # fmt: skip
def test_what_is_no_piece_is_refused(piece: bytes) -> None:
    with pytest.raises(PieceMalformed):
        read_piece(piece)


def test_a_piece_says_what_was_put_into_it() -> None:
    lines = (
        Line(number=2, cells=(Cell(text="甲"), Cell(text="1", is_number=True), Cell(is_absent=True))),
        Line(number=3, fault="columns"),
        Line(number=4, fault="formula", column=2),
    )
    assert read_piece(write_piece(lines)) == lines


def test_no_value_stands_in_a_representation() -> None:
    whole = (Line(number=2, cells=(Cell(text="张三丰"),)), Outcome(line=2, licence="lic_1", number="张三丰"))
    assert "张三丰" not in repr(whole)


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(content: bytes) -> None:
    for one in (content, HEADER.encode() + content, b"{" + content, b"PK\x03\x04" + content):
        try:
            table = read_table(one, LIMITS)
        except TableInvalid:
            continue
        assert table.rows == len(lines_of(table)) > 0
