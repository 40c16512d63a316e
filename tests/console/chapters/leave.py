"""What is asked of another person first, by clicking: a use of a seal, a share in licences, a draft; and messages."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from tests.console.chapters.identity import confirm, pick, settle
from tests.console.harness import Desk, Desks
from tests.console.world import World
from tests.plain_rows import put_rows
from tests.trust.pdf.paper import page_dictionary, paper
from trust.outbox_repository import MessageState
from trust.tables import OutboxRow

__all__ = [
    "ask_to_stamp",
    "authorise_each_use",
    "grant_the_use",
    "propose_sharing",
    "refuse_a_draft",
    "refused_message",
    "send_it_again",
    "set_it_aside",
    "stamp_under_the_grant",
    "withdraw_the_question",
]

PAGES: Final = 12
"""Of a document that is longer than what is seen of it at once."""


# --- a use of a seal


def authorise_each_use(world: World, seal: str) -> None:
    """Let the officer stamp notices with a seal, each use of which its owner approves."""
    grant = {"holder": world.people["officer"].person, "purpose": "document.stamp", "approval": "each"}
    body = grant | {
        "document_kinds": ["notice"],
        "valid_until": (world.clock.now() + timedelta(days=90)).isoformat(),
    }
    once = {"Idempotency-Key": "each-use"}
    world.ask("owner", "POST", f"/v1/seals/{seal}/authorisations", json=body, headers=once)


def put_in(desk: Desk, path: Path) -> None:
    """Choose the document that is to be stamped."""
    desk.upload("main input[type=file]", path)
    desk.tab.wait("!!document.querySelector('canvas[data-drawn]')")


def ask_to_stamp(desks: Desks, seal: str, letter: Path) -> None:
    """Ask the owner for leave to stamp a document at a place, and say why."""
    desk = desks("officer")
    desk.open(f"/console/stamping?seal={seal}")
    desk.see("此授权要求每次用印先经所有者审批")
    put_in(desk, letter)
    find = "[...document.querySelectorAll('button')].find((one) => eyes.named(one) === '申请用印审批')"
    assert desk.tab.evaluate(f"{find}.disabled")
    desk.fill("申请事由", "发布第 118 号通知")
    desk.click("申请用印审批")
    desk.see("我的用印申请", "待审批", letter.name)
    desk.rest()
    desk.judged("asked")


def withdraw_the_question(desks: Desks) -> None:
    """Take the question back."""
    desk = desks("officer")
    desk.click("撤回")
    desk.see("已撤回申请")
    desk.not_see("待审批")


def grant_the_use(desks: Desks, letter: Path) -> None:
    """See as the owner which document would be stamped, where and why, and agree."""
    desk = desks("owner")
    desk.open("/console/approvals")
    desk.click("申请使用")
    desk.see("发布第 118 号通知", letter.name)
    desk.judged("leave")
    desk.click("同意用印")
    desk.see("已同意用印")
    settle(desk)


def turn_its_pages(desk: Desk) -> None:
    """Read a document of many pages: what is in sight is drawn, and what is not takes no room."""
    drawn = "[...document.querySelectorAll('.pdf canvas[data-drawn]')].map((one) => Number(one.dataset.page))"
    desk.tab.wait(f"{drawn}.length > 0")
    assert 1 in desk.tab.evaluate(drawn)
    assert len(desk.tab.evaluate(drawn)) < PAGES
    desk.see(f"第 1 页，共 {PAGES} 页")
    desk.tab.evaluate("document.querySelector('.pdf-pages').focus()")
    desk.press("PageDown", 34)
    desk.see(f"第 2 页，共 {PAGES} 页")
    assert desk.tab.evaluate("document.querySelector('.pdf-pages').scrollTop > 0")
    desk.press("End", 35)
    desk.see(f"第 {PAGES} 页，共 {PAGES} 页")
    desk.tab.wait(f"{drawn}.includes({PAGES}) && !{drawn}.includes(1)")
    assert desk.tab.evaluate("document.querySelector('.pdf canvas').width") == 0
    desk.press("Home", 36)
    desk.tab.wait(f"{drawn}.includes(1) && !{drawn}.includes({PAGES})")


def stamp_under_the_grant(desks: Desks, seal: str, letter: Path, other: Path) -> None:
    """Stamp what was agreed to; another document is refused."""
    other.write_bytes(paper(*[page_dictionary()] * PAGES))
    desk = desks("officer")
    desk.open(f"/console/stamping?seal={seal}")
    desk.click("按此盖章")
    desk.see("按已同意的申请盖章")
    put_in(desk, other)
    turn_its_pages(desk)
    desk.click("盖章")
    desk.see("seal.approval_", "错误代码")
    put_in(desk, letter)
    desk.click("盖章")
    desk.see("下载已盖章文件")
    desk.rest()
    desk.judged("stamped")


# --- a share in licences, a draft


def propose_sharing(desks: Desks, kind: str, *, masked: str) -> str:
    """Propose as the officer that a system may ask about licences of a type, a field of it masked; return the grant."""
    desk, world = desks("officer"), desks.world
    desk.open("/console/sharing")
    desk.click("拟定共享授权")
    pick(desk, "业务系统", "综合", "综合业务系统")
    desk.fill("有效期至", "2027-03-31")
    desk.choose("证照类型", kind)
    desk.see("可见的数据项")
    desk.choose(masked, "脱敏")
    desk.fill("用途说明（持证主体看到的文字）", "个人住房公积金贷款资格审核")
    desk.fill("用途代码", "Loan review")
    desk.fill("法律名称及条款，如《住房公积金管理条例》第二十六条", "《住房公积金管理条例》第二十六条")
    submit = "document.querySelector('.el-dialog__footer .el-button--primary')"
    assert desk.tab.evaluate(f"{submit}.disabled")  # that is no code
    desk.fill("用途代码", "loan.review")
    desk.judged("proposing-share")
    confirm(desk)
    desk.see("已提交，等待复核")
    settle(desk)
    (found,) = [one for one in world.ask("officer", "GET", "/v1/sharing-grants") if one["state"] == "proposed"]
    return str(found["id"])


def refuse_a_draft(desks: Desks, kind: str) -> None:
    """Refuse a draft as its reviewer, with a reason that whoever drafts it finds at home."""
    reviewer, officer = desks("licence.reviewer"), desks("officer")
    reviewer.open(f"/console/catalogue/{kind}")
    reviewer.click("复核不通过")
    reviewer.see("请写明理由")
    reviewer.fill("理由", "有效期限与上位法不一致")
    reviewer.judged("refusing-draft")
    confirm(reviewer)
    settle(reviewer)
    reviewer.see("已退回，待修改", "有效期限与上位法不一致")
    officer.open("/console/")
    officer.see("证照类型退回修改")


# --- messages to other platforms


def refused_message(world: World, number: int) -> str:
    """Let a message to the platform above stand there refused; return it."""
    name = f"msg_01k9x3v5b7d2f4h6j8m0n1p3q{number % 10}"
    told = {
        "id": name,
        "number": number,  # far behind those that are there
        "topic": world.service.instance.federation.outbox("upper").topic,
        "subject": world.people["holder"].person,
        "payload": {},
        "state": MessageState.REFUSED.value,
        "answer": "HTTP status 400 invalidValue",
        "created_at": world.clock.now(),
        "due_at": world.clock.now(),
    }
    put_rows(world.service.instance.base.store, OutboxRow, told)
    return name


def messages(desks: Desks, act: str, told: str, reason: str) -> Desk:
    """Do something about the only refused message, which says what follows first."""
    desk = desks("system")
    desk.open("/console/account-messages?state=refused")
    desk.see("对方拒收", "对方答复 HTTP 400 invalidValue")
    desk.judged("messages")
    desk.click(act)
    desk.see(told)
    desk.fill("理由", reason)
    confirm(desk)
    settle(desk)
    return desk


def send_it_again(desks: Desks) -> None:
    """Send a message again that was refused."""
    messages(desks, "重新发送", "立即重新发送这条消息", "对方已修正").see("已重新排队，很快发送")


def set_it_aside(desks: Desks) -> None:
    """Give a message up."""
    messages(desks, "搁置", "不再发送这条消息", "对方不再接收").see("已搁置")
