"""`trust verify` from inside: what it judges, what it finds beside a seal signature, and how it tells a person."""

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from api.demo.documents import PASSWORD
from api.schemas.signature_reports import CertificateView, CheckView, SignatureView
from api.schemas.verification import FileVerdict
from api.trust_material import read_material
from api.verify_command import EXIT, Judged, judge, judge_again, print_json, record_judged, show
from seal.verification.record import Record
from tests.fakes.clock import NOW
from tests.fakes.workers import LyingWorkers
from trust.paths import Evidence
from trust.verdict import Outcome
from trust.workers import WorkerExhausted


@pytest.fixture(scope="module")
def evidence(evidence_folder: Path) -> Evidence:
    """Return what the instance publishes."""
    return read_material([evidence_folder])


def outcome_of(evidence_folder: Path, evidence: Evidence, name: str, **more: Any) -> tuple[str, str]:  # noqa: ANN401 - any option
    judged = judge(evidence_folder / name, evidence, at=NOW, **more)
    if judged.error is not None:
        return judged.outcome, judged.error.code
    assert judged.verdict is not None
    return judged.outcome, judged.verdict.reason


def test_every_outcome_has_its_exit_code() -> None:
    assert {outcome.value for outcome in Outcome} == set(EXIT)
    assert (EXIT["passed"], EXIT["failed"], EXIT["indeterminate"]) == (0, 1, 2)


@pytest.mark.parametrize("name", ["licence.pdf", "stamped.pdf", "seal.esl", "stamp.ses"])
def test_what_is_genuine_passes(evidence_folder: Path, evidence: Evidence, name: str) -> None:
    assert outcome_of(evidence_folder, evidence, name) == ("passed", "")


@pytest.mark.parametrize(
    ("name", "outcome", "reason"),
    [
        ("altered/licence.pdf", "failed", ""),
        ("broken.pdf", "failed", "pdf.malformed()"),
        ("notes.txt", "failed", "neither PDF nor OFD"),
        ("plain.pdf", "indeterminate", "no signature"),
        ("password.pdf", "indeterminate", "pdf.encrypted"),
    ],
)
def test_what_is_not_genuine_does_not(
    evidence_folder: Path, evidence: Evidence, name: str, outcome: str, reason: str
) -> None:
    found = outcome_of(evidence_folder, evidence, name)
    assert outcome == found[0]
    assert reason in found[1]


@pytest.mark.parametrize("name", ["licence.pdf", "stamped.pdf", "seal.esl", "stamp.ses"])
def test_without_an_anchor_nothing_passes(evidence_folder: Path, name: str) -> None:
    assert outcome_of(evidence_folder, Evidence(), name)[0] == "indeterminate"


def test_a_worker_that_was_taken_over_is_not_believed(evidence_folder: Path, evidence: Evidence) -> None:
    found = outcome_of(evidence_folder, evidence, "altered/licence.pdf", workers=LyingWorkers())
    assert found == ("indeterminate", WorkerExhausted.code)


@pytest.mark.parametrize(
    ("password", "code"), [(None, "pdf.encrypted"), ("wrong", "pdf.password_wrong"), (PASSWORD, "no signature")]
)
def test_a_password_opens_its_file(evidence_folder: Path, evidence: Evidence, password: str | None, code: str) -> None:
    assert code in outcome_of(evidence_folder, evidence, "password.pdf", password=password)[1]


# --- the document that a seal signature seals


def test_the_document_beside_a_seal_signature_is_found(evidence_folder: Path, evidence: Evidence) -> None:
    judged = judge(evidence_folder / "stamp.ses", evidence, at=NOW)
    assert str(evidence_folder / "licence.pdf") == judged.sealed_document


def test_a_seal_signature_without_its_document_is_undetermined(
    evidence_folder: Path, evidence: Evidence, tmp_path: Path
) -> None:
    alone = tmp_path / "stamp.ses"
    alone.write_bytes((evidence_folder / "stamp.ses").read_bytes())
    (tmp_path / "other.pdf").write_bytes((evidence_folder / "plain.pdf").read_bytes())
    judged = judge(alone, evidence, at=NOW)
    assert (judged.outcome, judged.sealed_document) == ("indeterminate", None)
    assert judged.verdict is not None
    assert judged.verdict.sub_indication == "SIGNED_DATA_NOT_FOUND"


@pytest.mark.parametrize(
    ("name", "outcome"), [("licence.pdf", "passed"), ("stamped.pdf", "failed"), ("plain.pdf", "failed")]
)
def test_the_document_can_be_named(
    evidence_folder: Path, evidence: Evidence, tmp_path: Path, name: str, outcome: str
) -> None:
    alone = tmp_path / "stamp.ses"
    alone.write_bytes((evidence_folder / "stamp.ses").read_bytes())
    judged = judge(alone, evidence, at=NOW, document=evidence_folder / name)
    assert (outcome, str(evidence_folder / name)) == (judged.outcome, judged.sealed_document)


