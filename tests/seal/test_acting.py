"""Who acted: written, read back, and nothing but identifiers."""

import pytest

from seal.data.acting import ActingFor, ActingMalformed
from trust.asn1 import der

ACTING = ActingFor(actor="person_01k9", authorisation="auth_01k9", purpose="document.stamp")


def test_what_is_written_is_read_back() -> None:
    assert ActingFor.read(ACTING.der) == ACTING
    assert ACTING.facts == {"actor": "person_01k9", "authorisation": "auth_01k9", "purpose": "document.stamp"}


@pytest.mark.parametrize("value", ["", "张三", "a b", "x" * 81, "a\n"])
@pytest.mark.parametrize("field", ["actor", "authorisation"])
def test_identifiers_alone(field: str, value: str) -> None:
    told = {**ACTING.facts, field: value}
    with pytest.raises(ActingMalformed):
        ActingFor(**told)


@pytest.mark.parametrize("purpose", ["", "x" * 65, "a\x00"])
def test_a_purpose_is_a_short_text(purpose: str) -> None:
    with pytest.raises(ActingMalformed):
        ActingFor(actor="a", authorisation="b", purpose=purpose)


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x05\x00",
        ACTING.der + b"\x00",
        der.sequence(),
        der.sequence(der.utf8_string("a"), der.utf8_string("b")),
        der.sequence(*[der.utf8_string("a")] * 4),
        der.sequence(der.utf8_string("a"), der.utf8_string("b"), der.printable_string("c")),
        der.sequence(der.utf8_string("a"), der.utf8_string("b c"), der.utf8_string("c")),
        der.sequence(der.utf8_string("a"), der.utf8_string("b"), der.tlv(der.Tag.UTF8_STRING, b"\xff")),
    ],
)
def test_what_is_no_chain_of_evidence(encoded: bytes) -> None:
    with pytest.raises(ActingMalformed):
        ActingFor.read(encoded)
