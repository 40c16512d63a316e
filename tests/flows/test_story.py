"""The whole story over HTTP: what it leaves is complete, true, verifiable by a stranger, and holds no secret."""

import csv
import json
import re
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from api.demo import cast
from api.demo.browser import find_browser
from licence.claim import read_claim
from licence.qr import read_codes
from tests.drills.ten_thousand import checks_out
from tests.judges import required
from tests.story import Played, files
from trust.certificates import Certificate, read_pem
from trust.crypto.sm3 import sm3

FOREIGN = {
    "several-pages.pdf",
    "outline.pdf",
    "form.pdf",
    "attachments.pdf",
    "object-streams.pdf",
    "turned-page.pdf",
}
REFUSED = {"password.pdf": "pdf.encrypted", "broken.pdf": "pdf.malformed"}
GENUINE = ("licence.pdf", "food.pdf", "seal.esl", "stamp.ses")
ALONE = r"(?<![A-Za-z0-9_-]){}(?![A-Za-z0-9_-])"
"""A word by itself: claims are long random words that may hold anything."""

SECRETS = (
    ALONE.format(r"x[sca]_[A-Za-z0-9_-]{43}"),
    r"PRIVATE KEY",
    r"\$argon2",
    ALONE.format(r"eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"),
    r"Bearer [^\"]",
)


def report(played: Played, name: str) -> Any:  # noqa: ANN401 - JSON
    return json.loads((played.evidence / "reports" / name).read_text())


def summary(played: Played) -> Any:  # noqa: ANN401 - JSON
    return json.loads((played.evidence / "summary.json").read_text())


