"""SM2 encryption: the standard's examples on both curves, every form of a ciphertext, and what is none."""

from dataclasses import dataclass, replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typing_extensions import override

from tests.builders import read_vectors
from tests.sm2_backends import LIBRARIES, SECRET_HALVES, half_named, library_named
from trust.asn1 import der
from trust.crypto.backends import SM2Library
from trust.crypto.reference import SM2_CURVE, Curve, ReferenceBackend, enciphered, key_stream, multiply
from trust.crypto.sm2 import G, N, P, SM2PublicKey
from trust.crypto.sm2_encryption import CiphertextMalformed, DecryptionFailed, SM2Ciphertext, encrypt
from trust.crypto.sm3 import sm3
from trust.errors import Invalid, Untrusted


@dataclass(frozen=True, kw_only=True)
class EncryptionCase:
    """A case of encryption.json."""

    name: str
    p: str
    a: str
    b: str
    gx: str
    gy: str
    n: str
    private_key: str
    nonce: str
    plain: str
    c1x: str
    c1y: str
    c2: str
    c3: str

    @property
    def curve(self) -> Curve:
        """The curve of the case."""
        return Curve(p=int(self.p, 16), a=int(self.a, 16), n=int(self.n, 16), g=(int(self.gx, 16), int(self.gy, 16)))


CASES = read_vectors("sm2/encryption.json", EncryptionCase)
STANDARD = CASES[0]
SECRET = int(STANDARD.private_key, 16)
EC_PRIVATE_KEY = der.sequence(
    der.integer(1), der.octet_string(SECRET.to_bytes(32, "big")), der.context(0, der.oid("1.2.156.10197.1.301"))
)
PRINTED = SM2Ciphertext(
    SM2PublicKey(int(STANDARD.c1x, 16), int(STANDARD.c1y, 16)), bytes.fromhex(STANDARD.c3), bytes.fromhex(STANDARD.c2)
)
PLAIN = b"encryption standard"


def key_of(secret: int) -> SM2PublicKey:
    """Return the public half of a number."""
    return SM2PublicKey(*(multiply(secret) or (0, 0)))


KEY = key_of(SECRET)


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> SM2Library:
    """Return each backend that enciphers in turn."""
    return library_named(request.param)


# --- the standard's examples ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_the_printed_nonce_gives_the_printed_ciphertext(case: EncryptionCase) -> None:
    curve = case.curve
    public = multiply(int(case.private_key, 16), curve.g, curve)
    assert public is not None
    made = enciphered(public, bytes.fromhex(case.plain), int(case.nonce, 16), curve)
    assert made == ((int(case.c1x, 16), int(case.c1y, 16)), bytes.fromhex(case.c3), bytes.fromhex(case.c2))


def test_the_first_example_is_on_our_curve() -> None:
    assert STANDARD.curve == SM2_CURVE


@pytest.mark.parametrize("half", SECRET_HALVES)
def test_the_printed_ciphertext_is_deciphered(half: str) -> None:
    assert half_named(half).from_secret(EC_PRIVATE_KEY).decrypt(PRINTED) == PLAIN


def test_the_forms_of_the_printed_ciphertext() -> None:
    c1 = b"\x04" + bytes.fromhex(STANDARD.c1x + STANDARD.c1y)
    assert PRINTED.raw == c1 + PRINTED.hash + PRINTED.data
    assert SM2Ciphertext.from_raw(PRINTED.raw) == PRINTED
    assert SM2Ciphertext.from_old_raw(c1 + PRINTED.data + PRINTED.hash) == PRINTED
    assert SM2Ciphertext.from_der(PRINTED.der) == PRINTED
    assert PRINTED.der.hex() == (
        f"307c0220{STANDARD.c1x}022100{STANDARD.c1y}0420{STANDARD.c3}0413{STANDARD.c2}"  # as GM/T 0009, 7.2 has it
    )


def test_the_key_stream_counts_in_blocks() -> None:
    long = key_stream(b"secret", 100)
    assert len(long) == 100
    assert [key_stream(b"secret", length) for length in (0, 1, 32, 33)] == [long[:length] for length in (0, 1, 32, 33)]


# --- enciphering and deciphering --------------------------------------------------------------------------------------


