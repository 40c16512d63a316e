"""DER: everything that the reader refuses, one rule at a time (ITU-T X.690, 8, 10 and 11)."""

from collections.abc import Callable

import pytest

from trust.asn1 import der
from trust.asn1.der import MAX_DEPTH, Element, Malformed, Tag
from trust.errors import Invalid


def test_the_kind_of_the_error() -> None:
    assert issubclass(Malformed, Invalid)
    with pytest.raises(Malformed) as refused:
        der.parse(der.sequence(der.null(), der.integer(1))).sequence()[1].boolean("a flag")
    assert refused.value.details == {"expected": "a flag", "offset": 4}


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="nothing"),
        pytest.param("30", id="a tag alone"),
        pytest.param("0500" + "00", id="a trailing octet"),
        pytest.param("0500" * 2, id="two elements"),
        pytest.param("0401", id="truncated contents"),
        pytest.param("0402ff", id="too few contents"),
        pytest.param("04820001ff", id="length in two octets where one will do"),
        pytest.param("04817f" + "00" * 127, id="long form below 128"),
        pytest.param("0482007f" + "00" * 127, id="length with a leading zero"),
        pytest.param("04820080" + "00" * 128, id="long length with a leading zero"),
        pytest.param("3080" + "0500" + "0000", id="indefinite length"),
        pytest.param("2480" + "040161" + "0000", id="indefinite string"),
        pytest.param("0480", id="indefinite length, primitive"),
        pytest.param("04ff" + "00" * 200, id="reserved length octet"),
        pytest.param("0485" + "0000000001" + "00", id="length in five octets"),
        pytest.param("048501" + "00" * 4, id="a length of 4 GiB"),
        pytest.param("0484ffffffff" + "00", id="a length beyond the data"),
        pytest.param("0482", id="a length cut off"),
        pytest.param("048201", id="a length cut in the middle"),
        pytest.param("1f0500", id="a tag of several octets"),
        pytest.param("bf8101" + "00", id="a context tag of several octets"),
        pytest.param("0000", id="end-of-contents octets"),
    ],
)
def test_what_is_no_element(data: str) -> None:
    with pytest.raises(Malformed):
        der.parse(bytes.fromhex(data))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("300401ff0500", id="a child of no sense"),
        pytest.param("3003020201", id="a child longer than its parent"),
        pytest.param("300302010500", id="octets after the sequence"),
        pytest.param("30050201050500" + "00", id="octets after the outer"),
        pytest.param("300402010530", id="half a child at the end"),
        pytest.param("3005" + "0482000161", id="a child with a long length"),
    ],
)
def test_what_is_no_sequence(data: str) -> None:
    with pytest.raises(Malformed):
        _ = [child.integer() for child in der.parse(bytes.fromhex(data)).sequence()]


def nested(depth: int) -> bytes:
    """Return sequences in sequences."""
    encoded = der.null()
    for _ in range(depth):
        encoded = der.sequence(encoded)
    return encoded


def descend(element: Element) -> int:
    """Return how deep one can go."""
    depth = 0
    while element.tag == Tag.SEQUENCE:
        (element,) = element.sequence()
        depth += 1
    return depth


def test_depth() -> None:
    assert descend(der.parse(nested(MAX_DEPTH))) == MAX_DEPTH
    with pytest.raises(Malformed, match="a shallower structure"):
        descend(der.parse(nested(MAX_DEPTH + 1)))


def test_a_primitive_element_has_no_children() -> None:
    with pytest.raises(Malformed):
        der.parse(der.octet_string(der.null())).children()


NOT_A_TAG: dict[str, tuple[Callable[[Element], object], str]] = {
    "sequence": (lambda one: one.sequence(), "3100"),
    "integer": (lambda one: one.integer(), "0a0101"),
    "boolean": (lambda one: one.boolean(), "0201ff"),
    "octets": (lambda one: one.octets(), "030100"),
    "bits": (lambda one: one.bits(), "040100"),
    "oid": (lambda one: one.oid(), "0d0101"),
    "text": (lambda one: one.text(Tag.UTF8_STRING), "130141"),
    "time": (lambda one: one.time(), "130d" + "32" * 13),
}


@pytest.mark.parametrize("name", NOT_A_TAG)
def test_another_tag(name: str) -> None:
    read, data = NOT_A_TAG[name]
    with pytest.raises(Malformed):
        read(der.parse(bytes.fromhex(data)))


@pytest.mark.parametrize("tag", [Tag.INTEGER, Tag.OCTET_STRING, Tag.BIT_STRING, Tag.OID, Tag.BOOLEAN, Tag.UTF8_STRING])
def test_constructed_forms_of_primitive_types(tag: int) -> None:
    element = der.parse(der.tlv(tag | 0x20, der.tlv(tag, b"\x00")))
    for read in (element.integer, element.octets, element.bits, element.oid, element.boolean):
        with pytest.raises(Malformed):
            read()
    with pytest.raises(Malformed):
        element.text(tag)


