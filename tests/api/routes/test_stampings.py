"""Stamping over HTTP: what is stamped, what is refused and why, and the owner's ledger."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from api.demo.documents import foreign_documents
from identity.duties import Duty, Grant
from identity.levels import Level
from identity.tokens import TOKEN_LIFETIME, TOKEN_PREFIX
from tests.api.builders import Furnished, Service

Stamp = Callable[..., httpx2.Response]
FOREIGN = foreign_documents()


def form(*, reason: str = "", **place: float) -> dict[str, str]:
    """Return the fields of a request that stamps the middle of the first page."""
    point = {"kind": "point", "page": 1, "x_mm": 150, "y_mm": 240, **place}
    order = json.dumps({"places": [point], "reason": reason})
    return {"order": order, "purpose": "document.stamp", "document_kind": "notice"}


def system_token(service: Service, client: str) -> str:
    access = service.instance.base.access
    with service.instance.base.store.transaction() as tx:
        return access.add_token(tx, client, TOKEN_PREFIX, TOKEN_LIFETIME, level=Level.HIGH).secret


@pytest.fixture(scope="module")
def stamp(shared_furnished: Service, furnished_folder: Furnished) -> Stamp:
    """Return what stamps a document as the business system that may."""
    token = system_token(shared_furnished, furnished_folder.client)

    def ask(name: str = "several-pages.pdf", *, key: str, **changes: Any) -> httpx2.Response:  # noqa: ANN401 - any field
        data = {**form(**{name: changes.pop(name) for name in ("page", "x_mm", "y_mm", "reason") if name in changes})}
        return shared_furnished.ask(
            "POST",
            f"/v1/seals/{furnished_folder.seal}/stampings",
            token=token,
            data={**data, **changes},
            files={"file": (name, FOREIGN.get(name, b"not a PDF"), "application/pdf")},
            headers={"Idempotency-Key": key},
        )

    return ask


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_document_is_stamped_once_per_key(stamp: Stamp, shared_furnished: Service) -> None:
    first, again = stamp(key="one"), stamp(key="one")
    assert (first.status_code, first.headers["content-type"]) == (201, "application/pdf")
    assert "attachment" in first.headers["content-disposition"]
    assert (first.headers["stamping-id"], first.content) == (again.headers["stamping-id"], again.content)
    verdict = shared_furnished.ask("POST", "/v1/verify", files={"file": ("a.pdf", first.content)}).json()
    assert (verdict["outcome"], len(verdict["signatures"])) == ("passed", 2)
    assert code_of(stamp(key="one", x_mm=149)) == (409, "request.key_reused")
    assert first.headers["stamping-id"] != stamp(key="two").headers["stamping-id"]


@pytest.mark.parametrize(("mode", "level"), [("two_fields", "none"), ("two_fields", "B-LTA"), ("one_field", "B-LT")])
def test_several_places_at_every_level_in_both_modes(
    stamp: Stamp, shared_furnished: Service, mode: str, level: str
) -> None:
    places = [
        {"kind": "pages", "pages": "-1", "x_mm": 60, "y_mm": 60},
        {"kind": "edges", "edge": "right", "position_mm": 148.5},
        {"kind": "edges", "edge": "bottom", "position_mm": 40, "pages": "1-2"},
    ]
    order = json.dumps({"places": places, "mode": mode, "level": level, "location": "杭州"})
    answer = stamp(key=f"several-{mode}-{level}", order=order)
    assert answer.status_code == 201, answer.text
    verdict = shared_furnished.ask("POST", "/v1/verify", files={"file": ("a.pdf", answer.content)}).json()
    count = {"none": 1, "B-LTA": 3, "B-LT": 2}[level]
    assert (verdict["outcome"], len(verdict["signatures"])) == ("passed", count)


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"kind": "keyword", "text": "绝不出现的字"}, "pdf.keyword_not_found"),
        ({"kind": "edges", "pages": "1", "position_mm": 100}, "pdf.too_few_pages"),
        ({"kind": "pages", "pages": "1--9", "x_mm": 60, "y_mm": 60}, "pdf.page_out_of_range"),
    ],
)
def test_a_place_that_is_not_there_is_told(stamp: Stamp, place: dict[str, Any], code: str) -> None:
    assert code_of(stamp(key=code, order=json.dumps({"places": [place]}))) == (400, code)


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("password.pdf", 400, "pdf.encrypted"),
        ("broken.pdf", 400, "pdf.malformed"),
        ("nothing.pdf", 400, "pdf.malformed"),
    ],
)
def test_what_cannot_be_stamped_is_refused_by_its_own_code(stamp: Stamp, name: str, status: int, code: str) -> None:
    assert (status, code) == code_of(stamp(name, key=f"refused-{name}"))


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"page": 0}, 400, "stamping.place_malformed"),
        ({"page": 5}, 400, "pdf.page_out_of_range"),
        ({"page": 2147483648}, 422, "request.malformed"),
        ({"order": "no JSON"}, 422, "request.malformed"),
        ({"order": "{}"}, 422, "request.malformed"),
        ({"x_mm": 0}, 400, "pdf.placement_outside_page"),
        ({"x_mm": -100}, 400, "stamping.place_malformed"),
        ({"x_mm": float("nan")}, 422, "request.malformed"),
        ({"y_mm": float("inf")}, 422, "request.malformed"),
        ({"y_mm": 1e308}, 422, "request.malformed"),
        ({"purpose": "licence.issue"}, 403, "seal.not_authorised"),
        ({"document_kind": "contract"}, 403, "seal.not_authorised"),
        ({"purpose": ""}, 422, "request.malformed"),
        ({"reason": "x" * 201}, 422, "request.malformed"),
    ],
)
def test_what_is_asked_for_badly_is_told(stamp: Stamp, changes: dict[str, Any], status: int, code: str) -> None:
    assert (status, code) == code_of(stamp(key=f"badly-{changes}".replace(" ", ""), **changes))


@pytest.mark.parametrize(("key", "status"), [("", 422), ("x" * 129, 422), ("a b", 400), ("a\tb", 400)])
def test_a_key_is_one(stamp: Stamp, key: str, status: int) -> None:
    assert status == stamp(key=key).status_code


def test_without_an_authorisation_nothing_is_stamped(shared_furnished: Service, furnished_folder: Furnished) -> None:
    owner = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))
    answer = shared_furnished.ask(
        "POST",
        f"/v1/seals/{furnished_folder.seal}/stampings",
        token=owner,
        data=form(),
        files={"file": ("a.pdf", FOREIGN["several-pages.pdf"])},
        headers={"Idempotency-Key": "owner"},
    )
    assert code_of(answer) == (403, "seal.not_authorised")


def test_the_owner_sees_every_place(stamp: Stamp, shared_furnished: Service, furnished_folder: Furnished) -> None:
    made = stamp(key="ledger").headers["stamping-id"]
    owner = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))
    answer = shared_furnished.ask("GET", f"/v1/seals/{furnished_folder.seal}/stampings", token=owner)
    lines = answer.json()
    assert made in [line["id"] for line in lines]
    assert {"done"} == {line["state"] for line in lines}
    assert {furnished_folder.client} == {line["actor"] for line in lines}


@pytest.mark.parametrize("who", ["seal", "authority"])
def test_a_stop_is_felt_at_the_next_request(furnished: Service, furnished_folder: Furnished, who: str) -> None:
    token = system_token(furnished, furnished_folder.client)
    if who == "seal":
        owner = furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))
        path, expected = f"/v1/seals/{furnished_folder.seal}/suspension", {"seal.not_active"}
    else:
        owner = furnished.bearer(Grant(Duty.REGISTRAR))
        path = f"/v1/subjects/{furnished_folder.authority}/freezing"
        expected = {"identity.subject_not_active", "request.unauthenticated"}
    assert furnished.ask("POST", path, token=owner, json={"reason": "保管人员调整"}).status_code == 200
    answer = furnished.ask(
        "POST",
        f"/v1/seals/{furnished_folder.seal}/stampings",
        token=token,
        data=form(),
        files={"file": ("a.pdf", FOREIGN["several-pages.pdf"])},
        headers={"Idempotency-Key": "stopped"},
    )
    assert answer.json()["code"] in expected
