"""The keyring over the device in software, on the real store: purposes, states, and no secret in the database."""

import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import update
from sqlmodel import col

from keys import repository
from keys.data_keys import RootKeys, seal_secret
from keys.errors import KeystoreUnavailable, KeyUnknown
from keys.keyring import Keyring, binding
from keys.lifecycle import KeyEvent, KeyState
from keys.private_keys import InternationalKey, PrivateKey
from keys.software import SoftwareDevice
from keys.tables import KeyRow
from keys.wrapping import RootKey
from trust import repository as ground
from trust.crypto.algorithms import KEYS, KeyKind, signature_algorithm
from trust.crypto.gmssl import GmsslBackend
from trust.crypto.reference import ReferenceBackend
from trust.crypto.sm2 import KeyMalformed
from trust.lifecycle import EventNotPossible
from trust.signing import KeyHandle, KeyPurpose, KeyReference, Signer, SigningUnavailable
from trust.store import Store, Transaction

SM2, P256 = KEYS["sm2"], KEYS["p256"]
DIGEST = bytes(range(32))
FAMILIES = pytest.mark.parametrize("family", ["sm2", "p256"])


@pytest.fixture
def root() -> RootKey:
    """Return a root key."""
    return RootKey(bytes(range(50, 82)))


@pytest.fixture
def custody(store: Store, root: RootKey) -> Keyring:
    """Make a custody on each database."""
    return software(store, root)


def software(store: Store, root: RootKey) -> Keyring:
    """Return a keyring over the device in software."""
    return Keyring(store, SoftwareDevice(RootKeys.of(root)))


def device_of(custody: Keyring) -> SoftwareDevice:
    """Return the device of a keyring."""
    (device,) = custody.devices
    assert isinstance(device, SoftwareDevice)
    return device


def made(custody: Keyring, family: str = "sm2", purpose: KeyPurpose = KeyPurpose.DOCUMENT) -> KeyReference:
    """Make a key and take it into use."""
    with custody.store.transaction() as tx:
        key = custody.generate(tx, purpose, KEYS[family])
        custody.activate(tx, key)
    return key


def id_of(key: KeyReference) -> str:
    """Return the primary key of a key's row."""
    return key.handle.removeprefix("software:")


def tamper(store: Store, key: KeyReference, **values: object) -> None:
    """Change a key's row behind the custody's back."""
    with store.writer.begin() as connection:
        connection.execute(update(KeyRow).where(col(KeyRow.id) == id_of(key)).values(**values))


def reopened(custody: Keyring, root: RootKey) -> Keyring:
    """Return a custody with nothing in memory, as after a restart."""
    return software(custody.store, root)


@FAMILIES
def test_signatures_hold(custody: Keyring, root: RootKey, family: str) -> None:
    key = made(custody, family)
    algorithm = signature_algorithm(KEYS[family].signature_oid)
    for one in (custody, custody, reopened(custody, root)):
        signature = Signer(one, key).sign(b"message")
        key.public_key.verify(signature, b"message", algorithm)
        if family == "sm2":
            for backend in (ReferenceBackend(), GmsslBackend()):
                key.public_key.verify(signature, b"message", algorithm, backend=backend)
    assert len(custody.sign(key, DIGEST)) == 64


@FAMILIES
def test_a_new_key(custody: Keyring, family: str) -> None:
    key = made(custody, family, KeyPurpose.AUDIT)
    assert key.handle.startswith("software:key_")
    assert key.purpose is KeyPurpose.AUDIT
    assert key.algorithm is KEYS[family]
    assert key.public_key.kind is KEYS[family].kind
    with custody.store.reading() as view:
        kept = repository.get(view, id_of(key))
        event, activated = ground.events(view)
    assert activated.event.tag == "key:activate:done"
    assert kept is not None
    assert (kept.state, kept.public_key, kept.algorithm) == (KeyState.ACTIVE, key.public_key, family)
    assert event.event.tag == "key:generate:done"
    assert event.event.subject == key.handle
    assert event.event.facts == {"purpose": "audit", "algorithm": family}


def test_a_key_is_usable_once_it_is_committed(custody: Keyring) -> None:
    with custody.store.transaction() as tx:
        key = custody.generate(tx, KeyPurpose.DOCUMENT, SM2)
        custody.activate(tx, key)
        with pytest.raises(SigningUnavailable):
            custody.sign(key, DIGEST)
    custody.sign(key, DIGEST)


class Broken(Exception):
    """Something went wrong."""


