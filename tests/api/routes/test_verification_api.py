"""The API of verification: forms and JSON, many at once, jobs, reports, limits."""

import base64
import io
import json
import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pikepdf
import pytest
from fastapi.testclient import TestClient

from api.demo.documents import PASSWORD, foreign_documents
from api.demo.evidence import seal_signature_of
from api.housekeeping import Housekeeper
from seal.verification.documents import judge_pdf
from seal.verification.files import protected_part
from seal.verification.record import Record, replay
from tests.api.builders import PUBLIC_URL, Furnished, Service, copied, served
from trust.pdf.judging import Changes, Coverage
from trust.verdict import Outcome

FOREIGN = foreign_documents()
VERIFY = "/v1/verify"
JOBS = "/v1/verification-jobs"
RECORD = "verification-record.json"
PATIENCE = 60.0


def encoded(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def claim_of(furnished: Furnished) -> str:
    return furnished.claim.rsplit("/", 1)[1]


def identifier_of(service: Service, furnished: Furnished) -> str:
    with service.instance.base.store.reading() as view:
        licence = service.instance.registry.get(view, furnished.licence)
    assert licence is not None
    return licence.identifier


def asked(service: Service, body: object, path: str = VERIFY) -> Any:  # noqa: ANN401 - JSON
    answer = service.ask("POST", path, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


# --- one question


def test_a_code_is_verified_as_json(shared_furnished: Service, furnished_folder: Furnished) -> None:
    expected = shared_furnished.ask("GET", f"{VERIFY}/{claim_of(furnished_folder)}").json()
    for text in (claim_of(furnished_folder), furnished_folder.claim):
        assert asked(shared_furnished, {"claim": text}) == expected
    assert expected["outcome"] == "passed"


def test_an_identifier_proves_nothing_and_tells_no_holder(
    shared_furnished: Service, furnished_folder: Furnished
) -> None:
    found = asked(shared_furnished, {"identifier": identifier_of(shared_furnished, furnished_folder)})
    assert (found["outcome"], found["sub_indication"]) == ("indeterminate", "SIGNED_DATA_NOT_FOUND")
    assert found["licence"]["holder"] == ""
    assert asked(shared_furnished, {"identifier": "1.2.3"})["outcome"] == "failed"


def test_what_is_no_code_fails(shared_furnished: Service) -> None:
    for text in ("nothing", "1.2.156.3005.2", '{"claim": 1}'):
        assert asked(shared_furnished, {"claim": text})["sub_indication"] == "FORMAT_FAILURE"


def test_a_file_is_the_same_as_a_form_and_as_json(shared_furnished: Service, furnished_folder: Furnished) -> None:
    pdf = furnished_folder.licence_pdf
    by_form = shared_furnished.ask("POST", VERIFY, files={"file": ("a.pdf", pdf)}).json()
    assert asked(shared_furnished, {"file": encoded(pdf)}) == by_form
    assert (by_form["outcome"], by_form["kind"]) == ("passed", "pdf")


def test_a_file_that_holds_a_code_is_answered_as_one(shared_furnished: Service, furnished_folder: Furnished) -> None:
    answer = shared_furnished.ask("POST", VERIFY, files={"file": ("qr.txt", furnished_folder.claim.encode())})
    assert answer.json() == shared_furnished.ask("GET", f"{VERIFY}/{claim_of(furnished_folder)}").json()


def test_a_detached_signature_is_judged_with_what_it_covers(
    shared_furnished: Service, furnished_folder: Furnished
) -> None:
    pdf = furnished_folder.licence_pdf
    signature = seal_signature_of(pdf)
    part = protected_part(pdf, signature)
    assert part is not None
    without = asked(shared_furnished, {"file": encoded(signature)})
    assert (without["outcome"], without["sub_indication"]) == ("indeterminate", "SIGNED_DATA_NOT_FOUND")
    for content, outcome in ((part, "passed"), (part + b" ", "failed")):
        files = {"file": ("a.ses", signature), "content": ("a.pdf", content)}
        assert shared_furnished.ask("POST", VERIFY, files=files).json()["outcome"] == outcome
        assert asked(shared_furnished, {"file": encoded(signature), "content": encoded(content)})["outcome"] == outcome


def test_a_password_opens_a_file(shared_furnished: Service) -> None:
    pdf = FOREIGN["password.pdf"]
    answer = shared_furnished.ask("POST", VERIFY, json={"file": encoded(pdf)})
    assert (answer.status_code, answer.json()["code"]) == (400, "pdf.encrypted")
    assert asked(shared_furnished, {"file": encoded(pdf), "password": PASSWORD})["kind"] == "pdf"
    form = shared_furnished.ask("POST", VERIFY, files={"file": ("a.pdf", pdf)}, data={"password": PASSWORD})
    assert form.status_code == 200


def test_a_moment_to_come_is_refused(shared_furnished: Service, furnished_folder: Furnished) -> None:
    later = (shared_furnished.clock.now() + timedelta(seconds=1)).isoformat()
    for method, path, body in (
        ("POST", VERIFY, {"file": encoded(b"x")}),
        ("POST", VERIFY, {"claim": claim_of(furnished_folder)}),
        ("GET", f"{VERIFY}/{claim_of(furnished_folder)}", None),
        ("POST", JOBS, {"file": encoded(b"x")}),
        ("POST", f"{VERIFY}/batch", {"items": [{"file": encoded(b"x")}]}),
    ):
        answer = shared_furnished.ask(method, path, params={"at": later}, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "verification.moment_in_future"), path


def refused_in(answer: httpx2.Response) -> list[tuple[str, str]]:
    """Return the fields that an answer refuses, each with its rule; each is told in words too."""
    fields = answer.json()["details"]["fields"]
    assert all(one["words_zh"] and one["words_en"] for one in fields)
    return [(one["field"], one["rule"]) for one in fields]


@pytest.mark.parametrize(
    ("body", "place", "rule"),
    [
        ({}, "body", "one_of"),
        ({"claim": "a", "identifier": "b"}, "body", "one_of"),
        ({"claim": "a", "file": "YQ=="}, "body", "one_of"),
        ({"claim": "a", "content": "YQ=="}, "body", "one_of"),
        ({"identifier": "a", "password": "b"}, "body", "one_of"),
        ({"claim": 7}, "body.claim", "string_type"),
        ({"claim": "a" * 513}, "body.claim", "too_long"),
        ({"identifier": "1" * 257}, "body.identifier", "too_long"),
        ({"file": "no base64"}, "body.file", "base64"),
        ({"file": "YQ"}, "body.file", "base64"),
        ({"file": "YQ==", "content": "&"}, "body.content", "base64"),
        ({"file": "YQ==", "name": "a" * 256}, "body.name", "too_long"),
        ({"file": "YQ==", "name": "a\u202eb"}, "body.name", "text_unreadable"),
        ({"file": "YQ==", "password": "a" * 257}, "body.password", "too_long"),
        ({"file": "YQ==", "password": "a\x00"}, "body.password", "text_unreadable"),
        ({"file": "YQ==", "more": 1}, "body.more", "extra_forbidden"),
        ([], "body", "model_type"),
    ],
)
def test_json_that_asks_nothing_clear_is_refused(shared: Service, body: object, place: str, rule: str) -> None:
    answer = shared.ask("POST", VERIFY, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "request.malformed")
    assert refused_in(answer) == [(place, rule)]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_refused(shared: Service, content: bytes) -> None:
    answer = shared.ask("POST", VERIFY, content=content, headers={"Content-Type": "application/json"})
    assert refused_in(answer) == [("body", "json_invalid")]


@pytest.mark.parametrize(
    ("files", "data", "place"),
    [
        ([], {"password": "a"}, "body.file"),
        ([], {"file": "a text"}, "body.file"),
        ([("file", ("a", b"1")), ("file", ("b", b"2"))], {}, "body.file"),
        ([("file", ("a", b"1"))], {"content": "a text"}, "body.content"),
        ([("file", ("a", b"1"))], {"password": "a" * 257}, "body.password"),
        ([("file", ("a", b"1"))], {"name": "a\u202eb"}, "body.name"),
        ([("file", ("a", b"1"))], {"more": "1"}, "body.more"),
    ],
)
def test_a_form_that_asks_nothing_clear_is_refused(
    shared: Service, files: list[Any], data: dict[str, str], place: str
) -> None:
    whole = files or [("other", ("a", b"1"))]
    answer = shared.ask("POST", VERIFY, files=whole, data=data)
    assert (answer.status_code, answer.json()["details"]["fields"][0]["field"]) == (422, place)


def test_a_form_has_so_many_files_and_no_more(shared: Service) -> None:
    files = [(name, ("a", b"1")) for name in ("file", "content", "third")]
    assert shared.ask("POST", VERIFY, files=files).status_code == 400


def test_a_body_is_no_larger_than_it_may_be(founded_folder: Path, tmp_path: Path) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), max_body=2048) as service:
        for path in (VERIFY, f"{VERIFY}/batch", f"{VERIFY}/report", JOBS):
            answer = service.ask("POST", path, files={"file": ("a", b"x" * 4096)})
            assert (answer.status_code, answer.json()["code"]) == (413, "request.too_large"), path


