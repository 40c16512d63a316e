"""Paths that passed are remembered with everything that they hang on: whatever is another, is asked about anew."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import FOUNDED, PKI, revocation_list
from tests.trust.verdicts import AT
from trust.paths import (
    LARGEST_EVIDENCE,
    MOST_EVIDENCE,
    MOST_PROVEN,
    Evidence,
    Path,
    Proven,
    Purpose,
    Question,
    validate,
)
from trust.revocation import Revocation
from trust.validation_policy import ValidationPolicy
from trust.verdict import Outcome, SubIndication, Verdict


def asked(pki: PKI, evidence: Evidence, **changed: object) -> Path:
    """Return the path of a signer of documents."""
    told = {"purpose": Purpose.SIGNING, "at": AT, "time_is_proven": True, "step": "1", **changed}
    return validate(pki.signer.certificate, evidence, **told)  # type: ignore[arg-type] # as the caller says


def finding_of(path: Path) -> SubIndication | None:
    """Return what is wrong with a path, if anything is."""
    finding = Verdict(checks=path.checks).finding
    return None if finding is None else finding.sub_indication


def test_the_same_question_has_the_same_answer(pki: PKI) -> None:
    evidence = pki.evidence
    first = asked(pki, evidence)
    assert Verdict(checks=first.checks).outcome is Outcome.PASSED
    assert asked(pki, replace(evidence)) is first


def revoked(evidence: Evidence, pki: PKI) -> Evidence:
    """Return evidence in which the signer is on the list."""
    entry = Revocation(serial=pki.signer.certificate.serial, at=FOUNDED, reason=1)
    others = tuple(one for one in evidence.revocation_lists if one.issuer != pki.issuing.certificate.subject)
    return replace(evidence, revocation_lists=(*others, revocation_list(pki.issuing, (entry,))))


OTHER_EVIDENCE: dict[str, tuple[Callable[[Evidence, PKI], Evidence], SubIndication]] = {
    "the signer is revoked": (revoked, SubIndication.REVOKED),
    "no list is at hand": (lambda evidence, _: replace(evidence, revocation_lists=()), SubIndication.TRY_LATER),
    "no anchor": (lambda evidence, _: replace(evidence, anchors=()), SubIndication.NO_CERTIFICATE_CHAIN_FOUND),
    "no authority": (lambda evidence, _: replace(evidence, certificates=()), SubIndication.NO_CERTIFICATE_CHAIN_FOUND),
    "the anchor is for something else": (
        lambda evidence, _: replace(
            evidence, policy=ValidationPolicy(other_anchors=frozenset({Purpose.TIME_STAMPING}))
        ),
        SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    ),
    "an algorithm has ended": (
        lambda evidence, pki: replace(
            evidence,
            policy=ValidationPolicy(algorithm_ends={pki.signer.certificate.signature_algorithm.oid: FOUNDED}),
        ),
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE,
    ),
    "lists are to be younger": (
        lambda evidence, _: replace(evidence, policy=ValidationPolicy(maximum_age=timedelta(microseconds=1))),
        SubIndication.TRY_LATER,
    ),
}


@pytest.mark.parametrize("change", OTHER_EVIDENCE)
def test_other_evidence_has_another_answer(pki: PKI, change: str) -> None:
    changed, expected = OTHER_EVIDENCE[change]
    evidence = pki.evidence
    for _ in range(2):
        assert finding_of(asked(pki, evidence)) is None
        assert finding_of(asked(pki, changed(evidence, pki))) is expected


OTHER_QUESTIONS: dict[str, tuple[dict[str, object], SubIndication | None]] = {
    "a later moment": ({"at": AT + timedelta(days=365 * 50)}, SubIndication.EXPIRED),
    "a moment before": ({"at": FOUNDED - timedelta(days=1)}, SubIndication.NOT_YET_VALID),
    "another purpose": ({"purpose": Purpose.TIME_STAMPING}, SubIndication.CHAIN_CONSTRAINTS_FAILURE),
    "another step": ({"step": "2"}, None),
    "a time that is claimed": ({"time_is_proven": False}, None),
    "a time that the key states": ({"states_time": True}, None),
}


@pytest.mark.parametrize("change", OTHER_QUESTIONS)
def test_another_question_has_another_answer(pki: PKI, change: str) -> None:
    changed, expected = OTHER_QUESTIONS[change]
    evidence = pki.evidence
    first, other = asked(pki, evidence), asked(pki, evidence, **changed)
    assert other is not first
    assert finding_of(other) is expected
    assert {check.step for check in other.checks} == {changed.get("step", "1")}


def test_what_did_not_pass_is_asked_anew(pki: PKI) -> None:
    nothing = Evidence()
    assert asked(pki, nothing) == asked(pki, nothing)
    assert asked(pki, nothing) is not asked(pki, nothing)


def question(pki: PKI, number: int) -> Question:
    """Return one of many questions."""
    return Question(
        leaf=pki.signer.certificate,
        purpose=Purpose.SIGNING,
        at=AT + timedelta(seconds=number),
        time_is_proven=True,
        states_time=False,
        step="1",
    )


def test_few_are_remembered_and_no_large_evidence(pki: PKI) -> None:
    evidence = pki.evidence
    path, proven = asked(pki, evidence), Proven()
    for number in range(MOST_PROVEN + 1):
        proven.remember(question(pki, number), evidence, path)
    assert proven.find(question(pki, 0), evidence) is None
    assert proven.find(question(pki, 1), evidence) is path
    assert len(proven.known) == MOST_PROVEN
    others = [replace(evidence, certificates=(*evidence.certificates,) * count) for count in (2, 3)]
    for one in others:
        proven.remember(question(pki, 1), one, path)
    assert [proven.find(question(pki, 1), one) for one in (evidence, *others)] == [None, path, path]
    assert len(others) == MOST_EVIDENCE
    many = LARGEST_EVIDENCE // len(pki.signer.certificate.der) + 1
    large = replace(evidence, certificates=(pki.signer.certificate,) * many)
    proven.remember(question(pki, -1), large, path)
    assert proven.find(question(pki, -1), large) is None
