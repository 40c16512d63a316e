"""Results of bulk jobs as files: words for every code, cells that no spreadsheet runs, archives in a stream."""

import csv
import io
import json
import zipfile

import pytest

from api.bulk_results import TOGETHER, csv_lines, json_lines, zip_of
from licence.bulk.jobs import Outcome
from tests.fakes.blobs import MemoryBlobs

ADDRESS = "https://trust.example.cn"
ISSUED = Outcome(line=2, licence="lic_1", identifier="1.2.156", number="+86")
REFUSED = Outcome(line=3, code="bulk.double_in_table", field="number", details={"line": 2})


def test_a_refusal_has_words_with_its_facts() -> None:
    issued, refused = (
        json.loads(line) for line in "".join(json_lines([ISSUED, REFUSED], address=ADDRESS)).splitlines()
    )
    assert issued["licence"]["file"] == f"{ADDRESS}/v1/licences/lic_1/file"
    assert "第 2 行" in refused["problem"]["detail_zh"]
    assert "line 2" in refused["problem"]["detail_en"]


def test_a_field_is_called_as_its_column_is_headed() -> None:
    outcome = Outcome(line=3, code="licence.data_invalid", field="established_on", details={"rule": "format"})
    (line,) = "".join(json_lines([outcome], address=ADDRESS, headings={"established_on": "成立日期"})).splitlines()
    problem = json.loads(line)["problem"]
    assert problem["field"] == "established_on"
    assert "成立日期，格式不正确" in problem["detail_zh"]
    _, told = csv.reader(csv_lines([outcome], address=ADDRESS, headings={"established_on": "成立日期"}))
    assert "成立日期，格式不正确" in told[8]


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome(line=2, code="gone.with_an_earlier_version"), "gone.with_an_earlier_version"),
        (Outcome(line=2, code="bulk.double_in_table"), "in line …"),
    ],
)
def test_what_an_earlier_version_wrote_is_still_told(outcome: Outcome, said: str) -> None:
    (line,) = "".join(json_lines([outcome], address=ADDRESS)).splitlines()
    assert said in json.loads(line)["problem"]["detail_en"]


def test_cells_are_text() -> None:
    text = "".join(csv_lines([ISSUED, REFUSED], address=ADDRESS))
    heading, first, second = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert len(heading) == len(first) == len(second)
    assert first[3] == "'+86"
    assert second[6:8] == ["number", "bulk.double_in_table"]


def test_many_lines_are_sent_at_a_time() -> None:
    parts = list(json_lines([ISSUED] * (TOGETHER + 1), address=ADDRESS))
    assert [part.count("\n") for part in parts] == [TOGETHER, 1]


def test_an_archive_is_the_same_whenever_it_is_made() -> None:
    blobs = MemoryBlobs()
    files = [(f"{number}.pdf", blobs.put(b"%PDF" + bytes([number]) * 1000)) for number in range(3)]
    first, again = (b"".join(zip_of(files, blobs)) for _ in range(2))
    assert first == again
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert archive.testzip() is None
        assert archive.read("2.pdf") == b"%PDF" + b"\2" * 1000
    assert len(list(zip_of(files, blobs))) == len(files) + 1
