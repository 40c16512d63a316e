"""Housekeeping: what an instance looks after by itself, at the start and every minute.

Left-behind stampings and licences are voided, revocation lists renewed, the audit trail gets a signed checkpoint.
"""

import threading
from datetime import datetime, timedelta
from typing import Final

from api.logs import logger
from api.wiring import Instance
from trust.audit import make_checkpoint
from trust.errors import TrustError
from trust.founding import Role

__all__ = ["Housekeeper"]

CHECKPOINT_PAUSE: Final = timedelta(hours=1)


class Housekeeper:
    """A thread that keeps the house in order until it is stopped."""

    def __init__(self, instance: Instance, *, pause: float) -> None:
        self.instance = instance
        self.pause = pause
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name="housekeeping", daemon=True)
        self.last_checkpoint: datetime | None = None

    def start(self) -> None:
        """Do a first round, so that a restart mends what a crash left, and go on in the background."""
        self.round()
        self.thread.start()

    def stop(self) -> None:
        """Stop after the present round, and sign where the audit trail stands."""
        self.stopping.set()
        self.thread.join()
        self.checkpoint()

    def run(self) -> None:
        """Do a round after each pause."""
        while not self.stopping.wait(self.pause):
            try:
                self.round()
            except TrustError as error:
                logger().warning("housekeeping failed", error=str(error))

    def round(self) -> None:
        """Do everything once."""
        licences = self.instance.licences.recover()
        stampings = self.instance.stampings.recover()
        lists = self.instance.base.authorities.keep_lists_fresh()
        if licences or stampings or lists:
            logger().info("housekeeping", licences=licences, stampings=stampings, lists=list(lists))
        now = self.instance.base.clock.now()
        if self.last_checkpoint is None or now - self.last_checkpoint >= CHECKPOINT_PAUSE:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Sign where the audit trail stands."""
        keys = self.instance.service_keys
        made = make_checkpoint(self.instance.base.store, keys.signer(Role.AUDIT), keys.certificate(Role.AUDIT))
        self.last_checkpoint = made.at
