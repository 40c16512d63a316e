"""The fast reader of signed messages reads what the tolerant one reads, and just so; the rest it leaves alone."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import time_authority
from tests.fakes.clock import SettableClock
from tests.trust.test_cms_robustness import LIST, NATIONAL, PKI_, SIGNED, SIGNER, STAMPER, TOKEN, mutations
from trust.asn1 import der, oids
from trust.cms import CMSMalformed, Dialect, SignedMessage, read_signed_message, read_tolerantly
from trust.cms_strict import SHORT, read_strictly
from trust.crypto.sm3 import sm3
from trust.errors import TrustError
from trust.revocation import RevocationList

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number", "ignore:Attribute's length")

DETACHED: Final = SIGNER.sign(sm3(b"content"), stamp=STAMPER.stamp, revocation_lists=(RevocationList(LIST),))
PLAIN: Final = SIGNER.sign_plain(b"content")
NATIONAL_TOKEN: Final = time_authority(PKI_.time_stamper, SettableClock(), Dialect.GBT35275).stamp(b"message")
USUAL: Final = {
    "signed": SIGNED,
    "detached": DETACHED,
    "national": NATIONAL,
    "plain": PLAIN,
    "token": TOKEN,
    "national token": NATIONAL_TOKEN,
}
CHANGES: Final = (0x01, 0x20, 0x80)
"""Bits that are turned over: a value, a tag's kind, its class or the form of a length."""


def tolerant(encoded: bytes) -> SignedMessage | None:
    """Return what the tolerant reader reads, if it reads it."""
    try:
        return read_tolerantly(encoded)
    except TrustError:
        return None


def agree(encoded: bytes) -> bool:
    """Tell whether the fast reader says nothing, or what the tolerant one says."""
    strict = read_strictly(encoded)
    return strict is None or strict == tolerant(encoded)


@pytest.mark.parametrize("message", USUAL.values(), ids=USUAL)
def test_usual_messages_are_read_alike(message: bytes) -> None:
    strict = read_strictly(message)
    assert strict is not None
    assert strict == read_tolerantly(message) == read_strictly(message + bytes(100))
    assert read_strictly(message + b"\0\1") is None


def test_a_message_of_usual_length_is_read_once() -> None:
    assert read_strictly(SIGNED) is read_strictly(bytes(bytearray(SIGNED)))
    long = SIGNED + bytes(SHORT)
    assert read_strictly(long) == read_strictly(SIGNED)
    assert read_strictly(long) is not read_strictly(long)


@pytest.mark.parametrize("bit", CHANGES)
@pytest.mark.parametrize("message", USUAL.values(), ids=USUAL)
@pytest.mark.no_cover
def test_no_changed_octet_is_read_otherwise(message: bytes, bit: int) -> None:
    for place in range(len(message)):
        changed = bytearray(message)
        changed[place] ^= bit
        assert agree(bytes(changed)), place


@settings(max_examples=600)
@given(st.sampled_from(sorted(USUAL)).flatmap(lambda name: mutations(USUAL[name])))
def test_no_mutation_is_read_otherwise(encoded: bytes) -> None:
    assert agree(encoded)


def content_info(*members: bytes, outer: bytes = b"", kind: str = oids.SIGNED_DATA) -> bytes:
    """Return a ContentInfo around members of SignedData."""
    return der.sequence(der.oid(kind), der.context(0, der.sequence(*members)), outer)


HEAD: Final = (der.integer(1), der.set_of(()))
DATA: Final = der.sequence(der.oid(oids.DATA))
NOBODY: Final = der.set_of(())
SM3_OID: Final = der.oid("1.2.156.10197.1.401")
OTHER_SHAPES: Final = {
    "nothing": b"",
    "another type": content_info(*HEAD, DATA, NOBODY, kind=oids.ENVELOPED_DATA),
    "more outside": content_info(*HEAD, DATA, NOBODY, outer=der.null()),
    "more inside": content_info(*HEAD, DATA, NOBODY, der.null()),
    "no signers": content_info(*HEAD, DATA),
    "empty content": content_info(*HEAD, der.sequence(der.oid(oids.DATA), der.context(0)), NOBODY),
    "content of another type": content_info(*HEAD, der.sequence(der.oid("1.2.3")), NOBODY),
    "a certificate of another kind": content_info(*HEAD, DATA, der.context(0, der.context(1)), NOBODY),
    "revocation of another kind": content_info(*HEAD, DATA, der.context(1, der.context(1)), NOBODY),
    "an empty signer": content_info(*HEAD, DATA, der.set_of((der.sequence(),))),
    "parameters of an algorithm that are not NULL": NATIONAL.replace(
        SM3_OID + der.null(), SM3_OID + der.octet_string(b"")
    ),
    "two attributes of one type": SIGNER.sign(
        sm3(b""), also_signed=(der.sequence(der.oid(oids.ID_MESSAGE_DIGEST), der.set_of((der.octet_string(b""),))),)
    ),
    "an attribute that is not known": SIGNER.sign(
        sm3(b""), also_signed=(der.sequence(der.oid("1.2.3"), der.set_of((der.null(),))),)
    ),
}


def test_an_attribute_of_somebodys_own_is_kept_as_it_stands() -> None:
    """Such as ours: every signature of a document has one."""
    oid, value = "2.25.285459163503974227737678472209410678744", der.sequence(der.utf8_string("x"))
    own = der.sequence(der.oid(oid), der.set_of((value,)))
    message = SIGNER.sign(sm3(b""), also_signed=(own,), unsigned=(own,))
    strict = read_strictly(message)
    assert strict is not None
    assert strict == read_tolerantly(message)
    assert strict.signers[0].signed_values[oid] == (value,)
    assert strict.signers[0].unsigned_values[oid] == (value,)


@pytest.mark.parametrize("encoded", OTHER_SHAPES.values(), ids=OTHER_SHAPES)
def test_other_shapes_are_left_to_the_tolerant_reader(encoded: bytes) -> None:
    assert read_strictly(encoded) is None


def test_nobody_signed() -> None:
    nobody = content_info(*HEAD, DATA, NOBODY)
    assert agree(nobody)
    assert read_signed_message(nobody).signers == ()


def test_an_attribute_of_ours_is_read_all_the_same() -> None:
    message = read_signed_message(OTHER_SHAPES["an attribute that is not known"])
    assert message.signers[0].signed_values["1.2.3"] == (der.null(),)
    assert message.certificate_of(message.signers[0]) == PKI_.signer.certificate


def test_what_both_refuse() -> None:
    with pytest.raises(CMSMalformed):
        read_signed_message(OTHER_SHAPES["two attributes of one type"])
