"""What of delegations waits, and what others have decided about what somebody proposed."""

from datetime import timedelta

from identity.delegation.mandates import OFFERED_FOR
from identity.delegation.tables import MandateRow
from identity.four_eyes.tables import ProposalRow
from identity.waiting_repository import decided_proposals, offered
from tests.fakes.clock import NOW
from tests.plain_rows import put_rows
from trust.store import Store

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_offers_wait_for_who_may_take_them_until_they_end(store: Store) -> None:
    offer = {"delegate": "P1", "delegator": "O1", "given_by": "P2", "state": "offered", "given_at": NOW}
    put_rows(
        store,
        MandateRow,
        {**offer, "id": "mandate_1", "not_after": NOW + 2 * DAY},
        {**offer, "id": "mandate_2", "not_after": NOW + DAY},
        {**offer, "id": "mandate_3", "not_after": NOW - DAY},
        {**offer, "id": "mandate_4", "not_after": NOW + DAY, "state": "accepted"},
        {**offer, "id": "mandate_5", "not_after": NOW + DAY, "delegate": "P3"},
        {**offer, "id": "mandate_6", "not_after": NOW + 9 * DAY, "given_at": NOW - OFFERED_FOR + HOUR},
        {**offer, "id": "mandate_7", "not_after": NOW + 9 * DAY, "given_at": NOW - OFFERED_FOR - HOUR},
    )
    with store.reading() as view:
        queue = offered(view, "P1", limit=2)
    assert queue.total == 3
    assert [(one.id, one.within, one.by, one.deadline) for one in queue.things] == [
        ("mandate_6", "O1", "P2", NOW + HOUR),  # nobody can accept it afterwards
        ("mandate_2", "O1", "P2", NOW + DAY),
    ]


def test_whoever_proposed_is_told_of_decisions_by_others(store: Store) -> None:
    decided = {"kind": "duty:grant", "subject": "P5", "proposed_by": "P1", "decided_by": "P2", "decided_at": NOW}
    put_rows(
        store,
        ProposalRow,
        {**decided, "id": "prop_1", "state": "approved", "open_key": None},
        {**decided, "id": "prop_2", "state": "withdrawn", "decided_by": "P1", "open_key": None},
        {**decided, "id": "prop_3", "state": "rejected", "decided_at": NOW - DAY, "open_key": None},
        {**decided, "id": "prop_4", "state": "approved", "proposed_by": "P3", "open_key": None},
        {**decided, "id": "prop_5", "state": "proposed", "decided_by": None, "decided_at": None, "open_key": None},
    )
    with store.reading() as view:
        found = decided_proposals(view, "P1", since=NOW - HOUR, limit=9)
        assert [(one.id, one.name, one.within, one.state) for one in found] == [
            ("prop_1", "duty:grant", "P5", "approved")
        ]
        assert len(decided_proposals(view, "P1", since=NOW - 2 * DAY, limit=9)) == 2
