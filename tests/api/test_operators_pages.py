"""What operators are told to set, to run and to look for is there: in pages that nothing else holds to the code."""

import re
from pathlib import Path
from typing import Final

import pytest

from api import cli
from api.health import CHECKS
from api.settings import Settings
from api.words import WORDS

DOCS: Final = Path(__file__).parent.parent.parent / "docs"
PAGES: Final = ("operation.md", "troubles.md", "evidence.md", "business-systems.md")


def text_of(page: str) -> str:
    """Return what stands on a page."""
    return (DOCS / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_is_named_is_there(page: str) -> None:
    known = {f"TRUST_{name.upper()}" for name in Settings.model_fields}
    named = set(re.findall(r"TRUST_[A-Z0-9]+(?:_[A-Z0-9]+)*(?!_*[A-Z0-9…])", text_of(page)))
    assert {one for one in named if not any(name.startswith(f"{one}_") for name in known)} <= known


@pytest.mark.parametrize("page", [one for one in PAGES if one != "business-systems.md"])
def test_every_command_that_is_named_is_there(page: str) -> None:
    spans = [*re.findall(r"`([^`\n]+)`", text_of(page)), *re.findall(r"^[^`|#\n]+$", text_of(page), re.MULTILINE)]
    named = {
        one
        for span in spans
        for one in re.findall(r"(?:^|/|&& |[A-Z_]+=\S+ )trust ((?:[a-z]+(?:-[a-z]+)*)(?: [a-z]+(?:-[a-z]+)*)?)", span)
    }
    assert named
    for one in named:
        name, _, command = one.partition(" ")
        assert name in cli.MODULES, one
        commands = getattr(cli.load(name), "commands", None)
        assert commands is None or not command or command in commands, one


def test_every_code_and_part_of_health_that_is_named_is_there() -> None:
    named = re.findall(r"`([a-z_]+\.[a-z_]+)`", text_of("troubles.md"))
    assert set(named) - {"trust.db"} <= set(WORDS)
    assert {*CHECKS} <= set(re.findall(r"`([a-z]+)`", text_of("troubles.md")))
