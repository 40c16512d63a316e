"""Proposals, duties, accounts and changes of keys over HTTP: one asks, another agrees, and it is done."""

import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from api.demo import cast
from identity.duties import Actor, Duty, Grant
from identity.federation import peers
from identity.four_eyes.proposals import Proposal
from identity.openid.metadata import ClientMetadata
from identity.subject import SubjectId
from tests.api.builders import Furnished, Service
from tests.fakes.clock import NOW
from trust.events import AuditEvent, Fact
from trust.founding import PLANS, Role

SECURITY = Grant(Duty.SECURITY_ADMINISTRATOR)
Body = dict[str, Any]


def once() -> dict[str, str]:
    return {"Idempotency-Key": uuid4().hex}


@pytest.fixture(scope="module")
def pair(shared: Service) -> tuple[str, str]:
    """Return the sessions of two security administrators."""
    return shared.bearer(SECURITY), shared.bearer(SECURITY)


def somebody(service: Service, security: str) -> tuple[str, str]:
    """Return a person with an account, and a session of theirs."""
    token = service.bearer()
    person: str = service.ask("GET", "/v1/me", token=token).json()["id"]
    service.ask("POST", "/v1/accounts", token=security, json={"person": person})
    return person, token


def propose(service: Service, token: str, **body: object) -> Body:
    answer = service.ask("POST", "/v1/duties", token=token, json=body, headers=once())
    assert answer.status_code == 202, answer.text
    found: Body = answer.json()
    return found


def agree(service: Service, token: str, proposal: Body) -> Any:  # noqa: ANN401 - an answer
    path = f"/v1/proposals/{proposal['id']}/approval"
    return service.ask("POST", path, token=token, json={"digest": proposal["digest"]})


def test_a_duty_is_proposed_agreed_to_and_held(shared: Service, pair: tuple[str, str]) -> None:
    person, token = somebody(shared, pair[0])
    organisation = shared.organisation()
    proposal = propose(shared, pair[0], person=person, duty="seal_owner", organisation=organisation)
    assert proposal["content"] == {"duty": "seal_owner", "organisation": organisation, "until": None}
    assert (proposal["state"], proposal["kind"], proposal["subject"]) == ("proposed", "duty:grant", person)
    listed = shared.ask("GET", "/v1/proposals", token=pair[1]).json()
    assert proposal in listed["waiting"]
    assert listed["mine"] == []
    assert proposal in shared.ask("GET", "/v1/proposals", token=pair[0]).json()["mine"]
    assert {**proposal, "before": {}} == shared.ask("GET", f"/v1/proposals/{proposal['id']}", token=pair[1]).json()
    own = agree(shared, pair[0], proposal)
    assert (own.status_code, own.json()["code"]) == (409, "lifecycle.four_eyes_required")
    assert shared.ask("GET", "/v1/me", token=token).json()["duties"] == []
    assert agree(shared, pair[1], proposal).json()["state"] == "approved"
    held = [{"duty": "seal_owner", "organisation": organisation}]
    assert held == shared.ask("GET", "/v1/me", token=token).json()["duties"]
    again = agree(shared, pair[1], proposal)
    assert (again.status_code, again.json()["code"]) == (409, "proposal.not_open")
    roll = shared.ask("GET", "/v1/duties", token=pair[0], params={"holder": person}).json()
    assert [(one["holder"], one["duty"], one["until"]) for one in roll["duties"]] == [(person, "seal_owner", None)]
    taken = {"person": person, "duty": "seal_owner", "organisation": organisation, "reason": "调离岗位"}
    assert shared.ask("POST", "/v1/duties/withdrawal", token=pair[0], json=taken).status_code == 204
    assert shared.ask("GET", "/v1/me", token=token).json()["duties"] == []


