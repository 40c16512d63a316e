"""Changes of subjects over HTTP: proposed by one registrar, carried out by another; personal data for a purpose."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import uuid4

import pytest

from api.demo import cast
from identity.authentication.authenticators import Authenticator, OneTimeCodes
from identity.authentication.repository import AuthenticationRepository
from identity.duties import Duty, Grant
from licence.standing import HOLDER_ENDED
from tests.api.builders import Furnished, Service
from tests.identity.builders import person_number
from trust.events import AuditEvent

CHANGE: Final = {"effective_on": "2026-11-01", "evidence": "公安变更通知〔2026〕第18号", "reason": "凭公安机关变更证明"}
PERMIT: Final = {"kind": "travel_permit_hong_kong_macao", "number": "H10000011"}
PASSPORT: Final = {"kind": "passport", "number": "E12345678", "country": "CHN", "valid_until": "2036-10-31"}


@pytest.fixture(scope="module")
def service(shared: Service) -> Service:
    """Let the tests of this module, which do not disturb each other, share one instance."""
    return shared


@pytest.fixture(scope="module")
def registrars(service: Service) -> tuple[str, str]:
    """Return two registrars."""
    return service.bearer(Grant(Duty.REGISTRAR)), service.bearer(Grant(Duty.REGISTRAR))


def person_of(service: Service, token: str) -> str:
    """Return who bears a session."""
    return str(service.ask("GET", "/v1/me", token=token).json()["id"])


def number_of(service: Service, person: str) -> str:
    with service.instance.base.store.reading() as view:
        return service.instance.base.identity.require_person(view, person).code


def proposed(service: Service, token: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    answer = service.ask("POST", path, token=token, json=body, headers={"Idempotency-Key": uuid4().hex})
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()
    return told


def agreed(service: Service, token: str, proposal: Mapping[str, Any]) -> None:
    body = {"digest": proposal["digest"]}
    answer = service.ask("POST", f"/v1/proposals/{proposal['id']}/approval", token=token, json=body)
    assert (answer.status_code, answer.json()["state"]) == (200, "approved"), answer.text


def changed(service: Service, registrars: tuple[str, str], path: str, **body: object) -> dict[str, Any]:
    proposal = proposed(service, registrars[0], path, {**CHANGE, **body})
    agreed(service, registrars[1], proposal)
    return proposal


def test_a_person_is_renamed_and_comes_out_masked(service: Service, registrars: tuple[str, str]) -> None:
    person = person_of(service, service.bearer())
    proposal = changed(service, registrars, f"/v1/subjects/{person}/name-changes", name="慕容晓明")
    assert proposal["content"]["name"] == "***明"
    (change,) = service.ask("GET", f"/v1/subjects/{person}/history", token=registrars[0]).json()
    assert (change["kind"], change["before"], change["after"]) == ("rename", "*犇", "***明")
    for day, name in (("2026-10-31", "*犇"), ("2026-11-01", "***明")):
        told = service.ask("GET", f"/v1/subjects/{person}/name", token=registrars[0], params={"on": day}).json()
        assert told == {"on": day, "name": name}


def test_a_renamed_organisation_is_told_of_its_seals(shared_furnished: Service, furnished_folder: Furnished) -> None:
    service = shared_furnished
    registrars = (service.bearer(Grant(Duty.REGISTRAR)), service.bearer(Grant(Duty.REGISTRAR)))
    path = f"/v1/subjects/{furnished_folder.authority}"
    assert service.ask("GET", f"{path}/former-seals", token=registrars[0]).json() == []
    changed(service, registrars, f"{path}/name-changes", name="云州市市场监管局")
    (seal,) = service.ask("GET", f"{path}/former-seals", token=registrars[0]).json()
    assert (seal["id"], seal["state"]) == (furnished_folder.seal, "active")
    assert seal["name"].startswith(cast.AUTHORITY.name)
    told = service.ask("GET", f"{path}/name", token=registrars[0], params={"on": "2026-10-31"}).json()
    assert told["name"] == cast.AUTHORITY.name
    owner = service.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))  # who acts for it sees it as well
    (mine,) = service.ask("GET", "/v1/me/organisations", token=owner).json()
    assert (mine["name"], mine["former_seals"]) == ("云州市市场监管局", [seal])


def test_a_licence_of_a_dissolved_holder_stays_verifiable_and_says_so(
    furnished: Service, furnished_folder: Furnished
) -> None:
    registrars = (furnished.bearer(Grant(Duty.REGISTRAR)), furnished.bearer(Grant(Duty.REGISTRAR)))
    pdf = {"file": ("a.pdf", furnished_folder.licence_pdf)}

    def told() -> tuple[str, list[str]]:
        answer = furnished.ask("POST", "/v1/verify", files=pdf).json()
        known = [one for one in answer["registry"] if one["name"] == "licence.known"]
        return answer["outcome"], [one.get("note", "") for one in known]

    assert told() == ("passed", [""])
    changed(furnished, registrars, f"/v1/subjects/{furnished_folder.enterprise}/closing", cause="dissolution")
    assert told() == ("passed", [HOLDER_ENDED])


def test_a_person_is_registered_by_a_permit_and_found(service: Service, registrars: tuple[str, str]) -> None:
    token = registrars[0]
    answer = service.ask("POST", "/v1/persons", token=token, json={"name": "陈大文", "document": PERMIT})
    assert (answer.status_code, answer.json()["code"]) == (201, "H******11")
    found = service.ask("POST", "/v1/subjects/finding", token=token, json=PERMIT)
    assert found.json() == answer.json()
    other = service.ask("POST", "/v1/subjects/finding", token=token, json={**PERMIT, "number": "H10000012"})
    assert (other.status_code, other.json()["code"]) == (404, "identity.subject_unknown")
    wrong = service.ask(
        "POST", "/v1/persons", token=token, json={"name": "陈大文", "document": {**PERMIT, "number": "H1"}}
    )
    assert (wrong.json()["code"], wrong.json()["details"]["fault"]) == ("identity.document_malformed", "form")


@pytest.mark.parametrize("both", [{}, {"citizen_number": person_number(1), "document": PERMIT}], ids=["none", "two"])
def test_one_document_is_shown(service: Service, registrars: tuple[str, str], both: dict[str, Any]) -> None:
    answer = service.ask("POST", "/v1/persons", token=registrars[0], json={"name": "陈大文", **both})
    assert answer.status_code == 422
    assert "H10000011" not in answer.text


def test_documents_are_added_and_end(service: Service, registrars: tuple[str, str]) -> None:
    person = person_of(service, service.bearer())
    proposal = changed(service, registrars, f"/v1/subjects/{person}/documents", document=PASSPORT)
    assert proposal["content"]["number"] == "E******78"
    listed = service.ask("GET", f"/v1/subjects/{person}/documents", token=registrars[0]).json()
    (passport,) = (one for one in listed if one["kind"] == "passport")
    assert (passport["number"], passport["country"], passport["known_by"]) == ("E******78", "CHN", False)
    assert [one["known_by"] for one in listed if one["kind"] != "passport"] == [True]
    changed(service, registrars, f"/v1/subjects/{person}/documents/{passport['id']}/ending")
    listed = service.ask("GET", f"/v1/subjects/{person}/documents", token=registrars[0]).json()
    assert [bool(one["ended_at"]) for one in listed if one["kind"] == "passport"] == [True]
    kinds = [
        one["after"] + one["before"]
        for one in service.ask("GET", f"/v1/subjects/{person}/history", token=registrars[0]).json()
    ]
    assert kinds == ["passport", "passport"]  # and no number


def test_a_double_is_merged_and_its_licences_follow(service: Service, registrars: tuple[str, str]) -> None:
    ending, survivor = service.bearer(), service.bearer()
    names = person_of(service, ending), person_of(service, survivor)
    proposal = changed(service, registrars, f"/v1/subjects/{names[0]}/merging", survivor=names[1])
    assert proposal["kind"] == "person:merge"
    assert service.ask("GET", "/v1/me", token=ending).status_code == 401
    assert service.ask("GET", f"/v1/subjects/{names[0]}", token=registrars[0]).json()["id"] == names[1]
    copy = service.ask("GET", "/v1/me/data", token=survivor).json()
    assert copy["identifiers"] == [names[1], names[0]]
    assert len(copy["documents"]) == 2


def test_death_and_representation(service: Service, registrars: tuple[str, str]) -> None:
    token = service.bearer()
    person, organisation = person_of(service, token), service.organisation()
    changed(service, registrars, f"/v1/subjects/{organisation}/legal-representative", person=person)
    (told,) = service.ask("GET", "/v1/me/organisations", token=token).json()
    assert (told["organisation"], told["standing"], told["duties"]) == (organisation, "legal_representative", [])
    changed(service, registrars, f"/v1/subjects/{person}/closing", cause="death")
    assert service.ask("GET", "/v1/me", token=token).status_code == 401
    history = service.ask("GET", f"/v1/subjects/{person}/history", token=registrars[0]).json()
    assert [(one["kind"], one["before"], one["after"]) for one in history] == [("close", "active", "closed")]
    history = service.ask("GET", f"/v1/subjects/{organisation}/history", token=registrars[0]).json()
    assert [one["after"] for one in history] == [person]


REFUSALS: Final[list[tuple[str, dict[str, Any], int, str]]] = [
    ("name-changes", {"name": "赵犇"}, 409, "identity.nothing_changes"),
    ("name-changes", {"name": "赵晓", "effective_on": "2026-11-23"}, 400, "identity.change_out_of_order"),
    ("name-changes", {"name": "赵晓", "evidence": " "}, 400, "identity.evidence_missing"),
    ("documents", {"document": PERMIT | {"number": "H9"}}, 400, "identity.document_malformed"),
    ("documents/doc_nothing/ending", {}, 404, "identity.document_unknown"),
    ("merging", {"survivor": "P0"}, 409, "identity.merge_not_possible"),
    ("closing", {"cause": "dissolution"}, 400, "identity.cause_not_of_subject"),
    ("legal-representative", {"person": "P0"}, 404, "identity.subject_unknown"),
]


def test_what_cannot_be_is_refused_when_it_is_proposed(service: Service, registrars: tuple[str, str]) -> None:
    person = person_of(service, service.bearer())
    for path, body, status, code in REFUSALS:
        answer = service.ask(
            "POST",
            f"/v1/subjects/{person}/{path}",
            token=registrars[0],
            json={**CHANGE, **body},
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nobody_changes_their_own_records_and_one_document_is_one_persons(
    service: Service, registrars: tuple[str, str]
) -> None:
    me, other = person_of(service, registrars[0]), person_of(service, registrars[1])
    document = {"kind": "resident_identity_card", "number": number_of(service, other)}
    for person, path, body, code in (
        (me, "name-changes", {"name": "程晓"}, "identity.own_affair"),
        (other, "documents", {"document": document}, "identity.document_in_use"),
        (other, "erasure", {}, "identity.erasure_not_possible"),
    ):
        answer = service.ask(
            "POST",
            f"/v1/subjects/{person}/{path}",
            token=registrars[0],
            json={**CHANGE, **body},
            headers={"Idempotency-Key": uuid4().hex},
        )
        assert answer.json()["code"] == code


# --- personal data


def test_personal_data_is_shown_for_a_purpose_and_the_person_knows(
    service: Service, registrars: tuple[str, str]
) -> None:
    token = service.bearer()
    person = person_of(service, token)
    number = number_of(service, person)
    asked = {"purpose": "counter_service", "fields": ["name", "document"], "reference": "办件20261122-0007"}
    path = f"/v1/subjects/{person}/disclosures"
    before = service.head()
    shown = service.ask("POST", path, token=registrars[0], json=asked)
    assert (shown.status_code, shown.json()["values"]) == (200, {"name": ["赵犇"], "document": [number]})
    (event,) = (one for one in service.events(after=before) if one.tag == "identity:disclose:done")
    assert (event.subject, event.facts["purpose"]) == (person, "counter_service")
    (seen,) = service.ask("GET", "/v1/me/data-accesses", token=token).json()
    assert (seen["id"], seen["purpose"], seen["duty"]) == (shown.json()["access"], "counter_service", "registrar")
    assert (seen["reference"], seen["organisation_name"]) == (asked["reference"], None)
    assert service.ask("GET", "/v1/me/data-accesses", token=token, params={"before": seen["id"]}).json() == []
    for wrong in ({"purpose": "matter"}, {"fields": ["former_names"]}):
        answer = service.ask("POST", path, token=registrars[0], json={**asked, **wrong})
        assert (answer.status_code, answer.json()["code"]) == (403, "identity.purpose_not_permitted")
        assert number not in answer.text


def test_a_business_system_asks_for_its_matters(service: Service) -> None:
    owner = service.organisation()
    system, person = service.system_bearer(owner), person_of(service, service.bearer())
    asked = {"purpose": "matter", "fields": ["name"], "reference": "办件1", "organisation": owner}
    answer = service.ask("POST", f"/v1/subjects/{person}/disclosures", token=system, json=asked)
    assert (answer.status_code, answer.json()["values"]) == (200, {"name": ["赵犇"]})
    elsewhere = {**asked, "organisation": service.organisation()}
    assert service.ask("POST", f"/v1/subjects/{person}/disclosures", token=system, json=elsewhere).status_code == 403


def test_a_copy_of_ones_own_data_is_whole(service: Service, registrars: tuple[str, str]) -> None:
    token = service.bearer()
    person = person_of(service, token)
    changed(service, registrars, f"/v1/subjects/{person}/name-changes", name="赵晓")
    copy = service.ask("GET", "/v1/me/data", token=token).json()
    assert (copy["id"], copy["name"], copy["state"]) == (person, "赵晓", "active")
    assert [one["number"] for one in copy["documents"]] == [number_of(service, person)]
    assert [(one["before"], one["after"]) for one in copy["changes"]] == [("赵犇", "赵晓")]
    assert (copy["accesses"], copy["licences"], copy["represents"]) == ([], [], [])
    system = service.system_bearer()
    assert service.ask("GET", "/v1/me/data", token=system).json()["code"] == "identity.subject_unknown"


def test_who_asks_for_erasure_gets_a_receipt_and_is_erased(service: Service, registrars: tuple[str, str]) -> None:
    token = service.bearer()
    person = person_of(service, token)
    number = number_of(service, person)
    answer = service.ask("POST", "/v1/me/erasure", token=token, json=CHANGE, headers={"Idempotency-Key": "erasure-1"})
    receipt = answer.json()
    assert answer.status_code == 202
    assert set(receipt["kept"]) == {"audit_trail", "issued_licences", "stampings", "access_records"}
    agreed(service, registrars[0], {"id": receipt["proposal"], "digest": receipt["digest"]})
    assert service.ask("GET", "/v1/me", token=token).status_code == 401
    view = service.ask("GET", f"/v1/subjects/{person}", token=registrars[0]).json()
    assert (view["state"], view["code"], view["name"]) == ("erased", "", "**除")
    found = service.ask(
        "POST",
        "/v1/subjects/finding",
        token=registrars[0],
        json={"kind": "resident_identity_card", "number": number},
    )
    assert found.status_code == 404


def test_who_holds_a_duty_is_not_erased(service: Service) -> None:
    token = service.bearer(Grant(Duty.SEAL_MAKER))
    answer = service.ask("POST", "/v1/me/erasure", token=token, json=CHANGE, headers={"Idempotency-Key": "erasure-2"})
    assert (answer.status_code, answer.json()["details"]) == (409, {"fault": "duty"})


def test_what_a_double_came_back_with_is_removed(service: Service, registrars: tuple[str, str]) -> None:
    ending, survivor = service.bearer(), service.bearer()
    names = person_of(service, ending), person_of(service, survivor)
    kept = AuthenticationRepository(service.instance.base.protection)
    held = OneTimeCodes(secret="JBSWY3DPEHPK3PXP", last_step=0)
    with service.instance.base.store.transaction() as tx:
        one = Authenticator(id="authn_double", person=names[0], name="手机", held=held, added_at=tx.now, used_at=None)
        kept.add(tx, one)
        tx.record(AuditEvent(tag="test:enrol:done", actor="test", subject=names[0]))
    changed(service, registrars, f"/v1/subjects/{names[0]}/merging", survivor=names[1])
    with service.instance.base.store.reading() as view:
        assert kept.of_person(view, names[0]) == ()
        changes = service.instance.subjects.history.changes_in(view, names[1])
    assert [one.details["authenticators"] for one in changes] == [1]
