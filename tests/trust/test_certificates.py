"""Certificates: ours are read back, foreign ones too, broken ones are refused when they come in."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import NameOID

from tests.builders import FOUNDED, PKI, UNKNOWN_CRITICAL, element_at, grafted, with_extension, without_extension
from trust.asn1 import der
from trust.certificates import (
    Certificate,
    CertificateMalformed,
    KeyUsage,
    certificate_of,
    name_attribute,
    pem,
    read_folder,
    read_pem,
)
from trust.crypto.algorithms import AlgorithmNotSupported, KeyKind, Strength
from trust.crypto.reference import ReferenceBackend
from trust.crypto.sm2 import SignatureMismatch
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.profiles import (
    AUDIT,
    CLAIM_SIGNER,
    DOCUMENT_SIGNER,
    ENCRYPTION,
    ISSUING,
    OCSP_RESPONDER,
    ROOT,
    SEAL_MAKER,
    SEAL_OWNER,
    TIME_STAMPING,
    TRUST_LIST,
    Name,
    Profile,
    extension,
    key_identifier,
)

OUTER, INNER = 1, 2  # where the signature algorithm stands, in the certificate and in its TBSCertificate


@pytest.mark.parametrize(
    "profile",
    [
        ROOT,
        ISSUING,
        SEAL_MAKER,
        SEAL_OWNER,
        DOCUMENT_SIGNER,
        CLAIM_SIGNER,
        AUDIT,
        TIME_STAMPING,
        TRUST_LIST,
        ENCRYPTION,
        OCSP_RESPONDER,
    ],
)
def test_ours_say_what_their_profile_says(pki: PKI, profile: Profile) -> None:
    made = pki.issue(profile, pki.root).certificate
    signs, commits = 0 in profile.usage, 1 in profile.usage
    certifies = 5 in profile.usage
    expected = KeyUsage(
        digital_signature=signs,
        content_commitment=commits,
        key_encipherment=2 in profile.usage,
        data_encipherment=3 in profile.usage,
        key_agreement=4 in profile.usage,
        certificate_signing=certifies,
        crl_signing=certifies,
    )
    assert made.key_usage == expected
    assert (made.is_authority, made.path_length) == (profile.authority, profile.path_length)
    assert made.extended_key_usage == (frozenset(profile.purposes) if profile.purposes else None)
    assert made.not_before == FOUNDED - timedelta(minutes=5)
    assert made.not_after == FOUNDED + profile.lifetime
    assert made.unknown_critical_extensions == ()
    assert made.subject_key_identifier == key_identifier(made.public_key)
    assert made.authority_key_identifier == pki.root.certificate.subject_key_identifier
    assert made.signature_algorithm.oid == pki.algorithm.signature_oid


def test_names_and_keys(pki: PKI) -> None:
    name = Name(common_name="法人", organisation="某市", organisation_identifier="91330106MA2CFLDG4R")
    made = pki.issue(SEAL_OWNER, subject=name)
    certificate = made.certificate
    assert (certificate.subject, certificate.issuer) == (name.der, pki.issuing.certificate.subject)
    assert (certificate.common_name, certificate.organisation) == ("法人", "某市")
    assert certificate.organisation_identifier == "91330106MA2CFLDG4R"
    assert certificate.issuer_common_name == "测试签发机构"
    assert certificate.public_key == made.key.public_key
    assert certificate.public_key.kind is pki.algorithm.kind
    assert certificate.fingerprint == sm3(certificate.der).hex()
    assert (certificate.is_self_issued, pki.root.certificate.is_self_issued) == (False, True)


def test_names_that_are_absent_are_empty(sm2_pki: PKI) -> None:
    certificate = sm2_pki.issue(SEAL_OWNER, change=lambda tbs: grafted(tbs, 5, put=der.sequence())).certificate
    assert (certificate.common_name, certificate.organisation, certificate.organisation_identifier) == ("", "", "")


def test_serial_numbers_are_positive_random_and_long(pki: PKI) -> None:
    serials = {pki.issue(SEAL_OWNER).certificate.serial for _ in range(10)}
    assert len(serials) == 10
    assert all(2**126 <= serial < 2**127 for serial in serials)


def test_a_certificate_verifies_what_it_issued(pki: PKI) -> None:
    pki.root.certificate.verify_issued(pki.issuing.certificate)
    pki.root.certificate.verify_issued(pki.root.certificate)
    with pytest.raises(SignatureMismatch):
        pki.root.certificate.verify_issued(pki.signer.certificate)


@pytest.mark.parametrize("field", [1, 3, 4, 5])
def test_a_changed_field_breaks_the_signature(pki: PKI, field: int) -> None:
    encoded = pki.signer.certificate.der
    other = pki.issue(DOCUMENT_SIGNER, pki.root, at=FOUNDED + timedelta(days=1)).certificate.der
    changed = Certificate(grafted(encoded, 0, field, put=element_at(other, 0, field).raw))
    with pytest.raises(SignatureMismatch):
        pki.issuing.certificate.verify_issued(changed)


def test_a_changed_signature_does_not_hold(pki: PKI) -> None:
    encoded = bytearray(pki.signer.certificate.der)
    encoded[-1] ^= 1
    with pytest.raises(TrustError):
        pki.issuing.certificate.verify_issued(Certificate(bytes(encoded)))


@pytest.mark.parametrize(
    "algorithm",
    [
        pytest.param(der.sequence(der.oid("1.2.156.10197.1.301.1")), id="the other name of SM2"),
        pytest.param(der.sequence(der.oid("1.2.156.10197.1.501"), der.null()), id="NULL beside absent parameters"),
        pytest.param(der.sequence(der.oid("1.2.840.10045.4.3.2")), id="ECDSA"),
    ],
)
def test_the_algorithm_outside_must_be_the_one_inside(sm2_pki: PKI, algorithm: bytes) -> None:
    # RFC 5280, 4.1.1.2. What stands outside is not signed: anybody can change it, and with it the fingerprint.
    changed = grafted(sm2_pki.signer.certificate.der, OUTER, put=algorithm)
    with pytest.raises(TrustError):
        sm2_pki.issuing.certificate.verify_issued(Certificate(changed))


def test_sm2_certificates_with_null_parameters_are_known_from_practice(sm2_pki: PKI) -> None:
    algorithm = der.sequence(der.oid("1.2.156.10197.1.501"), der.null())
    made = sm2_pki.issue(SEAL_OWNER, change=lambda tbs: grafted(tbs, INNER, put=algorithm)).certificate
    sm2_pki.issuing.certificate.verify_issued(Certificate(grafted(made.der, OUTER, put=algorithm)))


def test_messages_are_verified_with_the_key(pki: PKI) -> None:
    signature = pki.signer.signer.sign(b"message")
    pki.signer.certificate.verify_message(signature, b"message")
    with pytest.raises(SignatureMismatch):
        pki.signer.certificate.verify_message(signature, b"other")


def test_the_backend_may_be_named(sm2_pki: PKI) -> None:
    signature = sm2_pki.signer.signer.sign(b"message")
    sm2_pki.signer.certificate.verify_message(signature, b"message", backend=ReferenceBackend())


def test_the_default_of_an_absent_key_usage_allows_everything(sm2_pki: PKI) -> None:
    made = sm2_pki.issue(SEAL_OWNER, change=lambda tbs: without_extension(tbs, "2.5.29.15")).certificate
    assert made.key_usage == KeyUsage()
    assert KeyUsage().certificate_signing


def test_a_version_1_certificate_is_no_authority(sm2_pki: PKI) -> None:
    def first_version(tbs: bytes) -> bytes:
        return grafted(grafted(tbs, 7, put=b""), 0, put=b"")

    made = sm2_pki.issue(SEAL_OWNER, change=first_version).certificate
    assert (made.is_authority, made.path_length, made.subject_key_identifier) == (False, None, None)
    assert (made.authority_key_identifier, made.extended_key_usage) == (None, None)
    assert made.subject == sm2_pki.issue(SEAL_OWNER).certificate.subject
    sm2_pki.issuing.certificate.verify_issued(made)


def test_unknown_critical_extensions_are_told(sm2_pki: PKI) -> None:
    made = sm2_pki.issue(SEAL_OWNER, change=lambda tbs: with_extension(tbs, UNKNOWN_CRITICAL)).certificate
    assert made.unknown_critical_extensions == ("2.25.1",)
    harmless = extension("2.25.1", der.null())
    made = sm2_pki.issue(SEAL_OWNER, change=lambda tbs: with_extension(tbs, harmless)).certificate
    assert made.unknown_critical_extensions == ()


def foreign(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> Certificate:
    """Return a self-signed certificate that another library made."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "foreign")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, FOUNDED, FOUNDED + timedelta(days=1))
    made = builder.sign(key, None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    return Certificate(made.public_bytes(serialization.Encoding.DER))


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: rsa.generate_private_key(65537, 2048), KeyKind.RSA),
        (ed25519.Ed25519PrivateKey.generate, KeyKind.ED25519),
    ],
    ids=["RSA", "Ed25519"],
)
def test_other_families(make: Callable[[], rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey], kind: KeyKind) -> None:
    made = foreign(make())
    assert (made.public_key.kind, made.serial, made.common_name) == (kind, 7, "foreign")
    assert made.signature_algorithm.strength is Strength.STRONG
    made.verify_issued(made)
    with pytest.raises(AlgorithmNotSupported):
        made.verify_message(b"", b"")  # this house signs nothing with such a key


