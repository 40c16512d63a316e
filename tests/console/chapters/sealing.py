"""What the life of a seal seldom needs, by clicking: refusals, a picture of one's own, papers that fail."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import uuid4

from PIL import Image, ImageDraw

from seal.kinds import SealKind
from seal.service import ApplyForSeal
from tests.api.builders import everybody, papers
from tests.console.chapters.identity import confirm, settle
from tests.console.chapters.registry import refused
from tests.console.chapters.seals import put_forward
from tests.console.harness import Desk, Desks
from tests.console.world import World

__all__ = [
    "SECOND",
    "applied",
    "apply_with_a_picture",
    "decide_on_ending_it",
    "invalidate_it",
    "made_seal",
    "refuse_to_take_it",
    "report_it_late",
    "send_back_and_reject",
    "state_the_month",
    "withdraw_the_application",
]

SIDE: Final = 992
"""Pixels of 42 mm at 600 dots per inch."""

SECOND: Final = "reviewer2"


# --- what the chapters need, which others tell of


def applied(world: World, row: str) -> str:
    """Let the applicant apply for a seal."""
    instance, authority = world.service.instance, world.furnished.authority
    who = replace(everybody("one", authority), id=world.people["applicant"].person)
    wanted = ApplyForSeal(
        owner=authority,
        kind=SealKind.BUSINESS,
        row=row,
        evidence=papers(instance, who, authority),
        reason="用于行政审批",
        request_key=uuid4().hex,
    )
    return instance.seals.apply(who, wanted).id


def made_seal(world: World, row: str, *, accepted: bool) -> str:
    """Let a seal be applied for, made, filed and issued; in use where it is `accepted`."""
    authority, seals = world.furnished.authority, world.service.instance.seals
    one, other = everybody("one", authority), everybody("other", authority)
    seal = applied(world, row)
    seals.approve(other, seal, reason="材料齐全")
    seals.make(one, seal)
    seals.file(other, seal)
    seals.issue(one, seal)
    if accepted:
        seals.accept(other, seal)
    return seal


def pictures(folder: Path) -> tuple[Path, Path]:
    """Return a picture that is too coarse to be a seal, and one that will do."""
    coarse, good = folder / "coarse.png", folder / "good.png"
    Image.new("RGBA", (40, 40), (0, 0, 0, 0)).save(coarse)
    face = Image.new("RGBA", (SIDE, SIDE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(face)
    draw.ellipse((12, 12, SIDE - 12, SIDE - 12), outline=(230, 0, 18, 255), width=28)
    draw.rectangle((300, 440, 690, 550), fill=(230, 0, 18, 255))
    face.save(good)
    return coarse, good


# --- the application


def apply_with_a_picture(desks: Desks, folder: Path) -> str:
    """Apply with a picture of one's own; what is no picture, no paper or too large is refused in words."""
    desk = desks("applicant")
    coarse, good = pictures(folder)
    desk.open("/console/seals/application")
    desk.choose("类型", "业务专用章")
    desk.fill("横排文字（星下）", "图样专用章")
    desk.click("上传图片")
    desk.upload("input[type=file][aria-label='选择 PNG 图片']", coarse)
    desk.see("seal.picture_resolution", "请核对填写的内容后重试")
    desk.judged("picture-refused")
    desk.upload("input[type=file][aria-label='选择 PNG 图片']", good)
    desk.see("图片符合要求", f"已检查：{SIDE} × {SIDE} 像素，600 dpi")
    desk.fill("申请理由", "沿用已备案的图样")
    plain, large = folder / "plain.pdf", folder / "large.pdf"
    plain.write_bytes(b"this is a text, whatever it is called")
    large.write_bytes(b"%PDF-1.7\n" + bytes(10 * 1024 * 1024))
    desk.upload("input[type=file][aria-label='申请书']", plain)
    desk.see("seal.evidence_")
    desk.upload("input[type=file][aria-label='申请书']", large)
    desk.see("文件超过 10 MB，请压缩后再传")
    desk.judged("papers-refused")
    put_forward(desk, folder, "申请书", "主体资格证明")
    desk.not_see("文件超过 10 MB")
    desk.see("42 × 42 毫米")
    desk.judged("picture")
    desk.click("提交")
    desk.see("等待印章审核员审核申请")
    desk.rest()
    return desk.place.rpartition("/")[2]


def step(desk: Desk, seal: str, title: str, reason: str, *, then: str, told: str = "") -> None:
    """Take a step for which a reason is given, after the dialog has said what follows."""
    desk.open(f"/console/seals/{seal}")
    desk.click(title)
    desk.see(told)
    desk.fill("理由", reason)
    confirm(desk)
    desk.see(then)
    settle(desk)


