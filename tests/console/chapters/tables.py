"""Many licences at once, by clicking: a table with its problems before anything is issued, and a type issued anew."""

from pathlib import Path
from typing import Any

from api.demo import cast
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
)
from tests.console.harness import Desks

__all__ = ["issue_from_a_table", "issue_the_type_anew"]


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
