"""A thousand hostile files in a row, and honest ones in between: `python -m tests.drills.hostile_thousand`.

The real service runs in a process of its own, with two workers that read files. Several people upload hostile files at
once, of every kind that the public vectors know, and ones over which a reader computes until its time is up. Meanwhile
one person asks again and again about an honest file, and each answer is timed. Of each hostile file is asked that it
got the answer that its vector tells; of the service, that it is as quick in the last quarter as in the first, and
holds no more memory. `make drill` runs the whole; tests/api/test_service_with_workers.py a slice.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from api.ceremony import hold_ceremony
from api.demo import cast
from api.demo.service import free_port, running
from api.settings import Settings
from tests.hostile_files import burning
from tests.vectors.verification.cases import read_manifest
from tests.vectors.verification.recipes import RECIPES
from trust.clock import SystemClock

__all__ = ["Ask", "Fault", "Tally", "drill", "require_flat", "resident_memory"]

Ask = Callable[[bytes], tuple[int, Mapping[str, Any]]]
"""Uploads a file, and returns the status and the members of the answer."""

PEOPLE: Final = 3
"""Who upload hostile files at once."""

LARGEST: Final = 4 << 20
"""Octets of the hostile files of the drill: the larger ones are refused before anybody reads them."""

BURNS: Final = 50
"""One file in so many is one over which a reader computes until its time is up."""

OK: Final = 200
QUARTERS: Final = 4
SLOWER: Final = 1.5
GROWN_MIB: Final = 64
"""What the last quarter may take and hold more than the first, on a machine that has other things to do."""


class Fault(Exception):
    """A file got another answer than it must, or the service has become slower or larger."""


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """A hostile file, and the answer that it must get."""

    name: str
    content: bytes
    expect: str

    def require(self, status: int, answer: Mapping[str, Any]) -> None:
        """Raise `Fault` unless this is the answer."""
        verdict = f"{answer.get('outcome')}/{answer.get('sub_indication')}"
        told = verdict if status == OK else f"refused/{answer['code']}"
        if told != self.expect:
            raise Fault(f"{self.name}: {told}, and not {self.expect}")


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a drill has seen: seconds for an honest file, and mebibytes of the service, first and last quarter."""

    files: int
    seconds: float
    honest: int
    first_seconds: float
    last_seconds: float
    slowest_seconds: float
    first_mib: float
    last_mib: float


def hostile_files(count: int) -> list[Hostile]:
    """Return hostile files of the vectors that are small enough to be sent by the thousand: every kind, or so many."""
    cases = [one for one in read_manifest().cases if one.made]
    made = (
        Hostile(name=one.name, content=RECIPES[one.made](), expect=one.expect)
        for one in cases[:: max(1, len(cases) // count)]
    )
    return [one for one in made if len(one.content) <= LARGEST]


def sequence(count: int) -> Iterator[Hostile]:
    """Yield so many hostile files."""
    burns = Hostile(name="a file that burns", content=burning(), expect="refused/worker.exhausted")
    for place, one in enumerate(islice(cycle(hostile_files(count)), count)):
        yield burns if place % BURNS == BURNS - 1 else one


def drill(ask: Ask, memory: Callable[[], float], honest: bytes, count: int) -> Tally:
    """Send hostile files, and honest ones in between. Raise `Fault` where an answer is not what it must be.

    `memory` tells how many mebibytes the service holds.
    """
    began = time.monotonic()
    seconds: list[float] = []
    held: list[float] = []
    _, expected = ask(honest)

    def send(one: Hostile) -> None:
        one.require(*ask(one.content))

    with ThreadPoolExecutor(PEOPLE) as people:
        sent = [people.submit(send, one) for one in sequence(count)]
        while not all(one.done() for one in sent) or len(seconds) < QUARTERS:
            start = time.monotonic()
            status, answer = ask(honest)
            seconds.append(time.monotonic() - start)
            held.append(memory())
            if (status, answer["outcome"]) != (OK, expected["outcome"]):
                raise Fault(f"an honest file: {status} {answer.get('outcome') or answer.get('code')}")
        for one in sent:
            one.result()
    quarter = len(seconds) // QUARTERS
    return Tally(
        files=count,
        seconds=round(time.monotonic() - began, 1),
        honest=len(seconds),
        first_seconds=round(statistics.median(seconds[:quarter]), 4),
        last_seconds=round(statistics.median(seconds[-quarter:]), 4),
        slowest_seconds=round(max(seconds), 3),
        first_mib=round(statistics.median(held[:quarter]), 1),
        last_mib=round(statistics.median(held[-quarter:]), 1),
    )


def require_flat(tally: Tally) -> None:
    """Raise `Fault` where the service has become slower, or larger."""
    if tally.last_seconds > SLOWER * tally.first_seconds:
        raise Fault(f"slower: {tally.first_seconds} s became {tally.last_seconds} s")
    if tally.last_mib > tally.first_mib + GROWN_MIB:
        raise Fault(f"larger: {tally.first_mib} MiB became {tally.last_mib} MiB")


def resident_memory(process: int) -> float:
    """Return the mebibytes that a process holds; its children, which come and go with the files, are left out."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def children() -> set[int]:
    """Return the processes that this one has started."""
    found = (path.read_text(encoding="ascii").split() for path in Path("/proc/self/task").glob("*/children"))
    return {int(one) for several in found for one in several}


def main() -> None:
    """Run the drill."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    told = parser.parse_args()
    honest = read_manifest().content("files/pades-genuine-p-256.pdf")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        port = free_port()
        settings = Settings(
            data_dir=folder / "instance",
            port=port,
            public_url=f"http://127.0.0.1:{port}",
            verify_rate="1000000/minute",
            workers=2,
            worker_seconds=2,
        )
        hold_ceremony(settings, cast.founders(), SystemClock())
        before = children()
        with running(settings, folder / "log") as http:
            (service,) = children() - before

            def ask(content: bytes) -> tuple[int, Mapping[str, Any]]:
                answer = http.post("/v1/verify", files={"file": ("file", content)})
                return answer.status_code, answer.json()

            tally = drill(ask, lambda: resident_memory(service), honest, told.count)
    print(json.dumps(asdict(tally)))  # noqa: T201 - a drill tells
    require_flat(tally)


if __name__ == "__main__":
    main()
