"""The scripts of the public pages: what is committed is what the sources make, and their types are right."""

import json
import re
import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.judges import program, required

ROOT: Final = Path(__file__).parent.parent.parent
WEB: Final = ROOT / "web"
PAGES: Final = ROOT / "api" / "pages"
SCRIPTS: Final = (
    "static/camera.js",
    "static/decoder.js",
    "static/files.js",
    "static/login.js",
    "static/page.js",
    "static/verify.js",
    "worker.js",
)
BUILT: Final = (*SCRIPTS, "static/zxing.wasm")


@pytest.fixture(scope="module")
def modules() -> Path:
    """Return the folder of the locked programs that build the scripts, which `npm ci` makes."""
    folder = WEB / "node_modules"
    return required("web/node_modules", folder if folder.is_dir() else None)


def test_the_scripts_are_built_from_their_sources(modules: Path, tmp_path: Path) -> None:
    assert modules.is_dir()
    (tmp_path / "static").mkdir()
    subprocess.run([program("node"), "build.js", str(tmp_path)], cwd=WEB, check=True, timeout=60)
    for name in BUILT:
        assert (tmp_path / name).read_bytes() == (PAGES / name).read_bytes(), f"{name}: run `make web`"


def test_the_types_of_the_sources_are_right(modules: Path) -> None:
    told = subprocess.run(
        [program("node"), str(modules / "typescript" / "bin" / "tsc"), "--noEmit"],
        cwd=WEB,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (told.returncode, told.stdout) == (0, "")


def test_what_builds_them_is_locked_by_digest_and_without_addresses() -> None:
    text = (WEB / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    assert "://" not in text
    for name, one in packages.items():
        assert not name or one["integrity"].startswith("sha512-"), name
    wanted = json.loads((WEB / "package.json").read_text(encoding="utf-8"))
    for group in ("dependencies", "devDependencies"):
        assert packages[""][group] == wanted[group]
        assert all(version[0].isdigit() for version in wanted[group].values()), "exact versions"


def test_every_script_that_is_served_is_built() -> None:
    found = {f"static/{one.name}" for one in (PAGES / "static").iterdir() if one.suffix in {".js", ".wasm"}}
    assert found | {"worker.js"} == set(BUILT)


def test_what_the_scripts_contain_of_others_stands_in_the_notice() -> None:
    notice = (WEB / "NOTICE.md").read_text(encoding="utf-8")
    packages = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name in ("sm-crypto-v2", "@noble/curves", "@noble/hashes", "@noble/ciphers", "zxing-wasm"):
        assert f"## {name} {packages[f'node_modules/{name}']['version']}" in notice


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_makes_code_out_of_text(name: str) -> None:
    text = (PAGES / name).read_text(encoding="utf-8")
    for forbidden in ("eval(", "innerHTML", "outerHTML", "document.write", "http://", "https://"):
        assert forbidden not in text, forbidden
    assert not re.search(r"(?<![A-Za-z])Function\(", text)
