"""The frame of the console: coming in, a level that is too low, a desk that was left, what somebody may not open."""

import json

import pytest

from tests.console.chapters.own import network
from tests.console.harness import DESKTOP, PHONE, Desk, Desks
from tests.console.world import PASSWORD

HELD = """globalThis.held = { frames: [], real: requestAnimationFrame, release() {
  globalThis.requestAnimationFrame = this.real;
  for (const one of this.frames) requestAnimationFrame(one);
} };
globalThis.requestAnimationFrame = (one) => held.frames.push(one);"""
"""Lets no frame be drawn until it is released, as on a busy machine."""

AWAY = "(() => {{ const now = Date.now; Date.now = () => now.call(Date) + {minutes} * 60000; }})()"
"""Lets a page believe that so much time has gone by."""


def focused(desk: Desk) -> str:
    """Return the name of what has the focus."""
    return str(desk.tab.evaluate("document.activeElement.id || eyes.named(document.activeElement)"))


@pytest.fixture(scope="module")
def registrar(desks: Desks) -> Desk:
    """Return a registrar who is logged in with password and code."""
    return desks.fresh("registrar").enter()


def test_somebody_comes_in_by_the_login_page_and_is_told_who_they_are(registrar: Desk) -> None:
    registrar.see("工作台", "业务办理", "我的账户")
    registrar.click("css:.user > button")
    registrar.see("认证等级 L2", "身份登记员", "退出登录")
    registrar.judged("home")
    registrar.press("Escape", 27)
    assert registrar.place == "/console/"


def test_the_address_is_kept_over_the_login(desks: Desks) -> None:
    desk = desks.fresh("reviewer")
    desk.tab.open(desk.world.address + "/console/seals?text=%E4%B8%93%E7%94%A8+%E7%AB%A0&state=active")
    desk.tab.wait("location.pathname === '/login' && !!document.querySelector('#username')")
    code = desk.who.code(desk.world.clock) if desk.who else ""
    for name, value in {"username": "reviewer", "password": PASSWORD, "code": code}.items():
        desk.tab.evaluate(f"document.querySelector('#{name}').value = {json.dumps(value)}")
    desk.tab.evaluate("document.querySelector('#username').form.requestSubmit()")
    desk.arrive()
    found = json.loads(desk.tab.evaluate("JSON.stringify([location.pathname, ...new URL(location.href).searchParams])"))
    assert found == ["/console/seals", ["text", "专用 章"], ["state", "active"]]


def test_what_a_duty_does_not_open_is_neither_shown_nor_opened(registrar: Desk) -> None:
    assert not registrar.can_click("审计")
    registrar.open("/console/audit")
    registrar.see("没有权限", "审计管理员")
    assert registrar.place == "/console/audit"
    registrar.judged("denied")
    registrar.open("/console/nothing-here")
    registrar.see("没有这一页")
    registrar.judged("nowhere")


def test_the_focus_goes_to_what_is_new_and_the_title_says_it(registrar: Desk) -> None:
    registrar.open("/console/")
    registrar.go("我的账户")
    registrar.see("登录凭据")
    assert focused(registrar) == "content"
    assert registrar.tab.evaluate("document.title") == "我的账户 · 信印"


def test_ones_own_account_is_shown_in_both_languages(registrar: Desk) -> None:
    registrar.open("/console/me")
    registrar.see("登录凭据", "办公电脑", "本次会话")
    registrar.judged("me-zh-1280")
    registrar.judged("me-zh-390", size=PHONE)
    registrar.click("English")
    registrar.see("Ways to log in", "This session")
    registrar.judged("me-en-390")
    registrar.judged("me-en-1280", size=DESKTOP)
    assert registrar.tab.evaluate("document.documentElement.lang") == "en"
    registrar.click("中文")
    registrar.see("登录凭据")


def test_the_menu_is_a_drawer_on_a_phone(registrar: Desk) -> None:
    registrar.tab.measure(PHONE)
    seen = "getComputedStyle(document.querySelector('.side')).visibility === 'visible'"
    registrar.tab.wait(f"!({seen})")
    registrar.click("css:.menu-button")
    registrar.tab.wait(seen)
    registrar.shot("drawer")
    registrar.press("Escape", 27)
    registrar.tab.wait(f"!({seen})")
    registrar.click("css:.menu-button")
    registrar.go("工作台")
    registrar.tab.wait(f"location.pathname === '/console/' && !({seen})")
    registrar.tab.measure(DESKTOP)


def test_a_list_closes_however_quickly_one_chooses(desks: Desks) -> None:
    desk = desks("security")
    desk.open("/console/duties")
    desk.click("提请授予")
    desk.tab.wait("!!eyes.field('授予对象')")
    desk.tab.evaluate(HELD)  # of what opens and closes until they are released, nothing may be left
    desk.tab.evaluate("(() => { const one = eyes.field('授予对象'); one.focus(); one.click(); })()")
    desk.tab.call("Input.insertText", text="secu")
    desk.strike("[...document.querySelectorAll('.el-select-dropdown__item')].filter(eyes.isSeen)[0]")
    desk.tab.evaluate("held.release()")
    desk.tab.wait("![...document.querySelectorAll('.el-select-dropdown')].some(eyes.isSeen)")
    desk.click("取消")


