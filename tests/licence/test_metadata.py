"""Metadata of licences: three forms that say the same, each read strictly."""

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.demo import cast
from identity.documents import DocumentKind, IdentityDocument
from identity.subject import Person
from licence.metadata import LONGEST, LicenceMetadata, MetadataMalformed
from licence.metadata_elements import ENGLISH, NAMES, HolderCodeType
from licence.metadata_xml import NAMESPACE
from licence.types.particulars import AuthorityLevel
from tests.fakes.clock import NOW
from tests.licence.builders import Desk

METADATA = LicenceMetadata(
    type_name="食品经营许可证",
    type_code="11100000MB0127170X001",
    number="JY23301990123456",
    identifier="1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U",
    issuer_name="云州市市场监督管理局",
    issuer_code="11430000006122244L",
    issuer_level=AuthorityLevel.CITY,
    issued_on=date(2026, 11, 22),
    holder_name="王𠮷㛃",
    holder_code="33019919800101301X",
    holder_code_type=HolderCodeType.CITIZEN_NUMBER,
    valid_from=date(2026, 11, 22),
    valid_until=date(2031, 11, 21),
    sealed_by="云州市市场监督管理局",
    seal_name="电子证照专用章",
    created_at=datetime(2026, 11, 22, 2, 0, 0, tzinfo=UTC),
    extensions={
        "KZ_JYXM": '热食类 <制售> & "糕点"',
        "KZ_GD": [{"who": "甲", "share": "0.5"}, {"who": "乙"}],
        "KZ_K": "",
    },
)
TELL = ("to_json", "to_xml")
PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    "<dc:source>x</dc:source><pdfaExtension:schemas><rdf:Bag></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
).encode()
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cn", "Co", "Cs")), max_size=12)
VALUES = st.one_of(
    TEXTS, st.lists(st.dictionaries(st.from_regex(r"[a-z][a-z0-9_]{0,5}", fullmatch=True), TEXTS), max_size=3)
)
DAYS = st.dates(date(1000, 1, 1), date(9999, 12, 30))
ANY = st.builds(
    LicenceMetadata,
    **dict.fromkeys(("type_name", "type_code", "number", "identifier", "issuer_name", "issuer_code"), TEXTS),
    **dict.fromkeys(("holder_name", "holder_code", "sealed_by", "seal_name"), TEXTS),
    issuer_level=st.sampled_from(AuthorityLevel),
    holder_code_type=st.sampled_from(HolderCodeType),
    issued_on=DAYS,
    valid_from=DAYS,
    valid_until=st.none() | DAYS,
    paper_issued_on=st.none() | DAYS,
    created_at=st.integers(-30_000_000_000, 250_000_000_000).map(
        lambda told: NOW.replace(microsecond=0) + timedelta(seconds=told)
    ),
    extensions=st.dictionaries(st.from_regex(r"KZ_[A-Z0-9_]{1,6}", fullmatch=True), VALUES, max_size=4),
)


def read(form: str, encoded: bytes) -> LicenceMetadata:
    """Read metadata in a form."""
    return LicenceMetadata.from_json(encoded) if form == "to_json" else LicenceMetadata.from_xml(encoded)


@given(ANY)
def test_every_form_says_the_same(metadata: LicenceMetadata) -> None:
    assert metadata == LicenceMetadata.from_json(metadata.to_json())
    assert metadata == LicenceMetadata.from_xml(metadata.to_xml())
    assert metadata == LicenceMetadata.from_xmp(metadata.into_xmp(PACKET))


def test_elements_have_the_names_of_the_field_and_their_order() -> None:
    told = METADATA.elements()
    assert list(told) == [*NAMES[:-1], "KZ_GD", "KZ_JYXM", "KZ_K"]
    assert set(ENGLISH) == set(NAMES)
    assert {name: told[name] for name in ("ZZBFJGJB", "CZZTDMLX", "CZZTDMLXDM", "ZZYXQJZRQ", "CJSJ")} == {
        "ZZBFJGJB": "地市级",
        "CZZTDMLX": "公民身份号码",
        "CZZTDMLXDM": "111",
        "ZZYXQJZRQ": "2031-11-21",
        "CJSJ": "2026-11-22T10:00:00+08:00",
    }
    assert replace(METADATA, valid_until=None).elements()["ZZYXQJZRQ"] == "9999-12-31"
    assert list(replace(METADATA, paper_issued_on=date(2001, 2, 3)).elements())[len(NAMES) - 1] == "YZZBFRQ"


