"""What somebody asks: the text of a QR code, its address, an identifier, in words or as JSON; or about a file."""

import json
from typing import Any, Final

import pytest

from licence.inquiry import ClaimText, IdentifierText, inquiry_of
from tests.builders import VECTORS
from tests.trust.pdf.paper import paper

IDENTIFIER: Final = "1.2.156.3005.2.11100000000013338W032.11330100002490218X.202600000042.001.7"
CLAIM: Final[str] = json.loads((VECTORS / "qr" / "vectors.json").read_text(encoding="utf-8"))["cases"][0]["claim"]
ADDRESS: Final = f"https://trust.example/v/{CLAIM}"


@pytest.mark.parametrize(
    "text",
    [
        CLAIM,
        f"  {CLAIM}\r\n",
        "\ufeff" + CLAIM,
        ADDRESS,
        ADDRESS.replace("https", "http"),
        ADDRESS.replace("/v/", "/v/#"),
        json.dumps({"claim": CLAIM}),
        json.dumps({"claim": ADDRESS}),
    ],
)
def test_the_text_of_a_code_however_it_was_saved(text: str) -> None:
    assert inquiry_of(text.encode()) == ClaimText(text=CLAIM)


@pytest.mark.parametrize(
    "text",
    [
        IDENTIFIER,
        f"\n{IDENTIFIER} ",
        f"urn:oid:{IDENTIFIER}",
        f"URN:OID:{IDENTIFIER}",
        f"oid:{IDENTIFIER}",
        f"OID.{IDENTIFIER}",
        json.dumps({"identifier": IDENTIFIER}),
        json.dumps({"identifier": f" OID.{IDENTIFIER}"}),
    ],
)
def test_an_identifier_in_dotted_form_or_as_an_object_identifier(text: str) -> None:
    assert inquiry_of(text.encode()) == IdentifierText(text=IDENTIFIER)


def test_a_code_or_an_identifier_that_is_spoilt_is_still_one() -> None:
    """It is judged as what it claims to be, and fails as that: not as a file of an unknown kind."""
    assert inquiry_of(ADDRESS[:-1].encode()) == ClaimText(text=CLAIM[:-1])
    assert inquiry_of(f"{IDENTIFIER[:-1]}8".encode()) == IdentifierText(text=f"{IDENTIFIER[:-1]}8")
    assert inquiry_of(b'{"claim": "x"}') == ClaimText(text="x")
    assert inquiry_of(b'{"identifier": "x"}') == IdentifierText(text="x")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"neither",
        b'{"a":' + b"[" * 2000,
        paper(),
        b"PK\x03\x04",
        b"\xff\xfe1",
        b"\x30\x82\x01\x00",
        CLAIM[:-1].encode(),
        b"https://trust.example/v/",
        b"https://trust.example/w/" + CLAIM.encode(),
        b"ftp://trust.example/v/" + CLAIM.encode(),
        ADDRESS.encode() + b"?x=1",
        b"1.2.156.3005.3.1",
        b"{",
        b"{}",
        b"[]",
        b'{"claim": 1}',
        b'{"identifier": null}',
        b'{"claim": "x", "identifier": "y"}',
        b'{"claim": "x", "at": "now"}',
        CLAIM.encode() + b" " * 4096,
    ],
)
def test_everything_else_is_a_file(content: bytes) -> None:
    assert inquiry_of(content) is None


@pytest.mark.parametrize("told", ["[" * 1000, "{" * 1000, '{"claim":' * 200])
def test_json_that_is_deep_or_broken_is_no_question(told: Any) -> None:  # noqa: ANN401 - any text
    assert inquiry_of(told.encode()) is None
