"""Identity and access by clicking: subjects by two registrars, accounts, duties, systems, delegations."""

import pytest

from api.demo import cast
from tests.console.chapters import access, identity
from tests.console.harness import Desks

pytestmark = pytest.mark.no_cover  # every route that is clicked here has cheaper tests of its own

NAME, NUMBER = "欧阳清风", cast.person_number(871)
COMPANY, CODE = "云州市清风茶业有限公司", cast.organisation_code("91", "MB0871000")


@pytest.fixture(scope="module")
def person(desks: Desks) -> str:
    """Return a person who was registered by one registrar and proven by another, by clicking."""
    found = identity.register_a_person(desks, NAME, NUMBER)
    identity.register_a_company(desks, COMPANY, CODE)
    identity.prove_at_the_desk(desks, "***风", COMPANY)
    return found


def test_one_registrar_freezes_and_another_lifts_it(desks: Desks, person: str) -> None:
    world = desks.world
    told = world.ask("registrar", "GET", f"/v1/subjects/{person}")
    assert (told["state"], told["name"], told["assurance"]["level"]) == ("active", "***风", 3)
    identity.freeze_and_unfreeze(desks, person)
    assert world.ask("registrar", "GET", f"/v1/subjects/{person}")["state"] == "active"


def test_an_account_gets_a_duty_and_loses_it(desks: Desks, person: str) -> None:
    access.open_an_account(desks, person)
    access.give_a_duty(desks, person)
    asked = {"holder": person}
    assert [one["duty"] for one in desks.world.ask("auditor", "GET", "/v1/duties", params=asked)["duties"]] == [
        "seal_maker"
    ]
    access.take_a_duty_back(desks, person)
    assert desks.world.ask("auditor", "GET", "/v1/duties", params=asked)["duties"] == []


def test_an_account_is_stopped_and_recovered(desks: Desks) -> None:
    holder = desks.world.people["holder"].person
    desks.world.token("holder")
    access.stop_an_account(desks, holder)
    identity.recover_an_account(desks, holder)
    assert desks.world.ask("security", "GET", f"/v1/accounts/{holder}")["state"] == "waiting"


def test_a_business_system_lives_by_clicking(desks: Desks) -> None:
    client = access.register_a_system(desks, "不动产登记系统")
    access.stop_and_resume_a_system(desks, client)
    access.set_quotas(desks, client)
    access.bring_a_key(desks, client)
    access.sign_on(desks, client)
    told = desks.world.ask("system", "GET", f"/v1/clients/{client}")
    assert (told["state"], told["requests_per_minute"], told["requests_per_day"]) == ("active", 600, None)
    assert [one["state"] for one in told["keys"]] == ["retired", "active"]


def test_a_delegation_is_offered_accepted_and_revoked(desks: Desks) -> None:
    name = access.delegate_the_seal(desks)
    assert desks.world.ask("officer", "GET", f"/v1/delegations/{name}")["state"] == "revoked"
    told = desks.world.ask("owner", "GET", f"/v1/delegations/{access.delegate_issuing(desks)}")
    assert (told["matters"], told["licence_types"], told["times"]) == (["licence.issue"], [cast.FOOD_TYPE], 5)


def test_what_a_duty_may_not_do_is_not_offered(desks: Desks) -> None:
    auditor, registrar, system = desks("auditor"), desks("registrar"), desks("system")
    auditor.open(f"/console/clients/{desks.world.furnished.client}")
    auditor.see("登记信息")
    for act in ("停用", "变更登记", "注销", "提请增加密钥", "停用密钥", "设定配额", "提请接入或变更"):
        assert not auditor.can_click(act), act
    auditor.open("/console/duties")
    auditor.see("职责授权", "安全管理员")
    assert not auditor.can_click("提请授予")
    assert not auditor.can_click("收回")
    registrar.open("/console/accounts")
    registrar.see("没有权限")
    system.open("/console/subjects")
    system.see("没有权限")
