"""The life of a seal, by clicking: each step by the person whose duty it is, in Chinese."""

from pathlib import Path
from typing import Any

from tests.console.chapters.identity import confirm, settle
from tests.console.harness import PHONE, Desk, Desks

__all__ = [
    "accept_it",
    "apply_for_a_seal",
    "apply_plainly",
    "apply_to_replace_it",
    "approve_a_use",
    "authorise",
    "authorise_the_owner",
    "authorise_the_system",
    "bring_it_back",
    "cancel_it",
    "destroy_it",
    "look_at_the_ledger",
    "produce_it",
    "report_it_lost_from_a_phone",
    "return_and_mend",
    "review_it",
    "stamp_a_document",
    "state_of",
    "suspend_it",
    "withdraw_the_authorisation",
]


def take(desk: Desk, seal: str, step: str, *, then: str) -> None:
    """Take a step on the seal's page: the button, and the one of the dialog that asks back."""
    desk.open(f"/console/seals/{seal}")
    desk.click(step)
    confirm(desk)
    desk.see(then)
    settle(desk)


def judge(desk: Desk, name: str) -> None:
    """Let the page be judged once nothing moves on it any more."""
    desk.tab.wait("!document.querySelector('[class*=-enter-active], [class*=-leave-active]')")
    desk.judged(name)


def put_forward(desk: Desk, folder: Path, *kinds: str) -> None:
    """Upload a document of each kind."""
    for kind in kinds:
        desk.upload(f"input[type=file][aria-label='{kind}']", folder / "letter.pdf")
        desk.tab.wait(
            f"[...document.querySelectorAll('.papers-list li')].some((one) => one.innerText.includes('{kind}'))"
        )


def apply_for_a_seal(desks: Desks, folder: Path, *, row: str = "行政审批专用章") -> str:
    """Let the applicant fill in the form, see the seal drawn and what it resembles, and submit it."""
    desk = desks("applicant")
    desk.open("/console/seals")
    desk.click("申请印章")
    desk.see("章面预览")
    judge(desk, "application-empty")
    desk.choose("类型", "业务专用章")
    desk.fill("横排文字（星下）", row)
    desk.see(f"云州市市场监督管理局{row}", "42 × 42 毫米", "与本组织的 1 枚印章相似")
    desk.click("椭圆形")
    desk.fill("下部文字", row)
    desk.see("40 × 30 毫米", "没有发现相似的印章或同名印章")
    desk.click("圆形")
    desk.see("42 × 42 毫米", "与本组织的 1 枚印章相似")
    desk.fill("申请理由", "用于行政审批")
    put_forward(desk, folder, "申请书", "主体资格证明")
    judge(desk, "application")
    desk.click("提交")
    desk.see("等待印章审核员审核申请")
    desk.rest()
    return desk.place.rsplit("/", 1)[1]


def apply_plainly(desks: Desks, folder: Path, row: str, alike: str) -> str:
    """Let the applicant apply for a seal without ado, and be told what it resembles."""
    desk = desks("applicant")
    desk.open("/console/seals")
    desk.click("申请印章")
    desk.see("章面预览")
    desk.choose("类型", "业务专用章")
    desk.fill("横排文字（星下）", row)
    desk.see(alike)
    desk.fill("申请理由", "用于签发电子证照")
    put_forward(desk, folder, "申请书", "主体资格证明")
    desk.click("提交")
    desk.see("等待印章审核员审核申请")
    desk.rest()
    return desk.place.rsplit("/", 1)[1]


def return_and_mend(desks: Desks, seal: str) -> None:
    """Let the reviewer return the application, and the applicant mend it."""
    reviewer, applicant = desks("reviewer"), desks("applicant")
    reviewer.open(f"/console/seals/{seal}/review")
    reviewer.click("退回补正")
    reviewer.fill("理由", "请说明审批事项的范围")
    confirm(reviewer)
    reviewer.see("等待申请人补正后重新提交")
    applicant.open(f"/console/seals/{seal}")
    applicant.click("补正申请")
    applicant.see("请说明审批事项的范围", "42 × 42 毫米")
    applicant.fill("申请理由", "用于行政许可与行政审批")
    judge(applicant, "mending")
    applicant.click("提交")
    applicant.see("等待印章审核员审核申请", "补正再报")


