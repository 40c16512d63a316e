"""SM2EnvelopedKey: read back, read in the forms that others write, and refused one member at a time."""

from collections.abc import Callable

import pytest

from tests.builders import PKI, grafted
from trust.asn1 import der
from trust.crypto import sm2_encryption
from trust.crypto.sm2 import SM2PublicKey
from trust.enveloped_keys import SM4, SM4_ECB, EnvelopedKey, EnvelopedKeyMalformed, scalar_of
from trust.errors import Invalid


@pytest.fixture(scope="module")
def recipient(sm2_pki: PKI) -> SM2PublicKey:
    """Return a key that an envelope is for."""
    found = sm2_pki.signer.key.public_key.sm2
    assert found is not None
    return found


def envelope(recipient: SM2PublicKey, encrypted: bytes = bytes(range(32))) -> EnvelopedKey:
    """Return an envelope with the key of its recipient in it."""
    return EnvelopedKey(sm2_encryption.encrypt(recipient, bytes(16)), recipient, encrypted)


@pytest.mark.parametrize("length", [32, 64])
def test_it_is_read_back(recipient: SM2PublicKey, length: int) -> None:
    made = envelope(recipient, bytes(range(length)))
    assert EnvelopedKey.from_der(made.der) == made
    algorithm, session_key, public_key, encrypted = der.parse(made.der).sequence()
    assert algorithm.raw == der.sequence(der.oid("1.2.156.10197.1.104.1"), der.null())
    assert len(session_key.sequence()) == 4
    assert (public_key.bits(), encrypted.bits()) == (recipient.point, made.encrypted)


@pytest.mark.parametrize(
    "algorithm",
    [der.sequence(der.oid(SM4_ECB)), der.sequence(der.oid(SM4)), der.sequence(der.oid(SM4), der.null())],
    ids=["no parameters", "the bare cipher", "the bare cipher with NULL"],
)
def test_the_cipher_as_others_name_it(recipient: SM2PublicKey, algorithm: bytes) -> None:
    made = envelope(recipient)
    assert EnvelopedKey.from_der(grafted(made.der, 0, put=algorithm)) == made


MALFORMED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "garbage": lambda _: b"garbage",
    "a trailing octet": lambda encoded: encoded + b"\0",
    "three members": lambda encoded: grafted(encoded, 3, put=b""),
    "five members": lambda encoded: der.sequence(*(one.raw for one in der.parse(encoded).sequence()), der.null()),
    "another cipher": lambda encoded: grafted(encoded, 0, 0, put=der.oid("1.2.156.10197.1.104.2")),
    "a parameter": lambda encoded: grafted(encoded, 0, 1, put=der.octet_string(bytes(16))),
    "two parameters": lambda encoded: grafted(encoded, 0, 1, put=der.null() + der.null()),
    "a session key of 15 octets": lambda encoded: grafted(encoded, 1, 3, put=der.octet_string(bytes(15))),
    "a point off the curve": lambda encoded: grafted(encoded, 1, 0, put=der.integer(1)),
    "a key off the curve": lambda encoded: grafted(encoded, 2, put=der.bit_string(b"\4" + bytes(64))),
    "a key that is an octet string": lambda encoded: grafted(encoded, 2, put=der.octet_string(b"\4" + bytes(64))),
    "31 octets": lambda encoded: grafted(encoded, 3, put=der.bit_string(bytes(31))),
    "48 octets": lambda encoded: grafted(encoded, 3, put=der.bit_string(bytes(48))),
    "unused bits": lambda encoded: grafted(encoded, 3, put=der.bit_string(bytes(32), unused=1)),
}


@pytest.mark.parametrize("how", MALFORMED)
def test_what_is_none(recipient: SM2PublicKey, how: str) -> None:
    with pytest.raises(EnvelopedKeyMalformed):
        EnvelopedKey.from_der(MALFORMED[how](envelope(recipient).der))
    assert issubclass(EnvelopedKeyMalformed, Invalid)
    assert EnvelopedKeyMalformed.code == "crypto.enveloped_key_malformed"


def test_the_number_may_have_zeros_before_it() -> None:
    number = bytes(range(1, 33))
    assert scalar_of(number) == number
    assert scalar_of(bytes(32) + number) == number
    for wrong in (number + bytes(32), bytes(31) + b"\1" + number, number[1:], b"", bytes(16) + number):
        with pytest.raises(EnvelopedKeyMalformed):
            scalar_of(wrong)
