"""Tables of keys that come often: the same answers as without, faster, and never more than there is room for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.sm2 import SM2PrivateKey
from trust.crypto import libcrypto
from trust.crypto.libcrypto import KEPT_TABLES, OFTEN, Libcrypto, LibcryptoBackend
from trust.crypto.libcrypto_tables import Curve, KeyTables
from trust.crypto.reference import multiply
from trust.crypto.sm2 import BackendFailed, G, N, SM2Digest, SM2PublicKey, SM2Signature, digest

CURVE = Curve(libcrypto.library())
PRIVATE = SM2PrivateKey.generate()
TABLES = KeyTables(CURVE, PRIVATE.public_key)
PLAIN = LibcryptoBackend()


class Ill(Libcrypto):
    """A libcrypto of which some functions fail, or are not there."""

    def __init__(self, failing: str) -> None:
        self.functions = libcrypto.library().functions | {failing: lambda *_: None}

    def without(self, name: str) -> "Ill":
        del self.functions[name]
        return self


@given(st.binary(max_size=40))
def test_what_was_signed_holds_and_nothing_else(message: bytes) -> None:
    e = digest(PRIVATE.public_key, message)
    signature = PRIVATE.sign(e)
    assert TABLES.verify(e, signature)
    assert not TABLES.verify(SM2Digest(bytes((e[0] ^ 1,)) + e[1:]), signature)
    assert not TABLES.verify(e, SM2Signature(signature.r, signature.s ^ 1))
    assert not TABLES.verify(e, SM2Signature(signature.r ^ 2, signature.s))


@given(st.integers(1, N - 1), st.integers(1, N - 1), st.binary(min_size=32, max_size=32))
def test_whatever_is_asked_the_answer_is_that_without_tables(r: int, s: int, e: bytes) -> None:
    if r + s == N:
        return
    signature = SM2Signature(r, s)
    assert TABLES.verify(SM2Digest(e), signature) == PLAIN.verify(PRIVATE.public_key, SM2Digest(e), signature)


def public_of(secret: int) -> SM2PublicKey:
    point = multiply(secret)
    assert point is not None
    return SM2PublicKey(*point)


@pytest.mark.parametrize("secret", [1, 2, 3, N - 2])
@pytest.mark.parametrize("nonce", [1, 2, N - 1])
def test_keys_and_nonces_near_the_generator(secret: int, nonce: int) -> None:
    # The multiples that are added meet each other, or their negatives, on the way.
    key = public_of(secret)
    e = digest(key, b"message")
    r = (int.from_bytes(e, "big") + public_of(nonce).x) % N
    signature = SM2Signature(r, pow(1 + secret, -1, N) * (nonce - r * secret) % N)
    tables = KeyTables(CURVE, key)
    assert tables.verify(e, signature)
    assert not tables.verify(e, SM2Signature(1, 2))


def test_a_sum_at_infinity_is_refused() -> None:
    # With the secret d, s·G + t·Q is nothing where s + t·d = 0: r is chosen so.
    secret, s = 5, 7
    t = -s * pow(secret, -1, N) % N
    key, signature = public_of(secret), SM2Signature((t - s) % N, s)
    assert not KeyTables(CURVE, key).verify(SM2Digest(bytes(32)), signature)


def test_a_key_has_a_table_once_it_came_often() -> None:
    backend, key = LibcryptoBackend(), PRIVATE.public_key
    e = digest(key, b"message")
    signature = PRIVATE.sign(e)
    for number in range(1, OFTEN + 3):
        assert backend.verify(key, e, signature)
        assert not backend.verify(SM2PublicKey(*G), e, signature)
        assert (key in backend.tables) == (number >= OFTEN)
    assert backend.verify(SM2PublicKey(key.x, key.y), e, signature)
    assert not backend.verify(key, e, SM2Signature(1, 2))


def test_only_so_many_keys_have_one() -> None:
    backend, key = LibcryptoBackend(), PRIVATE.public_key
    backend.tables = {public_of(number): TABLES for number in range(1, KEPT_TABLES + 1)}
    e = digest(key, b"message")
    signature = PRIVATE.sign(e)
    assert all(backend.verify(key, e, signature) for _ in range(OFTEN + 1))
    assert key not in backend.tables


def test_who_signs_nothing_that_holds_has_none() -> None:
    backend, key = LibcryptoBackend(), PRIVATE.public_key
    assert not any(backend.verify(key, SM2Digest(bytes(32)), SM2Signature(1, 2)) for _ in range(OFTEN + 1))
    assert key not in backend.tables


@pytest.mark.parametrize(
    "ill",
    [
        pytest.param({"EC_GROUP_precompute_mult": lambda *_: 0}, id="no tables"),
        pytest.param({"EC_POINT_mul": lambda *_: 0}, id="no multiples"),
        pytest.param({"EC_POINT_mul": lambda *_: 1}, id="wrong multiples"),
    ],
)
def test_a_library_that_makes_no_good_tables_verifies_as_ever(ill: dict[str, Any]) -> None:
    library = Ill("OpenSSL_version")
    library.functions |= ill
    backend, key = LibcryptoBackend(library), PRIVATE.public_key
    e = digest(key, b"message")
    signature = PRIVATE.sign(e)
    assert all(backend.verify(key, e, signature) for _ in range(OFTEN + 1))
    assert backend.tables == {}


def test_a_library_without_the_functions_verifies_as_ever() -> None:
    ill, key = Ill("EC_POINT_mul").without("EC_POINT_mul"), PRIVATE.public_key
    backend = LibcryptoBackend(ill)
    e = digest(key, b"message")
    signature = PRIVATE.sign(e)
    assert all(backend.verify(key, e, signature) for _ in range(OFTEN + 1))
    assert backend.tables == {}


@pytest.mark.parametrize(
    "failing",
    [
        "EC_GROUP_get0_generator",
        "EC_GROUP_new_by_curve_name",
        "EC_GROUP_precompute_mult",
        "EC_GROUP_set_generator",
        "EC_POINT_mul",
        "EC_POINT_new",
        "EC_POINT_oct2point",
        "EC_POINT_point2oct",
        "BN_bin2bn",
    ],
)
def test_a_library_that_cannot_is_no_refusal(failing: str) -> None:
    e = digest(PRIVATE.public_key, b"message")
    signature = PRIVATE.sign(e)
    with pytest.raises(BackendFailed):
        KeyTables(Curve(Ill(failing)), PRIVATE.public_key).verify(e, signature)
    assert TABLES.verify(e, signature)
