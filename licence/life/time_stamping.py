"""Time-stamps that follow 补加时间戳: what was signed while no authority answered gets one over the whole file.

And time-stamps that are renewed 续加时间戳 before they prove nothing any more. The file grows by validation data and a
time-stamp over the document (ETSI EN 319 142-1, B-LTA), which proves the time of both signatures in it, and of every
time-stamp before. They stay as they are, and so does the file before, under its own digest.

From then on the registry knows until when the file proves its times by itself, and takes it up again before. Of a file
that has had no further time-stamp yet it does not know that, and looks: the oldest ones first, since authorities end in
the order in which they began.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from licence.records import Licence
from licence.repository import LicenceRepository
from seal import repository as seals
from seal.stamping.orders import Level
from seal.stamping.renewing import NO_GAIN, NothingGained, leaves_of, renewed
from seal.stamping.stamp import maker_of
from seal.stamping.stampings import StampingService
from seal.verification.documents import DocumentReport, judge_pdf
from trust.blobs import BlobId, BlobStore
from trust.certificates import Certificate
from trust.errors import TrustError
from trust.events import AuditEvent, Fact
from trust.paths import Evidence, ValidationPolicy
from trust.store import LostRace, Reading, Store
from trust.timestamping import TimeStampingUnavailable

__all__ = ["LateTimeStamps", "Renewal"]

LOG: Final = logging.getLogger(__name__)

AT_ONCE: Final = 200
"""Licences that one round takes up."""

MISTAKE: Final = "mistake"
"""What the trail says in place of a code where the fault is ours."""

NO_BETTER: Final = "no_better_authority"
"""What the trail says where the authority's own certificate ends as soon as what is to be renewed."""

PAUSE: Final = timedelta(hours=1)
"""After this long a file is tried again that could not be mended for a reason of its own; and so long nobody looks at
what may end, where nothing ends soon."""

LOOKED_AT: Final = 50
"""Files that one round looks at, and renews where they end soon."""

ENOUGH: Final = 3
"""After so many in a row that do not end soon, younger ones do not either."""


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """When time-stamps are renewed: so long before they end, which `policy` may have be sooner."""

    lead: timedelta
    policy: ValidationPolicy

    @classmethod
    def of(cls, policy: ValidationPolicy, *, days: int) -> "Renewal":
        """Return it of so many days."""
        return cls(lead=timedelta(days=days), policy=policy)


