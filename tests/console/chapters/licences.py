"""The life of licences, by clicking: each step by the person whose duty it is, in Chinese."""

import io
import re
from pathlib import Path
from typing import Any, Final

from PIL import Image

from api.demo import cast
from licence.service import ISSUE_PURPOSE
from tests.api.routes.test_stampings import system_token
from tests.console.harness import DESKTOP, PHONE, Desk, Desks
from tests.console.world import World

__all__ = [
    "agree_to_the_revocation",
    "ask_for_a_revocation",
    "authorise_the_officer",
    "digitise_a_paper_licence",
    "find_it_again",
    "issue_by_the_system",
    "issue_from_a_table",
    "issue_one",
    "issue_the_type_anew",
    "look_at_it_in_english",
    "look_back",
    "publish_a_type",
    "renew_it",
    "suspend_it",
]

DIALOG: Final = "[...document.querySelectorAll('.el-dialog')].find(eyes.isSeen)"
COMPANY: Final = cast.ENTERPRISE
RECORD: Final = cast.unregistered(cast.food_record(COMPANY))
LABELS: Final = {
    "legal_representative": "法定代表人（负责人）",
    "address": "住所",
    "premises": "经营场所",
    "business_form": "主体业态",
    "items": "经营项目",
    "supervisor": "日常监督管理机构",
    "hotline": "投诉举报电话",
    "signatory": "签发人",
}
"""What the fields of the permit are called (licence/templates/food_permit/schema.json)."""

NUMBER: Final = "JY23301990123456"


# --- what the chapters need, which others tell of


def publish_a_type(world: World) -> str:
    """The food permit, ready with the service, is published by two people."""
    path = "/v1/licence-types"
    file = world.service.ask("GET", f"{path}/ready/food_permit", token=world.token("officer")).content
    form, files = {"issuer": world.furnished.authority}, {"file": ("food.zip", file, "application/zip")}
    kind: str = world.ask("officer", "POST", f"{path}/imports", data=form, files=files)["id"]
    world.ask("licence.reviewer", "POST", f"{path}/{kind}/review")
    world.ask("officer", "POST", f"{path}/{kind}/publication")
    return kind


def authorise_the_officer(world: World) -> None:
    """The owner of the seal lets the officer issue with it, and the business system."""
    path = f"/v1/seals/{world.furnished.seal}/authorisations"
    for holder in (world.people["officer"].person, world.furnished.client):
        grant = {
            "holder": holder,
            "purpose": ISSUE_PURPOSE,
            "document_kinds": [cast.BUSINESS_TYPE, cast.FOOD_TYPE],
            "valid_until": "2027-11-22T00:00:00Z",
        }
        world.ask("owner", "POST", path, json=grant, headers={"Idempotency-Key": f"console-{holder}"})


def issue_by_the_system(world: World) -> str:
    """The business system issues a permit."""
    body = {
        "type": cast.FOOD_TYPE,
        "seal": world.furnished.seal,
        "number": "JY23301990177777",
        "holder_code": COMPANY.code,
        "data": RECORD,
    }
    token = system_token(world.service, world.furnished.client)
    once = {"Idempotency-Key": "console-system"}
    answer = world.service.ask("POST", "/v1/licences", token=token, json=body, headers=once)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


# --- what many steps have in common


def confirm(desk: Desk) -> None:
    """Do what the dialog asks about, and wait until it is done."""
    find = f"{DIALOG}?.querySelector('.el-dialog__footer .el-button:last-child:not([disabled])')"
    desk.tab.wait(f"!!{find}")
    desk.tab.evaluate(f"{find}.click()")


def settle(desk: Desk) -> None:
    """Wait until no dialog is on the page any more, and nothing on its way."""
    desk.tab.wait(f"!{DIALOG}")
    desk.rest()


def fill_in(desk: Desk, record: dict[str, str] = RECORD) -> None:
    """Fill in what the permit says."""
    for name, value in record.items():
        desk.fill(LABELS[name], value)


def previewed(desk: Desk) -> None:
    """Preview what stands in the form, and wait until its page is drawn."""
    desk.tab.wait("!!eyes.clickable('预览')")
    desk.click("预览")
    desk.tab.wait("!!document.querySelector('.pdf canvas[data-drawn]')")
    desk.rest()


