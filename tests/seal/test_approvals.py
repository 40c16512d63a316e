"""Approval before use: asked by who may stamp, decided by another who disposes of the seal, used once and for that."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from identity.duties import Actor, Duty
from identity.errors import DutyMissing
from seal.errors import (
    ApprovalNotOpen,
    ApprovalRequired,
    ApprovalUnfit,
    ApprovalUnknown,
    NotAuthorised,
    SealUnknown,
)
from seal.ledger import approval_repository
from seal.ledger.approval_repository import Approval, ApprovalState
from seal.ledger.entries import Operation, Purpose
from seal.stamping.approvals import DECIDED_WITHIN, USED_WITHIN, AskForApproval
from seal.stamping.digest_stampings import StampDigests
from seal.stamping.digests import DigestItem, Timing
from seal.stamping.orders import Level
from tests.fakes.clock import NOW
from tests.seal.houses import CENTRE, NOTICE, REASON, House, at_once
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.lifecycle import EventNotPossible, FourEyesRequired
from trust.reasons import ReasonMissing
from trust.requests import RequestKeyReused
from trust.signing import SigningUnavailable
from trust.store import LostRace

INSTANT = timedelta(microseconds=1)
EVERYTHING = frozenset(Operation)


class Desk:
    """A business system whose every stamping with a seal of its own needs an approval."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.seal = house.names["spare"] if house.store.is_sqlite else house.active(house.authority).id
        self.actor = house.authority.client
        self.authorisation = house.authorise(self.seal, self.actor, operations=EVERYTHING, needs_approval=True)
        self.approver = house.authority.of(Duty.SEAL_OWNER, "approver")
        self.order = StampDigests(
            seal=self.seal,
            items=(DigestItem(digest=secrets.token_bytes(32), property_info="notice.pdf", reference="A-1"),),
            purpose=NOTICE,
            reason="通知签发",
            request_key=house.next_key(),
        )

    def ask(self, **changes: Any) -> Approval:  # noqa: ANN401 - a command's fields
        return self.house.approvals.ask(self.actor, replace(self.command, **changes))

    @property
    def command(self) -> AskForApproval:
        return AskForApproval(use=self.order.use, reason="请予用印", request_key=self.house.next_key())

    def approved(self) -> Approval:
        return self.house.approvals.approve(self.approver, self.seal, self.ask().id)

    def stamp(self, approval: str | None, **changes: Any) -> object:  # noqa: ANN401 - a command's fields
        order = replace(self.order, approval=approval, request_key=self.house.next_key(), **changes)
        return self.house.digests.stamp(self.actor, order)

    def state(self, approval: Approval) -> Approval:
        return self.house.approvals.find(self.actor, self.seal, approval.id)


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


@pytest.fixture
def either_desk(either_house: House) -> Desk:
    return Desk(either_house)


def refused(desk: Desk, error: type[TrustError], act: Callable[[], object]) -> TrustError:
    """Expect a refusal that leaves no trace, and uses no key."""
    head, used = desk.house.head(), desk.house.used(desk.authorisation)
    desk.house.faults.passed.clear()
    with pytest.raises(error) as told:
        act()
    assert (desk.house.head(), desk.house.used(desk.authorisation)) == (head, used)
    assert "sign:seal_owner" not in desk.house.faults.passed
    return told.value


# --- asking


def test_a_request_says_what_is_to_be_stamped(either_desk: Desk) -> None:
    house, head = either_desk.house, either_desk.house.head()
    asked = either_desk.ask()
    assert asked.id.startswith("approval_")
    assert asked == Approval(
        id=asked.id,
        seal=either_desk.seal,
        state=ApprovalState.REQUESTED,
        requester=either_desk.actor.id,
        operation=Operation.DIGEST,
        document_hash=either_desk.order.items[0].digest.hex(),
        parameters=either_desk.order.use.parameters,
        purpose=NOTICE,
        reason="请予用印",
        requested_at=NOW,
        expires_at=NOW + DECIDED_WITHIN,
    )
    assert either_desk.state(asked) == asked
    facts: dict[str, Fact] = {
        "approval": asked.id,
        "operation": "digest",
        "document_hash": asked.document_hash,
        "reason": "请予用印",
        "purpose": NOTICE.purpose,
        "document_kind": NOTICE.document_kind,
    }
    event = AuditEvent(tag="seal:ask_approval:done", actor=either_desk.actor.id, subject=either_desk.seal, facts=facts)
    assert house.events(after=head) == [event]


