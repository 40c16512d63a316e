"""What a browser loads before somebody sees the console's first page: `console.first_view_kb`, scripts compressed.

Counted is what stands in the way of home: the frame, home itself, and the words of both in Chinese. What follows once
the page stands is not: the other pages' words, the charts.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from api.console.files import ASSETS, DIST
from benchmarks.measure import Result

__all__ = ["FIRST", "NAME", "first_view_kb", "results"]

NAME: Final = "console.first_view_kb"
ALLOWED_KB: Final = 100.0
FIRST: Final = (
    "index.html",
    "src/pages/home/HomePage.vue",
    "virtual:first-words/zh",
    "node_modules/element-plus/es/locale/lang/zh-cn.mjs",
)


def scripts_of(manifest: Mapping[str, Mapping[str, Any]], names: Iterable[str]) -> frozenset[str]:
    """Return the files of parts of the console, and of everything that they import before they run."""
    found: set[str] = set()
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        found.add(Path(str(manifest[name]["file"])).name)
        waiting += manifest[name].get("imports", ())
    return frozenset(found)


def first_view_kb() -> float:
    """Return how many thousand octets of script the first view takes, as they travel."""
    manifest = json.loads((DIST / "manifest.json").read_text(encoding="utf-8"))
    return sum(len(ASSETS[one].compressed) for one in scripts_of(manifest, FIRST)) / 1000


def results() -> list[Result]:
    """Weigh the first view of the committed build."""
    ours = first_view_kb()
    return [
        Result(
            name=NAME,
            unit="kB of script",
            baseline="allowed",
            baseline_value=ALLOWED_KB,
            ours=round(ours, 1),
            ratio=ALLOWED_KB / ours,
        )
    ]
