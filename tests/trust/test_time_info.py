"""The fast reader of a TSTInfo reads what the tolerant one reads, and just so; the rest it leaves alone."""

from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import time_authority
from tests.fakes.clock import SettableClock
from tests.trust.test_cms_robustness import PKI_, SIGNED, STAMPER, mutations
from trust.asn1 import der
from trust.cms import CMSMalformed, Dialect, read_signed_message
from trust.crypto.algorithms import AlgorithmNotSupported, Digest
from trust.time_info import TimeStampInfo, read_info, read_plainly, read_tolerantly
from trust.time_requests import TimeStampRequest

pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number", "ignore:Attribute's length")

AUTHORITY: Final = time_authority(PKI_.time_stamper, SettableClock(), Dialect.GBT35275)
ASKED: Final = TimeStampRequest(digest=Digest.SM3, imprint=bytes(32), wants_certificate=True, nonce=1 << 63)


def info_in(token: bytes) -> bytes:
    """Return the TSTInfo of a token."""
    content = read_signed_message(token).content
    assert content is not None
    return content


USUAL: Final = {
    "international": info_in(STAMPER.stamp(b"message")),
    "national": info_in(AUTHORITY.stamp(b"message")),
    "with a nonce": info_in(AUTHORITY.issue(ASKED)),
}


def tolerant(encoded: bytes) -> TimeStampInfo | None:
    """Return what the tolerant reader reads, if it reads it."""
    try:
        return read_tolerantly(encoded)
    except CMSMalformed:
        return None


def agree(encoded: bytes) -> bool:
    """Tell whether the fast reader says nothing, or what the tolerant one says."""
    try:
        plain = read_plainly(encoded)
    except AlgorithmNotSupported:
        with pytest.raises(AlgorithmNotSupported):
            read_tolerantly(encoded)
        return True
    return plain is None or plain == tolerant(encoded)


@pytest.mark.parametrize("encoded", USUAL.values(), ids=USUAL)
def test_what_is_usual_is_read_alike(encoded: bytes) -> None:
    plain = read_plainly(encoded)
    assert plain is not None
    assert plain == read_tolerantly(encoded)
    assert (plain.nonce is not None) == (encoded == USUAL["with a nonce"])


@pytest.mark.parametrize("bit", [0x01, 0x20, 0x80])
@pytest.mark.parametrize("encoded", USUAL.values(), ids=USUAL)
@pytest.mark.no_cover
def test_no_changed_octet_is_read_otherwise(encoded: bytes, bit: int) -> None:
    for place in range(len(encoded)):
        changed = bytearray(encoded)
        changed[place] ^= bit
        assert agree(bytes(changed)), place


@settings(max_examples=300)
@given(st.sampled_from(sorted(USUAL)).flatmap(lambda name: mutations(USUAL[name])))
def test_no_mutation_is_read_otherwise(encoded: bytes) -> None:
    assert agree(encoded)


IMPRINT: Final = der.sequence(der.sequence(der.oid(Digest.SM3.oid)), der.octet_string(bytes(32)))
TIME: Final = der.tlv(der.Tag.GENERALIZED_TIME, b"20260131120000Z")


def info(*rest: bytes, version: int = 1, imprint: bytes = IMPRINT, time: bytes = TIME) -> bytes:
    """Return a TSTInfo."""
    return der.sequence(der.integer(version), der.oid("1.2.3"), imprint, der.integer(7), time, *rest)


OTHER_SHAPES: Final = {
    "nothing": b"",
    "another version": info(version=2),
    "more in the imprint": info(
        imprint=der.sequence(der.sequence(der.oid(Digest.SM3.oid)), der.octet_string(b""), der.null())
    ),
    "parameters": info(
        imprint=der.sequence(der.sequence(der.oid(Digest.SM3.oid), der.octet_string(b"")), der.octet_string(bytes(32)))
    ),
    "a time of another zone": info(time=der.tlv(der.Tag.GENERALIZED_TIME, b"20260131120000+0800")),
    "thousandths": info(der.sequence(der.context(0, b"\1", constructed=False))),
    "an order": info(der.boolean(value=True)),
    "another kind of name": info(der.context(0, der.context(6, b"x", constructed=False))),
    "extensions": info(der.context(1, der.null())),
}


@pytest.mark.parametrize("encoded", OTHER_SHAPES.values(), ids=OTHER_SHAPES)
def test_other_shapes_are_left_to_the_tolerant_reader(encoded: bytes) -> None:
    assert read_plainly(encoded) is None


def test_an_algorithm_that_is_not_known_is_told_by_both() -> None:
    strange = info(imprint=der.sequence(der.sequence(der.oid("1.2.3")), der.octet_string(bytes(32))))
    for read in (read_plainly, read_tolerantly):
        with pytest.raises(AlgorithmNotSupported):
            read(strange)


def test_a_message_that_is_no_token_tells_nothing() -> None:
    with pytest.raises(CMSMalformed):
        read_info(read_signed_message(SIGNED))


def test_what_another_authority_tells_is_read_all_the_same() -> None:
    assert read_tolerantly(OTHER_SHAPES["an order"]).serial == 7
    assert read_tolerantly(info(time=der.tlv(der.Tag.GENERALIZED_TIME, b"20260131120000.25Z"))) == read_plainly(
        info(time=der.tlv(der.Tag.GENERALIZED_TIME, b"20260131120000.25Z"))
    )
