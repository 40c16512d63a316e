"""Permissions: every route names one, every duty opens what the table says and nothing else, refusals are on record."""

import re
from datetime import timedelta
from typing import Final

import pytest
from fastapi.routing import APIRoute

from api.permissions import PERMITTED, PUBLIC, Permission
from api.problems import PROBLEM
from identity.duties import Duty, Grant
from identity.tokens import SESSION_LIFETIME
from tests.api.builders import Service, all_routes_of, grant, operations_of, permission_of, routes_of
from tests.console.sources import hiding

REFUSED: Final = "access:check:refused"
LOG_OUT: Final = "/v1/auth/sessions/current"
PROTOCOL: Final = {"/oauth2/userinfo"}
"""Refusals there are told as OAuth tells them (RFC 6750, 3)."""

OPENED: Final = {
    Duty.SYSTEM_ADMINISTRATOR: {
        Permission.INSTANCE_READ,
        Permission.CLIENT_REGISTER,
        Permission.CLIENT_SUSPEND,
        Permission.CLIENT_READ,
    },
    Duty.SECURITY_ADMINISTRATOR: {
        Permission.ACCOUNT_OPEN,
        Permission.ACCOUNT_READ,
        Permission.SESSION_END,
        Permission.ACCOUNT_FREEZE,
        Permission.DUTY_GRANT,
        Permission.DUTY_WITHDRAW,
        Permission.DUTY_READ,
        Permission.PROPOSAL_DECIDE,
        Permission.KEY_CHANGE,
        Permission.INSTANCE_READ,
        Permission.CLIENT_APPROVE,
        Permission.CLIENT_SUSPEND,
        Permission.CLIENT_READ,
        Permission.SEAL_DESTROY,
    },
    Duty.AUDITOR: {
        Permission.AUDIT_READ,
        Permission.INSTANCE_READ,
        Permission.SEAL_WITNESS,
        Permission.DUTY_READ,
        Permission.CLIENT_READ,
        Permission.PROPOSAL_DECIDE,
    },
    Duty.REGISTRAR: {
        Permission.PROPOSAL_DECIDE,
        Permission.PERSON_REGISTER,
        Permission.ORGANISATION_REGISTER,
        Permission.SUBJECT_READ,
        Permission.SUBJECT_PROVE,
        Permission.ACCOUNT_RECOVER,
        Permission.SUBJECT_FREEZE,
        Permission.SUBJECT_CHANGE,
        Permission.SUBJECT_DISCLOSE,
    },
    Duty.SEAL_APPLICANT: {
        Permission.SEAL_APPLY,
        Permission.SEAL_READ,
        Permission.SEAL_REMAKE,
        Permission.SEAL_EVIDENCE,
    },
    Duty.SEAL_REVIEWER: {
        Permission.SEAL_REVIEW,
        Permission.SEAL_READ,
        Permission.SEAL_STOP,
        Permission.SEAL_EVIDENCE,
        Permission.SEAL_EVIDENCE_READ,
    },
    Duty.SEAL_MAKER: {Permission.SEAL_MAKE, Permission.SEAL_READ},
    Duty.SEAL_FILER: {Permission.SEAL_FILE, Permission.SEAL_READ, Permission.NOTICE_MANAGE},
    Duty.SEAL_OWNER: {
        Permission.SEAL_OWN,
        Permission.SEAL_READ,
        Permission.SEAL_STOP,
        Permission.SEAL_REMAKE,
        Permission.SEAL_EVIDENCE,
        Permission.SEAL_EVIDENCE_READ,
        Permission.SEAL_STAMP,
    },
    Duty.LICENCE_OFFICER: {
        Permission.SUBJECT_DISCLOSE,
        Permission.TYPE_DRAFT,
        Permission.TYPE_READ,
        Permission.BULK_START,
        Permission.LICENCE_ISSUE,
        Permission.LICENCE_MANAGE,
        Permission.LICENCE_READ,
        Permission.LICENCE_FOLLOW,
        Permission.SEAL_STAMP,
        Permission.SHARING_GRANT,
        Permission.SHARING_READ,
    },
    Duty.LICENCE_REVIEWER: {
        Permission.BULK_START,
        Permission.TYPE_REVIEW,
        Permission.TYPE_READ,
        Permission.LICENCE_REVIEW,
        Permission.LICENCE_READ,
        Permission.LICENCE_FOLLOW,
        Permission.SHARING_REVIEW,
        Permission.SHARING_READ,
    },
    Duty.LICENCE_HOLDER: set(),
    Duty.BUSINESS_SYSTEM: {
        Permission.CLIENT_OWN,
        Permission.SUBJECT_DISCLOSE,
        Permission.BULK_START,
        Permission.SHARING_ASK,
        Permission.SEAL_STAMP,
        Permission.TYPE_READ,
        Permission.LICENCE_ISSUE,
        Permission.LICENCE_READ,
        Permission.LICENCE_FOLLOW,
    },
    Duty.PLATFORM: {Permission.SUBJECT_SYNC},
}
"""What each duty opens, written down a second time: a change of the table has to be meant."""