def buttons(desk: Desk, text: str) -> int:
    """Return how many buttons there are with exactly this text."""
    find = f"[...document.querySelectorAll('button')].filter((one) => eyes.isSeen(one) && eyes.named(one) === '{text}')"
    return int(desk.tab.evaluate(f"{find}.length"))


def is_disabled(desk: Desk, text: str) -> bool:
    """Tell whether the only button with this text cannot be pressed."""
    assert buttons(desk, text) == 1
    find = f"[...document.querySelectorAll('button')].find((one) => eyes.isSeen(one) && eyes.named(one) === '{text}')"
    return bool(desk.tab.evaluate(f"{find}.disabled"))


def act(desk: Desk, deed: str) -> None:
    """Choose what is to be done to the licence on the page, and wait until the menu is gone."""
    desk.click("办理")
    desk.click(deed)


def judged(desk: Desk, name: str) -> None:
    """Let the page be judged once no menu is open on it any more."""
    desk.tab.wait("![...document.querySelectorAll('.el-popper')].some(eyes.isSeen)")
    desk.judged(name)


def on_a_phone(desk: Desk, name: str) -> None:
    """See that nothing of the page is wider than a phone, and keep a picture of it there."""
    desk.tab.measure(PHONE)
    desk.rest()
    desk.shot(name)
    assert desk.tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 1
    desk.tab.measure(DESKTOP)


def here(desk: Desk, part: str) -> str:
    """Return the identifier at the end of the address, once the page of a `part` is there."""
    desk.tab.wait(f"/{part}_/.test(location.pathname) && !!document.querySelector('main h1')")
    desk.rest()
    return desk.place.rpartition("/")[2]


def choose_type(desk: Desk) -> None:
    """Choose the permit among the types."""
    desk.choose("证照类型", "食品经营许可证")
    desk.rest()


# --- one licence


def issue_one(desks: Desks) -> str:
    """The officer chooses the type, is told what is wrong where it is wrong, previews, and issues."""
    desk = desks("officer")
    desk.go("证照管理")
    judged(desk, "list")
    desk.click("签发证照")
    desk.see("选定类型")
    choose_type(desk)
    desk.see("统一社会信用代码", "投诉举报电话")
    desk.click("预览")
    desk.see("必填", "处需要更正")
    judged(desk, "issue-faults")
    fill_in(desk, {**RECORD, "signatory": "叶𓀀宁"})
    desk.fill("证照编号", NUMBER)
    desk.fill("持证主体代码", COMPANY.code)
    desk.see(f"持证主体：{COMPANY.name}")
    desk.click("预览")
    desk.see("没有可用字形", "text.character_not_covered")
    desk.fill("签发人", RECORD["signatory"])
    previewed(desk)
    assert COMPANY.name in desk.text(".pdf figcaption").replace("\n", "")
    assert "样张" in desk.text(".pdf figcaption")
    desk.shot("issue")
    desk.fill("签发人", "叶书宁、白景行")
    desk.see("内容已修改，请重新预览")
    assert is_disabled(desk, "签发")
    previewed(desk)
    desk.click("签发")
    desk.see(f"签发证照 {NUMBER}？", COMPANY.name)
    confirm(desk)
    desk.see("基本信息", "办理经过")
    licence = here(desk, "lic")
    desk.tab.wait("!!document.querySelector('.pdf canvas[data-drawn]')")
    judged(desk, "licence")
    on_a_phone(desk, "licence-phone")
    return licence


def find_it_again(desks: Desks, licence: str) -> None:
    """It is found by its number, its type, its holder and its state; the holder's code stays out of the address."""
    desk = desks("officer")
    desk.open("/console/licences")
    desk.fill("证照编号", NUMBER)
    desk.fill("持证主体代码", COMPANY.code)
    desk.choose("证照类型", "食品经营许可证")
    desk.choose("状态", "有效")
    desk.click("查询")
    desk.rest()
    desk.tab.wait("document.querySelectorAll('main tbody tr').length === 1")
    assert NUMBER in desk.place
    assert COMPANY.code not in desk.place
    assert f"/licences/{licence}" in str(desk.tab.evaluate("document.querySelector('main tbody a').href"))
    desk.click("更多条件")
    desk.fill("有效期截止范围 止", "2026-11-23")
    desk.click("查询")
    desk.see("没有符合条件的证照")
    desk.click("重置")
    desk.see("营业执照")