def review_it(desks: Desks, seal: str, *, told: str = "用于行政许可与行政审批") -> None:
    """Let the reviewer see application, owner and look-alikes side by side, read a document, and approve."""
    desk = desks("reviewer")
    desk.open(f"/console/seals/{seal}")
    desk.click("审核申请")
    desk.see("统一社会信用代码", told, "相似印章", "申请书")
    judge(desk, "review")
    desk.click("查看 申请书")
    desk.tab.wait("!!document.querySelector('canvas[data-drawn]')")
    judge(desk, "evidence")
    desk.click("css:.el-dialog__headerbtn")
    settle(desk)
    desk.click("审核通过")
    confirm(desk)
    desk.see("等待制章员制作")


def produce_it(desks: Desks, seal: str) -> None:
    """Make, file and issue it, as maker and filer."""
    take(desks("maker"), seal, "制作", then="等待备案员备案")
    take(desks("filer"), seal, "备案", then="等待制章员发放给所有者")
    take(desks("maker"), seal, "发放", then="等待所有者接收")


def accept_it(desks: Desks, seal: str) -> None:
    """Let the owner bring it into use."""
    desk = desks("owner")
    take(desk, seal, "接收启用", then="使用中")
    desk.see("用印授权", "用印记录")
    desk.shot("seal")


def authorise(desk: Desk, seal: str, who: str, *, purpose: str = "") -> None:
    """Let the owner authorise somebody to stamp documents, or to use the seal for another purpose."""
    desk.open(f"/console/seals/{seal}/authorisations")
    desk.click("授权用印")
    desk.choose("被授权者", who)
    if purpose:
        desk.choose("用途", purpose)
    confirm(desk)
    desk.see("授权已生效")
    settle(desk)


def authorise_the_system(desks: Desks, seal: str) -> None:
    """Let the owner authorise the business system."""
    desk = desks("owner")
    desk.open(f"/console/seals/{seal}/authorisations")
    desk.click("授权用印")
    desk.see("列出本组织的业务系统")
    judge(desk, "authorisation-form")
    desk.click("取消")
    settle(desk)
    authorise(desk, seal, "综合业务系统")
    desk.see("综合业务系统", "文件用印")
    desk.shot("authorisations")


def authorise_the_owner(desks: Desks, seal: str) -> None:
    """Let the owner authorise the own person to stamp as well."""
    authorise(desks("owner"), seal, "印章所有者")


def stamp_a_document(desks: Desks, folder: Path, seal: str) -> None:
    """Let the owner stamp a document on the page."""
    desk = desks("owner")
    desk.open(f"/console/stamping?seal={seal}")
    desk.see("凭何授权", "印章与授权")
    desk.choose("文件类型", "通知")
    desk.upload("input[type=file]", folder / "letter.pdf")
    desk.tab.wait("!!document.querySelector('canvas[data-drawn]')")
    desk.click("盖章")
    desk.see("下载已盖章文件")
    desk.rest()
    judge(desk, "stamping")


def look_at_the_ledger(desks: Desks, seal: str, *, lines: int) -> None:
    """Let the owner see where the seal was used, search, and look at one line."""
    desk = desks("owner")
    desk.open(f"/console/seals/{seal}/ledger")
    desk.see("用印时间", "letter.pdf", "成功")
    assert desk.tab.evaluate("document.querySelectorAll('.rows tbody tr').length") == lines
    desk.shot("ledger")
    desk.fill("文件编号、内容或用途", "没有这样的")
    desk.click("查询")
    desk.see("没有用印记录")
    desk.click("重置")
    desk.see("成功")
    desk.click("letter.pdf")
    desk.see("文件摘要（SM3）", "记录编号")
    judge(desk, "ledger-line")


