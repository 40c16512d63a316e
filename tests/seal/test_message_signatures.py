"""Signing messages with the key of a seal: over a digest or around a content, in both dialects, on record first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from seal.errors import NotAuthorised, StampingRequestInvalid, StampingUnderWay
from seal.ledger.entries import Operation, StampingState
from seal.stamping.intents import LEFT_BEHIND
from seal.stamping.message_signatures import MOST_OCTETS, SignedDigest, SignMessage
from tests.fakes.clock import NOW
from tests.fakes.faulty import Crash
from tests.seal.holders import Holder
from tests.seal.houses import NOTICE, House
from trust.blobs import BlobStoreUnavailable
from trust.cms import BytesContent, Content, Dialect, read_signed_message
from trust.cms_verification import judge_cms
from trust.crypto.algorithms import AlgorithmNotSupported, Digest
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.requests import RequestKeyReused
from trust.signing import SigningUnavailable
from trust.timestamping import TimeStampingUnavailable
from trust.verdict import Outcome

CONTENT = "关于印发通知的函".encode()
DONE, VOID, PREPARED = StampingState.DONE, StampingState.VOID, StampingState.PREPARED
MESSAGES = frozenset({Operation.MESSAGE})


@pytest.fixture
def client(house: House) -> Holder:
    return Holder(house, operations=MESSAGES)


def order(client: Holder, **changes: Any) -> SignMessage:  # noqa: ANN401 - a command's fields
    terms = {"seal": client.seal, "content": CONTENT, "purpose": NOTICE, "request_key": client.house.next_key()}
    return SignMessage(**{**terms, **changes})


def sign(client: Holder, command: SignMessage) -> tuple[object, bytes]:
    return client.house.messages.sign(client.actor, command)


def refused(client: Holder, error: type[TrustError], command: SignMessage) -> TrustError:
    """Expect a refusal that leaves no trace, and uses no key."""
    head = client.house.head()
    client.house.faults.passed.clear()
    with pytest.raises(error) as told:
        sign(client, command)
    assert client.house.head() == head
    assert client.house.faults.passed == []
    return told.value


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("form", ["attached", "detached"])
def test_a_stranger_finds_the_message_good(client: Holder, dialect: Dialect, form: str) -> None:
    house = client.house
    given = {"content": CONTENT} if form == "attached" else {"content": None, "digest": sm3(CONTENT)}
    stamping, encoded = house.messages.sign(client.actor, order(client, dialect=dialect, **given))
    message = read_signed_message(encoded)
    assert (message.dialect, message.content) == (dialect, CONTENT if form == "attached" else None)
    with house.store.reading() as view:
        evidence = house.authorities.evidence(view)
    for content, outcome in ((BytesContent(CONTENT), Outcome.PASSED), (BytesContent(b"other"), Outcome.FAILED)):
        (report,) = judge_cms(encoded, evidence, now=NOW, content=content)
        assert report.verdict.outcome is outcome
    (report,) = judge_cms(encoded, evidence, now=NOW, content=BytesContent(CONTENT))
    assert report.proven_time is not None
    assert (stamping.state, stamping.operation, stamping.document_hash) == (DONE, Operation.MESSAGE, sm3(CONTENT).hex())
    assert stamping.result is not None
    assert house.blobs.get(stamping.result) == encoded


def test_the_ledger_tells_of_it(client: Holder) -> None:
    stamping, _ = client.house.messages.sign(client.actor, order(client, reference="A-1"))
    (line,) = client.house.stampings.ledger(client.house.authority.owner, client.seal)
    assert line == replace(stamping, ended_at=NOW)
    assert (line.reference, client.used) == ("A-1", 1)
    assert client.tags == ["seal:stamp:prepared", "seal:stamp:done"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("content", {"content": None}),
        ("content", {"digest": bytes(32)}),
        ("content", {"content": bytes(MOST_OCTETS + 1)}),
        ("digest", {"content": None, "digest": bytes(31)}),
        ("digest", {"content": None, "digest": b""}),
    ],
)
def test_what_cannot_be_signed(client: Holder, field: str, changes: dict[str, Any]) -> None:
    error = refused(client, StampingRequestInvalid, order(client, **changes))
    assert error.details == {"field": field, "number": 1}


def test_the_largest_content_goes_inside(client: Holder) -> None:
    content = bytes(MOST_OCTETS)
    assert read_signed_message(sign(client, order(client, content=content))[1]).content == content


@pytest.mark.parametrize("operation", [Operation.DOCUMENT, Operation.DIGEST])
def test_who_may_do_something_else_signs_no_message(house: House, operation: Operation) -> None:
    holder = Holder(house, operations=frozenset({operation}))
    refused(holder, NotAuthorised, order(holder))


def test_a_repeated_request_gets_the_same_message(client: Holder) -> None:
    command = order(client)
    first = client.house.messages.sign(client.actor, command)
    head = client.house.head()
    stamping, encoded = client.house.messages.sign(client.actor, command)
    assert (stamping.id, encoded) == (first[0].id, first[1])
    assert (client.house.head(), client.used) == (head, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"content": b"other"},
        {"content": None, "digest": sm3(CONTENT)},
        {"dialect": Dialect.RFC5652},
        {"reference": "B"},
        {"purpose": replace(NOTICE, document_kind="reply")},
        {"approval": "approval_1"},
        {"seal": "seal_other"},
    ],
)
def test_a_key_is_for_one_request(client: Holder, changes: dict[str, Any]) -> None:
    command = order(client)
    sign(client, command)
    refused(client, RequestKeyReused, replace(command, **changes))


@pytest.mark.parametrize(
    ("point", "error"),
    [
        ("sign:seal_owner", SigningUnavailable()),
        ("stamp:tsa-sm2", TimeStampingUnavailable()),
        ("put", BlobStoreUnavailable()),
    ],
)
def test_what_fails_is_voided_and_can_be_repeated(client: Holder, point: str, error: Exception) -> None:
    command = order(client)
    client.house.faults.fail(point, error)
    with pytest.raises(type(error)):
        sign(client, command)
    assert (client.states, client.used) == ([VOID], 0)
    sign(client, command)
    assert (sorted(client.states), client.used) == ([DONE, VOID], 1)


@pytest.mark.parametrize("point", ["signed:seal_owner", "kept", "commit:seal:stamp:done"])
def test_a_crash_leaves_an_intent_that_is_voided_later(client: Holder, point: str) -> None:
    command = order(client)
    client.house.faults.fail(point, Crash())
    with pytest.raises(Crash):
        sign(client, command)
    house = client.house = client.house.reopened()
    try:
        with pytest.raises(StampingUnderWay):
            sign(client, command)
        house.clock.advance(LEFT_BEHIND + timedelta(microseconds=1))
        assert house.stampings.recover() == 1
        assert (client.states, client.used) == ([VOID], 0)
        sign(client, command)
        assert client.used == 1
    finally:
        house.store.close()


def test_a_digest_stands_for_its_content_and_no_more() -> None:
    content: Content = SignedDigest(sm3(CONTENT))
    assert content.digest(Digest.SM3) == sm3(CONTENT)
    asking: tuple[Callable[[], bytes], ...] = (lambda: content.digest(Digest.SHA256), content.octets)
    for ask in asking:
        with pytest.raises(AlgorithmNotSupported):
            ask()
