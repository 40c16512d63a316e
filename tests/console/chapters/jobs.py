"""Jobs that pause, types that go back or end, and a grant that is refused, by clicking."""

from typing import Any

from api.demo import cast
from tests.console.chapters.identity import confirm, settle
from tests.console.chapters.licences import RECORD
from tests.console.harness import Desks
from tests.console.world import World

__all__ = ["job_of", "pause_and_go_on", "refuse_a_grant", "retire_a_type", "return_a_type"]


# --- jobs


def job_of(world: World, *, rows: int) -> str:
    """Upload a table of permits, of which the last is wrong, and let its rows be looked at."""
    lines: list[dict[str, Any]] = [
        {"holder_code": cast.ENTERPRISE.code, "number": f"JY2330199021000{place}", **RECORD} for place in range(rows)
    ]
    lines.append({**lines[0], "number": "JY23301990219999", "holder_code": cast.bad_rows()[0]["holder_code"]})
    form = {"type": cast.FOOD_TYPE, "seal": world.furnished.seal, "columns": "{}"}
    files = {"file": ("permits.csv", cast.table_of(lines), "text/csv")}
    once = {"Idempotency-Key": "job-acts"}
    found: str = world.ask("officer", "POST", "/v1/bulk-jobs", data=form, files=files, headers=once)["id"]
    world.service.instance.bulk.worker().work_off()
    return found


def pause_and_go_on(desks: Desks, job: str) -> None:
    """Start a job, pause it, go on, and see it end; which row was refused and why is on the page."""
    desk, worker = desks("officer"), desks.world.service.instance.bulk.worker()
    desk.open(f"/console/licences/bulk/{job}")
    desk.see("待启动", "identity.credit_code_malformed")
    desk.click("启动签发")
    confirm(desk)
    settle(desk)
    desk.click("暂停")
    desk.see("已暂停")
    desk.tab.wait("!!eyes.clickable('继续')")
    worker.work_off()
    desk.judged("paused")
    assert desks.world.ask("officer", "GET", f"/v1/bulk-jobs/{job}")["issued"] == 0
    desk.click("继续")
    desk.see("签发中")
    worker.work_off()
    desk.see("已完成", "下载结果（CSV）")
    desk.rest()
    desk.judged("finished")


# --- types and grants


def return_a_type(desks: Desks, kind: str) -> None:
    """Return a reviewed draft to whoever drafts it: it is no draft to be published any more."""
    desk = desks("officer")
    desk.open(f"/console/catalogue/{kind}")
    desk.see("待发布")
    desk.click("退回修改")
    confirm(desk)
    settle(desk)
    desk.see("已退回，待修改", "须重新起草后再复核")
    assert not desk.can_click("发布")


def retire_a_type(desks: Desks, kind: str) -> None:
    """Retire a published type as another than who published it: named, with what follows."""
    desk = desks("licence.reviewer")
    desk.open(f"/console/catalogue/{kind}")
    desk.click("停用")
    desk.see("停用后不能恢复")
    desk.judged("retiring-type")
    confirm(desk)
    settle(desk)
    desk.see("已停用")


def refuse_a_grant(desks: Desks, grant: str, *shown: str) -> None:
    """Refuse a grant of sharing in the inbox, with a reason, once it says what would be shared."""
    desk = desks("licence.reviewer")
    desk.open(f"/console/approvals?look={grant}")
    desk.see("个人住房公积金贷款资格审核", "法律依据", *shown)
    desk.judged("grant")
    desk.fill("意见（驳回时必填）", "法律依据不足")
    desk.click("不通过")
    desk.see("已答复不通过")
    settle(desk)
