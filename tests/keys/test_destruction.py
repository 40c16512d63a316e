"""The destruction of a key: it is gone everywhere, two people saw it, and the refusal to sign is signed."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from keys import repository
from keys.data_keys import RootKeys
from keys.destruction import Destroyer, KeyStillAlive, verify
from keys.devices import StoredKey
from keys.errors import DestructionUnknown, KeystoreUnavailable, KeyUnknown, WitnessesTooFew
from keys.keyring import Keyring
from keys.software import SoftwareDevice
from keys.wrapping import RootKey
from tests.builders import PKI
from tests.fakes.clock import NOW
from trust import repository as ground
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS
from trust.crypto.sm2 import SignatureMismatch
from trust.crypto.sm3 import sm3
from trust.events import timestamp
from trust.lifecycle import EventNotPossible
from trust.signing import KeyHandle, KeyPurpose, KeyReference, Signer, SigningUnavailable
from trust.store import Store

DIGEST = bytes(range(32))
WITNESSES = ("甲", "乙")


@pytest.fixture
def credential(sm2_pki: PKI) -> tuple[Signer, Certificate]:
    """Return an audit key with its certificate."""
    return sm2_pki.signer.signer, sm2_pki.signer.certificate


@pytest.fixture
def keyring(store: Store) -> Keyring:
    """Make a keyring on each database."""
    return Keyring(store, SoftwareDevice(RootKeys.of(RootKey(bytes(range(32))))))


def made(keyring: Keyring) -> KeyReference:
    """Make a key, take it into use, and use it."""
    with keyring.store.transaction() as tx:
        key = keyring.generate(tx, KeyPurpose.SEAL_OWNER, KEYS["sm2"], name="ring")
        keyring.activate(tx, key)
    keyring.sign(key, DIGEST)
    return key


def destroy(
    keyring: Keyring, key: KeyReference, credential: tuple[Signer, Certificate], witnesses: Sequence[str] = WITNESSES
) -> repository.Destruction:
    """Destroy a key."""
    destroyer = Destroyer(store=keyring.store, keyring=keyring)
    return destroyer.destroy(key, actor="act_1", witnesses=witnesses, reason="停用", credential=credential)


def test_a_key_is_destroyed_and_it_is_proven(keyring: Keyring, credential: tuple[Signer, Certificate]) -> None:
    key = made(keyring)
    proof = destroy(keyring, key, credential)
    told = verify(proof)
    assert told == {
        "actor": "act_1",
        "witnesses": sorted(WITNESSES),
        "reason": "停用",
        "at": timestamp(NOW),
        "key": key.handle,
        "purpose": "seal_owner",
        "algorithm": "sm2",
        "ring": "ring",
        "version": 1,
        "public_key_sm3": sm3(key.public_key.spki).hex(),
        "refusal": "keys.signing_unavailable, keys.keystore_unavailable",
    }
    destroyer = Destroyer(store=keyring.store, keyring=keyring)
    assert destroyer.proof(key) == proof
    assert destroyer.statement(key) == told
    with pytest.raises(SigningUnavailable):
        keyring.sign(key, DIGEST)
    with keyring.store.reading() as view:
        assert keyring.kept(view, key).wrapped is None
        *_, first, second, third = (one.event for one in ground.events(view))
    assert [one.tag for one in (first, second, third)] == [
        "key:destroy:done",
        "key:destroy:witnessed",
        "key:destroy:proven",
    ]
    assert not any(name in str(one.facts) for one in (first, second, third) for name in WITNESSES)
    assert third.facts == {"statement": sm3(proof.statement).hex()}


def test_nothing_is_left_of_it_in_the_files_of_the_database(
    sqlite_store: Store, credential: tuple[Signer, Certificate], tmp_path: Path
) -> None:
    keyring = Keyring(sqlite_store, SoftwareDevice(RootKeys.of(RootKey(bytes(range(32))))))
    key, other = made(keyring), made(keyring)
    with sqlite_store.reading() as view:
        gone, stays = keyring.kept(view, key).wrapped, keyring.kept(view, other).wrapped
    assert gone is not None
    assert stays is not None

    def octets() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("trust.db*"))

    assert gone in octets()
    destroy(keyring, key, credential)
    assert gone[49:] not in octets()
    assert gone[1:49] not in octets()
    assert stays in octets()


@pytest.mark.parametrize(
    "witnesses", [(), ("甲",), ("甲", "甲"), ("甲", " 甲 "), ("甲", ""), ("甲", "act_1"), ("act_1", "  ")]
)
def test_two_others_must_watch(
    keyring: Keyring, credential: tuple[Signer, Certificate], witnesses: Sequence[str]
) -> None:
    key = made(keyring)
    with pytest.raises(WitnessesTooFew) as refused:
        destroy(keyring, key, credential, witnesses)
    assert refused.value.code == "keys.witnesses_too_few"
    keyring.sign(key, DIGEST)


def test_a_key_is_destroyed_once(keyring: Keyring, credential: tuple[Signer, Certificate]) -> None:
    key = made(keyring)
    destroy(keyring, key, credential)
    with pytest.raises(EventNotPossible):
        destroy(keyring, key, credential)
    with pytest.raises(KeyUnknown):
        destroy(keyring, replace(key, handle=KeyHandle("software:key_none")), credential)


def test_the_key_that_signs_the_proof_is_not_destroyed(keyring: Keyring, sm2_pki: PKI) -> None:
    key = made(keyring)
    with pytest.raises(EventNotPossible):
        destroy(keyring, key, (Signer(keyring, key), sm2_pki.signer.certificate))
    keyring.sign(key, DIGEST)


def test_a_proof_cannot_be_changed(keyring: Keyring, credential: tuple[Signer, Certificate]) -> None:
    proof = destroy(keyring, made(keyring), credential)
    told = json.loads(proof.statement)
    for name in told:
        changed = json.dumps({**told, name: "another"}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        with pytest.raises(SignatureMismatch):
            verify(replace(proof, statement=changed.encode()))
    with pytest.raises(DestructionUnknown):
        verify(replace(proof, key="key_other"))
    with pytest.raises(DestructionUnknown):
        verify(replace(proof, at=NOW.replace(year=2000)))


def test_a_key_that_lives_has_no_proof(keyring: Keyring) -> None:
    with pytest.raises(DestructionUnknown) as refused:
        Destroyer(store=keyring.store, keyring=keyring).proof(made(keyring))
    assert refused.value.code == "keys.destruction_unknown"


class Crash(Exception):
    """The process dies here."""


def test_a_destruction_that_broke_off_is_proven_later(keyring: Keyring, credential: tuple[Signer, Certificate]) -> None:
    key, other = made(keyring), made(keyring)
    destroy(keyring, other, credential)

    class Breaking(Keyring):
        """A keyring whose process dies before the device is told."""

        @override
        def extinguish(self, key: repository.KeptKey) -> None:
            raise Crash

    with pytest.raises(Crash):
        destroy(Breaking(keyring.store, *keyring.devices), key, credential)
    destroyer = Destroyer(store=keyring.store, keyring=keyring)
    with pytest.raises(SigningUnavailable):
        keyring.sign(key, DIGEST)
    with pytest.raises(DestructionUnknown):
        destroyer.proof(key)
    (proof,) = destroyer.complete(credential=credential)
    told = verify(proof)
    assert (told["key"], told["witnesses"], told["actor"]) == (key.handle, sorted(WITNESSES), "act_1")
    assert destroyer.statement(key) == told
    assert destroyer.complete(credential=credential) == ()


class Reluctant(SoftwareDevice):
    """A device whose keys only its administrators can delete, which they have not done yet."""

    done = False

    @override
    def destroy(self, key: StoredKey) -> None:
        if not self.done:
            raise KeystoreUnavailable(cure="have it deleted")
        super().destroy(key)


def test_a_device_that_does_not_let_go_yet_is_asked_again(
    sqlite_store: Store, credential: tuple[Signer, Certificate]
) -> None:
    device = Reluctant(RootKeys.of(RootKey(bytes(range(32)))))
    keyring = Keyring(sqlite_store, device)
    key = made(keyring)
    with pytest.raises(KeystoreUnavailable):
        destroy(keyring, key, credential)
    with pytest.raises(SigningUnavailable):
        keyring.sign(key, DIGEST)
    destroyer = Destroyer(store=sqlite_store, keyring=keyring)
    assert destroyer.complete(credential=credential) == ()
    device.done = True
    assert [one.handle for one in destroyer.complete(credential=credential)] == [key.handle]


class Stubborn(SoftwareDevice):
    """A device that says it destroyed a key, and still has it."""

    @override
    def sign(self, key: StoredKey, digest: bytes) -> bytes:
        return bytes(64)


def test_a_device_that_keeps_what_it_should_destroy_is_found_out(
    sqlite_store: Store, credential: tuple[Signer, Certificate]
) -> None:
    keyring = Keyring(sqlite_store, Stubborn(RootKeys.of(RootKey(bytes(range(32))))))
    key = made(keyring)
    with pytest.raises(KeyStillAlive):
        destroy(keyring, key, credential)
    with pytest.raises(DestructionUnknown):
        Destroyer(store=sqlite_store, keyring=keyring).proof(key)