GENERAL: Final = {
    Permission.ANYBODY,
    Permission.SELF,
    Permission.PROOFING_OWN,
    Permission.DATA_OWN,
    Permission.DELEGATION_GIVE,
    Permission.DELEGATION_OWN,
}
"""What needs no duty: everybody may, or everybody about themselves."""


@pytest.fixture(scope="module")
def bearers(shared: Service) -> dict[Duty, str]:
    """Return a bearer of each duty who holds nothing else."""
    here = shared.organisation()
    return {
        duty: shared.system_bearer() if duty is Duty.BUSINESS_SYSTEM else shared.bearer(grant(duty, here))
        for duty in Duty
    }


def all_of(service: Service) -> list[tuple[str, str, APIRoute]]:
    return operations_of(service.app)


def address(path: str) -> str:
    return re.sub(r"\{\w+\}", "nothing", path)


def test_every_permission_is_in_the_table() -> None:
    assert set(Permission) == set(PERMITTED)
    assert {Permission.ANYBODY} == PUBLIC


def test_the_table_is_as_it_was_meant() -> None:
    assert {duty: {one for one in Permission if duty in PERMITTED[one]} - GENERAL for duty in Duty} == OPENED


def test_administrators_change_nothing_of_each_other() -> None:
    administrators = (Duty.SYSTEM_ADMINISTRATOR, Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR)
    # Looking changes nothing, stopping harms nobody, and on which proposals somebody decides, their kinds say.
    shared = {
        *(Permission.CLIENT_READ, Permission.DUTY_READ, Permission.INSTANCE_READ),
        *(Permission.CLIENT_SUSPEND, Permission.PROPOSAL_DECIDE),
    }
    for one in administrators:
        for other in set(Duty) - {one}:
            assert OPENED[one] & OPENED[other] <= shared


def test_every_route_names_one_permission(shared: Service) -> None:
    for method, path, route in all_of(shared):
        assert len(permission_of(route)) == 1, f"{method} {path}"


def test_every_permission_has_a_route(shared: Service) -> None:
    used = {permission for route in routes_of(shared.app) for permission in permission_of(route)}
    assert set(Permission) == used


def test_what_is_no_route_of_ours_is_the_description_alone(shared: Service) -> None:
    others = {getattr(route, "path", "") for route in all_routes_of(shared.app) if not isinstance(route, APIRoute)}
    assert {"/openapi.json"} == others


