"""ECPrivateKey of SM2: one strict form, and one deviation at a time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import ec_private_key
from keys.sm2 import SM2PrivateKey
from trust.asn1 import der
from trust.crypto.reference import multiply
from trust.crypto.sm2 import KeyMalformed, N, SM2PublicKey

CURVE = der.oid("1.2.156.10197.1.301")
PUBLIC = SM2PublicKey(*(multiply(5) or (0, 0)))
SCALAR = (5).to_bytes(32, "big")


def built(
    *,
    version: bytes = der.integer(1),
    scalar: bytes = der.octet_string(SCALAR),
    parameters: bytes = der.context(0, CURVE),
    public: bytes = der.context(1, der.bit_string(PUBLIC.point)),
) -> bytes:
    """Return an ECPrivateKey of these parts."""
    return der.sequence(version, scalar, parameters, public)


def test_what_is_written_is_read() -> None:
    assert ec_private_key.write(SCALAR, PUBLIC) == built()
    assert ec_private_key.read(built()) == (SCALAR, PUBLIC)
    assert ec_private_key.read(built(public=b"")) == (SCALAR, None)


def test_it_is_the_form_that_libcrypto_writes() -> None:
    secret = SM2PrivateKey.generate().secret
    scalar, public = ec_private_key.read(secret)
    assert public is not None
    assert ec_private_key.write(scalar, public) == secret


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(b"", id="empty"),
        pytest.param(built() + b"\0", id="a trailing octet"),
        pytest.param(built()[:-1], id="cut off"),
        pytest.param(der.sequence(), id="nothing inside"),
        pytest.param(der.sequence(der.integer(1), der.octet_string(SCALAR)), id="no curve"),
        pytest.param(built(version=der.integer(0)), id="version 0"),
        pytest.param(built(version=der.integer(2)), id="version 2"),
        pytest.param(built(version=der.octet_string(b"\x01")), id="no number for a version"),
        pytest.param(built(scalar=der.octet_string(SCALAR[1:])), id="31 octets"),
        pytest.param(built(scalar=der.octet_string(b"\0" + SCALAR)), id="33 octets"),
        pytest.param(built(scalar=der.octet_string(b"")), id="no octets"),
        pytest.param(built(scalar=der.integer(5)), id="an INTEGER"),
        pytest.param(built(scalar=der.octet_string(bytes(32))), id="0"),
        pytest.param(built(scalar=der.octet_string((N - 1).to_bytes(32, "big"))), id="n−1"),
        pytest.param(built(scalar=der.octet_string(N.to_bytes(32, "big"))), id="n"),
        pytest.param(built(scalar=der.octet_string(b"\xff" * 32)), id="2²⁵⁶−1"),
        pytest.param(built(parameters=der.context(0, der.oid("1.2.840.10045.3.1.7"))), id="the curve P-256"),
        pytest.param(built(parameters=der.context(0, der.null())), id="no name of a curve"),
        pytest.param(built(parameters=der.context(0, CURVE, CURVE)), id="two curves"),
        pytest.param(built(parameters=der.context(2, CURVE)), id="parameters under another tag"),
        pytest.param(built(parameters=CURVE), id="parameters without their tag"),
        pytest.param(built(public=der.context(1)), id="an empty public half"),
        pytest.param(built(public=der.context(2, der.bit_string(PUBLIC.point))), id="public half under another tag"),
        pytest.param(built(public=der.context(1, der.octet_string(PUBLIC.point))), id="no BIT STRING"),
        pytest.param(built(public=der.context(1, der.bit_string(PUBLIC.point), der.null())), id="more beside it"),
        pytest.param(built(public=der.context(1, der.bit_string(PUBLIC.point)) * 2), id="two public halves"),
        pytest.param(built(public=der.context(1, der.bit_string(PUBLIC.point[:33]))), id="a compressed point"),
        pytest.param(built(public=der.context(1, der.bit_string(PUBLIC.point[:-1] + b"\0"))), id="off the curve"),
    ],
)
def test_what_is_no_private_key(encoded: bytes) -> None:
    with pytest.raises(KeyMalformed):
        ec_private_key.read(encoded)


@pytest.mark.parametrize("number", [1, 2, N - 2])
def test_the_bounds(number: int) -> None:
    scalar = number.to_bytes(32, "big")
    assert ec_private_key.read(ec_private_key.write(scalar, PUBLIC)) == (scalar, PUBLIC)


@given(st.binary(max_size=150))
def test_random_octets_are_refused_or_read_as_written(encoded: bytes) -> None:
    try:
        scalar, public = ec_private_key.read(encoded)
    except KeyMalformed:
        return
    assert public is None or ec_private_key.write(scalar, public) == encoded
