"""Bare calls of the libraries that compute SM2, with everything parsed before: the limit of what a port can reach."""

import ctypes
from typing import Protocol

from keys.secret_halves import SM2Secret
from keys.sm2 import SM2PrivateKey
from keys.sm2_botan import BotanSM2PrivateKey
from trust.crypto import botan, libcrypto
from trust.crypto.backends import SM2Library
from trust.crypto.botan import BotanBackend
from trust.crypto.libcrypto import LibcryptoBackend
from trust.crypto.sm2 import SM2PublicKey, SM2Signature

__all__ = ["BarePublic", "BareSecret", "public", "secret"]

ROOM = 512
"""Octets of a buffer that holds any answer."""


class BareSecret(Protocol):
    """A private key by bare calls."""

    def sign(self, e: bytes) -> bytes:
        """Sign e."""
        ...

    def decrypt(self, encoded: bytes) -> bytes:
        """Decipher an SM2Cipher."""
        ...

    def generate(self) -> None:
        """Make a key with the library's own check of the pair, and let it go."""
        ...


class BarePublic(Protocol):
    """A public key by bare calls."""

    def verify(self, e: bytes, signature: SM2Signature) -> bool:
        """Verify."""
        ...

    def encrypt(self, plain: bytes) -> bytes:
        """Encipher."""
        ...


class BareLibcrypto:
    """An EVP_PKEY by bare calls."""

    def __init__(self, pkey: int | None) -> None:
        self.pkey = pkey
        self.functions = libcrypto.library().functions

    def operate(self, name: str, octets: bytes) -> bytes:
        """Sign, encipher or decipher."""
        functions, length, buffer = self.functions, ctypes.c_size_t(ROOM), ctypes.create_string_buffer(ROOM)
        context = functions["EVP_PKEY_CTX_new"](self.pkey, None)
        functions[f"EVP_PKEY_{name}_init"](context)
        functions[f"EVP_PKEY_{name}"](context, buffer, ctypes.byref(length), octets, len(octets))
        functions["EVP_PKEY_CTX_free"](context)
        return buffer.raw[: length.value]

    def sign(self, e: bytes) -> bytes:
        """Sign e."""
        return self.operate("sign", e)

    def decrypt(self, encoded: bytes) -> bytes:
        """Decipher an SM2Cipher."""
        return self.operate("decrypt", encoded)

    def encrypt(self, plain: bytes) -> bytes:
        """Encipher."""
        return self.operate("encrypt", plain)

    def generate(self) -> None:
        """Make a key with the library's own check of the pair, and let it go."""
        functions = self.functions
        pkey = functions["EVP_PKEY_Q_keygen"](None, None, b"SM2")
        context = functions["EVP_PKEY_CTX_new"](pkey, None)
        functions["EVP_PKEY_pairwise_check"](context)
        functions["EVP_PKEY_CTX_free"](context)
        functions["EVP_PKEY_free"](pkey)

    def verify(self, e: bytes, signature: SM2Signature) -> bool:
        """Verify."""
        functions, encoded = self.functions, signature.der
        context = functions["EVP_PKEY_CTX_new"](self.pkey, None)
        functions["EVP_PKEY_verify_init"](context)
        good: bool = functions["EVP_PKEY_verify"](context, encoded, len(encoded), e, len(e)) == 1
        functions["EVP_PKEY_CTX_free"](context)
        return good


class BareBotan:
    """A key of Botan by bare calls."""

    def __init__(self, pointer: int | None) -> None:
        self.pointer = pointer
        self.functions, self.rng = botan.library().functions, botan.library().rng

    def sign(self, e: bytes) -> bytes:
        """Sign e."""
        functions, operation = self.functions, ctypes.c_void_p()
        length, buffer = ctypes.c_size_t(ROOM), ctypes.create_string_buffer(ROOM)
        functions["botan_pk_op_sign_create"](ctypes.byref(operation), self.pointer, botan.RAW, 0)
        functions["botan_pk_op_sign_update"](operation, e, len(e))
        functions["botan_pk_op_sign_finish"](operation, self.rng, buffer, ctypes.byref(length))
        functions["botan_pk_op_sign_destroy"](operation)
        return buffer.raw[: length.value]

    def decrypt(self, encoded: bytes) -> bytes:
        """Decipher an SM2Cipher."""
        functions, operation = self.functions, ctypes.c_void_p()
        length, buffer = ctypes.c_size_t(ROOM), ctypes.create_string_buffer(ROOM)
        functions["botan_pk_op_decrypt_create"](ctypes.byref(operation), self.pointer, botan.HASH, 0)
        functions["botan_pk_op_decrypt"](operation, buffer, ctypes.byref(length), encoded, len(encoded))
        functions["botan_pk_op_decrypt_destroy"](operation)
        return buffer.raw[: length.value]

    def generate(self) -> None:
        """Make a key with the library's own check of the pair, and let it go."""
        key = ctypes.c_void_p()
        self.functions["botan_privkey_create"](ctypes.byref(key), b"SM2", botan.CURVE, self.rng)
        self.functions["botan_privkey_check_key"](key, self.rng, botan.THOROUGHLY)
        self.functions["botan_privkey_destroy"](key)

    def encrypt(self, plain: bytes) -> bytes:
        """Encipher."""
        functions, operation = self.functions, ctypes.c_void_p()
        length, buffer = ctypes.c_size_t(ROOM), ctypes.create_string_buffer(ROOM)
        functions["botan_pk_op_encrypt_create"](ctypes.byref(operation), self.pointer, botan.HASH, 0)
        functions["botan_pk_op_encrypt"](operation, self.rng, buffer, ctypes.byref(length), plain, len(plain))
        functions["botan_pk_op_encrypt_destroy"](operation)
        return buffer.raw[: length.value]

    def verify(self, e: bytes, signature: SM2Signature) -> bool:
        """Verify."""
        functions, operation, raw = self.functions, ctypes.c_void_p(), signature.raw
        functions["botan_pk_op_verify_create"](ctypes.byref(operation), self.pointer, botan.RAW, 0)
        functions["botan_pk_op_verify_update"](operation, e, len(e))
        good = functions["botan_pk_op_verify_finish"](operation, raw, len(raw)) == 0
        functions["botan_pk_op_verify_destroy"](operation)
        return good


def secret(key: SM2Secret) -> BareSecret:
    """Return the same private key by bare calls. `key` must live as long."""
    match key:
        case SM2PrivateKey():
            return BareLibcrypto(key.pkey)
        case BotanSM2PrivateKey():
            return BareBotan(key.key.pointer)
        case _:
            raise TypeError(key)


def public(library: SM2Library, key: SM2PublicKey) -> BarePublic:
    """Return a public key by bare calls of `library`, which keeps it parsed."""
    match library:
        case LibcryptoBackend():
            return BareLibcrypto(library.parsed(key).pkey)
        case BotanBackend():
            return BareBotan(library.parsed(key).pointer)
        case _:
            raise TypeError(library)
