"""What must hold before the service does anything: known answers, and backends that agree with each other.

Vectors: GB/T 32918.5-2017 Annex A (SM2), GB/T 32905-2016 Annex A (SM3), GB/T 32907-2016 Annex A (SM4). A failure
stops the service: a machine that computes wrongly must not sign.
"""

from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from trust.crypto import backends
from trust.crypto.gmssl import GmsslBackend, sign_with_published_key
from trust.crypto.reference import ReferenceBackend, multiply
from trust.crypto.sm2 import SM2Backend, SM2PublicKey, SM2Signature, digest
from trust.crypto.sm3 import sm3
from trust.errors import Unavailable

__all__ = ["KnownAnswers", "SelfTestFailed", "run"]

PUBLISHED_KEY: Final = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
MESSAGE: Final = b"message digest"
SIGNATURE: Final = SM2Signature(
    0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3,
    0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA,
)
SM4_KEY: Final = bytes.fromhex("0123456789abcdeffedcba9876543210")


@dataclass(frozen=True, kw_only=True)
class KnownAnswers:
    """What the standards print."""

    sm3_of_abc: str = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    sm4_block: str = "681edf34d206965e86b3e94f536e4246"
    sm2_nonce: int = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21


class SelfTestFailed(Unavailable):
    """A known answer did not come out, or two backends disagree. The service does not start on this machine."""

    code = "crypto.self_test_failed"
    detail_names = ("test",)


def require(*, holds: bool, test: str) -> None:
    """Return if a test holds, else raise `SelfTestFailed`."""
    if not holds:
        raise SelfTestFailed(test=test)


def run(extra: tuple[SM2Backend, ...] = (), *, answers: KnownAnswers = KnownAnswers()) -> tuple[str, ...]:
    """Run every test and return the names of the backends that passed. Raise `SelfTestFailed`."""
    require(holds=sm3(b"abc").hex() == answers.sm3_of_abc, test="sm3")
    block = Cipher(algorithms.SM4(SM4_KEY), modes.ECB()).encryptor().update(SM4_KEY)  # noqa: S305 - the vector's mode
    require(holds=block.hex() == answers.sm4_block, test="sm4")
    point = multiply(PUBLISHED_KEY)
    require(holds=point is not None, test="sm2 key")
    key = SM2PublicKey(*(point or (0, 0)))
    e = digest(key, MESSAGE)
    # gmssl signs with the printed key and nonce: an implementation that shares no line with the others.
    signed = sign_with_published_key(PUBLISHED_KEY, e, answers.sm2_nonce)
    require(holds=signed == SIGNATURE, test="sm2 signature by gmssl")
    other = digest(key, MESSAGE + b".")
    tested = (backends.preferred(), ReferenceBackend(), GmsslBackend(), *extra)
    for backend in tested:
        require(holds=backend.verify(key, e, SIGNATURE), test=f"sm2 verification by {backend.name}")
        require(holds=not backend.verify(key, other, SIGNATURE), test=f"sm2 refusal by {backend.name}")
    return tuple(backend.name for backend in tested)
