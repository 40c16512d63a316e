"""Verification for everyone over HTTP, the published trust material, and the audit trail."""

from datetime import timedelta

import pytest

from api.demo.documents import PASSWORD, foreign_documents
from identity.duties import Duty, Grant
from tests.api.builders import Furnished, Service
from tests.fakes.clock import NOW
from trust.certificates import Certificate, read_pem
from trust.revocation import RevocationList

FOREIGN = foreign_documents()


def claim_of(furnished: Furnished) -> str:
    return furnished.claim.rsplit("/", 1)[1]


def test_a_claim_passes_and_tells_little(shared_furnished: Service, furnished_folder: Furnished) -> None:
    answer = shared_furnished.ask("GET", f"/v1/verify/{claim_of(furnished_folder)}")
    body = answer.json()
    assert (answer.status_code, body["outcome"]) == (200, "passed")
    licence = body["licence"]
    assert (
        licence["type_name"],
        licence["type_name_en"],
        licence["state"],
        licence["in_force"],
        licence["expired"],
    ) == ("营业执照", "Business Licence", "in_force", True, False)
    assert licence["holder"] == "云州星河****有限公司"
    for hidden in ("云州星河数字科技有限公司", "330199002000001", "王𠮷㛃", furnished_folder.licence):
        assert hidden not in answer.text


@pytest.mark.parametrize("change", [lambda claim: claim[:-1], lambda claim: "B" + claim[1:], lambda claim: claim[::-1]])
def test_a_claim_that_was_changed_fails(shared_furnished: Service, furnished_folder: Furnished, change: object) -> None:
    assert callable(change)
    body = shared_furnished.ask("GET", f"/v1/verify/{change(claim_of(furnished_folder))}").json()
    assert (body["outcome"], body["licence"]) == ("failed", None)


def test_a_file_passes_and_names_its_standing(shared_furnished: Service, furnished_folder: Furnished) -> None:
    answer = shared_furnished.ask("POST", "/v1/verify", files={"file": ("a.pdf", furnished_folder.licence_pdf)})
    body = answer.json()
    assert (
        answer.status_code,
        body["outcome"],
        body["file_outcome"],
        body["kind"],
    ) == (200, "passed", "passed", "pdf")
    assert (len(body["seals"]), body["pages"], body["licence"]["holder"]) == (1, 1, "云州星河数字科技有限公司")


def test_what_was_revoked_is_told_at_once(furnished: Service, furnished_folder: Furnished) -> None:
    officer = furnished.bearer(Grant(Duty.LICENCE_OFFICER, furnished_folder.authority))
    path = f"/v1/licences/{furnished_folder.licence}/revocation"
    assert furnished.ask("POST", path, token=officer, json={"reason": "登记事项造假"}).status_code == 200
    claim = furnished.ask("GET", f"/v1/verify/{claim_of(furnished_folder)}").json()
    assert (claim["outcome"], claim["sub_indication"], claim["licence"]["state"]) == ("failed", "REVOKED", "revoked")
    file = furnished.ask("POST", "/v1/verify", files={"file": ("a.pdf", furnished_folder.licence_pdf)}).json()
    assert (file["outcome"], file["file_outcome"], file["sub_indication"]) == ("failed", "passed", "REVOKED")
    assert "登记事项造假" not in str(claim) + str(file)


def test_a_disputed_stamping_is_undetermined(furnished: Service, furnished_folder: Furnished) -> None:
    owner = furnished.bearer(Grant(Duty.SEAL_OWNER, furnished_folder.authority))
    body = {"reason": "印章遗失", "lost_at": (NOW - timedelta(hours=1)).isoformat()}
    path = f"/v1/seals/{furnished_folder.seal}/suspension"
    furnished.clock.advance(timedelta(minutes=1))
    assert furnished.ask("POST", path, token=owner, json=body).status_code == 200
    found = furnished.ask("POST", "/v1/verify", files={"file": ("a.pdf", furnished_folder.stamped_pdf)}).json()
    assert (
        found["outcome"],
        found["sub_indication"],
        found["seals"][0]["disputed"],
    ) == ("indeterminate", "REVOKED_NO_POE", True)


@pytest.mark.parametrize(
    ("password", "status", "code"),
    [
        (None, 400, "pdf.encrypted"),
        ("", 400, "pdf.encrypted"),
        ("wrong", 400, "pdf.password_wrong"),
        ("x" * 257, 422, "request.malformed"),
        (PASSWORD, 200, None),
    ],
)
def test_a_password_opens_its_file(
    shared_furnished: Service, password: str | None, status: int, code: str | None
) -> None:
    data = {} if password is None else {"password": password}
    files = {"file": ("a.pdf", FOREIGN["password.pdf"])}
    answer = shared_furnished.ask("POST", "/v1/verify", files=files, data=data)
    assert (status, code) == (answer.status_code, answer.json().get("code"))


