"""The life of a seal over HTTP: each step by the person whose duty it is, and what each of them may see."""

import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from PIL import Image

from identity.duties import Duty, Grant
from tests.api.builders import Furnished, Service
from tests.fakes.clock import NOW
from tests.trust.pdf.paper import paper
from trust.certificates import Certificate, read_pem

REASON = {"reason": "材料齐全，准予办理。"}
LETTER = paper()
OWNER_S = (Duty.SEAL_APPLICANT, Duty.SEAL_OWNER)


class People:
    """Those who take part in the life of one authority's seals."""

    def __init__(self, service: Service, authority: str) -> None:
        self.service, self.authority = service, authority
        self.tokens = {
            duty: service.bearer(Grant(duty, authority if duty in OWNER_S else None))
            for duty in (Duty.SEAL_APPLICANT, Duty.SEAL_REVIEWER, Duty.SEAL_MAKER, Duty.SEAL_FILER, Duty.SEAL_OWNER)
        }

    def ask(self, duty: Duty, method: str, path: str, **request: Any) -> httpx2.Response:  # noqa: ANN401 - whatever the client takes
        """Send a request as the holder of a duty, under a key of its own where the caller names none."""
        headers = {"Idempotency-Key": uuid4().hex, **request.pop("headers", {})}
        return self.service.ask(method, f"/v1/seals{path}", token=self.tokens[duty], headers=headers, **request)

    def upload(
        self,
        kind: str,
        *,
        by: Duty = Duty.SEAL_APPLICANT,
        content: bytes = LETTER,
        media_type: str = "application/pdf",
        **changes: str,
    ) -> httpx2.Response:
        """Upload a document."""
        return self.service.ask(
            "POST",
            "/v1/seal-evidence",
            token=self.tokens[by],
            headers={"Idempotency-Key": uuid4().hex},
            data={"organisation": self.authority, "kind": kind, **changes},
            files={"file": ("letter", content, media_type)},
        )

    def papers(self, *kinds: str, by: Duty = Duty.SEAL_APPLICANT) -> list[str]:
        """Upload documents of these kinds and return their identifiers."""
        return [self.upload(kind, by=by).json()["id"] for kind in kinds]

    def apply(self, headers: dict[str, str] | None = None, **changes: Any) -> httpx2.Response:  # noqa: ANN401 - any member
        """Apply for a seal."""
        body: dict[str, Any] = {
            "owner": self.authority,
            "kind": "contract",
            "row": "合同专用章",
            "reason": "用于签订合同",
        }
        body |= {"evidence": self.papers("application_letter", "subject_certificate"), **changes}
        return self.ask(Duty.SEAL_APPLICANT, "POST", "", json=body, headers=headers or {})


@pytest.fixture(scope="module")
def people(shared_furnished: Service, furnished_folder: Furnished) -> People:
    """Return the people of the authority that has a seal already."""
    return People(shared_furnished, furnished_folder.authority)


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_seal_lives_from_application_to_its_end(people: People) -> None:
    applied = people.apply()
    assert (applied.status_code, applied.json()["state"]) == (201, "applied")
    seal = f"/{applied.json()['id']}"
    steps = (
        (Duty.SEAL_REVIEWER, "return", REASON, "returned"),
        (Duty.SEAL_APPLICANT, "resubmission", REASON, "applied"),
        (Duty.SEAL_REVIEWER, "approval", REASON, "approved"),
        (Duty.SEAL_MAKER, "sending-back", REASON, "applied"),
        (Duty.SEAL_REVIEWER, "approval", REASON, "approved"),
        (Duty.SEAL_MAKER, "making", None, "made"),
        (Duty.SEAL_FILER, "filing", None, "filed"),
        (Duty.SEAL_MAKER, "issue", None, "issued"),
        (Duty.SEAL_OWNER, "refusal", REASON, "filed"),
        (Duty.SEAL_MAKER, "issue", None, "issued"),
        (Duty.SEAL_OWNER, "acceptance", None, "active"),
        (Duty.SEAL_OWNER, "suspension", REASON, "suspended"),
        (Duty.SEAL_OWNER, "resume-request", REASON, "resuming"),
        (Duty.SEAL_REVIEWER, "resume-refusal", REASON, "suspended"),
        (Duty.SEAL_OWNER, "loss-report", {**REASON, "lost_at": NOW.isoformat()}, "suspended"),
        (Duty.SEAL_OWNER, "resume-request", REASON, "resuming"),
        (Duty.SEAL_REVIEWER, "resumption", REASON, "active"),
        (Duty.SEAL_OWNER, "cancellation", {**REASON, "ground": "renamed"}, "cancelled"),
    )
    for duty, path, body, state in steps:
        answer = people.ask(duty, "POST", f"{seal}/{path}", json=body)
        assert (200, state) == (answer.status_code, answer.json().get("state")), f"{path}: {answer.text}"
    told = people.ask(Duty.SEAL_FILER, "GET", seal).json()
    assert ["apply", *(path_event(path) for _, path, _, _ in steps)] == [one["event"] for one in told["history"]]
    assert len(told["code"]) == 14
    for name in ("owner_certificate", "document_certificate"):
        (encoded,) = read_pem(told[name].encode(), "CERTIFICATE")
        assert Certificate(encoded).organisation


