"""OCSP: requests and responses are read back, others' are understood, and what is not right is refused."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp

from tests.builders import FOUNDED, PKI, Party, grafted, revocation_list, with_extension
from trust.asn1 import der
from trust.certificates import Certificate
from trust.crypto.algorithms import Digest
from trust.errors import Invalid
from trust.ocsp import CertificateId, OCSPResponse, OCSPResponseMalformed, StatusAnswer
from trust.ocsp_requests import OCSPRequest, OCSPRequestMalformed, ResponseStatus, refusal, response, tbs_response
from trust.profiles import DOCUMENT_SIGNER, OCSP_RESPONDER, extension
from trust.revocation import RevocationList, check_revocation
from trust.status import Revocation
from trust.verdict import SubIndication

AT = FOUNDED + timedelta(days=1)
HOUR = timedelta(hours=1)
DIGESTS = [Digest.SHA1, Digest.SHA256, Digest.SM3]


def asked(pki: PKI, *, digest: Digest = Digest.SHA1, nonce: bytes | None = None) -> OCSPRequest:
    """Return a request about the PKI's signer."""
    named = CertificateId.of(pki.signer.certificate.serial, pki.issuing.certificate, digest=digest)
    return OCSPRequest(questions=(named,), nonce=nonce)


def answer(
    pki: PKI,
    responder: Party | None = None,
    *,
    revocation: Revocation | None = None,
    is_known: bool = True,
    at: datetime = AT,
    next_update: datetime | None = AT + HOUR,
    cutoff: datetime | None = None,
    digest: Digest = Digest.SM3,
    nonce: bytes | None = None,
    carried: tuple[Certificate, ...] | None = None,
    change: Callable[[bytes], bytes] = lambda tbs: tbs,
) -> OCSPResponse:
    """Return a response about the PKI's signer, by the authority itself or by a responder."""
    signing = responder or pki.issuing
    named = CertificateId.of(pki.signer.certificate.serial, pki.issuing.certificate, digest=digest)
    said = StatusAnswer(
        id=named,
        is_known=is_known,
        revocation=revocation,
        this_update=at,
        next_update=next_update,
        archive_cutoff=cutoff,
    )
    tbs = change(tbs_response(signing.certificate, [said], produced_at=at, nonce=nonce))
    algorithm = signing.key.algorithm.signature_identifier
    certificates = carried if carried is not None else ((responder.certificate,) if responder else ())
    return OCSPResponse.from_der(response(tbs, algorithm, signing.signer.sign(tbs), certificates))


def said(pki: PKI, *responses: OCSPResponse, at: datetime = AT, lists: tuple[RevocationList, ...] = ()) -> str | None:
    """Return what `responses` say of the PKI's signer: the sub-indication, or None when it was not revoked."""
    check = check_revocation(
        pki.signer.certificate,
        pki.issuing.certificate,
        lists,
        responses=responses,
        at=at,
        time_is_proven=False,
        step="1",
    )
    return check.finding.sub_indication.value if check.finding else None


# --- requests


@pytest.mark.parametrize("digest", DIGESTS)
@pytest.mark.parametrize("nonce", [None, b"n", bytes(128)], ids=["no nonce", "one octet", "128 octets"])
def test_a_request_is_read_back(pki: PKI, digest: Digest, nonce: bytes | None) -> None:
    made = asked(pki, digest=digest, nonce=nonce)
    assert OCSPRequest.from_der(made.der) == made
    assert made.questions[0].is_of(pki.issuing.certificate)
    assert not made.questions[0].is_of(pki.root.certificate)