@pytest.mark.parametrize("content", [b"", b"%PDF-", b"PK\x03\x04", b"\x30\x80", b"\x30" * 100, b"text", b"\x00" * 1000])
def test_whatever_is_sent_is_answered_with_a_verdict(shared_furnished: Service, content: bytes) -> None:
    answer = shared_furnished.ask("POST", "/v1/verify", files={"file": ("a", content)})
    assert (answer.status_code, answer.json()["outcome"]) == (200, "failed")


def test_without_a_file_there_is_no_verdict(shared_furnished: Service) -> None:
    assert shared_furnished.ask("POST", "/v1/verify", data={"password": "x"}).status_code == 422
    assert shared_furnished.ask("POST", "/v1/verify", json={}).status_code == 422


def test_verifying_leaves_no_trace(shared_furnished: Service, furnished_folder: Furnished) -> None:
    before = shared_furnished.head()
    shared_furnished.ask("GET", f"/v1/verify/{claim_of(furnished_folder)}")
    shared_furnished.ask("POST", "/v1/verify", files={"file": ("a.pdf", furnished_folder.licence_pdf)})
    assert before == shared_furnished.head()


# --- trust material


def test_every_certificate_is_published(shared: Service) -> None:
    listed = shared.ask("GET", "/pki/certificates").json()
    names = {one["name"]: one["anchor"] for one in listed}
    assert {"root-sm2", "root-p256"} == {name for name, anchor in names.items() if anchor}
    assert {
        "issuing-sm2",
        "issuing-p256",
        "seal-maker",
        "tsa-sm2",
        "tsa-p256",
        "licence-claim",
        "audit",
        "trust-list",
        "status-publisher",
        "report",
        "delegation",
        "platform-login",
    } == {name for name, anchor in names.items() if not anchor}
    for one in listed:
        (encoded,) = read_pem(one["pem"].encode(), "CERTIFICATE")
        assert Certificate(encoded).fingerprint


@pytest.mark.parametrize("name", ["root-sm2", "root-p256", "issuing-sm2", "issuing-p256"])
def test_authorities_are_published_where_their_certificates_say(shared: Service, name: str) -> None:
    certificate = shared.ask("GET", f"/pki/{name}.cer")
    made = shared.ask("GET", f"/pki/{name}.crl")
    assert (
        certificate.headers["content-type"],
        made.headers["content-type"],
    ) == ("application/pkix-cert", "application/pkix-crl")
    assert "public" in made.headers["cache-control"]
    read = RevocationList(made.content)
    assert Certificate(certificate.content).subject == read.issuer
    assert read.next_update is not None
    assert read.next_update > NOW


@pytest.mark.parametrize("name", ["nothing", "%00", "..%2f..%2fkeys%2froot", "seal-maker", "x" * 5000])
def test_no_other_authority_is_there(shared: Service, name: str) -> None:
    for end in ("cer", "crl"):
        assert shared.ask("GET", f"/pki/{name}.{end}").status_code == 404


# --- the audit trail


def test_the_auditor_reads_in_order_and_checks(shared: Service) -> None:
    auditor = shared.bearer(Grant(Duty.AUDITOR))
    first = shared.ask("GET", "/v1/audit/events?limit=5", token=auditor).json()
    assert [one["sequence"] for one in first] == [1, 2, 3, 4, 5]
    second = shared.ask("GET", "/v1/audit/events?after=5&limit=2", token=auditor).json()
    assert [one["sequence"] for one in second] == [6, 7]
    assert len(first[0]["digest"]) == 64
    before = shared.head()
    checked = shared.ask("GET", "/v1/audit/check", token=auditor).json()
    assert {"intact": True, "events": before, "checkpoints": 0, "broken_at": None, "reason": ""} == checked


def test_a_trail_that_was_changed_is_told(service: Service) -> None:
    auditor = service.bearer(Grant(Duty.AUDITOR))
    with service.instance.base.store.writer.begin() as connection:
        connection.exec_driver_sql("UPDATE audit_event SET actor = 'somebody else' WHERE sequence = 7")
    checked = service.ask("GET", "/v1/audit/check", token=auditor).json()
    assert (checked["intact"], checked["broken_at"], checked["reason"]) == (False, 7, "an event was changed")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("after=-1", 422),
        ("limit=0", 422),
        ("limit=1001", 422),
        ("after=x", 422),
        ("after=9223372036854775807", 200),
        ("after=9223372036854775808", 422),
        ("after=99999999999999999999999", 422),
    ],
)
def test_a_place_in_the_trail_is_one(shared: Service, query: str, status: int) -> None:
    auditor = shared.bearer(Grant(Duty.AUDITOR))
    assert status == shared.ask("GET", f"/v1/audit/events?{query}", token=auditor).status_code