def test_a_duty_with_an_end(shared: Service, pair: tuple[str, str]) -> None:
    person, _ = somebody(shared, pair[0])
    until = "2026-12-24T04:05:06Z"
    proposal = propose(shared, pair[0], person=person, duty="seal_maker", until=until)
    assert agree(shared, pair[1], proposal).status_code == 200
    roll = shared.ask("GET", "/v1/duties", token=pair[0], params={"holder": person}).json()["duties"]
    assert [one["until"] for one in roll] == [until]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"person": "P0", "duty": "king"}, 422, "request.malformed"),
        ({"person": "P0", "duty": "auditor"}, 404, "identity.subject_unknown"),
        ({"person": "P0"}, 422, "request.malformed"),
        ({"person": "P0", "duty": "auditor", "by": "me"}, 422, "request.malformed"),
        ({"person": "P0", "duty": "auditor", "organisation": "O1"}, 400, "identity.duty_for_no_organisation"),
        ({"person": "P0", "duty": "seal_owner"}, 400, "identity.duty_needs_organisation"),
        ({"person": "P0", "duty": "business_system"}, 400, "identity.duty_of_systems"),
        ({"person": "P0", "duty": "auditor", "until": "2027-01-01T00:00:00"}, 422, "request.malformed"),
    ],
)
def test_what_no_duty_is(shared: Service, pair: tuple[str, str], body: Body, status: int, code: str) -> None:
    answer = shared.ask("POST", "/v1/duties", token=pair[0], json=body, headers=once())
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_proposal_is_refused_or_taken_back(shared: Service, pair: tuple[str, str]) -> None:
    person, _ = somebody(shared, pair[0])
    refused, withdrawn = (propose(shared, pair[0], person=person, duty="seal_maker") for _ in range(2))
    answer = shared.ask("POST", f"/v1/proposals/{refused['id']}/rejection", token=pair[1], json={"reason": "岗位已满"})
    assert (answer.json()["state"], answer.json()["remark"]) == ("rejected", "岗位已满")
    path = f"/v1/proposals/{withdrawn['id']}/withdrawal"
    stranger = shared.ask("POST", path, token=pair[1], json={"reason": "不再需要"})
    assert (stranger.status_code, stranger.json()["code"]) == (404, "proposal.unknown")
    assert shared.ask("POST", path, token=pair[0], json={"reason": "不再需要"}).json()["state"] == "withdrawn"


def test_whom_it_does_not_concern_learns_nothing(shared: Service, pair: tuple[str, str]) -> None:
    person, token = somebody(shared, pair[0])
    proposal = propose(shared, pair[0], person=person, duty="seal_maker")
    registrar = shared.bearer(Grant(Duty.REGISTRAR))
    for other in (token, registrar):
        answer = shared.ask("GET", f"/v1/proposals/{proposal['id']}", token=other)
        assert (answer.status_code, answer.json()["code"]) == (404, "proposal.unknown")
        assert shared.ask("GET", "/v1/proposals", token=other).json()["waiting"] == []
    assert (agree(shared, token, proposal).status_code, agree(shared, registrar, proposal).status_code) == (403, 404)


def test_what_waits_comes_in_pages(shared: Service, pair: tuple[str, str]) -> None:
    person, _ = somebody(shared, pair[0])
    made = {propose(shared, pair[0], person=person, duty="seal_maker")["id"] for _ in range(5)}
    for token, cursor, name, key in ((pair[1], "after", "next", "waiting"), (pair[0], "before", "next_mine", "mine")):
        seen: list[str] = []
        params: dict[str, Any] = {"limit": 2}
        while True:
            page = shared.ask("GET", "/v1/proposals", token=token, params=params).json()
            seen += [one["id"] for one in page[key]]
            if page[name] is None:
                break
            params[cursor] = page[name]
        assert made <= set(seen)
        assert len(set(seen)) == len(seen)


