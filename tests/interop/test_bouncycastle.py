"""BouncyCastle judges the evidence of the story: seal, seal signature, time-stamps, CMS, chains with their lists."""

import hashlib
import os
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.interop.conftest import Taken
from tests.judges import program, required
from tests.story import Played

pytestmark = pytest.mark.interop

JARS: Final = tuple(Path("/usr/share/java") / f"{name}.jar" for name in ("bcprov", "bcpkix", "bcutil"))
JUDGE: Final = Path(__file__).parent / "Judge.java"
CHECKS: Final = 31
"""How many there are, so that none goes missing."""


def judge(played: Played, folder: Path, *, protected: bytes, covered: bytes, cms: bytes) -> tuple[int, list[str]]:
    """Let it judge, and return its exit code and what it said."""
    (folder / "content").write_bytes(covered)
    (folder / "cms").write_bytes(cms)
    jars = required("BouncyCastle", JARS if all(jar.exists() for jar in JARS) else None)
    arguments = (played.evidence, hashlib.new("sm3", protected).hexdigest(), folder / "content", folder / "cms")
    command = [program("java"), "-cp", os.pathsep.join(map(str, jars)), JUDGE, *arguments]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=120)
    return done.returncode, done.stdout.splitlines()


def test_it_finds_everything_good(
    played: Played, seal_signature: Taken, reader_signature: Taken, tmp_path: Path
) -> None:
    code, told = judge(
        played,
        tmp_path,
        protected=seal_signature.covered,
        covered=reader_signature.covered,
        cms=reader_signature.der,
    )
    assert (code, [line for line in told if not line.startswith("OK ")]) == (0, [])
    assert len(told) == CHECKS


def test_it_finds_the_sealed_part_altered(
    played: Played, seal_signature: Taken, reader_signature: Taken, tmp_path: Path
) -> None:
    code, told = judge(
        played,
        tmp_path,
        protected=seal_signature.covered + b" ",
        covered=reader_signature.covered,
        cms=reader_signature.der,
    )
    assert (code, told[-1]) == (1, "FAILED data hash is that of the document")
