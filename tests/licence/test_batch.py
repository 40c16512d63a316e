"""Tables of licences: how they are read, what is refused before anything is issued, and what each row gets."""

import csv
import io
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.demo import cast
from identity.errors import CreditCodeMalformed, DutyMissing
from licence.batch import (
    MAX_OCTETS,
    MAX_ROWS,
    IssueBatch,
    RowResult,
    issue_batch,
    read_day,
    read_table,
)
from licence.errors import DataInvalid, HolderNotRegistered, NumberTaken, TableInvalid, TypeUnknown, ValueDoesNotFit
from licence.lifecycle import LicenceState
from tests.licence.builders import PERSON_TYPE, Desk
from trust.requests import RequestKeyMalformed, RequestKeyReused
from trust.signing import SigningUnavailable
from trust.typefaces import CharacterNotCovered

HEADER = "holder_code,number,name\n"


def row(number: str, **changes: str) -> dict[str, str]:
    """Return the row of a food permit."""
    return {
        "holder_code": cast.ENTERPRISE.code,
        "number": number,
        **cast.food_record(cast.ENTERPRISE),
        **changes,
    }


def batch(table: bytes | list[dict[str, str]], **changes: str) -> IssueBatch:
    """Return the command to issue a table, without the seal that the desk has."""
    octets = table if isinstance(table, bytes) else cast.table_of(table)
    told = {"type": cast.FOOD_TYPE, "seal": "", "request_key": "batch", **changes}
    return IssueBatch(table=octets, **told)


def issue(desk: Desk, table: bytes | list[dict[str, str]], **changes: str) -> tuple[RowResult, ...]:
    command = batch(table, **{"seal": desk.house.seal, **changes})
    return issue_batch(desk.house.licences, desk.staff.client, command)


def rows_of(table: bytes) -> list[tuple[int, dict[str, str]]]:
    return list(read_table(table))


def fault_of(table: bytes) -> object:
    with pytest.raises(TableInvalid) as refused:
        rows_of(table)
    return refused.value.details["fault"]


# --- reading


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_come_with_their_lines(mark: bytes, end: str) -> None:
    table = mark + end.join(["holder_code,number,name", "1,2,甲", '3,4,"乙,丙"', "5,6,"]).encode()
    assert rows_of(table) == [
        (2, {"holder_code": "1", "number": "2", "name": "甲"}),
        (3, {"holder_code": "3", "number": "4", "name": "乙,丙"}),
        (4, {"holder_code": "5", "number": "6", "name": ""}),
    ]


def test_a_value_with_line_breaks_takes_its_lines() -> None:
    table = (HEADER + '1,2,"甲\n乙\n丙"\n3,4,丁\n').encode()
    assert [line for line, _ in rows_of(table)] == [4, 5]


def test_empty_lines_are_passed_over() -> None:
    assert [line for line, _ in rows_of((HEADER + "\n1,2,甲\n\n3,4,乙\n\n").encode())] == [3, 5]


def test_columns_come_in_any_order() -> None:
    assert rows_of("name,number,holder_code\n甲,2,1\n".encode()) == [
        (2, {"name": "甲", "number": "2", "holder_code": "1"})
    ]


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-16", "utf-16-le", "big5"])
def test_another_encoding_is_refused_and_not_guessed(encoding: str) -> None:
    # Guessing wrong would print a wrong name on a licence in force.
    assert fault_of((HEADER + "1,2,王明\n").encode(encoding)) in {"encoding", "header"}


def test_what_spreadsheets_in_china_save_is_told_to_be_in_another_encoding() -> None:
    assert fault_of((HEADER + "1,2,云州市\n").encode("gb18030")) == "encoding"


@pytest.mark.parametrize(
    "table",
    [b"", b"\n", b"holder_code\n1\n", b"number\n1\n", b"holder_code;number\n1;2\n", b"holder_code,number,number\n",
     b"Holder_code,number\n1,2\n", b"1,2\n", b" holder_code,number\n1,2\n"],
)  # fmt: skip
def test_a_header_names_its_columns_once(table: bytes) -> None:
    assert fault_of(table) == "header"


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ("1,2\n", "columns in line 2"),
        ("1,2,3\n1,2,3,4\n", "columns in line 3"),
        ('1,2,"甲\n', "quoting in line 2"),
        ('1,2,3\n1,2,"甲"乙\n', "quoting in line 3"),
    ],
)
def test_a_broken_row_is_told_by_its_line(rows: str, fault: str) -> None:
    assert fault == fault_of((HEADER + rows).encode())


