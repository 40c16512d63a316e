"""Destroying the keys of a seal that has ended 销毁: asked for by one administrator, witnessed by another, proven."""

from collections.abc import Sequence
from typing import Protocol

from identity.duties import Actor
from seal import repository
from seal.life.steps import SealLife, Told, permit
from seal.lifecycle import DUTIES, LIFECYCLE, SealEvent
from seal.repository import DestructionProof, Seal
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact
from trust.reasons import require_reason
from trust.signing import KeyReference

__all__ = ["Destroying", "KeyDestroyer"]


class KeyDestroyer(Protocol):
    """Destroys keys in custody. Trusted for: that the key is gone when it says so."""

    def destroy(self, key: KeyReference, *, witnesses: Sequence[str], reason: str) -> DestructionProof:
        """Destroy a key for ever, and return the signed proof. One that is gone already gives the proof of then."""
        ...


class Destroying(SealLife):
    """Use cases of destruction."""

    destroyer: KeyDestroyer

    def request_destroy(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Ask for the keys of a seal that has ended to be destroyed 申请销毁."""
        return self.move(actor, seal, SealEvent.REQUEST_DESTROY, told=Told(reason=reason))

    def destroy(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Witness the destruction of a seal's keys 监督销毁, as the auditor; the proofs are kept with the seal.

        The intent is on record before the first key goes. What breaks off in between is taken up by asking again: a
        key that is gone stays gone, and its proof is found.
        """
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.DESTROY], current.owner)
            LIFECYCLE.step(current.state, SealEvent.DESTROY, actor=actor.id, before=current.last_actor)
            facts: dict[str, Fact] = {"keys": len(current.keys), "asked_by": current.last_actor}
            tx.record(AuditEvent(tag="seal:destroy:witnessed", actor=actor.id, subject=seal, facts=facts))
        witnesses = (current.last_actor, actor.id)
        proofs = [self.destroyer.destroy(one.key, witnesses=witnesses, reason=reason) for one in current.keys]
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            digests = ", ".join(sm3(one.statement).hex() for one in proofs)
            destroyed = self.step(
                tx, actor, current, SealEvent.DESTROY, told=Told(reason=reason, facts={"proofs": digests})
            )
            for proof in proofs:
                repository.add_destruction(tx, seal, proof)
            return destroyed
