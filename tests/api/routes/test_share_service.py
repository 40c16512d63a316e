"""The envelope: every method, and every status in the head."""

import base64
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from api.demo import cast
from api.refusals import NOBODY
from api.schemas.share_service import STATUSES, Method, Status
from licence.qr import read_codes
from tests.api.builders import PUBLIC_URL, Furnished, Service, copied, served
from tests.api.sharing import PURPOSE, SharedService
from trust.audit_repository import EventSearch, search


@pytest.fixture(scope="module")
def here(furnished_folder: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedService]:
    """Return a service in which copies can be made."""
    folder: Path = copied(furnished_folder.folder, tmp_path_factory.mktemp("envelope") / "instance")
    with served(folder, sharing_seal=furnished_folder.seal, sharing_system=furnished_folder.client) as service:
        found = SharedService(service, furnished_folder)
        found.let_copies_be_sealed()
        yield found


@pytest.fixture(scope="module")
def client(here: SharedService) -> tuple[str, str]:
    """Return a client that may make every call."""
    return here.granted()


def told(here: SharedService, client: tuple[str, str], method: Method, **data: Any) -> Any:  # noqa: ANN401 - JSON
    """Return the data of a call that was answered."""
    answer = here.share(method, *client, data)
    assert answer["head"] == {"status": 0, "message": "成功"}, answer
    return answer["data"]


def status(here: SharedService, client: tuple[str, str], method: Method, **data: Any) -> int:  # noqa: ANN401 - JSON
    """Return the status of a call."""
    found: int = here.share(method, *client, data)["head"]["status"]
    return found


HOLDER = {"certificateHolderCode": cast.ENTERPRISE.code, "certificateHolderTypeCode": "001"}


def test_every_method_answers(here: SharedService, client: tuple[str, str]) -> None:
    one = {"certificateIdentifier": here.identifier}
    found = told(here, client, Method.QUERY, **one)
    assert found == {
        "certificateIdentifier": here.identifier,
        "certificateTypeName": "营业执照",
        "certificateTypeCode": cast.BUSINESS_TYPE,
        "certificateIssuingAuthorityName": cast.AUTHORITY.name,
        "certificateIssuedDate": "2026-11-22",
        "certificateEffectiveDate": "2026-11-22",
        "certificateExpiringDate": "9999-12-31",
        "certificateStatus": "01",
        "certificateNumber": "330199002000001",
        "certificateHolderName": cast.ENTERPRISE.name,
        "certificateHolderCode": f"{cast.ENTERPRISE.code[:3]}{'*' * 12}{cast.ENTERPRISE.code[-3:]}",
    }
    whole = found | {"certificateData": {"address": cast.business_record(cast.ENTERPRISE)["address"]}}
    assert told(here, client, Method.DATA_BY_HOLDER, **HOLDER) == [whole]
    assert told(here, client, Method.DATA_BY_HOLDER, **HOLDER, certificateTypeCode=cast.BUSINESS_TYPE) == [whole]
    (address,) = told(here, client, Method.ADDRESSES_BY_HOLDER, **HOLDER)
    assert here.service.http.get(address["url"]).content == here.furnished.licence_pdf
    asked = {"certIdentifier": here.identifier, "useCause": "贷款审核", "expiryTime": "2026-11-22 13:00:00"}
    address = told(here, client, Method.ADDRESS, **asked)
    assert address["expiryTime"] == "2026-11-22 13:00:00"
    assert here.service.http.get(address["url"]).content == here.furnished.licence_pdf
    file = told(here, client, Method.ORIGINAL, **one)["file"]
    assert base64.b64decode(file) == here.furnished.licence_pdf
    asked = {"certificateNumber": "330199002000001", "certificateHolderName": "云州某某公司"}
    assert told(here, client, Method.VERIFY_DATA, **one, **asked) == {
        "result": False,
        "certificateNumber": True,
        "certificateHolderName": False,
    }
    assert told(here, client, Method.VERIFY_FILE, file=file) == {"result": True, **found}
    assert told(here, client, Method.DATA_BY_QR, qrCode=here.furnished.claim) == whole
    assert told(here, client, Method.CHECK_BY_QR, qrCode=here.furnished.claim) == {"result": True, **found}


