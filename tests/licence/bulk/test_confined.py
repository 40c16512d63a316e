"""Tables are read in confined processes: every format, with what those have loaded, and within their limits."""

from collections.abc import Iterator

import pytest

from api.worker_wiring import PRELOAD
from licence.bulk.errors import TableInvalid
from licence.bulk.reading import Format, TableLimits, read_table
from tests.licence.bulk.sheets import cell, sheet, xlsx
from trust.worker_pool import WorkerPool
from trust.worker_process import Limits

STYLES = '<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
SHEET = sheet([["编号", "名称"], [cell("46348", style="1"), "甲"]])
LIMITS = TableLimits()


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Return workers with what those of the service have."""
    limits = Limits(cpu_seconds=5, memory=512 << 20, tasks=20)
    made = WorkerPool(processes=1, limits=limits, wall_seconds=60, preload=PRELOAD)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("content", "kind", "encoding"),
    [
        ("编号,名称\n1,甲\n".encode(), Format.CSV, "utf-8"),
        ("编号,名称\n1,甲\n".encode("gb18030"), Format.CSV, "gb18030"),
        ('{"编号":"1","名称":"甲"}\n'.encode(), Format.JSON_LINES, "utf-8"),
        (xlsx(SHEET, members={"xl/styles.xml": STYLES}), Format.XLSX, "utf-8"),
    ],
    ids=["csv", "gb18030", "jsonl", "xlsx"],
)  # fmt: skip
def test_a_table_is_the_same_read_here_and_there(pool: WorkerPool, content: bytes, kind: Format, encoding: str) -> None:
    there = pool.run(read_table, content, LIMITS)
    assert there == read_table(content, LIMITS)
    assert (there.format, there.encoding, there.columns, there.rows) == (kind, encoding, ("编号", "名称"), 1)


def test_what_is_wrong_with_a_table_comes_back(pool: WorkerPool) -> None:
    with pytest.raises(TableInvalid) as refused:
        pool.run(read_table, b'a,b\n1,"2\n', LIMITS)
    assert refused.value.details == {"fault": "quoting", "line": 2}
