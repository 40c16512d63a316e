"""Seal images over HTTP: trying designs, uploading pictures, and seeing what a seal looks like."""

import base64
from typing import Any

import httpx2
import pytest
from PIL import Image, ImageChops, ImageStat

from identity.duties import Duty, Grant
from seal.image.designs import Centre, SealDesign, Shape, UploadedPicture
from seal.image.drawing import draw, drawn
from tests.api.builders import Furnished, Service
from tests.seal.pictures import encoded, opened, seal_picture
from trust.crypto.sm3 import sm3

DESIGN = {"name": "云州市市场监督管理局", "row": "电子证照专用章"}


class Applicant:
    """Somebody who may apply for seals of the authority."""

    def __init__(self, service: Service, authority: str) -> None:
        self.service, self.token = service, service.bearer(Grant(Duty.SEAL_APPLICANT, authority))

    def preview(self, query: str = "", **design: Any) -> httpx2.Response:  # noqa: ANN401 - any member
        body = {**DESIGN, **design}
        return self.service.ask("POST", f"/v1/seal-images/preview{query}", token=self.token, json=body)

    def upload(self, file: bytes, **fields: Any) -> httpx2.Response:  # noqa: ANN401 - any field
        data = {"width_mm": 42, "height_mm": 42, **fields}
        return self.service.ask(
            "POST", "/v1/seal-images/uploads", token=self.token, files={"file": ("seal.png", file)}, data=data
        )


@pytest.fixture(scope="module")
def applicant(shared_furnished: Service, furnished_folder: Furnished) -> Applicant:
    """Return an applicant of the authority that has a seal already."""
    return Applicant(shared_furnished, furnished_folder.authority)


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("form", "design"),
    [
        ({}, SealDesign(name=DESIGN["name"], row=DESIGN["row"])),
        (
            {"shape": "oval", "row": "91330100MA27XY1234", "second_row": "发票专用章", "diameter_mm": 40},
            SealDesign(
                name=DESIGN["name"],
                shape=Shape.OVAL,
                row="91330100MA27XY1234",
                second_row="发票专用章",
                diameter_mm=40,
            ),
        ),
        (
            {"name": "张晓明", "shape": "square", "row": "", "diameter_mm": 20},
            SealDesign(name="张晓明", shape=Shape.SQUARE, diameter_mm=20),
        ),
        (
            {"row": "", "centre": "emblem", "diameter_mm": 45, "rank": "city_or_county", "code": "33019900000001"},
            SealDesign(name=DESIGN["name"], centre=Centre.EMBLEM, diameter_mm=45, code="33019900000001"),
        ),
    ],
)
def test_a_design_is_shown_before_anybody_applies(
    applicant: Applicant, form: dict[str, Any], design: SealDesign
) -> None:
    picture, drawing = applicant.preview("?dpi=150", **form), applicant.preview("?format=svg", **form)
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
    assert picture.content == draw(design).png(150)
    assert (drawing.status_code, drawing.headers["Content-Type"].partition(";")[0]) == (200, "image/svg+xml")
    assert drawing.text == draw(design).svg


@pytest.mark.parametrize(
    ("design", "code"),
    [
        ({"name": "某"}, "seal.image_name_length"),
        ({"name": "某某\U0001f600某某"}, "text.character_not_covered"),
        ({"row": "章" * 13}, "seal.image_row_length"),
        ({"code": "33X"}, "seal.image_code_malformed"),
        ({"diameter_mm": 29}, "seal.image_diameter_out_of_range"),
        ({"shape": "oval", "diameter_mm": 41}, "seal.image_size_not_offered"),
        ({"second_row": "章"}, "seal.image_part_unwanted"),
        ({"rank": "province"}, "seal.image_against_rank"),
        ({"shape": "picture", "row": ""}, "seal.image_picture_missing"),
    ],
)
def test_a_design_that_cannot_be_is_refused_in_words(applicant: Applicant, design: dict[str, Any], code: str) -> None:
    answer = applicant.preview(**design)
    assert code_of(answer) == (400, code)
    assert answer.json()["detail_zh"]


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"shape": "cube"},
        {"diameter_mm": 17},
        {"diameter_mm": "wide"},
        {"centre": "eagle"},
        {"rank": "king"},
        {"picture": {"digest": "x", "width_mm": 42, "height_mm": 42}},
        {"picture": {"digest": "5f" * 32, "width_mm": 9, "height_mm": 42}},
        {"emblem": "5f" * 32},
    ],
)
def test_a_malformed_design_is_refused(applicant: Applicant, change: dict[str, Any]) -> None:
    assert code_of(applicant.preview(**change)) == (422, "request.malformed")


@pytest.mark.parametrize("query", ["?dpi=71", "?dpi=1201", "?format=gif"])
def test_an_image_has_a_known_form_and_resolution(applicant: Applicant, query: str) -> None:
    assert code_of(applicant.preview(query)) == (422, "request.malformed")


