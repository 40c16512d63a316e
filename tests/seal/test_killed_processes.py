"""A process that is killed between two steps of a stamping: what another finds, voids, and can do once more."""

import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from seal.ledger.entries import Authorisation, Operation, StampingState
from seal.stamping.intents import LEFT_BEHIND
from tests.fakes.clock import SettableClock
from tests.seal.houses import House
from tests.seal.killing import order_of, run

ROOT = Path(__file__).parents[2]
PREPARED, DONE, VOID = StampingState.PREPARED, StampingState.DONE, StampingState.VOID
MANY = 30


def killed(folder: Path, kind: str, point: str) -> int:
    """Stamp in a process of its own that dies at `point`, and return how it ended."""
    command = [sys.executable, "-m", "tests.seal.killing", str(folder), kind, point]
    return subprocess.run(command, cwd=ROOT, check=False, timeout=60).returncode


def authorised(house: House, kind: str) -> Authorisation:
    """Let the business system stamp exactly as often as the request needs."""
    times = MANY if kind == "batch" else 1
    return house.authorise(house.names["spare"], house.authority.client, times=times, operations=frozenset(Operation))


@pytest.mark.parametrize(
    ("kind", "point", "left"),
    [
        ("document", "commit:seal:stamp:prepared", 0),
        ("document", "sign:seal_owner", 1),
        ("document", "signed:seal_owner", 1),
        ("document", "kept", 1),
        ("document", "commit:seal:stamp:done", 1),
        ("digest", "commit:seal:stamp:prepared", 0),
        ("digest", "signed:seal_owner", 1),
        ("digest", "commit:seal:stamp:done", 1),
        ("batch", "commit:seal:stamp_batch:prepared", 0),
        ("batch", "signed:seal_owner", MANY),
        ("batch", "commit:seal:stamp_batch:done", MANY),
        ("message", "signed:seal_owner", 1),
        ("message", "kept", 1),
    ],
)
@pytest.mark.no_cover
def test_what_a_killed_process_left_is_voided_and_done_once_more(
    template: Path, tmp_path: Path, kind: str, point: str, left: int
) -> None:
    folder = tmp_path / "instance"
    house = House.copied(template, folder, SettableClock())
    held = authorised(house, kind)
    house.store.close()
    assert killed(folder, kind, point) == -signal.SIGKILL
    house = House(house.settings, SettableClock())
    try:
        seal = house.names["spare"]
        assert (house.states(seal), house.used(held)) == ([PREPARED] * left, left)
        house.clock.advance(LEFT_BEHIND + timedelta(microseconds=1))
        assert house.stampings.recover() == left
        assert (house.states(seal), house.used(held)) == ([VOID] * left, 0)
        run(house, order_of(house, kind, count=MANY))
        done = MANY if kind == "batch" else 1
        assert (house.states(seal), house.used(held)) == ([VOID] * left + [DONE] * done, done)
    finally:
        house.store.close()
