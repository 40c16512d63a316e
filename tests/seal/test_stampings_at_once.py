"""Many at once against a count: exactly as many stamp as may, on each database, by threads and by processes."""

import json
import subprocess
import sys
from collections import Counter
from typing import Final

import pytest

from seal.errors import AuthorisationExhausted
from seal.ledger.entries import StampingState
from tests.seal.holders import Holder
from tests.seal.houses import House, at_once

MAY: Final = 20
TRY: Final = 50


@pytest.fixture
def counted(either_house: House) -> Holder:
    """Return somebody who may stamp twenty times."""
    return Holder(either_house, times=MAY)


def require_exactly(holder: Holder, done: int, exhausted: int) -> None:
    assert (done, exhausted) == (MAY, TRY - MAY)
    assert holder.used == MAY
    states = Counter(holder.states[-TRY:])
    assert states[StampingState.DONE] == MAY
    assert states[StampingState.PREPARED] == 0
    assert Counter(holder.tags)["seal:stamp:prepared"] - Counter(holder.tags)["seal:stamp:void"] == MAY
    assert Counter(holder.tags)["seal:stamp:done"] == MAY


@pytest.mark.no_cover
def test_fifty_threads_against_a_count_of_twenty(counted: Holder) -> None:
    commands = [counted.command() for _ in range(TRY)]
    found = at_once(*(lambda one=one: counted.stamp(one) for one in commands))
    exhausted = [one for one in found if isinstance(one, AuthorisationExhausted)]
    done = [one for one in found if isinstance(one, tuple)]
    require_exactly(counted, len(done), len(exhausted))
    assert {one.details["times"] for one in exhausted} == {MAY}
    assert len({stamping.id for stamping, _ in done}) == MAY
    assert counted.stamped == MAY  # no key was used for a stamping that was not counted


@pytest.mark.no_cover
def test_two_processes_against_a_count_of_twenty(counted: Holder) -> None:
    house = counted.house
    settings = house.settings
    told = [str(settings.data_dir), settings.database_url, counted.seal, str(TRY // 2)]
    command = [sys.executable, "-m", "tests.seal.stamping_process", *told]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]  # type: ignore[call-overload]
    for one in processes:
        one.stdin.write("go\n")
        one.stdin.flush()
    answers = [one.communicate(timeout=300)[0] for one in processes]
    assert [one.returncode for one in processes] == [0, 0]
    found = Counter(code for answer in answers for code in json.loads(answer))
    assert set(found) <= {"done", AuthorisationExhausted.code}
    require_exactly(counted, found["done"], found[AuthorisationExhausted.code])
