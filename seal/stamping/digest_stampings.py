"""Use cases of sealing digests: one, or up to a thousand in one call.

The order is that of seal/stamping/intents.py. Nothing is prepared but the digest itself, so that one transaction looks
at everything and commits the intent. Requests that come at the same time share commits. The answer is put together anew
from the seal and the signature value whenever it is asked for again, and verified each time.
"""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final, TypeVar

from identity.duties import Actor, Duty
from seal import repository
from seal.errors import OwnWorkRefused, SealNotActive, StampingRequestInvalid, StampingUnderWay, StampingUnknown
from seal.ledger import stamping_repository
from seal.ledger.entries import Operation, Purpose, Stamping, StampingState
from seal.repository import Seal
from seal.stamping.digests import MOST_ITEMS, DigestItem, DigestSigner, Timing
from seal.stamping.intents import Intent, Intents, Line
from seal.stamping.permitting import Use
from seal.verification.signatures import judge_seal_signature
from trust import requests
from trust.authority import Authorities
from trust.crypto.backends import second_opinion
from trust.crypto.sm3 import sm3
from trust.events import canonical
from trust.group_commit import GroupCommit
from trust.identifiers import new_id
from trust.signing import KeyCustody, Signer
from trust.store import Store, Transaction
from trust.timestamping import TimeStamper
from trust.verdict import Outcome

__all__ = ["DigestStampingService", "SealedDigest", "StampDigests"]

JUDGED_FOR: Final = timedelta(minutes=1)
"""How long a seal and its signer's path count as judged. That a seal may be used is asked each time."""

AT_ONCE: Final = 25
"""Digests that a thread takes up together."""

Part = TypeVar("Part")
Result = TypeVar("Result")


@dataclass(frozen=True, kw_only=True)
class StampDigests:
    """Digests that are to be sealed. One by itself, or all of a call together: then they count and fail together."""

    seal: str
    items: tuple[DigestItem, ...] = field(repr=False)
    purpose: Purpose
    timing: Timing = Timing.CLAIMED
    reason: str = ""
    request_key: str
    approval: str | None = None
    """The owner's approval of exactly these, where the authorisation wants one."""

    @property
    def content(self) -> str:
        """What an approval names: the digest itself, or SM3 over those of a batch in their order."""
        digests = [one.digest for one in self.items]
        return digests[0].hex() if len(digests) == 1 else sm3(*digests).hex()

    @property
    def use(self) -> Use:
        """What the seal is wanted for."""
        told = [[one.property_info, one.reference] for one in self.items]
        return Use(
            seal=self.seal,
            purpose=self.purpose,
            operation=Operation.DIGEST,
            content=self.content,
            parameters=sm3(canonical([told, self.timing.value, self.reason])).hex(),
            approval=self.approval,
        )

    def require(self) -> None:
        """Return if these can be sealed, else raise `StampingRequestInvalid`."""
        if not 0 < len(self.items) <= MOST_ITEMS:
            raise StampingRequestInvalid(field="items", number=len(self.items))
        for number, item in enumerate(self.items, 1):
            item.require(number)


@dataclass(frozen=True, kw_only=True)
class SealedDigest:
    """A sealed digest: its line of the ledger, and SES_Signature in DER."""

    stamping: Stamping
    encoded: bytes = field(repr=False)


