"""Requests for time-stamps and the answers to them: each member broken alone."""

import pytest
from asn1crypto import tsp
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import element_at, grafted
from trust.asn1 import der
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of, sm3
from trust.errors import Invalid
from trust.time_requests import (
    FAILURE_BITS,
    MAX_NONCE,
    MAX_REQUEST,
    Failure,
    RequestRefused,
    ResponseMalformed,
    Status,
    TimeStampRequest,
    TimeStampResponse,
    granted,
    read_request,
    rejection,
)

POLICY = "2.25.7"
MESSAGE = b"message"
SHA2 = (Digest.SHA256, Digest.SHA384, Digest.SHA512)
WHOLE = TimeStampRequest(digest=Digest.SM3, imprint=sm3(MESSAGE), policy=POLICY, nonce=7, wants_certificate=True)

VERSION, IMPRINT, REQ_POLICY, NONCE, CERT_REQ = ((place,) for place in range(5))


def read(encoded: bytes, *digests: Digest) -> TimeStampRequest:
    """Read a request for an authority with one policy."""
    return read_request(encoded, digests=digests or (Digest.SM3,), policies=(POLICY,))


def refused(encoded: bytes) -> Failure:
    """Return why a request is refused."""
    with pytest.raises(RequestRefused) as caught:
        read(encoded)
    return caught.value.failure


@pytest.mark.parametrize("policy", [None, POLICY])
@pytest.mark.parametrize("nonce", [None, 0, -1, 2**64 - 1, 2 ** (8 * MAX_NONCE - 1) - 1])
@pytest.mark.parametrize("wants", [False, True])
@pytest.mark.parametrize("digest", [Digest.SM3, *SHA2])
def test_what_is_written_is_read(policy: str | None, nonce: int | None, wants: bool, digest: Digest) -> None:  # noqa: FBT001
    request = TimeStampRequest(
        digest=digest, imprint=hash_of(digest, MESSAGE), policy=policy, nonce=nonce, wants_certificate=wants
    )
    assert read(request.der, digest) == request
    other = tsp.TimeStampReq.load(request.der, strict=True)
    assert other["version"].native == "v1"
    assert other["message_imprint"]["hashed_message"].native == hash_of(digest, MESSAGE)
    assert other["nonce"].native == nonce
    assert (other["req_policy"].dotted if policy else None) == policy
    assert other["cert_req"].native is wants


def test_requests_of_ours_have_a_fresh_nonce_and_want_certificates() -> None:
    first, second = (TimeStampRequest.over(MESSAGE, Digest.SHA256) for _ in range(2))
    assert first.nonce != second.nonce
    assert first.wants_certificate
    assert first.imprint == hash_of(Digest.SHA256, MESSAGE)


@pytest.mark.parametrize("algorithm", [der.sequence(der.oid(Digest.SM3.oid), der.null())])
def test_null_parameters_are_tolerated(algorithm: bytes) -> None:
    assert read(grafted(WHOLE.der, 1, 0, put=algorithm)) == WHOLE


def algorithm(*members: bytes) -> bytes:
    """Return the request with another AlgorithmIdentifier."""
    return grafted(WHOLE.der, 1, 0, put=der.sequence(*members))


SM3_OID = der.oid(Digest.SM3.oid)
EXTENSION = der.context(0, der.sequence(der.oid("2.25.1"), der.octet_string(b"")))
CRITICAL = der.context(0, der.sequence(der.oid("2.25.1"), der.boolean(value=True), der.octet_string(b"")))

