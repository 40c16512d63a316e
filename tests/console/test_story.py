"""The story of `make demo` by clicking: from an instance in which nothing has happened, each step by its person.

Only the ceremony is not clicked, which is held on the command line, and what `BY_ITSELF` names; business systems ask
the API (chapters/licences.py, chapters/mine.py). The tests are the chapters of one story: none stands alone.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from api.ceremony import Founded
from api.demo import cast
from api.demo.documents import foreign_documents
from api.wiring import Instance
from identity.duties import OF_ORGANISATION, Duty
from tests.api.builders import settings_for
from tests.api.routes.test_stampings import system_token
from tests.console.chapters import (
    access,
    catalogue,
    home,
    identity,
    joining,
    licences,
    mine,
    pages,
    public,
    seals,
    tables,
)
from tests.console.harness import DESKTOP, PHONE, Desks
from tests.console.world import World, founded_world
from tests.fakes.clock import SettableClock
from tests.story import Played, played
from trust import repository as trail

__all__ = ["played"]

pytestmark = [pytest.mark.story, pytest.mark.no_cover]  # what is clicked here has cheaper tests of its own

FOUNDERS: Final = {
    Duty.SYSTEM_ADMINISTRATOR: ("system",),
    Duty.SECURITY_ADMINISTRATOR: ("security", "security2"),
    Duty.AUDITOR: ("auditor",),
    Duty.REGISTRAR: ("registrar", "registrar2"),
}
DUTIES: Final = {
    "seal_applicant": "印章申请人",
    "seal_reviewer": "印章审核员",
    "seal_maker": "制章员",
    "seal_filer": "备案员",
    "seal_owner": "印章所有者",
    "licence_officer": "发证员",
    "licence_reviewer": "复核员",
}
NOTICE: Final = {"purpose": "document.stamp", "document_kind": "notice"}
SYSTEM: Final = "云州市场监管综合业务系统"

BY_ITSELF: Final[Mapping[str, str]] = {
    "session:use:done": "the service notes from time to time when sessions were last used",
    "verification:count:done": "the service writes down from time to time how much was verified",
    "openid_key:make:done": "the service makes the keys of sign-on before their time comes",
    "licence:issue:repeated": "a business system that got no answer sends its request again",
}
"""What the story of `make demo` leaves in the audit trail that nobody does by clicking."""


OF_KEYS: Final = frozenset({("openid_key", "current"), ("openid_key", "next"), ("key", "pending")})
"""States of the keys of sign-on, which the service makes by itself."""


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Founded]]:
    """Return an instance after its ceremony, with what its founders were handed."""
    with founded_world(tmp_path_factory.mktemp("story") / "instance") as found:
        yield found


@pytest.fixture(scope="module")
def world(beginning: tuple[World, Founded]) -> World:
    """Return the world of the story."""
    return beginning[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of whoever has files: what is uploaded, and what is saved."""
    found = tmp_path_factory.mktemp("papers")
    (found / "letter.pdf").write_bytes(foreign_documents()["several-pages.pdf"])
    return found


@pytest.fixture(scope="module")
def names() -> dict[str, str]:
    """Return what the story has named so far."""
    return {}


def person(desks: Desks, username: str) -> str:
    """Return the identifier of somebody."""
    return desks.world.people[username].person


def test_1_the_founders_come_in(desks: Desks, beginning: tuple[World, Founded]) -> None:
    waiting = {duty: list(usernames) for duty, usernames in FOUNDERS.items()}
    for founder in beginning[1].founders:
        code, holder = founder.activation.secret, founder.activation.holder
        joining.join(desks, waiting[founder.duty].pop(0), code=code, person=holder, name=founder.name)
    told = joining.progress(desks, 2)
    assert "还缺（须有账号并已启用）：印章申请人" in told
    desks("system").shot("set-up")