# --- many questions


def test_files_are_answered_each_by_itself_and_in_their_order(
    shared_furnished: Service, furnished_folder: Furnished
) -> None:
    contents = [
        ("licence.pdf", furnished_folder.licence_pdf),
        ("secret.pdf", FOREIGN["password.pdf"]),
        ("folder/notes.txt", b"nothing to verify"),
    ]
    answer = shared_furnished.ask("POST", f"{VERIFY}/batch", files=[("file", one) for one in contents])
    items = answer.json()["items"]
    assert [one["name"] for one in items] == ["licence.pdf", "secret.pdf", "notes.txt"]
    assert [one["verdict"] and one["verdict"]["outcome"] for one in items] == ["passed", None, "failed"]
    assert [one["problem"] and one["problem"]["code"] for one in items] == [None, "pdf.encrypted", None]
    assert items[1]["problem"]["detail_zh"]


def test_questions_of_every_kind_are_answered_together(shared_furnished: Service, furnished_folder: Furnished) -> None:
    questions = [
        {"claim": claim_of(furnished_folder)},
        {"identifier": identifier_of(shared_furnished, furnished_folder)},
        {"file": encoded(b"nothing"), "name": "notes.txt"},
    ]
    items = asked(shared_furnished, {"items": questions}, f"{VERIFY}/batch")["items"]
    assert [one["verdict"]["outcome"] for one in items] == ["passed", "indeterminate", "failed"]
    assert [one["name"] for one in items] == ["", "", "notes.txt"]