@pytest.mark.parametrize("body", ["", "0000", "007f", "ffff", "ff80", "000080", "ffff00"])
def test_integers_have_the_fewest_octets(body: str) -> None:
    with pytest.raises(Malformed):
        der.parse(der.tlv(Tag.INTEGER, bytes.fromhex(body))).integer()


@pytest.mark.parametrize("body", ["", "01", "80", "fe", "ffff", "0000"])
def test_booleans_are_00_or_ff(body: str) -> None:
    with pytest.raises(Malformed):
        der.parse(der.tlv(Tag.BOOLEAN, bytes.fromhex(body))).boolean()


@pytest.mark.parametrize("body", ["", "01ff", "0780", "08ff", "ff"])
def test_bit_strings_are_whole_octets(body: str) -> None:
    with pytest.raises(Malformed):
        der.parse(der.tlv(Tag.BIT_STRING, bytes.fromhex(body))).bits()


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("", id="no octets"),
        pytest.param("80", id="a padding octet alone"),
        pytest.param("2a80", id="an arc cut off"),
        pytest.param("2a8001", id="an arc with a leading zero"),
        pytest.param("8001", id="the first arc with a leading zero"),
        pytest.param("2a" + "ff" * 3000 + "01", id="an arc that no number is as long as"),
    ],
)
def test_object_identifiers(body: str) -> None:
    with pytest.raises(Malformed):
        der.parse(der.tlv(Tag.OID, bytes.fromhex(body))).oid()


@pytest.mark.parametrize("body", ["ff", "c080", "c1bf", "eda080", "f4908080", "e58d", "80"])
def test_utf8_is_strict(body: str) -> None:
    with pytest.raises(Malformed):
        der.parse(der.tlv(Tag.UTF8_STRING, bytes.fromhex(body))).text(Tag.UTF8_STRING)


@pytest.mark.parametrize("tag", [Tag.PRINTABLE_STRING, Tag.IA5_STRING])
@pytest.mark.parametrize("body", ["80", "ff", "e58db0"])
def test_the_other_strings_are_ascii(tag: int, body: str) -> None:
    with pytest.raises(Malformed):
        der.parse(der.tlv(tag, bytes.fromhex(body))).text(tag)


@pytest.mark.parametrize(
    ("tag", "body"),
    [
        pytest.param(0x18, "20261122040506.5Z", id="a fraction"),
        pytest.param(0x18, "20261122040506", id="no zone"),
        pytest.param(0x18, "20261122040506+0800", id="another zone"),
        pytest.param(0x18, "202611220405Z", id="no seconds"),
        pytest.param(0x18, "2026112204Z", id="no minutes"),
        pytest.param(0x18, "261122040506Z", id="the year in two digits"),
        pytest.param(0x17, "20261122040506Z", id="the year in four digits"),
        pytest.param(0x17, "2611220405Z", id="UTCTime without seconds"),
        pytest.param(0x17, "261122120506+0800", id="UTCTime of another zone"),
        pytest.param(0x18, "20261322040506Z", id="month 13"),
        pytest.param(0x18, "20261100040506Z", id="day 0"),
        pytest.param(0x18, "20260230040506Z", id="30 February"),
        pytest.param(0x18, "20261122240506Z", id="hour 24"),
        pytest.param(0x18, "20261122046006Z", id="minute 60"),
        pytest.param(0x18, "20261122040560Z", id="second 60"),
        pytest.param(0x18, "20261122040561Z", id="second 61"),
        pytest.param(0x18, "00001122040506Z", id="year 0"),
        pytest.param(0x18, "20261122040506z", id="a small z"),
        pytest.param(0x17, "261122040506z", id="a small z in UTCTime"),
        pytest.param(0x18, "202611 2040506Z", id="a space for a digit of the day"),
        pytest.param(0x17, "2611 2040506Z", id="a space for a digit of the day in UTCTime"),
        pytest.param(0x18, "2026 1122040506", id="a space for the zone"),
        pytest.param(0x18, "+2026112204050Z", id="a sign"),
        pytest.param(0x18, "2026112204050\u0665Z", id="a digit of another script"),
        pytest.param(0x18, "", id="nothing"),
    ],
)
def test_times_have_one_form(tag: int, body: str) -> None:
    with pytest.raises(Malformed):
        der.parse(der.tlv(tag, body.encode())).time()


@pytest.mark.parametrize(("body", "year"), [("500101000000Z", 1950), ("681231000000Z", 1968), ("491231235959Z", 2049)])
def test_the_century_of_a_utc_time(body: str, year: int) -> None:
    assert der.parse(der.tlv(0x17, body.encode())).time().year == year
