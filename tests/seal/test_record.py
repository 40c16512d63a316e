"""The record of a verdict: written with what took part and no more, and replayed with nothing else."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from seal.verification.files import FileKind, FileReport, judge_file
from seal.verification.record import SCHEMA, Record, RecordMalformed, RecordMismatch, record_of, replay, verdict_of
from tests.builders import PKI, Party, cms_signer
from tests.fakes.clock import NOW
from tests.vectors.verification.cases import Case, read_manifest
from trust.certificates import Certificate
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of, sm3
from trust.errors import TrustError
from trust.ocsp import CertificateId, OCSPResponse, StatusAnswer
from trust.ocsp_requests import response, tbs_response
from trust.paths import Evidence
from trust.profiles import DOCUMENT_SIGNER
from trust.validation_policy import Purpose, ValidationPolicy
from trust.verdict import Check, Finding, Outcome, SubIndication

MANIFEST: Final = read_manifest()
FILES: Final = [case for case in MANIFEST.cases if case.file and not case.expect.startswith("refused")]
PASSED: Final = [case for case in FILES if case.expect == "passed"]
OTHERS: Final = [case for case in FILES if case.expect != "passed"][::9]
LATER: Final = datetime(2126, 1, 1, tzinfo=UTC)


def named(case: Case) -> str:
    return case.name


def case_of(name: str) -> Case:
    return next(case for case in MANIFEST.cases if case.name == name)


def covered(case: Case) -> bytes | None:
    return MANIFEST.content(case.covers) if case.covers else None


def judging(case: Case) -> Callable[[Evidence], FileReport]:
    """Return what judges a case with some evidence."""
    content, signed, now = MANIFEST.content(case.file), covered(case), datetime.fromisoformat(case.moment)
    return lambda evidence: judge_file(content, evidence, now=now, password=case.password or None, signed=signed)


def recorded(case: Case, evidence: Evidence | None = None) -> Record:
    """Judge a case, and return the record of the verdict."""
    known, judge = evidence or MANIFEST.evidence(case), judging(case)
    return record_of(
        judge(known),
        known,
        judge=judge,
        content=MANIFEST.content(case.file),
        signed=covered(case),
        moment=datetime.fromisoformat(case.moment),
    )


def replayed(case: Case, record: Record) -> FileReport:
    return replay(record, MANIFEST.content(case.file), signed=covered(case), password=case.password or None)


# --- every kind of file, every kind of verdict


@pytest.mark.parametrize("case", [*PASSED[::2], *OTHERS], ids=named)
def test_a_record_replays_its_verdict_with_nothing_else(case: Case) -> None:
    record = recorded(case)
    octets = record.to_json()
    kept = Record.read(octets)
    assert (kept, kept.to_json()) == (record, octets)
    again = replayed(case, kept)
    assert kept.agrees_with(again)
    assert verdict_of(again) == record.verdict
    assert again.kind is record.kind


@pytest.mark.parametrize("case", PASSED, ids=named)
def test_without_an_anchor_nothing_is_authentic(case: Case) -> None:
    outcome = judging(case)(replace(MANIFEST.evidence(case), anchors=())).document.outcome
    assert outcome is not Outcome.PASSED
    record = recorded(case)
    assert replayed(case, replace(record, evidence=replace(record.evidence, anchors=()))).document.outcome is outcome


def test_every_kind_is_among_them() -> None:
    assert {case.kind for case in PASSED} == {kind.value for kind in FileKind} - {"unknown"}
    assert {case.expect.partition("/")[0] for case in OTHERS} == {"failed", "indeterminate"}


# --- what it holds

SEALED: Final = case_of("seal_signature/genuine, version 4")


def test_it_holds_what_took_part_and_no_more(sm2_pki: PKI, p256_pki: PKI) -> None:
    plain = recorded(SEALED)
    crowd = [pki.evidence for pki in (sm2_pki, p256_pki)]
    known = MANIFEST.evidence(SEALED)
    crowded = replace(
        known,
        anchors=(*known.anchors, *(one for each in crowd for one in each.anchors)),
        certificates=(*known.certificates, *(one for each in crowd for one in each.certificates)),
        revocation_lists=(*known.revocation_lists, *(one for each in crowd for one in each.revocation_lists)),
    )
    assert len(crowded.anchors) > len(known.anchors)
    assert recorded(SEALED, crowded) == plain
    assert 0 < len(plain.evidence.anchors) < len(crowded.anchors)
    assert plain.evidence.revocation_lists


def test_where_what_took_part_is_not_enough_it_holds_everything() -> None:
    known, judge = MANIFEST.evidence(SEALED), judging(SEALED)
    narrow = recorded(SEALED).evidence
    assert narrow != known

    def doubting(evidence: Evidence) -> FileReport:
        return judge(Evidence()) if evidence == narrow else judge(evidence)

    content = MANIFEST.content(SEALED.file)
    moment = datetime.fromisoformat(SEALED.moment)
    record = record_of(judge(known), known, judge=doubting, content=content, signed=covered(SEALED), moment=moment)
    assert record.evidence == known


def test_it_names_the_file_by_its_hashes_and_holds_nothing_of_it() -> None:
    content, told = MANIFEST.content(SEALED.file), json.loads(recorded(SEALED).to_json())
    assert told["schema"] == SCHEMA
    assert told["content"]["size"] == len(content)
    assert told["content"]["sm3"] == sm3(content).hex()
    assert told["signed"]["sm3"] == sm3(MANIFEST.content(SEALED.covers)).hex()
    assert content.hex() not in recorded(SEALED).to_json().hex()


def test_it_tells_what_the_registry_said() -> None:
    finding = Finding(sub_indication=SubIndication.REVOKED, reason="the licence is revoked")
    record = record_of(
        judging(SEALED)(MANIFEST.evidence(SEALED)),
        MANIFEST.evidence(SEALED),
        judge=judging(SEALED),
        content=MANIFEST.content(SEALED.file),
        signed=covered(SEALED),
        moment=datetime.fromisoformat(SEALED.moment),
        registry=(Check(step="4", name="licence.state", finding=finding),),
    )
    (told,) = Record.read(record.to_json()).registry
    assert (told["name"], told["outcome"], told["sub_indication"]) == ("licence.state", "failed", "REVOKED")


def answered(issuer: Party, certificate: Certificate) -> OCSPResponse:
    """Return what an authority says of a certificate that it issued: good."""
    named = CertificateId.of(certificate.serial, issuer.certificate, digest=Digest.SHA256)
    good = StatusAnswer(id=named, is_known=True, revocation=None, this_update=NOW, next_update=LATER)
    tbs = tbs_response(issuer.certificate, [good], produced_at=NOW)
    return OCSPResponse(response(tbs, issuer.key.algorithm.signature_identifier, issuer.signer.sign(tbs), ()))


def test_responses_that_took_part_are_in_it(sm2_pki: PKI) -> None:
    signer = cms_signer(sm2_pki.signer)
    message = signer.sign(hash_of(signer.digest, b"content"), content=b"content", signing_time=NOW)
    told = [answered(sm2_pki.root, sm2_pki.issuing.certificate), answered(sm2_pki.issuing, sm2_pki.signer.certificate)]
    stranger = answered(sm2_pki.issuing, sm2_pki.issue(DOCUMENT_SIGNER).certificate)
    known = replace(sm2_pki.evidence, revocation_lists=(), status_responses=(stranger, *told))

    def judge(evidence: Evidence) -> FileReport:
        return judge_file(message, evidence, now=NOW)

    report = judge(known)
    assert report.document.outcome is Outcome.PASSED
    record = record_of(report, known, judge=judge, content=message, signed=None, moment=NOW)
    assert record.evidence.status_responses == tuple(told)
    again = replay(Record.read(record.to_json()), message)
    assert (record.agrees_with(again), again.document.outcome) == (True, Outcome.PASSED)


# --- replaying


@pytest.mark.parametrize(
    ("content", "signed", "part"),
    [
        (b"another file", None, "content"),
        (None, b"another document", "signed"),
        (None, None, "signed"),
    ],
)
def test_a_record_is_about_one_file(content: bytes | None, signed: bytes | None, part: str) -> None:
    with pytest.raises(RecordMismatch) as caught:
        replay(recorded(SEALED), content or MANIFEST.content(SEALED.file), signed=signed)
    assert (caught.value.code, caught.value.details) == ("verification.record_mismatch", {"part": part})


def test_a_document_that_was_not_there_is_not_there_in_the_replay() -> None:
    alone = replace(SEALED, covers="")
    assert recorded(alone).signed is None
    with pytest.raises(RecordMismatch):
        replay(recorded(alone), MANIFEST.content(SEALED.file), signed=covered(SEALED))


def test_a_record_that_tells_another_verdict_is_caught() -> None:
    record = recorded(case_of("pades/content replaced"))
    again = replayed(case_of("pades/content replaced"), record)
    assert record.agrees_with(again)
    lies: list[dict[str, Any]] = [{"outcome": "passed"}, {"sub_indication": None}, {"signatures": []}]
    for lie in lies:
        assert not replace(record, verdict={**record.verdict, **lie}).agrees_with(again)


def test_words_may_be_put_better_later() -> None:
    record = recorded(case_of("pades/content replaced"))
    told = json.loads(record.to_json())
    for check in told["verdict"]["signatures"][0]["checks"]:
        check["reason"], check["note"] = "better words", "and more of them"
    changed = Record.read(json.dumps(told).encode())
    assert changed.verdict != record.verdict
    assert changed.agrees_with(replayed(case_of("pades/content replaced"), changed))


def test_the_moment_is_the_recorded_one_whenever_it_is_replayed() -> None:
    record = recorded(SEALED)
    assert replayed(SEALED, record).document.outcome is Outcome.PASSED
    assert replayed(SEALED, replace(record, moment=LATER)).document.outcome is not Outcome.PASSED


# --- policies

POLICY: Final = ValidationPolicy(
    anchor_purposes={"0f" * 32: frozenset({Purpose.SEALING, Purpose.SEAL_MAKING})},
    other_anchors=frozenset({Purpose.SIGNING}),
    algorithm_ends={"1.2.840.10045.4.3.2": datetime(2031, 1, 1, tzinfo=UTC)},
    maximum_age=timedelta(hours=24),
    fatal=frozenset({SubIndication.TRY_LATER, SubIndication.NO_CERTIFICATE_CHAIN_FOUND}),
)


@pytest.mark.parametrize("policy", [ValidationPolicy(), POLICY])
def test_the_whole_policy_is_recorded(policy: ValidationPolicy) -> None:
    evidence = replace(MANIFEST.evidence(SEALED), policy=policy)
    assert Record.read(recorded(SEALED, evidence).to_json()).evidence.policy == policy


def test_a_text_that_is_half_a_character_is_kept() -> None:
    """A hostile file may call its field so."""
    record = replace(recorded(SEALED), verdict={"outcome": "passed", "field": "\ud800"})
    assert Record.read(record.to_json()) == record


# --- malformed records, one member at a time


def spoilt(*place: str | int, value: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return a record whose member at a place is another."""
    record = recorded(SEALED)
    told = json.loads(replace(record, evidence=replace(record.evidence, policy=POLICY)).to_json())
    holder = told
    for name in place[:-1]:
        holder = holder[name]
    holder[place[-1]] = value
    return json.dumps(told).encode()


