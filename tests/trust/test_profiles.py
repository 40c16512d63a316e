"""Profiles: names, bits and extensions, octet by octet where a reader would not notice."""

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from tests.builders import FOUNDED, PKI
from trust import profiles
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.errors import Conflict
from trust.profiles import (
    ISSUING,
    ROOT,
    SEAL_OWNER,
    TIME_STAMPING,
    AuthorityEnded,
    Name,
    Profile,
    key_identifier,
    key_usage,
)

EVERY = [one for one in vars(profiles).values() if isinstance(one, Profile)]


def as_others_read(certificate: Certificate) -> x509.Extensions:
    """Return the extensions as another library reads them."""
    return x509.load_der_x509_certificate(certificate.der).extensions


def test_names_are_in_the_order_of_government_certificates() -> None:
    name = Name(common_name="章", organisation="局", organisation_identifier="9133")
    kinds = [one.children()[0].children()[0].oid() for one in der.parse(name.der).sequence()]
    assert kinds == ["2.5.4.6", "2.5.4.10", "2.5.4.97", "2.5.4.3"]
    assert Name(common_name="a").der == der.sequence(
        der.set_of([der.sequence(der.oid("2.5.4.6"), der.printable_string("CN"))]),
        der.set_of([der.sequence(der.oid("2.5.4.3"), der.utf8_string("a"))]),
    )


@pytest.mark.parametrize(
    ("places", "expected"),
    [((0, 1), "030206c0"), ((0,), "03020780"), ((5, 6), "03020106"), ((3,), "03020410")],
)
def test_key_usage_has_no_trailing_zero_bits(places: tuple[int, ...], expected: str) -> None:
    assert key_usage(places).hex() == expected


@pytest.mark.parametrize("profile", EVERY, ids=lambda one: one.name)
def test_only_authorities_certify(profile: Profile) -> None:
    certifies = {profiles.KEY_CERT_SIGN, profiles.CRL_SIGN} & set(profile.usage)
    assert bool(certifies) == profile.authority
    assert profile.authority or profile.path_length is None
    signs = {profiles.DIGITAL_SIGNATURE, profiles.CONTENT_COMMITMENT} & set(profile.usage)
    enciphers = {profiles.KEY_ENCIPHERMENT, profiles.DATA_ENCIPHERMENT, profiles.KEY_AGREEMENT} & set(profile.usage)
    assert [bool(certifies), bool(signs), bool(enciphers)].count(True) == 1


def test_names_of_profiles_are_unique() -> None:
    assert len({one.name for one in EVERY}) == len(EVERY) == 13


def test_chains_are_as_long_as_the_house_needs() -> None:
    assert (ROOT.path_length, ISSUING.path_length) == (1, 0)
    assert ROOT.lifetime > ISSUING.lifetime > SEAL_OWNER.lifetime


def test_key_identifiers_are_the_start_of_sm3_over_the_bits(pki: PKI) -> None:
    _, bits = der.parse(pki.root.key.public_key.spki).sequence()
    assert key_identifier(pki.root.key.public_key) == sm3(bits.bits())[:20]


@pytest.mark.parametrize(
    ("profile", "oid", "critical"),
    [
        (ROOT, x509.BasicConstraints.oid, True),
        (SEAL_OWNER, x509.BasicConstraints.oid, True),
        (SEAL_OWNER, x509.KeyUsage.oid, True),
        (TIME_STAMPING, x509.ExtendedKeyUsage.oid, True),  # RFC 3161, 2.3
        (SEAL_OWNER, x509.SubjectKeyIdentifier.oid, False),
        (SEAL_OWNER, x509.AuthorityKeyIdentifier.oid, False),
    ],
)
def test_what_is_critical(pki: PKI, profile: Profile, oid: x509.ObjectIdentifier, critical: bool) -> None:  # noqa: FBT001
    made = pki.issue(profile, pki.root).certificate
    assert as_others_read(made).get_extension_for_oid(oid).critical is critical


def test_addresses_are_told(pki: PKI) -> None:
    made = pki.issue(SEAL_OWNER, crl="https://ca.example/a.crl", issuer_address="https://ca.example/a.cer").certificate
    (point,) = as_others_read(made).get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name == [x509.UniformResourceIdentifier("https://ca.example/a.crl")]
    (access,) = as_others_read(made).get_extension_for_class(x509.AuthorityInformationAccess).value
    assert access.access_method == AuthorityInformationAccessOID.CA_ISSUERS
    assert access.access_location == x509.UniformResourceIdentifier("https://ca.example/a.cer")
    assert made.unknown_critical_extensions == ()
    plain = pki.issue(SEAL_OWNER).certificate
    told = {one.oid for one in as_others_read(plain)}
    assert not told & {x509.CRLDistributionPoints.oid, x509.AuthorityInformationAccess.oid}


def test_a_certificate_never_ends_before_it_begins(pki: PKI) -> None:
    # An authority at the end of its days must not issue what was never valid.
    for end in (FOUNDED - timedelta(days=1), FOUNDED):
        with pytest.raises(AuthorityEnded):
            pki.issue(SEAL_OWNER, not_after=end)
    assert issubclass(AuthorityEnded, Conflict)


def test_a_long_name_is_cut_in_its_middle_and_stands_whole_in_the_description() -> None:
    # RFC 5280, A.1: 64 characters. Two authorities of one operator must not end up with the same name.
    long = "某省某某市某某区某某街道" * 6 + "行政审批局"
    name = Name(common_name=f"{long} SM2 根证书", organisation=long, organisation_identifier="11330000MB0000001X")
    told = {
        pair.children()[0].oid(): pair.children()[1].body.decode()
        for relative in der.parse(name.der).sequence()
        for pair in relative.children()
    }
    assert len(told["2.5.4.10"]) == len(told["2.5.4.3"]) == profiles.NAME_BOUND
    assert told["2.5.4.10"] == f"{long[:40]}…{long[-23:]}"
    assert told["2.5.4.13"] == long
    assert told["2.5.4.3"].endswith(" SM2 根证书")
    assert told["2.5.4.97"] == "11330000MB0000001X"


@pytest.mark.parametrize("length", [1, 63, 64])
def test_a_name_that_fits_is_not_touched(length: int) -> None:
    assert profiles.bounded("名" * length) == "名" * length
    assert der.utf8_string("名" * length) in Name(common_name="a", organisation="名" * length).der
    assert der.oid("2.5.4.13") not in Name(common_name="a", organisation="名" * length).der


def test_a_responder_says_that_nobody_needs_to_ask_for_it(pki: PKI) -> None:
    told = as_others_read(
        pki.issue(
            profiles.OCSP_RESPONDER, crl="http://a/b.crl", ocsp="http://a/ocsp", issuer_address="http://a/b.cer"
        ).certificate
    )
    assert told.get_extension_for_class(x509.OCSPNoCheck).critical is False
    assert [one.access_method for one in told.get_extension_for_class(x509.AuthorityInformationAccess).value] == [
        AuthorityInformationAccessOID.CA_ISSUERS
    ]
    with pytest.raises(x509.ExtensionNotFound):
        told.get_extension_for_class(x509.CRLDistributionPoints)


def test_the_status_of_a_certificate_is_to_be_asked_for(pki: PKI) -> None:
    made = pki.issue(SEAL_OWNER, ocsp="https://ca.example/ocsp/a").certificate
    (access,) = as_others_read(made).get_extension_for_class(x509.AuthorityInformationAccess).value
    assert access.access_method == AuthorityInformationAccessOID.OCSP