def test_a_key_that_was_not_committed_never_was(custody: Keyring) -> None:
    keys: list[KeyReference] = []

    def fails(tx: Transaction) -> None:
        keys.append(custody.generate(tx, KeyPurpose.DOCUMENT, SM2))
        raise Broken

    with pytest.raises(Broken), custody.store.transaction() as tx:
        fails(tx)
    with pytest.raises(SigningUnavailable):
        custody.sign(keys[0], DIGEST)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
@FAMILIES
def test_a_digest_has_32_octets(custody: Keyring, family: str, length: int) -> None:
    key = made(custody, family)
    with pytest.raises(SigningUnavailable):
        custody.sign(key, bytes(length))


@pytest.mark.parametrize("handle", ["software:key_unknown", "", "software:", "sdf:1", "software:' OR 1=1"])
def test_unknown_handles(custody: Keyring, handle: str) -> None:
    key = replace(made(custody), handle=KeyHandle(handle))
    with pytest.raises(SigningUnavailable):
        custody.sign(key, DIGEST)


@pytest.mark.parametrize("purpose", [one for one in KeyPurpose if one is not KeyPurpose.DOCUMENT])
def test_a_key_serves_its_purpose_alone(sqlite_store: Store, root: RootKey, purpose: KeyPurpose) -> None:
    custody = software(sqlite_store, root)
    key = made(custody)
    custody.sign(key, DIGEST)
    with pytest.raises(SigningUnavailable):
        custody.sign(replace(key, purpose=purpose), DIGEST)


@pytest.mark.parametrize("cached", [True, False], ids=["in memory", "after a restart"])
def test_a_key_whose_row_names_another_purpose(custody: Keyring, root: RootKey, cached: bool) -> None:  # noqa: FBT001
    # Whoever can write the database must not make a certification key of a document key.
    key = made(custody)
    custody.sign(key, DIGEST)
    tamper(custody.store, key, purpose=KeyPurpose.CERTIFICATION)
    used = custody if cached else reopened(custody, root)
    with pytest.raises(KeystoreUnavailable):
        used.sign(replace(key, purpose=KeyPurpose.CERTIFICATION), DIGEST)


# --- the end of a key ------------------------------------------------------------------------------------------------


def destroy(custody: Keyring, key: KeyReference) -> None:
    """Destroy a key."""
    with custody.store.transaction() as tx:
        custody.move(tx, key, KeyEvent.DESTROY, actor="act_1")


@FAMILIES
def test_a_destroyed_key_signs_nothing_at_once(custody: Keyring, root: RootKey, family: str) -> None:
    key = made(custody, family)
    custody.sign(key, DIGEST)
    assert id_of(key) in device_of(custody).unwrapped
    destroy(custody, key)
    for used in (custody, reopened(custody, root)):
        with pytest.raises(SigningUnavailable):
            used.sign(key, DIGEST)
    assert device_of(custody).unwrapped == {}
    assert custody.held == {}
    with custody.store.reading() as view:
        kept = repository.get(view, id_of(key))
        *_, event = ground.events(view)
    assert kept is not None
    assert (kept.state, kept.wrapped, kept.public_key) == (KeyState.DESTROYED, None, key.public_key)
    assert (event.event.tag, event.event.actor, event.event.subject) == ("key:destroy:done", "act_1", key.handle)


def test_a_retired_key_signs_nothing(custody: Keyring) -> None:
    key = made(custody)
    custody.sign(key, DIGEST)
    with custody.store.transaction() as tx:
        custody.retire(tx, key)
    with pytest.raises(SigningUnavailable):
        custody.sign(key, DIGEST)
    with custody.store.reading() as view:
        kept = repository.get(view, id_of(key))
    assert kept is not None
    assert kept.wrapped is not None
    destroy(custody, key)


@pytest.mark.parametrize("which", ["a destroyed key", "an unknown key"])
def test_only_a_key_that_is_there_can_be_destroyed(custody: Keyring, which: str) -> None:
    # keys/lifecycle.py has no move out of `destroyed`, and the trail must not tell of what did not happen.
    key = made(custody)
    if which == "a destroyed key":
        destroy(custody, key)
    else:
        key = replace(key, handle=KeyHandle("software:key_unknown"))
    with custody.store.reading() as view:
        before = ground.audit_head(view)
    with pytest.raises(EventNotPossible if which == "a destroyed key" else KeyUnknown):
        destroy(custody, key)
    with custody.store.reading() as view:
        assert ground.audit_head(view) == before


# --- wrapping --------------------------------------------------------------------------------------------------------


