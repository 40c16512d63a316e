"""Documents cannot drift from the code: what follows from it is made anew and compared."""

import importlib.util
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from api import cli

ROOT = Path(__file__).parent.parent.parent
MADE: Final = (
    "settings.md",
    "errors.md",
    "lifecycles.md",
    "permissions.md",
    "algorithms.md",
    "seal-checks.md",
    "verdict.schema.json",
)
"""Documents that follow from the code."""


@cache
def made() -> dict[Path, str]:
    """Return what deploy/build_docs.py makes."""
    specification = importlib.util.spec_from_file_location("build_docs", ROOT / "deploy" / "build_docs.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    documents: dict[Path, str] = module.documents()
    return documents


def test_everything_that_is_made_is_compared() -> None:
    assert {path.relative_to(ROOT / "docs").as_posix() for path in made()} == set(MADE)


@pytest.mark.parametrize("name", MADE)
def test_what_follows_from_the_code_is_what_is_written(name: str) -> None:
    path = ROOT / "docs" / name
    assert made()[path] == path.read_text(), "run .venv/bin/python deploy/build_docs.py"


@pytest.mark.parametrize(
    "path", sorted(ROOT.glob("*.md")) + sorted((ROOT / "docs").rglob("*.md")), ids=lambda p: p.name
)
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / target).exists(), target


def test_both_readmes_name_the_same_commands() -> None:
    def commands(name: str) -> list[str]:
        return re.findall(r"^(?:make \w+|\.venv/bin/trust \w+)", (ROOT / name).read_text(), re.MULTILINE)

    assert commands("README.md") == commands("README.zh.md")


def test_every_command_that_the_readme_names_exists() -> None:
    text = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make (\w+)", text)) <= targets | {"and"}
    named = set(re.findall(r"\.venv/bin/trust ([\w-]+)", text))
    assert named
    assert all(cli.load(one).name == one for one in named)


def test_a_decision_has_its_four_parts() -> None:
    for path in sorted((ROOT / "docs" / "decisions").glob("0*.md")):
        text = path.read_text()
        assert text.startswith(f"# {path.name[:4]} ")
        for part in ("Context", "Decision", "Consequences", "Alternatives"):
            assert text.count(f"**{part}.**") == 1, (path.name, part)