def look_back(desks: Desks, licence: str) -> None:
    """How it stood on a day before it was issued."""
    desk = desks("officer")
    desk.open(f"/console/licences/{licence}")
    desk.fill("查看某日状态", "2026-11-01")
    desk.see("2026年11月1日：尚未签发")


def renew_it(desks: Desks, licence: str) -> str:
    """A new edition takes its place: what it says stands in the form, and the holder is not asked for again."""
    desk = desks("officer")
    desk.open(f"/console/licences/{licence}")
    act(desk, "延续")
    desk.see("已带入现有内容", COMPANY.name)
    desk.fill("办理理由", "有效期届满前申请延续，准予延续。")
    desk.fill("投诉举报电话", "12345")
    desk.see("有修改")
    previewed(desk)
    desk.shot("edition")
    desk.click("签发")
    confirm(desk)
    desk.see("历次版本")
    desk.tab.wait(f"!location.pathname.endsWith('{licence}')")
    renewed = here(desk, "lic")
    desk.see("第 2 版", "已换发", "12345")
    return renewed


# --- what becomes of it


def suspend_it(desks: Desks, licence: str) -> None:
    """A licence that the business system has issued is suspended; who suspended it does not restore it."""
    desk = desks("officer")
    desk.open(f"/console/licences/{licence}")
    act(desk, "暂扣")
    desk.see("不能作为证明使用")
    desk.fill("理由", "涉嫌违法经营，依法暂扣。")
    judged(desk, "suspend")
    confirm(desk)
    desk.see("已暂扣")
    settle(desk)
    act(desk, "发还")
    desk.fill("理由", "经查不属实，予以发还。")
    confirm(desk)
    desk.see("lifecycle.four_eyes_required")
    desk.click("取消")
    settle(desk)


def ask_for_a_revocation(desks: Desks, licence: str) -> str:
    """The type asks for four eyes: the officer asks, and sees for whom it waits."""
    desk = desks("officer")
    desk.open(f"/console/licences/{licence}")
    act(desk, "吊销")
    desk.see("须由另一名复核员同意")
    desk.fill("理由", "登记事项造假，依法吊销。")
    confirm(desk)
    desk.see("这是您提交的申请，须由另一人复核")
    assert not buttons(desk, "同意")
    desk.shot("review-own")
    return here(desk, "lreq")


def agree_to_the_revocation(desks: Desks, request: str) -> None:
    """The reviewer sees what would happen, and agrees to that."""
    desk = desks("licence.reviewer")
    desk.go("证照管理")
    desk.click("签发复核")
    desk.see("登记事项造假")
    judged(desk, "reviews")
    desk.click("吊销")
    desk.see("吊销是行政处罚")
    assert request in desk.place
    judged(desk, "review")
    desk.fill("复核意见", "情况属实，同意。")
    desk.click("同意")
    confirm(desk)
    desk.see("已办结", "查看证照")
    settle(desk)
    desk.click("查看证照")
    desk.see("已吊销", "经复核同意")


# --- many


def table() -> bytes:
    """Return the table of the chapter: two good rows, one with a wrong code, and a column of another name."""
    rows: list[dict[str, Any]] = [
        {"holder_code": COMPANY.code, "number": f"JY2330199020000{place}", **RECORD} for place in range(2)
    ]
    rows.append({**rows[0], "number": "JY23301990200002", "holder_code": cast.bad_rows()[0]["holder_code"]})
    return cast.table_of(rows).replace(b"hotline", "监督电话".encode(), 1)


def issue_from_a_table(desks: Desks, folder: Path) -> str:
    """The officer maps the columns, sees the bad row before anything is issued, starts, and watches it end."""
    desk, world = desks("officer"), desks.world
    path = folder / "permits.csv"
    path.write_bytes(table())
    desk.go("证照管理")
    desk.click("批量任务")
    desk.see("由表格签发")
    desk.click("由表格签发")
    desk.see("三步：")
    choose_type(desk)
    desk.see("空白表格")
    download_to(desk, folder)
    desk.click("XLSX")
    arrived(desk, folder, "食品经营许可证.xlsx")
    desk.upload("input[type=file]", path)
    desk.see("识别为 CSV", "有 1 列尚未对应字段", "缺少必填字段：投诉举报电话")
    assert is_disabled(desk, "上传并校验")
    desk.choose("监督电话 对应字段", "投诉举报电话")
    desk.not_see("尚未对应字段")
    judged(desk, "bulk-columns")
    desk.click("上传并校验")
    desk.see("任务信息")
    job = here(desk, "bulk")
    world.service.instance.bulk.worker().work_off()
    desk.see("待启动", "问题行", "持证主体代码")
    desk.rest()
    desk.see("identity.credit_code_malformed")
    judged(desk, "bulk-checked")
    desk.click("启动签发")
    desk.see("签发 2 份证照？")
    confirm(desk)
    desk.see("签发中")
    settle(desk)
    world.service.instance.bulk.worker().work_off()
    desk.see("已完成", "下载结果（CSV）")
    desk.rest()
    desk.shot("bulk-finished")
    on_a_phone(desk, "bulk-phone")
    desk.click("下载结果（CSV）")
    assert NUMBER[:8] in arrived(desk, folder, f"{job}.csv").decode("utf-8-sig")
    return job


