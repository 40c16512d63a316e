"""Housekeeping: what an instance looks after by itself, at the start and every minute.

Keys are retired when their time is over. Left-behind stampings and licences are voided, revocation lists and
responders renewed, and the time-stamps of licences before they end. Time-stamps and the use of sessions are put on
record, the audit trail gets a signed checkpoint.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from typing_extensions import override

from api.logs import logger
from api.rounds import Rounds
from api.wiring import Instance
from identity.notices import notices
from identity.openid import ending
from trust import outbox
from trust.audit import make_checkpoint
from trust.founding import Role, complete
from trust.store import LostRace

__all__ = ["Housekeeper"]

CHECKPOINT_PAUSE: Final = timedelta(hours=1)
TOLD_WITHIN: Final = timedelta(days=3)
"""What persons and business systems are told within: what waited for longer, as where nobody takes it, is forgotten."""

TOLD_KEPT: Final = timedelta(days=30)
"""How long what became of it can be looked up in the outbox; in the audit trail for good."""


class Housekeeper(Rounds):
    """Keeps the house in order until it is stopped."""

    def __init__(self, instance: Instance, *, pause: float) -> None:
        super().__init__(name="housekeeping", pause=pause)
        self.instance = instance
        self.last_checkpoint: datetime | None = None

    @override
    def start(self) -> None:
        """Do a first round, so that a restart mends what a crash left, and go on in the background."""
        self.round()
        super().start()

    @override
    def stop(self) -> None:
        """Stop after the present round, and sign where the audit trail stands."""
        super().stop()
        self.attempt("sessions", self.instance.base.access.write_uses)
        self.attempt("time-stamps", self.instance.timekeeping.ledger.flush)
        self.attempt("verifications", self.count_verifications)
        self.attempt("checkpoint", self.checkpoint)

    @override
    def round(self) -> None:
        """Do everything once. A part that fails is logged, and has its next turn in the next round."""
        self.attempt("keys", self.look_after_keys)
        self.attempt("licences", self.instance.licences.recover)
        self.attempt("late time-stamps", self.instance.late_time_stamps.round)
        self.attempt("time-stamps that end", self.instance.late_time_stamps.look)
        self.attempt("sessions", self.instance.base.access.write_uses)
        self.attempt("old sessions", self.instance.base.access.forget)
        self.attempt("requests for review", self.instance.reviews.forget)
        self.attempt("stampings", self.instance.stampings.recover)
        self.attempt("authorisations", self.instance.signed_authorisations.sign_missing)
        self.attempt("delegations", self.instance.mandates.signing.sign_missing)
        self.attempt("live codes", self.instance.live_codes.tidy)
        self.attempt("pictures", self.instance.pictures.tidy)
        unused = timedelta(days=self.instance.base.settings.unused_upload_days)
        self.attempt("unused scans", lambda: self.instance.scans.tidy(unused))
        self.attempt("unused documents", lambda: self.instance.evidence_of_seals.tidy(unused))
        self.attempt("files in clear", self.instance.blobs.encipher_some)
        self.attempt("files left aside", lambda: self.instance.blobs.tidy(self.instance.base.clock.now()))
        self.attempt("verification jobs", self.instance.verifying.jobs.tidy)
        self.attempt("bulk jobs", self.instance.bulk.worker().tidy)
        self.attempt("time-stamps", self.instance.timekeeping.ledger.flush)
        self.attempt("sign-on", self.instance.openid.ending.forget)
        age = timedelta(days=self.instance.base.settings.openid_rotation_days)
        self.attempt("sign-on keys", lambda: self.instance.openid.keys.rotate_due(age))
        self.attempt("lists", self.instance.base.authorities.keep_lists_fresh)
        self.attempt("responders", self.instance.base.responders.keep_fresh)
        now = self.instance.base.clock.now()
        if self.last_checkpoint is None or now - self.last_checkpoint >= CHECKPOINT_PAUSE:
            self.attempt("verifications", self.count_verifications)
            self.attempt("checkpoint", self.checkpoint)
            self.attempt("old notices", self.forget_notices)
            self.attempt("statistics", self.instance.base.store.take_stock)

    def attempt(self, part: str, act: Callable[[], object]) -> None:
        """Do one part. Whatever goes wrong there must neither end the thread nor keep another part from its turn."""
        try:
            done = act()
        except Exception:  # noqa: BLE001 - as said
            logger().warning("housekeeping failed", part=part, exc_info=True)
        else:
            if done:
                logger().info("housekeeping", part=part, done=done)

    def look_after_keys(self) -> tuple[str, ...]:
        """Retire keys whose time is over, make those that an earlier version did not, and take up new versions.

        A destruction that broke off before its proof is proven.
        """
        base, keys = self.instance.base, self.instance.service_keys
        retired = base.custody.retire_due()
        made = complete(base.store, base.custody, base.authorities)
        changed = ("new versions",) if keys.refresh() else ()
        proven = base.destroyer.complete(credential=keys.credential(Role.AUDIT))
        return (*retired, *made, *changed, *(one.handle for one in proven))

    def forget_notices(self) -> int:
        """Forget what persons and business systems were told, or could not be, so long ago that it matters no more."""
        store = self.instance.base.store
        topics = notices.TOPIC, f"{ending.TOPIC}:"
        return sum(outbox.forget(store, one, waits=TOLD_WITHIN, kept=TOLD_KEPT) for one in topics)

    def count_verifications(self) -> int:
        """Put on record how much the public has verified."""
        return self.instance.verifying.tally.flush(self.instance.base.store)

    def checkpoint(self) -> None:
        """Sign where the audit trail stands, unless another process has just signed that very place."""
        with suppress(LostRace):
            make_checkpoint(self.instance.base.store, *self.instance.service_keys.credential(Role.AUDIT))
        self.last_checkpoint = self.instance.base.clock.now()
