"""The secret half of SM2 in every backend: what is no private key is refused, and a private key is not shown."""

import copy
import ctypes
import pickle
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.secret_halves import SM2Secret
from keys.sm2 import SM2PrivateKey
from keys.sm2_botan import BotanSM2PrivateKey
from tests.sm2_backends import SECRET_HALVES, half_named
from trust.asn1 import der
from trust.crypto import botan, libcrypto
from trust.crypto.botan import Botan
from trust.crypto.gmssl import GmsslBackend
from trust.crypto.libcrypto import Libcrypto, library
from trust.crypto.reference import ReferenceBackend, multiply
from trust.crypto.sm2 import A, B, G, KeyMalformed, N, P, SM2Digest, SM2PublicKey, digest, subject_public_key_info
from trust.crypto.sm2_ciphertext import DecryptionFailed
from trust.crypto.sm2_encryption import encrypt
from trust.signing import SigningUnavailable

CURVE = der.oid("1.2.156.10197.1.301")
E = SM2Digest(bytes(range(32)))


@pytest.fixture(params=SECRET_HALVES, scope="module")
def half(request: pytest.FixtureRequest) -> type[SM2Secret]:
    """Return the secret half of each backend in turn."""
    return half_named(request.param)


def ec_private_key(secret: int, *, point: bytes | None = None, curve: bytes = CURVE) -> bytes:
    """Return an ECPrivateKey (RFC 5915)."""
    public = () if point is None else (der.context(1, der.bit_string(point)),)
    return der.sequence(der.integer(1), der.octet_string(secret.to_bytes(32, "big")), der.context(0, curve), *public)


def point_of(secret: int) -> bytes:
    """Return the public half of a number."""
    point = multiply(secret)
    assert point is not None
    return SM2PublicKey(*point).point


@pytest.mark.parametrize("secret", [1, 2, N - 2, 0x1234567890ABCDEF])
@pytest.mark.parametrize("told", [True, False], ids=["with its public half", "without"])
def test_what_is_a_private_key(half: type[SM2Secret], secret: int, told: bool) -> None:  # noqa: FBT001
    key = half.from_secret(ec_private_key(secret, point=point_of(secret) if told else None))
    assert key.public_key.point == point_of(secret)
    assert ReferenceBackend().verify(key.public_key, E, key.sign(E))


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(0, id="0: everybody can forge for it"),
        pytest.param(N - 1, id="n−1: it would sign for ever"),
        pytest.param(N, id="n"),
        pytest.param(N + 1, id="n+1"),
        pytest.param(2**256 - 1, id="2²⁵⁶−1"),
    ],
)
def test_numbers_that_are_no_private_key(half: type[SM2Secret], secret: int) -> None:
    with pytest.raises(KeyMalformed):
        half.from_secret(ec_private_key(secret))
    if secret % N:
        with pytest.raises(KeyMalformed):
            half.from_secret(ec_private_key(secret, point=point_of(secret % N)))


GOOD = ec_private_key(5, point=point_of(5))


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"garbage", id="garbage"),
        pytest.param(GOOD[:-1], id="cut off"),
        pytest.param(GOOD + b"\0", id="a trailing octet"),
        pytest.param(der.sequence(), id="nothing inside"),
        pytest.param(ec_private_key(5, point=point_of(6)), id="the public half of another key"),
        pytest.param(ec_private_key(5, point=point_of(5)[:-1] + b"\0"), id="a public half off the curve"),
        pytest.param(ec_private_key(5, curve=der.oid("1.2.3")), id="an unknown curve"),
        pytest.param(der.octet_string((5).to_bytes(32, "big")), id="a bare number"),
        pytest.param((5).to_bytes(32, "big"), id="bare octets"),
    ],
)
def test_octets_that_are_no_private_key(half: type[SM2Secret], encoded: bytes) -> None:
    with pytest.raises(KeyMalformed):
        half.from_secret(encoded)


FOREIGN: dict[str, Callable[[], PrivateKeyTypes]] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
}


@pytest.mark.parametrize("family", FOREIGN)
def test_keys_of_other_families(half: type[SM2Secret], family: str) -> None:
    form = serialization.PrivateFormat.PKCS8
    encoded = FOREIGN[family]().private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
    with pytest.raises(KeyMalformed):
        half.from_secret(encoded)


