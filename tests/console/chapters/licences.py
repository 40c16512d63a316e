"""The life of licences, by clicking: each step by the person whose duty it is, in Chinese."""

import io
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image

from api.demo import cast
from licence.service import ISSUE_PURPOSE
from tests.api.routes.test_stampings import system_token
from tests.console.chapters.identity import confirm, settle
from tests.console.harness import DESKTOP, PHONE, Desk, Desks
from tests.console.world import World

__all__ = [
    "NUMBER",
    "agree_to_the_revocation",
    "ask_for_a_revocation",
    "authorise_the_officer",
    "digitise_a_paper_licence",
    "find_it_again",
    "issue_a_business_licence",
    "issue_by_the_system",
    "issue_one",
    "look_back",
    "publish_a_type",
    "renew_it",
    "state_of",
    "suspend_it",
]

TEMPLATES: Final = Path(__file__).parents[3] / "licence" / "templates"
COMPANY: Final = cast.ENTERPRISE
RECORD: Final = cast.unregistered(cast.food_record(COMPANY))
NUMBER: Final = "JY23301990123456"
BUSINESS_NUMBER: Final = "330199002000001(1/1)"


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


def issue_by_the_system(world: World, number: str = "JY23301990177777") -> str:
    """The business system issues a permit."""
    body = {
        "type": cast.FOOD_TYPE,
        "seal": world.furnished.seal,
        "number": number,
        "holder_code": COMPANY.code,
        "data": RECORD,
    }
    token = system_token(world.service, world.furnished.client)
    once = {"Idempotency-Key": f"console-{number}"}
    answer = world.service.ask("POST", "/v1/licences", token=token, json=body, headers=once)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


# --- what many steps have in common


def state_of(desks: Desks, licence: str) -> str:
    """Return how a licence stands, as the API tells it."""
    return str(desks.world.ask("officer", "GET", f"/v1/licences/{licence}")["state"])


@cache
def titles(template: str, word: str = "title") -> Mapping[str, str]:
    """Return what the fields of a ready type are called."""
    schema = json.loads((TEMPLATES / template / "schema.json").read_text(encoding="utf-8"))
    return {name: one[word] for name, one in schema["properties"].items()}


def fill_in(desk: Desk, record: dict[str, str] = RECORD) -> None:
    """Fill in what the permit says."""
    for name, value in record.items():
        desk.fill(titles("food_permit")[name], value)


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
    desk.shot("list")
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
    desk.shot("licence")
    on_a_phone(desk, "licence-phone")
    return licence


def issue_a_business_licence(desks: Desks) -> str:
    """The officer issues the business licence of the story."""
    desk = desks("officer")
    desk.open("/console/licences/new")
    desk.choose("证照类型", "营业执照")
    desk.see("注册资本")
    desk.fill("证照编号", BUSINESS_NUMBER)
    desk.fill("持证主体代码", COMPANY.code)
    for name, value in cast.unregistered(cast.business_record(COMPANY)).items():
        desk.fill(titles("business_licence")[name], value)
    previewed(desk)
    desk.click("签发")
    confirm(desk)
    desk.see("办理经过")
    return here(desk, "lic")


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
    desk.shot("reviews")
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


# --- what was on paper


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
