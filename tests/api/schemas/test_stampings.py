"""Sealed digests as they go out: put together by hand, and yet the JSON that anybody reads."""

import base64
import json
from datetime import UTC, datetime

import pytest

from api.schemas.stampings import BatchView, SealedDigestView, begin_alike
from seal.ledger.entries import Operation, Stamping, StampingState
from seal.stamping.digest_stampings import SealedDigest

SEAL = bytes(range(256)) * 80


def sealed(number: int, encoded: bytes, reference: str = "A-118") -> SealedDigest:
    stamping = Stamping(
        id=f"stamp_{number}",
        seal="seal_1",
        authorisation="auth_1",
        actor="client_1",
        at=datetime(2026, 1, 1, tzinfo=UTC),
        purpose="document.stamp",
        document_kind="notice",
        operation=Operation.DIGEST,
        document_hash="00" * 32,
        reference=reference,
        state=StampingState.DONE,
    )
    return SealedDigest(stamping=stamping, encoded=encoded)


@pytest.mark.parametrize("reference", ["", "A-118", '引号 " 与 \\', "é\u00a0"])
def test_one_is_the_json_that_it_should_be(reference: str) -> None:
    one = sealed(1, SEAL, reference)
    assert json.loads(SealedDigestView.octets(one)) == SealedDigestView.row(one)
    assert json.loads(BatchView.octets([one])) == {"items": [SealedDigestView.row(one)]}


@pytest.mark.parametrize(
    "encoded",
    [
        [SEAL + b"first", SEAL + b"other", SEAL + b"third"],
        [SEAL + b"1", SEAL + b"22", SEAL + b"333", SEAL],
        [b"\x30" + SEAL, b"\x31" + SEAL],
        [SEAL + b"first", b"\x31" + SEAL, SEAL + b"third"],  # one in between that begins otherwise
        [b"", SEAL],
        [SEAL, SEAL],
    ],
    ids=["alike", "lengths", "nothing in common", "a stranger", "empty", "the same"],
)
def test_many_are_the_json_that_they_should_be(encoded: list[bytes]) -> None:
    many = [sealed(number, one, f"号 {number}") for number, one in enumerate(encoded)]
    items = json.loads(BatchView.octets(many))["items"]
    assert items == [SealedDigestView.row(one) for one in many]
    assert [base64.b64decode(one["signature"], validate=True) for one in items] == encoded


@pytest.mark.parametrize(("alike", "groups"), [(0, 0), (2, 0), (3, 3), (4, 3), (6, 6), (20_000, 19_998)])
def test_what_is_alike_ends_with_a_group(alike: int, groups: int) -> None:
    assert begin_alike(SEAL[:alike] + b"a" * 9, SEAL[:alike] + b"b" * 7) == groups
