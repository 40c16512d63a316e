"""Proofing over HTTP: two officers at the counter, oneself online, what is withdrawn, and what anybody is told."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from api.proofing.simulator import ABSENT, STRANGER, UnsafeProviderInUse
from identity.duties import Actor, Duty, Grant
from identity.levels import Factor
from identity.service import RegisterPerson
from tests.api.builders import Service, copied, served
from tests.identity.builders import person_number

REGISTRAR = Grant(Duty.REGISTRAR)
DIGEST = "0f" * 32
SEEN = {
    "sources": ["document_seen", "face_in_person"],
    "evidence": [{"kind": "document_copy", "digest": DIGEST}],
    "reason": "本人到场，证件与人一致。",
}


@pytest.fixture(scope="module")
def proofing(founded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return an instance with a simulated provider, for tests that do not disturb each other."""
    folder = copied(founded_folder, tmp_path_factory.mktemp("proofing") / "instance")
    with served(folder, proofing_provider="simulator") as service:
        with pytest.warns(UnsafeProviderInUse):
            assert service.instance.proofing.provider is not None
        yield service


@pytest.fixture(scope="module")
def officers(proofing: Service) -> tuple[str, str]:
    """Return the sessions of two registrars."""
    return proofing.bearer(REGISTRAR), proofing.bearer(REGISTRAR)


def key() -> dict[str, str]:
    """Return a key for one request."""
    return {"Idempotency-Key": uuid4().hex}


def me(service: Service, token: str) -> str:
    """Return whose session it is."""
    found: str = service.ask("GET", "/v1/me/proofings", token=token).json()["proofings"][0]["subject"]
    return found


def proven(service: Service, sequence: str) -> str:
    """Return a session of a person whose citizen number has this sequence."""
    base = service.instance.base
    command = RegisterPerson(name="赵犇", citizen_number=person_number(int(sequence)))
    first, second = (Actor(id=name, grants=frozenset({REGISTRAR})) for name in ("a", "b"))
    person = base.identity.register_person(first, command)
    base.identity.prove(second, person.id)
    with base.store.transaction() as tx:
        found = base.identity.require_person(tx, person.id)
        return base.access.add_session(tx, found, {Factor.PASSWORD}, agent="tests").secret


def test_two_officers_prove_somebody(proofing: Service, officers: tuple[str, str]) -> None:
    first, second = officers
    registered = proofing.ask(
        "POST", "/v1/persons", token=first, json={"name": "钱多", "citizen_number": person_number(801)}
    ).json()["id"]
    path = f"/v1/subjects/{registered}/counter-checks"
    made = proofing.ask("POST", path, token=first, json=SEEN, headers=key())
    assert (made.status_code, made.json()["kind"]) == (202, "proofing:counter")
    proposal = made.json()
    decision = f"/v1/proposals/{proposal['id']}/approval"
    digest = {"digest": proposal["digest"]}
    assert proofing.ask("POST", decision, token=first, json=digest).json()["code"] in (
        "lifecycle.four_eyes_required",
        "identity.proposal_unknown",
    )
    assert proofing.ask("POST", decision, token=second, json=digest).status_code == 200
    assert proofing.ask("GET", f"/v1/subjects/{registered}", token=first).json()["assurance"]["level"] == 3
    (listed,) = proofing.ask("GET", f"/v1/subjects/{registered}/proofings", token=second).json()["proofings"]
    assert (listed["source"], listed["level"], listed["state"]) == ("counter", 3, "in_force")
    assert listed["evidence"] == SEEN["evidence"]
    assert len(listed["officers"]) == 2


def test_the_short_way_stays_for_who_was_just_registered(proofing: Service, officers: tuple[str, str]) -> None:
    first, second = officers
    body = {"name": "孙立", "citizen_number": person_number(802)}
    registered = proofing.ask("POST", "/v1/persons", token=first, json=body).json()["id"]
    path = f"/v1/subjects/{registered}/proofing"
    assert proofing.ask("POST", path, token=first).json()["code"] == "lifecycle.four_eyes_required"
    assert proofing.ask("POST", path, token=second).json()["assurance"]["level"] == 3


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("sources", []),
        ("sources", ["hearsay"]),
        ("sources", "document_seen"),
        ("evidence", [{"kind": "hearsay", "digest": DIGEST}]),
        ("evidence", [{"kind": "document_copy", "digest": DIGEST.upper()}]),
        ("evidence", [{"kind": "document_copy", "digest": DIGEST}] * 21),
        ("reason", ""),
        ("further", "thing"),
    ],
)
def test_a_report_is_as_it_must_be(proofing: Service, officers: tuple[str, str], member: str, value: object) -> None:
    path = "/v1/subjects/P7K2M9Q4R8T1W3X5Y6/counter-checks"
    answer = proofing.ask("POST", path, token=officers[0], json={**SEEN, member: value}, headers=key())
    assert answer.status_code == 422


