"""What a design refuses, how it is written down, and which sizes go with which rank."""

from dataclasses import replace
from typing import Any

import pytest

from seal.errors import ImageCodeMalformed, ImageDiameterOutOfRange, ImageNameLength, ImageRowLength
from seal.image.designs import OVALS, Centre, OwnerRank, SealDesign, Shape, UploadedPicture
from seal.image.errors import ImageAgainstRank, ImagePartUnwanted, ImagePictureMissing, ImageSizeNotOffered
from seal.image.ranks import RANKS
from trust.blobs import BlobId
from trust.errors import Invalid
from trust.typefaces import CharacterNotCovered

DIGEST = BlobId("5f" * 32)
PICTURE = UploadedPicture(digest=DIGEST, width_mm=42, height_mm=30)
ROUND = SealDesign(name="云州市市场监督管理局", row="电子证照专用章", code="33019900000001")
OVAL = SealDesign(
    name="云州市数字科技有限公司",
    shape=Shape.OVAL,
    row="91330100MA27XY1234",
    second_row="发票专用章",
    diameter_mm=40,
)
SQUARE = SealDesign(name="张晓明", shape=Shape.SQUARE, diameter_mm=20)
UPLOADED = SealDesign(name="云州市市场监督管理局", shape=Shape.PICTURE, picture=PICTURE)
EMBLEM = SealDesign(name="云州市人民政府", centre=Centre.EMBLEM, emblem=DIGEST, diameter_mm=45)
EVERY = (ROUND, OVAL, SQUARE, UPLOADED, EMBLEM, replace(EMBLEM, rank=OwnerRank.CITY_OR_COUNTY))


@pytest.mark.parametrize("design", EVERY)
def test_a_design_is_written_and_read(design: SealDesign) -> None:
    assert SealDesign.from_json(design.to_json()) == design


def test_what_a_design_does_not_say_is_not_written() -> None:
    assert SQUARE.to_json() == {"name": "张晓明", "shape": "square", "diameter_mm": 20, "centre": "star"}
    assert UPLOADED.to_json()["picture"] == {"digest": DIGEST, "width_mm": 42, "height_mm": 30}


def test_a_design_of_before_is_read() -> None:
    said = {"shape": "round", "name": "云州市人民政府", "row": "", "diameter_mm": 45, "centre": "star"}
    assert SealDesign.from_json(said) == SealDesign(name="云州市人民政府", diameter_mm=45)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"shape": "cube"}, ValueError),
        ({"centre": "cube"}, ValueError),
        ({"rank": "cube"}, ValueError),
        ({"colour": "red"}, TypeError),
        ({"picture": {"digest": DIGEST}}, TypeError),
    ],
)
def test_what_no_design_was_written_as_is_not_read(change: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        SealDesign.from_json({**ROUND.to_json(), **change})


@pytest.mark.parametrize(
    ("design", "size"), [(ROUND, (42, 42)), (OVAL, (40, 30)), (SQUARE, (20, 20)), (UPLOADED, (42, 30))]
)
def test_every_shape_has_its_size(design: SealDesign, size: tuple[int, int]) -> None:
    assert (design.width_mm, design.height_mm) == size


@pytest.mark.parametrize(
    ("design", "file"), [(ROUND, None), (EMBLEM, DIGEST), (UPLOADED, DIGEST), (replace(EMBLEM, emblem=None), None)]
)
def test_a_design_names_the_file_that_it_needs(design: SealDesign, file: str | None) -> None:
    assert design.file == file


@pytest.mark.parametrize("design", EVERY)
def test_every_design_can_have_a_code(design: SealDesign) -> None:
    assert design.with_code("33019900000002") == replace(design, code="33019900000002")


@pytest.mark.parametrize("long_axis", sorted(OVALS))
def test_ovals_come_in_known_sizes(long_axis: int) -> None:
    assert replace(OVAL, diameter_mm=long_axis).height_mm == OVALS[long_axis]


@pytest.mark.parametrize(
    ("design", "fields", "error"),
    [
        (OVAL, {"name": "某公司"}, ImageNameLength),
        (OVAL, {"name": "某" * 31}, ImageNameLength),
        (OVAL, {"row": "9" * 21}, ImageRowLength),
        (OVAL, {"second_row": "章" * 13}, ImageRowLength),
        (OVAL, {"code": "X"}, ImageCodeMalformed),
        (OVAL, {"diameter_mm": 41}, ImageSizeNotOffered),
        (OVAL, {"second_row": "\u200b"}, CharacterNotCovered),
        (OVAL, {"emblem": DIGEST}, ImagePartUnwanted),
        (OVAL, {"rank": OwnerRank.OTHER}, ImagePartUnwanted),
        (OVAL, {"picture": PICTURE}, ImagePartUnwanted),
        (SQUARE, {"name": ""}, ImageNameLength),
        (SQUARE, {"name": "阿" * 13}, ImageNameLength),
        (SQUARE, {"row": "专用章"}, ImageRowLength),
        (SQUARE, {"row": "A"}, CharacterNotCovered),
        (SQUARE, {"name": "张 明"}, CharacterNotCovered),
        (SQUARE, {"name": "张A明"}, CharacterNotCovered),
        (SQUARE, {"name": "张1"}, CharacterNotCovered),
        (SQUARE, {"name": "张\U0001f600"}, CharacterNotCovered),
        (SQUARE, {"diameter_mm": 17}, ImageSizeNotOffered),
        (SQUARE, {"diameter_mm": 23}, ImageSizeNotOffered),
        (SQUARE, {"second_row": "印"}, ImagePartUnwanted),
        (SQUARE, {"emblem": DIGEST}, ImagePartUnwanted),
        (SQUARE, {"rank": OwnerRank.OTHER}, ImagePartUnwanted),
        (SQUARE, {"picture": PICTURE}, ImagePartUnwanted),
        (SQUARE, {"code": "X"}, ImageCodeMalformed),
        (ROUND, {"second_row": "业务章"}, ImagePartUnwanted),
        (ROUND, {"picture": PICTURE}, ImagePartUnwanted),
        (ROUND, {"emblem": DIGEST}, ImagePartUnwanted),
        (EMBLEM, {"emblem": BlobId("none")}, ImagePictureMissing),
        (EMBLEM, {"emblem": BlobId("5F" * 32)}, ImagePictureMissing),
        (UPLOADED, {"row": "业务章"}, ImagePartUnwanted),
        (UPLOADED, {"second_row": "业务章"}, ImagePartUnwanted),
        (UPLOADED, {"emblem": DIGEST}, ImagePartUnwanted),
        (UPLOADED, {"rank": OwnerRank.OTHER}, ImagePartUnwanted),
        (UPLOADED, {"picture": None}, ImagePictureMissing),
        (UPLOADED, {"code": "X"}, ImageCodeMalformed),
    ],
)
def test_a_design_that_breaks_a_rule_of_its_shape_is_refused(
    design: SealDesign, fields: dict[str, Any], error: type[Invalid]
) -> None:
    with pytest.raises(error) as caught:
        replace(design, **fields)
    assert set(caught.value.details) == set(error.detail_names)


def test_refusals_say_what_is_offered() -> None:
    with pytest.raises(ImageSizeNotOffered) as caught:
        replace(OVAL, diameter_mm=41)
    assert caught.value.details == {"shape": "oval", "diameter_mm": 41, "offered": "30×20, 40×30, 45×30"}
    assert ImageSizeNotOffered.code == "seal.image_size_not_offered"
    assert ImagePartUnwanted.code == "seal.image_part_unwanted"
    assert ImagePictureMissing.code == "seal.image_picture_missing"


@pytest.mark.parametrize("length", [1, 12])
def test_personal_names_have_one_to_twelve_characters(length: int) -> None:
    assert replace(SQUARE, name="阿" * length).name == "阿" * length


def test_a_picture_shows_a_name_of_any_length() -> None:
    assert replace(UPLOADED, name="某" * 60).name == "某" * 60


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"digest": BlobId("")}, ImagePictureMissing),
        ({"width_mm": 9}, ImageSizeNotOffered),
        ({"width_mm": 61}, ImageSizeNotOffered),
        ({"height_mm": 9}, ImageSizeNotOffered),
        ({"height_mm": 61}, ImageSizeNotOffered),
    ],
)
def test_a_picture_has_a_name_and_the_size_of_a_seal(fields: dict[str, Any], error: type[Invalid]) -> None:
    with pytest.raises(error):
        replace(PICTURE, **fields)