def test_parameters_of_ones_own_are_no_curve(half: type[SM2Secret]) -> None:
    # The parameters of SM2 itself, but written out: whoever may write them can choose others.
    field = der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(P))
    curve = der.sequence(der.octet_string(A.to_bytes(32, "big")), der.octet_string(B.to_bytes(32, "big")))
    parameters = der.sequence(der.integer(1), field, curve, der.octet_string(point_of(1)), der.integer(N))
    with pytest.raises(KeyMalformed):
        half.from_secret(ec_private_key(5, point=point_of(5), curve=parameters))


def test_a_public_key_has_nothing_secret_to_write_down() -> None:
    public = library().decode("d2i_PUBKEY", subject_public_key_info(SM2PublicKey(*G)))
    with pytest.raises(KeyMalformed):
        SM2PrivateKey(public)
    half = object.__new__(SM2PrivateKey)  # past the checks that refuse it
    half.libcrypto, half.pkey = library(), library().decode("d2i_PUBKEY", subject_public_key_info(SM2PublicKey(*G)))
    with pytest.raises(KeyMalformed):
        _ = half.secret


def test_a_new_key(half: type[SM2Secret]) -> None:
    first, second = half.generate(), half.generate()
    assert first.public_key != second.public_key
    assert first.public_key.point != SM2PublicKey(*G).point
    again = half.from_secret(first.secret)
    assert (again.public_key, again.secret) == (first.public_key, first.secret)


@settings(max_examples=25)
@given(st.binary(max_size=100))
def test_signatures_hold_elsewhere(half: type[SM2Secret], message: bytes) -> None:
    key = half.generate()
    e = digest(key.public_key, message)
    signature = key.sign(e)
    assert ReferenceBackend().verify(key.public_key, e, signature)
    assert GmsslBackend().verify(key.public_key, e, signature)


def test_no_two_signatures_are_alike(half: type[SM2Secret]) -> None:
    key = half.generate()
    assert len({key.sign(E).r for _ in range(50)}) == 50


@pytest.mark.parametrize("length", [0, 1, 31, 33, 64])
def test_e_has_32_octets(half: type[SM2Secret], length: int) -> None:
    key = half.generate()
    with pytest.raises(SigningUnavailable):
        key.sign(SM2Digest(bytes(length)))
    assert ReferenceBackend().verify(key.public_key, E, key.sign(E))  # and the next signature is good


def test_one_key_in_many_threads(half: type[SM2Secret]) -> None:
    key = half.generate()
    with ThreadPoolExecutor(4) as pool:
        signatures = list(pool.map(lambda _: key.sign(E), range(40)))
    assert all(ReferenceBackend().verify(key.public_key, E, one) for one in signatures)


def test_a_private_key_is_not_shown(half: type[SM2Secret]) -> None:
    key = half.generate()
    secret = key.secret
    for told in (repr(key), str(key), f"{key}", f"{vars(key)}"):
        assert secret.hex() not in told
        assert repr(secret) not in told
    assert repr(key) == f"{half.__name__}(…)"


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_private_key_is_not_copied(half: type[SM2Secret], take: Callable[[object], object]) -> None:
    with pytest.raises(TypeError, match="a private key is not copied"):
        take(half.generate())


def test_every_backend_reads_what_the_others_write(half: type[SM2Secret]) -> None:
    key = half.generate()
    for name in SECRET_HALVES:
        other = half_named(name).from_secret(key.secret)
        assert (other.public_key, other.secret) == (key.public_key, key.secret)


def test_a_short_private_key_keeps_its_leading_zeros(half: type[SM2Secret]) -> None:
    key = half.from_secret(ec_private_key(5, point=point_of(5)))
    assert key.secret == ec_private_key(5, point=point_of(5))


# --- libraries that fail, as they would without memory ----------------------------------------------------------------


class IllLibcrypto(Libcrypto):
    """A libcrypto of which some functions fail."""

    def __init__(self, *failing: str) -> None:
        self.functions = library().functions | dict.fromkeys(failing, lambda *_: None)