def test_requests_of_another_library_are_read(p256_pki: PKI) -> None:
    subject, issuer = (
        x509.load_der_x509_certificate(one.certificate.der) for one in (p256_pki.signer, p256_pki.issuing)
    )
    built = ocsp.OCSPRequestBuilder().add_certificate(subject, issuer, hashes.SHA256())
    nonce = x509.OCSPNonce(bytes(range(16)))
    encoded = built.add_extension(nonce, critical=False).build().public_bytes(serialization.Encoding.DER)
    assert OCSPRequest.from_der(encoded).questions[0].serial == p256_pki.signer.certificate.serial
    assert OCSPRequest.from_der(encoded).nonce == bytes(range(16))
    read = ocsp.load_der_ocsp_request(asked(p256_pki, digest=Digest.SHA256, nonce=b"nonce").der)
    assert read.serial_number == p256_pki.signer.certificate.serial
    assert read.issuer_name_hash == asked(p256_pki, digest=Digest.SHA256).questions[0].name_hash


NONCE = "1.3.6.1.5.5.7.48.1.2"


def with_extensions(*extensions: bytes) -> Callable[[bytes], bytes]:
    """Return a change that puts extensions into a request."""
    return lambda encoded: grafted(encoded, 0, 1, put=der.context(2, der.sequence(*extensions)))


def nonce_of(value: bytes) -> bytes:
    """Return a nonce extension with a value."""
    return extension(NONCE, value)


MALFORMED_REQUESTS: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "garbage": lambda _: b"garbage",
    "cut off": lambda encoded: encoded[:-1],
    "a trailing octet": lambda encoded: encoded + b"\0",
    "too long": lambda encoded: grafted(encoded, 0, put=der.sequence(der.octet_string(bytes(17 << 10)))),
    "no question": lambda encoded: grafted(encoded, 0, 0, put=der.sequence()),
    "33 questions": lambda encoded: grafted(
        encoded, 0, 0, put=der.sequence(*[der.parse(encoded).sequence()[0].sequence()[0].sequence()[0].raw] * 33)
    ),
    "version 1, written out": lambda encoded: grafted(
        encoded, 0, 0, put=der.context(0, der.integer(0)) + der.parse(encoded).sequence()[0].sequence()[0].raw
    ),
    "a hash that nobody knows": lambda encoded: grafted(encoded, 0, 0, 0, 0, 0, put=der.sequence(der.oid("1.2.3"))),
    "a hash with parameters": lambda encoded: grafted(
        encoded, 0, 0, 0, 0, 0, put=der.sequence(der.oid(Digest.SHA1.oid), der.integer(1))
    ),
    "a hash of another length": lambda encoded: grafted(encoded, 0, 0, 0, 0, 1, put=der.octet_string(bytes(19))),
    "no serial number": lambda encoded: grafted(encoded, 0, 0, 0, 0, 3, put=b""),
    "an empty nonce": with_extensions(nonce_of(der.octet_string(b""))),
    "a nonce of 129 octets": with_extensions(nonce_of(der.octet_string(bytes(129)))),
    "a nonce that is no octet string": with_extensions(nonce_of(b"raw")),
    "two nonces": with_extensions(*[nonce_of(der.octet_string(b"n"))] * 2),
    "a critical extension that nobody knows": with_extensions(extension("2.25.1", der.null(), critical=True)),
    "a signature that is none": lambda encoded: grafted(
        encoded, 0, put=der.parse(encoded).sequence()[0].raw + der.null()
    ),
}


@pytest.mark.parametrize("how", MALFORMED_REQUESTS)
def test_what_is_no_request(sm2_pki: PKI, how: str) -> None:
    whole = asked(sm2_pki, nonce=b"n").der
    with pytest.raises(OCSPRequestMalformed):
        OCSPRequest.from_der(MALFORMED_REQUESTS[how](whole))
    assert issubclass(OCSPRequestMalformed, Invalid)


