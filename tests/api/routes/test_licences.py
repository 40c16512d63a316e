"""The catalogue and the life of licences over HTTP."""

import io
from typing import Any

import httpx2
import pypdfium2
import pytest
from PIL import Image

from api.demo import cast
from identity.duties import Duty, Grant
from licence.metadata import LicenceMetadata
from licence.qr import read_codes
from tests.api.builders import Furnished, Service
from tests.api.routes.test_stampings import system_token

REASON = {"reason": "登记事项造假，依法处理。"}


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


class Authority:
    """Those who issue licences, and the business system that does it for them."""

    def __init__(self, service: Service, furnished: Furnished) -> None:
        self.service, self.furnished = service, furnished
        self.officer = service.bearer(Grant(Duty.LICENCE_OFFICER, furnished.authority))
        self.reviewer = service.bearer(Grant(Duty.LICENCE_REVIEWER, furnished.authority))
        self.system = system_token(service, furnished.client)

    def issue(self, key: str, **changes: Any) -> httpx2.Response:  # noqa: ANN401 - any member
        """Issue a licence."""
        body = {
            "type": cast.BUSINESS_TYPE,
            "seal": self.furnished.seal,
            "number": f"number-{key}",
            "holder_code": cast.ENTERPRISE.code,
            "data": cast.business_record(cast.ENTERPRISE),
            **changes,
        }
        headers = {"Idempotency-Key": key}
        return self.service.ask("POST", "/v1/licences", token=self.system, json=body, headers=headers)

    def step(self, token: str, path: str, body: object = None) -> httpx2.Response:
        """Take a step."""
        return self.service.ask("POST", f"/v1/{path}", token=token, json=body)


@pytest.fixture(scope="module")
def authority(shared_furnished: Service, furnished_folder: Furnished) -> Authority:
    """Return the authority that has a type and a seal already."""
    return Authority(shared_furnished, furnished_folder)


def test_a_licence_is_issued_once_per_key(authority: Authority) -> None:
    first, again = authority.issue("one"), authority.issue("one")
    assert (first.status_code, first.json()["state"]) == (201, "in_force")
    assert first.json() == again.json()
    assert code_of(authority.issue("one", number="another")) == (409, "request.key_reused")
    assert code_of(authority.issue("two", number=first.json()["number"])) == (409, "licence.number_taken")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"type": "nothing"}, 404, "licence.type_unknown"),
        ({"seal": "nothing"}, 404, "seal.unknown"),
        ({"holder_code": "12100000000018032A"}, 409, "licence.holder_not_registered"),
        ({"holder_code": "nobody"}, 400, "identity.credit_code_malformed"),
        ({"number": ""}, 400, "licence.data_invalid"),
        ({"number": "x" * 65}, 422, "request.malformed"),
        ({"number": "号\u200b码"}, 400, "text.character_not_covered"),
        ({"data": {}}, 400, "licence.data_invalid"),
        ({"data": {"name": 1.5}}, 400, "licence.data_invalid"),
        ({"last_day": "2026-11-21"}, 400, "licence.data_invalid"),
        ({"last_day": "tomorrow"}, 422, "request.malformed"),
    ],
)
def test_what_is_wrong_with_a_licence_is_told(
    authority: Authority, changes: dict[str, Any], status: int, code: str
) -> None:
    answer = authority.issue(f"wrong-{sorted(changes)}-{len(str(changes))}".replace(" ", ""), **changes)
    assert (status, code) == code_of(answer)


@pytest.fixture(scope="module")
def licence(authority: Authority) -> dict[str, Any]:
    """Return a licence that was issued over HTTP."""
    found: dict[str, Any] = authority.issue("fixture").json()
    return found


