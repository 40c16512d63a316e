"""Certificates and lists in every family of keys: made by us, judged by us and, where it can, by `cryptography`."""

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from tests.builders import PKI, grafted, revocation_list
from tests.fakes.clock import NOW
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS
from trust.crypto.sm2 import SignatureMismatch
from trust.profiles import DOCUMENT_SIGNER

THEIRS = tuple(name for name in KEYS if name != "sm2")


@pytest.fixture(scope="module")
def pkis() -> dict[str, PKI]:
    """Return a PKI in every family."""
    return {name: PKI.found(algorithm) for name, algorithm in KEYS.items()}


def changed(certificate: Certificate) -> bytes:
    """Return a certificate with another serial number, and so with a signature that does not hold."""
    return grafted(certificate.der, 0, 1, put=der.integer(certificate.serial + 1))


@pytest.mark.parametrize("name", KEYS)
def test_a_chain_holds(pkis: dict[str, PKI], name: str) -> None:
    pki = pkis[name]
    assert pki.signer.certificate.public_key.algorithm is KEYS[name]
    pki.root.certificate.verify_issued(pki.issuing.certificate)
    pki.issuing.certificate.verify_issued(pki.signer.certificate)
    with pytest.raises(SignatureMismatch):
        pki.root.certificate.verify_issued(Certificate(changed(pki.issuing.certificate)))


@pytest.mark.parametrize("name", THEIRS)
def test_cryptography_finds_our_certificates_good(pkis: dict[str, PKI], name: str) -> None:
    pki = pkis[name]
    issuing, leaf, other = (
        x509.load_der_x509_certificate(encoded)
        for encoded in (
            pki.issuing.certificate.der,
            pki.signer.certificate.der,
            changed(pki.signer.certificate),
        )
    )
    leaf.verify_directly_issued_by(issuing)
    with pytest.raises(InvalidSignature):
        other.verify_directly_issued_by(issuing)


@pytest.mark.parametrize("name", THEIRS)
def test_cryptography_finds_our_lists_good(pkis: dict[str, PKI], name: str) -> None:
    pki = pkis[name]
    leaf = pki.issue(DOCUMENT_SIGNER)
    found = x509.load_der_x509_crl(revocation_list(pki.issuing, {leaf.certificate: NOW}).der)
    public = x509.load_der_x509_certificate(pki.issuing.certificate.der).public_key()
    assert found.is_signature_valid(public)  # type: ignore[arg-type] # one of those that can sign
    assert found.get_revoked_certificate_by_serial_number(leaf.certificate.serial) is not None
