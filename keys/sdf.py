"""Keys inside a cryptographic device (密码机, 密码卡) behind the interface of GM/T 0018: the device `sdf`.

The device's administrators make its key pairs, each at an index, since the interface has no function for it. This
adapter hands out the pairs at the indexes that the operator names, each once, and signs with them. What a device
returns is not taken on faith: its points must be on the curve, its pair must be the one on record, and every
signature is verified before it is handed on.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, NoReturn, TypeVar

from typing_extensions import override

from keys.claims import Claims
from keys.devices import DeviceKey, StoredKey
from keys.errors import AlgorithmNotKept, DeviceUnable, KeystoreUnavailable
from keys.memory import SecretBuffer
from keys.sdf_interface import Code, ECCrefPublicKey, ECCSignature, Refused, SDFLibrary
from keys.sdf_sessions import Session, Sessions
from trust.crypto import backends
from trust.crypto.algorithms import KEYS, KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed, SignatureMalformed, SignatureMismatch, SM2Digest, SM2PublicKey
from trust.crypto.sm2_ciphertext import DecryptionFailed, SM2Ciphertext
from trust.signing import KeyPurpose, SigningUnavailable

__all__ = ["SDFConfiguration", "SDFDevice"]

ATTEMPTS: Final = 2
PROBE: Final = 16
"""Random octets that are asked for to see whether the device answers."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class SDFConfiguration:
    """What the operator says of the device."""

    pin: SecretBuffer = field(repr=False)
    """The password of the private keys, the same at every index."""

    signing: tuple[int, ...]
    """Indexes whose signature pairs may be handed out."""

    encryption: tuple[int, ...] = ()
    """Indexes whose encryption pairs may be handed out."""

    claims: Path
    """Folder where the pairs handed out are written down."""

    sessions: int = 8
    """Sessions kept open at the most: as many signatures at a time."""

    patience: float = 5.0
    """Seconds to wait for a session when all are at work."""


