"""The JSON of verdicts keeps to its published schema, for every kind of file and every member."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from api.schemas.verification import ClaimVerdict, FileVerdict, own_verdict
from licence.standing import ClaimReport, malformed
from seal.verification.files import FileReport, judge_file
from tests.vectors.verification.cases import read_manifest
from trust.verdict import Verdict

SCHEMA: Final[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "docs" / "verdict.schema.json").read_text(encoding="utf-8")
)
MANIFEST: Final = read_manifest()
NAMES: Final = (
    "pades/followed by a document time-stamp",
    "pades/content replaced",
    "pades/followed by validation data",
    "seal/genuine, version 5",
    "seal_signature/time-stamped",
    "cms/detached",
    "ofd/sealed",
)


def report_on(name: str) -> FileReport:
    case = next(one for one in MANIFEST.cases if one.name == name)
    return judge_file(
        MANIFEST.content(case.file),
        MANIFEST.evidence(case),
        now=datetime.fromisoformat(case.moment),
        signed=MANIFEST.content(case.covers) if case.covers else None,
    )


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with no member permitted that it does not name."""
    kinds = {
        name: kind | ({"additionalProperties": False} if "properties" in kind else {})
        for name, kind in schema["$defs"].items()
    }
    return schema | {"$defs": kinds}


STRICT: Final = Draft202012Validator(closed(SCHEMA))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert not STRICT.is_valid({"outcome": "authentic"})


@pytest.mark.parametrize("name", NAMES)
def test_what_is_told_of_a_file_keeps_to_it(name: str) -> None:
    told = own_verdict(report_on(name)).model_dump(mode="json")
    assert [error.message for error in STRICT.iter_errors(told)] == []
    assert told["schema_version"] == 1
    assert not STRICT.is_valid(told | {"more": 1})
    assert not STRICT.is_valid({member: value for member, value in told.items() if member != "signatures"})


def test_what_is_told_of_a_code_keeps_to_it() -> None:
    told = ClaimVerdict.of(ClaimReport(verdict=Verdict(checks=(malformed(),)))).model_dump(mode="json")
    assert STRICT.is_valid(told)


def test_what_is_covered_changed_proven_and_revoked_is_told() -> None:
    verdict: FileVerdict = own_verdict(report_on("pades/followed by a document time-stamp"))
    first, stamp = verdict.signatures
    assert first.covered is not None
    assert stamp.covered is not None
    (start, before), (after, rest) = first.covered.ranges
    assert (start, first.covered.revision, first.covered.revisions) == (0, 2, 3)
    assert before < after < after + rest < sum(stamp.covered.ranges[1])
    assert [(one.kind, one.revision, one.about, one.permitted) for one in first.changed_after] == [
        ("time_stamp", 3, "Time", True)
    ]
    assert stamp.changed_after == []
    (proof,) = first.time_proofs
    assert (proof.proves, proof.field, proof.outcome) == ("document", "Time", "passed")
    assert proof.time == first.proven_time
    assert proof.time is not None
    assert proof.until is not None
    assert proof.until > proof.time
    assert proof.authority is not None
    names = {one.common_name for one in (*first.path[:-1], proof.authority)}
    assert names <= {one.certificate for one in first.revocations}
    for one in first.revocations:
        assert one.origin == "verifier"
        assert one.age_seconds == max(0, int((one.at - one.made_at).total_seconds()))
        assert (one.revoked_at, one.reason, len(one.sha256)) == (None, None, 64)


def test_lists_that_the_file_brought_are_told_apart() -> None:
    verdict = own_verdict(report_on("pades/followed by validation data"))
    assert {one.origin for one in verdict.signatures[0].revocations} == {"file"}


def test_the_maker_of_a_seal_is_told_with_its_path() -> None:
    (signature,) = own_verdict(report_on("seal_signature/time-stamped")).signatures
    assert signature.signer is not None
    assert len(signature.maker_path) > 1
    assert signature.maker_path[0] != signature.signer
    assert [one.proves for one in signature.time_proofs] == ["signature"]


def test_a_package_tells_its_files() -> None:
    verdict = own_verdict(report_on("ofd/sealed"))
    covered = verdict.signatures[0].covered
    assert covered is not None
    assert "Doc_0/Document.xml" in covered.files
    assert covered.unprotected == []
    added = own_verdict(report_on("ofd/picture added")).signatures[0].covered
    assert added is not None
    assert (len(added.unprotected), added.files) == (1, covered.files)
    (left_out,) = own_verdict(report_on("cms/detached")).signatures
    assert left_out.covered is None