def with_common_name(value: bytes) -> Callable[[bytes], bytes]:
    """Return a change that gives the subject a name of one attribute."""
    name = der.sequence(der.set_of([der.sequence(der.oid("2.5.4.3"), value)]))
    return lambda tbs: grafted(tbs, 5, put=name)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(der.tlv(0x0C, b"\xff"), id="broken UTF-8"),
        pytest.param(der.tlv(0x13, b"\xff"), id="a PrintableString that is not ASCII"),
        pytest.param(der.tlv(0x1E, b"a"), id="half a character in a BMPString"),
        pytest.param(der.tlv(0x14, b"\xe9"), id="a TeletexString"),
        pytest.param(der.integer(1), id="an INTEGER"),
        pytest.param(der.bit_string(b"a"), id="a BIT STRING"),
        pytest.param(der.sequence(), id="a SEQUENCE"),
    ],
)
def test_a_name_that_cannot_be_read_is_refused_or_read_without_failing(sm2_pki: PKI, value: bytes) -> None:
    try:
        made = sm2_pki.issue(SEAL_OWNER, change=with_common_name(value)).certificate
    except CertificateMalformed:
        return
    assert isinstance(made.common_name, str)
    assert isinstance(made.organisation, str)


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        pytest.param("2.5.29.19", der.sequence(der.boolean(value=False)), id="an explicit cA FALSE"),
        pytest.param("2.5.29.15", b"\x03\x02\x00\xc0", id="unused bits counted as none"),
        pytest.param("2.5.29.17", b"\xff", id="an alternative name of no sense"),
    ],
)
def test_deviations_of_real_authorities_are_read(sm2_pki: PKI, oid: str, value: bytes) -> None:
    deviating = extension(oid, value)
    made = sm2_pki.issue(SEAL_OWNER, change=lambda tbs: with_extension(tbs, deviating)).certificate
    assert (made.is_authority, made.path_length) == (False, None)
    assert made.key_usage.digital_signature
    assert made.key_usage.content_commitment
    assert not made.key_usage.certificate_signing