def path_event(path: str) -> str:
    return {
        "return": "return",
        "resubmission": "resubmit",
        "approval": "approve",
        "making": "make",
        "filing": "file",
        "issue": "issue",
        "sending-back": "send_back",
        "refusal": "refuse",
        "acceptance": "accept",
        "suspension": "suspend",
        "loss-report": "report_loss",
        "resume-request": "request_resume",
        "resume-refusal": "refuse_resume",
        "resumption": "resume",
        "cancellation": "cancel",
    }[path]


@pytest.mark.parametrize(("duty", "path"), [(Duty.SEAL_APPLICANT, "withdrawal"), (Duty.SEAL_REVIEWER, "rejection")])
def test_an_application_ends_early(people: People, duty: Duty, path: str) -> None:
    seal = f"/{people.apply().json()['id']}"
    assert people.ask(duty, "POST", f"{seal}/{path}", json=REASON).status_code == 200
    answer = people.ask(Duty.SEAL_REVIEWER, "POST", f"{seal}/approval", json=REASON)
    assert code_of(answer) == (409, "lifecycle.event_not_possible")


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"kind": "royal"}, 422, "request.malformed"),
        ({"reason": "x"}, 422, "request.malformed"),
        ({"reason": "   "}, 400, "reason.missing"),
        ({"owner": "O0"}, 404, "identity.subject_unknown"),
        ({"owner": "\x00"}, 422, "request.malformed"),
        ({"row": "一" * 13}, 422, "request.malformed"),
        ({"row": "印\u200b"}, 400, "text.character_not_covered"),
        ({"row": "印\uffa0"}, 400, "text.character_not_covered"),
        ({"diameter_mm": 29}, 422, "request.malformed"),
        ({"diameter_mm": 61}, 422, "request.malformed"),
        ({"diameter_mm": 42.5}, 422, "request.malformed"),
    ],
)
def test_what_is_wrong_with_an_application_is_told(
    people: People, changes: dict[str, Any], status: int, code: str
) -> None:
    assert (status, code) == code_of(people.apply(**changes))


def test_nobody_applies_for_somebody_else(people: People, shared_furnished: Service) -> None:
    answer = people.apply(owner=shared_furnished.organisation())
    assert code_of(answer) == (403, "identity.duty_missing")


def test_nobody_owns_what_is_somebody_else_s(shared_furnished: Service, furnished_folder: Furnished) -> None:
    stranger = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, shared_furnished.organisation()))
    seal = f"/v1/seals/{furnished_folder.seal}"
    grant = {"holder": "client", "purpose": "x", "valid_until": (NOW + timedelta(days=1)).isoformat()}
    once = {"Idempotency-Key": "once"}
    requests: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("POST", f"{seal}/suspension", {"json": REASON}),
        ("POST", f"{seal}/loss-report", {"json": {**REASON, "lost_at": NOW.isoformat()}}),
        ("POST", f"{seal}/cancellation", {"json": {**REASON, "ground": "merged"}}),
        ("POST", f"{seal}/authorisations", {"json": grant, "headers": once}),
        ("GET", f"{seal}/authorisations", {}),
        ("GET", f"{seal}/stampings", {}),
    )
    for method, path, more in requests:
        answer = shared_furnished.ask(method, path, token=stranger, **more)
        assert code_of(answer) == (403, "identity.duty_missing"), path


def test_nobody_sees_the_history_of_somebody_else_s_seal(
    shared_furnished: Service, furnished_folder: Furnished
) -> None:
    # Reviewers, makers and filers serve every owner; an applicant or owner sees what is their own.
    for duty in OWNER_S:
        stranger = shared_furnished.bearer(Grant(duty, shared_furnished.organisation()))
        for path in ("", "/seal.esl", "/image"):
            answer = shared_furnished.ask("GET", f"/v1/seals/{furnished_folder.seal}{path}", token=stranger)
            assert code_of(answer) == (403, "identity.duty_missing"), path


@pytest.mark.parametrize(
    "duty", [Duty.SEAL_APPLICANT, Duty.SEAL_OWNER, Duty.SEAL_REVIEWER, Duty.SEAL_MAKER, Duty.SEAL_FILER]
)
def test_who_has_to_do_with_a_seal_sees_it(people: People, furnished_folder: Furnished, duty: Duty) -> None:
    assert people.ask(duty, "GET", f"/{furnished_folder.seal}").status_code == 200


def test_a_seal_is_fetched_once_it_is_made(people: People, furnished_folder: Furnished) -> None:
    answer = people.ask(Duty.SEAL_OWNER, "GET", f"/{furnished_folder.seal}/seal.esl")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/octet-stream")
    verdict = people.service.ask("POST", "/v1/verify", files={"file": ("a", answer.content)}).json()
    assert (verdict["outcome"], verdict["kind"]) == ("passed", "seal")
    waiting = people.apply().json()["id"]
    assert code_of(people.ask(Duty.SEAL_OWNER, "GET", f"/{waiting}/seal.esl")) == (409, "seal.not_active")
    assert code_of(people.ask(Duty.SEAL_OWNER, "GET", "/seal_nothing/seal.esl")) == (404, "seal.unknown")