def test_a_table_has_a_size() -> None:
    room = MAX_OCTETS - len(HEADER) - len("1,2,\n")
    row_count = len(rows_of((HEADER + "1,2," + "\n" * (room + 1)).encode()))
    assert row_count == 1
    assert fault_of(b" " * (MAX_OCTETS + 1)) == "size"


def test_a_table_has_a_number_of_rows() -> None:
    assert len(rows_of((HEADER + "1,2,3\n" * MAX_ROWS).encode())) == MAX_ROWS
    assert fault_of((HEADER + "1,2,3\n" * (MAX_ROWS + 1)).encode()) == "rows"


VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=10))
def test_what_a_spreadsheet_writes_is_read_unchanged(rows: list[tuple[str, str, str]]) -> None:
    output = io.StringIO(newline="")
    writer = csv.writer(output, quoting=csv.QUOTE_ALL)
    writer.writerow(["holder_code", "number", "name"])
    writer.writerows(rows)
    read = [tuple(found.values()) for _, found in rows_of(output.getvalue().encode())]
    assert rows == read


@given(st.binary(max_size=300))
def test_any_octets_are_read_or_refused(table: bytes) -> None:
    for content in (table, HEADER.encode() + table):
        try:
            for line, found in read_table(content):
                assert line > 1
                assert {type(value) for value in found.values()} == {str}
        except TableInvalid:
            pass


@pytest.mark.parametrize(("text", "day"), [("", None), ("  ", None), (" 2031-11-21 ", date(2031, 11, 21))])
def test_a_last_day_is_a_day_or_nothing(text: str, day: date | None) -> None:
    assert day == read_day(text)


@pytest.mark.parametrize("text", ["20311121", "2031-W47-5", "2031/11/21", "2031-02-29", "长期", "9999", "2031-1-1"])
def test_another_spelling_of_a_last_day_is_refused(text: str) -> None:
    # `date.fromisoformat` takes more: a day of another calendar must not slip through in one place alone.
    with pytest.raises(DataInvalid) as refused:
        read_day(text)
    assert refused.value.details == {"field": "last_day", "rule": "format"}


# --- issuing


def test_every_good_row_is_issued_and_every_bad_one_told(any_desk: Desk) -> None:
    rows = [
        row("JY1"),
        row("JY2", holder_code="91330199MAC0XH2010"),
        row("JY3", holder_code=cast.organisation_code("91", "MAC0XH999")),
        row("JY1"),
        row("JY5", hotline="1" * 21),
        row("JY\u200b6"),
        row(""),
        row("JY8", items="热食\u202e"),
        row("JY9"),
    ]
    results = issue(any_desk, rows)
    errors = [type(one.error) for one in results]
    assert [one.line for one in results] == list(range(2, 11))
    assert errors == [
        type(None),
        CreditCodeMalformed,
        HolderNotRegistered,
        NumberTaken,
        DataInvalid,
        CharacterNotCovered,
        DataInvalid,
        CharacterNotCovered,
        type(None),
    ]
    assert [one.field for one in results] == [
        "", "holder_code", "holder_code", "number", "hotline", "number", "number", "items", "",
    ]  # fmt: skip
    issued = [one.licence for one in results if one.licence is not None]
    assert [one.number for one in issued] == ["JY1", "JY9"]
    assert {one.state for one in issued} == {LicenceState.IN_FORCE}
    assert {one.licence is None for one in results if one.error is not None} == {True}


def test_a_batch_sent_again_has_no_second_effect(any_desk: Desk) -> None:
    rows = [row("JY1"), row("JY2", hotline=""), row("JY3")]
    first = issue(any_desk, rows)
    second = issue(any_desk, rows)
    assert any_desk.prepared() == 2
    assert [one.licence for one in first] == [one.licence for one in second]


def test_a_batch_is_mended_and_sent_again_under_its_key(desk: Desk) -> None:
    issue(desk, [row("JY1"), row("JY2", hotline="")])
    results = issue(desk, [row("JY1"), row("JY2")])
    assert [one.licence is not None for one in results] == [True, True]
    assert desk.prepared() == 2


def test_a_row_that_was_issued_is_not_another_one_under_the_same_key(desk: Desk) -> None:
    issue(desk, [row("JY1")])
    (result,) = issue(desk, [row("JY1", hotline="12345")])
    assert isinstance(result.error, RequestKeyReused)
    assert desk.prepared() == 1


