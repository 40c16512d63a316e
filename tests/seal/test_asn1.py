"""Writing seals and seal signatures: the bytes of GB/T 38540-2020, and that what we write reads back."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seal.data.asn1 import (
    CertificateListType,
    SealExtension,
    SealMalformed,
    SealPicture,
    SealVersion,
    seal_info,
    sealed,
    signature_over,
    to_be_signed,
)
from seal.data.deviations import Deviation
from seal.data.reading import read_seal, read_seal_signature
from tests.builders import read_vectors
from tests.seal.structures import CREATED, DOCUMENT_HASH, SIGNED, UNTIL, World, seal, tbs_sign
from trust.asn1 import der
from trust.crypto.sm3 import sm3

PICTURE = SealPicture(type="PNG", data=b"\x89PNG", width_mm=42, height_mm=40)
NAME = "某市市场监督管理局电子证照专用章"


def info_of(world: World) -> bytes:
    return seal_info(
        identifier="33019900000001",
        vendor="VENDOR",
        type_=6,
        name=NAME,
        listed=(world.owner.certificate.der,),
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
        listed=tuple(certificates),
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
    assert {one.deviation for one in read.deviations} <= {Deviation.IDENTIFIER_FORM, Deviation.VALUE_FORM}
    hashed = sm3(data)
    tbs = to_be_signed(seal=made, signed_at=created, data_hash=hashed, property_info=vendor)
    signature = read_seal_signature(signature_over(tbs, certificate=maker, signature=value, time_stamp=value))
    assert (read, created, hashed, vendor) == (
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
    late = SIGNED + timedelta(microseconds=999_999)
    made = to_be_signed(seal=seal_of(world), signed_at=late, data_hash=DOCUMENT_HASH, property_info="")
    assert der.generalized_time(SIGNED) == der.parse(made).children()[2].raw


# --- against what was written by hand


@dataclass(frozen=True, kw_only=True)
class Written:
    """A seal and a seal signature by their parts, and in octets."""

    name: str
    version: int
    vendor: str
    identifier: str
    type: int
    title: str
    list_type: int
    listed: list[str]
    created_at: str
    valid_from: str
    valid_until: str
    picture: str
    extensions: list[tuple[str, bool, str]]
    maker: str
    seal_value: str
    seal_token: str
    signed_at: str
    data_hash: str
    property_info: str
    sign_extensions: list[tuple[str, bool, str]]
    signer: str
    sign_value: str
    sign_token: str
    info: str
    seal: str
    tbs: str
    signature: str


VECTORS = read_vectors("ses/written.json", Written)
EVERY_VECTOR = pytest.mark.parametrize("case", VECTORS, ids=lambda one: one.name)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def extensions_of(told: list[tuple[str, bool, str]]) -> tuple[SealExtension, ...]:
    return tuple(SealExtension(oid=oid, critical=flag, value=bytes.fromhex(value)) for oid, flag, value in told)


def token_of(told: str) -> bytes | None:
    return bytes.fromhex(told) if told else None


@EVERY_VECTOR
def test_what_is_written_is_what_was_written_by_hand(case: Written) -> None:
    info = seal_info(
        version=SealVersion(case.version),
        identifier=case.identifier,
        vendor=case.vendor,
        type_=case.type,
        name=case.title,
        list_type=CertificateListType(case.list_type),
        listed=tuple(map(bytes.fromhex, case.listed)),
        created_at=moment(case.created_at),
        valid_from=moment(case.valid_from),
        valid_until=moment(case.valid_until),
        picture=SealPicture(type="PNG", data=bytes.fromhex(case.picture), width_mm=42, height_mm=30),
        extensions=extensions_of(case.extensions),
    )
    assert case.info == info.hex()
    maker, value = bytes.fromhex(case.maker), bytes.fromhex(case.seal_value)
    made = sealed(info, maker_certificate=maker, signature=value, time_stamp=token_of(case.seal_token))
    assert case.seal == made.hex()
    tbs = to_be_signed(
        seal=made,
        signed_at=moment(case.signed_at),
        data_hash=bytes.fromhex(case.data_hash),
        property_info=case.property_info,
        extensions=extensions_of(case.sign_extensions),
    )
    assert case.tbs == tbs.hex()
    signature = signature_over(
        tbs,
        certificate=bytes.fromhex(case.signer),
        signature=bytes.fromhex(case.sign_value),
        time_stamp=token_of(case.sign_token),
    )
    assert case.signature == signature.hex()


@EVERY_VECTOR
def test_what_was_written_by_hand_reads_to_its_parts(case: Written) -> None:
    read = read_seal_signature(bytes.fromhex(case.signature))
    assert read.deviations == ()
    assert (case.tbs, case.seal, case.info) == (read.signed.hex(), read.seal.raw.hex(), read.seal.signed.hex())
    assert (case.version, case.list_type) == (read.seal.version, read.seal.list_type)
    assert case.listed == [one.hex() for one in read.seal.listed]
    assert extensions_of(case.extensions) == read.seal.extensions
    assert extensions_of(case.sign_extensions) == read.extensions
    assert (token_of(case.seal_token), token_of(case.sign_token)) == (read.seal.time_stamp, read.time_stamp)
    assert (moment(case.signed_at), case.property_info) == (read.signed_at, read.property_info)


def test_the_vectors_are_what_their_program_makes(tmp_path: Path) -> None:
    kept = Path(__file__).parents[1] / "vectors" / "ses"
    (tmp_path / "generate.py").write_bytes((kept / "generate.py").read_bytes())
    subprocess.run([sys.executable, tmp_path / "generate.py"], check=True)
    assert (tmp_path / "written.json").read_bytes() == (kept / "written.json").read_bytes()


# --- what is never written


def parts(world: World) -> dict[str, Any]:
    return {
        "identifier": "33019900000001",
        "vendor": "VENDOR",
        "type_": 6,
        "name": NAME,
        "listed": (world.owner.certificate.der,),
        "created_at": CREATED,
        "valid_from": CREATED,
        "valid_until": UNTIL,
        "picture": PICTURE,
    }


@pytest.mark.parametrize(
    "change",
    [{"version": SealVersion.GMT0031_2014}, {"listed": ()}, {"identifier": "印章"}, {"vendor": "信印"}],
    ids=lambda change: next(iter(change)),
)
def test_a_seal_that_no_standard_in_force_knows(world: World, change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"version 4 or 5|ascii"):
        seal_info(**parts(world) | change)


@pytest.mark.parametrize("length", [0, 31, 33, 64])
def test_a_hash_that_is_none_of_sm3(world: World, length: int) -> None:
    with pytest.raises(ValueError, match="SM3"):
        to_be_signed(seal=seal_of(world), signed_at=SIGNED, data_hash=bytes(length), property_info="")


def test_no_time_stamp_before_the_standard_of_2025(world: World) -> None:
    with pytest.raises(ValueError, match="0031-2025"):
        sealed(info_of(world), maker_certificate=b"maker", signature=b"value", time_stamp=b"token")


@pytest.mark.parametrize("version", [4, 5])
def test_a_signature_has_the_version_of_its_seal(world: World, version: int) -> None:
    tbs = to_be_signed(seal=world.seal(version), signed_at=SIGNED, data_hash=DOCUMENT_HASH, property_info="p")
    assert version == der.parse(tbs).children()[0].integer()


@pytest.mark.parametrize(
    "change",
    [
        lambda world: world.seal(1),
        lambda world: world.seal(4, number=der.integer(3)),
        lambda world: world.seal(4, number=der.null()),
        lambda world: world.seal(4, Vid=b""),
        lambda world: world.seal(4)[:-1],
        lambda _: der.sequence(),
        lambda _: der.sequence(der.sequence()),
        lambda _: der.sequence(der.null()),
        lambda _: b"",
    ],
    ids=["first", "third", "none", "short header", "cut", "no info", "no header", "null", "nothing"],
)
def test_nothing_is_signed_over_what_is_no_seal_of_ours(world: World, change: Callable[[World], bytes]) -> None:
    with pytest.raises(SealMalformed):
        to_be_signed(seal=change(world), signed_at=SIGNED, data_hash=DOCUMENT_HASH, property_info="")
