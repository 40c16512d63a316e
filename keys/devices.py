"""The port to what holds private keys: this process, a process beside it, a PKCS#11 token, an SDF device (密码机).

A device makes keys and uses them. It knows nothing of states, purposes, limits or the audit trail: `keys.keyring` holds
those once for all devices, and asks a device for nothing that they do not permit.
"""

from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from typing_extensions import override

from trust.crypto.algorithms import KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import SM2PublicKey
from trust.crypto.sm2_encryption import SM2Ciphertext

__all__ = ["Device", "DeviceKey", "StoredKey", "WrappingDevice"]


@dataclass(frozen=True, kw_only=True)
class DeviceKey:
    """A key that a device has just made."""

    public_key: PublicKey
    wrapped: bytes | None = field(default=None, repr=False)
    """The private half enciphered by the device, for the keyring to keep; None where the device keeps it itself."""

    location: str = ""
    """Where the device keeps it, in the device's own words; empty where `wrapped` is all there is."""


@dataclass(frozen=True, kw_only=True)
class StoredKey:
    """A key as the keyring hands it to its device. Equal ones are the same key in the same record."""

    id: str
    context: str
    """What the private half was bound to when it was made; in another record it opens no more."""

    algorithm: str
    public_key: PublicKey
    wrapped: bytes | None = field(default=None, repr=False)
    location: str = ""

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a stored key is not copied")


class Device(Protocol):
    """Holds private keys and uses them. Trusted for: their secrecy, and one signature per call.

    Safe to share between threads. Everything that does not answer is `Unavailable`: `SigningUnavailable` for a key
    that cannot be used now, `KeystoreUnavailable` for one that does not open or does not belong to its record,
    `KeystoreSealed` before the root key is there.
    """

    @property
    def name(self) -> str:
        """What it is, in words that everybody may read: health and `trust doctor` show them."""
        ...

    @property
    def scheme(self) -> str:
        """The scheme of the handles of its keys, without the colon: `software`, `pkcs11`, `sdf`."""
        ...

    @property
    def algorithms(self) -> frozenset[str]:
        """The names (of `trust.crypto.algorithms.KEYS`) of the algorithms whose keys it makes."""
        ...

    def generate(self, algorithm: KeyAlgorithm, *, context: str) -> DeviceKey:
        """Make a key pair whose private half is bound to `context`."""
        ...

    def sign(self, key: StoredKey, digest: bytes) -> bytes:
        """Return the signature over `digest`: r ‖ s for SM2 and ECDSA, else the signature itself."""
        ...

    def decrypt(self, key: StoredKey, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was encrypted for an SM2 key, or raise `DecryptionFailed`."""
        ...

    def envelope(self, recipient: SM2PublicKey, *, context: str) -> tuple[DeviceKey, bytes]:
        """Make an SM2 encryption key pair and return it with a SM2EnvelopedKey in DER, which `recipient` can open.

        The device keeps the pair as well: an encryption key stays in escrow (GB/T 35276-2017, 7.4).
        """
        ...

    def accept(self, enveloped: bytes, *, under: StoredKey, context: str) -> DeviceKey:
        """Open a SM2EnvelopedKey in DER with the SM2 key `under`, and keep the encryption key that is in it.

        Raise `EnvelopedKeyMalformed`, `DecryptionFailed` where it was not made for that key, or `KeyMalformed` where
        the two halves in it do not belong together.
        """
        ...

    def forget(self, key: StoredKey) -> None:
        """Drop what memory holds of a key. One that is not there is no mistake."""
        ...

    def destroy(self, key: StoredKey) -> None:
        """Take the private half out of the device for ever. One that is not there is no mistake."""
        ...

    def ready(self) -> str:
        """Return what can be said of the device now, in words for everybody. Raise what keeps it from working."""
        ...


class WrappingDevice(Device, Protocol):
    """A device whose private halves are kept outside, enciphered under data keys, and those under a root key."""

    def rewrap(self, key: StoredKey) -> bytes:
        """Return the private half of `key` enciphered anew: under a new data key, and under the newest root key."""
        ...

    def rekey(self, key: StoredKey) -> bytes:
        """Return `key.wrapped` with its data key enciphered under the newest root key; the rest stays as it is."""
        ...

    def generation(self, wrapped: bytes) -> int:
        """Return the generation of the root key under which `wrapped` stands."""
        ...
