"""How a run of tests goes: what is not measured is not slowed by measuring, and a story is told by one process."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def tracer() -> object:
    """Return what looks at each line while a fixture is made."""
    return sys.gettrace()


@pytest.mark.no_cover
def test_what_is_not_measured_is_looked_at_by_nobody(tracer: object) -> None:
    assert (tracer, sys.gettrace()) == (None, None)


def test_each_file_is_run_by_one_process() -> None:
    (command,) = (one for one in (ROOT / "Makefile").read_text().splitlines() if " -m pytest " in one)
    assert " --dist loadfile --no-loadscope-reorder " in command
