"""The ledger as a file: what a spreadsheet and a program read in it, and what neither may run."""

import csv
import io
import json
from dataclasses import fields, replace

import pytest

from seal.ledger.entries import Operation, Stamping, StampingState
from seal.ledger.export import COLUMNS, as_json, csv_lines, json_lines
from tests.fakes.clock import NOW
from trust.blobs import BlobId

LINE = Stamping(
    id="stamp_1",
    seal="seal_1",
    authorisation="auth_1",
    actor="client_1",
    at=NOW,
    purpose="合同签订",
    document_kind='采购"合同", 一式两份',
    operation=Operation.DIGEST,
    document_hash="00" * 32,
    approval="approval_1",
    batch="batch_1",
    reference="浙市监〔2026〕17号",
    property_info="urn:file",
    state=StampingState.DONE,
    ended_at=NOW,
    result=BlobId("11" * 32),
    signature=b"signature",
)
HELD_BACK = {"parent", "signed_at", "signature", "time_stamp", "evidence", "acting"}
"""What no owner asks for in a list."""


def read(*lines: Stamping) -> list[dict[str, str]]:
    """Return what a spreadsheet reads."""
    whole = "".join(csv_lines(lines)).encode().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(whole, newline=""), strict=True))


def test_a_spreadsheet_reads_every_column() -> None:
    (row,) = read(LINE)
    assert list(row) == list(COLUMNS)
    assert list(row.values()) == [
        "stamp_1",
        "2026-11-22 12:05:06",
        "seal_1",
        "client_1",
        "auth_1",
        "合同签订",
        '采购"合同", 一式两份',
        "digest",
        "00" * 32,
        "approval_1",
        "batch_1",
        "浙市监〔2026〕17号",
        "urn:file",
        "done",
        "11" * 32,
    ]


def test_it_begins_with_the_mark_and_its_lines_end_as_they_should() -> None:
    whole = "".join(csv_lines([LINE])).encode()
    assert whole.startswith(b'\xef\xbb\xbf"')
    assert whole.count(b"\r\n") == whole.count(b"\n") == 2


def test_without_lines_there_is_the_heading() -> None:
    assert read() == []
    assert len(list(csv_lines([]))) == 1


@pytest.mark.parametrize(
    "first",
    [*"=+-@\t\r\n", *"＝＋－＠", " =", "\u3000=", "\ufeff +", "\u00a0＝"],  # noqa: RUF001 - wide ones
)
def test_no_cell_is_taken_for_a_formula(first: str) -> None:
    (row,) = read(replace(LINE, purpose=f"{first}HYPERLINK(1)", reference=f"{first}1", document_kind=f"a{first}b"))
    told = list(row.values())
    assert (told[5], told[11], told[6]) == (f"'{first}HYPERLINK(1)", f"'{first}1", f"a{first}b")


def test_a_program_reads_an_object_for_each_line() -> None:
    bare = replace(LINE, approval=None, batch=None, ended_at=None, result=None, reference="两\n行")
    whole = "".join(json_lines([LINE, bare]))
    first, second = (json.loads(line) for line in whole.splitlines())
    assert first == as_json(LINE)
    assert (first["at"], first["ended_at"]) == ("2026-11-22T04:05:06.123456+00:00",) * 2
    assert (second["approval"], second["ended_at"], second["reference"]) == (None, None, "两\n行")
    assert set(first) == {one.name for one in fields(Stamping)} - HELD_BACK
