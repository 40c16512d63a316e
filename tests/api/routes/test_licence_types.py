"""The catalogue over HTTP: drafts and versions, differences, files, previews."""

import io
import zipfile
from typing import Any

import httpx2
import pytest

from api.demo import cast
from identity.duties import Duty, Grant
from licence.exchange import ExchangedType
from licence.types.particulars import FORM
from tests.api.builders import Furnished, Service


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


PARTICULARS = {
    "form": FORM,
    "code": cast.FOOD_TYPE,
    "name": "食品经营许可证",
    "holders": ["legal_person"],
    "validity": {"rule": "lasting", "count": 5, "unit": "years", "from": "issue"},
}


class Office:
    """Those who keep the catalogue of an authority."""

    def __init__(self, service: Service, furnished: Furnished) -> None:
        self.service, self.furnished = service, furnished
        self.officer = service.bearer(Grant(Duty.LICENCE_OFFICER, furnished.authority))
        self.other = service.bearer(Grant(Duty.LICENCE_OFFICER, furnished.authority))
        self.reviewer = service.bearer(Grant(Duty.LICENCE_REVIEWER, furnished.authority))

    def draft(self, **changes: Any) -> httpx2.Response:  # noqa: ANN401 - any member
        """Draft a type; what is no member of the body is one of the type."""
        body: dict[str, Any] = {
            "issuer": self.furnished.authority,
            "template": "food_permit",
            "data_schema": cast.FOOD_SCHEMA,
            "type": PARTICULARS,
        }
        for name, value in changes.items():
            if name in (*body, "issuing", "more"):
                body[name] = value
            else:
                body["type"] = {**body["type"], name: value}
        return self.service.ask("POST", "/v1/licence-types", token=self.officer, json=body)

    def step(self, token: str, path: str, body: object = None) -> httpx2.Response:
        """Take a step."""
        return self.service.ask("POST", f"/v1/licence-types/{path}", token=token, json=body)

    def see(self, path: str) -> httpx2.Response:
        """Look at something."""
        return self.service.ask("GET", f"/v1/licence-types/{path}", token=self.reviewer)


@pytest.fixture(scope="module")
def office(shared_furnished: Service, furnished_folder: Furnished) -> Office:
    """Return the officers of the authority that has a type and a seal already."""
    return Office(shared_furnished, furnished_folder)


def test_a_type_lives_from_draft_to_retirement(office: Office) -> None:
    drafted = office.draft()
    assert (drafted.status_code, drafted.json()["state"], drafted.json()["version"]) == (201, "draft", 1)
    steps = (
        (office.reviewer, "review", "reviewed"),
        (office.other, "return", "returned"),
        (office.reviewer, "review", "reviewed"),
        (office.officer, "publication", "published"),
    )
    for token, path, state in steps:
        if state == "reviewed":
            assert office.draft().json()["state"] == "draft"
        answer = office.step(token, f"{cast.FOOD_TYPE}/{path}")
        assert (200, state) == (answer.status_code, answer.json()["state"]), path
    day = office.see(f"{cast.FOOD_TYPE}/versions/1").json()["effective_from"]
    longer = office.draft(template="food_permit", name_en="Food Operation Permit")
    assert (longer.json()["id"], longer.json()["version"]) == (drafted.json()["id"], 2)
    assert office.step(office.reviewer, f"{cast.FOOD_TYPE}/review").status_code == 200
    early = office.step(office.officer, f"{cast.FOOD_TYPE}/publication", {"effective_from": "2001-01-01"})
    assert (*code_of(early), early.json()["details"]) == (400, "licence.effective_day_invalid", {"day": day})
    later = office.step(office.officer, f"{cast.FOOD_TYPE}/publication", {"effective_from": "2199-01-01"})
    assert later.json()["effective_from"] == "2199-01-01"
    versions = office.see(f"{cast.FOOD_TYPE}/versions").json()
    assert [(one["version"], one["effective_from"]) for one in versions] == [(1, day), (2, "2199-01-01")]
    assert [one.pop("in_effect") for one in versions] == [True, False]
    assert [one["name_en"] for one in versions] == [None, "Food Operation Permit"]
    (listed,) = [one for one in office.see("").json() if one["code"] == cast.FOOD_TYPE]
    assert listed == versions[0]
    found = office.see(f"search?text={cast.FOOD_TYPE}&state=published").json()
    newest = {"newest_version": 2, "newest_state": "published", "newest_effective_from": "2199-01-01"}
    assert found == {"total": 1, "types": [listed | newest]}
    retired = office.step(office.reviewer, f"{cast.FOOD_TYPE}/retirement")
    assert (retired.json()["state"], retired.json()["version"]) == ("retired", 1)
    assert [one["in_effect"] for one in office.see(f"{cast.FOOD_TYPE}/versions").json()] == [False, False]
    assert code_of(office.draft()) == (409, "licence.type_exists")


def test_a_reviewer_refuses_a_draft_with_a_reason(office: Office) -> None:
    code = "11100000MB0127170X095"
    kind = office.draft(code=code).json()["id"]
    assert office.step(office.reviewer, f"{code}/refusal", {}).status_code == 422
    assert code_of(office.step(office.officer, f"{code}/refusal", {"reason": "依据不足"})) == (
        403,
        "identity.duty_missing",
    )
    refused = office.step(office.reviewer, f"{code}/refusal", {"reason": "依据不足"}).json()
    assert (refused["state"], refused["remark"]) == ("returned", "依据不足")
    waits = office.service.ask("GET", "/v1/home/waiting", token=office.other).json()["todos"]
    assert [one["id"] for one in waits if one["kind"] == "type_returned"] == [kind]
    assert code_of(office.step(office.reviewer, f"{code}/review")) == (409, "lifecycle.event_not_possible")
    again = office.draft(code=code).json()
    assert (again["version"], again["state"], again["remark"]) == (1, "draft", "")


