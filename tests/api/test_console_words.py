"""What the service tells in closed sets has words in the console: kinds of proposal, queues, warnings, figures."""

import re
from pathlib import Path
from typing import Final

import pytest

from api.figures import REFUSALS, VERIFIED, Figure
from api.health import CHECKS
from api.home.changes import ChangeKind
from api.home.waiting import WaitingKind
from api.home.warnings import WarningKind
from tests.api.builders import Service

CONSOLE: Final = Path(__file__).parents[2] / "web/console/src"
LANGUAGES: Final = ("zh", "en")


def words(language: str, area: str, group: str) -> dict[str, str]:
    """Return the words of a group, by their keys."""
    content = (CONSOLE / "words" / language / f"{area}.ts").read_text(encoding="utf-8")
    found = re.search(rf"\n  {group}: \{{(.*?)\n?  ?\}},\n", content, re.DOTALL)
    assert found is not None, group
    return dict(re.findall(r'"?([a-z_0-9-]+)"?: "((?:[^"\\]|\\.)*)"', found[1]))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", ["proposal_kind", "proposal_told"])
def test_every_kind_of_proposal_has_words(shared: Service, language: str, group: str) -> None:
    kinds = {one.replace(":", "_") for one in shared.instance.four_eyes.handlers}
    told = words(language, "approvals", group)
    assert set(told) == kinds
    assert all(told.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_home_tells_has_words(language: str) -> None:
    assert set(words(language, "home", "home_todo")) == set(WaitingKind)
    assert set(words(language, "home", "home_change")) == set(ChangeKind)
    assert set(words(language, "home", "home_warning")) >= set(WarningKind)
    assert set(words(language, "home", "home_figure")) >= set(Figure)
    assert set(words(language, "home", "home_part")) == set(CHECKS)


def test_figures_lead_to_the_events_that_they_count() -> None:
    content = (CONSOLE / "pages/home/figures.ts").read_text(encoding="utf-8")
    listed = {
        name: re.findall(r'"([a-z_:]+)"', told) for name, told in re.findall(r"(\w+): \[(.*?)\]", content, re.DOTALL)
    }
    assert set(listed) == set(Figure)
    assert listed[Figure.REFUSALS] == list(REFUSALS)
    assert listed[Figure.VERIFICATIONS] == [VERIFIED]


def test_no_group_of_words_hides_another() -> None:
    groups = [
        group
        for path in sorted((CONSOLE / "words/zh").glob("*.ts"))
        for group in re.findall(r"^  ([a-z_]+): ", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    assert sorted({one for one in groups if groups.count(one) > 1}) == []
