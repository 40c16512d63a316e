"""Our reader of certificates against that of `cryptography`, on thousands of mutants: every difference has its reason.

Where both read one, they read the same. Where ours alone does, what it reads less strictly is among what the docstring
of trust/certificates.py names: with exactly that put right, `cryptography` reads it as well. Where theirs alone does,
ours has a rule of its own.
"""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest
from cryptography import x509

from tests.builders import PKI, Party
from tests.fuzz.engine import Seeds
from trust.asn1 import der
from trust.certificates import (
    AUTHORITY_KEY_IDENTIFIER,
    BASIC_CONSTRAINTS,
    EXTENDED_KEY_USAGE,
    KEY_IDENTIFIER_TAG,
    KEY_USAGE,
    SUBJECT_KEY_IDENTIFIER,
    Certificate,
    CertificateMalformed,
)
from trust.errors import TrustError
from trust.profiles import DOCUMENT_SIGNER, ISSUING, OCSP_RESPONDER, SEAL_OWNER, TIME_STAMPING, Name

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")

CASES: Final = 4000
ON_A_PATH: Final = (
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    EXTENDED_KEY_USAGE,
    SUBJECT_KEY_IDENTIFIER,
    AUTHORITY_KEY_IDENTIFIER,
)
"""Extensions that a path hangs on."""

LONGEST_ARC: Final = 2**127
LONGEST_OID: Final = 60
"""`cryptography` reads no object identifier that is longer, or with a larger arc; X.690 sets no limit."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """A mutant, and what each made of it."""

    octets: bytes
    ours: Certificate | None
    theirs: x509.Certificate | None
    number: int


def theirs_of(octets: bytes) -> x509.Certificate | None:
    """Return what `cryptography` reads, all that it would read later included."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = x509.load_der_x509_certificate(octets)
            _ = found.subject, found.issuer, found.extensions, found.not_valid_before_utc, found.not_valid_after_utc
        except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            return None
        return found


def ours_of(octets: bytes) -> Certificate | None:
    """Return what we read."""
    try:
        return Certificate(octets)
    except TrustError:
        return None


@pytest.fixture(scope="module")
def signer(p256_pki: PKI) -> Party:
    """Return a certificate in which nothing is wrong."""
    return p256_pki.signer


@pytest.fixture(scope="module")
def mutants(p256_pki: PKI) -> list[Read]:
    """Return mutants of certificates of several profiles, and what each reader made of them."""
    name = Name(common_name="某局", organisation="o", organisation_identifier="91330106MA2CFLDG4R")
    seeds = [
        p256_pki.issue(profile, subject=name, crl="http://a.example/a.crl", issuer_address="http://a.example/a.cer")
        for profile in (DOCUMENT_SIGNER, ISSUING, OCSP_RESPONDER, SEAL_OWNER, TIME_STAMPING)
    ]
    grown = Seeds(tuple(one.certificate.der for one in seeds))
    return [
        Read(number=number, octets=octets, ours=ours_of(octets), theirs=theirs_of(octets))
        for number, octets in grown.cases("differential", range(CASES))
    ]


def test_both_read_and_refuse_many(mutants: list[Read]) -> None:
    both = [one for one in mutants if one.ours is not None and one.theirs is not None]
    neither = [one for one in mutants if one.ours is None and one.theirs is None]
    assert len(both) > CASES // 10
    assert len(neither) > CASES // 4


def test_what_both_read_is_the_same(mutants: list[Read]) -> None:
    for one in mutants:
        if one.ours is None or one.theirs is None:
            continue
        ours, theirs = one.ours, one.theirs
        assert ours.serial == theirs.serial_number
        assert (ours.not_before, ours.not_after) == (theirs.not_valid_before_utc, theirs.not_valid_after_utc)
        assert ours.fields.tbs == theirs.tbs_certificate_bytes
        assert ours.fields.signature == theirs.signature
        if ours.fields.algorithm == ours.fields.outer_algorithm:  # of two that differ, theirs tells the one outside
            assert ours.fields.algorithm_oid == theirs.signature_algorithm_oid.dotted_string
        assert set(ours.extensions) == {each.oid.dotted_string for each in theirs.extensions}
        critical = {each.oid.dotted_string for each in theirs.extensions if each.critical}
        assert {oid for oid, each in ours.extensions.items() if each.critical} == critical
        assert constraints(ours) == their_constraints(theirs)
        assert ours.extended_key_usage == their_purposes(theirs)
        assert usage(ours) == their_usage(theirs)


