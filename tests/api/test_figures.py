"""Figures over time: by the hours and days of China, counted once where a time is over; bounded in what is kept."""

from datetime import datetime, timedelta

import pytest

from api import figures
from api.figures import DAYS, Figure, Figures, Scope, organisations, scopes_of
from api.permissions import Permission
from api.verification_tally import Asked, Tally
from identity.duties import Actor, Duty, Grant
from tests.fakes.clock import SettableClock
from trust.events import AuditEvent
from trust.store import Store
from trust.verdict import Outcome

REFUSED = Scope(figure=Figure.REFUSALS, of=None)
VERIFIED = Scope(figure=Figure.VERIFICATIONS, of=None)
NOON = datetime.fromisoformat("2026-11-22T12:30:00+08:00")


@pytest.fixture
def counting(sqlite_store: Store, clock: SettableClock) -> Figures:
    """Return what counts, at half past noon in China."""
    clock.set(NOON)
    return Figures(store=sqlite_store, tally=Tally())


def refuse(store: Store) -> None:
    """Record a refusal."""
    with store.transaction() as tx:
        tx.record(AuditEvent(tag="session:begin:refused", actor="P1", subject="P1"))


def counted(counting: Figures, scope: Scope = REFUSED) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return hours and days."""
    _, (found,) = counting.of([scope])
    return found.hours, found.days


def test_hours_and_days_are_those_of_china(counting: Figures, clock: SettableClock) -> None:
    midnight = NOON.replace(hour=0, minute=0)
    for moment in (
        midnight - timedelta(days=DAYS - 1, seconds=1),  # a day too early
        midnight - timedelta(days=DAYS - 1),
        midnight - timedelta(seconds=1),
        midnight,
        NOON.replace(minute=0),
        NOON,
    ):
        clock.set(moment)
        refuse(counting.store)
    today, _ = counting.of([])
    assert today == midnight
    hours, days = counted(counting)
    assert hours == (1, *[0] * 11, 2)
    assert days == (1, *[0] * (DAYS - 3), 1, 3)


def test_what_is_over_is_counted_once_and_what_is_not_is_counted_again(counting: Figures, clock: SettableClock) -> None:
    clock.set(NOON - timedelta(hours=2))
    refuse(counting.store)
    clock.set(NOON)
    assert counted(counting)[0][-3:] == (1, 0, 0)
    known = len(counting.known)
    refuse(counting.store)
    assert counted(counting)[0][-3:] == (1, 0, 1)
    assert len(counting.known) == known == DAYS - 1 + 12
    clock.set(NOON.replace(hour=13, minute=5))  # something of noon may still be committed
    assert counted(counting)[0][-2:] == (1, 0)
    assert len(counting.known) == known
    clock.set(NOON.replace(hour=13, minute=10))
    counted(counting)
    assert len(counting.known) == known + 1


def test_what_is_remembered_is_bounded(counting: Figures) -> None:
    for number in range(figures.REMEMBERED + 5):
        counting.known[(REFUSED, NOON + timedelta(days=number), NOON)] = 0
    counted(counting)
    assert len(counting.known) == figures.REMEMBERED


def test_verifications_are_those_on_record_and_those_just_made(counting: Figures, clock: SettableClock) -> None:
    counting.tally.count(Asked.CLAIM, Outcome.PASSED)
    counting.tally.count(Asked.FILE, Outcome.FAILED)
    clock.set(NOON - timedelta(days=1))
    assert counting.tally.flush(counting.store) == 2
    clock.set(NOON)
    counting.tally.count(Asked.FILE, Outcome.FAILED)
    hours, days = counted(counting, VERIFIED)
    assert (sum(hours), days[-2:]) == (1, (2, 1))


ADMINISTRATORS = (Duty.AUDITOR, Duty.SECURITY_ADMINISTRATOR, Duty.SYSTEM_ADMINISTRATOR)


@pytest.mark.parametrize("duty", ADMINISTRATORS)
def test_administrators_see_figures_of_all_and_two_of_them_refusals(duty: Duty) -> None:
    actor = Actor(id="P1", grants=frozenset({Grant(duty)}))
    assert scopes_of(lambda _: False, actor) == ()  # a session of too low a level
    found = scopes_of(lambda asked: asked is Permission.INSTANCE_READ, actor)
    expected = {Figure.STAMPINGS, Figure.ISSUED, Figure.VERIFICATIONS}
    expected |= set() if duty is Duty.SYSTEM_ADMINISTRATOR else {Figure.REFUSALS}
    assert {one.figure for one in found} == expected
    assert {one.of for one in found} == {None}


def test_others_see_figures_of_what_their_duties_are_for() -> None:
    def scopes(*grants: Grant) -> dict[Figure, frozenset[str] | None]:
        actor = Actor(id="P1", grants=frozenset(grants))
        may = {Permission.SEAL_READ, Permission.LICENCE_READ}
        return {one.figure: one.of for one in scopes_of(lambda asked: asked in may, actor)}

    own, other = Grant(Duty.SEAL_OWNER, "O1"), Grant(Duty.SEAL_APPLICANT, "O2")
    assert scopes(own, other)[Figure.STAMPINGS] == frozenset({"O1", "O2"})
    assert scopes(own, Grant(Duty.SEAL_MAKER))[Figure.STAMPINGS] is None
    assert scopes(Grant(Duty.LICENCE_OFFICER, "O1"))[Figure.ISSUED] == frozenset({"O1"})
    assert Figure.REFUSALS not in scopes(own)
    assert Figure.STAMPINGS not in scopes(Grant(Duty.LICENCE_OFFICER, "O1"))


def test_a_duty_that_serves_all_widens_one_that_serves_one() -> None:
    actor = Actor(id="P1", grants=frozenset({Grant(Duty.SEAL_OWNER, "O1"), Grant(Duty.SEAL_MAKER)}))
    assert organisations(actor, (Duty.SEAL_OWNER,)) == frozenset({"O1"})
    assert organisations(actor, (Duty.SEAL_OWNER, Duty.SEAL_MAKER)) is None
    assert organisations(actor, (Duty.LICENCE_OFFICER,)) == frozenset()
