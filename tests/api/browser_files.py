"""What judges files as browsers do: the sources of files.js in Node, and what our engine makes of the same octets."""

import base64
import json
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from seal.verification.files import judge_file
from tests.fakes.clock import NOW
from tests.judges import program, required
from trust.errors import TrustError
from trust.paths import Evidence, Purpose

__all__ = ["Given", "Judge", "Verdict", "encoded", "judge_built_in", "names_of"]

WEB: Final = Path(__file__).parents[2] / "web"
RUNNER: Final = Path(__file__).parent / "browser" / "judge.ts"
PURPOSES: Final = {
    Purpose.SEAL_MAKING: "seal_making",
    Purpose.SEALING: "sealing",
    Purpose.SIGNING: "signing",
    Purpose.TIME_STAMPING: "time_stamping",
    Purpose.DELEGATION: "delegation",
}
LATER: Final = "2099-01-01T00:00:00Z"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What is judged: octets, with what the verifier knows, at a moment."""

    content: bytes
    evidence: Evidence | None
    now: datetime = NOW
    signed: bytes | None = None
    next_update: str = LATER
    outcome: str = "passed"
    state: str = "active"
    rules: tuple[str, ...] = ()

    @property
    def trust(self) -> str:
        """The trust list that says the same as the evidence, in JSON; null where there is none."""
        if self.evidence is None:
            return "null"
        policy = self.evidence.policy
        anchors = [
            {
                "certificate": encoded(one.der),
                "purposes": [name for purpose, name in PURPOSES.items() if policy.trusts(one, purpose)],
                "state": self.state,
            }
            for one in self.evidence.anchors
        ]
        authorities = [{"certificate": encoded(one.der), "purposes": []} for one in self.evidence.certificates]
        lists = [encoded(one.der) for one in self.evidence.revocation_lists]
        told = {"anchors": anchors, "authorities": authorities, "lists": lists, "rules": list(self.rules)}
        return json.dumps({**told, "next_update": self.next_update, "outcome": self.outcome})

    def told(self, folder: Path, place: int) -> dict[str, str]:
        """Return the case as the runner is told it. Its files are laid into a folder, under a number."""
        told = {"trust": self.trust, "now": self.now.isoformat()}
        for name, content in (("file", self.content), ("signed", self.signed)):
            if content is not None:
                told[name] = str(folder / f"{place}.{name}")
                (folder / f"{place}.{name}").write_bytes(content)
        return told

    @property
    def by_engine(self) -> str:
        """What our engine says: an outcome, or that it refuses the file."""
        assert self.evidence is not None
        try:
            report = judge_file(self.content, self.evidence, now=self.now, signed=self.signed)
        except TrustError:
            return "refused"
        return report.document.outcome.value


Verdict = dict[str, Any]
Judge = Callable[[Sequence[Given]], list[Verdict]]


def encoded(octets: bytes) -> str:
    """Return octets in base64."""
    return base64.b64encode(octets).decode()


def judge_built_in(folder: Path) -> Judge:
    """Build what judges into a folder, and return it."""
    modules = WEB / "node_modules"
    required("web/node_modules", modules if modules.is_dir() else None)
    built = folder / "judge.mjs"
    command = [
        str(modules / ".bin" / "esbuild"),
        str(RUNNER),
        "--bundle",
        "--format=esm",
        "--platform=browser",
        "--external:node:fs/promises",
        f"--alias:crypto={WEB}/src/no_crypto.ts",
        "--log-level=warning",
        f"--outfile={built}",
    ]
    subprocess.run(command, check=True, timeout=60)

    def judged(given: Sequence[Given]) -> list[Verdict]:
        trusts = {one.trust: json.loads(one.trust) for one in given}
        cases = [one.told(folder, place) for place, one in enumerate(given)]
        told = json.dumps({"trusts": trusts, "cases": cases})
        command = [program("node"), str(built)]
        run = subprocess.run(command, input=told, capture_output=True, text=True, check=False, timeout=120)
        assert run.returncode == 0, run.stderr
        found: list[Verdict] = json.loads(run.stdout)
        return found

    return judged


def names_of(verdict: Verdict, *, outcome: str) -> set[str]:
    """Return the names of all checks of an outcome."""
    checks = [*verdict["checks"], *(check for one in verdict["signatures"] for check in one["checks"])]
    return {one["name"] for one in checks if one["outcome"] == outcome}
