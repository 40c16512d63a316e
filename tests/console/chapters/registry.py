"""What becomes of subjects, by clicking: documents, who represents, doubles, the end, and refusals."""

import time
from collections.abc import Callable
from typing import Final

from identity.duties import Grant
from tests.console.chapters.identity import agree, confirm, pick, settle
from tests.console.harness import Desk, Desks
from tests.console.world import World, equipped, registered

__all__ = [
    "add_a_document_by_keyboard",
    "change_the_representative",
    "close_an_organisation",
    "close_and_erase",
    "colleague",
    "end_the_document",
    "find_by_document",
    "merge_doubles",
    "reject",
    "withdraw_a_proofing",
]

PASSPORT: Final = "E12345678"
TAB, ENTER, DOWN, END = ("Tab", 9), ("Enter", 13), ("ArrowDown", 40), ("End", 35)
GROUND: Final = "公安变更通知〔2026〕第21号"
MOST: Final = 80


def colleague(world: World, username: str, name: str, grant: Grant) -> None:
    """Let another person have a duty as well, with an account of their own."""
    if username in world.people:
        return
    instance = world.service.instance
    person = registered(instance, name, 900 + len(world.people))
    with instance.base.store.transaction() as tx:
        instance.base.appointing.add_grant(tx, person, grant, by=world.people["security"].person)
    world.people[username] = equipped(instance, world.clock, username, person, name)


def refused(desk: Desk, code: str, cure: str) -> None:
    """See in the dialog why something is not done, by its code, and what to do."""
    desk.see(code, cure)
    seen = (
        "[...document.querySelectorAll('.el-dialog [role=alert].problem .el-alert__title')].filter(eyes.isSeen).length"
    )
    assert desk.tab.evaluate(seen) == 1


def ground(desk: Desk, reason: str) -> None:
    """Say on what a change rests."""
    desk.fill("证明材料", GROUND)
    desk.fill("办理说明", reason)


def begin(desk: Desk, subject: str, kind: str) -> None:
    """Open the form of a change on the page of a subject."""
    desk.open(f"/console/subjects/{subject}")
    desk.click("更多办理")
    desk.click(kind)


def propose(desk: Desk) -> None:
    """Propose what stands in the form."""
    confirm(desk)
    settle(desk)
    desk.see("等待另一名身份登记员复核")


def reject(desk: Desk, kind: str, reason: str) -> None:
    """Refuse a proposal that waits, which takes a reason."""
    desk.open("/console/approvals")
    desk.click(kind)
    desk.see("意见（驳回时必填）")
    find = "[...document.querySelectorAll('.el-dialog button')].find((one) => eyes.named(one) === '驳回')"
    assert desk.tab.evaluate(f"{find}.disabled")
    desk.fill("意见（驳回时必填）", reason)
    desk.click("驳回")
    desk.see("已驳回")
    settle(desk)


# --- with the keyboard alone


def focused(desk: Desk) -> str:
    """Return what somebody who listens is told of what has the focus."""
    return str(
        desk.tab.evaluate(
            "(() => { const one = document.activeElement; const label = one.labels?.[0]?.innerText ?? '';"
            " const item = one.closest('.el-form-item')?.querySelector('.el-form-item__label')?.innerText ?? '';"
            " return eyes.tidy(`${eyes.named(one)} ${label} ${item}`); })()"
        )
    )


def walk_to(desk: Desk, name: str) -> None:
    """Press Tab until something of this name has the focus."""
    seen = []
    for _ in range(MOST):
        desk.press(*TAB)
        seen.append(focused(desk))
        if name in seen[-1]:
            return
    raise AssertionError(f"no way to {name} by the keyboard: {seen}")


def typed(desk: Desk, text: str) -> None:
    """Type a text where the focus is."""
    desk.tab.call("Input.insertText", text=text)


def lit(desk: Desk) -> str:
    """Return the option of a list that Enter would choose."""
    found = "[...document.querySelectorAll('.el-select-dropdown__item.is-hovering')].find(eyes.isSeen)?.innerText ?? ''"
    return str(desk.tab.evaluate(found))


def press_down(desk: Desk, seen: Callable[[Desk], str]) -> None:
    """Press the arrow down, and wait a while until what is seen has changed: the page notices in its own time."""
    before = seen(desk)
    desk.press(*DOWN)
    for _ in range(20):
        if seen(desk) != before:
            return
        time.sleep(0.02)


def choose_by_keyboard(desk: Desk, option: str) -> None:
    """Go down the list that has the focus, which the first arrow opens, to an option."""
    for _ in range(MOST):
        if option in lit(desk):
            desk.press(*ENTER)
            return
        press_down(desk, lit)
    raise AssertionError(f"no way to {option} by the keyboard")


def go_down_to(desk: Desk, item: str) -> None:
    """Go down a menu to an item. The focus moves when the menu has noticed the key."""
    for _ in range(MOST):
        if item in focused(desk):
            return
        press_down(desk, focused)
    raise AssertionError(f"no way to {item} by the keyboard")


