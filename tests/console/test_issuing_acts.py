"""Acts on licences, jobs, types and grants that are seldom needed, by clicking, each with a refusal."""

from pathlib import Path

import pytest

from identity.duties import Duty, Grant
from tests.console.chapters import issuing, jobs, leave, licences, tables
from tests.console.chapters.registry import colleague
from tests.console.harness import Desks
from tests.console.world import registered

pytestmark = pytest.mark.no_cover  # every route that is clicked here has cheaper tests of its own


def state_of(desks: Desks, licence: str) -> str:
    """Return how a licence stands, as the API tells it."""
    return str(desks.world.ask("officer", "GET", f"/v1/licences/{licence}")["state"])


def test_the_first_licence_takes_two(desks: Desks, tmp_path: Path) -> None:
    world = desks.world
    registered(world.service.instance, "东方既白", 991)
    authorisation = issuing.prepare(world)
    first = issuing.ask_for_the_first_one(desks, tmp_path)
    asked = world.ask("officer", "GET", f"/v1/licence-requests/{first}")["asked"]
    issuing.refuse_it(desks, first)
    second = issuing.ask_again(world, asked)
    issuing.withdraw_it(desks, second)
    third = issuing.ask_again(world, asked)
    issuing.approve_what_cannot_be_issued_yet(desks, third, authorisation)
    licence = world.ask("officer", "GET", f"/v1/licence-requests/{third}")["result"]
    told = world.ask("officer", "GET", f"/v1/licences/{licence}")
    assert (told["state"], told["data"]["members"]) == ("in_force", [{"relation": "配偶", "name": "林晓"}])
    renewed = issuing.agree_to_it(desks, issuing.ask_for_a_change(desks, licence))
    assert (state_of(desks, licence), state_of(desks, renewed)) == ("superseded", "in_force")
    issuing.ask_to_end_what_one_issued(desks, renewed)
    colleague(world, issuing.OTHER, "令狐安澜", Grant(Duty.LICENCE_OFFICER, world.furnished.authority))
    told_first = "吊销是行政处罚，自即日起永久失效"
    issuing.end_it(desks, renewed, "吊销", told=told_first, then="已吊销", by=issuing.OTHER)
    assert state_of(desks, renewed) == "revoked"


def test_licences_end_on_a_ground(desks: Desks) -> None:
    withdrawn, cancelled, seen_twice = (issuing.issued(desks.world, f"33019900200010{place}") for place in range(3))
    issuing.end_it(
        desks, withdrawn, "撤销、撤回", told="视为自始未取得", ground="以欺骗、贿赂等不正当手段取得", then="已撤销"
    )
    issuing.end_it(desks, cancelled, "注销", told="永久失效，不能恢复", ground="持证主体申请注销", then="已注销")
    assert (state_of(desks, withdrawn), state_of(desks, cancelled)) == ("withdrawn", "cancelled")
    issuing.two_tabs(desks, seen_twice)
    assert state_of(desks, seen_twice) == "suspended"


def test_a_job_pauses_and_a_type_retires(desks: Desks) -> None:
    world = desks.world
    kind = licences.publish_a_type(world)
    licences.authorise_the_officer(world)
    job = jobs.job_of(world, rows=2)
    jobs.pause_and_go_on(desks, job)
    told = world.ask("officer", "GET", f"/v1/bulk-jobs/{job}")
    assert (told["state"], told["issued"], told["refused"]) == ("finished", 2, 1)
    jobs.retire_a_type(desks, kind)


def test_who_has_no_duty_issues_by_a_delegation(desks: Desks, tmp_path: Path) -> None:
    world, desk = desks.world, desks("filer")
    desk.open("/console/")
    for entry in ("签发证照", "批量任务", "证照管理"):
        assert entry not in desk.text("nav")
    desk.open("/console/licences/bulk/new")
    desk.see("没有权限")
    mandate = tables.let_issue(world, "filer", times=3)
    job = tables.issue_by_delegation(desk, world, tmp_path)
    told = world.ask("filer", "GET", f"/v1/bulk-jobs/{job}")
    assert (told["state"], told["issued"], told["refused"]) == ("finished", 2, 0)
    assert world.ask("filer", "GET", f"/v1/delegations/{mandate}")["used"] == 3
    assert "证照管理" not in desk.text("nav")
    for path in ("/console/licences", "/console/licences/bulk/reissue"):
        desk.open(path)
        desk.see("没有权限")


def test_a_draft_is_returned_and_a_grant_refused(desks: Desks) -> None:
    world = desks.world
    path = "/v1/licence-types"
    file = world.service.ask("GET", f"{path}/ready/hygiene_permit", token=world.token("officer")).content
    kind = issuing.brought(world, file)
    world.ask("licence.reviewer", "POST", f"{path}/{kind}/review")
    jobs.return_a_type(desks, kind)
    assert issuing.brought(world, file) == kind  # which is drafted anew
    leave.refuse_a_draft(desks, kind)
    estate = issuing.brought(
        world, world.service.ask("GET", f"{path}/ready/real_estate", token=world.token("officer")).content
    )
    world.ask("licence.reviewer", "POST", f"{path}/{estate}/review")
    world.ask("officer", "POST", f"{path}/{estate}/publication")
    grant = leave.propose_sharing(desks, "不动产权证书", masked="坐落")
    jobs.refuse_a_grant(desks, grant, "不动产权证书", "证照编号、持证主体名称、持证主体代码 (脱敏)、坐落 (脱敏)")
    found = world.ask("officer", "GET", f"/v1/sharing-grants/{grant}")
    assert (found["state"], found["reason"]) == ("refused", "法律依据不足")
