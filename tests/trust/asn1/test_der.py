"""DER: what is written is read back, and what is read re-encodes to the same octets, or is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.clock import NOW
from trust.asn1 import der
from trust.asn1.der import Element, Malformed, Tag

MOMENTS = st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(9999, 12, 31)).map(  # noqa: DTZ001 - UTC below
    lambda one: one.replace(microsecond=0, tzinfo=UTC)
)
OIDS = st.builds(
    lambda first, second, rest: ".".join(map(str, (first, second, *rest))),
    st.integers(0, 1),
    st.integers(0, 39),
    st.lists(st.integers(0, 2**130), max_size=8),
) | st.builds(lambda second: f"2.{second}.1", st.integers(0, 2**70))


# --- writing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (der.integer(0), "020100"),
        (der.integer(127), "02017f"),
        (der.integer(128), "02020080"),
        (der.integer(256), "02020100"),
        (der.integer(-1), "0201ff"),
        (der.integer(-128), "020180"),  # X.690, 8.3.2: one octet is enough
        (der.integer(-129), "0202ff7f"),
        (der.boolean(value=True), "0101ff"),
        (der.boolean(value=False), "010100"),
        (der.null(), "0500"),
        (der.oid("1.2.840.113549"), "06062a864886f70d"),
        (der.oid("2.999.3"), "0603883703"),
        (der.oid("1.2.156.10197.1.301"), "06082a811ccf5501822d"),
        (der.octet_string(b"ab"), "04026162"),
        (der.bit_string(b"\xc0", unused=6), "030206c0"),
        (der.utf8_string("印"), "0c03e58db0"),
        (der.printable_string("CN"), "1302434e"),
        (der.ia5_string("ES"), "16024553"),
        (der.generalized_time(NOW), "180f32303236313132323034303530365a"),
        (der.utc_time(NOW), "170d3236313132323034303530365a"),
        (der.sequence(der.null(), der.null()), "300405000500"),
        (der.context(0, der.null()), "a0020500"),
        (der.context(3, b"x", constructed=False), "830178"),
        (der.tlv(0x04, bytes(127)), "047f" + "00" * 127),
        (der.tlv(0x04, bytes(128)), "048180" + "00" * 128),
        (der.tlv(0x04, bytes(255)), "0481ff" + "00" * 255),
        (der.tlv(0x04, bytes(256)), "04820100" + "00" * 256),
        (der.tlv(0x04, bytes(65536)), "0483010000" + "00" * 65536),
    ],
)
def test_octets(written: bytes, expected: str) -> None:
    assert written.hex() == expected


def test_a_set_of_is_sorted() -> None:
    assert der.set_of([b"\x02\x01\x02", b"\x02\x01\x01"]) == b"\x31\x06\x02\x01\x01\x02\x01\x02"
    assert der.set_of([b"\x05\x00"], tag=0xA0) == b"\xa0\x02\x05\x00"


def test_ia5_strings_hold_ascii() -> None:
    with pytest.raises(UnicodeEncodeError):
        der.ia5_string("印")


@pytest.mark.parametrize("character", ["@", "\n", "印"])
def test_printable_strings_hold_printable_characters(character: str) -> None:
    with pytest.raises(ValueError, match="not a PrintableString"):  # X.680, 41.4: letters, digits and '()+,-./:=?
        der.printable_string(f"a{character}b")


def test_times_are_written_in_utc() -> None:
    in_china = datetime(2026, 11, 22, 12, 5, 6, tzinfo=timezone(timedelta(hours=8)))
    assert der.generalized_time(in_china) == der.generalized_time(NOW)
    assert der.utc_time(in_china) == der.utc_time(NOW)


def test_moments_of_one_second_are_written_once() -> None:
    written = der.generalized_time(NOW)
    assert der.generalized_time(NOW.replace(microsecond=123_456)) is written
    assert der.generalized_time(NOW + timedelta(seconds=1)) != written


@pytest.mark.parametrize("year", [1949, 2050])
def test_utc_times_end_in_2049(year: int) -> None:
    with pytest.raises(ValueError, match="1950 to 2049"):  # two digits would say another century
        der.utc_time(datetime(year, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(("year", "tag"), [(1950, 0x17), (2049, 0x17), (2050, 0x18), (9999, 0x18)])
def test_certificates_change_the_form_of_time_in_2050(year: int, tag: int) -> None:
    moment = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert der.x509_time(moment)[0] == tag
    assert der.parse(der.x509_time(moment)).time() == moment


def test_the_form_of_time_is_chosen_by_the_year_in_utc() -> None:
    moment = datetime(2049, 12, 31, 23, 0, 0, tzinfo=timezone(timedelta(hours=-8)))
    assert der.x509_time(moment)[0] == Tag.GENERALIZED_TIME


# --- what is written is read back ------------------------------------------------------------------------------------


@given(st.integers(-(2**300), 2**300) | st.integers(-300, 300))
def test_integers(value: int) -> None:
    assert der.parse(der.integer(value)).integer() == value


@given(st.booleans())
def test_booleans(value: bool) -> None:  # noqa: FBT001 - hypothesis gives it by its place
    assert der.parse(der.boolean(value=value)).boolean() is value


@given(OIDS)
def test_object_identifiers(dotted: str) -> None:
    assert der.parse(der.oid(dotted)).oid() == dotted


def test_a_long_object_identifier_is_read_and_not_kept() -> None:
    for arcs, kept in ((der.SHORT_OID - 1, 1), (der.SHORT_OID, 0)):
        dotted = "2.999" + ".7" * (arcs - 1)
        before = der.known_dotted.cache_info().currsize
        for _ in range(2):
            assert der.parse(der.oid(dotted)).oid() == dotted
        assert der.known_dotted.cache_info().currsize == before + kept


@given(st.binary(max_size=300))
def test_octets_and_bits(value: bytes) -> None:
    assert der.parse(der.octet_string(value)).octets() == value
    assert der.parse(der.bit_string(value)).bits() == value


@given(st.text(st.characters(codec="utf-8"), max_size=100))
def test_utf8_strings(value: str) -> None:
    assert der.parse(der.utf8_string(value)).text(Tag.UTF8_STRING) == value


@given(MOMENTS)
def test_times(moment: datetime) -> None:
    assert der.parse(der.generalized_time(moment)).time() == moment
    assert der.parse(der.x509_time(moment)).time() == moment


# --- what is read re-encodes to the same octets ----------------------------------------------------------------------


def rewritten(element: Element) -> bytes:
    """Return the element written anew from what was read."""
    if element.tag & 0x20:
        return der.tlv(element.tag, *(rewritten(child) for child in element.children()))
    return der.tlv(element.tag, element.body)


TREES = st.recursive(
    st.builds(der.tlv, st.integers(1, 30).map(lambda n: n & ~0x20), st.binary(max_size=20)),
    lambda inner: st.builds(
        lambda tag, parts: der.tlv(tag, *parts),
        st.sampled_from([0x30, 0x31, 0xA0, 0xA3, 0x61]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@given(TREES)
def test_trees_survive(encoded: bytes) -> None:
    element = der.parse(encoded)
    assert element.raw == encoded
    assert rewritten(element) == encoded


@given(TREES, st.data())
def test_changed_trees_are_refused_or_survive(encoded: bytes, data: st.DataObject) -> None:
    changed = bytearray(encoded)
    place = data.draw(st.integers(0, len(encoded) - 1))
    changed[place] = data.draw(st.integers(0, 255))
    try:
        again = rewritten(der.parse(bytes(changed)))
    except Malformed:
        return
    assert again == bytes(changed)


@given(st.binary(max_size=60))
def test_random_octets_are_refused_or_survive(data: bytes) -> None:
    try:
        assert rewritten(der.parse(data)) == data
    except Malformed:
        return


READERS: list[tuple[int, Callable[[Element], object], Callable[[object], bytes]]] = [
    (Tag.INTEGER, lambda one: one.integer(), lambda value: der.integer(int(str(value)))),
    (Tag.BOOLEAN, lambda one: one.boolean(), lambda value: der.boolean(value=bool(value))),
    (Tag.OID, lambda one: one.oid(), lambda value: der.oid(str(value))),
    (Tag.BIT_STRING, lambda one: one.bits(), lambda value: der.bit_string(bytes(value))),  # type: ignore[call-overload]
    (Tag.UTF8_STRING, lambda one: one.text(Tag.UTF8_STRING), lambda value: der.utf8_string(str(value))),
]


@pytest.mark.parametrize(
    ("tag", "read", "write"), READERS, ids=["INTEGER", "BOOLEAN", "OID", "BIT STRING", "UTF8String"]
)
def test_every_value_has_one_encoding(
    tag: int, read: Callable[[Element], object], write: Callable[[object], bytes]
) -> None:
    @given(st.binary(max_size=12))
    def holds(body: bytes) -> None:
        encoded = der.tlv(tag, body)
        try:
            value = read(der.parse(encoded))
        except Malformed:
            return
        assert write(value) == encoded

    holds()


@pytest.mark.parametrize(("tag", "write"), [(Tag.GENERALIZED_TIME, der.generalized_time), (Tag.UTC_TIME, der.utc_time)])
def test_every_time_has_one_encoding(tag: int, write: Callable[[datetime], bytes]) -> None:
    good = write(NOW)[2:]

    octets, places = st.sampled_from(list(b"0123456789 zZ.+-")), st.integers(0, len(good) - 1)

    @given(st.dictionaries(places, octets, min_size=1, max_size=2))
    def holds(changes: dict[int, int]) -> None:
        body = bytearray(good)
        for place, octet in changes.items():
            body[place] = octet
        try:
            moment = der.parse(der.tlv(tag, bytes(body))).time()
        except Malformed:
            return
        assert write(moment) == der.tlv(tag, bytes(body))

    holds()


def test_the_walk_through_a_key_of_another_author() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    encoded = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    algorithm, point = der.parse(encoded).sequence()
    assert [one.oid() for one in algorithm.sequence()] == ["1.2.840.10045.2.1", "1.2.840.10045.3.1.7"]
    assert len(point.bits()) == 65
    r, s = der.parse(key.sign(b"message", ec.ECDSA(hashes.SHA256()))).sequence()
    assert der.sequence(der.integer(r.integer()), der.integer(s.integer())) != b""
    assert (algorithm.raw, algorithm.start, algorithm.depth) == (encoded[2 : algorithm.end], 2, 1)
