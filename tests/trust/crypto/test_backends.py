"""SM2 verification: the standard's vector, crafted equations, and three backends that must agree on everything."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.sm2 import SM2PrivateKey
from tests.builders import read_vectors
from trust.crypto import backends, libcrypto
from trust.crypto.gmssl import GmsslBackend, sign_with_published_key
from trust.crypto.libcrypto import LibcryptoBackend, LibcryptoMissing
from trust.crypto.reference import ReferenceBackend, multiply, multiply_and_add
from trust.crypto.sm2 import (
    DEFAULT_USER_ID,
    G,
    N,
    P,
    SignatureMalformed,
    SignatureMismatch,
    SM2Backend,
    SM2Digest,
    SM2PublicKey,
    SM2Signature,
    digest,
)

BACKENDS: tuple[SM2Backend, ...] = (ReferenceBackend(), LibcryptoBackend(), GmsslBackend())
EVERY_BACKEND = pytest.mark.parametrize("backend", BACKENDS, ids=lambda one: one.name)


@dataclass(frozen=True, kw_only=True)
class SignatureCase:
    """A case of signature.json."""

    name: str
    user_id: str
    message: str
    private_key: str
    public_x: str
    public_y: str
    z: str
    e: str
    nonce: str
    nonce_x: str
    nonce_y: str
    r: str
    s: str
    expect: str


@dataclass(frozen=True, kw_only=True)
class ChangedCase:
    """A case of changed_message.json."""

    name: str
    message: str
    public_x: str
    public_y: str
    r: str
    s: str
    expect: str


(STANDARD,) = read_vectors("sm2/signature.json", SignatureCase)
(CHANGED,) = read_vectors("sm2/changed_message.json", ChangedCase)
D = int(STANDARD.private_key, 16)
KEY = SM2PublicKey(int(STANDARD.public_x, 16), int(STANDARD.public_y, 16))
MESSAGE = bytes.fromhex(STANDARD.message)
SIGNATURE = SM2Signature(int(STANDARD.r, 16), int(STANDARD.s, 16))


def x_of(point: tuple[int, int] | None) -> int:
    """Return the x coordinate of a point that is not at infinity."""
    assert point is not None
    return point[0]


def e_of(number: int) -> SM2Digest:
    """Return a number as a digest."""
    return SM2Digest((number % N).to_bytes(32, "big"))


def signed_by_formula(e: SM2Digest, nonce: int) -> SM2Signature:
    """Return the signature of GB/T 32918.2, 6.1 with the published private key."""
    r = (int.from_bytes(e, "big") + x_of(multiply(nonce))) % N
    return SM2Signature(r, pow(1 + D, -1, N) * (nonce - r * D) % N)


def test_the_vector_is_one_that_must_hold() -> None:
    assert STANDARD.expect == "valid"
    assert bytes.fromhex(STANDARD.user_id) == DEFAULT_USER_ID


def test_an_unknown_key_in_a_vector_file_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown or missing keys"):
        read_vectors("sm2/signature.json", ChangedCase)


def test_the_public_key_of_the_vector() -> None:
    assert multiply(D) == (KEY.x, KEY.y)


def test_z_and_e_of_the_vector() -> None:
    assert KEY.z().hex() == STANDARD.z
    assert digest(KEY, MESSAGE).hex() == STANDARD.e


def test_e_depends_on_the_user_id() -> None:
    assert digest(KEY, MESSAGE, user_id=b"ALICE123@YAHOO.COM") != digest(KEY, MESSAGE)


@EVERY_BACKEND
def test_the_vector_holds(backend: SM2Backend) -> None:
    backends.verify(KEY, digest(KEY, MESSAGE), SIGNATURE, backend=backend)


def test_the_vector_holds_by_default() -> None:
    backends.verify(KEY, digest(KEY, MESSAGE), SIGNATURE)


@EVERY_BACKEND
def test_the_vector_with_a_changed_message_does_not_hold(backend: SM2Backend) -> None:
    key = SM2PublicKey(int(CHANGED.public_x, 16), int(CHANGED.public_y, 16))
    signature = SM2Signature(int(CHANGED.r, 16), int(CHANGED.s, 16))
    assert CHANGED.expect == "untrusted/crypto.signature_mismatch"
    with pytest.raises(SignatureMismatch):
        backends.verify(key, digest(key, bytes.fromhex(CHANGED.message)), signature, backend=backend)


def test_the_printed_nonce_gives_the_printed_signature() -> None:
    nonce = int(STANDARD.nonce, 16)
    assert multiply(nonce) == (int(STANDARD.nonce_x, 16), int(STANDARD.nonce_y, 16))
    assert sign_with_published_key(D, digest(KEY, MESSAGE), nonce) == SIGNATURE
    assert signed_by_formula(digest(KEY, MESSAGE), nonce) == SIGNATURE


@EVERY_BACKEND
@pytest.mark.parametrize(
    ("key", "e", "signature"),
    [
        pytest.param(KEY, e_of(int(STANDARD.e, 16) + 1), SIGNATURE, id="another e"),
        pytest.param(KEY, digest(KEY, MESSAGE), SM2Signature(SIGNATURE.r ^ 1, SIGNATURE.s), id="another r"),
        pytest.param(KEY, digest(KEY, MESSAGE), SM2Signature(SIGNATURE.r, SIGNATURE.s ^ 1), id="another s"),
        pytest.param(KEY, digest(KEY, MESSAGE), SM2Signature(SIGNATURE.s, SIGNATURE.r), id="r and s swapped"),
        pytest.param(SM2PublicKey(KEY.x, P - KEY.y), None, SIGNATURE, id="the negative key"),
        pytest.param(SM2PublicKey(*G), None, SIGNATURE, id="another key"),
        pytest.param(KEY, digest(KEY, MESSAGE, user_id=b"someone else"), SIGNATURE, id="another user"),
    ],
)
def test_what_was_not_signed_does_not_hold(
    backend: SM2Backend, key: SM2PublicKey, e: SM2Digest | None, signature: SM2Signature
) -> None:
    with pytest.raises(SignatureMismatch):
        backends.verify(key, e or digest(KEY, MESSAGE), signature, backend=backend)


@EVERY_BACKEND
@pytest.mark.parametrize("e", [bytes(32), b"\xff" * 32, N.to_bytes(32, "big"), (N + 5).to_bytes(32, "big")])
def test_e_may_be_anything_below_2_to_the_256(backend: SM2Backend, e: bytes) -> None:
    backends.verify(KEY, SM2Digest(e), signed_by_formula(SM2Digest(e), 0x1234567), backend=backend)


@EVERY_BACKEND
def test_small_r_and_s_hold_where_the_equation_does(backend: SM2Backend) -> None:
    r, s = 0x1234567890ABCDEF, 0xFEDCBA0987654321
    e = e_of(r - x_of(multiply_and_add(s, G, r + s, (KEY.x, KEY.y))))
    backends.verify(KEY, e, SM2Signature(r, s), backend=backend)


@EVERY_BACKEND
def test_equal_points_are_doubled_except_by_gmssl(backend: SM2Backend) -> None:
    s = 0x777
    t = s * pow(D, -1, N) % N  # so that t·P = s·G
    r = (t - s) % N
    holds = backend.verify(KEY, e_of(r - x_of(multiply(2 * s))), SM2Signature(r, s))
    assert holds is not isinstance(backend, GmsslBackend)


@EVERY_BACKEND
def test_the_point_at_infinity_signs_nothing(backend: SM2Backend) -> None:
    t = 0x55555
    s = -t * D % N  # so that s·G + t·P is the point at infinity
    r = (t - s) % N
    with pytest.raises(SignatureMismatch):
        backends.verify(KEY, e_of(r), SM2Signature(r, s), backend=backend)


@pytest.mark.parametrize(
    ("r", "s"),
    [
        pytest.param(0x1234567890ABCDEF, 0, id="s = 0: e = r − x(r·P) forges for everybody"),
        pytest.param(N - 0xFEDCBA0987654321, 0xFEDCBA0987654321, id="r + s = n: e = r − x(s·G) needs no key"),
        pytest.param(0, 0xFEDCBA0987654321, id="r = 0"),
    ],
)
def test_a_forgery_that_fulfils_the_equation_cannot_even_be_built(r: int, s: int) -> None:
    with pytest.raises(SignatureMalformed):
        SM2Signature(r, s)


@settings(max_examples=40)
@given(
    secret=st.integers(1, N - 2),
    message=st.binary(max_size=200),
    nonce=st.integers(1, N - 1),
    bit=st.integers(0, 767),
)
def test_all_backends_agree_on_signatures_by_the_formula(secret: int, message: bytes, nonce: int, bit: int) -> None:
    point = multiply(secret)
    assert point is not None
    key = SM2PublicKey(*point)
    e = digest(key, message)
    r = (int.from_bytes(e, "big") + x_of(multiply(nonce))) % N
    signature = SM2Signature(r, pow(1 + secret, -1, N) * (nonce - r * secret) % N)
    assert [backend.verify(key, e, signature) for backend in BACKENDS] == [True, True, True]
    altered = bytearray(e + signature.raw)
    altered[bit // 8] ^= 1 << bit % 8
    try:
        other = SM2Signature.from_raw(bytes(altered[32:]))
    except SignatureMalformed:
        return
    assert [backend.verify(key, SM2Digest(bytes(altered[:32])), other) for backend in BACKENDS] == [False] * 3


@settings(max_examples=40)
@given(message=st.binary(max_size=300), other=st.binary(max_size=300))
def test_all_backends_agree_on_signatures_by_libcrypto(message: bytes, other: bytes) -> None:
    private = SM2PrivateKey.generate()
    key = private.public_key
    signature = private.sign(digest(key, message))
    assert [backend.verify(key, digest(key, message), signature) for backend in BACKENDS] == [True, True, True]
    expected = [other == message] * 3
    assert [backend.verify(key, digest(key, other), signature) for backend in BACKENDS] == expected


def test_libcrypto_is_preferred() -> None:
    assert backends.preferred().name == "libcrypto"
    assert backends.preferred() is backends.preferred()


def missing() -> LibcryptoBackend:
    """Behave like a machine without libcrypto."""
    raise LibcryptoMissing(cure="install it")


def test_without_libcrypto_the_reference_verifies() -> None:
    assert backends.choose(missing).name == "reference"


class LibcryptoWithoutSM2(libcrypto.Libcrypto):
    """Behaves like a libcrypto that was built without SM2, as some distributions do: it reads no such key."""

    def __init__(self) -> None:
        self.functions = dict.fromkeys(libcrypto.PROTOTYPES, lambda *_: None)


def test_where_libcrypto_lacks_sm2_the_reference_verifies() -> None:
    chosen = backends.choose(lambda: LibcryptoBackend(LibcryptoWithoutSM2()))
    backends.verify(KEY, digest(KEY, MESSAGE), SIGNATURE, backend=chosen)
    assert chosen.name == "reference"
