"""The whole life of licences over HTTP: editions, states of any time, search, review, and what was on paper."""

import io
from datetime import timedelta
from typing import Any

import httpx2
import pypdfium2
import pytest
from PIL import Image

from api.demo import cast
from identity.duties import Duty, Grant
from tests.api.builders import Furnished, Service
from tests.api.routes.test_licences import REASON, Authority, code_of
from tests.fakes.clock import NOW

RENEWAL = {"event": "renew", "reason": "有效期届满前申请延续，准予延续。"}


@pytest.fixture(scope="module")
def authority(shared_furnished: Service, furnished_folder: Furnished) -> Authority:
    """Return the authority that has a type and a seal already."""
    return Authority(shared_furnished, furnished_folder)


def order(authority: Authority, number: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any member
    """Return the body that asks for a licence."""
    return {
        "type": cast.BUSINESS_TYPE,
        "seal": authority.furnished.seal,
        "number": number,
        "holder_code": cast.ENTERPRISE.code,
        "data": cast.business_record(cast.ENTERPRISE),
        **changes,
    }


def sent(authority: Authority, token: str, path: str, body: object, key: str) -> httpx2.Response:
    """Send a body under a key."""
    headers = {"Idempotency-Key": key}
    return authority.service.ask("POST", f"/v1/{path}", token=token, json=body, headers=headers)


def picture() -> bytes:
    """Return a scan."""
    file = io.BytesIO()
    Image.new("L", (40, 60), 200).save(file, "PNG")
    return file.getvalue()


def scan(authority: Authority, key: str, content: bytes, media_type: str = "image/png") -> httpx2.Response:
    """Upload a scan."""
    return authority.service.ask(
        "POST",
        "/v1/licence-scans",
        token=authority.officer,
        data={"issuer": authority.furnished.authority},
        files={"file": ("scan", content, media_type)},
        headers={"Idempotency-Key": key},
    )


def test_a_slip_of_the_pen_is_no_first_day(authority: Authority) -> None:
    first = authority.issue("slip-1").json()
    body = order(authority, first["number"], first_day="0026-11-22", **RENEWAL)
    refused = sent(authority, authority.system, f"licences/{first['identifier']}/editions", body, "slip-2")
    assert (refused.status_code, "first_day" in refused.text) == (422, True)


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"])
def test_the_ends_of_the_calendar_are_moments_or_none(authority: Authority, at: str) -> None:
    path = f"/v1/licences/{authority.furnished.licence}"
    answer = authority.service.ask("GET", path, token=authority.officer, params={"at": at})
    assert answer.status_code == (422 if at.startswith("9") else 200)


def test_a_new_edition_takes_the_place_of_a_licence(authority: Authority) -> None:
    first = authority.issue("edition-1").json()
    path = f"licences/{first['identifier']}/editions"
    body = order(authority, first["number"], **RENEWAL)
    answer = sent(authority, authority.system, path, body, "edition-2")
    assert answer.status_code == 201
    second = answer.json()
    assert (second["edition"], second["origin"], second["predecessor"]) == (2, "renew", first["id"])
    assert sent(authority, authority.system, path, body, "edition-2").json() == second
    editions = authority.service.ask("GET", f"/v1/{path}", token=authority.officer).json()
    assert [(one["edition"], one["state"], one["successor"]) for one in editions] == [
        (1, "superseded", second["id"]),
        (2, "in_force", None),
    ]
    again = sent(authority, authority.system, path, body, "edition-3")
    assert code_of(again) == (409, "lifecycle.event_not_possible")
    claim = first["address"].rpartition("/")[2].rpartition("#")[2]
    verdict = authority.service.ask("GET", f"/v1/verify/{claim}").json()
    assert (verdict["outcome"], verdict["licence"]["state"]) == ("failed", "superseded")
    assert verdict["licence"]["superseded_by"] == {"edition": 2, "state": "in_force", "in_force": True}
    wrong = sent(authority, authority.system, path, body | {"event": "revoke"}, "edition-4")
    assert code_of(wrong) == (422, "request.malformed")


def test_a_new_edition_is_for_the_holder_of_the_licence_where_nobody_says_who(authority: Authority) -> None:
    first = authority.issue("same-holder").json()
    body = order(authority, first["number"], **RENEWAL)
    del body["holder_code"]
    second = sent(authority, authority.system, f"licences/{first['id']}/editions", body, "same-holder-2").json()
    assert (second["holder"], second["predecessor"]) == (first["holder"], first["id"])
    body.pop("event")
    body.pop("reason")
    body |= {"number": "same-holder-3", "holder_code": ""}
    refused = sent(authority, authority.system, "licences", body, "same-holder-3")
    assert code_of(refused) == (400, "identity.credit_code_malformed")


def test_the_state_of_any_time_is_told(authority: Authority) -> None:
    licence = authority.issue("then").json()
    path = f"/v1/licences/{licence['id']}"
    moments = {NOW - timedelta(microseconds=1): (None, False), NOW: ("in_force", True)}
    for moment, told in moments.items():
        answer = authority.service.ask("GET", path, token=authority.officer, params={"at": moment.isoformat()})
        then = answer.json()["then"]
        assert (then["state"], then["in_force"]) == told, moment
    assert authority.service.ask("GET", path, token=authority.officer).json()["then"] is None
    future = authority.service.ask("GET", path, token=authority.officer, params={"at": "2999-01-01T00:00:00Z"})
    assert code_of(future) == (400, "verification.moment_in_future")
    wrong = authority.service.ask("GET", path, token=authority.officer, params={"at": "2026-11-22"})
    assert code_of(wrong) == (422, "request.malformed")
    claim = licence["address"].rpartition("/")[2].rpartition("#")[2]
    verdict = authority.service.ask("GET", f"/v1/verify/{claim}", params={"at": NOW.isoformat()}).json()
    assert verdict["licence"]["then"]["in_force"] is True
    file = authority.service.ask("GET", f"{path}/file", token=authority.officer).content
    verdict = authority.service.ask(
        "POST", "/v1/verify", files={"file": ("x.pdf", file, "application/pdf")}, params={"at": NOW.isoformat()}
    ).json()
    assert (verdict["outcome"], verdict["licence"]["then"]["state"]) == ("passed", "in_force")


def test_licences_are_searched_page_by_page(authority: Authority) -> None:
    made = [authority.issue(f"search-{number}").json() for number in range(3)]
    ask = {"issuer": authority.furnished.authority, "type": cast.BUSINESS_TYPE, "limit": 2}
    pages: list[list[str]] = []
    before = None
    while not pages or before is not None:
        page = authority.step(authority.officer, "licences/search", {**ask, "before": before}).json()
        pages.append([one["id"] for one in page["licences"]])
        before = page["next"]
    every = [one for page in pages for one in page]
    assert every == sorted(set(every), reverse=True)
    assert {one["id"] for one in made} <= set(every)
    assert {len(page) for page in pages[:-1]} == {2}
    by_holder = {**ask, "holder_code": cast.ENTERPRISE.code, "number": made[1]["number"], "issued_until": "2027-01-01"}
    found = authority.step(authority.reviewer, "licences/search", by_holder).json()
    assert ([one["id"] for one in found["licences"]], found["next"]) == ([made[1]["id"]], None)
    nobody = authority.step(authority.officer, "licences/search", {**ask, "holder_code": "nobody"}).json()
    assert nobody == {"licences": [], "names": {}, "names_en": {}, "next": None}
    stranger = authority.service.bearer(Grant(Duty.LICENCE_OFFICER, authority.service.organisation()))
    assert code_of(authority.step(stranger, "licences/search", ask)) == (403, "identity.duty_missing")
    for wrong in ({"issued_until": "9999-12-31"}, {"issued_from": "0001-01-01"}, {"limit": 0}, {"limit": 201}):
        assert code_of(authority.step(authority.officer, "licences/search", ask | wrong)) == (422, "request.malformed")
    unknown = authority.step(authority.officer, "licences/search", {**ask, "type": "nothing"})
    assert code_of(unknown) == (404, "licence.type_unknown")


def test_a_reviewer_agrees_to_a_step(authority: Authority) -> None:
    licence = authority.issue("reviewed").json()
    body = {"event": "withdraw", "ground": "fraud", **REASON}
    asked = sent(authority, authority.officer, f"licences/{licence['id']}/requests", body, "ask-step").json()
    assert (asked["state"], asked["asked"]["licence"]) == ("requested", licence["id"])
    queue = authority.service.ask(
        "GET", "/v1/licence-requests", token=authority.reviewer, params={"issuer": authority.furnished.authority}
    ).json()
    assert asked["id"] in [one["id"] for one in queue["requests"]]
    assert asked["names_en"] == {licence["type"]: "Business Licence"}
    assert queue["names_en"][licence["type"]] == "Business Licence"
    assert all("asked" not in one for one in queue["requests"])
    path = f"licence-requests/{asked['id']}"
    wrong = authority.step(authority.reviewer, f"{path}/approval", {"digest": "0" * 64})
    assert code_of(wrong) == (409, "licence.request_outdated")
    own = authority.step(authority.officer, f"{path}/approval", {"digest": asked["digest"]})
    assert code_of(own) == (403, "identity.duty_missing")
    done = authority.step(authority.reviewer, f"{path}/approval", {"digest": asked["digest"], "remark": "属实"}).json()
    assert (done["state"], done["result"]) == ("done", licence["id"])
    details = authority.service.ask("GET", f"/v1/licences/{licence['id']}", token=authority.officer).json()
    assert (details["state"], details["history"][-1]["request"]) == ("withdrawn", asked["id"])
    again = authority.step(authority.reviewer, f"{path}/approval", {"digest": asked["digest"]})
    assert code_of(again) == (409, "licence.request_not_open")


def test_a_reviewer_agrees_to_a_licence_and_an_edition(authority: Authority) -> None:
    body = {"order": order(authority, "asked-1"), **REASON}
    asked = sent(authority, authority.system, "licence-requests", body, "ask-issue").json()
    assert asked["asked"]["data"] == cast.business_record(cast.ENTERPRISE)
    path = f"licence-requests/{asked['id']}"
    early = authority.step(authority.system, f"{path}/execution")
    assert code_of(early) == (409, "lifecycle.event_not_possible")
    done = authority.step(authority.reviewer, f"{path}/approval", {"digest": asked["digest"]}).json()
    edition = order(authority, "asked-1", **RENEWAL)
    wanted = sent(authority, authority.system, f"licences/{done['result']}/edition-requests", edition, "ask-edition")
    assert (wanted.status_code, wanted.json()["event"]) == (201, "renew")
    refused = authority.step(authority.reviewer, f"licence-requests/{wanted.json()['id']}/refusal", REASON)
    assert (refused.json()["state"], refused.json()["decision"]) == ("refused", REASON["reason"])
    again = sent(
        authority, authority.system, "licence-requests", {"order": order(authority, "asked-2"), **REASON}, "a2"
    )
    withdrawn = authority.step(authority.system, f"licence-requests/{again.json()['id']}/withdrawal", REASON)
    assert withdrawn.json()["state"] == "withdrawn"
    told = authority.service.ask("GET", f"/v1/licence-requests/{again.json()['id']}", token=authority.reviewer).json()
    assert told["asked"] == {}
    stranger = authority.service.bearer(Grant(Duty.LICENCE_OFFICER, authority.service.organisation()))
    answer = authority.service.ask("GET", f"/v1/licence-requests/{again.json()['id']}", token=stranger)
    assert code_of(answer) == (404, "licence.request_unknown")


def test_a_paper_licence_is_made_electronic(authority: Authority) -> None:
    put = scan(authority, "scan-1", picture())
    assert (put.status_code, put.json()["licence"]) == (201, None)
    assert scan(authority, "scan-1", picture()).json() == put.json()
    paper = {"scan": put.json()["id"], "issued_on": "2019-03-18"}
    licence = authority.issue("paper", paper=paper).json()
    assert (licence["origin"], licence["paper_issued_on"]) == ("paper", "2019-03-18")
    assert licence["first_day"] == "2019-03-18"
    path = f"/v1/licences/{licence['id']}"
    file = authority.service.ask("GET", f"{path}/file", token=authority.officer).content
    text = pypdfium2.PdfDocument(file)[0].get_textpage().get_text_range()
    assert "由纸质证照数字化" in "".join(text.split())
    verdict = authority.service.ask("POST", "/v1/verify", files={"file": ("x.pdf", file, "application/pdf")}).json()
    assert (verdict["outcome"], verdict["licence"]["paper_issued_on"]) == ("passed", "2019-03-18")
    shown = authority.service.ask("GET", f"{path}/scan", token=authority.reviewer)
    assert (shown.content, shown.headers["content-type"]) == (picture(), "image/png")
    assert shown.headers["cache-control"] == "no-store"
    assert code_of(authority.issue("paper-2", paper=paper)) == (409, "licence.scan_taken")
    unknown = authority.issue("paper-3", paper={**paper, "scan": "scan_1"})
    assert code_of(unknown) == (404, "licence.scan_unknown")
    future = authority.issue("paper-4", paper={**paper, "issued_on": "2999-01-01"})
    assert code_of(future) == (400, "licence.data_invalid")
    plain = authority.issue("no-paper").json()
    none = authority.service.ask("GET", f"/v1/licences/{plain['id']}/scan", token=authority.officer)
    assert code_of(none) == (404, "licence.scan_unknown")
    gone = authority.service.ask("GET", "/v1/licences/lic_1/scan", token=authority.officer)
    assert code_of(gone) == (404, "licence.unknown")


@pytest.mark.parametrize(
    ("content", "media_type", "code"),
    [
        (b"", "image/png", "evidence.too_large"),
        (b"GIF89a", "image/gif", "evidence.type_refused"),
        (b"%PDF-1.7\n%%EOF", "application/pdf", "licence.scan_refused"),
    ],
)
def test_a_scan_is_what_it_says(authority: Authority, content: bytes, media_type: str, code: str) -> None:
    answer = scan(authority, f"wrong-{media_type}", content, media_type)
    assert answer.status_code == 400
    assert answer.json()["code"].endswith(code.rpartition(".")[2])
