"""The door to libcrypto: finding it, and leaving no error behind."""

import pytest

from keys.sm2 import SM2PrivateKey
from trust.crypto import libcrypto
from trust.crypto.libcrypto import LibcryptoBackend, LibcryptoMissing
from trust.crypto.sm2 import SM2Digest, SM2Signature, digest
from trust.errors import Unavailable


def test_it_is_loaded_once_and_tells_its_version() -> None:
    assert libcrypto.library() is libcrypto.library()
    assert libcrypto.library().version.startswith("OpenSSL ")


def test_a_machine_without_it_is_told_the_cure() -> None:
    with pytest.raises(LibcryptoMissing) as missing:
        libcrypto.load(("libno-such-crypto.so.9", None))
    assert "libssl3" in str(missing.value)
    assert isinstance(missing.value, Unavailable)


def test_another_library_by_its_name_is_passed_over() -> None:
    # libc loads, but lacks every function.
    assert libcrypto.load(("libc.so.6", *libcrypto.NAMES)).version.startswith("OpenSSL ")


@pytest.mark.parametrize("encoded", [b"", b"\x30\x00", b"garbage", bytes(500)])
def test_what_is_no_key_reads_as_none(encoded: bytes) -> None:
    for function in ("d2i_PUBKEY", "d2i_AutoPrivateKey"):
        assert libcrypto.library().decode(function, encoded) is None


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_e_has_32_octets(length: int) -> None:
    private = SM2PrivateKey.generate()
    signature = private.sign(digest(private.public_key, b"message"))
    assert not LibcryptoBackend().verify(private.public_key, SM2Digest(bytes(length)), signature)


def test_a_failure_does_not_spoil_the_next_verification() -> None:
    private = SM2PrivateKey.generate()
    e = digest(private.public_key, b"message")
    signature = private.sign(e)
    backend = LibcryptoBackend()
    assert not backend.verify(private.public_key, e, SM2Signature(signature.s, signature.r))
    assert backend.verify(private.public_key, e, signature)
