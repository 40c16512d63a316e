"""The claim in the QR code: its octets, its one spelling, and who alone can make one."""

import base64
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.demo import cast
from identity.credit_code import ALPHABET, CreditCode, check_character
from licence.claim import (
    CLAIM_LENGTH,
    Claim,
    SignedClaim,
    key_identifier,
    licence_digest,
    read_claim,
    sign_claim,
)
from licence.errors import ClaimMalformed, ClaimUntrusted
from tests.builders import PKI
from tests.fakes.custody import MemoryCustody
from trust.certificates import Certificate
from trust.crypto import backends
from trust.crypto.algorithms import KEYS
from trust.crypto.sm2 import SM2Signature, digest
from trust.crypto.sm3 import sm3
from trust.profiles import CLAIM_SIGNER, Name
from trust.signing import KeyPurpose, Signer

IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
CLAIM = Claim(
    licence=licence_digest(IDENTIFIER),
    issuer=CreditCode(cast.AUTHORITY.code),
    last_day=date(2031, 11, 21),
    status_index=42,
)
FIELDS = {"version": 0, "key": 1, "licence": 5, "issuer": 21, "last day": 33, "status index": 35, "r": 39, "s": 71}
"""Where each field begins."""

LENGTH = 103


class Stamp:
    """A key that signs claims, with its certificate."""

    def __init__(self, pki: PKI, family: str = "sm2") -> None:
        self.custody = MemoryCustody()
        self.key = self.custody.make(KeyPurpose.LICENCE_CLAIM, KEYS[family])
        issued = pki.issue(CLAIM_SIGNER, subject=Name(common_name="二维码"), key=self.key)
        self.certificate: Certificate = issued.certificate

    def sign(self, claim: Claim = CLAIM) -> str:
        return sign_claim(claim, Signer(self.custody, self.key), self.certificate)

    @property
    def known(self) -> dict[bytes, Certificate]:
        return {key_identifier(self.certificate): self.certificate}


@pytest.fixture(scope="module")
def stamp(sm2_pki: PKI) -> Stamp:
    return Stamp(sm2_pki)


def octets_of(text: str) -> bytearray:
    return bytearray(base64.urlsafe_b64decode(text + "=="))


def text_of(octets: bytes | bytearray) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def in_base_31(code: str) -> int:
    """Return a credit code as a number, as docs/qr.md says it."""
    return sum(ALPHABET.index(character) * 31 ** (17 - place) for place, character in enumerate(code))


def test_the_octets_stand_as_documented(stamp: Stamp) -> None:
    text = stamp.sign()
    octets = bytes(octets_of(text))
    assert (len(text), len(octets)) == (CLAIM_LENGTH, LENGTH)
    assert octets[0] == 1
    assert octets[1:5] == sm3(stamp.certificate.der)[:4]
    assert octets[5:21] == sm3(IDENTIFIER.encode("ascii"))[:16]
    assert int.from_bytes(octets[21:33], "big") == in_base_31(cast.AUTHORITY.code)
    assert date(1970, 1, 1) + timedelta(days=int.from_bytes(octets[33:35], "big")) == date(2031, 11, 21)
    assert int.from_bytes(octets[35:39], "big") == 42
    message = b"xinyin licence claim v1" + b"\0" + octets[:39]
    key = stamp.certificate.public_key.sm2
    assert key is not None
    backends.verify(key, digest(key, message), SM2Signature.from_raw(octets[39:]))


def test_what_is_signed_is_read_again_and_verifies(stamp: Stamp) -> None:
    signed = read_claim(stamp.sign())
    assert signed.claim == CLAIM
    assert signed.verify(stamp.known) == stamp.certificate


bodies = st.text(ALPHABET, min_size=9, max_size=9).map(lambda tail: f"11330199{tail}")
codes = bodies.map(lambda body: body + check_character(body))
claims = st.builds(
    Claim,
    licence=st.binary(min_size=16, max_size=16),
    issuer=codes.map(CreditCode),
    last_day=st.none() | st.dates(date(1970, 1, 1), date(2149, 6, 5)),
    status_index=st.integers(0, 2**32 - 1),
)


