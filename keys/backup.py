"""Backup and restoring of keys 密钥备份与恢复: one file, enciphered as the database is, with a proof that it is whole.

The file holds the table of keys and the data keys with their envelopes, and names the certificates of the service. It
opens nothing without the root key, which is kept elsewhere. Two proofs go with it: an HMAC-SM3 under a key that derives
from the root key, which whoever restores can check with nothing else in hand, and a signature with the audit key, which
an auditor can check without the root key.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Self

from keys import data_keys, repository
from keys.data_keys import RootKeys
from keys.errors import BackupMalformed, BackupOutdated, BackupUntrusted, KeystoreUnavailable
from keys.keyring import stored
from keys.lifecycle import KeyState
from keys.repository import KeptKey
from trust.certificates import Certificate
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm3 import hmac_sm3, sm3
from trust.errors import TrustError
from trust.events import AuditEvent, Fact, canonical, timestamp
from trust.signing import KeyPurpose, Signer
from trust.store import Store, Transaction

__all__ = ["Backup", "Keeper", "Restored"]

FORM: Final = 1
PREFIX: Final = b"xinyin key backup v1\n"
"""Goes before what is signed, so that the signature can never pass for another kind of signature."""

FIELDS: Final = frozenset({"form", "content", "digests", "mac", "signature", "certificate"})
CONTENT: Final = frozenset({"generation", "check", "made_at", "keys", "data_keys", "certificates"})

SOFTWARE: Final = "software"
"""The scheme of the keys whose private half is nowhere but in the database."""

ORDER: Final = tuple(KeyState)
"""The states in the order of a life. A restored key never goes back in it."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came of restoring."""

    added: int
    """Keys that were not there."""

    mended: int
    """Keys whose envelope was missing or another one."""

    kept: int
    """Keys that were as in the backup, or have moved on since."""


@dataclass(frozen=True, kw_only=True)
class Backup:
    """The content of a backup with its proofs."""

    content: Mapping[str, Any]
    mac: bytes
    signature: bytes
    certificate: bytes

    @property
    def digests(self) -> list[str]:
        """SM3 of each key and data key, for comparing two backups by eye."""
        return [sm3(canonical(one)).hex() for one in (*self.content["keys"], *self.content["data_keys"])]

    @property
    def encoded(self) -> bytes:
        """The file."""
        return canonical(
            {
                "form": FORM,
                "content": self.content,
                "digests": self.digests,
                "mac": self.mac.hex(),
                "signature": self.signature.hex(),
                "certificate": encode(self.certificate),
            }
        )

    @classmethod
    def read(cls, encoded: bytes) -> Self:
        """Read a file. Nothing is trusted yet. Raise `BackupMalformed`."""
        try:
            told = json.loads(encoded)
            if told["form"] != FORM or set(told) != FIELDS or set(told["content"]) != CONTENT:
                raise BackupMalformed
            made = cls(
                content=told["content"],
                mac=bytes.fromhex(told["mac"]),
                signature=bytes.fromhex(told["signature"]),
                certificate=decode(told["certificate"]),
            )
            # One content has one file: what is read differently from what was written is refused here.
            if made.encoded != encoded:
                raise BackupMalformed
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            raise BackupMalformed from None
        return made

    @property
    def keys(self) -> tuple[KeptKey, ...]:
        """The keys. Raise `BackupMalformed`."""
        try:
            return tuple(read_key(one) for one in self.content["keys"])
        except (ValueError, TypeError, KeyError, AttributeError, TrustError):
            raise BackupMalformed from None

    @property
    def data_keys(self) -> Mapping[str, bytes | None]:
        """The envelopes of the data keys. Raise `BackupMalformed`."""
        try:
            return {
                str(one["name"]): None if one["wrapped"] is None else decode(one["wrapped"])
                for one in self.content["data_keys"]
            }
        except (ValueError, TypeError, KeyError):
            raise BackupMalformed from None


def encode(octets: bytes) -> str:
    """Return octets as text."""
    return base64.b64encode(octets).decode()


def decode(text: str) -> bytes:
    """Return the octets of a text. Raise `ValueError`."""
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("not base64") from error


def write_key(key: KeptKey) -> dict[str, Any]:
    """Return a key as it stands in the file."""
    return {
        "id": key.id,
        "ring": key.ring,
        "ring_version": key.ring_version,
        "purpose": key.purpose.value,
        "algorithm": key.algorithm,
        "state": key.state.value,
        "scheme": key.scheme,
        "location": key.location,
        "public_key": encode(key.public_key.spki),
        "wrapped": None if key.wrapped is None else encode(key.wrapped),
        "uses": key.uses,
        "use_limit": key.use_limit,
        "signs_until": None if key.signs_until is None else timestamp(key.signs_until),
        "created_at": timestamp(key.created_at),
    }