def report_it_lost_from_a_phone(desks: Desks, seal: str) -> None:
    """Let the owner report the seal lost from a phone: two clicks."""
    desk = desks("owner")
    desk.tab.measure(PHONE)
    desk.open(f"/console/seals/{seal}")
    desk.shot("seal-phone")
    desk.click("css:.lose button")
    desk.see("印章立即停用。自遗失时间至此刻的用印将标为有争议。")
    # Moments are typed in China's time, wherever the machine is: it is five in the morning in Greenwich.
    assert str(desk.tab.evaluate("eyes.field('自何时起失控').value")).startswith("2026-11-22 13:")
    judge(desk, "lose-phone")
    confirm(desk)
    desk.see("已停用，不能用印")
    settle(desk)
    desk.tab.measure({"width": 1280, "height": 800, "deviceScaleFactor": 1, "mobile": False})


def bring_it_back(desks: Desks, seal: str) -> None:
    """Let the owner ask for it back, and the reviewer agree."""
    owner, reviewer = desks("owner"), desks("reviewer")
    owner.open(f"/console/seals/{seal}")
    owner.click("申请恢复")
    owner.fill("理由", "印章已找回，未被他人使用")
    confirm(owner)
    owner.see("等待印章审核员批准恢复")
    take(reviewer, seal, "批准恢复", then="使用中")


def suspend_it(desks: Desks, seal: str) -> None:
    """Let the owner suspend the seal."""
    desk = desks("owner")
    desk.open(f"/console/seals/{seal}")
    desk.click("停用")
    desk.fill("理由", "保管人员调整，暂停使用。")
    confirm(desk)
    desk.see("已停用，不能用印")
    settle(desk)


def cancel_it(desks: Desks, seal: str) -> None:
    """Let the owner cancel it for good."""
    desk = desks("owner")
    desk.open(f"/console/seals/{seal}")
    desk.click("css:.others .el-button--danger:not(.wide)")
    desk.see("注销是终局的")
    desk.choose("原因", "不再需要")
    desk.fill("理由", "机构职能调整，不再使用")
    judge(desk, "cancellation")
    confirm(desk)
    desk.see("已注销。密钥由安全管理员申请")
    settle(desk)


def destroy_it(desks: Desks) -> None:
    """Let the security administrator ask for the keys to be destroyed, and the auditor witness it."""
    security, auditor = desks("security"), desks("auditor")
    security.open("/console/seal-destructions")
    security.click("申请销毁密钥")
    confirm(security)
    security.see("没有等待销毁的印章")
    auditor.open("/console/seal-destructions")
    auditor.see("监督销毁")
    judge(auditor, "destructions")
    auditor.click("监督销毁")
    confirm(auditor)
    auditor.see("没有等待销毁的印章")


def apply_to_replace_it(desks: Desks, folder: Path, seal: str) -> str:
    """Let the applicant apply for a seal that replaces one, and shows the same."""
    desk = desks("applicant")
    desk.open(f"/console/seals/{seal}")
    desk.click("申请换发")
    desk.see("章面与原印章相同", "章面磨损或变更")
    desk.fill("申请理由", "章面磨损，申请换发")
    put_forward(desk, folder, "申请书", "主体资格证明")
    judge(desk, "replacement")
    desk.click("提交")
    desk.see("替换的原印章", "等待印章审核员审核申请")
    desk.rest()
    return desk.place.rsplit("/", 1)[1]


def approve_a_use(desks: Desks, seal: str) -> None:
    """Let the owner decide on a use that was asked for before it happens."""
    desk = desks("owner")
    desk.open(f"/console/seals/{seal}/authorisations")
    desk.see("待审批的用印", "第 118 号通知", "逐次审批")
    desk.click("文件用印 · 通知")
    desk.see("文件摘要（SM3）", "审批截止")
    judge(desk, "approval")
    desk.click("同意用印")
    desk.see("没有等待审批的用印")


def withdraw_the_authorisation(desks: Desks, seal: str) -> None:
    """Let the owner take the first authorisation back."""
    desk = desks("owner")
    desk.open(f"/console/seals/{seal}/authorisations")
    desk.click("收回授权")
    desk.see("收回后立即不能再凭此授权用印")
    desk.fill("理由", "岗位调整")
    confirm(desk)
    desk.see("授权已收回", "已收回")


def state_of(desks: Desks, seal: str) -> Any:  # noqa: ANN401 - JSON
    """Return how a seal stands, as the API tells its owner."""
    return desks.world.ask("owner", "GET", f"/v1/seals/{seal}")["state"]
