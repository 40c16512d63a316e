"""The ends of seals over HTTP: proposals, invalidation, replacement, destruction; the queue and the documents."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from identity.duties import Duty, Grant
from tests.api.builders import Furnished, Service
from tests.api.routes.test_seals import LETTER, REASON, People, code_of

STEPS = (
    (Duty.SEAL_REVIEWER, "approval", REASON),
    (Duty.SEAL_MAKER, "making", None),
    (Duty.SEAL_FILER, "filing", None),
    (Duty.SEAL_MAKER, "issue", None),
    (Duty.SEAL_OWNER, "acceptance", None),
)


class Everybody(People):
    """The people of an authority, a second reviewer, and two of the three administrators."""

    def __init__(self, service: Service, authority: str) -> None:
        super().__init__(service, authority)
        self.second = service.bearer(Grant(Duty.SEAL_REVIEWER))
        self.security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
        self.auditor = service.bearer(Grant(Duty.AUDITOR))

    def carried(self, seal: str, count: int = len(STEPS)) -> str:
        """Let a seal go the first steps of its way."""
        for duty, path, body in STEPS[:count]:
            answer = self.ask(duty, "POST", f"/{seal}/{path}", json=body)
            assert answer.status_code == 200, answer.text
        return seal

    def active(self) -> str:
        """Return an active seal."""
        return self.carried(self.apply().json()["id"])

    def send(self, token: str, method: str, path: str, **request: Any) -> httpx2.Response:  # noqa: ANN401 - whatever the client takes
        """Send a request under somebody's token."""
        return self.service.ask(method, path, token=token, headers={"Idempotency-Key": uuid4().hex}, **request)


@pytest.fixture(scope="module")
def people(shared_furnished: Service, furnished_folder: Furnished) -> Everybody:
    """Return the people of the authority that has a seal already."""
    return Everybody(shared_furnished, furnished_folder.authority)


def test_the_department_ends_a_seal_with_two_persons(people: Everybody) -> None:
    seal = people.active()
    evidence = people.papers("change_record", by=Duty.SEAL_REVIEWER)
    body = {**REASON, "ground": "merged", "evidence": evidence}
    proposed = people.ask(Duty.SEAL_REVIEWER, "POST", f"/{seal}/cancellation-proposal", json=body)
    assert (proposed.status_code, proposed.json()["state"], proposed.json()["ground"]) == (200, "cancelling", "merged")
    path = f"/v1/seals/{seal}/cancellation-confirmation"
    own = people.send(people.tokens[Duty.SEAL_REVIEWER], "POST", path, json=REASON)
    assert code_of(own) == (409, "lifecycle.four_eyes_required")
    confirmed = people.send(people.second, "POST", path, json=REASON)
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "cancelled")


def test_a_proposal_that_is_refused_leaves_the_seal_stopped(people: Everybody) -> None:
    seal = people.active()
    body = {**REASON, "ground": "renamed", "evidence": people.papers("change_record", by=Duty.SEAL_REVIEWER)}
    people.ask(Duty.SEAL_REVIEWER, "POST", f"/{seal}/cancellation-proposal", json=body)
    refused = people.send(people.second, "POST", f"/v1/seals/{seal}/cancellation-refusal", json=REASON)
    assert (refused.json()["state"], refused.json()["ground"]) == ("suspended", None)


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("cancellation", {"ground": "image_worn"}, 400, "seal.ground_not_allowed"),
        ("cancellation", {}, 422, "request.malformed"),
        ("cancellation", {"ground": "whim"}, 422, "request.malformed"),
        ("suspension", {"evidence": ["ev_nothing"]}, 404, "seal.evidence_unknown"),
        ("suspension", {"evidence": ["x"] * 21}, 422, "request.malformed"),
    ],
)
def test_what_an_end_cannot_be(people: Everybody, path: str, body: dict[str, Any], status: int, code: str) -> None:
    seal = people.active()
    answer = people.ask(Duty.SEAL_OWNER, "POST", f"/{seal}/{path}", json={**REASON, **body})
    assert code_of(answer) == (status, code)


