"""Revocation lists that are met again: read once, and remembered no more of than there is room for."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.builders import FOUNDED, PKI, revocation_list
from trust.crypto.algorithms import SignatureAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import BackendFailed
from trust.revocation import (
    MOST_SIGNERS,
    SHORT,
    Revocation,
    RevocationListMalformed,
    revocation_list_of,
)


def test_a_list_that_is_met_again_is_read_once(sm2_pki: PKI) -> None:
    made = revocation_list(sm2_pki.issuing)
    assert revocation_list_of(bytes(bytearray(made.der))) is revocation_list_of(made.der)
    with pytest.raises(RevocationListMalformed):
        revocation_list_of(b"no list")


def test_a_long_list_is_not_kept(sm2_pki: PKI) -> None:
    serials = [Revocation(serial=(1 << 150) + one, at=FOUNDED) for one in range(SHORT // 16)]
    long = revocation_list(sm2_pki.issuing, serials)
    assert len(long.der) > SHORT
    assert revocation_list_of(long.der) is not revocation_list_of(long.der)
    assert revocation_list_of(long.der) == long


class Key:
    """A key whose library cannot compute for a while."""

    def __init__(self, key: PublicKey) -> None:
        self.key, self.asked = key, 0

    def verify(self, signature: bytes, message: bytes, algorithm: SignatureAlgorithm) -> None:
        self.asked += 1
        if self.asked == 1:
            raise BackendFailed
        self.key.verify(signature, message, algorithm)


def test_what_could_not_be_computed_is_not_remembered(sm2_pki: PKI) -> None:
    made, issuer = revocation_list(sm2_pki.issuing), sm2_pki.issuing.certificate
    key = Key(issuer.public_key)
    stand_in: Any = SimpleNamespace(key_usage=issuer.key_usage, public_key=key)
    assert not made.is_signed_by(stand_in)
    assert made.is_signed_by(stand_in)
    assert made.is_signed_by(stand_in)
    assert key.asked == 2


def test_a_list_remembers_only_so_many_keys(sm2_pki: PKI) -> None:
    made, issuer = revocation_list(sm2_pki.issuing), sm2_pki.issuing.certificate
    for _ in range(MOST_SIGNERS + 3):
        other: Any = SimpleNamespace(key_usage=issuer.key_usage, public_key=Key(issuer.public_key))
        other.public_key.asked = 1
        assert made.is_signed_by(other)
    assert len(made.signers) <= MOST_SIGNERS
