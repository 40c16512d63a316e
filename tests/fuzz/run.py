"""Fuzzing at length: `make fuzz CASES=1000000`. Every parser on every core, a table, and bench-out/fuzz.json.

A parser that kills its process, or hangs in a library of C where no signal reaches it, is found from outside: each
process tells which case it is at.
"""

import argparse
import json
import logging
import multiprocessing
import os
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from tests.fuzz.harness import AnyHarness, Finding, Tally, run, seeds_of
from tests.fuzz.parsers import PARSERS

__all__ = ["Fuzzed", "fuzz", "main"]

OUT: Final = Path("bench-out") / "fuzz.json"
CHUNK: Final = 200
"""Cases between two reports of a process."""

PATIENCE: Final = 60.0
"""Seconds of silence on one case after which a process counts as hanging in C."""

FORK: Final = multiprocessing.get_context("fork")  # the children share the seeds, whose keys differ from run to run


@dataclass(kw_only=True)
class Fuzzed:
    """What came of fuzzing one parser."""

    name: str
    cases: int = 0
    read: int = 0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)

    def add(self, tally: Tally) -> None:
        """Take in what one process reports."""
        self.cases += tally.cases
        self.read += tally.read
        self.findings += tally.findings

    def as_json(self) -> dict[str, Any]:
        """Return the object that goes into the file of results."""
        found = sorted({one.what for one in self.findings})
        return {
            "parser": self.name,
            "cases": self.cases,
            "read": self.read,
            "seconds": round(self.seconds, 1),
            "findings": found,
        }


class Worker:
    """A process that tries every n-th case, and what it is at."""

    def __init__(self, harness: AnyHarness, numbers: range, deadline: float) -> None:
        self.harness, self.numbers, self.deadline = harness, numbers, deadline
        self.at = FORK.Value("q", numbers.start, lock=False)
        self.seen, self.since = -1, time.monotonic()
        self.reports, self.told = FORK.Pipe(duplex=False)
        self.process: ForkProcess = FORK.Process(target=self.work, daemon=True)
        self.process.start()
        self.told.close()

    def work(self) -> None:
        """Try the cases, chunk by chunk, and report after each. In the process."""
        for start in range(0, len(self.numbers), CHUNK):
            if time.monotonic() > self.deadline:
                break
            self.told.send(run(self.harness, self.noted(self.numbers[start : start + CHUNK])))
        self.told.send(None)

    def noted(self, numbers: range) -> Iterator[int]:
        """Yield the numbers, each noted where the parent sees it."""
        for number in numbers:
            self.at.value = number
            yield number

    def dead(self, what: str) -> Finding:
        """Return the finding of the case at which the process stands or fell."""
        octets = seeds_of(self.harness).case(self.harness.name, self.at.value)
        return Finding(harness=self.harness.name, data=octets.hex(), what=what)

    def receive(self) -> Tally | Finding | None:
        """Return the next report; a finding where the process died; None where it is done."""
        try:
            report: Tally | None = self.reports.recv()
        except EOFError:
            self.process.join()
            return self.dead(f"the process ends with {self.process.exitcode}")
        return report

    def is_silent(self) -> bool:
        """Tell whether it stands at one case for too long."""
        if self.at.value != self.seen:
            self.seen, self.since = self.at.value, time.monotonic()
        return time.monotonic() - self.since > PATIENCE

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.reports.close()


def fuzz(harness: AnyHarness, cases: int, *, start: int = 0, seconds: float = 1e9, jobs: int = 1) -> Fuzzed:
    """Try `cases` cases from number `start` on, in `jobs` processes, but no longer than `seconds`."""
    _ = seeds_of(harness).pool  # before the processes part
    began = time.monotonic()
    fuzzed = Fuzzed(name=harness.name)
    workers = [Worker(harness, range(start + n, start + cases, jobs), began + seconds) for n in range(jobs)]
    while workers:
        ready: list[Any] = wait([one.reports for one in workers], timeout=1.0)
        for one in [*workers]:
            report: Tally | Finding | None
            if one.reports in ready:
                report = one.receive()
            elif one.is_silent():
                report = one.dead(f"it hangs for more than {PATIENCE:g} seconds where no signal reaches it")
            else:
                continue
            if isinstance(report, Tally):
                fuzzed.add(report)
                continue
            if report is not None:
                fuzzed.findings.append(report)
            one.stop()
            workers.remove(one)
    fuzzed.seconds = time.monotonic() - began
    return fuzzed


def table(results: Sequence[Fuzzed]) -> Table:
    """Return the table of what came of it."""
    found = Table("parser", "cases", "read", "cases a second", "findings")
    for one in results:
        rate = one.cases / one.seconds if one.seconds else 0
        read = f"{one.read / max(1, one.cases):.0%}"
        found.add_row(one.name, f"{one.cases:,}", read, f"{rate:,.0f}", str(len(one.findings)))
    return found


def main(arguments: Sequence[str]) -> int:
    """Fuzz every parser that is asked for, and return 1 where something was found."""
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases for each parser")
    parser.add_argument("--seconds", type=float, default=1e9, help="at most so long for each parser")
    parser.add_argument("--start", type=int, default=0, help="the number of the first case")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("parsers", nargs="*", default=list(PARSERS), help="names of parsers; all unless told")
    told = parser.parse_args(arguments)
    console = Console(width=120)
    results: list[Fuzzed] = []
    for name in told.parsers:
        fuzzed = fuzz(PARSERS[name], told.cases, start=told.start, seconds=told.seconds, jobs=told.jobs)
        results.append(fuzzed)
        console.print(f"{name}: {fuzzed.cases:,} cases in {fuzzed.seconds:.0f} s, {len(fuzzed.findings)} findings")
        kinds = {one.what: one for one in sorted(fuzzed.findings, key=lambda one: -len(one.data))}
        for what, finding in kinds.items():  # of each kind the shortest
            console.print(f"  {what}\n  kept as {finding.save()}", markup=False)
        told.out.parent.mkdir(exist_ok=True)
        text = json.dumps([one.as_json() for one in results], indent=2, ensure_ascii=False)
        told.out.write_text(text + "\n", encoding="utf-8")
    console.print(table(results))
    return 1 if any(one.findings for one in results) else 0


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # what libraries think of mutants
    logging.disable(logging.CRITICAL)
    sys.exit(main(sys.argv[1:]))
