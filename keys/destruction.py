"""The destruction of a key 密钥销毁, and its proof: record, witnesses, and an attempt to use it that failed.

First the private half goes: its envelope out of the database, the key out of its device, both out of memory. Then it is
asked for a signature, and the refusal becomes part of a statement that is signed with the audit key. A destruction that
breaks off in between is proven by `complete`.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from keys import repository
from keys.errors import DestructionUnknown, WitnessesTooFew
from keys.keyring import Keyring, stored
from keys.lifecycle import KeyEvent, KeyState
from keys.repository import Destruction, KeptKey
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.events import AuditEvent, Fact, canonical, timestamp
from trust.lifecycle import EventNotPossible
from trust.signing import KeyReference, Signer
from trust.store import Further, Store, Transaction, nothing_further

__all__ = ["Destroyer", "KeyStillAlive", "verify"]

PREFIX: Final = b"xinyin key destruction v1\n"
"""Goes before what is signed, so that the signature can never pass for another kind of signature."""

WITNESSES: Final = 2


class KeyStillAlive(RuntimeError):
    """Our own mistake: a key that was destroyed has signed."""


@dataclass(frozen=True, kw_only=True)
class Destroyer:
    """Destroys keys and proves it."""

    store: Store
    keyring: Keyring

    def destroy(
        self,
        key: KeyReference,
        *,
        actor: str,
        witnesses: Sequence[str],
        reason: str,
        credential: tuple[Signer, Certificate],
        further: Further = nothing_further,
    ) -> Destruction:
        """Destroy a key for ever, and return the proof, signed with `credential`; `further` happens as it goes.

        Raise `WitnessesTooFew`, `KeyUnknown`, or `EventNotPossible` when it was destroyed before or is to
        sign the proof.
        """
        if len({one.strip() for one in witnesses if one.strip()} - {actor}) < WITNESSES:
            raise WitnessesTooFew
        if key.handle == credential[0].key.handle:  # nothing would be left to sign the proof
            raise EventNotPossible(state=KeyState.ACTIVE.value, event=KeyEvent.DESTROY.value)
        with self.store.transaction() as tx:
            before = self.keyring.move(tx, key, KeyEvent.DESTROY, actor=actor)
            told = {"actor": actor, "witnesses": sorted(witnesses), "reason": reason}
            self.intend(tx, before, told)
            further(tx)
        self.keyring.extinguish(before)
        self.store.purge()
        return self.prove(before, told, credential=credential)

    def intend(self, tx: Transaction, key: KeptKey, told: dict[str, Any]) -> None:
        """Keep who destroys a key before whom, unsigned as yet. The trail has the digest of it, and no names."""
        statement = canonical(told)
        repository.put_destruction(
            tx, Destruction(key=key.id, at=tx.now, statement=statement, signature=b"", certificate=b"")
        )
        facts: dict[str, Fact] = {"digest": sm3(statement).hex()}
        actor = str(told["actor"])
        tx.record(AuditEvent(tag="key:destroy:witnessed", actor=actor, subject=key.handle, facts=facts))

    def prove(self, key: KeptKey, told: dict[str, Any], *, credential: tuple[Signer, Certificate]) -> Destruction:
        """Try to use a destroyed key, and keep the refusal with everything else as a signed statement."""
        refusal = self.attempt(key)
        at = self.store.clock.now()
        signer, certificate = credential
        statement = canonical(
            {
                **told,
                "at": timestamp(at),
                "key": key.handle,
                "purpose": key.purpose.value,
                "algorithm": key.algorithm,
                "ring": key.ring,
                "version": key.ring_version,
                "public_key_sm3": sm3(key.public_key.spki).hex(),
                "refusal": refusal,
            }
        )
        proof = Destruction(
            key=key.id,
            at=at,
            statement=statement,
            signature=signer.sign(PREFIX + statement),
            certificate=certificate.der,
        )
        with self.store.transaction() as tx:
            self.keep(tx, key, proof)
        return proof

    def keep(self, tx: Transaction, key: KeptKey, proof: Destruction) -> None:
        """Keep the proof."""
        repository.put_destruction(tx, proof)
        facts: dict[str, Fact] = {"statement": sm3(proof.statement).hex()}
        tx.record(AuditEvent(tag="key:destroy:proven", actor="system", subject=key.handle, facts=facts))

    def attempt(self, key: KeptKey) -> str:
        """Ask a destroyed key for a signature and return the code of the refusal. Raise `KeyStillAlive`.

        The keyring is asked, and then the device itself, with all that the database had: behind the keyring's states
        there must be nothing either.
        """
        probe = sm3(b"xinyin destruction probe", key.id.encode()).ljust(KEYS[key.algorithm].signed_length, b"\0")
        try:
            self.keyring.sign(key.reference, probe)
        except TrustError as refused:
            with self.store.reading() as view:
                left = repository.require(view, key.id)
            try:
                self.keyring.device_of(left).sign(stored(left), probe)
            except TrustError as second:
                return f"{refused.code}, {second.code}"
        raise KeyStillAlive

    def complete(self, *, credential: tuple[Signer, Certificate]) -> tuple[Destruction, ...]:
        """Prove every destruction that broke off before its proof, and return the proofs.

        A device that does not let go of its key, or does not answer, is asked again the next time.
        """
        with self.store.reading() as view:
            gone = [one for one in repository.all_keys(view) if one.state is KeyState.DESTROYED]
            begun = {one.id: repository.destruction(view, one.id) for one in gone}
        proofs = []
        for one in gone:
            intent = begun[one.id]
            if intent is not None and not intent.is_proven:
                with suppress(TrustError):
                    self.keyring.extinguish(one)
                    self.store.purge()
                    proofs.append(self.prove(one, intent.told, credential=credential))
        return tuple(proofs)

    def proof(self, key: KeyReference) -> Destruction:
        """Return the proof that a key was destroyed, or raise `DestructionUnknown`."""
        with self.store.reading() as view:
            found = repository.destruction(view, key.handle.partition(":")[2])
        if found is None or not found.is_proven:
            raise DestructionUnknown
        return found

    def statement(self, key: KeyReference) -> dict[str, Any]:
        """Return what the proof of a destruction states. Raise `DestructionUnknown`, or what `verify` raises."""
        return verify(self.proof(key))


def verify(proof: Destruction) -> dict[str, Any]:
    """Return what a proof states. Raise `SignatureMismatch`, or what else is wrong with its signature.

    Whether its certificate is to be trusted for audit statements is for the reader to know.
    """
    Certificate(proof.certificate).verify_message(proof.signature, PREFIX + proof.statement)
    told = proof.told
    if told["at"] != timestamp(proof.at) or not str(told["key"]).endswith(proof.key):
        raise DestructionUnknown
    return told
