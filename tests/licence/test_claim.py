"""The claim in the QR code: its octets, its one spelling, and who alone can make one."""

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
from tests.licence.claims import CLAIM, Stamp, in_base_31, namesakes, octets_of, text_of
from trust.crypto import backends
from trust.crypto.sm2 import SM2Signature, digest
from trust.crypto.sm3 import sm3

IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
FIELDS = {"version": 0, "key": 1, "licence": 5, "issuer": 21, "last day": 33, "place": 35, "r": 40, "s": 72}
"""Where each field begins."""

LENGTH = 104
BODY = 40
OF_BEFORE = replace(CLAIM, status_list=None)
"""A claim of version 1."""


@pytest.fixture(scope="module")
def stamp(sm2_pki: PKI) -> Stamp:
    return Stamp.made(sm2_pki)


def test_the_octets_stand_as_documented(stamp: Stamp) -> None:
    text = stamp.sign()
    octets = bytes(octets_of(text))
    assert (len(text), len(octets)) == (CLAIM_LENGTH, LENGTH)
    assert octets[0] == 2
    assert octets[1:5] == sm3(stamp.certificate.der)[:4]
    assert octets[5:21] == sm3(IDENTIFIER.encode("ascii"))[:16]
    assert int.from_bytes(octets[21:33], "big") == in_base_31(cast.AUTHORITY.code)
    assert date(1970, 1, 1) + timedelta(days=int.from_bytes(octets[33:35], "big")) == date(2031, 11, 21)
    assert divmod(int.from_bytes(octets[35:40], "big"), 2**28) == (7, 42)
    message = b"xinyin licence claim v2" + b"\0" + octets[:40]
    key = stamp.certificate.public_key.sm2
    assert key is not None
    backends.verify(key, digest(key, message), SM2Signature.from_raw(octets[40:]))


def test_the_octets_of_version_1_stand_as_documented(stamp: Stamp) -> None:
    text = stamp.sign(OF_BEFORE)
    octets, now = bytes(octets_of(text)), bytes(octets_of(stamp.sign()))
    assert (len(text), len(octets), octets[0]) == (138, 103, 1)
    assert octets[1:35] == now[1:35]
    assert int.from_bytes(octets[35:39], "big") == 42
    key = stamp.certificate.public_key.sm2
    assert key is not None
    message = b"xinyin licence claim v1" + b"\0" + octets[:39]
    backends.verify(key, digest(key, message), SM2Signature.from_raw(octets[39:]))


@pytest.mark.parametrize("claim", [CLAIM, OF_BEFORE])
def test_what_is_signed_is_read_again_and_verifies(stamp: Stamp, claim: Claim) -> None:
    signed = read_claim(stamp.sign(claim))
    assert signed.claim == claim
    assert signed.verify((stamp.certificate,)) == stamp.certificate


bodies = st.text(ALPHABET, min_size=9, max_size=9).map(lambda tail: f"11330199{tail}")
codes = bodies.map(lambda body: body + check_character(body))
places = st.tuples(st.integers(1, 2**12 - 1), st.integers(0, 2**28 - 1)) | st.tuples(
    st.none(), st.integers(0, 2**32 - 1)
)


def claim_at(licence: bytes, issuer: CreditCode, last_day: date | None, place: tuple[int | None, int]) -> Claim:
    """Return the claim of a licence whose place in the status lists is `place`."""
    number, index = place
    return Claim(licence=licence, issuer=issuer, last_day=last_day, status_list=number, status_index=index)


claims = st.builds(
    claim_at,
    st.binary(min_size=16, max_size=16),
    codes.map(CreditCode),
    st.none() | st.dates(date(1970, 1, 1), date(2149, 6, 5)),
    places,
)


@given(claims)
def test_every_claim_is_read_as_it_was_signed(stamp: Stamp, claim: Claim) -> None:
    text = stamp.sign(claim)
    assert len(text) == (CLAIM_LENGTH if claim.status_list else CLAIM_LENGTH - 1)
    assert read_claim(text).claim == claim


@pytest.mark.parametrize(
    ("status_list", "index"), [(0, 1), (2**12, 1), (-1, 1), (1, 2**28), (1, -1), (None, 2**32), (None, -1)]
)
def test_a_place_that_has_no_room_is_refused(status_list: int | None, index: int) -> None:
    with pytest.raises(ValueError, match=r"a status list has a number|the index does not fit"):
        replace(CLAIM, status_list=status_list, status_index=index)


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
        signed.verify((stamp.certificate,))


@pytest.mark.parametrize(
    ("field", "put"),
    [
        ("licence", bytes(16)),
        ("issuer", in_base_31(cast.ENTERPRISE.code).to_bytes(12, "big")),
        ("last day", b"\xff\xff"),
        ("last day", b"\xff\xfe"),
        ("place", b"\x00\x80\x00\x00\x2a"),  # another list
        ("place", b"\x00\x70\x00\x00\x2b"),  # another index
    ],
)
def test_no_field_can_be_put_into_a_signed_claim(stamp: Stamp, field: str, put: bytes) -> None:
    octets = octets_of(stamp.sign())
    place = FIELDS[field]
    octets[place : place + len(put)] = put
    signed = read_claim(text_of(octets))
    assert signed.claim != CLAIM
    with pytest.raises(ClaimUntrusted):
        signed.verify((stamp.certificate,))


