"""The door to Libgcrypt: the published vector, agreement with `cryptography`, and what happens where it fails."""

import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.crypto import known_answers as known
from trust.crypto import sm4
from trust.crypto.libgcrypt import NAMES, Libgcrypt, load
from trust.crypto.sm2 import BackendFailed

KEY, NONCE = bytes(range(16)), bytes(range(12))


@pytest.fixture(scope="module")
def library() -> Libgcrypt:
    """Return Libgcrypt, or skip the test where it is not installed."""
    found = load()
    if found is None:
        assert "TRUST_CI" not in os.environ, "every Debian has it"  # noqa: TID251 - whether nothing may be skipped
        pytest.skip("no Libgcrypt with SM4 on this machine")
    return found


class Ill(Libgcrypt):
    """A Libgcrypt of which a function does something else."""

    def __init__(self, healthy: Libgcrypt, name: str, function: Callable[..., int]) -> None:
        self.version, self.close = healthy.version, healthy.close
        self.functions = healthy.functions | {name: function}


def test_the_published_vector(library: Libgcrypt) -> None:
    given_to = known.SM4_KEY, known.SM4_NONCE
    ciphertext, tag = library.seal_gcm(*given_to, known.SM4_PLAINTEXT, known.SM4_AAD)
    assert tag == known.SM4_GCM_TAG
    assert library.open_gcm(*given_to, ciphertext, known.SM4_AAD, tag=tag) == known.SM4_PLAINTEXT
    assert library.version.startswith("Libgcrypt 1.")


@given(st.integers(0, 20_000), st.binary(max_size=70), st.randoms(use_true_random=False))
def test_it_agrees_with_cryptography(length: int, aad: bytes, random: object) -> None:
    library = sm4.bulk()
    plain = random.randbytes(length)  # type: ignore[attr-defined]
    if library is None:
        pytest.skip("no Libgcrypt with SM4 on this machine")
    ciphertext, tag = sm4.seal_alone(KEY, NONCE, plain, aad)
    assert library.seal_gcm(KEY, NONCE, plain, aad) == (ciphertext, tag)
    assert library.open_gcm(KEY, NONCE, ciphertext, aad, tag=tag) == plain


@pytest.mark.parametrize("part", ["key", "nonce", "ciphertext", "aad", "tag"])
def test_a_change_of_any_part_opens_nothing(library: Libgcrypt, part: str) -> None:
    ciphertext, tag = library.seal_gcm(KEY, NONCE, bytes(sm4.LEAST_BULK), b"aad")
    parts = {"key": KEY, "nonce": NONCE, "ciphertext": ciphertext, "aad": b"aad", "tag": tag}
    parts[part] = bytes((parts[part][0] ^ 1,)) + parts[part][1:]
    given_to = [parts[name] for name in ("key", "nonce", "ciphertext", "aad")]
    assert library.open_gcm(*given_to, tag=parts["tag"]) is None


def test_many_octets_that_were_changed_are_refused_by_the_mode() -> None:
    ciphertext, tag = sm4.seal_gcm(KEY, NONCE, bytes(sm4.LEAST_BULK), b"aad")
    assert sm4.open_gcm(KEY, NONCE, ciphertext, b"aad", tag=tag) == bytes(sm4.LEAST_BULK)
    with pytest.raises(sm4.CiphertextChanged):
        sm4.open_gcm(KEY, NONCE, ciphertext, b"ada", tag=tag)


def test_a_machine_without_it_has_none() -> None:
    assert load(("libno-such-gcrypt.so.9",)) is None
    assert load(("libc.so.6",)) is None  # a library of another kind
    assert load(("libc.so.6", *NAMES)) is not None or load() is None


@pytest.mark.parametrize(
    "name", ["gcry_cipher_open", "gcry_cipher_setkey", "gcry_cipher_encrypt", "gcry_cipher_gettag"]
)
def test_a_library_that_fails_says_so(library: Libgcrypt, name: str) -> None:
    ill = Ill(library, name, lambda *_: 1)
    with pytest.raises(BackendFailed):
        ill.seal_gcm(KEY, NONCE, b"plain", b"aad")
    assert not sm4.agree(ill, KEY, NONCE)


def test_a_library_that_errs_beyond_the_first_octets_is_not_used(library: Libgcrypt) -> None:
    seal = library.functions["gcry_cipher_encrypt"]

    def erring(context: object, out: object, size: int, plain: bytes, length: int) -> int:
        return seal(context, out, size, plain[: length - 1] + b"!", length)

    assert not sm4.agree(Ill(library, "gcry_cipher_encrypt", erring), KEY, NONCE)
    assert sm4.agree(library, KEY, NONCE)
    assert sm4.agree(None, KEY, NONCE)
