"""Stamping documents that are at hand 文件签章: use cases, and the building blocks that licences are sealed with.

1. The seal, its owner and the authorisation are looked at, and the document is prepared.
2. The intent is committed, after another look (seal/stamping/intents.py).
3. With no transaction open the prepared stamp is redeemed, once, and our own verification passes the result.
4. The file goes to the blob store, and another transaction says what came of it. Then it is answered.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from identity.duties import Actor, Duty
from seal import repository
from seal.data.acting import ActingFor
from seal.data.reading import read_seal
from seal.errors import SealNotActive, SealUnknown, StampingUnderWay, StampingUnknown
from seal.image.drawing import drawn
from seal.ledger import stamping_repository
from seal.ledger.entries import Purpose, Stamping, StampingState
from seal.repository import CertifiedKey, Seal
from seal.stamping.intents import LEFT_BEHIND, Intents, Line
from seal.stamping.orders import StampOrder
from seal.stamping.permitting import Use
from seal.stamping.stamp import PreparedStamp, StampedDocument, StampKit, prepare_stamp
from trust import requests
from trust.authority import Authorities
from trust.blobs import BlobId, BlobStore
from trust.certificates import Certificate, certificate_of
from trust.cms_signing import CMSSigner
from trust.crypto.sm3 import sm3
from trust.signing import KeyCustody, Signer
from trust.store import Reading, Store, Transaction
from trust.timestamping import TimeStamper
from trust.workers import IN_PROCESS, Workers

__all__ = ["LEFT_BEHIND", "Purpose", "StampPDF", "Stampers", "StampingService", "parameters_of"]


@dataclass(frozen=True, kw_only=True)
class StampPDF:
    """A document that is to be stamped."""

    seal: str
    pdf: bytes = field(repr=False)
    order: StampOrder
    purpose: Purpose
    request_key: str
    approval: str | None = None
    """The owner's approval of exactly this, where the authorisation wants one."""

    reference: str = ""
    """What the document is called, for the owner's ledger; no part of what is approved or signed."""

    @property
    def parameters(self) -> str:
        """The digest of everything but the file that decides what the result says."""
        return parameters_of(self.order)

    @property
    def use(self) -> Use:
        """What the seal is wanted for."""
        return Use(
            seal=self.seal,
            purpose=self.purpose,
            content=sm3(self.pdf).hex(),
            parameters=self.parameters,
            approval=self.approval,
        )


def parameters_of(order: StampOrder) -> str:
    """Return the digest of an order, by which an approval names it."""
    return requests.fingerprint("seal:stamp", repr(order))


@dataclass(frozen=True, kw_only=True)
class Stampers:
    """The time-stamp authorities of both families."""

    seal: TimeStamper
    document: TimeStamper
    certificates: Callable[[], tuple[Certificate, ...]] = tuple
    """The certificates of those that are ours, as they are now."""


