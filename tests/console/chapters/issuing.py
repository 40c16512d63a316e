"""Licences of a type that asks for two, with a picture and rows, and how licences end, by clicking."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw

from api.demo import cast
from licence.service import ISSUE_PURPOSE
from tests.api.routes.test_stampings import system_token
from tests.console.chapters.identity import confirm, settle
from tests.console.chapters.licences import act, here, previewed
from tests.console.chapters.registry import refused
from tests.console.harness import Desks
from tests.console.world import World

__all__ = [
    "HOLDER",
    "OTHER",
    "agree_to_it",
    "approve_what_cannot_be_issued_yet",
    "ask_again",
    "ask_for_a_change",
    "ask_for_the_first_one",
    "ask_to_end_what_one_issued",
    "brought",
    "end_it",
    "issued",
    "prepare",
    "refuse_it",
    "two_tabs",
    "withdraw_it",
]

HOLDER: Final = cast.person_number(991)
TYPE: Final = "居住证"
OTHER: Final = "officer2"
DAY: Final = "2027-11-22T00:00:00Z"
ROWS: Final = {
    "type": "array",
    "title": "随行家庭成员",
    "x-title-en": "Family members",
    "maxItems": 2,
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["relation", "name"],
        "properties": {
            "relation": {"type": "string", "title": "关系", "minLength": 1, "maxLength": 4},
            "name": {"type": "string", "title": "成员姓名", "minLength": 1, "maxLength": 6},
        },
    },
}
LINES: Final = """
#at(16.4mm, 79mm, block(width: 36mm, {
  set text(font: label-face, weight: "regular", size: 5pt, fill: navy)
  for row in data.fields.at("members", default: ()) [#row.relation #row.name \\ ]
}))
"""
FILLED: Final = {
    "民族": "汉",
    "出生日期": "1990-01-01",
    "常住户口所在地住址": "云州市清河区茶巷 1 号",
    "居住地住址": "云州市新城区江滨路 8 号",
}


# --- what the chapters need, which others tell of


def prepare(world: World) -> str:
    """Publish the residence permit with rows, which two are to issue and to change, and let the officer issue it.

    Return the authorisation.
    """
    path = "/v1/licence-types"
    ready = world.service.ask("GET", f"{path}/ready/residence_permit", token=world.token("officer")).content
    kind = brought(world, altered(ready))
    world.ask("licence.reviewer", "POST", f"{path}/{kind}/review")
    world.ask("officer", "POST", f"{path}/{kind}/publication")
    return authorise(world)


def altered(ready: bytes) -> bytes:
    """Return a file of the type with rows, for which issuing and changing need two and revoking does not."""
    files = members(ready)
    template = members(files["template.zip"])
    kind, schema, sample = (
        json.loads(one) for one in (files["type.json"], files["schema.json"], template["sample.json"])
    )
    kind["four_eyes"] = ["change", "release"]
    schema["properties"]["members"] = ROWS
    sample["fields"]["members"] = [{"relation": "配偶", "name": "古丽"}]
    template["sample.json"] = json.dumps(sample, ensure_ascii=False).encode()
    template["template.typ"] += LINES.encode()
    files |= {
        "type.json": json.dumps(kind, ensure_ascii=False).encode(),
        "schema.json": json.dumps(schema, ensure_ascii=False).encode(),
        "template.zip": archive(template),
    }
    return archive(files)


def members(content: bytes) -> dict[str, bytes]:
    """Return the files of an archive."""
    with zipfile.ZipFile(io.BytesIO(content)) as one:
        return {name: one.read(name) for name in one.namelist()}


def archive(files: dict[str, bytes]) -> bytes:
    """Return an archive of files, in their order."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as one:
        for name, content in files.items():
            one.writestr(name, content)
    return made.getvalue()


def brought(world: World, content: bytes) -> str:
    """Bring in a type from a file, and return it as a draft."""
    form, files = {"issuer": world.furnished.authority}, {"file": ("type.zip", content, "application/zip")}
    found: str = world.ask("officer", "POST", "/v1/licence-types/imports", data=form, files=files)["id"]
    return found


def authorise(world: World) -> str:
    """Let the officer issue the permit with the seal of the authority, and return the authorisation."""
    path, officer = f"/v1/seals/{world.furnished.seal}/authorisations", world.people["officer"].person
    kinds = [json.loads(Path("licence/templates/residence_permit/type.json").read_text(encoding="utf-8"))["code"]]
    grant = {"holder": officer, "purpose": ISSUE_PURPOSE, "document_kinds": kinds, "valid_until": DAY}
    once = {"Idempotency-Key": f"issuing-{world.clock.now().timestamp()}"}
    found: str = world.ask("owner", "POST", path, json=grant, headers=once)["id"]
    return found


