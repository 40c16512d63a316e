"""The structural XML of an OFD package: no document type, no entities, nothing deep and nothing large."""

from pathlib import Path

import pytest

from seal.verification.ofd.package import LIMITS, OFDLimitExceeded, OFDLimits, OFDMalformed
from seal.verification.ofd.xml import XMLReader
from tests.builders_ofd import xml

LAUGHS = "".join(f'<!ENTITY l{one} "{f"&l{one - 1};" * 10}">' for one in range(1, 10))


def refused(octets: bytes) -> str | int:
    """Return which part is malformed."""
    with pytest.raises(OFDMalformed) as caught:
        XMLReader().read(octets, "OFD")
    return caught.value.details["part"]


def exceeded(octets: bytes, limits: OFDLimits = LIMITS) -> dict[str, str | int]:
    """Return which limit is exceeded."""
    with pytest.raises(OFDLimitExceeded) as caught:
        XMLReader(limits).read(octets, "OFD")
    return caught.value.details


@pytest.mark.parametrize(
    "octets",
    [
        b'<OFD xmlns="http://www.ofdspec.org/2016" ID="7"><A> te<!-- -->xt </A><B/><B/></OFD>',
        b'\xef\xbb\xbf<?xml version="1.0"?><x:OFD xmlns:x="urn:other" ID="7"><x:A>text</x:A><B/><B/></x:OFD>',
        '<OFD ID="7"><A>text</A><B/><B/></OFD>'.encode("utf-16"),
        b'<OFD ID="&#55;"><A><![CDATA[text]]></A><B></B><?what ever?><B> </B></OFD>',
    ],
    ids=["default namespace", "mark, prefix and another namespace", "UTF-16", "references, CDATA, instructions"],
)
def test_elements_go_by_their_local_names(octets: bytes) -> None:
    root = XMLReader().read(octets, "OFD")
    assert (root.name, root.attributes["ID"]) == ("OFD", "7")
    assert root.require("A").text == "text"
    assert [one.text for one in root.all("B")] == ["", ""]
    assert root.only("C") is None


def test_an_element_that_stands_twice_is_refused() -> None:
    root = XMLReader().read(xml("OFD", '<o:A/><x:A xmlns:x="urn:other"/>'), "OFD")
    with pytest.raises(OFDMalformed) as caught:
        root.only("A")
    assert caught.value.details == {"part": "A"}
    with pytest.raises(OFDMalformed):
        root.require("B")


@pytest.mark.parametrize(
    "octets",
    [
        b"",
        b"text",
        b"<OFD>",
        b"<OFD></OFD><OFD/>",
        b"<OFD><A></OFD></A>",
        b'<OFD a="1" a="2"/>',
        b"<Other/>",
        b"<OFD>&unknown;</OFD>",
        "<OFD>公章</OFD>".encode("gbk"),
        '<?xml version="1.0" encoding="GBK"?><OFD>公章</OFD>'.encode("gbk"),
        b"<OFD>\0</OFD>",
        b"<OFD>\xff</OFD>",
    ],
)
def test_what_is_no_xml_is_refused(octets: bytes) -> None:
    assert refused(octets) == "OFD"


@pytest.mark.parametrize(
    "octets",
    [
        b"<!DOCTYPE OFD><OFD/>",
        b'<!DOCTYPE OFD SYSTEM "http://localhost/x.dtd"><OFD/>',
        b'<!DOCTYPE OFD PUBLIC "-//x" "x.dtd"><OFD/>',
        b'<!DOCTYPE OFD [<!ENTITY a "b">]><OFD>&a;</OFD>',
        b'<!DOCTYPE OFD [<!ENTITY % a SYSTEM "file:///etc/passwd"> %a;]><OFD/>',
        f'<!DOCTYPE OFD [<!ENTITY l0 "ha">{LAUGHS}]><OFD>&l9;</OFD>'.encode(),
        f'<!DOCTYPE OFD [<!ENTITY l0 "ha">{LAUGHS}]><OFD a="&l9;"/>'.encode(),
        b'<!DOCTYPE OFD [<!ATTLIST OFD ID CDATA "7">]><OFD/>',
    ],
    ids=["empty", "system", "public", "entity", "parameter entity", "laughs", "laughs in an attribute", "default"],
)
def test_a_document_type_is_refused(octets: bytes) -> None:
    assert refused(octets) == "OFD"


def test_an_external_entity_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    octets = f'<!DOCTYPE OFD [<!ENTITY a SYSTEM "{secret.as_uri()}">]><OFD>&a;</OFD>'.encode()
    assert refused(octets) == "OFD"


def test_deep_wide_and_large_files_are_refused() -> None:
    deep = b"<OFD>" + b"<a>" * LIMITS.xml_depth + b"</a>" * LIMITS.xml_depth + b"</OFD>"
    assert exceeded(deep) == {"limit": "xml_depth", "allowed": LIMITS.xml_depth}
    assert exceeded(b"<OFD>" + b"<a>" * 500_000) == {"limit": "xml_depth", "allowed": LIMITS.xml_depth}
    wide = b"<OFD>" + b"<a/>" * LIMITS.xml_elements + b"</OFD>"
    assert len(wide) <= LIMITS.xml
    assert exceeded(wide) == {"limit": "xml_elements", "allowed": LIMITS.xml_elements}
    assert exceeded(bytes(LIMITS.xml + 1)) == {"limit": "xml", "allowed": LIMITS.xml}
    assert XMLReader().read(b"<OFD>" + b"<a>" * 31 + b"</a>" * 31 + b"</OFD>", "OFD").name == "OFD"


def test_the_files_of_one_package_share_their_allowance() -> None:
    reader = XMLReader(OFDLimits(xml_elements=5))
    reader.read(b"<OFD><a/><a/></OFD>", "OFD")
    with pytest.raises(OFDLimitExceeded):
        reader.read(b"<OFD><a/><a/></OFD>", "OFD")
