"""The licences, from the first one to a whole table of them, by those whose duty it is."""

from pathlib import Path

import pytest

from tests.console.chapters import licences as chapter
from tests.console.harness import Desks


@pytest.fixture(scope="module")
def office(desks: Desks) -> Desks:
    """Return the desks of an authority that may issue the food permit."""
    chapter.publish_a_type(desks.world)
    chapter.authorise_the_officer(desks.world)
    return desks


def state_of(desks: Desks, licence: str) -> str:
    """Return how a licence stands, as the API tells it."""
    return str(desks.world.ask("officer", "GET", f"/v1/licences/{licence}")["state"])


def test_the_life_of_a_licence(office: Desks) -> None:
    first = chapter.issue_one(office)
    told = office.world.ask("officer", "GET", f"/v1/licences/{first}")
    assert (told["state"], told["number"]) == ("in_force", chapter.NUMBER)
    assert told["data"]["signatory"] == "叶书宁、白景行"
    chapter.find_it_again(office, first)
    chapter.look_back(office, first)
    second = chapter.renew_it(office, first)
    assert (state_of(office, first), state_of(office, second)) == ("superseded", "in_force")


def test_what_becomes_of_a_licence(office: Desks) -> None:
    licence = office.world.furnished.licence
    chapter.suspend_it(office, licence)
    assert state_of(office, licence) == "suspended"


def test_a_second_person_agrees(office: Desks) -> None:
    licence = chapter.issue_by_the_system(office.world)
    request = chapter.ask_for_a_revocation(office, licence)
    assert state_of(office, licence) == "in_force"
    chapter.agree_to_the_revocation(office, request)
    assert state_of(office, licence) == "revoked"


def test_many_at_once(office: Desks, tmp_path: Path) -> None:
    job = chapter.issue_from_a_table(office, tmp_path)
    told = office.world.ask("officer", "GET", f"/v1/bulk-jobs/{job}")
    assert (told["state"], told["issued"], told["refused"]) == ("finished", 2, 1)
    chapter.issue_the_type_anew(office)


def test_what_was_on_paper(office: Desks, tmp_path: Path) -> None:
    licence = chapter.digitise_a_paper_licence(office, tmp_path)
    told = office.world.ask("officer", "GET", f"/v1/licences/{licence}")
    assert (told["origin"], told["paper_issued_on"], told["number"]) == ("paper", "2023-03-18", "JY23301990199999")


def test_the_same_in_english(office: Desks) -> None:
    chapter.look_at_it_in_english(office)
