"""Measuring: CPU time of a call, ours and a baseline's in turn, so that a change of the machine's speed hits both."""

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

__all__ = ["Result", "cpu_seconds", "cpu_seconds_of", "paired"]

ROUNDS = 7


@dataclass(frozen=True, kw_only=True)
class Result:
    """One figure. `ratio` is ours over baseline so that larger is better, for costs too."""

    name: str
    unit: str
    baseline: str
    baseline_value: float
    ours: float
    ratio: float

    def as_json(self) -> dict[str, str | float]:
        """Return the object that goes into the file of results."""
        return asdict(self)


def cpu_seconds(act: Callable[[], object], times: int) -> float:
    """Return the CPU seconds of one call, its children included."""
    before = os.times()
    started = time.process_time()
    for _ in range(times):
        act()
    own = time.process_time() - started
    after = os.times()
    children = after.children_user + after.children_system - before.children_user - before.children_system
    return (own + children) / times


def cpu_seconds_of(process: int) -> float:
    """Return the CPU seconds that another process has used so far, of its threads too that have ended."""
    return time.clock_gettime((~process << 3) | 2)  # what clock_getcpuclockid(3) returns for a process


def paired(
    name: str,
    baseline: str,
    theirs: Callable[[], object],
    ours: Callable[[], object],
    *,
    times: int,
    unit: str = "per second",
) -> Result:
    """Return how often ours and the baseline run in a second of CPU, medians of paired rounds."""
    theirs()
    ours()
    pairs = [(cpu_seconds(theirs, times), cpu_seconds(ours, times)) for _ in range(ROUNDS)]
    return Result(
        name=name,
        unit=unit,
        baseline=baseline,
        baseline_value=round(1 / statistics.median(their for their, _ in pairs), 2),
        ours=round(1 / statistics.median(our for _, our in pairs), 2),
        ratio=round(statistics.median(their / our for their, our in pairs), 3),
    )
