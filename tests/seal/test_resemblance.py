"""Resemblances as the reviewer is shown them: the nearest are compared by their images, and none is lost for a file."""

import pytest

from seal.image.comparison import Resemblance
from seal.image.drawing import SealDesign, SealImage, draw
from seal.image.errors import PictureMalformed
from seal.life.resemblance import MOST_COMPARED, compared
from seal.records import Seal
from tests.seal.houses import House
from trust.blobs import BlobMissing
from trust.errors import TrustError


def test_the_reviewer_learns_whether_look_alikes_can_be_told_apart(house: House) -> None:
    staff = house.fresh_staff()
    first = house.apply(staff, row="行政审批专用章")
    twin = house.apply(staff, row="行政审批专用章")
    other = house.apply(staff, row="电子证照专用章")
    shown = house.seals.look(staff.reviewer, twin.id).resemblances
    assert shown is not None
    found = {one.seal: one.resemblance for one in shown.alike}
    assert (found[first.id], found[other.id]) == (Resemblance.SAME, Resemblance.SIMILAR)


def test_only_the_nearest_are_compared(house: House) -> None:
    staff = house.fresh_staff()
    seals = [house.apply(staff, row="行政审批专用章") for _ in range(MOST_COMPARED + 2)]
    shown = house.seals.look(staff.reviewer, seals[0].id).resemblances
    assert shown is not None
    found = [one.resemblance for one in shown.alike]
    assert found[:MOST_COMPARED] == [Resemblance.SAME] * MOST_COMPARED
    assert set(found[MOST_COMPARED:]) == {None}


@pytest.mark.parametrize("error", [BlobMissing(), PictureMalformed(fault="cut")])
def test_a_picture_that_is_gone_hides_no_look_alike(house: House, error: TrustError) -> None:
    seal = house.apply(house.authority, row="行政审批专用章")

    def portrait(one: Seal) -> SealImage:
        if one is seal:
            return draw(SealDesign(name="云州市人民政府"))
        raise error

    other = house.apply(house.authority, row="电子证照专用章")
    assert compared(seal, other, portrait) is None
