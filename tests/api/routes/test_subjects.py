"""Persons, organisations, accounts and duties over HTTP: what goes in whole comes out masked."""

import pytest

from api.demo import cast
from identity.duties import Duty, Grant
from tests.api.builders import Service
from tests.identity.builders import organisation_code, person_number

NAME, NUMBER = "慕容𠮷㛃", person_number(321)
SECOND_NUMBER, THIRD_NUMBER, UNUSED = (person_number(sequence) for sequence in (322, 323, 324))


@pytest.fixture(scope="module")
def service(shared: Service) -> Service:
    """Let the tests of this module, which do not disturb each other, share one instance."""
    return shared


@pytest.fixture(scope="module")
def registrars(service: Service) -> tuple[str, str]:
    """Return two registrars."""
    return service.bearer(Grant(Duty.REGISTRAR)), service.bearer(Grant(Duty.REGISTRAR))


def test_a_person_comes_out_masked(service: Service, registrars: tuple[str, str]) -> None:
    first, second = registrars
    body = {"name": NAME, "citizen_number": NUMBER}
    answers = [service.ask("POST", "/v1/persons", token=first, json=body)]
    person = answers[0].json()["id"]
    answers.append(service.ask("POST", f"/v1/subjects/{person}/proofing", token=second))
    answers.append(service.ask("GET", f"/v1/subjects/{person}", token=first))
    answers.append(service.ask("POST", f"/v1/subjects/{person}/freezing", token=first, json={"reason": "举报核实中"}))
    answers.append(service.ask("POST", f"/v1/subjects/{person}/unfreezing", token=second, json={"reason": "核实无误"}))
    answers.append(service.ask("POST", "/v1/persons", token=first, json=body))
    assert [answer.status_code for answer in answers] == [201, 200, 200, 200, 200, 409]
    assert [one.json()["state"] for one in answers[:-1]] == ["registered", "active", "active", "frozen", "active"]
    for answer in answers:
        assert NAME not in answer.text
        assert NUMBER not in answer.text
        assert NUMBER[6:14] not in answer.text
    view = answers[2].json()
    assert ("***㛃", "110*************" + NUMBER[-2:], "person") == (view["name"], view["code"], view["kind"])
    assert view["assurance"] == {
        "level": 3,
        "source": "counter",
        "at": "2026-11-22T04:05:06.123456Z",
        "expires_at": "2031-11-21T04:05:06.123456Z",
    }
    assert {"subject": person} == answers[-1].json()["details"]


