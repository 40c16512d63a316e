"""The catalogue by clicking: from the draft to publication, the next version, files; a short look in English."""

from pathlib import Path

from tests.console.chapters import catalogue, mine
from tests.console.harness import PHONE, Desks


def test_a_type_is_drafted_reviewed_and_published(desks: Desks) -> None:
    kind = catalogue.draft_a_type(desks)
    assert catalogue.state_of(desks, kind) == (1, "draft")
    catalogue.review_it(desks, kind)
    assert catalogue.state_of(desks, kind) == (1, "reviewed")
    catalogue.publish_it(desks, kind)
    assert catalogue.state_of(desks, kind) == (1, "published")
    catalogue.draft_the_next_version(desks, kind)
    assert catalogue.state_of(desks, kind) == (2, "draft")
    catalogue.look_at_changes(desks, kind, "Food Operation Permit (2027)", "最大长度 50", "// 第二版")


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


def test_the_catalogue_in_english_and_on_a_phone(desks: Desks) -> None:
    desk = desks.fresh("licence.reviewer", size=PHONE).enter()
    desk.speak("en")
    desk.open("/console/catalogue?text=营业")
    desk.see("Catalogue", "营业执照", "Version 1", "Published")
    assert not desk.can_click("Draft a type")
    desk.judged("types-en-phone")
    desk.click("营业执照")
    desk.see("Particulars", "Retire")
    assert not desk.can_click("Draft the next version")
    desk.judged("type-en-phone")
