"""Reading seals and seal signatures: every version, every tolerated deviation by its name, every refusal."""

from collections.abc import Callable

import pytest

from seal.data.asn1 import CertificateListType, SealExtension, SealMalformed, SealVersion
from seal.data.deviations import Deviation, Met
from seal.data.reading import read_seal, read_seal_signature
from tests.builders import grafted
from tests.seal.structures import CREATED, DOCUMENT_HASH, SIGNED, UNTIL, World
from trust.asn1 import der
from trust.crypto.sm3 import sm3

VERSIONS = {1: SealVersion.GMT0031_2014, 4: SealVersion.GBT38540_2020, 5: SealVersion.GMT0031_2025}
EXTENSION = der.sequence(der.oid("1.2.156.10197.6.7.2.2.1"), der.boolean(value=True), der.octet_string(b"2.1"))
PLAIN_EXTENSION = der.sequence(der.oid("1.3.6.1.5.5.7.1.4"), der.octet_string(b"\x30\x00"))
DIGESTS = der.sequence(der.sequence(der.printable_string("SM3"), der.octet_string(sm3(b"certificate"))))

TOKEN = der.bit_string(b"token")


def generalized(text: str) -> bytes:
    return der.tlv(der.Tag.GENERALIZED_TIME, text.encode())


# --- versions


@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_seal_of_each_version(world: World, version: int) -> None:
    read = read_seal(world.seal(version))
    assert VERSIONS[version] is read.version
    assert (read.created_at, read.valid_from, read.valid_until) == (CREATED, CREATED, UNTIL)
    assert (
        read.picture.width_mm,
        read.picture.height_mm,
        read.picture.type,
        read.picture.data,
    ) == (42, 40, "PNG", b"\x89PNG")
    assert (world.owner.certificate.der,) == read.listed
    assert CertificateListType.CERTIFICATES is read.list_type
    assert read.deviations == ()
    world.maker.certificate.verify_message(read.signature, read.signed)


@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_signature_of_each_version(world: World, version: int) -> None:
    read = read_seal_signature(world.signature(version))
    assert VERSIONS[version] is read.seal.version
    assert (read.signed_at, read.data_hash, read.property_info) == (SIGNED, DOCUMENT_HASH, "ByteRange")
    assert world.owner.certificate.der == read.certificate
    assert ((Met(Deviation.TIME_TEXT, "timeInfo"),) if version == 1 else ()) == read.deviations
    world.owner.certificate.verify_message(read.signature, read.signed)


def test_what_the_maker_of_a_first_version_signs(world: World) -> None:
    made = world.seal(1)
    info, signing = der.parse(made).children()
    certificate, algorithm, _ = signing.children()
    assert der.sequence(info.raw, certificate.raw, algorithm.raw) == read_seal(made).signed


def test_a_list_of_digests(world: World) -> None:
    read = read_seal(world.seal(4, certListType=der.integer(2), certList=DIGESTS))
    assert (CertificateListType.DIGESTS, (sm3(b"certificate"),)) == (read.list_type, read.listed)


def test_the_time_stamp_of_a_seal(world: World) -> None:
    read = read_seal(world.seal(5, timeStamp=der.context(0, der.bit_string(b"token"))))
    assert (read.time_stamp, read.deviations) == (b"token", ())


@pytest.mark.parametrize(
    ("extensions", "expected"),
    [
        (der.sequence(), ()),
        (
            der.sequence(EXTENSION, PLAIN_EXTENSION),
            (
                SealExtension(oid="1.2.156.10197.6.7.2.2.1", value=b"2.1", critical=True),
                SealExtension(oid="1.3.6.1.5.5.7.1.4", value=b"\x30\x00"),
            ),
        ),
    ],
    ids=["none", "two"],
)
@pytest.mark.parametrize("version", [1, 4, 5])
def test_extensions_of_a_seal(
    world: World, version: int, extensions: bytes, expected: tuple[SealExtension, ...]
) -> None:
    read = read_seal(world.seal(version, extDatas=extensions))
    assert (expected, ()) == (read.extensions, read.deviations)


def test_the_text_of_2014_prints_a_tag_on_extensions(world: World) -> None:
    read = read_seal(world.seal(1, extDatas=der.context(0, der.sequence(EXTENSION))))
    assert (read.extensions[0].oid, read.deviations) == ("1.2.156.10197.6.7.2.2.1", ())


