"""What of licences and types waits: for those whom it concerns, counted as a whole; and how many were issued."""

from datetime import timedelta

from licence.bulk.lifecycle import JobState
from licence.bulk.tables import BulkJobRow
from licence.lifecycle import TypeState
from licence.sharing.tables import SharingGrantRow
from licence.tables import LicenceRequestRow, LicenceRow
from licence.types.tables import LicenceTypeRow, LicenceTypeVersionRow
from licence.waiting_repository import (
    count_issued,
    decided_requests,
    grants,
    jobs,
    late_time_stamps,
    requests,
    type_versions,
)
from tests.fakes.clock import NOW
from tests.plain_rows import put_rows
from trust.events import AuditEvent
from trust.identifiers import first_id
from trust.store import Store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_requests_wait_for_the_reviewers_of_the_authority(store: Store) -> None:
    asked = {"issuer": "O1", "state": "requested", "requester": "P1", "event": "suspend", "type": "type_1"}
    put_rows(
        store,
        LicenceRequestRow,
        {**asked, "id": "lreq_1", "expires_at": NOW + 2 * DAY},
        {**asked, "id": "lreq_2", "expires_at": NOW + DAY},
        {**asked, "id": "lreq_3", "expires_at": NOW - DAY},
        {**asked, "id": "lreq_4", "expires_at": NOW + DAY, "requester": "P9"},
        {**asked, "id": "lreq_5", "expires_at": NOW + DAY, "issuer": "O2"},
        {**asked, "id": "lreq_6", "expires_at": NOW + DAY, "state": "done", "decided_by": "P2", "decided_at": NOW},
        {**asked, "id": "lreq_7", "expires_at": NOW + DAY, "state": "withdrawn", "decided_at": NOW},
    )
    with store.reading() as view:
        queue = requests(view, {"O1"}, but_by="P9", limit=1)
        assert ([one.id for one in queue.things], queue.total) == (["lreq_2"], 2)
        assert (queue.things[0].state, queue.things[0].within) == ("suspend", "type_1")
        assert [one.id for one in decided_requests(view, {"O1"}, "P1", since=NOW - HOUR, limit=9)] == ["lreq_6"]
        assert decided_requests(view, {"O1"}, "P1", since=NOW + HOUR, limit=9) == ()
        assert decided_requests(view, {"O1"}, "P2", since=NOW - HOUR, limit=9) == ()
        assert decided_requests(view, {"O2"}, "P1", since=NOW - HOUR, limit=9) == ()


