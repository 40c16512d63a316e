"""SM2 signatures and keys that are malformed, before every backend, and behind the checks that refuse them.

What stands in front, `SM2Signature` and `SM2PublicKey`, refuses for all backends alike. The libraries that may hold
private keys are asked once more without it: a mistake in front must not be a forgery behind.
"""

from contextlib import suppress
from typing import Final

import pytest

from tests.sm2_backends import VERIFIERS, library_named, verifier_named
from trust.asn1 import der
from trust.crypto.algorithms import signature_algorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.reference import multiply, multiply_and_add
from trust.crypto.sm2 import G, N, P, SignatureMalformed, SignatureMismatch, SM2Digest, SM2PublicKey, SM2Signature
from trust.crypto.sm2 import digest as digest_of
from trust.errors import TrustError

SECRET: Final = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
MESSAGE: Final = b"message digest"
R: Final = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S: Final = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
ALGORITHM: Final = signature_algorithm("1.2.156.10197.1.501")
SMALL: Final = 0x1234567890ABCDEF
SOUND: Final = ("libcrypto", "botan")
"""Libraries that check by themselves. The reference leaves it to what stands in front, and gmssl checks nothing."""


def point(scalar: int) -> tuple[int, int]:
    """Return a multiple of the generator."""
    found = multiply(scalar)
    assert found is not None
    return found


KEY: Final = SM2PublicKey(*point(SECRET))

ENCODINGS: Final = {
    "r = 0": der.sequence(der.integer(0), der.integer(S)),
    "s = 0": der.sequence(der.integer(R), der.integer(0)),
    "r = n": der.sequence(der.integer(N), der.integer(S)),
    "s = n": der.sequence(der.integer(R), der.integer(N)),
    "r + n": der.sequence(der.integer(R + N), der.integer(S)),
    "s + n": der.sequence(der.integer(R), der.integer(S + N)),
    "r = 2²⁵⁶−1": der.sequence(der.integer(2**256 - 1), der.integer(S)),
    "s = 2²⁵⁶−1": der.sequence(der.integer(R), der.integer(2**256 - 1)),
    "r + s = n": der.sequence(der.integer(R), der.integer(N - R)),
    "r − n": der.sequence(der.integer(R - N), der.integer(S)),
    "s − n": der.sequence(der.integer(R), der.integer(S - N)),
    "r without its sign octet": der.sequence(b"\x02\x20" + R.to_bytes(32, "big"), der.integer(S)),
    "r with a needless octet": der.sequence(b"\x02\x22\0\0" + R.to_bytes(32, "big"), der.integer(S)),
    "s with a needless octet": der.sequence(der.integer(R), b"\x02\x22\0\0" + S.to_bytes(32, "big")),
    "s missing": der.sequence(der.integer(R)),
    "a third number": der.sequence(der.integer(R), der.integer(S), der.integer(1)),
    "nothing inside": der.sequence(),
    "a trailing octet": der.sequence(der.integer(R), der.integer(S)) + b"\0",
    "an octet after s": der.tlv(0x30, der.integer(R), der.integer(S), b"\0"),
    "a long-form length": b"\x30\x81" + der.sequence(der.integer(R), der.integer(S))[1:],
    "an indefinite length": b"\x30\x80" + der.integer(R) + der.integer(S) + b"\0\0",
    "a length of r too long": b"\x30\x47\x02\x81\x21\x00" + R.to_bytes(32, "big") + der.integer(S),
    "a SET": der.tlv(0x31, der.integer(R), der.integer(S)),
    "empty": b"",
    "raw and too long": R.to_bytes(32, "big") + S.to_bytes(32, "big") + b"\0",
    "raw and too short": R.to_bytes(32, "big") + S.to_bytes(32, "big")[:-1],
    "raw, r = 0": bytes(32) + S.to_bytes(32, "big"),
    "raw, s = n": R.to_bytes(32, "big") + N.to_bytes(32, "big"),
}
"""A signature that holds, each time with one deviation."""


@pytest.mark.parametrize("name", VERIFIERS)
def test_the_signature_without_a_deviation_holds(name: str) -> None:
    encoded = der.sequence(der.integer(R), der.integer(S))
    PublicKey.of_sm2(KEY).verify(encoded, MESSAGE, ALGORITHM, backend=verifier_named(name))


