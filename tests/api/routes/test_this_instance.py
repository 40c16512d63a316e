"""The instance itself over HTTP: set-up, keys, authorities, custody, and the transcript of its ceremonies."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from api.ceremony import DEMONSTRATION
from api.demo import cast
from api.foundation import Foundation
from api.key_report import custody_of, place_of
from api.schemas.instance import CustodyState, StepName
from api.setting_up import is_demonstration, set_up_of
from identity.duties import Duty, Grant
from identity.lifecycle import SubjectState
from identity.service import RegisterPerson
from tests.api.builders import Furnished, Service, copied, grant, served, settings_for
from tests.fakes.clock import SettableClock
from trust import pki_repository
from trust.founding import PLANS, Role
from trust.rotation import OVERLAP
from trust.store import LostRace, Transaction

SECURITY: Final = Grant(Duty.SECURITY_ADMINISTRATOR)
AUDITOR: Final = Grant(Duty.AUDITOR)
PASSWORD: Final = "seven quiet herons at dawn"
STAFF: Final = (
    Duty.SEAL_APPLICANT,
    Duty.SEAL_REVIEWER,
    Duty.SEAL_MAKER,
    Duty.SEAL_FILER,
    Duty.SEAL_OWNER,
    Duty.LICENCE_OFFICER,
    Duty.LICENCE_REVIEWER,
)
Body = dict[str, Any]


@pytest.fixture(scope="module")
def security(shared: Service) -> str:
    """Return the session of a security administrator."""
    return shared.bearer(SECURITY)


def read(service: Service, token: str, part: str, **params: object) -> Body:
    answer = service.ask("GET", f"/v1/instance{part}", token=token, params=params)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()
    return found


def steps(service: Service) -> dict[str, Body]:
    return {one["step"]: one for one in set_up_of(service.instance).model_dump(mode="json")["steps"]}


# --- whose it is


def test_everybody_is_told_that_people_and_licences_are_made_up(shared: Service) -> None:
    told = read(shared, shared.bearer(), "")
    assert told == {"operator": cast.founders().operator, "demonstration": True}


def test_what_shows_the_service_says_so_in_every_certificate(shared: Service) -> None:
    kept = shared.instance.service_keys
    organisations = {kept.certificate(role).organisation for role in kept.versions}
    assert {cast.founders().operator} == organisations
    assert all(one.endswith(DEMONSTRATION) for one in organisations)


@pytest.mark.parametrize("operator", ["云州市政务服务和数据管理局", f"{DEMONSTRATION}云州市", "演示"])
def test_an_instance_of_an_operator_that_does_not_end_so_is_none(operator: str) -> None:
    assert not is_demonstration(operator)


# --- set-up


def test_a_founded_instance_has_everything_before_it_but_the_ceremony(shared: Service, security: str) -> None:
    told = read(shared, security, "/set-up")
    assert [one["step"] for one in told["steps"]] == [one.value for one in StepName]
    done = {one["step"]: one["done"] for one in told["steps"]}
    assert done == {**dict.fromkeys(map(str, StepName), False), "ceremony": True}
    assert (told["complete"], told["demonstration"]) == (False, True)
    of = {one["step"]: one for one in told["steps"]}
    # Founders who have not chosen a password yet cannot log in.
    assert of["administrators"]["missing"] == ["system_administrator", "security_administrator", "auditor", "registrar"]
    assert of["duties"]["missing"] == [one.value for one in STAFF]
    assert [name for name, one in of.items() if not one["required"]] == ["root_key"]
    assert of["ceremony"]["done_at"] is not None


def test_the_steps_are_done_one_after_the_other(furnished: Service, furnished_folder: Furnished) -> None:
    before = steps(furnished)
    # What was made without anybody who can log in is there all the same.
    assert [name for name, one in before.items() if not one["done"]] == ["administrators", "root_key", "duties"]
    founders = [Duty.SYSTEM_ADMINISTRATOR, *[Duty.SECURITY_ADMINISTRATOR] * 2, Duty.AUDITOR, *[Duty.REGISTRAR] * 2]
    for place, duty in enumerate(founders):
        settle(furnished, place, grant(duty, furnished_folder.authority))
        missing = steps(furnished)["administrators"]["missing"]
        assert (duty.value in missing) == (founders[place + 1 : place + 2] == [duty]), (place, missing)
    for place, duty in enumerate(STAFF, start=20):
        assert not set_up_of(furnished.instance).complete
        settle(furnished, place, grant(duty, furnished_folder.authority))
    after = steps(furnished)
    assert [name for name, one in after.items() if not one["done"]] == ["root_key"]
    assert set_up_of(furnished.instance).complete


def settle(service: Service, number: int, duty: Grant) -> None:
    """Let somebody who has a duty choose a username and a password."""
    base = service.instance.base
    command = RegisterPerson(name="赵犇", citizen_number=cast.person_number(300 + number))
    with base.store.transaction() as tx:
        person = base.identity.add_person(tx, command, by="test", state=SubjectState.ACTIVE)
        issued = base.access.add_account(tx, person.id, by="test")
        base.appointing.add_grant(tx, person.id, duty, by="test")
    base.access.activate(issued.secret, username=f"somebody{number}", password=PASSWORD)


def test_a_root_key_that_was_divided_is_kept_apart(service: Service) -> None:
    assert not steps(service)["root_key"]["done"]
    base = service.instance.base

    def lost(_: Transaction) -> None:
        raise LostRace

    with pytest.raises(LostRace):  # nobody gets a share then, and nothing says that somebody has
        base.divide_root(threshold=2, holders=["甲", "乙", "丙"], actor="operator:test", further=lost)
    assert not steps(service)["root_key"]["done"]
    base.divide_root(threshold=2, holders=["甲", "乙", "丙"], actor="operator:test")
    assert steps(service)["root_key"]["done"]
    told = custody_of(service.instance)
    assert (told.threshold, told.shares, told.generation) == (2, 3, 1)


def test_an_organisation_that_is_registered_and_not_proven_is_no_authority_yet(service: Service) -> None:
    registrar = service.bearer(Grant(Duty.REGISTRAR))
    body = {"name": cast.AUTHORITY.name, "credit_code": cast.AUTHORITY.code}
    made = service.ask("POST", "/v1/organisations", token=registrar, json=body)
    assert made.status_code == 201, made.text
    assert not steps(service)["authority"]["done"]
    service.organisation()
    assert steps(service)["authority"]["done"]


# --- keys


def test_the_keys_of_the_service_by_role(shared: Service, security: str) -> None:
    told = read(shared, security, "/keys")
    assert [one["role"] for one in told["roles"]] == [role.value for role in Role]
    assert told["rotation_needs_agreement"] is False
    kept = shared.instance.service_keys
    for one in told["roles"]:
        role = Role(one["role"])
        present = kept.present(role)
        (key,) = one["keys"]
        assert one["purpose"] == PLANS[role].purpose.value
        assert (key["key"], key["version"], key["state"], key["in_use"]) == (present.key.handle, 1, "active", True)
        assert (key["custody"], key["use_limit"], key["signs_until"]) == ("software", None, None)
        certificate = key["certificate"]
        assert certificate["fingerprint"] == present.certificate.fingerprint
        assert certificate["serial"] == f"{present.certificate.serial:x}"
        assert certificate["revoked_at"] is None


def test_a_rotation_and_what_came_of_the_old_key(service: Service) -> None:
    token, base = service.bearer(AUDITOR), service.instance.base
    role = Role.REPORT
    old = service.instance.service_keys.present(role)
    made = base.rotation.rotate(role, actor="operator:test")
    (found,) = (one for one in read(service, token, "/keys")["roles"] if one["role"] == role.value)
    new, former = found["keys"]
    assert (new["key"], new["in_use"], new["state"], new["version"]) == (made.key.handle, True, "active", 2)
    assert (former["key"], former["in_use"], former["state"]) == (old.key.handle, False, "retiring")
    assert former["signs_until"] == (service.clock.now() + OVERLAP).isoformat().replace("+00:00", "Z")
    with base.store.transaction() as tx:
        base.authorities.revoke(tx, old.certificate, reason=4, actor="operator:test")
        pending = base.custody.generate(tx, PLANS[role].purpose, PLANS[role].algorithm, name=role.value)
    (found,) = (one for one in read(service, token, "/keys")["roles"] if one["role"] == role.value)
    # The newest first: one that waits for its certificate, what signs now, and what was revoked.
    assert [one["state"] for one in found["keys"]] == ["pending", "active", "retiring"]
    assert [one["certificate"] is None for one in found["keys"]] == [True, False, False]
    assert found["keys"][0]["key"] == pending.handle
    assert [one["certificate"]["revoked_at"] is None for one in found["keys"][1:]] == [True, False]
    (act,) = read(service, token, "/ceremonies")["events"]
    assert (act["tag"], act["actor"], act["subject"]) == ("service_key:rotate:done", "operator:test", made.key.handle)
    assert act["facts"]["replaced"] == old.key.handle


def test_a_key_is_found_by_its_whole_handle(shared: Service) -> None:
    base = shared.instance.base
    present = shared.instance.service_keys.present(Role.AUDIT).key
    with base.store.reading() as view:
        assert base.key_in_custody(view, present.handle) == present
        assert base.key_in_custody(view, present.handle.replace("software", "sdf")) is None
        assert base.key_in_custody(view, present.handle[:-1]) is None


# --- authorities


def test_the_authorities_and_what_they_publish(shared: Service, security: str) -> None:
    base = shared.instance.base
    published = shared.instance.trust_lists.current()
    told = read(shared, security, "/authorities")
    assert [one["name"] for one in told["authorities"]] == ["issuing-p256", "issuing-sm2", "root-p256", "root-sm2"]
    for one in told["authorities"]:
        with base.store.reading() as view:
            kept = pki_repository.kept_lists(view)[pki_repository.ListId(one["name"])]
            responder = pki_repository.responder(view, one["name"])
        assert responder is not None
        assert one["responder"]["fingerprint"] == responder.certificate.fingerprint
        assert (one["generation"], one["newest"], one["is_root"]) == (1, True, one["name"].startswith("root"))
        assert (one["revocation_list"]["number"], one["revocation_list"]["current"]) == (kept.number, True)
        assert (one["responder_current"], one["key"]["state"]) == (True, "active")
    sequence = {"sequence": published.sequence, "current": True}
    assert {name: told["trust_list"][name] for name in sequence} == sequence
    assert (told["waiting"], told["ending"]) == ([], [])


def test_what_is_past_its_time_is_told(service: Service) -> None:
    token = service.bearer(AUDITOR)
    assert read(service, token, "/authorities")["trust_list"] is None
    service.instance.trust_lists.current()
    with service.instance.base.store.reading() as view:
        lists = pki_repository.kept_lists(view)
    last = max(one.next_update for place, one in lists.items() if place.issuer == "issuing-sm2")
    service.clock.advance(last - service.clock.now())
    told = read(service, service.bearer(AUDITOR), "/authorities")
    found = {one["name"]: one for one in told["authorities"]}
    assert found["issuing-sm2"]["revocation_list"]["current"] is False
    assert told["trust_list"]["current"] is False


def test_a_generation_that_was_succeeded_is_not_the_newest(service: Service) -> None:
    service.instance.base.succeed("issuing-sm2", actor="operator:test")
    told = read(service, service.bearer(AUDITOR), "/authorities")
    line = [one for one in told["authorities"] if one["line"] == "issuing-sm2"]
    assert [(one["generation"], one["newest"]) for one in line] == [(1, False), (2, True)]
    (act,) = read(service, service.bearer(AUDITOR), "/ceremonies")["events"]
    assert act["tag"] == "authority:succeed:done"


# --- custody


def test_the_custody_says_where_keys_are_and_that_they_can_be_used(shared: Service, security: str) -> None:
    told = read(shared, security, "/custody")
    assert told == {
        "state": "unsealed",
        "code": "",
        "kinds": ["software"],
        "root_key": "file",
        "generation": 1,
        "threshold": None,
        "shares": None,
    }


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"root_secret": "00" * 32}, "environment"),
        ({"root_token_key": "root", "pkcs11_module": "/nowhere.so"}, "token"),
        ({"custody": "process"}, "process"),
    ],
    ids=["environment", "token", "process"],
)
def test_the_root_key_comes_from_where_the_settings_say(tmp_path: Path, changes: Mapping[str, str], place: str) -> None:
    assert place_of(settings_for(tmp_path, **changes)) == place


def test_a_sealed_custody_is_told_apart_from_one_that_does_not_answer(
    founded_folder: Path, tmp_path: Path, clock: SettableClock
) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with served(folder, clock) as service:
        instance = service.instance
        for custody, state, code in (
            ("process", CustodyState.UNAVAILABLE, "keys.signing_unavailable"),
            ("software", CustodyState.SEALED, "keys.sealed"),
        ):
            base = Foundation.open_sealed(settings_for(folder, custody=custody))
            told = custody_of(replace(instance, base=base))
            assert (told.state, told.code) == (state, code)
            base.store.close()


# --- ceremonies


def test_the_transcript_names_authorities_founders_and_every_act_since(service: Service) -> None:
    token, base = service.bearer(SECURITY), service.instance.base
    made = base.rotation.rotate(Role.REPORT, actor="operator:test")
    answer = service.ask("GET", "/v1/instance/ceremonies/transcript", token=token)
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="ceremonies.md"'
    with base.store.reading() as view:
        authorities = base.authorities.all(view)
    for one in authorities:
        assert f"| {one.name} | {one.certificate.common_name} | `{one.certificate.fingerprint}` |" in answer.text
    duties = [line.split(" | ")[0].removeprefix("| ") for line in answer.text.splitlines() if line.count(" | ") == 3]
    order = ["system_administrator", "security_administrator", "auditor", "registrar", "registrar"]
    assert [one for one in duties if one in order] == [*order, "security_administrator"]
    (act,) = (line for line in answer.text.splitlines() if "service_key:rotate:done" in line)
    (recorded,) = (one for one in service.events() if one.tag == "service_key:rotate:done")
    assert made.key.handle in act
    assert f"| {recorded.actor} |" in act


def test_acts_are_told_page_by_page_the_newest_first(service: Service) -> None:
    token = service.bearer(AUDITOR)
    for role in (Role.REPORT, Role.AUDIT, Role.TRUST_LIST):
        service.instance.base.rotation.rotate(role, actor="operator:test")
        service.clock.advance(timedelta(seconds=1))
    whole = read(service, token, "/ceremonies")
    assert (len(whole["events"]), whole["next"]) == (3, None)
    first = read(service, token, "/ceremonies", limit=2)
    second = read(service, token, "/ceremonies", limit=2, before=first["next"])
    assert [*first["events"], *second["events"]] == whole["events"]
    assert [one["sequence"] for one in whole["events"]] == sorted(
        (one["sequence"] for one in whole["events"]), reverse=True
    )


@pytest.mark.parametrize(("name", "value"), [("before", 0), ("before", 2**63), ("limit", 0), ("limit", 101)])
def test_pages_out_of_range_are_refused(shared: Service, security: str, name: str, value: int) -> None:
    answer = shared.ask("GET", "/v1/instance/ceremonies", token=security, params={name: value})
    assert (answer.status_code, answer.json()["code"]) == (422, "request.malformed")