def test_only_who_may_stamp_asks(desk: Desk) -> None:
    stranger = desk.house.staff("other").client
    refused(desk, NotAuthorised, lambda: desk.house.approvals.ask(stranger, desk.command))
    refused(desk, SealUnknown, lambda: desk.ask(use=replace(desk.order.use, seal="seal_nothing")))
    refused(desk, ReasonMissing, lambda: desk.ask(reason=" "))


def test_a_repeated_request_is_one(desk: Desk) -> None:
    command = desk.command
    asked = desk.house.approvals.ask(desk.actor, command)
    assert desk.house.approvals.ask(desk.actor, command) == asked
    for changes in ({"reason": "另一个事由"}, {"use": replace(desk.order.use, content="00" * 32)}):
        changed = replace(command, **changes)
        refused(desk, RequestKeyReused, partial(desk.house.approvals.ask, desk.actor, changed))


# --- deciding


def test_another_who_disposes_of_the_seal_approves(either_desk: Desk) -> None:
    asked = either_desk.ask()
    either_desk.house.clock.advance(timedelta(hours=1))
    head, now = either_desk.house.head(), NOW + timedelta(hours=1)
    approved = either_desk.house.approvals.approve(either_desk.approver, either_desk.seal, asked.id, remark=" 同意 ")
    assert approved == replace(
        asked,
        state=ApprovalState.APPROVED,
        decided_by="approver",
        decided_at=now,
        decision="同意",
        expires_at=now + USED_WITHIN,
    )
    assert either_desk.state(asked) == approved
    (event,) = either_desk.house.events(after=head)
    assert (event.tag, event.actor, event.subject) == ("seal:approve_stamping:done", "approver", either_desk.seal)


def test_nobody_approves_what_he_asked_for_himself(desk: Desk) -> None:
    house = desk.house
    owner = house.authority.of(Duty.SEAL_OWNER, house.names["person"])
    house.authorise(desk.seal, owner, operations=EVERYTHING, needs_approval=True)
    asked = house.approvals.ask(owner, desk.command)
    for decide in (house.approvals.approve, partial(house.approvals.refuse, reason=REASON)):
        refused(desk, FourEyesRequired, partial(decide, owner, desk.seal, asked.id))


def test_only_the_owner_decides(desk: Desk) -> None:
    asked, house = desk.ask(), desk.house
    for one in (house.staff("other").owner, house.authority.applicant, house.authority.reviewer, desk.actor):
        refused(desk, DutyMissing, partial(house.approvals.approve, one, desk.seal, asked.id))
        refused(desk, DutyMissing, partial(house.approvals.refuse, one, desk.seal, asked.id, reason=REASON))


def test_a_refusal_has_its_reason(desk: Desk) -> None:
    asked = desk.ask()
    refused(desk, ReasonMissing, partial(desk.house.approvals.refuse, desk.approver, desk.seal, asked.id, reason=""))
    found = desk.house.approvals.refuse(desk.approver, desk.seal, asked.id, reason="内容有误")
    assert (found.state, found.decision) == (ApprovalState.REFUSED, "内容有误")
    error = refused(desk, ApprovalNotOpen, lambda: desk.stamp(asked.id))
    assert error.details == {"state": "refused"}


