"""Home over HTTP: everybody sees what waits for them, what has changed for them, and no more than their pages open."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from api.home.waiting import MOST
from identity.delegation.tables import MandateRow
from identity.duties import Actor, Duty, Grant
from identity.levels import Factor
from licence.bulk.tables import BulkJobRow
from licence.sharing.tables import SharingGrantRow
from licence.tables import LicenceRequestRow
from licence.types.tables import LicenceTypeRow, LicenceTypeVersionRow
from seal.kinds import SealKind
from seal.service import ApplyForSeal
from seal.tables import ApprovalRow
from tests.api.builders import Furnished, Service, everybody, papers
from tests.plain_rows import put_rows
from trust.audit import make_checkpoint
from trust.events import AuditEvent
from trust.founding import Role, ServiceKeys
from trust.identifiers import new_id

WAITING, CHANGES, WARNINGS, FIGURES = (f"/v1/home/{one}" for one in ("waiting", "changes", "warnings", "figures"))


def told(service: Service, path: str, token: str) -> dict[str, Any]:
    """Return what home tells."""
    answer = service.ask("GET", path, token=token)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def apply(furnished: Service, authority: str) -> str:
    """Apply for another seal of the authority."""
    officer = everybody("officer", authority)
    wanted = ApplyForSeal(
        owner=authority,
        kind=SealKind.CONTRACT,
        row="合同专用章",
        evidence=papers(furnished.instance, officer, authority),
        reason="用于签订合同",
        request_key=uuid4().hex,
    )
    return furnished.instance.seals.apply(officer, wanted).id


def test_whoever_has_no_duty_has_nothing_to_do(shared: Service) -> None:
    token = shared.bearer()
    assert told(shared, WAITING, token) == {"total": 0, "counts": {}, "todos": []}
    assert told(shared, CHANGES, token)["changes"] == []
    assert told(shared, WARNINGS, token) == {"warnings": []}
    assert told(shared, FIGURES, token)["figures"] == []
    for path in (WAITING, CHANGES, WARNINGS, FIGURES):
        assert shared.ask("GET", path).status_code == 401


def test_a_seal_waits_for_whose_step_is_next(furnished: Service, furnished_folder: Furnished) -> None:
    seal = apply(furnished, furnished_folder.authority)
    reviewer, maker = (furnished.bearer(Grant(duty)) for duty in (Duty.SEAL_REVIEWER, Duty.SEAL_MAKER))
    found = told(furnished, WAITING, reviewer)
    assert found["counts"] == {"seal": 1}
    (todo,) = found["todos"]
    assert (todo["kind"], todo["id"], todo["state"], todo["overdue"]) == ("seal", seal, "applied", False)
    assert (todo["within"], todo["by"], todo["days"]) == (furnished_folder.authority, "officer", 0)
    assert told(furnished, WAITING, maker)["total"] == 0
    furnished.clock.advance(timedelta(days=6))
    later = furnished.bearer(Grant(Duty.SEAL_REVIEWER))
    (todo,) = told(furnished, WAITING, later)["todos"]
    assert (todo["days"], todo["overdue"]) == (6, True)


def test_a_session_of_too_low_a_level_is_told_nothing_of_seals(furnished: Service, furnished_folder: Furnished) -> None:
    apply(furnished, furnished_folder.authority)
    low = furnished.bearer(Grant(Duty.SEAL_REVIEWER), Grant(Duty.SEAL_MAKER), factor=Factor.PASSWORD)
    assert furnished.ask("GET", "/v1/seals/queue", token=low).status_code == 401
    assert told(furnished, WAITING, low)["total"] == 0
    assert told(furnished, WARNINGS, low)["warnings"] == []
    assert told(furnished, FIGURES, low)["figures"] == []


@pytest.mark.parametrize("duty", [Duty.SECURITY_ADMINISTRATOR, Duty.AUDITOR])
def test_a_session_of_too_low_a_level_is_told_nothing_of_the_instance(furnished: Service, duty: Duty) -> None:
    furnished.clock.advance(timedelta(days=360))
    low, high = (furnished.bearer(Grant(duty), factor=factor) for factor in (Factor.PASSWORD, Factor.PASSKEY))
    assert len(told(furnished, WARNINGS, high)["warnings"]) > 0
    assert len(told(furnished, FIGURES, high)["figures"]) > 0
    assert told(furnished, WARNINGS, low)["warnings"] == []
    assert told(furnished, FIGURES, low)["figures"] == []


def propose(service: Service, client: str) -> tuple[str, str]:
    """Propose the end of a business system, and return the proposal and the session of who did."""
    security = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    me = Actor(id=service.ask("GET", "/v1/me", token=security).json()["id"], grants=frozenset())
    made = service.instance.four_eyes.propose(
        me, kind="client:retire", subject=client, content={}, reason="系统下线", request_key=uuid4().hex
    )
    return made.id, security


def test_a_proposal_waits_for_another_and_its_decision_is_told_to_who_made_it(
    furnished: Service, furnished_folder: Furnished
) -> None:
    service = furnished
    proposal, proposer = propose(service, furnished_folder.client)
    other = service.bearer(Grant(Duty.SECURITY_ADMINISTRATOR))
    (todo,) = told(service, WAITING, other)["todos"]
    assert (todo["kind"], todo["id"], todo["name"]) == ("proposal", proposal, "client:retire")
    assert todo["name_en"] is None
    assert told(service, WAITING, proposer)["total"] == 0
    assert told(service, CHANGES, proposer)["changes"] == []
    service.clock.advance(timedelta(minutes=1))
    assert service.ask("POST", f"/v1/proposals/{proposal}/rejection", token=other, json={"reason": "不需要"}).is_success
    (change,) = told(service, CHANGES, proposer)["changes"]
    assert (change["kind"], change["id"], change["state"]) == ("proposal", proposal, "rejected")
    assert told(service, CHANGES, other)["changes"] == []
    assert told(service, WAITING, other)["total"] == 0


def test_more_proposals_wait_than_are_told(furnished: Service, furnished_folder: Furnished) -> None:
    engine = furnished.instance.four_eyes
    name, _ = propose(furnished, furnished_folder.client)
    with furnished.instance.base.store.transaction() as tx:
        one = engine.require(tx, name)
        for _ in range(MOST):
            engine.repository.add(tx, replace(one, id=new_id("prop", at=tx.now)), exclusive=False)
        tx.record(AuditEvent(tag="proposal:propose:done", actor="test", subject=one.subject))
    told_to_other = told(furnished, WAITING, furnished.bearer(Grant(Duty.SECURITY_ADMINISTRATOR)))
    assert (told_to_other["total"], told_to_other["counts"]) == (MOST + 1, {"proposal": MOST + 1})


def test_an_owner_is_told_what_others_did_with_the_seals_and_what_ends_soon(
    furnished: Service, furnished_folder: Furnished
) -> None:
    authority = furnished_folder.authority
    seal = apply(furnished, authority)
    owner = furnished.bearer(Grant(Duty.SEAL_OWNER, authority))
    stranger = furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.enterprise))
    changes = told(furnished, CHANGES, owner)["changes"]
    assert ("seal", seal, "applied") in {(one["kind"], one["id"], one["state"]) for one in changes}
    assert len({(one["kind"], one["id"]) for one in changes}) == len(changes)  # of each thing, how it stands now
    assert (furnished_folder.seal, "active") in {(one["id"], one["state"]) for one in changes}
    assert told(furnished, CHANGES, stranger)["changes"] == []
    assert told(furnished, WARNINGS, owner)["warnings"] == []
    ends = furnished.ask("GET", f"/v1/seals/{furnished_folder.seal}", token=owner).json()["valid_until"]
    furnished.clock.set(datetime.fromisoformat(ends) - timedelta(days=30))
    again = furnished.bearer(Grant(Duty.SEAL_OWNER, authority))
    (warning,) = told(furnished, WARNINGS, again)["warnings"]
    assert (warning["kind"], warning["id"], warning["grave"]) == ("seal_ending", furnished_folder.seal, False)
    assert warning["deadline"] == ends


def test_every_queue_is_asked_with_its_duty_alone(furnished: Service, furnished_folder: Furnished) -> None:
    authority, now = furnished_folder.authority, furnished.clock.now()
    store, later = furnished.instance.base.store, now + timedelta(days=1)
    put_rows(
        store,
        ApprovalRow,
        {"id": "a1", "seal": furnished_folder.seal, "state": "requested", "requester": "P1", "expires_at": later},
    )
    asked = {"issuer": authority, "type": furnished_folder.type, "requester": "P1", "event": "issue"}
    put_rows(store, LicenceRequestRow, {**asked, "id": "r1", "state": "requested", "expires_at": later})
    other = new_id("type", at=now)
    put_rows(store, LicenceTypeRow, {"id": other, "code": "11100000MB0127170X999", "issuer": authority})
    version = {"type": other, "issuing": [], "particulars": {"name": "证", "name_en": "Card"}, "last_actor": "P1"}
    put_rows(
        store,
        LicenceTypeVersionRow,
        {**version, "id": "v8", "number": 8, "state": "draft"},
        {**version, "id": "v9", "number": 9, "state": "reviewed"},
    )
    shared = {"issuer": authority, "state": "proposed", "proposed_by": "P1", "client": furnished_folder.client}
    put_rows(store, SharingGrantRow, {**shared, "id": "s1", "types": [], "calls": [], "purposes": []})
    put_rows(
        store,
        BulkJobRow,
        {"id": "b1", "state": "validated", "issuer": authority, "requested_by": "P1", "type": furnished_folder.type},
    )
    expected = {
        Duty.SEAL_OWNER: {"stamping_approval": 1},
        Duty.LICENCE_REVIEWER: {"licence_request": 1, "type_review": 1, "sharing_grant": 1, "bulk_job": 1},
        Duty.LICENCE_OFFICER: {"type_publication": 1, "bulk_job": 1},
        Duty.SEAL_APPLICANT: {},
    }
    licence, draft = ("营业执照", "Business Licence"), ("证", "Card")
    called = {"licence_request": licence, "bulk_job": licence, "type_review": draft, "type_publication": draft}
    for duty, counts in expected.items():
        token = furnished.bearer(Grant(duty, authority))
        found = told(furnished, WAITING, token)
        assert found["counts"] == counts, duty
        assert found["total"] == len(found["todos"]) == sum(counts.values())
        names = {one["kind"]: (one["name"], one["name_en"]) for one in found["todos"] if one["kind"] in called}
        assert names == {kind: called[kind] for kind in names}
        assert told(furnished, WAITING, furnished.bearer(Grant(duty, furnished_folder.enterprise)))["total"] == 0
        low = furnished.bearer(Grant(duty, authority), factor=Factor.PASSWORD)
        assert told(furnished, WAITING, low)["total"] == 0
    person = furnished.bearer()
    me = furnished.ask("GET", "/v1/me", token=person).json()["id"]
    put_rows(store, MandateRow, {"id": "m1", "delegate": me, "state": "offered", "not_after": later})
    assert told(furnished, WAITING, person)["counts"] == {"mandate": 1}


def test_a_list_is_cut_and_the_most_urgent_stands_first(furnished: Service, furnished_folder: Furnished) -> None:
    now, seal = furnished.clock.now(), furnished_folder.seal
    asked = {"seal": seal, "state": "requested", "requester": "P1"}
    put_rows(
        furnished.instance.base.store,
        ApprovalRow,
        *({**asked, "id": f"a{one}", "expires_at": now + timedelta(days=one)} for one in (3, 1, 2)),
    )
    owner = furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))
    found = told(furnished, f"{WAITING}?limit=2", owner)
    assert [one["id"] for one in found["todos"]] == ["a1", "a2"]
    assert found["total"] == 3


def test_administrators_are_told_what_does_not_work(furnished: Service) -> None:
    auditor, system, reviewer = (
        furnished.bearer(Grant(duty)) for duty in (Duty.AUDITOR, Duty.SYSTEM_ADMINISTRATOR, Duty.SEAL_REVIEWER)
    )
    kinds = {one["kind"] for one in told(furnished, WARNINGS, auditor)["warnings"]}
    assert "trail_broken" not in kinds
    assert told(furnished, WARNINGS, reviewer)["warnings"] == []
    furnished.clock.advance(timedelta(hours=4))
    auditor, system = (furnished.bearer(Grant(duty)) for duty in (Duty.AUDITOR, Duty.SYSTEM_ADMINISTRATOR))
    assert "trail_unsealed" in {one["kind"] for one in told(furnished, WARNINGS, auditor)["warnings"]}
    assert "trail_unsealed" not in {one["kind"] for one in told(furnished, WARNINGS, system)["warnings"]}
    with furnished.instance.base.store.writer.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE audit_event SET actor = 'x' WHERE sequence = (SELECT max(sequence) FROM audit_event)"
        )
    broken = [one for one in told(furnished, WARNINGS, auditor)["warnings"] if one["kind"] == "trail_broken"]
    assert [one["grave"] for one in broken] == [True]


def test_what_renews_time_stamps_is_told_sooner_than_other_keys(furnished: Service) -> None:
    keys = furnished.instance.service_keys
    end = keys.certificate(Role.TIME_STAMP_P256).not_after
    lead = timedelta(days=furnished.instance.base.settings.time_stamp_renewal_days)
    for moment, expected in ((end - lead, False), (end - lead + timedelta(seconds=1), True)):
        furnished.clock.set(moment)
        system = furnished.bearer(Grant(Duty.SYSTEM_ADMINISTRATOR))
        found = told(furnished, WARNINGS, system)["warnings"]
        ending = {one["id"] for one in found if one["kind"] == "certificate_ending"}
        assert ("tsa-p256" in ending) is expected
        assert "audit" not in ending


def test_a_checkpoint_by_a_key_of_which_another_process_knows_is_no_broken_trail(furnished: Service) -> None:
    base = furnished.instance.base
    base.rotation.rotate(Role.AUDIT, actor="operator:test")
    with base.store.reading() as view:
        elsewhere = ServiceKeys(base.custody, base.authorities, view)
    furnished.clock.advance(timedelta(minutes=1))
    make_checkpoint(base.store, *elsewhere.credential(Role.AUDIT))
    auditor = furnished.bearer(Grant(Duty.AUDITOR))
    assert "trail_broken" not in {one["kind"] for one in told(furnished, WARNINGS, auditor)["warnings"]}


def test_figures_are_of_all_for_administrators_and_of_their_own_for_others(
    furnished: Service, furnished_folder: Furnished
) -> None:
    def figures(token: str) -> dict[str, tuple[bool, int, int]]:
        found = told(furnished, FIGURES, token)
        assert len(found["days"]) == 14
        assert found["days"][-1] == found["today"]
        return {one["figure"]: (one["whole"], sum(one["hours"]), one["days"][-1]) for one in found["figures"]}

    auditor = figures(furnished.bearer(Grant(Duty.AUDITOR)))
    stamped = furnished.instance.stampings.ledger(furnished_folder.officer, furnished_folder.seal)
    assert auditor["stampings"] == (True, len(stamped), len(stamped))
    assert auditor["issued"] == (True, 1, 1)
    assert auditor["refusals"][0] is True
    owner = figures(furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority)))
    assert owner["stampings"] == (False, len(stamped), len(stamped))
    assert set(owner) == {"stampings", "verifications"}
    stranger = figures(furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.enterprise)))
    assert stranger["stampings"] == (False, 0, 0)
    officer = figures(furnished.bearer(Grant(Duty.LICENCE_OFFICER, furnished_folder.authority)))
    assert officer["issued"] == (False, 1, 1)
    other = figures(furnished.bearer(Grant(Duty.LICENCE_OFFICER, furnished_folder.enterprise)))
    assert other["issued"] == (False, 0, 0)


def test_a_verification_is_counted_at_once_and_once(furnished: Service, furnished_folder: Furnished) -> None:
    auditor = furnished.bearer(Grant(Duty.AUDITOR))

    def counted() -> tuple[int, int]:
        found = told(furnished, FIGURES, auditor)["figures"]
        return next((sum(one["hours"]), sum(one["days"])) for one in found if one["figure"] == "verifications")

    assert counted() == (0, 0)
    assert furnished.http.get(f"/v1/verify/{furnished_folder.claim.rsplit('/', 1)[1]}").is_success
    assert counted() == (1, 1)
    assert furnished.instance.verifying.tally.flush(furnished.instance.base.store) == 1
    assert counted() == (1, 1)


@pytest.mark.parametrize("asked", ["0", "201", "many"])
def test_a_list_has_its_bounds(shared: Service, asked: str) -> None:
    token = shared.bearer()
    assert shared.ask("GET", f"{WAITING}?limit={asked}", token=token).status_code == 422
    assert shared.ask("GET", f"{CHANGES}?limit={asked}", token=token).status_code == 422
