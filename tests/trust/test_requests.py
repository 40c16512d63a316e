"""Repeated requests: the same answer, and nothing twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.fakes.clock import SettableClock
from trust import requests
from trust.errors import Conflict, Invalid
from trust.events import AuditEvent
from trust.requests import RequestKeyMalformed, RequestKeyReused, answered, fingerprint, remember
from trust.store import LostRace, Store

EVENT = AuditEvent(tag="test:request:done", actor="actor", subject="subject")
PRINT = fingerprint("issue", {"name": "某", "number": 1})


def ask(
    store: Store, *, actor: str = "actor", key: str = "key", content: str = PRINT, result: str = "licence_1"
) -> str:
    """Make a request as a service does."""
    with store.transaction() as tx:
        found = answered(tx, actor=actor, key=key, fingerprint=content)
        if found is None:
            remember(tx, actor=actor, key=key, fingerprint=content, result=result)
            tx.record(EVENT)
        return found or result


def test_a_repetition_gets_the_first_answer(store: Store) -> None:
    assert ask(store) == "licence_1"
    assert ask(store, result="licence_2") == "licence_1"
    with store.reading() as view:
        assert answered(view, actor="actor", key="key", fingerprint=PRINT) == "licence_1"
        assert answered(view, actor="actor", key="another", fingerprint=PRINT) is None


def test_every_actor_has_keys_of_his_own(store: Store) -> None:
    ask(store)
    assert ask(store, actor="somebody else", content="other", result="licence_2") == "licence_2"
    assert ask(store) == "licence_1"


def test_a_key_is_for_one_request(store: Store) -> None:
    ask(store)
    with pytest.raises(RequestKeyReused):
        ask(store, content=fingerprint("issue", {"name": "别", "number": 1}))
    assert issubclass(RequestKeyReused, Conflict)


def test_fingerprints() -> None:
    assert fingerprint("issue", {"b": 1, "a": 2}) == fingerprint("issue", {"a": 2, "b": 1})
    others = [("issue", {}), ("revoke", {"name": "某", "number": 1}), ("issue", {"name": "某", "number": "1"})]
    assert PRINT not in {fingerprint(operation, content) for operation, content in others}
    assert len(PRINT) == 64


@pytest.mark.parametrize("key", ["a", "a" * 128, "8e03978e-40d5-43dd-bc93-6894a57f9324", "!~/="])
def test_keys(store: Store, key: str) -> None:
    assert ask(store, key=key) == "licence_1"


@pytest.mark.parametrize("key", ["", "a" * 129, "a b", " ", "键", "a\n", "\x00", "a\x7f", "\u00a0"])
def test_what_is_no_key(store: Store, key: str) -> None:
    with pytest.raises(RequestKeyMalformed), store.reading() as view:
        answered(view, actor="actor", key=key, fingerprint=PRINT)
    assert issubclass(RequestKeyMalformed, Invalid)


def test_another_attempt_takes_the_place_of_the_first(store: Store, clock: SettableClock) -> None:
    ask(store)
    clock.advance(timedelta(hours=1))
    with store.transaction() as tx:
        requests.replace(tx, actor="actor", key="key", before="licence_1", result="licence_2")
        tx.record(EVENT)
    assert ask(store) == "licence_2"
    for key, before in (("key", "licence_1"), ("unknown", "licence_1")):
        with pytest.raises(LostRace), store.transaction() as tx:
            requests.replace(tx, actor="actor", key=key, before=before, result="licence_3")
    assert ask(store) == "licence_2"
    with store.reading() as view:
        assert answered(view, actor="actor", key="unknown", fingerprint=PRINT) is None


def test_two_at_once_happen_once(store: Store) -> None:
    barrier = threading.Barrier(4)

    def work(number: int) -> str:
        barrier.wait()
        try:
            return ask(store, result=f"licence_{number}")
        except LostRace:
            return ask(store, result=f"licence_{number}")  # again, as the error says

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(work, range(4)))) == 1
