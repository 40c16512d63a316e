"""Signed tokens (JWS, RFC 7515; JWK, RFC 7517) with the keys of this house: ES256, and SM2 with SM3.

Only what is issued here is written and read here: one signature, compact, no header that changes what the rest means.
The names for SM2 are registered with nobody, and no standard at hand fixes them: UNCONFIRMED (docs/divergences.md).
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from trust.crypto.algorithms import KEYS, Digest, KeyAlgorithm
from trust.crypto.public_keys import PublicKey
from trust.crypto.sm2 import KeyMalformed, SM2PublicKey
from trust.crypto.sm3 import hash_of
from trust.errors import TrustError
from trust.signing import KeyReference, SigningCustody

__all__ = [
    "JWSAlgorithm",
    "JWSMalformed",
    "compact",
    "encoded",
    "half_hash",
    "header_of",
    "jwk_of",
    "key_of",
    "read",
    "signed_by",
    "thumbprint",
]

SEGMENT: Final = re.compile(r"[A-Za-z0-9_-]+")
MAX_LENGTH: Final = 8192
OCTETS: Final = 32
"""Of a coordinate, and of each half of a signature."""

POINT: Final = b"\x04"


class JWSMalformed(ValueError):
    """Not a token that was signed so. Who catches it raises an error of ours."""


class JWSAlgorithm(StrEnum):
    """How a token is signed."""

    ES256 = "ES256"
    """ECDSA on P-256 with SHA-256 (RFC 7518, 3.4)."""

    SM2 = "SM2SM3"  # UNCONFIRMED
    """SM2 with SM3 and the default user identity, r ‖ s (GB/T 32918.2)."""

    @property
    def key_algorithm(self) -> KeyAlgorithm:
        """The algorithm of the keys."""
        return KEYS["p256" if self is JWSAlgorithm.ES256 else "sm2"]

    @property
    def curve(self) -> str:
        """What a JWK calls the curve (RFC 7518, 6.2.1.1)."""
        return "P-256" if self is JWSAlgorithm.ES256 else "SM2"  # UNCONFIRMED

    @property
    def digest(self) -> Digest:
        """The hash of the algorithm."""
        return Digest.SHA256 if self is JWSAlgorithm.ES256 else Digest.SM3


def encoded(octets: bytes) -> str:
    """Return base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(segment: str) -> bytes:
    """Return what is written in base64url without padding, in its one spelling. Raise `JWSMalformed`."""
    try:
        octets = base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise JWSMalformed from None
    if not SEGMENT.fullmatch(segment) or encoded(octets) != segment:
        raise JWSMalformed
    return octets


def half_hash(text: str, algorithm: JWSAlgorithm) -> str:
    """Return the left half of the hash of a token, for `at_hash` (OpenID Connect Core 1.0, 3.1.3.6)."""
    digest = hash_of(algorithm.digest, text.encode())
    return encoded(digest[: len(digest) // 2])


# --- keys


def coordinates(key: PublicKey) -> tuple[bytes, bytes]:
    """Return x and y of a key on P-256 or of an SM2 key."""
    if key.sm2 is not None:
        point = key.sm2.point
    else:
        native = key.native
        assert isinstance(native, ec.EllipticCurvePublicKey)  # noqa: S101 - there are no other keys for tokens
        point = native.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return point[1 : 1 + OCTETS], point[1 + OCTETS :]


def jwk_of(key: PublicKey, algorithm: JWSAlgorithm) -> dict[str, str]:
    """Return a public key as a JWK, with its thumbprint as its name."""
    x, y = coordinates(key)
    members = {"kty": "EC", "crv": algorithm.curve, "x": encoded(x), "y": encoded(y)}
    return {**members, "kid": thumbprint(members), "alg": algorithm.value, "use": "sig"}


def thumbprint(jwk: Mapping[str, Any]) -> str:
    """Return the thumbprint of a public key (RFC 7638, 3)."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    return encoded(hash_of(Digest.SHA256, json.dumps(members, separators=(",", ":")).encode()))


def key_of(jwk: Mapping[str, Any]) -> tuple[JWSAlgorithm, PublicKey]:
    """Return the key of a JWK and the algorithm that it is for. Raise `JWSMalformed`."""
    x, y = jwk.get("x"), jwk.get("y")
    found = [one for one in JWSAlgorithm if one.curve == jwk.get("crv")]
    if jwk.get("kty") != "EC" or not found or not isinstance(x, str) or not isinstance(y, str):
        raise JWSMalformed
    point = (decoded(x), decoded(y))
    if any(len(one) != OCTETS for one in point):
        raise JWSMalformed
    try:
        if found[0] is JWSAlgorithm.SM2:
            return found[0], PublicKey.of_sm2(SM2PublicKey.from_point(POINT + b"".join(point)))
        native = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), POINT + b"".join(point))
    except (KeyMalformed, ValueError):
        raise JWSMalformed from None
    return found[0], PublicKey(native.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))


# --- tokens


def compact(header: Mapping[str, Any], claims: Mapping[str, Any], *, custody: SigningCustody, key: KeyReference) -> str:
    """Return `claims` signed with a key in custody (RFC 7515, 3.1). Raise `SigningUnavailable`."""
    parts = [encoded(json.dumps(one, separators=(",", ":"), ensure_ascii=False).encode()) for one in (header, claims)]
    signed = ".".join(parts)
    return f"{signed}.{encoded(custody.sign(key, key.public_key.digest(signed.encode())))}"


def segments(token: str) -> tuple[dict[str, Any], dict[str, Any], str, bytes]:
    """Return the header and the claims of a token, what is signed of it, and the signature. Nothing is proven yet."""
    parts = token.split(".") if len(token) <= MAX_LENGTH else []
    if len(parts) != 3:  # noqa: PLR2004 - header, claims, signature
        raise JWSMalformed
    try:
        header, claims = (json.loads(decoded(one)) for one in parts[:2])
    except (ValueError, RecursionError):
        raise JWSMalformed from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise JWSMalformed
    return header, claims, ".".join(parts[:2]), decoded(parts[2])


def header_of(token: str) -> dict[str, Any]:
    """Return the header of a token. Nothing is proven yet. Raise `JWSMalformed`."""
    return segments(token)[0]


def signed_by(token: str) -> str:
    """Return which key a token says that it was signed with, or nothing. Nothing is proven yet."""
    name = header_of(token).get("kid")
    return name if isinstance(name, str) else ""


def read(token: str, key: tuple[JWSAlgorithm, PublicKey]) -> dict[str, Any]:
    """Return the claims of a token that `key` has signed. Raise `JWSMalformed`.

    The algorithm is the key's, whatever the header says; an extension that must be understood is not (RFC 7515,
    4.1.11).
    """
    header, claims, signed, raw = segments(token)
    algorithm, public_key = key
    if header.get("alg") != algorithm.value or "crit" in header:
        raise JWSMalformed
    try:
        public_key.verify(public_key.signature_value(raw), signed.encode(), public_key.own_algorithm)
    except TrustError:
        raise JWSMalformed from None
    return claims
