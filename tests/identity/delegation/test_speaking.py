"""What a mandate lets somebody do beside stamping: hold licences for another, act for an organisation."""

from dataclasses import replace
from typing import Any

from identity.delegation.mandates import Mandate
from identity.duties import Actor, Duty, Grant
from identity.holding import Standing, speaks_for
from identity.representing import organisations_of
from tests.identity.builders import FIRST
from tests.identity.delegation.parties import House, Parties
from trust.delegations import Matter

NOTHING: dict[str, Any] = {
    "seals": frozenset(),
    "operations": frozenset(),
    "purposes": frozenset(),
    "times": None,
}


def given(house: House, parties: Parties, matter: Matter) -> Mandate:
    """Let the first agent do a matter."""
    offered = house.offered(parties, matters=frozenset({matter}), **NOTHING)
    return house.mandates.accept(parties.agents[0], offered.id)


def test_who_has_a_mandate_speaks_for_the_holder_until_it_ends(house: House) -> None:
    parties = house.parties()
    agent, holder = parties.agents[0], parties.organisation.id
    assert house.asked(speaks_for, agent, holder) is None
    mandate = given(house, parties, Matter.LICENCE_HOLD)
    assert house.asked(speaks_for, agent, holder) is Standing.DELEGATED
    assert house.asked(speaks_for, parties.agents[1], holder) is None
    assert house.asked(speaks_for, replace(agent, is_client=True), holder) is None
    house.mandates.revoke(parties.representative, mandate.id, reason="岗位调整")
    assert house.asked(speaks_for, agent, holder) is None


def test_a_person_is_spoken_for_by_who_was_given_it_on(house: House) -> None:
    holder, agent, further = house.person(), house.person(), house.person()
    bounds = {"matters": frozenset({Matter.LICENCE_HOLD}), **NOTHING}
    first = house.mandates.offer(holder, house.command(holder.id, agent.id, **bounds))
    house.mandates.accept(agent, first.id)
    within = house.command(agent.id, further.id, within=first.id, **{**bounds, "depth": 1})
    house.mandates.accept(further, house.mandates.offer(agent, within).id)
    assert house.asked(speaks_for, further, holder.id) is Standing.DELEGATED
    assert house.asked(speaks_for, further, agent.id) is None
    house.office.identity.freeze(FIRST, agent.id, reason="涉嫌冒用")
    assert house.asked(speaks_for, further, holder.id) is None


def test_other_matters_speak_for_no_holder(house: House) -> None:
    parties = house.parties()
    given(house, parties, Matter.ACT)
    assert house.asked(speaks_for, parties.agents[0], parties.organisation.id) is None


def represented(house: House, actor: Actor) -> list[tuple[str, Standing, str | None]]:
    """Return for whom somebody may act at sign-on."""
    found = house.asked(organisations_of, actor.id)
    return [(one.organisation.id, one.standing, one.delegation) for one in found]


def test_who_has_a_mandate_acts_for_the_organisation_at_sign_on(house: House) -> None:
    parties = house.parties()
    agent, name = parties.agents[0], parties.organisation.id
    given(house, parties, Matter.LICENCE_HOLD)
    assert represented(house, agent) == []
    mandate = given(house, parties, Matter.ACT)
    assert represented(house, agent) == [(name, Standing.DELEGATED, mandate.id)]
    house.office.identity.freeze(FIRST, name, reason="涉嫌冒用")
    assert represented(house, agent) == []


def test_a_duty_goes_before_a_mandate(house: House) -> None:
    parties = house.parties()
    agent, name = parties.agents[0], parties.organisation.id
    mandate = given(house, parties, Matter.ACT)
    with house.office.store.transaction() as tx:
        house.office.appointing.add_grant(tx, agent.id, Grant(Duty.SEAL_APPLICANT, name), by="somebody")
    assert represented(house, agent) == [(name, Standing.APPOINTED, mandate.id)]
    assert represented(house, parties.representative) == [(name, Standing.LEGAL_REPRESENTATIVE, None)]