class DigestStampingService:
    """Seals digests."""

    def __init__(
        self, *, store: Store, intents: Intents, custody: KeyCustody, authorities: Authorities, stamper: TimeStamper
    ) -> None:
        self.store = store
        self.intents = intents
        self.custody = custody
        self.authorities = authorities
        self.stamper = stamper
        self.commits = GroupCommit(store)
        self.second = second_opinion()
        self.signers: dict[str, DigestSigner] = {}
        self.judged: dict[str, tuple[DigestSigner, datetime]] = {}
        self.lock = threading.Lock()

    @cached_property
    def threads(self) -> ThreadPoolExecutor:
        """The threads that share the work of a batch: the libraries that compute let others run meanwhile."""
        return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="digests")

    # --- use cases

    def stamp(self, actor: Actor, command: StampDigests) -> tuple[SealedDigest, ...]:
        """Seal digests, and return them in their order.

        Raise `StampingRequestInvalid`, what `Intents.intend` raises, `SigningUnavailable`, `TimeStampingUnavailable`,
        `OwnWorkRefused` and `RequestKeyReused`. A repeated request gets the same signatures.
        """
        command.require()
        use = command.use
        asked = [use.seal, use.content, use.parameters, repr(command.purpose), use.approval, len(command.items)]
        fingerprint = requests.fingerprint("seal:stamp_digests", asked)
        with self.commits.present():
            return self.seal(actor, command, use, fingerprint=fingerprint)

    def seal(self, actor: Actor, command: StampDigests, use: Use, *, fingerprint: str) -> tuple[SealedDigest, ...]:
        """Put the intent on record, seal, verify, and say what came of it."""
        begun = self.commits.run(lambda tx: self.begin(tx, actor, command, use, fingerprint=fingerprint))
        if isinstance(begun, tuple):
            return self.again(begun)
        signer = self.signer(begun.permitted.seal)
        try:
            sealed = self.seal_all(signer, begun.stampings, command.timing)
            self.judge(signer, begun.permitted.seal.id, sealed)
        except Exception:
            self.intents.abandon(begun.stampings)
            raise
        ended_at = self.commits.run(lambda tx: self.conclude(tx, sealed))
        return tuple(SealedDigest(stamping=one.stamping.done(ended_at), encoded=one.encoded) for one in sealed)

    def find(self, actor: Actor, stamping: str) -> SealedDigest:
        """Return a sealed digest again, to who had it sealed and to the owner of the seal.

        Raise `StampingUnknown`, also to others, and `StampingUnderWay`.
        """
        with self.store.reading() as view:
            found = stamping_repository.stamping(view, stamping)
            if found is None or found.operation is not Operation.DIGEST:
                raise StampingUnknown
            seal = repository.get(view, found.seal)
        is_owner = seal is not None and seal.owner in actor.organisations(Duty.SEAL_OWNER)
        if (found.actor != actor.id and not is_owner) or found.state is StampingState.VOID:
            raise StampingUnknown
        return self.again((found,))[0]

    # --- building blocks

    def begin(
        self, tx: Transaction, actor: Actor, command: StampDigests, use: Use, *, fingerprint: str
    ) -> Intent | tuple[Stamping, ...]:
        """Return a new intent, or the stampings that an earlier request under the same key has made."""
        key = command.request_key
        known = requests.answered(tx, actor=actor.id, key=key, fingerprint=fingerprint)
        if known is not None:
            found = stamping_repository.of_request(tx, known)
            if found and found[0].state is not StampingState.VOID:
                return found
        is_one = len(command.items) == 1
        batch = None if is_one else new_id("batch", at=tx.now)
        lines = [
            Line(document_hash=one.digest.hex(), reference=one.reference, property_info=one.property_info)
            for one in command.items
        ]
        intent = self.intents.intend(tx, actor, use, lines, batch=batch)
        result = batch or intent.stampings[0].id
        if known is None:
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=result)
        else:
            requests.replace(tx, actor=actor.id, key=key, before=known, result=result)
        return intent

    def conclude(self, tx: Transaction, sealed: Sequence[SealedDigest]) -> datetime:
        """Say that digests are sealed, and return when."""
        self.intents.conclude(tx, [one.stamping for one in sealed])
        return tx.now

    def again(self, stampings: tuple[Stamping, ...]) -> tuple[SealedDigest, ...]:
        """Put together what was sealed before. Raise `StampingUnderWay` where it is still being worked on."""
        if any(one.signature is None for one in stampings):
            raise StampingUnderWay
        with self.store.reading() as view:
            seal = repository.get(view, stampings[0].seal)
            acting = self.intents.acting(view, stampings[0])  # one intent, one who acted
        if seal is None:  # pragma: no cover - stampings refer to their seal, and none is ever deleted
            raise StampingUnknown
        signer = self.signer(seal)
        return tuple(self.together(signer, one.changed(acting=acting)) for one in stampings)

    def signer(self, seal: Seal) -> DigestSigner:
        """Return who signs digests with a seal, as the seal is now."""
        kept = seal.owner_key
        if kept is None or kept.certificate is None or seal.seal is None:
            raise SealNotActive(seal=seal.id, state=seal.state.value)
        known = self.signers.get(seal.id)
        if known is not None and known.seal == seal.seal and known.certificate.der == kept.certificate.der:
            return known
        made = DigestSigner(
            seal=seal.seal,
            owner=Signer(self.custody, kept.key),
            certificate=kept.certificate,
            second=self.second,
        )
        self.signers[seal.id] = made
        return made

    def seal_all(
        self, signer: DigestSigner, stampings: tuple[Stamping, ...], timing: Timing
    ) -> tuple[SealedDigest, ...]:
        """Sign digests and verify each signature, several at the same time where there are many."""

        def work(part: Sequence[Stamping]) -> list[SealedDigest]:
            return [self.seal_one(signer, one, timing) for one in part]

        if len(stampings) <= AT_ONCE:
            return tuple(work(stampings))
        parts = [stampings[start : start + AT_ONCE] for start in range(0, len(stampings), AT_ONCE)]
        return tuple(one for part in self.threads.map(work, parts) for one in part)

    def seal_one(self, signer: DigestSigner, stamping: Stamping, timing: Timing) -> SealedDigest:
        """Sign one digest, and verify the signature."""
        item, signed_at = item_of(stamping)
        signature = signer.sign(item, signed_at, stamping.acting)
        time_stamp = self.stamper.stamp(signature) if timing is Timing.PROVEN else None
        return self.together(signer, stamping.signed_with(signature, time_stamp))

    def together(self, signer: DigestSigner, stamping: Stamping) -> SealedDigest:
        """Return a seal signature that was read back and verified. Raise `OwnWorkRefused`."""
        item, signed_at = item_of(stamping)
        encoded = signer.whole(
            item,
            signed_at,
            signature=stamping.signature or b"",
            time_stamp=stamping.time_stamp,
            acting=stamping.acting,
        )
        return SealedDigest(stamping=stamping, encoded=encoded)

    def judge(self, signer: DigestSigner, seal: str, sealed: Sequence[SealedDigest]) -> None:
        """Judge products as a stranger would: the seal, its maker, the signer's path, time-stamps, everything.

        Those with a time-stamp each time, which nobody else has looked at; of others the first, once in a while. Raise
        `OwnWorkRefused`.
        """
        now = self.store.clock.now()
        with self.lock:
            known, until = self.judged.get(seal, (None, now))
        due = [one for one in sealed if one.stamping.time_stamp is not None]
        if not due and known is signer and now < until:
            return
        with self.store.reading() as view:
            evidence = self.authorities.evidence(view)
        for one in due or sealed[:1]:
            document_hash = bytes.fromhex(one.stamping.document_hash)
            report = judge_seal_signature(one.encoded, evidence, now=now, document_hash=document_hash).report
            for check in report.checks:
                if check.outcome is not Outcome.PASSED:
                    raise OwnWorkRefused(check=check.name)
        with self.lock:
            self.judged[seal] = signer, now + JUDGED_FOR


def item_of(stamping: Stamping) -> tuple[DigestItem, datetime]:
    """Return what was sealed by a line of the ledger, and the moment in the signature."""
    item = DigestItem(
        digest=bytes.fromhex(stamping.document_hash),
        property_info=stamping.property_info,
        reference=stamping.reference,
    )
    return item, stamping.signed_at or stamping.at.replace(microsecond=0)
