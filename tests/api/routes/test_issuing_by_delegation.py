"""An authority lets somebody issue its licences: by two delegations, and no duty (docs/delegation.md)."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from api.demo import cast
from identity.duties import Duty, Grant
from identity.subject import SubjectId
from tests.api.builders import Furnished, Service
from tests.api.routes.test_delegations import REASON, Desk, code_of
from tests.api.routes.test_stampings import system_token
from tests.licence.pictures.housing import photograph
from trust.delegations import Chain
from trust.events import AuditEvent

TYPE = cast.BUSINESS_TYPE


class Authority(Desk):
    """An authority with its legal representative, and who is to issue for it."""

    def __init__(self, service: Service, furnished: Furnished) -> None:
        super().__init__(service, furnished)
        self.representative, self.furnished = service.bearer(), furnished
        identity, name = service.instance.base.identity, self.name(self.representative)
        with service.instance.base.store.transaction() as tx:
            found = identity.require_organisation(tx, furnished.authority)
            identity.repository.change_organisation(tx, replace(found, legal_representative=SubjectId(name)))
            tx.record(AuditEvent(tag="test:change:done", actor="test", subject="test"))
        self.count = 0

    def may_issue(self, receiver: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - members of the body
        """Let somebody issue licences."""
        told = {"matters": ["licence.issue"], "seals": [], "purposes": [], "licence_types": [TYPE], "depth": 0}
        return self.accepted(self.representative, receiver, **{**told, **changes})

    def may_stamp(self, receiver: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - likewise
        """Let somebody stamp them."""
        told = {"purposes": ["licence.issue"], "document_kinds": [TYPE], "times": None, "depth": 0}
        return self.accepted(self.owner, receiver, **{**told, **changes})

    def order(self) -> dict[str, Any]:
        """Return what is asked for, under the next number."""
        self.count += 1
        return {
            "type": TYPE,
            "seal": self.seal,
            "number": f"33019900{self.count:07d}",
            "holder_code": cast.ENTERPRISE.code,
            "data": cast.business_record(cast.ENTERPRISE),
        }

    def issue(self, token: str, key: str = "") -> httpx2.Response:
        """Ask for a licence."""
        body = self.order()
        headers = {"Idempotency-Key": key or f"issued-by-delegation-{self.count}"}
        return self.service.ask("POST", "/v1/licences", token=token, json=body, headers=headers)

    def used(self, mandate: dict[str, Any]) -> int:
        """Return how often a delegation was used."""
        answer = self.service.ask("GET", f"/v1/delegations/{mandate['id']}", token=self.representative)
        return int(answer.json()["used"])


@pytest.fixture(scope="module")
def authority(shared_furnished: Service, furnished_folder: Furnished) -> Iterator[Authority]:
    """Return the authority; it is without a representative again afterwards."""
    found, base = Authority(shared_furnished, furnished_folder), shared_furnished.instance.base
    yield found
    with base.store.transaction() as tx:
        organisation = base.identity.require_organisation(tx, furnished_folder.authority)
        base.identity.repository.change_organisation(tx, replace(organisation, legal_representative=None))
        tx.record(AuditEvent(tag="test:change:done", actor="test", subject="test"))


def test_who_was_let_issues_within_the_bounds_until_it_is_revoked(authority: Authority) -> None:
    delegate = authority.service.bearer()
    assert code_of(authority.issue(delegate)) == (403, "identity.duty_missing")
    first = authority.may_issue(delegate, times=2)
    assert code_of(authority.issue(delegate)) == (403, "seal.not_authorised")  # the seal is another matter
    stamping = authority.may_stamp(delegate)
    before = authority.service.head()
    issued = authority.issue(delegate)
    assert (issued.status_code, issued.json()["state"]) == (201, "in_force"), issued.text
    noted = [one for one in authority.service.events(after=before) if one.tag == "mandate:use:done"]
    assert [(one.actor, one.subject, one.facts["mandate"]) for one in noted] == [
        (authority.name(delegate), issued.json()["id"], first["id"])
    ]
    assert (authority.used(first), authority.used(stamping)) == (1, 1)
    file = authority.service.ask("GET", f"/v1/licences/{issued.json()['id']}/file", token=authority.agents[0])
    verdict = authority.service.ask("POST", "/v1/verify", files={"file": ("a.pdf", file.content)}).json()
    assert "delegation.use" in str(verdict)  # the chain travels in the licence
    assert authority.issue(delegate).status_code == 201
    assert code_of(authority.issue(delegate)) == (403, "identity.duty_missing")  # both uses are spent
    again = authority.may_issue(delegate)
    assert authority.post(f"/{again['id']}/revocation", authority.representative, json=REASON).status_code == 200
    assert code_of(authority.issue(delegate)) == (403, "identity.duty_missing")


def test_it_is_given_on_as_deep_as_it_says_and_counts_on_every_link(authority: Authority) -> None:
    first, second = authority.service.bearer(), authority.service.bearer()
    above = authority.may_issue(first, depth=1)
    told = {"delegator": authority.name(first), "within": above["id"], "depth": 0, "matters": ["licence.issue"]}
    told |= {"seals": [], "purposes": [], "licence_types": [TYPE]}
    below = authority.accepted(first, second, **told)
    authority.may_stamp(second)
    assert authority.issue(second).status_code == 201
    assert (authority.used(above), authority.used(below)) == (1, 1)
    chain = authority.service.ask("GET", f"/v1/delegations/{below['id']}/chain", token=second)
    statements = Chain.read(chain.content).statements
    assert [sorted(one.delegation.bounds.licence_types) for one in statements] == [[TYPE], [TYPE]]
    assert authority.post(f"/{above['id']}/revocation", authority.representative, json=REASON).status_code == 200
    assert code_of(authority.issue(second)) == (403, "identity.duty_missing")


def bulk(authority: Authority, token: str, *numbers: str) -> httpx2.Response:
    """Ask for a bulk job."""
    rows = [
        {"holder_code": cast.ENTERPRISE.code, "number": one, **cast.business_record(cast.ENTERPRISE)} for one in numbers
    ]
    return authority.service.ask(
        "POST",
        "/v1/bulk-jobs",
        token=token,
        data={"type": TYPE, "seal": authority.seal},
        files={"file": ("table.csv", cast.table_of(rows), "text/csv")},
        headers={"Idempotency-Key": f"delegated-{numbers[0]}"},
    )


def test_a_delegate_issues_in_bulk_and_watches_that(authority: Authority) -> None:
    service, delegate = authority.service, authority.service.bearer()
    assert code_of(bulk(authority, delegate, "330199000990001")) == (403, "identity.duty_missing")
    mandate = authority.may_issue(delegate, times=2)
    authority.may_stamp(delegate)
    job = bulk(authority, delegate, "330199000990001", "330199000990002")
    assert job.status_code == 201, job.text
    path, worker = f"/v1/bulk-jobs/{job.json()['id']}", service.instance.bulk.worker()
    worker.work_off()
    assert service.ask("POST", f"{path}/start", token=delegate).status_code == 200
    assert authority.used(mandate) == 2
    again = bulk(authority, delegate, "330199000990003")
    assert code_of(again) == (403, "identity.duty_missing")  # both uses are taken
    worker.work_off()
    told = service.ask("GET", path, token=delegate).json()
    assert (told["state"], told["issued"], authority.used(mandate)) == ("finished", 2, 2)
    assert [one["id"] for one in service.ask("GET", "/v1/bulk-jobs", token=delegate).json()["jobs"]] == [told["id"]]
    results = service.ask("GET", f"{path}/results", token=delegate, params={"format": "jsonl"})
    assert results.text.count('"licence"') == 2
    assert service.ask("GET", f"{path}/licences.zip", token=delegate).status_code == 403  # files are the authority's
    assert code_of(service.ask("GET", path, token=service.bearer())) == (403, "identity.duty_missing")


def test_what_a_delegate_asks_for_another_agrees_to(authority: Authority) -> None:
    service, delegate = authority.service, authority.service.bearer()
    mandate = authority.may_issue(delegate, times=1)
    authority.may_stamp(delegate)
    order = authority.order()
    asked = service.ask(
        "POST",
        "/v1/licence-requests",
        token=delegate,
        json={"order": order, "reason": "受托受理，提请复核。"},
        headers={"Idempotency-Key": "asked-by-a-delegate"},
    )
    assert asked.status_code == 201, asked.text
    path, digest = f"/v1/licence-requests/{asked.json()['id']}", asked.json()["digest"]
    assert authority.used(mandate) == 0
    reviewer = service.bearer(Grant(Duty.LICENCE_REVIEWER, authority.furnished.authority))
    agreed = service.ask("POST", f"{path}/approval", token=reviewer, json={"digest": digest})
    assert (agreed.status_code, agreed.json()["state"]) == (200, "done"), agreed.text
    assert service.ask("GET", path, token=delegate).json()["result"] == agreed.json()["result"]
    assert authority.used(mandate) == 1
    assert service.ask("GET", path, token=service.bearer()).status_code == 403


def test_a_delegate_puts_pictures_forward_for_the_authority_alone(authority: Authority) -> None:
    service, delegate = authority.service, authority.service.bearer()

    def put(issuer: str, key: str) -> httpx2.Response:
        return service.ask(
            "POST",
            "/v1/licence-pictures",
            token=delegate,
            data={"issuer": issuer},
            files={"file": ("photo.jpg", photograph(), "image/jpeg")},
            headers={"Idempotency-Key": key},
        )

    assert code_of(put(authority.furnished.authority, "none")) == (403, "identity.duty_missing")
    authority.may_issue(delegate)
    assert put(authority.furnished.authority, "own").status_code == 201
    assert code_of(put(authority.furnished.enterprise, "other")) == (403, "identity.duty_missing")


def test_what_ends_a_licence_or_attests_paper_is_not_for_delegates(authority: Authority) -> None:
    service, delegate = authority.service, authority.service.bearer()
    authority.may_issue(delegate)
    authority.may_stamp(delegate)
    issued = authority.issue(delegate).json()
    order = authority.order()
    edition = {**order, "event": "renew", "reason": "延续。"}
    headers = {"Idempotency-Key": "edition-of-a-delegate"}
    path = f"/v1/licences/{issued['id']}/editions"
    answer = service.ask("POST", path, token=delegate, json=edition, headers=headers)
    assert (code_of(answer), answer.json()["details"]) == ((403, "licence.not_by_delegation"), {"step": "edition"})
    assert "新版本" in answer.json()["detail_zh"]
    paper = {**order, "paper": {"scan": "scan_01k9x3v5b7d2f4h6j8m0n1p3q5", "issued_on": "2020-01-02"}}
    answer = service.ask("POST", "/v1/licences", token=delegate, json=paper, headers={"Idempotency-Key": "paper"})
    assert (code_of(answer), answer.json()["details"]) == ((403, "licence.not_by_delegation"), {"step": "paper"})
    scan = {"files": {"file": ("a.jpg", photograph(), "image/jpeg")}, "data": {"issuer": authority.furnished.authority}}
    answer = service.ask("POST", "/v1/licence-scans", token=delegate, headers={"Idempotency-Key": "scan"}, **scan)
    assert code_of(answer) == (403, "identity.duty_missing")


def test_of_other_types_and_to_do_more_than_issue_it_lets_nobody(authority: Authority) -> None:
    delegate = authority.service.bearer()
    authority.may_stamp(delegate)
    authority.may_issue(delegate, licence_types=["11330199MB0000000X"])
    assert code_of(authority.issue(delegate)) == (403, "identity.duty_missing")
    authority.may_issue(delegate)
    issued = authority.issue(delegate).json()["id"]
    for path, body in (
        (f"/v1/licences/{issued}/suspension", {"reason": "登记事项造假，依法处理。"}),
        (f"/v1/licences/{issued}/revocation", {"reason": "登记事项造假，依法处理。"}),
    ):
        assert authority.service.ask("POST", path, token=delegate, json=body).status_code in (403, 404)


def test_the_desk_shows_a_delegate_what_may_be_used(authority: Authority) -> None:
    delegate = authority.service.bearer()
    authority.may_issue(delegate)
    authority.may_stamp(delegate)
    answer = authority.service.ask("GET", f"/v1/licence-types/{TYPE}/desk", token=delegate)
    assert answer.status_code == 200, answer.text
    assert [one["id"] for one in answer.json()["seals"]] == [authority.seal]


def test_a_delegate_finds_what_it_may_issue_and_how_that_is_drafted(authority: Authority) -> None:
    service, delegate = authority.service, authority.service.bearer()
    types = "/v1/licence-types"
    for path in (f"{types}/issuable", f"{types}/{TYPE}/versions/1"):
        assert code_of(service.ask("GET", path, token=delegate)) == (403, "identity.duty_missing")
    mandate = authority.may_issue(delegate, times=1)
    assert [one["code"] for one in service.ask("GET", f"{types}/issuable", token=delegate).json()] == [TYPE]
    for path in (f"{types}/{TYPE}/versions", f"{types}/{TYPE}/versions/1"):
        assert service.ask("GET", path, token=delegate).status_code == 200
    for path in (types, f"{types}/search", f"{types}/ready"):  # the catalogue as a whole is for those who keep it
        assert code_of(service.ask("GET", path, token=delegate)) == (403, "identity.duty_missing")
    authority.may_stamp(delegate)
    assert authority.issue(delegate).status_code == 201
    assert authority.used(mandate) == 1
    assert service.ask("GET", f"{types}/issuable", token=delegate).json() == []  # no use is left


def test_a_business_system_of_somebody_else_may_be_let_issue_too(authority: Authority) -> None:
    system = authority.service.system_bearer()
    name = authority.service.instance.base.access.actor_of(system).id
    offered = authority.post(
        "",
        authority.representative,
        json=authority.body(
            authority.agents[0],
            delegate=name,
            matters=["licence.issue"],
            seals=[],
            purposes=[],
            licence_types=[TYPE],
            depth=0,
        ),
    )
    assert offered.status_code == 201, offered.text
    assert authority.post(f"/{offered.json()['id']}/acceptance", system).status_code == 200
    assert code_of(authority.issue(system)) == (403, "seal.not_authorised")
    assert system_token(authority.service, authority.furnished.client)


def test_no_administrator_issues_whoever_lets_one(authority: Authority) -> None:
    auditor = authority.service.bearer(Grant(Duty.AUDITOR))
    authority.may_issue(auditor)
    authority.may_stamp(auditor)
    assert code_of(authority.issue(auditor)) == (403, "identity.duty_missing")


def test_only_the_legal_representative_gives_it(authority: Authority) -> None:
    told = {"matters": ["licence.issue"], "seals": [], "purposes": [], "licence_types": [TYPE], "depth": 0}
    for giver in (authority.owner, authority.agents[0]):
        answer = authority.post("", giver, json=authority.body(authority.agents[1], **told))
        assert code_of(answer) == (403, "mandate.not_yours")
