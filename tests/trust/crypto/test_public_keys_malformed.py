"""Public keys of other families that are refused, one deviation at a time; those of SM2 are in test_public_keys.py."""

from typing import Final

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa

from trust.asn1 import der
from trust.crypto.algorithms import AlgorithmNotSupported, Digest, KeyKind, signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed
from trust.errors import TrustError

# NIST P-256, SP 800-186, 3.2.1.3.
P: Final = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
B: Final = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G: Final = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
N: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

EC_OID: Final = der.oid("1.2.840.10045.2.1")
P256: Final = der.oid("1.2.840.10045.3.1.7")
P384: Final = der.oid("1.3.132.0.34")
SM2: Final = der.oid("1.2.156.10197.1.301")
RSA_OID: Final = der.oid("1.2.840.113549.1.1.1")
ED25519_OID: Final = der.oid("1.3.101.112")
ML_DSA_OID: Final = der.oid("2.16.840.1.101.3.4.3.18")

NUMBERS: Final = ec.derive_private_key(0x1234567, ec.SECP256R1()).public_key().public_numbers()
X, Y = NUMBERS.x, NUMBERS.y
MODULUS: Final = rsa.generate_private_key(65537, 2048).public_key().public_numbers().n
EDWARDS: Final = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()
LATTICE: Final = mldsa.MLDSA65PrivateKey.generate().public_key().public_bytes_raw()


def point(x: int = X, y: int = Y, *, form: int = 4) -> bytes:
    """Return a point, by default the good one."""
    return bytes((form,)) + x.to_bytes(32, "big") + y.to_bytes(32, "big")


def spki(*algorithm: bytes, key: bytes, unused: int = 0) -> bytes:
    """Return a SubjectPublicKeyInfo."""
    return der.sequence(der.sequence(*algorithm), der.bit_string(key, unused=unused))


def written_out(generator: bytes, *, order: int = N, cofactor: bool = True) -> bytes:
    """Return the parameters of P-256 written out, with any generator."""
    return der.sequence(
        der.integer(1),
        der.sequence(der.oid("1.2.840.10045.1.1"), der.integer(P)),
        der.sequence(der.octet_string((P - 3).to_bytes(32, "big")), der.octet_string(B.to_bytes(32, "big"))),
        der.octet_string(generator),
        der.integer(order),
        der.integer(1) if cofactor else b"",
    )


def numbers(modulus: int, exponent: int) -> bytes:
    """Return an RSAPublicKey."""
    return der.sequence(der.integer(modulus), der.integer(exponent))


