"""What the receiver refuses stays visible, and a person decides what becomes of it."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.fakes.carrier import SILENT, PlannedCarrier
from tests.fakes.clock import NOW, SettableClock
from tests.trust.outboxes import TOPIC, put, state, tags
from trust import repository
from trust.outbox import (
    CLAIM,
    LONGEST_PAUSE,
    MessageOvertaken,
    MessageRefused,
    MessageSettled,
    MessageUnknown,
    Outbox,
)
from trust.outbox_repository import Message, MessageState
from trust.reasons import ReasonMissing
from trust.store import Store

REFUSAL: Final = MessageRefused(answer="no such seal")


@pytest.fixture
def box(store: Store) -> Outbox:
    """Return an empty outbox, on each database in turn."""
    return Outbox(store, TOPIC)


def test_a_refusal_stays_visible_and_holds_nothing_back(box: Outbox) -> None:
    first, second = put(box, "a", "a")
    assert box.deliver(PlannedCarrier(REFUSAL)) == 2
    found = box.find(first)
    assert (found.state, found.answer, found.attempts) == (MessageState.REFUSED, "no such seal", 1)
    assert state(box, second) is MessageState.DELIVERED
    assert [one.id for one in box.messages(state=MessageState.REFUSED)] == [first]
    assert "outbox:deliver:refused" in tags(box)
    assert (box.waiting().waiting, box.waiting().refused) == (0, 1)


def test_what_was_refused_is_tried_again_by_a_person(box: Outbox) -> None:
    first, second = put(box, "a", "a")
    box.deliver(PlannedCarrier(REFUSAL, REFUSAL))
    for name in (second, first):
        assert box.retry(name, actor="act_1", reason=" 已更正 ").state is MessageState.WAITING
    carrier = PlannedCarrier()
    assert box.deliver(carrier) == 2
    assert [one.id for one in carrier.taken] == [first, second]
    with box.store.reading() as view:
        (event, _) = (one.event for one in repository.events(view) if one.event.tag == "outbox:retry:done")
    assert (event.actor, event.subject, event.facts["reason"]) == ("act_1", "a", "已更正")


def test_what_waits_for_its_turn_is_tried_at_once(box: Outbox) -> None:
    (name,) = put(box, "a")
    box.deliver(PlannedCarrier(SILENT))
    assert box.retry(name, actor="act_1", reason="平台已恢复").attempts == 1
    assert box.deliver(PlannedCarrier()) == 1


def test_what_was_overtaken_is_not_sent_again(box: Outbox) -> None:
    first, _ = put(box, "a", "a")
    box.deliver(PlannedCarrier(REFUSAL))
    with pytest.raises(MessageOvertaken) as caught:
        box.retry(first, actor="act_1", reason="再试一次")
    assert caught.value.code == "outbox.overtaken"
    assert box.set_aside(first, actor="act_1", reason="已过时").state is MessageState.SET_ASIDE


def test_what_is_being_overtaken_is_not_sent_again(box: Outbox, clock: SettableClock) -> None:
    first, second = put(box, "a", "a")
    box.deliver(PlannedCarrier(REFUSAL, SILENT))
    clock.advance(LONGEST_PAUSE)
    (claimed,) = box.claim()
    assert claimed.id == second
    with pytest.raises(MessageOvertaken):
        box.retry(first, actor="act_1", reason="再试一次")
    clock.advance(CLAIM)
    box.retry(first, actor="act_1", reason="再试一次")


def test_what_is_set_aside_is_not_sent_and_holds_nothing_back(box: Outbox, clock: SettableClock) -> None:
    first, second = put(box, "a", "a")
    box.deliver(PlannedCarrier(SILENT))
    told = box.set_aside(first, actor="act_1", reason="线下已报")
    assert (told.state, told.answer, told.settled_at) == (MessageState.SET_ASIDE, "线下已报", NOW)
    clock.advance(LONGEST_PAUSE)
    carrier = PlannedCarrier()
    assert box.deliver(carrier) == 1
    assert carrier.asked == [second]
    assert tags(box).count("outbox:set_aside:done") == 1
    with pytest.raises(MessageSettled) as caught:
        box.set_aside(first, actor="act_1", reason="再次搁置")
    assert caught.value.code == "outbox.settled"


def test_what_was_set_aside_can_be_taken_up_again(box: Outbox) -> None:
    (name,) = put(box, "a")
    box.set_aside(name, actor="act_1", reason="线下已报")
    assert box.deliver(PlannedCarrier()) == 0
    taken_up = box.retry(name, actor="act_1", reason="线下未报成")
    assert (taken_up.state, taken_up.settled_at) == (MessageState.WAITING, None)
    assert box.deliver(PlannedCarrier()) == 1


@pytest.mark.parametrize("act", [Outbox.retry, Outbox.set_aside])
def test_nothing_is_decided_about_what_is_done_or_on_its_way(
    box: Outbox, clock: SettableClock, act: Callable[..., Message]
) -> None:
    (name,) = put(box, "a")
    box.claim()
    with pytest.raises(MessageSettled):
        act(box, name, actor="act_1", reason="不再等待")
    clock.advance(CLAIM)
    box.deliver(PlannedCarrier())
    with pytest.raises(MessageSettled):
        act(box, name, actor="act_1", reason="不再等待")


@pytest.mark.parametrize("act", [Outbox.retry, Outbox.set_aside])
def test_a_decision_needs_a_message_and_a_reason(box: Outbox, act: Callable[..., Message]) -> None:
    (name,) = put(box, "a")
    with pytest.raises(ReasonMissing):
        act(box, name, actor="act_1", reason=" ")
    with pytest.raises(MessageUnknown) as caught:
        act(box, "msg_none", actor="act_1", reason="不再等待")
    assert caught.value.code == "outbox.unknown"
    assert state(box, name) is MessageState.WAITING
