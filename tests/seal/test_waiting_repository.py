"""What of seals waits, changes and ends: for those whom it concerns, counted as a whole, the most urgent first."""

from datetime import timedelta

import pytest

from seal.ledger.approval_repository import ApprovalState
from seal.lifecycle import SealState
from seal.tables import ApprovalRow, SealEventRow, SealRow, StampingRow
from seal.waiting_repository import approvals, count_stampings, decided_approvals, ending, moved
from tests.fakes.clock import NOW
from tests.plain_rows import put_rows
from trust.identifiers import first_id
from trust.store import Store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def seals(store: Store) -> Store:
    """Put three seals of two owners."""
    active = {"state": SealState.ACTIVE.value, "kind": "business"}
    put_rows(
        store,
        SealRow,
        {"id": "seal_1", "owner": "O1", "name": "甲", "valid_until": NOW + 30 * DAY, **active},
        {"id": "seal_2", "owner": "O2", "name": "乙", "valid_until": NOW + 10 * DAY, **active},
        {"id": "seal_3", "owner": "O1", "name": "丙", "valid_until": NOW - DAY, **active},
        {**active, "id": "seal_4", "owner": "O1", "name": "丁", "valid_until": NOW, "state": "cancelled"},
    )
    return store


def test_requests_wait_for_the_owners_of_the_seals_while_they_can_be_decided(seals: Store) -> None:
    asked = {"state": ApprovalState.REQUESTED.value, "requester": "P1", "seal": "seal_1", "requested_at": NOW - HOUR}
    put_rows(
        seals,
        ApprovalRow,
        {**asked, "id": "approval_1", "expires_at": NOW + 2 * DAY},
        {**asked, "id": "approval_2", "expires_at": NOW + DAY},
        {**asked, "id": "approval_3", "expires_at": NOW - HOUR},
        {**asked, "id": "approval_4", "expires_at": NOW + DAY, "state": ApprovalState.APPROVED.value},
        {**asked, "id": "approval_5", "expires_at": NOW + DAY, "seal": "seal_2"},
        {**asked, "id": "approval_6", "expires_at": NOW + DAY, "requester": "P9"},
    )
    with seals.reading() as view:
        queue = approvals(view, {"O1"}, but_by="P9", limit=10)
        assert [one.id for one in queue.things] == ["approval_2", "approval_1"]
        assert queue.total == 2
        (first,) = approvals(view, {"O1"}, but_by="P9", limit=1).things
        assert (first.name, first.within, first.by, first.since) == ("甲", "seal_1", "P1", NOW - HOUR)
        assert approvals(view, {"O1"}, but_by="P9", limit=1).total == 2
        assert approvals(view, (), but_by="P9", limit=1).total == 0


def test_whoever_asked_is_told_of_decisions_by_others(seals: Store) -> None:
    decided = {"state": "approved", "requester": "P1", "seal": "seal_1", "decided_by": "P2", "decided_at": NOW}
    put_rows(
        seals,
        ApprovalRow,
        {**decided, "id": "approval_1"},
        {**decided, "id": "approval_2", "decided_at": NOW - DAY},
        {**decided, "id": "approval_3", "requester": "P3"},
        {**decided, "id": "approval_4", "decided_by": "P1", "state": "withdrawn"},
        {**decided, "id": "approval_5", "decided_by": None, "decided_at": None},
    )
    with seals.reading() as view:
        assert [one.id for one in decided_approvals(view, "P1", since=NOW - HOUR, limit=9)] == ["approval_1"]
        assert len(decided_approvals(view, "P1", since=NOW - 2 * DAY, limit=9)) == 2
        assert len(decided_approvals(view, "P1", since=NOW - 2 * DAY, limit=1)) == 1


def test_seals_in_use_that_end_soon_are_told_to_their_owners_or_to_whoever_serves_all(seals: Store) -> None:
    with seals.reading() as view:
        own = ending(view, {"O1"}, before=NOW + 60 * DAY, limit=9)
        assert [(one.id, one.deadline) for one in own.things] == [("seal_3", NOW - DAY), ("seal_1", NOW + 30 * DAY)]
        everybody = ending(view, None, before=NOW + 20 * DAY, limit=1)
        assert ([one.id for one in everybody.things], everybody.total) == (["seal_3"], 2)


def test_steps_of_others_are_told_the_newest_first(seals: Store) -> None:
    step = {"seal": "seal_1", "event": "apply", "actor": "P2", "reason": "", "state": "applied"}
    put_rows(
        seals,
        SealEventRow,
        {**step, "id": "1", "sequence": 1, "at": NOW - DAY},
        {**step, "id": "2", "sequence": 2, "at": NOW, "state": "approved"},
        {**step, "id": "3", "sequence": 3, "at": NOW, "state": "made"},
        {**step, "id": "4", "sequence": 4, "at": NOW, "actor": "P1"},
        {**step, "id": "5", "sequence": 1, "at": NOW, "seal": "seal_2"},
    )
    with seals.reading() as view:
        found = moved(view, {"O1"}, since=NOW - HOUR, but_by="P1", limit=9)
        assert [(one.id, one.state, one.name) for one in found] == [
            ("seal_1", "made", "甲"),
            ("seal_1", "approved", "甲"),
        ]
        assert len(moved(view, {"O1", "O2"}, since=NOW - 2 * DAY, but_by="P1", limit=9)) == 4


def test_uses_are_counted_by_moment_and_owner(seals: Store) -> None:
    def used(number: int, **changes: object) -> dict[str, object]:
        at = NOW - timedelta(minutes=number)
        name = f"{first_id('stamp', at=at)}{number:016d}"
        return {"id": name, "seal": "seal_1", "state": "done", "at": at, "batch": None, **changes}

    put_rows(seals, StampingRow, used(1), used(70), used(2, seal="seal_2"), used(3, state="void"))
    with seals.reading() as view:
        later = NOW + timedelta(milliseconds=1)
        for owners, expected in ((None, 2), (frozenset({"O1"}), 1), (frozenset({"O2"}), 1), (frozenset({"O3"}), 0)):
            assert count_stampings(view, owners, since=NOW - HOUR, until=later) == expected
        assert count_stampings(view, None, since=NOW - 2 * HOUR, until=NOW - HOUR) == 1
        assert count_stampings(view, {"O1"}, since=NOW - 2 * HOUR, until=NOW - HOUR) == 1
