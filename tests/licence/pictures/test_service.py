"""Pictures of holders: kept enciphered for one authority, shown by its licences, and forgotten where none does."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from identity.errors import DutyMissing
from licence.lifecycle import LicenceEvent, LicenceState
from licence.pictures.errors import PictureMissing, PictureUnfit, PictureUnknown
from licence.pictures.service import UNUSED_FOR
from licence.records import Licence
from licence.succession import Succession
from tests.licence.builders import RENEWAL
from tests.licence.pictures.housing import Housing, photograph
from trust.blobs import BlobId
from trust.requests import RequestKeyReused
from trust.signing import SigningUnavailable

NOT_THERE = "pic_" + "0" * 26
A_SECOND = timedelta(seconds=1)


def pdf_of(housing: Housing, licence: Licence) -> bytes:
    """Return the file of a licence."""
    return housing.desk.house.blobs.get(licence.file or BlobId(""))


def test_a_picture_is_kept_enciphered_and_once(any_housing: Housing) -> None:
    picture = any_housing.upload()
    assert picture == any_housing.upload()
    assert "content" not in repr(picture)
    with pytest.raises(RequestKeyReused):
        any_housing.upload(content=photograph((400, 500)))
    with any_housing.desk.house.store.reading() as view:
        ((kept,),) = view.rows(text("SELECT protected FROM licence_picture"))
    assert picture.content[200:260] not in bytes(kept)
    assert any_housing.pictures.read(any_housing.desk.officer, picture.id) == picture
    assert any_housing.desk.tags(picture.id) == ["licence_picture:put:done", "licence_picture:read:done"]


def test_a_picture_is_for_its_authority(housing: Housing) -> None:
    picture = housing.upload()
    for stranger in housing.desk.strangers().values():
        with pytest.raises(DutyMissing):
            housing.pictures.read(stranger, picture.id)
    with pytest.raises(DutyMissing):
        housing.upload("another", issuer=housing.desk.house.names["other"])
    with pytest.raises(PictureUnknown) as unknown:
        housing.pictures.read(housing.desk.officer, NOT_THERE)
    assert unknown.value.code == "licence.picture_unknown"


def test_a_licence_shows_the_photograph_of_its_holder(any_housing: Housing) -> None:
    desk, picture = any_housing.desk, any_housing.upload()
    licence = desk.house.licences.issue(desk.staff.client, any_housing.order(picture.id))
    assert licence.data["photo"] == picture.id
    pdf = pdf_of(any_housing, licence)
    assert picture.content in pdf
    assert picture.id.encode() not in pdf
    kept = any_housing.found(picture.id)
    assert kept is not None
    assert kept.used_at == desk.house.clock.now()
    after = Succession(predecessor=licence.id, event=LicenceEvent.RENEW, reason=RENEWAL)
    renewed = desk.house.licences.issue(
        desk.staff.client, any_housing.order(picture.id, number=licence.number, after=after)
    )
    assert picture.content in pdf_of(any_housing, renewed)


def test_a_licence_without_a_photograph_shows_a_silhouette(housing: Housing) -> None:
    desk = housing.desk
    for photo in (None, ""):
        licence = desk.house.licences.issue(desk.staff.client, housing.order(photo))
        assert b"/DCTDecode" not in pdf_of(housing, licence)


def test_what_the_data_name_must_be_there(housing: Housing) -> None:
    desk, issue = housing.desk, housing.desk.house.licences.issue
    with pytest.raises(PictureMissing) as missing:
        issue(desk.staff.client, housing.order(NOT_THERE))
    assert (missing.value.code, missing.value.details) == ("licence.picture_missing", {"field": "photo"})
    picture = housing.upload()
    with desk.house.store.writer.begin() as connection:
        connection.execute(text("UPDATE licence_picture SET issuer = :other"), {"other": desk.house.names["other"]})
    with pytest.raises(PictureMissing):
        issue(desk.staff.client, housing.order(picture.id))


def test_a_licence_that_comes_to_nothing_uses_no_picture(housing: Housing) -> None:
    desk, picture = housing.desk, housing.upload()
    desk.house.faults.fail("sign:seal_owner", SigningUnavailable())
    with pytest.raises(SigningUnavailable):
        desk.house.licences.issue(desk.staff.client, housing.order(picture.id))
    found = housing.found(picture.id)
    assert found is not None
    assert found.used_at is None


def test_a_picture_that_is_forgotten_while_its_licence_is_made_stops_it(housing: Housing) -> None:
    desk, picture = housing.desk, housing.upload()

    def forget() -> None:
        with desk.house.store.writer.begin() as connection:
            connection.execute(text("DELETE FROM licence_picture"))

    desk.house.faults.meanwhile("sign:seal_owner", forget)
    with pytest.raises(PictureMissing):
        desk.house.licences.issue(desk.staff.client, housing.order(picture.id))
    assert desk.newest().state is LicenceState.VOID


@pytest.mark.parametrize(("size", "rule"), [((400, 400), "x-aspect"), ((260, 320), "x-least-width")])
def test_a_picture_must_be_shaped_as_its_field_wants(housing: Housing, size: tuple[int, int], rule: str) -> None:
    picture = housing.upload(content=photograph(size))
    with pytest.raises(PictureUnfit) as unfit:
        housing.desk.house.licences.issue(housing.desk.staff.client, housing.order(picture.id))
    assert (unfit.value.code, unfit.value.details) == ("licence.picture_unfit", {"field": "photo", "rule": rule})


def test_what_no_licence_shows_is_forgotten(any_housing: Housing) -> None:
    desk, clock = any_housing.desk, any_housing.desk.house.clock
    used, unused = any_housing.upload(), any_housing.upload("unused")
    desk.house.licences.issue(desk.staff.client, any_housing.order(used.id))
    clock.advance(UNUSED_FOR)
    assert any_housing.pictures.tidy() == 0
    clock.advance(A_SECOND)
    assert any_housing.pictures.tidy() == 1
    assert any_housing.found(used.id) is not None
    assert any_housing.found(unused.id) is None
    with pytest.raises(PictureUnknown):
        any_housing.upload("unused")
    assert desk.tags("pictures") == ["licence_picture:forget:done"]
