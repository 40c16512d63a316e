"""The story, played once in a run for all tests that read its evidence: in flows/ and in interop/.

Where tests run in several processes, the first that needs it plays it, and the others wait for what it left.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

__all__ = ["Played", "files", "played", "signed_files"]

ROOT: Final = Path(__file__).parent.parent
PATIENCE: Final = 300


@dataclass(frozen=True)
class Played:
    """The evidence of a story that was played, the instance that it left, and the file of what was printed."""

    evidence: Path
    instance: Path
    printed: Path
    environment: dict[str, str]

    def trust(self, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
        """Run the command line on a machine without an instance."""
        command = [sys.executable, "-m", "api.cli", *map(str, arguments)]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False, timeout=PATIENCE
        )


@contextmanager
def one_at_a_time(file: Path) -> Iterator[None]:
    """Let one process after the other into the block."""
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def played(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Return what the story left."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(pytestconfig, "workerinput"):  # one process of several, each with a folder of its own in a common one
        folder = folder.parent
    folder = folder / "story"
    folder.mkdir(exist_ok=True)
    with one_at_a_time(folder / "lock"):
        return play(folder)


def play(folder: Path) -> Played:
    """Play the story as `trust demo` does, over HTTP with a service of its own, and keep the instance.

    Where it was played before, return what it left.
    """
    nothing, printed = folder / "no-corpus", folder / "printed.txt"
    nothing.mkdir(exist_ok=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRUST_")}  # noqa: TID251 - a program of its own needs one
    environment |= {"TRUST_DATA_DIR": str(folder / "no-instance"), "COLUMNS": "200"}
    told = Played(folder / "evidence", folder / "instance", printed, environment)
    if printed.exists():
        return told
    done = told.trust("demo", "--out", told.evidence, "--keep", told.instance, "--corpus", nothing)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert done.stderr == ""
    printed.write_text(done.stdout)
    return told


def files(folder: Path) -> Iterator[Path]:
    """Return every file in a folder and below, by name."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def signed_files(played: Played) -> list[Path]:
    """Return every PDF of the evidence that bears a seal."""
    return [
        played.evidence / "licence.pdf",
        played.evidence / "food.pdf",
        *files(played.evidence / "licences"),
        *files(played.evidence / "stamped"),
    ]
