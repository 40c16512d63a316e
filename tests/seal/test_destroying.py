"""The destruction of a seal's keys: asked for by one administrator, witnessed by another, proven, taken up again."""

from functools import partial
from typing import Final

import pytest

from identity.duties import Duty
from seal.grounds import Ground
from seal.lifecycle import SealState
from tests.fakes.clock import NOW
from tests.seal.houses import REASON, House, actor, at_once
from trust.crypto.sm3 import sm3
from trust.lifecycle import EventNotPossible
from trust.signing import SigningUnavailable

SECURITY: Final = actor("security administrator", Duty.SECURITY_ADMINISTRATOR)
AUDITOR: Final = actor("auditor", Duty.AUDITOR)
WHY: Final = "印章已注销"


def requested(house: House) -> str:
    """Return a cancelled seal whose destruction is asked for."""
    staff, seal = house.authority, house.active(house.authority).id
    second = staff.of(Duty.SEAL_OWNER, "second owner")
    house.seals.cancel(second, seal, ground=Ground.DISSOLVED, reason=REASON)
    house.seals.request_destroy(SECURITY, seal, reason=WHY)
    return seal


def test_both_keys_go_before_two_witnesses_and_the_proofs_stay(either_house: House) -> None:
    house = either_house
    seal, head = requested(house), either_house.head()
    destroyed = house.seals.destroy(AUDITOR, seal, reason=WHY)
    assert destroyed.state is SealState.DESTROYED
    handles = [one.key.handle for one in destroyed.keys]
    assert house.destroyer.asked == [(one, (SECURITY.id, AUDITOR.id), WHY) for one in handles]
    found = house.seals.look(house.authority.owner, seal)
    assert sorted(one.key for one in found.destructions) == sorted(handles)
    assert all(one.at == NOW for one in found.destructions)
    events = [one for one in house.events(after=head) if one.subject == seal and one.tag.startswith("seal:destroy")]
    assert [one.tag for one in events] == ["seal:destroy:witnessed", "seal:destroy:done"]
    assert events[0].facts == {"keys": 2, "asked_by": SECURITY.id}
    assert events[1].facts["proofs"] == ", ".join(sm3(f"{one} is gone".encode()).hex() for one in handles)


@pytest.mark.parametrize("call", [1, 2])
def test_what_breaks_off_is_taken_up_again(house: House, call: int) -> None:
    seal = requested(house)
    house.destroyer.failing[call] = SigningUnavailable()
    with pytest.raises(SigningUnavailable):
        house.seals.destroy(AUDITOR, seal, reason=WHY)
    assert house.seals.look(house.authority.owner, seal).seal.state is SealState.DESTROYING
    house.destroyer.failing.clear()
    assert house.seals.destroy(AUDITOR, seal, reason=WHY).state is SealState.DESTROYED
    assert len(house.seals.look(house.authority.owner, seal).destructions) == 2


def test_of_two_auditors_at_once_one_is_told_so(either_house: House) -> None:
    house = either_house
    seal = requested(house)
    auditors = [actor(f"auditor {number}", Duty.AUDITOR) for number in range(3)]
    results = at_once(*[partial(house.seals.destroy, one, seal, reason=WHY) for one in auditors])
    states = [getattr(one, "state", None) for one in results]
    assert states.count(SealState.DESTROYED) == 1
    assert len(house.seals.look(house.authority.owner, seal).destructions) == 2


def test_no_key_goes_while_the_seal_may_still_serve(house: House) -> None:
    seal = house.active(house.authority).id
    with pytest.raises(EventNotPossible):
        house.seals.request_destroy(SECURITY, seal, reason=WHY)
    with pytest.raises(EventNotPossible):
        house.seals.destroy(AUDITOR, seal, reason=WHY)
    assert house.destroyer.asked == []
