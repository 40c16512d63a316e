"""What the story leaves out of the catalogue: files, the end of sharing, and what a reviewer may not."""

from pathlib import Path

from tests.console.chapters import catalogue, mine
from tests.console.harness import Desks


def test_a_type_comes_in_as_a_file(desks: Desks, tmp_path: Path) -> None:
    service = desks.world.service
    answer = service.ask("GET", "/v1/licence-types/ready/residence_permit", token=desks.world.token("officer"))
    file = tmp_path / "residence.zip"
    file.write_bytes(answer.content)
    catalogue.import_a_type(desks, file, "居住证")
    found = desks.world.ask("officer", "GET", "/v1/licence-types/search", params={"text": "居住证"})
    assert [(one["newest_version"], one["newest_state"]) for one in found["types"]] == [(1, "draft")]


def test_sharing_is_agreed_to_by_another_person_and_withdrawn(desks: Desks) -> None:
    grant = mine.propose_a_grant(desks)
    catalogue.decide_on_sharing(desks)
    found = desks.world.ask("officer", "GET", f"/v1/sharing-grants/{grant}")
    assert (found["state"], found["reason"]) == ("withdrawn", "业务系统停用")


def test_who_only_reviews_is_not_offered_to_draft(desks: Desks) -> None:
    desk = desks("licence.reviewer")
    desk.speak("en")
    desk.open("/console/catalogue?text=营业")
    desk.see("Catalogue", "Business Licence", "Version 1", "Published")
    assert not desk.can_click("Draft a type")
    desk.click("Business Licence")
    desk.see("Particulars", "Retire")
    assert not desk.can_click("Draft the next version")
    desk.speak("zh-CN")
