"""OCSP responses that are refused, one deviation at a time, in the places where a lax reader would read on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import pytest

from tests.builders import PKI, element_at, grafted
from tests.fakes.clock import NOW
from trust.asn1 import der
from trust.crypto.algorithms import Digest
from trust.ocsp import CertificateId, OCSPResponse, OCSPResponseMalformed, StatusAnswer
from trust.ocsp_requests import response, tbs_response
from trust.profiles import extension
from trust.status import Revocation

ANSWER: Final = (0, 2, 0)
"""Where the first answer stands in a BasicOCSPResponse: id, status, this update, [0] next update, [1] extensions."""

STATUS: Final = (*ANSWER, 1)


@pytest.fixture(scope="module")
def basic(sm2_pki: PKI) -> bytes:
    """Return a BasicOCSPResponse with a revoked certificate, a next update and a cutoff."""
    issuing = sm2_pki.issuing
    answer = StatusAnswer(
        id=CertificateId.of(7, issuing.certificate, digest=Digest.SM3),
        is_known=True,
        revocation=Revocation(serial=7, at=NOW - timedelta(days=1), reason=1),
        this_update=NOW,
        next_update=NOW + timedelta(hours=1),
        archive_cutoff=NOW - timedelta(days=400),
    )
    tbs = tbs_response(issuing.certificate, [answer], produced_at=NOW, nonce=bytes(16))
    algorithm = issuing.key.algorithm.signature_identifier
    return element_at(response(tbs, algorithm, issuing.signer.sign(tbs)), 1, 0, 1).body


def reason(body: bytes, tag: int = der.Tag.ENUMERATED) -> Callable[[bytes], bytes]:
    """Return what puts another reason into the answer."""
    return lambda whole: grafted(whole, *STATUS, 1, put=der.context(0, der.tlv(tag, body)))


def member(number: int) -> Callable[[bytes], bytes]:
    """Return what puts the extensions of the answer under another tag."""
    return lambda whole: grafted(whole, *ANSWER, 4, put=der.context(number, element_at(whole, *ANSWER, 4, 0).raw))


def extensions(*put: bytes) -> Callable[[bytes], bytes]:
    """Return what gives the answer these extensions."""
    return lambda whole: grafted(whole, *ANSWER, 4, 0, put=der.sequence(*put))


IDLE: Final = der.oid("2.25.1"), der.octet_string(der.null())
DEVIATIONS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "a reason of two octets": reason(b"\x01\x01"),
    "a reason of no octets": reason(b""),
    "a reason that does not exist": reason(b"\x07"),
    "a reason that is an INTEGER": reason(b"\x01", der.Tag.INTEGER),
    "two reasons": lambda whole: grafted(whole, *STATUS, 1, put=element_at(whole, *STATUS, 1).raw * 2),
    "a status that is no status": lambda whole: grafted(whole, *STATUS, put=der.tlv(0x83)),
    "good, with something in it": lambda whole: grafted(whole, *STATUS, put=der.tlv(0x80, b"\0")),
    "unknown, with something in it": lambda whole: grafted(whole, *STATUS, put=der.tlv(0x82, b"\0")),
    "a third kind of member": member(2),
    "extensions where the next update belongs": member(0),
    "an extension with two flags": extensions(
        der.sequence(IDLE[0], der.boolean(value=False), der.boolean(value=False), IDLE[1])
    ),
    "an extension twice": extensions(der.sequence(*IDLE), der.sequence(*IDLE)),
    "a critical extension that nobody knows": extensions(extension("2.25.1", der.null(), critical=True)),
    "a responder under another tag": lambda whole: grafted(
        whole, 0, 0, put=der.context(3, der.octet_string(bytes(20)))
    ),
    "a responder without a name": lambda whole: grafted(whole, 0, 0, put=der.context(2, der.octet_string(b""))),
    "more answers than one asks for": lambda whole: grafted(
        whole, 0, 2, put=der.sequence(*[element_at(whole, *ANSWER).raw] * 65)
    ),
    "no answer": lambda whole: grafted(whole, 0, 2, put=der.sequence()),
    "a version that is the default": lambda whole: grafted(
        whole,
        0,
        put=der.sequence(der.context(0, der.integer(0)), *(one.raw for one in element_at(whole, 0).children())),
    ),
    "a hash of another length than its algorithm's": lambda whole: grafted(
        whole, *ANSWER, 0, 1, put=der.octet_string(bytes(20))
    ),
    "a time of update as UTCTime": lambda whole: grafted(whole, *ANSWER, 2, put=der.utc_time(NOW)),
    "a signature with unused bits": lambda whole: grafted(whole, 2, put=der.bit_string(bytes(8), unused=1)),
    "an algorithm with something beside it": lambda whole: grafted(
        whole, 1, put=der.sequence(element_at(whole, 1, 0).raw, der.integer(1))
    ),
    "a hash with something beside it": lambda whole: grafted(
        whole, *ANSWER, 0, 0, put=der.sequence(element_at(whole, *ANSWER, 0, 0, 0).raw, der.integer(1))
    ),
    "a trailing octet": lambda whole: whole + b"\0",
}


def test_without_a_deviation_it_is_read(basic: bytes) -> None:
    (answer,) = OCSPResponse.from_basic(basic).basic.answers
    assert (answer.id.serial, answer.is_known, answer.revocation is not None) == (7, True, True)
    told = extensions(der.sequence(IDLE[0], der.boolean(value=False), IDLE[1]))(basic)  # some write the default
    assert OCSPResponse.from_basic(told).basic.answers[0].id.serial == 7
    with_idle = extensions(der.sequence(*IDLE))(basic)
    assert OCSPResponse.from_basic(with_idle).basic.answers[0].archive_cutoff is None


@pytest.mark.parametrize("how", DEVIATIONS)
def test_what_is_no_response(basic: bytes, how: str) -> None:
    changed = DEVIATIONS[how](basic)
    assert changed != basic
    with pytest.raises(OCSPResponseMalformed):
        OCSPResponse.from_basic(changed)


@pytest.mark.parametrize(("count", "is_read"), [(8, True), (9, False)])
def test_how_many_certificates_a_response_may_carry(sm2_pki: PKI, basic: bytes, count: int, is_read: bool) -> None:  # noqa: FBT001
    carried = der.context(0, der.sequence(*[sm2_pki.signer.certificate.der] * count))
    whole = der.sequence(*(one.raw for one in element_at(basic).children()[:3]), carried)
    if is_read:
        assert len(OCSPResponse.from_basic(whole).certificates) == count
        return
    with pytest.raises(OCSPResponseMalformed):
        OCSPResponse.from_basic(whole)
