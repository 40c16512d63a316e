"""Writes the documents that follow from the code: settings, error codes, lifecycles.

    .venv/bin/python deploy/build_docs.py

A test compares the files with what this program makes, so that they cannot drift.
"""

import importlib
import pkgutil
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import api.problems
import identity.lifecycle
import keys.lifecycle
import licence.lifecycle
import seal.lifecycle
from api.settings import Settings
from api.words import WORDS
from trust.errors import TrustError, leaves
from trust.lifecycle import Lifecycle

PACKAGES = ("trust", "keys", "identity", "seal", "licence", "api")
SKIPPED = ("api.migrations.env", "api.migrations.versions")


def load_everything() -> None:
    """Import every module, so that every error class is known."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not found.name.startswith(SKIPPED):
                importlib.import_module(found.name)


def settings() -> str:
    """Return docs/settings.md."""
    lines = [
        "# Settings",
        "",
        "Read from the environment alone, by `api/settings.py` alone. No secret has a default.",
        "",
        "| Variable | Default | Meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = "" if default in (None, "") else f"`{default}`"
        lines.append(f"| `TRUST_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"


def errors() -> str:
    """Return docs/errors.md."""
    load_everything()
    by_code: dict[str, type[TrustError]] = {kind.code: kind for kind in leaves()}
    lines = [
        "# Error codes",
        "",
        "Every error is answered as a problem (RFC 9457) with one of these codes; they are stable. What stands in",
        "braces is told in `details`.",
        "",
        "| Code | Status | 中文 | English |",
        "|---|---|---|---|",
    ]
    for code, (chinese, english) in sorted(WORDS.items()):
        kind = by_code.get(code)
        status = "" if kind is None else str(api.problems.status_of(kind).value)
        lines.append(f"| `{code}` | {status} | {chinese} | {english} |")
    return "\n".join(lines) + "\n"


LIVES: Mapping[str, tuple[str, "Lifecycle[object, object]"]] = {
    "电子印章 Electronic seal": ("seal/lifecycle.py", seal.lifecycle.LIFECYCLE),
    "电子证照 Licence": ("licence/lifecycle.py", licence.lifecycle.LIFECYCLE),
    "证照类型 Licence type": ("licence/lifecycle.py", licence.lifecycle.TYPE_LIFECYCLE),
    "主体 Person or organisation": ("identity/lifecycle.py", identity.lifecycle.LIFECYCLE),
    "业务系统 Business system": ("identity/lifecycle.py", identity.lifecycle.CLIENT_LIFECYCLE),
    "密钥 Key": ("keys/lifecycle.py", keys.lifecycle.LIFECYCLE),
}


def lifecycles() -> str:
    """Return docs/lifecycles.md."""
    lines = [
        "# Lifecycles",
        "",
        "Made from the tables in the code. Every step is taken by another person than the step before it, but for the",
        "events named under each diagram, which the same person may take.",
        "",
    ]
    for title, (path, life) in LIVES.items():
        alone = ", ".join(sorted(f"`{event.value}`" for event in life.alone)) or "none"
        lines += [f"## {title}", "", f"`{path}`", "", "```mermaid", life.diagram().rstrip(), "```", ""]
        lines += [f"The same person may take: {alone}.", ""]
    return "\n".join(lines)


def documents() -> dict[Path, str]:
    """Return every document by its place."""
    return {
        ROOT / "docs" / "settings.md": settings(),
        ROOT / "docs" / "errors.md": errors(),
        ROOT / "docs" / "lifecycles.md": lifecycles(),
    }


def main() -> None:
    """Write every document."""
    for path, text in documents().items():
        path.write_text(text)
        print(path.relative_to(ROOT))


if __name__ == "__main__":
    main()
