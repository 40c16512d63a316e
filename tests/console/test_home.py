"""Home, approvals, audit and verification in the console: each sees what their duties open, and acts by clicking."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from api.demo import cast
from identity.duties import Actor
from seal.kinds import SealKind
from seal.ledger.approval_repository import ApprovalState
from seal.service import ApplyForSeal
from seal.tables import ApprovalRow
from tests.api.builders import everybody, papers
from tests.console.chapters import home, own
from tests.console.harness import DESKTOP, Desks
from tests.console.world import World
from tests.plain_rows import put_rows


def propose_change(world: World, **content: str) -> str:
    """Let the system administrator propose other words of the business system, and return the proposal."""
    me = Actor(id=world.people["system"].person, grants=frozenset())
    told = {"name": "综合业务系统", "description": "", "contact": "", **content}
    engine = world.service.instance.four_eyes
    client = world.furnished.client
    made = engine.propose(
        me, kind="client:change", subject=client, content=told, reason="机构改革更名", request_key=uuid4().hex
    )
    return made.id


@pytest.fixture(scope="module")
def applied(world: World) -> str:
    """Apply for another seal."""
    instance, authority = world.service.instance, world.furnished.authority
    officer = everybody("officer", authority)
    wanted = ApplyForSeal(
        owner=authority,
        kind=SealKind.CONTRACT,
        row="合同专用章",
        evidence=papers(instance, officer, authority),
        reason="用于签订合同",
        request_key=uuid4().hex,
    )
    return instance.seals.apply(officer, wanted).id


def test_home_shows_each_what_their_duties_open(desks: Desks, world: World, applied: str) -> None:
    reviewer = desks("reviewer")
    home.look_around_at_home(reviewer, "reviewer", "印章办理", "待审核", "云州市市场监督管理局", "用印 · 今日")
    reviewer.tab.evaluate("document.querySelector('main table th a').click()")
    reviewer.tab.wait(f"location.pathname === '/console/seals/{applied}/review'")
    auditor = desks("auditor")
    home.look_around_at_home(auditor, "auditor", "目前没有需要您办理的事项", "拒绝 · 今日", "签发证照 · 今日")
    figures = world.ask("auditor", "GET", "/v1/home/figures")["figures"]
    assert {one["figure"] for one in figures} == {"stampings", "issued", "verifications", "refusals"}
    auditor.click("css:.head .el-radio-button:last-child")
    auditor.click("css:main .el-checkbox")
    auditor.see("日期")
    auditor.judged("home-table-zh")
    holder = desks("holder")
    holder.open("/console/")
    holder.see("您目前没有管理职责")
    assert not holder.has("统计")


def test_a_figure_leads_to_its_records(desks: Desks) -> None:
    auditor = desks("auditor")
    auditor.open("/console/")
    auditor.tab.wait("!!document.querySelector('[aria-label=\"查看 签发证照 的记录\"]')")
    auditor.tab.evaluate("document.querySelector('[aria-label=\"查看 签发证照 的记录\"]').click()")
    auditor.tab.wait("location.pathname === '/console/audit' && !!document.querySelector('table summary')")
    assert "tag=licence:release:done" in auditor.place.replace("%3A", ":")
    rows = auditor.tab.evaluate("[...document.querySelectorAll('table summary')].map((one) => one.innerText)")
    assert set(rows) == {"签发证照"}


def test_a_proposal_is_shown_as_a_difference_and_agreed_to_by_another(desks: Desks, world: World) -> None:
    proposal = propose_change(world, name="一体化业务系统")
    other = desks("security2")
    home.agree_to_it(other, "变更业务系统登记", "综合业务系统", "一体化业务系统", "现为", "改为", "机构改革更名")
    told = world.ask("security", "GET", f"/v1/proposals/{proposal}")
    assert (told["state"], told["decided_by"]) == ("approved", world.people["security2"].person)
    name = world.ask("security", "GET", f"/v1/clients/{world.furnished.client}")["name"]
    assert name == "一体化业务系统"


def test_one_s_own_proposal_is_taken_back_with_a_reason(desks: Desks, world: World) -> None:
    proposal = propose_change(world, contact="办公室")
    desk = desks("system")
    desk.open(f"/console/approvals?look={proposal}")
    desk.see("撤回的理由")
    assert not desk.can_click("同意")
    assert desk.tab.evaluate("document.querySelector('.el-dialog__footer .el-button--danger').disabled")
    desk.fill("撤回的理由", "填写有误")
    desk.click("撤回")
    desk.see("已撤回")
    desk.judged("approvals-mine-zh")
    assert world.ask("system", "GET", f"/v1/proposals/{proposal}")["remark"] == "填写有误"


def test_the_use_of_a_seal_is_refused_in_the_same_inbox(desks: Desks, world: World) -> None:
    now, seal = world.clock.now(), world.furnished.seal
    asked: dict[str, Any] = {
        "id": "approval_01k9x3v5b7d2f4h6j8m0n1p3q5",
        "seal": seal,
        "state": ApprovalState.REQUESTED.value,
        "requester": world.furnished.client,
        "operation": "document",
        "document_hash": "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
        "purpose": "document.stamp",
        "document_kind": "notice",
        "reason": "发布公告",
        "requested_at": now,
        "expires_at": now + timedelta(days=1),
    }
    put_rows(world.service.instance.base.store, ApprovalRow, asked)
    owner = desks("owner")
    owner.go("待我复核")
    owner.see("申请使用")
    owner.rest()
    owner.click("申请使用“云州市市场监督管理局电子证照专用章”")
    owner.see("发布公告", "文件用印", "通知", "文件签章")
    owner.judged("approval-use-zh")
    owner.fill("意见（驳回时必填）", "公告尚未定稿")
    owner.click("不同意")
    owner.see("已答复不同意")
    path = f"/v1/seals/{seal}/stamping-approvals/{asked['id']}"
    told = world.ask("owner", "GET", path)
    assert (told["state"], told["decision"]) == ("refused", "公告尚未定稿")


def test_the_trail_is_closed_to_others(desks: Desks) -> None:
    reviewer = desks("reviewer")
    reviewer.open("/console/audit")
    reviewer.see("没有权限")
    assert "审计记录" not in reviewer.text("nav")


def test_files_and_codes_are_verified_with_every_check(desks: Desks, world: World, tmp_path: Path) -> None:
    good, bad = tmp_path / "licence.pdf", tmp_path / "plain.pdf"
    good.write_bytes(world.furnished.licence_pdf)
    bad.write_bytes(world.furnished.plain_pdf)
    desk = desks("officer")
    home.verify_a_file(desk, good, "登记的证照", "印章与签名", "licence.pdf")
    desk.judged("verify-good-zh")
    desk.tab.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
    desk.judged("verify-checks-zh")
    desk.click("下载查验记录（可重验）")
    desk.see("查验记录已保存")
    desk.click("下载查验报告（PDF）")
    desk.see("查验报告已保存")
    desk.click("查验另一个")
    home.verify_a_file(desk, bad, "plain.pdf")
    desk.judged("verify-bad-zh")
    desk.click("查验另一个")
    desk.click("查验二维码或标识")
    desk.fill("二维码内容、查验网址或证照标识", world.furnished.claim)
    desk.click("开始查验")
    desk.see("接下来怎么办", "登记的证照")
    desk.judged("verify-code-zh")


def test_what_a_click_could_not_get_leaves_the_page_as_it_is(desks: Desks, world: World) -> None:
    desk = desks("officer")
    desk.open(f"/console/licences/{world.furnished.licence}")
    desk.see("下载 PDF", "二维码")
    own.network(desk, there=False)
    desk.click("下载 PDF")
    desk.see("连不上服务", "二维码")
    own.network(desk, there=True)


def test_a_job_that_one_may_not_see_is_not_asked_for_again_and_again(desks: Desks, world: World) -> None:
    desk = desks.fresh("officer").enter()
    faster = (
        "{ const later = setTimeout; globalThis.setTimeout = (act, pause) => later(act, Math.min(pause ?? 0, 20)); }"
    )
    desk.tab.before(faster)
    desk.tab.open(f"{world.address}/console/licences/bulk/bulk_nothing")
    desk.see("bulk.unknown")
    desk.tab.evaluate(
        "(async () => { for (let at = 0; at < 40; at++) await new Promise((go) => setTimeout(go, 20)); })()"
    )
    asked = [one for one in desk.tab.asked if "/bulk_nothing/events" in one]
    assert len(asked) == 1  # each refusal stands in the audit trail


def test_all_of_it_in_english(desks: Desks, world: World) -> None:
    security, auditor, owner = desks("security"), desks("auditor"), desks("owner")
    for one in (security, auditor, owner):
        one.speak("en")
    proposal = propose_change(world, contact="Office")
    other = desks("security2")
    other.speak("en")
    other.open(f"/console/approvals?look={proposal}")
    other.see("Change a business system", "Digest of the content", "Approve")
    other.judged("approval-en")
    owner.open("/console/")
    owner.see("Home", "My duties", "Stampings · today")
    owner.judged("home-en")
    owner.open(f"/console/seals/{world.furnished.seal}")
    owner.see("Seal code")
    marked = "[...document.querySelectorAll('main [lang=zh-CN]')].map((one) => one.innerText)"
    assert cast.AUTHORITY.name in owner.tab.evaluate(marked)  # it is read out as what it is
    assert owner.tab.evaluate("eyes.strange()") == []
    owner.click("中文")
    owner.see("印章编码")
    assert owner.tab.evaluate("document.querySelectorAll('main [lang]').length") == 0
    owner.click("English")
    owner.see("Seal code")
    assert cast.AUTHORITY.name in owner.tab.evaluate(marked)
    assert owner.tab.evaluate("eyes.strange()") == []
    auditor.open(f"/console/audit?subject={world.furnished.seal}")
    auditor.see("Audit trail", "Seal made", "Chained")
    auditor.judged("audit-en")
    auditor.open("/console/verify")
    auditor.see("Drop a file here")
    auditor.judged("verify-en")
    for one in (security, auditor, owner, other):
        one.tab.measure(DESKTOP)
        page = json.dumps(one.text("main"))
        assert not [character for character in page if character in "的了在"], page
        one.speak("zh-CN")
