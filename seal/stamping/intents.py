"""What every use of a seal's key goes through: the intent on record before, and what came of it after.

1. `intend`, in a transaction of its own: everything is looked at, the use is counted, its approval spent, and the
   intent committed with its audit event. From here on we can prove what we meant to sign.
2. With no transaction open the key signs, once, and what it made passes our own verification.
3. `conclude`, in another transaction: what came of it. Then it is answered.

A process that dies in between leaves an intent, which `recover` voids: what was perhaps signed was never released, and
counts for nothing. A stamping ends once: a process that was given up for dead cannot conclude what was voided.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

from identity.delegation.standing import MANDATE, chain_of, give_back
from identity.duties import Actor
from seal.data.acting import ActingFor
from seal.errors import OwnWorkRefused
from seal.ledger import approval_repository, stamping_repository
from seal.ledger.entries import Operation, Stamping, StampingState, digest_of_batch
from seal.stamping import approvals
from seal.stamping.permitting import Permitted, Permitting, Use
from seal.stamping.signed_authorisations import SignedAuthorisations
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.store import LostRace, Reading, Store, Transaction

__all__ = ["LEFT_BEHIND", "Intent", "Intents", "Line"]

LEFT_BEHIND: Final = timedelta(minutes=10)
"""After this long a stamping that was prepared and not done belongs to a process that died."""

MOST_AT_ONCE: Final = 10_000
"""Stampings that one look for what was left behind takes up."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that is to be signed."""

    document_hash: str
    reference: str = ""
    property_info: str = ""


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What is on record before a key is used: the stampings, and what permits them."""

    permitted: Permitted
    stampings: tuple[Stamping, ...]


class Intents:
    """Intents to use seals, and what came of them."""

    def __init__(self, *, store: Store, permitting: Permitting, signed: SignedAuthorisations) -> None:
        self.store = store
        self.permitting = permitting
        self.signed = signed

    def intend(
        self, tx: Transaction, actor: Actor, use: Use, lines: Sequence[Line], *, batch: str | None = None
    ) -> Intent:
        """Put the intent to sign `lines` on record, and count them: all or none.

        Raise what `Permitting.require`, `Permitting.count` and `approvals.spend` raise.
        """
        held = (stamping_repository.hold, use.seal)
        if held not in tx.known:
            stamping_repository.hold(tx, use.seal)
            tx.known[held] = True
        permitted = self.permitting.require(tx, actor, use, count=len(lines))
        authorisation = permitted.authorisation
        names = sorted(new_id("stamp", at=tx.now) for _ in lines)  # so that their order is that of the lines
        approvals.spend(tx, actor, permitted, use, stamping=batch or names[0])
        self.permitting.count(tx, permitted, count=len(lines))
        acting = ActingFor(
            actor=actor.id,
            authorisation=authorisation.id,
            purpose=use.purpose.purpose,
            level=actor.level.value if actor.session else None,
            document_kind=use.purpose.document_kind or None,
            operation=use.operation.value,
            chain=self.signed.chain(permitted.statements),
        )
        told = acting.der
        evidence = sm3(told).hex()
        stampings = tuple(
            Stamping(
                id=name,
                seal=use.seal,
                authorisation=authorisation.id,
                parent=authorisation.parent,
                actor=actor.id,
                at=tx.now,
                purpose=use.purpose.purpose,
                document_kind=use.purpose.document_kind,
                operation=use.operation,
                document_hash=line.document_hash,
                approval=use.approval,
                batch=batch,
                reference=line.reference,
                property_info=line.property_info,
                state=StampingState.PREPARED,
                signed_at=whole_second(tx.now) if use.operation is Operation.DIGEST else None,
                level=acting.level,
                evidence=evidence,
                acting=told,
            )
            for name, line in zip(names, lines, strict=True)
        )
        stamping_repository.add_stampings(tx, stampings)
        tx.record(prepared(stampings))
        return Intent(permitted=permitted, stampings=stampings)

    def acting(self, view: Reading, stamping: Stamping) -> bytes | None:
        """Return what the signature of a stamping tells of who acted; None where it is older than that.

        It is put together anew from what is on record, and is what it was when the intent was written: whether the
        authorisations were signed by then, its hash tells. Raise `OwnWorkRefused` where it is not.
        """
        if stamping.acting is not None or not stamping.evidence:
            return stamping.acting
        given: list[bytes | None]
        if stamping.authorisation.startswith(MANDATE):
            given = [one.statement for one in chain_of(view, stamping.authorisation)]
        else:
            names = [one for one in (stamping.parent, stamping.authorisation) if one is not None]
            held = [stamping_repository.authorisation(view, one) for one in names]
            given = [None if one is None else one.statement for one in held]
        untold = ActingFor(
            actor=stamping.actor,
            authorisation=stamping.authorisation,
            purpose=stamping.purpose,
            level=stamping.level,
            document_kind=stamping.document_kind or None,
            operation=stamping.operation.value,
        )
        for found in (replace(untold, chain=self.signed.chain(given)).der, untold.der):
            if sm3(found).hex() == stamping.evidence:
                return found
        raise OwnWorkRefused(check="stamping.evidence")

    def conclude(self, tx: Transaction, done: Sequence[Stamping]) -> None:
        """Say that stampings of one intent are done, with what came of each.

        The commit is a `LostRace` where one was voided.
        """
        ended = [one.done(tx.now) for one in done]
        stamping_repository.end_stampings(tx, ended)
        first = done[0]
        facts: dict[str, Fact]
        if first.batch is None:
            facts = {"stamping": first.id, "result": first.result or sm3(first.signature or b"").hex()}
        else:
            signatures = sm3(*(one.signature or b"" for one in done)).hex()
            facts = {"batch": first.batch, "count": len(done), "signatures": signatures}
        tag = "seal:stamp:done" if first.batch is None else "seal:stamp_batch:done"
        tx.record(AuditEvent(tag=tag, actor=first.actor, subject=first.seal, facts=facts))

    def void(self, tx: Transaction, stampings: Sequence[Stamping]) -> None:
        """Say that nothing came of the stampings of one intent: what was signed is not released, and not counted.

        The commit is a `LostRace` where one has ended meanwhile.
        """
        voided = [replace(one, state=StampingState.VOID, ended_at=tx.now, result=None) for one in stampings]
        stamping_repository.end_stampings(tx, voided)
        first = stampings[0]
        for authorisation in (first.authorisation, first.parent):
            if authorisation is not None and authorisation.startswith(MANDATE):
                give_back(tx, authorisation, count=len(stampings))
            elif authorisation is not None:
                stamping_repository.give_back(tx, authorisation, count=len(stampings))
        if first.approval is not None:
            approval_repository.release(tx, first.approval, intent_of(first))
        facts: dict[str, Fact]
        facts = {"stamping": first.id} if first.batch is None else {"batch": first.batch, "count": len(stampings)}
        tag = "seal:stamp:void" if first.batch is None else "seal:stamp_batch:void"
        tx.record(AuditEvent(tag=tag, actor=first.actor, subject=first.seal, facts=facts))

    def abandon(self, stampings: Sequence[Stamping]) -> None:
        """Void the stampings of an intent at once where signing failed, so that the request can be repeated."""
        with suppress(LostRace), self.store.transaction() as tx:
            self.void(tx, stampings)

    def recover(self) -> int:
        """Void what processes that died have left behind; return how many stampings that were."""
        with self.store.reading() as view:
            left = stamping_repository.left_behind(view, before=view.now - LEFT_BEHIND, limit=MOST_AT_ONCE)
        voided = 0
        for _, group in groupby(sorted(left, key=intent_of), key=intent_of):
            stampings = tuple(group)
            # Whoever was only slow may have ended one of them since.
            with suppress(LostRace), self.store.transaction() as tx:
                self.void(tx, stampings)
                voided += len(stampings)
        return voided


def intent_of(stamping: Stamping) -> str:
    """Return what stampings of one intent have in common."""
    return stamping.batch or stamping.id


def whole_second(moment: datetime) -> datetime:
    """Return the second in which `moment` lies: a seal signature tells no more (GeneralizedTime)."""
    return moment.replace(microsecond=0)


def prepared(stampings: Sequence[Stamping]) -> AuditEvent:
    """Return the event that tells of an intent."""
    first = stampings[0]
    facts: dict[str, Fact] = {
        "authorisation": first.authorisation,
        "purpose": first.purpose,
        "document_kind": first.document_kind,
        "operation": first.operation.value,
    }
    if first.parent is not None:
        facts["within"] = first.parent
    if first.approval is not None:
        facts["approval"] = first.approval
    if first.batch is None:
        facts |= {"stamping": first.id, "document_hash": first.document_hash}
        return AuditEvent(tag="seal:stamp:prepared", actor=first.actor, subject=first.seal, facts=facts)
    facts |= {"batch": first.batch, "count": len(stampings), "lines": digest_of_batch(stampings)}
    return AuditEvent(tag="seal:stamp_batch:prepared", actor=first.actor, subject=first.seal, facts=facts)
