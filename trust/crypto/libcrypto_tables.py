"""Verification with keys that come again and again: tables of multiples of a key, made once, for libcrypto.

Whoever verifies meets few keys, and each very often: one key signs all QR codes, one seal maker all seals. A point that
is known beforehand is multiplied in a fifth of the time with a table of its multiples, which libcrypto makes of the
generator of a group. So the key becomes the generator of a group of its own, with the same curve and order.

What is computed is GB/T 32918.2-2016, 7.1: t = r + s, (x, y) = s·G + t·Q, and whether r = e + x. Nothing here is
secret, and nothing takes care to need the same time for all values.
"""

import ctypes
from typing import Any, Final, Protocol

from trust.crypto.sm2 import BackendFailed, N, SM2Digest, SM2PublicKey, SM2Signature

__all__ = ["CURVE_PROTOTYPES", "Curve", "Functions", "KeyTables"]

POINTER: Final = ctypes.c_void_p
BYTES: Final = ctypes.c_char_p
SIZE: Final = ctypes.c_size_t
INT: Final = ctypes.c_int

SM2_CURVE: Final = 1172
"""NID_sm2, of libcrypto's obj_mac.h."""

UNCOMPRESSED: Final = 4
"""POINT_CONVERSION_UNCOMPRESSED."""

POINT_LENGTH: Final = 65
NUMBER_LENGTH: Final = 32

CURVE_PROTOTYPES: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "BN_bin2bn": (POINTER, (BYTES, INT, POINTER)),
    "BN_free": (None, (POINTER,)),
    "EC_GROUP_new_by_curve_name": (POINTER, (INT,)),
    "EC_GROUP_free": (None, (POINTER,)),
    "EC_GROUP_get0_generator": (POINTER, (POINTER,)),
    "EC_GROUP_get0_order": (POINTER, (POINTER,)),
    "EC_GROUP_get0_cofactor": (POINTER, (POINTER,)),
    "EC_GROUP_set_generator": (INT, (POINTER, POINTER, POINTER, POINTER)),
    "EC_GROUP_precompute_mult": (INT, (POINTER, POINTER)),
    "EC_POINT_new": (POINTER, (POINTER,)),
    "EC_POINT_free": (None, (POINTER,)),
    "EC_POINT_oct2point": (INT, (POINTER, POINTER, BYTES, SIZE, POINTER)),
    "EC_POINT_point2oct": (SIZE, (POINTER, POINTER, INT, BYTES, SIZE, POINTER)),
    "EC_POINT_mul": (INT, (POINTER, POINTER, POINTER, POINTER, POINTER, POINTER)),
}
"""Functions that a libcrypto may be built without: then everything is verified without tables."""


class Functions(Protocol):
    """What calls libcrypto."""

    def call(self, name: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the C function returns
        """Call the function `name`."""
        ...


class Group:
    """A group on the SM2 curve with a table of its generator, freed with this object. Raise `BackendFailed`."""

    def __init__(self, libcrypto: Functions, generator: bytes | None = None) -> None:
        self.call = libcrypto.call
        self.pointer = self.call("EC_GROUP_new_by_curve_name", SM2_CURVE)
        if self.pointer is None:
            raise BackendFailed
        if generator is not None:
            self.begin_with(generator)
        self.require(self.call("EC_GROUP_precompute_mult", self.pointer, None))

    def begin_with(self, generator: bytes) -> None:
        """Take another generator: the curve's cofactor is 1, so that each point has the order of every other."""
        point = self.call("EC_POINT_new", self.pointer)
        if point is None:
            raise BackendFailed
        order = self.call("EC_GROUP_get0_order", self.pointer)
        cofactor = self.call("EC_GROUP_get0_cofactor", self.pointer)
        try:
            self.require(self.call("EC_POINT_oct2point", self.pointer, point, generator, len(generator), None))
            self.require(self.call("EC_GROUP_set_generator", self.pointer, point, order, cofactor))
        finally:
            self.call("EC_POINT_free", point)

    def require(self, done: int | None) -> None:
        """Raise `BackendFailed` where a call did not do what it should."""
        if done != 1:
            self.call("ERR_clear_error")
            raise BackendFailed

    def __del__(self) -> None:
        self.call("EC_GROUP_free", self.pointer)


class Curve:
    """The curve with its own generator, which stands in each verification. Raise `BackendFailed`."""

    def __init__(self, libcrypto: Functions) -> None:
        self.libcrypto = libcrypto
        self.group = Group(libcrypto)
        self.base = libcrypto.call("EC_GROUP_get0_generator", self.group.pointer)
        """Some point; it belongs to the group."""

        self.zero = libcrypto.call("BN_bin2bn", b"", 0, None)
        self.one = libcrypto.call("BN_bin2bn", b"\x01", 1, None)
        if None in (self.base, self.zero, self.one):  # which EC_POINT_mul would take for something left out
            raise BackendFailed

    def __del__(self) -> None:
        for number in ("zero", "one"):
            self.libcrypto.call("BN_free", vars(self).get(number))


class KeyTables:
    """A public key with a table of its multiples. Safe to share between threads. Building one raises `BackendFailed`.

    It takes as long as four verifications, and keeps sixty thousand octets.
    """

    def __init__(self, curve: Curve, key: SM2PublicKey) -> None:
        self.curve = curve
        self.group = Group(curve.libcrypto, key.point)

    def verify(self, e: SM2Digest, signature: SM2Signature) -> bool:
        """Tell whether `signature` over `e` was made with the private half of the key. Raise `BackendFailed`."""
        call, own, general = self.curve.libcrypto.call, self.group.pointer, self.curve.group.pointer
        t = (signature.r + signature.s) % N  # not 0: no such signature can be built
        made = ctypes.create_string_buffer(POINT_LENGTH)
        written = [one.to_bytes(NUMBER_LENGTH, "big") for one in (signature.s, t)]
        numbers = [call("BN_bin2bn", one, NUMBER_LENGTH, None) for one in written]
        points = [call("EC_POINT_new", general) for _ in range(2)]
        try:
            if None in numbers or None in points:
                raise BackendFailed
            multiple, total = points
            # Without a second point libcrypto goes by the ladder that is meant for secrets, and uses no table.
            self.group.require(call("EC_POINT_mul", own, multiple, numbers[1], self.curve.base, self.curve.zero, None))
            self.group.require(call("EC_POINT_mul", general, total, numbers[0], multiple, self.curve.one, None))
            length = call("EC_POINT_point2oct", general, total, UNCOMPRESSED, made, POINT_LENGTH, None)
        finally:
            for point in points:
                call("EC_POINT_free", point)
            for number in numbers:
                call("BN_free", number)
        if not length:
            raise BackendFailed
        if length != POINT_LENGTH:  # the point at infinity is one octet, and has no x
            return False
        x = int.from_bytes(made.raw[1 : 1 + NUMBER_LENGTH], "big")
        return (int.from_bytes(e, "big") + x) % N == signature.r
