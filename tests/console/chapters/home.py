"""Home, approvals, the audit trail and verification, by clicking: each by the person whose duty it is, in Chinese."""

from pathlib import Path

from tests.console.harness import DESKTOP, PHONE, Desk, Desks

__all__ = ["agree_to_it", "look_around_at_home", "search_the_trail", "take_the_trail_away", "verify_a_file"]


def look_around_at_home(desk: Desk, name: str, *seen: str) -> None:
    """Look at home on a large screen and on a phone."""
    desk.open("/console/")
    desk.see("工作台", "我的职责", *seen)
    desk.judged(f"home-{name}-zh")
    desk.judged(f"home-{name}-zh-phone", size=PHONE)
    desk.tab.measure(DESKTOP)


def agree_to_it(desk: Desk, kind: str, *shown: str) -> None:
    """Agree to what waits, after looking at what exactly it is."""
    desk.go("待我复核")
    desk.see(kind)
    desk.rest()
    desk.click(kind)
    desk.see("内容摘要", "意见（驳回时必填）", *shown)
    desk.judged(f"approval-{kind}-zh")
    desk.click("css:.el-dialog__footer .el-button--primary")
    desk.see("已同意，并已执行")
    desk.rest()


def search_the_trail(desks: Desks, subject: str) -> Desk:
    """Let the auditor look for what was done with one thing, open an event, and check the whole trail."""
    desk = desks("auditor")
    desk.go("审计记录")
    desk.see("完整性", "已入链")
    desk.shot("audit-zh")
    desk.fill("对象", subject)
    desk.click("查询")
    desk.see("制作印章", "申请印章")
    desk.not_see("登录被拒")
    desk.tab.evaluate("document.querySelector('table details summary').click()")
    desk.see("事项代码", "记录杂凑值")
    desk.judged("audit-found-zh")
    desk.judged("audit-found-zh-phone", size=PHONE)
    desk.tab.measure(DESKTOP)
    desk.click("核验整条审计链")
    desk.see("审计链完整")
    return desk


def take_the_trail_away(desk: Desk) -> None:
    """Export what was found, after which it is sealed."""
    desk.click("导出（含存证）")
    desk.see("收到的人无需访问本系统即可核验")
    desk.judged("audit-export-zh")
    desk.click("css:.el-dialog__footer .el-button--primary")
    desk.see("已导出，可用 trust audit verify-export 核验")
    desk.open(desk.place)
    desk.see("已封存")


def verify_a_file(desk: Desk, path: Path, *seen: str) -> None:
    """Verify a file, and look at every check."""
    desk.open("/console/verify")
    desk.see("把文件拖到这里")
    desk.upload("main input[type=file]", path)
    desk.see("接下来怎么办", "全部检查", *seen)
    desk.rest()
    assert desk.tab.evaluate("!!document.querySelector('.report .facts > dt')?.innerText")  # each detail has its name