WRONG: Final[list[tuple[tuple[str | int, ...], Any, str]]] = [
    (("schema",), "xinyin verification record 2", "schema"),
    (("schema",), 1, "schema"),
    (("kind",), "picture", "kind"),
    (("moment",), "yesterday", "moment"),
    (("moment",), "2026-11-22T04:05:06", "moment"),
    (("moment",), None, "moment"),
    (("content",), None, "content"),
    (("content",), {}, "content"),
    (("content", "size"), -1, "content.size"),
    (("content", "size"), True, "content.size"),
    (("content", "size"), "9", "content.size"),
    (("content", "sm3"), "0f", "content.sm3"),
    (("content", "sha256"), "G" * 64, "content.sha256"),
    (("signed",), [], "signed"),
    (("policy",), {}, "policy"),
    (("policy", "anchor_purposes"), [], "policy.anchor_purposes"),
    (("policy", "anchor_purposes"), {"0f": ["cooking"]}, "policy.anchor_purposes.0f[0]"),
    (("policy", "other_anchors"), "sealing", "policy.other_anchors"),
    (("policy", "algorithm_ends"), {"1.2": "soon"}, "policy.algorithm_ends.1.2"),
    (("policy", "maximum_age_seconds"), 0, "policy"),
    (("policy", "maximum_age_seconds"), 10**30, "policy"),
    (("policy", "fatal"), ["WORSE"], "policy.fatal[0]"),
    (("anchors",), None, "anchors"),
    (("anchors", 0), "MAA=", "anchors[0]"),
    (("anchors", 0), "*", "anchors[0]"),
    (("anchors", 0), "甲", "anchors[0]"),
    (("certificates", 0), 1, "certificates[0]"),
    (("revocation_lists", 0), "MAA=", "revocation_lists[0]"),
    (("ocsp_responses",), ["MAA="], "ocsp_responses[0]"),
    (("verdict",), [], "verdict"),
    (("registry",), {}, "registry"),
    (("registry",), [1], "registry[0]"),
    (("more",), 1, "record"),
]


@pytest.mark.parametrize(("place", "value", "told"), WRONG)
def test_a_member_that_is_wrong_is_named(place: tuple[str | int, ...], value: object, told: str) -> None:
    with pytest.raises(RecordMalformed) as caught:
        Record.read(spoilt(*place, value=value))
    assert caught.value.details == {"place": told}


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{", b"\xff", b'{"schema": NaN}', b'{"schema": 1, "schema": 2}', b"[" * 100_000],
)
def test_what_is_no_record(content: bytes) -> None:
    with pytest.raises(TrustError) as caught:
        Record.read(content)
    assert caught.value.code == "verification.record_malformed"


def test_a_record_has_a_greatest_length() -> None:
    with pytest.raises(RecordMalformed) as caught:
        Record.read(bytes((64 << 20) + 1))
    assert caught.value.details == {"place": "size"}
