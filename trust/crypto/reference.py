"""SM2 verification in plain Python, written from the standard alone.

Slow, and not constant in time: it sees public values only. It is the second opinion on every other backend, and the
verifier of last resort where no library offers SM2.
"""

from typing import Final

from trust.crypto.sm2 import G, N, P, SM2Digest, SM2PublicKey, SM2Signature

__all__ = ["ReferenceBackend", "multiply", "multiply_and_add"]

Point = tuple[int, int, int]
"""Jacobian coordinates (X, Y, Z): x = X/Z², y = Y/Z³; Z = 0 is the point at infinity."""

INFINITY: Final[Point] = (1, 1, 0)


def double(point: Point) -> Point:
    """Return 2·`point`, on a curve with a = −3."""
    x, y, z = point
    if z == 0 or y == 0:
        return INFINITY
    y_squared = y * y % P
    s = 4 * x * y_squared % P
    z_squared = z * z % P
    m = 3 * (x - z_squared) * (x + z_squared) % P
    new_x = (m * m - 2 * s) % P
    return new_x, (m * (s - new_x) - 8 * y_squared * y_squared) % P, 2 * y * z % P


def add(left: Point, right: Point) -> Point:
    """Return `left` + `right`."""
    if left[2] == 0:
        return right
    if right[2] == 0:
        return left
    x1, y1, z1 = left
    x2, y2, z2 = right
    z1z1, z2z2 = z1 * z1 % P, z2 * z2 % P
    u1, u2 = x1 * z2z2 % P, x2 * z1z1 % P
    s1, s2 = y1 * z2 * z2z2 % P, y2 * z1 * z1z1 % P
    if u1 == u2:
        return double(left) if s1 == s2 else INFINITY
    h, r = (u2 - u1) % P, (s2 - s1) % P
    hh = h * h % P
    hhh, v = h * hh % P, u1 * hh % P
    x3 = (r * r - hhh - 2 * v) % P
    return x3, (r * (v - x3) - s1 * hhh) % P, z1 * z2 * h % P


def affine(point: Point) -> tuple[int, int] | None:
    """Return (x, y), or None for the point at infinity."""
    x, y, z = point
    if z == 0:
        return None
    inverse = pow(z, -1, P)
    return x * inverse * inverse % P, y * inverse * inverse * inverse % P


def multiply_and_add(first: int, point: tuple[int, int], second: int, other: tuple[int, int]) -> tuple[int, int] | None:
    """Return first·`point` + second·`other` by Shamir's trick; None for the point at infinity."""
    left, right = (*point, 1), (*other, 1)
    table = (INFINITY, left, right, add(left, right))
    result = INFINITY
    for place in reversed(range(max(first.bit_length(), second.bit_length()))):
        result = double(result)
        digit = (first >> place & 1) | (second >> place & 1) << 1
        if digit:
            result = add(result, table[digit])
    return affine(result)


def multiply(scalar: int, point: tuple[int, int] = G) -> tuple[int, int] | None:
    """Return `scalar`·`point`; None for the point at infinity."""
    return multiply_and_add(scalar, point, 0, G)


class ReferenceBackend:
    """The verification of GB/T 32918.2-2016, 7.1, step by step."""

    name = "reference"

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        """Tell whether `signature` over `e` was made with the private half of `key`."""
        # B1, B2: r, s in 1..n−1 and B5: t ≠ 0 hold for every SM2Signature. B3, B4: the caller made e.
        t = (signature.r + signature.s) % N
        # B6: (x1', y1') = s'·G + t·PA
        point = multiply_and_add(signature.s, G, t, (key.x, key.y))
        # B7: R = (e' + x1') mod n must be r'. The point at infinity has no x1' and can sign nothing.
        return point is not None and (int.from_bytes(e, "big") + point[0]) % N == signature.r
