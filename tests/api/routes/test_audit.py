"""The audit trail over HTTP: the auditor looks for events, sees whether they hold, takes them away with a proof."""

from datetime import timedelta

import pytest

from api.audit_exports import MOST_CHOSEN
from identity.duties import Duty, Grant
from tests.api.builders import Furnished, Service
from trust.audit_export import AuditExport
from trust.audit_repository import MOST_TAGS
from trust.events import AuditEvent
from trust.founding import Role


@pytest.fixture
def auditor(service: Service) -> str:
    """Return a session of an auditor."""
    return service.bearer(Grant(Duty.AUDITOR))


def test_events_are_found_with_what_became_of_them(service: Service, auditor: str) -> None:
    asked = {"tag": "session:begin:done", "limit": "1"}
    before = service.ask("GET", "/v1/audit/search", token=auditor, params={"tag": "duty:grant:done"}).json()
    assert before["next"] is None
    assert {one["event"]["tag"] for one in before["events"]} == {"duty:grant:done"}
    assert {one["integrity"] for one in before["events"]} == {"chained"}
    newest = before["events"][0]["event"]
    found = service.ask("GET", "/v1/audit/search", token=auditor, params={"actor": newest["actor"]}).json()["events"]
    assert newest["sequence"] in {one["event"]["sequence"] for one in found}
    assert {one["event"]["actor"] for one in found} == {newest["actor"]}
    about = service.ask("GET", "/v1/audit/search", token=auditor, params={"subject": newest["subject"]}).json()
    assert {one["event"]["subject"] for one in about["events"]} == {newest["subject"]}
    assert service.ask("GET", "/v1/audit/search", token=auditor, params=asked).status_code == 200


def test_seals_that_events_are_about_are_told_by_name(shared_furnished: Service, furnished_folder: Furnished) -> None:
    token, seal = shared_furnished.bearer(Grant(Duty.AUDITOR)), furnished_folder.seal
    with shared_furnished.instance.base.store.reading() as view:
        name = shared_furnished.instance.stampings.permitting.seal(view, seal).name
    about = {"subject": seal, "limit": "200"}
    found = shared_furnished.ask("GET", "/v1/audit/search", token=token, params=about).json()
    assert (len(found["events"]) > 1, found["names"]) == (True, {seal: name})
    others = shared_furnished.ask("GET", "/v1/audit/search", token=token, params={"tag": "duty:grant:done"}).json()
    assert others["names"] == {}


def test_pages_follow_each_other_and_moments_bound_them(service: Service, auditor: str) -> None:
    def page(**asked: str) -> dict[str, object]:
        answer = service.ask("GET", "/v1/audit/search", token=auditor, params={"limit": "3", **asked})
        assert answer.status_code == 200
        found: dict[str, object] = answer.json()
        return found

    def numbers(of: dict[str, object]) -> list[int]:
        events = of["events"]
        assert isinstance(events, list)
        return [one["event"]["sequence"] for one in events]

    first = page()
    second = page(before=str(first["next"]))
    assert len({*numbers(first), *numbers(second)}) == 6
    assert min(numbers(first)) > max(numbers(second))
    assert first["next"] == min(numbers(first))
    moment = service.clock.now() + timedelta(hours=1)
    assert numbers(page(since=moment.isoformat())) == []
    assert numbers(page(until=moment.isoformat())) != []


@pytest.mark.parametrize(
    "asked",
    [
        {"tag": "seal:make"},
        {"tag": "seal:make:DONE"},
        {"tag": ["seal:make:done"] * (MOST_TAGS + 1)},
        {"actor": "a" * 129},
        {"subject": "a\u202eb"},
        {"since": "2026-11-01T00:00:00"},
        {"until": "yesterday"},
        {"before": "0"},
        {"before": str(1 << 63)},
        {"limit": "0"},
        {"limit": "201"},
    ],
    ids=lambda one: f"{next(iter(one))}-{str(next(iter(one.values())))[:20]!a}",
)
def test_what_cannot_be_looked_for_is_refused(shared: Service, asked: dict[str, str]) -> None:
    token = shared.bearer(Grant(Duty.AUDITOR))
    assert shared.ask("GET", "/v1/audit/search", token=token, params=asked).status_code == 422


