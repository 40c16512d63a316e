"""The self-test: what it asks, and that a backend which errs stops it."""

import pytest

from trust.crypto import selftest
from trust.crypto.selftest import KnownAnswers, SelfTestFailed
from trust.crypto.sm2 import SM2Digest, SM2PublicKey, SM2Signature
from trust.errors import Unavailable


class Constant:
    """A backend that always answers the same."""

    def __init__(self, *, answer: bool) -> None:
        self.name = f"always {answer}"
        self.answer = answer

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:  # noqa: ARG002 - the port's
        return self.answer


def test_this_machine_passes() -> None:
    assert selftest.run() == ("libcrypto", "reference", "gmssl")


@pytest.mark.parametrize(
    ("answer", "test"),
    [(False, "sm2 verification by always False"), (True, "sm2 refusal by always True")],
)
def test_a_backend_that_errs_is_named(answer: bool, test: str) -> None:  # noqa: FBT001 - a parameter of the test
    with pytest.raises(SelfTestFailed) as failed:
        selftest.run((Constant(answer=answer),))
    assert failed.value.details == {"test": test}
    assert isinstance(failed.value, Unavailable)


@pytest.mark.parametrize(
    ("answers", "test"),
    [
        (KnownAnswers(sm3_of_abc="00" * 32), "sm3"),
        (KnownAnswers(sm4_block="00" * 16), "sm4"),
        (KnownAnswers(sm2_nonce=1), "sm2 signature by gmssl"),
    ],
)
def test_a_wrong_answer_stops_it(answers: KnownAnswers, test: str) -> None:
    with pytest.raises(SelfTestFailed) as failed:
        selftest.run(answers=answers)
    assert failed.value.details == {"test": test}
