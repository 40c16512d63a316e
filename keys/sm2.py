"""The secret half of SM2: generating private keys and signing e, by the system's libcrypto.

What libcrypto does not refuse by itself is refused here: private keys of 0, n−1 or n (with n−1 it signs for ever,
with 0 it signs what everybody can forge). Each call builds its own operation object; the key object is shared
between threads, which libcrypto allows.
"""

import ctypes
import hmac
from typing import ClassVar, Final, NoReturn, Self

from typing_extensions import override

from keys import ec_private_key
from trust.crypto.libcrypto import Libcrypto, library
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed, SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm2_ciphertext import DecryptionFailed, SM2Ciphertext
from trust.signing import SigningUnavailable

__all__ = ["SM2PrivateKey"]

MAX_SIGNATURE: Final = 80
"""Octets that a signature in DER never exceeds (72 at most)."""

GOOD: Final = 1


class SM2PrivateKey:
    """A private key inside libcrypto's memory. Only its owner, the custody, ever holds one."""

    name: ClassVar[str] = "libcrypto"

    def __init__(self, pkey: int | None) -> None:
        self.libcrypto: Libcrypto = library()
        self.pkey = pkey
        if pkey is None:
            self.libcrypto.call("ERR_clear_error")
            raise KeyMalformed
        point = PublicKey(self.encode("i2d_PUBKEY")).sm2
        if point is None:  # a key of another family, or with parameters of its own
            raise KeyMalformed
        self.public_key: SM2PublicKey = point
        """The public half."""
        checks = ("EVP_PKEY_private_check", "EVP_PKEY_pairwise_check")
        for check in checks:
            context = self.libcrypto.call("EVP_PKEY_CTX_new", pkey, None)
            good = self.libcrypto.call(check, context)
            self.libcrypto.call("EVP_PKEY_CTX_free", context)
            if good != GOOD:
                self.libcrypto.call("ERR_clear_error")
                raise KeyMalformed

    def __del__(self) -> None:
        if getattr(self, "pkey", None) is not None:
            self.libcrypto.call("EVP_PKEY_free", self.pkey)  # clears the key's memory

    @override
    def __repr__(self) -> str:
        return "SM2PrivateKey(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not copied")

    @classmethod
    def generate(cls) -> Self:
        """Make a new key pair with libcrypto's random numbers, and check that its halves belong together."""
        return cls(library().call("EVP_PKEY_Q_keygen", None, None, b"SM2"))

    @classmethod
    def from_secret(cls, encoded: bytes) -> Self:
        """Read what `secret` returned, here or in another backend, or raise `KeyMalformed`."""
        ec_private_key.read(encoded)
        return cls(library().decode("d2i_AutoPrivateKey", encoded))

    @property
    def secret(self) -> bytes:
        """ECPrivateKey (RFC 5915) in DER, for wrapping and for nothing else."""
        return self.encode("i2d_PrivateKey")

    def encode(self, function: str) -> bytes:
        """Return what one of libcrypto's i2d functions writes. Raise `KeyMalformed` where it writes nothing."""
        length = self.libcrypto.call(function, self.pkey, None)
        if length <= 0:
            self.libcrypto.call("ERR_clear_error")
            raise KeyMalformed
        buffer = ctypes.create_string_buffer(length)
        cursor = ctypes.c_void_p(ctypes.addressof(buffer))
        self.libcrypto.call(function, self.pkey, ctypes.byref(cursor))
        encoded = buffer.raw
        self.libcrypto.call("OPENSSL_cleanse", ctypes.addressof(buffer), length)
        return encoded

    def sign(self, e: SM2Digest) -> SM2Signature:
        """Return the signature over `e`, 32 bytes, or raise `SigningUnavailable`."""
        call = self.libcrypto.call
        operation = call("EVP_PKEY_CTX_new", self.pkey, None)
        try:
            length = ctypes.c_size_t(MAX_SIGNATURE)
            buffer = ctypes.create_string_buffer(MAX_SIGNATURE)
            if (
                operation is None
                or call("EVP_PKEY_sign_init", operation) != GOOD
                or call("EVP_PKEY_sign", operation, buffer, ctypes.byref(length), e, len(e)) != GOOD
            ):
                call("ERR_clear_error")
                raise SigningUnavailable
            return SM2Signature.from_der(buffer.raw[: length.value])
        finally:
            call("EVP_PKEY_CTX_free", operation)

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was enciphered to this key, or raise `DecryptionFailed`.

        GB/T 32918.4-2016, 7.1. B1, B2: C1 is on the curve, or there were no `SM2Ciphertext`. B3, B5, B6 are
        libcrypto's, C3 compared in constant time. B4: a key stream of zeros shows as a plaintext that is the
        ciphertext.
        """
        call, encoded = self.libcrypto.call, ciphertext.der
        length, buffer = ctypes.c_size_t(len(encoded)), ctypes.create_string_buffer(len(encoded))
        operation = call("EVP_PKEY_CTX_new", self.pkey, None)
        try:
            if (
                operation is None
                or call("EVP_PKEY_decrypt_init", operation) != GOOD
                or call("EVP_PKEY_decrypt", operation, buffer, ctypes.byref(length), encoded, len(encoded)) != GOOD
            ):
                call("ERR_clear_error")
                raise DecryptionFailed
            plain = buffer.raw[: length.value]
        finally:
            call("OPENSSL_cleanse", ctypes.addressof(buffer), len(buffer))
            call("EVP_PKEY_CTX_free", operation)
        if hmac.compare_digest(plain, ciphertext.data):
            raise DecryptionFailed
        return plain
