"""Exported events: a whole file holds, and one that was changed in a single thing does not."""

import json
from typing import Any

import pytest

from tests.builders import PKI, Party
from trust import audit_export
from trust.audit import make_checkpoint
from trust.audit_export import AuditExport, ExportEmpty, ExportTooLarge, export
from trust.audit_proof import NotCheckpointed, ProofBroken, ProofMalformed
from trust.events import AuditEvent
from trust.profiles import AUDIT
from trust.store import Store


@pytest.fixture
def auditor(sm2_pki: PKI) -> Party:
    """Make the key and the certificate for checkpoints."""
    return sm2_pki.issue(AUDIT)


def lay_out(store: Store, auditor: Party) -> Store:
    """Record five events and sign a checkpoint."""
    for number in (1, 2, 3, 4, 5):
        with store.transaction() as tx:
            tx.record(AuditEvent(tag="test:count:done", actor="甲", subject=f"{number}", facts={"number": number}))
    make_checkpoint(store, auditor.signer, auditor.certificate)
    return store


def exported(store: Store, *sequences: int) -> AuditExport:
    """Return the export of some events."""
    with store.reading() as view:
        return export(view, sequences)


@pytest.fixture
def told(sqlite_store: Store, auditor: Party) -> dict[str, Any]:
    """Return an export of the second and the fourth event, as JSON holds it."""
    found: dict[str, Any] = json.loads(exported(lay_out(sqlite_store, auditor), 4, 2, 4).to_json())
    return found


def test_events_are_proven_with_what_stands_between(store: Store, auditor: Party) -> None:
    made = exported(lay_out(store, auditor), 4, 2)
    assert made.events == (2, 4)
    assert [one.sequence for one in made.chain.events] == [2, 3, 4, 5]
    again = AuditExport.from_json(made.to_json())
    assert again == made
    assert [one.event.subject for one in again.verify([auditor.certificate])] == ["2", "4"]


def test_an_export_holds_by_a_trusted_key_alone(told: dict[str, Any], auditor: Party, sm2_pki: PKI) -> None:
    read = AuditExport.from_json(json.dumps(told).encode())
    read.verify([auditor.certificate])
    with pytest.raises(ProofBroken):
        read.verify([sm2_pki.issue(AUDIT).certificate])


def test_an_event_that_was_changed_is_found(told: dict[str, Any], auditor: Party) -> None:
    told["chain"]["events"][1]["actor"] = "乙"
    with pytest.raises(ProofBroken, match="event 3 was changed"):
        AuditExport.from_json(json.dumps(told).encode()).verify([auditor.certificate])


def test_an_event_that_the_piece_does_not_hold_is_found(told: dict[str, Any], auditor: Party) -> None:
    told["events"] = [1, 2]
    with pytest.raises(ProofBroken, match="event 1 is missing"):
        AuditExport.from_json(json.dumps(told).encode()).verify([auditor.certificate])


def test_what_no_checkpoint_covers_or_is_nothing_or_lies_too_far_apart_is_not_exported(
    sqlite_store: Store, auditor: Party
) -> None:
    lay_out(sqlite_store, auditor)
    with pytest.raises(NotCheckpointed):
        exported(sqlite_store, 6)  # the event of the checkpoint itself
    with pytest.raises(ExportEmpty) as empty:
        exported(sqlite_store)
    assert empty.value.code == "audit.export_empty"
    with pytest.raises(ExportTooLarge) as large:
        exported(sqlite_store, 1, 1 + audit_export.MOST_EVENTS)
    assert (large.value.code, large.value.details) == ("audit.export_too_large", {"most": audit_export.MOST_EVENTS})
    with pytest.raises(NotCheckpointed):  # near enough
        exported(sqlite_store, 1, audit_export.MOST_EVENTS)


@pytest.mark.parametrize(
    ("name", "value", "member"),
    [
        ("type", "xinyin.stamping-proof", "type"),
        ("version", 2, "type"),
        ("events", None, "events"),
        ("events", [], "events"),
        ("events", ["2"], "events"),
        ("events", [True], "events"),
        ("events", [0], "events"),
        ("events", [4, 2], "events"),
        ("events", [2, 2], "events"),
        ("chain", None, "chain"),
        ("more", 1, "export"),
    ],
    ids=repr,
)
def test_what_is_no_export_is_refused(told: dict[str, Any], name: str, value: object, member: str) -> None:
    told[name] = value
    with pytest.raises(ProofMalformed) as raised:
        AuditExport.from_json(json.dumps(told).encode())
    assert raised.value.details == {"member": member}


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(ProofMalformed) as raised:
        AuditExport.from_json(b"{")
    assert raised.value.details == {"member": "JSON"}
