"""What the story leaves out of the life of a seal: a replacement, uses that are approved one by one, what is hidden."""

from pathlib import Path
from typing import Final

import pytest

from tests.console.chapters import seals
from tests.console.harness import Desks
from tests.trust.pdf.paper import paper

KEY: Final = {"Idempotency-Key": "seals"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a document."""
    found = tmp_path_factory.mktemp("papers")
    (found / "letter.pdf").write_bytes(paper())
    return found


def test_a_seal_is_replaced_and_each_use_of_it_approved(desks: Desks, folder: Path) -> None:
    seal, world = desks.world.furnished.seal, desks.world
    new = seals.apply_to_replace_it(desks, folder, seal)
    told = world.ask("owner", "GET", f"/v1/seals/{new}")
    assert (told["supersedes"], told["ground"], told["state"]) == (seal, "image_worn", "applied")
    grant = {"holder": world.people["officer"].person, "purpose": "document.stamp", "approval": "each"}
    body = grant | {"document_kinds": ["notice"], "valid_until": "2099-01-01T00:00:00Z"}
    given = world.ask("owner", "POST", f"/v1/seals/{seal}/authorisations", json=body, headers=KEY)["id"]
    place = {"kind": "point", "page": 1, "x_mm": 150, "y_mm": 240}
    use = {"operation": "document", "file_digest": "66c7f0f4" * 8, "order": {"places": [place]}}
    request = {"purpose": "document.stamp", "document_kind": "notice", "reason": "第 118 号通知", "use": use}
    path = f"/v1/seals/{seal}/stamping-approvals"
    asked = world.ask("officer", "POST", path, json=request, headers=KEY)["id"]
    seals.approve_a_use(desks, seal)
    assert world.ask("owner", "GET", f"{path}/{asked}")["state"] == "approved"
    seals.withdraw_the_authorisation(desks, seal)
    found = {one["id"]: one["withdrawn_at"] for one in world.ask("owner", "GET", f"/v1/seals/{seal}/authorisations")}
    assert found[given] is not None
    assert [one for one in found.values() if one is not None] == [found[given]]


def test_what_is_another_s_is_not_offered(desks: Desks) -> None:
    seal = desks.world.furnished.seal
    maker, owner, applicant = desks("maker"), desks("owner"), desks("applicant")
    for one in (maker, owner, applicant):
        one.open(f"/console/seals/{seal}")
        one.see("基本信息")
    assert not maker.can_click("挂失")
    assert owner.can_click("挂失")
    assert not applicant.can_click("注销")
    assert applicant.can_click("申请换发")
    for one, path in ((applicant, "ledger"), (owner, "review")):
        one.open(f"/console/seals/{seal}/{path}")
        one.see("没有权限")