class StampingService:
    """The use cases of stamping, and the building blocks that licences are sealed with."""

    def __init__(
        self,
        *,
        store: Store,
        intents: Intents,
        custody: KeyCustody,
        authorities: Authorities,
        blobs: BlobStore,
        stampers: Stampers,
        workers: Workers = IN_PROCESS,
    ) -> None:
        self.workers = workers
        self.store = store
        self.intents = intents
        self.permitting = intents.permitting
        self.custody = custody
        self.authorities = authorities
        self.blobs = blobs
        self.stampers = stampers

    # --- use cases

    def stamp(self, actor: Actor, command: StampPDF) -> tuple[Stamping, bytes]:
        """Stamp a document and return its line of the ledger with the stamped file.

        Raise what `Intents.intend` raises, what `prepare_stamp` raises for the file, and `RequestKeyReused`. A
        repeated request gets the same file.
        """
        use, purpose = command.use, command.purpose
        asked = [use.seal, use.content, use.parameters, purpose.purpose, purpose.document_kind, use.approval]
        asked += [command.reference] * bool(command.reference)
        fingerprint, key = requests.fingerprint("seal:stamp", asked), command.request_key
        with self.store.reading() as view:
            known = requests.answered(view, actor=actor.id, key=key, fingerprint=fingerprint)
            if known is not None:
                answered = self.answer(view, known)
                if answered is not None:
                    return answered
            self.permitting.require(view, actor, use)
            kit = self.kit(view, command.seal)
            at = view.now
        prepared = prepare_stamp(command.pdf, kit, command.order, at=at, workers=self.workers)
        with self.store.transaction() as tx:
            stamping = self.intend(tx, actor, use, prepared, reference=command.reference)
            if known is None:
                requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=stamping.id)
            else:
                requests.replace(tx, actor=actor.id, key=key, before=known, result=stamping.id)
        stamped, result = self.execute(stamping, prepared)
        with self.store.transaction() as tx:
            self.conclude(tx, stamping, result)
        return self.ledger_line(stamping.id), stamped.pdf

    def answer(self, view: Reading, name: str) -> tuple[Stamping, bytes] | None:
        """Return what a repeated request was answered with, or None where the first attempt came to nothing."""
        stamping = stamping_repository.stamping(view, name)
        if stamping is None or stamping.state is StampingState.VOID:
            return None
        if stamping.result is None:
            raise StampingUnderWay
        return stamping, self.blobs.get(stamping.result)

    def recover(self) -> int:
        """Void what processes that died have left behind; return how many stampings that were."""
        return self.intents.recover()

    def ledger_line(self, name: str) -> Stamping:
        """Return one line of the ledger, or raise `StampingUnknown`."""
        with self.store.reading() as view:
            found = stamping_repository.stamping(view, name)
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
            return stamping_repository.stampings(view, seal=seal)

    # --- building blocks

    def kit(self, view: Reading, seal: str) -> StampKit:
        """Return everything that stamping with a seal needs."""
        found = self.permitting.usable(view, seal)
        owner_key, owner_certificate = self.certified(found.owner_key, found)
        document_key, document_certificate = self.certified(found.document_key, found)
        seal_der = found.seal or b""
        maker = certificate_of(read_seal(seal_der).maker_certificate)
        time_stampers = self.stampers.certificates()
        signers = (owner_certificate, maker, document_certificate, *time_stampers)
        return StampKit(
            seal=seal_der,
            image=drawn(found.engraved, self.blobs),
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
            evidence=self.authorities.evidence(view, naming=signers),
            time_stampers=time_stampers,
        )

    def intend(
        self, tx: Transaction, actor: Actor, use: Use, prepared: PreparedStamp, *, reference: str = ""
    ) -> Stamping:
        """Put the intent on record and count the stamping, in a transaction that looks at everything again."""
        line = Line(document_hash=prepared.document_hash.hex(), reference=reference)
        return self.intents.intend(tx, actor, use, (line,)).stampings[0]

    def execute(self, stamping: Stamping, prepared: PreparedStamp) -> tuple[StampedDocument, BlobId]:
        """Redeem a prepared stamp whose intent is on record, keep its file, and return both.

        Where that fails, the intent is voided at once, so that the request can be repeated.
        """
        try:
            stamped = self.redeem(stamping, prepared)
            return stamped, self.blobs.put(stamped.pdf)
        except Exception:
            self.intents.abandon((stamping,))
            raise

    def redeem(self, stamping: Stamping, prepared: PreparedStamp) -> StampedDocument:
        """Redeem a prepared stamp whose intent is on record. What becomes of the intent is left to the caller."""
        acting = None if stamping.acting is None else ActingFor.read(stamping.acting)
        return prepared.redeem(self.store.clock, acting=acting)

    def conclude(self, tx: Transaction, stamping: Stamping, result: BlobId) -> None:
        """Say that a stamping is done, and where its file is. Raise `LostRace` where it was voided meanwhile."""
        self.intents.conclude(tx, (replace(stamping, result=result),))

    def certified(self, kept: CertifiedKey | None, seal: Seal) -> tuple[Signer, Certificate]:
        """Return the signer and the certificate of a key of a made seal."""
        if kept is None or kept.certificate is None:
            raise SealNotActive(seal=seal.id, state=seal.state.value)
        return Signer(self.custody, kept.key), kept.certificate