@pytest.mark.parametrize("extension", [EXTENSION, PLAIN_EXTENSION])
@pytest.mark.parametrize("version", [4, 5])
def test_extensions_of_a_signature(world: World, version: int, extension: bytes) -> None:
    read = read_seal_signature(world.signature(version, sign_extDatas=der.context(0, der.sequence(extension))))
    assert (len(read.extensions), read.deviations) == (1, ())


@pytest.mark.parametrize(("count", "is_read"), [(100, True), (101, False)])
def test_how_many_extensions_there_may_be(world: World, count: int, *, is_read: bool) -> None:
    told = der.sequence(PLAIN_EXTENSION * count)
    if is_read:
        assert count == len(read_seal(world.seal(4, extDatas=told)).extensions)
    else:
        refused(world.seal(4, extDatas=told))
        refused(world.signature(sign_extDatas=der.context(0, told)), signature=True)


@pytest.mark.parametrize("body", [b"20261112123456Z", b"20261112012345Z", b"202611120123456Z"])
def test_digits_in_the_first_version_are_never_misread(world: World, body: bytes) -> None:
    # Python takes any character between date and time for a separator, a digit too.
    read = read_seal_signature(world.signature(1, timeInfo=der.bit_string(body))).signed_at
    assert (read is not None) is (len(body) == 15)
    assert read is None or body == read.strftime("%Y%m%d%H%M%SZ").encode()


@pytest.mark.parametrize(("count", "is_read"), [(1, True), (100, True), (101, False)])
def test_how_many_signers_a_seal_may_list(world: World, count: int, *, is_read: bool) -> None:
    encoded = world.seal(4, certList=der.sequence(der.octet_string(b"certificate") * count))
    if is_read:
        assert count == len(read_seal(encoded).listed)
    else:
        refused(encoded)


def test_zero_octets_after_a_signature_are_padding(world: World) -> None:
    made = world.signature()
    assert read_seal_signature(made + bytes(500)) == read_seal_signature(made)


# --- what is refused, one part at a time

WRONG = der.null()
TIME_PARTS = ("createDate", "validStart", "validEnd")


def refused(encoded: bytes, *, signature: bool = False) -> SealMalformed:
    with pytest.raises(SealMalformed) as caught:
        (read_seal_signature if signature else read_seal)(encoded)
    return caught.value


SEAL_PARTS = (
    *("ID", "number", "Vid", "esID", "type", "name", "certListType", "certList", *TIME_PARTS),
    *("picture_type", "data", "width", "height", "eSealInfo", "cert", "signAlgID", "signedValue"),
)


@pytest.mark.parametrize("part", SEAL_PARTS)
@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_part_of_a_seal_of_another_type(world: World, version: int, part: str) -> None:
    error = refused(world.seal(version, **{part: WRONG}))
    assert set(error.details) == {"expected", "offset"}


@pytest.mark.parametrize(
    ("version", "part"),
    [
        (version, part)
        for version in (1, 4, 5)
        for part in SEAL_PARTS
        if part not in {"eSealInfo", "signedValue", "cert", "signAlgID"}
        if (version, part) != (1, "certListType")  # the first version has none
    ],
)
def test_a_part_of_a_seal_that_is_missing(world: World, version: int, part: str) -> None:
    refused(world.seal(version, **{part: b""}))


SIGNATURE_PARTS = ("toSign", "sign_version", "timeInfo", "dataHash", "propertyInfo", "sign_cert", "signatureAlgID")


@pytest.mark.parametrize("part", [*SIGNATURE_PARTS, "signature"])
@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_part_of_a_signature_of_another_type(world: World, version: int, part: str) -> None:
    refused(world.signature(version, **{part: WRONG}), signature=True)