def test_a_batch_has_an_end(founded_folder: Path, tmp_path: Path) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), verify_batch=2) as service:
        accepted, refused = (
            service.ask("POST", f"{VERIFY}/batch", json={"items": [{"claim": "a"}] * count}) for count in (2, 3)
        )
        assert accepted.status_code == 200
        assert (refused.status_code, refused.json()["code"]) == (413, "verification.too_many")
        assert refused.json()["details"] == {"allowed": 2}


def test_a_batch_that_asks_nothing_clear_is_refused(shared: Service) -> None:
    bodies: list[dict[str, Any]] = [{"items": []}, {"items": [{"claim": "a"}] * 1001}, {"items": [{}]}, {}]
    for body in bodies:
        assert shared.ask("POST", f"{VERIFY}/batch", json=body).status_code == 422
    assert shared.ask("POST", f"{VERIFY}/batch", files=[("other", ("a", b"1"))]).status_code == 422


# --- limits


def test_each_of_many_counts(founded_folder: Path, tmp_path: Path) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), verify_rate="5/hour") as service:
        assert service.ask("POST", f"{VERIFY}/batch", json={"items": [{"claim": "a"}] * 4}).status_code == 200
        assert service.ask("GET", f"{VERIFY}/a").status_code == 200
        refused = service.ask("GET", f"{VERIFY}/a")
        assert (refused.status_code, refused.json()["code"]) == (429, "request.too_many")
        assert int(refused.headers["Retry-After"]) > 0
        assert service.ask("POST", JOBS, json={"file": "YQ=="}).status_code == 429


