"""The self-test: what it asks, and that a backend which errs stops it."""

import pytest

from keys import secret_halves
from keys.sm2 import SM2PrivateKey
from trust.crypto import backends, selftest
from trust.crypto.selftest import KnownAnswers, SelfTestFailed
from trust.crypto.sm2 import SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm2_ciphertext import DecryptionFailed, SM2Ciphertext
from trust.errors import Unavailable


class Constant:
    """A backend that always answers the same."""

    def __init__(self, *, answer: bool) -> None:
        self.name = f"always {answer}"
        self.answer = answer

    def verify(self, key: SM2PublicKey, e: SM2Digest, signature: SM2Signature) -> bool:  # noqa: ARG002 - the port's
        return self.answer


def test_this_machine_passes() -> None:
    names = [library.name for library in backends.available()]
    assert selftest.run(halves=secret_halves.available()) == (*names, "reference", "gmssl")


def test_a_machine_without_libraries_passes() -> None:
    assert selftest.run(libraries=()) == ("reference", "gmssl")


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
        (KnownAnswers(hmac_sm3="00" * 32), "hmac-sm3"),
        (KnownAnswers(sm4_block="00" * 16), "sm4"),
        (KnownAnswers(sm4_gcm_tag=bytes(16)), "sm4-gcm"),
        (KnownAnswers(ml_dsa_public_key="00" * 32), "ml-dsa key"),
        (KnownAnswers(p256_s=1), "ECDSA-SHA256 verification"),
        (KnownAnswers(rsa_signature=bytes(256)), "RSA-SHA256 verification"),
        (KnownAnswers(sm2_nonce=1), "sm2 signature by gmssl"),
        (KnownAnswers(sm2_plaintext=b"encryption Standard"), "sm2 encryption"),
    ],
)
def test_a_wrong_answer_stops_it(answers: KnownAnswers, test: str) -> None:
    with pytest.raises(SelfTestFailed) as failed:
        selftest.run(answers=answers)
    assert failed.value.details == {"test": test}


# --- secret halves ----------------------------------------------------------------------------------------------------


class Flawed:
    """A private key of libcrypto's that errs in one way."""

    def __init__(self, key: SM2PrivateKey, flaw: str) -> None:
        self.key, self.flaw, self.public_key = key, flaw, key.public_key

    def sign(self, e: SM2Digest) -> SM2Signature:
        signature = self.key.sign(e)
        return SM2Signature(signature.s, signature.r) if self.flaw == "signs wrongly" else signature

    def decrypt(self, ciphertext: SM2Ciphertext) -> bytes:
        if self.flaw == "does not look at C3":
            try:
                return self.key.decrypt(ciphertext)
            except DecryptionFailed:
                return b"whatever"
        plain = self.key.decrypt(ciphertext)
        errs = self.flaw == "deciphers wrongly" or (self.flaw == "cannot decipher others" and plain == selftest.FRESH)
        return plain[1:] if errs else plain


class FlawedHalf:
    """A secret half whose keys err in one way."""

    name = "flawed"

    def __init__(self, flaw: str) -> None:
        self.flaw = flaw

    def generate(self) -> Flawed:
        return Flawed(SM2PrivateKey.generate(), self.flaw)

    def from_secret(self, encoded: bytes) -> Flawed:
        return Flawed(SM2PrivateKey.from_secret(encoded), self.flaw)


@pytest.mark.parametrize(
    ("flaw", "test"),
    [
        ("deciphers wrongly", "sm2 decryption by flawed"),
        ("does not look at C3", "sm2 refusal to decrypt by flawed"),
        ("signs wrongly", "sm2 verification by reference of a signature by flawed"),
        ("cannot decipher others", "sm2 decryption by flawed from reference"),
    ],
)
def test_a_secret_half_that_errs_is_named(flaw: str, test: str) -> None:
    with pytest.raises(SelfTestFailed) as failed:
        selftest.run(halves=(FlawedHalf(flaw),), libraries=())
    assert failed.value.details == {"test": test}


def test_a_secret_half_without_flaw_passes() -> None:
    selftest.run(halves=(FlawedHalf("none"),), libraries=())