def test_what_a_request_may_have_beside_its_questions(sm2_pki: PKI) -> None:
    whole = asked(sm2_pki).der
    harmless = der.context(2, der.sequence(extension("1.3.6.1.5.5.7.48.1.4", der.sequence(der.oid("1.2.3")))))
    read = OCSPRequest.from_der(grafted(whole, 0, 0, put=der.parse(whole).sequence()[0].sequence()[0].raw + harmless))
    assert (read.questions, read.nonce) == (asked(sm2_pki).questions, None)
    body = der.parse(whole).sequence()[0].sequence()[0].raw
    asker = der.context(1, der.context(6, b"http://a", constructed=False))
    assert OCSPRequest.from_der(grafted(whole, 0, 0, put=asker + body)).questions == read.questions
    single = der.context(0, der.sequence(extension("1.3.6.1.5.5.7.48.1.7", der.null())))
    question = der.parse(whole).sequence()[0].sequence()[0].sequence()[0].sequence()[0].raw
    assert OCSPRequest.from_der(grafted(whole, 0, 0, 0, put=der.sequence(question, single))) == asked(sm2_pki)
    signed = der.sequence(der.parse(whole).sequence()[0].raw, der.context(0, der.sequence()))
    assert OCSPRequest.from_der(signed).questions == read.questions


# --- responses


@pytest.mark.parametrize("digest", DIGESTS)
def test_a_response_is_read_back(pki: PKI, digest: Digest) -> None:
    revoked = Revocation(serial=pki.signer.certificate.serial, at=FOUNDED, reason=4)
    made = answer(pki, revocation=revoked, digest=digest, nonce=b"n", cutoff=FOUNDED)
    found = made.answer_for(pki.signer.certificate, pki.issuing.certificate)
    assert found is not None
    assert (found.revocation, found.is_known, found.archive_cutoff) == (revoked, True, FOUNDED)
    assert (found.this_update, found.next_update, made.produced_at) == (AT, AT + HOUR, AT)
    assert made.nonce == der.octet_string(b"n")
    assert made.answer_for(pki.issuing.certificate, pki.root.certificate) is None
    assert made.answer_for(pki.signer.certificate, pki.root.certificate) is None


def test_another_library_reads_our_responses(p256_pki: PKI) -> None:
    responder = p256_pki.issue(OCSP_RESPONDER)
    revoked = Revocation(serial=p256_pki.signer.certificate.serial, at=FOUNDED, reason=1)
    read = ocsp.load_der_ocsp_response(answer(p256_pki, responder, revocation=revoked, digest=Digest.SHA1).der)
    assert read.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    assert read.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert (read.revocation_time_utc, read.revocation_reason) == (FOUNDED, x509.ReasonFlags.key_compromise)
    assert read.responder_name == x509.load_der_x509_certificate(responder.certificate.der).subject
    for status in (ResponseStatus.MALFORMED_REQUEST, ResponseStatus.TRY_LATER, ResponseStatus.UNAUTHORIZED):
        assert ocsp.load_der_ocsp_response(refusal(status)).response_status.value == status


@pytest.mark.parametrize("delegated", [False, True], ids=["the authority", "a responder"])
def test_what_a_response_says_of_a_certificate(pki: PKI, delegated: bool) -> None:  # noqa: FBT001
    responder = pki.issue(OCSP_RESPONDER) if delegated else None
    revoked = Revocation(serial=pki.signer.certificate.serial, at=FOUNDED, reason=1)
    assert said(pki, answer(pki, responder)) is None
    assert said(pki, answer(pki, responder, revocation=revoked)) == SubIndication.REVOKED
    assert said(pki, answer(pki, responder, is_known=False)) == SubIndication.TRY_LATER
    assert said(pki) == SubIndication.TRY_LATER
    basic = der.parse(answer(pki, responder).der).sequence()[1].children()[0].sequence()[1].octets()
    assert said(pki, OCSPResponse.from_basic(basic)) is None


def test_the_newest_of_lists_and_responses_counts(pki: PKI) -> None:
    signer = pki.signer.certificate
    before, after = (
        revocation_list(pki.issuing, {signer: FOUNDED}, this_update=AT + step) for step in (-HOUR, HOUR / 2)
    )
    good = answer(pki)
    assert said(pki, good, lists=(before,)) is None
    assert said(pki, good, lists=(after,)) == SubIndication.REVOKED
    revoked = answer(pki, revocation=Revocation(serial=signer.serial, at=AT), at=AT + HOUR, next_update=AT + 2 * HOUR)
    assert said(pki, good, revoked, at=AT + HOUR) == SubIndication.REVOKED