def test_an_organisation_is_public(service: Service, registrars: tuple[str, str]) -> None:
    first, second = registrars
    head = service.ask("POST", "/v1/persons", token=first, json={"name": NAME, "citizen_number": SECOND_NUMBER}).json()[
        "id"
    ]
    body = {"name": "云州市市场监督管理局", "credit_code": organisation_code(9), "legal_representative": head}
    answer = service.ask("POST", "/v1/organisations", token=first, json=body)
    view = answer.json()
    assert (201, *body.values()) == (
        answer.status_code,
        view["name"],
        view["code"],
        view["legal_representative"],
    )
    assert service.ask("POST", f"/v1/subjects/{view['id']}/proofing", token=first).status_code == 409
    assert service.ask("POST", f"/v1/subjects/{view['id']}/proofing", token=second).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "王小明", "citizen_number": "110105194912310021"}, 400, "identity.citizen_number_malformed"),
        ({"name": "王小明", "citizen_number": "1101051949\uff11231002X"}, 400, "identity.citizen_number_malformed"),
        ({"name": "王小明", "citizen_number": "11010519491231002"}, 422, "request.malformed"),
        ({"name": "", "citizen_number": UNUSED}, 422, "request.malformed"),
        ({"name": "  ", "citizen_number": UNUSED}, 400, "identity.name_malformed"),
        ({"name": "王\u202e明", "citizen_number": UNUSED}, 400, "identity.name_malformed"),
        ({"name": "王\uffa0明", "citizen_number": person_number(325)}, 400, "text.character_not_covered"),
        ({"name": "王😀明", "citizen_number": UNUSED}, 400, "text.character_not_covered"),
        ({"name": "王小明", "citizen_number": UNUSED, "state": "active"}, 422, "request.malformed"),
        ({"name": ["王小明"], "citizen_number": UNUSED}, 422, "request.malformed"),
        ({}, 422, "request.malformed"),
    ],
)
def test_what_is_wrong_with_a_person_is_told(
    service: Service, registrars: tuple[str, str], body: dict[str, object], status: int, code: str
) -> None:
    answer = service.ask("POST", "/v1/persons", token=registrars[0], json=body)
    assert (status, code) == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "云州局", "credit_code": "12100000000018032B"}, 400, "identity.credit_code_malformed"),
        ({"name": "云州局", "credit_code": "12\uff1100000000018032A"}, 400, "identity.credit_code_malformed"),
        (
            {"name": "云州局", "credit_code": organisation_code(10), "legal_representative": "P0"},
            404,
            "identity.subject_unknown",
        ),
        ({"name": "云州\u200b局", "credit_code": organisation_code(10)}, 400, "text.character_not_covered"),
    ],
)
def test_what_is_wrong_with_an_organisation_is_told(
    service: Service, registrars: tuple[str, str], body: dict[str, object], status: int, code: str
) -> None:
    answer = service.ask("POST", "/v1/organisations", token=registrars[0], json=body)
    assert (status, code) == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("reason", ["", "x", "x" * 501])
def test_freezing_needs_a_reason(service: Service, registrars: tuple[str, str], reason: str) -> None:
    answer = service.ask("POST", "/v1/subjects/P0/freezing", token=registrars[0], json={"reason": reason})
    assert answer.status_code == 422


@pytest.mark.parametrize("reason", ["  ", "\t\n"])
def test_a_reason_says_something(service: Service, registrars: tuple[str, str], reason: str) -> None:
    # The same as for seals and licences: a reader of the history must understand it.
    person = service.ask("GET", "/v1/me", token=service.bearer()).json()["id"]
    answer = service.ask("POST", f"/v1/subjects/{person}/freezing", token=registrars[0], json={"reason": reason})
    assert (answer.status_code, answer.json()["code"]) == (400, "reason.missing")


def test_four_eyes_are_asked_for(service: Service, registrars: tuple[str, str]) -> None:
    body = {"name": NAME, "citizen_number": THIRD_NUMBER}
    person = service.ask("POST", "/v1/persons", token=registrars[0], json=body).json()["id"]
    answer = service.ask("POST", f"/v1/subjects/{person}/proofing", token=registrars[0])
    assert (answer.status_code, answer.json()["code"]) == (409, "lifecycle.four_eyes_required")
    answer = service.ask("POST", f"/v1/subjects/{person}/unfreezing", token=registrars[1], json={"reason": "核实无误"})
    assert (answer.status_code, answer.json()["code"]) == (409, "lifecycle.event_not_possible")


# --- accounts


def test_a_lost_code_is_replaced_and_a_second_account_refused(service: Service) -> None:
    security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    person = service.ask("GET", "/v1/me", token=service.bearer()).json()["id"]
    lost, code = (
        service.ask("POST", "/v1/accounts", token=security, json={"person": person}).json()["activation_code"]
        for _ in range(2)
    )
    assert lost != code
    body = {"code": code, "username": "zhao.ben", "password": "seven quiet herons at dawn"}
    assert service.ask("POST", "/v1/auth/activation", json=body).status_code == 204
    again = service.ask("POST", "/v1/accounts", token=security, json={"person": person})
    assert (again.status_code, again.json()["code"]) == (409, "identity.account_exists")


def test_the_people_of_the_story_have_numbers_that_are_right() -> None:
    assert len({record.citizen_number for _, record in cast.founders().duties()}) == 6
