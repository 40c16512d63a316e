"""Signing messages with the key of a seal 消息签名: SignedData of GB/T 35275 or RFC 5652, without the seal's image.

Over the digest of what stays with the client (detached), or around a small content (attached). The order is that of
seal/stamping/intents.py; the owner permits it in so many words (`Operation.MESSAGE`).
"""

from dataclasses import dataclass, field, replace
from typing import Final

from typing_extensions import override

from identity.duties import Actor
from seal.data.acting import ACTING
from seal.errors import OwnWorkRefused, SealNotActive, StampingRequestInvalid, StampingUnderWay
from seal.ledger import stamping_repository
from seal.ledger.entries import Operation, Purpose, Stamping, StampingState
from seal.repository import Seal
from seal.stamping.intents import Intent, Intents, Line
from seal.stamping.permitting import Use
from seal.verification.acting import judge_message
from trust import requests
from trust.authority import Authorities
from trust.blobs import BlobStore
from trust.cms import BytesContent, Content, Dialect
from trust.cms_signing import CMSSigner, attribute
from trust.crypto.algorithms import AlgorithmNotSupported, Digest
from trust.crypto.sm3 import DIGEST_LENGTH, sm3
from trust.signing import KeyCustody, Signer
from trust.store import Store, Transaction
from trust.timestamping import TimeStamper
from trust.verdict import Outcome

__all__ = ["MOST_OCTETS", "MessageSigningService", "SignMessage", "SignedDigest"]

MOST_OCTETS: Final = 65_536
"""Octets of a content that goes inside; of what is larger the client sends the digest."""


@dataclass(frozen=True)
class SignedDigest(Content):
    """Content of which no more than its SM3 hash is at hand."""

    sm3: bytes

    @override
    def digest(self, algorithm: Digest) -> bytes:
        """Return the hash of the content. Raise `AlgorithmNotSupported` for another than SM3."""
        if algorithm is not Digest.SM3:
            raise AlgorithmNotSupported(oid=algorithm.oid)
        return self.sm3

    @override
    def octets(self) -> bytes:
        """Raise `AlgorithmNotSupported`: signatures over the content itself cannot be judged by its hash."""
        raise AlgorithmNotSupported(oid=Digest.SM3.oid)


@dataclass(frozen=True, kw_only=True)
class SignMessage:
    """A message that is to be signed: by its digest, or with its content inside."""

    seal: str
    digest: bytes | None = None
    content: bytes | None = field(default=None, repr=False)
    dialect: Dialect = Dialect.GBT35275
    purpose: Purpose
    reference: str = ""
    request_key: str
    approval: str | None = None

    @property
    def message_digest(self) -> bytes:
        """SM3 of the content. Raise `StampingRequestInvalid` where there is none, or two."""
        if (self.digest is None) is (self.content is None):
            raise StampingRequestInvalid(field="content", number=1)
        if self.content is not None:
            if len(self.content) > MOST_OCTETS:
                raise StampingRequestInvalid(field="content", number=1)
            return sm3(self.content)
        if self.digest is None or len(self.digest) != DIGEST_LENGTH:
            raise StampingRequestInvalid(field="digest", number=1)
        return self.digest

    @property
    def use(self) -> Use:
        """What the seal is wanted for."""
        form = "detached" if self.content is None else "attached"
        return Use(
            seal=self.seal,
            purpose=self.purpose,
            operation=Operation.MESSAGE,
            content=self.message_digest.hex(),
            parameters=requests.fingerprint("seal:sign_message", [form, self.dialect.value, self.reference]),
            approval=self.approval,
        )


class MessageSigningService:
    """Signs messages with the keys of seals."""

    def __init__(
        self,
        *,
        store: Store,
        intents: Intents,
        custody: KeyCustody,
        authorities: Authorities,
        blobs: BlobStore,
        stamper: TimeStamper,
    ) -> None:
        self.store = store
        self.intents = intents
        self.custody = custody
        self.authorities = authorities
        self.blobs = blobs
        self.stamper = stamper

    def sign(self, actor: Actor, command: SignMessage) -> tuple[Stamping, bytes]:
        """Sign a message; return its line of the ledger and the ContentInfo in DER.

        Raise `StampingRequestInvalid`, what `Intents.intend` raises, `SigningUnavailable`, `TimeStampingUnavailable`,
        `OwnWorkRefused` and `RequestKeyReused`. A repeated request gets the same message.
        """
        use = command.use
        asked = [use.seal, use.content, use.parameters, repr(command.purpose), use.approval]
        fingerprint = requests.fingerprint("seal:sign_message", asked)
        with self.store.transaction() as tx:
            begun = self.begin(tx, actor, command, use, fingerprint=fingerprint)
        if isinstance(begun, Stamping):
            if begun.result is None:
                raise StampingUnderWay
            return begun, self.blobs.get(begun.result)
        (stamping,) = begun.stampings
        try:
            encoded = self.make(begun.permitted.seal, command, stamping)
            done = replace(stamping, result=self.blobs.put(encoded))
        except Exception:
            self.intents.abandon(begun.stampings)
            raise
        with self.store.transaction() as tx:
            self.intents.conclude(tx, (done,))
        return replace(done, state=StampingState.DONE), encoded

    def begin(
        self, tx: Transaction, actor: Actor, command: SignMessage, use: Use, *, fingerprint: str
    ) -> Intent | Stamping:
        """Return a new intent, or the stamping that an earlier request under the same key has made."""
        key = command.request_key
        known = requests.answered(tx, actor=actor.id, key=key, fingerprint=fingerprint)
        if known is not None:
            found = stamping_repository.stamping(tx, known)
            if found is not None and found.state is not StampingState.VOID:
                return found
        line = Line(document_hash=use.content, reference=command.reference)
        intent = self.intents.intend(tx, actor, use, (line,))
        result = intent.stampings[0].id
        if known is None:
            requests.remember(tx, actor=actor.id, key=key, fingerprint=fingerprint, result=result)
        else:
            requests.replace(tx, actor=actor.id, key=key, before=known, result=result)
        return intent

    def make(self, seal: Seal, command: SignMessage, stamping: Stamping) -> bytes:
        """Return the signed message once our own verification has passed it. Raise `OwnWorkRefused`."""
        kept = seal.owner_key
        if kept is None or kept.certificate is None:
            raise SealNotActive(seal=seal.id, state=seal.state.value)
        with self.store.reading() as view:
            evidence = self.authorities.evidence(view)
            chain = self.authorities.above(view, kept.certificate)
        signer = CMSSigner(
            signer=Signer(self.custody, kept.key),
            certificate=kept.certificate,
            chain=chain,
            dialect=command.dialect,
        )
        digest = command.message_digest
        encoded = signer.sign(
            digest,
            content=command.content,
            signing_time=stamping.at.replace(microsecond=0),
            stamp=self.stamper.stamp,
            also_signed=() if stamping.acting is None else (attribute(ACTING, stamping.acting),),
        )
        content = SignedDigest(digest) if command.content is None else BytesContent(command.content)
        for report in judge_message(encoded, evidence, now=self.store.clock.now(), content=content):
            for check in report.checks:
                if check.outcome is not Outcome.PASSED:
                    raise OwnWorkRefused(check=check.name)
        return encoded
