"""Scans of paper licences 纸质证照扫描件: putting them forward, and reading them again, for the issuer alone."""

from dataclasses import dataclass, field
from datetime import timedelta

from identity.duties import Actor, Duty
from licence import scan_repository
from licence.errors import LicenceUnknown, ScanUnknown
from licence.life.scan_reading import read_scan
from licence.repository import LicenceRepository
from licence.scan_repository import Scan
from licence.steps import require_duty
from seal.evidence import require_media_type
from trust import requests
from trust.blobs import BlobStore
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.protection import DataProtection
from trust.store import Reading, Store
from trust.unused_files import forget_unused
from trust.workers import IN_PROCESS, Workers

__all__ = ["PutScan", "ScanService"]


@dataclass(frozen=True, kw_only=True)
class PutScan:
    """A scan that is put forward."""

    issuer: str
    """The authority whose paper licence it shows."""

    content: bytes = field(repr=False)
    media_type: str
    """What the client says that it is."""

    request_key: str


class ScanService:
    """The use cases of scans. They are kept enciphered: they show what holders are."""

    def __init__(
        self,
        *,
        store: Store,
        repository: LicenceRepository,
        blobs: BlobStore,
        protection: DataProtection,
        workers: Workers = IN_PROCESS,
    ) -> None:
        self.store = store
        self.repository = repository
        self.blobs = blobs
        self.protection = protection
        self.workers = workers

    def put(self, actor: Actor, command: PutScan) -> Scan:
        """Keep a scan. A repeated upload gets the same one.

        Raise `DutyMissing`, `EvidenceTooLarge`, `EvidenceTypeRefused`, `ScanRefused`, `ScanUnknown` where the repeated
        one was forgotten, or what the workers raise.
        """
        digest = sm3(command.content).hex()
        asked = [command.issuer, digest, command.media_type]
        key, fingerprint = command.request_key, requests.fingerprint("licence:scan", asked)
        with self.store.reading() as view:
            known = requests.answered(view, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                return require(view, known)
            require_duty(actor, command.issuer, Duty.LICENCE_OFFICER, Duty.BUSINESS_SYSTEM)
        media_type = require_media_type(command.content, command.media_type)
        self.workers.run(read_scan, command.content, media_type.value)
        name = new_id("scan", at=self.store.clock.now())
        blob = self.blobs.put(self.protection.protect(command.content, context=context_of(name)))
        with self.store.transaction() as tx:
            scan = Scan(
                id=name,
                issuer=command.issuer,
                media_type=media_type.value,
                size=len(command.content),
                digest=digest,
                blob=blob,
                uploaded_by=actor.id,
                uploaded_at=tx.now,
            )
            scan_repository.add(tx, scan)
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=name)
            facts: dict[str, Fact] = {"digest": digest, "size": scan.size}
            tx.record(AuditEvent(tag="licence_scan:put:done", actor=actor.id, subject=name, facts=facts))
        return scan

    def read(self, actor: Actor, licence: str) -> tuple[Scan, bytes]:
        """Return the scan that a licence was made from, and put on record who read it.

        Raise `LicenceUnknown`, `DutyMissing`, or `ScanUnknown` where it was not made from paper.
        """
        with self.store.transaction() as tx:
            found = self.repository.get(tx, licence) or self.repository.by_identifier(tx, licence)
            if found is None:
                raise LicenceUnknown
            require_duty(actor, found.issuer, Duty.LICENCE_OFFICER, Duty.LICENCE_REVIEWER)
            scan = scan_repository.of_licence(tx, found.id)
            if scan is None:
                raise ScanUnknown
            facts: dict[str, Fact] = {"licence": found.id, "digest": scan.digest}
            tx.record(AuditEvent(tag="licence_scan:read:done", actor=actor.id, subject=scan.id, facts=facts))
        return scan, self.protection.reveal(self.blobs.get(scan.blob), context=context_of(scan.id))

    def tidy(self, unused_for: timedelta) -> int:
        """Forget the scans that no licence was made from for so long; return how many. Raise `BlobStoreUnavailable`."""
        return forget_unused(self.store, self.blobs, scan_repository.UnusedScans(), unused_for=unused_for)


def context_of(name: str) -> str:
    """Return what a scan's cipher is bound to."""
    return f"licence scan {name}"


def require(view: Reading, name: str) -> Scan:
    """Return a scan, or raise `ScanUnknown`."""
    found = scan_repository.get(view, name)
    if found is None:
        raise ScanUnknown
    return found