def issue_the_type_anew(desks: Desks) -> str:
    """What is in force is counted, and a job is made that issues it anew; it is cancelled before it starts."""
    desk = desks("officer")
    desk.open("/console/licences/bulk/reissue")
    choose_type(desk)
    desk.click("计算数量")
    desk.see("份证照符合条件")
    desk.fill("换发理由", "证照样式更新，统一换发。")
    judged(desk, "bulk-reissue")
    desk.click("建立换发任务")
    job = here(desk, "bulk")
    desk.click("取消任务")
    desk.see("取消后不能继续")
    confirm(desk)
    settle(desk)
    desk.see("已取消")
    desk.open("/console/licences/bulk")
    desk.see("批量换发", "表格签发")
    judged(desk, "bulk-jobs")
    return job


def digitise_a_paper_licence(desks: Desks, folder: Path) -> str:
    """A paper licence is scanned, entered and issued as an electronic one, which says so."""
    desk = desks("officer")
    picture = io.BytesIO()
    Image.new("L", (400, 600), 230).save(picture, "PNG")
    path = folder / "scan.png"
    path.write_bytes(picture.getvalue())
    desk.open("/console/licences")
    desk.click("由纸质证照制作")
    desk.see("上传纸质证照扫描件，按纸面内容录入")
    choose_type(desk)
    desk.see("纸质证照颁发日期")
    desk.upload("input[type=file]", path)
    desk.see("scan.png 已上传")
    desk.fill("纸质证照颁发日期", "2023-03-18")
    desk.fill("证照编号", "JY23301990199999")
    desk.fill("持证主体代码", COMPANY.code)
    fill_in(desk)
    previewed(desk)
    desk.shot("paper")
    desk.click("签发")
    confirm(desk)
    desk.see("存量纸质证照数字化")
    licence = here(desk, "lic")
    desk.see("2023年3月18日", "查看纸质扫描件")
    return licence


# --- in English


def look_at_it_in_english(desks: Desks) -> None:
    """The pages of the area, in English: the words of the pages are, whatever the language of what they show."""
    desk = desks("officer")
    desk.speak("en")
    for path, told in (
        ("", "Issue a licence"),
        ("/new", "Choose the type"),
        ("/reviews", "To be decided"),
        ("/bulk/new", "Type and seal"),
        (f"/{desks.world.furnished.licence}", "History"),
    ):
        desk.open(f"/console/licences{path}")
        desk.see(told)
        judged(desk, f"en{path.partition('_')[0].replace('/', '-')}")
        heads = "[...document.querySelectorAll('main h1, main h2, main nav a, main th[scope=col], main .el-button')]"
        words = str(desk.tab.evaluate(f"{heads}.map((one) => one.innerText).join(' ')"))
        assert not re.search(r"[\u3400-\u9fff]", words.replace("营业执照", "")), words
    desk.speak("zh-CN")


# --- files that are saved


def download_to(desk: Desk, folder: Path) -> None:
    """Let the browser save files in a folder."""
    context = desk.tab.call("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    told = {"behavior": "allow", "downloadPath": str(folder), "browserContextId": context}
    desk.tab.browser.call("Browser.setDownloadBehavior", **told)


def arrived(desk: Desk, folder: Path, name: str) -> bytes:
    """Return a file once it is saved."""
    path = folder / name
    for _ in range(200):
        if path.exists() and path.stat().st_size > 0:
            return path.read_bytes()
        desk.tab.evaluate("new Promise((done) => setTimeout(done, 50))")
    raise AssertionError(f"{name} was not saved: {[one.name for one in folder.iterdir()]}")