@pytest.mark.parametrize("dpi", [72, 300, 1200])
def test_the_image_comes_in_the_resolution_that_was_asked_for(
    people: People, furnished_folder: Furnished, dpi: int
) -> None:
    answer = people.ask(Duty.SEAL_OWNER, "GET", f"/{furnished_folder.seal}/image?dpi={dpi}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    picture = Image.open(io.BytesIO(answer.content))
    assert abs(picture.width - 42 / 25.4 * dpi) <= 2


@pytest.mark.parametrize("dpi", ["71", "1201", "many", "1e3"])
def test_no_image_is_larger_than_it_need_be(people: People, furnished_folder: Furnished, dpi: str) -> None:
    answer = people.ask(Duty.SEAL_OWNER, "GET", f"/{furnished_folder.seal}/image?dpi={dpi}")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({}, 201, ""),
        ({"times": 1, "document_kinds": ["notice"]}, 201, ""),
        ({"times": 0}, 422, "request.malformed"),
        ({"valid_until": NOW.isoformat()}, 400, "seal.authorisation_invalid"),
        ({"valid_until": "2027-01-01T00:00:00"}, 422, "request.malformed"),
        ({"purpose": ""}, 422, "request.malformed"),
        ({"document_kinds": ["x"] * 51}, 422, "request.malformed"),
        ({"holder": "nobody"}, 404, "identity.subject_unknown"),
    ],
)
def test_an_authorisation_says_who_what_and_until_when(
    people: People, furnished_folder: Furnished, changes: dict[str, Any], status: int, code: str
) -> None:
    usual = {"holder": furnished_folder.client, "purpose": "x", "valid_until": (NOW + timedelta(days=1)).isoformat()}
    answer = people.ask(Duty.SEAL_OWNER, "POST", f"/{furnished_folder.seal}/authorisations", json={**usual, **changes})
    assert (status, code) == (answer.status_code, answer.json().get("code", ""))


def authorise(people: People, furnished: Furnished, *, key: str, **changes: Any) -> httpx2.Response:  # noqa: ANN401 - any member
    """Authorise the business system to stamp, under a request key."""
    usual = {"holder": furnished.client, "purpose": "x", "valid_until": (NOW + timedelta(days=1)).isoformat()}
    path, headers = f"/{furnished.seal}/authorisations", {"Idempotency-Key": key}
    return people.ask(Duty.SEAL_OWNER, "POST", path, json={**usual, **changes}, headers=headers)


def test_asking_again_makes_nothing_twice(people: People, furnished_folder: Furnished) -> None:
    first, again = (authorise(people, furnished_folder, key="once").json() for _ in range(2))
    assert first == again
    other = authorise(people, furnished_folder, key="once", purpose="y")
    assert code_of(other) == (409, "request.key_reused")
    evidence = people.papers("application_letter", "subject_certificate")
    once_key = {"Idempotency-Key": "seal"}
    applied, once_more = (people.apply(headers=once_key, evidence=evidence).json() for _ in range(2))
    assert applied == once_more


def test_a_withdrawn_authorisation_permits_nothing_more(people: People, furnished_folder: Furnished) -> None:
    given = authorise(people, furnished_folder, key="to-be-withdrawn").json()["id"]
    path = f"/{furnished_folder.seal}/authorisations"

    def withdraw(reason: str) -> httpx2.Response:
        return people.ask(Duty.SEAL_OWNER, "POST", f"{path}/{given}/withdrawal", json={"reason": reason})

    assert code_of(withdraw("   ")) == (400, "reason.missing")
    first, again = withdraw("系统下线").json(), withdraw("再次收回").json()
    assert first == again
    assert first["withdrawn_at"] is not None
    listed = {one["id"]: one for one in people.ask(Duty.SEAL_OWNER, "GET", path).json()}
    assert listed[given] == first
    assert any(one["withdrawn_at"] is None for one in listed.values())
    unknown = people.ask(Duty.SEAL_OWNER, "POST", f"{path}/auth_none/withdrawal", json=REASON)
    assert code_of(unknown) == (404, "seal.authorisation_unknown")


def test_what_is_denied_is_on_record(shared_furnished: Service, furnished_folder: Furnished) -> None:
    stranger = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, shared_furnished.organisation()))
    before = shared_furnished.head()
    # By the table of permissions, and by the use case.
    assert shared_furnished.ask("GET", "/v1/audit/events", token=stranger).status_code == 403
    assert shared_furnished.ask("GET", f"/v1/seals/{furnished_folder.seal}", token=stranger).status_code == 403
    events = shared_furnished.events(after=before)
    assert [event.tag for event in events] == ["access:check:refused"] * 2
    assert [event.facts["permission"] for event in events] == ["audit:read", "seal:read"]
    assert {event.facts["code"] for event in events} == {"identity.duty_missing"}