def test_without_a_login_only_what_is_public_is_open(shared: Service) -> None:
    before = shared.head()
    for method, path, route in all_of(shared):
        answer = shared.ask(method, address(path))
        told = f"{method} {path}: {answer.status_code}"
        if permission_of(route)[0] in PUBLIC:
            # At the endpoints of the protocol, who asks is proven in the request itself.
            assert answer.status_code not in (401, 403) or path.startswith(("/oauth2/", "/v1/peer/")), told
            continue
        assert answer.status_code == 401, told
        assert answer.headers["www-authenticate"].startswith("Bearer"), told
        if path.startswith(("/scim/", *PROTOCOL)):  # which tell of errors in their own form
            continue
        assert (answer.headers["content-type"], answer.json()["code"]) == (PROBLEM, "request.unauthenticated"), told
    assert REFUSED not in [event.tag for event in shared.events(after=before)]


def test_who_holds_no_duty_may_know_who_they_are_and_leave(shared: Service) -> None:
    token = shared.bearer()
    answer = shared.ask("GET", "/v1/me", token=token)
    assert (answer.status_code, answer.json()["duties"], answer.json()["is_client"]) == (200, [], False)
    assert shared.ask("GET", "/v1/audit/events", token=token).status_code == 403
    assert shared.ask("DELETE", LOG_OUT, token=token).status_code == 204
    assert shared.ask("GET", "/v1/me", token=token).status_code == 401


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer xs_",
        "Bearer xs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Bearer " + "x" * 129,
        "Bearer " + "x" * 5000,
        "Basic eHM6eHM=",
        "bearer-ish xs_A",
        "Bearer xs_A xs_B",
    ],
)
def test_a_header_without_a_session_opens_nothing(shared: Service, header: str) -> None:
    answer = shared.ask("GET", "/v1/me", headers={"Authorization": header})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_octets_that_are_no_text_open_nothing(shared: Service) -> None:
    answer = shared.http.request("GET", "/v1/me", headers={b"Authorization": "Bearer xs_é".encode("latin-1")})
    assert answer.status_code == 401


def test_a_session_that_ended_opens_nothing(service: Service) -> None:
    token = service.bearer(Grant(Duty.AUDITOR))
    assert service.ask("GET", "/v1/audit/check", token=token).status_code == 200
    steps, step = 96, SESSION_LIFETIME / 96  # used all along: it does not end for being idle
    for _ in range(steps - 1):
        service.clock.advance(step)
        assert service.ask("GET", "/v1/me", token=token).status_code == 200
    service.clock.advance(step - timedelta(seconds=1))
    assert service.ask("GET", "/v1/audit/check", token=token).status_code == 200
    service.clock.advance(timedelta(seconds=1))
    assert service.ask("GET", "/v1/audit/check", token=token).status_code == 401


def test_a_frozen_person_is_stopped_at_the_next_request(service: Service) -> None:
    token = service.bearer(Grant(Duty.AUDITOR))
    person = service.ask("GET", "/v1/me", token=token).json()["id"]
    registrar = service.bearer(Grant(Duty.REGISTRAR))
    path = f"/v1/subjects/{person}/freezing"
    assert service.ask("POST", path, token=registrar, json={"reason": "举报核实中"}).status_code == 200
    assert service.ask("GET", "/v1/audit/check", token=token).status_code == 401


def test_the_check_comes_before_the_body(shared: Service, bearers: dict[Duty, str]) -> None:
    # Who may not, learns nothing of how a request should look.
    for token, status in (("", 401), (bearers[Duty.AUDITOR], 403)):
        answer = shared.ask("POST", "/v1/persons", token=token, json={"nonsense": 1})
        assert status == answer.status_code


def test_whoever_decides_on_proposals_may_and_nobody_else(shared: Service) -> None:
    deciders = frozenset[Duty]().union(*(one.approvers for one in shared.instance.four_eyes.handlers.values()))
    assert deciders == PERMITTED[Permission.PROPOSAL_DECIDE]


