"""The door to Botan: finding it, what it is asked to check, and what happens where it fails."""

import copy
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.sm2_backends import half_named, library_named
from trust.crypto import botan
from trust.crypto.botan import Botan, BotanBackend, BotanMissing
from trust.crypto.sm2 import BackendFailed, G, SM2Digest, SM2PublicKey, SM2Signature, digest
from trust.errors import Unavailable


@pytest.fixture
def backend() -> BotanBackend:
    """Return Botan, or skip the test where it is not installed."""
    found = library_named("botan")
    assert isinstance(found, BotanBackend)
    return found


class Ill(Botan):
    """A Botan of which some functions fail, as they would without memory."""

    def __init__(self, healthy: Botan, *failing: str) -> None:
        self.functions = healthy.functions | dict.fromkeys(failing, lambda *_: -1)
        self.version, self.rng = healthy.version, healthy.rng


def test_it_is_loaded_once_and_tells_its_version(backend: BotanBackend) -> None:
    assert botan.library() is botan.library() is backend.botan
    assert backend.version.startswith("Botan ")


def test_a_machine_without_it_is_told_the_cure() -> None:
    with pytest.raises(BotanMissing) as missing:
        botan.load(("libno-such-botan.so.9", None))
    assert "libbotan" in str(missing.value)
    assert missing.value.code == "crypto.botan_missing"
    assert isinstance(missing.value, Unavailable)


def test_another_library_by_its_name_is_passed_over(backend: BotanBackend) -> None:
    assert botan.load(("libc.so.6", *botan.NAMES)).version == backend.version


def test_a_botan_without_sm2_is_none(backend: BotanBackend) -> None:
    with pytest.raises(BotanMissing, match="with SM2"):
        BotanBackend(Ill(backend.botan, "botan_pubkey_load_sm2"))


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_e_has_32_octets(backend: BotanBackend, length: int) -> None:
    private = half_named("botan").generate()
    e = digest(private.public_key, b"message")
    assert not backend.verify(private.public_key, SM2Digest(bytes(length)), private.sign(e))
    assert not backend.verify(private.public_key, SM2Digest((e + e)[:length]), private.sign(e))


def test_a_refusal_does_not_spoil_the_next_verification(backend: BotanBackend) -> None:
    private = half_named("botan").generate()
    e = digest(private.public_key, b"message")
    signature = private.sign(e)
    assert not backend.verify(private.public_key, e, SM2Signature(signature.s, signature.r))
    assert backend.verify(private.public_key, e, signature)


@pytest.mark.parametrize(
    ("failing", "act"),
    [
        ("botan_pk_op_verify_create", "verify"),
        ("botan_pk_op_verify_update", "verify"),
        ("botan_pk_op_verify_finish", "verify"),
        ("botan_pubkey_check_key", "verify"),
        ("botan_mp_from_bin", "verify"),
        ("botan_pk_op_encrypt_create", "encrypt"),
        ("botan_pk_op_encrypt_output_length", "encrypt"),
        ("botan_pk_op_encrypt", "encrypt"),
    ],
)
def test_a_library_that_cannot_is_no_refusal(backend: BotanBackend, failing: str, act: str) -> None:
    # "The signature does not hold" is a verdict; it must not come from a library out of memory.
    ill = BotanBackend(backend.botan)
    ill.botan = Ill(backend.botan, failing)
    ill.parsed = ill.botan.public_key  # type: ignore[assignment] # without what was parsed before
    key = SM2PublicKey(*G)
    acts: dict[str, Callable[[], object]] = {
        "verify": lambda: ill.verify(key, digest(key, b"message"), SM2Signature(1, 2)),
        "encrypt": lambda: ill.encrypt(key, b"plain"),
    }
    with pytest.raises(BackendFailed) as failed:
        acts[act]()
    assert failed.value.code == "crypto.backend_failed"
    assert isinstance(failed.value, Unavailable)


def test_parsed_keys_are_kept_but_not_for_ever(backend: BotanBackend) -> None:
    key = half_named("botan").generate().public_key
    fresh = BotanBackend(backend.botan)
    assert fresh.parsed(key) is fresh.parsed(SM2PublicKey(key.x, key.y))
    assert fresh.parsed.cache_info().maxsize == botan.KEPT_KEYS


def test_one_parsed_key_in_many_threads(backend: BotanBackend) -> None:
    private = half_named("botan").generate()
    e = digest(private.public_key, b"message")
    signature, wrong = private.sign(e), SM2Signature(1, 2)
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda one: backend.verify(private.public_key, e, one), [signature, wrong] * 50))
    assert said == [True, False] * 50


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_an_object_of_the_library_is_not_copied(backend: BotanBackend, take: Callable[[object], object]) -> None:
    held = backend.botan.number(b"\x01")
    assert repr(held) == "Held(…)"
    with pytest.raises(TypeError, match="is not copied"):
        take(held)