def test_who_asked_withdraws_and_nobody_else(desk: Desk) -> None:
    asked, withdraw = desk.ask(), desk.house.approvals.withdraw
    refused(desk, ApprovalUnknown, partial(withdraw, desk.approver, desk.seal, asked.id, reason=REASON))
    assert withdraw(desk.actor, desk.seal, asked.id, reason=REASON).state is ApprovalState.WITHDRAWN
    refused(desk, EventNotPossible, partial(desk.house.approvals.approve, desk.approver, desk.seal, asked.id))
    refused(desk, ApprovalNotOpen, lambda: desk.stamp(asked.id))


def test_what_nobody_decided_in_time_is_over(desk: Desk) -> None:
    asked = desk.ask()
    desk.house.clock.advance(DECIDED_WITHIN + INSTANT)
    error = refused(desk, ApprovalNotOpen, partial(desk.house.approvals.approve, desk.approver, desk.seal, asked.id))
    assert error.details == {"state": "expired"}
    desk.house.clock.set(asked.expires_at)
    assert desk.house.approvals.approve(desk.approver, desk.seal, asked.id).state is ApprovalState.APPROVED


def test_what_is_decided_is_decided(desk: Desk) -> None:
    approved = desk.approved()
    for decide in (desk.house.approvals.approve, partial(desk.house.approvals.refuse, reason=REASON)):
        refused(desk, EventNotPossible, partial(decide, desk.approver, desk.seal, approved.id))


# --- the queue


def test_the_owner_sees_every_request_and_others_their_own(desk: Desk) -> None:
    house, first = desk.house, desk.ask()
    house.clock.advance(timedelta(seconds=1))
    second = desk.approved()
    owner, stranger = house.authority.owner, house.staff("other").client
    assert house.approvals.queue(owner, desk.seal) == (first, second)
    assert house.approvals.queue(owner, desk.seal, state=ApprovalState.REQUESTED) == (first,)
    assert house.approvals.queue(desk.actor, desk.seal) == (first, second)
    assert house.approvals.queue(stranger, desk.seal) == ()
    refused(desk, ApprovalUnknown, partial(house.approvals.find, stranger, desk.seal, first.id))
    refused(desk, ApprovalUnknown, partial(house.approvals.find, owner, house.seal, first.id))
    refused(desk, ApprovalUnknown, partial(house.approvals.find, owner, desk.seal, "approval_nothing"))
    refused(desk, SealUnknown, partial(house.approvals.queue, owner, "seal_nothing"))
    assert house.approvals.find(owner, desk.seal, first.id) == first


def test_what_nobody_decided_in_time_does_not_stand_before_what_can_be_decided(desk: Desk) -> None:
    """Else who may stamp asks a hundred times, waits a week, and no owner sees a request again."""
    house, owner = desk.house, desk.house.authority.owner
    forgotten = [desk.ask() for _ in range(3)]
    house.clock.advance(DECIDED_WITHIN)
    waiting = partial(house.approvals.queue, owner, desk.seal, state=ApprovalState.REQUESTED, limit=2)
    assert len(waiting()) == 2
    house.clock.advance(INSTANT)
    house.clock.advance(timedelta(seconds=1))
    (asked,) = [desk.ask()]
    assert waiting() == (asked,)
    assert {one.id for one in house.approvals.queue(owner, desk.seal)} == {one.id for one in (*forgotten, asked)}


def test_what_was_used_or_nobody_used_in_time_does_not_stand_before_what_can_be_used(desk: Desk) -> None:
    house, owner = desk.house, desk.house.authority.owner
    desk.stamp(desk.approved().id)
    house.clock.advance(timedelta(seconds=1))
    desk.approved()
    usable = partial(house.approvals.queue, desk.actor, desk.seal, state=ApprovalState.APPROVED, limit=1)
    assert len(usable()) == 1
    house.clock.advance(USED_WITHIN + INSTANT)
    assert usable() == ()
    approved = desk.approved()
    assert usable() == (approved,)
    assert len(house.approvals.queue(owner, desk.seal)) == 3