def test_a_proposal_needs_its_document(people: Everybody) -> None:
    body = {**REASON, "ground": "merged"}
    answer = people.ask(Duty.SEAL_REVIEWER, "POST", f"/{people.active()}/cancellation-proposal", json=body)
    assert code_of(answer) == (400, "seal.evidence_missing")


def test_an_unlawful_seal_is_declared_invalid(people: Everybody) -> None:
    seal = people.active()
    body = {**REASON, "evidence": people.papers("decision", by=Duty.SEAL_REVIEWER)}
    answer = people.ask(Duty.SEAL_REVIEWER, "POST", f"/{seal}/invalidation", json=body)
    assert (answer.json()["state"], answer.json()["ground"]) == ("invalidated", "unlawful")


def test_a_seal_that_was_never_accepted_is_discarded(people: Everybody) -> None:
    seal = people.carried(people.apply().json()["id"], 4)
    answer = people.ask(Duty.SEAL_REVIEWER, "POST", f"/{seal}/discarding", json=REASON)
    assert (answer.json()["state"], answer.json()["ground"]) == ("cancelled", "never_accepted")


def test_a_seal_is_replaced(people: Everybody) -> None:
    old = people.active()
    body = {**REASON, "ground": "image_worn", "evidence": people.papers("application_letter", "subject_certificate")}
    answer = people.ask(Duty.SEAL_APPLICANT, "POST", f"/{old}/remaking", json=body)
    new = answer.json()
    assert (answer.status_code, new["supersedes"], new["state"]) == (201, old, "applied")
    people.carried(new["id"])
    before = people.ask(Duty.SEAL_OWNER, "GET", f"/{old}").json()
    assert (before["state"], before["superseded_by"], before["ground"]) == ("superseded", new["id"], "image_worn")
    again = people.ask(
        Duty.SEAL_APPLICANT,
        "POST",
        f"/{old}/remaking",
        json={**body, "evidence": people.papers("application_letter", "subject_certificate")},
    )
    assert code_of(again) == (409, "seal.not_replaceable")


def test_the_keys_of_an_ended_seal_are_destroyed_before_the_auditor(people: Everybody) -> None:
    seal = people.active()
    body = {**REASON, "ground": "dissolved"}
    people.ask(Duty.SEAL_OWNER, "POST", f"/{seal}/suspension", json=REASON)
    second = people.service.bearer(Grant(Duty.SEAL_OWNER, people.authority))
    assert people.send(second, "POST", f"/v1/seals/{seal}/cancellation", json=body).status_code == 200

    def listed(token: str, path: str) -> list[str]:
        answer = people.send(token, "GET", f"/v1/seal-destructions{path}?limit=200")
        return [one["seal"]["id"] for one in answer.json()["waiting"]]

    assert seal in listed(people.security, "")
    asked = people.send(people.security, "POST", f"/v1/seal-destructions/{seal}/request", json=REASON)
    assert asked.json()["state"] == "destroying"
    assert seal in listed(people.auditor, "/requested")
    gone = people.send(people.auditor, "POST", f"/v1/seal-destructions/{seal}/witness", json=REASON)
    assert (gone.status_code, gone.json()["state"]) == (200, "destroyed")
    proofs = people.ask(Duty.SEAL_OWNER, "GET", f"/{seal}").json()["destructions"]
    assert len(proofs) == 2
    assert all('"refusal"' in one["statement"] and one["signature"] and one["certificate"] for one in proofs)


