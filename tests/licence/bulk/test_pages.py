"""Problems and licences of a job, page by page: no page costs what the whole job would."""

import pytest
from sqlalchemy import text

from licence.bulk.errors import ResultsNotReady
from licence.bulk.jobs import BulkJob
from licence.bulk.repository import BulkRepository
from tests.licence.bulk.rig import Rig, row
from trust.protection import DataProtection

BAD = {"holder_code": "91110000000000000X"}
ROWS = [row(str(one), **(BAD if one in (2, 5, 6) else {})) for one in range(1, 9)]
"""Two in a chunk. They stand in the lines 2 to 9: the chunks issue one, two, none and two licences."""


class Counted:
    """A protection that counts what it reveals."""

    def __init__(self, inner: DataProtection) -> None:
        self.inner, self.revealed = inner, 0

    def protect(self, plain: bytes, *, context: str) -> bytes:
        return self.inner.protect(plain, context=context)

    def reveal(self, protected: bytes, *, context: str) -> bytes:
        self.revealed += 1
        return self.inner.reveal(protected, context=context)

    def index(self, value: str, *, kind: str) -> str:
        return self.inner.index(value, kind=kind)


def counting(rig: Rig) -> Counted:
    """Let what the service deciphers be counted."""
    protection = Counted(rig.desk.house.registry.protection)
    rig.service.repository = BulkRepository(protection)
    return protection


def problems(rig: Rig, job: BulkJob, *, after: int = 0, limit: int = 100) -> list[int]:
    """Return the lines of a page of problems."""
    return [one.line for one in rig.service.problems(rig.client, job.id, after=after, limit=limit)]


def issued(rig: Rig, job: BulkJob, *, skip: int = 0, most: int = 100) -> list[int]:
    """Return the lines of a page of licences."""
    found = rig.service.issued(rig.client, job.id, skip=skip, most=most)
    assert all(one.licence for one in found)
    return [one.line for one in found]


@pytest.mark.parametrize("counts", [True, False])
def test_pages_hold_what_they_should_and_cost_no_more(rig: Rig, *, counts: bool) -> None:
    job = rig.validated(ROWS)
    assert (problems(rig, job), issued(rig, job)) == ([3, 6, 7], [])
    rig.service.start(rig.client, job.id)
    rig.worker.work_off()
    if not counts:  # as a job of before
        with rig.desk.house.store.writer.begin() as connection:
            connection.execute(text("UPDATE bulk_chunk SET issued = NULL, refused = NULL, last_line = NULL"))
    protection, good, bad = counting(rig), [2, 4, 5, 8, 9], [3, 6, 7]
    for first in range(7):
        assert issued(rig, job, skip=first, most=2) == good[first : first + 2]
    for line in range(10):
        assert problems(rig, job, after=line, limit=2) == [one for one in bad if one > line][:2]
    assert (problems(rig, job), issued(rig, job)) == (bad, good)
    protection.revealed = 0
    assert issued(rig, job, skip=3, most=1) == [8]
    assert protection.revealed == (1 if counts else 4)
    protection.revealed = 0
    assert problems(rig, job, after=6, limit=100) == [7]
    assert protection.revealed == (1 if counts else 4)


def test_a_job_that_is_not_checked_has_no_pages(rig: Rig) -> None:
    job = rig.upload(ROWS)
    with pytest.raises(ResultsNotReady):
        problems(rig, job)
    with pytest.raises(ResultsNotReady):
        issued(rig, job)
