"""Bulk jobs over HTTP: asked for, watched, decided about, fetched."""

import csv
import io
import json
import zipfile
from typing import Any

import httpx2
import pytest

from api.bulk_watch import BulkWatch
from api.demo import cast
from api.words import WORDS
from identity.duties import Duty, Grant
from tests.api.builders import Furnished, Service
from tests.api.routes.test_stampings import system_token

JOBS = "/v1/bulk-jobs"
REASON = "证照样式更新，统一换发"


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def rows(*numbers: str) -> list[dict[str, str]]:
    """Return rows of business licences."""
    record = cast.business_record(cast.ENTERPRISE)
    return [{**record, "holder_code": cast.ENTERPRISE.code, "number": number} for number in numbers]


class Office:
    """Who asks for jobs, and those who look at them."""

    def __init__(self, service: Service, furnished: Furnished) -> None:
        self.service, self.furnished = service, furnished
        self.system = system_token(service, furnished.client)
        self.reviewer = service.bearer(Grant(Duty.LICENCE_REVIEWER, furnished.authority))
        self.stranger = service.bearer(Grant(Duty.LICENCE_OFFICER, service.organisation()))

    def upload(self, table: bytes, key: str, **form: str) -> httpx2.Response:
        """Ask for a job."""
        told = {"type": cast.BUSINESS_TYPE, "seal": self.furnished.seal, **form}
        files = {"file": ("a.csv", table, "text/csv")}
        return self.service.ask(
            "POST", JOBS, token=self.system, data=told, files=files, headers={"Idempotency-Key": key}
        )

    def get(self, path: str, token: str = "", **request: Any) -> httpx2.Response:  # noqa: ANN401 - what the client takes
        """Look at something."""
        return self.service.ask("GET", f"{JOBS}{path}", token=token or self.system, **request)

    def step(self, job: str, path: str, token: str = "") -> httpx2.Response:
        """Take a step in the life of a job."""
        return self.service.ask("POST", f"{JOBS}/{job}/{path}", token=token or self.system)

    def work(self) -> None:
        """Work off what there is, as the runner does."""
        self.service.instance.bulk.worker().work_off()


@pytest.fixture(scope="module")
def office(shared_furnished: Service, furnished_folder: Furnished) -> Office:
    """Return the office of the authority that has a type and a seal already."""
    return Office(shared_furnished, furnished_folder)


@pytest.fixture(scope="module")
def finished(office: Office) -> str:
    """Return a job of three rows, one of them bad, that has gone through."""
    table = cast.table_of([*rows("b-1"), {**rows("=b-2")[0]}, {**rows("b-3")[0], "holder_code": "12100000000018032B"}])
    job = office.upload(table, "finished").json()["id"]
    office.work()
    office.step(job, "start")
    office.work()
    return str(job)


def test_a_job_is_asked_for_checked_started_and_done(office: Office) -> None:
    table = cast.table_of(rows("a-1", "a-2"))
    asked = office.upload(table, "whole")
    job = asked.json()
    assert (asked.status_code, job["state"], job["rows"]) == (201, "received", 0)
    assert office.upload(table, "whole").json()["id"] == job["id"]
    assert code_of(office.upload(table + b"\n", "whole")) == (409, "request.key_reused")
    assert code_of(office.get(f"/{job['id']}/results?format=csv")) == (409, "bulk.results_not_ready")
    office.work()
    checked = office.get(f"/{job['id']}", office.reviewer).json()
    assert (checked["state"], checked["rows"], checked["good"], checked["bad"]) == ("validated", 2, 2, 0)
    assert checked["columns"]["number"] == "number"
    assert code_of(office.step(job["id"], "start", office.reviewer)) == (403, "identity.duty_missing")
    assert office.step(job["id"], "start").json()["state"] == "running"
    assert office.step(job["id"], "pause").json()["state"] == "paused"
    assert office.step(job["id"], "resumption").json()["state"] == "running"
    office.work()
    done = office.get(f"/{job['id']}").json()
    assert (done["state"], done["issued"], done["refused"]) == ("finished", 2, 0)
    assert code_of(office.step(job["id"], "cancellation")) == (409, "lifecycle.event_not_possible")


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({"type": "nothing"}, 404, "licence.type_unknown"),
        ({"seal": "nothing"}, 404, "seal.unknown"),
        ({"columns": "{"}, 400, "bulk.mapping_invalid"),
        ({"columns": "[1]"}, 400, "bulk.mapping_invalid"),
        ({"columns": '{"a": 1}'}, 400, "bulk.mapping_invalid"),
        ({"start": "perhaps"}, 422, "request.malformed"),
    ],
)
def test_what_is_wrong_with_a_request_is_told(office: Office, form: dict[str, str], status: int, code: str) -> None:
    answer = office.upload(b"a,b\n1,2\n", f"wrong-{'-'.join(form)}-{len(str(form))}", **form)
    assert (status, code) == code_of(answer)


def test_a_table_without_content_is_refused(office: Office) -> None:
    assert code_of(office.upload(b"", "empty")) == (400, "bulk.table_invalid")


def test_a_column_is_what_the_request_says(office: Office) -> None:
    table = cast.table_of(
        [{("企业名称" if name == "name" else name): value for name, value in one.items()} for one in rows("m")]
    )
    job = office.upload(table, "mapped", columns='{"企业名称": "name"}').json()["id"]
    office.work()
    told = office.get(f"/{job}").json()
    assert (told["state"], told["bad"], told["columns"]["企业名称"]) == ("validated", 0, "name")