def issued(world: World, number: str) -> str:
    """Let the business system issue a business licence, and return it."""
    body = {
        "type": cast.BUSINESS_TYPE,
        "seal": world.furnished.seal,
        "number": number,
        "holder_code": cast.ENTERPRISE.code,
        "data": cast.business_record(cast.ENTERPRISE),
    }
    token = system_token(world.service, world.furnished.client)
    answer = world.service.ask("POST", "/v1/licences", token=token, json=body, headers={"Idempotency-Key": number})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def portrait(folder: Path) -> Path:
    """Return a picture of somebody, as wide to high as the type wants it."""
    picture = Image.new("RGB", (390, 480), (214, 226, 236))
    ImageDraw.Draw(picture).ellipse((115, 100, 275, 320), fill=(226, 186, 160))
    path = folder / "portrait.jpg"
    picture.save(path, "JPEG", quality=90)
    return path


# --- the first one, under four eyes


def ask_for_the_first_one(desks: Desks, folder: Path) -> str:
    """Fill in the form with its picture and its rows, each wrong first, preview it, and ask the reviewer for it."""
    desk = desks("officer")
    desk.open("/console/licences/new")
    desk.choose("证照类型", TYPE)
    desk.see("此类证照须经复核员同意后签发", "随行家庭成员")
    desk.fill("持证主体代码", HOLDER)
    desk.choose("性别", "男")
    for label, value in FILLED.items():
        desk.fill(label, value)
    wrong = folder / "wrong.png"
    wrong.write_bytes(b"no picture at all")
    desk.upload("[data-field=photo] input[type=file]", wrong)
    desk.see("licence.picture_", "请核对填写的内容后重试")
    desk.upload("[data-field=photo] input[type=file]", portrait(folder))
    desk.tab.wait("!!document.querySelector('[data-field=photo] img')?.naturalWidth")
    desk.click("增加一行")
    desk.click("增加一行")
    assert desk.tab.evaluate(
        "[...document.querySelectorAll('button')].find((one) => eyes.named(one) === '增加一行').disabled"
    )
    desk.fill("第 1 行 关系", "配偶")
    desk.fill("第 1 行 成员姓名", "林晓")
    desk.fill("第 2 行 关系", "女")
    desk.click("预览")
    desk.see("有 1 处需要更正", "必填")
    desk.judged("rows-faults")
    desk.click("删除第 2 行")
    previewed(desk)
    desk.judged("rows")
    desk.click("提交复核")
    desk.see("此类证照须经复核员同意后签发")
    desk.fill("理由", "材料齐全，拟予签发")
    confirm(desk)
    desk.see("须由另一人复核")
    return here(desk, "lreq")


def ask_again(world: World, asked: dict[str, Any]) -> str:
    """Ask for the same once more, which the API tells of, and return the request."""
    order = {name: value for name, value in asked.items() if name not in ("holder_name", "after")}
    body = {"order": {**order, "paper": None}, "reason": "材料已补齐，再次提交"}
    world.clock.advance(timedelta(seconds=1))
    once = {"Idempotency-Key": f"again-{world.clock.now().timestamp()}"}
    found: str = world.ask("officer", "POST", "/v1/licence-requests", json=body, headers=once)["id"]
    return found


def refuse_it(desks: Desks, request: str) -> None:
    """Refuse as the reviewer: only with words, which the officer reads."""
    reviewer, officer = desks("licence.reviewer"), desks("officer")
    reviewer.open(f"/console/licences/reviews/{request}")
    reviewer.see("随行家庭成员", "林晓")
    reviewer.tab.wait("!!document.querySelector('.differences img')?.naturalWidth")  # whose portrait it would bear
    find = "[...document.querySelectorAll('button')].find((one) => eyes.named(one) === '不同意')"
    reviewer.tab.wait(f"!!{find}")
    assert reviewer.tab.evaluate(f"{find}.disabled")
    reviewer.fill("复核意见", "住址证明不清晰，请重新提供")
    reviewer.judged("refusing")
    reviewer.click("不同意")
    reviewer.see("未同意")
    officer.open(f"/console/licences/reviews/{request}")
    officer.see("未同意", "住址证明不清晰")
    assert not officer.can_click("撤回申请")