def test_an_altered_neighbour_is_not_taken_for_the_document(
    evidence_folder: Path, evidence: Evidence, tmp_path: Path
) -> None:
    alone = tmp_path / "stamp.ses"
    alone.write_bytes((evidence_folder / "stamp.ses").read_bytes())
    (tmp_path / "licence.pdf").write_bytes((evidence_folder / "altered/licence.pdf").read_bytes())
    assert judge(alone, evidence, at=NOW).outcome != "passed"


def test_an_altered_copy_beside_it_does_not_stand_in_for_the_document(
    evidence_folder: Path, evidence: Evidence, tmp_path: Path
) -> None:
    for name, source in (("a.pdf", "altered/licence.pdf"), ("b.pdf", "licence.pdf"), ("stamp.ses", "stamp.ses")):
        (tmp_path / name).write_bytes((evidence_folder / source).read_bytes())
    judged = judge(tmp_path / "stamp.ses", evidence, at=NOW)
    assert ("passed", str(tmp_path / "b.pdf")) == (judged.outcome, judged.sealed_document)


# --- how it is told


def shown(judged: Judged) -> str:
    output = io.StringIO()
    show(judged, Console(file=output, width=40))
    return output.getvalue()


def test_a_verdict_is_shown_with_its_checks(evidence_folder: Path, evidence: Evidence) -> None:
    told = shown(judge(evidence_folder / "licence.pdf", evidence, at=NOW))
    assert told.startswith(f"✓ {evidence_folder / 'licence.pdf'}  有效 valid\n")
    assert "2026-11-22 04:05:06Z" in told
    assert "seal_signature.value" in told
    assert "✗" not in told


def test_what_failed_is_shown_with_its_reason(evidence_folder: Path, evidence: Evidence) -> None:
    told = shown(judge(evidence_folder / "altered/licence.pdf", evidence, at=NOW))
    assert told.startswith("✗")
    assert "无效 invalid" in told
    assert "FAILURE" in told


def test_what_came_after_a_signature_is_shown(evidence_folder: Path, evidence: Evidence) -> None:
    told = shown(judge(evidence_folder / "stamped.pdf", evidence, at=NOW))
    assert "✓ after it, in revision 3: signature DocumentSignature" in told


def test_an_error_is_shown_in_both_languages(evidence_folder: Path, evidence: Evidence) -> None:
    told = shown(judge(evidence_folder / "password.pdf", evidence, at=NOW))
    assert told[:2] == "? "
    assert "文件有密码保护" in told
    assert "protected by a password" in told


def certificate(name: str) -> CertificateView:
    return CertificateView(
        common_name=name,
        organisation=name,
        organisation_identifier=name,
        issuer=name,
        serial="1",
        valid_from=NOW,
        valid_until=NOW,
    )


def made_up(text: str) -> Judged:
    """Return a verdict on a file whose maker chose `text` wherever a maker may choose."""
    signature = SignatureView(
        field=text,
        kind="seal_signature",
        outcome="failed",
        sub_indication="REVOKED",
        reason=text,
        signer=certificate(text),
        path=[certificate(text)],
        algorithm="sm2",
        claimed_time=None,
        proven_time=None,
        coverage=None,
        changes=None,
        facts={"seal_name": text},
        checks=[CheckView(step="1", name="seal.value", outcome="failed", reason=text, note=text)],
    )
    verdict = FileVerdict(
        outcome="failed",
        kind="pdf",
        file_outcome="failed",
        sub_indication="REVOKED",
        reason=text,
        pages=1,
        signatures=[signature],
        registry=[],
        seals=[],
        licence=None,
    )
    return Judged(file=Path("a.pdf"), verdict=verdict)


@pytest.mark.parametrize(
    "text", ["[/green]", "[bold]", "[/x]", "[link=https://evil.example]here[/link]", "\\[red]", "a]b["]
)
def test_what_a_maker_chose_is_shown_and_not_obeyed(text: str) -> None:
    assert shown(made_up(text)).count(text) == 4


@pytest.mark.parametrize("text", ["\x1b[2K\x1b[1A", "\n✓ a.pdf  有效 valid", "\r✓ valid", "\x9b2K", "\u202e", "\x08"])
def test_what_a_maker_chose_moves_no_cursor(text: str) -> None:
    told = shown(made_up(text))
    assert len(told.splitlines()) == 4
    assert not any(character in told for character in "\x1b\r\x9b\u202e\x08")


def test_the_name_of_a_file_moves_no_cursor_either() -> None:
    judged = Judged(file=Path("\x1b[2K\n✓ a.pdf\udcff\u2028"), verdict=None)
    told = shown(judged)
    assert len(told.splitlines()) == 1
    assert "<U+001B>[2K<U+000A>✓ a.pdf<U+DCFF><U+2028>" in told
    (line,) = print_json([judged]).splitlines()
    assert "✓ a.pdf" in line
    assert str(judged.file) == json.loads(line)["file"]


