"""What a provider says counts for one question, one person, one time: each other one is refused."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from identity.proofing.errors import ProviderAnswerRefused
from identity.proofing.proofing import Method, Source
from identity.proofing.provider import SKEW, Claimed, Outcome, ProviderAnswer, Question, require_answer
from tests.fakes.clock import NOW

CLAIMED = Claimed(name="王小明", number="11010519491231002X", phone="13800001234")
QUESTION = Question(reference="prfo_1", nonce="ab" * 16, method=Method.REMOTE, claimed=CLAIMED, asked_at=NOW)
LATER = NOW + timedelta(minutes=5)
ANSWER = ProviderAnswer(
    outcome=Outcome.MATCHED,
    reference="prfo_1",
    transaction="t1",
    nonce="ab" * 16,
    person=CLAIMED.digest("ab" * 16),
    sources=frozenset({Source.DOCUMENT_CHIP, Source.FACE_LIVE}),
    at=LATER,
    evidence="00" * 32,
)
INSTANT = timedelta(microseconds=1)


def test_the_answer_to_the_question_is_taken() -> None:
    require_answer(ANSWER, QUESTION, transaction="t1", now=LATER)
    require_answer(ANSWER, QUESTION, transaction="", now=LATER)
    require_answer(replace(ANSWER, at=NOW - SKEW), QUESTION, transaction="t1", now=LATER)
    require_answer(replace(ANSWER, at=LATER + SKEW), QUESTION, transaction="t1", now=LATER)


@pytest.mark.parametrize(
    ("fault", "value"),
    [
        ("reference", "prfo_2"),
        ("transaction", "t2"),
        ("transaction", ""),
        ("nonce", "ba" * 16),
        ("person", replace(CLAIMED, name="王大明").digest("ab" * 16)),
        ("person", replace(CLAIMED, number="110105194912310038").digest("ab" * 16)),
        ("person", replace(CLAIMED, phone="13800001235").digest("ab" * 16)),
        ("person", CLAIMED.digest("ba" * 16)),
        ("person", ""),
        ("at", NOW - SKEW - INSTANT),
        ("at", LATER + SKEW + INSTANT),
        ("sources", frozenset({Source.FACE_IN_PERSON, Source.DOCUMENT_SEEN})),
        ("sources", frozenset({Source.REGISTER_MATCHED})),
    ],
)
def test_any_other_one_is_refused(fault: str, value: Any) -> None:  # noqa: ANN401 - any member
    answer = replace(ANSWER, **{fault: value})
    with pytest.raises(ProviderAnswerRefused) as refused:
        require_answer(answer, QUESTION, transaction="t1", now=LATER)
    assert refused.value.details == {"fault": "time" if fault == "at" else fault}


def test_a_comparison_of_records_has_seen_no_document() -> None:
    with pytest.raises(ProviderAnswerRefused):
        require_answer(ANSWER, replace(QUESTION, method=Method.MATCH), transaction="t1", now=LATER)


def test_nothing_personal_is_shown() -> None:
    for shown in (repr(CLAIMED), repr(QUESTION)):
        for secret in (CLAIMED.name, CLAIMED.number, CLAIMED.phone, QUESTION.nonce):
            assert secret not in shown
