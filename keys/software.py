"""Key custody in software, for the embedded default: keys wrapped in the database, unwrapped in this process to sign.

Where the law or the operator asks for a cryptographic device, an adapter for it takes this one's place; nothing above
the port changes. That this custody is in use is shown by the health routes and by `trust doctor`.
"""

import threading
from dataclasses import dataclass, field
from typing import ClassVar, Final, Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from typing_extensions import override

from keys import repository
from keys.errors import KeystoreUnavailable
from keys.lifecycle import LIFECYCLE, PERMITS, KeyEvent, KeyUse
from keys.repository import WrappedKey
from keys.sm2 import SM2PrivateKey
from keys.wrapping import RootKey, open_envelope, seal_envelope
from trust.crypto.algorithms import KeyAlgorithm, KeyKind
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed, SM2Digest
from trust.events import AuditEvent
from trust.identifiers import new_id
from trust.signing import KeyHandle, KeyPurpose, KeyReference, SigningUnavailable
from trust.store import Store, Transaction

__all__ = ["SoftwareCustody"]

SCHEME: Final = "software:"
DIGEST_LENGTH: Final = 32
SCALAR_LENGTH: Final = 32


class PrivateKey(Protocol):
    """What the custody asks of a private key, whatever its family."""

    @property
    def secret(self) -> bytes:
        """The private key encoded, for wrapping alone."""
        ...

    def public(self) -> PublicKey:
        """Return the public half."""
        ...

    def sign_digest(self, digest: bytes) -> bytes:
        """Return r ‖ s over a digest of 32 bytes."""
        ...


class SM2Secret:
    """An SM2 private key in the custody's shape."""

    def __init__(self, key: SM2PrivateKey) -> None:
        self.key = key

    @property
    def secret(self) -> bytes:
        """The private key encoded, for wrapping alone."""
        return self.key.secret

    def public(self) -> PublicKey:
        """Return the public half."""
        return PublicKey.of_sm2(self.key.public_key)

    def sign_digest(self, digest: bytes) -> bytes:
        """Return r ‖ s over e."""
        return self.key.sign(SM2Digest(digest)).raw


class P256Secret:
    """A P-256 private key in the custody's shape."""

    def __init__(self, key: ec.EllipticCurvePrivateKey) -> None:
        self.key = key

    @property
    def secret(self) -> bytes:
        """The private key encoded, for wrapping alone."""
        return self.key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def public(self) -> PublicKey:
        """Return the public half."""
        return PublicKey(
            self.key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    def sign_digest(self, digest: bytes) -> bytes:
        """Return r ‖ s over a SHA-256 digest."""
        encoded = self.key.sign(digest, ec.ECDSA(utils.Prehashed(hashes.SHA256())))
        r, s = utils.decode_dss_signature(encoded)
        return r.to_bytes(SCALAR_LENGTH, "big") + s.to_bytes(SCALAR_LENGTH, "big")


def generate(algorithm: KeyAlgorithm) -> PrivateKey:
    """Make a private key."""
    if algorithm.kind is KeyKind.SM2:
        return SM2Secret(SM2PrivateKey.generate())
    return P256Secret(ec.generate_private_key(ec.SECP256R1()))


def from_secret(algorithm: str, secret: bytes) -> PrivateKey:
    """Read a private key that was unwrapped. Raise `KeyMalformed`."""
    if algorithm == KeyKind.SM2.value:
        return SM2Secret(SM2PrivateKey.from_secret(secret))
    loaded = serialization.load_der_private_key(secret, password=None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise KeyMalformed
    return P256Secret(loaded)


@dataclass(frozen=True)
class Unwrapped:
    """A private key in memory, and the record that it was unwrapped from."""

    record: WrappedKey
    private: PrivateKey = field(repr=False)


class SoftwareCustody:
    """Keeps wrapped keys in the database. An unwrapped key stays in this process's memory until it is closed."""

    name: ClassVar[str] = "software, in-process"

    def __init__(self, store: Store, root: RootKey) -> None:
        self.store = store
        self.wrapping_key = root.derive("private keys")
        self.unwrapped: dict[str, Unwrapped] = {}
        self.lock = threading.Lock()

    @override
    def __repr__(self) -> str:
        return "SoftwareCustody(…)"

    def generate(self, tx: Transaction, purpose: KeyPurpose, algorithm: KeyAlgorithm) -> KeyReference:
        """Make a key pair. It can be used once `tx` has committed."""
        name = new_id("key", at=tx.now)
        private = generate(algorithm)
        public = private.public()
        context = binding(name, purpose, algorithm.name)
        repository.add(
            tx,
            WrappedKey(
                id=name,
                purpose=purpose,
                algorithm=algorithm.name,
                state=LIFECYCLE.initial,
                public_key=public,
                wrapped=seal_envelope(self.wrapping_key, private.secret, context=context),
                created_at=tx.now,
            ),
        )
        handle = KeyHandle(SCHEME + name)
        facts = {"purpose": purpose.value, "algorithm": algorithm.name}
        tx.record(AuditEvent(tag="key:generate:done", actor="system", subject=handle, facts=facts))
        return KeyReference(handle=handle, public_key=public, purpose=purpose)

    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        """Return r ‖ s over `digest`, 64 bytes, or raise `SigningUnavailable`.

        The key's state is asked for at each use, so that a retired or destroyed key signs nothing, at once.
        """
        if len(digest) != DIGEST_LENGTH:
            raise SigningUnavailable
        name = key.handle.removeprefix(SCHEME)
        with self.store.reading() as view:
            kept = repository.get(view, name)
        if kept is None or kept.purpose is not key.purpose or KeyUse.SIGN not in PERMITS[kept.state]:
            with self.lock:
                self.unwrapped.pop(name, None)
            raise SigningUnavailable
        return self.unwrap(kept).sign_digest(digest)

    def unwrap(self, kept: WrappedKey) -> PrivateKey:
        """Return the private key of `kept`, from memory or from its envelope.

        Memory serves only the very record that was unwrapped: one that was changed must open anew, and does not.
        """
        with self.lock:
            held = self.unwrapped.get(kept.id)
        if held is not None and held.record == kept:
            return held.private
        context = binding(kept.id, kept.purpose, kept.algorithm)
        secret = open_envelope(self.wrapping_key, kept.wrapped or b"", context=context)
        if secret is None:
            raise KeystoreUnavailable(
                cure="the root key is not the one that wrapped this key, or the record was changed"
            )
        private = from_secret(kept.algorithm, secret)
        if private.public() != kept.public_key:
            raise KeystoreUnavailable(cure="the private key does not belong to its record; restore it from a backup")
        with self.lock:
            self.unwrapped[kept.id] = Unwrapped(kept, private)
        return private

    def destroy(self, tx: Transaction, key: KeyReference, *, actor: str) -> None:
        """Take the private half out of the world: out of the database with `tx`, out of memory at the next use.

        Raise `KeyUnknown`, or `EventNotPossible` when it was destroyed before.
        """
        repository.move(tx, key.handle.removeprefix(SCHEME), KeyEvent.DESTROY)
        tx.record(AuditEvent(tag="key:destroy:done", actor=actor, subject=key.handle))


def binding(name: str, purpose: KeyPurpose, algorithm: str) -> str:
    """Return the context that an envelope is bound to: moved to another record, it opens no more."""
    return f"key {name} {purpose.value} {algorithm}"