def test_any_reader_of_xml_reads_it() -> None:
    root = ET.fromstring(METADATA.to_xml())  # noqa: S314 - our own
    assert root.findtext(f"{{{NAMESPACE}}}CZZT") == METADATA.holder_name
    assert root.findtext(f"{{{NAMESPACE}}}KZ_JYXM") == METADATA.extensions["KZ_JYXM"]
    cells = root.findall(f"{{{NAMESPACE}}}KZ_GD//{{{NAMESPACE}}}cell")
    assert [(one.get("name"), one.text) for one in cells] == [("who", "甲"), ("share", "0.5"), ("who", "乙")]
    ET.fromstring(METADATA.into_xmp(PACKET))  # noqa: S314 - our own


def test_every_property_in_xmp_is_described_as_pdf_a_asks() -> None:
    packet = METADATA.into_xmp(PACKET).decode()
    described = re.findall(r"<pdfaProperty:name>(\w+)</pdfaProperty:name>", packet)
    assert described == list(METADATA.elements()) == re.findall(r"<zz:(\w+)>", packet)
    assert packet.count("<pdfaProperty:valueType>Seq Text</pdfaProperty:valueType>") == 1
    assert f"<pdfaSchema:namespaceURI>{NAMESPACE}</pdfaSchema:namespaceURI>" in packet


def test_a_packet_that_describes_no_schemas_is_refused() -> None:
    for packet in (b"", PACKET + PACKET, PACKET.replace(b"</rdf:RDF>", b"")):
        with pytest.raises(ValueError, match="packet"):
            METADATA.into_xmp(packet)