def test_2_people_are_registered_proven_and_appointed(desks: Desks, world: World) -> None:
    people = {one.role: joining.register(desks, one.name, 证件号码=one.number) for one in cast.STAFF}
    holder = cast.ENTERPRISE.representative
    people["holder"] = joining.register(desks, holder, 证件号码=cast.person_number(301))
    joining.prove(desks, people=len(people))
    organisations = [
        joining.register(desks, one.name, 统一社会信用代码=one.code, 法定代表人=people[head])
        for one, head in ((cast.AUTHORITY, "owner"), (cast.ENTERPRISE, "holder"))
    ]
    world.furnished = replace(world.furnished, authority=organisations[0], enterprise=organisations[1])
    joining.prove(desks, companies=2)
    codes = {role: joining.open_account(desks, one) for role, one in people.items()}
    for one in cast.STAFF:
        organisation = cast.AUTHORITY.name if Duty(one.duty) in OF_ORGANISATION else ""
        joining.propose_duty(desks, people[one.role], DUTIES[one.duty], organisation)
    joining.agree_to_all(desks, "security2", "授予职责", len(cast.STAFF))
    titles = {one.role: one.name for one in cast.STAFF}
    for role, found in people.items():
        username = role.replace("_", ".")
        joining.join(desks, username, code=codes[role], person=found, name=titles.get(role, holder))
    joining.progress(desks, 4)


def test_3_a_business_system_joins_and_doubles_are_merged(desks: Desks, world: World) -> None:
    world.furnished = replace(world.furnished, client=access.register_a_system(desks, SYSTEM))
    permit = {"证件类型": "港澳居民来往内地通行证", "证件号码": "H10000011"}
    passport = {"证件类型": "护照", "证件号码": "K12345678", "签发国家或地区": "HKG"}
    double, survivor = (joining.register(desks, "陈大文", **document) for document in (permit, passport))
    joining.prove(desks, people=2)
    identity.merge_doubles(desks, double, survivor)
    identity.change_the_name(desks, survivor, "陈大汶")
    identity.look_in_clear(desks, survivor, "陈大汶")
    identity.prove_again(desks, person(desks, "holder"))


def test_4_the_first_seal_from_application_to_authorisation(desks: Desks, world: World, folder: Path) -> None:
    seal = seals.apply_plainly(desks, folder, "电子证照专用章", "没有发现相似的印章或同名印章")
    world.furnished = replace(world.furnished, seal=seal)
    seals.review_it(desks, seal, told="用于签发电子证照")
    seals.produce_it(desks, seal)
    seals.accept_it(desks, seal)
    assert seals.state_of(desks, seal) == "active"
    joining.progress(desks, 5)
    seals.authorise_the_system(desks, seal)
    for who in ("综合业务系统", "发证员"):
        seals.authorise(desks("owner"), seal, who, purpose="签发证照")
    seals.authorise_the_owner(desks, seal)
    given = world.ask("owner", "GET", f"/v1/seals/{seal}/authorisations")
    stamping = {one["holder"] for one in given if one["purpose"] == "document.stamp"}
    assert stamping == {world.furnished.client, person(desks, "owner")}


def test_5_types_are_drafted_reviewed_and_published(desks: Desks, world: World) -> None:
    business = catalogue.draft_a_ready_type(desks, "营业执照")
    catalogue.review_it(desks, business)
    catalogue.publish_it(desks, business)
    food = catalogue.draft_a_type(desks)
    assert catalogue.state_of(desks, food) == (1, "draft")
    catalogue.review_it(desks, food)
    assert catalogue.state_of(desks, food) == (1, "reviewed")
    catalogue.publish_it(desks, food)
    assert catalogue.state_of(desks, food) == (1, "published")
    world.furnished = replace(world.furnished, type=food)
    joining.progress(desks, 6)
    catalogue.draft_the_next_version(desks, food)
    assert catalogue.state_of(desks, food) == (2, "draft")
    catalogue.look_at_changes(desks, food, "Food Operation Permit (2027)", "最大长度 50", "// 第二版")


