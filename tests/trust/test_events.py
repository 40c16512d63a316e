"""Audit events: one form of every value, so that a hash means one thing."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import NOW
from trust.crypto.sm3 import sm3
from trust.events import CHECKPOINT_PREFIX, AuditEvent, Checkpoint, canonical, digest_of, timestamp

EVENT = AuditEvent(tag="seal:make:done", actor="act_1", subject="seal_1", facts={"state": "active", "number": 5})
PREVIOUS = bytes(range(32))

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": None}, '{"a":null,"b":1}'),
        (["中", True, -1], '["中",true,-1]'),
        ({"a": {"c": 1, "b": 2}}, '{"a":{"b":2,"c":1}}'),
        ('"\n', '"\\"\\n"'),
    ],
)
def test_canonical_json(value: object, expected: str) -> None:
    assert canonical(value) == expected.encode()


@given(JSON)
def test_canonical_json_is_read_back_and_stays(value: object) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_times_are_told_in_utc_to_the_microsecond() -> None:
    assert timestamp(NOW) == "2026-11-22T04:05:06.123456+00:00"
    assert timestamp(NOW.replace(microsecond=0)) == "2026-11-22T04:05:06.000000+00:00"
    assert timestamp(NOW.astimezone(timezone(timedelta(hours=8)))) == timestamp(NOW)


def test_the_hash_is_sm3_over_the_one_before_and_the_event() -> None:
    expected = (
        '{"actor":"act_1","at":"2026-11-22T04:05:06.123456+00:00","facts":{"number":5,"state":"active"},'
        '"sequence":7,"subject":"seal_1","tag":"seal:make:done"}'
    )
    assert digest_of(PREVIOUS, 7, NOW, EVENT) == sm3(PREVIOUS, expected.encode())


@pytest.mark.parametrize(
    ("previous", "sequence", "at", "event"),
    [
        (bytes(32), 7, NOW, EVENT),
        (PREVIOUS, 8, NOW, EVENT),
        (PREVIOUS, 7, NOW + timedelta(microseconds=1), EVENT),
        (PREVIOUS, 7, NOW, replace(EVENT, tag="seal:make:refused")),
        (PREVIOUS, 7, NOW, replace(EVENT, actor="act_2")),
        (PREVIOUS, 7, NOW, replace(EVENT, subject="seal_2")),
        (PREVIOUS, 7, NOW, replace(EVENT, actor="seal_1", subject="act_1")),
        (PREVIOUS, 7, NOW, replace(EVENT, facts={})),
        (PREVIOUS, 7, NOW, replace(EVENT, facts={"state": "active", "number": "5"})),
        (PREVIOUS, 7, NOW, replace(EVENT, facts={"state": "active", "number": True})),
        (PREVIOUS, 7, NOW, replace(EVENT, facts={"state": "active", "number": 5, "more": None})),
    ],
)
def test_every_part_counts(previous: bytes, sequence: int, at: datetime, event: AuditEvent) -> None:
    assert digest_of(previous, sequence, at, event) != digest_of(PREVIOUS, 7, NOW, EVENT)


def test_the_order_of_facts_does_not_count() -> None:
    turned = replace(EVENT, facts={"number": 5, "state": "active"})
    assert digest_of(PREVIOUS, 7, NOW, turned) == digest_of(PREVIOUS, 7, NOW, EVENT)


def test_what_a_checkpoint_signs() -> None:
    checkpoint = Checkpoint(sequence=3, at=datetime(2026, 1, 1, tzinfo=UTC), digest=bytes(32))
    assert checkpoint.signed.startswith(CHECKPOINT_PREFIX)
    content = json.loads(checkpoint.signed.removeprefix(CHECKPOINT_PREFIX))
    assert content == {"sequence": 3, "at": "2026-01-01T00:00:00.000000+00:00", "digest": "00" * 32}
    assert replace(checkpoint, signature=b"s", certificate=b"c").signed == checkpoint.signed
    for other in (
        replace(checkpoint, sequence=4),
        replace(checkpoint, at=checkpoint.at + timedelta(seconds=1)),
        replace(checkpoint, digest=PREVIOUS),
    ):
        assert other.signed != checkpoint.signed
