"""What a parser of foreign bytes owes us, and how it is asked for it, case by case.

It reads, or raises a leaf of `TrustError`; it does so within its time; and where its format promises one encoding for
one value, what was read is written back to the same octets.
"""

import json
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any, Final, Generic, TypeAlias, TypeVar

from tests.fuzz.engine import Seeds
from trust.crypto.sm3 import sm3
from trust.errors import TrustError

__all__ = [
    "CASES",
    "AnyHarness",
    "Finding",
    "Harness",
    "Tally",
    "Tardy",
    "judge",
    "proven",
    "read_finding",
    "run",
    "seeds_of",
    "within",
]

CASES: Final = Path(__file__).parent / "cases"
"""Octets that once made a parser fall over, one file each. They are tried in every run of the tests."""

Value = TypeVar("Value")


class Tardy(BaseException):
    """A case took longer than its time. Not an `Exception`: no parser may catch it."""


@dataclass(frozen=True, kw_only=True)
class Harness(Generic[Value]):
    """A parser, and octets that it takes."""

    name: str
    seeds: Callable[[], Iterable[bytes]]
    read: Callable[[bytes], Value]
    write: Callable[[Value], bytes] | None = None
    """Writes what was read, where the format has one encoding for one value."""

    proves: Callable[[bytes, Value], bytes | None] | None = None
    """What a verifier takes for proven, or None where it trusts nothing. Nothing may prove what no seed proves."""

    seconds: float = 1.0
    """CPU time that one case may take."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A case on which a parser did not do what it owes us."""

    harness: str
    data: str
    """The octets, in hexadecimal."""

    what: str

    def save(self, folder: Path = CASES) -> Path:
        """Write this finding where the tests will try it for ever, and return where that is."""
        folder.mkdir(exist_ok=True)
        name = f"{self.harness.replace(' ', '-')}-{hash_name(self.data)}.json"
        path = folder / name
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return path


AnyHarness: TypeAlias = Harness[Any]


def hash_name(data: str) -> str:
    """Return a short name for octets."""
    return sm3(bytes.fromhex(data)).hex()[:12]


def read_finding(path: Path) -> Finding:
    """Read a finding that was saved."""
    return Finding(**json.loads(path.read_text(encoding="utf-8")))


@dataclass(kw_only=True)
class Tally:
    """What came of many cases."""

    cases: int = 0
    read: int = 0
    """How many were read; the others were refused with our error."""

    findings: list[Finding] = field(default_factory=list)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raise `Tardy` inside when it takes more CPU time than that. For the main thread alone, as signals are."""

    def late(_signal: int, _frame: FrameType | None) -> None:
        raise Tardy

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@cache
def seeds_of(harness: AnyHarness) -> Seeds:
    """Return the seeds of a harness, made once in a process."""
    return Seeds(tuple(harness.seeds()))


@cache
def proven(harness: AnyHarness) -> frozenset[bytes | None]:
    """Return what the seeds of a harness prove, and None, which proves nothing."""
    valid = () if harness.proves is None else seeds_of(harness).valid
    return frozenset({None, *(harness.proves(one, harness.read(one)) for one in valid if harness.proves)})


def judge(harness: AnyHarness, octets: bytes, tally: Tally) -> str:
    """Try one case, and return what is wrong with how it was taken; nothing where all is well."""
    try:
        with within(harness.seconds):
            try:
                value = harness.read(octets)
            except TrustError as error:  # the one place of ours: what was read is written, and judged, without refusals
                return "" if error.code else f"it raises {type(error).__name__}, which is no leaf"
            tally.read += 1
            if harness.write is not None and harness.write(value) != octets:
                return "it reads as a value that is written otherwise"
            if harness.proves is not None and harness.proves(octets, value) not in proven(harness):
                return "it proves what was never signed"
    except Tardy:
        return f"it takes more than {harness.seconds} seconds"
    except Exception as error:  # noqa: BLE001 - whatever a parser lets through is what we look for
        place = traceback.extract_tb(error.__traceback__)[-1]
        return f"it raises {type(error).__name__} in {Path(place.filename).name}:{place.lineno}: {error}"
    return ""


def run(harness: AnyHarness, numbers: Iterable[int]) -> Tally:
    """Try every case of `numbers`."""
    tally = Tally()
    for _, octets in seeds_of(harness).cases(harness.name, numbers):
        tally.cases += 1
        what = judge(harness, octets, tally)
        if what:
            tally.findings.append(Finding(harness=harness.name, data=octets.hex(), what=what))
    return tally
