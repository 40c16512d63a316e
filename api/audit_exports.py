"""Events of the audit trail as a file that proves them, for whom the auditor answers to."""

from typing import Final

from api.wiring import Instance
from identity.duties import Actor
from trust.audit import make_checkpoint
from trust.audit_export import AuditExport, ExportTooLarge, export
from trust.audit_proof import NotCheckpointed
from trust.audit_repository import EventSearch, search
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact
from trust.founding import Role

__all__ = ["MOST_CHOSEN", "export_events"]

MOST_CHOSEN: Final = 5_000
"""Events that one file is asked for."""


def export_events(instance: Instance, actor: Actor, wanted: EventSearch) -> bytes:
    """Return the file of what was looked for, and record that it was handed out.

    Where no checkpoint follows the newest of the events yet, one is signed. Raise `ExportEmpty`, `ExportTooLarge`.
    """
    store = instance.base.store
    with store.reading() as view:
        found = [one.sequence for one in search(view, wanted, limit=MOST_CHOSEN + 1)]
    if len(found) > MOST_CHOSEN:
        raise ExportTooLarge(most=MOST_CHOSEN)
    made = proven(instance, found)
    content = made.to_json()
    with store.transaction() as tx:
        facts: dict[str, Fact] = {
            "first": made.events[0],
            "last": made.events[-1],
            "count": len(made.events),
            "digest": sm3(content).hex(),
        }
        tx.record(AuditEvent(tag="audit:export:done", actor=actor.id, subject="audit", facts=facts))
    return content


def proven(instance: Instance, sequences: list[int]) -> AuditExport:
    """Return the proof of some events, after a checkpoint where there is none yet."""
    store = instance.base.store
    try:
        with store.reading() as view:
            return export(view, sequences)
    except NotCheckpointed:
        make_checkpoint(store, *instance.service_keys.credential(Role.AUDIT))
    with store.reading() as view:
        return export(view, sequences)