@pytest.mark.parametrize("half", SECRET_HALVES)
@pytest.mark.parametrize("length", [1, 2, 16, 31, 32, 33, 100, 5000])
def test_what_is_enciphered_is_deciphered(library: SM2Library, half: str, length: int) -> None:
    private = half_named(half).generate()
    plain = bytes(range(256)) * 20
    ciphertext = library.encrypt(private.public_key, plain[1 : length + 1])
    while ciphertext.data == plain[1 : length + 1]:  # a library that does not look for a key stream of zeros
        ciphertext = library.encrypt(private.public_key, plain[1 : length + 1])
    for form in (
        ciphertext,
        SM2Ciphertext.from_der(ciphertext.der),
        SM2Ciphertext.from_raw(ciphertext.raw),
    ):
        assert private.decrypt(form) == plain[1 : length + 1]


class LeavesItOnce(ReferenceBackend):
    """A library that does not look at its key stream: the first time, what it enciphers stays as it was."""

    asked = 0

    @override
    def encrypt(self, key: SM2PublicKey, plain: bytes) -> SM2Ciphertext:
        self.asked += 1
        made = super().encrypt(key, plain)
        return replace(made, data=plain) if self.asked == 1 else made


def test_what_was_left_as_it_was_is_enciphered_again() -> None:
    # The key stream of one octet is zero once in 256 times; the standard has another nonce drawn then (A5).
    library = LeavesItOnce()
    assert encrypt(KEY, b"*", backend=library).data != b"*"
    assert library.asked == 2


def test_no_two_ciphertexts_are_alike(library: SM2Library) -> None:
    made = [library.encrypt(KEY, PLAIN) for _ in range(20)]
    assert len({one.point for one in made}) == len({one.data for one in made}) == 20


def test_nothing_cannot_be_enciphered() -> None:
    with pytest.raises(CiphertextMalformed):
        encrypt(KEY, b"")


@cache
def zero_stream(public: SM2PublicKey) -> tuple[int, SM2Ciphertext]:
    """Return a nonce, and a ciphertext by the formula whose key stream is zero, which the standard has refused (B4)."""
    for nonce in range(1, 5000):
        shared = multiply(nonce, (public.x, public.y))
        assert shared is not None
        x2, y2 = (number.to_bytes(32, "big") for number in shared)
        if not any(key_stream(x2 + y2, 1)):
            return nonce, SM2Ciphertext(key_of(nonce), sm3(x2, b"*", y2), b"*")
    raise AssertionError("no such nonce")


@pytest.mark.parametrize("half", SECRET_HALVES)
def test_a_key_stream_of_zeros_is_refused(half: str) -> None:
    _, ciphertext = zero_stream(KEY)
    with pytest.raises(DecryptionFailed):
        half_named(half).from_secret(EC_PRIVATE_KEY).decrypt(ciphertext)


def test_the_reference_draws_another_nonce_then() -> None:
    nonce, _ = zero_stream(KEY)
    assert enciphered((KEY.x, KEY.y), b"*", nonce) is None
    assert enciphered((KEY.x, KEY.y), b"*", N) is None  # no point C1


def flipped(octets: bytes, place: int) -> bytes:
    """Return octets with one bit changed."""
    return octets[:place] + bytes((octets[place] ^ 1,)) + octets[place + 1 :]


@pytest.mark.parametrize("half", SECRET_HALVES)
@pytest.mark.parametrize(
    "ciphertext",
    [
        pytest.param(replace(PRINTED, hash=flipped(PRINTED.hash, 0)), id="C3"),
        pytest.param(replace(PRINTED, hash=flipped(PRINTED.hash, 31)), id="the last of C3"),
        pytest.param(replace(PRINTED, data=flipped(PRINTED.data, 0)), id="C2"),
        pytest.param(replace(PRINTED, data=PRINTED.data + b"\0"), id="C2 longer"),
        pytest.param(replace(PRINTED, data=PRINTED.data[:-1]), id="C2 shorter"),
        pytest.param(replace(PRINTED, point=SM2PublicKey(*G)), id="C1"),
        pytest.param(replace(PRINTED, point=SM2PublicKey(PRINTED.point.x, P - PRINTED.point.y)), id="C1 negative"),
    ],
)
def test_what_was_changed_is_refused_with_one_error(half: str, ciphertext: SM2Ciphertext) -> None:
    with pytest.raises(DecryptionFailed) as failed:
        half_named(half).from_secret(EC_PRIVATE_KEY).decrypt(ciphertext)
    assert (failed.value.code, failed.value.details) == ("crypto.decryption_failed", {})
    assert isinstance(failed.value, Untrusted)


