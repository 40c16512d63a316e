"""Templates over HTTP while somebody writes them: files, previews, checks; and drafts with what was written."""

from base64 import b64encode
from typing import Any

import httpx2
import pytest

from api.demo import cast
from api.schemas.licence_templates import octets_of
from licence.errors import TemplateMalformed
from tests.api.builders import Furnished, Service
from tests.api.routes.test_licence_types import PARTICULARS, Office

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
BROKEN = "#nowhere()"


@pytest.fixture(scope="module")
def office(shared_furnished: Service, furnished_folder: Furnished) -> Office:
    """Return the officers of the authority."""
    return Office(shared_furnished, furnished_folder)


def tried(office: Office, path: str = "previews", token: str = "", **body: Any) -> httpx2.Response:  # noqa: ANN401 - JSON
    """Try a template out as the officer, or as somebody else."""
    body = {"template": "food_permit", **body}
    return office.service.ask("POST", f"/v1/licence-templates/{path}", token=token or office.officer, json=body)


def files_of(office: Office, template: str = "food_permit") -> dict[str, str]:
    """Return the files of a template."""
    answer = office.service.ask("GET", f"/v1/licence-templates/{template}", token=office.reviewer)
    assert (answer.status_code, answer.json()["template"]) == (200, template)
    files: dict[str, str] = answer.json()["files"]
    return files


def test_the_files_of_a_template_are_read(office: Office) -> None:
    files = files_of(office)
    assert {"template.typ", "lib.typ", "manifest.json", "sample.json", "border.svg"} <= set(files)
    assert files["template.typ"].startswith("//")
    for name, code in (("nothing", "licence.template_unknown"), ("sm3:" + "0" * 64, "licence.template_unknown")):
        answer = office.service.ask("GET", f"/v1/licence-templates/{name}", token=office.officer)
        assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_a_preview_shows_what_is_being_written(office: Office) -> None:
    plain = tried(office)
    assert (plain.headers["content-type"], plain.content[:5]) == ("application/pdf", b"%PDF-")
    picture = tried(office, "previews?form=png&dpi=40", fields={"operator_name": "云州清禾餐饮有限公司"})
    again = tried(office, "previews?form=png&dpi=40")
    assert picture.content[:4] == again.content[:4] == b"\x89PNG"
    assert picture.content != again.content


def test_an_error_names_file_and_line(office: Office) -> None:
    text = files_of(office)["template.typ"]
    answer = tried(office, template_files={"template.typ": f"{text}{BROKEN}\n"})
    assert (answer.status_code, answer.json()["code"]) == (400, "licence.template_refused")
    line = len(text.splitlines()) + 1
    assert answer.json()["details"]["check"] == "compiles"
    assert answer.json()["details"]["place"].startswith(f"template.typ:{line}: ")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("previews", {"template": "nothing"}, 404, "licence.template_unknown"),
        ("previews", {"template_files": {"manifest.json": "{}"}}, 400, "licence.template_malformed"),
        ("previews", {"template_files": {"logo.png": "?"}}, 400, "licence.template_malformed"),
        ("previews", {"template_files": {"template.typ": None}}, 400, "licence.template_malformed"),
        ("previews", {"template_files": {f"a{n}.typ": "" for n in range(41)}}, 422, "request.malformed"),
        ("previews", {"template_files": {"template.typ": 1}}, 422, "request.malformed"),
        ("previews", {"template_files": {"template.typ": "a\x00"}}, 422, "request.malformed"),
        ("previews", {"fields": {"operator_name": "\u200b"}}, 400, "text.character_not_covered"),
        ("previews", {"fields": {"operator_name": "长" * 900}}, 400, "licence.value_does_not_fit"),
        ("previews", {"more": 1}, 422, "request.malformed"),
        ("previews?form=png&page=2", {}, 400, "licence.template_refused"),
        ("previews?form=png&dpi=1000", {}, 422, "request.malformed"),
        ("checks", {}, 422, "request.malformed"),
        ("checks", {"data_schema": {}}, 400, "licence.schema_invalid"),
    ],
)
def test_what_is_wrong_is_told(office: Office, path: str, body: dict[str, Any], status: int, code: str) -> None:
    answer = tried(office, path, **body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_template_is_checked_before_anybody_reviews_it(office: Office) -> None:
    passed = tried(office, "checks", data_schema=cast.FOOD_SCHEMA)
    assert passed.status_code == 200, passed.text
    assert (passed.json()["pages"], passed.json()["conformance"]) == (1, "2B")
    unplaced = {"type": "string", "maxLength": 9, "title": "备注"}
    schema = {**cast.FOOD_SCHEMA, "properties": {**cast.FOOD_SCHEMA["properties"], "remark": unplaced}}
    refused = tried(office, "checks", data_schema=schema)
    assert (refused.json()["code"], refused.json()["details"]) == (
        "licence.template_refused",
        {"check": "placed", "place": "remark"},
    )


def test_only_officers_try_templates_out(office: Office) -> None:
    for path, body in (("previews", {}), ("checks", {"data_schema": cast.FOOD_SCHEMA})):
        answer = tried(office, path, office.reviewer, **body)
        assert (answer.status_code, answer.json()["code"]) == (403, "identity.duty_missing")
    stranger = office.service.bearer()
    answer = office.service.ask("GET", "/v1/licence-templates/food_permit", token=stranger)
    assert (answer.status_code, answer.json()["code"]) == (403, "identity.duty_missing")


def test_a_draft_keeps_the_template_that_was_written(office: Office) -> None:
    code = "11100000MB0127170X094"
    text = files_of(office)["template.typ"] + "// 更大的字\n"
    body = {
        "issuer": office.furnished.authority,
        "template": "food_permit",
        "template_files": {"template.typ": text, "logo.png": b64encode(PNG).decode()},
        "type": {**PARTICULARS, "code": code},
        "data_schema": cast.FOOD_SCHEMA,
    }
    drafted = office.service.ask("POST", "/v1/licence-types", token=office.officer, json=body)
    assert drafted.status_code == 201, drafted.text
    files = files_of(office, drafted.json()["template"])
    assert (files["template.typ"], files["logo.png"]) == (text, b64encode(PNG).decode())
    assert files["lib.typ"] == files_of(office)["lib.typ"]
    body["template_files"] = {"template.typ": None}
    refused = office.service.ask("POST", "/v1/licence-types", token=office.officer, json=body)
    assert (refused.status_code, refused.json()["code"]) == (400, "licence.template_malformed")


def test_a_picture_is_base64_and_its_name_is_shown_where_it_can_be() -> None:
    assert octets_of({"a.typ": "字", "b.png": "AAE=", "c.svg": None}) == {
        "a.typ": "字".encode(),
        "b.png": b"\x00\x01",
        "c.svg": None,
    }
    for name, told in (("b.png", "b.png"), ("图.png", "")):
        with pytest.raises(TemplateMalformed) as refused:
            octets_of({name: "字"})
        assert refused.value.details == {"file": told, "fault": "png"}
