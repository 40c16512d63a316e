"""The invalid-curve attack, with every check in front taken away: a library that fell for it would give its key away.

Addition on the curve never uses b. A point of another curve, of small order, is multiplied by the private key all the
same, and what comes out tells the key modulo that order. `SM2PublicKey` refuses such a point; the libraries have to.
"""

import pytest

from keys import ec_private_key
from tests.sm2_backends import SECRET_HALVES, half_named
from trust.crypto.reference import multiply
from trust.crypto.sm2 import A, B, G, P, SM2PublicKey
from trust.crypto.sm2_encryption import DecryptionFailed, SM2Ciphertext, encrypt
from trust.crypto.sm3 import sm3
from trust.errors import TrustError

SECRET = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PLAIN = b"attack at dawn"
EVERY_HALF = pytest.mark.parametrize("half", SECRET_HALVES)


def unchecked(x: int, y: int) -> SM2PublicKey:
    """Return a point that no check has seen."""
    point = object.__new__(SM2PublicKey)
    object.__setattr__(point, "x", x)
    object.__setattr__(point, "y", y)
    return point


def enciphered(point: tuple[int, int]) -> SM2Ciphertext:
    """Return what deciphers to `PLAIN` for whoever multiplies `point` by the key without looking at it."""
    shared = multiply(SECRET, point)
    assert shared is not None
    x, y = (number.to_bytes(32, "big") for number in shared)
    stream = sm3(x, y, b"\0\0\0\1")
    data = bytes(one ^ other for one, other in zip(PLAIN, stream, strict=False))
    return SM2Ciphertext(unchecked(*point), sm3(x, PLAIN, y), data)


def is_on_curve(x: int, y: int) -> bool:
    """Tell whether a point is on the curve."""
    return (y * y - (x**3 + A * x + B)) % P == 0


@EVERY_HALF
def test_the_attack_is_built_right(half: str) -> None:
    public = multiply(SECRET)
    assert public is not None
    key = half_named(half).from_secret(ec_private_key.write(SECRET.to_bytes(32, "big"), SM2PublicKey(*public)))
    assert key.decrypt(enciphered(G)) == PLAIN  # on the curve it is a ciphertext like any other
    assert key.decrypt(encrypt(key.public_key, PLAIN)) == PLAIN


@EVERY_HALF
@pytest.mark.parametrize(
    "point",
    [
        pytest.param((G[0], G[1] ^ 1), id="beside the curve"),
        pytest.param((5, 7), id="of a curve with small numbers"),
        pytest.param((0, pow(2, 1, P)), id="x = 0"),
        pytest.param((P - 1, 1), id="x = p − 1"),
    ],
)
def test_a_point_of_another_curve_is_not_multiplied(half: str, point: tuple[int, int]) -> None:
    assert not is_on_curve(*point)
    public = multiply(SECRET)
    assert public is not None
    key = half_named(half).from_secret(ec_private_key.write(SECRET.to_bytes(32, "big"), SM2PublicKey(*public)))
    with pytest.raises(DecryptionFailed):
        key.decrypt(enciphered(point))


@EVERY_HALF
def test_the_origin_is_no_point(half: str) -> None:
    key = half_named(half).generate()
    with pytest.raises(TrustError):
        key.decrypt(SM2Ciphertext(unchecked(0, 0), bytes(32), PLAIN))
