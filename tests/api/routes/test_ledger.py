"""The owner's ledger over HTTP: searched, exported, as a statement, and proven by the auditor."""

import csv
import io
import json
from datetime import timedelta

import httpx2
import pypdfium2 as pdfium
import pytest

from api.ledger_statement import PURPOSE
from identity.duties import Duty, Grant
from seal.ledger.proof import StampingProof
from seal.stamping.authorising import AuthoriseStamping
from tests.api.builders import Furnished, Service
from tests.fakes.clock import NOW
from trust.audit import make_checkpoint
from trust.founding import Role

THIS_MONTH, NEXT_MONTH = "2026-11", NOW + timedelta(days=15)


def code_of(answer: httpx2.Response) -> tuple[int, str]:
    """Return what a problem says."""
    return answer.status_code, answer.json()["code"]


def path(furnished: Furnished, rest: str = "") -> str:
    """Return an address of the ledger."""
    return f"/v1/seals/{furnished.seal}/ledger{rest}"


def owner_of(service: Service, furnished: Furnished) -> str:
    """Return the session of a new person who speaks for the owner of the seal."""
    return service.bearer(Grant(Duty.SEAL_OWNER, furnished.authority))


@pytest.fixture
def owner(shared_furnished: Service, furnished_folder: Furnished) -> str:
    """Return the session of the owner."""
    return owner_of(shared_furnished, furnished_folder)


def text_of(pdf: bytes) -> str:
    """Return what a PDF says."""
    with pdfium.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def test_the_owner_sees_which_licence_was_issued_and_finds_it(
    shared_furnished: Service, furnished_folder: Furnished, owner: str
) -> None:
    token = shared_furnished.bearer(Grant(Duty.LICENCE_OFFICER, furnished_folder.authority))
    answer = shared_furnished.ask("GET", f"/v1/licences/{furnished_folder.licence}", token=token)
    identifier = answer.json()["identifier"]
    asked = {"text": identifier}
    lines = shared_furnished.ask("GET", path(furnished_folder), token=owner, params=asked).json()["lines"]
    assert [(one["purpose"], one["reference"]) for one in lines] == [("licence.issue", identifier)]


def test_the_owner_sees_every_use_newest_first(
    shared_furnished: Service, furnished_folder: Furnished, owner: str
) -> None:
    page = shared_furnished.ask("GET", path(furnished_folder), token=owner).json()
    names = [one["id"] for one in page["lines"]]
    assert names == sorted(names, reverse=True)
    assert {one["purpose"] for one in page["lines"]} == {"document.stamp", "licence.issue"}
    assert page["next"] is None
    first = shared_furnished.ask("GET", path(furnished_folder), token=owner, params={"limit": 1}).json()
    assert first["next"] == first["lines"][0]["id"]
    params = {"limit": 1, "before": first["next"]}
    second = shared_furnished.ask("GET", path(furnished_folder), token=owner, params=params).json()
    assert first["lines"] + second["lines"] == page["lines"]


@pytest.mark.parametrize(
    ("params", "count"),
    [
        ({"purpose": "licence.issue"}, 1),
        ({"purpose": "none"}, 0),
        ({"document_kind": "notice"}, 1),
        ({"text": "STAMP"}, 1),
        ({"operation": "document", "state": "done"}, 2),
        ({"operation": "digest"}, 0),
        ({"state": "void"}, 0),
        ({"since": "2026-11-22T12:05:06.123456+08:00"}, 2),
        ({"since": "2026-11-22T12:05:06.123457+08:00"}, 0),
        ({"until": "2026-11-22T12:05:06.123456+08:00"}, 0),
        ({"actor": "client_none"}, 0),
        ({"authorisation": "auth_none"}, 0),
        ({"batch": "batch_none"}, 0),
        ({"document_hash": "00" * 32}, 0),
    ],
)
def test_what_is_asked_for_is_found(
    shared_furnished: Service, furnished_folder: Furnished, owner: str, params: dict[str, str], count: int
) -> None:
    answer = shared_furnished.ask("GET", path(furnished_folder), token=owner, params=params)
    assert answer.status_code == 200
    assert len(answer.json()["lines"]) == count


@pytest.mark.parametrize(
    "params",
    [
        {"limit": 0},
        {"limit": 1001},
        {"text": ""},
        {"text": "x" * 201},
        {"actor": "a\u202eb"},
        {"purpose": "x" * 129},
        {"since": "2026-11-22T12:00:00"},
        {"document_hash": "ZZ"},
        {"operation": "copy"},
        {"state": "lost"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    shared_furnished: Service, furnished_folder: Furnished, owner: str, params: dict[str, str | int]
) -> None:
    answer = shared_furnished.ask("GET", path(furnished_folder), token=owner, params=params)
    assert code_of(answer) == (422, "request.malformed")


def test_nobody_else_sees_it(shared_furnished: Service, furnished_folder: Furnished) -> None:
    elsewhere = shared_furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.enterprise))
    reviewer = shared_furnished.bearer(Grant(Duty.SEAL_REVIEWER))
    for token in (elsewhere, reviewer):
        for rest in ("", "/export?format=csv", f"/statements/{THIS_MONTH}"):
            answer = shared_furnished.ask("GET", path(furnished_folder, rest), token=token)
            assert code_of(answer) == (403, "identity.duty_missing")
    answer = shared_furnished.ask("GET", "/v1/seals/seal_none/ledger", token=elsewhere)
    assert code_of(answer) == (404, "seal.unknown")