def test_events_are_taken_away_with_a_proof_and_that_is_recorded(service: Service, auditor: str) -> None:
    answer = service.ask("POST", "/v1/audit/exports", token=auditor, json={"tags": ["duty:grant:done"]})
    assert answer.status_code == 200
    assert 'filename="audit-export.json"' in answer.headers["content-disposition"]
    certificates = service.instance.service_keys.certificates(Role.AUDIT)
    read = AuditExport.from_json(answer.content)
    proven = read.verify(certificates)
    assert {one.event.tag for one in proven} == {"duty:grant:done"}
    last = [one for one in service.events() if one.tag == "audit:export:done"]
    assert [one.facts["count"] for one in last] == [len(proven)]
    assert [(one.facts["first"], one.facts["last"]) for one in last] == [(read.events[0], read.events[-1])]
    found = service.ask("GET", "/v1/audit/search", token=auditor, params={"tag": "duty:grant:done"}).json()
    assert {one["integrity"] for one in found["events"]} == {"sealed"}
    # A second time the checkpoint is there.
    head = sum(one.tag == "audit:checkpoint:done" for one in service.events())
    assert (
        service.ask("POST", "/v1/audit/exports", token=auditor, json={"tags": ["duty:grant:done"]}).status_code == 200
    )
    assert sum(one.tag == "audit:checkpoint:done" for one in service.events()) == head == 1


def test_nothing_is_not_taken_away_and_neither_is_everything(service: Service, auditor: str) -> None:
    answer = service.ask("POST", "/v1/audit/exports", token=auditor, json={"actor": "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (400, "audit.export_empty")
    for body in ({}, {"until": "2026-11-01T00:00:00+08:00"}, {"tags": ["seal"]}, {"actor": "a", "more": 1}):
        assert service.ask("POST", "/v1/audit/exports", token=auditor, json=body).status_code == 422


def test_what_is_too_much_for_one_file_is_told(service: Service, auditor: str) -> None:
    with service.instance.base.store.transaction() as tx:
        for number in range(MOST_CHOSEN + 1):
            tx.record(AuditEvent(tag="test:count:done", actor="many", subject=f"{number}"))
    answer = service.ask("POST", "/v1/audit/exports", token=auditor, json={"actor": "many"})
    assert (answer.status_code, answer.json()["code"]) == (400, "audit.export_too_large")


@pytest.mark.parametrize("duty", [Duty.SECURITY_ADMINISTRATOR, Duty.SYSTEM_ADMINISTRATOR, Duty.REGISTRAR])
def test_the_trail_is_for_the_auditor_alone(shared: Service, duty: Duty) -> None:
    token = shared.bearer(Grant(duty))
    assert shared.ask("GET", "/v1/audit/search", token=token).status_code == 403
    assert shared.ask("POST", "/v1/audit/exports", token=token, json={"actor": "a"}).status_code == 403


def test_what_the_trail_names_is_found_by_what_it_is_called(
    shared_furnished: Service, furnished_folder: Furnished
) -> None:
    auditor = shared_furnished.bearer(Grant(Duty.AUDITOR))

    def found(text: str) -> set[tuple[str, str]]:
        answer = shared_furnished.ask("GET", "/v1/audit/names", token=auditor, params={"text": text})
        assert answer.status_code == 200
        return {(one["kind"], one["id"]) for one in answer.json()}

    base = shared_furnished.instance.base
    with base.store.reading() as view:
        authority = base.identity.require_organisation(view, furnished_folder.authority)
        client = base.identity.repository.client(view, furnished_folder.client)
        seal = shared_furnished.instance.stampings.permitting.seal(view, furnished_folder.seal)
    licence, *_ = shared_furnished.instance.licences.find(furnished_folder.officer, furnished_folder.licence)
    assert client is not None
    assert ("organisation", authority.id) in found(authority.name) & found(authority.code)
    assert ("client", client.id) in found(client.name)
    assert ("seal", seal.id) in found(seal.name) & found(seal.code or "")
    assert {("licence", licence.id)} == found(licence.number) == found(licence.identifier)
    assert found("没有这样的名称") == set()
    for text in ("x", "x" * 101):
        asked = shared_furnished.ask("GET", "/v1/audit/names", token=auditor, params={"text": text})
        assert asked.status_code == 422
    assert found("  ") == found(" a") == set()
    stranger = shared_furnished.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    refused = shared_furnished.ask("GET", "/v1/audit/names", token=stranger, params={"text": "xx"})
    assert refused.status_code == 403