@pytest.mark.parametrize(
    ("at", "next_update", "expected"),
    [
        pytest.param(AT + HOUR, AT + HOUR, None, id="at its end"),
        pytest.param(AT + HOUR + timedelta(seconds=1), AT + HOUR, SubIndication.TRY_LATER, id="after its end"),
        pytest.param(AT, None, None, id="no end, before"),
        pytest.param(AT + timedelta(seconds=1), None, SubIndication.TRY_LATER, id="no end, after"),
    ],
)
def test_which_moment_a_response_covers(
    sm2_pki: PKI, at: datetime, next_update: datetime | None, expected: SubIndication | None
) -> None:
    assert said(sm2_pki, answer(sm2_pki, next_update=next_update), at=at) == expected


def test_a_response_about_what_has_ended(sm2_pki: PKI) -> None:
    end = sm2_pki.signer.certificate.not_after
    late = end + HOUR
    for cutoff, expected in ((None, SubIndication.TRY_LATER), (late, SubIndication.TRY_LATER), (end, None)):
        made = answer(sm2_pki, at=late, next_update=late + HOUR, cutoff=cutoff)
        assert said(sm2_pki, made, at=end - HOUR) == expected


def test_who_may_answer(pki: PKI) -> None:
    good = pki.issue(OCSP_RESPONDER)
    impostors = {
        "a stranger": PKI.found(pki.algorithm).issue(OCSP_RESPONDER),
        "a subscriber": pki.issue(DOCUMENT_SIGNER),
        "a responder of the root": pki.issue(OCSP_RESPONDER, pki.root),
        "one that has ended": pki.issue(OCSP_RESPONDER, at=FOUNDED - timedelta(days=100)),
        "one that has not begun": pki.issue(OCSP_RESPONDER, at=AT + timedelta(days=1)),
    }
    assert said(pki, answer(pki, good)) is None
    for who, impostor in impostors.items():
        assert said(pki, answer(pki, impostor)) == SubIndication.TRY_LATER, who
    assert said(pki, answer(pki, good, carried=())) == SubIndication.TRY_LATER  # nobody knows its certificate


def test_a_responder_that_does_not_say_nocheck_is_asked_for(sm2_pki: PKI) -> None:
    def asked_for(tbs: bytes) -> bytes:
        kept = [one.raw for one in der.parse(tbs).sequence()[7].children()[0].sequence()[:-1]]
        return grafted(tbs, 7, 0, put=der.sequence(*kept))

    responder = sm2_pki.issue(OCSP_RESPONDER, change=asked_for)
    assert not responder.certificate.is_status_unasked
    made = answer(sm2_pki, responder)
    stale = revocation_list(sm2_pki.issuing, next_update=AT - HOUR)
    assert said(sm2_pki, made, lists=(stale,)) == SubIndication.TRY_LATER
    clearing = revocation_list(sm2_pki.issuing, this_update=AT - HOUR, next_update=AT)
    assert said(sm2_pki, made, lists=(clearing,)) is None
    other = revocation_list(
        sm2_pki.issuing, {responder.certificate: FOUNDED}, this_update=AT - HOUR / 2, next_update=AT
    )
    assert said(sm2_pki, made, at=AT + HOUR, lists=(other,)) == SubIndication.TRY_LATER


def test_a_response_whose_name_is_another_ones(sm2_pki: PKI) -> None:
    other = der.context(1, sm2_pki.root.certificate.subject)
    assert said(sm2_pki, answer(sm2_pki, change=lambda tbs: grafted(tbs, 0, put=other))) == SubIndication.TRY_LATER


def test_a_responder_may_name_itself_by_its_key(sm2_pki: PKI) -> None:
    named = CertificateId.of(1, sm2_pki.issuing.certificate, digest=Digest.SHA1)
    by_key = der.context(2, der.octet_string(named.key_hash))
    assert said(sm2_pki, answer(sm2_pki, change=lambda tbs: grafted(tbs, 0, put=by_key))) is None
    other = der.context(2, der.octet_string(bytes(20)))
    assert said(sm2_pki, answer(sm2_pki, change=lambda tbs: grafted(tbs, 0, put=other))) == SubIndication.TRY_LATER