class LateTimeStamps:
    """Sees to it that files get the time-stamps that they wait for, and further ones before those end."""

    def __init__(
        self,
        store: Store,
        repository: LicenceRepository,
        *,
        stampings: StampingService,
        blobs: BlobStore,
        renewal: Renewal,
    ) -> None:
        self.store = store
        self.repository = repository
        self.stampings = stampings
        self.blobs = blobs
        self.renewal = renewal
        self.next_look: datetime | None = None
        self.next_renewal: datetime | None = None

    def round(self) -> int:
        """Stamp what is due, as long as the authority answers; return how many files that were."""
        with self.store.reading() as view:
            due, now = self.repository.awaiting_time_stamp(view, limit=AT_ONCE), view.now
        done = 0
        for licence in due:
            if not licence.awaits_time_stamp and self.is_resting(now):
                continue
            try:
                done += self.stamp(licence) if licence.awaits_time_stamp else self.renew(licence, now=now)
            except TimeStampingUnavailable:
                break  # nor will it answer for the next one
            except Exception as error:  # our own mistake too: it must keep no other file waiting
                LOG.exception("a licence's file could not get its time-stamp")
                self.put_off(licence, code_of(error), due=now + PAUSE)
        return done

    def look(self) -> int:
        """Renew the time-stamps of files of which the registry does not know when they end, and which end soon.

        Return how many files that were. Where none ends soon it is an hour until the next look.
        """
        with self.store.reading() as view:
            now = view.now
            if self.is_resting(now) or (self.next_look is not None and now < self.next_look):
                return 0
            oldest = self.repository.never_renewed(view, limit=LOOKED_AT)
        done, far = 0, 0
        for licence in oldest:
            try:
                renewed = self.renew(licence, now=now)
            except TimeStampingUnavailable as error:
                self.rest(licence, code_of(error), now)
            except Exception as error:  # as above
                LOG.exception("a licence's file could not get another time-stamp")
                self.put_off(licence, code_of(error), due=now + PAUSE)
                continue
            else:
                done, far = done + renewed, 0 if renewed else far + 1
            if far == ENOUGH or self.is_resting(now):
                break
        self.next_look = None if done == LOOKED_AT else now + PAUSE
        return done

    def is_resting(self, now: datetime) -> bool:
        """Tell whether nothing is renewed for a while, since no authority has a better time-stamp to give."""
        return self.next_renewal is not None and now < self.next_renewal

    def rest(self, licence: Licence, code: str, now: datetime) -> None:
        """Renew nothing for a while, and have it told that something should be."""
        self.next_renewal = now + PAUSE
        if licence.time_stamp_due is None:
            self.put_off(licence, code, due=now)

    def renew(self, licence: Licence, *, now: datetime) -> bool:
        """Stamp the file of a licence anew if what proves its times ends soon, and tell whether that was done.

        What proves nothing any more gets one as well: no time-stamp mends it, but the books of the registry know it to
        be older. Raise as `stamp` does.
        """
        if licence.file is None:
            return False
        with self.store.reading() as view:
            _, evidence = self.known(view, licence)
        report = judge_pdf(self.blobs.get(licence.file), evidence, now=now)
        until = report.proven_until
        if licence.time_stamp_due is None and until is not None and until - self.renewal.lead > now:
            return False
        try:
            return self.stamp(licence, renewing=report)
        except NothingGained:
            LOG.warning("no authority has a time-stamp that lasts longer than those that end soon")
            self.rest(licence, NO_BETTER, now)
            return False

    def stamp(self, licence: Licence, *, renewing: DocumentReport | None = None) -> bool:
        """Stamp the file of a licence; tell whether that was left to be done.

        `renewing` is the report on a file whose time-stamps end soon. Raise `TimeStampingUnavailable`,
        `OwnWorkRefused`, `NothingGained`, and what the blob store and the reader of PDF files raise.
        """
        if licence.file is None:
            return False
        before, until = self.blobs.get(licence.file), None if renewing is None else renewing.proven_until
        with self.store.reading() as view:
            leaves, evidence, now = *self.known(view, licence, renewing), view.now
        stamper, workers = self.stampings.stampers.document, self.stampings.workers
        clock = self.store.clock
        pdf, report = renewed(before, leaves, evidence, stamper=stamper, workers=workers, clock=clock, until=until)
        due = max((report.proven_until or now) - self.renewal.lead, now + NO_GAIN)
        return self.put(licence, self.blobs.put(pdf), due=due)

    def known(
        self, view: Reading, licence: Licence, report: DocumentReport | None = None
    ) -> tuple[tuple[Certificate, ...], Evidence]:
        """Return who signed the file of a licence, and what is known of them: whatever has become of the seal since.

        The authorities of time-stamps are among them: those in the file, by its report, and our own as they are now.
        """
        seal = seals.get(view, licence.seal)
        keys = () if seal is None else (seal.owner_key, seal.document_key)
        signers = [one.certificate for one in keys if one is not None and one.certificate is not None]
        if seal is not None and seal.seal is not None:
            signers.append(maker_of(seal.seal))
        told = () if report is None else leaves_of(report)
        signers = list(dict.fromkeys((*signers, *told, *self.stampings.stampers.certificates())))
        evidence = self.stampings.authorities.evidence(view, naming=signers)
        return tuple(signers), replace(evidence, policy=evidence.policy.narrowed_by(self.renewal.policy))

    def put(self, licence: Licence, file: BlobId, *, due: datetime) -> bool:
        """Put the new file into the registry, and keep the name of the one before; tell whether that one was there."""
        with suppress(LostRace), self.store.transaction() as tx:
            current = self.repository.get(tx, licence.id)
            if current is None or current.file != licence.file:
                return False
            level = Level.B_LTA.value
            mended = replace(current, file=file, former_file=current.file, level=level, time_stamp_due=due)
            self.repository.put(tx, mended)
            facts: dict[str, Fact] = {"file": file, "former_file": current.file, "level": level}
            tx.record(AuditEvent(tag="licence:time_stamp:done", actor="system", subject=licence.id, facts=facts))
            tx.flush()
            return True
        return False  # whoever was faster has done the same, or the licence has moved: the next round looks again

    def put_off(self, licence: Licence, code: str, *, due: datetime) -> None:
        """Try a file again later that could not be mended, and say why."""
        with suppress(LostRace), self.store.transaction() as tx:
            current = self.repository.get(tx, licence.id)
            if current is not None and current.file == licence.file:
                self.repository.put(tx, replace(current, time_stamp_due=due))
                facts: dict[str, Fact] = {"code": code}
                tx.record(AuditEvent(tag="licence:time_stamp:failed", actor="system", subject=licence.id, facts=facts))


def code_of(error: Exception) -> str:
    """Return what the trail says of an error."""
    return error.code if isinstance(error, TrustError) else MISTAKE
