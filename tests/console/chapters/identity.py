"""Registering, proving, changing and freezing subjects, by clicking: each step by one registrar, in Chinese."""

from tests.console.harness import Desk, Desks

__all__ = [
    "agree",
    "change_the_name",
    "confirm",
    "freeze_and_unfreeze",
    "look_in_clear",
    "merge_doubles",
    "pick",
    "prove_again",
    "prove_at_the_desk",
    "recover_an_account",
    "register_a_company",
    "register_a_person",
    "settle",
    "subject_of",
]

DIALOG = "[...document.querySelectorAll('.el-dialog')].filter(eyes.isSeen).at(-1)"
EVIDENCE = "公安变更通知〔2026〕第18号"


def confirm(desk: Desk) -> None:
    """Do what the dialog asks about."""
    find = f"{DIALOG}?.querySelector('.el-dialog__footer .el-button:last-child:not([disabled])')"
    desk.strike(find)


def settle(desk: Desk) -> None:
    """Wait until no dialog is on the page any more, and nothing on its way."""
    desk.tab.wait(f"!{DIALOG}")
    desk.rest()


def pick(desk: Desk, label: str, text: str, option: str) -> None:
    """Pick a person, an organisation or a system: type what is known of it, and choose what is found."""
    desk.tab.wait(f"!!eyes.field('{label}')")
    desk.tab.evaluate(f"(() => {{ const one = eyes.field('{label}'); one.focus(); one.click(); }})()")
    desk.tab.call("Input.insertText", text=text)
    find = (
        "[...document.querySelectorAll('.el-select-dropdown__item')].filter(eyes.isSeen)"
        f".find((one) => eyes.tidy(one.innerText).includes('{option}'))"
    )
    desk.strike(find)
    desk.tab.wait("![...document.querySelectorAll('.el-select-dropdown')].some(eyes.isSeen)")  # it fades away


def agree(desk: Desk, kind: str) -> None:
    """Agree to the proposal of a kind that waits for somebody."""
    desk.open("/console/approvals")
    desk.click(kind)
    desk.click("同意")
    desk.see("已同意")
    settle(desk)


def subject_of(desk: Desk) -> str:
    """Return the identifier of the subject, the account or the system whose page is open."""
    desk.tab.wait(r"/^\/console\/\w+\/\w{10,}$/.test(location.pathname)")
    return desk.place.rsplit("/", maxsplit=1)[-1]


def register_a_person(desks: Desks, name: str, number: str) -> str:
    """Register a person, by one registrar who mistypes the number first and is told so at the field."""
    desk = desks("registrar")
    desk.open("/console/subjects")
    desk.judged("register")
    desk.click("登记自然人")
    desk.fill("姓名", name)
    last = "0" if number[-1] != "0" else "1"
    desk.fill("证件号码", number[:-1] + last)
    desk.see("校验码不符，请核对号码")
    assert not desk.can_click("提交")
    desk.fill("证件号码", number)
    desk.not_see("校验码不符，请核对号码")
    desk.judged("registering")
    confirm(desk)
    person = subject_of(desk)
    settle(desk)
    desk.see("待核验", "您办理了上一步，须由另一名登记员办理")
    desk.shot("registered")
    return person


def register_a_company(desks: Desks, name: str, code: str) -> str:
    """Register an organisation, by the same registrar."""
    desk = desks("registrar")
    desk.open("/console/subjects?kind=organisation")
    desk.click("登记组织")
    desk.fill("名称", name)
    desk.fill("统一社会信用代码", code)
    confirm(desk)
    company = subject_of(desk)
    settle(desk)
    desk.see(name, "目前没有人可以代表该组织办事")
    return company


def prove_at_the_desk(desks: Desks, name: str, company: str) -> None:
    """Prove the person and the organisation that wait, by another registrar."""
    desk = desks("registrar2")
    desk.open("/console/proofing")
    desk.see("待核验的主体", name)
    desk.judged("proofing-desk")
    desk.click("css:tbody .el-button")
    confirm(desk)
    desk.see("没有待核验的主体")
    settle(desk)
    desk.click("法人及其他组织")
    desk.see(company)
    desk.click("css:tbody .el-button")
    confirm(desk)
    desk.see("没有待核验的主体")
    settle(desk)