def listed(*extensions: bytes) -> Callable[[bytes], bytes]:
    """Return a change that gives a TBSCertificate exactly these extensions."""
    return lambda tbs: grafted(tbs, 7, 0, put=der.sequence(*extensions))


def test_an_explicit_critical_false_is_read(sm2_pki: PKI) -> None:
    # DER leaves it out (X.690, 11.5); certificates of real authorities have it, and another library refuses them.
    told = der.sequence(der.oid("2.5.29.14"), der.boolean(value=False), der.octet_string(der.octet_string(b"key")))
    made = sm2_pki.issue(SEAL_OWNER, change=listed(told)).certificate
    with pytest.raises(ValueError, match="EncodedDefault"):
        x509.load_der_x509_certificate(made.der)
    assert made.subject_key_identifier == b"key"
    assert made.unknown_critical_extensions == ()
    sm2_pki.issuing.certificate.verify_issued(made)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda tbs: grafted(tbs, 0, 0, put=der.integer(0)), id="an explicit version 1"),
        pytest.param(lambda tbs: grafted(tbs, 0, 0, put=der.integer(1)), id="extensions in version 2"),
        pytest.param(lambda tbs: grafted(tbs, 7, put=der.context(3, der.sequence())), id="no extension in extensions"),
        pytest.param(lambda tbs: grafted(tbs, 7, put=der.context(4, der.null())), id="a member nobody knows"),
        pytest.param(
            lambda tbs: grafted(tbs, 7, put=element_at(tbs, 7).raw + der.context(1, b"\0", constructed=False)),
            id="a unique identifier behind the extensions",
        ),
        pytest.param(lambda tbs: grafted(tbs, 3, put=der.sequence(der.set_of([]))), id="an empty relative name"),
        pytest.param(lambda tbs: grafted(tbs, 5, put=der.sequence(der.sequence())), id="a name of sequences"),
        pytest.param(lambda tbs: grafted(tbs, 4, 1, put=b""), id="one time alone"),
        pytest.param(lambda tbs: grafted(tbs, 6, 1, put=der.octet_string(b"key")), id="a key that is no bit string"),
        pytest.param(
            lambda tbs: grafted(tbs, 2, put=der.sequence(der.oid("1.2.3"), der.null(), der.null())),
            id="two parameters",
        ),
        pytest.param(listed(der.sequence(der.oid("2.25.1"), der.integer(1), der.octet_string(b""))), id="critical 1"),
    ],
)
def test_what_is_no_tbs_certificate(sm2_pki: PKI, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(CertificateMalformed):
        sm2_pki.issue(SEAL_OWNER, change=change)


def point(*members: bytes) -> bytes:
    """Return the extension cRLDistributionPoints with one point."""
    return extension("2.5.29.31", der.sequence(der.sequence(*members)))


URI = der.context(6, b"http://ca.example/0.crl", constructed=False)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(point(der.context(0, der.context(0, URI))), {URI}, id="one address"),
        pytest.param(point(der.context(0, der.context(1, URI))), set(), id="a name relative to the issuer's"),
        pytest.param(
            point(der.context(0, der.context(0, URI)), der.context(1, b"\6\x40", constructed=False)),
            set(),
            id="for some reasons alone",
        ),
        pytest.param(
            point(der.context(0, der.context(0, URI)), der.context(2, URI)), set(), id="lists of another issuer"
        ),
        pytest.param(extension("2.5.29.31", der.null()), set(), id="no sense"),
        pytest.param(extension("2.5.29.31", der.sequence(der.sequence(der.context(0)))), set(), id="no name"),
    ],
)
def test_where_lists_for_a_certificate_are(sm2_pki: PKI, value: bytes, expected: set[bytes]) -> None:
    made = sm2_pki.issue(SEAL_OWNER, change=lambda tbs: with_extension(tbs, value)).certificate
    assert made.distribution_points == expected
    assert sm2_pki.signer.certificate.distribution_points == frozenset()