@FAMILIES
def test_the_wrong_root_key_opens_nothing(custody: Keyring, family: str) -> None:
    key = made(custody, family)
    wrong = reopened(custody, RootKey(bytes(32)))
    with pytest.raises(KeystoreUnavailable, match="root key is not the one"):
        wrong.sign(key, DIGEST)
    custody.sign(key, DIGEST)


@pytest.mark.parametrize("values", [{"wrapped": b""}, {"wrapped": None}, {"wrapped": b"\x01" + bytes(200)}])
def test_a_changed_envelope_does_not_open(custody: Keyring, values: dict[str, object]) -> None:
    key = made(custody)
    tamper(custody.store, key, **values)
    with pytest.raises(KeystoreUnavailable):
        custody.sign(key, DIGEST)


def test_an_envelope_does_not_open_in_another_row(custody: Keyring) -> None:
    first, second = made(custody), made(custody)
    with custody.store.reading() as view:
        rows = [repository.get(view, id_of(one)) for one in (first, second)]
    assert rows[0] is not None
    assert rows[1] is not None
    tamper(custody.store, first, wrapped=rows[1].wrapped, public_key=rows[1].public_key.spki)
    with pytest.raises(KeystoreUnavailable):
        custody.sign(first, DIGEST)


def test_an_envelope_does_not_open_as_another_algorithm(custody: Keyring) -> None:
    key = made(custody)
    tamper(custody.store, key, algorithm="p256")
    with pytest.raises(KeystoreUnavailable):
        custody.sign(key, DIGEST)


def test_a_key_that_does_not_belong_to_its_row(custody: Keyring) -> None:
    first, second = made(custody), made(custody)
    tamper(custody.store, first, public_key=second.public_key.spki)
    with pytest.raises(KeystoreUnavailable, match="does not belong"):
        custody.sign(first, DIGEST)


def test_an_envelope_of_no_key(custody: Keyring) -> None:
    key = made(custody)
    context = binding(id_of(key), key.purpose, "sm2")
    tamper(custody.store, key, wrapped=seal_secret(device_of(custody).roots, b"no key", context=context))
    with pytest.raises(KeyMalformed):
        custody.sign(key, DIGEST)


# --- secrecy ---------------------------------------------------------------------------------------------------------


def test_no_secret_is_in_the_database(sqlite_store: Store, root: RootKey, tmp_path: Path) -> None:
    custody = software(sqlite_store, root)
    keys = [made(custody, family) for family in ("sm2", "p256") for _ in range(3)]
    for key in keys:
        custody.sign(key, DIGEST)
    unwrapped = [one.private for one in device_of(custody).unwrapped.values()]
    secrets = [private.secret for private in unwrapped] + [root.secret, root.derive("data keys")[:16]]
    secrets += [scalar(private) for private in unwrapped]
    destroy(custody, keys[0])
    files = [path.read_bytes() for path in tmp_path.glob("trust.db*")]
    octets = b"".join(files)
    assert len(secrets) == 14
    assert keys[0].public_key.spki in octets  # this is where they would be
    for secret in secrets:
        for form in (secret, secret.hex().encode(), secret.hex().upper().encode()):
            assert form not in octets


def scalar(private: PrivateKey) -> bytes:
    """Return the bare number of a private key."""
    if isinstance(private, InternationalKey):
        assert isinstance(private.key, ec.EllipticCurvePrivateKey)
        return private.key.private_numbers().private_value.to_bytes(32, "big")
    from trust.asn1 import der

    return der.parse(private.secret).sequence()[1].octets()


def test_a_custody_shows_nothing(sqlite_store: Store, root: RootKey) -> None:
    custody = software(sqlite_store, root)
    made(custody)
    for told in (repr(custody), str(custody)):
        assert told == "Keyring(software, in-process)"
    with pytest.raises((TypeError, AttributeError, pickle.PicklingError)):
        pickle.dumps(custody)
    device = device_of(custody)
    assert repr(device) == "SoftwareDevice(…)"
    with pytest.raises(TypeError):
        pickle.dumps(device)


def test_many_threads(custody: Keyring) -> None:
    keys = [made(custody, family) for family in ("sm2", "p256")] * 10
    with ThreadPoolExecutor(4) as pool:
        signatures = list(pool.map(lambda key: Signer(custody, key).sign(b"message"), keys))
    for key, signature in zip(keys, signatures, strict=True):
        key.public_key.verify(signature, b"message", signature_algorithm(key.algorithm.signature_oid))
    assert {key.public_key.kind for key in keys} == {KeyKind.SM2, KeyKind.ECDSA}
    assert P256.kind is KeyKind.ECDSA