def test_a_copy_is_the_same_on_the_same_day(here: SharedService, client: tuple[str, str]) -> None:
    asked = {"certificateIdentifier": here.identifier, "fileType": "PDF", "certificateCopyCause": "贷款审核"}
    copy = told(here, client, Method.COPY, **asked)
    assert base64.b64decode(copy["file"]).startswith(b"%PDF")
    assert copy["certificateCopyExpiringTime"] == "2026-12-22 00:00:00"
    assert told(here, client, Method.COPY, **asked) == copy
    picture = told(here, client, Method.COPY, **(asked | {"fileType": "png"}))
    assert {**picture, "file": ""} == {**copy, "file": ""}
    claims = read_codes(Image.open(io.BytesIO(base64.b64decode(picture["file"]))))
    (address,) = [one for one in claims if one.startswith(f"{PUBLIC_URL}/c/")]
    page = here.service.http.get(address.removeprefix(PUBLIC_URL)).text
    assert "这是一份加注件（复制件），不是证照原件" in page
    assert asked["certificateCopyCause"] in page
    assert "有效" in page
    claim = address.rpartition("/")[2]
    told_of = here.service.ask("GET", f"/v1/verify/{claim}").json()
    assert (told_of["outcome"], told_of["annotated_copy"]["id"]) == ("passed", copy["certificateCopyIdentifier"])
    assert "加注件" not in here.service.http.get(f"/c/{claim[:-4]}AAAA").text
    assert here.service.http.get(f"/c/{'A' * 600}").status_code == 200
    (remark,) = told(here, client, Method.REMARKS, certificateIdentifier=here.identifier)
    assert remark == {name: value for name, value in copy.items() if name != "file"}


def test_a_copy_is_made_anew_where_what_it_stood_on_has_ended(here: SharedService) -> None:
    name, token = here.client()
    asked = {"certificateIdentifier": here.identifier, "fileType": "pdf", "certificateCopyCause": "贷款审核"}
    copies = []
    for _ in range(2):
        grant = here.grant(name)
        copies.append(told(here, (name, token), Method.COPY, **asked)["certificateCopyIdentifier"])
        assert told(here, (name, token), Method.COPY, **asked)["certificateCopyIdentifier"] == copies[-1]
        path = f"/v1/sharing-grants/{grant}/withdrawal"
        assert here.service.ask("POST", path, token=here.officer, json={"reason": "不再需要"}).status_code == 200
        assert status(here, (name, token), Method.COPY, **asked) == Status.NOT_PERMITTED
    assert len(set(copies)) == 2


def test_what_is_not_ours_is_told_as_such(here: SharedService, client: tuple[str, str]) -> None:
    assert told(here, client, Method.VERIFY_FILE, file=base64.b64encode(b"nothing").decode()) == {"result": False}
    assert told(here, client, Method.CHECK_BY_QR, qrCode="nothing") == {"result": False}
    assert status(here, client, Method.DATA_BY_QR, qrCode="nothing") == Status.NOT_FOUND


def test_who_asks_is_told_in_the_head(here: SharedService, client: tuple[str, str]) -> None:
    name, token = client
    data = {"certificateIdentifier": here.identifier}
    _, other = here.client()
    person = here.speaker
    mine = here.service.ask("GET", "/v1/me", token=person).json()["id"]
    callers: tuple[tuple[tuple[str, str], Status], ...] = (
        ((name, token), Status.DONE),
        ((name, ""), Status.PARAMETER_MISSING),
        (("", token), Status.PARAMETER_MISSING),
        ((name, "xc_wrong"), Status.NOT_AUTHENTICATED),
        ((name, other), Status.NOT_AUTHENTICATED),
        ((mine, person), Status.NOT_AUTHENTICATED),
    )
    for caller, expected in callers:
        assert here.share(Method.QUERY, *caller, data)["head"]["status"] == expected, caller