def test_an_account_is_frozen_at_once_and_opened_by_another(service: Service) -> None:
    first, second = (service.bearer(SECURITY) for _ in range(2))
    person, token = somebody(service, first)
    body = {"person": person, "reason": "账号疑似被盗"}
    assert service.ask("POST", "/v1/accounts/freezing", token=first, json=body).status_code == 204
    assert service.ask("GET", "/v1/me", token=token).status_code == 401
    own = service.ask("POST", "/v1/accounts/unfreezing", token=first, json=body)
    assert (own.status_code, own.json()["code"]) == (409, "lifecycle.four_eyes_required")
    assert service.ask("POST", "/v1/accounts/unfreezing", token=second, json=body).status_code == 204
    again = service.ask("POST", "/v1/accounts/unfreezing", token=second, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "lifecycle.event_not_possible")
    nobody = service.ask("POST", "/v1/accounts/freezing", token=first, json={**body, "person": "P0"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "identity.account_unknown")
    nobody = service.ask("POST", "/v1/accounts/unfreezing", token=first, json={**body, "person": "P0"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "identity.account_unknown")


def test_a_frozen_account_lets_nobody_in(service: Service) -> None:
    security = service.bearer(SECURITY)
    person = service.ask("GET", "/v1/me", token=service.bearer()).json()["id"]
    code = service.ask("POST", "/v1/accounts", token=security, json={"person": person}).json()["activation_code"]
    login = {"username": "zhao.ben", "password": "seven quiet herons at dawn"}
    assert service.ask("POST", "/v1/auth/activation", json={"code": code, **login}).status_code == 204
    assert service.ask("POST", "/v1/auth/sessions", json=login).status_code == 201
    body = {"person": person, "reason": "账号疑似被盗"}
    service.ask("POST", "/v1/accounts/freezing", token=security, json=body)
    answer = service.ask("POST", "/v1/auth/sessions", json=login)
    assert (answer.status_code, answer.json()["code"]) == (409, "identity.account_frozen")
    last = [event for event in service.events() if event.tag == "account:freeze:done"][-1]
    assert (last.facts["sessions"], last.facts["by_permission"]) == (2, "account:freeze")


# --- keys


def test_a_key_is_retired_by_two(service: Service) -> None:
    security, auditor = service.bearer(SECURITY), service.bearer(Grant(Duty.AUDITOR))
    with service.instance.base.store.transaction() as tx:
        plan, key = PLANS[Role.SEAL_MAKER], service.instance.service_keys.present(Role.SEAL_MAKER).key
        spare = service.instance.base.custody.generate(tx, plan.purpose, plan.algorithm, name="spare")
    body = {"key": key.handle, "reason": "不再使用"}
    in_service = service.ask("POST", "/v1/key-retirements", token=security, json=body, headers=once())
    assert (in_service.status_code, in_service.json()["code"]) == (409, "key_change.key_in_service")
    unknown = service.ask(
        "POST", "/v1/key-retirements", token=security, json={**body, "key": "software:key_0"}, headers=once()
    )
    assert (unknown.status_code, unknown.json()["code"]) == (404, "key_change.key_not_known")
    body["key"] = spare.handle
    proposal = service.ask("POST", "/v1/key-retirements", token=security, json=body, headers=once()).json()
    assert agree(service, auditor, proposal).json()["state"] == "approved"
    states = {one.handle: one.state.value for one in service.instance.base.keys_in_custody()}
    assert states[spare.handle] == "retired"


def test_a_rotation_waits_for_the_command_that_uses_it(service: Service) -> None:
    security, auditor = service.bearer(SECURITY), service.bearer(Grant(Duty.AUDITOR))
    body = {"role": "seal-maker", "days": 3, "reason": "定期轮换"}
    proposal = service.ask("POST", "/v1/key-rotations", token=security, json=body, headers=once()).json()
    assert proposal["content"] == {"days": 3, "compromised": False}
    second = service.ask("POST", "/v1/key-rotations", token=security, json=body, headers=once())
    assert (second.status_code, second.json()["code"]) == (409, "proposal.open")
    stale = {"digest": "0" * 64}
    outdated = service.ask("POST", f"/v1/proposals/{proposal['id']}/approval", token=auditor, json=stale)
    assert (outdated.status_code, outdated.json()["code"]) == (409, "proposal.outdated")
    assert agree(service, auditor, proposal).json()["state"] == "approved"


def test_an_operation_on_keys_waits_for_its_command_too(service: Service) -> None:
    security, auditor = service.bearer(SECURITY), service.bearer(Grant(Duty.AUDITOR))
    body = {"operation": "divide", "threshold": 2, "holders": ["甲", "乙", "丙"], "reason": "根密钥分人保管"}
    lacking = service.ask(
        "POST", "/v1/key-operations", token=security, json={**body, "threshold": None}, headers=once()
    )
    assert (lacking.status_code, lacking.json()["code"]) == (400, "key_change.operation_malformed")
    proposal = service.ask("POST", "/v1/key-operations", token=security, json=body, headers=once()).json()
    assert (proposal["kind"], proposal["subject"]) == ("key:operate", "divide")
    assert (proposal["content"]["threshold"], proposal["content"]["holders"]) == (2, "甲\n乙\n丙")
    mine = agree(service, security, proposal)
    assert mine.status_code == 409  # nobody agrees to one's own
    assert agree(service, auditor, proposal).json()["state"] == "approved"


def of_kind(kind: str, subject: str, **content: Fact) -> Proposal:
    """Return a proposal as a handler gets it."""
    return Proposal(
        id="prop_1",
        kind=kind,
        subject=subject,
        organisation=None,
        content=content,
        reason="",
        proposed_by="P1",
        proposed_at=NOW,
        expires_at=NOW,
    )


def test_what_stands_now_is_told_beside_what_is_proposed(furnished: Service, furnished_folder: Furnished) -> None:
    instance, client = furnished.instance, furnished_folder.client
    person, enterprise = furnished_folder.person, furnished_folder.enterprise
    store, handlers = instance.base.store, instance.four_eyes.handlers

    def before(kind: str, subject: str, **content: Fact) -> dict[str, Fact]:
        with store.reading() as view:
            return dict(handlers[kind].before(view, of_kind(kind, subject, **content)))

    assert before("client:change", client) == {"name": "综合业务系统", "description": "", "contact": ""}
    assert before("subject:rename", person) == {"name": "**明"}
    assert before("subject:rename", enterprise) == {"name": cast.ENTERPRISE.name}
    assert before("organisation:legal_representative", enterprise, person=person) == {}
    assert before("client:openid", client) == before("peer:agree", client) == before("client:retire", client) == {}
    agreed: dict[str, Fact] = {
        "return_addresses": "https://b.example/in https://c.example/in",
        "claims": "document name",
        "max_level": 2,
        "known_as": "us",
        "token_address": "https://b.example/token",
        "user_address": "",
        "accounts_address": "",
    }
    registered = ClientMetadata(redirect_uris=("https://b.example/back",))
    with store.transaction() as tx:
        found = instance.base.identity.require_organisation(tx, enterprise)
        instance.base.identity.repository.change_organisation(
            tx, replace(found, legal_representative=SubjectId(person))
        )
        instance.federation.peers.repository.put_peer(tx, peers.agreed(client, agreed, by="P1", at=tx.now))
        instance.openid.handler.repository.put_metadata(tx, client, registered, by="P1", approver="P2")
        tx.record(AuditEvent(tag="test:change:done", actor="test", subject="test"))
    assert before("organisation:legal_representative", enterprise, person=person) == {"person": person}
    assert before("peer:agree", client) == agreed
    assert json.loads(str(before("client:openid", client)["registered"])) == registered.to_json()
    with store.transaction() as tx:
        instance.federation.peers.end(tx, client, by="P1")
    assert before("peer:agree", client) == {}


def test_nothing_is_told_of_the_present_once_a_proposal_is_decided(
    furnished: Service, furnished_folder: Furnished
) -> None:
    first, second = furnished.bearer(SECURITY), furnished.bearer(SECURITY)
    me = Actor(id=furnished.ask("GET", "/v1/me", token=first).json()["id"], grants=frozenset())
    content: dict[str, Fact] = {"name": "新名称", "description": "", "contact": ""}
    made = furnished.instance.four_eyes.propose(
        me, kind="client:change", subject=furnished_folder.client, content=content, reason="更名", request_key="1"
    )
    path = f"/v1/proposals/{made.id}"
    told = furnished.ask("GET", path, token=second).json()
    assert (told["before"]["name"], told["content"]["name"]) == ("综合业务系统", "新名称")
    assert furnished.ask("POST", f"{path}/rejection", token=second, json={"reason": "不必更名"}).is_success
    assert furnished.ask("GET", path, token=second).json()["before"] == {}
