"""The root key under a key of a PKCS #11 token: on the disk it is enciphered, and the token alone deciphers it.

The token's key is AES of 256 bits, made in the token, sensitive and never extractable; the mode is GCM with a random
nonce of 12 octets, bound to the check value of the root key (NIST SP 800-38D; PKCS #11 v2.40, CKM_AES_GCM).
"""

import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar, Final

import pkcs11
from pkcs11 import Attribute, GCMParams, KeyType, Mechanism, ObjectClass, Session

from keys.errors import KeystoreExists, KeystoreUnavailable
from keys.pkcs11 import PKCS11Device
from keys.unsealing import NEXT, RootRecord, identify, replace_file
from keys.wrapping import ROOT_KEY_LENGTH, RootKey, sync_folder

__all__ = ["TokenSource"]

KEY_BITS: Final = 256
NONCE_LENGTH: Final = 12
TAG_BITS: Final = 128
BOUND: Final = b"xinyin root key v1\0"
WRAPPED_LENGTH: Final = NONCE_LENGTH + ROOT_KEY_LENGTH + TAG_BITS // 8


class TokenSource:
    """Reads the root key with the help of a token."""

    name: ClassVar[str] = "PKCS #11 token"

    def __init__(self, device: PKCS11Device, *, label: str, wrapped: Path, record: Path) -> None:
        self.device = device
        self.label = label
        self.wrapped = wrapped
        self.next = wrapped.with_name(wrapped.name + NEXT)
        self.record = record
        self.opened: dict[bytes, RootKey] = {}

    def read(self) -> Mapping[int, RootKey]:
        """Return the root keys by generation. Raise `KeystoreUnavailable`, or `RootMismatch`."""
        coming = self.coming()
        return identify([self.present(), *([] if coming is None else [coming])], self.known())

    def known(self) -> RootRecord:
        """Return the record, without which nothing is deciphered."""
        record = RootRecord.read(self.record)
        if record is None:
            raise KeystoreUnavailable(cure=f"put {self.record.name} back from a backup")
        return record

    def present(self) -> RootKey:
        """Return the root key that is in its place."""
        return self.open(self.wrapped)

    def coming(self) -> RootKey | None:
        """Return the root key beside it, if there is one."""
        return self.open(self.next) if self.next.exists() else None

    def open(self, path: Path) -> RootKey:
        """Return the root key in a file; the token is asked once for each."""
        try:
            octets = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            octets = b""
        if len(octets) != WRAPPED_LENGTH:
            raise KeystoreUnavailable(cure=f"put {path.name} back from a backup")
        if octets not in self.opened:
            self.opened[octets] = RootKey(self.decipher(octets))
        return self.opened[octets]

    def decipher(self, octets: bytes) -> bytes:
        """Have the token decipher a root key that the record knows."""
        record = self.known()
        nonce, ciphertext = octets[:NONCE_LENGTH], octets[NONCE_LENGTH:]

        def open_it(session: Session) -> bytes:
            for check in filter(None, (record.check, record.coming)):
                # What a token says of a wrong tag differs; none of it is said of a right one.
                with suppress(pkcs11.EncryptedDataInvalid, pkcs11.EncryptedDataLenRange, pkcs11.GeneralError):
                    plain: bytes = self.key(session).decrypt(
                        ciphertext, mechanism=Mechanism.AES_GCM, mechanism_param=parameters(nonce, check)
                    )
                    return plain
            raise KeystoreUnavailable(cure="the token's key did not encipher this root key")

        return self.device.ask(open_it)

    def keep(self, root: RootKey) -> None:
        """Put the root key under the token's key, which is made if it is not there. Never over another.

        The same one lies there where this broke off before it was on record. Raise `KeystoreExists`, or
        `KeystoreUnavailable`.
        """
        if not self.wrapped.exists():
            self.write(root, self.wrapped)
        elif self.present().check_value != root.check_value:
            raise KeystoreExists

    def lay(self, root: RootKey) -> None:
        """Put the next root key under the token's key, beside the present one."""
        self.write(root, self.next)

    def move(self) -> None:
        """Rename the file of the next root key."""
        self.next.replace(self.wrapped)
        sync_folder(self.wrapped.parent)

    def write(self, root: RootKey, path: Path) -> None:
        """Write a root key, enciphered by the token."""
        nonce = secrets.token_bytes(NONCE_LENGTH)

        def close_it(session: Session) -> bytes:
            if not self.found(session):
                make_key(session, self.label)
            ciphertext: bytes = self.key(session).encrypt(
                root.secret, mechanism=Mechanism.AES_GCM, mechanism_param=parameters(nonce, root.check_value)
            )
            return ciphertext

        replace_file(path, (nonce + self.device.ask(close_it)).hex().encode() + b"\n")

    def found(self, session: Session) -> list[Any]:
        """Return the token's keys of that label."""
        return list(session.get_objects({Attribute.CLASS: ObjectClass.SECRET_KEY, Attribute.LABEL: self.label}))

    def key(self, session: Session) -> Any:  # noqa: ANN401 - what the library calls a key
        """Return the token's key, or raise `KeystoreUnavailable`, also for one that could leave the token."""
        found = self.found(session)
        if len(found) != 1:
            raise KeystoreUnavailable(cure="name in TRUST_ROOT_TOKEN_KEY what is the label of one key in the token")
        if not found[0][Attribute.NEVER_EXTRACTABLE]:
            raise KeystoreUnavailable(cure="use a key that was made in the token and never leaves it")
        return found[0]


def make_key(session: Session, label: str) -> None:
    """Make the token's key."""
    template = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False, Attribute.PRIVATE: True}
    session.generate_key(KeyType.AES, KEY_BITS, label=label, store=True, template=template)


def parameters(nonce: bytes, check: bytes) -> GCMParams:
    """Return the parameters of GCM."""
    return GCMParams(nonce, BOUND + check, TAG_BITS)
