"""Sealing digests, signing messages, authorising and approving over HTTP."""

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from identity.duties import Duty, Grant
from seal.data.reading import read_seal_signature
from tests.api.builders import Furnished, Service
from tests.api.routes.test_stampings import FOREIGN, form, system_token
from tests.fakes.clock import NOW
from trust.cms import Dialect, read_signed_message
from trust.crypto.sm3 import sm3

UNTIL = (NOW + timedelta(days=30)).isoformat()
PURPOSE = {"purpose": "digest.stamp", "document_kind": "notice"}


@dataclass(frozen=True)
class Desk:
    """The owner of a seal, another who disposes of it, and a business system."""

    service: Service
    seal: str
    client: str
    system: str
    owner: str
    other_owner: str

    def ask(
        self,
        path: str,
        *,
        token: str = "",
        key: str = "",
        method: str = "POST",
        **sent: Any,  # noqa: ANN401 - a body
    ) -> httpx2.Response:
        headers = {"Idempotency-Key": key or secrets.token_hex(8)}
        return self.service.ask(
            method, f"/v1/seals/{self.seal}/{path}", token=token or self.system, headers=headers, **sent
        )

    def authorise(self, **changes: object) -> dict[str, Any]:
        terms = {"holder": self.client, "purpose": "digest.stamp", "valid_until": UNTIL, **changes}
        answer = self.ask("authorisations", token=self.owner, json=terms)
        assert answer.status_code == 201, answer.text
        given: dict[str, Any] = answer.json()
        return given


@pytest.fixture(scope="module")
def desk(shared_furnished: Service, furnished_folder: Furnished) -> Desk:
    grant = Grant(Duty.SEAL_OWNER, furnished_folder.authority)
    found = Desk(
        service=shared_furnished,
        seal=furnished_folder.seal,
        client=furnished_folder.client,
        system=system_token(shared_furnished, furnished_folder.client),
        owner=shared_furnished.bearer(grant),
        other_owner=shared_furnished.bearer(grant),
    )
    found.authorise(operations=["digest", "message"])
    return found


def digest_order(**changes: object) -> dict[str, object]:
    return {"digest": secrets.token_hex(32), "property_info": "notice.pdf", "reference": "A-1", **PURPOSE, **changes}


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_digest_is_sealed_once_per_key(desk: Desk) -> None:
    order = digest_order()
    first, again = (desk.ask("digest-stampings", key="digest-one", json=order) for _ in range(2))
    assert (first.status_code, first.json()) == (201, again.json())
    told = first.json()
    signature = read_seal_signature(base64.b64decode(told["signature"]))
    assert (signature.data_hash.hex(), signature.property_info) == (order["digest"], "notice.pdf")
    assert told["reference"] == "A-1"
    assert code_of(desk.ask("digest-stampings", key="digest-one", json=digest_order())) == (409, "request.key_reused")
    read = desk.ask(f"digest-stampings/{told['stamping']}", method="GET")
    assert (read.status_code, read.json()) == (200, told)
    assert code_of(desk.ask("digest-stampings/stamp_nothing", method="GET")) == (404, "seal.stamping_unknown")
    elsewhere = desk.service.ask("GET", f"/v1/seals/seal_other/digest-stampings/{told['stamping']}", token=desk.system)
    assert code_of(elsewhere) == (404, "seal.stamping_unknown")


def test_a_batch_comes_back_in_its_order(desk: Desk) -> None:
    items = [
        {"digest": secrets.token_hex(32), "property_info": f"{number}.pdf", "reference": f"A-{number}"}
        for number in range(30)
    ]
    answer = desk.ask("digest-stampings/batch", json={"items": items, **PURPOSE, "timing": "proven"})
    assert answer.status_code == 201
    made = answer.json()["items"]
    assert [one["reference"] for one in made] == [one["reference"] for one in items]
    for one, item in zip(made, items, strict=True):
        signature = read_seal_signature(base64.b64decode(one["signature"]))
        assert signature.data_hash.hex() == item["digest"]
        assert signature.time_stamp is not None


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": "AB" * 32},
        {"digest": "ab" * 31},
        {"digest": ""},
        {"property_info": ""},
        {"property_info": "通知"},
        {"property_info": "x" * 256},
        {"reference": "x" * 129},
        {"timing": "sometimes"},
        {"purpose": ""},
        {"surplus": 1},
    ],
)
def test_what_is_no_digest_order(desk: Desk, changes: dict[str, object]) -> None:
    assert code_of(desk.ask("digest-stampings", json=digest_order(**changes))) == (422, "request.malformed")


@pytest.mark.parametrize("count", [0, 1001])
def test_a_batch_has_one_to_a_thousand(desk: Desk, count: int) -> None:
    items = [{"digest": "00" * 32, "property_info": "a.pdf"}] * count
    answer = desk.ask("digest-stampings/batch", json={"items": items, **PURPOSE})
    assert code_of(answer) == (422, "request.malformed")