def test_the_queue_is_read_a_page_at_a_time(desk: Desk) -> None:
    house, owner = desk.house, desk.house.authority.owner
    for _ in range(3):
        desk.ask()
        house.clock.advance(timedelta(seconds=1))
    every = house.approvals.queue(owner, desk.seal)
    assert len(every) == 3
    first = house.approvals.queue(owner, desk.seal, limit=2)
    assert first == every[:2]
    assert house.approvals.queue(owner, desk.seal, after=first[-1].id, limit=2) == every[2:]


def test_requests_of_others_take_no_place_in_one_s_own_queue(desk: Desk) -> None:
    house, other = desk.house, desk.house.staff("other").client
    house.authorise(desk.seal, other, operations=EVERYTHING, needs_approval=True)
    for _ in range(2):
        house.approvals.ask(other, desk.command)
    house.clock.advance(timedelta(seconds=1))
    own = desk.ask()
    assert house.approvals.queue(desk.actor, desk.seal, limit=1) == (own,)


def test_one_s_own_requests_are_read_newest_first(desk: Desk) -> None:
    house, owner = desk.house, desk.house.authority.owner
    asked = []
    for _ in range(3):
        asked.append(desk.ask())
        house.clock.advance(timedelta(seconds=1))
    house.approvals.withdraw(desk.actor, desk.seal, asked[1].id, reason="不再需要")
    newest = [one.id for one in reversed(asked)]
    assert [one.id for one in house.approvals.own(desk.actor, desk.seal)] == newest
    first = house.approvals.own(desk.actor, desk.seal, limit=2)
    assert [one.id for one in first] == newest[:2]
    assert [one.id for one in house.approvals.own(desk.actor, desk.seal, after=first[-1].id)] == newest[2:]
    withdrawn = house.approvals.own(desk.actor, desk.seal, state=ApprovalState.WITHDRAWN)
    assert [one.id for one in withdrawn] == [asked[1].id]
    assert house.approvals.own(owner, desk.seal) == ()  # who sees all of them has asked for none
    with pytest.raises(SealUnknown):
        house.approvals.own(desk.actor, "seal_unknown")


# --- use


def test_without_an_approval_nothing_is_stamped(desk: Desk) -> None:
    error = refused(desk, ApprovalRequired, lambda: desk.stamp(None))
    assert error.details == {"authorisation": desk.authorisation.id}
    asked = desk.ask()
    assert refused(desk, ApprovalNotOpen, lambda: desk.stamp(asked.id)).details == {"state": "requested"}


def test_an_approval_is_used_once(either_desk: Desk) -> None:
    approved = either_desk.approved()
    either_desk.stamp(approved.id)
    (line,) = either_desk.house.stampings.ledger(either_desk.house.authority.owner, either_desk.seal)
    assert (line.approval, either_desk.state(approved).stamping) == (approved.id, line.id)
    error = refused(either_desk, ApprovalNotOpen, lambda: either_desk.stamp(approved.id))
    assert error.details == {"state": "spent"}


def test_two_cannot_use_one_approval(either_desk: Desk) -> None:
    approved = either_desk.approved()
    results = at_once(*[partial(either_desk.stamp, approved.id) for _ in range(4)])
    refusals = [one for one in results if isinstance(one, TrustError)]
    assert {type(one) for one in refusals} <= {ApprovalNotOpen, LostRace}
    assert (len(refusals), either_desk.house.used(either_desk.authorisation)) == (3, 1)


def test_an_approval_that_came_to_nothing_can_be_used_again(desk: Desk) -> None:
    approved = desk.approved()
    desk.house.faults.fail("sign:seal_owner", SigningUnavailable())
    with pytest.raises(SigningUnavailable):
        desk.stamp(approved.id)
    assert desk.state(approved) == approved
    desk.stamp(approved.id)


def test_what_was_voided_gives_back_no_approval_that_another_stamping_has(desk: Desk) -> None:
    approved = desk.approved()
    with desk.house.store.transaction() as tx:
        assert approval_repository.spend(tx, approved.id, "stamp_b")
        approval_repository.release(tx, approved.id, "stamp_a")
        tx.record(AuditEvent(tag="test:release:done", actor="test", subject=desk.seal))
    assert desk.state(approved).stamping == "stamp_b"