def test_a_business_system_has_a_limit_of_its_own(founded_folder: Path, tmp_path: Path) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with served(folder, verify_rate="1/hour", verify_client_rate="3/hour") as service:
        one, other = service.system_bearer(), service.system_bearer()
        path = f"{VERIFY}/a"
        assert [service.ask("GET", path).status_code for _ in range(2)] == [200, 429]
        assert [service.ask("GET", path, token=one).status_code for _ in range(4)] == [200, 200, 200, 429]
        assert service.ask("GET", path, token=other).status_code == 200


@pytest.mark.parametrize("token", ["xc_of_nobody", "x" * 200])
def test_a_token_that_is_shown_has_to_be_good(shared: Service, token: str) -> None:
    answer = shared.ask("POST", VERIFY, token=token, json={"claim": "a"})
    assert (answer.status_code, answer.json()["code"]) == (401, "request.unauthenticated")


def test_another_scheme_is_no_token(shared: Service) -> None:
    headers = {"Authorization": "Basic YTpi"}
    assert shared.ask("POST", VERIFY, json={"claim": "a"}, headers=headers).status_code == 200


# --- what is on record


def test_verifications_are_counted_and_nothing_else_is_kept(furnished: Service, furnished_folder: Furnished) -> None:
    before = furnished.head()
    for body in ({"claim": claim_of(furnished_folder)}, {"claim": "a"}, {"identifier": "1.2.3"}, {"file": "YQ=="}):
        asked(furnished, body)
    assert furnished.head() == before
    verifying = furnished.instance.verifying
    assert (verifying.tally.flush(verifying.store), verifying.tally.flush(verifying.store)) == (4, 0)
    (event,) = furnished.events(after=before)
    assert (event.tag, event.actor, event.subject) == ("verification:count:done", "anybody", "verification")
    assert event.facts == {"claim_failed": 1, "claim_passed": 1, "file_failed": 1, "identifier_failed": 1}


# --- records and reports


