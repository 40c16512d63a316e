"""Reading and checking tables: what is refused, what waits, and who follows a process that died."""

from datetime import timedelta
from typing import Any

import pytest

from api.demo import cast
from identity.subject import SubjectId
from licence.bulk.errors import RowUnreadable
from licence.bulk.lifecycle import JobState
from licence.bulk.orders import given
from licence.bulk.reading import Format, Table
from licence.lifecycle import TypeState
from licence.types.kind import LicenceType
from licence.types.particulars import HolderCategory, TypeParticulars
from seal.errors import SealNotActive
from tests.fakes.faulty import Crash
from tests.licence.bulk.rig import Rig, json_lines, row, told
from trust.workers import WorkerBusy

ITEM = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"name": {"type": "string", "maxLength": 20}},
}
"""A row of a field of rows."""


def test_what_was_read_by_a_guess_waits_for_a_person(rig: Rig) -> None:
    job = rig.validated(cast.table_of([row("1")]).decode().encode("gb18030"), proceeds=True)
    assert (job.state, job.encoding) == (JobState.VALIDATED, "gb18030")


def test_a_table_that_is_none_ends_the_job_with_its_reason(rig: Rig) -> None:
    faults = {
        rig.validated(table).fault: rig.validated(table, request_key=key).facts
        for key, table in (("1", b"a,b\n"), ("2", b"a,b\n1,2\n"), ("3", b'number,holder_code\n"'))
    }
    assert faults == {
        "bulk.table_invalid": {"fault": "quoting", "line": 2},
        "bulk.mapping_invalid": {"fault": "unknown", "column": "a"},
    }
    assert {one.state for one in rig.service.jobs(rig.client, state=None, before=None, limit=9)} == {JobState.REFUSED}


class Busy:
    """Workers that have no time, once."""

    def __init__(self, inner: Any) -> None:  # noqa: ANN401 - workers
        self.inner, self.left = inner, 1

    def run(self, *asked: Any, **told: Any) -> Any:  # noqa: ANN401 - as the port
        if self.left:
            self.left -= 1
            raise WorkerBusy(seconds=1)
        return self.inner.run(*asked, **told)


def test_a_table_waits_for_those_who_read_it(rig: Rig) -> None:
    job = rig.upload([row("1")])
    worker = rig.second()
    object.__setattr__(rig.bulk, "workers", Busy(rig.bulk.workers))
    assert (worker.work_off(), rig.job(job).fault) == (1, "worker.busy")
    rig.desk.house.clock.advance(timedelta(seconds=3))
    worker.work_off()
    assert (rig.job(job).state, rig.job(job).fault) == (JobState.VALIDATED, "")


@pytest.mark.parametrize("point", ["commit:bulk:keep:done", "commit:bulk:read:done", "commit:bulk:check:done"])
def test_a_process_that_dies_while_it_reads_or_checks_is_followed_by_another(rig: Rig, point: str) -> None:
    job = rig.upload([row("1"), row("2"), row("1"), row("4")])
    rig.desk.house.faults.fail(point, Crash())
    with pytest.raises(Crash):
        rig.worker.work_off()
    assert rig.second().work_off() == 0
    rig.desk.house.clock.advance(rig.rules.lease + timedelta(seconds=1))
    rig.second().work_off()
    done = rig.job(job)
    assert (done.state, done.rows, done.good, done.bad) == (JobState.VALIDATED, 4, 3, 1)
    assert told(rig, done) == [(4, "bulk.double_in_table", "number")]


def test_what_is_wrong_with_the_whole_job_is_found_by_the_check_too(rig: Rig) -> None:
    job = rig.upload([row("1")])
    rig.desk.house.seals.suspend(rig.desk.staff.owner, rig.desk.house.seal, reason="印章核查期间停用")
    rig.worker.work_off()
    assert (rig.job(job).state, rig.job(job).fault) == (JobState.REFUSED, SealNotActive.code)


def test_numbers_and_broken_rows_are_told_by_their_column(rig: Rig) -> None:
    good = row("1")
    lines: list[dict[str, Any]] = [
        {**good, "number": 7},
        {**good, "number": "2", "hotline": True},
        {name: value for name, value in good.items() if name != "items"},
        {**good, "number": "4", "hotline": 12315},
    ]
    job = rig.validated(json_lines(lines))
    assert told(rig, job) == [
        (1, "bulk.row_unreadable", "number"),
        (2, "bulk.row_unreadable", "hotline"),
        (3, "licence.data_invalid", "items"),
    ]


def test_a_piece_that_no_worker_of_ours_wrote_ends_the_job(rig: Rig) -> None:
    job = rig.upload([row("1")])
    lying = Table(format=Format.CSV, encoding="utf-8", columns=tuple(row("1")), rows=1, pieces=(b"[1]",))

    class Lying:
        def run(self, *_: object, **__: object) -> Table:
            return lying

    object.__setattr__(rig.bulk, "workers", Lying())
    rig.second().work_off()
    assert (rig.job(job).state, rig.job(job).facts["fault"]) == (JobState.REFUSED, "content")


def test_rows_stand_for_the_rows_of_a_field() -> None:
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"items": {"type": "array", "maxItems": 2, "items": ITEM}},
    }
    kind = LicenceType(
        id="type_1",
        version=1,
        state=TypeState.PUBLISHED,
        last_actor="a",
        issuer=SubjectId("O1"),
        issuing=(),
        template="food_permit",
        effective_from=None,
        particulars=TypeParticulars(
            code=cast.FOOD_TYPE, name="许可证", holders=frozenset({HolderCategory.LEGAL_PERSON}), schema=schema
        ),
    )
    assert given(kind, "items", '[{"name": "甲"}]') == [{"name": "甲"}]
    assert given(kind, "items", "") == []
    assert given(kind, "other", "[") == "["
    with pytest.raises(RowUnreadable):
        given(kind, "items", "[")


def test_a_long_table_is_kept_and_checked_bit_by_bit_by_one_worker_at_a_time(rig: Rig) -> None:
    numbers = [str(number) for number in range(44)]
    job = rig.upload([row(number) for number in (*numbers, "0")])
    other = rig.second()
    assert rig.worker.round() == 1
    assert rig.job(job).state is JobState.CHECKING
    assert rig.worker.round() == 1
    begun = rig.job(job)
    assert 0 < begun.good < begun.rows == 45
    assert other.round() == 0
    rig.worker.work_off()
    done = rig.job(job)
    assert (done.state, done.good, done.bad) == (JobState.VALIDATED, 44, 1)
    assert told(rig, done) == [(46, "bulk.double_in_table", "number")]


def test_a_job_that_is_cancelled_is_read_and_checked_no_more(rig: Rig) -> None:
    first, second = rig.upload([row("1")]), rig.upload([row("2")])
    rig.service.cancel(rig.client, first.id)
    assert rig.worker.work(first) is False
    rig.worker.round()
    checking = rig.job(second)
    rig.service.cancel(rig.client, second.id)
    assert rig.worker.work(checking) is False
    assert rig.worker.work(rig.job(second)) is False