@pytest.mark.parametrize("failing", ["EVP_PKEY_CTX_new", "EVP_PKEY_sign_init", "EVP_PKEY_sign"])
def test_libcrypto_that_cannot_sign(failing: str) -> None:
    key = SM2PrivateKey.generate()
    key.libcrypto = IllLibcrypto(failing)
    with pytest.raises(SigningUnavailable):
        key.sign(E)
    key.libcrypto = libcrypto.library()
    assert ReferenceBackend().verify(key.public_key, E, key.sign(E))


@pytest.mark.parametrize("failing", ["EVP_PKEY_CTX_new", "EVP_PKEY_decrypt_init", "EVP_PKEY_decrypt"])
def test_libcrypto_that_cannot_decipher(failing: str) -> None:
    key = SM2PrivateKey.generate()
    ciphertext = encrypt(key.public_key, b"plain")
    key.libcrypto = IllLibcrypto(failing)
    with pytest.raises(DecryptionFailed):
        key.decrypt(ciphertext)


class IllBotan(Botan):
    """A Botan of which some functions fail."""

    def __init__(self, *failing: str) -> None:
        healthy = botan.library()
        self.functions = healthy.functions | dict.fromkeys(failing, lambda *_: -1)
        self.version, self.rng = healthy.version, healthy.rng


def botan_key() -> BotanSM2PrivateKey:
    """Return a private key in Botan, or skip the test where it is not installed."""
    half_named("botan")
    return BotanSM2PrivateKey.generate()


@pytest.mark.parametrize("failing", ["botan_pk_op_sign_create", "botan_pk_op_sign_update", "botan_pk_op_sign_finish"])
def test_botan_that_cannot_sign(failing: str) -> None:
    key = botan_key()
    key.botan = IllBotan(failing)
    with pytest.raises(SigningUnavailable):
        key.sign(E)


@pytest.mark.parametrize(
    "failing", ["botan_pk_op_decrypt_create", "botan_pk_op_decrypt_output_length", "botan_pk_op_decrypt"]
)
def test_botan_that_cannot_decipher(failing: str) -> None:
    key = botan_key()
    ciphertext = encrypt(key.public_key, b"plain")
    key.botan = IllBotan(failing)
    with pytest.raises(DecryptionFailed):
        key.decrypt(ciphertext)


@pytest.mark.parametrize(
    "failing", ["botan_privkey_export_pubkey", "botan_privkey_get_field", "botan_privkey_check_key"]
)
def test_a_key_that_botan_does_not_vouch_for_is_none(failing: str) -> None:
    key = botan_key()
    with pytest.raises(KeyMalformed):
        BotanSM2PrivateKey(IllBotan(failing), key.key)


def test_a_library_that_makes_no_key_is_noticed() -> None:
    with pytest.raises(KeyMalformed):
        SM2PrivateKey(None)


@pytest.mark.parametrize("family", FOREIGN)
def test_a_key_of_another_family_in_the_library_is_none_of_ours(family: str) -> None:
    form = serialization.PrivateFormat.PKCS8
    encoded = FOREIGN[family]().private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())
    with pytest.raises(KeyMalformed):
        SM2PrivateKey(library().decode("d2i_AutoPrivateKey", encoded))


class DoesNotLook(Libcrypto):
    """A libcrypto that finds nothing wrong with a key stream of zeros, as some do: C2 is the plaintext."""

    def __init__(self, data: bytes) -> None:
        def decrypt(_context: int, buffer: ctypes.Array[ctypes.c_char], length: Any, *_: object) -> int:  # noqa: ANN401
            ctypes.memmove(buffer, data, len(data))
            length._obj.value = len(data)
            return 1

        self.functions = library().functions | {"EVP_PKEY_decrypt": decrypt}


def test_a_plaintext_that_is_the_ciphertext_is_refused() -> None:
    # GB/T 32918.4-2016, 7.1, B4. OpenSSL 3.0.19 looks itself, others do not.
    key = SM2PrivateKey.generate()
    ciphertext = encrypt(key.public_key, b"plain")
    assert key.decrypt(ciphertext) == b"plain"
    key.libcrypto = DoesNotLook(b"another")
    assert key.decrypt(ciphertext) == b"another"
    key.libcrypto = DoesNotLook(ciphertext.data)
    with pytest.raises(DecryptionFailed):
        key.decrypt(ciphertext)