@pytest.mark.parametrize("name", VERIFIERS)
@pytest.mark.parametrize("how", ENCODINGS)
def test_a_signature_with_one_deviation_is_refused_before_every_backend(name: str, how: str) -> None:
    with pytest.raises(SignatureMalformed):
        PublicKey.of_sm2(KEY).verify(ENCODINGS[how], MESSAGE, ALGORITHM, backend=verifier_named(name))


@pytest.mark.parametrize("name", VERIFIERS)
@pytest.mark.parametrize("user_id", [b"", b"1234567812345677", b"12345678123456780", b"TLSv1.3+GM+Cipher+Suite"])
def test_a_signature_in_the_name_of_another_user_is_refused_by_every_backend(name: str, user_id: bytes) -> None:
    e, signature = digest_of(KEY, MESSAGE, user_id=user_id), SM2Signature(R, S)
    assert verifier_named(name).verify(KEY, digest_of(KEY, MESSAGE), signature)
    assert not verifier_named(name).verify(KEY, e, signature)


# --- behind the checks -----------------------------------------------------------------------------------------------


def unchecked(r: int, s: int) -> SM2Signature:
    """Return r and s as a signature that no check has seen."""
    signature = object.__new__(SM2Signature)
    object.__setattr__(signature, "r", r)
    object.__setattr__(signature, "s", s)
    return signature


def e_that_fits(r: int, s: int) -> SM2Digest:
    """Return the e for which the equation of GB/T 32918.2, 7.1 holds, whatever the ranges of r and s."""
    found = multiply_and_add(s % N, G, (r + s) % N, (KEY.x, KEY.y))
    x = 0 if found is None else found[0]
    return SM2Digest(((r - x) % N).to_bytes(32, "big"))


FORGERIES: Final = {
    "s = 0: anybody can choose e": (SMALL, 0),
    "r = 0": (0, SMALL),
    "r + s = n: no key is needed": (N - SMALL, SMALL),
    "s + n": (SMALL, SMALL + 1 + N),
    "r + n": (SMALL + N, SMALL + 1),
    "r = n": (N, SMALL),
    "s = n": (SMALL, N),
}
"""Values for which the equation holds and the ranges do not."""


@pytest.mark.parametrize("name", SOUND)
def test_values_within_their_ranges_hold_where_the_equation_does(name: str) -> None:
    assert library_named(name).verify(KEY, e_that_fits(SMALL, SMALL + 1), SM2Signature(SMALL, SMALL + 1))


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize("how", FORGERIES)
def test_the_libraries_check_the_ranges_as_well(name: str, how: str) -> None:
    r, s = FORGERIES[how]
    assert not library_named(name).verify(KEY, e_that_fits(r, s), unchecked(r, s))


@pytest.mark.parametrize("how", FORGERIES)
def test_nothing_of_it_can_be_built_in_front(how: str) -> None:
    with pytest.raises(SignatureMalformed):
        SM2Signature(*FORGERIES[how])


@pytest.mark.parametrize("name", SOUND)
@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param(KEY.x, KEY.y ^ 1, id="off the curve"),
        pytest.param(0, 0, id="the origin"),
        pytest.param(*(2, 5), id="small and off the curve"),
        pytest.param(KEY.x, (KEY.y + P) % 2**256, id="y beyond p, or off the curve"),
    ],
)
def test_the_libraries_check_the_point_as_well(name: str, x: int, y: int) -> None:
    key = object.__new__(SM2PublicKey)
    object.__setattr__(key, "x", x)
    object.__setattr__(key, "y", y)
    held = False
    with suppress(TrustError):  # a no by an error of ours is a no
        held = library_named(name).verify(key, SM2Digest(bytes(32)), SM2Signature(R, S))
    assert not held


def test_a_mismatch_is_not_malformed() -> None:
    with pytest.raises(SignatureMismatch):
        PublicKey.of_sm2(KEY).verify(der.sequence(der.integer(R), der.integer(S)), b"another message", ALGORITHM)