class SDFDevice:
    """Signs with the key pairs inside a device. A session that fails is closed, and a lost device opened anew."""

    scheme: ClassVar[str] = "sdf"
    algorithms: ClassVar[frozenset[str]] = frozenset({"sm2"})

    def __init__(self, library: SDFLibrary, configuration: SDFConfiguration) -> None:
        self.library, self.configuration = library, configuration
        self.claims = Claims(configuration.claims)
        self.sessions = Sessions(library, size=configuration.sessions, patience=configuration.patience)
        self.refused: set[int] = set()
        """Indexes that did not take the PIN. It is not tried again there: a device locks after a few."""

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a device is not copied")

    @property
    def name(self) -> str:
        """What it is, in words that everybody may read."""
        return "SDF device"

    def generate(self, algorithm: KeyAlgorithm, *, context: str) -> DeviceKey:
        """Hand out a signature pair that nobody has yet. Raise `AlgorithmNotKept`, or `KeystoreUnavailable`."""
        if algorithm is not KEYS["sm2"]:
            raise AlgorithmNotKept(algorithm=algorithm.name)
        return self.hand_out(pair_for(context), context)

    def hand_out(self, pair: str, context: str) -> DeviceKey:
        """Claim the first free pair of the kind `pair`."""
        indexes = self.configuration.encryption if pair == "encryption" else self.configuration.signing
        for index in indexes:
            location = f"{pair}/{index}"
            try:
                public_key = self.public_half(location)
            except KeystoreUnavailable:  # no pair there, or one that is broken: the next may be whole
                continue
            if self.claims.claim(location, public_key, context=context):
                return DeviceKey(public_key=public_key, location=location)
        raise KeystoreUnavailable(
            cure="have the device's administrators make key pairs, and name their indexes in TRUST_SDF_KEYS"
        )

    def sign(self, key: StoredKey, digest: bytes) -> bytes:
        """Return r ‖ s over e. Raise `SigningUnavailable`, or `KeystoreUnavailable` for a pair that is another now."""
        pair, index = located(key)
        public_key = key.public_key.sm2
        if pair != "signing" or public_key is None or len(digest) != KEYS["sm2"].signed_length:
            raise SigningUnavailable

        def work(session: Session) -> bytes:
            self.grant(session, key)
            value = ECCSignature()
            self.library.call("SDF_InternalSign_ECC", session.handle, index, digest, len(digest), ctypes.byref(value))
            signature = value.signature()
            backends.verify(public_key, SM2Digest(digest), signature)
            return signature.raw

        return self.ask(work)

    def decrypt(self, key: StoredKey, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was encrypted for an encryption pair, or raise `DecryptionFailed`."""
        pair, index = located(key)
        if pair != "encryption":  # a signature pair signs alone (GM/T 0018: two pairs at every index)
            raise DeviceUnable(device=self.name)

        def work(session: Session) -> bytes:
            self.grant(session, key)
            return self.library.decrypt(session.handle, index, ciphertext)

        return self.ask(work)

    def envelope(self, recipient: SM2PublicKey, *, context: str) -> tuple[DeviceKey, bytes]:  # noqa: ARG002 - the port
        """Raise `DeviceUnable`: the interface lets no private key out, not even enciphered."""
        raise DeviceUnable(device=self.name)

    def accept(self, enveloped: bytes, *, under: StoredKey, context: str) -> DeviceKey:  # noqa: ARG002 - the port
        """Raise `DeviceUnable`: the device's administrators import encryption pairs."""
        raise DeviceUnable(device=self.name)

    def forget(self, key: StoredKey) -> None:
        """Give back the right to use a key. This process's memory holds nothing else of it."""
        self.sessions.release(key.location)

    def destroy(self, key: StoredKey) -> None:
        """See that the device's administrators have taken the pair away, or raise `KeystoreUnavailable`.

        The interface has no function that deletes a pair, and no record may say that what is still there is gone.
        """
        try:
            there = self.public_half(key.location)
        except KeystoreUnavailable:
            return
        if there == key.public_key:
            cure = f"have the device's administrators delete the key pair {key.location} first"
            raise KeystoreUnavailable(cure=cure)

    def ready(self) -> str:
        """Ask the device for random octets. Raise `SigningUnavailable` where it does not answer."""
        buffer = ctypes.create_string_buffer(PROBE)
        self.ask(lambda session: self.library.call("SDF_GenerateRandom", session.handle, PROBE, buffer))
        return f"{self.name}, {len(self.configuration.signing) + len(self.configuration.encryption)} key pairs named"

    def grant(self, session: Session, key: StoredKey) -> None:
        """Get `session` the right to use `key`, after comparing the pair in the device with the one on record."""
        if key.location in session.granted:
            return
        index = located(key)[1]
        if index in self.refused:
            raise KeystoreUnavailable(cure=f"put the PIN of index {index} into TRUST_SDF_PIN_FILE, and start anew")
        if self.exported(session, key.location) != key.public_key:
            raise KeystoreUnavailable(cure=f"the key pair {key.location} in the device is not the one on record")
        pin = self.configuration.pin
        try:
            self.library.call("SDF_GetPrivateKeyAccessRight", session.handle, index, pin.address, pin.length)
        except Refused as refused:
            if refused.code not in {Code.PRKRERR, Code.PARDENY}:
                raise
            self.refused.add(index)
            cure = "the device refuses the PIN in TRUST_SDF_PIN_FILE; it is not tried again, since devices lock"
            raise KeystoreUnavailable(cure=cure) from None
        session.granted.add(key.location)

    def public_half(self, location: str) -> PublicKey:
        """Return the public half of the pair at `location` now. Raise as `exported` and `ask` do."""
        return self.ask(lambda session: self.exported(session, location))

    def exported(self, session: Session, location: str) -> PublicKey:
        """Return the public half of a pair. Raise `KeystoreUnavailable` for one that is no SM2 key."""
        pair, _, index = location.partition("/")
        function = "SDF_ExportEncPublicKey_ECC" if pair == "encryption" else "SDF_ExportSignPublicKey_ECC"
        value = ECCrefPublicKey()
        self.library.call(function, session.handle, int(index), ctypes.byref(value))
        try:
            return PublicKey.of_sm2(value.point())
        except KeyMalformed:
            raise KeystoreUnavailable(cure=f"the device returns no SM2 key for {location}") from None

    def ask(self, work: Callable[[Session], Answer]) -> Answer:
        """Do `work` in a session. Once it is done anew, in a new session, where the first one breaks."""
        for _ in range(ATTEMPTS):
            with self.sessions.lend() as session:
                try:
                    return work(session)
                except Refused as refused:
                    explain(refused)
                except (SignatureMalformed, SignatureMismatch):
                    pass  # what came back is no signature of this key over this digest
                self.sessions.lost(session)
        raise SigningUnavailable

    def close(self) -> None:
        """Close every session that is not at work, and the device."""
        self.sessions.close()


def pair_for(context: str) -> str:
    """Return which of the two pairs at an index serves the key that `context` names (`keys.keyring.binding`).

    By the national rule a key that enciphers never signs: the device keeps a pair for each.
    """
    *_, purpose, _algorithm = context.split()
    return "encryption" if purpose == KeyPurpose.DECRYPTION else "signing"


def located(key: StoredKey) -> tuple[str, int]:
    """Return which pair at which index a key is. Raise `KeystoreUnavailable` for a place that is none."""
    pair, _, index = key.location.partition("/")
    if pair not in {"signing", "encryption"} or not index.isascii() or not index.isdigit():
        raise KeystoreUnavailable(cure="the record of this key names no place in an SDF device; restore it")
    return pair, int(index)


def explain(refused: Refused) -> None:
    """Raise the error that a code means. Return where it means that the session broke, and a new one may serve."""
    match refused.code:
        case Code.KEYNOTEXIST:
            raise KeystoreUnavailable(cure="the device has no key pair at this index") from None
        case Code.ENCDATAERR:
            raise DecryptionFailed from None
        case _:  # also a right that was given, and that the device has forgotten
            return