BROKEN: dict[str, tuple[bytes, Failure]] = {
    "nothing": (b"", Failure.BAD_DATA_FORMAT),
    "no sequence": (der.null(), Failure.BAD_DATA_FORMAT),
    "an empty sequence": (der.sequence(), Failure.BAD_DATA_FORMAT),
    "octets after it": (WHOLE.der + b"\0", Failure.BAD_DATA_FORMAT),
    "cut short": (WHOLE.der[:-1], Failure.BAD_DATA_FORMAT),
    "an indefinite length": (b"\x30\x80" + WHOLE.der[2:] + b"\0\0", Failure.BAD_DATA_FORMAT),
    "version 0": (grafted(WHOLE.der, 0, put=der.integer(0)), Failure.BAD_REQUEST),
    "version 2": (grafted(WHOLE.der, 0, put=der.integer(2)), Failure.BAD_REQUEST),
    "no version": (grafted(WHOLE.der, 0, put=b""), Failure.BAD_DATA_FORMAT),
    "a version that is no number": (grafted(WHOLE.der, 0, put=der.null()), Failure.BAD_DATA_FORMAT),
    "a version in too many octets": (grafted(WHOLE.der, 0, put=b"\x02\x02\0\1"), Failure.BAD_DATA_FORMAT),
    "no imprint": (grafted(WHOLE.der, 1, put=b""), Failure.BAD_DATA_FORMAT),
    "an imprint of one member": (grafted(WHOLE.der, 1, 1, put=b""), Failure.BAD_DATA_FORMAT),
    "an imprint of three members": (grafted(WHOLE.der, 1, 1, put=der.null() * 2), Failure.BAD_DATA_FORMAT),
    "no algorithm in it": (algorithm(), Failure.BAD_DATA_FORMAT),
    "an unknown hash function": (algorithm(der.oid("2.25.9")), Failure.BAD_ALGORITHM),
    "SHA-1": (algorithm(der.oid(Digest.SHA1.oid)), Failure.BAD_ALGORITHM),
    "a hash function of the other family": (algorithm(der.oid(Digest.SHA256.oid)), Failure.BAD_ALGORITHM),
    "parameters that are not NULL": (algorithm(SM3_OID, der.integer(1)), Failure.BAD_ALGORITHM),
    "parameters twice": (algorithm(SM3_OID, der.null(), der.null()), Failure.BAD_ALGORITHM),
    "an empty hash": (grafted(WHOLE.der, 1, 1, put=der.octet_string(b"")), Failure.BAD_DATA_FORMAT),
    "a hash too short": (grafted(WHOLE.der, 1, 1, put=der.octet_string(bytes(31))), Failure.BAD_DATA_FORMAT),
    "a hash too long": (grafted(WHOLE.der, 1, 1, put=der.octet_string(bytes(33))), Failure.BAD_DATA_FORMAT),
    "a hash that is no octet string": (grafted(WHOLE.der, 1, 1, put=der.integer(1)), Failure.BAD_DATA_FORMAT),
    "another policy": (grafted(WHOLE.der, 2, put=der.oid("2.25.8")), Failure.UNACCEPTED_POLICY),
    "two policies": (grafted(WHOLE.der, 2, put=der.oid(POLICY) * 2), Failure.BAD_DATA_FORMAT),
    "a nonce in too many octets": (grafted(WHOLE.der, 3, put=b"\x02\x02\0\1"), Failure.BAD_DATA_FORMAT),
    "a nonce too long": (grafted(WHOLE.der, 3, put=der.integer(2 ** (8 * MAX_NONCE))), Failure.BAD_DATA_FORMAT),
    "an empty nonce": (grafted(WHOLE.der, 3, put=b"\x02\0"), Failure.BAD_DATA_FORMAT),
    "two nonces": (grafted(WHOLE.der, 3, put=der.integer(1) * 2), Failure.BAD_DATA_FORMAT),
    "the default written out": (grafted(WHOLE.der, 4, put=der.boolean(value=False)), Failure.BAD_DATA_FORMAT),
    "a wish that is neither": (grafted(WHOLE.der, 4, put=b"\x01\x01\x01"), Failure.BAD_DATA_FORMAT),
    "an extension": (grafted(WHOLE.der, 4, put=der.boolean(value=True) + EXTENSION), Failure.UNACCEPTED_EXTENSION),
    "a critical extension": (grafted(WHOLE.der, 4, put=CRITICAL), Failure.UNACCEPTED_EXTENSION),
    "a member more": (grafted(WHOLE.der, 4, put=der.boolean(value=True) + der.null()), Failure.BAD_DATA_FORMAT),
    "another order": (grafted(WHOLE.der, 2, put=der.integer(7) + der.oid(POLICY)), Failure.BAD_DATA_FORMAT),
    "far too long": (der.sequence(der.octet_string(bytes(MAX_REQUEST))), Failure.BAD_DATA_FORMAT),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_refused_and_why(name: str) -> None:
    encoded, failure = BROKEN[name]
    assert refused(encoded) is failure
    assert issubclass(RequestRefused, Invalid)


@given(st.binary(max_size=200))
def test_no_octets_do_more_than_be_refused(encoded: bytes) -> None:
    try:
        read(encoded)
    except RequestRefused as error:
        assert error.failure in Failure  # noqa: PT017 - both ends are right


@given(st.integers(0, len(WHOLE.der) - 1), st.integers(0, 255))
def test_no_changed_octet_reads_as_the_same_request(place: int, octet: int) -> None:
    changed = WHOLE.der[:place] + bytes((octet,)) + WHOLE.der[place + 1 :]
    try:
        assert (read(changed) == WHOLE) is (changed == WHOLE.der)
    except RequestRefused:
        assert changed != WHOLE.der


# --- answers


def test_an_answer_with_a_token() -> None:
    token = der.sequence(der.oid("2.25.3"))
    encoded = granted(token)
    assert TimeStampResponse.read(encoded) == TimeStampResponse(status=Status.GRANTED, token=token)


@pytest.mark.parametrize("failure", Failure)
def test_an_answer_without_one(failure: Failure) -> None:
    encoded = rejection(failure, "因为")
    read_back = TimeStampResponse.read(encoded)
    assert read_back == TimeStampResponse(status=Status.REJECTION, failures=(failure,), text="因为")
    info = tsp.PKIStatusInfo.load(element_at(encoded, 0).raw, strict=True)
    assert info["status"].native == "rejection"
    assert info["status_string"].native == ["因为"]
    unused, *octets = info["fail_info"].contents
    bits = [octet >> place & 1 for octet in octets for place in range(7, -1, -1)][: 8 * len(octets) - unused]
    assert [place for place, bit in enumerate(bits) if bit] == [FAILURE_BITS[failure]]
    assert len(bits) == FAILURE_BITS[failure] + 1  # DER: no zero bits behind (X.690, 11.2.2)


def test_several_failures_and_bits_without_a_name() -> None:
    info = der.bit_string(b"\xa0\x40", unused=6)  # bits 0, 2 and 9
    encoded = der.sequence(der.sequence(der.integer(2), info))
    assert TimeStampResponse.read(encoded).failures == (Failure.BAD_ALGORITHM, Failure.BAD_REQUEST)


TOKEN = der.sequence(der.null())
STRANGE: dict[str, bytes] = {
    "nothing": b"",
    "no status": der.sequence(),
    "a status that is no sequence": der.sequence(der.integer(0), TOKEN),
    "an unknown status": der.sequence(der.sequence(der.integer(6))),
    "granted without a token": der.sequence(der.sequence(der.integer(0))),
    "rejected with a token": der.sequence(der.sequence(der.integer(2)), TOKEN),
    "two tokens": der.sequence(der.sequence(der.integer(0)), TOKEN, TOKEN),
    "octets after it": granted(TOKEN) + b"\0",
    "a failure that is no bit string": der.sequence(der.sequence(der.integer(2), der.integer(1))),
    "a member more": der.sequence(der.sequence(der.integer(2), der.bit_string(b"\x80"), der.null())),
    "text that is none": der.sequence(der.sequence(der.integer(2), der.sequence(der.tlv(0x0C, b"\xff")))),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_no_answer(name: str) -> None:
    with pytest.raises(ResponseMalformed):
        TimeStampResponse.read(STRANGE[name])


@given(st.binary(max_size=200))
def test_no_octets_do_more_than_be_no_answer(encoded: bytes) -> None:
    try:
        TimeStampResponse.read(encoded)
    except ResponseMalformed as error:
        assert error.code == "time_stamping.response_malformed"  # noqa: PT017 - both ends are right