@pytest.mark.parametrize(("claim", "version"), [(CLAIM, 0), (CLAIM, 1), (CLAIM, 3), (OF_BEFORE, 2), (OF_BEFORE, 255)])
def test_another_version_is_not_read(stamp: Stamp, claim: Claim, version: int) -> None:
    octets = octets_of(stamp.sign(claim))
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


def test_list_0_is_none(stamp: Stamp) -> None:
    octets = octets_of(stamp.sign())
    octets[35:40] = bytes(5)
    with pytest.raises(ClaimMalformed):
        read_claim(text_of(octets))


@pytest.mark.parametrize("field", ["r", "s"])
@pytest.mark.parametrize("value", [0, 2**256 - 1])
def test_a_signature_out_of_range_does_not_verify(stamp: Stamp, field: str, value: int) -> None:
    octets = octets_of(stamp.sign())
    octets[FIELDS[field] : FIELDS[field] + 32] = value.to_bytes(32, "big")
    with pytest.raises((ClaimMalformed, ClaimUntrusted)):
        read_claim(text_of(octets)).verify((stamp.certificate,))


def test_the_signature_of_one_claim_does_not_carry_another(stamp: Stamp) -> None:
    first, second = octets_of(stamp.sign()), octets_of(stamp.sign(replace(CLAIM, status_index=43)))
    with pytest.raises(ClaimUntrusted):
        read_claim(text_of(first[:BODY] + second[BODY:])).verify((stamp.certificate,))


def test_a_signature_without_the_prefix_is_none(stamp: Stamp) -> None:
    # Otherwise the key could be led to sign a claim that looks like something else, or the other way round.
    body = bytes(octets_of(stamp.sign())[:BODY])
    bare = SM2Signature.from_der(stamp.signer.sign(body)).raw
    with pytest.raises(ClaimUntrusted):
        read_claim(text_of(body + bare)).verify((stamp.certificate,))


# --- spelling


def test_a_claim_has_one_spelling(stamp: Stamp) -> None:
    text = stamp.sign(OF_BEFORE)
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    loose = [text[:-1] + one for one in last if octets_of(text[:-1] + one) == octets_of(text) and one != text[-1]]
    assert len(loose) == 15
    newer = stamp.sign()
    loose += [newer[:-1] + one for one in last if octets_of(newer[:-1] + one) == octets_of(newer) and one != newer[-1]]
    assert len(loose) == 18
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


@pytest.mark.parametrize("length", [0, 1, CLAIM_LENGTH - 2, CLAIM_LENGTH - 1, CLAIM_LENGTH + 1, 10**6])
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
    forger = Stamp.made(sm2_pki)
    with pytest.raises(ClaimUntrusted):
        read_claim(forger.sign()).verify((stamp.certificate,))


def test_a_stranger_cannot_sign_in_the_name_of_our_certificate(stamp: Stamp, sm2_pki: PKI) -> None:
    forger = Stamp.made(sm2_pki)
    text = sign_claim(CLAIM, forger.signer, stamp.certificate)
    assert read_claim(text).key == key_identifier(stamp.certificate)
    with pytest.raises(ClaimUntrusted):
        read_claim(text).verify((stamp.certificate,))


def test_a_certificate_with_a_key_of_another_family_verifies_nothing(stamp: Stamp, p256_pki: PKI) -> None:
    other = Stamp.made(p256_pki, "p256").certificate
    signed: SignedClaim = replace(read_claim(stamp.sign()), key=key_identifier(other))
    with pytest.raises(ClaimUntrusted):
        signed.verify((other,))


def test_of_several_keys_the_one_that_is_named_is_taken(stamp: Stamp, sm2_pki: PKI) -> None:
    other = Stamp.made(sm2_pki)
    known = (stamp.certificate, other.certificate)
    assert read_claim(stamp.sign()).verify(known) == stamp.certificate
    assert read_claim(other.sign()).verify(known) == other.certificate


def test_each_key_that_bears_the_name_is_tried(stamp: Stamp, sm2_pki: PKI) -> None:
    other = Stamp.made(sm2_pki)
    one, two = namesakes(stamp.certificate, other.certificate)
    assert key_identifier(one) == key_identifier(two)
    first = read_claim(sign_claim(CLAIM, stamp.signer, one))
    second = read_claim(sign_claim(CLAIM, other.signer, two))
    for known in ((one, two), (two, one)):
        assert (first.verify(known), second.verify(known)) == (one, two)
    for signed, other_one in ((first, two), (second, one)):
        with pytest.raises(ClaimUntrusted):
            signed.verify((other_one,))


def test_without_any_key_nothing_verifies(stamp: Stamp) -> None:
    with pytest.raises(ClaimUntrusted):
        read_claim(stamp.sign()).verify(())


def test_an_identifier_stands_as_sixteen_octets() -> None:
    assert licence_digest(IDENTIFIER) == sm3(IDENTIFIER.encode())[:16]
    assert licence_digest(IDENTIFIER) != licence_digest(IDENTIFIER.replace("001.U", "002.U"))
