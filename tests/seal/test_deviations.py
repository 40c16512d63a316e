"""What real vendors do otherwise than the standards: each deviation is tolerated alone, and named with its field."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from api.pages.words import WORDS
from seal.data.deviations import Deviation, Met
from seal.data.reading import read_seal, read_seal_signature
from seal.verification.signatures import judge_seal, judge_seal_signature
from tests.fakes.clock import NOW
from tests.seal.structures import CREATED, DOCUMENT_HASH, SIGNED, World
from trust.asn1 import der
from trust.crypto.sm3 import sm3
from trust.verdict import Outcome, Remark

EXTENSION = (der.oid("1.2.156.10197.6.7.2.2.1"), der.octet_string(b"2.1"))
NOT_CRITICAL = der.sequence(EXTENSION[0], der.boolean(value=False), EXTENSION[1])
DIGEST = der.octet_string(sm3(b"certificate"))
TOKEN = der.bit_string(b"token")
MAP = '{"doc.DocID":"1";"ofd.Sign":"/Doc_0/Signs/Sign_0/Signature.xml"}'


def generalized(text: str) -> bytes:
    return der.tlv(der.Tag.GENERALIZED_TIME, text.encode())


def digests(name: bytes) -> dict[str, bytes]:
    return {"certListType": der.integer(2), "certList": der.sequence(der.sequence(name, DIGEST))}


LOOSE = [generalized(f"20260131000000{end}") for end in (".5Z", ".125Z", "", ".5")]
TAGS = [der.context(0, b"\0token", constructed=False), TOKEN, der.octet_string(b"token")]

Case = tuple[int, str, bytes, Deviation, str]

IN_SEALS: list[Case] = [
    *((4, "ID", write("ES"), Deviation.STRING_TYPE, "ID") for write in (der.utf8_string, der.printable_string)),
    (4, "Vid", der.utf8_string("v"), Deviation.STRING_TYPE, "Vid"),
    (5, "Vid", der.printable_string("v"), Deviation.STRING_TYPE, "Vid"),
    (4, "esID", der.utf8_string("33019900000001"), Deviation.STRING_TYPE, "esID"),
    (4, "esID", der.printable_string("33019900000001"), Deviation.STRING_TYPE, "esID"),
    (4, "esID", der.ia5_string("51f044b76510434e9bc67a1185c2fba5"), Deviation.IDENTIFIER_FORM, "esID"),
    (4, "esID", der.ia5_string("es_51f044b76510434e9bc67a1185c2fba5"), Deviation.IDENTIFIER_FORM, "esID"),
    (1, "esID", der.ia5_string("3301990000001"), Deviation.IDENTIFIER_FORM, "esID"),
    (5, "esID", der.ia5_string(""), Deviation.IDENTIFIER_FORM, "esID"),
    (4, "name", der.ia5_string("seal"), Deviation.STRING_TYPE, "name"),
    (1, "name", der.printable_string("seal"), Deviation.STRING_TYPE, "name"),
    (4, "picture_type", der.utf8_string("PNG"), Deviation.STRING_TYPE, "picture.type"),
    *((4, "picture_type", der.ia5_string(one), Deviation.PICTURE_TYPE, "picture.type") for one in ("png", "ofd", "")),
    *((1, part, der.generalized_time(CREATED), Deviation.TIME_TYPE, part) for part in ("createDate", "validStart")),
    *((4, part, der.utc_time(CREATED), Deviation.TIME_TYPE, part) for part in ("createDate", "validStart")),
    (5, "validEnd", der.utc_time(CREATED), Deviation.TIME_TYPE, "validEnd"),
    *((4, part, one, Deviation.TIME_FORM, part) for part in ("createDate", "validStart", "validEnd") for one in LOOSE),
    (1, "number", der.integer(2), Deviation.VERSION_OF_SHAPE, "version"),
    (1, "number", der.integer(3), Deviation.VERSION_OF_SHAPE, "version"),
    (1, "number", der.integer(11), Deviation.VERSION_OF_SHAPE, "version"),
    (4, "extDatas", der.context(0, der.sequence()), Deviation.EXTENSIONS_TAG, "extDatas"),
    (5, "extDatas", der.context(0, der.sequence()), Deviation.EXTENSIONS_TAG, "extDatas"),
    (4, "extDatas", der.sequence(NOT_CRITICAL), Deviation.CRITICAL_FALSE, "extDatas"),
    *((5, "timeStamp", tagged, Deviation.TIME_STAMP_TAG, "timeStamp") for tagged in TAGS),
    (4, "signedValue", der.bit_string(bytes(64)), Deviation.VALUE_FORM, "signedValue"),
]

IN_SIGNATURES: list[Case] = [
    (4, "propertyInfo", der.utf8_string("/Doc"), Deviation.STRING_TYPE, "propertyInfo"),
    (4, "propertyInfo", der.printable_string("/Doc"), Deviation.STRING_TYPE, "propertyInfo"),
    (4, "propertyInfo", der.ia5_string(MAP), Deviation.PROPERTY_MAP, "propertyInfo"),
    (4, "timeInfo", der.utc_time(SIGNED), Deviation.TIME_TYPE, "timeInfo"),
    (4, "timeInfo", generalized("20261112040506.123456Z"), Deviation.TIME_FORM, "timeInfo"),
    (4, "sign_version", der.integer(5), Deviation.VERSIONS_DIFFER, "TBS_Sign.version"),
    (5, "sign_version", der.integer(4), Deviation.VERSIONS_DIFFER, "TBS_Sign.version"),
    (4, "sign_extDatas", der.sequence(), Deviation.EXTENSIONS_TAG, "TBS_Sign.extDatas"),
    (4, "sign_extDatas", der.context(0, der.sequence(NOT_CRITICAL)), Deviation.CRITICAL_FALSE, "TBS_Sign.extDatas"),
    *((4, "timeStamp", tagged, Deviation.TIME_STAMP_TAG, "timeStamp") for tagged in TAGS),
    (4, "signature", der.bit_string(bytes(64)), Deviation.VALUE_FORM, "signature"),
]


def name_of(case: Case) -> str:
    return f"V{case[0]} {case[4]} {case[3]}"


@pytest.mark.parametrize("case", IN_SEALS, ids=name_of)
def test_one_in_a_seal(world: World, case: Case) -> None:
    version, part, written, deviation, field = case
    assert (Met(deviation, field),) == read_seal(world.seal(version, **{part: written})).deviations


@pytest.mark.parametrize("case", IN_SIGNATURES, ids=name_of)
def test_one_in_a_signature(world: World, case: Case) -> None:
    version, part, written, deviation, field = case
    assert (Met(deviation, field),) == read_seal_signature(world.signature(version, **{part: written})).deviations


@pytest.mark.parametrize(
    ("name", "deviation"),
    [
        (der.utf8_string("SM3"), Deviation.STRING_TYPE),
        (der.printable_string("1.2.156.10197.1.401"), Deviation.DIGEST_NAME),
    ],
)
def test_one_in_a_list_of_digests(world: World, name: bytes, deviation: Deviation) -> None:
    assert (Met(deviation, "CertDigestObj.type"),) == read_seal(world.seal(**digests(name))).deviations


@pytest.mark.parametrize("version", [1, 4])
def test_a_certificate_as_ia5_string_is_named_once(world: World, version: int) -> None:
    listed = der.sequence(der.tlv(der.Tag.IA5_STRING, world.owner.certificate.der) * 2)
    read = read_seal(world.seal(version, certList=listed))
    assert (world.owner.certificate.der,) * 2 == read.listed
    assert (Met(Deviation.CERTIFICATE_TYPE, "certList"),) == read.deviations


# --- timeInfo of the first version


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"2026-11-12T04:05:06", SIGNED),
        (b"2026-11-12T12:05:06+08:00", SIGNED),
        (b"20261112040506Z", SIGNED),
    ],
)
def test_a_time_in_text(world: World, body: bytes, expected: datetime) -> None:
    read = read_seal_signature(world.signature(1, timeInfo=der.bit_string(body)))
    assert (expected, (Met(Deviation.TIME_TEXT, "timeInfo"),)) == (read.signed_at, read.deviations)


def test_the_time_of_a_token_is_a_claim(world: World) -> None:
    made = world.signature(1, timeInfo=der.bit_string(world.token(b"whatever")))
    read = read_seal_signature(made)
    assert (SIGNED, (Met(Deviation.TIME_TOKEN, "timeInfo"),)) == (read.signed_at, read.deviations)
    report = judge_seal_signature(made, world.pki.evidence, now=NOW, document_hash=DOCUMENT_HASH).report
    assert (report.claimed_time, report.proven_time) == (SIGNED, None)
    assert Outcome.PASSED is report.verdict.outcome


@pytest.mark.parametrize(
    "body",
    [b"\x30\x03\x02\x01\x00", b"", b"yesterday", b"\xff\xfe", b"2026-13-45T99:99:99", b"20261312040506Z"],
)
def test_something_else_than_a_time(world: World, body: bytes) -> None:
    read = read_seal_signature(world.signature(1, timeInfo=der.bit_string(body)))
    assert (None, (Met(Deviation.TIME_NONE, "timeInfo"),)) == (read.signed_at, read.deviations)


# --- as a whole


@pytest.mark.parametrize("version", [4, 5])
def test_what_follows_the_standard_deviates_in_nothing(world: World, version: int) -> None:
    assert read_seal_signature(world.stamped(version)).deviations == ()


def test_loose_times_are_read_to_the_second(world: World) -> None:
    for written in LOOSE:
        assert datetime(2026, 1, 31, tzinfo=UTC) == read_seal(world.seal(createDate=written)).created_at


def test_other_tags_hold_the_same_token(world: World) -> None:
    for tagged in TAGS:
        assert read_seal(world.seal(5, timeStamp=tagged)).time_stamp == b"token"
        assert read_seal_signature(world.signature(timeStamp=tagged)).time_stamp == b"token"


def test_each_deviation_is_met_and_has_words() -> None:
    elsewhere = {Deviation.DIGEST_NAME, Deviation.CERTIFICATE_TYPE}
    elsewhere |= {Deviation.TIME_TEXT, Deviation.TIME_TOKEN, Deviation.TIME_NONE}
    assert {one[3] for one in (*IN_SEALS, *IN_SIGNATURES)} | elsewhere == set(Deviation)
    for one in Deviation:
        assert len(WORDS[f"deviation.{one}"]) == 2


def test_those_of_the_signature_and_of_its_seal_are_told_apart(world: World) -> None:
    eseal = world.seal(name=der.ia5_string("x"), Vid=der.utf8_string("v"))
    made = world.signature(eseal=eseal, propertyInfo=der.utf8_string("p"))
    deviations = read_seal_signature(made).deviations
    assert [one.field for one in deviations] == ["propertyInfo", "Vid", "name"]
    report = judge_seal_signature(made, world.pki.evidence, now=NOW, document_hash=DOCUMENT_HASH).report
    told = {check.name: check.remarks for check in report.checks if check.remarks}
    code = Deviation.STRING_TYPE.value
    assert told == {
        "seal_signature.format": (Remark(code=code, about="propertyInfo"),),
        "seal.format": (Remark(code=code, about="Vid"), Remark(code=code, about="name")),
    }


@pytest.mark.parametrize("write", [bytes.hex, str])
def test_a_deviation_changes_no_verdict(world: World, write: Callable[[bytes], str]) -> None:
    made = world.seal(esID=der.ia5_string(write(b"ab")))
    report = judge_seal(made, world.pki.evidence, now=NOW).report
    assert (report.verdict.outcome, report.checks[0].note) == (Outcome.PASSED, "esID: identifier_form")
