"""How long a request for a time-stamp may be: what is longer is refused before it is read."""

import pytest

from trust.asn1 import der
from trust.crypto.algorithms import Digest
from trust.time_requests import MAX_REQUEST, Failure, RequestRefused, read_request

IMPRINT = der.sequence(der.sequence(der.oid(Digest.SM3.oid)), der.octet_string(bytes(32)))


def request_of(length: int) -> bytes:
    """Return a request of so many octets, all of them in the identifier of a policy that nobody has."""
    policy = der.tlv(der.Tag.OID, b"\x2a" * (length - len(IMPRINT) - 11))
    made = der.sequence(der.integer(1), IMPRINT, policy)
    assert len(made) == length
    return made


@pytest.mark.parametrize(
    ("length", "failure"),
    [
        pytest.param(MAX_REQUEST, Failure.UNACCEPTED_POLICY, id="the longest: it is read"),
        pytest.param(MAX_REQUEST + 1, Failure.BAD_DATA_FORMAT, id="one octet more: it is not"),
    ],
)
def test_the_longest_request(length: int, failure: Failure) -> None:
    with pytest.raises(RequestRefused) as refused:
        read_request(request_of(length), digests={Digest.SM3}, policies={"1.2.3.4"})
    assert refused.value.failure is failure