def test_each_refusal_has_its_status(here: SharedService, client: tuple[str, str]) -> None:
    one = {"certificateIdentifier": here.identifier}
    unknown = here.identifier[:-1] + ("0" if here.identifier[-1] != "0" else "1")
    for method, data, expected in (
        (Method.QUERY, {}, Status.PARAMETER_MISSING),
        (Method.QUERY, {"certificateIdentifier": 7}, Status.PARAMETER_MISSING),
        (Method.QUERY, {"certificateIdentifier": unknown}, Status.PARAMETER_MISSING),
        (Method.DATA_BY_HOLDER, {**HOLDER, "certificateHolderTypeCode": "999"}, Status.HOLDER_TYPE_WRONG),
        (Method.DATA_BY_HOLDER, {**HOLDER, "certificateTypeCode": "7"}, Status.TYPE_CODE_WRONG),
        (Method.DATA_BY_HOLDER, {**HOLDER, "certificateHolderCode": "9"}, Status.PARAMETER_MISSING),
        (Method.DATA_BY_HOLDER, {**HOLDER, "certificateTypeCode": cast.FOOD_TYPE}, Status.NOT_PERMITTED),
        (Method.ADDRESS, {**one, "useCause": "贷款", "expiryTime": "tomorrow"}, Status.PARAMETER_MISSING),
        (Method.ADDRESS, {**one, "useCause": "贷款", "expiryTime": "2026-11-20 00:00:00"}, Status.PARAMETER_MISSING),
        (Method.ADDRESS, {**one, "expiryTime": "2026-11-22 13:00:00"}, Status.PARAMETER_MISSING),
        (Method.COPY, {**one, "fileType": "ofd", "certificateCopyCause": "贷款"}, Status.PARAMETER_MISSING),
        (Method.COPY, {**one, "fileType": "pdf"}, Status.PARAMETER_MISSING),
        (Method.VERIFY_DATA, one, Status.PARAMETER_MISSING),
        (Method.VERIFY_FILE, {"file": "文件"}, Status.PARAMETER_MISSING),
        (Method.VERIFY_FILE, {"file": "no base64!"}, Status.PARAMETER_MISSING),
    ):
        assert status(here, client, method, **data) == expected, (method, data)


def test_a_client_without_a_grant_is_not_permitted(here: SharedService) -> None:
    assert status(here, here.client(), Method.QUERY, certificateIdentifier=here.identifier) == Status.NOT_PERMITTED


def test_the_purpose_is_named_where_a_client_has_several(here: SharedService) -> None:
    purposes = [{"code": PURPOSE, "words": "贷款"}, {"code": "tax.audit", "words": "税务稽查"}]
    caller = here.granted(purposes=purposes)
    data = {"certificateIdentifier": here.identifier}
    refused = here.share(Method.QUERY, *caller, data)["head"]
    assert (refused["status"], "purposeCode" in refused["message"]) == (Status.PARAMETER_MISSING, True)
    answered = here.share(Method.QUERY, *caller, data, purposeCode="tax.audit")
    assert answered["head"]["status"] == Status.DONE


def test_licences_of_which_a_client_may_only_know_are_passed_over(here: SharedService) -> None:
    caller = here.granted(calls=["query"])
    assert told(here, caller, Method.DATA_BY_HOLDER, **HOLDER) == []
    assert told(here, caller, Method.ADDRESSES_BY_HOLDER, **HOLDER) == []


def test_where_a_holder_may_have_more_licences_the_head_says_so(here: SharedService, client: tuple[str, str]) -> None:
    """A page that is full leads to what comes after it; one that is not is the last, and says nothing."""
    for method in (Method.DATA_BY_HOLDER, Method.ADDRESSES_BY_HOLDER):
        first = here.share(method, *client, {**HOLDER, "limit": 1})
        assert [one["certificateIdentifier"] for one in first["data"]] == [here.identifier]
        assert (first["head"]["status"], first["head"]["next"]) == (Status.DONE, here.identifier)
        assert "data.before" in first["head"]["message"]
        assert told(here, client, method, **HOLDER, limit=1, before=first["head"]["next"]) == []
        assert len(told(here, client, method, **HOLDER, limit=2)) == 1


