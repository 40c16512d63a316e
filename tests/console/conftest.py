"""Fixtures of the console: an instance with everybody of the story, served over HTTP, and a browser for each person."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.api.builders import Furnished
from tests.api.conftest import founded_folder, furnished_folder
from tests.chromium import Browser, browsing
from tests.console.clicks import SENT
from tests.console.harness import Desks
from tests.console.world import Colleague, World, populate, serving_world

__all__ = ["founded_folder", "furnished_folder"]

BROKEN_OFF: Final = pytest.StashKey[str]()
"""Of a module: the first test that failed."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Chromium: whatever takes desks."""
    for item in items:
        if "desks" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember where a story broke off."""
    report = yield
    if report.failed and item.parent is not None:
        item.parent.stash.setdefault(BROKEN_OFF, item.name)
    return report


@pytest.fixture(autouse=True)
def goes_on(request: pytest.FixtureRequest) -> None:
    """Let no chapter of a story wait in vain for what an earlier one did not bring about."""
    broken = request.node.parent.stash.get(BROKEN_OFF, None)
    if broken is not None and request.node.get_closest_marker("story"):
        pytest.fail(f"the story broke off in {broken}", pytrace=False)


@pytest.fixture(scope="session")
def populated(
    furnished_folder: Furnished,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Furnished, dict[str, Colleague]]:
    """Return an instance in which everybody of the story has an account. Copy its folder; change nothing in it."""
    return populate(furnished_folder, tmp_path_factory.mktemp("populated") / "instance")


@pytest.fixture(scope="module")
def world(
    populated: tuple[Furnished, dict[str, Colleague]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Return an instance over HTTP for the tests of one module, which play one story in it."""
    with serving_world(*populated, tmp_path_factory.mktemp("world") / "instance") as one:
        yield one


@pytest.fixture(scope="session")
def chromium(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Run one browser for all tests of the console, and remember what was clicked in it."""
    with browsing() as one:
        yield one
        request.config.stash[SENT] = one.sent


@pytest.fixture(scope="module")
def desks(world: World, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Desks]:
    """Return the desks of the people: nothing that a browser complains of is left behind."""
    name = Path(str(request.node.path)).stem.removeprefix("test_")
    all_of_them = Desks(world, chromium, name)
    yield all_of_them
    complaints = all_of_them.complaints
    all_of_them.leave()
    assert complaints == []
