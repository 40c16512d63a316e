"""Who gets to see a holder's photograph: whoever is shown the code on a phone, and clients whose grant names it."""

import base64
from datetime import timedelta

from api.demo import cast
from identity.duties import Actor
from licence.live.codes import LiveAnswer, LiveCodes, MakeLiveCode
from licence.live.repository import LiveCodeRepository
from licence.pictures.entries import LicencePicture
from licence.records import Licence
from licence.sharing.entries import Disclosure
from tests.licence.pictures.housing import RESIDENCE_TYPE, Housing
from tests.licence.sharing.square import PURPOSE, Square

PHOTO = "data.photo"


def issued(housing: Housing, photo: str | None) -> Licence:
    """Issue a residence permit."""
    return housing.desk.house.licences.issue(housing.desk.staff.client, housing.order(photo))


def address_of(picture: LicencePicture) -> str:
    """Return a picture as pages show it."""
    return "data:image/jpeg;base64," + base64.b64encode(picture.content).decode()


def answer_of(housing: Housing, licence: Licence) -> LiveAnswer:
    """Show a licence on its holder's phone, and check the code."""
    house = housing.desk.house
    codes = LiveCodes(
        store=house.store,
        identity=house.identity,
        clients=house.clients,
        licences=house.registry,
        repository=LiveCodeRepository(house.registry.protection),
        verification=house.verification,
        address="https://trust.example/l/",
        lifetime=timedelta(minutes=1),
    )
    holder = Actor(id=licence.holder, grants=frozenset())
    return codes.check(None, codes.make(holder, MakeLiveCode(licence=licence.id)).address.rpartition("/")[2])


def test_whoever_checks_the_code_of_a_holder_sees_the_photograph(housing: Housing) -> None:
    picture = housing.upload()
    answer = answer_of(housing, issued(housing, picture.id))
    assert answer.photo == address_of(picture)
    assert answer.photo not in repr(answer)


def test_a_licence_without_a_photograph_shows_none(housing: Housing) -> None:
    assert answer_of(housing, issued(housing, None)).photo is None
    own = housing.desk.issue(type=f"{cast.DEFINER}077", holder_code=cast.person_number(301))
    assert answer_of(housing, own).photo is None


def test_a_client_sees_the_photograph_where_its_grant_names_it(housing: Housing) -> None:
    square, picture = Square(housing.desk), housing.upload()
    licence = issued(housing, picture.id)
    fields = {
        "whole": {PHOTO: Disclosure.WHOLE, "data.gender": Disclosure.WHOLE},
        "masked": {PHOTO: Disclosure.MASKED},
        "without": {"data.gender": Disclosure.WHOLE},
    }
    told = {}
    for name, granted in fields.items():
        client = square.client()
        square.grant(client, types={RESIDENCE_TYPE: granted})
        told[name] = square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE).fields
    assert told["whole"] == {PHOTO: address_of(picture), "data.gender": "2"}
    assert told["masked"][PHOTO] == "****"  # nothing of it, not even of what it is called here
    assert told["without"] == {"data.gender": "2"}


def test_a_client_is_told_of_no_photograph_where_there_is_none(housing: Housing) -> None:
    square, licence = Square(housing.desk), issued(housing, None)
    client = square.client()
    square.grant(client, types={RESIDENCE_TYPE: {PHOTO: Disclosure.WHOLE}})
    assert square.sharing.asking.data(client, licence.identifier, purpose=PURPOSE).fields == {}
