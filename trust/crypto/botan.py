"""Botan (2.19 or 3) by ctypes through its C interface, ffi.h: the faster backend, constant in time, where it is there.

A thin door: prototypes, error handling, freeing. The secret half of SM2 in keys/ uses the same `library()`. Botan's
operation objects are not shared between threads: each call makes its own. Keys are read by each call and never written.

Traps: `load_sm2` of 2.19 takes every number and every pair of coordinates, so keys are checked after loading; a
standard SubjectPublicKeyInfo loads as ECDSA, so numbers are loaded; `,Raw` takes e of any length, so it is measured.
"""

import ctypes
import ctypes.util
from collections.abc import Callable, Iterable
from functools import cache, lru_cache
from typing import Any, ClassVar, Final, NoReturn

from typing_extensions import override

from trust.crypto.sm2 import E_LENGTH, BackendFailed, G, SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.errors import Unavailable

__all__ = ["Botan", "BotanBackend", "BotanMissing", "Held", "library", "load"]

NAMES: Final = (
    *(f"libbotan-3.so.{number}" for number in range(20, -1, -1)),
    "libbotan-2.so.19",
    "libbotan-3.dylib",
)
"""Botan 3 names its interface anew with every minor version; the newest is asked for first."""

CURVE: Final = b"sm2p256v1"
HASH: Final = b"SM3"
RAW: Final = b",Raw"
"""What is signed is e itself: no user identity, no hash."""

THOROUGHLY: Final = 1
"""BOTAN_CHECK_KEY_EXPENSIVE_TESTS."""

HOLDS: Final = 0
DOES_NOT_HOLD: Final = 1
"""BOTAN_FFI_INVALID_VERIFIER. Every other answer tells of a failure."""

KEPT_KEYS: Final = 1024
"""Public keys that are kept parsed."""

POINTER: Final = ctypes.c_void_p
POINTER_POINTER: Final = ctypes.POINTER(ctypes.c_void_p)
BYTES: Final = ctypes.c_char_p
SIZE: Final = ctypes.c_size_t
SIZE_POINTER: Final = ctypes.POINTER(ctypes.c_size_t)
FLAGS: Final = ctypes.c_uint32

PROTOTYPES: Final[dict[str, tuple[Any, ...]]] = {
    "botan_rng_init": (POINTER_POINTER, BYTES),
    "botan_mp_init": (POINTER_POINTER,),
    "botan_mp_destroy": (POINTER,),
    "botan_mp_from_bin": (POINTER, BYTES, SIZE),
    "botan_mp_num_bytes": (POINTER, SIZE_POINTER),
    "botan_mp_to_bin": (POINTER, POINTER),
    "botan_pubkey_load_sm2": (POINTER_POINTER, POINTER, POINTER, BYTES),
    "botan_pubkey_check_key": (POINTER, POINTER, FLAGS),
    "botan_pubkey_get_field": (POINTER, POINTER, BYTES),
    "botan_pubkey_destroy": (POINTER,),
    "botan_privkey_create": (POINTER_POINTER, BYTES, BYTES, POINTER),
    "botan_privkey_load_sm2": (POINTER_POINTER, POINTER, BYTES),
    "botan_privkey_check_key": (POINTER, POINTER, FLAGS),
    "botan_privkey_export_pubkey": (POINTER_POINTER, POINTER),
    "botan_privkey_get_field": (POINTER, POINTER, BYTES),
    "botan_privkey_destroy": (POINTER,),
    "botan_pk_op_verify_create": (POINTER_POINTER, POINTER, BYTES, FLAGS),
    "botan_pk_op_verify_update": (POINTER, BYTES, SIZE),
    "botan_pk_op_verify_finish": (POINTER, BYTES, SIZE),
    "botan_pk_op_verify_destroy": (POINTER,),
    "botan_pk_op_sign_create": (POINTER_POINTER, POINTER, BYTES, FLAGS),
    "botan_pk_op_sign_update": (POINTER, BYTES, SIZE),
    "botan_pk_op_sign_finish": (POINTER, POINTER, BYTES, SIZE_POINTER),
    "botan_pk_op_sign_destroy": (POINTER,),
    "botan_pk_op_encrypt_create": (POINTER_POINTER, POINTER, BYTES, FLAGS),
    "botan_pk_op_encrypt_output_length": (POINTER, SIZE, SIZE_POINTER),
    "botan_pk_op_encrypt": (POINTER, POINTER, BYTES, SIZE_POINTER, BYTES, SIZE),
    "botan_pk_op_encrypt_destroy": (POINTER,),
    "botan_pk_op_decrypt_create": (POINTER_POINTER, POINTER, BYTES, FLAGS),
    "botan_pk_op_decrypt_output_length": (POINTER, SIZE, SIZE_POINTER),
    "botan_pk_op_decrypt": (POINTER, BYTES, SIZE_POINTER, BYTES, SIZE),
    "botan_pk_op_decrypt_destroy": (POINTER,),
    "botan_scrub_mem": (POINTER, SIZE),
}


class BotanMissing(Unavailable):
    """No Botan with SM2 can be loaded on this machine."""

    code = "crypto.botan_missing"
    detail_names: ClassVar[tuple[str, ...]] = ("cure",)


class Held:
    """An object of the library, freed with the Python object that holds it."""

    def __init__(self, botan: "Botan", pointer: int | None, destroy: str) -> None:
        self.botan, self.pointer, self.destroy = botan, pointer, destroy

    def __del__(self) -> None:
        self.botan.call(self.destroy, self.pointer)

    @override
    def __repr__(self) -> str:
        return "Held(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("an object of the library is not copied")


