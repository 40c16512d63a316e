"""The system's libcrypto (OpenSSL 3) by ctypes: the default backend, constant in time, patched by the distribution.

A thin door: prototypes, error handling, freeing. The secret half of SM2 in keys/ uses the same `library()`.
ctypes lets other threads run during each call. No object here is shared between threads: each call builds its own.
"""

import ctypes
import ctypes.util
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, ClassVar, Final

from trust.crypto.sm2 import G, SM2Digest, SM2PublicKey, SM2Signature, subject_public_key_info
from trust.errors import Unavailable

__all__ = ["Libcrypto", "LibcryptoBackend", "LibcryptoMissing", "library", "load"]

NAMES: Final = ("libcrypto.so.3", "libcrypto.3.dylib", "libcrypto.dylib")
POINTER: Final = ctypes.c_void_p
BYTES: Final = ctypes.c_char_p
SIZE: Final = ctypes.c_size_t
SIZE_POINTER: Final = ctypes.POINTER(ctypes.c_size_t)
INT: Final = ctypes.c_int
POINTER_POINTER: Final = ctypes.POINTER(ctypes.c_void_p)

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
        for name, (result, arguments) in PROTOTYPES.items():
            function = getattr(handle, name)
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


class LibcryptoBackend:
    """SM2 verification over e by `EVP_PKEY_verify`, to which no user identity reaches: e already holds it.

    Building it raises `LibcryptoMissing` where the library knows no SM2.
    """

    name = "libcrypto"

    def __init__(self, libcrypto: Libcrypto | None = None) -> None:
        self.libcrypto = libcrypto or library()
        pkey = self.libcrypto.decode("d2i_PUBKEY", subject_public_key_info(SM2PublicKey(*G)))
        self.libcrypto.call("ERR_clear_error")
        if pkey is None:
            raise LibcryptoMissing(cure="install a libcrypto with SM2; some distributions build it without")
        self.libcrypto.call("EVP_PKEY_free", pkey)

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:
        """Tell whether `signature` over `e` was made with the private half of `key`."""
        call = self.libcrypto.call
        pkey = self.libcrypto.decode("d2i_PUBKEY", subject_public_key_info(key))
        operation = call("EVP_PKEY_CTX_new", pkey, None)
        try:
            encoded = signature.der
            matches = (
                operation is not None
                and call("EVP_PKEY_verify_init", operation) == 1
                and call("EVP_PKEY_verify", operation, encoded, len(encoded), e, len(e)) == 1
            )
        finally:
            call("EVP_PKEY_CTX_free", operation)
            call("EVP_PKEY_free", pkey)
        if not matches:
            call("ERR_clear_error")
        return matches