def constraints(ours: Certificate) -> tuple[bool, int | None]:
    """Return whether it is an authority, and its length, which counts for authorities alone."""
    return ours.is_authority, ours.path_length if ours.is_authority else None


def their_constraints(theirs: x509.Certificate) -> tuple[bool, int | None]:
    """Return the same as they have it."""
    try:
        found = theirs.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound:
        return False, None
    return found.ca, found.path_length


def their_purposes(theirs: x509.Certificate) -> frozenset[str] | None:
    """Return the purposes as they have them."""
    try:
        found = theirs.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return None
    return frozenset(each.dotted_string for each in found)


def usage(ours: Certificate) -> tuple[bool, ...]:
    """Return the bits of keyUsage."""
    told = ours.key_usage
    return (
        told.digital_signature,
        told.content_commitment,
        told.key_encipherment,
        told.data_encipherment,
        told.key_agreement,
        told.certificate_signing,
        told.crl_signing,
    )


def their_usage(theirs: x509.Certificate) -> tuple[bool, ...]:
    """Return the bits of keyUsage as they have them."""
    try:
        told = theirs.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return (True,) * 7
    return (
        told.digital_signature,
        told.content_commitment,
        told.key_encipherment,
        told.data_encipherment,
        told.key_agreement,
        told.key_cert_sign,
        told.crl_sign,
    )


# --- what ours alone reads -------------------------------------------------------------------------------------------


def put_right(ours: Certificate, good: Certificate) -> bytes:
    """Return a certificate whose names, algorithms, key and idle extensions are those of a good one.

    Explicit FALSE is left out, and the bits of keyUsage are counted right. Everything else is as it was read.
    """
    fields = ours.fields
    version = (der.context(0, der.integer(fields.version - 1)),) if fields.version > 1 else ()
    validity = der.parse(fields.tbs).sequence()[3 + len(version)].raw
    listed = [rewritten(oid, each.value, critical=each.critical) for oid, each in fields.extensions if oid in ON_A_PATH]
    tbs = der.sequence(
        *version,
        der.integer(fields.serial),
        good.fields.algorithm,
        good.issuer,
        validity,
        good.subject,
        good.fields.spki,
        *((der.context(3, der.sequence(*listed)),) if listed else ()),
    )
    return der.sequence(tbs, good.fields.algorithm, der.bit_string(fields.signature))


def rewritten(oid: str, value: bytes, *, critical: bool) -> bytes:
    """Return an extension that a path hangs on, with what is tolerated of it put right.

    A length beside `cA FALSE` limits nothing, and one of thousands nothing either; of keyUsage nobody asks for the last
    two bits; of the issuer's identifier, its name and number are not asked for.
    """
    if oid == KEY_USAGE:
        number = (der.parse(value).body + b"\0")[1] & 0xFE
        value = der.bit_string(bytes((number,)), unused=(number & -number).bit_length() - 1 if number else 7)
    elif oid == BASIC_CONSTRAINTS:
        members = der.parse(value).sequence()
        limits = [der.integer(min(one.integer(), 255)) for one in members if one.tag == der.Tag.INTEGER]
        is_authority = [one.raw for one in members[:1]] == [der.boolean(value=True)]
        value = der.sequence(der.boolean(value=True), *limits) if is_authority else der.sequence()
    elif oid == AUTHORITY_KEY_IDENTIFIER:
        value = der.sequence(*(one.raw for one in der.parse(value).sequence() if one.tag == KEY_IDENTIFIER_TAG))
    flag = (der.boolean(value=True),) if critical else ()
    return der.sequence(der.oid(oid), *flag, der.octet_string(value))


def has_a_long_arc(ours: Certificate) -> bool:
    """Tell whether a purpose or an extension is named with an arc that `cryptography` does not read."""
    named = {*ours.extensions, *(ours.extended_key_usage or ())}
    return any(len(der.oid(oid)) > LONGEST_OID or int(arc) >= LONGEST_ARC for oid in named for arc in oid.split("."))


