"""Acts on subjects and business systems by clicking, each with a refusal in words; one form with the keyboard alone."""

import pytest

from api.demo import cast
from identity.duties import Actor, Duty, Grant
from identity.service import RegisterOrganisation
from tests.console.chapters import leave, registry, systems
from tests.console.harness import Desks
from tests.console.world import World, registered

pytestmark = pytest.mark.no_cover  # every route that is clicked here has cheaper tests of its own


def company(world: World, name: str, sequence: str) -> str:
    """Register an organisation, whom another officer has seen."""
    first, second = (Actor(id=one, grants=frozenset({Grant(Duty.REGISTRAR)})) for one in ("a", "b"))
    identity = world.service.instance.base.identity
    command = RegisterOrganisation(name=name, credit_code=cast.organisation_code("91", sequence))
    return identity.prove(second, identity.register_organisation(first, command).id).id


def person(world: World, name: str, sequence: int) -> str:
    """Register a person, whom another officer has seen."""
    return registered(world.service.instance, name, sequence)


def test_a_document_is_added_by_keyboard_found_and_ended(desks: Desks) -> None:
    one = person(desks.world, "上官云舒", 981)
    registry.add_a_document_by_keyboard(desks, one)
    registry.find_by_document(desks("registrar"), then=one)
    registry.find_by_document(desks("registrar"), then="")
    registry.end_the_document(desks, one)
    told = desks.world.ask("registrar", "GET", f"/v1/subjects/{one}/documents")
    assert {each["kind"]: each["ended_at"] is not None for each in told} == {
        "resident_identity_card": False,
        "passport": True,
    }


def test_the_legal_representative_is_refused_then_agreed_to(desks: Desks) -> None:
    one, owner = person(desks.world, "慕容长河", 982), company(desks.world, "云州市长河水务有限公司", "MB0981000")
    registry.change_the_representative(desks, owner, one)
    assert desks.world.ask("registrar", "GET", f"/v1/subjects/{owner}")["legal_representative"] == one
    registry.close_an_organisation(desks, owner)


def test_doubles_become_one(desks: Desks) -> None:
    double, survivor = person(desks.world, "诸葛明月", 983), person(desks.world, "诸葛明月", 984)
    registry.merge_doubles(desks, double, survivor)
    assert desks.world.ask("registrar", "GET", f"/v1/subjects/{double}")["id"] == survivor


def test_a_registration_ends_and_its_data_goes(desks: Desks) -> None:
    one = person(desks.world, "欧阳远山", 985)
    registry.withdraw_a_proofing(desks, one)
    assert desks.world.ask("registrar", "GET", f"/v1/subjects/{one}")["assurance"] is None
    registry.close_and_erase(desks, one)
    assert desks.world.ask("registrar", "GET", f"/v1/subjects/{one}")["state"] == "erased"


def test_a_system_is_changed_peered_and_retired(desks: Desks) -> None:
    client = systems.registered_system(desks.world, "城市运行平台")
    systems.change_it(desks, client, "城市运行管理平台")
    systems.agree_on_peering(desks, client)
    systems.end_the_peering(desks, client)
    systems.stop_it_in_two_tabs(desks, client)
    systems.retire_it(desks, client)
    assert desks.world.ask("system", "GET", f"/v1/clients/{client}")["state"] == "retired"


def test_a_delegation_is_given_on_declined_and_renounced(desks: Desks) -> None:
    above, below = systems.give_on(desks)
    systems.decline(desks, below)
    systems.renounce(desks, above)
    states = [desks.world.ask("officer", "GET", f"/v1/delegations/{one}")["state"] for one in (above, below)]
    assert states == ["renounced", "declined"]


def test_messages_to_a_platform_are_sent_again_or_given_up(desks: Desks) -> None:
    world = desks.world
    first = leave.refused_message(world, 900_007)
    leave.send_it_again(desks)
    second = leave.refused_message(world, 900_008)
    leave.set_it_aside(desks)
    found = {one["id"]: one["state"] for one in world.ask("system", "GET", "/v1/account-messages/upper")}
    assert found == {first: "waiting", second: "set_aside"}
