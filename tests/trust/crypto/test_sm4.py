"""SM4 in its modes: the published vectors, and every input that has the wrong length or was changed."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from cryptography.hazmat.bindings.openssl.binding import Binding
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import read_vectors
from trust.crypto.sm4 import (
    BLOCK_LENGTH,
    CipherInputMalformed,
    CiphertextChanged,
    decrypt_cbc,
    decrypt_ecb_blocks,
    encrypt_cbc,
    encrypt_ecb_blocks,
    open_gcm,
    seal_gcm,
)
from trust.errors import Invalid, Untrusted

KEY, NONCE, VECTOR = bytes(range(16)), bytes(range(12)), bytes(range(16, 32))
PLAIN, AAD = b"what is said", b"where it is said"


@dataclass(frozen=True, kw_only=True)
class BlockCase:
    """A case of block.json."""

    name: str
    key: str
    plain: str
    cipher: str


@dataclass(frozen=True, kw_only=True)
class AuthenticatedCase:
    """A case of gcm.json and of ccm.json."""

    name: str
    key: str
    nonce: str
    associated: str
    plain: str
    cipher: str
    tag: str


@pytest.mark.parametrize("case", read_vectors("sm4/block.json", BlockCase), ids=lambda one: one.name)
def test_blocks(case: BlockCase) -> None:
    key = bytes.fromhex(case.key)
    assert encrypt_ecb_blocks(key, bytes.fromhex(case.plain)).hex() == case.cipher
    assert decrypt_ecb_blocks(key, bytes.fromhex(case.cipher)).hex() == case.plain


def test_a_block_enciphered_a_million_times() -> None:
    # GB/T 32907-2016, Annex A, second example. CBC over blocks of zeros enciphers the last block again at each step.
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    chained = encrypt_cbc(key, key, bytes(BLOCK_LENGTH * 1_000_000))
    last = chained[-2 * BLOCK_LENGTH : -BLOCK_LENGTH]  # before the block of padding
    assert last.hex() == "595298c7c6fd271f0402f804c33d3f66"


@pytest.mark.parametrize("case", read_vectors("sm4/gcm.json", AuthenticatedCase), ids=lambda one: one.name)
def test_gcm(case: AuthenticatedCase) -> None:
    key, nonce, aad = (bytes.fromhex(one) for one in (case.key, case.nonce, case.associated))
    ciphertext, tag = seal_gcm(key, nonce, bytes.fromhex(case.plain), aad)
    assert (ciphertext.hex(), tag.hex()) == (case.cipher, case.tag)
    assert open_gcm(key, nonce, ciphertext, aad, tag=tag).hex() == case.plain


def counter_block(nonce: bytes, number: int) -> bytes:
    """Return the block that CCM enciphers for the `number`-th block (RFC 3610, 2.3), three octets of counter."""
    return b"\x02" + nonce + number.to_bytes(3, "big")


@pytest.mark.parametrize("case", read_vectors("sm4/ccm.json", AuthenticatedCase), ids=lambda one: one.name)
def test_the_block_cipher_under_ccm(case: AuthenticatedCase) -> None:
    # No mode of ours: built here on our blocks, as RFC 3610 has it, so that its vector judges them as well.
    key, nonce, aad, plain = (bytes.fromhex(one) for one in (case.key, case.nonce, case.associated, case.plain))
    header = b"\x7a" + nonce + len(plain).to_bytes(3, "big")  # data is authenticated, 16 octets of tag, 3 of length
    told = len(aad).to_bytes(2, "big") + aad
    chained = encrypt_cbc(key, bytes(16), header + told + bytes(-len(told) % 16) + plain)
    tag = chained[-2 * BLOCK_LENGTH : -BLOCK_LENGTH]  # the last is the padding of our CBC
    stream = b"".join(encrypt_ecb_blocks(key, counter_block(nonce, number)) for number in range(5))
    assert bytes(a ^ b for a, b in zip(plain, stream[16:], strict=True)).hex() == case.cipher
    assert bytes(a ^ b for a, b in zip(tag, stream[:16], strict=True)).hex() == case.tag


@given(st.binary(max_size=100), st.binary(max_size=40))
def test_what_is_sealed_is_opened(plain: bytes, aad: bytes) -> None:
    ciphertext, tag = seal_gcm(KEY, NONCE, plain, aad)
    assert (len(ciphertext), len(tag)) == (len(plain), 16)
    assert open_gcm(KEY, NONCE, ciphertext, aad, tag=tag) == plain


def flipped(octets: bytes) -> bytes:
    """Return octets with one bit changed."""
    return bytes((octets[0] ^ 1,)) + octets[1:]


@pytest.mark.parametrize("part", ["key", "nonce", "ciphertext", "aad", "tag"])
def test_a_change_of_any_part_opens_nothing(part: str) -> None:
    ciphertext, tag = seal_gcm(KEY, NONCE, PLAIN, AAD)
    parts = {"key": KEY, "nonce": NONCE, "ciphertext": ciphertext, "aad": AAD, "tag": tag}
    parts[part] = flipped(parts[part])
    with pytest.raises(CiphertextChanged) as changed:
        open_gcm(*(parts[name] for name in ("key", "nonce", "ciphertext", "aad")), tag=parts["tag"])
    assert changed.value.code == "crypto.ciphertext_changed"
    assert isinstance(changed.value, Untrusted)


@pytest.mark.parametrize("octets", [b"", bytes(15), bytes(17), bytes(32)])
@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda octets: seal_gcm(octets, NONCE, PLAIN, AAD), id="key that seals"),
        pytest.param(lambda octets: seal_gcm(KEY, octets, PLAIN, AAD), id="nonce that seals"),
        pytest.param(lambda octets: open_gcm(octets, NONCE, PLAIN, AAD, tag=bytes(16)), id="key that opens"),
        pytest.param(lambda octets: open_gcm(KEY, octets, PLAIN, AAD, tag=bytes(16)), id="nonce that opens"),
        pytest.param(lambda octets: open_gcm(KEY, NONCE, PLAIN, AAD, tag=octets), id="tag"),
        pytest.param(lambda octets: encrypt_cbc(octets, VECTOR, PLAIN), id="key of CBC"),
        pytest.param(lambda octets: encrypt_cbc(KEY, octets, PLAIN), id="vector of CBC"),
        pytest.param(lambda octets: decrypt_cbc(octets, VECTOR, bytes(16)), id="key of CBC, back"),
        pytest.param(lambda octets: decrypt_cbc(KEY, octets, bytes(16)), id="vector of CBC, back"),
        pytest.param(lambda octets: encrypt_ecb_blocks(octets, bytes(16)), id="key of blocks"),
        pytest.param(lambda octets: decrypt_ecb_blocks(octets, bytes(16)), id="key of blocks, back"),
    ],
)
def test_wrong_lengths(use: Callable[[bytes], object], octets: bytes) -> None:
    with pytest.raises(CipherInputMalformed) as refused:
        use(octets)
    assert refused.value.code == "crypto.cipher_input_malformed"
    assert isinstance(refused.value, Invalid)


@pytest.mark.parametrize("length", [0, 1, 15, 17, 31])
@pytest.mark.parametrize(
    "use",
    [
        pytest.param(lambda octets: decrypt_cbc(KEY, VECTOR, octets), id="CBC"),
        pytest.param(lambda octets: encrypt_ecb_blocks(KEY, octets), id="blocks"),
        pytest.param(lambda octets: decrypt_ecb_blocks(KEY, octets), id="blocks, back"),
    ],
)
def test_what_is_no_whole_number_of_blocks(use: Callable[[bytes], object], length: int) -> None:
    with pytest.raises(CipherInputMalformed):
        use(bytes(length))


@given(st.binary(max_size=70))
def test_cbc_gives_back_what_it_took(plain: bytes) -> None:
    ciphertext = encrypt_cbc(KEY, VECTOR, plain)
    assert len(ciphertext) == len(plain) // 16 * 16 + 16
    assert decrypt_cbc(KEY, VECTOR, ciphertext) == plain


@pytest.mark.parametrize("padding", [bytes(16), b"\x11" * 16, bytes(14) + b"\x01\x02", bytes(15) + b"\x11"])
def test_padding_that_is_none(padding: bytes) -> None:
    ciphertext = encrypt_cbc(KEY, VECTOR, padding)[:BLOCK_LENGTH]  # without the block of padding that is right
    with pytest.raises(CiphertextChanged):
        decrypt_cbc(KEY, VECTOR, ciphertext)


@given(st.binary(min_size=16, max_size=16), st.integers(1, 4))
def test_blocks_are_enciphered_alone(block: bytes, count: int) -> None:
    assert encrypt_ecb_blocks(KEY, block * count) == encrypt_ecb_blocks(KEY, block) * count
    assert decrypt_ecb_blocks(KEY, encrypt_ecb_blocks(KEY, block * count)) == block * count


def test_what_another_call_left_behind_changes_no_answer() -> None:
    ciphertext, tag = seal_gcm(bytes(16), bytes(12), b"twenty octets of text", b"")
    Binding().lib.BIO_new_file(b"/nowhere/at/all", b"r")  # fails, and nobody takes its error out of the queue
    with pytest.raises(CiphertextChanged):
        open_gcm(bytes(16), bytes(12), ciphertext, b"other", tag=tag)
