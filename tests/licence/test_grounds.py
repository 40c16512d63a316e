"""Grounds of endings: each belongs to its event, and says from when on it counts."""

from itertools import product

import pytest

from licence.errors import GroundUnfit
from licence.grounds import ALLOWED, FROM_THE_BEGINNING, Ground, require_ground
from licence.lifecycle import LicenceEvent

LAW = {
    LicenceEvent.WITHDRAW: {
        "abuse_of_office",
        "beyond_competence",
        "procedure_breached",
        "not_eligible",
        "fraud",
        "public_interest",
        "other",
    },
    LicenceEvent.CANCEL: {
        "lapsed",
        "holder_incapable",
        "holder_dissolved",
        "grant_ended",
        "impossible",
        "renounced",
        "other",
    },
}


@pytest.mark.parametrize(("event", "ground"), list(product(LicenceEvent, [None, *Ground])))
def test_a_ground_belongs_to_its_event(event: LicenceEvent, ground: Ground | None) -> None:
    fits = ground is None if event not in LAW else ground is not None and ground.value in LAW[event]
    if fits:
        assert require_ground(event, ground) is ground
        return
    with pytest.raises(GroundUnfit) as refused:
        require_ground(event, ground)
    assert refused.value.details == {"event": event.value, "ground": "" if ground is None else ground.value}


def test_every_ground_is_of_some_event() -> None:
    assert set(Ground) == set().union(*ALLOWED.values())


def test_what_should_not_have_been_granted_never_was() -> None:
    assert {one.value for one in FROM_THE_BEGINNING} == LAW[LicenceEvent.WITHDRAW] - {"public_interest", "other"}
