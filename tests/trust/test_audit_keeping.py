"""Checkpoints that are kept elsewhere: what the holder of the database and of the key can do is seen by them."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from tests.builders import PKI, Party
from tests.trust.test_audit import record, rewrite, tamper
from trust import audit_keeping, repository
from trust.audit import AuditReport, check, make_checkpoint
from trust.audit_keeping import keep_checkpoints, kept_checkpoints
from trust.audit_proof import ProofBroken, ProofMalformed
from trust.profiles import AUDIT
from trust.store import Store
from trust.tables import AuditCheckpointRow, AuditEventRow, AuditHeadRow


@pytest.fixture
def auditor(sm2_pki: PKI) -> Party:
    """Make the key and the certificate for checkpoints."""
    return sm2_pki.issue(AUDIT)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """Return the file that grows."""
    return tmp_path / "checkpoints.jsonl"


def kept(store: Store, path: Path) -> int:
    """Keep what is new."""
    with store.reading() as view:
        return keep_checkpoints(view, path)


def held(store: Store, path: Path, *trusted: Party) -> AuditReport:
    """Hold the trail against what was kept."""
    with store.reading() as view:
        return check(view, trusted=[one.certificate for one in trusted], kept=kept_checkpoints(path))


def test_the_file_grows_and_the_trail_holds(store: Store, auditor: Party, elsewhere: Path) -> None:
    record(store, 1, 2)
    first = make_checkpoint(store, auditor.signer, auditor.certificate)
    assert kept(store, elsewhere) == 1
    before = elsewhere.read_bytes()
    record(store, 3)
    second = make_checkpoint(store, auditor.signer, auditor.certificate)
    assert [kept(store, elsewhere), kept(store, elsewhere)] == [1, 0]
    assert elsewhere.read_bytes().startswith(before)
    assert kept_checkpoints(elsewhere) == (first, second)
    assert held(store, elsewhere, auditor) == AuditReport(events=5, checkpoints=4)


def test_a_trail_that_the_holder_of_the_key_wrote_anew(sqlite_store: Store, auditor: Party, elsewhere: Path) -> None:
    record(sqlite_store, 1, 2)
    make_checkpoint(sqlite_store, auditor.signer, auditor.certificate)
    kept(sqlite_store, elsewhere)
    rewrite(sqlite_store, auditor)
    with sqlite_store.reading() as view:
        assert check(view, trusted=[auditor.certificate]).broken_at is None  # by itself it looks well
    report = held(sqlite_store, elsewhere, auditor)
    assert (report.broken_at, report.reason) == (2, "the trail is not the one that was signed")
    content = elsewhere.read_bytes()
    with pytest.raises(ProofBroken, match="at 2 was kept"):
        kept(sqlite_store, elsewhere)
    assert elsewhere.read_bytes() == content


def test_a_trail_that_was_set_back(sqlite_store: Store, auditor: Party, elsewhere: Path) -> None:
    record(sqlite_store, 1)
    with sqlite_store.reading() as view:
        end = repository.audit_head(view)
    record(sqlite_store, 2)
    make_checkpoint(sqlite_store, auditor.signer, auditor.certificate)
    kept(sqlite_store, elsewhere)
    tamper(
        sqlite_store,
        delete(AuditEventRow).where(col(AuditEventRow.sequence) > 1),
        delete(AuditCheckpointRow),
        update(AuditHeadRow).values(sequence=end[0], digest=end[1]),
    )
    assert held(sqlite_store, elsewhere, auditor).broken_at == 2
    with pytest.raises(ProofBroken):
        kept(sqlite_store, elsewhere)


def test_a_kept_checkpoint_is_believed_for_its_signature_alone(
    sqlite_store: Store, auditor: Party, elsewhere: Path, sm2_pki: PKI
) -> None:
    record(sqlite_store, 1)
    made = make_checkpoint(sqlite_store, auditor.signer, auditor.certificate)
    with sqlite_store.reading() as view:
        forged = replace(made, signature=sm2_pki.signer.signer.sign(made.signed))
        report = check(view, trusted=[auditor.certificate], kept=[forged])
    assert report.reason == "a checkpoint's signature does not hold"
    kept(sqlite_store, elsewhere)
    assert held(sqlite_store, elsewhere).broken_at is not None  # nobody is trusted


@pytest.mark.parametrize("line", [b"{", b"[]", b"{}", b"\xff", b"", b"[" * 100_000])
def test_a_line_that_is_no_checkpoint(sqlite_store: Store, auditor: Party, elsewhere: Path, line: bytes) -> None:
    record(sqlite_store, 1)
    make_checkpoint(sqlite_store, auditor.signer, auditor.certificate)
    kept(sqlite_store, elsewhere)
    elsewhere.write_bytes(elsewhere.read_bytes() + line + b"\n")
    with pytest.raises(ProofMalformed) as refused:
        kept_checkpoints(elsewhere)
    assert refused.value.details == {"member": "line 2"}


def test_a_file_that_is_too_large(elsewhere: Path) -> None:
    with elsewhere.open("wb") as sparse:
        sparse.truncate(audit_keeping.LARGEST + 1)
    with pytest.raises(ProofMalformed):
        kept_checkpoints(elsewhere)
