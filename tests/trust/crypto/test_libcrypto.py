"""The door to libcrypto: finding it, and leaving no error behind."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from keys.sm2 import SM2PrivateKey
from trust.crypto import libcrypto
from trust.crypto.libcrypto import Libcrypto, LibcryptoBackend, LibcryptoMissing
from trust.crypto.sm2 import BackendFailed, G, SM2Digest, SM2PublicKey, SM2Signature, digest, subject_public_key_info
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


class Ill(Libcrypto):
    """A libcrypto of which some functions fail, as they would without memory."""

    def __init__(self, *failing: str) -> None:
        self.functions = libcrypto.library().functions | dict.fromkeys(failing, lambda *_: None)


@pytest.mark.parametrize("failing", ["EVP_PKEY_CTX_new", "EVP_PKEY_encrypt_init", "EVP_PKEY_encrypt"])
def test_what_cannot_be_enciphered(failing: str) -> None:
    key = SM2PublicKey(*G)
    with pytest.raises(BackendFailed):
        LibcryptoBackend(Ill(failing)).encrypt(key, b"plain")
    assert LibcryptoBackend().encrypt(key, b"plain").data != b"plain"


@pytest.mark.parametrize("failing", ["EVP_PKEY_CTX_new", "EVP_PKEY_verify_init"])
def test_a_library_that_cannot_is_no_refusal(failing: str) -> None:
    # "The signature does not hold" is a verdict; it must not come from a library out of memory.
    key = SM2PublicKey(*G)
    with pytest.raises(BackendFailed):
        LibcryptoBackend(Ill(failing)).verify(key, digest(key, b"message"), SM2Signature(1, 2))


def test_a_key_that_cannot_be_parsed_is_no_refusal() -> None:
    backend, key = LibcryptoBackend(), SM2PublicKey(*G)
    backend.libcrypto = Ill("d2i_PUBKEY")
    backend.parsed.cache_clear()
    with pytest.raises(BackendFailed):
        backend.verify(key, digest(key, b"message"), SM2Signature(1, 2))


def test_parsed_keys_are_kept_but_not_for_ever() -> None:
    backend, key = LibcryptoBackend(), SM2PrivateKey.generate().public_key
    assert backend.parsed(key) is backend.parsed(SM2PublicKey(key.x, key.y))
    assert backend.parsed.cache_info().maxsize == libcrypto.KEPT_KEYS


def test_one_parsed_key_in_many_threads() -> None:
    backend, private = LibcryptoBackend(), SM2PrivateKey.generate()
    e = digest(private.public_key, b"message")
    signature, wrong = private.sign(e), SM2Signature(1, 2)
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda one: backend.verify(private.public_key, e, one), [signature, wrong] * 50))
    assert said == [True, False] * 50


def test_octets_after_a_key_make_it_none() -> None:
    good = subject_public_key_info(SM2PublicKey(*G))
    read = libcrypto.library().decode("d2i_PUBKEY", good)
    assert read is not None
    libcrypto.library().call("EVP_PKEY_free", read)
    assert libcrypto.library().decode("d2i_PUBKEY", good + b"\0") is None