def test_rows_of_two_batches_do_not_share_keys(desk: Desk) -> None:
    issue(desk, [row("JY1")], request_key="a")
    (result,) = issue(desk, [row("JY2")], request_key="b")
    assert result.error is None
    # Nor with a single request, whatever its key.
    single = desk.command(request_key="a.2")
    assert desk.house.licences.issue(desk.staff.client, single).state is LicenceState.IN_FORCE


@pytest.mark.parametrize("key", ["", "a b", "é", "k" * 129])
def test_a_batch_has_a_key_of_the_right_form_before_anything_is_issued(desk: Desk, key: str) -> None:
    before = desk.head()
    with pytest.raises(RequestKeyMalformed):
        issue(desk, [row("JY1")], request_key=key)
    assert before == desk.head()


def test_the_longest_key_leaves_room_for_every_line(desk: Desk) -> None:
    table = HEADER.encode() + b"\n" * 120 + b"1,2,3\n"
    (result,) = issue(desk, table, request_key="k" * 128)
    assert result.line == 122
    assert isinstance(result.error, DataInvalid)


def test_a_broken_table_issues_nothing(desk: Desk) -> None:
    before = desk.head()
    for tail in (b"1,2\n", b'1,2,"\n', b"\xff"):
        with pytest.raises(TableInvalid):
            issue(desk, cast.table_of([row("JY1")]) + tail)
    assert before == desk.head()


def test_a_row_that_fails_for_a_moment_is_told_and_stops_no_other(desk: Desk) -> None:
    desk.house.faults.fail("sign:seal_owner", SigningUnavailable())
    rows = [row("JY1"), row("JY2")]
    first, second = issue(desk, rows)
    assert (type(first.error), first.field, second.error) == (SigningUnavailable, "", None)
    assert [one.error for one in issue(desk, rows)] == [None, None]


def test_whoever_may_not_issue_gets_no_row(desk: Desk) -> None:
    before = desk.head()
    for stranger in desk.strangers().values():
        results = issue_batch(desk.house.licences, stranger, batch([row("JY1")], seal=desk.house.seal))
        assert [type(one.error) for one in results] == [DutyMissing]
    assert before == desk.head()


def test_a_type_that_is_not_there_is_told_in_each_row(desk: Desk) -> None:
    assert [type(one.error) for one in issue(desk, [row("1"), row("2")], type="x")] == [TypeUnknown] * 2


@pytest.mark.parametrize("formula", ["=1+1", "+86 12315", "-1", "@SUM(A1:A9)", "=HYPERLINK(1)", "|calc"])
def test_what_a_spreadsheet_takes_for_a_formula_is_text_here(desk: Desk, formula: str) -> None:
    (result,) = issue(desk, [row(formula, hotline=formula)])
    assert result.licence is not None
    assert (result.licence.number, result.licence.data["hotline"]) == (formula, formula)


def test_spaces_around_values_are_taken_away(desk: Desk) -> None:
    rows = [{name: f" {value}\u3000" for name, value in row("JY1").items()}]
    (result,) = issue(desk, rows)
    assert result.licence is not None
    assert (result.licence.number, result.licence.data) == ("JY1", cast.food_record(cast.ENTERPRISE))


def test_a_row_says_its_last_day_or_the_type_does(desk: Desk) -> None:
    rows = [row("JY1", last_day="2031-11-21"), row("JY2", last_day=""), row("JY3", last_day="2026-11-21"),
            row("JY4", last_day="20311121")]  # fmt: skip
    results = issue(desk, rows)
    issued = [one.licence.last_day for one in results if one.licence is not None]
    assert issued == [date(2031, 11, 21), None]
    assert [one.field for one in results] == ["", "", "last_day", "last_day"]


def test_a_table_of_persons_names_the_column_of_their_numbers(desk: Desk) -> None:
    rows = [row("1", holder_code=cast.person_number(301)), row("2", holder_code="11010519491231002Y")]
    first, second = issue(desk, rows, type=PERSON_TYPE)
    assert (first.error, second.field) == (None, "holder_code")


def test_an_error_names_its_column_where_it_has_one() -> None:
    told: Mapping[str, RowResult] = {
        "items": RowResult(line=2, error=ValueDoesNotFit(field="items")),
        "": RowResult(line=2, error=SigningUnavailable()),
    }
    assert {name: one.field for name, one in told.items()} == {name: name for name in told}
