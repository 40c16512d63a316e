"""The console's build: what is committed is what the sources make, it is light, and says what it contains of others."""

import json
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from api.console.files import ASSETS, DIST, POLICY
from api.middleware import SAFE_HEADERS
from benchmarks import first_view
from tests.judges import program, required

ROOT: Final = Path(__file__).parent.parent.parent
CONSOLE: Final = ROOT / "web" / "console"
ALLOWED_KB: Final = 100
PART: Final = re.compile(r"^<(script|template|style)\b[^>]*>(.*?)^</\1>$", re.MULTILINE | re.DOTALL)
"""A part of a component's file."""

OF_LIBRARIES: Final = ("el-", "router-")
"""How the names begin of what the build finds by itself, or every page has."""


@pytest.fixture(scope="module")
def modules() -> Path:
    """Return the folder of the locked programs that build the console, which `npm ci` makes."""
    folder = CONSOLE / "node_modules"
    return required("web/console/node_modules", folder if folder.is_dir() else None)


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_the_console_is_built_from_its_sources(modules: Path, tmp_path: Path) -> None:
    command = [program("node"), str(modules / "vite" / "bin" / "vite.js"), "build", "--outDir", str(tmp_path / "dist")]
    told = subprocess.run(
        [*command, "--emptyOutDir"], cwd=CONSOLE, capture_output=True, text=True, timeout=240, check=False
    )
    assert told.returncode == 0, told.stderr[-2000:]
    made, committed = contents(tmp_path / "dist"), contents(DIST)
    assert sorted(made) == sorted(committed), "run `make console`"
    assert [name for name, content in made.items() if committed[name] != content] == [], "run `make console`"


def test_the_first_view_is_light() -> None:
    assert 0 < first_view.first_view_kb() <= ALLOWED_KB
    (result,) = first_view.results()
    assert (result.name, result.baseline_value) == ("console.first_view_kb", ALLOWED_KB)


def test_what_it_contains_of_others_stands_beside_it() -> None:
    notice = (DIST / "NOTICE.txt").read_text(encoding="utf-8")
    wanted = json.loads((CONSOLE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    for name in ("vue", "vue-router", "element-plus", "echarts", "pdfjs-dist", "openapi-fetch"):
        assert f"{name} {wanted[name]} (" in notice or f"@vue/runtime-dom {wanted[name]} (" in notice, name


def test_no_page_holds_code_or_style_and_no_script_makes_code_out_of_text() -> None:
    page = (DIST / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|style=|<script(?![^>]* src=\"/console/assets/)", page)
    assert "'unsafe" not in POLICY
    making = [name for name, one in ASSETS.items() if name.endswith("js") and b"new Function(" in one.content]
    # pdf.js would, for functions in PostScript, where it is let: neither its setting nor the policy of the answer does.
    assert [name for name in making if not name.startswith("pdf.worker.")] == []
    assert "script-src" not in SAFE_HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in SAFE_HEADERS["Content-Security-Policy"]


def test_what_builds_it_is_locked_by_digest_and_without_addresses() -> None:
    text = (CONSOLE / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert [name for name, one in packages.items() if name and not one["integrity"].startswith("sha512-")] == []
    wanted = json.loads((CONSOLE / "package.json").read_text(encoding="utf-8"))
    for group in ("dependencies", "devDependencies"):
        assert packages[""][group] == wanted[group]
        assert all(version[0].isdigit() for version in wanted[group].values()), "exact versions"


def kebab(name: str) -> str:
    """Return how a component is called in a template."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def test_every_component_of_a_page_is_imported_there() -> None:
    # The build says nothing of one that is not: it stands in the page as an element without meaning, and shows nothing.
    files = sorted((CONSOLE / "src").rglob("*.vue"))
    ours = {kebab(path.stem) for path in files}
    assert len(ours) > 100
    unknown = []
    for path in files:
        parts = dict(PART.findall(text := path.read_text(encoding="utf-8")))
        known = {kebab(name) for name in re.findall(r"\b[A-Z]\w+", parts["script"])} | {kebab(path.stem)}
        tags = sorted(set(re.findall(r"<([a-z][\w-]*)", parts["template"])) - known)
        wanting = (tag for tag in tags if (tag in ours or "-" in tag) and not tag.startswith(OF_LIBRARIES))
        unknown += [f"{path.name}: {tag}" for tag in wanting]
        if PART.sub("", text).strip():
            unknown.append(f"{path.name}: something stands outside of its parts")
    assert unknown == []
