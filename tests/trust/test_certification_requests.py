"""Certification requests: ours are proven, others' are read, and what proves nothing is refused."""

import base64
from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from keys.errors import RequestNotOfKey
from tests.builders import PKI, grafted
from tests.fakes.custody import MemoryCustody
from trust.asn1 import der
from trust.certification_requests import CertificationRequest, RequestMalformed, RequestUnproven, make_request
from trust.crypto.algorithms import KEYS
from trust.errors import Invalid, Untrusted
from trust.profiles import Name
from trust.signing import KeyPurpose, KeyReference, SigningUnavailable

SUBJECT = Name(common_name="33010000000001", organisation="某市某局", organisation_identifier="11330100MB0000001X")
FAMILIES = ["sm2", "p256", "rsa3072", "ml-dsa-65"]


def made(family: str = "sm2", custody: MemoryCustody | None = None) -> CertificationRequest:
    """Return a request for a new key."""
    custody = custody or MemoryCustody()
    return make_request(custody, custody.make(KeyPurpose.SEAL_OWNER, KEYS[family]), SUBJECT.der)


@pytest.mark.parametrize("family", FAMILIES)
def test_ours_are_proven_and_read_back(family: str) -> None:
    request = made(family)
    request.prove()
    assert (request.subject, request.common_name, request.attributes) == (SUBJECT.der, "33010000000001", ())
    assert request.public_key.algorithm is KEYS[family]
    old = request.pem.replace(b"BEGIN C", b"BEGIN NEW C").replace(b"END C", b"END NEW C")
    for content in (request.der, request.pem, b"words\n" + request.pem, old):
        assert CertificationRequest.read(content) == request


def test_another_library_reads_ours() -> None:
    read = x509.load_der_x509_csr(made("p256").der)
    assert read.is_signature_valid
    (common_name,) = read.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert common_name.value == "33010000000001"


def foreign(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    """Return a request that another library made, with attributes."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "foreign")])
    builder = x509.CertificateSigningRequestBuilder(name)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    built = builder.add_attribute(x509.ObjectIdentifier("1.2.840.113549.1.9.7"), b"password").sign(key, hashes.SHA256())
    return built.public_bytes(serialization.Encoding.PEM)


def test_others_are_read_and_nothing_they_ask_for_is_granted() -> None:
    request = CertificationRequest.read(foreign(ec.generate_private_key(ec.SECP256R1())))
    request.prove()
    assert request.common_name == "foreign"
    assert set(request.attributes) == {"1.2.840.113549.1.9.14", "1.2.840.113549.1.9.7"}


def test_keys_that_this_house_does_not_certify_prove_nothing() -> None:
    for key in (rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP384R1())):
        with pytest.raises(RequestUnproven):
            CertificationRequest.read(foreign(key)).prove()
    assert issubclass(RequestUnproven, Untrusted)


def test_a_key_that_is_pending_may_ask_and_do_nothing_else(pki: PKI) -> None:
    custody = MemoryCustody()
    key = custody.make(KeyPurpose.SEAL_OWNER)
    others = KeyReference(handle=key.handle, public_key=pki.signer.key.public_key, purpose=key.purpose)
    with pytest.raises(RequestNotOfKey):
        make_request(custody, others, SUBJECT.der)
    custody.unavailable = True
    with pytest.raises(SigningUnavailable):
        make_request(custody, key, SUBJECT.der)


UNPROVEN: dict[str, Callable[[CertificationRequest], bytes]] = {
    "another subject": lambda one: grafted(one.der, 0, 1, put=Name(common_name="another").der),
    "another key": lambda one: grafted(one.der, 0, 2, put=made().public_key.spki),
    "an attribute more": lambda one: grafted(
        one.der, 0, 3, put=der.context(0, der.sequence(der.oid("1.2.3"), der.set_of([der.null()])))
    ),
    "another signature": lambda one: grafted(one.der, 2, put=der.bit_string(made().members[3])),
    "no signature": lambda one: grafted(one.der, 2, put=der.bit_string(b"")),
    "another algorithm": lambda one: grafted(one.der, 1, put=der.sequence(der.oid("1.2.840.10045.4.3.2"))),
    "an unknown algorithm": lambda one: grafted(one.der, 1, put=der.sequence(der.oid("1.2.3"))),
    "a key of a family nobody knows": lambda one: grafted(
        one.der, 0, 2, put=der.sequence(der.sequence(der.oid("1.2.3")), der.bit_string(b"key"))
    ),
}


@pytest.mark.parametrize("how", UNPROVEN)
def test_what_proves_nothing(how: str) -> None:
    changed = CertificationRequest(UNPROVEN[how](made()))
    with pytest.raises(RequestUnproven):
        changed.prove()


ATTRIBUTE = der.sequence(der.oid("1.2.3"), der.set_of([der.null()]))

MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "garbage": lambda _: b"garbage",
    "cut off": lambda encoded: encoded[:-1],
    "a trailing octet": lambda encoded: encoded + b"\0",
    "too long": lambda encoded: grafted(encoded, 2, put=der.bit_string(bytes(17 << 10))),
    "version 2": lambda encoded: grafted(encoded, 0, 0, put=der.integer(1)),
    "a name of no sense": lambda encoded: grafted(encoded, 0, 1, put=der.null()),
    "a key of no sense": lambda encoded: grafted(encoded, 0, 2, put=der.null()),
    "no attributes": lambda encoded: grafted(encoded, 0, 3, put=b""),
    "attributes under another tag": lambda encoded: grafted(encoded, 0, 3, put=der.context(1)),
    "an attribute without values": lambda encoded: grafted(
        encoded, 0, 3, put=der.context(0, der.sequence(der.oid("1.2.3"), der.set_of([])))
    ),
    "one attribute twice": lambda encoded: grafted(encoded, 0, 3, put=der.context(0, ATTRIBUTE, ATTRIBUTE)),
    "seventeen attributes": lambda encoded: grafted(
        encoded,
        *(0, 3),
        put=der.context(0, *(der.sequence(der.oid(f"1.2.{one}"), der.set_of([der.null()])) for one in range(17))),
    ),
    "a signature that is none": lambda encoded: grafted(encoded, 2, put=der.octet_string(b"")),
    "two parameters": lambda encoded: grafted(encoded, 1, put=der.sequence(der.oid("1.2.3"), der.null(), der.null())),
}


@pytest.mark.parametrize("how", MALFORMED)
def test_what_is_no_request(how: str) -> None:
    with pytest.raises(RequestMalformed):
        CertificationRequest(MALFORMED[how](made().der))
    assert issubclass(RequestMalformed, Invalid)


def test_pem_of_something_else_is_no_request() -> None:
    text = b"-----BEGIN CERTIFICATE-----\n" + base64.b64encode(made().der) + b"\n-----END CERTIFICATE-----\n"
    with pytest.raises(RequestMalformed):
        CertificationRequest.read(text)
