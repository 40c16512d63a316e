"""Keys inside a token behind PKCS #11 (an HSM, a smart card, a 密码机 with that interface): the device `pkcs11`.

Private keys are made in the token, sensitive and never extractable, which is read back before one is used; a token
that makes others is refused. Every signature is verified before it is handed on, so that a wrong mechanism number or a
broken token never puts a wrong signature on a document. A session that fails is closed, and the token logged into anew.

The library initialises modules for one thread (C_Initialize without CKF_OS_LOCKING_OK), and modules crash that are
called by two. So one call at a time goes to a module; several worker processes sign at once.
"""

import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, NoReturn, TypeVar

import pkcs11
from pkcs11 import Attribute, ObjectClass, PKCS11Error, Session
from typing_extensions import override

from keys.devices import DeviceKey, StoredKey
from keys.errors import AlgorithmNotKept, DeviceUnable, KeystoreUnavailable
from keys.memory import SecretBuffer
from keys.pkcs11_mechanisms import (
    CAPABILITIES,
    PUBLIC,
    SM2Mechanisms,
    TokenAlgorithm,
    mapper,
    public_key_of,
    table,
    verify_digest,
)
from trust.crypto.algorithms import KeyAlgorithm, KeyKind
from trust.crypto.sm2 import SignatureMalformed, SignatureMismatch, SM2PublicKey
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.signing import SigningUnavailable

__all__ = ["PKCS11Configuration", "PKCS11Device"]

ATTEMPTS: Final = 2
ID_LENGTH: Final = 16
PROBE_BITS: Final = 128
ONE_AT_A_TIME: Final = threading.Lock()
"""Held while a module is called, whichever: what a module does not lock must be locked for all of this process."""

ONCE: Final = "it is not tried again, since tokens lock"

PIN_REFUSED: Final = (pkcs11.PinIncorrect, pkcs11.PinLocked, pkcs11.PinInvalid, pkcs11.PinLenRange, pkcs11.PinExpired)
UNSUITED: Final = (
    pkcs11.MechanismInvalid,
    pkcs11.MechanismParamInvalid,
    pkcs11.DomainParamsInvalid,
    pkcs11.FunctionNotSupported,
    pkcs11.AttributeTypeInvalid,
    pkcs11.AttributeValueInvalid,
    pkcs11.TemplateInconsistent,
    pkcs11.TemplateIncomplete,
    pkcs11.KeyTypeInconsistent,
)
"""What a token answers to a mechanism or a key that it does not have. Asking again changes nothing."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class PKCS11Configuration:
    """What the operator says of the token."""

    module: str
    """Path of the vendor's library."""

    token: str
    """Label of the token."""

    pin: SecretBuffer = field(repr=False)
    sm2: SM2Mechanisms | None = None
    patience: float = 5.0
    """Seconds to wait for those who asked before."""