def test_without_the_permission_for_digests_none_is_sealed(desk: Desk) -> None:
    order = digest_order(purpose="document.stamp")  # which is permitted for documents alone
    assert code_of(desk.ask("digest-stampings", json=order)) == (403, "seal.not_authorised")


@pytest.mark.parametrize("dialect", list(Dialect))
def test_a_message_is_signed(desk: Desk, dialect: Dialect) -> None:
    content = "函件".encode()
    attached = {"content": base64.b64encode(content).decode(), "dialect": dialect.value, **PURPOSE}
    detached = {"digest": sm3(content).hex(), "dialect": dialect.value, **PURPOSE}
    for order, inside in ((attached, content), (detached, None)):
        answer = desk.ask("cms-signatures", json=order)
        assert answer.status_code == 201
        message = read_signed_message(base64.b64decode(answer.json()["message"]))
        assert (message.dialect, message.content) == (dialect, inside)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (400, "seal.stamping_request_invalid")),
        ({"content": "AAAA", "digest": "00" * 32}, (400, "seal.stamping_request_invalid")),
        ({"content": "no base64"}, (422, "request.malformed")),
        ({"content": base64.b64encode(bytes(65_537)).decode()}, (422, "request.malformed")),
        ({"digest": "00"}, (422, "request.malformed")),
    ],
)
def test_what_is_no_message(desk: Desk, changes: dict[str, object], expected: tuple[int, str]) -> None:
    assert code_of(desk.ask("cms-signatures", json={**PURPOSE, **changes})) == expected


# --- authorisations


def test_an_authorisation_is_given_listed_and_withdrawn(desk: Desk) -> None:
    given = desk.authorise(
        purpose="other.purpose",
        operations=["message", "document"],
        document_kinds=["notice"],
        valid_from=(NOW + timedelta(days=1)).isoformat(),
        times=3,
        approval="each",
    )
    assert given["operations"] == ["document", "message"]
    assert (given["times"], given["used"], given["approval"], given["within"]) == (3, 0, "each", None)
    listed = desk.ask("authorisations", token=desk.owner, method="GET").json()
    assert given in listed
    body = {"reason": "不再需要"}
    withdrawn = desk.ask(f"authorisations/{given['id']}/withdrawal", token=desk.owner, json=body)
    assert withdrawn.json() == {**given, "withdrawn_at": withdrawn.json()["withdrawn_at"]}
    assert withdrawn.json()["withdrawn_at"] is not None


def test_an_organisation_lets_its_own_stamp(desk: Desk, shared_furnished: Service, furnished_folder: Furnished) -> None:
    within = desk.authorise(holder=furnished_folder.enterprise, purpose="shared.purpose", operations=["digest"])
    head = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.enterprise))
    terms = {"holder": desk.client, "purpose": "shared.purpose", "operations": ["digest"], "valid_until": UNTIL}
    path = f"authorisations/{within['id']}/delegations"
    assert code_of(desk.ask(path, token=head, json=terms)) == (404, "identity.subject_unknown")
    assert code_of(desk.ask(path, token=desk.owner, json=terms)) == (403, "identity.duty_missing")
    beyond = {**terms, "purpose": "another.purpose"}
    assert code_of(desk.ask(path, token=head, json=beyond)) == (403, "seal.authorisation_beyond")


# --- approvals


def test_a_stamping_is_approved_before_it_happens(desk: Desk) -> None:
    desk.authorise(purpose="each.time", operations=["digest", "document", "message"], approval="each")
    item = {"digest": secrets.token_hex(32), "property_info": "notice.pdf", "reference": ""}
    purpose = {"purpose": "each.time", "document_kind": "notice"}
    order = {**item, **purpose}
    assert code_of(desk.ask("digest-stampings", json=order)) == (409, "seal.approval_required")
    use = {"operation": "digest", "items": [item]}
    asked = desk.ask("stamping-approvals", json={**purpose, "reason": "请予用印", "use": use})
    assert asked.status_code == 201
    name = asked.json()["id"]
    assert code_of(desk.ask("digest-stampings", json={**order, "approval": name})) == (409, "seal.approval_not_open")
    waiting = desk.ask("stamping-approvals?state=requested", token=desk.owner, method="GET").json()
    assert [one for one in waiting if one["id"] == name] == [asked.json()]
    approved = desk.ask(f"stamping-approvals/{name}/approval", token=desk.owner, json={"remark": "同意"}).json()
    assert (approved["state"], approved["decision"]) == ("approved", "同意")
    other = {**order, "digest": "00" * 32, "approval": name}
    assert code_of(desk.ask("digest-stampings", json=other)) == (403, "seal.approval_unfit")
    sealed = desk.ask("digest-stampings", json={**order, "approval": name})
    assert sealed.status_code == 201
    read = desk.ask(f"stamping-approvals/{name}", method="GET").json()
    assert read["stamping"] == sealed.json()["stamping"]
    unknown = desk.ask("digest-stampings", json={**order, "approval": "approval_nothing"})
    assert code_of(unknown) == (404, "seal.approval_unknown")