def send_back_and_reject(desks: Desks, seal: str) -> None:
    """Approve it, send it back from the maker, and reject it for good."""
    reviewer = desks("reviewer")
    reviewer.open(f"/console/seals/{seal}/review")
    reviewer.click("审核通过")
    confirm(reviewer)
    reviewer.see("等待制章员制作")
    settle(reviewer)
    step(
        desks("maker"), seal, "退回审核", "图样与名称不一致", told="不能制作时退回审核员", then="等待印章审核员审核申请"
    )
    reviewer.open(f"/console/seals/{seal}/review")
    reviewer.click("驳回")
    reviewer.see("申请就此终结")
    reviewer.fill("理由", "图样与名称不一致，不予制作")
    reviewer.judged("rejecting")
    confirm(reviewer)
    settle(reviewer)


def withdraw_the_application(desks: Desks, seal: str) -> None:
    """Take an application back that was sent for mending."""
    step(desks("applicant"), seal, "撤回申请", "暂不需要", told="申请就此终结", then="已撤回")


# --- before and after it is in use


def refuse_to_take_it(desks: Desks, seal: str) -> None:
    """Refuse to take it as the owner; the reviewer ends it before it was ever in use."""
    step(desks("owner"), seal, "拒收", "章面文字有误", told="印章退回制作单位", then="等待制章员发放给所有者")
    step(desks("reviewer"), seal, "启用前作废", "章面文字有误", told="尚未接收的印章就此作废", then="已注销")


def propose_to_end(desks: Desks, folder: Path, seal: str, *, wrong: bool = False) -> None:
    """Propose to end it for a reason of the office; the paper for it must be there."""
    desk = desks("reviewer")
    desk.open(f"/console/seals/{seal}")
    desk.click("依职权注销")
    desk.see("印章立即停止使用，由另一名审核员决定")
    desk.choose("原因", "名称变更")
    desk.fill("理由", "机构更名")
    assert desk.tab.evaluate("document.querySelector('.el-dialog__footer .el-button--danger').disabled")
    if wrong:
        bad = folder / "bad.png"
        bad.write_bytes(b"no picture")
        desk.upload("input[type=file][aria-label='变更或注销登记证明']", bad)
        refused(desk, "seal.evidence_", "")
    put_forward(desk, folder, "变更或注销登记证明")
    desk.tab.wait("![...document.querySelectorAll('.el-popper')].some(eyes.isSeen)")
    desk.judged("ending")
    confirm(desk)
    desk.see("等待另一名审核员批准注销")
    settle(desk)


def decide_on_ending_it(desks: Desks, folder: Path, seal: str) -> None:
    """Propose to end it: another reviewer refuses; the owner asks for it back in vain; then it is ended after all."""
    other, owner, reviewer = desks(SECOND), desks("owner"), desks("reviewer")
    propose_to_end(desks, folder, seal, wrong=True)
    assert not reviewer.can_click("批准注销")
    step(other, seal, "不予注销", "更名尚未登记", told="印章保持停用", then="已停用，不能用印")
    step(owner, seal, "申请恢复", "更名取消", then="等待印章审核员批准恢复")
    step(reviewer, seal, "不予恢复", "情况未查明", told="印章继续停用", then="已停用，不能用印")


def report_it_late(desks: Desks, seal: str) -> None:
    """Report as the owner that it was lost before it was stopped."""
    step(desks("owner"), seal, "补报遗失", "停用前已遗失", told="说明印章自何时起失控", then="已停用，不能用印")


def invalidate_it(desks: Desks, folder: Path, seal: str) -> None:
    """End it after all, by two reviewers, and then declare that it was never valid: both are named in words."""
    propose_to_end(desks, folder, seal)
    step(desks(SECOND), seal, "批准注销", "更名已登记", told="注销是终局的", then="已注销")
    desk = desks("reviewer")
    desk.open(f"/console/seals/{seal}")
    desk.click("标识为无效")
    desk.see("从未有效，用它盖过的一切文件均无效。此决定不能撤销")
    desk.fill("理由", "违规制作")
    put_forward(desk, folder, "处理决定")
    desk.judged("invalidating")
    confirm(desk)
    desk.see("已标识为无效")
    settle(desk)


# --- the ledger


def state_the_month(desks: Desks, seal: str) -> None:
    """Seal the statement of last month: refused without leave for it, then done."""
    world, owner = desks.world, desks("owner")
    owner.open(f"/console/seals/{seal}/ledger")
    owner.click("用印月报")
    owner.click("盖章并下载")
    refused(owner, "seal.", "请")
    owner.judged("statement")
    grant = {
        "holder": world.people["owner"].person,
        "purpose": "ledger.statement",
        "document_kinds": ["ledger_statement"],
        "valid_until": (world.clock.now() + timedelta(days=90)).isoformat(),
    }
    path = f"/v1/seals/{seal}/authorisations"
    world.ask("owner", "POST", path, json=grant, headers={"Idempotency-Key": "statement"})
    owner.click("盖章并下载")
    owner.see("已盖章并下载")
