"""Acts on seals by clicking that their life seldom needs, each with what follows in words and a refusal."""

from pathlib import Path

import pytest

from identity.duties import Duty, Grant
from tests.console.chapters import leave, sealing
from tests.console.chapters.registry import colleague
from tests.console.chapters.seals import state_of
from tests.console.harness import Desks
from tests.trust.pdf.paper import paper

pytestmark = pytest.mark.no_cover  # every route that is clicked here has cheaper tests of its own


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a document."""
    found = tmp_path_factory.mktemp("papers")
    (found / "letter.pdf").write_bytes(paper())
    return found


def test_an_application_with_a_picture_is_sent_back_and_rejected(desks: Desks, folder: Path) -> None:
    seal = sealing.apply_with_a_picture(desks, folder)
    sealing.send_back_and_reject(desks, seal)
    assert state_of(desks, seal) == "rejected"


def test_an_application_is_taken_back(desks: Desks) -> None:
    seal = sealing.applied(desks.world, "撤回专用章")
    sealing.withdraw_the_application(desks, seal)
    assert state_of(desks, seal) == "withdrawn"


def test_a_seal_is_not_taken_and_never_comes_into_use(desks: Desks) -> None:
    seal = sealing.made_seal(desks.world, "拒收专用章", accepted=False)
    sealing.refuse_to_take_it(desks, seal)
    assert state_of(desks, seal) == "cancelled"


def test_reviewers_end_a_seal_and_declare_it_invalid(desks: Desks, folder: Path) -> None:
    seal = sealing.made_seal(desks.world, "注销专用章", accepted=True)
    colleague(desks.world, sealing.SECOND, "公孙策", Grant(Duty.SEAL_REVIEWER))
    sealing.decide_on_ending_it(desks, folder, seal)
    sealing.report_it_late(desks, seal)
    sealing.invalidate_it(desks, folder, seal)
    assert state_of(desks, seal) == "invalidated"


def test_the_month_is_stated_with_leave_for_it(desks: Desks) -> None:
    sealing.state_the_month(desks, desks.world.furnished.seal)


def test_a_use_is_asked_for_and_made_as_it_was_granted(desks: Desks, folder: Path) -> None:
    seal, letter = desks.world.furnished.seal, folder / "letter.pdf"
    leave.authorise_each_use(desks.world, seal)
    leave.ask_to_stamp(desks, seal, letter)
    leave.withdraw_the_question(desks)
    leave.ask_to_stamp(desks, seal, letter)
    leave.grant_the_use(desks, letter)
    leave.stamp_under_the_grant(desks, seal, letter, folder / "other.pdf")
    path = f"/v1/seals/{seal}/stamping-approvals"
    found = desks.world.ask("officer", "GET", path)
    assert sorted(one["state"] for one in found) == ["approved", "withdrawn"]
    assert [one["stamping"] is not None for one in found if one["state"] == "approved"] == [True]
