"""The register over HTTP: what is told to whom, masked, page by page, and what is wrong with a question."""

from typing import Any
from uuid import uuid4

import pytest
from joserfc.jwk import ECKey

from identity.duties import Actor, Duty, Grant
from tests.api.builders import Service
from tests.identity.builders import organisation_code, person_number

NAME, NUMBER = "王小明", person_number(871)
SYSTEM, SECURITY, REGISTRAR = Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR, Duty.REGISTRAR


class Desk:
    """People of a counter, and whom they have registered."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.first, self.second = (service.bearer(Grant(REGISTRAR)) for _ in range(2))
        self.security, self.system = service.bearer(Grant(SECURITY)), service.bearer(Grant(SYSTEM))
        body = {"name": NAME, "citizen_number": NUMBER}
        self.person: str = self.asked("POST", "/v1/persons", self.first, json=body)["id"]
        self.asked("POST", f"/v1/subjects/{self.person}/proofing", self.second)
        company = {
            "name": "云州市百花坊食品有限公司",
            "credit_code": organisation_code(87),
            "legal_representative": self.person,
        }
        self.company: str = self.asked("POST", "/v1/organisations", self.first, json=company)["id"]

    def asked(self, method: str, path: str, token: str, **request: Any) -> Any:  # noqa: ANN401 - JSON
        """Return what is answered."""
        answer = self.service.ask(method, path, token=token, **request)
        assert answer.is_success, answer.text
        assert NUMBER not in answer.text
        assert NAME not in answer.text
        return answer.json()


@pytest.fixture(scope="module")
def desk(shared: Service) -> Desk:
    """Return a desk that the tests of this file share."""
    return Desk(shared)


def test_persons_are_listed_masked(desk: Desk) -> None:
    page = desk.asked("GET", "/v1/persons", desk.first, params={"limit": 100})
    (found,) = [one for one in page["subjects"] if one["id"] == desk.person]
    assert ("**明", f"110*************{NUMBER[-2:]}", "active") == (found["name"], found["code"], found["state"])
    assert len(page["subjects"]) == page["total"]
    last = desk.asked("GET", "/v1/persons", desk.first, params={"offset": page["total"] - 1, "limit": 2})
    assert [page["subjects"][-1]] == last["subjects"]
    waiting = desk.asked("GET", "/v1/persons", desk.first, params={"state": "registered"})
    assert desk.person not in [one["id"] for one in waiting["subjects"]]


def test_organisations_are_listed_with_who_took_the_last_step(desk: Desk) -> None:
    page = desk.asked("GET", "/v1/organisations", desk.first, params={"text": " 百花坊 ", "state": "registered"})
    assert ([desk.company], 1) == ([one["id"] for one in page["subjects"]], page["total"])
    (found,) = page["subjects"]
    assert found["last_actor"] == desk.asked("GET", "/v1/me", desk.first)["id"]


def test_everybody_finds_organisations_that_are_proven(desk: Desk) -> None:
    stranger = desk.service.bearer()
    known = desk.service.organisation()
    found = desk.asked("GET", "/v1/directory", stranger, params={"text": "云州市某某局"})
    assert {"id", "name", "code"} == set(found["organisations"][0])
    assert known in [one["id"] for one in found["organisations"]]
    nothing = desk.asked("GET", "/v1/directory", stranger, params={"text": "百花坊"})
    assert (nothing["organisations"], nothing["total"]) == ([], 0)


def test_systems_that_are_out_of_use_leave_room_for_those_that_are_not(desk: Desk) -> None:
    clients, organisation = desk.service.instance.base.clients, desk.service.organisation()
    administrator, other = (Actor(id=one, grants=frozenset()) for one in ("system", "security"))
    made = [
        clients.register_client(
            administrator,
            name=f"名录业务系统{number}",
            organisation=organisation,
            public_jwk=ECKey.generate_key("P-256").as_dict(private=False),
            request_key=uuid4().hex,
        )
        for number in range(4)
    ]
    in_use = sorted(one.id for one in made)[2:]
    for one in in_use:
        clients.approve_client(other, one)
    asked: dict[str, Any] = {"text": "名录业务系统", "limit": 1}
    found: list[str] = []
    while page := desk.asked(
        "GET", "/v1/directory/clients", desk.first, params={**asked, "after": "".join(found[-1:])}
    ):
        found += [one["id"] for one in page]
    assert found == in_use


def test_names_are_told_and_of_persons_to_no_system_administrator(desk: Desk) -> None:
    asked = {"of": [desk.person, desk.company, "P0"]}
    company = {"id": desk.company, "kind": "organisation", "name": "云州市百花坊食品有限公司"}
    person = {"id": desk.person, "kind": "person", "name": "**明"}
    assert [person, company] == desk.asked("GET", "/v1/names", desk.service.bearer(), params=asked)
    assert [company] == desk.asked("GET", "/v1/names", desk.system, params=asked)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/v1/persons", {"state": "gone"}),
        ("/v1/persons", {"offset": "-1"}),
        ("/v1/persons", {"limit": "0"}),
        ("/v1/persons", {"limit": "101"}),
        ("/v1/organisations", {"text": "x" * 101}),
        ("/v1/organisations", {"text": "市\u202e场"}),
        ("/v1/directory", {"text": "x" * 101}),
        ("/v1/directory", {"limit": "101"}),
        ("/v1/names", {}),
        ("/v1/names", {"of": [f"P{number}" for number in range(101)]}),
        ("/v1/names", {"of": [""]}),
        ("/v1/names", {"of": ["P" * 65]}),
    ],
)
def test_a_question_that_breaks_its_form_is_refused(desk: Desk, path: str, params: dict[str, Any]) -> None:
    answer = desk.service.ask("GET", path, token=desk.first, params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.malformed")


@pytest.mark.parametrize(
    "params", [{"state": "gone"}, {"text": "x" * 65}, {"offset": "x"}], ids=["state", "text", "offset"]
)
def test_a_question_for_accounts_that_breaks_its_form_is_refused(desk: Desk, params: dict[str, str]) -> None:
    answer = desk.service.ask("GET", "/v1/accounts", token=desk.security, params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.malformed")


def test_who_acts_is_told(desk: Desk) -> None:
    (acting,) = desk.asked("GET", f"/v1/subjects/{desk.company}/representations", desk.first)
    assert acting == {
        "agent": desk.person,
        "organisation": desk.company,
        "standing": "legal_representative",
        "duties": [],
        "delegation": None,
    }
    # Of the person there is nothing yet: the company is not proven.
    assert desk.asked("GET", f"/v1/subjects/{desk.person}/representations", desk.first) == []
    answer = desk.service.ask("GET", "/v1/subjects/P0/representations", token=desk.first)
    assert (answer.status_code, answer.json()["code"]) == (404, "identity.subject_unknown")


def test_what_is_proposed_about_a_subject_is_told_to_both_registrars_alone(desk: Desk) -> None:
    body = {"name": "王晓明", "effective_on": "2026-11-01", "evidence": "公安变更通知", "reason": "凭证明变更"}
    once = {"Idempotency-Key": uuid4().hex}
    path = f"/v1/subjects/{desk.person}"
    made = desk.asked("POST", f"{path}/name-changes", desk.first, json=body, headers=once)
    for token in (desk.first, desk.second):
        told = desk.asked("GET", f"{path}/proposals", token)
        assert [(made["id"], "subject:rename", "proposed")] == [(one["id"], one["kind"], one["state"]) for one in told]
    desk.asked("POST", f"/v1/proposals/{made['id']}/withdrawal", desk.first, json={"reason": "资料不全"})
    assert [one["state"] for one in desk.asked("GET", f"{path}/proposals", desk.second)] == ["withdrawn"]
    grant = {"person": desk.person, "duty": "seal_maker", "reason": "任职通知"}
    desk.asked("POST", "/v1/accounts", desk.security, json={"person": desk.person})
    desk.asked("POST", "/v1/duties", desk.security, json=grant, headers={"Idempotency-Key": uuid4().hex})
    assert len(desk.asked("GET", f"{path}/proposals", desk.second)) == 1


def test_accounts_are_told_masked_with_their_sessions(desk: Desk) -> None:
    person = desk.asked("GET", "/v1/me", desk.first)["id"]
    answer = desk.service.ask("GET", f"/v1/accounts/{person}", token=desk.security)
    assert (answer.status_code, answer.json()["code"]) == (404, "identity.account_unknown")
    opened = desk.asked("POST", "/v1/accounts", desk.security, json={"person": person})
    page = desk.asked("GET", "/v1/accounts", desk.security, params={"state": "waiting"})
    (found,) = [one for one in page["accounts"] if one["person"] == person]
    assert (found["state"], found["username"], found["activation_until"]) == ("waiting", None, opened["valid_until"])
    body = {"code": opened["activation_code"], "username": "desk.one", "password": "seven quiet herons at dawn"}
    assert desk.service.ask("POST", "/v1/auth/activation", json=body).status_code == 204
    (found,) = desk.asked("GET", "/v1/accounts", desk.security, params={"text": "DESK.o"})["accounts"]
    auditor = desk.service.bearer(Grant(Duty.AUDITOR))
    (named,) = desk.asked("GET", "/v1/audit/names", auditor, params={"text": "DESK.o"})
    assert (named["kind"], named["id"], named["hint"]) == ("person", person, "desk.one")  # the name is masked
    assert (found["person"], found["state"]) == (person, "active")
    details = desk.asked("GET", f"/v1/accounts/{person}", desk.security)
    (session,) = details["sessions"]
    assert (session["level"], session["factors"]) == (3, ["passkey"])
    assert "id" not in session