def test_an_uploaded_picture_is_told_kept_and_shown(applicant: Applicant) -> None:
    file = encoded(seal_picture(600))
    answer = applicant.upload(file)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    kept = base64.b64decode(told.pop("preview"))
    assert told == {
        "digest": sm3(kept).hex(),
        "width_mm": 42,
        "height_mm": 42,
        "width": 992,
        "height": 992,
        "dpi": 600,
        "ink": "#d7000f",
        "ink_share": told["ink_share"],
        "other_share": 0,
    }
    assert applicant.upload(file).json()["digest"] == told["digest"]
    picture = {name: told[name] for name in ("digest", "width_mm", "height_mm")}
    shown = applicant.preview(row="", shape="picture", picture=picture)
    design = SealDesign(name="某", shape=Shape.PICTURE, picture=UploadedPicture(**picture))
    assert shown.content == drawn(design, applicant.service.instance.blobs).png(300)


def test_a_white_ground_is_made_transparent_on_request(applicant: Applicant) -> None:
    flat = Image.new("RGB", seal_picture().size, "white")
    flat.paste(seal_picture(), mask=seal_picture())
    assert code_of(applicant.upload(encoded(flat))) == (400, "seal.picture_opaque")
    kept = opened(base64.b64decode(applicant.upload(encoded(flat), ground="white").json()["preview"]))
    ink = kept.convert("RGBA").getchannel("A")
    assert ImageStat.Stat(ImageChops.difference(ink, seal_picture().getchannel("A"))).mean[0] < 2


@pytest.mark.parametrize(
    ("file", "fields", "code"),
    [
        (b"GIF89a", {}, "seal.picture_format"),
        (encoded(seal_picture())[:-4], {}, "seal.picture_malformed"),
        (encoded(seal_picture()), {"width_mm": 60, "height_mm": 60}, "seal.picture_resolution"),
        (encoded(seal_picture()), {"width_mm": 41}, "seal.picture_aspect"),
    ],
)
def test_a_picture_that_cannot_be_a_seal_is_refused_in_words(
    applicant: Applicant, file: bytes, fields: dict[str, Any], code: str
) -> None:
    assert code_of(applicant.upload(file, **fields)) == (400, code)


@pytest.mark.parametrize("fields", [{"width_mm": 9}, {"height_mm": 61}, {"width_mm": "x"}, {"ground": "blue"}])
def test_a_malformed_upload_is_refused(applicant: Applicant, fields: dict[str, Any]) -> None:
    assert code_of(applicant.upload(encoded(seal_picture()), **fields)) == (422, "request.malformed")


def test_a_picture_that_nobody_uploaded_is_not_there(applicant: Applicant) -> None:
    picture = {"digest": "5f" * 32, "width_mm": 42, "height_mm": 42}
    assert code_of(applicant.preview(row="", shape="picture", picture=picture)) == (404, "blob.missing")


def test_another_file_of_the_instance_is_no_picture(applicant: Applicant) -> None:
    digest = applicant.service.instance.blobs.put(b"%PDF-1.7 somebody's licence")
    picture = {"digest": digest, "width_mm": 42, "height_mm": 42}
    assert code_of(applicant.preview(row="", shape="picture", picture=picture)) == (400, "seal.picture_format")


def test_a_seal_is_shown_to_its_owner_and_its_reviewer(shared_furnished: Service, furnished_folder: Furnished) -> None:
    seal, authority = furnished_folder.seal, furnished_folder.authority
    path = f"/v1/seals/{seal}/image"
    for grant in (Grant(Duty.SEAL_OWNER, authority), Grant(Duty.SEAL_REVIEWER)):
        token = shared_furnished.bearer(grant)
        picture = shared_furnished.ask("GET", f"{path}?dpi=150", token=token)
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/png")
        assert opened(picture.content).size == (248, 248)
        drawing = shared_furnished.ask("GET", f"{path}?format=svg", token=token)
        assert drawing.text.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="42mm"')


def test_a_seal_is_not_shown_to_others(shared_furnished: Service, furnished_folder: Furnished) -> None:
    path = f"/v1/seals/{furnished_folder.seal}/image"
    stranger = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.enterprise))
    assert shared_furnished.ask("GET", path, token=stranger).status_code == 403
    assert shared_furnished.ask("GET", path).status_code == 401
    reviewer = shared_furnished.bearer(Grant(Duty.SEAL_REVIEWER))
    assert code_of(shared_furnished.ask("GET", "/v1/seals/seal_none/image", token=reviewer)) == (404, "seal.unknown")


@pytest.mark.parametrize("path", ["/v1/seal-images/preview", "/v1/seal-images/uploads"])
def test_only_applicants_try_designs(shared_furnished: Service, path: str) -> None:
    auditor = shared_furnished.bearer(Grant(Duty.AUDITOR))
    assert shared_furnished.ask("POST", path, token=auditor, json=DESIGN).status_code == 403
