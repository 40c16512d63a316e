"""Rules for certificates: each is broken alone, by a change that leaves every other rule kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import FOUNDED, PKI, Party, element_at, grafted, with_extension, without_extension
from trust import linting, profiles
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.algorithms import KEYS
from trust.linting import RULES, CertificateUnlawful, lint
from trust.profiles import DOCUMENT_SIGNER, ISSUING, ROOT, TIME_STAMPING, Profile, extension, key_usage

EVERY = [one for one in vars(profiles).values() if isinstance(one, Profile)]
ADDRESSES = {
    "crl": "http://ca.example/issuing/0.crl",
    "issuer_address": "http://ca.example/issuing.cer",
    "ocsp": "http://ca.example/ocsp/issuing",
}
VERSION, SERIAL, ALGORITHM, ISSUER, VALIDITY, SUBJECT, KEY, EXTENSIONS = range(8)
Change = Callable[[bytes], bytes]


def tbs_of(party: Party) -> bytes:
    """Return the TBSCertificate of a party."""
    return party.certificate.fields.tbs


def lawful(pki: PKI, profile: Profile) -> bytes:
    """Return a TBSCertificate that keeps every rule."""
    if profile is ROOT:
        return tbs_of(pki.root)
    if profile.is_status_unasked:
        return tbs_of(pki.issue(profile, issuer_address=ADDRESSES["issuer_address"]))
    return tbs_of(pki.issue(profile, pki.root if profile is ISSUING else pki.issuing, **ADDRESSES))  # type: ignore[arg-type] # of the builder's names


def issuer_of(pki: PKI, profile: Profile) -> Certificate | None:
    """Return who issues under a profile."""
    if profile is ROOT:
        return None
    return pki.root.certificate if profile is ISSUING else pki.issuing.certificate


def broken_rule(pki: PKI, tbs: bytes, profile: Profile = DOCUMENT_SIGNER) -> str:
    """Return which rule a TBSCertificate breaks first, or nothing."""
    try:
        lint(tbs, profile=profile, issuer=issuer_of(pki, profile), algorithm=pki.algorithm)
    except CertificateUnlawful as error:
        return str(error.details["rule"])
    return ""


@pytest.mark.parametrize("profile", EVERY, ids=lambda one: one.name)
def test_what_we_build_keeps_every_rule(pki: PKI, profile: Profile) -> None:
    assert broken_rule(pki, lawful(pki, profile), profile) == ""


def flag(*, value: bool) -> bytes:
    """Return the extension basicConstraints with an explicit flag."""
    return extension("2.5.29.19", der.sequence(der.boolean(value=value)), critical=True)


def name(*pairs: tuple[str, bytes]) -> bytes:
    """Return a name of these attributes."""
    return der.sequence(*(der.set_of([der.sequence(der.oid(oid), value)]) for oid, value in pairs))


COUNTRY = ("2.5.4.6", der.printable_string("CN"))
COMMON = ("2.5.4.3", der.utf8_string("某局"))


def times(begin: datetime, end: datetime) -> bytes:
    """Return a Validity."""
    return der.sequence(der.x509_time(begin), der.x509_time(end))


def access(*descriptions: bytes) -> bytes:
    """Return the extension authorityInfoAccess."""
    return extension("1.3.6.1.5.5.7.1.1", der.sequence(*descriptions))


def description(oid: str, address: bytes) -> bytes:
    """Return one AccessDescription."""
    return der.sequence(der.oid(oid), der.context(6, address, constructed=False))


def list_at(address: bytes, *more: bytes) -> bytes:
    """Return the extension cRLDistributionPoints with an address, and perhaps another point."""
    point = der.sequence(der.context(0, der.context(0, der.context(6, address, constructed=False))))
    return extension("2.5.29.31", der.sequence(point, *more))


def put(field: int, encoded: bytes) -> Change:
    """Return a change that puts another member into its place."""
    return lambda tbs: grafted(tbs, field, put=encoded)


def extended(added: bytes) -> Change:
    """Return a change that puts an extension in the place of the one of its kind, or behind all others."""
    return lambda tbs: with_extension(tbs, added)


def twice(tbs: bytes) -> bytes:
    """Let one extension stand there twice."""
    first = element_at(tbs, EXTENSIONS, 0, 0).raw
    return grafted(tbs, EXTENSIONS, 0, 0, put=first + first)


LATER = FOUNDED + timedelta(days=30)

UNSORTED = (COMMON, COUNTRY)

BROKEN: dict[str, tuple[str, Change]] = {
    "no TBSCertificate": ("form", lambda _: der.sequence()),
    "a set out of order": (
        "der",
        put(
            SUBJECT, der.sequence(der.tlv(der.Tag.SET, *(der.sequence(der.oid(one), value) for one, value in UNSORTED)))
        ),
    ),
    "an explicit cA FALSE": ("defaults", extended(flag(value=False))),
    "an explicit critical FALSE": (
        "defaults",
        extended(der.sequence(der.oid("2.5.29.14"), der.boolean(value=False), der.octet_string(der.octet_string(b"")))),
    ),
    "version 2": ("version", lambda tbs: grafted(grafted(tbs, EXTENSIONS, put=b""), 0, 0, put=der.integer(1))),
    "serial 0": ("serial", put(SERIAL, der.integer(0))),
    "a negative serial": ("serial", put(SERIAL, der.integer(-(2**100)))),
    "a short serial": ("serial", put(SERIAL, der.integer(2**62))),
    "a serial of 21 octets": ("serial", put(SERIAL, der.integer(2**160))),
    "another algorithm": ("signature_algorithm", put(ALGORITHM, der.sequence(der.oid("1.2.3")))),
    "another issuer": ("issuer", put(ISSUER, name(COUNTRY, COMMON))),
    "no country": ("subject", put(SUBJECT, name(COMMON))),
    "no common name": ("subject", put(SUBJECT, name(COUNTRY))),
    "two common names": ("subject", put(SUBJECT, name(COUNTRY, COMMON, COMMON))),
    "an empty common name": ("subject", put(SUBJECT, name(COUNTRY, ("2.5.4.3", der.utf8_string(""))))),
    "a common name of 65": ("subject", put(SUBJECT, name(COUNTRY, ("2.5.4.3", der.utf8_string("a" * 65))))),
    "an organisation of 65": ("subject", put(SUBJECT, name(COUNTRY, COMMON, ("2.5.4.10", der.utf8_string("局" * 65))))),
    "a control character": ("subject", put(SUBJECT, name(COUNTRY, ("2.5.4.3", der.utf8_string("a\0b"))))),
    "a country of three letters": ("subject", put(SUBJECT, name(("2.5.4.6", der.printable_string("CHN")), COMMON))),
    "an attribute nobody knows": ("subject", put(SUBJECT, name(COUNTRY, COMMON, ("2.5.4.5", der.utf8_string("1"))))),
    "a common name that is no text": ("subject", put(SUBJECT, name(COUNTRY, ("2.5.4.3", der.integer(1))))),
    "an end before the beginning": ("validity", put(VALIDITY, times(LATER, FOUNDED))),
    "a life too long": ("validity", put(VALIDITY, times(FOUNDED, FOUNDED + timedelta(days=5 * 365 + 1)))),
    "a beginning before the issuer's": (
        "validity_of_issuer",
        put(VALIDITY, times(FOUNDED - timedelta(days=1), LATER)),
    ),
    "an end after the issuer's": (
        "validity_of_issuer",
        put(VALIDITY, times(FOUNDED + timedelta(days=9 * 365), FOUNDED + timedelta(days=11 * 365))),
    ),
    "a GeneralizedTime before 2050": (
        "times",
        put(VALIDITY, der.sequence(der.generalized_time(FOUNDED), der.generalized_time(LATER))),
    ),
    "a unique identifier": (
        "unique_identifiers",
        lambda tbs: grafted(
            tbs, EXTENSIONS, put=der.context(2, b"\0a", constructed=False) + element_at(tbs, EXTENSIONS).raw
        ),
    ),
    "an extension twice": ("extension_twice", twice),
    "no key usage": ("extensions", lambda tbs: without_extension(tbs, "2.5.29.15")),
    "no list": ("extensions", lambda tbs: without_extension(tbs, "2.5.29.31")),
    "no access": ("extensions", lambda tbs: without_extension(tbs, "1.3.6.1.5.5.7.1.1")),
    "an extension nobody asked for": ("extensions", extended(extension("2.25.1", der.null()))),
    "a key usage that is not critical": ("extensions", extended(extension("2.5.29.15", key_usage((0, 1))))),
    "an authority": ("basic_constraints", extended(flag(value=True))),
    "another usage": ("key_usage", extended(extension("2.5.29.15", key_usage((0,)), critical=True))),
    "a usage with zeros at its end": (
        "key_usage",
        extended(extension("2.5.29.15", der.bit_string(b"\xc0", unused=0), critical=True)),
    ),
    "the identifier of another key": (
        "subject_key_identifier",
        extended(extension("2.5.29.14", der.octet_string(bytes(20)))),
    ),
    "the identifier of another issuer": (
        "authority_key_identifier",
        extended(extension("2.5.29.35", der.sequence(der.context(0, bytes(20), constructed=False)))),
    ),
    "the name of an issuer": (
        "authority_key_identifier",
        extended(extension("2.5.29.35", der.sequence(der.context(1, b"")))),
    ),
    "a list by LDAP": ("distribution_point", extended(list_at(b"ldap://ca.example/crl"))),
    "a list at no address": ("distribution_point", extended(list_at(b"http://ca.example/a b.crl"))),
    "a list by the name of a directory": (
        "distribution_point",
        extended(
            extension(
                "2.5.29.31", der.sequence(der.sequence(der.context(0, der.context(0, der.context(4, name(COMMON))))))
            )
        ),
    ),
    "two lists": ("distribution_point", extended(list_at(b"http://a/b.crl", der.sequence()))),
    "no status": ("access", extended(access(description("1.3.6.1.5.5.7.48.2", b"http://a/b.cer")))),
    "a status by LDAP": (
        "access",
        extended(
            access(description("1.3.6.1.5.5.7.48.1", b"ldap://a"), description("1.3.6.1.5.5.7.48.2", b"http://a/b.cer"))
        ),
    ),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_certificate_that_breaks_one_rule(pki: PKI, how: str) -> None:
    rule, change = BROKEN[how]
    assert broken_rule(pki, change(lawful(pki, DOCUMENT_SIGNER))) == rule


def test_purposes_are_those_of_the_profile(pki: PKI) -> None:
    good = lawful(pki, TIME_STAMPING)
    other = extension("2.5.29.37", der.sequence(der.oid("1.3.6.1.5.5.7.3.9")), critical=True)
    assert broken_rule(pki, with_extension(good, other), TIME_STAMPING) == "extended_key_usage"
    told = extension("2.5.29.37", der.sequence(der.oid("1.3.6.1.5.5.7.3.8")))
    assert broken_rule(pki, with_extension(good, told), TIME_STAMPING) == "extensions"  # it has to be critical


def test_a_key_that_nobody_here_certifies(pki: PKI, sm2_pki: PKI) -> None:
    good = lawful(pki, DOCUMENT_SIGNER)
    spki = element_at(sm2_pki.signer.certificate.fields.spki, 1).bits()
    off_the_curve = der.sequence(
        element_at(sm2_pki.signer.certificate.fields.spki, 0).raw, der.bit_string(spki[:-1] + bytes((spki[-1] ^ 1,)))
    )
    assert broken_rule(pki, grafted(good, KEY, put=off_the_curve)) == "key"
    unknown = der.sequence(der.sequence(der.oid("1.2.3")), der.bit_string(b"key"))
    assert broken_rule(pki, grafted(good, KEY, put=unknown)) == "key"


def test_the_key_of_the_issuer_is_certified_once(pki: PKI) -> None:
    made = pki.issue(DOCUMENT_SIGNER, key=pki.issuing.key, **ADDRESSES)  # type: ignore[arg-type] # as above
    assert broken_rule(pki, tbs_of(made)) == "key_of_issuer"


def test_an_algorithm_that_ends_is_not_certified_beyond_its_end(pki: PKI) -> None:
    tbs = lawful(pki, DOCUMENT_SIGNER)
    linted = linting.Linted(
        tbs=tbs,
        fields=Certificate(pki.signer.certificate.der).fields,
        profile=DOCUMENT_SIGNER,
        issuer=pki.issuing.certificate,
        algorithm=Ending(**{field: getattr(pki.algorithm, field) for field in pki.algorithm.__dataclass_fields__}),
    )
    assert not RULES["end_of_algorithm"](linted)


class Ending(type(KEYS["sm2"])):  # type: ignore[misc] # the class of algorithms
    """An algorithm whose end is known."""

    ends = datetime(2026, 2, 1, tzinfo=UTC)


def test_whoever_may_not_certify_does_not(pki: PKI) -> None:
    # Below a subscriber there is nothing; below an authority whose path length is 0 there is no other authority.
    for profile, issuer in ((DOCUMENT_SIGNER, pki.signer), (SHORT_LIVED, pki.issuing)):
        made = tbs_of(pki.issue(profile, issuer, **ADDRESSES))  # type: ignore[arg-type] # as above
        with pytest.raises(CertificateUnlawful) as refused:
            lint(made, profile=profile, issuer=issuer.certificate, algorithm=pki.algorithm)
        assert refused.value.details == {"rule": "authority"}


SHORT_LIVED = replace(ISSUING, lifetime=timedelta(days=365))


def test_nobody_but_a_root_signs_himself(pki: PKI) -> None:
    tbs = lawful(pki, DOCUMENT_SIGNER)
    with pytest.raises(CertificateUnlawful):
        lint(tbs, profile=DOCUMENT_SIGNER, issuer=None, algorithm=pki.algorithm)


def test_every_rule_is_broken_by_a_test() -> None:
    elsewhere = {"key", "key_of_issuer", "end_of_algorithm", "extended_key_usage", "authority"}
    assert {rule for rule, _ in BROKEN.values()} | elsewhere == set(RULES) | {"form"}