def add_a_document_by_keyboard(desks: Desks, person: str) -> None:
    """Add a document to a person without touching the mouse: menu, list, day, box, text and button."""
    desk = desks("registrar")
    desk.open(f"/console/subjects/{person}")
    desk.see("基本信息")
    desk.rest()
    desk.tab.call("Page.bringToFront")
    walk_to(desk, "更多办理")
    desk.press(*ENTER)
    desk.tab.wait("[...document.querySelectorAll('.el-dropdown-menu__item')].some(eyes.isSeen)")
    go_down_to(desk, "增加证件")
    desk.press(*ENTER)
    desk.see("变更由一名登记员提请")
    desk.rest()  # a dialog takes the focus once it has come in
    desk.tab.wait("!!document.activeElement?.closest('.el-dialog')")
    walk_to(desk, "证件类型")
    choose_by_keyboard(desk, "护照")
    walk_to(desk, "证件号码")
    typed(desk, PASSPORT)
    walk_to(desk, "签发国家或地区")
    typed(desk, "1x")
    desk.see("应为三位大写字母")
    for _ in range(2):
        desk.press("Backspace", 8)
    typed(desk, "SGP")
    desk.not_see("应为三位大写字母")
    walk_to(desk, "证件有效期至")
    typed(desk, "2031-05-06")
    desk.press(*ENTER)
    walk_to(desk, "证明材料")
    typed(desk, GROUND)
    walk_to(desk, "办理说明")
    typed(desk, "本人出示护照原件")
    desk.judged("document-by-keyboard")
    walk_to(desk, "提请复核")
    desk.press(*ENTER)
    settle(desk)
    desk.see("等待另一名身份登记员复核")
    agree(desks("registrar2"), "增加证件")
    desk.open(f"/console/subjects/{person}")
    desk.see("护照", "有效期至 2031年5月6日")


# --- documents


def find_by_document(desk: Desk, *, then: str) -> None:
    """Find a person by a passport."""
    desk.open("/console/subjects")
    desk.click("按证件查找")
    desk.choose("证件类型", "护照")
    desk.fill("证件号码", PASSPORT if then else "E87654321")
    desk.fill("签发国家或地区", "SGP")
    confirm(desk)
    if not then:
        refused(desk, "identity.subject_unknown", "请核对编号，或者返回列表重新查找")
        desk.judged("not-found")
        desk.click("取消")
        settle(desk)
        return
    desk.tab.wait(f"location.pathname.endsWith('{then}')")
    settle(desk)


def end_the_document(desks: Desks, person: str) -> None:
    """End the passport, which is named; it is the only one that can be ended."""
    desk = desks("registrar")
    desk.open(f"/console/subjects/{person}")
    desk.click("证件失效")
    desk.see("护照（", "不再有效")
    ground(desk, "护照换发，原护照作废")
    desk.judged("ending-document")
    propose(desk)
    agree(desks("registrar2"), "证件失效")
    desk.open(f"/console/subjects/{person}")
    desk.see("失效")
    assert not desk.can_click("证件失效")


# --- who acts for an organisation


def change_the_representative(desks: Desks, company: str, person: str) -> None:
    """Change the legal representative: refused with a reason the first time, agreed to the second time."""
    desk, other = desks("registrar"), desks("registrar2")
    for reason in ("股东会决议", "股东会决议，补齐公证书"):
        begin(desk, company, "变更法定代表人")
        pick(desk, "新法定代表人", person, person)
        ground(desk, reason)
        desk.judged("representative")
        propose(desk)
        if "公证书" in reason:
            agree(other, "变更法定代表人")
        else:
            reject(other, "变更法定代表人", "请补充公证书")
            desk.open("/console/approvals")
            desk.see("已驳回")
    desk.open(f"/console/subjects/{company}")
    desk.see("代表与经办人员", "法定代表人", "变更法定代表人")
    desk.judged("represented")


# --- doubles, and the end


def merge_doubles(desks: Desks, double: str, survivor: str) -> None:
    """Merge a double: into itself it is refused, into the other one it is not."""
    desk = desks("registrar")
    begin(desk, double, "合并重复登记")
    desk.see("本标识并入后不再使用")
    pick(desk, "保留的统一身份标识", double, double)
    ground(desk, "经核查为同一人")
    desk.judged("merging")
    confirm(desk)
    refused(desk, "identity.merge_not_possible", "情况可能已有变化")
    pick(desk, "保留的统一身份标识", survivor, survivor)
    propose(desk)
    agree(desks("registrar2"), "合并重复的个人")
    desk.open(f"/console/subjects/{double}")
    desk.see("已并入本标识", survivor)
    desk.judged("merged")


def close_and_erase(desks: Desks, person: str) -> None:
    """Close the registration of somebody who has died, then erase the personal data: both are named in words."""
    desk, other = desks("registrar"), desks("registrar2")
    begin(desk, person, "注销")
    desk.see("注销后不能恢复：会话、印章和业务系统立即停用")
    desk.choose("注销原因", "死亡")
    ground(desk, "死亡医学证明")
    desk.judged("closing")
    propose(desk)
    agree(other, "注销主体")
    begin(desk, person, "删除个人信息")
    desk.see("删除后不能恢复：姓名、证件、变更和核验材料全部清除")
    ground(desk, "近亲属申请删除")
    propose(desk)
    agree(other, "删除个人信息")
    desk.open(f"/console/subjects/{person}")
    desk.see("已删除")
    desk.judged("erased")


def close_an_organisation(desks: Desks, company: str) -> None:
    """Close an organisation whose registration has ended; nothing is offered of it any more."""
    desk = desks("registrar")
    begin(desk, company, "注销")
    desk.choose("注销原因", "解散、注销登记")
    desk.fill("生效日期", "2026-11-01")
    ground(desk, "注销登记通知书")
    propose(desk)
    agree(desks("registrar2"), "注销主体")
    desk.open(f"/console/subjects/{company}")
    desk.see("已注销")
    assert not desk.can_click("更多办理")


def withdraw_a_proofing(desks: Desks, person: str) -> None:
    """Withdraw a proofing: the level falls at once."""
    desk = desks("registrar")
    desk.open(f"/console/subjects/{person}")
    desk.click("撤销核验")
    desk.see("保障等级立即降低")
    desk.fill("理由", "证件系伪造")
    desk.judged("withdrawing-proofing")
    confirm(desk)
    desk.see("已撤销该核验")
    settle(desk)
    desk.see("已撤销")