def test_a_responder_needs_nobody_to_ask_for_it(pki: PKI) -> None:
    assert pki.issue(OCSP_RESPONDER).certificate.is_status_unasked
    assert not pki.issue(SEAL_OWNER).certificate.is_status_unasked


@pytest.mark.parametrize(
    "name", [b"", b"garbage", der.null(), der.sequence(der.null()), der.sequence(der.set_of([der.null()]))]
)
def test_a_name_of_no_sense_is_empty(name: bytes) -> None:
    assert name_attribute(name, "2.5.4.3") == ""


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut off": lambda encoded: encoded[:-1],
    "a trailing octet": lambda encoded: encoded + b"\0",
    "an octet string": der.octet_string,
    "nothing inside": lambda _: der.sequence(),
    "no signature": lambda encoded: grafted(encoded, 2, put=b""),
    "a fourth member": lambda encoded: der.sequence(*(one.raw for one in der.parse(encoded).sequence()), der.null()),
    "indefinite length": lambda encoded: b"\x30\x80" + encoded[4:] + b"\0\0",
    "no key": lambda encoded: grafted(encoded, 0, 6, put=b""),
    "version 4": lambda encoded: grafted(encoded, 0, 0, 0, put=der.integer(3)),
    "month 13": lambda encoded: grafted(encoded, 0, 4, 0, put=der.tlv(0x17, b"261301000000Z")),
    "one extension twice": lambda encoded: grafted(
        encoded, 0, 7, 0, 0, put=element_at(encoded, 0, 7, 0, 0).raw + element_at(encoded, 0, 7, 0, 0).raw
    ),
    "an extension of no sense": lambda encoded: grafted(encoded, 0, 7, 0, 0, 2, put=der.octet_string(b"\xff")),
    "a purpose that no number is as long as": lambda encoded: grafted(
        encoded,
        *(0, 7, 0, 0),
        put=extension("2.5.29.37", der.sequence(der.tlv(der.Tag.OID, b"\x2a" + b"\xff" * 3000 + b"\x01"))),
    ),
    "key usage that is a number": lambda encoded: grafted(
        encoded, 0, 7, 0, 1, put=extension("2.5.29.15", der.integer(1), critical=True)
    ),
    "an extension of four members": lambda encoded: grafted(
        encoded,
        0,
        7,
        0,
        0,
        put=der.sequence(der.oid("2.25.1"), der.boolean(value=True), der.octet_string(b""), b"\5\0"),
    ),
    "an extension of one member": lambda encoded: grafted(encoded, 0, 7, 0, 0, put=der.sequence(der.oid("2.25.1"))),
    "a serial number with a needless 00": lambda encoded: grafted(encoded, 0, 1, put=b"\x02\x02\x00\x01"),
}