def test_what_is_read_is_on_record_before_it_is_answered(shared: Service) -> None:
    token = shared.bearer(Grant(Duty.AUDITOR))
    who = shared.ask("GET", "/v1/me", token=token).json()["id"]
    before = shared.head()
    assert shared.ask("GET", "/v1/audit/events", token=token, params={"limit": 1}).status_code == 200
    (event,) = shared.events(after=before)
    assert (event.tag, event.actor, event.subject) == ("access:check:allowed", who, who)
    assert event.facts.keys() == {"by_session", "by_level", "by_permission", "route"}
    assert event.facts["route"] == "GET /v1/audit/events"
    assert (event.facts["by_level"], event.facts["by_permission"]) == (3, "audit:read")
    assert str(event.facts["by_session"]).startswith("ses_")


def test_what_was_allowed_and_not_found_is_on_record(shared: Service) -> None:
    token = shared.bearer(Grant(Duty.REGISTRAR))
    before = shared.head()
    assert shared.ask("GET", "/v1/subjects/P0", token=token).status_code == 404
    (event,) = shared.events(after=before)
    assert (event.tag, event.facts["outcome"]) == ("access:check:allowed", "identity.subject_unknown")
    assert "about" not in event.facts  # what is no name of ours may be anybody's number


def test_a_change_says_by_what_right_and_leaves_no_other_event(shared: Service) -> None:
    token = shared.bearer(Grant(Duty.REGISTRAR))
    subject = shared.organisation()
    before = shared.head()
    path = f"/v1/subjects/{subject}/freezing"
    assert shared.ask("POST", path, token=token, json={"reason": "举报核实中"}).status_code == 200
    events = shared.events(after=before)
    assert "access:check:allowed" not in [event.tag for event in events]
    assert {event.facts["by_permission"] for event in events} == {"subject:freeze"}


def test_a_change_that_could_not_be_made_was_allowed_all_the_same(shared: Service) -> None:
    token = shared.bearer(Grant(Duty.REGISTRAR))
    subject = shared.organisation()
    body = {"reason": "举报核实中"}
    path = f"/v1/subjects/{subject}/freezing"
    shared.ask("POST", path, token=token, json=body)
    before = shared.head()
    assert shared.ask("POST", path, token=token, json=body).status_code == 409
    (event,) = shared.events(after=before)
    assert (event.tag, event.facts["outcome"]) == ("access:check:allowed", "lifecycle.event_not_possible")
    told = event.facts["route"], event.facts["about"]
    assert told == ("POST /v1/subjects/{subject}/freezing", subject)


@pytest.mark.parametrize("duty", Duty)
@pytest.mark.no_cover
def test_a_duty_opens_its_routes_and_no_others(shared: Service, bearers: dict[Duty, str], duty: Duty) -> None:
    expected, before, refusals = [], shared.head(), set[tuple[str, str]]()
    who = shared.ask("GET", "/v1/me", token=bearers[duty]).json()["id"]
    for method, path, route in all_of(shared):
        permission = permission_of(route)[0]
        if permission in PUBLIC or path == LOG_OUT:
            continue
        answer = shared.ask(method, address(path), token=bearers[duty])
        told = f"{duty}: {method} {path}: {answer.status_code} {answer.text[:200]}"
        if permission in GENERAL or permission in OPENED[duty]:
            assert answer.status_code < 500, told
            assert answer.status_code != 401, told
            is_refused = answer.status_code == 403 and answer.json()["code"] == "identity.duty_missing"
            assert not is_refused or permission in GENERAL, told
            continue
        assert answer.status_code == 403, told
        if path not in PROTOCOL:
            assert answer.json()["code"] == "identity.duty_missing", told
            refusals.add((method, path))
        expected.append(permission.value)
    refused = [event for event in shared.events(after=before) if event.facts.get("code") == "identity.duty_missing"]
    assert expected == [event.facts["permission"] for event in refused]
    assert {(REFUSED, who, who)} == {(event.tag, event.actor, event.subject) for event in refused}
    # Whatever the console hides from this duty is refused by the API as well.
    hidden = {one for one in hiding() if duty not in PERMITTED[one]}
    behind = {(method, path) for method, path, route in all_of(shared) if permission_of(route)[0] in hidden}
    assert hidden
    assert behind - refusals == set()
