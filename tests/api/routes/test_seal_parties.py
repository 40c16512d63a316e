"""Whom seals concern, and applications that are only tried, over HTTP."""

from typing import Any

import httpx2
import pytest

from api.demo import cast
from identity.duties import Duty, Grant
from seal.image.designs import SealDesign
from seal.image.drawing import draw
from seal.kinds import SealKind
from tests.api.builders import Furnished, Service

OWN = (Duty.SEAL_APPLICANT, Duty.SEAL_OWNER, Duty.LICENCE_OFFICER)


class People:
    """Those who have to do with the seals of one authority, each with one duty."""

    def __init__(self, service: Service, furnished: Furnished) -> None:
        self.service, self.furnished = service, furnished
        duties = (*OWN, Duty.SEAL_REVIEWER, Duty.SEAL_MAKER, Duty.SEAL_FILER, Duty.AUDITOR)
        self.tokens = {
            duty: service.bearer(Grant(duty, furnished.authority if duty in OWN else None)) for duty in duties
        }

    def ask(self, duty: Duty, method: str, path: str, **request: Any) -> httpx2.Response:  # noqa: ANN401 - whatever the client takes
        return self.service.ask(method, f"/v1{path}", token=self.tokens[duty], **request)

    def wish(self, path: str = "", **changes: Any) -> httpx2.Response:  # noqa: ANN401 - any member
        body = {"owner": self.furnished.authority, "kind": "business", "row": "行政审批专用章", **changes}
        return self.ask(Duty.SEAL_APPLICANT, "POST", f"/seal-rehearsals{path}", json=body)


@pytest.fixture(scope="module")
def people(shared_furnished: Service, furnished_folder: Furnished) -> People:
    """Return the people of the authority that has a seal already."""
    return People(shared_furnished, furnished_folder)


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_the_organisations_of_ones_seal_duties_come_with_the_kinds_they_may_have(people: People) -> None:
    answer = people.ask(Duty.SEAL_APPLICANT, "GET", "/seal-owners")
    kinds = [one.value for one in SealKind if one is not SealKind.INVOICE]
    assert answer.json() == [
        {
            "id": people.furnished.authority,
            "name": cast.AUTHORITY.name,
            "credit_code": cast.AUTHORITY.code,
            "state": "active",
            "kinds": kinds,
        }
    ]
    assert people.ask(Duty.SEAL_REVIEWER, "GET", "/seal-owners").json() == []


def test_a_wish_is_named_and_drawn(people: People) -> None:
    found = people.wish().json()
    name = cast.AUTHORITY.name
    drawn = draw(SealDesign(name=name, row="行政审批专用章")).svg
    assert found == {"name": f"{name}行政审批专用章", "svg": drawn, "width_mm": 42, "height_mm": 42}
    oval = {"name": name, "shape": "oval", "row": "113301", "second_row": "业务专用章", "diameter_mm": 40}
    found = people.wish(design=oval).json()
    assert (found["name"], found["width_mm"], found["height_mm"]) == (f"{name}业务专用章", 40, 30)


def test_a_wish_that_cannot_be_is_refused_in_words(people: People) -> None:
    for path in ("", "/resemblances"):
        assert code_of(people.wish(path, kind="invoice")) == (400, "seal.kind_not_entitled")
        assert code_of(people.wish(path, in_place_of="seal_none")) == (404, "seal.unknown")
        assert code_of(people.wish(path, row="\U0001f600")) == (400, "text.character_not_covered")


@pytest.mark.parametrize(
    "change",
    [
        {"owner": None},
        {"kind": "cosmic"},
        {"row": "章" * 13},
        {"diameter_mm": 29},
        {"diameter_mm": 61},
        {"design": {}},
        {"bearer": 1},
        {"in_place_of": "\n"},
        {"reason": "没有这一项"},
    ],
)
def test_a_malformed_wish_is_refused(people: People, change: dict[str, Any]) -> None:
    assert code_of(people.wish(**change)) == (422, "request.malformed")


def test_what_a_wish_would_look_like_is_foreseen(people: People) -> None:
    found = people.wish("/resemblances", row="电子证照专用章").json()
    ((own,), others, namesakes) = found["own"], found["others"], found["namesakes"]
    assert (own["seal"], own["resemblance"], others, namesakes) == (people.furnished.seal, None, 0, 0)
    assert own["distance"] < 10  # thousandths: the one that is there already bears its code as well
    same = people.wish("/resemblances", row="电子证照专用章", in_place_of=people.furnished.seal).json()
    assert same["own"] == []


def test_the_owner_of_a_seal_is_told_to_who_may_see_it(people: People) -> None:
    path = f"/seals/{people.furnished.seal}/owner"
    found = people.ask(Duty.SEAL_REVIEWER, "GET", path).json()
    assert found == {
        "id": people.furnished.authority,
        "name": cast.AUTHORITY.name,
        "credit_code": cast.AUTHORITY.code,
        "state": "active",
        "level": found["level"],
        "representative": None,
    }
    assert found["level"] in range(1, 4)
    assert code_of(people.ask(Duty.AUDITOR, "GET", path)) == (403, "identity.duty_missing")


def test_bearers_and_stampers_come_masked(people: People) -> None:
    authority, seal = people.furnished.authority, people.furnished.seal
    found = people.ask(Duty.SEAL_APPLICANT, "GET", f"/seal-owners/{authority}/bearers").json()
    assert {one["name"] for one in found} == {"*犇"}
    assert sorted(duty for one in found for duty in one["duties"]) == sorted(one.value for one in OWN)
    assert {(one["kind"], one["representative"]) for one in found} == {("person", False)}
    stampers = people.ask(Duty.SEAL_OWNER, "GET", f"/seals/{seal}/stampers").json()
    assert (stampers[0]["id"], stampers[0]["kind"]) == (people.furnished.client, "system")
    assert stampers[1:] == found
    named = people.ask(Duty.SEAL_OWNER, "GET", f"/seals/{seal}/stampers?text={cast.ENTERPRISE.code}").json()
    assert (named[0]["id"], named[0]["kind"]) == (people.furnished.enterprise, "organisation")
    assert named[1:] == stampers
    assert code_of(people.ask(Duty.SEAL_APPLICANT, "GET", f"/seals/{seal}/stampers")) == (403, "identity.duty_missing")


def test_what_one_may_stamp_with_comes_with_the_seal(people: People) -> None:
    assert people.ask(Duty.LICENCE_OFFICER, "GET", "/stamping-authorisations").json() == []
    me = people.ask(Duty.LICENCE_OFFICER, "GET", "/me").json()["id"]
    path = f"/seals/{people.furnished.seal}/authorisations"
    body = {"holder": me, "purpose": "document.stamp", "valid_until": "2099-01-01T00:00:00Z", "times": 3}
    once = {"Idempotency-Key": "held"}
    given = people.ask(Duty.SEAL_OWNER, "POST", path, json=body, headers=once).json()
    (held,) = people.ask(Duty.LICENCE_OFFICER, "GET", "/stamping-authorisations").json()
    assert held == given | {
        "seal_name": f"{cast.AUTHORITY.name}电子证照专用章",
        "seal_state": "active",
        "held_by": "authorisation",
    }
