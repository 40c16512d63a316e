"""SM2 in plain Python, written from the standard alone: verification, and enciphering to a public key.

Slow, and not constant in time: it sees no private key. It is the second opinion on every other backend, and the
verifier of last resort where no library offers SM2. The standard's examples are on two curves, so it takes either.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from trust.crypto.sm2 import A as SM2_A
from trust.crypto.sm2 import G, N, P, SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.crypto.sm3 import sm3

__all__ = ["SM2_CURVE", "Curve", "ReferenceBackend", "enciphered", "key_stream", "multiply", "multiply_and_add"]

Point = tuple[int, int, int]
"""Jacobian coordinates (X, Y, Z): x = X/Z², y = Y/Z³; Z = 0 is the point at infinity."""

INFINITY: Final[Point] = (1, 1, 0)
OCTETS: Final = 32


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What the arithmetic needs to know of a curve y² = x³ + ax + b over the field of p elements."""

    p: int
    a: int
    n: int
    g: tuple[int, int]


SM2_CURVE: Final = Curve(p=P, a=SM2_A, n=N, g=G)
"""sm2p256v1, GB/T 32918.5-2017, 2."""


def double(point: Point, curve: Curve = SM2_CURVE) -> Point:
    """Return 2·`point`."""
    x, y, z = point
    p = curve.p
    if z == 0 or y == 0:
        return INFINITY
    y_squared = y * y % p
    s = 4 * x * y_squared % p
    z_squared = z * z % p
    m = (3 * x * x + curve.a * z_squared * z_squared) % p
    new_x = (m * m - 2 * s) % p
    return new_x, (m * (s - new_x) - 8 * y_squared * y_squared) % p, 2 * y * z % p


def add(left: Point, right: Point, curve: Curve = SM2_CURVE) -> Point:
    """Return `left` + `right`."""
    if left[2] == 0:
        return right
    if right[2] == 0:
        return left
    p = curve.p
    x1, y1, z1 = left
    x2, y2, z2 = right
    z1z1, z2z2 = z1 * z1 % p, z2 * z2 % p
    u1, u2 = x1 * z2z2 % p, x2 * z1z1 % p
    s1, s2 = y1 * z2 * z2z2 % p, y2 * z1 * z1z1 % p
    if u1 == u2:
        return double(left, curve) if s1 == s2 else INFINITY
    h, r = (u2 - u1) % p, (s2 - s1) % p
    hh = h * h % p
    hhh, v = h * hh % p, u1 * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    return x3, (r * (v - x3) - s1 * hhh) % p, z1 * z2 * h % p


def affine(point: Point, curve: Curve = SM2_CURVE) -> tuple[int, int] | None:
    """Return (x, y), or None for the point at infinity."""
    x, y, z = point
    if z == 0:
        return None
    inverse = pow(z, -1, curve.p)
    return x * inverse * inverse % curve.p, y * inverse * inverse * inverse % curve.p


def multiply_and_add(
    first: int, point: tuple[int, int], second: int, other: tuple[int, int], curve: Curve = SM2_CURVE
) -> tuple[int, int] | None:
    """Return first·`point` + second·`other` by Shamir's trick; None for the point at infinity."""
    left, right = (*point, 1), (*other, 1)
    table = (INFINITY, left, right, add(left, right, curve))
    result = INFINITY
    for place in reversed(range(max(first.bit_length(), second.bit_length()))):
        result = double(result, curve)
        digit = (first >> place & 1) | (second >> place & 1) << 1
        if digit:
            result = add(result, table[digit], curve)
    return affine(result, curve)


def multiply(scalar: int, point: tuple[int, int] = G, curve: Curve = SM2_CURVE) -> tuple[int, int] | None:
    """Return `scalar`·`point`; None for the point at infinity."""
    return multiply_and_add(scalar, point, 0, curve.g, curve)


def holds(public: tuple[int, int], e: bytes, r: int, s: int, curve: Curve = SM2_CURVE) -> bool:
    """Tell whether (r, s) over `e` was made with the private half of `public` (GB/T 32918.2-2016, 7.1)."""
    # B1, B2: r, s in 1..n−1 and B5: t ≠ 0 hold for every SM2Signature. B3, B4: the caller made e.
    t = (r + s) % curve.n
    # B6: (x1', y1') = s'·G + t·PA
    point = multiply_and_add(s, curve.g, t, public, curve)
    # B7: R = (e' + x1') mod n must be r'. The point at infinity has no x1' and can sign nothing.
    return point is not None and (int.from_bytes(e, "big") + point[0]) % curve.n == r


def key_stream(secret: bytes, length: int) -> bytes:
    """Return `length` octets of the key derivation function over SM3 (GB/T 32918.4-2016, 5.4.3)."""
    blocks = (sm3(secret, counter.to_bytes(4, "big")) for counter in range(1, -(-length // OCTETS) + 1))
    return b"".join(blocks)[:length]


def enciphered(
    public: tuple[int, int], plain: bytes, nonce: int, curve: Curve = SM2_CURVE
) -> tuple[tuple[int, int], bytes, bytes] | None:
    """Return C1 as a point, C3 and C2 (GB/T 32918.4-2016, 6.1); None where another `nonce` must be drawn."""
    # A2: C1 = k·G. A3: S = h·PB is not at infinity, the cofactor being 1. A4: (x2, y2) = k·PB
    c1, shared = multiply(nonce, curve.g, curve), multiply(nonce, public, curve)
    if c1 is None or shared is None:
        return None
    x2, y2 = (number.to_bytes(OCTETS, "big") for number in shared)
    # A5: t = KDF(x2 ‖ y2, klen), which must not be all zeros
    stream = key_stream(x2 + y2, len(plain))
    if not any(stream):
        return None
    # A6: C2 = M ⊕ t. A7: C3 = Hash(x2 ‖ M ‖ y2)
    c2 = bytes(left ^ right for left, right in zip(plain, stream, strict=True))
    return c1, sm3(x2, plain, y2), c2


class ReferenceBackend:
    """The steps of the standard, on the curve that everybody uses."""

    name = "reference"
    version = "plain Python"

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        """Tell whether `signature` over `e` was made with the private half of `key`."""
        return len(e) == OCTETS and holds((key.x, key.y), e, signature.r, signature.s)

    def encrypt(self, key: SM2PublicKey, plain: bytes) -> SM2Ciphertext:
        """Return `plain` enciphered to `key`, with a nonce from the system's random numbers (A1: 1 to n−1)."""
        parts = None
        while parts is None:
            parts = enciphered((key.x, key.y), plain, 1 + secrets.randbelow(N - 1))
        point, c3, c2 = parts
        return SM2Ciphertext(SM2PublicKey(*point), c3, c2)
