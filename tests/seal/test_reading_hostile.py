"""Reading what attackers write: whatever the bytes, the answer is a seal or `SealMalformed`."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seal.data.asn1 import SealMalformed
from seal.data.reading import read_seal, read_seal_signature
from seal.verification.signatures import judge_seal, judge_seal_signature
from tests.builders import element_at, grafted
from tests.fakes.clock import NOW
from tests.seal.structures import DOCUMENT_HASH, World
from trust.asn1 import der
from trust.verdict import Outcome

HUGE = der.integer(1 << 20_000)
"""More decimal digits than Python is willing to write out."""

LONG_ARC = der.tlv(der.Tag.OID, b"\x2a" + b"\xff" * 3_000 + b"\x7f")
TOKEN = der.context(0, der.bit_string(b"token"))


@pytest.fixture(scope="module")
def samples(world: World) -> list[tuple[Callable[[bytes], object], bytes]]:
    """Return a reader and something to read for each version and either structure."""
    extensions = der.sequence(der.sequence(der.oid("1.2.3"), der.boolean(value=True), der.octet_string(b"x")))
    digests = der.sequence(der.sequence(der.printable_string("SM3"), der.octet_string(bytes(32))))
    return [
        (read_seal, world.seal(1)),
        (read_seal, world.seal(4, extDatas=extensions)),
        (read_seal, world.seal(4, certListType=der.integer(2), certList=digests)),
        (read_seal, world.seal(5, timeStamp=TOKEN)),
        (read_seal_signature, world.signature(1)),
        (read_seal_signature, world.signature(4, timeStamp=TOKEN, sign_extDatas=der.context(0, extensions))),
    ]


def elements(element: der.Element) -> Iterator[der.Element]:
    """Yield an element and everything inside it."""
    yield element
    if element.tag & 0x20:
        for child in element.children():
            yield from elements(child)


SPLICES = [
    b"",
    b"\xa0\x00",
    b"\x30\x00",
    b"\x05\x00",
    b"\x80\x00",
    HUGE,
    LONG_ARC,
    der.integer(-1),
    b"\x04\x80",
    b"\xff",
]


@given(data=st.data())
def test_no_mutation_raises_anything_else(
    samples: list[tuple[Callable[[bytes], object], bytes]], data: st.DataObject
) -> None:
    read, sample = data.draw(st.sampled_from(samples))
    parts = list(elements(der.parse(sample)))
    changed = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(parts))
        match data.draw(st.sampled_from(["octet", "head", "cut", "splice"])):
            case "octet":
                changed[data.draw(st.integers(0, len(changed) - 1))] = data.draw(st.integers(0, 255))
            case "head":
                changed[min(place.start, len(changed) - 1)] = data.draw(st.integers(0, 255))
            case "cut":
                del changed[place.start : place.start + data.draw(st.integers(1, 50))]
                changed = changed or bytearray(b"\0")
            case _:
                changed[place.start : place.end] = data.draw(st.sampled_from(SPLICES))
    with suppress(SealMalformed):
        read(bytes(changed))


@given(data=st.data())
def test_no_well_formed_change_raises_anything_else(
    samples: list[tuple[Callable[[bytes], object], bytes]], data: st.DataObject
) -> None:
    # Lengths are mended around the change, so that it gets past the reader of DER.
    read, sample = data.draw(st.sampled_from(samples))
    path: list[int] = []
    element = der.parse(sample)
    while element.tag & 0x20 and element.children() and (not path or data.draw(st.booleans())):
        index = data.draw(st.integers(0, len(element.children()) - 1))
        path.append(index)
        element = element.children()[index]
    splices = st.one_of(st.sampled_from(SPLICES), st.binary(max_size=20).map(lambda body: der.tlv(element.tag, body)))
    with suppress(SealMalformed):
        read(grafted(sample, *path, put=data.draw(splices)))


@pytest.mark.parametrize("size", [0, 1, 2, 3, 50, 5_000])
def test_noise(size: int) -> None:
    for first in (b"", b"\x30", b"\x30\x82", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff"):
        noise = first + secrets.token_bytes(size)
        for read in (read_seal, read_seal_signature):
            with pytest.raises(SealMalformed):
                read(noise)


def test_a_structure_too_deep(world: World) -> None:
    deep = b""
    for _ in range(2_000):
        deep = der.sequence(deep)
    for part in ("extDatas", "certList", "eSealInfo"):
        with pytest.raises(SealMalformed):
            read_seal(world.seal(4, **{part: deep}))


@pytest.mark.parametrize("part", ["type", "width", "height"])
def test_a_number_beyond_all_measure_in_a_seal(world: World, part: str) -> None:
    # Whoever writes such a number out, into a report or a reason, fails: Python refuses to.
    with pytest.raises(SealMalformed):
        read_seal(world.seal(4, **{part: HUGE}))


def test_a_version_beyond_all_measure(world: World) -> None:
    for version in (1, 4):
        with pytest.raises(SealMalformed):
            read_seal(world.seal(version, number=HUGE))


@pytest.mark.parametrize("part", ["signAlgID", "extDatas"])
def test_an_identifier_beyond_all_measure_in_a_seal(world: World, part: str) -> None:
    told = LONG_ARC if part == "signAlgID" else der.sequence(der.sequence(LONG_ARC, der.octet_string(b"")))
    with pytest.raises(SealMalformed):
        read_seal(world.seal(4, **{part: told}))


def test_an_identifier_beyond_all_measure_in_a_signature(world: World) -> None:
    with pytest.raises(SealMalformed):
        read_seal_signature(world.signature(signatureAlgID=LONG_ARC))


@pytest.mark.parametrize("text", [b"0001-01-01T00:00:00+08:00", b"9999-12-31T23:59:59-08:00"])
def test_a_time_at_the_end_of_all_times(world: World, text: bytes) -> None:
    read = read_seal_signature(world.signature(1, timeInfo=der.bit_string(text)))
    assert read.signed_at is None


def certificate_with(world: World, *path: int, put: bytes) -> bytes:
    return grafted(world.owner.certificate.der, *path, put=put)


UNREADABLE: dict[str, Callable[[World], bytes]] = {
    "noise": lambda _: b"\x30\x03abc",
    "empty": lambda _: b"",
    "version 8": lambda world: certificate_with(world, 0, 0, 0, put=der.integer(7)),
    "a point off the curve": lambda world: certificate_with(
        world, 0, 6, 1, put=der.bit_string(b"\x04" + bytes(63) + b"\1")
    ),
    "an unknown key": lambda world: certificate_with(world, 0, 6, 0, put=der.sequence(der.oid("1.2.3"))),
    "an extension twice": lambda world: certificate_with(
        world, 0, 7, 0, 1, put=element_at(world.owner.certificate.der, 0, 7, 0, 0).raw
    ),
    "a day that never was": lambda world: certificate_with(
        world, 0, 4, 0, put=der.tlv(der.Tag.UTC_TIME, b"260230000000Z")
    ),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_certificate_that_cannot_be_read_fails_the_seal(world: World, kind: str) -> None:
    encoded = der.octet_string(UNREADABLE[kind](world))
    report = judge_seal(world.seal(cert=encoded), world.pki.evidence, now=NOW).report
    assert report.verdict.outcome is Outcome.FAILED
    judged = judge_seal_signature(
        world.signature(sign_cert=encoded), world.pki.evidence, now=NOW, document_hash=DOCUMENT_HASH
    )
    assert judged.report.verdict.outcome is Outcome.FAILED
    listed = judge_seal_signature(
        world.signature(eseal=world.seal(certList=der.sequence(encoded))),
        world.pki.evidence,
        now=NOW,
        document_hash=DOCUMENT_HASH,
    )
    assert listed.report.verdict.outcome is Outcome.FAILED


@pytest.fixture(scope="module")
def stamped(world: World) -> bytes:
    """Return one seal signature with a time-stamp: the same one for every example."""
    return world.stamped()


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@given(data=st.data())
def test_no_mutation_of_a_good_signature_passes(world: World, stamped: bytes, data: st.DataObject) -> None:
    made = stamped
    # Beyond the signature value stands the time-stamp, which protects itself and whose wrapping nobody signs.
    signed = der.parse(made).children()[3].end
    place, bit = data.draw(st.integers(0, signed - 1)), data.draw(st.integers(0, 7))
    changed = bytearray(made)
    changed[place] ^= 1 << bit
    judged = judge_seal_signature(bytes(changed), world.pki.evidence, now=NOW, document_hash=DOCUMENT_HASH)
    assert judged.report.verdict.outcome is Outcome.FAILED


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@given(data=st.data())
def test_no_mutation_of_a_time_stamp_raises(world: World, stamped: bytes, data: st.DataObject) -> None:
    made = stamped
    first = der.parse(made).children()[4].start
    changed = bytearray(made)
    for _ in range(data.draw(st.integers(1, 3))):
        changed[data.draw(st.integers(first, len(made) - 1))] = data.draw(st.integers(0, 255))
    judge_seal_signature(bytes(changed), world.pki.evidence, now=NOW, document_hash=DOCUMENT_HASH)


def test_a_time_stamp_by_a_key_that_cannot_be_read(world: World) -> None:
    token = world.token(b"value")
    spki = world.pki.time_stamper.certificate.fields.spki
    off_curve = spki[:-64] + bytes(63) + b"\1"
    made = world.signature(timeStamp=der.context(0, der.bit_string(token.replace(spki, off_curve))))
    judged = judge_seal_signature(made, world.pki.evidence, now=NOW, document_hash=DOCUMENT_HASH)
    assert judged.report.verdict.outcome is Outcome.FAILED
