"""How far trust in a stamping reaches, for each moment of a seal's life and each ground of its end."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

import pytest

from seal.errors import GroundNotAllowed
from seal.grounds import ALLOWED, COMPROMISING, ENDINGS, Fallback, Ground, require_ground
from seal.lifecycle import SealEvent, SealState
from seal.records import HistoryEntry
from seal.standing import SealTrust, trust_at
from tests.fakes.clock import NOW

HOUR: Final = timedelta(hours=1)


def at(hours: float) -> datetime:
    """Return a moment after the beginning."""
    return NOW + hours * HOUR


def entry(event: SealEvent | None, state: SealState, hours: float, **more: object) -> HistoryEntry:
    """Return a step of a life."""
    made = HistoryEntry(event=event, state=state, actor="somebody", at=at(hours), reason="")
    return replace(made, **more)  # type: ignore[arg-type] # the fields of a step


BEFORE: Final = (
    entry(None, SealState.APPLIED, 0),
    entry(SealEvent.APPROVE, SealState.APPROVED, 1),
    entry(SealEvent.MAKE, SealState.MADE, 2),
    entry(SealEvent.FILE, SealState.FILED, 3),
    entry(SealEvent.ISSUE, SealState.ISSUED, 4),
)
USED: Final = (*BEFORE, entry(SealEvent.ACCEPT, SealState.ACTIVE, 5))
LOST: Final = (
    *USED,
    entry(SealEvent.SUSPEND, SealState.SUSPENDED, 10, lost_at=at(8)),
    entry(SealEvent.REQUEST_RESUME, SealState.RESUMING, 11),
    entry(SealEvent.RESUME, SealState.ACTIVE, 12),
)
FOUND_LATER: Final = (
    *USED,
    entry(SealEvent.SUSPEND, SealState.SUSPENDED, 10),
    entry(SealEvent.REPORT_LOSS, SealState.SUSPENDED, 12, lost_at=at(8)),
)
PROPOSED: Final = (
    *USED,
    entry(SealEvent.PROPOSE_CANCEL, SealState.CANCELLING, 10, ground=Ground.RENAMED),
    entry(SealEvent.REFUSE_CANCEL, SealState.SUSPENDED, 11),
    entry(SealEvent.REQUEST_RESUME, SealState.RESUMING, 12),
    entry(SealEvent.RESUME, SealState.ACTIVE, 13),
)


@pytest.mark.parametrize(
    ("history", "hours", "trust", "since"),
    [
        (BEFORE, 9, SealTrust.NOT_IN_USE, None),
        (USED, 4.9, SealTrust.NOT_IN_USE, 5),
        (USED, 5, SealTrust.VALID, None),
        (USED, 100, SealTrust.VALID, None),
        (LOST, 7.9, SealTrust.VALID, None),
        (LOST, 8, SealTrust.DISPUTED, 8),
        (LOST, 9, SealTrust.DISPUTED, 8),
        (LOST, 10, SealTrust.STOPPED, 10),
        (LOST, 10.1, SealTrust.STOPPED, 10),
        (LOST, 11.5, SealTrust.STOPPED, 10),
        (LOST, 12, SealTrust.VALID, None),
        (FOUND_LATER, 7.9, SealTrust.VALID, None),
        (FOUND_LATER, 8, SealTrust.DISPUTED, 8),
        (FOUND_LATER, 10, SealTrust.STOPPED, 10),
        (FOUND_LATER, 11.5, SealTrust.STOPPED, 10),
        (PROPOSED, 9.9, SealTrust.VALID, None),
        (PROPOSED, 10, SealTrust.STOPPED, 10),
        (PROPOSED, 12.5, SealTrust.STOPPED, 10),
        (PROPOSED, 13, SealTrust.VALID, None),
    ],
)
@pytest.mark.parametrize("is_proven", [True, False])
def test_what_a_life_says_of_a_moment(
    history: tuple[HistoryEntry, ...], hours: float, trust: SealTrust, since: float | None, *, is_proven: bool
) -> None:
    found = trust_at(history, at(hours), is_proven=is_proven)
    assert (found.trust, found.since) == (trust, None if since is None else at(since))


def ended(ground: Ground | None, *, lost_at: datetime | None = None) -> tuple[HistoryEntry, ...]:
    """Return the life of a seal that was cancelled at hour 20."""
    return (*USED, entry(SealEvent.CANCEL, SealState.CANCELLED, 20, ground=ground, lost_at=lost_at))


@pytest.mark.parametrize("ground", [None, *Ground])
def test_the_ground_of_an_end_decides_what_it_does_to_the_past(ground: Ground | None) -> None:
    history = ended(ground)
    unproven = trust_at(history, at(7), is_proven=False)
    needs_proof = ground in {Ground.LOST, Ground.KEY_COMPROMISED}
    assert unproven.trust is (SealTrust.NEEDS_PROOF if needs_proof else SealTrust.VALID)
    assert unproven.ground is (ground if needs_proof else None)
    assert trust_at(history, at(7), is_proven=True).trust is SealTrust.VALID
    after = trust_at(history, at(20), is_proven=True)
    assert (after.trust, after.since, after.ground) == (SealTrust.STOPPED, at(20), ground)


def test_of_a_compromised_seal_only_what_is_proven_from_before_stands() -> None:
    history = ended(Ground.KEY_COMPROMISED, lost_at=at(15))
    assert trust_at(history, at(14), is_proven=True).trust is SealTrust.VALID
    assert trust_at(history, at(16), is_proven=True).trust is SealTrust.DISPUTED
    for hours in (7, 16, 30):
        found = trust_at(history, at(hours), is_proven=False)
        assert (found.trust, found.since) == (SealTrust.NEEDS_PROOF, at(15))


@pytest.mark.parametrize("is_proven", [True, False])
@pytest.mark.parametrize("hours", [1, 7, 30])
def test_what_was_made_unlawfully_never_was_valid(hours: float, *, is_proven: bool) -> None:
    history = (
        *ended(Ground.RENAMED),
        entry(SealEvent.INVALIDATE, SealState.INVALIDATED, 25, ground=Ground.UNLAWFUL),
        entry(SealEvent.REQUEST_DESTROY, SealState.DESTROYING, 26),
    )
    found = trust_at(history, at(hours), is_proven=is_proven)
    assert (found.trust, found.since, found.ground) == (SealTrust.NEVER_VALID, at(25), Ground.UNLAWFUL)


def test_destruction_adds_nothing_to_an_end() -> None:
    history = (
        *ended(Ground.DISSOLVED),
        entry(SealEvent.REQUEST_DESTROY, SealState.DESTROYING, 30),
        entry(SealEvent.DESTROY, SealState.DESTROYED, 31),
    )
    assert trust_at(history, at(7), is_proven=False).trust is SealTrust.VALID
    found = trust_at(history, at(40), is_proven=True)
    assert (found.trust, found.since, found.ground) == (SealTrust.STOPPED, at(20), Ground.DISSOLVED)


def test_time_stamps_tell_whole_seconds() -> None:
    accepted = entry(SealEvent.ACCEPT, SealState.ACTIVE, 5)
    history = (*BEFORE, accepted)
    assert trust_at(history, accepted.at.replace(microsecond=0), is_proven=True).trust is SealTrust.VALID
    early = accepted.at.replace(microsecond=0) - timedelta(microseconds=1)
    assert trust_at(history, early, is_proven=True).trust is SealTrust.NOT_IN_USE


# --- grounds

REASONS: Final = {
    "no_longer_needed": 5,
    "renamed": 3,
    "merged": 5,
    "dissolved": 5,
    "bankrupt": 5,
    "lost": 1,
    "key_compromised": 1,
    "image_worn": 4,
    "certificate_ended": 4,
    "never_accepted": 5,
    "unlawful": 9,
}
"""CRLReason of each ground (RFC 5280, 5.3.1), written down a second time."""


def test_every_ground_has_its_reason_on_the_list() -> None:
    assert {ground.value: ending.revocation_reason for ground, ending in ENDINGS.items()} == REASONS
    assert set(ENDINGS) == set(Ground)
    assert {Ground.LOST, Ground.KEY_COMPROMISED} == COMPROMISING
    never = [one for one, ending in ENDINGS.items() if ending.fallback is Fallback.NEVER_VALID]
    assert never == [Ground.UNLAWFUL]


@pytest.mark.parametrize("event", sorted(ALLOWED))
@pytest.mark.parametrize("ground", sorted(Ground))
def test_a_step_has_its_own_grounds(event: SealEvent, ground: Ground) -> None:
    if ground in ALLOWED[event]:
        assert require_ground(event, ground) is ground
        return
    with pytest.raises(GroundNotAllowed) as refused:
        require_ground(event, ground)
    assert (refused.value.code, refused.value.details) == (
        "seal.ground_not_allowed",
        {"event": event.value, "ground": ground.value},
    )


def test_the_issuing_department_ends_what_its_owner_cannot() -> None:
    assert {one.value for one in ALLOWED[SealEvent.PROPOSE_CANCEL]} == {"renamed", "merged", "dissolved", "bankrupt"}