def test_6_licences_singly_and_from_a_table(desks: Desks, world: World, folder: Path, names: dict[str, str]) -> None:
    world.furnished = replace(world.furnished, licence=licences.issue_a_business_licence(desks))
    system = desks("system")
    system.open("/console/setup")
    system.see("初始设置已完成")
    assert "初始设置" not in system.text("nav")
    food = licences.issue_one(desks)
    told = world.ask("officer", "GET", f"/v1/licences/{food}")
    assert (told["state"], told["number"]) == ("in_force", licences.NUMBER)
    assert told["data"]["signatory"] == "叶书宁、白景行"
    licences.find_it_again(desks, food)
    licences.look_back(desks, food)
    renewed = licences.renew_it(desks, food)
    assert [licences.state_of(desks, one) for one in (food, renewed)] == ["superseded", "in_force"]
    names["job"] = tables.issue_from_a_table(desks, folder)
    told = world.ask("officer", "GET", f"/v1/bulk-jobs/{names['job']}")
    assert (told["state"], told["issued"], told["refused"]) == ("finished", 2, 1)
    tables.issue_the_type_anew(desks)
    paper = licences.digitise_a_paper_licence(desks, folder)
    told = world.ask("officer", "GET", f"/v1/licences/{paper}")
    assert (told["origin"], told["paper_issued_on"], told["number"]) == ("paper", "2023-03-18", "JY23301990199999")
    names["by_system"] = licences.issue_by_the_system(world)


def test_7_documents_are_stamped_and_under_a_delegation(
    desks: Desks, world: World, folder: Path, names: dict[str, str]
) -> None:
    seal = world.furnished.seal
    seals.stamp_a_document(desks, folder, seal)
    first, names["delegation"] = access.delegate_stamping(desks, seal)
    stamped = access.stamp_under_it(desks, folder, seal, names["delegation"])
    links = world.ask("officer", "GET", f"/v1/delegations/{names['delegation']}/links")
    assert [(one["id"], one["used"]) for one in links] == [(first, 1), (names["delegation"], 1)]
    desk = desks.fresh()
    public.verify_a_file(desk, stamped, "签名有效", "有效", "电子证照专用章")


