"""How a licence stood at any time: by its history, its days of validity in China, and what was found of it later."""

from datetime import UTC, date, datetime, timedelta

import pytest

from identity.subject import SubjectId
from licence.grounds import Ground
from licence.lifecycle import LicenceEvent, LicenceState
from licence.records import Licence, LicenceHistoryEntry, state_at

START = datetime(2026, 1, 1, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LICENCE = Licence(
    id="lic_1",
    state=LicenceState.WITHDRAWN,
    last_actor="a",
    type="type_1",
    issuer=SubjectId("O1"),
    identifier="1",
    digest=bytes(16),
    number="1",
    holder=SubjectId("O2"),
    seal="seal_1",
    status_index=1,
    data={"name": "王某某"},
    prepared_at=START,
    entered_at=START,
    issued_on=date(2026, 1, 1),
    last_day=date(2026, 1, 31),
    chain="lic_1",
)


def entry(
    hours: float, event: LicenceEvent | None, state: LicenceState, ground: Ground | None = None
) -> LicenceHistoryEntry:
    return LicenceHistoryEntry(event=event, state=state, actor="a", at=START + hours * HOUR, reason="", ground=ground)


HISTORY = (
    entry(0, None, LicenceState.PREPARED),
    entry(1, LicenceEvent.RELEASE, LicenceState.IN_FORCE),
    entry(2, LicenceEvent.SUSPEND, LicenceState.SUSPENDED),
    entry(3, LicenceEvent.RESTORE, LicenceState.IN_FORCE),
    entry(4, LicenceEvent.WITHDRAW, LicenceState.WITHDRAWN, Ground.FRAUD),
)


@pytest.mark.parametrize(
    ("hours", "state", "in_force"),
    [
        (-0.001, None, False),
        (0, LicenceState.PREPARED, False),
        (1, LicenceState.IN_FORCE, True),
        (1.999, LicenceState.IN_FORCE, True),
        (2, LicenceState.SUSPENDED, False),
        (3, LicenceState.IN_FORCE, True),
        (4, LicenceState.WITHDRAWN, False),
        (1000, LicenceState.WITHDRAWN, False),
    ],
)
def test_the_state_at_every_moment(hours: float, state: LicenceState | None, *, in_force: bool) -> None:
    then = state_at(LICENCE, HISTORY, START + hours * HOUR)
    assert (then.state, then.is_in_force) == (state, in_force)
    assert then.since == (None if state is None else max(one.at for one in HISTORY if one.at <= then.at))


@pytest.mark.parametrize(
    ("at", "expired"),
    [
        (datetime(2026, 1, 31, 15, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 1, 31, 16, 0, tzinfo=UTC), True),  # midnight in China
    ],
)
def test_validity_ends_with_the_last_day_in_china(at: datetime, *, expired: bool) -> None:
    then = state_at(LICENCE, HISTORY[:2], at)
    assert (then.expired, then.is_in_force) == (expired, not expired)


def test_what_was_annulled_later_was_in_force_and_says_so() -> None:
    assert state_at(LICENCE, HISTORY, START + HOUR).annulled
    assert not state_at(LICENCE, HISTORY[:4], START + HOUR).annulled
    later = (*HISTORY[:4], entry(4, LicenceEvent.WITHDRAW, LicenceState.WITHDRAWN, Ground.PUBLIC_INTEREST))
    assert not state_at(LICENCE, later, START + HOUR).annulled


def test_a_record_shows_itself_without_its_data() -> None:
    assert "王某某" not in repr(LICENCE)
    assert LICENCE.valid_from == date(2026, 1, 1)