def prove_again(desks: Desks, person: str) -> None:
    """Record what was seen at the counter, by one registrar; another one confirms it."""
    desk = desks("registrar")
    desk.open("/console/proofing")
    desk.click("柜台核验")
    pick(desk, "主体", person, person)
    desk.click("手机号实名一致")
    desk.see("所选内容不足以证明身份")
    desk.click("读取证件芯片")
    desk.click("当面核对本人")
    desk.see("可达到 L3")
    desk.fill("核验说明", "本人到场，读取证件芯片，人证一致。")
    desk.judged("counter-check")
    confirm(desk)
    settle(desk)
    desk.see("等待另一名身份登记员复核")
    agree(desks("registrar2"), "柜台实名核验")


def change_the_name(desks: Desks, person: str, name: str) -> None:
    """Change a name: one registrar proposes it, and another one agrees."""
    desk = desks("registrar")
    desk.open(f"/console/subjects/{person}")
    desk.click("更多办理")
    desk.click("变更姓名或名称")
    desk.fill("新姓名", name)
    desk.fill("生效日期", "2026-11-01")
    desk.fill("证明材料", EVIDENCE)
    desk.fill("办理说明", "凭公安机关变更证明")
    desk.judged("changing")
    confirm(desk)
    settle(desk)
    desk.see("待批事项", "等待另一名身份登记员复核")
    agree(desks("registrar2"), "变更名称")
    desk.open(f"/console/subjects/{person}")
    desk.see("变更姓名或名称", "2026年11月1日 起生效", "提请，", " 同意")
    desk.judged("changed")


def merge_doubles(desks: Desks, double: str, survivor: str) -> None:
    """Let one registrar find that two identifiers are one person, and another one agree."""
    desk = desks("registrar")
    desk.open(f"/console/subjects/{double}")
    desk.click("更多办理")
    desk.click("合并重复登记")
    desk.see("本标识并入后不再使用")
    pick(desk, "保留的统一身份标识", survivor, survivor)
    desk.fill("生效日期", "2026-11-01")
    desk.fill("证明材料", "出入境管理局核对函〔2026〕第7号")
    desk.fill("办理说明", "核对为同一人")
    confirm(desk)
    settle(desk)
    agree(desks("registrar2"), "合并重复的个人")
    desk.open(f"/console/subjects/{double}")
    desk.see(survivor)


def look_in_clear(desks: Desks, person: str, name: str) -> None:
    """Look at the name in clear, by a registrar, for a purpose and a case."""
    desk = desks("registrar")
    desk.open(f"/console/subjects/{person}")
    desk.not_see(name)
    desk.click("查看原文")
    desk.choose("查询目的", "窗口办理")
    desk.click("姓名")
    desk.fill("办件编号", "办件20261122-0007")
    desk.judged("disclosing")
    confirm(desk)
    desk.see(name, "关闭后不再显示")
    desk.click("关闭")
    settle(desk)
    desk.not_see(name)


def freeze_and_unfreeze(desks: Desks, person: str) -> None:
    """Freeze at once, by one registrar; another one lifts it."""
    first, second = desks("registrar"), desks("registrar2")
    first.open(f"/console/subjects/{person}")
    first.click("冻结")
    first.fill("理由", "举报核实中")
    first.shot("freezing")
    confirm(first)
    settle(first)
    first.see("已冻结", "须由另一名登记员办理")
    second.open(f"/console/subjects/{person}")
    second.click("解冻")
    second.fill("理由", "核实无误")
    confirm(second)
    settle(second)
    second.see("正常")


def recover_an_account(desks: Desks, person: str) -> None:
    """Recover the account of who has lost the way in: two registrars have seen them, and the code is handed over."""
    desk = desks("registrar")
    desk.open(f"/console/subjects/{person}")
    desk.click("更多办理")
    desk.click("找回账号")
    desk.click("查验证件")
    desk.click("当面核对本人")
    desk.fill("核验说明", "本人到场，人证一致，口令遗忘。")
    confirm(desk)
    settle(desk)
    agree(desks("registrar2"), "柜台找回账号")
    desk.open(f"/console/subjects/{person}")
    desk.click("领取激活码")
    desk.see("激活码只显示这一次")
    desk.shot("recovered")
    desk.click("关闭")
    settle(desk)
