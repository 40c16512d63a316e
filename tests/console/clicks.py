"""Which acts of the console are clicked by its tests: told by the browsers of a whole run, and missed at its end.

An act is whatever the console sends that is no mere reading (GET). A run of all tests of the console fails where one
was not sent by any browser, unless it is named here with a reason. Runs of a part of them are not judged.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from tests.console.sources import asked

__all__ = [
    "NOT_CLICKED",
    "SENT",
    "acts",
    "missed",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_testnodedown",
]

HERE: Final = Path(__file__).parent
SENT: Final = pytest.StashKey[set[tuple[str, str]]]()
WHOLE: Final = pytest.StashKey[bool]()
MISSED: Final = pytest.StashKey[list[str]]()

NOT_CLICKED: Final[Mapping[tuple[str, str], str]] = {
    ("POST", "/v1/me/recoveries/{recovery}/stopping"): "a recovery online needs a provider, which no console offers",
}
"""Acts without a clicking test, and why."""


def acts() -> set[tuple[str, str]]:
    """Return method and address of every act that the console offers."""
    return {(one.method, one.path) for one in asked() if one.method != "GET"}


def missed(sent: Iterable[tuple[str, str]]) -> list[str]:
    """Return the acts that are not among what browsers sent, by method and whole address, and have no reason."""
    known = sorted(acts(), key=lambda one: one[1].count("{"))  # what is said literally comes first
    patterns = [(one, re.compile(re.sub(r"\{[^}]*\}", "[^/]+", one[1]))) for one in known]
    found = set()
    for method, address in set(sent):
        path = re.sub(r"^[a-z]+://[^/]+", "", address).partition("?")[0]
        hit = next((one for one, pattern in patterns if one[0] == method and pattern.fullmatch(path)), None)
        found.add(hit)
    return sorted(f"{method} {path}" for method, path in set(known) - found - set(NOT_CLICKED))


def is_whole(session: pytest.Session) -> bool:
    """Tell whether all tests of the console are in a run."""
    told = session.config.option
    files = {item.path for item in session.items if item.path.parent == HERE}
    return files == set(HERE.glob("test_*.py")) and not (told.keyword or told.markexpr)


# --- what pytest calls: tests/conftest.py hands it on, in every process of a run


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:  # noqa: ANN401 - of xdist, which has no types
    """Hear from a process of a run what its browser sent."""
    told = getattr(node, "workeroutput", {})
    stash = node.config.stash
    stash[SENT] = stash.get(SENT, set()) | {tuple(one) for one in told.get("clicks", ())}
    stash[WHOLE] = stash.get(WHOLE, False) or told.get("clicks_whole", False)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let a run fail in which all tests of the console passed and an act was not clicked."""
    stash, output = session.config.stash, getattr(session.config, "workeroutput", None)
    sent: set[tuple[str, str]] = stash.get(SENT, set())
    if output is not None:  # one of several processes: the first one judges
        output |= {"clicks": sorted(sent), "clicks_whole": is_whole(session)}
        return
    if session.exitstatus == pytest.ExitCode.OK and sent and (stash.get(WHOLE, False) or is_whole(session)):
        stash[MISSED] = missed(sent)
        if stash[MISSED]:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the acts that were not clicked."""
    for one in terminalreporter.config.stash.get(MISSED, []):
        terminalreporter.write_line(f"no test of the console clicks {one} (tests/console/clicks.py)", red=True)