def embedded(pdf: bytes) -> dict[str, bytes]:
    """Return the files that a PDF carries."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return {name: bytes(one.get_file().read_bytes()) for name, one in file.attachments.items()}


def test_a_verdict_is_replayed_from_its_record(shared_furnished: Service, furnished_folder: Furnished) -> None:
    pdf = furnished_folder.licence_pdf
    answer = shared_furnished.ask("POST", f"{VERIFY}/record", files={"file": ("a.pdf", pdf)})
    assert answer.headers["content-type"] == "application/json"
    record = Record.read(answer.content)
    assert record.agrees_with(replay(record, pdf))
    assert record.moment == shared_furnished.clock.now()


@pytest.mark.parametrize("change", ["none", "altered", "no file of ours"])
def test_a_report_is_signed_by_the_service_and_carries_the_record(
    shared_furnished: Service, furnished_folder: Furnished, change: str
) -> None:
    pdf = furnished_folder.licence_pdf
    content = {
        "none": pdf,
        "altered": pdf.replace(b"/Type", b"/Tipe", 1),
        "no file of ours": FOREIGN["several-pages.pdf"],
    }[change]
    answer = shared_furnished.ask("POST", f"{VERIFY}/report", files={"file": ("证照𠮷.pdf", content)})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text[:300]
    instance = shared_furnished.instance
    judged = judge_pdf(answer.content, instance.evidence(), now=shared_furnished.clock.now())
    (signature,) = judged.signatures
    assert (judged.outcome, signature.placed.coverage, signature.placed.changes) == (  # type: ignore[union-attr]
        Outcome.PASSED,
        Coverage.FILE,
        Changes.NONE,
    )
    assert signature.report.signer is not None
    assert "验证报告" in signature.report.signer.common_name
    assert signature.report.proven_time is not None
    record = Record.read(embedded(answer.content)[RECORD])
    assert record.agrees_with(replay(record, content))


def test_a_report_is_on_record_before_it_is_signed(furnished: Service, furnished_folder: Furnished) -> None:
    before = furnished.head()
    assert furnished.ask(
        "POST", f"{VERIFY}/report", files={"file": ("张三.pdf", furnished_folder.licence_pdf)}
    ).is_success
    events = [one for one in furnished.events(after=before) if one.tag == "report:sign:done"]
    assert [set(one.facts) for one in events] == [{"digest", "certificate"}]
    assert re.fullmatch(r"report_[0-9a-z]{26}", events[0].subject)


def test_a_report_on_a_code_is_made_from_a_file_that_holds_it(
    shared_furnished: Service, furnished_folder: Furnished
) -> None:
    files = {"file": ("qr.txt", furnished_folder.claim.encode())}
    answer = shared_furnished.ask("POST", f"{VERIFY}/report", files=files)
    assert answer.headers["content-type"] == "application/pdf"
    assert not embedded(answer.content)


def test_a_report_is_on_a_file(shared: Service) -> None:
    for path in (f"{VERIFY}/report", f"{VERIFY}/record", JOBS):
        assert refused_in(shared.ask("POST", path, json={"claim": "a"})) == [("body.file", "missing")]


# --- jobs


def test_a_job_is_asked_for_worked_on_and_read(shared_furnished: Service, furnished_folder: Furnished) -> None:
    pdf = furnished_folder.licence_pdf
    answer = shared_furnished.ask("POST", JOBS, files={"file": ("a.pdf", pdf)})
    job = answer.json()
    where = answer.headers["Location"]
    assert (answer.status_code, where) == (202, f"{JOBS}/{job['id']}")
    assert (job["state"], job["size"], job["verdict"], job["problem"]) == ("waiting", len(pdf), None, None)
    for what in ("report", "record"):
        early = shared_furnished.ask("GET", f"{where}/{what}")
        assert (early.status_code, early.json()["code"]) == (409, "verification_job.no_report")
    assert shared_furnished.instance.verifying.jobs.round() == 1
    done = shared_furnished.ask("GET", where).json()
    at_once = shared_furnished.ask("POST", VERIFY, files={"file": ("a.pdf", pdf)}).json()
    assert (done["state"], done["verdict"]) == ("done", at_once)
    record = Record.read(shared_furnished.ask("GET", f"{where}/record").content)
    assert record.agrees_with(replay(record, pdf))
    report = shared_furnished.ask("GET", f"{where}/report")
    assert embedded(report.content) == {RECORD: record.to_json()}


def test_a_job_on_a_code_has_a_verdict_and_no_record(shared_furnished: Service, furnished_folder: Furnished) -> None:
    files = {"file": ("qr.txt", furnished_folder.claim.encode())}
    where = shared_furnished.ask("POST", JOBS, files=files).headers["Location"]
    shared_furnished.instance.verifying.jobs.round()
    assert shared_furnished.ask("GET", where).json()["verdict"]["outcome"] == "passed"
    assert shared_furnished.ask("GET", f"{where}/record").status_code == 409
    assert shared_furnished.ask("GET", f"{where}/report").headers["content-type"] == "application/pdf"


def test_a_job_says_why_there_is_no_verdict(shared_furnished: Service) -> None:
    files = {"file": ("a.pdf", FOREIGN["password.pdf"])}
    where = shared_furnished.ask("POST", JOBS, files=files).headers["Location"]
    shared_furnished.instance.verifying.jobs.round()
    job = shared_furnished.ask("GET", where).json()
    assert (job["state"], job["verdict"], job["problem"]["code"]) == ("refused", None, "pdf.encrypted")
    assert job["problem"]["detail_en"]


def test_a_job_that_is_worked_on_says_so(shared_furnished: Service) -> None:
    jobs = shared_furnished.instance.verifying.jobs
    where = shared_furnished.ask("POST", JOBS, json={"file": "YQ=="}).headers["Location"]
    name = jobs.read(where.rsplit("/", 1)[1]).id
    assert jobs.claim(name, "somebody")
    assert shared_furnished.ask("GET", where).json()["state"] == "working"


def test_a_job_is_judged_as_of_the_moment_that_was_asked_for(
    shared_furnished: Service, furnished_folder: Furnished
) -> None:
    then = shared_furnished.clock.now() - timedelta(minutes=1)
    files = {"file": ("a.pdf", furnished_folder.licence_pdf)}
    where = shared_furnished.ask("POST", JOBS, params={"at": then.isoformat()}, files=files).headers["Location"]
    while shared_furnished.instance.verifying.jobs.round():
        pass
    verdict = shared_furnished.ask("GET", where).json()["verdict"]
    assert verdict["moment"] == then.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("what", ["", "/report", "/record"])
def test_nobody_reads_a_job_of_another(shared: Service, what: str) -> None:
    answer = shared.ask("GET", f"{JOBS}/{'x' * 32}{what}")
    assert (answer.status_code, answer.json()["code"]) == (404, "verification_job.unknown")


def test_a_full_queue_tells_when_to_come_back(founded_folder: Path, tmp_path: Path) -> None:
    with served(copied(founded_folder, tmp_path / "instance"), verify_queue=1) as service:
        answers = [service.ask("POST", JOBS, json={"file": "YQ=="}) for _ in range(2)]
    assert [one.status_code for one in answers] == [202, 429]
    assert (answers[1].json()["code"], answers[1].headers["Retry-After"]) == ("verification_job.queue_full", "30")


def test_nothing_of_a_file_reaches_the_log(
    furnished: Service, furnished_folder: Furnished, capfd: pytest.CaptureFixture[str]
) -> None:
    claim = claim_of(furnished_folder)
    where = furnished.ask("POST", JOBS, files={"file": ("张三.pdf", b"secret")}).headers["Location"]
    furnished.ask("GET", where)
    furnished.ask("POST", f"{VERIFY}/batch", json={"items": [{"claim": claim}]})
    told = json.dumps([(one.tag, one.subject, dict(one.facts)) for one in furnished.events()], ensure_ascii=False)
    for text in (told, "".join(capfd.readouterr())):
        for hidden in (claim, where.rsplit("/", 1)[1], "张三"):
            assert hidden not in text


def test_the_service_works_jobs_off_by_itself_and_counts(furnished: Service) -> None:
    with TestClient(furnished.app, base_url=PUBLIC_URL) as client:
        where = client.post(JOBS, json={"file": encoded(b"nothing")}).headers["Location"]
        end = time.monotonic() + PATIENCE
        while (found := client.get(where).json())["state"] in {"waiting", "working"}:
            assert time.monotonic() < end
            time.sleep(0.05)
    assert (found["state"], found["verdict"]["outcome"]) == ("done", "failed")
    counted = [one for one in furnished.events() if one.tag == "verification:count:done"]
    assert [dict(one.facts) for one in counted] == [{"file_failed": 1}]


def test_housekeeping_erases_jobs_whose_time_is_over(furnished: Service) -> None:
    where = furnished.ask("POST", JOBS, json={"file": "YQ=="}).headers["Location"]
    keeper = Housekeeper(furnished.instance, pause=3600)
    keeper.round()
    assert furnished.ask("GET", where).status_code == 200
    furnished.clock.advance(timedelta(hours=24))
    keeper.round()
    assert [one.facts["jobs"] for one in furnished.events() if one.tag == "verification_job:erase:done"] == [1]
