"""Every parser of foreign bytes against a few mutants of what the house makes; `make fuzz` tries millions."""

from typing import Final

import pytest

from tests.fuzz.harness import CASES, AnyHarness, Tally, judge, proven, read_finding, run, seeds_of
from tests.fuzz.parsers import PARSERS
from trust.typefaces import Typeface, glyph, load

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")

NUMBERS: Final = range(1000)
SLOW: Final = {
    "pdf": range(40),
    "ofd xml": range(200),
    "picture of a seal": range(60),
    "picture of a seal on white": range(60),
}
"""Parsers that take milliseconds over a case."""

RARE: Final = frozenset(
    {
        "PNG",
        "picture of a seal",
        "picture of a seal on white",
        "trust list",
        "status list",
        "share",
        "envelope",
        "long value",
        "licence type, as a file",
        "template, as an archive",
    }
)
"""Parsers that take hardly a mutant: what they read is under a signature, a checksum or a tag as a whole."""


TAKES_ANYTHING: Final = frozenset({"what is asked"})
"""Readers for which everything is something: what is no code and no identifier is a file."""

EVERY_PARSER = pytest.mark.parametrize("harness", PARSERS.values(), ids=lambda one: one.name)


@pytest.fixture(autouse=True, scope="session")
def typefaces_are_read() -> None:
    """Read every typeface before a case is timed: a process does that once, when it first meets a rare character."""
    for face in Typeface:
        if face.is_there:
            assert glyph(chr(next(iter(load(face).characters))), face).advance >= 0


def numbers_of(harness: AnyHarness) -> range:
    """Return the cases of an ordinary run."""
    return SLOW.get(harness.name, range(100) if harness.proves else NUMBERS)


@EVERY_PARSER
def test_the_seeds_are_read(harness: AnyHarness) -> None:
    for octets in seeds_of(harness).valid:
        value = harness.read(octets)
        if harness.write is not None:
            assert harness.write(value) == octets
        if harness.proves is not None:
            assert harness.proves(octets, value) is not None
    assert len(proven(harness)) > bool(harness.proves)


@EVERY_PARSER
def test_mutants_are_read_or_refused_with_our_errors_in_time(harness: AnyHarness) -> None:
    tally = run(harness, numbers_of(harness))
    assert [(one.what, one.data) for one in tally.findings] == []
    assert tally.cases == len(numbers_of(harness))
    assert tally.read < tally.cases or harness.name in TAKES_ANYTHING
    assert tally.read > 0 or harness.name in RARE


def test_what_was_found_once_is_mended() -> None:
    for path in sorted(CASES.glob("*.json")):
        finding = read_finding(path)
        assert judge(PARSERS[finding.harness], bytes.fromhex(finding.data), Tally()) == "", path.name