class PKCS11Device:
    """Makes keys in a token and signs with them, in one session that is logged in."""

    scheme: ClassVar[str] = "pkcs11"

    def __init__(self, configuration: PKCS11Configuration) -> None:
        self.configuration = configuration
        self.table = table(configuration.sm2)
        self.mapper = mapper()
        self.session: Session | None = None
        self.keys: dict[str, Any] = {}
        """Private keys that were found in the session, by their location."""

        self.pin_refused = False
        """Whether the token refused the PIN. It is not tried again: a token locks after a few."""

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a device is not copied")

    @property
    def name(self) -> str:
        """What it is, in words that everybody may read."""
        return f"PKCS #11 token {self.configuration.token}"

    @property
    def algorithms(self) -> frozenset[str]:
        """The algorithms whose keys it makes: SM2 where the operator gave the vendor's numbers."""
        return frozenset(self.table)

    def generate(self, algorithm: KeyAlgorithm, *, context: str) -> DeviceKey:
        """Make a key pair in the token. Raise `AlgorithmNotKept`, `KeystoreUnavailable`, or `SigningUnavailable`."""
        means = self.table.get(algorithm.name)
        if means is None:
            raise AlgorithmNotKept(algorithm=algorithm.name)

        def work(session: Session) -> DeviceKey:
            # Of each attempt its own: one that broke off may have left a pair in the token, and a key is found by this.
            identifier = secrets.token_bytes(ID_LENGTH)
            public, private = make_pair(session, means, identifier=identifier, label=context)
            if not private[Attribute.NEVER_EXTRACTABLE] or not private[Attribute.ALWAYS_SENSITIVE]:
                private.destroy()
                public.destroy()
                raise KeystoreUnavailable(cure="use a token that keeps its private keys: this one lets them out")
            wanted = (
                (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT)
                if algorithm.kind is KeyKind.RSA
                else (Attribute.EC_POINT,)
            )
            public_key = public_key_of(algorithm.name, {one: public[one] for one in wanted})
            return DeviceKey(public_key=public_key, location=identifier.hex())

        return self.ask(work)

    def sign(self, key: StoredKey, digest: bytes) -> bytes:
        """Return the raw signature over `digest`. Raise `SigningUnavailable`, or `KeystoreUnavailable`."""
        means = self.table.get(key.algorithm)
        if means is None or len(digest) != key.public_key.algorithm.signed_length:
            raise SigningUnavailable

        def work(session: Session) -> bytes:
            if key.location not in self.keys:
                found = objects(session, ObjectClass.PRIVATE_KEY, identifier_of(key))
                if not found:
                    raise pkcs11.NoSuchKey
                self.keys[key.location] = found[0]
            raw: bytes = self.keys[key.location].sign(means.prefix + digest, mechanism=means.sign)
            verify_digest(key.public_key, digest, raw)
            return raw

        return self.ask(work)

    def decrypt(self, key: StoredKey, ciphertext: SM2Ciphertext) -> bytes:  # noqa: ARG002 - the port
        """Raise `DeviceUnable`: no public number means SM2 decryption."""
        raise DeviceUnable(device=self.name)

    def envelope(self, recipient: SM2PublicKey, *, context: str) -> tuple[DeviceKey, bytes]:  # noqa: ARG002 - the port
        """Raise `DeviceUnable`: the token lets no private key out, not even enciphered."""
        raise DeviceUnable(device=self.name)

    def accept(self, enveloped: bytes, *, under: StoredKey, context: str) -> DeviceKey:  # noqa: ARG002 - the port
        """Raise `DeviceUnable`: an envelope is opened by means of the vendor's."""
        raise DeviceUnable(device=self.name)

    def forget(self, key: StoredKey) -> None:
        """Drop the handle of a key."""
        self.keys.pop(key.location, None)

    def destroy(self, key: StoredKey) -> None:
        """Delete both halves of a key from the token. One that is not there is no mistake."""
        self.forget(key)
        identifier = identifier_of(key)

        def work(session: Session) -> None:
            for kind in (ObjectClass.PRIVATE_KEY, ObjectClass.PUBLIC_KEY):
                for one in objects(session, kind, identifier):
                    one.destroy()

        self.ask(work)

    def ready(self) -> str:
        """Ask the token for random octets. Raise what keeps it from working."""
        self.ask(lambda session: session.generate_random(PROBE_BITS))
        return f"token {self.configuration.token} answers, keys of {', '.join(sorted(self.table))}"

    def ask(self, work: Callable[[Session], Answer]) -> Answer:
        """Do `work` in the session. Once it is done anew, after a new login, where the session breaks."""
        if not ONE_AT_A_TIME.acquire(timeout=self.configuration.patience):
            raise SigningUnavailable
        try:
            for attempt in range(ATTEMPTS):
                try:
                    return work(self.session or self.log_in())
                except pkcs11.NoSuchKey:
                    # A login that ended unnoticed hides private keys: only what a new one does not see is gone.
                    self.log_out()
                    if attempt:
                        raise KeystoreUnavailable(cure="the token has no key of this identifier") from None
                except PIN_REFUSED:
                    self.pin_refused = True
                    raise KeystoreUnavailable(
                        cure=f"the token refuses the PIN in TRUST_PKCS11_PIN_FILE; {ONCE}"
                    ) from None
                except UNSUITED:
                    cure = "the token does not do this algorithm; for SM2 see its manual and TRUST_PKCS11_SM2"
                    raise KeystoreUnavailable(cure=cure) from None
                except (PKCS11Error, SignatureMismatch, SignatureMalformed):
                    self.log_out()
        finally:
            ONE_AT_A_TIME.release()
        raise SigningUnavailable

    def log_in(self) -> Session:
        """Open the session and log in. Raise `KeystoreUnavailable`, or what the library raises."""
        if self.pin_refused:
            raise KeystoreUnavailable(cure=f"put the token's PIN into TRUST_PKCS11_PIN_FILE, and start anew; {ONCE}")
        try:
            library = pkcs11.lib(self.configuration.module)
        except (PKCS11Error, RuntimeError, OSError):
            raise KeystoreUnavailable(cure="name the vendor's PKCS #11 library in TRUST_PKCS11_MODULE") from None
        pin = pin_of(self.configuration.pin)
        if pin is None:
            cure = "write the token's PIN into TRUST_PKCS11_PIN_FILE as text in UTF-8: what stands there is none"
            raise KeystoreUnavailable(cure=cure)
        token = library.get_token(token_label=self.configuration.token)
        try:
            self.session = token.open(rw=True, user_pin=pin, attribute_mapper=self.mapper)
        except pkcs11.UserAlreadyLoggedIn:  # by another device of this process: the login is the process's
            self.session = token.open(rw=True, attribute_mapper=self.mapper)
        return self.session

    def log_out(self) -> None:
        """Close the session, so that the next who asks logs in anew."""
        self.keys.clear()
        if self.session is not None:
            with suppress(PKCS11Error):  # where the token is gone, so is its session
                self.session.close()
            self.session = None

    def close(self) -> None:
        """Log out."""
        with ONE_AT_A_TIME:
            self.log_out()


