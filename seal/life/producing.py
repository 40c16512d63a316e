"""Making, filing, issuing, accepting a seal 制作、备案、发放、接收: and turning back on that way."""

from dataclasses import replace

from identity.duties import Actor
from identity.lifecycle import SubjectUse
from seal import repository
from seal.grounds import Ground
from seal.life.entitlement import require_fitting
from seal.life.steps import SealLife, Told, permit
from seal.life.workshop import Workshop
from seal.lifecycle import DUTIES, LIFECYCLE, SealEvent, SealState
from seal.repository import CertifiedKey, Seal
from trust.crypto.sm3 import sm3
from trust.events import Fact
from trust.reasons import require_reason
from trust.store import Transaction

__all__ = ["Producing"]


class Producing(SealLife):
    """Use cases from the workshop to the owner's hands."""

    workshop: Workshop

    def send_back(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Send what cannot be made back to review 退回审核; a code and keys that were begun stay with it."""
        return self.move(actor, seal, SealEvent.SEND_BACK, told=Told(reason=reason))

    def make(self, actor: Actor, seal: str) -> Seal:
        """Make a seal 制作: keys in custody, certificates, and the GB/T 38540 seal signed by the maker.

        What was begun and not finished is taken up again: a code once allotted and keys once generated stay. So does
        the request to an authority outside that certifies owners: until its answer is there, raise
        `CertificateAwaited`. Raise what `require_fitting` raises where the seal would show a name of before: then the
        maker sends it back.
        """
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            owner = self.identity.require_organisation(tx, current.owner, use=SubjectUse.ACT)
            permit(actor, DUTIES[SealEvent.MAKE], current.owner)
            LIFECYCLE.step(current.state, SealEvent.MAKE, actor=actor.id, before=current.last_actor)
            # Whom it names may be called otherwise by now: no seal is made that was never right.
            require_fitting(
                self.identity, tx, owner=owner, kind=current.kind, design=current.design, bearer=current.bearer
            )
            making = self.workshop.prepare(tx, current, owner, actor=actor.id)
        made = self.workshop.make(making, actor=actor.id)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            for order, certificate in made.signed:
                self.authorities.record(tx, order, certificate)
            changed = replace(
                current,
                owner_key=CertifiedKey(key=making.owner_key, certificate=made.owner_certificate),
                document_key=CertifiedKey(key=making.document_key, certificate=made.document_certificate),
                seal=made.seal,
                valid_until=made.valid_until,
            )
            facts: dict[str, Fact] = {
                "code": making.seal.code,
                "seal": sm3(made.seal).hex(),
                "owner": made.owner_certificate.fingerprint,
            }
            return self.step(tx, actor, changed, SealEvent.MAKE, told=Told(facts=facts))

    def file(self, actor: Actor, seal: str) -> Seal:
        """File a seal 备案: it gets its filing number."""
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.FILE], current.owner)
            area = (current.code or "")[:6]
            changed = replace(current, filing_number=repository.next_filing_number(tx, area))
            facts: dict[str, Fact] = {"filing_number": changed.filing_number}
            return self.step(tx, actor, changed, SealEvent.FILE, told=Told(facts=facts))

    def issue(self, actor: Actor, seal: str) -> Seal:
        """Issue a seal to its owner 发放. It can stamp nothing until the owner accepts it."""
        return self.move(actor, seal, SealEvent.ISSUE)

    def refuse(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Refuse a seal that was issued 拒收: it goes back to who issued it, to be issued again or discarded."""
        return self.move(actor, seal, SealEvent.REFUSE, told=Told(reason=reason))

    def accept(self, actor: Actor, seal: str) -> Seal:
        """Accept a seal 接收: its signature-creation data are the owner's, who alone brings it into use.

        From that moment the seal that it replaces can never stamp again.
        """
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.ACCEPT], current.owner)
            LIFECYCLE.step(current.state, SealEvent.ACCEPT, actor=actor.id, before=current.last_actor)
            if current.supersedes is not None:
                self.succeed(tx, actor, self.require(tx, current.supersedes), current)
            accepted = self.step(tx, actor, replace(current, ground=None), SealEvent.ACCEPT, told=Told())
        if accepted.supersedes is not None:
            self.publish()
        return accepted

    def succeed(self, tx: Transaction, actor: Actor, old: Seal, new: Seal) -> None:
        """Let `new` take the place of `old`, which ends now unless it has ended before."""
        old = replace(old, superseded_by=new.id)
        if SealEvent.SUPERSEDE in LIFECYCLE.events(old.state):
            ground = new.ground or Ground.IMAGE_WORN
            facts: dict[str, Fact] = {"superseded_by": new.id}
            self.end(tx, actor, old, SealEvent.SUPERSEDE, told=Told(ground=ground, facts=facts))
        elif old.state is SealState.SUPERSEDED:
            repository.put_seal(tx, old)
        # The database counts statutory-name seals at each change of a row: the old one must be gone first.
        tx.flush()

    def discard(self, actor: Actor, seal: str, *, reason: str) -> Seal:
        """Discard a seal that was made and never accepted 作废. Its certificates are revoked."""
        reason = require_reason(reason)
        with self.store.transaction() as tx:
            current = self.require(tx, seal)
            permit(actor, DUTIES[SealEvent.DISCARD], current.owner)
            told = Told(reason=reason, ground=Ground.NEVER_ACCEPTED)
            ended = self.end(tx, actor, current, SealEvent.DISCARD, told=told)
        self.publish()
        return ended