def test_what_waits_and_what_there_is_comes_in_pages(people: Everybody) -> None:
    seal = people.apply().json()["id"]
    queue = people.ask(Duty.SEAL_REVIEWER, "GET", "/queue?limit=200").json()
    (waits,) = (one for one in queue["waiting"] if one["seal"]["id"] == seal)
    assert (waits["duty"], waits["days"], waits["overdue"]) == ("seal_reviewer", 0, False)
    assert queue["total"] >= 1
    assert people.ask(Duty.SEAL_MAKER, "GET", f"/queue?offset={queue['total']}").json()["waiting"] == []
    found = people.ask(Duty.SEAL_OWNER, "GET", "?state=applied&kind=contract&text=合同&limit=200").json()
    assert seal in [one["id"] for one in found["seals"]]
    assert {one["state"] for one in found["seals"]} == {"applied"}
    assert people.ask(Duty.SEAL_OWNER, "GET", "?owner=O1").json() == {"total": 0, "seals": []}
    assert people.ask(Duty.SEAL_OWNER, "GET", "?state=royal").status_code == 422
    assert people.ask(Duty.SEAL_OWNER, "GET", "?limit=201").status_code == 422


def test_the_reviewer_sees_documents_and_resemblances(people: Everybody) -> None:
    first, second = people.apply().json()["id"], people.apply().json()["id"]
    told = people.ask(Duty.SEAL_REVIEWER, "GET", f"/{second}").json()
    assert [one["kind"] for one in told["evidence"]] == ["application_letter", "subject_certificate"]
    assert first in [one["seal"] for one in told["resemblances"]["alike"]]
    assert people.ask(Duty.SEAL_OWNER, "GET", f"/{second}").json()["resemblances"] is None


def test_a_document_is_read_by_those_who_decide(people: Everybody) -> None:
    evidence = people.papers("decision", by=Duty.SEAL_REVIEWER)[0]
    path = f"/v1/seal-evidence/{evidence}"
    for token in (people.tokens[Duty.SEAL_REVIEWER], people.tokens[Duty.SEAL_OWNER]):
        answer = people.send(token, "GET", path)
        assert (answer.status_code, answer.content) == (200, LETTER)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"].startswith("attachment")
    assert people.send(people.tokens[Duty.SEAL_APPLICANT], "GET", path).status_code == 403
    assert people.send(people.auditor, "GET", path).status_code == 403
    audited = people.send(people.auditor, "GET", f"/v1/audit/seal-evidence/{evidence}")
    assert (audited.status_code, audited.content) == (200, LETTER)
    missing = people.send(people.auditor, "GET", "/v1/audit/seal-evidence/ev_nothing")
    assert code_of(missing) == (404, "seal.evidence_unknown")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"media_type": "image/png"}, 400, "seal.evidence_type_refused"),
        ({"content": b""}, 400, "seal.evidence_too_large"),
        ({"content": b"<html></html>"}, 400, "seal.evidence_type_refused"),
        ({"organisation": "O1"}, 404, "identity.subject_unknown"),
        ({"kind": "whim"}, 422, "request.malformed"),
    ],
)
def test_what_is_no_document_is_refused(people: Everybody, changes: dict[str, Any], status: int, code: str) -> None:
    answer = people.upload(**{"kind": "other", **changes})
    assert code_of(answer) == (status, code)


def test_a_correction_over_http_keeps_what_it_was(people: Everybody) -> None:
    seal = people.apply().json()["id"]
    people.ask(Duty.SEAL_REVIEWER, "POST", f"/{seal}/return", json=REASON)
    design = {"name": "云州市市场监督管理局", "row": "财务专用章", "code": "123"}
    body = {**REASON, "kind": "finance", "design": design}
    answer = people.ask(Duty.SEAL_APPLICANT, "POST", f"/{seal}/resubmission", json=body)
    assert (answer.status_code, answer.json()["kind"], answer.json()["design"].get("code")) == (200, "finance", None)
    last = people.ask(Duty.SEAL_OWNER, "GET", f"/{seal}").json()["history"][-1]
    assert last["changes"]["kind"] == {"was": "contract", "is": "finance"}
