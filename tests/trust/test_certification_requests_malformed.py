"""Certification requests at their limits, and signed with another algorithm than the one that goes with the key."""

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.builders import PKI, element_at, grafted
from trust.asn1 import der
from trust.certification_requests import (
    MAX_REQUEST,
    CertificationRequest,
    RequestMalformed,
    RequestUnproven,
    make_request,
)
from trust.crypto.algorithms import KEYS
from trust.profiles import Name
from trust.signing import KeyPurpose

NAME = Name(common_name="某局").der
ATTRIBUTES = (0, 3)


def request_of(pki: PKI) -> bytes:
    """Return a request in which nothing is wrong."""
    return make_request(pki.custody, pki.custody.make(KeyPurpose.SEAL_OWNER, pki.algorithm), NAME).der


def attributes(count: int) -> bytes:
    """Return so many attributes."""
    return der.context(0, *(der.sequence(der.oid(f"2.25.{n}"), der.set_of([der.null()])) for n in range(count)))


@pytest.mark.parametrize("last", ["3", "4"], ids=["SHA-384", "SHA-512"])
def test_a_signature_by_another_hash_than_the_keys_own_proves_nothing(last: str) -> None:
    private = ec.derive_private_key(0x1234567, ec.SECP256R1())
    encoding, form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    spki = private.public_key().public_bytes(encoding, form)
    info = der.sequence(der.integer(0), NAME, spki, der.context(0))
    for oid, chosen in (("2", hashes.SHA256()), (last, hashes.SHA384() if last == "3" else hashes.SHA512())):
        algorithm = der.sequence(der.oid(f"1.2.840.10045.4.3.{oid}"))
        signature = private.sign(info, ec.ECDSA(chosen))
        request = CertificationRequest(der.sequence(info, algorithm, der.bit_string(signature)))
        if oid == "2":
            request.prove()
            continue
        with pytest.raises(RequestUnproven):
            request.prove()


def test_the_bare_identifier_of_sm2_is_not_the_one_of_requests(sm2_pki: PKI) -> None:
    encoded = request_of(sm2_pki)
    CertificationRequest(encoded).prove()
    bare = grafted(encoded, 1, put=der.sequence(der.oid("1.2.156.10197.1.301.1")))
    with pytest.raises(RequestUnproven):
        CertificationRequest(bare).prove()


def test_nothing_but_null_stands_beside_the_algorithm(pki: PKI) -> None:
    encoded, oid = request_of(pki), der.oid(pki.algorithm.signature_oid)
    CertificationRequest(grafted(encoded, 1, put=der.sequence(oid, der.null()))).prove()
    for strange in (der.integer(1), der.sequence(), der.octet_string(b"anything")):
        with pytest.raises(RequestMalformed):
            CertificationRequest(grafted(encoded, 1, put=der.sequence(oid, strange)))


@pytest.mark.parametrize(("count", "is_read"), [(0, True), (16, True), (17, False)])
def test_how_many_attributes_there_may_be(pki: PKI, count: int, is_read: bool) -> None:  # noqa: FBT001
    encoded = grafted(request_of(pki), *ATTRIBUTES, put=attributes(count))
    if is_read:
        assert len(CertificationRequest(encoded).attributes) == count
        return
    with pytest.raises(RequestMalformed):
        CertificationRequest(encoded)


def test_how_long_a_request_may_be(sm2_pki: PKI) -> None:
    encoded = request_of(sm2_pki)

    def padded(length: int) -> bytes:
        filler = der.sequence(der.oid("2.25.1"), der.set_of([der.octet_string(bytes(length))]))
        return grafted(encoded, *ATTRIBUTES, put=der.context(0, filler))

    room = MAX_REQUEST - len(padded(10_000)) + 10_000
    assert len(padded(room)) == MAX_REQUEST
    assert CertificationRequest(padded(room)).attributes == ("2.25.1",)
    with pytest.raises(RequestMalformed):
        CertificationRequest(padded(room + 1))


@pytest.mark.parametrize(
    "put",
    [
        pytest.param(b"", id="no attributes"),
        pytest.param(der.context(1), id="attributes under another tag"),
        pytest.param(der.sequence(), id="attributes without a tag"),
        pytest.param(
            der.context(0, der.sequence(der.oid("2.25.1"), der.set_of([]))), id="an attribute without a value"
        ),
        pytest.param(
            der.context(0, der.sequence(der.oid("2.25.1"), der.sequence(der.null()))), id="values in a SEQUENCE"
        ),
        pytest.param(
            der.context(0, *[der.sequence(der.oid("2.25.1"), der.set_of([der.null()]))] * 2), id="an attribute twice"
        ),
    ],
)
def test_what_are_no_attributes(sm2_pki: PKI, put: bytes) -> None:
    encoded = request_of(sm2_pki)
    assert element_at(encoded, *ATTRIBUTES).raw == der.context(0)
    with pytest.raises(RequestMalformed):
        CertificationRequest(grafted(encoded, *ATTRIBUTES, put=put))


def test_every_family_of_ours_can_ask(pki: PKI) -> None:
    assert pki.algorithm in KEYS.values()
    CertificationRequest(request_of(pki)).prove()
