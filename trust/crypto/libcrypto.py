"""The system's libcrypto (OpenSSL 3) by ctypes: the default backend, constant in time, patched by the distribution.

A thin door: prototypes, error handling, freeing. The secret half of SM2 in keys/ uses the same `library()`.
ctypes lets other threads run during each call. A parsed key is shared between threads, which libcrypto allows; each
call makes an operation object of its own.
"""

import ctypes
import ctypes.util
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache, cached_property, lru_cache
from typing import Any, ClassVar, Final

from trust.crypto.libcrypto_tables import CURVE_PROTOTYPES, Curve, KeyTables
from trust.crypto.sm2 import (
    E_LENGTH,
    BackendFailed,
    G,
    SM2Digest,
    SM2PublicKey,
    SM2Signature,
    subject_public_key_info,
)
from trust.crypto.sm2_ciphertext import SM2Ciphertext
from trust.errors import Unavailable

__all__ = ["Libcrypto", "LibcryptoBackend", "LibcryptoMissing", "library", "load"]

NAMES: Final = ("libcrypto.so.3", "libcrypto.3.dylib", "libcrypto.dylib")
POINTER: Final = ctypes.c_void_p
BYTES: Final = ctypes.c_char_p
SIZE: Final = ctypes.c_size_t
SIZE_POINTER: Final = ctypes.POINTER(ctypes.c_size_t)
INT: Final = ctypes.c_int
POINTER_POINTER: Final = ctypes.POINTER(ctypes.c_void_p)

KEPT_KEYS: Final = 1024
"""Public keys that are kept parsed; parsing one takes half as long as verifying with it."""

OFTEN: Final = 8
"""Signatures of a key that held before a table of its multiples is made: who comes so often comes again."""

KEPT_TABLES: Final = 64
"""Keys with a table, of sixty thousand octets each. Those that come first have it, and these are the house's own."""

CIPHERTEXT_OVERHEAD: Final = 128
"""Octets by which SM2Cipher in DER is longer than the plaintext, at most (two coordinates, the hash, the headers)."""

PROTOTYPES: Final[dict[str, tuple[Any, tuple[Any, ...]]]] = {
    "OpenSSL_version": (BYTES, (INT,)),
    "ERR_clear_error": (None, ()),
    "d2i_PUBKEY": (POINTER, (POINTER, POINTER_POINTER, ctypes.c_long)),
    "d2i_AutoPrivateKey": (POINTER, (POINTER, POINTER_POINTER, ctypes.c_long)),
    "i2d_PUBKEY": (INT, (POINTER, POINTER_POINTER)),
    "i2d_PrivateKey": (INT, (POINTER, POINTER_POINTER)),
    "EVP_PKEY_Q_keygen": (POINTER, (POINTER, POINTER, BYTES)),
    "EVP_PKEY_free": (None, (POINTER,)),
    "EVP_PKEY_CTX_new": (POINTER, (POINTER, POINTER)),
    "EVP_PKEY_CTX_free": (None, (POINTER,)),
    "EVP_PKEY_private_check": (INT, (POINTER,)),
    "EVP_PKEY_pairwise_check": (INT, (POINTER,)),
    "EVP_PKEY_sign_init": (INT, (POINTER,)),
    "EVP_PKEY_sign": (INT, (POINTER, BYTES, SIZE_POINTER, BYTES, SIZE)),
    "EVP_PKEY_verify_init": (INT, (POINTER,)),
    "EVP_PKEY_verify": (INT, (POINTER, BYTES, SIZE, BYTES, SIZE)),
    "EVP_PKEY_encrypt_init": (INT, (POINTER,)),
    "EVP_PKEY_encrypt": (INT, (POINTER, BYTES, SIZE_POINTER, BYTES, SIZE)),
    "EVP_PKEY_decrypt_init": (INT, (POINTER,)),
    "EVP_PKEY_decrypt": (INT, (POINTER, BYTES, SIZE_POINTER, BYTES, SIZE)),
    "OPENSSL_cleanse": (None, (POINTER, SIZE)),
}


class LibcryptoMissing(Unavailable):
    """No libcrypto of OpenSSL 3 with SM2 can be loaded on this machine."""

    code = "crypto.libcrypto_missing"
    detail_names: ClassVar[tuple[str, ...]] = ("cure",)


class Libcrypto:
    """The functions of the library, typed. An attribute per name in `PROTOTYPES`."""

    def __init__(self, handle: ctypes.CDLL) -> None:
        self.functions: dict[str, Callable[..., Any]] = {}
        for name, (result, arguments) in (PROTOTYPES | CURVE_PROTOTYPES).items():
            function = getattr(handle, name, None) if name in CURVE_PROTOTYPES else getattr(handle, name)
            if function is None:
                continue
            function.restype, function.argtypes = result, arguments
            self.functions[name] = function

    def call(self, name: str, *arguments: object) -> Any:  # noqa: ANN401 - whatever the C function returns
        """Call the function `name`."""
        return self.functions[name](*arguments)

    @property
    def version(self) -> str:
        """The version text, such as `OpenSSL 3.0.19 …`."""
        text: bytes = self.call("OpenSSL_version", 0)
        return text.decode()

    def decode(self, function: str, encoded: bytes) -> int | None:
        """Return the EVP_PKEY that `function` reads from all of `encoded`, or None; the caller frees it."""
        buffer = ctypes.create_string_buffer(encoded, len(encoded))
        cursor = ctypes.c_void_p(ctypes.addressof(buffer))
        end = ctypes.addressof(buffer) + len(encoded)
        try:
            key: int | None = self.call(function, None, ctypes.byref(cursor), len(encoded))
        finally:
            self.call("OPENSSL_cleanse", ctypes.addressof(buffer), len(encoded))
        if key is not None and cursor.value != end:
            self.call("EVP_PKEY_free", key)
            return None
        return key