class Botan:
    """The functions of the library, typed."""

    def __init__(self, handle: ctypes.CDLL) -> None:
        self.functions: dict[str, Callable[..., int]] = {}
        for name, arguments in PROTOTYPES.items():
            function = getattr(handle, name)
            function.restype, function.argtypes = ctypes.c_int, arguments
            self.functions[name] = function
        numbers = (getattr(handle, f"botan_version_{part}") for part in ("major", "minor", "patch"))
        self.version = "Botan " + ".".join(str(number()) for number in numbers)
        # The system's random numbers: the object has no state, so that threads and forked processes may share it.
        random = ctypes.c_void_p()
        self.require("botan_rng_init", ctypes.byref(random), b"system")
        self.rng = random.value

    def call(self, name: str, *arguments: object) -> int:
        """Call the function `name` and return its code: 0 where it did what it should."""
        return self.functions[name](*arguments)

    def require(self, name: str, *arguments: object) -> None:
        """Call the function `name`, or raise `BackendFailed` where it did not do what it should."""
        if self.call(name, *arguments) != 0:
            raise BackendFailed

    def make(self, create: str, destroy: str, *arguments: object) -> Held:
        """Return the object that the function `create` makes. Raise `BackendFailed`."""
        pointer = ctypes.c_void_p()
        self.require(create, ctypes.byref(pointer), *arguments)
        return Held(self, pointer.value, destroy)

    def number(self, octets: bytes = b"") -> Held:
        """Return a number of the library's, cleared from memory when it is freed."""
        held = self.make("botan_mp_init", "botan_mp_destroy")
        self.require("botan_mp_from_bin", held.pointer, octets, len(octets))
        return held

    def field(self, get: str, key: Held, name: bytes) -> bytes:
        """Return a number inside a key, in 32 octets. Raise `BackendFailed`."""
        number, length = self.number(), SIZE()
        self.require(get, number.pointer, key.pointer, name)
        self.require("botan_mp_num_bytes", number.pointer, ctypes.byref(length))
        buffer = ctypes.create_string_buffer(max(length.value, 1))
        self.require("botan_mp_to_bin", number.pointer, buffer)
        octets = buffer.raw[: length.value].rjust(E_LENGTH, b"\0")
        self.call("botan_scrub_mem", buffer, len(buffer))
        return octets

    def public_key(self, key: SM2PublicKey) -> Held:
        """Return `key` as the library holds it, checked. Raise `BackendFailed`."""
        x, y = self.number(key.point[1:33]), self.number(key.point[33:])
        held = self.make("botan_pubkey_load_sm2", "botan_pubkey_destroy", x.pointer, y.pointer, CURVE)
        self.require("botan_pubkey_check_key", held.pointer, self.rng, THOROUGHLY)
        return held


@cache
def library() -> Botan:
    """Load the library once per process, or raise `BotanMissing`."""
    return load((*NAMES, ctypes.util.find_library("botan-3"), ctypes.util.find_library("botan-2")))


def load(names: Iterable[str | None]) -> Botan:
    """Load the first of `names` that is a Botan of ours, or raise `BotanMissing`."""
    for name in names:
        if name is None:
            continue
        try:
            return Botan(ctypes.CDLL(name))
        except (OSError, AttributeError):  # not there, or another library without these functions
            continue
    raise BotanMissing(cure="install Botan (Debian: apt install libbotan-2-19, or libbotan-3-7), or do without it")


class BotanBackend:
    """SM2 verification over e, and enciphering to a public key. Building it raises `BotanMissing`."""

    name = "botan"

    def __init__(self, botan: Botan | None = None) -> None:
        self.botan = botan or library()
        self.parsed = lru_cache(KEPT_KEYS)(self.botan.public_key)
        try:
            self.parsed(SM2PublicKey(*G))
        except BackendFailed:
            raise BotanMissing(cure="install a Botan with SM2; some distributions build it without") from None

    @property
    def version(self) -> str:
        """Which library this is."""
        return self.botan.version

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        """Tell whether `signature` over `e` was made with the private half of `key`. Raise `BackendFailed`."""
        if len(e) != E_LENGTH:
            return False
        create, destroy = "botan_pk_op_verify_create", "botan_pk_op_verify_destroy"
        public = self.parsed(key)
        operation = self.botan.make(create, destroy, public.pointer, RAW, 0)
        self.botan.require("botan_pk_op_verify_update", operation.pointer, e, len(e))
        raw = signature.raw
        answer = self.botan.call("botan_pk_op_verify_finish", operation.pointer, raw, len(raw))
        if answer not in (HOLDS, DOES_NOT_HOLD):
            raise BackendFailed
        return answer == HOLDS

    def encrypt(self, key: SM2PublicKey, plain: bytes) -> SM2Ciphertext:
        """Return `plain` enciphered to `key`. Raise `BackendFailed`."""
        create, destroy = "botan_pk_op_encrypt_create", "botan_pk_op_encrypt_destroy"
        public, length = self.parsed(key), SIZE()
        operation = self.botan.make(create, destroy, public.pointer, HASH, 0)
        self.botan.require("botan_pk_op_encrypt_output_length", operation.pointer, len(plain), ctypes.byref(length))
        buffer = ctypes.create_string_buffer(length.value)
        self.botan.require(
            "botan_pk_op_encrypt",
            operation.pointer,
            self.botan.rng,
            buffer,
            ctypes.byref(length),
            plain,
            len(plain),
        )
        return SM2Ciphertext.from_der(buffer.raw[: length.value])