@pytest.mark.parametrize("query", ["offset=-1", "limit=0", "limit=101", "state=lost", "text=" + "a" * 101])
def test_a_search_that_cannot_be_is_refused(office: Office, query: str) -> None:
    assert code_of(office.see(f"search?{query}")) == (422, "request.malformed")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"code": "1"}, 400, "licence.type_code_malformed"),
        ({"template": "../../secrets"}, 404, "licence.template_unknown"),
        ({"template": "a\x00b"}, 422, "request.malformed"),
        ({"template": "sm3:" + "0" * 64}, 404, "licence.template_unknown"),
        ({"data_schema": {}}, 400, "licence.schema_invalid"),
        ({"data_schema": {"$ref": "https://elsewhere.example"}}, 400, "licence.schema_invalid"),
        ({"holders": ["ship"]}, 400, "licence.particulars_invalid"),
        ({"more": 1}, 422, "request.malformed"),
        ({"issuer": "O0"}, 403, "identity.duty_missing"),
        ({"issuing": [{"authority": "O0"}]}, 404, "identity.subject_unknown"),
        ({"name": "许可\u200b证"}, 400, "text.character_not_covered"),
    ],
)
def test_what_is_wrong_with_a_type_is_told(office: Office, changes: dict[str, Any], status: int, code: str) -> None:
    answer = office.draft(**{"code": "11100000MB0127170X099", **changes})
    assert (status, code) == code_of(answer)


def test_a_version_tells_everything_and_what_it_changes(office: Office) -> None:
    code = "11100000MB0127170X098"
    office.draft(code=code)
    told = office.see(f"{code}/versions/1").json()
    assert told["type"]["validity"] == PARTICULARS["validity"]
    assert told["data_schema"] == cast.FOOD_SCHEMA
    changes = {one["place"]: one for one in office.see(f"{code}/versions/1/differences").json()}
    assert changes["schema.fields.hotline"]["change"] == "added"
    assert changes["template"] == {"place": "template", "change": "added", "before": None, "after": "food_permit"}
    assert code_of(office.see(f"{code}/versions/2")) == (404, "licence.type_version_unknown")
    assert code_of(office.see("nothing/versions/1/differences")) == (404, "licence.type_unknown")


def test_a_version_goes_out_as_a_file_and_comes_in_again(office: Office) -> None:
    code = "11100000MB0127170X097"
    office.draft(code=code)
    file = office.see(f"{code}/versions/1/file")
    assert file.headers["content-type"] == "application/zip"
    body = {"data": {"issuer": office.furnished.authority}, "files": {"file": ("t.zip", file.content)}}
    again = office.service.ask("POST", "/v1/licence-types/imports", token=office.officer, **body)
    assert (again.status_code, again.json()["version"]) == (200, 1)
    assert again.json()["template"].startswith("sm3:")
    assert office.see(f"{code}/versions/1/file").content == file.content
    broken = {"data": {"issuer": office.furnished.authority}, "files": {"file": ("t.zip", file.content[:-1])}}
    refused = office.service.ask("POST", "/v1/licence-types/imports", token=office.officer, **broken)
    assert code_of(refused) == (400, "licence.type_file_malformed")


def test_a_template_is_replaced_by_an_archive(office: Office) -> None:
    code = "11100000MB0127170X096"
    office.draft(code=code)
    whole = ExchangedType.from_file(office.see(f"{code}/versions/1/file").content)
    archive = whole.template.to_archive()
    path = f"/v1/licence-types/{code}/template"
    put = office.service.ask("PUT", path, token=office.other, files={"file": ("t.zip", archive)})
    assert (put.status_code, put.json()["template"]) == (200, whole.template.reference)
    empty = io.BytesIO()
    zipfile.ZipFile(empty, "w").close()
    refused = office.service.ask("PUT", path, token=office.other, files={"file": ("t.zip", empty.getvalue())})
    assert code_of(refused) == (400, "licence.template_malformed")


def test_a_preview_is_a_picture_or_a_file(office: Office) -> None:
    code = "11100000MB0127170X095"
    office.draft(code=code)
    path = f"{code}/versions/1/preview"
    picture = office.step(office.reviewer, f"{path}?dpi=40")
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    body = {"fields": {"operator_name": "云州清禾餐饮有限公司"}}
    shown = office.step(office.officer, f"{path}?form=pdf", body)
    assert (shown.headers["content-type"], shown.content[:5]) == ("application/pdf", b"%PDF-")
    assert code_of(office.step(office.officer, f"{path}?page=9")) == (400, "licence.template_refused")
    assert code_of(office.step(office.officer, f"{path}?dpi=1000")) == (422, "request.malformed")


def test_a_ready_type_is_a_file_to_import(office: Office) -> None:
    ready = office.see("ready").json()
    assert "food_permit" in [one["ready"] for one in ready]
    for one in ready:
        told = ExchangedType.from_file(office.see(f"ready/{one['ready']}").content).particulars
        assert (told.code, told.name, told.name_en) == (one["code"], one["name"], one["name_en"])
        assert (told.to_json(), told.schema) == (one["type"], one["data_schema"])
    assert code_of(office.see("ready/nothing")) == (404, "licence.type_unknown")