def withdraw_it(desks: Desks, request: str) -> None:
    """Withdraw what one asked for oneself, with a reason."""
    desk = desks("officer")
    desk.open(f"/console/licences/reviews/{request}")
    desk.click("撤回申请")
    desk.fill("理由", "申请人暂缓办理")
    confirm(desk)
    settle(desk)
    desk.see("已撤回")


def approve_what_cannot_be_issued_yet(desks: Desks, request: str, authorisation: str) -> None:
    """Agree while the officer may not use the seal: told why nothing was issued; it goes on once the officer may."""
    world, reviewer, officer = desks.world, desks("licence.reviewer"), desks("officer")
    path = f"/v1/seals/{world.furnished.seal}/authorisations/{authorisation}/withdrawal"
    world.ask("owner", "POST", path, json={"reason": "岗位调整"})
    reviewer.open(f"/console/licences/reviews/{request}")
    reviewer.click("同意")
    confirm(reviewer)
    reviewer.see("没有这枚印章此项用途的授权")
    refused(reviewer, "seal.not_authorised", "")
    reviewer.judged("not-issued")
    reviewer.click("取消")
    settle(reviewer)
    authorise(world)
    officer.open(f"/console/licences/reviews/{request}")
    officer.see("已同意，待执行")
    officer.click("继续签发")
    officer.see("已办结", "查看证照")
    officer.rest()


def agree_to_it(desks: Desks, request: str) -> str:
    """Agree as the reviewer to what is shown, and return what came of it."""
    desk = desks("licence.reviewer")
    desk.open(f"/console/licences/reviews/{request}")
    desk.tab.wait("[...document.querySelectorAll('.differences img')].filter((one) => one.naturalWidth).length === 2")
    desk.judged("differences")
    desk.click("同意")
    confirm(desk)
    desk.see("已办结")
    settle(desk)
    return str(desks.world.ask("officer", "GET", f"/v1/licence-requests/{request}")["result"])


def ask_for_a_change(desks: Desks, licence: str) -> str:
    """Ask for a new edition with another address, which the reviewer has to agree to."""
    desk = desks("officer")
    desk.open(f"/console/licences/{licence}")
    act(desk, "变更")
    desk.see("已带入现有内容", "随行家庭成员")
    desk.fill("办理理由", "居住地址变更")
    desk.fill("居住地住址", "云州市新城区江滨路 18 号")
    desk.see("有修改")
    previewed(desk)
    desk.click("提交复核")
    confirm(desk)
    desk.see("须由另一人复核")
    return here(desk, "lreq")


# --- how licences end


def ask_to_end_what_one_issued(desks: Desks, licence: str) -> None:
    """Revoke as the officer who issued it, which is refused: another one has to."""
    desk = desks("officer")
    desk.open(f"/console/licences/{licence}")
    act(desk, "吊销")
    desk.fill("理由", "依法办理")
    confirm(desk)
    desk.see("这一步须由另一人办理")
    refused(desk, "lifecycle.four_eyes_required", "")
    desk.click("取消")
    settle(desk)


def end_it(
    desks: Desks, licence: str, step: str, *, told: str, then: str, ground: str = "", by: str = "officer"
) -> None:
    """End a licence: which, what follows, on which ground and why; the button waits for all of it."""
    desk = desks(by)
    desk.open(f"/console/licences/{licence}")
    act(desk, step)
    desk.see(told)
    desk.fill("理由", "依法办理")
    if ground:
        assert desk.tab.evaluate("document.querySelector('.el-dialog__footer .el-button--danger').disabled")
        desk.choose("依据", ground)
    desk.tab.wait("![...document.querySelectorAll('.el-popper')].some(eyes.isSeen)")
    desk.judged(f"end-{then}")
    confirm(desk)
    desk.see(then)
    settle(desk)
    desk.see(ground)
    assert not desk.can_click("办理")


def two_tabs(desks: Desks, licence: str) -> None:
    """Suspend a licence in one tab: the other one, which does not know, is refused in words and not obeyed."""
    desk = desks("officer")
    other = desks.another_tab(desk)
    for one in (desk, other):
        one.open(f"/console/licences/{licence}")
        one.see("办理经过")
    for one in (desk, other):
        one.tab.call("Page.bringToFront")
        act(one, "暂扣")
        one.fill("理由", "涉嫌违法经营")
        confirm(one)
        if one is desk:
            one.see("已暂扣")
            settle(one)
    other.see("现在的状态不允许这一步")
    refused(other, "lifecycle.event_not_possible", "请刷新页面，核对之后再决定")
    desk.tab.call("Page.bringToFront")
