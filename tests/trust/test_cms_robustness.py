"""Whatever the octets are, a verifier answers with a report or one of our errors, and never passes what was changed."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import PKI, cms_signer, element_at, revocation_list, time_authority
from tests.fakes.clock import NOW, SettableClock
from tests.trust.messages import ATTRIBUTES, SIGNATURE
from trust.certificates import Certificate
from trust.cms import Dialect, read_signed_message
from trust.cms_signing import CMSSigner
from trust.cms_verification import judge_cms
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.reports import SignatureReport
from trust.revocation import RevocationList
from trust.timestamping import judge_time_stamp
from trust.verdict import Outcome

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number", "ignore:Attribute's length")

CONTENT: Final = b"content"
MESSAGE: Final = b"message"
PKI_: Final = PKI.found()
EVIDENCE: Final = PKI_.evidence
SIGNER: Final[CMSSigner] = cms_signer(PKI_.signer, Dialect.RFC5652, chain=(PKI_.issuing.certificate,))
STAMPER: Final = time_authority(PKI_.time_stamper, SettableClock())
SIGNED: Final = SIGNER.sign(sm3(CONTENT), content=CONTENT, signing_time=NOW, stamp=STAMPER.stamp)
NATIONAL: Final = cms_signer(PKI_.signer, Dialect.GBT35275).sign(sm3(CONTENT), content=CONTENT, signing_time=NOW)
TOKEN: Final = STAMPER.stamp(MESSAGE)
CERTIFICATE: Final = PKI_.signer.certificate.der
LIST: Final = revocation_list(PKI_.issuing, {PKI_.signer.certificate: NOW}).der


@st.composite
def mutations(draw: st.DrawFn, original: bytes) -> bytes:
    """Return `original` with some octets changed, cut out, doubled or added."""
    octets = bytearray(original)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, len(octets) - 1))
        match draw(st.sampled_from(["set", "bit", "cut", "double", "insert", "end"])):
            case "set":
                octets[place] = draw(st.sampled_from([0x00, 0x01, 0x7F, 0x80, 0xFF, 0x30, 0x31, 0xA0, 0x04, 0x1F]))
            case "bit":
                octets[place] ^= 1 << draw(st.integers(0, 7))
            case "cut":
                del octets[place : place + draw(st.integers(1, 20))]
            case "double":
                octets[place:place] = octets[place : place + draw(st.integers(1, 20))]
            case "insert":
                octets[place:place] = draw(st.binary(min_size=1, max_size=8))
            case _:
                del octets[place:]
        if not octets:
            break
    return bytes(octets)


def what_counts(encoded: bytes) -> tuple[object, ...]:
    """Return the parts of a message that are signed: whoever changes them must be found out."""
    message = read_signed_message(encoded)
    return message.content, [(one.signed_attributes, one.signature) for one in message.signers]


def check(report: SignatureReport, octets: bytes, original: bytes) -> None:
    """Require that a report that passed is about what was signed. Every text of it can be told."""
    for one in report.checks:
        assert one.outcome in Outcome
        assert str(one.finding)
    if report.signer is not None:
        assert isinstance(report.signer.common_name, str)
    if report.verdict.outcome is Outcome.PASSED:
        signed, now_signed = what_counts(original), what_counts(octets)
        assert now_signed == signed


@settings(max_examples=400)
@given(mutations(SIGNED))
def test_changed_messages(octets: bytes) -> None:
    for report in judge_cms(octets, EVIDENCE, now=NOW, content=None):
        check(report, octets, SIGNED)


@settings(max_examples=200)
@given(mutations(NATIONAL))
def test_changed_messages_in_the_national_dialect(octets: bytes) -> None:
    for report in judge_cms(octets, EVIDENCE, now=NOW, content=None):
        check(report, octets, NATIONAL)


@settings(max_examples=300)
@given(mutations(TOKEN))
def test_changed_tokens(octets: bytes) -> None:
    check(judge_time_stamp(octets, MESSAGE, EVIDENCE, now=NOW), octets, TOKEN)


@settings(max_examples=300)
@given(mutations(CERTIFICATE))
def test_changed_certificates(octets: bytes) -> None:
    try:
        read = Certificate(octets)
    except TrustError:
        return
    assert isinstance(read.common_name + read.organisation + read.issuer_common_name, str)
    _ = read.is_authority, read.path_length, read.key_usage, read.extended_key_usage, read.unknown_critical_extensions
    if read.der != CERTIFICATE:
        with pytest.raises(TrustError):
            PKI_.issuing.certificate.verify_issued(read)


@settings(max_examples=300)
@given(mutations(LIST))
def test_changed_lists(octets: bytes) -> None:
    try:
        read = RevocationList(octets)
    except TrustError:
        return
    _ = read.is_complete, read.this_update, read.next_update, read.entry(5)
    if read.der != LIST:
        assert not read.is_signed_by(PKI_.issuing.certificate)


@given(st.binary(max_size=100))
def test_random_octets(octets: bytes) -> None:
    for report in judge_cms(octets, EVIDENCE, now=NOW, content=None):
        assert report.verdict.outcome is Outcome.FAILED
    assert judge_time_stamp(octets, MESSAGE, EVIDENCE, now=NOW).verdict.outcome is Outcome.FAILED


@pytest.mark.parametrize("place", range(0, len(element_at(SIGNED, *ATTRIBUTES).raw), 7))
def test_every_part_of_the_attributes_is_signed(place: int) -> None:
    start = element_at(SIGNED, *ATTRIBUTES).start
    octets = bytearray(SIGNED)
    octets[start + place] ^= 1
    (report,) = judge_cms(bytes(octets), EVIDENCE, now=NOW, content=None)
    assert report.verdict.outcome is not Outcome.PASSED


def test_every_octet_of_the_signature_counts() -> None:
    element = element_at(SIGNED, *SIGNATURE)
    for place in range(element.body_start, element.end, 3):
        octets = bytearray(SIGNED)
        octets[place] ^= 1
        (report,) = judge_cms(bytes(octets), EVIDENCE, now=NOW, content=None)
        assert report.verdict.outcome is not Outcome.PASSED
