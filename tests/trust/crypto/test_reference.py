"""The plain arithmetic, against the group's own laws."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import read_vectors
from trust.crypto.reference import (
    INFINITY,
    Curve,
    ReferenceBackend,
    add,
    affine,
    double,
    holds,
    multiply,
    multiply_and_add,
)
from trust.crypto.sm2 import G, N, P, SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm3 import sm3

SCALARS = st.integers(0, 2**256 - 1)
POINT = (*G, 1)


def test_the_order_of_the_group() -> None:
    assert multiply(N) is None
    assert multiply(0) is None
    assert multiply(N + 1) == G
    assert multiply(N - 1) == (G[0], P - G[1])


def test_infinity_is_neutral() -> None:
    assert affine(INFINITY) is None
    assert add(INFINITY, POINT) == add(POINT, INFINITY) == POINT
    assert double(INFINITY) == INFINITY
    assert affine(add(POINT, (G[0], P - G[1], 1))) is None


def test_adding_a_point_to_itself_doubles_it() -> None:
    assert affine(add(POINT, POINT)) == affine(double(POINT)) == multiply(2)


@pytest.mark.parametrize("z", [2, P - 1])
def test_the_representation_does_not_matter(z: int) -> None:
    scaled = (G[0] * z * z % P, G[1] * z**3 % P, z)
    assert affine(scaled) == G
    assert affine(add(scaled, POINT)) == multiply(2)
    assert affine(add(double(scaled), POINT)) == multiply(3)


@settings(max_examples=30)
@given(SCALARS, SCALARS)
def test_multiplication_is_linear(first: int, second: int) -> None:
    third = multiply(3)
    assert third is not None
    assert multiply_and_add(first, G, second, third) == multiply((first + 3 * second) % N)
    point = multiply(first)
    if point is not None:
        assert SM2PublicKey(*point).x == point[0]  # on the curve, or it could not be built


# --- the standard's other curve ---------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class OtherCurveCase:
    """A case of test_curve_signature.json."""

    name: str
    p: str
    a: str
    b: str
    gx: str
    gy: str
    n: str
    user_id: str
    message: str
    private_key: str
    public_x: str
    public_y: str
    z: str
    e: str
    nonce: str
    nonce_x: str
    r: str
    s: str


(EXAMPLE,) = read_vectors("sm2/test_curve_signature.json", OtherCurveCase)
CURVE = Curve(
    p=int(EXAMPLE.p, 16), a=int(EXAMPLE.a, 16), n=int(EXAMPLE.n, 16), g=(int(EXAMPLE.gx, 16), int(EXAMPLE.gy, 16))
)
PUBLIC = (int(EXAMPLE.public_x, 16), int(EXAMPLE.public_y, 16))


def test_the_other_curve_is_one_whose_a_is_not_minus_3() -> None:
    x, y = CURVE.g
    assert (y * y - (x**3 + CURVE.a * x + int(EXAMPLE.b, 16))) % CURVE.p == 0
    assert CURVE.a != CURVE.p - 3  # so that the doubling is judged in full
    assert multiply(CURVE.n, CURVE.g, CURVE) is None


def test_the_example_on_the_other_curve() -> None:
    user_id = bytes.fromhex(EXAMPLE.user_id)
    entl = (8 * len(user_id)).to_bytes(2, "big")
    numbers = (EXAMPLE.a, EXAMPLE.b, EXAMPLE.gx, EXAMPLE.gy, EXAMPLE.public_x, EXAMPLE.public_y)
    z = sm3(entl, user_id, *map(bytes.fromhex, numbers))
    e = sm3(z, bytes.fromhex(EXAMPLE.message))
    assert (z.hex(), e.hex()) == (EXAMPLE.z, EXAMPLE.e)
    secret, nonce = int(EXAMPLE.private_key, 16), int(EXAMPLE.nonce, 16)
    assert multiply(secret, CURVE.g, CURVE) == PUBLIC
    point = multiply(nonce, CURVE.g, CURVE)
    assert point is not None
    assert point[0] == int(EXAMPLE.nonce_x, 16)
    r = (int.from_bytes(e, "big") + point[0]) % CURVE.n
    s = pow(1 + secret, -1, CURVE.n) * (nonce - r * secret) % CURVE.n
    assert (r, s) == (int(EXAMPLE.r, 16), int(EXAMPLE.s, 16))
    assert holds(PUBLIC, e, r, s, CURVE)
    assert not holds(PUBLIC, e, r, s ^ 1, CURVE)
    assert not holds(PUBLIC, sm3(e), r, s, CURVE)


@pytest.mark.parametrize("length", [1, 31, 33])
def test_e_has_32_octets(length: int) -> None:
    # All the same number, which alone would not be refused.
    e = SM2Digest((1).to_bytes(length, "big"))
    point = multiply(3)
    assert point is not None
    r = (1 + point[0]) % N
    signature = SM2Signature(r, pow(3, -1, N) * (3 - r * 2) % N)
    key = SM2PublicKey(*(multiply(2) or (0, 0)))
    assert ReferenceBackend().verify(key, SM2Digest((1).to_bytes(32, "big")), signature)
    assert not ReferenceBackend().verify(key, e, signature)
