"""What the keyring permits in each state, what it counts, and which requests a key signs."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from keys import repository
from keys.data_keys import RootKeys
from keys.errors import (
    AlgorithmNotKept,
    KeyLimitReached,
    KeyUnknown,
    LimitBelowUses,
    LimitMalformed,
    RequestNotOfKey,
)
from keys.keyring import GROWTH, LEASE, Keyring
from keys.lifecycle import KeyState
from keys.software import SoftwareDevice
from keys.wrapping import RootKey
from tests.fakes.clock import SettableClock
from trust import repository as ground
from trust.asn1 import der
from trust.crypto import sm2_encryption
from trust.crypto.algorithms import KEYS, signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.errors import Unavailable
from trust.lifecycle import EventNotPossible
from trust.profiles import Name
from trust.signing import KeyHandle, KeyPurpose, KeyReference, Signer, SigningUnavailable
from trust.store import NestedTransaction, Store

SM2 = KEYS["sm2"]
DIGEST = bytes(range(32))
DAY = timedelta(days=1)


@pytest.fixture
def keyring(store: Store) -> Keyring:
    """Make a keyring on each database."""
    return opened(store)


def opened(store: Store) -> Keyring:
    """Open a keyring, as every process does."""
    return Keyring(store, SoftwareDevice(RootKeys.of(RootKey(bytes(range(32))))))


def pending(keyring: Keyring, *, name: str = "", purpose: KeyPurpose = KeyPurpose.AUDIT) -> KeyReference:
    """Make a key."""
    with keyring.store.transaction() as tx:
        return keyring.generate(tx, purpose, SM2, name=name)


def active(keyring: Keyring, *, purpose: KeyPurpose = KeyPurpose.AUDIT) -> KeyReference:
    """Make a key and take it into use."""
    key = pending(keyring, purpose=purpose)
    with keyring.store.transaction() as tx:
        keyring.activate(tx, key)
    return key


def kept(keyring: Keyring, key: KeyReference) -> repository.KeptKey:
    """Return the record of a key."""
    with keyring.store.reading() as view:
        return keyring.kept(view, key)


def request_info(key: PublicKey, *, version: bytes = b"\x02\x01\x00", attributes: bytes = b"\xa0\x00") -> bytes:
    """Return a CertificationRequestInfo."""
    return der.sequence(version, Name(common_name="某局").der, key.spki, attributes)


# --- states ----------------------------------------------------------------------------------------------------------


def test_a_pending_key_signs_its_request_alone(keyring: Keyring) -> None:
    key = pending(keyring)
    assert kept(keyring, key).state is KeyState.PENDING
    with pytest.raises(SigningUnavailable):
        keyring.sign(key, DIGEST)
    info = request_info(key.public_key)
    signature = Signer(keyring, key).request(info)
    key.public_key.verify(signature, info, signature_algorithm(SM2.signature_oid))


def test_an_active_key_signs_a_request_for_its_renewal(keyring: Keyring) -> None:
    key = active(keyring)
    assert len(keyring.request(key, request_info(key.public_key))) == 64


@pytest.mark.parametrize(
    "info",
    [
        pytest.param(lambda key: request_info(PublicKey(key.spki[:-1] + bytes([key.spki[-1] ^ 1]))), id="another key"),
        pytest.param(lambda key: request_info(key, version=b"\x02\x01\x01"), id="another version"),
        pytest.param(lambda key: request_info(key, version=b""), id="no version"),
        pytest.param(lambda key: request_info(key, attributes=b""), id="no attributes"),
        pytest.param(lambda key: request_info(key, attributes=b"\xa3\x00"), id="extensions in place of attributes"),
        pytest.param(lambda key: request_info(key, attributes=b"\xa0\x00\xa0\x00"), id="one member too many"),
        pytest.param(lambda key: request_info(key) + b"\x00", id="octets behind it"),
        pytest.param(lambda key: der.sequence(der.integer(0), der.set_of([]), key.spki, b"\xa0\x00"), id="no name"),
        pytest.param(lambda key: key.spki, id="the key alone"),
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda _: DIGEST, id="a digest"),
    ],
)
def test_what_is_no_request_of_this_key(keyring: Keyring, info: Callable[[PublicKey], bytes]) -> None:
    key = pending(keyring)
    with pytest.raises(RequestNotOfKey) as refused:
        keyring.request(key, info(key.public_key))
    assert refused.value.code == "keys.request_not_of_key"


def test_activating_twice_is_no_mistake(keyring: Keyring) -> None:
    key = active(keyring)
    with keyring.store.reading() as view:
        before = ground.audit_head(view)
    with keyring.store.transaction() as tx:
        keyring.activate(tx, key)
    with keyring.store.reading() as view:
        assert ground.audit_head(view) == before
    keyring.sign(key, DIGEST)


def test_a_retiring_key_signs_until_its_end(keyring: Keyring, clock: SettableClock) -> None:
    key = active(keyring)
    with keyring.store.transaction() as tx:
        keyring.retire(tx, key, until=tx.now + DAY)
    keyring.sign(key, DIGEST)
    with pytest.raises(SigningUnavailable):
        keyring.request(key, request_info(key.public_key))
    assert keyring.retire_due() == ()
    clock.advance(DAY - timedelta(microseconds=1))
    keyring.sign(key, DIGEST)
    clock.advance(timedelta(microseconds=1))
    with pytest.raises(SigningUnavailable):
        keyring.sign(key, DIGEST)
    assert kept(keyring, key).state is KeyState.RETIRING
    assert keyring.retire_due() == (key.handle,)
    assert kept(keyring, key).state is KeyState.RETIRED
    assert keyring.retire_due() == ()


def test_what_another_process_did_is_noticed_at_once(keyring: Keyring) -> None:
    key = active(keyring)
    other = opened(keyring.store)
    keyring.sign(key, DIGEST)
    with other.store.transaction() as tx:
        other.retire(tx, key)
    with pytest.raises(SigningUnavailable):
        keyring.sign(key, DIGEST)
    with keyring.store.transaction() as tx, pytest.raises(EventNotPossible):
        keyring.activate(tx, key)


@pytest.mark.parametrize("handle", ["software:key_none", "pkcs11:{id}", "{id}", ""])
def test_handles_that_name_no_key(keyring: Keyring, handle: str) -> None:
    key = active(keyring)
    name = key.handle.removeprefix("software:")
    wrong = replace(key, handle=KeyHandle(handle.format(id=name)))
    with keyring.store.transaction() as tx, pytest.raises(KeyUnknown):
        keyring.retire(tx, wrong)
    with pytest.raises(SigningUnavailable):
        keyring.sign(wrong, DIGEST)


def test_a_key_whose_device_is_not_connected(keyring: Keyring) -> None:
    key = active(keyring)
    with pytest.raises(SigningUnavailable):
        Keyring(keyring.store).sign(key, DIGEST)
    with keyring.store.transaction() as tx, pytest.raises(AlgorithmNotKept) as refused:
        Keyring(keyring.store).generate(tx, KeyPurpose.AUDIT, SM2)
    assert refused.value.code == "keys.algorithm_not_kept"


# --- versions --------------------------------------------------------------------------------------------------------


def test_keys_of_one_ring_are_versions(keyring: Keyring) -> None:
    first, second, alone = pending(keyring, name="ring"), pending(keyring, name="ring"), pending(keyring)
    other = pending(keyring, name="other")
    told = [(one.ring, one.ring_version) for one in (kept(keyring, key) for key in (first, second, alone, other))]
    assert told == [("ring", 1), ("ring", 2), (kept(keyring, alone).id, 1), ("other", 1)]
    with keyring.store.reading() as view:
        assert [one.handle for one in repository.all_keys(view, ring="ring")] == [first.handle, second.handle]
        assert [one.event.facts for one in ground.events(view)][:2] == [
            {"purpose": "audit", "algorithm": "sm2", "ring": "ring", "version": 1},
            {"purpose": "audit", "algorithm": "sm2", "ring": "ring", "version": 2},
        ]


# --- uses and limits -------------------------------------------------------------------------------------------------


def limit(keyring: Keyring, key: KeyReference, count: int | None) -> None:
    """Give a key a limit."""
    with keyring.store.transaction() as tx:
        keyring.limit(tx, key, count, actor="act_1")


def count_signatures(keyring: Keyring, key: KeyReference, most: int) -> int:
    """Sign until the limit, and return how often that went well."""
    for number in range(most):
        try:
            keyring.sign(key, DIGEST)
        except KeyLimitReached:
            return number
    return most


def test_uses_are_counted_before_they_happen(keyring: Keyring) -> None:
    key = active(keyring)
    assert kept(keyring, key).uses == 0
    for _ in range(3):
        keyring.sign(key, DIGEST)
    assert kept(keyring, key).uses == LEASE
    opened(keyring.store).sign(key, DIGEST)  # after a crash: never too few
    assert kept(keyring, key).uses == 2 * LEASE


def test_a_key_that_is_used_much_has_larger_leases(sqlite_store: Store) -> None:
    keyring = opened(sqlite_store)
    key = active(keyring)
    for _ in range(LEASE + 1):
        keyring.sign(key, DIGEST)
    assert kept(keyring, key).uses == LEASE + GROWTH * LEASE
    with sqlite_store.reading() as view:
        leases = [one.event.facts["uses"] for one in ground.events(view) if one.event.tag == "key:reserve:done"]
    assert leases == [LEASE, GROWTH * LEASE]


@pytest.mark.parametrize("most", [1, 2, 7, 20])
def test_a_limit_is_kept(keyring: Keyring, most: int) -> None:
    key = active(keyring)
    limit(keyring, key, most)
    assert count_signatures(keyring, key, most + 5) == most
    with pytest.raises(KeyLimitReached) as refused:
        keyring.sign(key, DIGEST)
    assert refused.value.code == "keys.limit_reached"
    assert isinstance(refused.value, Unavailable)
    assert kept(keyring, key).uses == most


def test_a_limit_is_kept_by_all_processes_together(keyring: Keyring) -> None:
    key = active(keyring)
    limit(keyring, key, 50)
    processes = [opened(keyring.store) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: count_signatures(processes[number % 4], key, 20), range(8)))
    assert sum(done) <= 50
    assert kept(keyring, key).uses == 50
    assert max(done) < 50  # no process took all for itself


def test_a_limit_can_be_raised_and_taken_away(keyring: Keyring) -> None:
    key = active(keyring)
    limit(keyring, key, 1)
    assert count_signatures(keyring, key, 5) == 1
    limit(keyring, key, 3)
    assert count_signatures(keyring, key, 5) == 2
    limit(keyring, key, None)
    assert count_signatures(keyring, key, 5) == 5


def test_a_limit_below_what_was_handed_out(keyring: Keyring) -> None:
    key = active(keyring)
    keyring.sign(key, DIGEST)
    with pytest.raises(LimitBelowUses) as refused:
        limit(keyring, key, LEASE - 1)
    assert (refused.value.code, refused.value.details) == ("keys.limit_below_uses", {"uses": LEASE})
    limit(keyring, key, LEASE)
    assert count_signatures(keyring, key, LEASE) == 0  # what was handed out under the old limit is gone


@pytest.mark.parametrize("count", [0, -1])
def test_what_is_no_limit(keyring: Keyring, count: int) -> None:
    with pytest.raises(LimitMalformed) as refused:
        limit(keyring, active(keyring), count)
    assert refused.value.code == "keys.limit_malformed"


def test_no_key_is_used_while_a_transaction_is_open(keyring: Keyring) -> None:
    key = active(keyring)
    with keyring.store.transaction() as tx, pytest.raises(NestedTransaction):
        keyring.sign(key, DIGEST)
    del tx


# --- decryption ------------------------------------------------------------------------------------------------------


def test_a_decryption_key_decrypts_and_signs_nothing(keyring: Keyring) -> None:
    key = active(keyring, purpose=KeyPurpose.DECRYPTION)
    assert key.public_key.sm2 is not None
    ciphertext = sm2_encryption.encrypt(key.public_key.sm2, b"secret")
    assert keyring.decrypt(key, ciphertext) == b"secret"
    with pytest.raises(SigningUnavailable):
        keyring.sign(key, DIGEST)
    with keyring.store.transaction() as tx:
        keyring.retire(tx, key)
    assert keyring.decrypt(key, ciphertext) == b"secret"  # what was encrypted for it is still there


def test_a_signing_key_decrypts_nothing(keyring: Keyring) -> None:
    key = active(keyring)
    assert key.public_key.sm2 is not None
    with pytest.raises(SigningUnavailable):
        keyring.decrypt(key, sm2_encryption.encrypt(key.public_key.sm2, b"secret"))


def test_what_a_keyring_says_of_itself(sqlite_store: Store) -> None:
    keyring = opened(sqlite_store)
    assert keyring.name == "software, in-process"
    assert keyring.ready() == "software, in-process: unsealed, root key of generation 1"