@pytest.mark.parametrize(
    ("encoded", "kind"),
    [
        pytest.param(spki(EC_OID, P256, key=point()), KeyKind.ECDSA, id="P-256"),
        pytest.param(spki(EC_OID, P256, key=point(form=2 + (Y & 1))[:33]), KeyKind.ECDSA, id="P-256, compressed"),
        pytest.param(spki(RSA_OID, der.null(), key=numbers(MODULUS, 65537)), KeyKind.RSA, id="RSA"),
        pytest.param(spki(ED25519_OID, key=EDWARDS), KeyKind.ED25519, id="Ed25519"),
        pytest.param(spki(ML_DSA_OID, key=LATTICE), KeyKind.ML_DSA, id="ML-DSA-65"),
    ],
)
def test_without_a_deviation_it_is_a_key(encoded: bytes, kind: KeyKind) -> None:
    assert PublicKey(encoded).kind is kind


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(spki(EC_OID, P256, key=b"\0"), id="infinity"),
        pytest.param(spki(EC_OID, P256, key=point(0, 0)), id="the origin"),
        pytest.param(spki(EC_OID, P256, key=point(X, Y ^ 1)), id="off the curve"),
        pytest.param(spki(EC_OID, P256, key=point(P, Y)), id="x = p"),
        pytest.param(spki(EC_OID, P256, key=point(X, 2**256 - 1)), id="y > p"),
        pytest.param(spki(EC_OID, P256, key=point(form=6 + (Y & 1))), id="hybrid"),
        pytest.param(spki(EC_OID, P256, key=point(form=7 - (Y & 1))), id="hybrid with the other sign"),
        pytest.param(spki(EC_OID, P256, key=point(form=2)), id="compressed with both coordinates"),
        pytest.param(spki(EC_OID, P256, key=point()[1:]), id="without its first octet"),
        pytest.param(spki(EC_OID, P256, key=point()[:-1]), id="short"),
        pytest.param(spki(EC_OID, P256, key=point() + b"\0"), id="long"),
        pytest.param(spki(EC_OID, P256, key=b""), id="no point"),
        pytest.param(spki(EC_OID, P256, key=point(), unused=1), id="unused bits"),
        pytest.param(spki(EC_OID, P384, key=point()), id="a point of P-256 under P-384"),
        pytest.param(spki(EC_OID, SM2, key=point()), id="a point of P-256 under SM2"),
        pytest.param(spki(EC_OID, SM2, key=point(*G)), id="the generator of P-256 under SM2"),
        pytest.param(spki(EC_OID, written_out(point(*G)), key=point()), id="its own curve, but written out"),
        pytest.param(spki(EC_OID, written_out(point(*G), cofactor=False), key=point()), id="without its cofactor"),
        pytest.param(spki(EC_OID, written_out(point()), key=point()), id="a generator that makes d = 1 its owner"),
        pytest.param(spki(EC_OID, written_out(point(*G), order=N - 2), key=point()), id="another order"),
        pytest.param(spki(EC_OID, der.null(), key=point()), id="the curve of the issuer"),
        pytest.param(spki(EC_OID, key=point()), id="no curve"),
        pytest.param(spki(EC_OID, P256, der.null(), key=point()), id="a third member"),
        pytest.param(spki(EC_OID, P256, key=point()) + b"\0", id="a trailing octet"),
        pytest.param(b"\x30\x81" + spki(EC_OID, P256, key=point())[1:], id="a length not in the shortest form"),
    ],
)
def test_what_is_no_key_of_a_curve(encoded: bytes) -> None:
    refused(encoded)


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(spki(RSA_OID, der.null(), key=numbers(MODULUS, 1)), id="e = 1: everything is its own signature"),
        pytest.param(spki(RSA_OID, der.null(), key=numbers(MODULUS, 0)), id="e = 0"),
        pytest.param(spki(RSA_OID, der.null(), key=numbers(MODULUS, -3)), id="e < 0"),
        pytest.param(spki(RSA_OID, der.null(), key=numbers(MODULUS, 65536)), id="e even"),
        pytest.param(spki(RSA_OID, der.null(), key=numbers(MODULUS, MODULUS + 2)), id="e > n"),
        pytest.param(spki(RSA_OID, der.null(), key=numbers(0, 65537)), id="n = 0"),
        pytest.param(spki(RSA_OID, der.null(), key=numbers(-MODULUS, 65537)), id="n < 0"),
        pytest.param(spki(RSA_OID, der.null(), key=der.sequence(der.integer(MODULUS))), id="no exponent"),
        pytest.param(spki(RSA_OID, der.null(), key=numbers(MODULUS, 65537) + b"\0"), id="an octet after the numbers"),
        pytest.param(spki(RSA_OID, der.null(), key=numbers(MODULUS, 65537), unused=3), id="unused bits"),
        pytest.param(spki(ED25519_OID, key=EDWARDS[:-1]), id="Ed25519, short"),
        pytest.param(spki(ED25519_OID, key=EDWARDS + b"\0"), id="Ed25519, long"),
        pytest.param(spki(ED25519_OID, der.null(), key=EDWARDS), id="Ed25519 with parameters"),
        pytest.param(spki(ML_DSA_OID, key=LATTICE[:-1]), id="ML-DSA-65, short"),
        pytest.param(spki(ML_DSA_OID, key=LATTICE + b"\0"), id="ML-DSA-65, long"),
        pytest.param(spki(ML_DSA_OID, der.null(), key=LATTICE), id="ML-DSA-65 with parameters"),
    ],
)
def test_what_is_no_key_of_another_family(encoded: bytes) -> None:
    refused(encoded)


def refused(encoded: bytes) -> None:
    """Check that octets are no key, and verify nothing."""
    with pytest.raises(KeyMalformed):
        _ = PublicKey(encoded).kind
    for oid in ("1.2.840.10045.4.3.2", "1.2.840.113549.1.1.11", "1.2.156.10197.1.501", "1.3.101.112"):
        with pytest.raises(TrustError):
            PublicKey(encoded).verify(b"\x30\x06\x02\x01\x01\x02\x01\x01", b"message", signature_algorithm(oid))


@pytest.mark.parametrize(
    ("modulus", "exponent"),
    [
        pytest.param((1 << 20000) + 1, 65537, id="a modulus of 20000 bits"),
        pytest.param((1 << 3072) + 1, (1 << 3070) + 1, id="an exponent of 3071 bits"),
        pytest.param((1 << 8192) + 1, (1 << 8190) + 1, id="both"),
        pytest.param(MODULUS - 1, 65537, id="an even modulus"),
    ],
)
def test_rsa_keys_that_would_keep_a_verifier_busy_verify_nothing(modulus: int, exponent: int) -> None:
    key = PublicKey(spki(RSA_OID, der.null(), key=numbers(modulus, exponent)))
    signature = (modulus - 2).to_bytes((modulus.bit_length() + 7) // 8, "big")
    with pytest.raises(TrustError):
        key.verify(signature, b"message", signature_algorithm("1.2.840.113549.1.1.11"), digest=Digest.SHA256)


def test_keys_of_families_that_nobody_here_uses() -> None:
    x25519 = spki(der.oid("1.3.101.110"), key=bytes(range(32)))
    with pytest.raises(AlgorithmNotSupported):
        _ = PublicKey(x25519).kind


def test_a_named_curve_that_we_do_not_know() -> None:
    key = ec.derive_private_key(5, ec.SECP256R1()).public_key()
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    refused(encoded.replace(P256, der.oid("1.2.840.10045.3.1.9")))