@cache
def library() -> Libcrypto:
    """Load the library once per process, or raise `LibcryptoMissing`. The system is asked by name, then at large."""
    return load((*NAMES, ctypes.util.find_library("crypto")))


def load(names: Iterable[str | None]) -> Libcrypto:
    """Load the first of `names` that is a libcrypto of ours, or raise `LibcryptoMissing`."""
    for name in names:
        if name is None:
            continue
        try:
            return Libcrypto(ctypes.CDLL(name))
        except (OSError, AttributeError):  # not there, or another library without these functions
            continue
    raise LibcryptoMissing(cure="install libssl3 (Debian: apt install libssl3)")


class ParsedKey:
    """A public key in the library's memory, freed with this object."""

    def __init__(self, libcrypto: Libcrypto, key: SM2PublicKey) -> None:
        self.libcrypto = libcrypto
        self.uses = 0
        self.pkey = libcrypto.decode("d2i_PUBKEY", subject_public_key_info(key))
        if self.pkey is None:
            libcrypto.call("ERR_clear_error")
            raise BackendFailed

    def __del__(self) -> None:
        self.libcrypto.call("EVP_PKEY_free", self.pkey)


class LibcryptoBackend:
    """SM2 verification over e, to which no user identity reaches: e already holds it; enciphering to a public key.

    Building it raises `LibcryptoMissing` where the library knows no SM2.
    """

    name = "libcrypto"

    def __init__(self, libcrypto: Libcrypto | None = None) -> None:
        self.libcrypto = libcrypto or library()
        self.parsed = lru_cache(KEPT_KEYS)(self.parse)
        self.tables: dict[SM2PublicKey, KeyTables] = {}
        try:
            self.parsed(SM2PublicKey(*G))
        except BackendFailed:
            raise LibcryptoMissing(cure="install a libcrypto with SM2; some distributions build it without") from None

    @cached_property
    def curve(self) -> Curve | None:
        """What tables are made on; None where the library cannot make any."""
        return Curve(self.libcrypto) if self.libcrypto.functions.keys() >= CURVE_PROTOTYPES.keys() else None

    @property
    def version(self) -> str:
        """Which library this is."""
        return self.libcrypto.version

    def parse(self, key: SM2PublicKey) -> ParsedKey:
        """Return `key` as the library holds it. Raise `BackendFailed`."""
        return ParsedKey(self.libcrypto, key)

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        """Tell whether `signature` over `e` was made with the private half of `key`. Raise `BackendFailed`."""
        if len(e) != E_LENGTH:
            return False
        tables = self.tables.get(key)
        if tables is not None:
            return tables.verify(e, signature)
        call, parsed, encoded = self.libcrypto.call, self.parsed(key), signature.der
        operation = call("EVP_PKEY_CTX_new", parsed.pkey, None)
        try:
            if operation is None or call("EVP_PKEY_verify_init", operation) != 1:
                call("ERR_clear_error")
                raise BackendFailed
            matches: bool = call("EVP_PKEY_verify", operation, encoded, len(encoded), e, len(e)) == 1
        finally:
            call("EVP_PKEY_CTX_free", operation)
        if not matches:
            call("ERR_clear_error")
            return False
        parsed.uses += 1
        if parsed.uses == OFTEN and len(self.tables) < KEPT_TABLES:
            self.keep_tables(key, e, signature)
        return True

    def keep_tables(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> None:
        """Keep a table of the multiples of a key, where the library makes one by which this signature holds as well."""
        with suppress(BackendFailed):
            tables = None if self.curve is None else KeyTables(self.curve, key)
            if tables is not None and tables.verify(e, signature):
                self.tables[key] = tables

    def encrypt(self, key: SM2PublicKey, plain: bytes) -> SM2Ciphertext:
        """Return `plain` enciphered to `key`. Raise `BackendFailed`."""
        call, parsed = self.libcrypto.call, self.parsed(key)
        operation = call("EVP_PKEY_CTX_new", parsed.pkey, None)
        try:
            length = SIZE(len(plain) + CIPHERTEXT_OVERHEAD)
            buffer = ctypes.create_string_buffer(length.value)
            if (
                operation is None
                or call("EVP_PKEY_encrypt_init", operation) != 1
                or call("EVP_PKEY_encrypt", operation, buffer, ctypes.byref(length), plain, len(plain)) != 1
            ):
                call("ERR_clear_error")
                raise BackendFailed
            return SM2Ciphertext.from_der(buffer.raw[: length.value])
        finally:
            call("EVP_PKEY_CTX_free", operation)
