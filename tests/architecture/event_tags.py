"""Every kind of event that the house records, and every name of a fact in one, as its sources tell."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["Pattern", "Sources", "read_sources"]

ROOT: Final = Path(__file__).parent.parent.parent
FOLDERS: Final = ("trust", "keys", "identity", "seal", "licence", "api")
TAG: Final = re.compile(r"[a-z_]+:[a-z_]+:[a-z_]+")
SOME: Final = re.compile(r"\bFact\b|AuditEvent|[a-z_}]:[a-z_{}. \"'?]+:[a-z_{]")
"""What a module has that tells anything: the others need not be read further."""

HOLE: Final = "{}"


@dataclass(frozen=True, order=True)
class Pattern:
    """A tag of which a part is told at run time only."""

    module: str
    text: str
    """The tag, with `{}` in the place of that part."""


@dataclass(frozen=True)
class Sources:
    """What the sources tell."""

    tags: frozenset[str]
    patterns: frozenset[Pattern]
    facts: frozenset[str]
    """Names of facts that stand in a literal."""


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield every text of a module, those with holes among them."""
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)  # type: ignore[misc] # texts


def is_of_facts(annotation: ast.expr | None) -> bool:
    """Tell whether a name is annotated as facts."""
    return annotation is not None and ast.unparse(annotation) in {"dict[str, Fact]", "Mapping[str, Fact]"}


def names_in(node: ast.AST | None) -> Iterator[str]:
    """Yield the keys of every literal within an expression."""
    for one in ast.walk(node) if node is not None else ():
        if isinstance(one, ast.Dict):
            yield from (key.value for key in one.keys if isinstance(key, ast.Constant) and isinstance(key.value, str))


def fact_names(tree: ast.AST) -> Iterator[str]:
    """Yield the names of facts that a module writes."""
    for node in ast.walk(tree):
        if (isinstance(node, ast.AnnAssign) and is_of_facts(node.annotation)) or (
            isinstance(node, ast.Assign)
            and any(isinstance(one, ast.Name) and one.id == "facts" for one in node.targets)
        ):
            yield from names_in(node.value)
        elif isinstance(node, ast.FunctionDef) and is_of_facts(node.returns):
            yield from names_in(node)
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            for keyword in node.keywords:
                if keyword.arg == "facts":
                    yield from names_in(keyword.value)
            if name in {"record", "AuditEvent"}:
                for argument in node.args:
                    yield from names_in(argument)


def read_sources() -> Sources:
    """Return what all modules tell."""
    tags: set[str] = set()
    patterns: set[Pattern] = set()
    facts: set[str] = set()
    for path in sorted(one for folder in FOLDERS for one in (ROOT / folder).rglob("*.py")):
        module = path.relative_to(ROOT).as_posix()
        if module.startswith(("api/migrations", "api/demo")):
            continue
        source = path.read_text(encoding="utf-8")
        if not SOME.search(source):
            continue
        tree = ast.parse(source)
        for text in texts(tree):
            if TAG.fullmatch(text):
                tags.add(text)
            elif HOLE in text and TAG.fullmatch(text.replace(HOLE, "x")):
                patterns.add(Pattern(module, text))
        facts.update(fact_names(tree))
    return Sources(frozenset(tags), frozenset(patterns), frozenset(facts))


def expanded(patterns: frozenset[Pattern], parts: Mapping[Pattern, frozenset[str]]) -> frozenset[str]:
    """Return the tags of patterns, whose parts are told."""
    return frozenset(one.text.replace(HOLE, part) for one in patterns for part in parts[one])
