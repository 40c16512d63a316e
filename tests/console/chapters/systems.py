"""What becomes of business systems and of what somebody lets another do, by clicking."""

import json
from typing import Final

from tests.console.chapters.access import public_key
from tests.console.chapters.identity import agree, confirm, pick, settle, subject_of
from tests.console.chapters.registry import refused
from tests.console.harness import Desk, Desks
from tests.console.world import World

__all__ = [
    "agree_on_peering",
    "change_it",
    "decline",
    "end_the_peering",
    "give_on",
    "registered_system",
    "renounce",
    "retire_it",
    "stop_it_in_two_tabs",
]

BACK: Final = "https://city.example/sso"


def registered_system(world: World, name: str) -> str:
    """Register a business system and approve it, which others tell of."""
    body = {"organisation": world.furnished.authority, "name": name, "public_jwk": json.loads(public_key())}
    once = {"Idempotency-Key": "system-acts"}
    client: str = world.ask("system", "POST", "/v1/clients", json=body, headers=once)["id"]
    world.ask("security", "POST", f"/v1/clients/{client}/approval")
    return client


def change_it(desks: Desks, client: str, name: str) -> None:
    """Propose another name, which a security administrator agrees to."""
    desk = desks("system")
    desk.open(f"/console/clients/{client}")
    desk.click("变更登记")
    desk.fill("系统名称", name)
    desk.fill("理由", "系统升级更名")
    desk.judged("changing-system")
    confirm(desk)
    settle(desk)
    agree(desks("security"), "变更业务系统登记")
    desk.open(f"/console/clients/{client}")
    desk.see(name)


def agree_on_peering(desks: Desks, client: str) -> None:
    """Propose that a platform is trusted: an address that will not do is refused, then it is agreed to."""
    desk = desks("system")
    desk.open(f"/console/clients/{client}")
    desk.see("没有与该系统约定信任传递")
    desk.click("提请约定")
    desk.fill("可返回的地址", "http://city.example/sso")
    desk.fill("理由", "市级平台互认")
    confirm(desk)
    refused(desk, "peer_malformed", "请核对填写的内容后重试")
    desk.judged("peering")
    desk.fill("可返回的地址", BACK)
    desk.click("姓名")
    confirm(desk)
    settle(desk)
    agree(desks("security"), "与对接平台达成约定")
    desk.open(f"/console/clients/{client}")
    desk.see(BACK, "姓名", "L2")
    desk.judged("peered")


def end_the_peering(desks: Desks, client: str) -> None:
    """Propose the end of it, which is named; a security administrator agrees."""
    desk = desks("system")
    desk.open(f"/console/clients/{client}")
    desk.click("提请终止")
    desk.see("之间的票据双方都不再承认")
    desk.fill("理由", "平台撤并")
    confirm(desk)
    settle(desk)
    agree(desks("security"), "终止与对接平台的约定")
    desk.open(f"/console/clients/{client}")
    desk.see("没有与该系统约定信任传递")


def stop_it_in_two_tabs(desks: Desks, client: str) -> None:
    """Stop a system in one tab; what another tab still offers is refused there, and what is so now is shown."""
    desk = desks("system")
    other = desks.another_tab(desk)
    for one in (desk, other):
        one.open(f"/console/clients/{client}")
        one.see("使用中")
    desk.tab.call("Page.bringToFront")  # what fades away does so in the tab that is seen
    stop(desk)
    settle(desk)
    desk.see("已停用")
    other.tab.call("Page.bringToFront")
    stop(other)
    other.see("现在的状态不允许这一步")
    refused(other, "lifecycle.event_not_possible", "请刷新页面，核对之后再决定")
    other.judged("stale")
    other.open(f"/console/clients/{client}")
    other.see("已停用")
    named = "[...document.querySelectorAll('main button')].map((one) => eyes.named(one))"
    assert "停用" not in other.tab.evaluate(named)
    desk.tab.call("Page.bringToFront")


def stop(desk: Desk) -> None:
    """Stop the system on the page."""
    desk.click("停用")
    desk.fill("理由", "疑似泄露")
    confirm(desk)


def retire_it(desks: Desks, client: str) -> None:
    """Retire a system for good: named in words, agreed to by another person; nothing is offered of it any more."""
    desk = desks("system")
    desk.open(f"/console/clients/{client}")
    desk.click("注销")
    desk.see("同意后不能恢复，密钥和令牌全部作废")
    desk.fill("理由", "系统下线")
    desk.judged("retiring")
    confirm(desk)
    settle(desk)
    agree(desks("security"), "注销业务系统")
    desk.open(f"/console/clients/{client}")
    desk.see("已注销")
    for act in ("变更登记", "注销", "提请增加密钥", "设定配额", "提请接入或变更", "提请约定"):
        assert not desk.can_click(act), act


def give_on(desks: Desks) -> tuple[str, str]:
    """Let an officer act, who may give it on: the officer does, not for longer than it was received for."""
    world, owner, officer = desks.world, desks("owner"), desks("officer")
    me, other = world.people["officer"].person, world.people["maker"].person
    owner.open("/console/delegations")
    owner.click("新建授权委托")
    pick(owner, "受托人", me, me)
    owner.click("以其名义办事")
    owner.fill("结束时间", "2026-12-20 18:00:00")
    owner.fill("可再转授的层数", "1")
    confirm(owner)
    above = subject_of(owner)
    settle(owner)
    officer.open(f"/console/delegations/{above}")
    officer.click("接受")
    confirm(officer)
    settle(officer)
    officer.click("转授他人")
    pick(officer, "受托人", other, other)
    officer.fill("结束时间", "2027-06-30 18:00:00")
    confirm(officer)
    officer.see("转委托超出所受委托的范围（结束时间）")
    refused(officer, "mandate.beyond", "情况可能已有变化")
    officer.judged("giving-on")
    officer.fill("结束时间", "2026-12-10 18:00:00")
    confirm(officer)
    officer.tab.wait(f"!location.pathname.endsWith('{above}')")
    below = subject_of(officer)
    settle(officer)
    officer.see("待接受", "从最初的委托人到当前受托人")
    return above, below


def decline(desks: Desks, name: str) -> None:
    """Decline what was given on, with a reason."""
    desk = desks("maker")
    desk.open(f"/console/delegations/{name}")
    desk.click("谢绝")
    desk.see("的委托。")
    desk.fill("理由", "不在职责范围内")
    confirm(desk)
    settle(desk)
    desk.see("已谢绝")


def renounce(desks: Desks, name: str) -> None:
    """Renounce what was accepted: what was given on ends with it, as the words say."""
    desk = desks("officer")
    desk.open(f"/console/delegations/{name}")
    desk.click("辞去")
    desk.see("由您转授的也同时终止")
    desk.fill("理由", "岗位调整")
    confirm(desk)
    settle(desk)
    desk.see("已辞去")
    assert not desk.can_click("转授他人")
