"""What the console's sources say of permissions: which hide something, and which operations each area asks for."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from api.permissions import Permission

__all__ = ["Asked", "asked", "hiding", "not_understood"]

SOURCES: Final = Path(__file__).parents[2] / "web" / "console" / "src"
NAMED: Final = re.compile(r"""["']([a-z_]+(?::[a-z_]+)+)["']""")
CALL: Final = re.compile(r"""\b(?:api|plain)\s*\.\s*(GET|POST|PUT|PATCH|DELETE)\(\s*([^,)]+)""")
ADDRESS: Final = re.compile(r"""["'](/[^"'$]+)["']""")
NAME: Final = re.compile(r"([A-Za-z]+)(?:\[\w+\])?")
STEP: Final = re.compile(r"`([^`$]+)\$\{(\w+)\}`")
SHOWN: Final = re.compile(
    r"""\b(?:may|mayFor|allows)\([^()]*(?:\([^()]*\)[^()]*)*\)"""  # session.may("seal:make")
    r"""|\bpermissions?:\s*(?:\[[^\]]*\]|["'][^"']*["'])"""  # permissions: ["seal:read"], permission: "seal:make"
)


class Asked(NamedTuple):
    """An operation that an area of the console asks for."""

    area: str
    method: str
    path: str


@cache
def files() -> tuple[tuple[str, str], ...]:
    """Return the text of every source with its area; what serves several has none."""
    found = []
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix in {".ts", ".vue"} and path.name != "schema.d.ts":
            parts = path.relative_to(SOURCES).parts
            area = parts[1] if parts[0] == "pages" else ""
            found.append((area, path.read_text(encoding="utf-8")))
    return tuple(found)


def shown(text: str) -> Iterator[str]:
    """Yield the permissions by which a source shows or hides something, or opens a page."""
    for found in SHOWN.finditer(text):
        yield from (one for one in NAMED.findall(found[0]) if one in set(Permission))


def hiding(area: str | None = None) -> set[Permission]:
    """Return the permissions by which an area, or any, shows or hides something."""
    return {Permission(one) for of, text in files() if area in (None, of) for one in shown(text)}


def addresses(text: str, told: str) -> set[str]:
    """Return the addresses that the first argument of a call stands for; none where it is not understood.

    It is one itself, or the name of one, or of several by name, or a step that follows a beginning.
    """
    if found := ADDRESS.fullmatch(told):
        return {found[1]}
    if found := NAME.fullmatch(told):
        definitions = re.findall(rf"const {found[1]} = ([^;]+);", text)
        return {address for one in definitions for address in ADDRESS.findall(one)}
    if found := STEP.fullmatch(told):
        makers = "|".join(re.findall(rf"const (\w+) = \({found[2]}: ", text))
        return {found[1] + step for step in re.findall(rf"\b(?:{makers})\(\"([\w-]+)\"\)", text)}
    return set()


def calls() -> Iterator[tuple[str, str, str, set[str]]]:
    """Yield every call of the API: its area, its method, what stands there, and which addresses that are."""
    for area, text in files():
        for method, told in CALL.findall(text):
            yield area, method, told.strip(), addresses(text, told.strip())


def asked() -> list[Asked]:
    """Return every operation that the console asks for by its address."""
    return [Asked(area, method, path) for area, method, _, found in calls() for path in sorted(found)]


def not_understood() -> list[str]:
    """Return the calls that change something and of which it is not understood here what they ask for."""
    return [f"{method} {told}" for _, method, told, found in calls() if not found and method != "GET"]
