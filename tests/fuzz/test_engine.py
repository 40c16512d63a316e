"""The fuzzer itself: its cases come again, they reach what they should, and a parser that errs is found."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from tests.fuzz.engine import CHANGES, Draws, Seeds, altered, nodes_of
from tests.fuzz.harness import Finding, Harness, Tally, judge, proven, read_finding, run
from tests.fuzz.run import fuzz, main
from trust.asn1 import der
from trust.asn1.der import Malformed
from trust.errors import TrustError

# From Python 3.12 on a process that forks beside threads of others is warned; the children touch none of theirs.
pytestmark = pytest.mark.filterwarnings("ignore:This process")

SEED: Final = der.sequence(
    der.integer(5),
    der.octet_string(der.sequence(der.utf8_string("印章"), der.boolean(value=True))),
    der.bit_string(der.sequence(der.oid("1.2.156.10197.1.501"))),
)
NUMBERS: Final = range(400)


def harness(read: Callable[[bytes], object], *seeds: bytes, name: str = "a parser") -> Harness[object]:
    """Return a harness around a parser of the test."""
    return Harness[object](name=name, seeds=lambda: seeds or (SEED,), read=read, seconds=0.2)


def whats(read: Callable[[bytes], object]) -> set[str]:
    """Return what is found on a parser."""
    return {one.what for one in run(harness(read), NUMBERS).findings}


def test_a_case_is_its_name_and_its_number() -> None:
    first, second = Seeds((SEED,)), Seeds((SEED,))
    assert [first.case("a", n) for n in NUMBERS] == [second.case("a", n) for n in NUMBERS]
    assert [first.case("a", n) for n in NUMBERS] != [first.case("b", n) for n in NUMBERS]
    assert dict(first.cases("a", [7, 3])) == {7: first.case("a", 7), 3: first.case("a", 3)}


def test_draws_are_even_and_never_end() -> None:
    draws = Draws("draws", 1)
    counts = [0] * 4
    for _ in range(4000):
        counts[draws.below(4)] += 1
    assert all(900 < count < 1100 for count in counts)
    assert Draws("draws", 1).bytes(1000)[:10] == Draws("draws", 1).bytes(10)


def test_nodes_stand_inside_strings_as_well() -> None:
    nodes = nodes_of(SEED)
    assert [node.tag for node in nodes] == [0x30, 0x02, 0x04, 0x30, 0x0C, 0x01, 0x03, 0x30, 0x06]
    assert nodes_of(b"%PDF-1.7") == ()


def test_a_node_put_back_makes_the_seed_and_every_length_is_mended() -> None:
    for node in nodes_of(SEED):
        assert node.replaced(node.raw) == SEED
        grown = node.replaced(node.raw, der.octet_string(bytes(300)))
        if node.frames and node.frames[0].tag & 0x20:  # a string that holds two elements is taken for a mere string
            assert len(nodes_of(grown)) == len(nodes_of(SEED)) + 1


@pytest.mark.parametrize("change", dict.fromkeys(CHANGES), ids=lambda one: one.__name__)
def test_every_change_changes_something(change: Callable[..., bytes]) -> None:
    seeds = Seeds((SEED,))
    made = {change(Draws("change", n), node, seeds.pool) != node.raw for n in range(50) for node in seeds.pool}
    assert True in made


def test_octets_of_every_length_can_be_altered() -> None:
    for length in range(4):
        assert any(altered(Draws("altered", n), bytes(length), (SEED,)) != bytes(length) for n in range(20))


def test_cases_are_refused_and_read() -> None:
    tally = run(harness(lambda octets: [one.raw for one in der.parse(octets).children()]), NUMBERS)
    assert tally.cases == len(NUMBERS)
    assert len(NUMBERS) // 5 < tally.read < len(NUMBERS)
    assert tally.findings == []


def test_what_is_not_der_is_altered_by_its_octets() -> None:
    seeds = Seeds((b"%PDF-1.7 and more", b"%PDF-1.4"))
    assert len({seeds.case("pdf", n) for n in NUMBERS}) > len(NUMBERS) // 2


# --- parsers that err are found --------------------------------------------------------------------------------------


def loose(octets: bytes) -> object:
    """Fall over where a BOOLEAN is missing."""
    inside = der.parse(der.parse(octets).children()[1].body)
    return inside.children()[1].boolean()


def test_another_exception_is_found() -> None:
    assert any(what.startswith("it raises IndexError in test_engine.py") for what in whats(loose))


class Rootless(TrustError):
    """An error without a code."""


def never(_octets: bytes) -> object:
    """Raise an error that is no leaf."""
    raise Rootless


def test_an_error_without_a_code_is_found() -> None:
    assert whats(never) == {"it raises Rootless, which is no leaf"}


def endless(octets: bytes) -> object:
    """Take for ever over what is not the seed."""
    while octets != SEED:
        pass
    return None


def test_a_loop_is_found_and_ended() -> None:
    tally = run(harness(endless), range(1))
    assert [one.what for one in tally.findings] == ["it takes more than 0.2 seconds"]


def swallowing(octets: bytes) -> object:
    """Loop, and catch every exception."""
    try:
        return endless(octets)
    except Exception:  # noqa: BLE001 - such parsers exist
        raise Malformed(expected="", offset=0) from None


def test_a_loop_that_catches_everything_is_found() -> None:
    assert run(harness(swallowing), range(1)).findings


def test_a_second_spelling_is_found() -> None:
    careless = Harness[bytes](name="c", seeds=lambda: (SEED,), read=lambda octets: octets.strip(b"\0"), write=bytes)
    tally = Tally()
    assert judge(careless, SEED, tally) == ""
    assert judge(careless, SEED + b"\0", tally) == "it reads as a value that is written otherwise"


def test_what_is_read_and_cannot_be_written_is_found() -> None:
    def refused(_: bytes) -> bytes:
        raise Malformed(expected="", offset=0)

    lavish = Harness[bytes](name="l", seeds=lambda: (SEED,), read=bytes, write=refused)
    found = judge(lavish, SEED, Tally())
    assert found.startswith("it raises Malformed in test_engine.py")


def test_what_proves_too_much_is_found() -> None:
    gullible = Harness[bytes](name="g", seeds=lambda: (b"one", b"two"), read=bytes, proves=lambda _, value: value)
    tally = Tally()
    assert proven(gullible) == {None, b"one", b"two"}
    assert judge(gullible, b"two", tally) == ""
    assert judge(gullible, b"three", tally) == "it proves what was never signed"


# --- at length -------------------------------------------------------------------------------------------------------


def died(octets: bytes) -> object:
    """Kill the process, as a fault in a library of C does, when octets come that are no element."""
    try:
        return der.parse(octets)
    except Malformed:
        os.kill(os.getpid(), 9)
        raise


def test_a_parser_that_kills_its_process_is_found() -> None:
    fuzzed = fuzz(harness(died), 100, jobs=2)
    assert {one.what for one in fuzzed.findings} == {"the process ends with -9"}
    for one in fuzzed.findings:
        with pytest.raises(Malformed):
            der.parse(bytes.fromhex(one.data))


def test_every_case_is_tried_once_whatever_the_number_of_processes() -> None:
    seen = {jobs: fuzz(harness(der.parse), 450, start=17, jobs=jobs) for jobs in (1, 2, 3)}
    assert {one.cases for one in seen.values()} == {450}
    assert len({one.read for one in seen.values()}) == 1


def test_a_limit_of_time_is_kept_and_told() -> None:
    def slow(octets: bytes) -> object:
        time.sleep(0.005)
        return octets

    fuzzed = fuzz(harness(slow), 10_000, seconds=0.5)
    assert 0 < fuzzed.cases < 2000


def test_a_finding_is_kept_and_read_again(tmp_path: Path) -> None:
    finding = Finding(harness="signed message, judged", data="3000", what="it raises KeyError")
    assert read_finding(finding.save(tmp_path)) == finding
    assert finding.save(tmp_path) == finding.save(tmp_path)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--cases", "300", "--jobs", "2", "--out", str(tmp_path / "fuzz.json"), "sm2 signature", "claim"]
    assert main(arguments) == 0
    printed = capsys.readouterr().out
    assert "sm2 signature: 300 cases" in printed
    assert '"parser": "claim"' in (tmp_path / "fuzz.json").read_text()