def test_a_licence_is_looked_at_by_its_issuer(authority: Authority, licence: dict[str, Any]) -> None:
    service = authority.service
    for name in (licence["id"], licence["identifier"]):
        answer = service.ask("GET", f"/v1/licences/{name}", token=authority.officer)
        assert answer.status_code == 200
        assert cast.business_record(cast.ENTERPRISE) == answer.json()["data"]
        assert [one["event"] for one in answer.json()["history"]] == ["prepare", "release"]
    other = service.organisation()
    for stranger in (service.bearer(Grant(Duty.LICENCE_OFFICER, other)), service.system_bearer(other)):
        for path in ("", "/file", "/metadata", "/qr.png"):
            answer = service.ask("GET", f"/v1/licences/{licence['id']}{path}", token=stranger)
            assert code_of(answer) == (403, "identity.duty_missing")


def test_a_reviewer_may_look_as_the_table_says(authority: Authority, licence: dict[str, Any]) -> None:
    # The table of permissions opens licence:read to reviewers: of the same authority it must lead somewhere.
    answer = authority.service.ask("GET", f"/v1/licences/{licence['id']}", token=authority.reviewer)
    assert answer.status_code == 200


def test_the_file_and_the_code_are_fetched(authority: Authority, licence: dict[str, Any]) -> None:
    path = f"/v1/licences/{licence['id']}"
    file = authority.service.ask("GET", f"{path}/file", token=authority.system)
    assert (file.status_code, file.headers["content-type"]) == (200, "application/pdf")
    text = pypdfium2.PdfDocument(file.content)[0].get_textpage().get_text_range()
    assert cast.ENTERPRISE.name in text
    picture = authority.service.ask("GET", f"{path}/qr.png", token=authority.system)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert (licence["address"],) == read_codes(Image.open(io.BytesIO(picture.content)))


def test_the_metadata_are_those_of_the_signed_file(authority: Authority, licence: dict[str, Any]) -> None:
    path = f"/v1/licences/{licence['id']}/metadata"
    told = authority.service.ask("GET", path, token=authority.system)
    assert (told.headers["content-type"], told.headers["cache-control"]) == ("application/json", "no-store")
    assert (told.json()["ZZBS"], told.json()["ZZBH"]) == (licence["identifier"], licence["number"])
    written = authority.service.ask("GET", f"{path}?format=xml", token=authority.system)
    assert written.headers["content-type"].startswith("application/xml")
    assert LicenceMetadata.from_xml(written.content) == LicenceMetadata.from_json(told.content)
    assert authority.service.ask("GET", f"{path}?format=ofd", token=authority.system).status_code == 422


def test_a_licence_lives_after_its_issue(authority: Authority) -> None:
    path = f"licences/{authority.issue('life').json()['id']}"
    other = authority.service.bearer(Grant(Duty.LICENCE_OFFICER, authority.furnished.authority))
    steps = (
        (authority.officer, "suspension", "suspended"),
        (other, "restoration", "in_force"),
        (authority.officer, "suspension", "suspended"),
        (other, "revocation", "revoked"),
    )
    for token, step, state in steps:
        answer = authority.step(token, f"{path}/{step}", REASON)
        assert (200, state) == (answer.status_code, answer.json().get("state")), step
    for step in ("restoration", "suspension", "cancellation", "withdrawal", "revocation"):
        ground = {"cancellation": {"ground": "lapsed"}, "withdrawal": {"ground": "fraud"}}.get(step, {})
        answer = authority.step(authority.officer, f"{path}/{step}", REASON | ground)
        assert code_of(answer) == (409, "lifecycle.event_not_possible")
    cancelled = f"licences/{authority.issue('end').json()['id']}/cancellation"
    assert code_of(authority.step(authority.officer, cancelled, REASON)) == (400, "licence.ground_unfit")
    told = {**REASON, "ground": "renounced"}
    assert authority.step(authority.officer, cancelled, told).json()["state"] == "cancelled"
    withdrawn = f"licences/{authority.issue('withdrawn').json()['id']}/withdrawal"
    assert authority.step(authority.officer, withdrawn, {**REASON, "ground": "fraud"}).json()["state"] == "withdrawn"
