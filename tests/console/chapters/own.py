"""One's own account, and what comes between somebody and the service: a session that is over, no network."""

from typing import Final

import pyotp

from api.demo import cast
from tests.console.chapters.identity import confirm, settle, subject_of
from tests.console.harness import Desk, Desks
from tests.console.world import PASSWORD

__all__ = [
    "add_codes",
    "add_passkey",
    "change_the_password",
    "come_back_in_another_window",
    "end_sessions",
    "fill_in_without_a_network",
    "lose_the_session_while_typing",
    "remove_it",
    "walk_without_a_network",
]

ANOTHER: Final = "nine patient otters at noon"
NAME: Final = "司徒静姝"


def looked(desk: Desk, name: str) -> None:
    """Let a page be judged on which something is still on its way."""
    desk.shot(name)
    assert desk.axe() == []


def code_and_cure(desk: Desk, code: str, cure: str) -> None:
    """See a refusal in words, with its code and what to do."""
    desk.see(code, cure)
    assert desk.tab.evaluate("!!document.querySelector('[role=alert].problem .el-alert__title')?.innerText.trim()")


def end_sessions(desk: Desk) -> None:
    """End one session that is somewhere else, then all others."""
    desk.open("/console/me")
    desk.see("本次会话")
    desk.click("退出 tests")
    desk.see("已退出")
    desk.tab.wait("!eyes.clickable('退出 tests')")
    desk.rest()
    desk.click("退出其他全部会话")
    desk.tab.wait("!eyes.clickable('退出其他全部会话')")
    desk.see("本次会话")


def change_the_password(desk: Desk) -> None:
    """Change the password: with a wrong one first, then one that many know, then a good one."""
    desk.open("/console/me")
    desk.fill("当前口令", "not the password")
    desk.fill("新口令", ANOTHER)
    desk.fill("再次输入新口令", "something else")
    desk.see("两次输入不一致")
    assert desk.tab.evaluate(
        "[...document.querySelectorAll('main button')].find((one) => eyes.named(one) === '修改口令').disabled"
    )
    desk.fill("再次输入新口令", ANOTHER)
    desk.click("修改口令")
    desk.see("当前口令不正确")
    code_and_cure(desk, "identity.credentials_wrong", "请核对填写的内容后重试")
    for label, value in (("当前口令", PASSWORD), ("新口令", "password1234"), ("再次输入新口令", "password1234")):
        desk.fill(label, value)
    desk.click("修改口令")
    code_and_cure(desk, "identity.password_", "请核对填写的内容后重试")
    desk.fill("新口令", ANOTHER)
    desk.fill("再次输入新口令", ANOTHER)
    desk.click("修改口令")
    desk.see("口令已修改，其他地方的登录已退出")


def add_passkey(desk: Desk, name: str) -> None:
    """Make a passkey: the device that has one refuses a second one; another device makes it."""
    desk.open("/console/me")
    desk.plug_in()
    desk.click("绑定通行密钥")
    desk.fill("给它起个名称", name)
    desk.shot("passkey")
    desk.click("创建通行密钥")
    desk.see("需要再次验证身份")
    desk.click("使用通行密钥")
    desk.see("没有创建通行密钥。请重试，或者取消。")
    desk.tab.call("WebAuthn.removeVirtualAuthenticator", authenticatorId=desk.authenticator)
    desk.give_device()
    desk.click("创建通行密钥")
    desk.see("已绑定")
    settle(desk)
    desk.see(name)


def remove_it(desk: Desk, name: str) -> None:
    """Remove what one logs in with: it is named, and what follows."""
    desk.click(f"移除 {name}")
    desk.see(f"移除“{name}”", "不能再用它登录")
    desk.judged("removing")
    confirm(desk)
    desk.see("已移除")
    settle(desk)
    desk.tab.wait(f"!eyes.clickable('移除 {name}')")