def ours_alone(mutants: list[Read]) -> Iterator[tuple[Read, Certificate]]:
    """Yield what ours alone reads."""
    return ((one, one.ours) for one in mutants if one.ours is not None and one.theirs is None)


def test_what_ours_alone_reads_is_tolerated_on_purpose(mutants: list[Read], signer: Party) -> None:
    found = list(ours_alone(mutants))
    assert found
    unexplained = [
        one.octets.hex()
        for one, ours in found
        if theirs_of(put_right(ours, signer.certificate)) is None and not has_a_long_arc(ours)
    ]
    assert unexplained == []


def test_putting_right_hides_no_fault_that_a_path_hangs_on(signer: Party) -> None:
    assert theirs_of(put_right(signer.certificate, signer.certificate)) is not None
    assert theirs_of(signer.certificate.der) is not None


# --- what theirs alone reads -----------------------------------------------------------------------------------------


def test_what_theirs_alone_reads_breaks_a_rule_of_ours(mutants: list[Read]) -> None:
    """Extensions in version 1 or 2, which has none; extensions without any in them; a signature with unused bits."""
    for one in mutants:
        if one.ours is not None or one.theirs is None:
            continue
        body, _, signature = der.parse(one.octets).sequence()
        tbs = body.sequence()
        has_unused_bits = signature.body[:1] != b"\0"
        is_version_3 = tbs[0].raw == der.context(0, der.integer(2))
        has_empty_extensions = tbs[-1].raw == der.context(3, der.sequence())
        assert has_unused_bits or not is_version_3 or has_empty_extensions, one.octets.hex()


# --- rules that no path could do without, one at a time ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        pytest.param(BASIC_CONSTRAINTS, der.sequence(der.boolean(value=True), der.integer(-1)), id="a length below 0"),
        pytest.param(
            BASIC_CONSTRAINTS, der.sequence(der.boolean(value=True), der.integer(0), der.integer(9)), id="two lengths"
        ),
        pytest.param(BASIC_CONSTRAINTS, der.sequence(der.boolean(value=True), der.null()), id="NULL for a length"),
        pytest.param(BASIC_CONSTRAINTS, der.sequence(der.integer(0), der.boolean(value=True)), id="the other order"),
        pytest.param(BASIC_CONSTRAINTS, der.tlv(0x31, der.boolean(value=True)), id="constraints in a SET"),
        pytest.param(EXTENDED_KEY_USAGE, der.sequence(), id="no purpose"),
        pytest.param(EXTENDED_KEY_USAGE, der.sequence(der.null()), id="a purpose that is no identifier"),
        pytest.param(KEY_USAGE, der.octet_string(b"\x06\xc0"), id="usage in an OCTET STRING"),
        pytest.param(SUBJECT_KEY_IDENTIFIER, der.bit_string(bytes(20)), id="an identifier in a BIT STRING"),
        pytest.param(
            AUTHORITY_KEY_IDENTIFIER,
            der.sequence(der.context(0, bytes(20), constructed=False), der.context(0, b"other", constructed=False)),
            id="two identifiers of the issuer",
        ),
        pytest.param(
            AUTHORITY_KEY_IDENTIFIER,
            der.sequence(der.context(2, b"\x01", constructed=False), der.context(0, bytes(20), constructed=False)),
            id="identifier and number in the other order",
        ),
        pytest.param(
            AUTHORITY_KEY_IDENTIFIER, der.sequence(der.octet_string(bytes(20))), id="an identifier without its tag"
        ),
    ],
)
def test_extensions_that_a_path_hangs_on_are_read_strictly(p256_pki: PKI, oid: str, value: bytes) -> None:
    def changed(tbs: bytes) -> bytes:
        members = [one.raw for one in der.parse(tbs).sequence()]
        listed = [one for one in der.parse(members.pop()).children()[0].children() if one.children()[0].oid() != oid]
        added = der.sequence(der.oid(oid), der.octet_string(value))
        return der.sequence(*members, der.context(3, der.sequence(*(one.raw for one in listed), added)))

    with pytest.raises(CertificateMalformed):
        p256_pki.issue(DOCUMENT_SIGNER, change=changed)