@pytest.mark.parametrize("how", MALFORMED)
def test_what_is_no_certificate(pki: PKI, how: str) -> None:
    with pytest.raises(CertificateMalformed):
        Certificate(MALFORMED[how](pki.signer.certificate.der))


def test_pem(pki: PKI, tmp_path: Path) -> None:
    first, second = pki.root.certificate, pki.issuing.certificate
    text = b"words before\n" + pem(first.der) + b"words between\n" + pem(second.der)
    assert pem(first.der).startswith(b"-----BEGIN CERTIFICATE-----\n")
    assert all(len(line) <= 64 for line in pem(first.der).splitlines())
    assert list(read_pem(text, "CERTIFICATE")) == [first.der, second.der]
    assert list(read_pem(text, "X509 CRL")) == []
    assert list(read_pem(pem(b"crl", "X509 CRL"), "X509 CRL")) == [b"crl"]
    assert Certificate.from_pem(text) == first
    assert Certificate.from_pem(text.replace(b"\n", b"\r\n")) == first
    (tmp_path / "pem").write_bytes(text)
    (tmp_path / "der").write_bytes(second.der)
    assert list(read_folder([tmp_path / "pem", tmp_path / "der"])) == [first, second, second]


@pytest.mark.parametrize(
    "text", [b"", b"no certificate", pem(b"", "X509 CRL"), pem(b"no certificate"), b"-----BEGIN CERTIFICATE-----\nAAA"]
)
def test_pem_without_a_certificate(text: bytes) -> None:
    with pytest.raises(CertificateMalformed):
        Certificate.from_pem(text)


def test_pem_that_is_not_base64_is_passed_over(sm2_pki: PKI) -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n"
    assert Certificate.from_pem(broken + pem(sm2_pki.root.certificate.der)) == sm2_pki.root.certificate


def test_the_end_is_given_by_profile_or_issuer(sm2_pki: PKI) -> None:
    early = datetime(2027, 5, 5, 5, 5, 5, tzinfo=UTC)
    assert sm2_pki.issue(SEAL_OWNER, not_after=early).certificate.not_after == early
    late = FOUNDED + 2 * SEAL_OWNER.lifetime
    assert sm2_pki.issue(SEAL_OWNER, not_after=late).certificate.not_after == FOUNDED + SEAL_OWNER.lifetime


def test_what_was_proven_once_says_nothing_of_another_certificate(sm2_pki: PKI) -> None:
    issuing, leaf = sm2_pki.issuing.certificate, sm2_pki.signer.certificate
    forged = Certificate(leaf.der[:-1] + bytes((leaf.der[-1] ^ 1,)))
    for _ in range(2):
        issuing.verify_issued(leaf)
        with pytest.raises(TrustError):
            issuing.verify_issued(forged)
        with pytest.raises(TrustError):
            sm2_pki.root.certificate.verify_issued(leaf)


def test_a_certificate_that_was_met_before(sm2_pki: PKI) -> None:
    leaf = sm2_pki.signer.certificate
    assert certificate_of(bytes(leaf.der)) == leaf
    assert certificate_of(leaf.der) is certificate_of(bytes(bytearray(leaf.der)))
    for _ in range(2):
        with pytest.raises(CertificateMalformed):
            certificate_of(leaf.der[:-1])
