"""docs/evidence.md is followed, as somebody would who has the files and no service."""

import base64
import hashlib
import json
import re
import runpy
from pathlib import Path
from typing import Any, Final

import pytest

from api import cli
from tests.api.builders import Furnished, Service
from tests.api.commands import Run, runner
from trust import repository
from trust.audit import make_checkpoint
from trust.audit_keeping import keep_checkpoints
from trust.certificates import Certificate, pem
from trust.founding import Role

PAGE: Final = (Path(__file__).parent.parent.parent / "docs" / "evidence.md").read_text(encoding="utf-8")
AT: Final = ("--at", "2026-11-22T12:06:00+08:00")


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return what runs a command in a folder of files, where there is no instance."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRUST_WORKERS", "0")
    return runner(monkeypatch, capsys)


@pytest.fixture
def files(furnished: Service, furnished_folder: Furnished, tmp_path: Path) -> Path:
    """Return a folder with what the page says is to be kept."""
    instance = furnished.instance
    (tmp_path / "anchors").mkdir()
    for one in roots(furnished):
        (tmp_path / "anchors" / f"{one.fingerprint[:8]}.pem").write_bytes(pem(one.der))
    (tmp_path / "notice.pdf").write_bytes(furnished_folder.stamped_pdf)
    (tmp_path / "2027-03.json").write_bytes(furnished.ask("GET", "/pki/trust-list").content)
    make_checkpoint(instance.base.store, *instance.service_keys.credential(Role.AUDIT))
    with instance.base.store.reading() as view:
        keep_checkpoints(view, tmp_path / "checkpoints.jsonl")
    return tmp_path


def roots(service: Service) -> list[Certificate]:
    """Return the roots of the instance."""
    with service.instance.base.store.reading() as view:
        return [one.certificate for one in service.instance.base.authorities.all(view) if one.name.startswith("root-")]


def test_what_is_kept_is_judged_without_the_service(
    files: Path, stranger: Run, furnished: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stranger("verify", "notice.pdf", "--anchor", "anchors", *AT).code == 0
    assert stranger("verify", "notice.pdf", "--anchor", "anchors", *AT, "--record", "record.json").code == 0
    assert stranger("verify", "--replay", "record.json", "notice.pdf").code == 0
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (files / "certificates.py").write_text(program, encoding="utf-8")
    runpy.run_path(str(files / "certificates.py"))
    assert len(list(files.glob("audit-*.der"))) == 1
    folder = furnished.instance.base.settings.data_dir
    (folder / "keys" / "root.key").unlink()
    monkeypatch.setenv("TRUST_DATA_DIR", str(folder))
    answer = stranger("audit", "check", "--certificate", "audit-0.der", "--kept", "checkpoints.jsonl")
    assert (answer.code, answer.out[:7]) == (0, "intact:")


def test_the_trail_is_what_the_page_says(files: Path, furnished: Service) -> None:
    def canonical(value: dict[str, Any]) -> bytes:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    digest = bytes(32)
    digests = [digest]
    with furnished.instance.base.store.reading() as view:
        for one in repository.events(view):
            told = {
                "sequence": one.sequence,
                "at": one.at.isoformat(timespec="microseconds"),
                "tag": one.event.tag,
                "actor": one.event.actor,
                "subject": one.event.subject,
                "facts": dict(one.event.facts),
            }
            digest = hashlib.new("sm3", digest + canonical(told)).digest()
            assert digest == one.digest
            digests.append(digest)
    kept = json.loads((files / "checkpoints.jsonl").read_text())
    assert kept["digest"] == digests[kept["sequence"]].hex()
    content = canonical({name: kept[name] for name in ("at", "digest", "sequence")})
    certificate = Certificate(base64.b64decode(kept["certificate"]))
    certificate.verify_message(base64.b64decode(kept["signature"]), b"xinyin audit checkpoint v1\n" + content)


def test_the_commands_of_the_page_are_there() -> None:
    told = set(re.findall(r"trust ((?:audit|trust-list) [a-z-]+|verify)", PAGE))
    assert {one.split()[0] for one in told} <= set(cli.MODULES)
    for one in told - {"verify"}:
        group, command = one.split()
        assert command in cli.load(group).commands
