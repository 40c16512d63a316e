"""The catalogue by clicking: a type drafted beside its preview, reviewed with what it changes, then published."""

from pathlib import Path

from tests.console.harness import Desk, Desks

__all__ = [
    "agree_to_sharing",
    "decide_on_sharing",
    "draft_a_ready_type",
    "draft_a_type",
    "draft_the_next_version",
    "import_a_type",
    "look_at_changes",
    "publish_it",
    "review_it",
    "state_of",
]

NAME = "食品经营许可证"
LINE = "#this-function-is-nowhere()"


def state_of(desks: Desks, kind: str) -> tuple[int, str]:
    """Return number and state of the newest version of a type, as the API tells them."""
    newest = desks.world.ask("officer", "GET", f"/v1/licence-types/{kind}/versions")[-1]
    return newest["version"], newest["state"]


def shown(desk: Desk) -> None:
    """Wait until the preview has been drawn from what stands in the editor."""
    desk.see("预览已是最新")
    desk.tab.wait("!!document.querySelector('.view canvas[data-drawn]')")


def typed(desk: Desk, text: str) -> None:
    """Type a text in place of that of the editor."""
    desk.fill("文件 template.typ 的内容", text)


def draft_a_type(desks: Desks) -> str:
    """Draft a type from a ready one: its template is broken, told where, and mended. Return its name."""
    desk = desks("officer")
    desk.go("证照目录")
    desk.see("营业执照")
    desk.shot("types")
    desk.click("起草证照类型")
    desk.click(NAME)
    desk.shot("new-type")
    desk.click("开始起草")
    desk.see("起草证照类型", "定义机构名称")
    desk.shot("particulars")
    desk.click("数据项")
    desk.see("中文名称")
    desk.judged("fields")
    desk.click("模板与预览")
    shown(desk)
    desk.judged("template")
    good = str(desk.tab.evaluate("document.querySelector('.code-area textarea').value"))
    line = len(good.splitlines()) + 1
    typed(desk, f"{good}{LINE}\n")
    desk.see("模板无法排版", f"template.typ 第 {line} 行")
    desk.judged("broken")
    desk.click(f"template.typ 第 {line} 行")
    assert desk.tab.evaluate("document.querySelector('.gutter .fault').innerText") == str(line)
    typed(desk, good)
    shown(desk)
    desk.click("样例数据")
    desk.fill("经营者名称", "云州清禾餐饮有限公司")
    shown(desk)
    desk.click("检查模板")
    desk.see("检查通过")
    desk.click("保存草案")
    desk.see("历次版本", "待复核")
    assert not desk.can_click("复核通过")
    return desk.place.rpartition("/")[2]


def draft_a_ready_type(desks: Desks, name: str) -> str:
    """Draft a type as it comes ready with the service. Return its name."""
    desk = desks("officer")
    desk.open("/console/catalogue")
    desk.click("起草证照类型")
    desk.click(name)
    desk.click("开始起草")
    desk.see("定义机构名称")
    desk.click("保存草案")
    desk.see("历次版本", "待复核")
    return desk.place.rpartition("/")[2]


def look_at_changes(desks: Desks, kind: str, *seen: str) -> None:
    """Look at what the newest version changes, as whoever reviews it does first."""
    desk = desks("licence.reviewer")
    desk.open(f"/console/catalogue/{kind}")
    desk.see("变更内容", *seen)
    desk.judged("changes")


def review_it(desks: Desks, kind: str) -> None:
    """Review the newest version as another person, who has seen its specimen."""
    desk = desks("licence.reviewer")
    desk.open(f"/console/catalogue/{kind}")
    desk.see("基本信息")
    desk.click("样张")
    desk.tab.wait("!!document.querySelector('canvas[data-drawn]')")
    desk.judged("specimen")
    desk.click("复核通过")
    desk.see("模板将再检查一遍")
    desk.click("css:.el-dialog__footer .el-button--primary")
    desk.see("待发布")


def publish_it(desks: Desks, kind: str) -> None:
    """Publish the version that another person has reviewed."""
    desk = desks("officer")
    desk.open(f"/console/catalogue/{kind}")
    desk.click("发布")
    desk.see("发布后内容不再改变")
    desk.judged("publication")
    desk.click("css:.el-dialog__footer .el-button--primary")
    desk.see("已发布")


def draft_the_next_version(desks: Desks, kind: str) -> None:
    """Draft the next version: another name, a shorter field, a line more in the template."""
    desk = desks("officer")
    desk.open(f"/console/catalogue/{kind}")
    desk.click("起草新版本")
    desk.fill("英文名称", "Food Operation Permit (2027)")
    desk.click("数据项")
    desk.fill("最大长度", "50")
    desk.click("模板与预览")
    shown(desk)
    text = str(desk.tab.evaluate("document.querySelector('.code-area textarea').value"))
    typed(desk, f"{text}// 第二版\n")
    shown(desk)
    desk.click("保存草案")
    desk.see("待复核", "变更内容")


def import_a_type(desks: Desks, file: Path, name: str) -> None:
    """Bring in a type that was exported."""
    desk = desks("officer")
    desk.open("/console/catalogue")
    desk.click("起草证照类型")
    desk.see("选择文件")
    desk.upload(".el-dialog input[type=file]", file)
    desk.see(file.name)
    desk.click("导入文件")
    desk.see(name, "历次版本", "待复核")


def agree_to_sharing(desks: Desks) -> None:
    """Agree to a grant of sharing as another person than who proposed it."""
    desk = desks("licence.reviewer")
    desk.go("证照共享")
    desk.see("须持证主体逐次授权", "复核通过")
    desk.judged("sharing")
    desk.click("复核通过")
    desk.see("同意后立即可以查询")
    desk.click("css:.el-dialog__footer .el-button--primary")
    desk.see("有效")
    assert not desk.can_click("收回授权")


def decide_on_sharing(desks: Desks) -> None:
    """Agree to a grant of sharing as another person than who proposed it, and withdraw it with a reason."""
    officer = desks("officer")
    officer.go("证照共享")
    officer.see("待复核", "个人住房公积金贷款资格审核")
    assert not officer.can_click("复核通过")
    agree_to_sharing(desks)
    officer.open("/console/sharing")
    officer.click("收回授权")
    officer.fill("理由", "业务系统停用")
    officer.click("css:.el-dialog__footer .el-button--danger")
    officer.see("已收回", "业务系统停用")
