"""Whether a mandate holds is asked at each use: what ends one ends everything below it, at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from identity.delegation import repository
from identity.delegation.errors import MandateNotInForce
from identity.delegation.mandates import LIFECYCLE, MandateEvent, MandateState
from identity.delegation.standing import MANDATE, chain_of, give_back, held_for, in_force, require_in_force, spend
from identity.duties import Actor
from tests.identity.builders import FIRST
from tests.identity.delegation.parties import AT, DAY, House, Parties
from trust.delegations import Matter
from trust.events import AuditEvent

REASON = "岗位调整"


def test_what_was_accepted_holds(house: House) -> None:
    parties = house.parties()
    made = house.chain(parties, 3)
    found = house.asked(in_force, made[2])
    assert [one.id for one in found] == [one.id for one in made]
    assert house.asked(require_in_force, made[2]) == found
    assert made[0].id.startswith(MANDATE)


def test_what_was_offered_does_not_hold(house: House) -> None:
    offered = house.offered(house.parties())
    assert house.asked(in_force, offered) is None
    with pytest.raises(MandateNotInForce) as refused:
        house.asked(require_in_force, offered)
    assert refused.value.details == {"mandate": offered.id}


ENDINGS: dict[str, Callable[[House, Parties, list[str]], object]] = {
    "the first revoked": lambda house, parties, names: house.mandates.revoke(
        parties.representative, names[0], reason=REASON
    ),
    "the middle renounced": lambda house, parties, names: house.mandates.renounce(
        parties.agents[1], names[1], reason=REASON
    ),
    "the last revoked": lambda house, parties, names: house.mandates.revoke(parties.agents[0], names[2], reason=REASON),
    "the organisation frozen": lambda house, parties, _: house.office.identity.freeze(
        FIRST, parties.organisation.id, reason=REASON
    ),
    "somebody between frozen": lambda house, parties, _: house.office.identity.freeze(
        FIRST, parties.agents[1].id, reason=REASON
    ),
    "who acts frozen": lambda house, parties, _: house.office.identity.freeze(
        FIRST, parties.agents[2].id, reason=REASON
    ),
    "the time over": lambda house, _, __: house.office.clock.set(AT + 30 * DAY + timedelta(seconds=1)),
    "the time not begun": lambda house, _, __: house.office.clock.set(AT - timedelta(seconds=1)),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS)
def test_what_ends_a_link_ends_what_is_below_it(
    house: House, end: Callable[[House, Parties, list[str]], object]
) -> None:
    parties = house.parties()
    made = house.chain(parties, 3)
    end(house, parties, [one.id for one in made])
    assert house.asked(in_force, house.read(made[2].id)) is None
    assert house.asked(held_for, parties.agents[2].id, Matter.SEAL_STAMP) == ()


def test_a_mandate_holds_in_its_last_moment(house: House) -> None:
    (made,) = house.chain(house.parties(), 1)
    house.office.clock.set(AT + 30 * DAY)
    assert house.asked(in_force, made) is not None


def test_a_business_system_stops_with_its_organisation(house: House) -> None:
    parties = house.parties()
    client = house.office.client().client
    command = house.command(parties.organisation.id, client.id, depth=0)
    offered = house.mandates.offer(parties.representative, command)
    accepted = house.mandates.accept(Actor(id=client.id, grants=frozenset(), is_client=True), offered.id)
    assert house.asked(in_force, accepted) is not None
    house.office.identity.freeze(FIRST, client.organisation, reason=REASON)
    assert house.asked(in_force, accepted) is None


def test_what_somebody_holds_is_found_by_matter_and_by_who_gave_first(house: House) -> None:
    parties = house.parties()
    made = house.chain(parties, 2)
    agent, owner = parties.agents[1].id, parties.organisation.id
    (links,) = house.asked(held_for, agent, Matter.SEAL_STAMP)
    assert [one.id for one in links] == [one.id for one in made]
    with house.office.store.reading() as view:
        identity = house.office.identity
        assert len(held_for(identity, view, agent, Matter.SEAL_STAMP, owner=owner)) == 1
        assert held_for(identity, view, agent, Matter.SEAL_STAMP, owner=parties.agents[0].id) == ()
        assert held_for(identity, view, agent, Matter.ACT) == ()
        assert held_for(identity, view, "nobody", Matter.SEAL_STAMP) == ()


# --- counting


class Undone(Exception):
    """Nothing may be committed."""


def spending(house: House, name: str, count: int) -> str | None:
    """Count uses; return the mandate that has not so many left."""
    with house.office.store.reading() as view:
        links = chain_of(view, name)
    try:
        with house.office.store.transaction() as tx:
            spent = spend(tx, links, count=count)
            if spent is not None:
                raise Undone(spent.id)
            tx.record(AuditEvent(tag="test:use:done", actor="somebody", subject=name))
    except Undone as undone:
        return str(undone)
    return None


def test_every_link_is_counted_and_all_or_none(house: House) -> None:
    made = house.chain(house.parties(), 2, times=3)
    assert spending(house, made[1].id, 2) is None
    assert [house.read(one.id).used for one in made] == [2, 2]
    assert spending(house, made[1].id, 2) == made[0].id
    assert [house.read(one.id).used for one in made] == [2, 2]
    assert spending(house, made[1].id, 1) is None
    assert not house.read(made[1].id).left()
    assert house.asked(held_for, made[1].delegate.id, Matter.SEAL_STAMP) == ()


def test_a_use_that_came_to_nothing_is_given_back(house: House) -> None:
    made = house.chain(house.parties(), 2, times=3)
    assert spending(house, made[1].id, 3) is None
    with house.office.store.transaction() as tx:
        give_back(tx, made[1].id, count=2)
        tx.record(AuditEvent(tag="test:use:done", actor="somebody", subject=made[1].id))
    assert [house.read(one.id).used for one in made] == [1, 1]


def test_many_at_once_take_no_more_than_there_is(house: House) -> None:
    (made,) = house.chain(house.parties(), 1, times=5)
    with ThreadPoolExecutor(8) as threads:
        answers = [*threads.map(lambda _: spending(house, made.id, 1), range(16))]
    assert answers.count(None) == 5
    assert house.read(made.id).used == 5


def test_without_a_limit_there_is_always_one_left(house: House) -> None:
    (made,) = house.chain(house.parties(), 1, times=None)
    assert spending(house, made.id, 1_000) is None
    assert house.read(made.id).left(10**9)


def test_what_was_revoked_meanwhile_is_not_counted(house: House) -> None:
    parties = house.parties()
    (made,) = house.chain(parties, 1)
    house.mandates.revoke(parties.representative, made.id, reason=REASON)
    assert spending(house, made.id, 1) == made.id


def test_nothing_is_there_under_an_unknown_identifier(house: House) -> None:
    with house.office.store.reading() as view:
        assert chain_of(view, "mandate_nothing") == ()
        assert repository.get(view, "mandate_nothing") is None


def test_the_life_of_a_mandate() -> None:
    ends = {MandateState.DECLINED, MandateState.REVOKED, MandateState.RENOUNCED}
    assert {state for state in MandateState if not LIFECYCLE.events(state)} == ends
    assert LIFECYCLE.events(MandateState.ACCEPTED) == {MandateEvent.REVOKE, MandateEvent.RENOUNCE}
    assert MandateEvent.ACCEPT not in LIFECYCLE.alone
