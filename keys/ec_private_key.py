"""ECPrivateKey (RFC 5915) of an SM2 key: the form in which every backend writes its private keys and reads another's.

ECPrivateKey ::= SEQUENCE { version INTEGER (1), privateKey OCTET STRING,
                            parameters [0] OBJECT IDENTIFIER, publicKey [1] BIT STRING OPTIONAL }
"""

from typing import Final

from trust.asn1 import der
from trust.crypto.algorithms import SM2_CURVE_OID
from trust.crypto.sm2 import E_LENGTH, KeyMalformed, N, SM2PublicKey

__all__ = ["read", "write"]

VERSION: Final = 1
PARAMETERS: Final = 0xA0
PUBLIC_KEY: Final = 0xA1
ABOVE: Final = (N - 1).to_bytes(E_LENGTH, "big")
"""n−1, the first number that is no private key: with it a signer would look for s ≠ 0 for ever."""


def write(scalar: bytes, public_key: SM2PublicKey) -> bytes:
    """Return the private key `scalar`, 32 octets, with its public half."""
    return der.sequence(
        der.integer(VERSION),
        der.octet_string(scalar),
        der.context(0, der.oid(SM2_CURVE_OID)),
        der.context(1, der.bit_string(public_key.point)),
    )


def read(encoded: bytes) -> tuple[bytes, SM2PublicKey | None]:
    """Return the private number in 32 octets, 1 to n−2 (GB/T 32918.1-2016, 6.1), and the public half where it is told.

    Whether the two belong together is for the backend to say, which can multiply without showing the number. Raise
    `KeyMalformed`.
    """
    try:
        version, scalar, parameters, *public = der.parse(encoded).sequence()
        (curve,) = parameters.expect(PARAMETERS, "the curve").children()
        if version.integer() != VERSION or curve.oid() != SM2_CURVE_OID or len(public) > 1:
            raise KeyMalformed
        points = [point.bits() for one in public for point in one.expect(PUBLIC_KEY, "the public key").children()]
        octets = scalar.octets()
    except (der.Malformed, ValueError):
        raise KeyMalformed from None
    if len(points) != len(public) or len(octets) != E_LENGTH or not bytes(E_LENGTH) < octets < ABOVE:
        raise KeyMalformed
    return octets, SM2PublicKey.from_point(points[0]) if points else None