@pytest.mark.parametrize("half", SECRET_HALVES)
def test_another_key_deciphers_nothing(half: str) -> None:
    private = half_named(half).generate()
    with pytest.raises(DecryptionFailed):
        private.decrypt(PRINTED)
    assert private.decrypt(encrypt(private.public_key, b"after a failure")) == b"after a failure"


# --- what is no ciphertext --------------------------------------------------------------------------------------------


def encoded(*, x: int = PRINTED.point.x, y: int = PRINTED.point.y, c3: bytes = PRINTED.hash, c2: bytes = b"x") -> bytes:
    """Return an SM2Cipher of these parts."""
    return der.sequence(der.integer(x), der.integer(y), der.octet_string(c3), der.octet_string(c2))


GOOD = encoded()


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="empty"),
        pytest.param(GOOD + b"\0", id="a trailing octet"),
        pytest.param(GOOD[:-1], id="cut off"),
        pytest.param(der.sequence(), id="nothing inside"),
        pytest.param(der.set_of(der.parse(GOOD).sequence()[0].raw for _ in range(4)), id="a SET"),
        pytest.param(der.sequence(*(one.raw for one in der.parse(GOOD).sequence()[:3])), id="three parts"),
        pytest.param(der.sequence(*(one.raw for one in der.parse(GOOD).sequence()), der.null()), id="five parts"),
        pytest.param(encoded(c3=PRINTED.hash[:-1]), id="C3 short"),
        pytest.param(encoded(c3=PRINTED.hash + b"\0"), id="C3 long"),
        pytest.param(encoded(c2=b""), id="no C2"),
        pytest.param(encoded(x=PRINTED.point.x + 1), id="off the curve"),
        pytest.param(encoded(x=0, y=0), id="the origin"),
        pytest.param(encoded(x=PRINTED.point.x + P), id="x ≥ p"),
        pytest.param(encoded(y=PRINTED.point.y + P), id="y ≥ p"),
        pytest.param(encoded(x=PRINTED.point.x - P), id="x negative"),
        pytest.param(encoded(y=PRINTED.point.y - P), id="y negative"),
        pytest.param(GOOD.replace(b"\x02\x20", b"\x02\x21\x00", 1), id="x not in the fewest octets"),
        pytest.param(b"\x30\x81" + GOOD[1:], id="a length not in the shortest form"),
        pytest.param(b"\x30\x80" + GOOD[2:] + b"\0\0", id="an indefinite length"),
        pytest.param(der.sequence(*(one.raw for one in der.parse(GOOD).sequence()[::-1])), id="another order"),
    ],
)
def test_der_that_is_no_ciphertext(octets: bytes) -> None:
    with pytest.raises(CiphertextMalformed) as refused:
        SM2Ciphertext.from_der(octets)
    assert refused.value.code == "crypto.ciphertext_malformed"
    assert isinstance(refused.value, Invalid)


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="empty"),
        pytest.param(PRINTED.raw[:97], id="no C2"),
        pytest.param(PRINTED.raw[:90], id="C3 cut off"),
        pytest.param(PRINTED.raw[1:], id="without the 04"),
        pytest.param(b"\x00" + PRINTED.raw[1:], id="infinity"),
        pytest.param(b"\x02" + PRINTED.raw[1:33] + PRINTED.raw[65:], id="compressed"),
        pytest.param(b"\x06" + PRINTED.raw[1:], id="hybrid"),
        pytest.param(b"\x04" + P.to_bytes(32, "big") + PRINTED.raw[33:], id="x = p"),
        pytest.param(PRINTED.raw[:64] + bytes((PRINTED.raw[64] ^ 1,)) + PRINTED.raw[65:], id="off the curve"),
    ],
)
def test_octets_that_are_no_ciphertext(octets: bytes) -> None:
    for read in (SM2Ciphertext.from_raw, SM2Ciphertext.from_old_raw):
        with pytest.raises(CiphertextMalformed):
            read(octets)


@settings(max_examples=200)
@given(st.binary(max_size=150))
def test_random_octets_are_refused_or_encode_to_themselves(octets: bytes) -> None:
    for read, form in ((SM2Ciphertext.from_der, "der"), (SM2Ciphertext.from_raw, "raw")):
        try:
            ciphertext = read(octets)
        except CiphertextMalformed:
            continue
        assert getattr(ciphertext, form) == octets
