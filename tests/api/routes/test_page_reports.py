"""The report that the public pages hand out: a signed PDF, or a page that says why there is none."""

from api.demo.documents import foreign_documents
from tests.api.builders import Furnished, Service


def test_a_file_is_verified_and_the_report_kept(shared_furnished: Service, furnished_folder: Furnished) -> None:
    sent = {"file": ("证照.pdf", furnished_folder.licence_pdf, "application/pdf")}
    found = shared_furnished.http.post("/report", files=sent)
    assert found.status_code == 200
    assert found.headers["content-type"] == "application/pdf"
    assert found.headers["content-disposition"] == 'attachment; filename="verification-report.pdf"'
    assert found.headers["cache-control"] == "no-store"
    assert shared_furnished.instance.verification.file(found.content).report.document.outcome == "passed"


def test_what_keeps_a_report_from_being_made_is_told_as_a_page(shared_furnished: Service) -> None:
    sent = {"file": ("a.pdf", foreign_documents()["password.pdf"], "application/pdf")}
    found = shared_furnished.http.post("/report", params={"lang": "en"}, files=sent)
    assert found.status_code == 400
    assert found.headers["content-type"].startswith("text/html")
    assert "protected by a password" in found.text


def test_a_report_needs_a_file(shared_furnished: Service) -> None:
    for sent in ({}, {"file": ("a.pdf", b"", "application/pdf")}):
        found = shared_furnished.http.post("/report", files=sent)
        assert found.status_code == 422
        assert "请选择文件" in found.text