def test_8_anybody_verifies(desks: Desks, folder: Path, names: dict[str, str]) -> None:
    desk = desks.fresh(size=PHONE)
    names["pdf"] = str(public.fetch_a_licence(desks, names["by_system"], folder))
    pdf = Path(names["pdf"])
    public.look_behind_the_code(desk, pdf.read_bytes(), "有效", "食品经营许可证")
    assert not desk.has(cast.ENTERPRISE.name)
    public.verify_a_file(desk, pdf, "签名有效", "有效", "食品经营许可证")
    altered = bytearray(pdf.read_bytes())
    altered[len(altered) // 3] ^= 0x01
    (folder / "altered.pdf").write_bytes(bytes(altered))
    public.verify_a_file(desk, folder / "altered.pdf", "文件被改动过", "无效")


def test_9_the_holder_shows_the_licence_and_shares_it(desks: Desks) -> None:
    mine.propose_a_grant(desks)
    catalogue.agree_to_sharing(desks)
    desk = desks("holder")
    desk.tab.measure(PHONE)
    mine.look_at_licences(desk)
    mine.show_a_licence(desks, desk)
    consent = mine.give_consent(desks, desk)
    assert (consent["times"], consent["channel"], consent["standing"]) == (3, "portal", "in_force")
    mine.read_records(desks, desk)
    mine.withdraw_it(desks, desk)
    desk.tab.measure(DESKTOP)
    owner = desks("owner")
    owner.open("/console/my-seals")
    owner.see("本单位印章", "电子证照专用章", "使用中")
    owner.click("用印记录")
    owner.see("电子证照专用章")


def test_a_licence_is_suspended_and_another_revoked(desks: Desks, world: World, names: dict[str, str]) -> None:
    suspended, licence = licences.issue_by_the_system(world, "JY23301990188888"), names["by_system"]
    licences.suspend_it(desks, suspended)
    assert licences.state_of(desks, suspended) == "suspended"
    names["request"] = licences.ask_for_a_revocation(desks, licence)
    assert licences.state_of(desks, licence) == "in_force"
    licences.agree_to_the_revocation(desks, names["request"])
    assert licences.state_of(desks, licence) == "revoked"
    public.look_behind_the_code(desks.fresh(), Path(names["pdf"]).read_bytes(), "无效", "吊销")


def test_b_another_seal_lives_to_its_end(desks: Desks, folder: Path) -> None:
    seal = seals.apply_for_a_seal(desks, folder)
    assert seals.state_of(desks, seal) == "applied"
    seals.return_and_mend(desks, seal)
    seals.review_it(desks, seal)
    assert seals.state_of(desks, seal) == "approved"
    seals.produce_it(desks, seal)
    seals.accept_it(desks, seal)
    seals.authorise_the_owner(desks, seal)
    seals.stamp_a_document(desks, folder, seal)
    seals.look_at_the_ledger(desks, seal, lines=1)
    seals.report_it_lost_from_a_phone(desks, seal)
    assert seals.state_of(desks, seal) == "suspended"
    seals.bring_it_back(desks, seal)
    assert seals.state_of(desks, seal) == "active"
    seals.cancel_it(desks, seal)
    seals.destroy_it(desks)
    assert seals.state_of(desks, seal) == "destroyed"
    reviewer = desks("reviewer")
    reviewer.open(f"/console/seals/{seal}")
    reviewer.see("销毁证明", "监督销毁密钥", "提交申请")


def test_c_a_seal_is_suspended_and_stamps_no_more(desks: Desks, world: World) -> None:
    seal = world.furnished.seal
    seals.suspend_it(desks, seal)
    owner = desks("owner")
    owner.open("/console/stamping")
    owner.see("没有可用的用印授权")
    order = {"order": '{"places": [{"kind": "point", "page": 1, "x_mm": 150, "y_mm": 240}]}', **NOTICE}
    answer = world.service.ask(
        "POST",
        f"/v1/seals/{seal}/stampings",
        token=system_token(world.service, world.furnished.client),
        data=order,
        files={"file": ("notice.pdf", foreign_documents()["several-pages.pdf"], "application/pdf")},
        headers={"Idempotency-Key": "story-suspended"},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "seal.not_active")


def test_d_the_auditor_checks_and_takes_away(desks: Desks, world: World) -> None:
    desk = home.search_the_trail(desks, world.furnished.seal)
    home.take_the_trail_away(desk)
    found = world.ask("auditor", "GET", "/v1/audit/search?tag=audit:export:done")["events"]
    assert [one["event"]["actor"] for one in found] == [person(desks, "auditor")]


def test_e_what_came_of_it_is_what_the_demo_leaves(world: World, played: Played) -> None:
    instance = Instance.open(settings_for(played.instance), SettableClock())
    with instance.base.store.reading() as view:
        theirs = {one.event.tag for one in trail.events(view, after=0)}
    instance.workers.close()
    instance.base.store.close()
    ours = {one.tag for one in world.service.events()}
    assert theirs - ours <= set(BY_ITSELF)
    assert not ours & set(BY_ITSELF)
    assert states(played.instance) - states(world.furnished.folder) <= OF_KEYS


def states(folder: Path) -> set[tuple[str, str]]:
    """Return every state in which something is in an instance, each with its table."""
    with closing(sqlite3.connect(f"file:{folder / 'trust.db'}?mode=ro", uri=True)) as database:
        asked = "SELECT one.name FROM sqlite_master one, pragma_table_info(one.name) of WHERE of.name = 'state'"
        tables = [name for (name,) in database.execute(asked)]
        told = {name: database.execute(f'SELECT DISTINCT state FROM "{name}"').fetchall() for name in tables}  # noqa: S608 - names of our own tables
    return {(name, state) for name, found in told.items() for (state,) in found}


def test_f_every_page_is_looked_at(desks: Desks, world: World, folder: Path, names: dict[str, str]) -> None:
    applied = seals.apply_plainly(desks, folder, "合同审批专用章", "枚印章相似")
    returned = seals.apply_plainly(desks, folder, "行政执法专用章", "枚印章相似")
    world.ask("reviewer", "POST", f"/v1/seals/{returned}/return", json={"reason": "请说明执法事项的范围"})
    holder = person(desks, "holder")
    known = {**names, "applied": applied, "returned": returned, "person": holder}
    known |= {one: getattr(world.furnished, one) for one in ("authority", "enterprise", "client", "seal", "type")}
    known |= {"licence": world.furnished.licence}
    seen = pages.seen_by(known)
    assert {one.name for one in pages.routes()} == set(seen)
    wrong = [one for name, (who, path) in seen.items() for one in pages.pictured(desks(who), name, path)]
    assert not wrong, "\n".join(wrong)
