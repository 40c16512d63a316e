"""The house keeps its own rules: layers, sizes, exports, one page in each folder, no address in any file."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("trust", "keys", "identity", "seal", "licence", "api")
MODULES = sorted(
    path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if "versions" not in path.parts
)
LONGEST = 400
NO_USE = re.compile(
    r'''""".*?"""|^ *(?:from [\w.]+ )?import (?:\([^)]*\)|[^\n]*)|(?<=\s)# [^\n]*|\braise \w+''',
    re.MULTILINE | re.DOTALL,
)
"""In a test: docstrings, imports, comments, and what the test itself raises."""

USED = re.compile(r"""(?<!\w)([A-Z]\w+)\b(?!\()|(?<=")([a-z_]+\.[a-z_]+)"(?!:)""")
"""A class that is not made there, or a code of an error that is not the key of a table."""


def tracked() -> list[Path]:
    """Return every text file of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    names = [name for name in listed.split("\0") if name]
    return [
        ROOT / name
        for name in names
        if (ROOT / name).is_file() and (ROOT / name).suffix not in {".ttf", ".otf", ".png"}
    ]


def test_the_layers_hold() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    run = subprocess.run([str(program)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout


def awaited() -> set[str]:
    """Return the names and texts that tests compare with, or hand to what waits for an error.

    What is only imported, told in a docstring or a comment, made by the test itself, or the key of a table is none.
    """
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("*.py"):
        if "architecture" not in path.parts:
            text = NO_USE.sub("", path.read_text(encoding="utf-8"))
            found.update(name or code for name, code in USED.findall(text))
    return found


def test_every_error_with_a_code_is_provoked_by_a_test() -> None:
    leaves = {}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ClassDef):
                continue
            for line in node.body:
                if isinstance(line, ast.Assign) and ast.unparse(line.targets[0]) == "code":
                    leaves[node.name] = ast.literal_eval(line.value)
    assert len(leaves) > 50
    expected = awaited()
    assert [name for name, code in leaves.items() if not {name, code} & expected] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_each_folder_says_on_one_page_what_lives_there_and_what_never_may(package: str) -> None:
    text = (ROOT / package / "README.md").read_text()
    assert len(text.splitlines()) <= 50
    assert "What lives here" in text
    assert "What never lives here" in text


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text()
    docstring = ast.get_docstring(ast.parse(text)) or ""
    assert docstring, "a module begins with a docstring"
    assert len(text.splitlines()) <= LONGEST or "longer than a module should be" in " ".join(docstring.split())


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_module_exports_exists_and_is_public(path: Path) -> None:
    tree = ast.parse(path.read_text())
    exported: list[str] = next(
        (
            ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
        ),
        [],
    )
    defined = {
        node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        defined |= {target.id for target in targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.ImportFrom):
            defined |= {alias.asname or alias.name for alias in node.names}
    assert set(exported) <= defined
    assert not [name for name in exported if name.startswith("_")]


def test_no_file_names_a_package_registry() -> None:
    # Written in two halves each, so that this file names none either.
    halves = (("pypi.", "org"), ("pypi.", "python"), ("python", "hosted"), ("registry.", "npmjs"), ("npm", "mirror"))
    forbidden = re.compile("|".join(re.escape(left + right) for left, right in halves).encode())
    assert not [str(path.relative_to(ROOT)) for path in tracked() if forbidden.search(path.read_bytes())]


@pytest.mark.parametrize("name", ["runtime", "dev"])
def test_a_lock_has_a_hash_for_every_package_and_no_address(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    assert "--index" not in text
    packages = re.findall(r"^([a-z0-9][\w.\[\]-]*)==", text, re.MULTILINE | re.IGNORECASE)
    assert len(packages) > 50
    blocks = re.split(r"^(?=[a-z0-9][\w.\[\]-]*==)", text, flags=re.MULTILINE | re.IGNORECASE)[1:]
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_project_depends_on_what_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    lines = (ROOT / "requirements" / "runtime.in").read_text().splitlines()
    wanted = {line for line in lines if line and not line.startswith("#")}
    assert wanted - {"hatchling"} == set(project)  # hatchling builds the project and is not imported


def test_the_demanded_libraries_are_among_the_dependencies() -> None:
    project = " ".join(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])
    for name in ("cryptography", "gmssl", "fastapi", "sqlmodel", "pyhanko", "qrcode"):
        assert name in project


@pytest.mark.parametrize(
    "folder", sorted(path for path in (ROOT / "tests" / "vectors").iterdir() if path.is_dir()), ids=lambda p: p.name
)
def test_each_vector_folder_tells_its_source(folder: Path) -> None:
    assert (folder / "README.md").read_text().strip()
