"""Licences of a person with two identifiers that were merged: the survivor has them, and what was agreed to holds."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from api.demo import cast
from identity.duties import Actor
from identity.four_eyes.proposals import Proposal
from identity.service import RegisterPerson
from identity.subject import SubjectKind
from identity.subjects.changes import Ground
from identity.subjects.merging import MERGE, Merging, content_of
from identity.subjects.repository import SubjectRepository
from licence.records import Licence
from licence.sharing.asking import QueryHolder
from licence.sharing.entries import Disclosure
from licence.sharing.errors import NotTheHolder
from tests.licence.sharing.square import PURPOSE, Square
from tests.seal.houses import actor
from trust.founding import Role

OTHER_NUMBER: Final = cast.person_number(302)


def merged(square: Square, licence: Licence) -> Actor:
    """Merge the holder of a licence into another identifier of the same person; return the person."""
    house = square.house
    identity = house.identity
    command = RegisterPerson(name="王𠮷㛃", citizen_number=OTHER_NUMBER)
    survivor = identity.prove(actor("two"), identity.register_person(actor("one"), command).id)
    ground = Ground(effective_on=house.clock.now().date() - timedelta(days=1), evidence="核对函")
    proposal = Proposal(
        id="prop_1",
        kind=MERGE,
        subject=licence.holder,
        organisation=None,
        content=content_of(survivor.id, ground),
        reason="核对为同一人",
        proposed_by="one",
        proposed_at=house.clock.now(),
        expires_at=house.clock.now() + timedelta(days=1),
    )
    handler = Merging(identity, SubjectRepository(house.registry.protection))
    with house.store.transaction() as tx:
        handler.check(tx, proposal)
        handler.carry_out(tx, proposal, by="two")
    return actor(survivor.id)


def test_the_survivor_has_the_licences_and_what_was_agreed_to_holds(square: Square) -> None:
    house = square.house
    licence, before = square.of_person(), actor(house.names["person"])
    with house.store.reading() as view:
        code = house.catalogue.require(view, licence.type).code
    client = square.client()
    grant = square.grant(client, law="", types={code: {"number": Disclosure.WHOLE}})
    command = square.consent_command(grant, licence, holder=before.id)
    consents = square.sharing.consents
    digest = consents.terms(before, command).digest
    given = consents.give(before, replace(command, words_digest=digest))

    person = merged(square, licence)

    holders = square.sharing.holders
    (own,) = holders.list(person, person.id)
    assert (own.licence.id, own.is_in_force, own.holder) == (licence.id, True, "王𠮷㛃")
    assert holders.find(person, person.id, licence.identifier).licence.id == licence.id
    with pytest.raises(NotTheHolder):
        holders.list(before, person.id)
    for number in (OTHER_NUMBER, cast.person_number(301)):  # by either document
        query = QueryHolder(kind=SubjectKind.PERSON, code=number)
        (shown,) = square.sharing.asking.query(client, query, purpose=PURPOSE)
        assert shown.identifier == licence.identifier
    assert len(holders.uses(person, person.id, before=None, limit=9)) == 2
    assert [one.consent.id for one in consents.list(person, person.id)] == [given.id]
    consents.withdraw(person, given.id)
    query = QueryHolder(kind=SubjectKind.PERSON, code=OTHER_NUMBER)
    assert square.sharing.asking.query(client, query, purpose=PURPOSE) == ()


def test_what_was_said_of_the_licence_is_asked_again_when_the_survivor_changes(square: Square) -> None:
    house = square.house
    licence = square.of_person()
    person = merged(square, licence)
    fresh = house.verification.freshness

    signer = house.service_keys.certificate(Role.LICENCE_CLAIM)

    def told() -> object:
        return fresh.of(licence.digest, signer)

    before = told()
    assert before is not None
    assert before == told()
    house.identity.freeze(actor("one"), person.id, reason="举报核实中")
    after = told()
    assert after is not None
    assert before != after