@pytest.mark.parametrize("name", ["[red]证照.pdf", "[bold] 1.pdf", "a b.pdf", "证照.pdf"])
def test_a_file_may_have_any_name(evidence_folder: Path, evidence: Evidence, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_bytes((evidence_folder / "licence.pdf").read_bytes())
    judged = judge(file, evidence, at=NOW)
    assert judged.outcome == "passed"
    assert name in shown(judged)
    assert str(file) == json.loads(print_json([judged]))["file"]


# --- JSON


def test_json_is_one_object_a_line(evidence_folder: Path, evidence: Evidence) -> None:
    names = ("licence.pdf", "altered/licence.pdf", "password.pdf", "stamp.ses")
    results = [judge(evidence_folder / name, evidence, at=NOW) for name in names]
    objects = [json.loads(line) for line in print_json(results).splitlines()]
    assert [one["outcome"] for one in objects] == ["passed", "failed", "indeterminate", "passed"]
    assert [str(evidence_folder / name) for name in names] == [one["file"] for one in objects]
    assert [one.get("kind") for one in objects] == ["pdf", "pdf", None, "seal_signature"]
    assert {"code", "detail_zh", "detail_en"} == set(objects[2]["error"])
    assert objects[2]["error"]["code"] == "pdf.encrypted"
    assert objects[3]["sealed_document"].endswith("licence.pdf")
    for one in objects:
        assert not {"registry", "seals", "licence", "file_outcome"} & set(one)


def test_json_keeps_a_maker_s_text_on_its_line() -> None:
    hidden = "\n\x1b\x7f\x9b[2K\u2028\u202e\U000e0001"
    (line,) = print_json([made_up(hidden)]).split("\n")
    assert not set(hidden) & set(line) - set("[2K")
    assert hidden == json.loads(line)["reason"]


# --- records


@pytest.mark.parametrize("name", ["licence.pdf", "stamped.pdf", "seal.esl", "stamp.ses", "altered/licence.pdf"])
def test_a_verdict_is_recorded_and_replayed(evidence_folder: Path, evidence: Evidence, name: str) -> None:
    judged = judge(evidence_folder / name, evidence, at=NOW)
    record = record_judged(judged, evidence, at=NOW)
    assert record is not None
    again = judge_again(evidence_folder / name, Record.read(record.to_json()))
    assert (again.agrees, again.outcome, again.error) == (True, judged.outcome, None)
    assert again.as_json()["agrees_with_record"] is True
    assert "重演与记录一致" in shown(again)


def test_the_document_of_a_replay_can_be_named(evidence_folder: Path, evidence: Evidence, tmp_path: Path) -> None:
    record = record_judged(judge(evidence_folder / "stamp.ses", evidence, at=NOW), evidence, at=NOW)
    assert record is not None
    alone = tmp_path / "stamp.ses"
    alone.write_bytes((evidence_folder / "stamp.ses").read_bytes())
    assert judge_again(alone, record, document=evidence_folder / "licence.pdf").agrees
    missing = judge_again(alone, record)
    assert missing.error is not None
    assert (missing.agrees, missing.error.code) == (None, "verification.record_mismatch")


def test_a_replay_that_comes_to_another_verdict_says_so(evidence_folder: Path, evidence: Evidence) -> None:
    record = record_judged(judge(evidence_folder / "altered/licence.pdf", evidence, at=NOW), evidence, at=NOW)
    assert record is not None
    lie = replace(record, verdict={**record.verdict, "outcome": "passed"})
    again = judge_again(evidence_folder / "altered/licence.pdf", lie)
    assert (again.agrees, again.outcome) == (False, "failed")
    assert "重演与记录不一致" in shown(again)


def test_a_replay_is_of_the_recorded_file_alone(evidence_folder: Path, evidence: Evidence) -> None:
    record = record_judged(judge(evidence_folder / "licence.pdf", evidence, at=NOW), evidence, at=NOW)
    assert record is not None
    other = judge_again(evidence_folder / "stamped.pdf", record)
    assert other.error is not None
    assert (other.outcome, other.error.code) == ("indeterminate", "verification.record_mismatch")


def test_what_has_no_verdict_has_no_record(evidence_folder: Path, evidence: Evidence) -> None:
    assert record_judged(judge(evidence_folder / "password.pdf", evidence, at=NOW), evidence, at=NOW) is None


def test_a_worker_that_was_taken_over_replays_nothing(evidence_folder: Path, evidence: Evidence) -> None:
    record = record_judged(judge(evidence_folder / "altered/licence.pdf", evidence, at=NOW), evidence, at=NOW)
    assert record is not None
    again = judge_again(evidence_folder / "altered/licence.pdf", record, workers=LyingWorkers())
    assert again.error is not None
    assert again.error.code == WorkerExhausted.code