@pytest.mark.parametrize("part", sorted({*SIGNATURE_PARTS} - {"toSign"}))
@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_part_of_a_signature_that_is_missing(world: World, version: int, part: str) -> None:
    refused(world.signature(version, **{part: b""}), signature=True)


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param({"ID": der.ia5_string("XX")}, id="another header"),
        pytest.param({"number": der.integer(1)}, id="version 1 in the new shape"),
        pytest.param({"number": der.integer(3)}, id="a version that never was"),
        pytest.param({"number": der.integer(6)}, id="a version to come"),
        pytest.param({"certListType": der.integer(0)}, id="list of type 0"),
        pytest.param({"certListType": der.integer(3)}, id="list of type 3"),
        pytest.param({"certListType": der.integer(2)}, id="certificates in a list of digests"),
        pytest.param({"certList": DIGESTS}, id="digests in a list of certificates"),
        pytest.param({"certList": der.sequence()}, id="an empty list"),
        pytest.param({"createDate": generalized("20260230000000Z")}, id="a day that never was"),
        pytest.param({"createDate": generalized("20260230000000.5Z")}, id="likewise with a fraction"),
        pytest.param({"createDate": generalized("20260131000000+0800")}, id="another time zone"),
        pytest.param({"createDate": generalized("2026013100000")}, id="a digit too few"),
        pytest.param({"createDate": generalized("202601310000Z")}, id="no seconds"),
        pytest.param({"createDate": generalized("20260131000000...Z")}, id="points for a fraction"),
        pytest.param({"createDate": generalized("20260131000000Z5")}, id="digits after Z"),
        pytest.param({"createDate": generalized("20260131000000999")}, id="digits without a point"),
        pytest.param({"signedValue": der.bit_string(b"\xf0", unused=4)}, id="a value of half an octet"),
        pytest.param({"timeStamp": der.context(0, TOKEN)}, id="a time-stamp before 2025"),
        pytest.param({"extDatas": der.sequence(der.sequence(der.oid("1.2.3")))}, id="an extension without a value"),
        pytest.param({"extDatas": der.sequence() + der.sequence()}, id="extensions twice"),
        pytest.param(
            {"extDatas": der.sequence(der.sequence(der.oid("1.2.3"), der.tlv(1, b"\1"), der.octet_string(b"")))},
            id="a flag that is neither true nor false",
        ),
        pytest.param(
            {"extDatas": der.sequence(der.sequence(der.oid("1.2.3"), der.octet_string(b""), der.octet_string(b"")))},
            id="an extension with two values",
        ),
        pytest.param({"name": der.tlv(der.Tag.UTF8_STRING, b"\xff")}, id="a name in no encoding"),
        pytest.param({"esID": der.tlv(der.Tag.IA5_STRING, "章".encode())}, id="Chinese in ASCII"),
    ],
)
def test_a_seal_that_breaks_a_rule(world: World, parts: dict[str, bytes]) -> None:
    refused(world.seal(4, **parts))


@pytest.mark.parametrize("number", [-1, 0, 4, 5, 10, 12])
def test_a_number_that_no_seal_of_the_first_shape_has(world: World, number: int) -> None:
    assert "version" in str(refused(world.seal(1, number=der.integer(number))).details["expected"])


EMPTY = b"\xa0\x00"


HALF = der.context(0, b"\4\xf0", constructed=False)


@pytest.mark.parametrize("tagged", [EMPTY, der.context(0, TOKEN, TOKEN), der.context(0, b"", constructed=False), HALF])
def test_a_tag_around_no_time_stamp_or_around_two(world: World, tagged: bytes) -> None:
    refused(world.seal(5, timeStamp=tagged))
    refused(world.signature(timeStamp=tagged), signature=True)


@pytest.mark.parametrize("tagged", [EMPTY, der.context(0, der.sequence(), der.sequence())])
def test_a_tag_around_no_extensions_or_around_two(world: World, tagged: bytes) -> None:
    refused(world.seal(4, extDatas=tagged))
    refused(world.signature(sign_extDatas=tagged), signature=True)


@pytest.mark.parametrize("change", [lambda _: b"", lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: raw * 2])
def test_a_seal_is_exactly_one_element(world: World, change: Callable[[bytes], bytes]) -> None:
    refused(change(world.seal()))


@pytest.mark.parametrize("more", [b"\0\0\x01", b"\x30\x00", b" "])
def test_something_after_a_signature(world: World, more: bytes) -> None:
    refused(world.signature() + more, signature=True)


@pytest.mark.parametrize("count", [0, 1, 3, 6])
def test_a_wrong_number_of_members(world: World, count: int) -> None:
    for encoded, is_signature in ((world.seal(5, timeStamp=der.context(0, TOKEN)), False), (world.stamped(), True)):
        members = [child.raw for child in der.parse(encoded).children()]
        refused(der.sequence(*(members * 2)[:count]), signature=is_signature)


def test_a_seal_is_no_signature_and_the_other_way_round(world: World) -> None:
    refused(world.seal(), signature=True)
    refused(world.signature())
    refused(grafted(world.seal(), 0, put=der.sequence()))