def read_key(told: Mapping[str, Any]) -> KeptKey:
    """Return a key from the file. Raise `ValueError`, `TypeError` or `KeyError` for what is none."""
    until = told["signs_until"]
    read: dict[str, Any] = {
        **told,
        "purpose": KeyPurpose(told["purpose"]),
        "state": KeyState(told["state"]),
        "public_key": PublicKey(decode(told["public_key"])),
        "wrapped": None if told["wrapped"] is None else decode(told["wrapped"]),
        "signs_until": None if until is None else datetime.fromisoformat(until),
        "created_at": datetime.fromisoformat(told["created_at"]),
    }
    return KeptKey(**read)


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """Makes backups of the keys, and restores them."""

    store: Store
    roots: RootKeys

    def backup(self, *, credential: tuple[Signer, Certificate], certificates: Sequence[Certificate]) -> Backup:
        """Return a backup of every key as of now, signed with `credential`; `certificates` are told by fingerprint."""
        generation = self.roots.newest
        with self.store.reading() as view:
            content = {
                "generation": generation,
                "check": self.roots.of_generation(generation).check_value.hex(),
                "made_at": timestamp(view.now),
                "keys": [write_key(one) for one in repository.all_keys(view)],
                "data_keys": [
                    {"name": name, "wrapped": None if wrapped is None else encode(wrapped)}
                    for name, wrapped in sorted(repository.data_keys(view).items())
                ],
                "certificates": sorted(one.fingerprint for one in certificates),
            }
        signer, certificate = credential
        signature = signer.sign(PREFIX + canonical(content))
        unproven = Backup(content=content, mac=b"", signature=signature, certificate=certificate.der)
        return replace(unproven, mac=self.mac(unproven, generation))

    def mac(self, backup: Backup, generation: int) -> bytes:
        """Return what proves to whoever has the root key that a backup is whole."""
        key = self.roots.of_generation(generation).derive("key backup")
        covered = {
            "content": backup.content,
            "signature": backup.signature.hex(),
            "certificate": encode(backup.certificate),
        }
        return hmac_sm3(key, PREFIX, canonical(covered))

    def verify(self, backup: Backup) -> None:
        """Return if a backup is whole, of this keystore, and of the present root key.

        Raise `BackupUntrusted`, `BackupOutdated`, or `BackupMalformed`.
        """
        generation = backup.content["generation"]
        newest = self.roots.newest
        if not isinstance(generation, int) or generation > newest:
            raise BackupUntrusted(fault="made under a root key that is not this keystore's")
        if generation < newest:
            raise BackupOutdated
        # 1. The root key is the same.
        if backup.content["check"] != self.roots.of_generation(newest).check_value.hex():
            raise BackupUntrusted(fault="made under a root key that is not this keystore's")
        # 2. Nobody without the root key has changed it.
        if not hmac.compare_digest(self.mac(backup, newest), backup.mac):
            raise BackupUntrusted(fault="changed since it was made")
        # 3. The audit key that it names has signed it, and is among its own keys.
        try:
            certificate = Certificate(backup.certificate)
            certificate.verify_message(backup.signature, PREFIX + canonical(backup.content))
        except TrustError:
            raise BackupUntrusted(fault="its signature does not hold") from None
        if not any(one.purpose is KeyPurpose.AUDIT and one.public_key == certificate.public_key for one in backup.keys):
            raise BackupUntrusted(fault="signed with a key that is not its audit key")

    def restore(self, encoded: bytes, *, actor: str) -> Restored:
        """Put the keys of a backup where they are missing or broken. Everything is verified before anything is written.

        A key that has moved on since the backup stays where it is: none is brought back to life. Raise what `verify`
        raises; nothing was changed then.
        """
        backup = Backup.read(encoded)
        self.verify(backup)
        keys, others = backup.keys, backup.data_keys
        with self.store.transaction() as tx:
            self.restore_data_keys(tx, others)
            counted = [self.restore_key(tx, one) for one in keys]
            restored = Restored(
                added=counted.count("added"), mended=counted.count("mended"), kept=counted.count("kept")
            )
            facts: dict[str, Fact] = {
                "backup": sm3(encoded).hex(),
                "added": restored.added,
                "mended": restored.mended,
                "kept": restored.kept,
            }
            tx.record(AuditEvent(tag="key:restore:done", actor=actor, subject="keys", facts=facts))
        return restored

    def restore_data_keys(self, tx: Transaction, others: Mapping[str, bytes | None]) -> None:
        """Put data keys where there are none. Raise `BackupUntrusted` where there is another one."""
        there = repository.data_keys(tx)
        for name, wrapped in others.items():
            if name not in there:
                repository.add_data_key(tx, name, wrapped)
                continue
            same = data_keys.open_data_key(self.roots, wrapped, context=name)
            if not hmac.compare_digest(same, data_keys.open_data_key(self.roots, there[name], context=name)):
                raise BackupUntrusted(fault="made of another instance: its data keys are others")

    def restore_key(self, tx: Transaction, key: KeptKey) -> str:
        """Put one key where it is missing or broken, and tell which of the three came to pass."""
        there = repository.get(tx, key.id)
        if there is None:
            repository.add(tx, key)
            return "added"
        if there.public_key != key.public_key:
            raise BackupUntrusted(fault="made of another instance: a key of the same name is another one")
        if ORDER.index(there.state) > ORDER.index(key.state) or self.opens(there):
            return "kept"
        repository.mend(tx, key)
        return "mended"

    def opens(self, key: KeptKey) -> bool:
        """Tell whether the private half of a key is where it should be, as far as this can be told without its device.

        An envelope that is another one than the backup's, and opens, is a newer one of the same key.
        """
        if key.wrapped is None:
            return key.scheme != SOFTWARE
        try:
            data_keys.open_secret(self.roots, key.wrapped, context=stored(key).context)
        except KeystoreUnavailable:
            return False
        return True
