"""Scans from which no licence was made: forgotten after a while, and never one that a licence waits for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest

from licence import scan_repository
from licence.errors import ScanUnknown
from licence.lifecycle import LicenceState
from licence.paper import PaperOriginal
from tests.licence.builders import Desk
from tests.licence.life.strict import order, reviews
from tests.licence.life.test_scanning import put, scans
from trust.blobs import BlobMissing
from trust.events import AuditEvent
from trust.store import LostRace

DAY = date(2019, 3, 18)
MONTH = timedelta(days=30)
A_DAY = timedelta(days=1)
A_SECOND = timedelta(seconds=1)


def later(desk: Desk, time: timedelta) -> None:
    """Let some time pass."""
    desk.at(desk.house.clock.now() + time)


def test_what_no_licence_was_made_from_is_forgotten(any_desk: Desk) -> None:
    desk, key = any_desk, uuid4().hex
    scans(desk).tidy(-A_SECOND)
    used, unused = put(desk, uuid4().hex), put(desk, key)
    licence = desk.issue(paper=PaperOriginal(scan=used.id, issued_on=DAY))
    later(desk, MONTH)
    assert scans(desk).tidy(MONTH) == 0
    later(desk, A_SECOND)
    assert (scans(desk).tidy(MONTH), scans(desk).tidy(MONTH)) == (1, 0)
    with pytest.raises(BlobMissing):
        desk.house.blobs.get(unused.blob)
    with pytest.raises(ScanUnknown):
        put(desk, key)  # under the same key: it is not said to be there
    with pytest.raises(ScanUnknown):
        desk.issue(paper=PaperOriginal(scan=unused.id, issued_on=DAY))
    assert scans(desk).read(desk.officer, licence.id)[0].id == used.id
    assert desk.tags(unused.id) == [
        "licence_scan:put:done",
        "licence_scan:forget:done",
        "licence_scan:remove:done",
    ]


def test_a_licence_that_is_being_made_keeps_its_scan(desk: Desk) -> None:
    paper = PaperOriginal(scan=put(desk).id, issued_on=DAY)
    later(desk, MONTH + A_SECOND)
    forgotten: list[int] = []
    desk.house.faults.meanwhile("sign:seal_owner", lambda: forgotten.append(scans(desk).tidy(MONTH)))
    assert desk.issue(paper=paper).state is LicenceState.IN_FORCE
    assert forgotten == [0]


def test_a_licence_that_waits_for_a_reviewer_keeps_its_scan(strict: Desk) -> None:
    desk = strict
    paper = PaperOriginal(scan=put(desk).id, issued_on=DAY)
    later(desk, MONTH - A_DAY)
    request = reviews(desk).ask_issue(desk.staff.client, order(desk, paper=paper), reason="存量证照电子化")
    later(desk, 2 * A_DAY)
    assert scans(desk).tidy(MONTH) == 0
    agreed = reviews(desk).approve(desk.staff.licence_reviewer, request.id, digest=request.digest)
    with desk.house.store.reading() as view:
        found = scan_repository.get(view, paper.scan)
    assert found is not None
    assert found.licence == agreed.result


def test_who_asks_for_a_licence_too_late_loses_the_race(postgres_desk: Desk) -> None:
    desk, scan = postgres_desk, put(postgres_desk, uuid4().hex)
    scans(desk).tidy(MONTH)
    later(desk, MONTH + A_SECOND)

    def ask_too_late(pool: ThreadPoolExecutor) -> None:
        with desk.house.store.transaction() as tx:
            scan_repository.hold(tx, scan.id)
            assert pool.submit(scans(desk).tidy, MONTH).result(10) == 1
            tx.record(AuditEvent(tag="test:hold:done", actor="test", subject=scan.id))

    with ThreadPoolExecutor(1) as pool, pytest.raises(LostRace):
        ask_too_late(pool)


def test_a_scan_that_is_made_use_of_meanwhile_is_not_marked(desk: Desk) -> None:
    scan = put(desk)
    desk.issue(paper=PaperOriginal(scan=scan.id, issued_on=DAY))
    with desk.house.store.transaction() as tx:
        assert not scan_repository.UnusedScans().mark(tx, scan.id, before=tx.now + A_DAY)
        assert not scan_repository.UnusedScans().delete(tx, scan.id)
        tx.record(AuditEvent(tag="test:mark:done", actor="test", subject=scan.id))


def test_a_scan_that_is_not_there_is_not_held(desk: Desk) -> None:
    with desk.house.store.transaction() as tx:
        scan_repository.hold(tx, "scan_1")
        tx.record(AuditEvent(tag="test:hold:done", actor="test", subject="scan_1"))