def asking(desk: Desk, use: dict[str, object]) -> httpx2.Response:
    body = {"purpose": "each.time", "document_kind": "notice", "reason": "请予用印", "use": use}
    return desk.ask("stamping-approvals", json=body)


def test_a_document_and_a_message_are_approved_as_they_will_be_sent(desk: Desk) -> None:
    fields = form()
    file = FOREIGN["several-pages.pdf"]
    use = {"operation": "document", "file_digest": sm3(file).hex(), "order": json.loads(fields["order"])}
    name = asking(desk, use).json()["id"]
    assert desk.ask(f"stamping-approvals/{name}/approval", token=desk.owner, json={}).status_code == 200
    data = {**fields, "purpose": "each.time", "approval": name}
    stamped = desk.ask("stampings", data=data, files={"file": ("a.pdf", file, "application/pdf")})
    assert stamped.status_code == 201, stamped.text
    use = {"operation": "message", "digest": "11" * 32}
    name = asking(desk, use).json()["id"]
    assert desk.ask(f"stamping-approvals/{name}/approval", token=desk.owner, json={}).status_code == 200
    order = {"digest": "11" * 32, "purpose": "each.time", "document_kind": "notice", "approval": name}
    assert desk.ask("cms-signatures", json=order).status_code == 201


def test_a_file_is_approved_by_its_digest_and_called_by_its_name_in_the_ledger(desk: Desk) -> None:
    fields, file = {**form(), "purpose": "each.time", "reference": "通知.pdf"}, FOREIGN["several-pages.pdf"]
    files = {"file": ("a.pdf", file, "application/pdf")}
    asked = desk.ask("stamping-approvals/documents", data={**fields, "reason": "请予用印"}, files=files)
    told = asked.json()
    assert (asked.status_code, told["document_hash"], told["reference"]) == (201, sm3(file).hex(), "通知.pdf")
    places = [one["kind"] for one in told["order"]["places"]]
    assert (places, told["order"]["places"][0]["page"]) == (["point"], 1)
    assert desk.ask(f"stamping-approvals/{told['id']}/approval", token=desk.owner, json={}).status_code == 200
    sent = {**fields, "order": json.dumps(told["order"]), "approval": told["id"]}
    stamped = desk.ask("stampings", data=sent, files=files)
    assert stamped.status_code == 201, stamped.text
    lines = desk.ask("ledger?text=通知.pdf", token=desk.owner, method="GET").json()["lines"]
    assert {stamped.headers["Stamping-ID"]: "通知.pdf"} == {one["id"]: one["reference"] for one in lines}
    short = desk.ask("stamping-approvals/documents", data={**fields, "reason": "x"}, files=files)
    assert code_of(short) == (422, "request.malformed")


def test_authorisations_are_told_page_by_page(desk: Desk) -> None:
    desk.authorise(purpose="one.more")
    every = [one["id"] for one in desk.ask("authorisations", token=desk.owner, method="GET").json()]
    assert every == sorted(every, reverse=True)
    rest = desk.ask(f"authorisations?limit=1&before={every[0]}", token=desk.owner, method="GET").json()
    assert [one["id"] for one in rest] == every[1:2]


def test_requests_are_refused_and_withdrawn_with_a_reason(desk: Desk) -> None:
    first, second = (asking(desk, {"operation": "message", "digest": f"{n}{n}" * 32}).json()["id"] for n in (2, 3))
    body = {"reason": "内容有误"}
    refused = desk.ask(f"stamping-approvals/{first}/refusal", token=desk.owner, json=body)
    assert (refused.json()["state"], refused.json()["decision"]) == ("refused", "内容有误")
    withdrawn = desk.ask(f"stamping-approvals/{second}/withdrawal", json=body)
    assert withdrawn.json()["state"] == "withdrawn"
    assert desk.ask(f"stamping-approvals/{first}/refusal", token=desk.owner, json={}).status_code == 422
    own = {one["id"]: one["state"] for one in desk.ask("stamping-approvals?own=true", method="GET").json()}
    assert (own[first], own[second]) == ("refused", "withdrawn")
    assert desk.ask("stamping-approvals?own=true", token=desk.owner, method="GET").json() == []


Reach = Callable[[Desk], httpx2.Response]


@pytest.mark.parametrize(
    "reach",
    [
        lambda desk: desk.ask("stamping-approvals/approval_x/approval", json={}),
        lambda desk: desk.ask("stamping-approvals/approval_x/refusal", json={"reason": "内容有误"}),
        lambda desk: desk.ask("authorisations", json={"holder": "x", "purpose": "x", "valid_until": UNTIL}),
    ],
    ids=["approve", "refuse", "authorise"],
)
def test_a_business_system_decides_nothing(desk: Desk, reach: Reach) -> None:
    assert code_of(reach(desk)) == (403, "identity.duty_missing")
