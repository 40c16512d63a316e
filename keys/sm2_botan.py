"""The secret half of SM2 by Botan: two to ten times as fast as libcrypto, and constant in time.

Botan 2.19 takes any number for a private key: what is none is refused here, before the library sees it, and every key
signs and verifies once before it is used. Each call makes its own operation object; the key is shared between threads,
which only read it.
"""

import ctypes
import hmac
from typing import ClassVar, Final, NoReturn, Self

from typing_extensions import override

from keys import ec_private_key
from trust.crypto.botan import CURVE, HASH, RAW, THOROUGHLY, Botan, Held, library
from trust.crypto.sm2 import E_LENGTH, BackendFailed, KeyMalformed, SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm2_ciphertext import DecryptionFailed, SM2Ciphertext
from trust.signing import SigningUnavailable

__all__ = ["BotanSM2PrivateKey"]

SIGNATURE_LENGTH: Final = 64


class BotanSM2PrivateKey:
    """A private key inside Botan's memory, which is cleared when it is freed. Only the custody ever holds one."""

    name: ClassVar[str] = "botan"

    def __init__(self, botan: Botan, key: Held) -> None:
        self.botan, self.key = botan, key
        try:
            public = botan.make("botan_privkey_export_pubkey", "botan_pubkey_destroy", key.pointer)
            x, y = (botan.field("botan_pubkey_get_field", public, name) for name in (b"public_x", b"public_y"))
            self.public_key = SM2PublicKey(int.from_bytes(x, "big"), int.from_bytes(y, "big"))
            ec_private_key.read(self.secret)
            botan.require("botan_privkey_check_key", key.pointer, botan.rng, THOROUGHLY)
        except BackendFailed:
            raise KeyMalformed from None

    @override
    def __repr__(self) -> str:
        return "BotanSM2PrivateKey(…)"

    @override
    def __reduce__(self) -> NoReturn:
        raise TypeError("a private key is not copied")

    @classmethod
    def generate(cls) -> Self:
        """Make a new key pair with the system's random numbers, and check that its halves belong together."""
        botan = library()
        create, destroy = "botan_privkey_create", "botan_privkey_destroy"
        return cls(botan, botan.make(create, destroy, b"SM2", CURVE, botan.rng))

    @classmethod
    def from_secret(cls, encoded: bytes) -> Self:
        """Read what `secret` returned, here or in another backend, or raise `KeyMalformed`."""
        botan = library()
        scalar, told = ec_private_key.read(encoded)
        number = botan.number(scalar)
        key = cls(botan, botan.make("botan_privkey_load_sm2", "botan_privkey_destroy", number.pointer, CURVE))
        if told not in (None, key.public_key):
            raise KeyMalformed
        return key

    @property
    def secret(self) -> bytes:
        """ECPrivateKey (RFC 5915) in DER, for wrapping and for nothing else."""
        return ec_private_key.write(self.botan.field("botan_privkey_get_field", self.key, b"x"), self.public_key)

    def sign(self, e: SM2Digest) -> SM2Signature:
        """Return the signature over `e`, 32 bytes, or raise `SigningUnavailable`."""
        if len(e) != E_LENGTH:
            raise SigningUnavailable
        create, destroy = "botan_pk_op_sign_create", "botan_pk_op_sign_destroy"
        length, buffer = ctypes.c_size_t(SIGNATURE_LENGTH), ctypes.create_string_buffer(SIGNATURE_LENGTH)
        try:
            operation = self.botan.make(create, destroy, self.key.pointer, RAW, 0)
            self.botan.require("botan_pk_op_sign_update", operation.pointer, e, len(e))
            self.botan.require(
                "botan_pk_op_sign_finish", operation.pointer, self.botan.rng, buffer, ctypes.byref(length)
            )
        except BackendFailed:
            raise SigningUnavailable from None
        return SM2Signature.from_raw(buffer.raw[: length.value])

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        """Return what was enciphered to this key, or raise `DecryptionFailed`.

        GB/T 32918.4-2016, 7.1. B1, B2: C1 is on the curve, or there were no `SM2Ciphertext`. B3, B5, B6 are Botan's,
        C3 compared in constant time. B4: a key stream of zeros shows as a plaintext that is the ciphertext.
        """
        encoded, length = ciphertext.der, ctypes.c_size_t()
        create, destroy = "botan_pk_op_decrypt_create", "botan_pk_op_decrypt_destroy"
        try:
            operation = self.botan.make(create, destroy, self.key.pointer, HASH, 0)
            self.botan.require(
                "botan_pk_op_decrypt_output_length", operation.pointer, len(encoded), ctypes.byref(length)
            )
            buffer = ctypes.create_string_buffer(length.value)
            self.botan.require(
                "botan_pk_op_decrypt", operation.pointer, buffer, ctypes.byref(length), encoded, len(encoded)
            )
        except BackendFailed:
            raise DecryptionFailed from None
        plain = buffer.raw[: length.value]
        self.botan.call("botan_scrub_mem", buffer, len(buffer))
        if hmac.compare_digest(plain, ciphertext.data):
            raise DecryptionFailed
        return plain