@given(claims)
def test_every_claim_is_read_as_it_was_signed(stamp: Stamp, claim: Claim) -> None:
    text = stamp.sign(claim)
    assert len(text) == CLAIM_LENGTH
    assert read_claim(text).claim == claim


@pytest.mark.parametrize(
    ("last_day", "read"),
    [
        (None, None),
        (date(2149, 6, 5), date(2149, 6, 5)),
        # Two octets reach no further. The code then says less than the licence, never more.
        (date(2149, 6, 6), date(2149, 6, 5)),
        (date(9999, 12, 31), date(2149, 6, 5)),
    ],
)
def test_a_far_end_is_told_as_far_as_two_octets_reach(stamp: Stamp, last_day: date | None, read: date | None) -> None:
    assert read_claim(stamp.sign(replace(CLAIM, last_day=last_day))).claim.last_day == read


@pytest.mark.parametrize("place", range(LENGTH))
def test_no_octet_can_be_changed(stamp: Stamp, place: int) -> None:
    octets = octets_of(stamp.sign())
    octets[place] ^= 1
    try:
        signed = read_claim(text_of(octets))
    except ClaimMalformed:
        return
    with pytest.raises(ClaimUntrusted):
        signed.verify(stamp.known)


@pytest.mark.parametrize(
    ("field", "put"),
    [
        ("licence", bytes(16)),
        ("issuer", in_base_31(cast.ENTERPRISE.code).to_bytes(12, "big")),
        ("last day", b"\xff\xff"),
        ("last day", b"\xff\xfe"),
        ("status index", bytes(4)),
    ],
)
def test_no_field_can_be_put_into_a_signed_claim(stamp: Stamp, field: str, put: bytes) -> None:
    octets = octets_of(stamp.sign())
    place = FIELDS[field]
    octets[place : place + len(put)] = put
    signed = read_claim(text_of(octets))
    assert signed.claim != CLAIM
    with pytest.raises(ClaimUntrusted):
        signed.verify(stamp.known)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_another_version_is_not_read(stamp: Stamp, version: int) -> None:
    octets = octets_of(stamp.sign())
    octets[0] = version
    with pytest.raises(ClaimMalformed):
        read_claim(text_of(octets))


@pytest.mark.parametrize(
    "number",
    [1, 2**96 - 1, 31**18, in_base_31(cast.AUTHORITY.code) + 1, in_base_31(cast.AUTHORITY.code) + 31**18],
)
def test_an_issuer_that_is_no_credit_code_is_malformed(stamp: Stamp, number: int) -> None:
    octets = octets_of(stamp.sign())
    octets[21:33] = number.to_bytes(12, "big")
    with pytest.raises(ClaimMalformed):
        read_claim(text_of(octets))


@pytest.mark.parametrize("field", ["r", "s"])
@pytest.mark.parametrize("value", [0, 2**256 - 1])
def test_a_signature_out_of_range_does_not_verify(stamp: Stamp, field: str, value: int) -> None:
    octets = octets_of(stamp.sign())
    octets[FIELDS[field] : FIELDS[field] + 32] = value.to_bytes(32, "big")
    with pytest.raises((ClaimMalformed, ClaimUntrusted)):
        read_claim(text_of(octets)).verify(stamp.known)


def test_the_signature_of_one_claim_does_not_carry_another(stamp: Stamp) -> None:
    first, second = octets_of(stamp.sign()), octets_of(stamp.sign(replace(CLAIM, status_index=43)))
    with pytest.raises(ClaimUntrusted):
        read_claim(text_of(first[:39] + second[39:])).verify(stamp.known)