def test_the_export_is_read_by_spreadsheets_and_programs(
    shared_furnished: Service, furnished_folder: Furnished, owner: str
) -> None:
    listed = shared_furnished.ask("GET", path(furnished_folder), token=owner).json()["lines"]
    table = shared_furnished.ask("GET", path(furnished_folder, "/export"), token=owner, params={"format": "csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == 'attachment; filename="ledger.csv"'
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"), newline="")))
    assert [row["编号 id"] for row in rows] == [one["id"] for one in reversed(listed)]
    params = {"format": "jsonl", "purpose": "licence.issue"}
    objects = shared_furnished.ask("GET", path(furnished_folder, "/export"), token=owner, params=params)
    assert objects.headers["content-type"] == "application/jsonl"
    (told,) = (json.loads(line) for line in objects.text.splitlines())
    assert [told["id"]] == [one["id"] for one in listed if one["purpose"] == "licence.issue"]
    for wrong in ({}, {"format": "xlsx"}):
        answer = shared_furnished.ask("GET", path(furnished_folder, "/export"), token=owner, params=wrong)
        assert code_of(answer) == (422, "request.malformed")


# --- statements


def test_a_statement_is_read_once_the_month_is_over(furnished: Service, furnished_folder: Furnished) -> None:
    address = path(furnished_folder, f"/statements/{THIS_MONTH}")
    assert code_of(furnished.ask("GET", address, token=owner_of(furnished, furnished_folder))) == (
        409,
        "ledger.month_not_over",
    )
    furnished.clock.set(NEXT_MONTH)
    owner = owner_of(furnished, furnished_folder)
    answer = furnished.ask("GET", address, token=owner)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    told = text_of(answer.content)
    for words in ("电子印章用印月报", "2026年11月", "licence.issue", "document.stamp", furnished_folder.client):
        assert words in told.replace(" ", ""), words
    assert "本件未加盖印章" in told
    assert answer.content == furnished.ask("GET", address, token=owner).content
    wrong = furnished.ask("GET", path(furnished_folder, "/statements/2026-13"), token=owner)
    assert code_of(wrong) == (400, "ledger.month_malformed")


def test_a_statement_is_sealed_by_who_is_authorised_for_that(furnished: Service, furnished_folder: Furnished) -> None:
    furnished.clock.set(NEXT_MONTH)
    furnished.instance.base.authorities.keep_lists_fresh()
    token = owner_of(furnished, furnished_folder)
    order = {"month": THIS_MONTH}

    def ask(key: str) -> httpx2.Response:
        headers = {"Idempotency-Key": key}
        return furnished.ask("POST", path(furnished_folder, "/statements"), token=token, json=order, headers=headers)

    assert code_of(ask("one")) == (403, "seal.not_authorised")
    actor = furnished.instance.base.access.actor_of(token)
    command = AuthoriseStamping(
        seal=furnished_folder.seal,
        holder=actor.id,
        purpose=PURPOSE.purpose,
        document_kinds=(PURPOSE.document_kind,),
        valid_until=NEXT_MONTH + timedelta(days=365),
        request_key="statements",
    )
    furnished.instance.authorisations.authorise(actor, command)
    sealed, again = ask("two"), ask("two")
    assert sealed.status_code == 201, sealed.text
    assert again.content == sealed.content
    assert sealed.headers["content-disposition"] == 'attachment; filename="statement-2026-11.pdf"'
    verdict = furnished.ask("POST", "/v1/verify", files={"file": ("statement.pdf", sealed.content)}).json()
    assert (verdict["outcome"], len(verdict["signatures"])) == ("passed", 2)
    assert "本月报由印章所有者授权加盖该印章" in text_of(sealed.content)
    newest = furnished.ask("GET", path(furnished_folder), token=token, params={"limit": 1}).json()["lines"]
    assert [(one["id"], one["purpose"]) for one in newest] == [(sealed.headers["stamping-id"], PURPOSE.purpose)]


# --- proofs


def test_the_auditor_gets_a_proof_of_every_line(furnished: Service, furnished_folder: Furnished) -> None:
    token = owner_of(furnished, furnished_folder)
    params = {"purpose": "document.stamp"}
    page = furnished.ask("GET", path(furnished_folder), token=token, params=params).json()
    (name,) = (one["id"] for one in page["lines"])
    address, auditor = f"/v1/audit/stampings/{name}/proof", furnished.bearer(Grant(Duty.AUDITOR))
    assert code_of(furnished.ask("GET", address, token=token)) == (403, "identity.duty_missing")
    assert code_of(furnished.ask("GET", address, token=auditor)) == (409, "audit.not_checkpointed")
    keys = furnished.instance.service_keys
    make_checkpoint(furnished.instance.base.store, *keys.credential(Role.AUDIT))
    answer = furnished.ask("GET", address, token=auditor)
    assert answer.headers["content-type"] == "application/json"
    proven = StampingProof.from_json(answer.content).verify(keys.certificates(Role.AUDIT))
    assert (proven.stamping.id, proven.stamping.purpose) == (name, "document.stamp")
    unknown = furnished.ask("GET", "/v1/audit/stampings/stamp_none/proof", token=auditor)
    assert code_of(unknown) == (404, "seal.stamping_unknown")
