"""Delegations over HTTP: offered, accepted, given on, used, shown, ended, and what is refused."""

from datetime import timedelta
from typing import Any, Final
from uuid import uuid4

import httpx2
import pytest

from api.demo.documents import foreign_documents
from identity.duties import Duty, Grant
from identity.levels import Factor
from tests.api.builders import Furnished, Service
from tests.api.routes.test_stampings import form
from tests.fakes.clock import NOW
from trust.crypto.sm3 import sm3
from trust.delegations import Chain
from trust.pdf.judging import open_pdf

PATH: Final = "/v1/delegations"
REASON: Final = {"reason": "岗位调整，撤销授权。"}


class Desk:
    """An organisation's owner of seals, two agents, and what they ask."""

    def __init__(self, service: Service, furnished: Furnished) -> None:
        self.service, self.authority, self.seal = service, furnished.authority, furnished.seal
        self.owner = service.bearer(Grant(Duty.SEAL_OWNER, furnished.authority))
        office = Grant(Duty.LICENCE_OFFICER, furnished.authority)
        self.agents = (service.bearer(office), service.bearer())  # the other one holds no duty at all
        seal = service.ask("GET", f"/v1/seals/{furnished.seal}", token=self.owner).json()
        self.code = seal["code"]

    def name(self, token: str) -> str:
        """Return who bears a session."""
        return str(self.service.ask("GET", "/v1/me", token=token).json()["id"])

    def body(self, receiver: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - members of the body
        """Return what lets an agent stamp."""
        usual = {
            "delegator": self.authority,
            "delegate": self.name(receiver),
            "matters": ["seal.stamp"],
            "seals": [self.code],
            "purposes": ["document.stamp"],
            "valid_until": (NOW + timedelta(days=30)).isoformat(),
            "times": 3,
            "depth": 1,
        }
        return {**usual, **changes}

    def post(self, path: str, token: str, **request: Any) -> httpx2.Response:  # noqa: ANN401 - whatever the client takes
        """Send what creates something."""
        headers = {"Idempotency-Key": request.pop("key", uuid4().hex)}
        return self.service.ask("POST", PATH + path, token=token, headers=headers, **request)

    def accepted(self, giver: str, receiver: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - members of the body
        """Return a delegation that was offered and accepted."""
        offered = self.post("", giver, json=self.body(receiver, **changes))
        assert offered.status_code == 201, offered.text
        answer = self.post(f"/{offered.json()['id']}/acceptance", receiver)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told


@pytest.fixture(scope="module")
def desk(shared_furnished: Service, furnished_folder: Furnished) -> Desk:
    """Return a desk that the tests of this file share."""
    return Desk(shared_furnished, furnished_folder)


def stamp(desk: Desk, token: str) -> httpx2.Response:
    return desk.service.ask(
        "POST",
        f"/v1/seals/{desk.seal}/stampings",
        token=token,
        data=form(),
        files={"file": ("a.pdf", foreign_documents()["several-pages.pdf"], "application/pdf")},
        headers={"Idempotency-Key": uuid4().hex},
    )


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_delegation_is_offered_accepted_given_on_used_and_revoked(desk: Desk) -> None:
    first = desk.accepted(desk.owner, desk.agents[0])
    assert (first["state"], first["operations"], first["given_level"]) == ("accepted", ["document"], 3)
    second = desk.accepted(
        desk.agents[0], desk.agents[1], delegator=desk.name(desk.agents[0]), within=first["id"], depth=0, times=2
    )
    answer = desk.service.ask(
        "POST",
        f"/v1/seals/{desk.seal}/stampings",
        token=desk.agents[1],
        data=form(),
        files={"file": ("a.pdf", foreign_documents()["several-pages.pdf"], "application/pdf")},
        headers={"Idempotency-Key": "stamped-under-a-delegation"},
    )
    assert answer.status_code == 201, answer.text
    verdict = desk.service.ask("POST", "/v1/verify", files={"file": ("a.pdf", answer.content)})
    told = verdict.json()
    assert verdict.status_code == 200
    assert "delegation.use" in str(told)
    assert open_pdf(answer.content).signatures
    chain = desk.service.ask("GET", f"{PATH}/{second['id']}/chain", token=desk.agents[1])
    assert chain.headers["content-type"] == "application/octet-stream"
    read = Chain.read(chain.content)
    assert [one.delegation.id for one in read.statements] == [first["id"], second["id"]]
    assert sm3(read.statements[1].der).hex() == second["statement"]
    shown = desk.service.ask("GET", f"{PATH}/{second['id']}", token=desk.owner).json()
    assert (shown["used"], shown["within"]) == (1, first["id"])
    links = desk.service.ask("GET", f"{PATH}/{second['id']}/links", token=desk.agents[1]).json()
    assert [first["id"], second["id"]] == [one["id"] for one in links]
    stranger = desk.service.bearer()
    answer = desk.service.ask("GET", f"{PATH}/{second['id']}/links", token=stranger)
    assert code_of(answer) == (404, "mandate.unknown")
    revoked = desk.post(f"/{first['id']}/revocation", desk.owner, json=REASON)
    assert revoked.json()["state"] == "revoked"
    refused = desk.service.ask(
        "POST",
        f"/v1/seals/{desk.seal}/stampings",
        token=desk.agents[1],
        data=form(),
        files={"file": ("a.pdf", foreign_documents()["several-pages.pdf"], "application/pdf")},
        headers={"Idempotency-Key": "stamped-after-that"},
    )
    assert code_of(refused) == (403, "identity.duty_missing")  # nothing opens the route to who has neither


def test_what_one_may_stamp_with_by_delegation_is_listed_while_it_holds(desk: Desk) -> None:
    purposes = ["document.stamp", "letter.stamp"]
    first = desk.accepted(desk.owner, desk.agents[0], purposes=purposes, times=2)
    within = {"delegator": desk.name(desk.agents[0]), "within": first["id"], "depth": 0, "times": 2}
    second = desk.accepted(desk.agents[0], desk.agents[1], purposes=purposes, document_kinds=["notice"], **within)
    assert stamp(desk, desk.agents[0]).status_code == 201
    held = desk.service.ask("GET", "/v1/stamping-authorisations", token=desk.agents[1]).json()
    told = [(one["id"], one["held_by"], one["seal"], one["purpose"], one["statement"]) for one in held]
    assert told == [(second["id"], "delegation", desk.seal, one, second["statement"]) for one in purposes]
    bounds = {
        (*one["document_kinds"], *one["operations"], one["seal_state"], one["times"], one["used"]) for one in held
    }
    assert bounds == {("notice", "document", "active", 2, 1)}  # one use is left of what it was given within
    me = desk.service.ask("GET", "/v1/me", token=desk.agents[1]).json()
    assert (me["duties"], me["delegated"]) == ([], ["seal:stamp"])
    assert stamp(desk, desk.agents[0]).status_code == 201
    assert desk.service.ask("GET", "/v1/stamping-authorisations", token=desk.agents[1]).json() == []
    desk.post(f"/{first['id']}/revocation", desk.owner, json=REASON)
    me = desk.service.ask("GET", "/v1/me", token=desk.agents[1]).json()
    assert me["delegated"] == []


def test_who_receives_declines_or_renounces(desk: Desk) -> None:
    offered = desk.post("", desk.owner, json=desk.body(desk.agents[0])).json()["id"]
    assert desk.post(f"/{offered}/refusal", desk.agents[0], json=REASON).json()["state"] == "declined"
    accepted = desk.accepted(desk.owner, desk.agents[0])["id"]
    answer = desk.post(f"/{accepted}/renunciation", desk.agents[0], json=REASON)
    assert (answer.status_code, answer.json()["state"]) == (200, "renounced")


def test_a_repeated_offer_is_one(desk: Desk) -> None:
    body = desk.body(desk.agents[0])
    first, again = (desk.post("", desk.owner, json=body, key="offered-twice") for _ in range(2))
    assert first.json()["id"] == again.json()["id"]


def test_everybody_lists_what_concerns_them(desk: Desk) -> None:
    accepted = desk.accepted(desk.owner, desk.agents[1])["id"]
    listed = desk.service.ask("GET", PATH, token=desk.agents[1]).json()
    assert accepted in {one["id"] for one in listed}
    of_organisation = desk.service.ask("GET", PATH, token=desk.owner, params={"organisation": desk.authority})
    assert accepted in {one["id"] for one in of_organisation.json()}
    strange = desk.service.ask("GET", PATH, token=desk.agents[1], params={"organisation": desk.authority})
    assert code_of(strange) == (403, "mandate.not_yours")


REFUSED: dict[str, tuple[dict[str, Any], tuple[int, str]]] = {
    "no seal": ({"seals": []}, (400, "mandate.invalid")),
    "no purpose": ({"purposes": []}, (400, "mandate.invalid")),
    "an end before its beginning": ({"valid_until": (NOW - timedelta(days=1)).isoformat()}, (400, "mandate.invalid")),
    "within nothing": ({"within": "mandate_nothing"}, (404, "mandate.unknown")),
    "in a strange name": ({"delegator": "P0000000000000000"}, (404, "identity.subject_unknown")),
    "too deep": ({"depth": 4}, (422, "request.malformed")),
    "no time": ({"times": 0}, (422, "request.malformed")),
    "an unknown matter": ({"matters": ["everything"]}, (422, "request.malformed")),
}


@pytest.mark.parametrize(("changes", "expected"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_given_is_refused(desk: Desk, changes: dict[str, Any], expected: tuple[int, str]) -> None:
    assert code_of(desk.post("", desk.owner, json=desk.body(desk.agents[0], **changes))) == expected


def test_strangers_and_weak_sessions_give_nothing(desk: Desk) -> None:
    assert code_of(desk.post("", desk.agents[1], json=desk.body(desk.agents[0]))) == (403, "mandate.not_yours")
    weak = desk.service.bearer(Grant(Duty.SEAL_OWNER, desk.authority), factor=Factor.SYNCED_PASSKEY)
    assert code_of(desk.post("", weak, json=desk.body(desk.agents[0]))) == (401, "identity.level_too_low")


def test_more_than_was_received_is_not_given_on(desk: Desk) -> None:
    first = desk.accepted(desk.owner, desk.agents[0])
    name = desk.name(desk.agents[0])
    body = desk.body(desk.agents[1], delegator=name, within=first["id"], depth=0, times=4)
    answer = desk.post("", desk.agents[0], json=body)
    assert (code_of(answer), answer.json()["details"]) == ((409, "mandate.beyond"), {"field": "times"})


def test_what_does_not_hold_has_no_chain(desk: Desk) -> None:
    offered = desk.post("", desk.owner, json=desk.body(desk.agents[0])).json()["id"]
    answer = desk.service.ask("GET", f"{PATH}/{offered}/chain", token=desk.agents[0])
    assert code_of(answer) == (409, "mandate.not_in_force")
    assert code_of(desk.service.ask("GET", f"{PATH}/{offered}", token=desk.agents[1])) == (404, "mandate.unknown")
