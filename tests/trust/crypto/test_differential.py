"""A differential oracle: whatever SM2 is asked, all implementations must say the same, at the edges above all."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys import ec_private_key
from tests.sm2_backends import LIBRARIES, SECRET_HALVES, VERIFIERS, half_named, library_named, verifier_named
from trust.crypto.backends import SM2Library
from trust.crypto.reference import enciphered, multiply, multiply_and_add
from trust.crypto.sm2 import (
    A,
    B,
    G,
    N,
    P,
    SignatureMalformed,
    SM2Backend,
    SM2Digest,
    SM2PublicKey,
    SM2Signature,
    digest,
)
from trust.crypto.sm2_ciphertext import DecryptionFailed, SM2Ciphertext

EDGES = (1, 2, 3, 2**64 - 1, 2**128, 2**248 - 1, (N - 1) // 2, (N + 1) // 2, 2**255, N - 3, N - 2)
"""Private keys and nonces at the edges: the smallest, the largest, with leading zero octets, sparse, dense."""

SCALARS = st.one_of(st.sampled_from(EDGES), st.integers(1, N - 2), st.integers(1, 2**200))
DIGESTS = st.one_of(
    st.sampled_from(
        [bytes(32), b"\xff" * 32, N.to_bytes(32, "big"), (N - 1).to_bytes(32, "big"), P.to_bytes(32, "big")]
    ),
    st.binary(min_size=32, max_size=32),
)


@pytest.fixture(scope="module")
def verifiers() -> list[SM2Backend]:
    """Return every implementation that verifies."""
    return [verifier_named(name) for name in VERIFIERS]


@pytest.fixture(scope="module")
def libraries() -> list[SM2Library]:
    """Return every implementation that enciphers."""
    return [library_named(name) for name in LIBRARIES]


def key_of(secret: int) -> SM2PublicKey:
    """Return the public half of a number."""
    point = multiply(secret)
    assert point is not None
    return SM2PublicKey(*point)


def secret_of(secret: int) -> bytes:
    """Return a number as ECPrivateKey."""
    return ec_private_key.write(secret.to_bytes(32, "big"), key_of(secret))


def signed(secret: int, e: bytes, nonce: int) -> SM2Signature | None:
    """Return the signature by the formula (GB/T 32918.2-2016, 6.1); None where the nonce must be drawn again."""
    point = multiply(nonce)
    assert point is not None
    r = (int.from_bytes(e, "big") + point[0]) % N
    try:
        return SM2Signature(r, pow(1 + secret, -1, N) * (nonce - r * secret) % N)
    except SignatureMalformed:
        return None


def said(verifiers: list[SM2Backend], key: SM2PublicKey, e: bytes, signature: SM2Signature) -> set[bool]:
    """Return what the implementations say, each once."""
    return {backend.verify(key, SM2Digest(e), signature) for backend in verifiers}


@settings(max_examples=60)
@given(secret=SCALARS, nonce=SCALARS, e=DIGESTS, bit=st.integers(0, 767))
def test_signatures_by_the_formula_hold_and_changed_ones_do_not(
    verifiers: list[SM2Backend], secret: int, nonce: int, e: bytes, bit: int
) -> None:
    signature, key = signed(secret, e, nonce), key_of(secret)
    if signature is None:
        return
    assert said(verifiers, key, e, signature) == {True}
    altered = bytearray(e + signature.raw)
    altered[bit // 8] ^= 1 << bit % 8
    try:
        other = SM2Signature.from_raw(bytes(altered[32:]))
    except SignatureMalformed:
        return
    if bytes(altered[:32]) != e and (int.from_bytes(altered[:32], "big") - int.from_bytes(e, "big")) % N == 0:
        return  # two digests that are the same number modulo n
    assert said(verifiers, key, bytes(altered[:32]), other) == {False}


@dataclass(frozen=True)
class Shape:
    """Signature values of an unusual form, for which e is found by the equation."""

    name: str
    r: int
    s: int


SHAPES = (
    Shape("r of one octet", 1, 2**250 + 7),
    Shape("s of one octet", 2**250 + 7, 1),
    Shape("both of 31 octets", 2**247 + 1, 2**247 + 3),
    Shape("r with its highest bit", 2**255 + 5, 9),
    Shape("s with its highest bit", 9, 2**255 + 5),
    Shape("r = n − 1", N - 1, 2),
    Shape("s = n − 1", 2, N - 1),
    Shape("both n − 1", N - 1, N - 1),
    Shape("t = 1", N - 1, 2),
    Shape("t = n − 1", 1, N - 2),
    Shape("r = p − n", P - N, 12345),
)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda one: one.name)
@pytest.mark.parametrize("secret", [2, 3, 0x1234567, N - 3])
def test_unusual_values_hold_where_the_equation_does(verifiers: list[SM2Backend], shape: Shape, secret: int) -> None:
    key = key_of(secret)
    point = multiply_and_add(shape.s, G, shape.r + shape.s, (key.x, key.y))
    assert point is not None
    e = ((shape.r - point[0]) % N).to_bytes(32, "big")
    signature = SM2Signature(shape.r, shape.s)
    others = [one for one in verifiers if one.name != "gmssl"]  # it cannot double, see test_gmssl.py
    assert said(others, key, e, signature) == {True}
    assert said(others, key, bytes((e[0] ^ 1,)) + e[1:], signature) == {False}


def key_with_x(prefix: bytes) -> SM2PublicKey:
    """Return a point whose x begins with these octets."""
    x = int.from_bytes(prefix.ljust(32, b"\0"), "big")
    while pow(x**3 + A * x + B, (P - 1) // 2, P) != 1:
        x += 1
    return SM2PublicKey(x, pow(x**3 + A * x + B, (P + 1) // 4, P))


@pytest.mark.parametrize("prefix", ["00", "0000", "04", "0404", "40", "4000", "ff", "fffffffeffffffff"])
def test_keys_of_unusual_form(verifiers: list[SM2Backend], prefix: str) -> None:
    # Nobody knows the private half of these points: e is found by the equation.
    key = key_with_x(bytes.fromhex(prefix))
    assert key.point[1:].hex().startswith(prefix)
    r, s = 2**200 + 1, 2**255 + 3
    point = multiply_and_add(s, G, r + s, (key.x, key.y))
    assert point is not None
    e = ((r - point[0]) % N).to_bytes(32, "big")
    assert said(verifiers, key, e, SM2Signature(r, s)) == {True}
    assert said(verifiers, SM2PublicKey(key.x, P - key.y), e, SM2Signature(r, s)) == {False}


@settings(max_examples=25)
@given(secret=SCALARS, message=st.binary(max_size=200), user_id=st.binary(max_size=40))
@pytest.mark.parametrize("half", SECRET_HALVES)
def test_signatures_hold_everywhere(
    verifiers: list[SM2Backend], half: str, secret: int, message: bytes, user_id: bytes
) -> None:
    private = half_named(half).from_secret(secret_of(secret))
    e = digest(private.public_key, message, user_id=user_id)
    signature = private.sign(e)
    assert said(verifiers, private.public_key, e, signature) == {True}
    assert said(verifiers, private.public_key, digest(private.public_key, message), signature) == {
        user_id == b"1234567812345678"
    }


@settings(max_examples=25)
@given(secret=SCALARS, plain=st.binary(min_size=16, max_size=200))
def test_what_any_enciphers_all_decipher(libraries: list[SM2Library], secret: int, plain: bytes) -> None:
    encoded = secret_of(secret)
    privates = [half_named(name).from_secret(encoded) for name in SECRET_HALVES]
    for library in libraries:
        ciphertext = library.encrypt(privates[0].public_key, plain)
        assert {private.decrypt(ciphertext) for private in privates} == {plain}


@settings(max_examples=40)
@given(secret=SCALARS, nonce=SCALARS, plain=st.binary(min_size=16, max_size=64), bit=st.integers(0, 2**16))
def test_ciphertexts_by_the_formula_open_and_changed_ones_do_not(
    secret: int, nonce: int, plain: bytes, bit: int
) -> None:
    key = key_of(secret)
    parts = enciphered((key.x, key.y), plain, nonce)
    assert parts is not None
    c1, c3, c2 = parts
    privates = [half_named(name).from_secret(secret_of(secret)) for name in SECRET_HALVES]
    assert {private.decrypt(SM2Ciphertext(SM2PublicKey(*c1), c3, c2)) for private in privates} == {plain}
    altered = bytearray(c3 + c2)
    altered[bit // 8 % len(altered)] ^= 1 << bit % 8
    changed = SM2Ciphertext(SM2PublicKey(*c1), bytes(altered[:32]), bytes(altered[32:]))
    for private in privates:
        with pytest.raises(DecryptionFailed):
            private.decrypt(changed)


@pytest.mark.parametrize("secret", EDGES)
def test_every_half_derives_the_same_public_key(secret: int) -> None:
    keys = [half_named(name).from_secret(secret_of(secret)) for name in SECRET_HALVES]
    assert {key.public_key for key in keys} == {key_of(secret)}
    assert {key.secret for key in keys} == {secret_of(secret)}