@pytest.mark.parametrize("wrong", [{"limit": 0}, {"limit": 201}, {"limit": "2"}, {"limit": True}, {"before": "1.2.3"}])
def test_pages_that_are_none_are_refused(
    here: SharedService, client: tuple[str, str], wrong: dict[str, object]
) -> None:
    assert status(here, client, Method.DATA_BY_HOLDER, **HOLDER, **wrong) == Status.PARAMETER_MISSING


def test_a_stopped_licence_is_told_by_its_code(furnished: Service, furnished_folder: Furnished) -> None:
    here = SharedService(furnished, furnished_folder)
    caller = here.granted()
    path = f"/v1/licences/{furnished_folder.licence}/suspension"
    assert furnished.ask("POST", path, token=here.officer, json={"reason": "调查期间暂扣"}).status_code == 200
    one = {"certificateIdentifier": here.identifier}
    assert told(here, caller, Method.QUERY, **one)["certificateStatus"] == "02"
    assert status(here, caller, Method.ORIGINAL, **one) == Status.NOT_PERMITTED
    assert told(here, caller, Method.ADDRESSES_BY_HOLDER, **HOLDER) == []


def test_an_unknown_method_and_a_malformed_envelope_are_problems(here: SharedService) -> None:
    ask = here.service.ask
    assert ask("POST", "/share/nothing", json={"head": {}, "data": {}}).status_code == 422
    assert ask("POST", "/share/queryCertInfo", json={"data": {}}).status_code == 422
    assert ask("POST", "/share/queryCertInfo", json={"head": {}, "data": []}).status_code == 422


def test_members_of_the_head_that_are_not_known_are_passed_over(here: SharedService, client: tuple[str, str]) -> None:
    data = {"certificateIdentifier": here.identifier}
    answer = here.share(Method.QUERY, *client, data, time="2026-11-22 12:00:00", appName="某系统")
    assert answer["head"]["status"] == Status.DONE


def test_what_is_not_in_the_table_is_a_problem_of_http(shared_furnished: Service, furnished_folder: Furnished) -> None:
    here = SharedService(shared_furnished, furnished_folder)
    client, token = here.granted()
    data = {"certificateIdentifier": here.identifier, "fileType": "pdf", "certificateCopyCause": "贷款"}
    body = {"head": {"accessId": client, "accessToken": token}, "data": data}
    answer = here.service.ask("POST", "/share/downloadFile", json=body)
    assert (answer.status_code, answer.json()["code"]) == (503, "sharing.copies_not_set_up")
    assert set(STATUSES.values()) <= set(Status)


def test_a_client_in_the_envelope_has_the_quotas_of_any_other(furnished_folder: Furnished, tmp_path: Path) -> None:
    folder = copied(furnished_folder.folder, tmp_path / "instance")
    with served(folder, client_rate="2/minute") as service:
        here = SharedService(service, furnished_folder)
        name, token = here.granted()  # which has asked once who it is
        body = {"head": {"accessId": name, "accessToken": token}, "data": {"certificateIdentifier": here.identifier}}
        answer = service.ask("POST", f"/share/{Method.QUERY}", json=body)
        assert (answer.json()["head"]["status"], "ratelimit" in answer.headers) == (Status.DONE, True)
        refused = service.ask("POST", f"/share/{Method.QUERY}", json=body)
        assert (refused.status_code, refused.json()["code"]) == (429, "request.quota_exceeded")


def test_what_is_decided_about_a_call_is_on_record(here: SharedService, client: tuple[str, str]) -> None:
    name, token = client
    here.share(Method.QUERY, name, "xc_wrong", {})
    here.share(Method.QUERY, name, token, {})
    here.share(Method.QUERY, name, token, {"certificateIdentifier": here.identifier})
    with here.service.instance.base.store.reading() as view:
        known = search(view, EventSearch(actor=name), limit=2)
        unknown = search(view, EventSearch(actor=NOBODY), limit=1)
    assert [one.event.tag for one in (*known, *unknown)] == [
        "sharing:call:done",
        "access:check:allowed",
        "access:bear:refused",
    ]
    assert {one.event.facts["by_permission"] for one in known} == {"sharing:ask"}
