"""What a holder does with a phone in the hand: licences, the live code, consents, and who used what."""

import io
from base64 import b64decode
from typing import Any, Final

from PIL import Image

from api.demo import cast
from licence.qr import read_codes
from tests.api.routes.test_stampings import system_token
from tests.console.chapters.identity import confirm, pick, settle
from tests.console.harness import Desk, Desks

__all__ = [
    "give_consent",
    "look_at_licences",
    "propose_a_grant",
    "read_records",
    "show_a_licence",
    "withdraw_it",
]

PURPOSE: Final = "loan.review"
WORDS: Final = "个人住房公积金贷款资格审核"


def propose_a_grant(desks: Desks) -> str:
    """Propose that a system may ask for business licences with the holder's consent, as the officer; return it."""
    desk, world = desks("officer"), desks.world
    desk.open("/console/sharing")
    desk.click("拟定共享授权")
    pick(desk, "业务系统", "综合", "综合业务系统")
    desk.fill("有效期至", "2027-06-10")
    desk.choose("证照类型", "营业执照")
    desk.see("可见的数据项")
    desk.fill("用途说明（持证主体看到的文字）", WORDS)
    desk.fill("用途代码", PURPOSE)
    desk.click("须持证主体逐次授权")
    confirm(desk)
    desk.see("已提交，等待复核")
    settle(desk)
    (found,) = [one for one in world.ask("officer", "GET", "/v1/sharing-grants") if one["state"] == "proposed"]
    return str(found["id"])


def ask_for_data(desks: Desks) -> int:
    """Ask for the data of the licence as the business system, and return how that was answered."""
    world = desks.world
    path = f"/v1/licences/{world.furnished.licence}"
    identifier = world.ask("officer", "GET", path)["identifier"]
    token = system_token(world.service, world.furnished.client)
    answer = world.service.ask(
        "POST", f"/v1/sharing/licences/{identifier}/data", token=token, json={"purpose": PURPOSE}
    )
    return int(answer.status_code)


def look_at_licences(desk: Desk) -> None:
    """Look at one's own licences, of which there are none, and at those of the enterprise that one represents."""
    desk.open("/console/my-licences")
    desk.see("名下还没有电子证照")
    desk.judged("none")
    desk.choose("查看谁的", cast.ENTERPRISE.name)
    desk.see("营业执照", "亮证")
    desk.tab.wait("![...document.querySelectorAll('.el-select-dropdown')].some(eyes.isSeen)")
    desk.shot("licences")
    desk.click("营业执照")
    desk.see("证照内容", cast.ENTERPRISE.name)
    desk.click("查看证照文件")
    desk.tab.wait("!!document.querySelector('canvas[data-drawn]')")
    desk.shot("licence")


def show_a_licence(desks: Desks, desk: Desk) -> None:
    """Show a code: somebody scans it from the screen, and the holder sees that."""
    desk.open(f"/console/my-licences/{desks.world.furnished.licence}/show?holder={desks.world.furnished.enterprise}")
    desk.fill("用途", "进场核验")
    desk.click("生成亮证码")
    desk.see("剩余 60 秒")
    desk.judged("live")
    first = scanned(desk)
    desk.click("换一个新码")
    desk.tab.wait(f"document.querySelector('.code img').src !== {desk.tab.evaluate('globalThis.shownBefore')!r}")
    address = scanned(desk)
    assert first != address
    secret = address.rpartition("/")[2]
    answer = desks.world.service.ask("POST", "/v1/verify/live-code", json={"secret": secret})
    assert (answer.status_code, answer.json()["purpose"]) == (200, "进场核验")
    desk.see("已被查验", "对方没有登录，身份未知")
    desk.judged("checked")


def scanned(desk: Desk) -> str:
    """Return what the code on the screen says, as a scanner reads it."""
    desk.tab.evaluate("globalThis.shownBefore = document.querySelector('.code img').src")
    place = desk.tab.evaluate(
        "(() => { const one = document.querySelector('.code').getBoundingClientRect();"
        " return [one.x + scrollX, one.y + scrollY, one.width, one.height]; })()"
    )
    clip = dict(zip(("x", "y", "width", "height"), place, strict=True)) | {"scale": 2}
    told = desk.tab.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
    with Image.open(io.BytesIO(b64decode(told))) as picture:
        (code,) = read_codes(picture.convert("RGB"))
    return code


def give_consent(desks: Desks, desk: Desk) -> dict[str, Any]:
    """Let the system use the licence, three times within a week, and return the consent."""
    assert ask_for_data(desks) == 403
    world = desks.world
    desk.open(f"/console/my-licences/{world.furnished.licence}?holder={world.furnished.enterprise}")
    desk.click("授权他人使用")
    desk.see(WORDS)
    desk.click("7 天")
    desk.click("3 次")
    desk.judged("consent")
    desk.click("查看授权书")
    desk.see("用证授权书", f"用途：{WORDS}", "最多 3 次")
    assert not desk.can_click("同意授权")
    desk.click("我已阅读并同意以上内容")
    desk.judged("terms")
    desk.click("同意授权")
    desk.see("我的授权", "已用 0 次 / 最多 3 次")
    holder = {"holder": world.furnished.enterprise}
    (found,) = world.ask("holder", "GET", "/v1/my/consents", params=holder)
    told: dict[str, Any] = found
    return told


def read_records(desks: Desks, desk: Desk) -> None:
    """Read who used the licence, what was refused too, and who looked at one's own data."""
    assert ask_for_data(desks) == 200
    world = desks.world
    body = {"purpose": "correction", "fields": ["name"], "reference": "办件20261122-0007"}
    world.ask("registrar", "POST", f"/v1/subjects/{world.people['holder'].person}/disclosures", json=body)
    desk.open(f"/console/my-records?holder={world.furnished.enterprise}")
    desk.see("获取证照数据", "已提供", "您的授权", "已拒绝", "没有您的同意")
    desk.shot("records")
    desk.click("谁看过我的信息")
    desk.see("身份登记员", "更正信息", "办件20261122-0007")
    desk.judged("accesses")


def withdraw_it(desks: Desks, desk: Desk) -> None:
    """Look at the consent with its use, and withdraw it: the system is refused from then on."""
    desk.open(f"/console/my-consents?holder={desks.world.furnished.enterprise}")
    desk.see("已用 1 次 / 最多 3 次")
    desk.shot("consents")
    desk.click("详情")
    desk.see("用证授权书", "获取证照数据")
    desk.judged("consent-details")
    desk.click("撤回授权")
    desk.see("撤回后立即失效")
    desk.tab.wait("![...document.querySelectorAll('.el-drawer')].some(eyes.isSeen)")
    desk.judged("withdrawal")
    desk.click("css:.el-dialog__footer .el-button--danger")
    desk.see("已撤回")
    assert ask_for_data(desks) == 403
