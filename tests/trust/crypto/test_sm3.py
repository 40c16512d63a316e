"""SM3 and HMAC-SM3: the standard's vectors, and two implementations that must agree."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from gmssl import sm3 as gmssl_sm3
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import read_vectors
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import DIGEST_LENGTH, Hasher, PycaSM3, hash_of, hasher, hmac_sm3, sm3

MILLION = "c8aaf89429554029e231941a2acc0ad61ff2a5acd8fadd25847a3a732b3b02c3"
"""SM3 of a million letters a, as many implementations publish it."""


@dataclass(frozen=True, kw_only=True)
class DigestCase:
    """A case of digest.json."""

    name: str
    message: str
    digest: str


CASES = pytest.mark.parametrize("case", read_vectors("sm3/digest.json", DigestCase), ids=lambda one: one.name)


@pytest.fixture(params=[True, False], ids=["the interpreter's", "cryptography's"])
def new(request: pytest.FixtureRequest) -> Callable[[], Hasher]:
    """Return what begins an SM3 hash, by each implementation in turn."""
    return partial(hasher, Digest.SM3, native_sm3=request.param)


@CASES
def test_vectors(new: Callable[[], Hasher], case: DigestCase) -> None:
    context = new()
    context.update(bytes.fromhex(case.message))
    assert context.digest().hex() == case.digest
    assert sm3(bytes.fromhex(case.message)).hex() == case.digest


def test_a_million_letters_in_parts(new: Callable[[], Hasher]) -> None:
    context = new()
    for _ in range(1000):
        context.update(memoryview(b"a" * 1000))
    assert context.digest().hex() == MILLION
    assert context.digest().hex() == MILLION  # asking twice changes nothing


def test_parts_are_one_message(new: Callable[[], Hasher]) -> None:
    context = new()
    for part in (b"ab", b"", bytearray(b"c")):
        context.update(part)
    assert context.digest() == sm3(b"abc") == sm3(b"ab", b"", bytearray(b"c"))
    assert len(sm3()) == DIGEST_LENGTH


def test_what_messages_begin_with_is_hashed_once(new: Callable[[], Hasher]) -> None:
    begun = new()
    begun.update(b"a" * 100)
    one, other = begun.copy(), begun.copy()
    one.update(b"b")
    other.update(b"c")
    assert (one.digest(), other.digest()) == (sm3(b"a" * 100, b"b"), sm3(b"a" * 100, b"c"))
    assert begun.digest() == sm3(b"a" * 100)


def test_which_implementation_is_taken() -> None:
    assert type(hasher(Digest.SM3, native_sm3=False)) is PycaSM3
    assert type(hasher(Digest.SM3, native_sm3=True)) is not PycaSM3
    assert type(hasher(Digest.SHA256, native_sm3=False)) is not PycaSM3


@pytest.mark.parametrize("algorithm", [one for one in Digest if one is not Digest.SM3])
def test_the_other_digests(algorithm: Digest) -> None:
    assert hash_of(algorithm, b"a", b"bc") == hashlib.new(algorithm, b"abc").digest()


def sm3_of_another_author(message: bytes) -> bytes:
    """Return SM3 of `message` by gmssl, which shares no code with the others."""
    hashed: Any = gmssl_sm3.sm3_hash(list(message))
    return bytes.fromhex(hashed)


def hmac_by_definition(key: bytes, message: bytes) -> bytes:
    """Return HMAC as RFC 2104, 2 defines it."""
    key = (sm3_of_another_author(key) if len(key) > 64 else key).ljust(64, b"\0")
    inner = sm3_of_another_author(bytes(octet ^ 0x36 for octet in key) + message)
    return sm3_of_another_author(bytes(octet ^ 0x5C for octet in key) + inner)


@pytest.mark.parametrize("key", [b"", b"k", bytes(range(32)), b"k" * 63, b"k" * 64, b"k" * 65, b"k" * 200])
@pytest.mark.parametrize("message", [b"", b"abc", b"abcd" * 32])
def test_hmac_is_what_its_definition_says(key: bytes, message: bytes) -> None:
    assert hmac_sm3(key, message) == hmac_by_definition(key, message)
    assert hmac_sm3(key, message[:2], message[2:]) == hmac_sm3(key, message)


@given(st.binary(max_size=300))
def test_both_implementations_agree(message: bytes) -> None:
    pyca = PycaSM3()
    pyca.update(message)
    assert pyca.digest() == hashlib.new("sm3", message).digest()


@dataclass(frozen=True, kw_only=True)
class HMACCase:
    """A case of hmac.json."""

    name: str
    key: str
    message: str
    mac: str


@pytest.mark.parametrize("case", read_vectors("sm3/hmac.json", HMACCase), ids=lambda one: one.name)
def test_hmac_vectors(case: HMACCase) -> None:
    key, message = bytes.fromhex(case.key), bytes.fromhex(case.message)
    assert hmac_sm3(key, message).hex() == case.mac
    assert hmac_sm3(key, message[:7], message[7:]).hex() == case.mac
    assert hmac_sm3(key, message + b"\0").hex() != case.mac
