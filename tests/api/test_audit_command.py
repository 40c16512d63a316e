"""`trust audit`: a proof is made from an instance, and verified where there is none."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from api import audit_command
from api.audit_exports import export_events
from api.wiring import Instance
from identity.duties import Actor
from tests.api.builders import Furnished, copied, settings_for
from tests.api.commands import Run, on_instance, runner
from tests.builders import PKI
from trust.audit import make_checkpoint
from trust.audit_repository import EventSearch
from trust.certificates import pem
from trust.founding import Role
from trust.profiles import AUDIT


@pytest.fixture
def instance(furnished_folder: Furnished, tmp_path: Path) -> Iterator[Instance]:
    """Return an instance of the test's own whose seal was used."""
    opened = Instance.open(settings_for(copied(furnished_folder.folder, tmp_path / "instance")))
    yield opened
    opened.base.store.close()


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], instance: Instance) -> Run:
    """Return what runs a command on the instance."""
    return on_instance(instance.base.settings.data_dir, monkeypatch, capsys)


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return what runs a command where there is no instance."""
    monkeypatch.setenv("TRUST_DATA_DIR", str(tmp_path / "none"))
    return runner(monkeypatch, capsys)


def used(instance: Instance, furnished: Furnished) -> str:
    """Return the name of a line of the ledger."""
    return next(
        one.id
        for one in instance.stampings.ledger(furnished.officer, furnished.seal)
        if one.purpose == "document.stamp"
    )


def test_a_proof_is_verified_without_the_instance(
    trust: Run, instance: Instance, furnished_folder: Furnished, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    name, out = used(instance, furnished_folder), tmp_path / "proof.json"
    certificate = tmp_path / "audit.pem"
    certificate.write_bytes(pem(instance.service_keys.certificate(Role.AUDIT).der))
    for _ in range(2):  # the first signs a checkpoint, the second finds it
        code, told, _ = trust("audit", "prove-stamping", name, "--out", out)
        assert code == 0
        assert f"proof: {out}" in told
    with instance.base.store.reading() as view:
        assert len(list(view.rows(text("SELECT sequence FROM audit_checkpoint")))) == 1
    stranger: Run = request.getfixturevalue("stranger")
    code, told, _ = stranger("audit", "verify-proof", out, "--certificate", certificate)
    assert code == 0
    for words in (name, furnished_folder.seal, furnished_folder.client, "document.stamp", "done"):
        assert words in told


def test_a_proof_that_does_not_hold_is_told(
    trust: Run, instance: Instance, furnished_folder: Furnished, tmp_path: Path, sm2_pki: PKI
) -> None:
    name, out = used(instance, furnished_folder), tmp_path / "proof.json"
    trust("audit", "prove-stamping", name, "--out", out)
    other, own = tmp_path / "other.der", tmp_path / "audit.der"
    other.write_bytes(sm2_pki.issue(AUDIT).certificate.der)
    own.write_bytes(instance.service_keys.certificate(Role.AUDIT).der)
    code, _, err = trust("audit", "verify-proof", out, "--certificate", other)
    assert code == 1
    assert "audit.proof_broken" in err
    assert trust("audit", "verify-proof", out, "--certificate", other, "--certificate", own).code == 0
    told = json.loads(out.read_bytes())
    told["lines"][0]["purpose"] = "document.sign"
    out.write_text(json.dumps(told), encoding="utf-8")
    code, _, err = trust("audit", "verify-proof", out, "--certificate", own)
    assert code == 1
    assert "purpose is not what the trail says" in err
    assert trust("audit", "verify-proof", out).code == 2  # whom to trust must be said


def test_what_is_no_proof_is_told(trust: Run, tmp_path: Path, sm2_pki: PKI) -> None:
    own, out = tmp_path / "audit.der", tmp_path / "proof.json"
    own.write_bytes(sm2_pki.issue(AUDIT).certificate.der)
    out.write_bytes(b"{}")
    code, _, err = trust("audit", "verify-proof", out, "--certificate", own)
    assert code == 1
    assert "audit.proof_malformed" in err
    with out.open("wb") as sparse:
        sparse.truncate(audit_command.LARGEST + 1)
    code, _, err = trust("audit", "verify-proof", out, "--certificate", own)
    assert code == 1
    assert "size" in err


def test_there_is_no_proof_of_what_is_not_there(trust: Run, tmp_path: Path) -> None:
    code, _, err = trust("audit", "prove-stamping", "stamp_none", "--out", tmp_path / "proof.json")
    assert code == 1
    assert "seal.stamping_unknown" in err


def test_exported_events_are_verified_without_the_instance(
    instance: Instance,
    furnished_folder: Furnished,
    stranger: Run,
    tmp_path: Path,
    sm2_pki: PKI,
) -> None:
    wanted = EventSearch(subject=furnished_folder.seal, tags=("seal:make:done",))
    out, own, other = tmp_path / "audit-export.json", tmp_path / "audit.der", tmp_path / "other.der"
    out.write_bytes(export_events(instance, Actor(id="auditor", grants=frozenset()), wanted))
    own.write_bytes(instance.service_keys.certificate(Role.AUDIT).der)
    other.write_bytes(sm2_pki.issue(AUDIT).certificate.der)
    code, told, _ = stranger("audit", "verify-export", out, "--certificate", own)
    assert code == 0
    for words in ("1 events, sealed at", "seal:make:done", furnished_folder.seal):
        assert words in told
    code, _, err = stranger("audit", "verify-export", out, "--certificate", other)
    assert code == 1
    assert "audit.proof_broken" in err
    with out.open("wb") as sparse:
        sparse.truncate(audit_command.LARGEST + 1)
    code, _, err = stranger("audit", "verify-export", out, "--certificate", own)
    assert code == 1
    assert "size" in err


@pytest.fixture
def kept(trust: Run, instance: Instance, tmp_path: Path) -> tuple[Path, Path]:
    """Return the certificate for checkpoints and a file of them, both elsewhere; a checkpoint was signed before."""
    certificate, file = tmp_path / "audit.pem", tmp_path / "checkpoints.jsonl"
    certificate.write_bytes(pem(instance.service_keys.certificate(Role.AUDIT).der))
    make_checkpoint(instance.base.store, *instance.service_keys.credential(Role.AUDIT))
    assert "kept: 1 checkpoints" in trust("audit", "keep", file).out
    return certificate, file


def test_the_trail_is_checked_with_the_database_alone(trust: Run, instance: Instance, kept: tuple[Path, Path]) -> None:
    certificate, file = kept
    instance.base.settings.root_key.unlink()  # as an auditor has it who was given a copy of the database
    answer = trust("audit", "check", "--certificate", certificate, "--kept", file)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("intact: ")
    assert answer.out.endswith(" 2 checkpoints, 1 of them kept elsewhere\n")


def test_what_the_instance_says_of_itself_is_told_as_that(trust: Run, kept: tuple[Path, Path]) -> None:
    answer = trust("audit", "check", "--kept", kept[1])
    assert answer.code == 0
    assert "believed: the certificates that the instance itself names" in answer.out


def test_a_trail_that_does_not_hold_is_told(
    trust: Run, instance: Instance, kept: tuple[Path, Path], tmp_path: Path, sm2_pki: PKI
) -> None:
    other = tmp_path / "other.der"
    other.write_bytes(sm2_pki.issue(AUDIT).certificate.der)
    answer = trust("audit", "check", "--certificate", other)
    assert answer.code == 1
    assert "not for checkpoints" in answer.out
    with instance.base.store.writer.begin() as connection:
        connection.execute(text("UPDATE audit_event SET actor = 'nobody' WHERE sequence = 2"))
    answer = trust("audit", "check", "--certificate", kept[0])
    assert (answer.code, answer.out) == (1, "broken at 2: an event was changed\n")


def test_a_place_that_cannot_be_written_is_told(trust: Run, tmp_path: Path) -> None:
    answer = trust("audit", "keep", tmp_path / "nowhere" / "checkpoints.jsonl")
    assert answer.code == 2
    assert "No such file" in answer.err
    assert "Traceback" not in answer.err
