"""What rules and faults are called: every one that the documents name, in both languages, where it is told."""

import re
from pathlib import Path

import pytest

from api.fault_words import FAULTS, MAPPINGS, ROWS, TABLES, spoken
from api.telling import said, words_of
from licence.bulk.errors import MappingInvalid, RowUnreadable, TableInvalid
from licence.errors import DataInvalid
from trust.errors import TrustError

DOCUMENT = (Path(__file__).parents[2] / "docs" / "bulk.md").read_text(encoding="utf-8")


def documented(what: str) -> set[str]:
    """Return the faults of rows, or of tables, that the document names."""
    table = DOCUMENT.split(f"| `fault` of a {what} |")[1].split("\n\n")[0]
    return {name for line in table.splitlines()[2:] for name in re.findall(r"`([a-z_]+)`", line.split("|")[1])}


def test_what_the_document_names_has_words() -> None:
    assert documented("row") <= set(ROWS)
    assert documented("table") <= set(TABLES)


@pytest.mark.parametrize("words", [words for _, words in FAULTS.values()])
def test_words_are_in_two_languages(words: dict[str, tuple[str, str]]) -> None:
    for chinese, english in words.values():
        assert re.search("[\u4e00-\u9fff]", chinese)
        assert english.isascii()


@pytest.mark.parametrize(
    ("error", "chinese", "english"),
    [
        (
            DataInvalid(field="established_on", rule="format"),
            "established_on，格式不正确",
            "established_on, not in its",
        ),
        (DataInvalid(field="", rule="encoding"), "整条数据，含有", "the whole of it, holds"),
        (DataInvalid(field="a", rule="of-tomorrow"), "a，of-tomorrow。", "a, of-tomorrow."),
        (RowUnreadable(field="number", fault="number"), "number，以数字保存", "number, kept as a number"),
        (RowUnreadable(field="", fault="json"), "整条数据，不是正确的 JSON", "the whole of it, no JSON"),
        (TableInvalid(fault="merged_cells", line=0), "整个文件，有合并的单元格", "the file, merged cells"),
        (TableInvalid(fault="quoting", line=7), "第 7 行，引号没有成对", "line 7, a quote that does not close"),
        (MappingInvalid(fault="missing", column="address"), "address，缺少", "address, no column"),
    ],
)
def test_a_fault_is_told_in_words(error: TrustError, chinese: str, english: str) -> None:
    told = words_of(error)
    assert chinese in told[0]
    assert english in told[1]


def test_what_has_no_faults_is_told_as_it_is() -> None:
    details = {"field": "", "line": 0, "fault": "xml"}
    assert spoken("bulk.double_in_table", details) == (details, details)
    assert "第 2 行" in said("bulk.double_in_table", {"line": 2, "field": "number"})[0]


def test_programs_read_the_same_as_ever() -> None:
    details = {"fault": "twice", "column": "a"}
    spoken("bulk.mapping_invalid", details)
    assert details == {"fault": "twice", "column": "a"}
    assert set(MAPPINGS) == {"missing", "twice", "unknown"}