def test_versions_of_types_wait_for_another_person(store: Store) -> None:
    kind, silent = f"{first_id('type', at=NOW - 3 * DAY)}{0:016d}", f"{first_id('type', at=NOW - 2 * DAY)}{0:016d}"
    put_rows(
        store,
        LicenceTypeRow,
        {"id": kind, "code": "X1", "issuer": "O1"},
        {"id": silent, "code": "X2", "issuer": "O1"},
        {"id": "type_other", "code": "X3", "issuer": "O2"},
    )
    draft = {"state": "draft", "last_actor": "P1", "issuing": [], "data_schema": {}, "particulars": {"name": "许可证"}}
    put_rows(
        store,
        LicenceTypeVersionRow,
        {**draft, "id": "1", "type": kind, "number": 1, "state": "published"},
        {**draft, "id": "2", "type": kind, "number": 2},
        {**draft, "id": "3", "type": silent, "number": 1, "particulars": {}},
        {**draft, "id": "4", "type": "type_other", "number": 1},
    )
    with store.transaction() as tx:
        tx.record(AuditEvent(tag="licence_type:draft:done", actor="P1", subject=kind))
    with store.reading() as view:
        queue = type_versions(view, {"O1"}, TypeState.DRAFT, but_by="P2", limit=9)
        assert [(one.id, one.name, one.within, one.since) for one in queue.things] == [
            (kind, "许可证", "2", NOW),
            (silent, "X2", "1", NOW.replace(microsecond=NOW.microsecond // 1000 * 1000) - 2 * DAY),
        ]
        assert type_versions(view, {"O1"}, TypeState.DRAFT, but_by="P1", limit=9).total == 0
        assert type_versions(view, {"O1"}, TypeState.REVIEWED, but_by="P2", limit=9).total == 0


def test_grants_wait_for_a_reviewer_who_did_not_propose_them(store: Store) -> None:
    grant = {"state": "proposed", "issuer": "O1", "proposed_by": "P1", "matter": "补贴", "client": "client_1"}
    put_rows(
        store,
        SharingGrantRow,
        {**grant, "id": "share_1"},
        {**grant, "id": "share_2", "state": "in_force"},
        {**grant, "id": "share_3", "issuer": "O2"},
        {**grant, "id": "share_4", "proposed_by": "P9"},
    )
    with store.reading() as view:
        queue = grants(view, {"O1"}, but_by="P9", limit=9)
        assert ([(one.id, one.name, one.within) for one in queue.things], queue.total) == (
            [("share_1", "补贴", "client_1")],
            1,
        )


def test_jobs_wait_for_officers_and_for_reviewers_who_did_not_ask_for_them(store: Store) -> None:
    job = {"state": "validated", "issuer": "O1", "requested_by": "P1"}
    put_rows(
        store,
        BulkJobRow,
        {**job, "id": "bulk_1"},
        {**job, "id": "bulk_2", "requested_by": "P9"},
        {**job, "id": "bulk_3", "issuer": "O2"},
        {**job, "id": "bulk_4", "state": "running"},
    )

    def names(*, officers_of: set[str], reviewers_of: set[str]) -> list[str]:
        with store.reading() as view:
            found = jobs(view, JobState.VALIDATED, officers_of=officers_of, reviewers_of=reviewers_of, by="P9", limit=9)
        assert found.total == len(found.things)
        return [one.id for one in found.things]

    assert names(officers_of={"O1"}, reviewers_of=set()) == ["bulk_1", "bulk_2"]
    assert names(officers_of=set(), reviewers_of={"O1"}) == ["bulk_1"]
    assert names(officers_of={"O2"}, reviewers_of={"O1"}) == ["bulk_1", "bulk_3"]


def test_late_time_stamps_and_issued_licences_are_counted(store: Store) -> None:
    def licence(number: int, state: str, issuer: str, **changes: object) -> dict[str, object]:
        name = f"{first_id('lic', at=NOW - number * HOUR)}{number:016d}"
        told = {"id": name, "identifier": name, "digest": name, "status_index": number, "type": "type_1"}
        return {**told, "state": state, "issuer": issuer, "prepared_at": NOW - number * HOUR, **changes}

    put_rows(
        store,
        LicenceRow,
        licence(1, "in_force", "O1", time_stamp_due=NOW, level="B-B"),
        licence(2, "revoked", "O1"),
        licence(3, "void", "O1"),
        licence(4, "prepared", "O1"),
        licence(5, "in_force", "O2", time_stamp_due=NOW, level="B-B"),
        licence(6, "in_force", "O3", time_stamp_due=NOW - DAY, level="B-LTA"),
        licence(7, "in_force", "O3", time_stamp_due=NOW + HOUR, level="B-LTA"),
        licence(8, "revoked", "O3", time_stamp_due=NOW - DAY, level="B-LTA"),
        licence(9, "in_force", "O3", time_stamp_due=None, level="B-T"),
    )
    with store.reading() as view:
        assert count_issued(view, {"O1"}, since=NOW - DAY, until=NOW) == 2
        assert count_issued(view, {"O1"}, since=NOW - DAY, until=NOW - HOUR) == 1
        assert count_issued(view, {"O1", "O2"}, since=NOW - DAY, until=NOW) == 3
        everybody = late_time_stamps(view, None)
        assert (everybody.total, [one.since for one in everybody.things]) == (3, [NOW - DAY])
        own = late_time_stamps(view, {"O1"})
        assert (own.total, [one.since for one in own.things]) == (1, [NOW - HOUR])
        assert late_time_stamps(view, {"O2"}).total == 1
        overdue = late_time_stamps(view, {"O3"})
        assert (overdue.total, [one.since for one in overdue.things]) == (1, [NOW - DAY])
        assert late_time_stamps(view, {"O4"}).total == 0
