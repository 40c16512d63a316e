"""Keys and the set-up in the console: what is shown, who may propose what, and what becomes of it."""

from identity.openid.keys import KNOWN_AFTER
from tests.console.chapters.keys import look_at_keys, propose_rotation, replace_sign_on_key, rotate_sign_on_key
from tests.console.harness import PHONE, Desks
from tests.console.world import World
from trust.founding import Role

REASON = "年度例行轮换"


def test_keys_are_looked_at_and_their_rotation_is_agreed_to_by_another(desks: Desks, world: World) -> None:
    security = desks("security")
    look_at_keys(security)
    propose_rotation(security, reason=REASON)
    mine = world.ask("security", "GET", "/v1/proposals")["mine"]
    (proposal,) = [one for one in mine if one["kind"] == "key:rotate"]
    assert (proposal["kind"], proposal["subject"], proposal["reason"]) == ("key:rotate", "seal-maker", REASON)
    assert proposal["content"] == {"days": 1, "compromised": False}
    path = f"/v1/proposals/{proposal['id']}/approval"
    world.ask("auditor", "POST", path, json={"digest": proposal["digest"]})
    security.open("/console/keys")
    security.see("我提出的密钥变更", "已同意", f"trust keys rotate seal-maker --proposal {proposal['id']}")
    security.judged("keys-agreed-zh")


def test_versions_of_a_key_and_the_retirement_of_one(desks: Desks, world: World) -> None:
    base = world.service.instance.base
    old = world.service.instance.service_keys.present(Role.SEAL_MAKER)
    base.rotation.rotate(Role.SEAL_MAKER, actor="operator:tests")
    security = desks("security")
    security.open("/console/keys")
    security.click("历次版本")
    security.see("版本 2", "版本 1", "过渡中", old.key.handle, old.certificate.fingerprint)
    security.judged("keys-versions-zh")
    security.click("提议停用")
    security.see("停用后不再签名")
    security.fill("理由", "密钥不再使用")
    security.click("提议停用")
    security.see("已提出，等待复核")
    mine = world.ask("security", "GET", "/v1/proposals")["mine"]
    assert [(one["kind"], one["subject"]) for one in mine if one["kind"] == "key:retire"] == [
        ("key:retire", old.key.handle)
    ]


def test_sign_on_keys_rotate_by_two_and_are_replaced_by_one(desks: Desks, world: World) -> None:
    security = desks("security")
    security.open("/console/keys?part=sign_on")
    security.see("正在使用", "待接替")
    world.clock.advance(KNOWN_AFTER)
    rotate_sign_on_key(security, reason=REASON)
    mine = world.ask("security", "GET", "/v1/proposals")["mine"]
    (proposal,) = [one for one in mine if one["kind"] == "openid_key:rotate"]
    world.ask("auditor", "POST", f"/v1/proposals/{proposal['id']}/approval", json={"digest": proposal["digest"]})
    keys = world.ask("security", "GET", "/v1/openid/keys")
    assert {one["kid"]: one["state"] for one in keys}[proposal["content"]["kid"]] == "current"
    signing = {one["algorithm"]: one["kid"] for one in keys if one["state"] == "current"}
    replace_sign_on_key(security, reason="可能泄露")
    left = {one["kid"] for one in world.ask("security", "GET", "/v1/openid/keys")}
    assert len(set(signing.values()) - left) == 1


def test_who_may_not_propose_sees_keys_without_the_acts(desks: Desks) -> None:
    auditor = desks("auditor")
    auditor.open("/console/keys")
    auditor.see("制章", "历次版本")
    assert not auditor.can_click("提议轮换")
    auditor.click("仪式与变更记录")
    auditor.see("轮换服务密钥")
    auditor.click("下载仪式记录")
    auditor.see("已保存到本机")
    officer = desks("officer")
    officer.open("/console/keys")
    officer.see("没有权限")


def test_the_set_up_is_in_the_menu_while_something_of_it_is_left(desks: Desks, world: World) -> None:
    system = desks("system")
    system.open("/console/setup")
    system.see("初始设置已完成", "这是演示实例", "trust init --founders founders.json")
    assert "初始设置" not in system.text("nav")
    system.judged("setup-complete-zh")
    filer = world.people["filer"].person
    frozen = {"person": filer, "reason": "离岗"}
    world.ask("security", "POST", "/v1/accounts/freezing", json=frozen)
    system.open("/console/setup")
    system.see("已完成 6 步，共 8 步", "还缺（须有账号并已启用）：备案员")
    assert "初始设置" in system.text("nav")
    system.judged("setup-open-zh")
    system.judged("setup-open-zh-phone", size=PHONE)


def test_keys_and_the_set_up_in_english(desks: Desks) -> None:
    security = desks("security")
    security.speak("en")
    security.open("/console/keys")
    security.see("Keys and certificates", "Making seals", "Propose rotation")
    security.judged("keys-0-en")
    for place, part in enumerate(("Sign-on keys", "Authorities", "Custody", "Ceremonies and changes"), start=1):
        security.click(part)
        security.judged(f"keys-{place}-en")
    security.open("/console/setup")
    security.see("This is a demonstration", "Appoint the people")
    security.judged("setup-en")
    security.open("/console/keys")
    security.judged("keys-0-en-phone", size=PHONE)