def pin_of(secret: SecretBuffer) -> str | None:
    """Return a PIN as text, which the library wants; None: it is not UTF-8. No error is left that would bear it."""
    try:
        return secret.reveal().decode()
    except UnicodeDecodeError:
        return None


def make_pair(session: Session, means: TokenAlgorithm, *, identifier: bytes, label: str) -> tuple[Any, Any]:
    """Make a key pair in the token."""
    told: dict[str, Any] = {
        "id": identifier,
        "label": label,
        "store": True,
        "capabilities": CAPABILITIES,
        "mechanism": means.generate,
        "public_template": {**PUBLIC, **means.parameters},
        "private_template": means.private,
    }
    bits = means.parameters.get(Attribute.MODULUS_BITS)
    if bits is not None:
        return session.generate_keypair(means.key_type, bits, **told)
    parameters = session.create_domain_parameters(means.key_type, dict(means.parameters), local=True)
    return parameters.generate_keypair(**told)


def objects(session: Session, kind: ObjectClass, identifier: bytes) -> list[Any]:
    """Return the objects of a kind and an identifier. The search is ended, so that the session is free again."""
    return list(session.get_objects({Attribute.CLASS: kind, Attribute.ID: identifier}))


def identifier_of(key: StoredKey) -> bytes:
    """Return the CKA_ID of a key. Raise `KeystoreUnavailable` for a place that is none."""
    try:
        identifier = bytes.fromhex(key.location)
    except ValueError:
        identifier = b""
    if len(identifier) != ID_LENGTH:
        raise KeystoreUnavailable(cure="the record of this key names no place in a token; restore it")
    return identifier
