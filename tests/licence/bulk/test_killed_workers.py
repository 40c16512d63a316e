"""A slice of the crash drill (tests/drills/bulk_kills.py): a few processes killed on a small job."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
KILLS, ROWS, BAD = 3, 24, 3


@pytest.mark.no_cover
def test_killed_processes_leave_exactly_the_good_rows_once(template: Path) -> None:
    asked = ["--kills", str(KILLS), "--rows", str(ROWS), "--database", "sqlite", "--template", str(template)]
    command = [sys.executable, "-m", "tests.drills.bulk_kills", *asked]
    run = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr[-3000:]
    told = json.loads(run.stdout)
    assert told["kills"] == KILLS
    assert (told["issued"], told["refused"]) == ((ROWS - BAD) * told["jobs"], BAD * told["jobs"])
