"""The public vectors of verification: our engine says of each what it must, and the folder is whole."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.vectors.verification import cms, material
from tests.vectors.verification.cases import FOLDER, Book, Case, read_manifest
from tests.vectors.verification.recipes import RECIPES
from tests.vectors.verification.run import judged, main
from tests.vectors.verification.world import World

MANIFEST = read_manifest()
GROUPS = ("cms", "hostile", "ofd", "pades", "pdf", "seal", "seal_signature")


@pytest.mark.parametrize("case", MANIFEST.cases, ids=lambda case: case.name)
def test_the_verdict_is_what_it_must_be(case: Case) -> None:
    got = judged(MANIFEST, case)
    assert (got.expect, got.check) == (case.expect, case.check), got.reason
    assert (got.signatures, got.kind) == (case.signatures, case.kind)


def test_the_folder_and_the_manifest_are_one() -> None:
    lying = {str(path.relative_to(FOLDER)) for name in ("files", "trust") for path in (FOLDER / name).iterdir()}
    named = {name for one in MANIFEST.cases for name in (one.file, one.covers) if name}
    named |= {f"trust/{name}.cer" for one in MANIFEST.cases for name in one.anchors}
    named |= {f"trust/{one.policy}" for one in MANIFEST.cases if one.policy}
    named |= {f"trust/{file}" for one in MANIFEST.cases for name in one.material for file in MANIFEST.material[name]}
    assert lying == named


def test_there_are_enough_of_every_kind() -> None:
    assert len(MANIFEST.cases) == len({one.name for one in MANIFEST.cases})
    groups = Counter(one.name.split("/")[0] for one in MANIFEST.cases)
    assert sorted(groups) == list(GROUPS)
    assert len(MANIFEST.cases) >= 300
    assert min(groups.values()) >= 10
    outcomes = Counter(one.expect.split("/")[0] for one in MANIFEST.cases)
    assert {"passed", "failed", "indeterminate", "refused"} == set(outcomes)
    assert {one.made for one in MANIFEST.cases if one.made} == set(RECIPES)


def test_they_are_small_enough_to_be_kept() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 3 << 20


def test_they_are_made_anew_to_the_octet() -> None:
    """The whole is made by `generate`; here the parts of it that are cheap to make."""
    book, world = Book(), World()
    material.add(book, world)
    cms.add_genuine(book, world)
    assert len(book.files) > 40
    for name, content in book.files.items():
        assert (FOLDER / name).read_bytes() == content, name
    told = {one.name: one for one in MANIFEST.cases}
    assert all(told[one.name] == one for one in book.cases)


def copied(folder: Path, **changes: object) -> Path:
    """Return a folder with one case, in which something may be different."""
    manifest = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))
    case = next(one for one in manifest["cases"] if one["name"] == "cms/attached")
    for name in (case["file"], *(f"trust/{one}" for two in manifest["material"].values() for one in two)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    for name in case["anchors"]:
        (folder / f"trust/{name}.cer").write_bytes((FOLDER / f"trust/{name}.cer").read_bytes())
    told = {**manifest, "cases": [{**case, **changes}]}
    (folder / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


def test_whoever_runs_them_is_told_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(copied(tmp_path)) == 0
    assert main(copied(tmp_path, expect="failed/HASH_FAILURE")) == 1
    assert "must be failed/HASH_FAILURE" in capsys.readouterr().out
    with pytest.raises(ValueError, match="unknown or missing members"):
        read_manifest(copied(tmp_path, unheard="of"))
    with pytest.raises(ValueError, match="a file or a recipe"):
        read_manifest(copied(tmp_path, file=""))
