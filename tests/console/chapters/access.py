"""Accounts, duties, business systems and delegations, by clicking: each step by the person whose duty it is."""

import json
from pathlib import Path

from joserfc.jwk import ECKey

from api.demo import cast
from tests.console.chapters.identity import agree, confirm, pick, settle, subject_of
from tests.console.harness import Desk, Desks
from trust.delegations import Chain

__all__ = [
    "bring_a_key",
    "delegate_issuing",
    "delegate_stamping",
    "delegate_the_seal",
    "give_a_duty",
    "open_an_account",
    "register_a_system",
    "set_quotas",
    "sign_on",
    "stamp_under_it",
    "stop_an_account",
    "stop_and_resume_a_system",
    "take_a_duty_back",
]

DUTY = "制章员"


def public_key() -> str:
    """Return a public key as a system hands it over."""
    return json.dumps(ECKey.generate_key("P-256").as_dict(private=False))


def open_an_account(desks: Desks, person: str) -> None:
    """Open an account, by a security administrator, who sees the activation code once."""
    desk = desks("security")
    desk.open("/console/accounts")
    desk.shot("accounts")
    desk.click("开通账号")
    pick(desk, "统一身份标识", person, person)
    confirm(desk)
    desk.see("激活码只显示这一次", "xa_")
    desk.judged("activation")
    desk.tab.evaluate("navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    desk.click("复制")
    desk.see("浏览器不允许复制", "xa_")  # what is shown once stays, whatever the browser lets a page do
    desk.click("关闭")
    settle(desk)
    desk.not_see("xa_")
    desk.open(f"/console/accounts/{person}")
    desk.see("待激活", "没有职责")


def give_a_duty(desks: Desks, person: str) -> None:
    """Give a duty: one security administrator proposes it, another one agrees."""
    desk = desks("security")
    desk.open(f"/console/accounts/{person}")
    desk.click("提请授予")
    desk.choose("职责", DUTY)
    desk.fill("依据", "任职通知〔2026〕12号")
    desk.shot("granting")
    confirm(desk)
    settle(desk)
    agree(desks("security2"), "授予职责")
    desk.open(f"/console/accounts/{person}")
    desk.see(DUTY, "不限机构")


def take_a_duty_back(desks: Desks, person: str) -> None:
    """Take a duty back at once, by one security administrator."""
    desk = desks("security")
    desk.open(f"/console/duties?holder={person}")
    desk.see(DUTY)
    desk.shot("duties")
    desk.click("收回")
    desk.fill("理由", "岗位调整")
    confirm(desk)
    settle(desk)
    desk.see("没有符合条件的职责")


def stop_an_account(desks: Desks, person: str) -> None:
    """End the sessions of an account and freeze it, by one security administrator; another one opens it again."""
    desk, other = desks("security"), desks("security2")
    desk.open(f"/console/accounts/{person}")
    desk.see("通行密钥")
    desk.shot("account")
    desk.click("强制退出")
    desk.fill("理由", "设备遗失")
    confirm(desk)
    desk.see("目前没有登录")
    settle(desk)
    desk.click("冻结账号")
    desk.fill("理由", "设备遗失")
    confirm(desk)
    settle(desk)
    desk.see("由您冻结，须另一名安全管理员解冻")
    other.open(f"/console/accounts/{person}")
    other.click("解冻账号")
    other.fill("理由", "设备已找回")
    confirm(other)
    settle(other)
    other.see("使用中")


def register_a_system(desks: Desks, name: str) -> str:
    """Register a business system with its key, by the system administrator; a security administrator approves it."""
    desk = desks("system")
    desk.open("/console/clients")
    desk.shot("systems")
    desk.click("登记业务系统")
    desk.fill("系统名称", name)
    pick(desk, "所属机构", "市场监督", "云州市市场监督管理局")
    desk.fill("公钥（JWK）", json.dumps(ECKey.generate_key("P-256").as_dict(private=True)))
    desk.see("这里面有私钥！")
    desk.fill("公钥（JWK）", public_key())
    desk.not_see("这里面有私钥！")
    desk.judged("registering-system")
    confirm(desk)
    client = subject_of(desk)
    settle(desk)
    desk.see(name, "待批准")
    assert not desk.can_click("批准")
    security = desks("security")
    security.open(f"/console/clients/{client}")
    security.click("批准")
    confirm(security)
    settle(security)
    security.see("使用中")
    return client


def stop_and_resume_a_system(desks: Desks, client: str) -> None:
    """Stop a system at once, by the system administrator; a security administrator lets it go on."""
    desk, security = desks("system"), desks("security")
    desk.open(f"/console/clients/{client}")
    desk.click("停用")
    desk.fill("理由", "疑似泄露")
    confirm(desk)
    settle(desk)
    desk.see("已停用")
    security.open(f"/console/clients/{client}")
    security.click("恢复")
    security.fill("理由", "查明无误")
    confirm(security)
    settle(security)
    security.see("使用中")


def set_quotas(desks: Desks, client: str) -> None:
    """Give a system a quota of its own, by the system administrator."""
    desk = desks("system")
    desk.open(f"/console/clients/{client}")
    desk.click("设定配额")
    desk.fill("每分钟请求数", "600")
    confirm(desk)
    settle(desk)
    desk.see("单独设定", "已用 0 / 600")


def bring_a_key(desks: Desks, client: str) -> None:
    """Bring a further key, which takes two; the old one is retired by one, at once."""
    desk = desks("system")
    desk.open(f"/console/clients/{client}")
    desk.click("提请增加密钥")
    desk.fill("公钥（JWK）", public_key())
    desk.fill("理由", "原密钥即将到期")
    confirm(desk)
    settle(desk)
    agree(desks("security"), "为业务系统增加密钥")
    desk.open(f"/console/clients/{client}")
    desk.click("停用密钥")
    confirm(desk)
    settle(desk)
    desk.see("已停用")
    desk.shot("system")


def sign_on(desks: Desks, client: str) -> None:
    """Let a system take part in sign-on: the system administrator proposes it, a security administrator agrees."""
    desk = desks("system")
    desk.open(f"/console/clients/{client}")
    desk.click("提请接入或变更")
    desk.fill("登录回调地址", "https://app.example/back")
    desk.click("实名信息")
    desk.click("只发放绑定密钥的令牌（DPoP）")
    desk.fill("本系统的接口地址", "https://app.example/api")
    desk.fill("理由", "政务服务大厅接入统一登录")
    desk.judged("sign-on")
    confirm(desk)
    settle(desk)
    agree(desks("security"), "登记单点登录接入")
    desk.open(f"/console/clients/{client}")
    desk.see("https://app.example/back", "用户标识、实名信息", "https://app.example/api")
    found = desks.world.ask("system", "GET", f"/v1/clients/{client}/openid")["registered"]
    assert (found["resources"], found["dpop_bound_access_tokens"]) == (["https://app.example/api"], True)


def delegate_issuing(desks: Desks) -> str:
    """Let an officer issue licences of a type for the authority, five times; return the delegation."""
    desk, world = desks("owner"), desks.world
    person = world.people["officer"].person
    desk.open("/console/delegations")
    desk.click("新建授权委托")
    pick(desk, "受托人", person, person)
    desk.click("发证")
    desk.see("受托人还须有为签发证照使用印章的授权或委托")
    written(desk, "证照类型", cast.FOOD_TYPE)
    desk.fill("最多使用次数", "5")
    desk.fill("结束时间", "2026-12-20 18:00:00")
    confirm(desk)
    name = subject_of(desk)
    settle(desk)
    desk.see(cast.FOOD_TYPE, "已用 0 次，共 5 次")
    return name


def delegate_stamping(desks: Desks, seal: str) -> tuple[str, str]:
    """Let the owner have one person stamp three notices, who lets another one stamp one of them.

    Return the names of both delegations.
    """
    world = desks.world
    between, agent = (world.people[one].person for one in ("licence.reviewer", "officer"))
    owner, giver = desks("owner"), desks("licence.reviewer")
    owner.open("/console/delegations")
    owner.see("以谁的名义查看")
    owner.click("新建授权委托")
    owner.see("以其名义办事")
    pick(owner, "受托人", between, between)
    owner.click("用印")
    owner.choose("印章", world.ask("owner", "GET", f"/v1/seals/{seal}")["name"])
    owner.choose("用途", "文件用印")
    owner.choose("文书种类", "通知")
    owner.fill("最多使用次数", "3")
    owner.fill("结束时间", "2026-11-29 18:00:00")
    owner.fill("可再转授的层数", "1")
    owner.shot("delegating-stamping")
    confirm(owner)
    first = subject_of(owner)
    settle(owner)
    giver.open("/console/delegations")
    assert "文件用印" not in giver.text("nav")
    received(giver, first)
    giver.go("文件用印")
    giver.see("剩余 3 次", "查看授权委托")
    giver.click("查看授权委托")
    giver.click("转授他人")
    pick(giver, "受托人", agent, agent)
    giver.fill("最多使用次数", "1")
    confirm(giver)
    giver.tab.wait(f"!location.pathname.endsWith('{first}')")
    second = subject_of(giver)
    settle(giver)
    received(desks("officer"), second)
    return first, second


def stamp_under_it(desks: Desks, folder: Path, seal: str, delegation: str) -> Path:
    """Let the officer stamp under a delegation, and save the chain; return the stamped document."""
    desk = desks("officer")
    desk.open(f"/console/stamping?seal={seal}")
    desk.choose("印章与授权", "（授权委托）")
    desk.see("剩余 1 次", "查看授权委托")
    desk.save_to(folder)
    desk.upload("input[type=file]", folder / "letter.pdf")
    desk.tab.wait("!!document.querySelector('canvas[data-drawn]')")
    desk.click("盖章")
    desk.see("下载已盖章文件", "剩余 0 次")
    desk.judged("stamping-delegated")
    desk.click("下载已盖章文件")
    desk.saved(folder, "letter-已盖章.pdf")
    desk.click("查看授权委托")
    desk.see("已用 1 次，共 1 次")
    desk.click("下载授权链")
    chain = Chain.read(desk.saved(folder, f"{delegation}.der"))
    assert chain.statements[-1].delegation.id == delegation
    return folder / "letter-已盖章.pdf"


def written(desk: Desk, label: str, text: str) -> None:
    """Write something into a list to which one may add."""
    desk.tab.wait(f"!!eyes.field('{label}')")
    desk.tab.evaluate(f"(() => {{ const one = eyes.field('{label}'); one.focus(); one.click(); }})()")
    desk.tab.call("Input.insertText", text=text)
    find = (
        "[...document.querySelectorAll('.el-select-dropdown__item')].filter(eyes.isSeen)"
        f".find((one) => eyes.tidy(one.innerText) === '{text}')"
    )
    desk.strike(find)
    desk.tab.wait(
        f"[...document.querySelectorAll('.el-dialog .el-tag')].some((one) => one.innerText.includes('{text}'))"
    )


def received(desk: Desk, delegation: str) -> None:
    """Accept a delegation."""
    desk.open(f"/console/delegations/{delegation}")
    desk.click("接受")
    confirm(desk)
    settle(desk)
    desk.see("有效", "辞去")


def delegate_the_seal(desks: Desks) -> str:
    """Let an officer act for the authority, by its owner of seals; the officer accepts; the owner revokes it."""
    owner, officer = desks("owner"), desks("officer")
    person = desks.world.people["officer"].person
    owner.open("/console/delegations")
    owner.shot("delegations")
    owner.click("新建授权委托")
    pick(owner, "受托人", person, person)
    owner.click("以其名义办事")
    owner.fill("结束时间", "2026-12-20 18:00:00")
    owner.judged("delegating")
    confirm(owner)
    name = subject_of(owner)
    settle(owner)
    owner.see("待接受", "尚未签名")
    officer.open("/console/delegations")
    officer.click("详情")
    officer.click("接受")
    confirm(officer)
    settle(officer)
    officer.see("有效", "辞去")
    officer.shot("delegation")
    owner.open(f"/console/delegations/{name}")
    owner.click("撤销")
    owner.fill("理由", "岗位调整")
    confirm(owner)
    settle(owner)
    owner.see("已撤销")
    return name