def test_a_response_that_was_altered(pki: PKI) -> None:
    revoked = answer(pki, revocation=Revocation(serial=pki.signer.certificate.serial, at=FOUNDED))
    basic = der.parse(revoked.der).sequence()[1].children()[0].sequence()[1].octets()
    altered = grafted(basic, 0, 2, 0, 1, put=der.tlv(0x80))
    assert said(pki, OCSPResponse.from_basic(altered)) == SubIndication.TRY_LATER


def test_a_responder_with_an_extension_that_nobody_knows(sm2_pki: PKI) -> None:
    unknown = extension("2.25.1", der.null(), critical=True)
    responder = sm2_pki.issue(OCSP_RESPONDER, change=lambda tbs: with_extension(tbs, unknown))
    assert said(sm2_pki, answer(sm2_pki, responder)) == SubIndication.TRY_LATER


def basic_with(*path: int, put: bytes) -> Callable[[bytes], bytes]:
    """Return a change to the BasicOCSPResponse inside a response."""

    def change(encoded: bytes) -> bytes:
        basic = der.parse(encoded).sequence()[1].children()[0].sequence()[1].octets()
        return grafted(encoded, 1, 0, 1, put=der.octet_string(grafted(basic, *path, put=put)))

    return change


ONE = (0, 2, 0)
"""Where the first answer stands."""

MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "garbage": lambda _: b"garbage",
    "a trailing octet": lambda encoded: encoded + b"\0",
    "a refusal": lambda _: refusal(ResponseStatus.TRY_LATER),
    "a refusal with an answer": lambda encoded: grafted(encoded, 0, put=der.tlv(der.Tag.ENUMERATED, b"\3")),
    "another kind of response": lambda encoded: grafted(encoded, 1, 0, 0, put=der.oid("1.2.3")),
    "version 1, written out": basic_with(
        0, 0, put=der.context(0, der.integer(0)) + der.context(2, der.octet_string(bytes(20)))
    ),
    "no responder": basic_with(0, 0, put=b""),
    "a responder of no sense": basic_with(0, 0, put=der.context(3, der.null())),
    "a responder's name of no sense": basic_with(0, 0, put=der.context(1, der.null())),
    "no answer": basic_with(0, 2, put=der.sequence()),
    "a time that is a UTCTime": basic_with(0, 1, put=der.utc_time(AT)),
    "an update that is a UTCTime": basic_with(*ONE, 2, put=der.utc_time(AT)),
    "a status of no sense": basic_with(*ONE, 1, put=der.null()),
    "good with contents": basic_with(*ONE, 1, put=der.tlv(0x80, b"\0")),
    "a reason that there is not": basic_with(
        *ONE,
        1,
        put=der.context(1, der.generalized_time(AT), der.context(0, der.tlv(der.Tag.ENUMERATED, b"\x07"))),
    ),
    "a next update twice": basic_with(*ONE, 3, put=der.context(0, der.generalized_time(AT)) * 2),
    "a critical extension": basic_with(
        *ONE, 3, put=der.context(1, der.sequence(extension("2.25.1", der.null(), critical=True)))
    ),
    "a signature that is none": basic_with(2, put=der.octet_string(b"signature")),
    "certificates of no sense": basic_with(3, put=der.context(0, der.sequence(der.null()))),
    "nine certificates": basic_with(3, put=der.context(0, der.sequence(*[der.null()] * 9))),
    "65 answers": basic_with(0, 2, put=der.sequence(*[der.null()] * 65)),
}


@pytest.mark.parametrize("how", MALFORMED)
def test_what_is_no_response(sm2_pki: PKI, how: str) -> None:
    whole = answer(sm2_pki, sm2_pki.issue(OCSP_RESPONDER)).der
    with pytest.raises(OCSPResponseMalformed):
        OCSPResponse.from_der(MALFORMED[how](whole))
    assert issubclass(OCSPResponseMalformed, Invalid)
