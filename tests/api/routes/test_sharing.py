"""Sharing over HTTP: grants, calls, copies, addresses, and what the holder sees and decides."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.demo import cast
from identity.duties import Duty, Grant
from tests.api.builders import Furnished, Service, copied, served
from tests.api.sharing import PURPOSE, SharedService
from tests.fakes.clock import NOW
from trust.crypto.sm3 import sm3

ADDRESS = cast.business_record(cast.ENTERPRISE)["address"]


@pytest.fixture(scope="module")
def shared_service(furnished_folder: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedService]:
    """Return a service in which copies can be made."""
    folder: Path = copied(furnished_folder.folder, tmp_path_factory.mktemp("sharing") / "instance")
    with served(folder, sharing_seal=furnished_folder.seal, sharing_system=furnished_folder.client) as service:
        found = SharedService(service, furnished_folder)
        found.let_copies_be_sealed()
        yield found


# --- grants


def test_a_grant_from_proposal_to_its_end(shared_service: SharedService) -> None:
    here, ask = shared_service, shared_service.service.ask
    client, token = here.client()
    body, key = here.proposal(client), here.key
    proposed = ask("POST", "/v1/sharing-grants", token=here.officer, json=body, headers=key).json()
    assert ask("POST", "/v1/sharing-grants", token=here.officer, json=body, headers=key).json() == proposed
    path = f"/v1/sharing-grants/{proposed['id']}"
    assert proposed["state"] == "proposed"
    assert ask("POST", f"{path}/approval", token=here.officer).status_code == 403
    approved = ask("POST", f"{path}/approval", token=here.reviewer).json()
    assert approved["state"] == "in_force"
    assert ask("GET", path, token=here.officer).json() == approved
    assert approved in ask("GET", "/v1/sharing-grants", token=here.reviewer).json()
    assert ask("GET", "/v1/sharing/grants", token=token).json() == [approved]
    ended = ask("POST", f"{path}/withdrawal", token=here.officer, json={"reason": "不再需要"}).json()
    assert (ended["state"], ended["reason"]) == ("withdrawn", "不再需要")
    answer = ask("GET", here.licence, token=token, params={"purpose": PURPOSE})
    assert (answer.status_code, answer.json()["code"]) == (403, "sharing.not_granted")


def test_a_grant_can_be_refused(shared_service: SharedService) -> None:
    here, ask = shared_service, shared_service.service.ask
    body = here.proposal(here.client()[0])
    name = ask("POST", "/v1/sharing-grants", token=here.officer, json=body, headers=here.key).json()["id"]
    path = f"/v1/sharing-grants/{name}/refusal"
    assert ask("POST", path, token=here.reviewer, json={"reason": "依据不足"}).json()["state"] == "refused"


def test_a_malformed_grant_is_told_where(shared_service: SharedService) -> None:
    here = shared_service
    body = here.proposal(here.client()[0], law="法")
    answer = here.service.ask("POST", "/v1/sharing-grants", token=here.officer, json=body, headers=here.key)
    assert (answer.status_code, answer.json()["code"]) == (400, "sharing.invalid")
    assert answer.json()["details"] == {"field": "law", "rule": "length"}


# --- calls


def test_a_client_asks(shared_service: SharedService) -> None:
    here, ask = shared_service, shared_service.service.ask
    _, token = here.granted()
    body = {"purpose": PURPOSE, "holder_kind": "organisation", "holder_code": cast.ENTERPRISE.code}
    (found,) = ask("POST", "/v1/sharing/queries", token=token, json=body).json()
    assert (found["identifier"], found["in_force"]) == (here.identifier, True)
    assert (found["type_name"], found["type_name_en"]) == ("营业执照", "Business Licence")
    assert (found["first_day"], found["issued_on"]) == ("2026-11-22", "2026-11-22")
    for limit, status in ((1, 200), (200, 200), (0, 422), (201, 422)):
        assert ask("POST", "/v1/sharing/queries", token=token, json={**body, "limit": limit}).status_code == status
    after = ask("POST", "/v1/sharing/queries", token=token, json={**body, "limit": 1, "before": found["identifier"]})
    assert after.json() == []
    assert ask("GET", here.licence, token=token, params={"purpose": PURPOSE}).json() == found
    data = ask("POST", f"{here.licence}/data", token=token, json={"purpose": PURPOSE}).json()
    assert data["fields"]["data.address"] == ADDRESS
    less = ask("POST", f"{here.licence}/data", token=token, json={"purpose": PURPOSE, "fields": ["number"]})
    assert list(less.json()["fields"]) == ["number"]
    file = ask("GET", f"{here.licence}/file", token=token, params={"purpose": PURPOSE})
    assert (file.headers["content-type"], file.content) == ("application/pdf", here.furnished.licence_pdf)
    picture = ask("GET", f"{here.licence}/pages/1.png", token=token, params={"purpose": PURPOSE, "dpi": 120})
    assert (picture.headers["content-type"], picture.content[:4]) == ("image/png", b"\x89PNG")
    missing = ask("GET", f"{here.licence}/pages/2.png", token=token, params={"purpose": PURPOSE})
    assert (missing.status_code, missing.json()["code"]) == (400, "sharing.invalid")
    counts = ask("GET", "/v1/sharing-grants/counts", token=here.officer, params={"type": cast.BUSINESS_TYPE})
    assert {one["call"] for one in counts.json()} >= {"query", "data", "file"}


def test_a_person_without_licences_is_told_nothing(shared_service: SharedService) -> None:
    here = shared_service
    _, token = here.granted()
    body = {"purpose": PURPOSE, "holder_kind": "person", "holder_code": cast.person_number(900)}
    assert here.service.ask("POST", "/v1/sharing/queries", token=token, json=body).json() == []


def test_a_client_verifies(shared_service: SharedService) -> None:
    here, ask = shared_service, shared_service.service.ask
    _, token = here.granted()
    values = {"purpose": PURPOSE, "values": {"holder_name": cast.ENTERPRISE.name, "data.address": "云州市"}}
    answer = ask("POST", f"{here.licence}/verification", token=token, json=values).json()
    assert answer == {"all_match": False, "matches": {"holder_name": True, "data.address": False}}
    form = {"file": ("licence.pdf", here.furnished.licence_pdf, "application/pdf")}
    judged = ask("POST", "/v1/sharing/files", token=token, files=form, data={"purpose": PURPOSE}).json()
    assert (judged["verdict"]["outcome"], judged["licence"]["identifier"]) == ("passed", here.identifier)
    body = {"purpose": PURPOSE, "text": here.furnished.claim}
    decoded = ask("POST", "/v1/sharing/qr-codes", token=token, json=body).json()
    assert (decoded["verdict"]["outcome"], decoded["licence"]["identifier"]) == ("passed", here.identifier)


def test_a_client_gets_a_copy_and_the_public_is_told_that_it_is_one(shared_service: SharedService) -> None:
    here, ask = shared_service, shared_service.service.ask
    _, token = here.granted()
    body: dict[str, Any] = {
        "purpose": PURPOSE,
        "user": "云州市住房公积金管理中心",
        "cause": "个人住房公积金贷款资格审核",
        "valid_until": NOW.replace(year=2027, month=1).isoformat(),
        "with_original": True,
    }
    key = here.key
    made = ask("POST", f"{here.licence}/copies", token=token, json=body, headers=key)
    assert (made.status_code, made.headers["content-type"]) == (201, "application/pdf"), made.text
    again = ask("POST", f"{here.licence}/copies", token=token, json=body, headers=key)
    assert (again.headers["copy-id"], again.content) == (made.headers["copy-id"], made.content)
    (listed,) = ask("GET", f"{here.licence}/copies", token=token, params={"purpose": PURPOSE}).json()
    assert (listed["id"], listed["file"]) == (made.headers["copy-id"], sm3(made.content).hex())
    form = {"file": ("copy.pdf", made.content, "application/pdf")}
    verdict = ask("POST", "/v1/verify", files=form).json()
    assert (verdict["outcome"], verdict["annotated_copy"]["user"]) == ("passed", body["user"])
    page = ask("POST", "/verify", files=form, headers={"Accept": "text/html"})
    assert "这是一份加注件" in page.text
    assert body["cause"] in page.text
    original = ask("POST", "/v1/verify", files={"file": ("l.pdf", here.furnished.licence_pdf, "application/pdf")})
    assert original.json()["annotated_copy"] is None
    body = {"purpose": PURPOSE, "copy_id": made.headers["copy-id"]}
    address = ask("POST", f"{here.licence}/addresses", token=token, json=body).json()["address"]
    assert here.service.http.get(address).content == made.content


def test_an_address_needs_no_login_and_leads_there_once(shared_service: SharedService) -> None:
    here, ask = shared_service, shared_service.service.ask
    _, token = here.granted()
    answer = ask("POST", f"{here.licence}/addresses", token=token, json={"purpose": PURPOSE, "minutes": 5})
    assert (answer.status_code, answer.json()["times"]) == (200, 1)
    file = here.service.http.get(answer.json()["address"])
    assert (file.status_code, file.content, file.headers["cache-control"]) == (
        200,
        here.furnished.licence_pdf,
        "no-store",
    )
    gone = here.service.http.get(answer.json()["address"])
    assert (gone.status_code, gone.json()["code"]) == (404, "sharing.download_unknown")


def test_each_client_has_its_own_limit(furnished_folder: Furnished, tmp_path: Path) -> None:
    folder = copied(furnished_folder.folder, tmp_path / "instance")
    with served(folder, sharing_rate="2/hour") as service:
        here = SharedService(service, furnished_folder)
        tokens = [here.client()[1] for _ in range(2)]
        for token in tokens:
            assert service.ask("GET", "/v1/sharing/grants", token=token).status_code == 200
            assert service.ask("GET", "/v1/sharing/grants", token=token).status_code == 200
        refused = service.ask("GET", "/v1/sharing/grants", token=tokens[0])
        assert (refused.status_code, refused.json()["code"]) == (429, "request.too_many")
        assert int(refused.headers["retry-after"]) > 0
        copies = service.ask("GET", "/v1/sharing/downloads/xh_a")
        assert copies.status_code == 404


def test_without_a_seal_for_copies_there_are_none(shared_furnished: Service, furnished_folder: Furnished) -> None:

    here = SharedService(shared_furnished, furnished_folder)
    _, token = here.granted()
    body = {"purpose": PURPOSE, "user": "某某中心", "cause": "贷款", "valid_until": NOW.replace(year=2027).isoformat()}
    answer = here.service.ask("POST", f"{here.licence}/copies", token=token, json=body, headers=here.key)
    assert (answer.status_code, answer.json()["code"]) == (503, "sharing.copies_not_set_up")


# --- the holder


def test_a_holder_agrees_sees_and_withdraws(shared_service: SharedService) -> None:
    here, ask = shared_service, shared_service.service.ask
    client, token = here.client()
    grant = here.grant(client, law="")
    speaker, holder = here.speaker, {"holder": here.furnished.enterprise}
    (own,) = ask("GET", "/v1/my/licences", token=speaker, params=holder).json()
    assert (own["id"], own["state"]) == (here.furnished.licence, "in_force")
    whole = ask("GET", f"/v1/my/licences/{own['id']}", token=speaker, params=holder).json()
    assert {name: whole[name] for name in own} == own
    assert whole["holder"] == cast.ENTERPRISE.name
    told = {one["name"]: one["text"] for one in whole["fields"]}
    assert told == {**dict.fromkeys(told, ""), **cast.business_record(cast.ENTERPRISE)}
    file = ask("GET", f"/v1/my/licences/{own['id']}/file", token=speaker, params=holder)
    assert file.content == here.furnished.licence_pdf
    offers = ask("GET", f"/v1/my/licences/{own['id']}/consent-offers", token=speaker, params=holder).json()
    assert grant in [one["grant"] for one in offers]
    chosen = {
        **holder,
        "grant": grant,
        "licence": own["id"],
        "purpose": PURPOSE,
        "valid_until": NOW.replace(month=12).isoformat(),
        "times": 1,
    }
    terms = ask("POST", "/v1/my/consent-terms", token=speaker, json=chosen).json()
    assert terms["digest"] == sm3(terms["words"].encode()).hex()
    body = {**chosen, "channel": "app", "words_digest": terms["digest"]}
    given = ask("POST", "/v1/my/consents", token=speaker, json=body, headers=here.key)
    assert (given.status_code, given.json()["words"]) == (201, terms["words"])
    assert ask("POST", f"{here.licence}/data", token=token, json={"purpose": PURPOSE}).status_code == 200
    refused = ask("POST", f"{here.licence}/data", token=token, json={"purpose": PURPOSE})
    assert (refused.status_code, refused.json()["code"]) == (403, "sharing.consent_missing")
    (consent,) = ask("GET", "/v1/my/consents", token=speaker, params=holder).json()
    assert (consent["used"], consent["standing"]) == (1, "used_up")
    for one in (consent, own, whole):
        assert (one["type_name"], one["type_name_en"]) == ("营业执照", "Business Licence")
    assert consent["purpose_words"] == "个人住房公积金贷款资格审核"
    (offer,) = [one for one in offers if one["grant"] == grant]
    assert (consent["client_name"], consent["organisation_name"]) == (offer["client_name"], offer["organisation_name"])
    assert offer["organisation_name"] in terms["words"]
    path = f"/v1/my/consents/{consent['id']}/withdrawal"
    assert ask("POST", path, token=speaker).json()["withdrawn_at"] is not None
    uses = ask("GET", "/v1/my/licence-uses", token=speaker, params={**holder, "limit": 1}).json()
    more = ask("GET", "/v1/my/licence-uses", token=speaker, params={**holder, "before": uses["next"]}).json()
    lines = [one for one in (*uses["uses"], *more["uses"]) if one["call"] == "data" and one["consent"]]
    assert [(one["allowed"], one["consent"]) for one in lines] == [(True, consent["id"])]
    resting = {**holder, "consent": consent["id"]}
    assert ask("GET", "/v1/my/licence-uses", token=speaker, params=resting).json()["uses"] == lines


def test_nobody_sees_what_is_another_holders(shared_service: SharedService) -> None:
    here, ask = shared_service, shared_service.service.ask
    stranger = here.service.bearer(Grant(Duty.SEAL_OWNER, here.furnished.enterprise))
    licence = f"licences/{here.furnished.licence}"
    for path in ("licences", "consents", "licence-uses", licence, f"{licence}/file"):
        answer = ask("GET", f"/v1/my/{path}", token=stranger, params={"holder": here.furnished.enterprise})
        assert (answer.status_code, answer.json()["code"]) == (403, "sharing.not_the_holder"), path
    assert ask("GET", "/v1/my/licences", token=stranger).json() == []
    assert ask("GET", "/v1/my/licence-uses", token=stranger).json() == {"uses": [], "next": None}
