"""Many licences at once, by clicking: a table with its problems before anything is issued, and a type issued anew."""

from pathlib import Path
from typing import Any

from api.demo import cast
from licence.service import ISSUE_PURPOSE
from tests.console.chapters.identity import confirm, settle
from tests.console.chapters.licences import (
    COMPANY,
    NUMBER,
    RECORD,
    choose_type,
    here,
    is_disabled,
    judged,
    on_a_phone,
    previewed,
)
from tests.console.harness import Desk, Desks
from tests.console.world import World

__all__ = ["issue_by_delegation", "issue_from_a_table", "issue_the_type_anew", "let_issue"]


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
    desk.save_to(folder)
    desk.click("XLSX")
    desk.saved(folder, "食品经营许可证.xlsx")
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
    assert NUMBER[:8] in desk.saved(folder, f"{job}.csv").decode("utf-8-sig")
    return job


def issue_the_type_anew(desks: Desks) -> str:
    """What is in force is counted, and a job is made that issues it anew; it is cancelled before it starts."""
    desk = desks("officer")
    desk.open("/console/licences/bulk/reissue")
    choose_type(desk)
    desk.click("计算数量")
    desk.see("份证照符合条件", "盖有")
    desk.click("只换发这些")
    desk.see("原用印章", "份证照符合条件")
    desk.fill("换发理由", "证照样式更新，统一换发。")
    judged(desk, "bulk-reissue")
    desk.click("建立换发任务")
    job = here(desk, "bulk")
    desk.see("换发范围", "原用印章 云州市市场监督管理局电子证照专用章")
    desk.click("取消任务")
    desk.see("取消后不能继续")
    confirm(desk)
    settle(desk)
    desk.see("已取消")
    desk.open("/console/licences/bulk")
    desk.see("批量换发", "表格签发")
    desk.shot("bulk-jobs")
    return job


def let_issue(world: World, person: str, *, times: int) -> str:
    """Let somebody issue business licences so often, and use the seal for that; return the delegation to issue."""
    usual = {
        "delegator": world.furnished.authority,
        "delegate": world.people[person].person,
        "valid_until": "2026-12-20T10:00:00Z",
        "depth": 0,
    }
    code = world.ask("owner", "GET", f"/v1/seals/{world.furnished.seal}")["code"]
    stamping = {"matters": ["seal.stamp"], "seals": [code], "purposes": [ISSUE_PURPOSE]}
    issuing = {"matters": ["licence.issue"], "licence_types": [cast.BUSINESS_TYPE], "times": times}
    names: list[str] = []
    for told in (stamping | {"document_kinds": [cast.BUSINESS_TYPE]}, issuing):
        headers = {"Idempotency-Key": f"{person}-{len(names)}-issuing"}
        offered = world.ask("owner", "POST", "/v1/delegations", json=usual | told, headers=headers)["id"]
        world.ask(person, "POST", f"/v1/delegations/{offered}/acceptance", headers={"Idempotency-Key": offered})
        names.append(offered)
    return names[-1]


def issue_by_delegation(desk: Desk, world: World, folder: Path) -> str:
    """Who has no duty for licences issues by a delegation, one and then two; return the job of the two."""
    record = {name: value for name, value in cast.business_record(COMPANY).items() if value}
    desk.load("/console/")
    desk.go("签发证照")
    desk.choose("证照类型", "营业执照")
    desk.see("registered_capital")  # the fields of this type have no titles
    desk.fill("证照编号", "330199002000901(1/1)")
    desk.fill("持证主体代码", COMPANY.code)
    for name, value in record.items():
        desk.fill(name, value)
    previewed(desk)
    desk.click("签发")
    confirm(desk)
    desk.see("已签发，证照编号 330199002000901(1/1)")  # of the licence itself a delegate sees no more
    desk.judged("issued-by-delegation")
    desk.go("批量任务")
    assert not desk.can_click("批量换发")
    path = folder / "licences.csv"
    path.write_bytes(cast.table_of([cast.row_of(COMPANY, place) | record for place in (902, 903)]))
    desk.click("由表格签发")
    desk.choose("证照类型", "营业执照")
    desk.see("空白表格")
    desk.upload("input[type=file]", path)
    desk.see("识别为 CSV")
    desk.click("上传并校验")
    desk.see("任务信息")
    job = here(desk, "bulk")
    world.service.instance.bulk.worker().work_off()
    desk.see("待启动")
    desk.click("启动签发")
    confirm(desk)
    settle(desk)
    world.service.instance.bulk.worker().work_off()
    desk.see("已完成", "下载结果（CSV）")
    assert not desk.has("打包下载")  # no files: they are the authority's
    desk.judged("bulk-by-delegation")
    return job