def test_a_signature_without_the_prefix_is_none(stamp: Stamp) -> None:
    # Otherwise the key could be led to sign a claim that looks like something else, or the other way round.
    body = bytes(octets_of(stamp.sign())[:39])
    bare = SM2Signature.from_der(Signer(stamp.custody, stamp.key).sign(body)).raw
    with pytest.raises(ClaimUntrusted):
        read_claim(text_of(body + bare)).verify(stamp.known)


# --- spelling


def test_a_claim_has_one_spelling(stamp: Stamp) -> None:
    text = stamp.sign()
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = [text[:-1] + one for one in last if octets_of(text[:-1] + one) == octets_of(text) and one != text[-1]]
    assert len(loose) == 15
    for wrong in (*loose, text + "=", text + "==", f" {text}", text + "\n", text.replace(text[5], text[5] + "\n", 1)):
        with pytest.raises(ClaimMalformed):
            read_claim(wrong)


def test_the_alphabet_is_that_of_addresses(stamp: Stamp) -> None:
    octets = octets_of(stamp.sign())
    octets[5:21] = b"\xfb\xff" * 8
    text = text_of(octets)
    assert {"-", "_"} & set(text)
    read_claim(text)
    for wrong in (text.replace("-", "+"), text.replace("_", "/")):
        with pytest.raises(ClaimMalformed):
            read_claim(wrong)


@pytest.mark.parametrize("length", [0, 1, CLAIM_LENGTH - 1, CLAIM_LENGTH + 1, CLAIM_LENGTH + 2, 10**6])
def test_another_length_is_malformed(stamp: Stamp, length: int) -> None:
    with pytest.raises(ClaimMalformed):
        read_claim((stamp.sign() * (length // CLAIM_LENGTH + 1))[:length])


@given(st.text(max_size=200) | st.text(min_size=CLAIM_LENGTH, max_size=CLAIM_LENGTH))
def test_any_text_is_refused_as_malformed(text: str) -> None:
    with pytest.raises(ClaimMalformed):
        read_claim(text)


@given(st.binary(min_size=LENGTH, max_size=LENGTH))
def test_what_is_read_is_spelled_as_it_was(octets: bytes) -> None:
    try:
        signed = read_claim(text_of(octets))
    except ClaimMalformed:
        return
    assert octets == signed.body + signed.signature.raw


# --- keys


def test_a_stranger_cannot_sign(stamp: Stamp, sm2_pki: PKI) -> None:
    forger = Stamp(sm2_pki)
    with pytest.raises(ClaimUntrusted):
        read_claim(forger.sign()).verify(stamp.known)


def test_a_stranger_cannot_sign_in_the_name_of_our_certificate(stamp: Stamp, sm2_pki: PKI) -> None:
    forger = Stamp(sm2_pki)
    text = sign_claim(CLAIM, Signer(forger.custody, forger.key), stamp.certificate)
    assert read_claim(text).key == key_identifier(stamp.certificate)
    with pytest.raises(ClaimUntrusted):
        read_claim(text).verify(stamp.known)


def test_a_certificate_with_a_key_of_another_family_verifies_nothing(stamp: Stamp, p256_pki: PKI) -> None:
    other = Stamp(p256_pki, "p256").certificate
    signed: SignedClaim = read_claim(stamp.sign())
    with pytest.raises(ClaimUntrusted):
        signed.verify({signed.key: other})


def test_of_several_keys_the_one_that_is_named_is_taken(stamp: Stamp, sm2_pki: PKI) -> None:
    other = Stamp(sm2_pki)
    known = stamp.known | other.known
    assert read_claim(stamp.sign()).verify(known) == stamp.certificate
    assert read_claim(other.sign()).verify(known) == other.certificate


def test_without_any_key_nothing_verifies(stamp: Stamp) -> None:
    with pytest.raises(ClaimUntrusted):
        read_claim(stamp.sign()).verify({})


def test_an_identifier_stands_as_sixteen_octets() -> None:
    assert licence_digest(IDENTIFIER) == sm3(IDENTIFIER.encode())[:16]
    assert licence_digest(IDENTIFIER) != licence_digest(IDENTIFIER.replace("001.U", "002.U"))