def add_codes(desk: Desk, name: str) -> None:
    """Add an app for one-time codes: a wrong code is refused, the right one of the secret that is shown is taken."""
    desk.click("绑定动态口令")
    desk.see("手工输入密钥")
    secret = str(desk.tab.evaluate("document.querySelector('#add-codes code').innerText"))
    clock = desk.world.clock
    right = pyotp.TOTP(secret).at(clock.now())
    desk.fill("应用显示的动态口令", f"{(int(right) + 1) % 1000000:06}")
    desk.fill("给它起个名称", name)
    confirm(desk)
    code_and_cure(desk, "identity.", "重试")
    desk.fill("应用显示的动态口令", right)
    confirm(desk)
    desk.see("已绑定")
    settle(desk)
    desk.see(name)
    desk.not_see(secret)


def lose_the_session_while_typing(desk: Desk, number: str) -> None:
    """Fill in a form, lose the session elsewhere, and be told so: nothing that was typed is gone."""
    assert desk.who is not None
    world = desk.world
    desk.open("/console/subjects")
    desk.click("登记自然人")
    desk.fill("姓名", NAME)
    desk.fill("证件号码", number)
    for one in world.ask(desk.who.username, "GET", "/v1/auth/sessions"):
        if not one["is_this"]:
            world.ask(desk.who.username, "DELETE", f"/v1/auth/sessions/{one['id']}")
    confirm(desk)
    desk.see("登录已结束", "都还在", "在新窗口登录")
    looked(desk, "session-over")
    assert desk.place == "/console/subjects"
    assert desk.tab.evaluate("[...document.querySelectorAll('.el-dialog input')].map((one) => one.value)")[0] == NAME
    link = desk.tab.evaluate("document.querySelector('.el-dialog a[target=_blank]').getAttribute('href')")
    assert link == "/login?next=%2Fconsole%2F"


def come_back_in_another_window(desks: Desks, desk: Desk) -> str:
    """Log in in another window: as somebody else, with whom nothing goes on; then as oneself, and it does."""
    other = desks.another_tab(desk)
    other.who = desks.world.people["registrar2"]
    other.enter()
    desk.see("现在登录的是", "不能继续提交")
    assert desk.place == "/console/subjects"
    other.click("css:.user > button")
    other.click("退出登录")
    other.tab.wait("location.pathname === '/login'")
    desk.see("都还在")
    mine = desks.another_tab(desk)
    mine.who = desk.who
    mine.enter_strongly()
    desk.see("已恢复登录")
    desk.tab.call("Page.bringToFront")  # what fades away does so in the tab that is seen
    person = subject_of(desk)
    settle(desk)
    desk.see("待核验")
    return person


def network(desk: Desk, *, there: bool) -> None:
    """Take the network away, or give it back."""
    desk.tab.call(
        "Network.emulateNetworkConditions", offline=not there, latency=0, downloadThroughput=-1, uploadThroughput=-1
    )


def fill_in_without_a_network(desk: Desk, sequence: int) -> str:
    """Submit a form while the network is gone: told so, it is all still there; it is sent once the network is back."""
    desk.open("/console/subjects")
    desk.click("登记自然人")
    desk.fill("姓名", NAME)
    desk.fill("证件号码", cast.person_number(sequence))
    network(desk, there=False)
    confirm(desk)
    code_and_cure(desk, "console.unreachable", "请检查网络，稍后重试")
    desk.judged("no-network")
    assert desk.tab.evaluate("eyes.field('姓名').value") == NAME
    network(desk, there=True)
    confirm(desk)
    person = subject_of(desk)
    settle(desk)
    return person


def walk_without_a_network(desk: Desk) -> None:
    """Go to a page that cannot be asked for: one stays, is told why, and comes there when the network is back."""
    desk.open("/console/me")
    told = "performance.getEntriesByType('resource').some((one) => /assets.message-/.test(one.name))"
    desk.tab.wait(told)  # what tells of it comes with the page
    network(desk, there=False)
    desk.tab.evaluate(
        "[...document.querySelectorAll('nav a')].find((one) => one.innerText.includes('实名核验')).click()"
    )
    desk.see("连不上服务")
    assert desk.tab.evaluate("!!document.querySelector('nav a')")
    network(desk, there=True)
    desk.go("实名核验台")
    desk.see("待核验的主体")