def rows(played: Played) -> list[dict[str, str]]:
    with (played.evidence / "companies.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def good_rows(played: Played) -> list[dict[str, str]]:
    refused = {row["line"] for row in report(played, "batch.json")["rows"] if row["problem"]}
    return [row for line, row in enumerate(rows(played), start=2) if line not in refused]


# --- completeness


def test_every_name_of_the_contract_exists(played: Played) -> None:
    names = {path.relative_to(played.evidence).as_posix() for path in files(played.evidence)}
    expected = {
        "ceremony.md",
        "companies.csv",
        "food.pdf",
        "licence.pdf",
        "qr.png",
        "qr.txt",
        "seal.esl",
        "seal.png",
        "service.log",
        "stamp.ses",
        "story.md",
        "summary.json",
        "anchors/root-p256.pem",
        "anchors/root-sm2.pem",
        *(f"crl/{name}.crl" for name in ("root-sm2", "root-p256", "issuing-sm2", "issuing-p256")),
        *(f"certs/{name}.pem" for name in ("issuing-sm2", "issuing-p256", "owner", "signer", "seal-maker")),
        *(f"certs/{name}.pem" for name in ("tsa-sm2", "tsa-p256", "licence-claim", "audit", "trust-list")),
        "certs/status-publisher.pem",
        "certs/report.pem",
        "certs/delegation.pem",
        "certs/platform-login.pem",
        "delegated.pdf",
        "delegation-chain.der",
        "reports/delegated.pdf.json",
        *(f"licences/{row['number']}.pdf" for row in good_rows(played)),
        *(f"stamped/{name}" for name in FOREIGN),
        *(f"types/{name}.{form}" for name in ("business_licence", "food_permit") for form in ("zip", "png")),
        *(f"reports/{name}.json" for name in ("batch", "qr", "qr-revoked", "refused-stamping")),
        *(f"reports/{name}.json" for name in ("licence.pdf", "food.pdf", "seal.esl", "altered.pdf")),
    }
    if find_browser() is not None:
        expected.add("verify.png")
    assert expected == names
    assert all(path.stat().st_size for path in files(played.evidence) if path.name != "service.log")


def test_only_roots_are_anchors(played: Played) -> None:
    for folder, is_root in (("anchors", True), ("certs", False)):
        for path in files(played.evidence / folder):
            (encoded,) = read_pem(path.read_bytes(), "CERTIFICATE")
            certificate = Certificate(encoded)
            assert is_root is (certificate.subject == certificate.issuer), path.name


def test_the_summary_names_what_was_made(played: Played) -> None:
    told = summary(played)
    assert cast.founders().operator == told["operator"]
    assert (cast.AUTHORITY.name, cast.ENTERPRISE.code) == (told["authority"]["name"], told["enterprise"]["credit_code"])
    assert len(told["chapters_seconds"]) == 7
    assert sorted(FOREIGN) == told["stamped"]
    assert told["refused_documents"] == REFUSED
    assert (told["audit"]["intact"], told["audit"]["broken_at"]) == (True, None)
    assert [*range(1, len(told["steps"]) + 1)] == [step["number"] for step in told["steps"]]


def test_the_story_is_told_step_by_step(played: Played) -> None:
    told = (played.evidence / "story.md").read_text()
    assert len(re.findall(r"^## \d ", told, re.MULTILINE)) == 7
    for step in summary(played)["steps"]:
        assert f"{step['number']}. **{step['who']}** {step['what']}" in told


# --- no secret


@pytest.mark.parametrize("pattern", SECRETS)
def test_no_secret_is_in_the_evidence(played: Played, pattern: str) -> None:
    for path in files(played.evidence):
        assert not re.search(pattern.encode(), path.read_bytes()), path.name
    assert not re.search(pattern, played.printed.read_text())


def test_the_root_key_is_nowhere_but_in_its_file(played: Played) -> None:
    file = played.instance / "keys" / "root.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    secret = file.read_text().strip()
    for folder in (played.evidence, played.instance):
        for path in files(folder):
            if path == file:
                continue
            content = path.read_bytes()
            assert secret.encode() not in content, path.name
            assert bytes.fromhex(secret) not in content, path.name


def test_the_log_is_json_and_names_nobody(played: Played) -> None:
    lines = [json.loads(line) for line in (played.evidence / "service.log").read_text().splitlines()]
    assert {"started", "stopped", "request"} <= {line["event"] for line in lines}
    assert not [line for line in lines if line["level"] != "info"]
    log = (played.evidence / "service.log").read_text()
    for member in cast.STAFF:
        assert member.name not in log
        assert member.number not in log
    assert cast.ENTERPRISE.representative not in log


def test_persons_are_not_in_clear_in_the_database(played: Played) -> None:
    content = b"".join(path.read_bytes() for path in sorted(played.instance.glob("trust.db*")))
    assert cast.AUTHORITY.name.encode() in content
    people = [(member.name, member.number) for member in cast.STAFF]
    people += [(record.name, record.citizen_number) for _, record in cast.founders().duties()]
    for name, number in (*people, (cast.ENTERPRISE.representative, cast.person_number(301))):
        assert name.encode() not in content
        assert number.encode() not in content
        assert number[:17].encode() not in content


def test_what_a_company_wrote_is_not_in_clear_either(played: Played) -> None:
    content = b"".join(path.read_bytes() for path in sorted(played.instance.glob("trust.db*")))
    for company in cast.companies():
        assert company.representative.encode() not in content


# --- what was done


def test_twenty_rows_are_issued_and_two_refused_with_line_and_reason(played: Played) -> None:
    told = report(played, "batch.json")
    assert (told["issued"], told["refused"], len(told["rows"])) == (20, 2, 22)
    refused = {row["line"]: row["problem"] for row in told["rows"] if row["problem"]}
    table = rows(played)
    for line, code, field in (
        (8, "identity.credit_code_malformed", "holder_code"),
        (17, "licence.data_invalid", "established_on"),
    ):
        problem = refused[line]
        assert (code, field) == (problem["code"], problem["field"])
        assert re.search(r"[\u4e00-\u9fff]", problem["detail_zh"])
        assert problem["detail_en"].isascii()
    assert table[17 - 2]["established_on"] == "2021-02-30"
    assert {path.stem for path in files(played.evidence / "licences")} == {row["number"] for row in good_rows(played)}


def test_a_repeated_request_issues_nothing_twice(played: Played) -> None:
    with sqlite3.connect(played.instance / "trust.db") as connection:
        (count,) = connection.execute("SELECT count(*) FROM licence").fetchone()
        (void,) = connection.execute("SELECT count(*) FROM licence WHERE state = 'void'").fetchone()
    connection.close()
    assert (count, void) == (22, 0)


def test_the_password_protected_file_is_refused_with_its_reason(played: Played) -> None:
    steps = {step["what"]: step["status"] for step in summary(played)["steps"]}
    assert (steps["加盖 password.pdf"], steps["加盖 broken.pdf"]) == (400, 400)
    assert not (played.evidence / "stamped" / "password.pdf").exists()


def test_the_code_on_the_page_leads_to_the_licence(played: Played) -> None:
    address = (played.evidence / "qr.txt").read_text()
    assert summary(played)["licence"]["address"] == address
    assert (address,) == read_codes(Image.open(played.evidence / "qr.png"))
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/v/[A-Za-z0-9_-]{139}", address)


def test_the_same_code_tells_of_the_revocation(played: Played) -> None:
    before, after = report(played, "qr.json"), report(played, "qr-revoked.json")
    assert (
        before["outcome"],
        before["licence"]["in_force"],
        before["licence"]["state"],
    ) == ("passed", True, "in_force")
    assert (
        after["outcome"],
        after["sub_indication"],
        after["licence"]["state"],
    ) == ("failed", "REVOKED", "revoked")
    assert "造假" not in json.dumps(after, ensure_ascii=False)
    for told in (before, after):
        assert cast.ENTERPRISE.name not in json.dumps(told, ensure_ascii=False)


def test_a_suspended_seal_stamps_nothing(played: Played) -> None:
    told = report(played, "refused-stamping.json")
    assert (told["code"], told["status"], told["details"]["state"]) == ("seal.not_active", 409, "suspended")
    assert told["request_id"]


@pytest.mark.parametrize(
    ("name", "outcome"),
    [("licence.pdf", "passed"), ("food.pdf", "passed"), ("seal.esl", "passed"), ("altered.pdf", "failed")],
)
def test_files_that_the_public_dropped_are_judged(played: Played, name: str, outcome: str) -> None:
    assert outcome == report(played, f"{name}.json")["outcome"]


@pytest.mark.browser
def test_the_page_on_the_phone_is_a_picture(played: Played) -> None:
    required("Chromium", find_browser())
    picture = Image.open(played.evidence / "verify.png")
    assert picture.width == 780
    assert picture.height >= 1000
    assert sum(count > 0 for count in picture.convert("L").histogram()) > 16  # something is on it


def test_pictures_are_those_of_a_seal(played: Played) -> None:
    picture = Image.open(played.evidence / "seal.png").convert("RGBA")
    assert abs(picture.width - 42 / 25.4 * 600) <= 2
    transparent = picture.getchannel("A").histogram()[0]
    assert transparent > picture.width * picture.height / 3


# --- what a stranger finds


def test_a_stranger_verifies_everything_genuine(played: Played) -> None:
    genuine = [played.evidence / name for name in GENUINE]
    genuine += [*files(played.evidence / "licences"), *files(played.evidence / "stamped")]
    done = played.trust("verify", *genuine, "--anchor", played.evidence / "anchors", "--json")
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert {"passed"} == {one["outcome"] for one in verdicts}
    assert len(genuine) == len(verdicts) == 4 + 20 + len(FOREIGN)
    (sealed,) = (one["sealed_document"] for one in verdicts if one["kind"] == "seal_signature")
    assert str(played.evidence / "licence.pdf") == sealed


def test_a_stranger_finds_what_was_altered(played: Played, tmp_path: Path) -> None:
    altered = []
    for name in ("licence.pdf", "food.pdf", "seal.esl"):
        content = bytearray((played.evidence / name).read_bytes())
        content[len(content) // 3] ^= 1
        path = tmp_path / name
        path.write_bytes(content)
        altered.append(path)
        done = played.trust("verify", path, "--anchor", played.evidence / "anchors")
        assert done.returncode == 1, name
    done = played.trust("verify", *altered, played.evidence / "licence.pdf", "--anchor", played.evidence, "--json")
    assert [json.loads(line)["outcome"] for line in done.stdout.splitlines()] == ["failed"] * 3 + ["passed"]


def test_without_anchors_a_stranger_finds_nothing_to_trust(played: Played) -> None:
    assert played.trust("verify", played.evidence / "licence.pdf").returncode == 2


def page_text(path: Path) -> str:
    """Return the text of page 1 without line breaks and spaces, as pdfium extracts it."""
    document = pypdfium2.PdfDocument(path)
    text = document[0].get_textpage().get_text_range()
    document.close()
    return re.sub(r"\s", "", text)


FIELDS_OF_THE_TABLE = ("legal_representative", "holder_code", "address", "business_scope")


def test_names_come_out_of_the_files_as_they_went_in(played: Played) -> None:
    names = {one.code: one.name for one in cast.companies()}
    for row in good_rows(played):
        text = page_text(played.evidence / "licences" / f"{row['number']}.pdf")
        # Name and code come from the registry, and not from the table.
        shown = (names[row["holder_code"]], *(row[field] for field in FIELDS_OF_THE_TABLE))
        for words in shown:
            assert re.sub(r"\s", "", words) in text, f"{row['number']}: {words}"
    assert any("𠮷" in names[row["holder_code"]] for row in good_rows(played))


def test_each_row_has_an_identifier_and_a_code_of_its_own(played: Played) -> None:
    told = [row["licence"] for row in report(played, "batch.json")["rows"] if row["licence"]]
    assert len({one["identifier"] for one in told}) == len(told) == 20
    for one in told:
        assert checks_out(one["identifier"]), one["identifier"]
        (address,) = read_codes(corner(played.evidence / "licences" / f"{one['number']}.pdf"))
        claim = read_claim(address.rpartition("/")[2]).claim
        assert claim.licence == sm3(one["identifier"].encode())[:16], one["number"]


def corner(path: Path) -> Image.Image:
    """Return the upper right of page 1 as it is drawn at 150 dots per inch: where the code stands."""
    with closing(pypdfium2.PdfDocument(path)) as document:
        page = document[0]
        width, height = page.get_size()
        picture: Image.Image = page.render(scale=150 / 72, crop=(width * 0.6, height * 0.6, 0, 0)).to_pil()
        return picture


def test_the_licences_of_one_enterprise_name_its_representative(played: Played) -> None:
    for name in ("licence.pdf", "food.pdf"):
        text = page_text(played.evidence / name)
        for words in (cast.ENTERPRISE.name, cast.ENTERPRISE.representative, cast.ENTERPRISE.code):
            assert words in text
