"""The first days of an instance: people are registered, proven and appointed, and come in for the first time."""

from tests.console.chapters.identity import confirm, pick, settle, subject_of
from tests.console.harness import Desk, Desks
from tests.console.world import PASSWORD, Colleague

__all__ = ["agree_to_all", "join", "open_account", "progress", "propose_duty", "prove", "register"]


def join(desks: Desks, username: str, *, code: str, person: str, name: str) -> Desk:
    """Choose username and password on the page for that, log in, bind a passkey, and come back with it (level 3)."""
    world = desks.world
    world.people[username] = Colleague(username=username, person=person, name=name)
    desk = desks.fresh(username)
    desk.open("/login?next=/console/me")
    desk.click("第一次登录？用激活码启用账户")
    desk.see("启用账户")
    desk.fill("激活码", code)
    desk.fill("用户名", username)
    desk.fill("口令", PASSWORD)
    desk.fill("再次输入口令", PASSWORD)
    desk.click("css:main form button[type=submit]")
    desk.see("账户已启用，请登录。")
    desk.click("css:main a.button")
    desk.tab.wait("!!document.querySelector('#username')")
    desk.fill("用户名", username)
    desk.fill("口令", PASSWORD)
    desk.click("css:main form button[type=submit]")
    desk.arrive()
    desk.see("除口令外还没有其他登录凭据")
    desk.give_device()
    desk.click("绑定通行密钥")
    desk.click("创建通行密钥")
    desk.see("最后一个，不能移除")
    desk.click("css:.user > button")
    desk.click("退出登录")
    desk.tab.wait("!!document.querySelector('form[data-passkey]:not([hidden]) button')")
    desk.click("css:form[data-passkey] button")
    desk.arrive()
    desks.all[username] = desk
    return desk


def register(desks: Desks, name: str, **fields: str) -> str:
    """Register a person or an organisation by the first registrar: by name, and the fields that the form asks for."""
    desk = desks("registrar")
    is_company = "统一社会信用代码" in fields
    desk.open("/console/subjects")
    desk.click("登记组织" if is_company else "登记自然人")
    desk.fill("名称" if is_company else "姓名", name)
    for label, value in fields.items():
        if label == "证件类型":
            desk.choose(label, value)
        elif label == "法定代表人":
            pick(desk, label, value, value)
        else:
            desk.fill(label, value)
    confirm(desk)
    found = subject_of(desk)
    settle(desk)
    return found


def prove(desks: Desks, *, people: int = 0, companies: int = 0) -> None:
    """Prove whoever waits at the proofing desk, one after the other, by the second registrar."""
    desk = desks("registrar2")
    desk.open("/console/proofing")
    for kind, count in (("自然人", people), ("法人及其他组织", companies)):
        desk.click(kind)
        for left in range(count, 0, -1):
            desk.tab.wait(f"document.querySelectorAll('main tbody .el-button').length === {left}")
            desk.click("css:main tbody .el-button")
            confirm(desk)
            settle(desk)
        desk.see("没有待核验的主体")


def open_account(desks: Desks, person: str) -> str:
    """Open an account by a security administrator, who sees the activation code once; return it."""
    desk = desks("security")
    if not desk.place.startswith("/console/accounts"):
        desk.open("/console/accounts")
    desk.click("开通账号")
    pick(desk, "统一身份标识", person, person)
    confirm(desk)
    desk.see("激活码只显示这一次")
    code = desk.text(".el-dialog .code code")
    desk.click("关闭")
    settle(desk)
    return code


def propose_duty(desks: Desks, person: str, duty: str, organisation: str = "") -> None:
    """Propose that somebody be given a duty, by a security administrator."""
    desk = desks("security")
    if not desk.place.startswith("/console/duties"):
        desk.open("/console/duties")
    desk.click("提请授予")
    pick(desk, "授予对象", person, person)
    desk.choose("职责", duty)
    if organisation:
        pick(desk, "所属机构", organisation, organisation)
    desk.fill("依据", "任职通知〔2026〕12号")
    confirm(desk)
    settle(desk)


def agree_to_all(desks: Desks, username: str, kind: str, count: int) -> None:
    """Agree to every proposal of a kind that waits for somebody, looking at each."""
    desk = desks(username)
    desk.open("/console/approvals")
    for _ in range(count):
        desk.click(kind)
        desk.see("内容摘要")
        desk.click("同意")
        desk.see("已同意")
        settle(desk)


def progress(desks: Desks, done: int, *, all_steps: int = 8) -> str:
    """See how far the set-up has come, as the system administrator does; return the words of the page."""
    desk = desks("system")
    desk.open("/console/setup")
    desk.see(f"已完成 {done} 步，共 {all_steps} 步")
    return desk.text()
