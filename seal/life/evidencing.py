"""Putting documents forward 提交材料, and reading them: for those who decide, the owner and the auditor alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from identity.duties import Actor, Duty, Grant
from identity.errors import DutyMissing
from identity.service import IdentityService
from seal import evidence_repository
from seal.errors import EvidenceSpent, EvidenceUnknown
from seal.evidence import Evidence, EvidenceKind, require_media_type
from trust import requests
from trust.blobs import BlobStore
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.protection import DataProtection
from trust.store import Reading, Store, Transaction
from trust.unused_files import forget_unused

__all__ = ["EvidenceService", "PutForward", "attach", "require_evidence"]


@dataclass(frozen=True, kw_only=True)
class PutForward:
    """A document that is put forward."""

    organisation: str
    """The owner whose seal it is about."""

    kind: EvidenceKind
    content: bytes = field(repr=False)
    media_type: str
    """What the client says that it is."""

    request_key: str
    """A repeated upload under the same key gets the same document."""


class EvidenceService:
    """The use cases of documents. They are kept enciphered: many hold personal data."""

    def __init__(
        self, *, store: Store, identity: IdentityService, blobs: BlobStore, protection: DataProtection
    ) -> None:
        self.store = store
        self.identity = identity
        self.blobs = blobs
        self.protection = protection

    def put_forward(self, actor: Actor, command: PutForward) -> Evidence:
        """Keep a document. A repeated upload gets the same one.

        Raise `EvidenceTooLarge`, `EvidenceTypeRefused`, `SubjectUnknown`, or `EvidenceUnknown` where the repeated one
        was forgotten.
        """
        digest = sm3(command.content).hex()
        asked = [command.organisation, command.kind.value, digest, command.media_type]
        key, fingerprint = command.request_key, requests.fingerprint("seal:evidence", asked)
        with self.store.reading() as view:
            known = requests.answered(view, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                return require(view, known)
            self.identity.require_organisation(view, command.organisation)
            require_one_of(actor, command.organisation, (Duty.SEAL_APPLICANT, Duty.SEAL_OWNER, Duty.SEAL_REVIEWER))
        media_type = require_media_type(command.content, command.media_type)
        name = new_id("ev", at=self.store.clock.now())
        blob = self.blobs.put(self.protection.protect(command.content, context=context_of(name)))
        with self.store.transaction() as tx:
            evidence = Evidence(
                id=name,
                organisation=command.organisation,
                kind=command.kind,
                media_type=media_type,
                size=len(command.content),
                digest=digest,
                blob=blob,
                uploaded_by=actor.id,
                uploaded_at=tx.now,
            )
            evidence_repository.add(tx, evidence)
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=name)
            facts: dict[str, Fact] = {"kind": command.kind.value, "digest": digest, "size": evidence.size}
            tx.record(AuditEvent(tag="seal:evidence:done", actor=actor.id, subject=name, facts=facts))
        return evidence

    def read(self, actor: Actor, name: str) -> tuple[Evidence, bytes]:
        """Return a document and its content, and put on record who read it. Raise `EvidenceUnknown`."""
        with self.store.transaction() as tx:
            evidence = require(tx, name)
            require_one_of(actor, evidence.organisation, (Duty.SEAL_OWNER, Duty.SEAL_REVIEWER, Duty.AUDITOR))
            facts: dict[str, Fact] = {"kind": evidence.kind.value, "digest": evidence.digest}
            tx.record(AuditEvent(tag="seal:evidence:read", actor=actor.id, subject=name, facts=facts))
        return evidence, self.protection.reveal(self.blobs.get(evidence.blob), context=context_of(name))

    def tidy(self, unused_for: timedelta) -> int:
        """Forget the documents that no step has used for so long; return how many. Raise `BlobStoreUnavailable`."""
        return forget_unused(self.store, self.blobs, evidence_repository.UnusedEvidence(), unused_for=unused_for)


def context_of(name: str) -> str:
    """Return what a document's cipher is bound to."""
    return f"seal evidence {name}"


def require(view: Reading, name: str) -> Evidence:
    """Return a document, or raise `EvidenceUnknown`."""
    found = evidence_repository.get(view, name)
    if found is None:
        raise EvidenceUnknown
    return found


def require_one_of(actor: Actor, organisation: str, duties: Sequence[Duty]) -> None:
    """Return if the actor holds one of these duties for the organisation or for all, else raise `DutyMissing`."""
    wanted = {Grant(duty, scope) for duty in duties for scope in (organisation, None)}
    if not wanted & actor.grants:
        raise DutyMissing(duty=" / ".join(duty.value for duty in duties))


def require_evidence(view: Reading, names: Sequence[str], *, organisation: str) -> tuple[Evidence, ...]:
    """Return the documents that a step names: of the seal's owner, and of no other step.

    Raise `EvidenceUnknown` or `EvidenceSpent`.
    """
    found = tuple(require(view, name) for name in dict.fromkeys(names))
    for one in found:
        if one.organisation != organisation:
            raise EvidenceUnknown
        if one.seal is not None:
            raise EvidenceSpent(evidence=one.id)
    return found


def attach(tx: Transaction, documents: Sequence[Evidence], *, seal: str, step: int) -> None:
    """Attach documents to a step."""
    for one in documents:
        evidence_repository.attach(tx, one.id, seal=seal, step=step)