def test_an_approval_is_not_kept_for_later(desk: Desk) -> None:
    approved = desk.approved()
    desk.house.clock.set(approved.expires_at + INSTANT)
    assert refused(desk, ApprovalNotOpen, lambda: desk.stamp(approved.id)).details == {"state": "expired"}
    desk.house.clock.set(approved.expires_at)
    desk.stamp(approved.id)


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("document_hash", lambda one: {"items": (replace(one.items[0], digest=bytes(32)),)}),
        ("parameters", lambda one: {"items": (replace(one.items[0], property_info="other.pdf"),)}),
        ("parameters", lambda one: {"items": (replace(one.items[0], reference="A-2"),)}),
        ("parameters", lambda _: {"timing": Timing.PROVEN}),
        ("parameters", lambda _: {"reason": "另一个事由"}),
        ("document_hash", lambda one: {"items": (one.items[0], one.items[0])}),
    ],
)
def test_an_approval_is_for_exactly_what_was_approved(
    desk: Desk, field: str, changed: Callable[[StampDigests], dict[str, Any]]
) -> None:
    approved = desk.approved()
    error = refused(desk, ApprovalUnfit, lambda: desk.stamp(approved.id, **changed(desk.order)))
    assert error.details == {"field": field}


@pytest.mark.parametrize(
    ("field", "purpose"),
    [
        ("purpose", Purpose(purpose="other.purpose", document_kind="notice")),
        ("document_kind", Purpose(purpose="document.stamp", document_kind="reply")),
    ],
)
def test_an_approval_is_for_one_purpose(desk: Desk, field: str, purpose: Purpose) -> None:
    approved = desk.approved()
    terms: dict[str, Any] = {"purpose": purpose.purpose, "document_kinds": (), "operations": EVERYTHING}
    desk.house.authorise(desk.seal, desk.actor, needs_approval=True, **terms)
    error = refused(desk, ApprovalUnfit, lambda: desk.stamp(approved.id, purpose=purpose))
    assert error.details == {"field": field}


def test_an_approval_is_for_one_operation(desk: Desk) -> None:
    use = replace(desk.order.use, operation=Operation.MESSAGE)
    approved = desk.house.approvals.approve(desk.approver, desk.seal, desk.ask(use=use).id)
    error = refused(desk, ApprovalUnfit, lambda: desk.stamp(approved.id))
    assert error.details == {"field": "operation"}


def test_an_approval_is_for_who_asked_and_for_the_seal(desk: Desk) -> None:
    house, approved = desk.house, desk.approved()
    other: Actor = house.staff("other").client
    house.authorise(desk.seal, other, operations=EVERYTHING, needs_approval=True)
    order = replace(desk.order, approval=approved.id, request_key=house.next_key())
    refused(desk, ApprovalUnknown, partial(house.digests.stamp, other, order))
    refused(desk, ApprovalUnknown, lambda: desk.stamp("approval_nothing"))
    house.authorise(house.seal, desk.actor, operations=EVERYTHING, needs_approval=True)
    refused(desk, ApprovalUnknown, lambda: desk.stamp(approved.id, seal=house.seal))


def test_a_document_is_approved_by_its_file_and_its_order(desk: Desk) -> None:
    house = desk.house
    command = house.stamp_command(seal=desk.seal)
    asked = desk.ask(use=command.use)
    approved = house.approvals.approve(desk.approver, desk.seal, asked.id)
    changed = replace(command, order=replace(CENTRE, level=Level.B_B), approval=approved.id)
    assert refused(desk, ApprovalUnfit, partial(house.stampings.stamp, desk.actor, changed)).details == {
        "field": "parameters"
    }
    stamping, _ = house.stampings.stamp(desk.actor, replace(command, approval=approved.id))
    assert stamping.approval == approved.id