def test_an_act_that_needs_more_asks_for_it_and_goes_on(registrar: Desk) -> None:
    registrar.open("/console/me")
    registrar.click("绑定动态口令")
    registrar.see("需要再次验证身份", "L3")
    registrar.judged("step-up")
    registrar.plug_in()
    registrar.click("使用通行密钥")
    registrar.see("扫描二维码")
    registrar.not_see("需要再次验证身份")
    registrar.judged("add-codes")
    registrar.click("取消")
    registrar.click("css:.user > button")
    registrar.see("认证等级 L3")
    assert registrar.tab.evaluate("document.cookie") == ""
    kept = registrar.tab.evaluate("JSON.stringify({ ...localStorage, ...sessionStorage })")
    assert "xs_" not in kept


def test_who_declines_is_told_why_it_was_not_done(desks: Desks) -> None:
    desk = desks.fresh("maker").enter("/console/me")
    desk.click("绑定动态口令")
    desk.see("需要再次验证身份")
    desk.tab.evaluate("navigator.credentials.get = () => Promise.reject(new DOMException('no', 'NotAllowedError'))")
    desk.click("使用通行密钥")
    desk.see("没有使用通行密钥")
    desk.click("css:.el-overlay:last-of-type .el-dialog__footer button")
    desk.see("identity.level_too_low")
    assert desk.place == "/console/me"


def test_a_desk_that_is_left_is_locked_in_every_tab(desks: Desks) -> None:
    desk = desks.fresh("filer").enter("/console/me")
    other = desks.another_tab(desk)
    other.open("/console/")
    for one in (desk, other):
        one.tab.evaluate(AWAY.format(minutes=29.5))
    for one in (desk, other):
        one.see("您还在吗？")
    desk.judged("idle")
    desk.tab.call("Page.bringToFront")  # what fades away does so in the tab that is seen
    desk.click("继续工作")
    desk.not_see("您还在吗？")
    other.tab.call("Page.bringToFront")
    other.not_see("您还在吗？")
    cookies = desk.tab.call("Network.getCookies", urls=[desk.world.address])["cookies"]
    secret = next(one["value"] for one in cookies if one["name"] == "xinyin-console")
    for one in (desk, other):  # as after a sleep of the machine, in which nothing ticks, and then a pointer moves
        # The first tab to be locked takes the other one along, which may be on its way already.
        one.tab.told(AWAY.format(minutes=31) + "; dispatchEvent(new Event('pointermove'))")
    for one, place in ((desk, "%2Fconsole%2Fme"), (other, "%2Fconsole%2F")):
        one.tab.wait(f"location.pathname === '/login' && location.search.startsWith('?next={place}')")
    assert desk.world.service.ask("GET", "/v1/me", token=secret).status_code == 401
    names = {one["name"] for one in desk.tab.call("Network.getCookies", urls=[desk.world.address])["cookies"]}
    assert not {"xinyin-console", "xinyin-session"} & names


def test_a_session_that_ended_elsewhere_leads_to_the_login_and_back(desks: Desks) -> None:
    desk = desks.fresh("applicant").enter("/console/me")
    world = desk.world
    for one in world.ask("applicant", "GET", "/v1/auth/sessions"):
        if not one["is_this"]:
            world.ask("applicant", "DELETE", f"/v1/auth/sessions/{one['id']}")
    desk.go("工作台")
    desk.tab.wait("location.pathname === '/login'")
    assert desk.tab.evaluate("new URLSearchParams(location.search).get('next')") == "/console/"


def test_a_preview_is_no_submission_and_what_was_typed_outlives_the_session(desks: Desks) -> None:
    desk = desks.fresh("applicant").enter_strongly("/console/seals/application")
    world = desk.world
    desk.fill("申请理由", "用于签订合同")
    desk.choose("类型", "合同专用章")
    desk.tab.wait("!!document.querySelector('.preview-image')")
    desk.rest()
    for one in world.ask("applicant", "GET", "/v1/auth/sessions"):
        if not one["is_this"]:
            world.ask("applicant", "DELETE", f"/v1/auth/sessions/{one['id']}")
    desk.tab.evaluate(AWAY.format(minutes=2) + "; dispatchEvent(new Event('pointermove'))")
    desk.see("登录已结束", "都还在")
    assert desk.tab.evaluate("eyes.isSeen(document.querySelector('.preview-image'))")
    desk.click("放弃填写，去登录页")
    desk.tab.wait("location.pathname === '/login'")


def test_a_browser_that_keeps_no_cookie_is_told_so_and_not_led_round(desks: Desks) -> None:
    desk = desks.fresh("owner").enter("/console/me")
    body = json.dumps({"code": "request.unauthenticated", "title": "", "status": 401})
    answer = f"new Response({json.dumps(body)}, {{ status: 401, headers: {{ 'Content-Type': 'application/json' }} }})"
    is_asked = "String(one.url ?? one).includes('/v1/me')"
    replaced = f"globalThis.fetch = (one) => {is_asked} ? Promise.resolve(refused()) : real(one)"
    desk.tab.before(f"{{ const refused = () => {answer}; const real = fetch; {replaced}; }}")
    desk.tab.open(f"{desk.world.address}/console/me")
    desk.see("浏览器没有保留登录状态", "console.shut_out")
    desk.shot("shut-out")
    assert desk.axe() == []


def test_logging_out_by_hand_ends_the_session_though_the_network_is_gone_at_first(desks: Desks) -> None:
    desk = desks.fresh("security2").enter()
    desk.click("css:.user > button")
    network(desk, there=False)
    desk.click("退出登录")
    desk.not_see("security2")
    desk.see("正在退出登录", "退出还没有完成")
    network(desk, there=True)
    desk.tab.wait("location.pathname === '/login' && !!document.querySelector('#username')")
    names = {one["name"] for one in desk.tab.call("Network.getCookies", urls=[desk.world.address])["cookies"]}
    assert not {"xinyin-console", "xinyin-session"} & names
