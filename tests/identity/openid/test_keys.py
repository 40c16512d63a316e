"""The keys that sign tokens: published before they are used, and after; nothing that was signed is ever unknown."""

import threading
import time
from datetime import timedelta

import pytest

from identity.jose import JWSAlgorithm, read, signed_by
from identity.openid.errors import KeyTooYoung
from identity.openid.keys import KEPT, KNOWN_AFTER, ProviderKeys
from identity.openid.provider_key import ProviderKeyState
from tests.fakes.clock import SettableClock
from tests.fakes.custody import MemoryCustody
from trust import repository as trail
from trust.signing import SigningUnavailable
from trust.store import Store

ES256 = JWSAlgorithm.ES256


@pytest.fixture
def keys(store: Store) -> ProviderKeys:
    return ProviderKeys(store, MemoryCustody())


def states(keys: ProviderKeys, algorithm: JWSAlgorithm = ES256) -> list[str]:
    return [one.state.value for one in keys.published() if one.algorithm is algorithm]


def test_there_are_keys_from_the_first_question_on(keys: ProviderKeys) -> None:
    assert sorted(states(keys)) == ["current", "next"]
    assert sorted(states(keys, JWSAlgorithm.SM2)) == ["current", "next"]
    assert keys.published() == keys.published()


@pytest.mark.parametrize("algorithm", JWSAlgorithm)
def test_what_is_signed_can_be_checked_with_what_is_published(keys: ProviderKeys, algorithm: JWSAlgorithm) -> None:
    token = keys.signed(algorithm, {"sub": "somebody"}, kind="JWT")
    assert read(token, keys.verifying()[signed_by(token)]) == {"sub": "somebody"}


def test_the_next_key_takes_over_once_everybody_can_know_it(keys: ProviderKeys, clock: SettableClock) -> None:
    coming = next(one for one in keys.published() if one.slot == "ES256 next")
    with pytest.raises(KeyTooYoung) as refused:
        keys.rotate(ES256, by="somebody")
    assert (refused.value.code, refused.value.details["seconds"]) == ("openid.key_too_young", 601)
    clock.advance(KNOWN_AFTER)
    before = keys.signed(ES256, {}, kind="JWT")
    assert (keys.rotate(ES256, by="somebody").kid, coming.kid) == (coming.kid, keys.current(ES256).kid)
    assert sorted(states(keys)) == ["current", "next", "retired"]
    assert read(before, keys.verifying()[signed_by(before)]) == {}
    assert signed_by(keys.signed(ES256, {}, kind="JWT")) == coming.kid
    clock.advance(KEPT + timedelta(seconds=1))
    assert sorted(states(keys)) == ["current", "next"]
    with keys.store.reading() as view:
        assert "openid_key:rotate:done" in [one.event.tag for one in trail.events(view)]


def test_a_key_that_somebody_else_may_have_is_gone_at_once(keys: ProviderKeys) -> None:
    lost = keys.current(ES256)
    keys.replace(ES256, by="somebody", reason="疑似泄露")
    assert lost.kid not in keys.verifying()
    assert sorted(states(keys)) == ["current", "next"]
    with pytest.raises(SigningUnavailable):
        keys.custody.sign(lost.key, bytes(32))
    with keys.store.reading() as view:
        told = {one.event.tag: one.event for one in trail.events(view) if one.event.subject == lost.kid}
    alone = told["key:stop_alone:done"]
    assert (alone.actor, alone.facts["reason"]) == ("somebody", "疑似泄露")
    assert "openid_key:withdraw:done" in told


def test_no_login_is_dropped_while_keys_are_rotated(keys: ProviderKeys, clock: SettableClock) -> None:
    # Copies of the published keys are taken as seldom as they may be; every token must be known to the last copy.
    keys.establish()
    signed: list[str] = []
    over = threading.Event()

    def sign() -> None:
        while not over.is_set():
            signed.append(keys.signed(ES256, {}, kind="JWT"))

    for _ in range(3):
        clock.advance(KNOWN_AFTER)
        copy = keys.verifying()
        over.clear()
        threads = [threading.Thread(target=sign) for _ in range(2)]
        for one in threads:
            one.start()
        try:
            while len(signed) < 2:
                time.sleep(0)
            keys.rotate(ES256, by="somebody")
            enough = len(signed) + 4
            while len(signed) < enough:
                time.sleep(0)
        finally:
            over.set()
            for one in threads:
                one.join()
        assert {True} == {read(token, copy[signed_by(token)]) == {} for token in signed}
        assert len({signed_by(token) for token in signed}) == 2
        signed.clear()


def test_every_key_has_a_place_of_its_own(keys: ProviderKeys) -> None:
    slots = [one.slot for one in keys.published()]
    assert len(slots) == len(set(slots)) == 2 * len(JWSAlgorithm)
    assert ProviderKeyState.RETIRED not in {one.state for one in keys.published()}


def test_keys_rotate_by_their_age(keys: ProviderKeys, clock: SettableClock) -> None:
    age = timedelta(days=90)
    first, coming = keys.current(ES256), next(one for one in keys.published() if one.slot == "ES256 next")
    clock.advance(age - timedelta(seconds=1))
    assert keys.rotate_due(age) == keys.rotate_due(timedelta(0)) == ()
    before = keys.signed(ES256, {}, kind="JWT")
    clock.advance(timedelta(seconds=1))
    assert coming.kid in keys.rotate_due(age)
    assert sorted(states(keys)) == sorted(states(keys, JWSAlgorithm.SM2)) == ["current", "next", "retired"]
    assert keys.current(ES256).kid == coming.kid != first.kid  # published for as long, before it signed
    assert read(before, keys.verifying()[signed_by(before)]) == {}
    clock.advance(KNOWN_AFTER)
    assert keys.rotate_due(age) == ()  # once, and not again until it is due
    clock.advance(age)
    assert len(keys.rotate_due(age)) == len(JWSAlgorithm)
