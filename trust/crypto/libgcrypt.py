"""Libgcrypt (1.9 or later) by ctypes: SM4-GCM with the instructions of the processor, where it is there.

OpenSSL computes SM4 on x86-64 by tables: slowly, and in a time that depends on the octets through the caches. Libgcrypt
has it on AES-NI and AVX2, five times as fast and without tables; every Debian has it, for apt does.

A thin door: each call opens a context of its own and closes it, which wipes it. A library that does not reproduce the
published vector (RFC 8998, A.1) is as good as none; `trust.crypto.sm4` holds it against OpenSSL besides, over as many
octets as it takes for the fast path.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from trust.crypto import known_answers as known
from trust.crypto.sm2 import BackendFailed

__all__ = ["Libgcrypt", "load"]

NAMES: Final = ("libgcrypt.so.20",)
"""One name since 2013: the interface only grows."""

SM4: Final = 318
"""GCRY_CIPHER_SM4 of gcrypt.h."""

GCM: Final = 9
"""GCRY_CIPHER_MODE_GCM."""

TAG_LENGTH: Final = 16
DISABLE_SECURE_MEMORY: Final = 37
INITIALISED: Final = 38
"""GCRYCTL_DISABLE_SECMEM and GCRYCTL_INITIALIZATION_FINISHED."""

POINTER: Final = ctypes.c_void_p
BYTES: Final = ctypes.c_char_p
SIZE: Final = ctypes.c_size_t
NUMBER: Final = ctypes.c_uint

PROTOTYPES: Final[dict[str, tuple[Any, ...]]] = {
    "gcry_cipher_open": (ctypes.POINTER(POINTER), ctypes.c_int, ctypes.c_int, NUMBER),
    "gcry_cipher_setkey": (POINTER, BYTES, SIZE),
    "gcry_cipher_setiv": (POINTER, BYTES, SIZE),
    "gcry_cipher_authenticate": (POINTER, BYTES, SIZE),
    "gcry_cipher_encrypt": (POINTER, POINTER, SIZE, BYTES, SIZE),
    "gcry_cipher_decrypt": (POINTER, POINTER, SIZE, BYTES, SIZE),
    "gcry_cipher_gettag": (POINTER, POINTER, SIZE),
    "gcry_cipher_checktag": (POINTER, BYTES, SIZE),
}


class Libgcrypt:
    """The functions of the library, typed. Safe to share between threads: each operation has its own context."""

    def __init__(self, handle: ctypes.CDLL) -> None:
        handle.gcry_check_version.restype, handle.gcry_check_version.argtypes = BYTES, (BYTES,)
        self.version: str = f"Libgcrypt {(handle.gcry_check_version(None) or b'').decode()}"
        handle.gcry_control(DISABLE_SECURE_MEMORY, 0)  # of no use: the keys stand in Python's memory as well
        handle.gcry_control(INITIALISED, 0)
        self.close = handle.gcry_cipher_close
        self.close.restype, self.close.argtypes = None, (POINTER,)
        self.functions: dict[str, Callable[..., int]] = {}
        for name, arguments in PROTOTYPES.items():
            function = getattr(handle, name)
            function.restype, function.argtypes = NUMBER, arguments
            self.functions[name] = function

    def require(self, name: str, *arguments: object) -> None:
        """Call the function `name`, or raise `BackendFailed` where it did not do what it should."""
        if self.functions[name](*arguments) != 0:
            raise BackendFailed

    @contextmanager
    def keyed(self, key: bytes, nonce: bytes, aad: bytes) -> Iterator[ctypes.c_void_p]:
        """Return a context that has taken in `aad`; it is wiped and freed afterwards."""
        context = ctypes.c_void_p()
        self.require("gcry_cipher_open", ctypes.byref(context), SM4, GCM, 0)
        try:
            self.require("gcry_cipher_setkey", context, key, len(key))
            self.require("gcry_cipher_setiv", context, nonce, len(nonce))
            self.require("gcry_cipher_authenticate", context, aad, len(aad))
            yield context
        finally:
            self.close(context)

    def seal_gcm(self, key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> tuple[bytes, bytes]:
        """Return the ciphertext and its tag, or raise `BackendFailed`."""
        ciphertext, tag = (ctypes.create_string_buffer(size) for size in (len(plain), TAG_LENGTH))
        with self.keyed(key, nonce, aad) as context:
            self.require("gcry_cipher_encrypt", context, ciphertext, len(plain), plain, len(plain))
            self.require("gcry_cipher_gettag", context, tag, TAG_LENGTH)
        return ciphertext.raw, tag.raw

    def open_gcm(self, key: bytes, nonce: bytes, ciphertext: bytes, aad: bytes, *, tag: bytes) -> bytes | None:
        """Return what was sealed, None if anything of it was changed, or raise `BackendFailed`."""
        plain = ctypes.create_string_buffer(len(ciphertext))
        with self.keyed(key, nonce, aad) as context:
            self.require("gcry_cipher_decrypt", context, plain, len(ciphertext), ciphertext, len(ciphertext))
            holds = self.functions["gcry_cipher_checktag"](context, tag, TAG_LENGTH) == 0
        return plain.raw if holds else None


def load(names: tuple[str, ...] = NAMES) -> Libgcrypt | None:
    """Return the library if it is there and computes SM4 rightly, else None."""
    for name in names:
        try:
            found = Libgcrypt(ctypes.CDLL(name))
            given = known.SM4_KEY, known.SM4_NONCE
            ciphertext, tag = found.seal_gcm(*given, known.SM4_PLAINTEXT, known.SM4_AAD)
            opened = found.open_gcm(*given, ciphertext, known.SM4_AAD, tag=tag)
        except (OSError, AttributeError, BackendFailed):  # none of that name, one before 1.9, or in FIPS mode
            continue
        if tag == known.SM4_GCM_TAG and opened == known.SM4_PLAINTEXT:
            return found
    return None
