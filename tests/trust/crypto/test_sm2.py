"""SM2 values: what is not a point of the curve or not a signature cannot be built, one deviation at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.asn1 import der
from trust.crypto.sm2 import (
    DEFAULT_USER_ID,
    A,
    B,
    G,
    KeyMalformed,
    N,
    P,
    SignatureMalformed,
    SM2PublicKey,
    SM2Signature,
    digest,
    subject_public_key_info,
)
from trust.crypto.sm3 import sm3
from trust.errors import Invalid, Untrusted

X, Y = G
R, S = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3, 0x1234
SCALARS = st.integers(1, N - 1)


def test_the_curve_is_the_one_of_the_standard() -> None:
    assert (Y * Y - (X**3 + A * X + B)) % P == 0
    assert (P % 4, A) == (3, P - 3)
    assert P - 2 * 2**128 < N < P + 1 + 2 * 2**128  # Hasse


def test_kinds_of_errors() -> None:
    assert issubclass(KeyMalformed, Invalid)
    assert issubclass(SignatureMalformed, Invalid)
    assert not issubclass(SignatureMalformed, Untrusted)


def test_a_point_and_its_octets() -> None:
    key = SM2PublicKey(*G)
    assert key.point == b"\x04" + X.to_bytes(32, "big") + Y.to_bytes(32, "big")
    assert SM2PublicKey.from_point(key.point) == key


def test_a_point_with_leading_zero_octets_keeps_them() -> None:
    x = next(x for x in range(2, 99) if pow(x**3 + A * x + B, (P - 1) // 2, P) == 1)
    y = pow(x**3 + A * x + B, (P + 1) // 4, P)
    key = SM2PublicKey(x, y)
    assert len(key.point) == 65
    assert SM2PublicKey.from_point(key.point) == key


@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param(X, Y ^ 1, id="beside the curve"),
        pytest.param(Y, X, id="swapped"),
        pytest.param(0, 0, id="nothing"),
        pytest.param(X + P, Y, id="x ≥ p"),
        pytest.param(X, Y + P, id="y ≥ p"),
        pytest.param(X - P, Y, id="x < 0"),
        pytest.param(X, Y - P, id="y < 0"),
        pytest.param(P, Y, id="x = p"),
    ],
)
def test_what_is_not_on_the_curve_is_no_key(x: int, y: int) -> None:
    with pytest.raises(KeyMalformed):
        SM2PublicKey(x, y)


POINT = SM2PublicKey(*G).point


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\x00", id="infinity"),
        pytest.param(POINT[1:], id="without the 04"),
        pytest.param(POINT[:-1], id="short"),
        pytest.param(POINT + b"\x00", id="long"),
        pytest.param(b"\x02" + POINT[1:33], id="compressed, even"),
        pytest.param(b"\x03" + POINT[1:33], id="compressed, odd"),
        pytest.param(b"\x06" + POINT[1:], id="hybrid, even"),
        pytest.param(b"\x07" + POINT[1:], id="hybrid, odd"),
        pytest.param(b"\x05" + POINT[1:], id="unknown form"),
        pytest.param(b"\x04" + P.to_bytes(32, "big") + POINT[33:], id="x = p"),
        pytest.param(POINT[:33] + b"\xff" * 32, id="y > p"),
        pytest.param(POINT[:-1] + bytes([POINT[-1] ^ 1]), id="off the curve"),
    ],
)
def test_octets_that_are_no_key(point: bytes) -> None:
    with pytest.raises(KeyMalformed):
        SM2PublicKey.from_point(point)


def test_z_covers_identity_curve_and_key() -> None:
    curve = b"".join(number.to_bytes(32, "big") for number in (A, B, X, Y))
    assert SM2PublicKey(*G).z(b"Alice") == sm3(b"\x00\x28Alice", curve, POINT[1:])
    assert SM2PublicKey(*G).z() == SM2PublicKey(*G).z(b"1234567812345678") == SM2PublicKey(*G).z(DEFAULT_USER_ID)


def test_the_longest_identity_has_8191_octets() -> None:
    assert len(SM2PublicKey(*G).z(bytes(8191))) == 32
    with pytest.raises(KeyMalformed):
        SM2PublicKey(*G).z(bytes(8192))


def test_e_is_the_hash_of_z_and_the_message() -> None:
    key = SM2PublicKey(*G)
    assert digest(key, b"message", user_id=b"Alice") == sm3(key.z(b"Alice"), b"message")


def test_the_subject_public_key_info() -> None:
    expected = "3059301306072a8648ce3d020106082a811ccf5501822d034200" + POINT.hex()
    assert subject_public_key_info(SM2PublicKey(*G)).hex() == expected


@pytest.mark.parametrize(
    ("r", "s"),
    [
        pytest.param(0, S, id="r = 0"),
        pytest.param(R, 0, id="s = 0"),
        pytest.param(0, 0, id="both 0"),
        pytest.param(N, S, id="r = n"),
        pytest.param(R, N, id="s = n"),
        pytest.param(N + 1, S, id="r > n"),
        pytest.param(R, N + S, id="s > n"),
        pytest.param(2**256 - 1, S, id="r = 2²⁵⁶−1"),
        pytest.param(R, 2**256 - 1, id="s = 2²⁵⁶−1"),
        pytest.param(-1, S, id="r < 0"),
        pytest.param(R, S - N, id="s < 0"),
        pytest.param(R, N - R, id="r + s = n"),
    ],
)
def test_what_is_not_a_signature(r: int, s: int) -> None:
    with pytest.raises(SignatureMalformed):
        SM2Signature(r, s)
    with pytest.raises(SignatureMalformed):
        SM2Signature.from_der(der.sequence(der.integer(r), der.integer(s)))
    if 0 <= r < 2**256 and 0 <= s < 2**256:
        with pytest.raises(SignatureMalformed):
            SM2Signature.from_raw(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


@pytest.mark.parametrize(("r", "s"), [(1, 1), (N - 1, 2), (1, N - 2), (N - 2, N - 1)])
def test_the_bounds_are_signatures(r: int, s: int) -> None:
    assert SM2Signature.from_raw(SM2Signature(r, s).raw) == SM2Signature(r, s)


@given(SCALARS, SCALARS)
def test_every_signature_survives_both_forms(r: int, s: int) -> None:
    if r + s == N:
        return
    signature = SM2Signature(r, s)
    assert len(signature.raw) == 64
    assert SM2Signature.from_raw(signature.raw) == SM2Signature.from_der(signature.der) == signature
    assert SM2Signature.from_foreign(signature.raw) == signature


def test_foreign_signatures_come_in_der_or_raw() -> None:
    signature = SM2Signature(R, S << 200)
    assert SM2Signature.from_foreign(signature.der) == SM2Signature.from_foreign(signature.raw) == signature


@pytest.mark.parametrize("length", [0, 32, 63, 65, 128])
def test_raw_signatures_have_64_octets(length: int) -> None:
    with pytest.raises(SignatureMalformed):
        SM2Signature.from_raw(b"\x01" * length)
    with pytest.raises(SignatureMalformed):
        SM2Signature.from_foreign(b"\x01" * length)


r_der, s_der = der.integer(R), der.integer(S)
GOOD = der.sequence(r_der, s_der)


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(b"", id="empty"),
        pytest.param(GOOD[:-1], id="truncated"),
        pytest.param(GOOD + b"\x00", id="trailing octet"),
        pytest.param(der.sequence(r_der, s_der, der.null()), id="trailing element"),
        pytest.param(der.sequence(r_der, s_der, der.integer(1)), id="three numbers"),
        pytest.param(der.sequence(r_der), id="one number"),
        pytest.param(der.sequence(), id="no number"),
        pytest.param(b"\x31" + GOOD[1:], id="a SET"),
        pytest.param(b"\x30\x81" + GOOD[1:], id="long-form length"),
        pytest.param(b"\x30\x82\x00" + GOOD[1:], id="longer-form length"),
        pytest.param(b"\x30\x80" + GOOD[2:] + b"\x00\x00", id="indefinite length"),
        pytest.param(der.sequence(b"\x02\x03\x00\x12\x34", r_der), id="non-minimal: a needless 00"),
        pytest.param(der.sequence(r_der, b"\x02\x03\xff\xed\xcc"), id="non-minimal: a needless FF"),
        pytest.param(der.sequence(b"\x02\x20" + R.to_bytes(32, "big"), s_der), id="r without its sign octet: negative"),
        pytest.param(der.sequence(r_der, b"\x02\x00"), id="an INTEGER without octets"),
        pytest.param(der.sequence(r_der, b"\x04\x02\x12\x34"), id="an OCTET STRING"),
        pytest.param(der.sequence(r_der, b"\x22\x04" + s_der), id="a constructed INTEGER"),
        pytest.param(der.sequence(r_der, der.integer(1 << 2000)), id="a huge INTEGER"),
        pytest.param(der.octet_string(GOOD), id="wrapped"),
    ],
)
def test_der_that_is_no_signature(encoded: bytes) -> None:
    with pytest.raises(SignatureMalformed):
        SM2Signature.from_der(encoded)
    with pytest.raises(SignatureMalformed):
        SM2Signature.from_foreign(encoded)


@given(st.binary(max_size=80))
def test_random_octets_are_refused_or_encode_to_themselves(encoded: bytes) -> None:
    try:
        signature = SM2Signature.from_der(encoded)
    except SignatureMalformed:
        return
    assert signature.der == encoded


@given(SCALARS, SCALARS, st.integers(0, 71), st.integers(0, 255))
def test_one_changed_octet_is_refused_or_another_signature(r: int, s: int, place: int, octet: int) -> None:
    if r + s == N:
        return
    encoded = bytearray(SM2Signature(r, s).der)
    if place >= len(encoded) or encoded[place] == octet:
        return
    encoded[place] = octet
    try:
        other = SM2Signature.from_der(bytes(encoded))
    except SignatureMalformed:
        return
    assert other.der == bytes(encoded)
    assert other != SM2Signature(r, s)
