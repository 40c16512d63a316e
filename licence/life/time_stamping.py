"""Time-stamps that follow 补加时间戳: what was signed while no authority answered gets one over the whole file.

The file grows by validation data and a time-stamp over the document (ETSI EN 319 142-1, B-LTA), which proves the time
of both signatures in it. They stay as they are, and so does the file before, under its own digest.
"""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from licence.records import Licence
from licence.repository import LicenceRepository
from seal import repository as seals
from seal.errors import OwnWorkRefused
from seal.stamping.document_signature import time_stamp_document, with_validation_data
from seal.stamping.orders import Level
from seal.stamping.own_work import judge_own_work, require_unharmed, require_values
from seal.stamping.stamp import maker_of
from seal.stamping.stampings import StampingService
from trust.blobs import BlobId, BlobStore
from trust.certificates import Certificate
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.paths import Evidence
from trust.pdf.release import PDFReleaseRefused, read_release
from trust.store import LostRace, Reading, Store
from trust.timestamping import TimeStampingUnavailable

__all__ = ["LateTimeStamps"]

LOG: Final = logging.getLogger(__name__)

AT_ONCE: Final = 200
"""Licences that one round takes up."""

MISTAKE: Final = "mistake"
"""What the trail says in place of a code where the fault is ours."""

PAUSE: Final = timedelta(hours=1)
"""After this long a file is tried again that could not be mended for a reason of its own."""


class LateTimeStamps:
    """Sees to it that files get the time-stamps that they wait for."""

    def __init__(
        self, *, store: Store, repository: LicenceRepository, stampings: StampingService, blobs: BlobStore
    ) -> None:
        self.store = store
        self.repository = repository
        self.stampings = stampings
        self.blobs = blobs

    def round(self) -> int:
        """Stamp what is due, as long as the authority answers; return how many files that were."""
        with self.store.reading() as view:
            due = self.repository.awaiting_time_stamp(view, limit=AT_ONCE)
        done = 0
        for licence in due:
            try:
                done += self.stamp(licence)
            except TimeStampingUnavailable:
                break  # nor will it answer for the next one
            except Exception as error:  # our own mistake too: it must keep no other file waiting
                LOG.exception("a licence's file could not get its time-stamp")
                self.put_off(licence, error)
        return done

    def stamp(self, licence: Licence) -> bool:
        """Stamp the file of a licence; tell whether that was left to be done.

        Raise `TimeStampingUnavailable`, `OwnWorkRefused`, and what the blob store and the reader of PDF files raise.
        """
        if licence.file is None:
            return False
        before = self.blobs.get(licence.file)
        with self.store.reading() as view:
            leaves, evidence, now = *self.known(view, licence), view.now
        prepared = with_validation_data(before, leaves, evidence, at=now)
        pdf, values = time_stamp_document(prepared, self.stampings.stampers.document, at=now)
        try:
            released = read_release(pdf, before=before, fields=tuple(values))
        except PDFReleaseRefused as error:
            raise OwnWorkRefused(check="pdf.release") from error
        require_values(released, values)
        # The authority states a moment after that at which it was asked, and no token lies in the future of its judge.
        judged_at = self.store.clock.now()
        judge_own_work(released, evidence, now=judged_at)
        self.stampings.workers.run(require_unharmed, pdf, before=before, evidence=evidence, now=judged_at)
        return self.put(licence, self.blobs.put(pdf))

    def known(self, view: Reading, licence: Licence) -> tuple[tuple[Certificate, ...], Evidence]:
        """Return who signed the file of a licence, and what is known of them: whatever has become of the seal since."""
        seal = seals.get(view, licence.seal)
        keys = () if seal is None else (seal.owner_key, seal.document_key)
        signers = [one.certificate for one in keys if one is not None and one.certificate is not None]
        if seal is not None and seal.seal is not None:
            signers.append(maker_of(seal.seal))
        return tuple(signers), self.stampings.authorities.evidence(view, naming=signers)

    def put(self, licence: Licence, file: BlobId) -> bool:
        """Put the new file into the registry, and keep the name of the one before; tell whether that one was there."""
        with suppress(LostRace), self.store.transaction() as tx:
            current = self.repository.get(tx, licence.id)
            if current is None or current.file != licence.file:
                return False
            level = Level.B_LTA.value
            mended = replace(current, file=file, former_file=current.file, level=level, time_stamp_due=None)
            self.repository.put(tx, mended)
            facts: dict[str, Fact] = {"file": file, "former_file": current.file, "level": level}
            tx.record(AuditEvent(tag="licence:time_stamp:done", actor="system", subject=licence.id, facts=facts))
            tx.flush()
            return True
        return False  # whoever was faster has done the same, or the licence has moved: the next round looks again

    def put_off(self, licence: Licence, error: Exception) -> None:
        """Try a file again later that could not be mended, and say why."""
        with suppress(LostRace), self.store.transaction() as tx:
            current = self.repository.get(tx, licence.id)
            if current is not None and current.awaits_time_stamp:
                self.repository.put(tx, replace(current, time_stamp_due=tx.now + PAUSE))
                facts: dict[str, Fact] = {"code": error.code if isinstance(error, TrustError) else MISTAKE}
                tx.record(AuditEvent(tag="licence:time_stamp:failed", actor="system", subject=licence.id, facts=facts))
