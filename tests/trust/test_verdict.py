"""Verdicts: three outcomes, the worst one counts, and none is a truth value."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trust.verdict import FATAL, Check, Finding, Outcome, SubIndication, Verdict, worst

INDETERMINATE = {
    SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
    SubIndication.NO_CERTIFICATE_CHAIN_FOUND,
    SubIndication.REVOKED_NO_POE,
    SubIndication.OUT_OF_BOUNDS_NO_POE,
    SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
    SubIndication.TRY_LATER,
    SubIndication.SIGNED_DATA_NOT_FOUND,
}


def check(sub_indication: SubIndication | None, step: str = "1") -> Check:
    """Return a check that found something, or nothing."""
    finding = None if sub_indication is None else Finding(sub_indication=sub_indication, reason="because")
    return Check(step=step, name="test.check", finding=finding)


@pytest.mark.parametrize("sub_indication", SubIndication)
def test_each_sub_indication_has_one_outcome(sub_indication: SubIndication) -> None:
    expected = Outcome.INDETERMINATE if sub_indication in INDETERMINATE else Outcome.FAILED
    assert (sub_indication in FATAL) == (expected is Outcome.FAILED)
    assert check(sub_indication).outcome is expected
    verdict = Verdict(checks=(check(None), check(sub_indication), check(None)))
    assert verdict.outcome is expected
    assert verdict.finding is not None
    assert verdict.finding.sub_indication is sub_indication


def test_passed_needs_checks() -> None:
    assert Verdict().outcome is Outcome.INDETERMINATE
    assert Verdict().finding is None
    assert Verdict(checks=(check(None),)).outcome is Outcome.PASSED
    assert Verdict(checks=(check(None),)).finding is None


def test_a_verdict_is_no_truth_value() -> None:
    for verdict in (Verdict(), Verdict(checks=(check(None),))):
        with pytest.raises(TypeError, match="ask for its outcome"):
            bool(verdict)


def test_the_first_of_the_worst_is_told() -> None:
    checks = (
        check(SubIndication.TRY_LATER),
        check(SubIndication.HASH_FAILURE),
        check(SubIndication.REVOKED),
    )
    finding = Verdict(checks=checks).finding
    assert finding is not None
    assert finding.sub_indication is SubIndication.HASH_FAILURE


def test_a_note_changes_nothing() -> None:
    assert Check(step="1", name="test.check", note="a deviation").outcome is Outcome.PASSED


def test_worst() -> None:
    assert worst([]) is Outcome.PASSED
    for outcomes in permutations(Outcome):
        assert worst(outcomes) is Outcome.FAILED
    assert worst([Outcome.PASSED, Outcome.INDETERMINATE]) is Outcome.INDETERMINATE
    assert worst([Outcome.PASSED] * 2) is Outcome.PASSED


@given(st.lists(st.none() | st.sampled_from(SubIndication), min_size=1, max_size=8))
def test_one_more_check_never_mends_a_verdict(found: list[SubIndication | None]) -> None:
    order = [Outcome.PASSED, Outcome.INDETERMINATE, Outcome.FAILED]
    checks = tuple(check(one) for one in found)
    before = order.index(Verdict(checks=checks).outcome)
    for more in (None, SubIndication.TRY_LATER, SubIndication.REVOKED):
        after = order.index(Verdict(checks=(*checks, check(more))).outcome)
        assert after == max(before, order.index(check(more).outcome))
