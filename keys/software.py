"""The device in software: private keys that are kept outside, wrapped, and are unwrapped in this process's memory.

In the embedded default it lives in the process that serves; with a custody process it lives there alone. Where the law
or the operator asks for a cryptographic device, an adapter for it takes its place; nothing above the port changes.
"""

import secrets
import threading
from dataclasses import dataclass, field
from typing import ClassVar, NoReturn

from typing_extensions import override

from keys import ec_private_key
from keys.data_keys import RootKeys, generation_of, open_secret, rekey_secret, seal_secret
from keys.devices import DeviceKey, StoredKey
from keys.errors import KeystoreSealed, KeystoreUnavailable
from keys.private_keys import PrivateKey, from_secret, generate
from trust.crypto import sm2_encryption, sm4
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.crypto.sm2 import KeyMalformed, SM2PublicKey
from trust.crypto.sm2_encryption import SM2Ciphertext
from trust.enveloped_keys import EnvelopedKey, scalar_of
from trust.signing import SigningUnavailable

__all__ = ["SoftwareDevice"]


@dataclass(frozen=True)
class Unwrapped:
    """A private key in memory, and the record that it was unwrapped from."""

    record: StoredKey
    private: PrivateKey = field(repr=False)


class SoftwareDevice:
    """Unwraps keys into this process's memory, where they stay until they are forgotten."""

    name: ClassVar[str] = "software, in-process"
    scheme: ClassVar[str] = "software"
    algorithms: ClassVar[frozenset[str]] = frozenset(KEYS)

    def __init__(self, roots: RootKeys) -> None:
        self.roots = roots
        self.unwrapped: dict[str, Unwrapped] = {}
        self.lock = threading.Lock()

    @override
    def __repr__(self) -> str:
        return "SoftwareDevice(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a device is not copied")

    def generate(self, algorithm: KeyAlgorithm, *, context: str) -> DeviceKey:
        """Make a key pair whose private half is bound to `context`."""
        return self.keep(generate(algorithm), context)

    def keep(self, private: PrivateKey, context: str) -> DeviceKey:
        """Return a private key as the keyring keeps it."""
        wrapped = seal_secret(self.roots, private.secret, context=context)
        return DeviceKey(public_key=private.public(), wrapped=wrapped)

    def sign(self, key: StoredKey, digest: bytes) -> bytes:
        """Return the signature over `digest`: r ‖ s for SM2 and ECDSA, else the signature itself."""
        if len(digest) != KEYS[key.algorithm].signed_length:
            raise SigningUnavailable
        return self.private(key).sign_digest(digest)

    def decrypt(self, key: StoredKey, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was encrypted for an SM2 key, or raise `DecryptionFailed`."""
        return self.private(key).decrypt(ciphertext)

    def private(self, key: StoredKey) -> PrivateKey:
        """Return the private key of `key`, from memory or from its envelope.

        Memory serves only the very record that was unwrapped: one that was changed must open anew, and does not.
        """
        held = self.unwrapped.get(key.id)
        if held is not None and (held.record is key or held.record == key) and not self.roots.is_sealed:
            return held.private
        secret = open_secret(self.roots, key.wrapped or b"", context=key.context)
        private = from_secret(key.algorithm, secret)
        if private.public() != key.public_key:
            raise KeystoreUnavailable(cure="the private key does not belong to its record; restore it from a backup")
        with self.lock:
            self.unwrapped[key.id] = Unwrapped(key, private)
        if self.roots.is_sealed:  # in between; what was swept out of memory then must not come back
            self.forget(key)
            raise KeystoreSealed
        return private

    def envelope(self, recipient: SM2PublicKey, *, context: str) -> tuple[DeviceKey, bytes]:
        """Make an SM2 encryption key pair and return it with a SM2EnvelopedKey in DER, which `recipient` can open."""
        private = generate(KEYS["sm2"])
        scalar, _ = ec_private_key.read(private.secret)
        session_key = secrets.token_bytes(sm4.KEY_LENGTH)
        public_key = private.public().sm2
        if public_key is None:
            raise KeyMalformed  # pragma: no cover - an SM2 key has an SM2 key's public half
        enveloped = EnvelopedKey(
            sm2_encryption.encrypt(recipient, session_key), public_key, sm4.encrypt_ecb_blocks(session_key, scalar)
        )
        return self.keep(private, context), enveloped.der

    def accept(self, enveloped: bytes, *, under: StoredKey, context: str) -> DeviceKey:
        """Open a SM2EnvelopedKey in DER with the SM2 key `under`, and keep the encryption key that is in it.

        SM4-ECB shows no change of its ciphertext; that the private half belongs to the public one does. Raise
        `EnvelopedKeyMalformed`, `DecryptionFailed`, or `KeyMalformed` where the two halves do not.
        """
        parsed = EnvelopedKey.from_der(enveloped)
        session_key = self.private(under).decrypt(parsed.session_key)
        scalar = scalar_of(sm4.decrypt_ecb_blocks(session_key, parsed.encrypted))
        return self.keep(from_secret("sm2", ec_private_key.write(scalar, parsed.public_key)), context)

    def forget(self, key: StoredKey) -> None:
        """Drop what memory holds of a key."""
        with self.lock:
            self.unwrapped.pop(key.id, None)

    def forget_all(self) -> None:
        """Drop what memory holds of every key."""
        with self.lock:
            self.unwrapped.clear()

    def destroy(self, key: StoredKey) -> None:
        """Drop what memory holds of a key: its envelope is with the keyring, which has let it go."""
        self.forget(key)

    def ready(self) -> str:
        """Say under which root key things stand. Raise `KeystoreSealed`."""
        return f"unsealed, root key of generation {self.roots.newest}"

    def rewrap(self, key: StoredKey) -> bytes:
        """Return the private half of `key` under a new data key, and that under the newest root key."""
        secret = open_secret(self.roots, key.wrapped or b"", context=key.context)
        return seal_secret(self.roots, secret, context=key.context)

    def rekey(self, key: StoredKey) -> bytes:
        """Return `key.wrapped` with its data key under the newest root key."""
        return rekey_secret(self.roots, key.wrapped or b"", context=key.context)

    def generation(self, wrapped: bytes) -> int:
        """Return the generation of the root key under which `wrapped` stands."""
        return generation_of(wrapped)