def test_jobs_are_listed_for_those_whom_they_concern(office: Office, finished: str) -> None:
    page = office.get("?state=finished&limit=1").json()
    assert [one["state"] for one in page["jobs"]] == ["finished"]
    found = [one["id"] for one in office.get("?state=finished").json()["jobs"]]
    assert finished in found
    job = office.get(f"/{finished}").json()
    assert page["names_en"] == job["names_en"] == {job["type"]: "Business Licence"}
    following = office.get(f"?state=finished&limit=1&before={page['next']}").json()["jobs"]
    assert [one["id"] for one in following] == found[1:2]
    assert office.get("", office.stranger).json() == {"jobs": [], "names": {}, "names_en": {}, "next": None}
    for path in ("", "/events", "/problems", "/results?format=csv", "/licences.zip"):
        assert code_of(office.get(f"/{finished}{path}", office.stranger)) == (403, "identity.duty_missing")
        assert code_of(office.get(f"/none{path}")) == (404, "bulk.unknown")


def test_results_tell_every_row(office: Office, finished: str) -> None:
    told = [json.loads(line) for line in office.get(f"/{finished}/results?format=jsonl").text.splitlines()]
    assert [one["line"] for one in told] == [2, 3, 4]
    first = told[0]["licence"]
    assert (first["number"], told[0]["problem"]) == ("b-1", None)
    address = first["file"].removeprefix(office.service.instance.base.settings.public_url)
    assert office.service.ask("GET", address, token=office.system).content.startswith(b"%PDF")
    assert told[2]["licence"] is None
    problem = told[2]["problem"]
    assert (problem["code"], problem["field"]) == ("identity.credit_code_malformed", "holder_code")
    answer = office.get(f"/{finished}/results?format=csv")
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line[1] for line in lines[1:]] == ["issued", "issued", "refused"]
    assert lines[2][3] == "'=b-2"  # no spreadsheet runs it
    assert answer.headers["content-disposition"] == f'attachment; filename="{finished}.csv"'


def test_problems_come_in_pages(office: Office, finished: str) -> None:
    page = office.get(f"/{finished}/problems?limit=1").json()
    assert [(one["line"], one["code"]) for one in page["problems"]] == [(4, "identity.credit_code_malformed")]
    assert office.get(f"/{finished}/problems?after={page['next']}").json() == {"problems": [], "next": None}


def test_licences_come_as_an_archive(office: Office, finished: str) -> None:
    with zipfile.ZipFile(io.BytesIO(office.get(f"/{finished}/licences.zip").content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert [name.split("-")[0] for name in names] == ["000002", "000003"]
        assert all(archive.read(name).startswith(b"%PDF") for name in names)
    with zipfile.ZipFile(io.BytesIO(office.get(f"/{finished}/licences.zip?part=2").content)) as archive:
        assert archive.namelist() == []


def events_of(text: str) -> list[tuple[str, str, Any]]:
    """Return the number, the name and the data of each event."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(("retry", ":")))
        if lines:
            found.append((lines["id"], lines["event"], json.loads(lines["data"])))
    return found


def test_a_job_that_has_ended_is_told_once(office: Office, finished: str) -> None:
    answer = office.get(f"/{finished}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    ((number, name, job),) = events_of(answer.text)
    assert (name, job["state"], job["issued"]) == ("end", "finished", 2)
    assert number == str(job["changes"])
    seen = office.get(f"/{finished}/events", headers={"Last-Event-ID": number}).text
    assert events_of(seen) == []
    assert events_of(office.get(f"/{finished}/events", headers={"Last-Event-ID": "x"}).text) != []


def test_a_job_under_way_is_watched_for_a_while(office: Office) -> None:
    job = office.upload(cast.table_of(rows("w-1")), "watched").json()["id"]
    office.service.app.state.bulk_watch = BulkWatch(office.service.instance.bulk.named, heartbeat=0.05, longest=0.2)
    text = office.get(f"/{job}/events").text
    assert [(name, told["state"]) for _, name, told in events_of(text)] == [("progress", "received")]
    assert ": still here" in text


@pytest.mark.usefixtures("finished")
def test_licences_in_force_are_issued_anew(office: Office) -> None:
    body = {"type": cast.BUSINESS_TYPE, "seal": office.furnished.seal, "reason": REASON, "issued_from": "2999-01-01"}

    def ask(key: str, **changes: object) -> httpx2.Response:
        headers = {"Idempotency-Key": key}
        return office.service.ask("POST", f"{JOBS}/reissues", token=office.system, json=body | changes, headers=headers)

    job = ask("none").json()
    assert (job["kind"], job["state"], job["reason"]) == ("reissue", "received", REASON)
    office.work()
    told = office.get(f"/{job['id']}").json()
    assert told["fault"] == "bulk.nothing_selected"
    assert (told["fault_zh"], told["fault_en"]) == WORDS["bulk.nothing_selected"]
    assert code_of(ask("days", issued_until="2000-01-01")) == (400, "bulk.selection_invalid")
    assert code_of(ask("reason", reason="x")) == (422, "request.malformed")
    selection = {name: body[name] for name in ("type", "seal")}
    preview = office.service.ask("POST", f"{JOBS}/reissues/preview", token=office.system, json=selection)
    counted = preview.json()
    assert (preview.status_code, counted["issuer"]) == (200, office.furnished.authority)
    assert counted["count"] == counted["by_version"]["1"] == counted["by_seal"][office.furnished.seal] >= 2
    assert counted["names"] == {office.furnished.seal: f"{cast.AUTHORITY.name}电子证照专用章"}
    again = ask("all", issued_from=None, sealed_with=office.furnished.seal, start=True).json()["id"]
    office.work()
    told = office.get(f"/{again}").json()
    assert told["selection"] == dict.fromkeys(
        ("type_version", "issued_from", "issued_until", "ends_from", "ends_until")
    ) | {"sealed_with": office.furnished.seal}
    assert (told["state"], told["refused"], told["issued"]) == ("finished", 0, counted["count"])