def test_too_little_is_told(proofing: Service, officers: tuple[str, str]) -> None:
    person = me(proofing, proofing.bearer())
    body = {**SEEN, "sources": ["face_in_person"]}
    answer = proofing.ask("POST", f"/v1/subjects/{person}/counter-checks", token=officers[0], json=body, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (400, "proofing.insufficient")


def test_a_person_proves_herself_by_document_and_face(proofing: Service) -> None:
    token = proofing.bearer(factor=Factor.PASSWORD)
    idempotent = key()
    begun = proofing.ask("POST", "/v1/me/proofings", token=token, json={"method": "remote"}, headers=idempotent)
    assert (begun.status_code, begun.json()["state"]) == (201, "open")
    assert begun.json()["address"].startswith("urn:xinyin:simulated-proofing:")
    again = proofing.ask("POST", "/v1/me/proofings", token=token, json={"method": "remote"}, headers=idempotent)
    assert again.json() == begun.json()
    path = f"/v1/me/proofings/{begun.json()['id']}/completion"
    done = proofing.ask("POST", path, token=token)
    assert (done.status_code, done.json()["state"], done.json()["address"]) == (200, "done", "")
    assert proofing.ask("POST", path, token=token).json()["code"] == "proofing.closed"
    standing = proofing.ask("GET", "/v1/me/proofings", token=token).json()
    assert (standing["level"], {one["method"] for one in standing["proofings"]}) == (3, {"counter", "remote"})
    assert [one["state"] for one in standing["orders"]] == ["done"]
    kinds = [one["kind"] for one in proofing.ask("GET", "/v1/me/notices", token=token).json()["notices"]]
    assert "proofing_done" in kinds


def test_records_are_compared_at_once(proofing: Service) -> None:
    token = proofing.bearer(factor=Factor.PASSWORD)
    body = {"method": "match", "phone": "13800001234"}
    assert proofing.ask("POST", "/v1/me/proofings", token=token, json=body, headers=key()).json()["state"] == "done"


@pytest.mark.parametrize(("sequence", "state"), [(STRANGER, "refused"), (ABSENT, "open")])
def test_who_is_not_found_stays_as_before(proofing: Service, sequence: str, state: str) -> None:
    token = proven(proofing, sequence)
    begun = proofing.ask("POST", "/v1/me/proofings", token=token, json={"method": "remote"}, headers=key()).json()
    done = proofing.ask("POST", f"/v1/me/proofings/{begun['id']}/completion", token=token)
    assert (done.status_code, done.json()["state"]) == (200, state)
    assert len(proofing.ask("GET", "/v1/me/proofings", token=token).json()["proofings"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"method": "match"}, 400, "proofing.phone_malformed"),
        ({"method": "match", "phone": "nobody"}, 400, "proofing.phone_malformed"),
        ({"method": "remote", "phone": "13800001234"}, 400, "proofing.phone_malformed"),
        ({"method": "counter"}, 422, "request.malformed"),
        ({"method": "platform"}, 422, "request.malformed"),
        ({}, 422, "request.malformed"),
    ],
)
def test_what_is_asked_for_is_one_of_two(proofing: Service, body: dict[str, str], status: int, code: str) -> None:
    answer = proofing.ask("POST", "/v1/me/proofings", token=proofing.bearer(), json=body, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_so_many_a_day_and_when_again(proofing: Service) -> None:
    token = proofing.bearer()
    body = {"method": "match", "phone": "13800001234"}
    for _ in range(10):
        assert proofing.ask("POST", "/v1/me/proofings", token=token, json=body, headers=key()).status_code == 201
    answer = proofing.ask("POST", "/v1/me/proofings", token=token, json=body, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (429, "proofing.too_many")
    assert int(answer.headers["retry-after"]) == answer.json()["details"]["seconds"] > 0


def test_whose_proofing_was_withdrawn_has_no_level_and_a_way_out(proofing: Service, officers: tuple[str, str]) -> None:
    token = proofing.bearer()
    (made,) = proofing.ask("GET", "/v1/me/proofings", token=token).json()["proofings"]
    path = f"/v1/proofings/{made['id']}/withdrawal"
    withdrawn = proofing.ask("POST", path, token=officers[0], json={"reason": "证件系伪造"})
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn")
    refused = proofing.ask("GET", "/v1/me", token=token)
    assert (refused.status_code, refused.json()["details"]) == (401, {"held": 0, "needed": 1, "missing": "proofing"})
    begun = proofing.ask("POST", "/v1/me/proofings", token=token, json={"method": "remote"}, headers=key()).json()
    proofing.ask("POST", f"/v1/me/proofings/{begun['id']}/completion", token=token)
    assert proofing.ask("GET", "/v1/me", token=token).json()["level"] == 3


def test_who_has_no_level_left_may_leave(proofing: Service, officers: tuple[str, str]) -> None:
    token = proofing.bearer()
    (made,) = proofing.ask("GET", "/v1/me/proofings", token=token).json()["proofings"]
    path = f"/v1/proofings/{made['id']}/withdrawal"
    proofing.ask("POST", path, token=officers[0], json={"reason": "证件系伪造"})
    assert proofing.ask("DELETE", "/v1/auth/sessions/current", token=token).status_code == 204
    assert proofing.ask("GET", "/v1/me/proofings", token=token).status_code == 401


def test_without_a_provider_it_takes_the_counter(shared: Service) -> None:
    answer = shared.ask("POST", "/v1/me/proofings", token=shared.bearer(), json={"method": "remote"}, headers=key())
    assert (answer.status_code, answer.json()["code"]) == (503, "proofing.no_provider")


def test_nothing_is_anybody_elses(proofing: Service) -> None:
    token = proofing.bearer()
    begun = proofing.ask("POST", "/v1/me/proofings", token=token, json={"method": "remote"}, headers=key()).json()
    answer = proofing.ask("POST", f"/v1/me/proofings/{begun['id']}/completion", token=proofing.bearer())
    assert (answer.status_code, answer.json()["code"]) == (404, "proofing.unknown")
    system = proofing.system_bearer()
    assert proofing.ask("GET", "/v1/me/proofings", token=system).status_code == 404
    answer = proofing.ask("POST", "/v1/me/proofings", token=system, json={"method": "remote"}, headers=key())
    assert answer.json()["code"] == "identity.account_unknown"
