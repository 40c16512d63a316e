"""Reading and checking tables: what is refused, what waits, and who follows a process that died."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.demo import cast
from identity.subject import SubjectId
from licence.bulk.errors import RowUnreadable
from licence.bulk.jobs import Selection
from licence.bulk.lifecycle import JobState
from licence.bulk.orders import given
from licence.bulk.reading import Format, Table
from licence.bulk.service import Reissue
from licence.lifecycle import TypeState
from licence.types.kind import LicenceType
from licence.types.particulars import HolderCategory, TypeParticulars
from seal.errors import SealNotActive
from tests.fakes.faulty import Crash
from tests.licence.bulk.rig import Rig, json_lines, row, told
from trust.protection import ProtectionUnavailable
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


def test_a_first_row_that_was_taken_for_the_header_stands_nowhere_in_plain(rig: Rig) -> None:
    job = rig.validated("张三丰,330102199003070337\n李四光,110101199003077774\n".encode())
    assert job.facts == {"fault": "unknown", "column": "张三丰"}
    folder = Path(rig.desk.house.settings.data_dir)
    octets = b"".join(one.read_bytes() for one in folder.rglob("trust.db*"))
    assert not [one for one in ("张三丰".encode(), json.dumps("张三丰")[1:-1].encode()) if one in octets]


def test_facts_of_before_are_told_as_they_are(rig: Rig) -> None:
    assert rig.repository.facts_of("bulk_1", {"fault": "missing"}) == {"fault": "missing"}


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


class Mistaken:
    """Something that makes a mistake whenever it is asked, or finds that something does not answer."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def run(self, *_: Any, **__: Any) -> Any:  # noqa: ANN401 - as workers do
        raise self.error

    from_table = run


@pytest.mark.parametrize("part", ["workers", "orders"])
def test_a_mistake_of_ours_ends_its_job_and_keeps_no_other_waiting(rig: Rig, part: str) -> None:
    before = rig.bulk.orders if part == "orders" else rig.bulk.workers
    broken = rig.upload([row("1")])
    if part == "orders":
        assert rig.worker.round() == 1
    object.__setattr__(rig.bulk, part, Mistaken(OverflowError("beyond the calendar")))
    rig.desk.issue()
    command = Reissue(
        type=cast.FOOD_TYPE,
        seal=rig.desk.house.seal,
        proceeds=False,
        selection=Selection(),
        reason="证照样式更新，统一换发",
        request_key="reissue",
    )
    other = rig.service.reissue(rig.client, command)
    with pytest.raises(OverflowError):
        rig.worker.round()
    ended = rig.job(broken)
    assert (ended.state, ended.fault) == (JobState.REFUSED, "bulk.work_interrupted")
    assert rig.job(other).state is JobState.CHECKING
    object.__setattr__(rig.bulk, part, before)
    rig.worker.work_off()
    assert (rig.job(other).state, rig.job(other).good) == (JobState.VALIDATED, 1)


def test_what_does_not_answer_makes_no_row_a_bad_one(rig: Rig) -> None:
    orders, job = rig.bulk.orders, rig.upload([row("1")])
    assert rig.worker.round() == 1
    object.__setattr__(rig.bulk, "orders", Mistaken(ProtectionUnavailable()))
    assert rig.worker.round() == 0
    held = rig.job(job)
    assert (held.state, held.fault, held.bad) == (JobState.CHECKING, ProtectionUnavailable.code, 0)
    object.__setattr__(rig.bulk, "orders", orders)
    rig.worker.work_off()
    done = rig.job(job)
    assert (done.state, done.fault, done.good, done.bad) == (JobState.VALIDATED, "", 1, 0)


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
    for broken in ("[", '[{"name": "甲", "name": "乙"}]'):
        with pytest.raises(RowUnreadable):
            given(kind, "items", broken)


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


def test_a_name_that_is_not_the_registered_one_is_told_with_its_row(any_rig: Rig) -> None:
    name = cast.ENTERPRISE.name
    spread = "　".join(name)
    rows = [row(str(number), holder_name=one) for number, one in enumerate((name, spread, "", "别的公司"))]
    job = any_rig.validated(rows)
    assert (job.good, job.bad) == (3, 1)
    assert told(any_rig, job) == [(5, "licence.holder_name_differs", "holder_name")]
    assert name not in repr(any_rig.outcomes(job))