def broken(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any element
    """Return the elements with some of them changed; None takes one away."""
    told = METADATA.elements() | changes
    return {name: value for name, value in told.items() if value is not None}


@pytest.mark.parametrize("name", NAMES[:-1])
def test_no_element_may_be_missing_or_something_else(name: str) -> None:
    for value in (None, 1, ["a"]):
        with pytest.raises(MetadataMalformed) as refused:
            LicenceMetadata.from_elements(broken(**{name: value}))
        assert refused.value.details == {"member": name}


@pytest.mark.parametrize(
    ("name", "value", "member"),
    [
        ("ZZBFRQ", "2026-02-30", "ZZBFRQ"),
        ("ZZBFRQ", "20261122", "ZZBFRQ"),
        ("ZZYXQQSRQ", "", "ZZYXQQSRQ"),
        ("ZZYXQJZRQ", "长期", "ZZYXQJZRQ"),
        ("YZZBFRQ", "x", "YZZBFRQ"),
        ("YZZBFRQ", 1, "YZZBFRQ"),
        ("CJSJ", "2026-11-22T10:00:00Z", "CJSJ"),
        ("CJSJ", "0001-01-01T00:00:00+08:00", "CJSJ"),
        ("ZZBFJGJB", "省部级", "ZZBFJGJB"),
        ("CZZTDMLXDM", "998", "CZZTDMLXDM"),
        ("ZZMC", "a\x00b", "ZZMC"),
        ("ZZMC", "a\nb", "ZZMC"),
        ("ZZMC", "\ud800", "ZZMC"),
        ("ZZXX", "a", "KZ_"),
        ("KZ_", "a", "KZ_"),
        ("kz_A", "a", "KZ_"),
        ("KZ_A", 1, "KZ_A"),
        ("KZ_A", ["a"], "KZ_A"),
        ("KZ_A", [{"a": 1}], "KZ_A"),
        ("KZ_A", [{"a": "\x07"}], "KZ_A"),
        ("ZZ", 1, "KZ_"),
    ],
)
def test_what_is_wrong_is_told_with_its_element(name: str, value: object, member: str) -> None:
    with pytest.raises(MetadataMalformed) as refused:
        LicenceMetadata.from_elements(broken(**{name: value}))
    assert refused.value.details == {"member": member}


def test_there_are_only_so_many_extensions_and_a_long_term_has_one_spelling() -> None:
    with pytest.raises(MetadataMalformed):
        replace(METADATA, extensions={f"KZ_{number}": "" for number in range(101)})
    with pytest.raises(MetadataMalformed):
        replace(METADATA, valid_until=date.max)


JSON, XML = METADATA.to_json(), METADATA.to_xml()


@pytest.mark.parametrize(
    ("form", "encoded"),
    [
        ("to_json", b""),
        ("to_json", b"[]"),
        ("to_json", b"\xff"),
        ("to_json", b"[" * 20_000),
        ("to_json", b" " + JSON),
        ("to_json", JSON.replace(b'"ZZMC"', b'"ZZMC":"x","ZZMC"')),
        ("to_json", json.dumps(METADATA.elements()).encode()),
        ("to_json", b" " * LONGEST + JSON),
        ("to_xml", b""),
        ("to_xml", JSON),
        ("to_xml", XML.replace(b"urn:", b"other:")),
        ("to_xml", XML.replace(b"<licence", b"<license").replace(b"</licence", b"</license")),
        ("to_xml", XML.replace(b"<ZZMC>", b"<ZZMC><!-- -->")),
        ("to_xml", XML.replace(b"<ZZMC>", b'<ZZMC xmlns="">')),
        ("to_xml", XML.replace(b"<ZZMC>", b"<ZZMC>x</ZZMC><ZZMC>")),
        ("to_xml", XML.replace(b"<ZZMC>", b'<ZZMC a="b">')),
        ("to_xml", XML.replace(b"<rows>", b"<lines>").replace(b"</rows>", b"</lines>")),
        ("to_xml", XML.replace(b"<rows>", b"<rows/><rows>")),
        ("to_xml", XML.replace(b'<cell name="who">', b"<cell>")),
        ("to_xml", XML.replace(b"\n<licence", b'\n<!DOCTYPE licence [<!ENTITY a "b">]>\n<licence')),
        ("to_xml", b"<a>" * 30 + b"</a>" * 30),
        ("to_xml", b"<a>" + b"<b/>" * 20_001 + b"</a>"),
        ("to_xml", XML + b" " * LONGEST),
    ],
    ids=[str(number) for number in range(23)],
)
def test_another_spelling_is_refused(form: str, encoded: bytes) -> None:
    with pytest.raises(MetadataMalformed) as refused:
        read(form, encoded)
    assert refused.value.details == {"member": "form"}


def test_what_else_a_packet_has_does_not_matter_and_what_is_ours_is_read_strictly() -> None:
    packet = METADATA.into_xmp(PACKET)
    assert LicenceMetadata.from_xmp(packet.replace(b"x</dc:source>", b"other</dc:source>")) == METADATA
    for wrong in (
        packet.replace(b"<zz:ZZMC>", b"<zz:ZZMC>x</zz:ZZMC><zz:ZZMC>"),
        packet.replace(b"<rdf:Seq><rdf:li>{", b"<rdf:Seq><rdf:li>[" + b"[" * 20_000 + b"{"),
        packet.replace(b"<zz:KZ_GD><rdf:Seq>", b"<zz:KZ_GD><rdf:Bag>").replace(
            b"</rdf:Seq></zz:KZ_GD>", b"</rdf:Bag></zz:KZ_GD>"
        ),
        b"<!DOCTYPE a []>" + packet.partition(b"?>")[2],
        packet[:-30],
    ):
        with pytest.raises(MetadataMalformed):
            LicenceMetadata.from_xmp(wrong)
    with pytest.raises(MetadataMalformed) as refused:
        LicenceMetadata.from_xmp(PACKET)
    assert refused.value.details == {"member": "ZZMC"}


def test_a_licence_tells_what_the_registry_holds_of_it(desk: Desk) -> None:
    licence = desk.issue()
    house = desk.house
    with house.store.reading() as view:
        kind = house.catalogue.version(view, licence.type, licence.type_version)
        issuer = house.identity.require_organisation(view, licence.issuer)
        holder = house.identity.require_subject(view, licence.holder)
    told = LicenceMetadata.of(licence, kind, issuer=issuer, holder=holder, seal_name="电子证照专用章")
    assert (told.identifier, told.number, told.type_code) == (licence.identifier, licence.number, kind.code)
    assert (told.holder_name, told.holder_code_type) == (cast.ENTERPRISE.name, HolderCodeType.CREDIT_CODE)
    assert (told.valid_from, told.valid_until) == (licence.issued_on, licence.last_day)
    assert told.created_at - licence.prepared_at < timedelta(seconds=1)
    assert cast.ENTERPRISE.name not in repr(told)
    person = house.identity.find(house.names["person"])
    whose = LicenceMetadata.of(
        replace(licence, last_day=date.max), kind, issuer=issuer, holder=person, seal_name="电子证照专用章"
    )
    assert (whose.holder_name, whose.holder_code_type) == ("王𠮷㛃", HolderCodeType.CITIZEN_NUMBER)
    assert isinstance(person, Person)
    for kind_of_document, number, country, code_type in (
        (DocumentKind.TRAVEL_PERMIT_TAIWAN, "12345678", "", "511"),
        (DocumentKind.TRAVEL_PERMIT_HONG_KONG_MACAO, "H10000011", "", "516"),
        (DocumentKind.PASSPORT, "E12345678", "CHN", "999"),
        (DocumentKind.PERMANENT_RESIDENT_CARD, "USA110104900101", "", "999"),
    ):
        document = IdentityDocument(kind=kind_of_document, number=number, country=country)
        known = replace(person, document=document)
        other = LicenceMetadata.of(licence, kind, issuer=issuer, holder=known, seal_name="电子证照专用章")
        assert (other.holder_code, other.holder_code_type.value) == (number, code_type)
        assert LicenceMetadata.from_json(other.to_json()) == other
    assert whose.valid_until is None
