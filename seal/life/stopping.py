"""Stopping a seal, bringing it back, ending it 停用、恢复、注销、标识为无效."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from identity.duties import Actor, Duty
from seal.grounds import COMPROMISING, Ground, require_ground
from seal.life.steps import SealLife, Told, permit
from seal.lifecycle import DUTIES, SealEvent, SealState
from seal.repository import Seal
from trust.reasons import require_reason
from trust.store import Transaction

__all__ = ["Stopping"]


class Stopping(SealLife):
    """Use cases of the end of a seal, and of what may be taken back before it."""

    def suspend(
        self,
        actor: Actor,
        seal: str,
        *,
        reason: str,
        lost_at: datetime | None = None,
        evidence: Sequence[str] = (),
    ) -> Seal:
        """Stop a seal at once 停用（挂失）.

        `lost_at` is when the owner says it was lost, and nobody else can say that: stampings from then to now are
        disputed. A clock that runs ahead does not keep the seal from being stopped: what lies in the future is taken
        for now.
        """
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.SUSPEND], current.owner)
            if lost_at is not None:
                actor.require(Duty.SEAL_OWNER, current.owner)
                lost_at = min(lost_at, tx.now)
            told = Told(reason=reason, lost_at=lost_at, evidence=evidence)
            return self.step(tx, actor, replace(current, lost_at=lost_at), SealEvent.SUSPEND, told=told)

    def report_loss(
        self, actor: Actor, seal: str, *, lost_at: datetime, reason: str, evidence: Sequence[str] = ()
    ) -> Seal:
        """Say of a seal that rests already that it was lost, and since when 补报遗失: its owner alone can.

        Stampings from then until it was stopped are disputed. What was asked for or proposed meanwhile must be so
        anew. What lies in the future is taken for now.
        """
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.REPORT_LOSS], current.owner)
            lost_at = min(lost_at, tx.now)
            told = Told(reason=reason, lost_at=lost_at, evidence=evidence)
            changed = replace(current, lost_at=lost_at, ground=None)
            return self.step(tx, actor, changed, SealEvent.REPORT_LOSS, told=told)

    def request_resume(self, actor: Actor, seal: str, *, reason: str, evidence: Sequence[str] = ()) -> Seal:
        """Ask for a suspended seal to be resumed 申请恢复."""
        return self.move(actor, seal, SealEvent.REQUEST_RESUME, told=Told(reason=reason, evidence=evidence))

    def resume(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Resume a suspended seal 恢复, as its owner asked for."""
        return self.move(actor, seal, SealEvent.RESUME, told=Told(reason=reason))

    def refuse_resume(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Leave a suspended seal suspended."""
        return self.move(actor, seal, SealEvent.REFUSE_RESUME, told=Told(reason=reason))

    def cancel(
        self,
        actor: Actor,
        seal: str,
        *,
        ground: Ground,
        reason: str,
        compromised_at: datetime | None = None,
        evidence: Sequence[str] = (),
    ) -> Seal:
        """Cancel a seal for good 注销, as its owner. Its certificates are revoked, and the lists published anew.

        `compromised_at` is since when the owner says that others may have had it, where the ground is such; without it
        the alleged loss of a suspension that holds still, or now.
        """
        reason, ground = require_reason(reason), require_ground(SealEvent.CANCEL, ground)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.CANCEL], current.owner)
            told = Told(
                reason=reason,
                ground=ground,
                lost_at=out_of_hands(tx, current, ground, compromised_at),
                evidence=evidence,
            )
            cancelled = self.end(tx, actor, current, SealEvent.CANCEL, told=told)
        self.publish()
        return cancelled

    def propose_cancel(
        self, actor: Actor, seal: str, *, ground: Ground, reason: str, evidence: Sequence[str] = ()
    ) -> Seal:
        """Propose to cancel a seal whose owner was renamed, merged, dissolved or is bankrupt: it stops at once."""
        ground = require_ground(SealEvent.PROPOSE_CANCEL, ground)
        return self.move(
            actor,
            seal,
            SealEvent.PROPOSE_CANCEL,
            change=lambda _tx, current: replace(current, ground=ground),
            told=Told(reason=reason, ground=ground, evidence=evidence),
        )

    def refuse_cancel(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Refuse a proposed cancellation. The seal stays stopped until its owner asks for it back."""
        return self.move(
            actor,
            seal,
            SealEvent.REFUSE_CANCEL,
            change=lambda _tx, current: replace(current, ground=None),
            told=Told(reason=reason),
        )

    def confirm_cancel(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Cancel a seal as another of the issuing department has proposed, on the ground of that proposal."""
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.CONFIRM_CANCEL], current.owner)
            # A seal that is not proposed has no ground of its own; the table refuses it before one is asked for.
            ground = current.ground or Ground.NO_LONGER_NEEDED
            told = Told(reason=reason, ground=ground)
            cancelled = self.end(tx, actor, current, SealEvent.CONFIRM_CANCEL, told=told)
        self.publish()
        return cancelled

    def invalidate(self, actor: Actor, seal: str, *, reason: str, evidence: Sequence[str] = ()) -> Seal:
        """Declare that a seal was made unlawfully 标识为无效: neither it nor what it stamped was ever valid."""
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.INVALIDATE], current.owner)
            told = Told(reason=reason, ground=Ground.UNLAWFUL, evidence=evidence)
            ended = self.end(tx, actor, current, SealEvent.INVALIDATE, told=told)
        self.publish()
        return ended


def out_of_hands(tx: Transaction, seal: Seal, ground: Ground, told: datetime | None) -> datetime | None:
    """Return since when a seal was out of its owner's hands, where the ground is such."""
    if ground not in COMPROMISING:
        return None
    known = None if seal.state is SealState.ACTIVE else seal.lost_at
    return min(told or known or tx.now, tx.now)
