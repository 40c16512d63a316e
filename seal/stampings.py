"""Use cases of stamping: who may, under which authorisation; the intent on record before a key is used; the ledger.

1. The seal, its owner and the authorisation are looked at, and the document is prepared.
2. Transaction 1 looks at them again, counts the stamping and commits the intent: from here on we can prove what we
   meant to sign.
3. With no transaction open the prepared stamp is redeemed, once, and our own verification passes the result.
4. The file goes to the blob store, and transaction 2 says what came of it. Then it is answered.

A process that dies in between leaves an intent, which `recover` voids: what was perhaps signed was never released, and
counts for nothing. A stamping ends once: a process that was given up for dead cannot conclude what was voided.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from identity.duties import Actor, Duty
from identity.lifecycle import SubjectUse
from identity.service import IdentityService
from seal import repository
from seal.errors import (
    AuthorisationExhausted,
    NotAuthorised,
    SealExpired,
    SealNotActive,
    SealUnknown,
    StampingUnderWay,
    StampingUnknown,
)
from seal.image import SealDesign, draw
from seal.ledger import Authorisation, Stamping, StampingState
from seal.lifecycle import PERMITS, SealUse
from seal.repository import CertifiedKey, Seal
from seal.stamping import PreparedStamp, StampedDocument, StampKit, prepare_stamp
from trust import requests
from trust.authority import Authorities
from trust.blobs import BlobId, BlobStore
from trust.certificates import Certificate
from trust.cms_signing import CMSSigner
from trust.crypto.sm3 import sm3
from trust.events import AuditEvent, Fact
from trust.identifiers import new_id
from trust.pdf.appearance import Placement
from trust.signing import KeyCustody, Signer
from trust.store import LostRace, Reading, Store, Transaction
from trust.timestamping import TimeStamper

__all__ = ["Purpose", "StampPDF", "Stampers", "StampingService"]

LEFT_BEHIND: Final = timedelta(minutes=10)
"""After this long a stamping that was prepared and not done belongs to a process that died."""


@dataclass(frozen=True, kw_only=True)
class Purpose:
    """What a stamping is for, as authorisations name it."""

    purpose: str
    document_kind: str


@dataclass(frozen=True, kw_only=True)
class StampPDF:
    """A document that is to be stamped."""

    seal: str
    pdf: bytes = field(repr=False)
    placement: Placement
    purpose: Purpose
    reason: str
    request_key: str


@dataclass(frozen=True, kw_only=True)
class Stampers:
    """The time-stamp authorities of both families."""

    seal: TimeStamper
    document: TimeStamper


class StampingService:
    """The use cases of stamping, and the building blocks that licences are sealed with."""

    def __init__(
        self,
        *,
        store: Store,
        identity: IdentityService,
        custody: KeyCustody,
        authorities: Authorities,
        blobs: BlobStore,
        stampers: Stampers,
    ) -> None:
        self.store = store
        self.identity = identity
        self.custody = custody
        self.authorities = authorities
        self.blobs = blobs
        self.stampers = stampers

    # --- use cases

    def stamp(self, actor: Actor, command: StampPDF) -> tuple[Stamping, bytes]:
        """Stamp a document and return its line of the ledger with the stamped file.

        Raise `SealNotActive`, `SealExpired`, `NotAuthorised`, `AuthorisationExhausted`, what `prepare_stamp` raises
        for the file, and `RequestKeyReused`. A repeated request gets the same file.
        """
        fingerprint = requests.fingerprint(
            "seal:stamp",
            [command.seal, sm3(command.pdf).hex(), repr(command.placement), repr(command.purpose), command.reason],
        )
        with self.store.reading() as view:
            known = requests.answered(view, actor=actor.id, key=command.request_key, fingerprint=fingerprint)
            if known is not None:
                answered = self.answer(view, known)
                if answered is not None:
                    return answered
            self.authorisation(view, actor, command.seal, command.purpose)
            kit = self.kit(view, command.seal)
            at = view.now
        prepared = prepare_stamp(command.pdf, kit, placement=command.placement, at=at, reason=command.reason)
        with self.store.transaction() as tx:
            stamping = self.intend(tx, actor, command.seal, command.purpose, prepared)
            if known is None:
                requests.remember(
                    tx, actor=actor.id, key=command.request_key, fingerprint=fingerprint, result=stamping.id
                )
            else:
                requests.replace(tx, actor=actor.id, key=command.request_key, before=known, result=stamping.id)
        stamped, result = self.execute(stamping, prepared)
        with self.store.transaction() as tx:
            self.conclude(tx, stamping, result)
        return self.ledger_line(stamping.id), stamped.pdf

    def answer(self, view: Reading, name: str) -> tuple[Stamping, bytes] | None:
        """Return what a repeated request was answered with, or None where the first attempt came to nothing."""
        stamping = repository.stamping(view, name)
        if stamping is None or stamping.state is StampingState.VOID:
            return None
        if stamping.result is None:
            raise StampingUnderWay
        return stamping, self.blobs.get(stamping.result)

    def recover(self) -> int:
        """Void what processes that died have left behind; return how many stampings that were."""
        with self.store.transaction() as tx:
            left = [
                one
                for one in repository.stampings(tx, state=StampingState.PREPARED, limit=10_000)
                if tx.now - one.at > LEFT_BEHIND
            ]
            for one in left:
                self.void(tx, one)
        return len(left)

    def ledger_line(self, name: str) -> Stamping:
        """Return one line of the ledger, or raise `StampingUnknown`."""
        with self.store.reading() as view:
            found = repository.stamping(view, name)
        if found is None:
            raise StampingUnknown
        return found

    def ledger(self, actor: Actor, seal: str) -> tuple[Stamping, ...]:
        """Return where a seal was used, newest first: for its owner."""
        with self.store.reading() as view:
            found = repository.get(view, seal)
            if found is None:
                raise SealUnknown
            actor.require(Duty.SEAL_OWNER, found.owner)
            return repository.stampings(view, seal=seal)

    # --- building blocks

    def usable(self, view: Reading, seal: str) -> Seal:
        """Return a seal that may stamp at this moment: its own state, its validity and its owner's state allow it."""
        found = repository.get(view, seal)
        if found is None:
            raise SealUnknown
        if SealUse.STAMP not in PERMITS[found.state]:
            raise SealNotActive(seal=found.id, state=found.state.value)
        if found.valid_until is None or view.now > found.valid_until:
            until = "" if found.valid_until is None else found.valid_until.isoformat()
            raise SealExpired(seal=found.id, valid_until=until)
        self.identity.require_organisation(view, found.owner, use=SubjectUse.ACT)
        return found

    def authorisation(self, view: Reading, actor: Actor, seal: str, purpose: Purpose) -> Authorisation:
        """Return the authorisation under which `actor` may stamp now, or raise `NotAuthorised`.

        Of several, the one that has stampings left and ends first is used.
        """
        self.usable(view, seal)
        covering = [
            one
            for one in repository.authorisations(view, seal, holder=actor.id)
            if one.covers(purpose=purpose.purpose, document_kind=purpose.document_kind, at=view.now)
        ]
        if not covering:
            raise NotAuthorised(seal=seal, purpose=purpose.purpose, document_kind=purpose.document_kind)
        left = [one for one in covering if one.times is None or one.used < one.times]
        return min(left or covering, key=lambda one: one.valid_until)

    def kit(self, view: Reading, seal: str) -> StampKit:
        """Return everything that stamping with a seal needs."""
        found = self.usable(view, seal)
        owner_key, owner_certificate = self.certified(found.owner_key, found)
        document_key, document_certificate = self.certified(found.document_key, found)
        design = SealDesign(name=found.rim, row=found.row, code=found.code or "", diameter_mm=found.diameter_mm)
        return StampKit(
            seal=found.seal or b"",
            image=draw(design),
            label=found.name,
            owner=owner_key,
            owner_certificate=owner_certificate,
            document_signer=CMSSigner(
                signer=document_key,
                certificate=document_certificate,
                chain=self.authorities.above(view, document_certificate),
            ),
            seal_stamper=self.stampers.seal,
            document_stamper=self.stampers.document,
            evidence=self.authorities.evidence(view),
        )

    def intend(self, tx: Transaction, actor: Actor, seal: str, purpose: Purpose, prepared: PreparedStamp) -> Stamping:
        """Put the intent on record and count the stamping, in a transaction that looks at everything again."""
        repository.hold(tx, seal)
        authorisation = self.authorisation(tx, actor, seal, purpose)
        if not repository.use_authorisation(tx, authorisation):
            raise AuthorisationExhausted(authorisation=authorisation.id, times=authorisation.times or 0)
        stamping = Stamping(
            id=new_id("stamp", at=tx.now),
            seal=seal,
            authorisation=authorisation.id,
            actor=actor.id,
            at=tx.now,
            purpose=purpose.purpose,
            document_kind=purpose.document_kind,
            document_hash=prepared.document_hash.hex(),
            state=StampingState.PREPARED,
        )
        repository.add_stamping(tx, stamping)
        facts: dict[str, Fact] = {
            "stamping": stamping.id,
            "authorisation": authorisation.id,
            "purpose": purpose.purpose,
            "document_kind": purpose.document_kind,
            "document_hash": stamping.document_hash,
        }
        tx.record(AuditEvent(tag="seal:stamp:prepared", actor=actor.id, subject=seal, facts=facts))
        return stamping

    def execute(self, stamping: Stamping, prepared: PreparedStamp) -> tuple[StampedDocument, BlobId]:
        """Redeem a prepared stamp whose intent is on record, keep its file, and return both.

        Where that fails, the intent is voided at once, so that the request can be repeated.
        """
        try:
            stamped = prepared.redeem(self.store.clock)
            return stamped, self.blobs.put(stamped.pdf)
        except Exception:
            with suppress(LostRace), self.store.transaction() as tx:
                self.void(tx, stamping)
            raise

    def conclude(self, tx: Transaction, stamping: Stamping, result: BlobId) -> None:
        """Say that a stamping is done, and where its file is. Raise `LostRace` where it was voided meanwhile."""
        if not repository.end_stamping(tx, stamping.id, StampingState.DONE, result=result):
            raise LostRace
        facts: dict[str, Fact] = {"stamping": stamping.id, "result": result}
        tx.record(AuditEvent(tag="seal:stamp:done", actor=stamping.actor, subject=stamping.seal, facts=facts))

    def void(self, tx: Transaction, stamping: Stamping) -> None:
        """Say that nothing came of a stamping; whatever was signed is not released, and not counted.

        Raise `LostRace` where it has ended meanwhile.
        """
        if not repository.end_stamping(tx, stamping.id, StampingState.VOID):
            raise LostRace
        repository.give_back(tx, stamping.authorisation)
        facts: dict[str, Fact] = {"stamping": stamping.id}
        tx.record(AuditEvent(tag="seal:stamp:void", actor=stamping.actor, subject=stamping.seal, facts=facts))

    def certified(self, kept: CertifiedKey | None, seal: Seal) -> tuple[Signer, Certificate]:
        """Return the signer and the certificate of a key of a made seal."""
        if kept is None or kept.certificate is None:
            raise SealNotActive(seal=seal.id, state=seal.state.value)
        return Signer(self.custody, kept.key), kept.certificate
