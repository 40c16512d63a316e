"""Writing seals and seal signatures: the bytes of GB/T 38540-2020, and that what we write reads back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seal.asn1 import (
    CertificateListType,
    SealPicture,
    SealVersion,
    seal_info,
    sealed,
    signature_over,
    to_be_signed,
)
from seal.reading import read_seal, read_seal_signature
from tests.seal.structures import CREATED, DOCUMENT_HASH, SIGNED, UNTIL, World, seal, tbs_sign
from trust.asn1 import der

PICTURE = SealPicture(type="PNG", data=b"\x89PNG", width_mm=42, height_mm=40)
NAME = "某市市场监督管理局电子证照专用章"


def info_of(world: World) -> bytes:
    return seal_info(
        identifier="33019900000001",
        vendor="VENDOR",
        type_=6,
        name=NAME,
        certificates=(world.owner.certificate.der,),
        created_at=CREATED,
        valid_from=CREATED,
        valid_until=UNTIL,
        picture=PICTURE,
    )


def seal_of(world: World) -> bytes:
    info = info_of(world)
    value = world.maker.signer.sign(info)
    return sealed(info, maker_certificate=world.maker.certificate.der, signature=value)


def test_the_info_is_the_one_that_the_standard_prescribes(world: World) -> None:
    expected = der.parse(seal(4, world.maker, world.owner)).children()[0].raw
    assert expected == info_of(world)


def test_a_seal_is_info_certificate_algorithm_and_value() -> None:
    made = sealed(der.sequence(), maker_certificate=b"c", signature=b"s")
    # 06 08 2A 81 1C CF 55 01 83 75 is 1.2.156.10197.1.501, SM2 with SM3.
    assert bytes.fromhex("3013 3000 040163 06082A811CCF55018375 03020073") == made


def test_what_is_signed_is_the_tbs_that_the_standard_prescribes(world: World) -> None:
    eseal = seal_of(world)
    made = to_be_signed(seal=eseal, signed_at=SIGNED, data_hash=DOCUMENT_HASH, property_info="ByteRange")
    assert tbs_sign(4, eseal, world.owner, {}) == made


def test_a_seal_reads_back_to_the_same_values_and_bytes(world: World) -> None:
    made = seal_of(world)
    read = read_seal(made)
    assert made == read.raw
    assert info_of(world) == read.signed
    assert (read.version, read.vendor, read.identifier) == (SealVersion.GBT38540_2020, "VENDOR", "33019900000001")
    assert (read.type, read.name) == (6, NAME)
    assert (CertificateListType.CERTIFICATES, (world.owner.certificate.der,)) == (read.list_type, read.listed)
    assert (read.created_at, read.valid_from, read.valid_until) == (CREATED, CREATED, UNTIL)
    assert read.picture == PICTURE
    assert read.maker_certificate == world.maker.certificate.der
    assert read.algorithm == "1.2.156.10197.1.501"
    assert (read.extensions, read.time_stamp, read.deviations) == ((), None, ())


@pytest.mark.parametrize("token", [None, b"a token"])
def test_a_signature_reads_back_to_the_same_values_and_bytes(world: World, token: bytes | None) -> None:
    eseal = seal_of(world)
    tbs = to_be_signed(seal=eseal, signed_at=SIGNED, data_hash=DOCUMENT_HASH, property_info="ByteRange")
    made = signature_over(tbs, certificate=world.owner.certificate.der, signature=b"value", time_stamp=token)
    read = read_seal_signature(made)
    assert (made, tbs) == (read.raw, read.signed)
    assert read_seal(eseal) == read.seal
    assert (read.signed_at, read.data_hash, read.property_info) == (SIGNED, DOCUMENT_HASH, "ByteRange")
    assert (world.owner.certificate.der, b"value", token) == (read.certificate, read.signature, read.time_stamp)
    assert (read.algorithm, read.deviations) == ("1.2.156.10197.1.501", ())


def test_the_time_stamp_is_written_explicit() -> None:
    made = signature_over(der.sequence(), certificate=b"c", signature=b"s", time_stamp=b"t")
    assert made.endswith(bytes.fromhex("A004 03020074"))


@pytest.mark.parametrize("number", [-1, -127, -128, -129, -32_768, 127, 128, 255, 32_768])
def test_every_number_of_a_type_reads_back(world: World, number: int) -> None:
    made = seal(4, world.maker, world.owner, type=der.integer(number))
    assert number == read_seal(made).type


MOMENTS = st.datetimes(datetime(1900, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - its type


@given(
    identifier=st.text(st.characters(max_codepoint=127), max_size=40),
    vendor=st.text(st.characters(max_codepoint=127), max_size=20),
    number=st.integers(0, 2**63),
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    certificates=st.lists(st.binary(max_size=300), min_size=1, max_size=4),
    times=st.tuples(MOMENTS, MOMENTS, MOMENTS),
    data=st.binary(max_size=700),
    size=st.tuples(st.integers(0, 2**40), st.integers(0, 2**40)),
    maker=st.binary(max_size=200),
    value=st.binary(max_size=80),
)
def test_whatever_is_written_reads_back(  # noqa: PLR0917 - hypothesis names them
    identifier: str,
    vendor: str,
    number: int,
    name: str,
    certificates: list[bytes],
    times: tuple[datetime, datetime, datetime],
    data: bytes,
    size: tuple[int, int],
    maker: bytes,
    value: bytes,
) -> None:
    picture = SealPicture(type="PNG", data=data, width_mm=size[0], height_mm=size[1])
    created, start, end = (one.replace(microsecond=0) for one in times)
    info = seal_info(
        identifier=identifier,
        vendor=vendor,
        type_=number,
        name=name,
        certificates=tuple(certificates),
        created_at=created,
        valid_from=start,
        valid_until=end,
        picture=picture,
    )
    made = sealed(info, maker_certificate=maker, signature=value)
    read = read_seal(made)
    assert (made, info) == (read.raw, read.signed)
    assert (identifier, vendor, number, name) == (read.identifier, read.vendor, read.type, read.name)
    assert (tuple(certificates), picture, maker, value) == (
        read.listed,
        read.picture,
        read.maker_certificate,
        read.signature,
    )
    assert (created, start, end) == (read.created_at, read.valid_from, read.valid_until)
    assert read.deviations == ()
    tbs = to_be_signed(seal=made, signed_at=created, data_hash=data[:32], property_info=vendor)
    signature = read_seal_signature(signature_over(tbs, certificate=maker, signature=value, time_stamp=value))
    assert (read, created, data[:32], vendor) == (
        signature.seal,
        signature.signed_at,
        signature.data_hash,
        signature.property_info,
    )
    assert (tbs, maker, value, value) == (
        signature.signed,
        signature.certificate,
        signature.signature,
        signature.time_stamp,
    )


def test_a_fraction_of_a_second_is_not_written(world: World) -> None:
    made = to_be_signed(
        seal=der.sequence(), signed_at=SIGNED + timedelta(microseconds=999_999), data_hash=b"", property_info=""
    )
    assert der.generalized_time(SIGNED) == der.parse(made).children()[2].raw
    assert world.owner.certificate.der not in made
