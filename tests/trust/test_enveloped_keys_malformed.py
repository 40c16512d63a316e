"""The number inside an SM2EnvelopedKey: 32 octets, or 64 of which the first half is zeros, and nothing else."""

import pytest

from trust.enveloped_keys import EnvelopedKeyMalformed, scalar_of

SCALAR = bytes(range(1, 33))


@pytest.mark.parametrize(
    ("decrypted", "scalar"),
    [
        pytest.param(SCALAR, SCALAR, id="32 octets"),
        pytest.param(bytes(32) + SCALAR, SCALAR, id="zeros before it"),
        pytest.param(bytes(32), bytes(32), id="zeros alone, which are no private key: the custody says so"),
    ],
)
def test_what_holds_a_number(decrypted: bytes, scalar: bytes) -> None:
    assert scalar_of(decrypted) == scalar


@pytest.mark.parametrize(
    "decrypted",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(SCALAR[:-1], id="31 octets"),
        pytest.param(SCALAR + b"\0", id="33 octets"),
        pytest.param(bytes(32) + SCALAR[:16], id="zeros before half a number"),
        pytest.param(bytes(32) + SCALAR + bytes(16), id="zeros before too much"),
        pytest.param(SCALAR + bytes(32), id="zeros after it"),
        pytest.param(bytes(31) + b"\1" + SCALAR, id="something else before it"),
    ],
)
def test_what_holds_none(decrypted: bytes) -> None:
    with pytest.raises(EnvelopedKeyMalformed):
        scalar_of(decrypted)
