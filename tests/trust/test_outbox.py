"""The outbox: written with the change, delivered at least once and in order, tried again, decided by a person."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.fakes.carrier import SILENT, PlannedCarrier
from tests.fakes.clock import NOW, SettableClock
from tests.fakes.faulty import Crash
from tests.trust.outboxes import TOPIC, put, state, tags
from trust import outbox, outbox_repository
from trust.errors import Unavailable
from trust.events import AuditEvent
from trust.outbox import (
    BATCH,
    CLAIM,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    MessageRefused,
    MessageUnknown,
    Outbox,
    pause_after,
)
from trust.outbox_repository import Message, MessageState
from trust.signing import SigningUnavailable
from trust.store import Store


@pytest.fixture
def box(store: Store) -> Outbox:
    """Return an empty outbox, on each database in turn."""
    return Outbox(store, TOPIC)


# --- delivering


def test_a_message_leaves_with_its_content_and_its_receipt_stays(box: Outbox, clock: SettableClock) -> None:
    (name,) = put(box, "a")
    carrier = PlannedCarrier()
    clock.advance(timedelta(seconds=7))
    assert box.deliver(carrier) == 1
    (taken,) = carrier.taken
    assert (taken.id, taken.subject, taken.payload, taken.created_at) == (name, "a", {"of": "a"}, NOW)
    found = box.find(name)
    assert (found.state, found.attempts, found.answer) == (MessageState.DELIVERED, 1, "taken")
    assert found.receipt == f"receipt of {name}".encode()
    assert (found.settled_at, found.claim) == (NOW + timedelta(seconds=7), None)
    assert tags(box) == ["outbox:put:done", "outbox:claim:done", "outbox:deliver:done"]
    assert box.deliver(carrier) == 0
    assert carrier.asked == [name]


def test_nothing_is_sent_of_a_change_that_was_not_committed(box: Outbox) -> None:
    def die() -> None:
        with box.store.transaction() as tx:
            outbox.put(tx, TOPIC, subject="a", payload={})
            raise Crash

    with pytest.raises(Crash):
        die()
    assert box.deliver(PlannedCarrier()) == 0
    assert box.messages() == ()


def test_messages_of_one_subject_leave_in_their_order(box: Outbox) -> None:
    names = put(box, "a", "b", "a", "a", "b")
    carrier = PlannedCarrier()
    assert box.deliver(carrier) == len(names)
    sent = [one.id for one in carrier.taken]
    assert [name for name in sent if name in (names[0], names[2], names[3])] == [names[0], names[2], names[3]]
    assert [name for name in sent if name in (names[1], names[4])] == [names[1], names[4]]


def test_what_matters_for_a_while_is_forgotten_afterwards(box: Outbox, clock: SettableClock) -> None:
    """What waits in vain, what is settled; neither what is on its way, nor of other topics."""
    sent, refused, _, under_way, _ = put(box, "a", "b", "c", "d", "e")
    with box.store.transaction() as tx:
        other = outbox.put(tx, "other topic", subject="a", payload={}).id
    carrier = PlannedCarrier(None, MessageRefused(answer="no"), SILENT)
    assert box.deliver(carrier) == 2
    day = timedelta(days=1)

    def left() -> set[str]:
        with box.store.reading() as view:
            return {name for (name,) in view.rows(text("SELECT id FROM outbox_message"))}

    def forget() -> int:
        return outbox.forget(box.store, TOPIC, waits=3 * day, kept=30 * day)

    clock.advance(3 * day - timedelta(seconds=1))
    assert (forget(), len(left())) == (0, 6)
    clock.advance(timedelta(seconds=1))
    with box.store.transaction() as tx:
        until = tx.now + timedelta(minutes=1)
        outbox_repository.put_message(tx, replace(box.find(under_way), claim="claim", claimed_until=until))
        tx.record(AuditEvent(tag="outbox:claim:done", actor="test", subject=under_way))
    assert (forget(), left()) == (2, {sent, refused, under_way, other})
    clock.advance(27 * day)
    assert (forget(), left()) == (3, {other})
    assert tags(box)[-2:] == ["outbox:forget:done"] * 2


def test_more_than_a_batch_is_sent(box: Outbox) -> None:
    names = put(box, *(f"seal {number}" for number in range(BATCH + 3)))
    carrier = PlannedCarrier()
    assert box.deliver(carrier) == len(names)
    assert [one.id for one in carrier.taken] == names
    assert tags(box).count("outbox:claim:done") == 2


def test_another_topic_is_not_touched(box: Outbox) -> None:
    with box.store.transaction() as tx:
        other = outbox.put(tx, "another topic", subject="a", payload={})
    (name,) = put(box, "a")
    carrier = PlannedCarrier(SILENT)
    assert box.deliver(carrier) == 0
    assert carrier.asked == [name]
    with pytest.raises(MessageUnknown):
        box.find(other.id)
    others = Outbox(box.store, "another topic")
    assert others.find(other.id).due_at == NOW
    assert [one.id for one in others.messages()] == [other.id]
    assert others.deliver(PlannedCarrier()) == 1


# --- silence


def test_silence_is_followed_by_a_pause_that_grows(box: Outbox, clock: SettableClock) -> None:
    (name,) = put(box, "a")
    carrier = PlannedCarrier(*[SILENT] * 3)
    before = timedelta()
    for attempt in (1, 2, 3):
        assert box.deliver(carrier) == 0
        found = box.find(name)
        assert (found.state, found.attempts, found.claim) == (MessageState.WAITING, attempt, None)
        assert found.answer == "outbox.carrier_unavailable(fault='silent')"
        pause = found.due_at - clock.now()
        assert FIRST_PAUSE * 2 ** (attempt - 1) / 2 <= pause <= FIRST_PAUSE * 2 ** (attempt - 1)
        assert pause >= before
        before = pause
        clock.advance(pause - timedelta(microseconds=1))
        assert box.deliver(carrier) == 0
        assert len(carrier.asked) == attempt  # not a moment too early
        clock.advance(timedelta(microseconds=1))
    assert box.deliver(carrier) == 1
    assert tags(box).count("outbox:deliver:failed") == 3


@pytest.mark.parametrize("attempts", [1, 2, 7, 8, 9, 1000])
def test_a_pause_is_never_longer_than_an_hour(attempts: int) -> None:
    whole = min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
    pauses = [pause_after(attempts) for _ in range(50)]
    assert all(whole / 2 <= pause <= whole for pause in pauses)
    assert len(set(pauses)) > 1


@pytest.mark.parametrize("error", [SILENT, SigningUnavailable()], ids=["carrier", "custody"])
def test_a_receiver_that_is_silent_is_not_asked_for_the_next_one(
    box: Outbox, clock: SettableClock, error: Unavailable
) -> None:
    names = put(box, "a", "b", "c")
    carrier = PlannedCarrier(error)
    assert box.deliver(carrier) == 0
    assert carrier.asked == names[:1]
    assert len({box.find(name).due_at for name in names}) == 1
    assert [box.find(name).attempts for name in names] == [1, 0, 0]
    assert box.deliver(carrier) == 0
    clock.set(box.find(names[0]).due_at)
    assert box.deliver(carrier) == 3


def test_one_that_always_fails_keeps_no_other_from_its_turn(box: Outbox, clock: SettableClock) -> None:
    broken, good = put(box, "a", "b")

    def refuse_broken(message: Message) -> None:
        if message.id == broken:
            raise SILENT

    carrier = PlannedCarrier(*[refuse_broken] * 10)
    assert box.deliver(carrier) == 0
    clock.advance(LONGEST_PAUSE)
    assert box.deliver(carrier) == 1
    assert (state(box, good), state(box, broken)) == (MessageState.DELIVERED, MessageState.WAITING)


def test_what_waits_holds_back_what_follows_of_its_subject(box: Outbox, clock: SettableClock) -> None:
    first, second = put(box, "a", "a")
    carrier = PlannedCarrier(SILENT, SILENT)
    for _ in range(2):
        box.deliver(carrier)
        clock.advance(LONGEST_PAUSE)
    assert set(carrier.asked) == {first}
    assert box.deliver(carrier) == 2
    assert [one.id for one in carrier.taken] == [first, second]


def test_our_own_mistake_is_told_and_the_message_waits(box: Outbox, clock: SettableClock) -> None:
    (name,) = put(box, "a")
    with pytest.raises(ZeroDivisionError):
        box.deliver(PlannedCarrier(ZeroDivisionError()))
    assert (box.find(name).answer, box.find(name).attempts) == ("ZeroDivisionError", 1)
    clock.advance(LONGEST_PAUSE)
    assert box.deliver(PlannedCarrier()) == 1


# --- processes that die, and processes side by side


def test_a_process_that_dies_after_sending_leaves_it_to_be_sent_again(box: Outbox, clock: SettableClock) -> None:
    (name,) = put(box, "a")
    carrier = PlannedCarrier()

    def take_and_die(message: Message) -> None:
        carrier.taken.append(message)
        raise Crash

    carrier.plans.append(take_and_die)
    with pytest.raises(Crash):
        box.deliver(carrier)
    assert box.deliver(carrier) == 0  # the claim of the dead holds
    clock.advance(CLAIM)
    assert box.deliver(carrier) == 1
    assert carrier.asked == [name, name]
    assert [one.id for one in carrier.taken] == [name]
    assert state(box, name) is MessageState.DELIVERED


def test_a_claimed_message_holds_back_what_follows_of_its_subject(box: Outbox) -> None:
    first, _ = put(box, "a", "a")
    box.claim()
    carrier = PlannedCarrier()
    assert box.deliver(carrier) == 0
    assert box.find(first).claim is not None


def test_another_process_takes_nothing_that_is_claimed(box: Outbox) -> None:
    put(box, "a", "b")
    assert len(box.claim()) == 2
    assert box.claim() == ()


def test_processes_side_by_side_send_each_message_once(box: Outbox) -> None:
    names = put(box, *(f"seal {number % 7}" for number in range(42)))
    carrier, lock, errors = PlannedCarrier(), threading.Lock(), []
    deliver = carrier.deliver

    def one_at_a_time(message: Message) -> outbox.Receipt:
        with lock:
            return deliver(message)

    carrier.deliver = one_at_a_time  # type: ignore[method-assign] # the fake's own

    def work() -> None:
        try:
            Outbox(box.store, TOPIC).deliver(carrier)
        except Exception as error:  # noqa: BLE001 - told below
            errors.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    box.deliver(carrier)  # what the last of them left between two looks
    assert errors == []
    assert sorted(carrier.asked) == sorted(names)
    for number in range(7):
        subject = f"seal {number}"
        sent = [one.number for one in carrier.taken if one.subject == subject]
        assert sent == sorted(sent)


def test_who_was_given_up_for_dead_changes_nothing_any_more(box: Outbox, clock: SettableClock) -> None:
    (name,) = put(box, "a")

    def meanwhile(outcome: Callable[[], None]) -> Callable[[Message], None]:
        def sleep(_: Message) -> None:
            clock.advance(CLAIM)
            assert box.deliver(PlannedCarrier()) == 1  # another process
            outcome()

        return sleep

    def fail() -> None:
        raise SILENT

    assert box.deliver(PlannedCarrier(meanwhile(fail))) == 0
    assert (state(box, name), box.find(name).attempts) == (MessageState.DELIVERED, 1)
    (name,) = put(box, "a")
    assert box.deliver(PlannedCarrier(meanwhile(lambda: None))) == 1
    assert (state(box, name), box.find(name).attempts) == (MessageState.DELIVERED, 1)


def test_nothing_is_begun_when_the_claim_is_about_to_end(box: Outbox, clock: SettableClock) -> None:
    names = put(box, "a", "b")
    carrier = PlannedCarrier(lambda _: clock.advance(CLAIM - timedelta(minutes=1)))
    assert box.deliver(carrier) == 1
    assert carrier.asked == names[:1]
    assert box.find(names[1]).claim is None
    assert tags(box)[-1] == "outbox:release:done"
    assert box.deliver(carrier) == 1


def test_a_stop_is_heard_before_the_next_message(box: Outbox) -> None:
    names = put(box, "a", "b", "c")
    carrier = PlannedCarrier()
    assert box.deliver(carrier, until=lambda: bool(carrier.asked)) == 1
    assert [box.find(name).claim for name in names] == [None] * 3
    assert box.deliver(carrier) == 2


# --- looking


def test_the_list_is_read_page_by_page(box: Outbox) -> None:
    names = put(box, *"abcde")
    first = box.messages(limit=2)
    assert [one.id for one in first] == [names[4], names[3]]
    second = box.messages(before=first[-1].number, limit=2)
    assert [one.id for one in second] == [names[2], names[1]]


def test_what_waits_is_counted_from_the_oldest_on(box: Outbox, clock: SettableClock) -> None:
    assert (box.waiting().waiting, box.waiting().since, box.waiting().refused) == (0, None, 0)
    put(box, "a")
    clock.advance(timedelta(hours=1))
    put(box, "b")
    left = box.waiting()
    assert (left.waiting, left.since, left.refused) == (2, NOW, 0)