# Ranks


@pytest.mark.parametrize("rank", OwnerRank)
def test_every_rank_has_a_rule(rank: OwnerRank) -> None:
    rule = RANKS[rank]
    assert 30 <= rule.smallest <= rule.largest <= 60
    assert rule.centres


@pytest.mark.parametrize(
    ("rank", "diameter", "centre"),
    [
        (OwnerRank.STATE_COUNCIL, 60, Centre.EMBLEM),
        (OwnerRank.PROVINCE, 50, Centre.EMBLEM),
        (OwnerRank.ORGAN, 50, Centre.STAR),
        (OwnerRank.VICE_ORGAN, 45, Centre.EMBLEM),
        (OwnerRank.COORDINATING, 50, Centre.STAR),
        (OwnerRank.NATIONAL_BUREAU, 45, Centre.EMBLEM),
        (OwnerRank.NATIONAL_UNIT, 42, Centre.EMBLEM),
        (OwnerRank.CITY_OR_COUNTY, 45, Centre.EMBLEM),
        (OwnerRank.REGIONAL_OFFICE, 45, Centre.STAR),
        (OwnerRank.TOWNSHIP, 42, Centre.STAR),
        (OwnerRank.EMBASSY, 42, Centre.EMBLEM),
        (OwnerRank.OTHER, 45, Centre.STAR),
        (OwnerRank.OTHER, 38, Centre.STAR),
    ],
)
def test_a_seal_has_the_size_and_centre_of_its_owner_s_rank(rank: OwnerRank, diameter: int, centre: Centre) -> None:
    design = SealDesign(name="云州市人民政府", diameter_mm=diameter, centre=centre, rank=rank)
    other = Centre.STAR if Centre.STAR not in RANKS[rank].centres else Centre.EMPTY
    wrong = RANKS[rank].smallest - 1 if RANKS[rank].smallest > 30 else RANKS[rank].largest + 1
    for change in ({"diameter_mm": wrong}, {"centre": other}):
        with pytest.raises(ImageAgainstRank) as caught:
            replace(design, **change)
        assert caught.value.details["rank"] == rank.value
    assert ImageAgainstRank.code == "seal.image_against_rank"


def test_no_rank_is_larger_than_its_own() -> None:
    with pytest.raises(ImageAgainstRank) as caught:
        SealDesign(name="云州市某某公司", diameter_mm=46, rank=OwnerRank.OTHER)
    assert caught.value.details == {"rank": "other", "sizes": "30–45", "centres": "star"}
    with pytest.raises(ImageDiameterOutOfRange):
        SealDesign(name="国务院某某", diameter_mm=61, rank=OwnerRank.STATE_COUNCIL)
