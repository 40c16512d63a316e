"""The keys that sign tokens: published before they are used, and after; nothing that was signed is ever unknown."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from identity.jose import JWSAlgorithm, read, signed_by
from identity.openid import key_repository
from identity.openid.errors import KeyNotPublished, KeyTooYoung
from identity.openid.keys import KEPT, KNOWN_AFTER, ProviderKeys
from identity.openid.provider_key import ProviderKeyState
from tests.fakes.clock import SettableClock
from tests.fakes.custody import MemoryCustody
from trust import repository as trail
from trust.signing import SigningUnavailable
from trust.store import LostRace, Store

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
    coming = next(one for one in keys.published() if (one.algorithm, one.state.value) == (ES256, "next"))
    assert keys.replace(lost.kid, by="somebody", reason="疑似泄露").kid == coming.kid
    assert lost.kid not in keys.verifying()
    assert sorted(states(keys)) == ["current", "next"]
    with pytest.raises(SigningUnavailable):
        keys.custody.sign(lost.key, bytes(32))
    with keys.store.reading() as view:
        told = {one.event.tag: one.event for one in trail.events(view) if one.event.subject == lost.kid}
    alone = told["key:stop_alone:done"]
    assert (alone.actor, alone.facts["reason"]) == ("somebody", "疑似泄露")
    assert "openid_key:withdraw:done" in told


@pytest.mark.parametrize("state", ["next", "retired"])
def test_a_key_that_does_not_sign_is_let_go_of_as_well(keys: ProviderKeys, clock: SettableClock, state: str) -> None:
    keys.establish()
    clock.advance(KNOWN_AFTER)
    keys.rotate(ES256, by="somebody")
    signing = keys.current(ES256)
    lost = next(one for one in keys.published() if (one.algorithm, one.state.value) == (ES256, state))
    assert keys.replace(lost.kid, by="somebody", reason="疑似泄露").kid == signing.kid
    assert lost.kid not in keys.verifying()
    left = ["current", "next", "retired"] if state == "next" else ["current", "next"]
    assert sorted(states(keys)) == left
    with pytest.raises(SigningUnavailable):
        keys.custody.sign(lost.key, bytes(32))


@pytest.mark.parametrize("kid", ["", "nobody's"])
def test_a_key_is_let_go_of_once(keys: ProviderKeys, kid: str) -> None:
    lost = keys.current(ES256)
    keys.replace(lost.kid, by="somebody", reason="疑似泄露")
    left = keys.published()
    with pytest.raises(KeyNotPublished) as refused:
        keys.replace(kid or lost.kid, by="somebody", reason="疑似泄露")
    assert refused.value.code == "openid.key_not_published"
    assert keys.published() == left


def test_of_two_who_let_go_of_a_key_at_once_one_does(keys: ProviderKeys) -> None:
    lost = keys.current(ES256)
    coming = next(one for one in keys.published() if one.slot == "ES256 next")
    begin = threading.Barrier(2)

    def let_go(by: str) -> str:
        begin.wait()
        try:
            return keys.replace(lost.kid, by=by, reason="疑似泄露").kid
        except (KeyNotPublished, LostRace) as refused:
            return refused.code

    with ThreadPoolExecutor(2) as both:
        told = set(both.map(let_go, ("one", "other")))
    assert coming.kid in told
    assert told - {coming.kid} < {"openid.key_not_published", LostRace.code}
    assert keys.current(ES256).kid == coming.kid


def test_who_comes_after_another_forgets_no_key(store: Store) -> None:
    with pytest.raises(LostRace), store.transaction() as tx:
        key_repository.remove_key(tx, "somebody else was faster")


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
