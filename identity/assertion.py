"""Clients' signed assertions (RFC 7523, private_key_jwt): proof of a key, and no shared secret.

Those in ES256 are read by joserfc, those in SM2 by identity/jose.py.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from identity import jose
from identity.errors import AssertionRefused, ClientKeyMalformed
from identity.jose import JWSAlgorithm, JWSMalformed

__all__ = ["ASSERTION_TYPE", "Assertion", "client_of", "read_assertion", "require_client_key"]

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHM: Final = "ES256"
MAX_LIFETIME: Final = timedelta(minutes=5)
CLOCK_SKEW: Final = timedelta(seconds=30)
MAX_LENGTH: Final = 4096
MAX_JTI: Final = 128
KEYS: Final = 1024
"""Public keys that are kept at hand."""


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What an assertion that holds says."""

    client: str
    jti: str
    expires_at: datetime
    claims: Mapping[str, Any] = field(repr=False)


def require_client_key(jwk: Mapping[str, Any]) -> dict[str, str]:
    """Return the public key in its plain members, or raise `ClientKeyMalformed`."""
    members = {name: str(jwk.get(name, "")) for name in ("kty", "crv", "x", "y")}
    if "d" in jwk:
        raise ClientKeyMalformed
    try:
        jose.key_of(members)
    except JWSMalformed:
        raise ClientKeyMalformed from None
    return members


def client_of(assertion: str) -> str:
    """Return which client an assertion claims to come from, or nothing. Nothing is checked yet but its form."""
    if len(assertion) > MAX_LENGTH:
        return ""
    try:
        claims = json.loads(jws.extract_compact(assertion.encode()).payload)
    except (JoseError, ValueError, TypeError, RecursionError):
        return ""
    subject = claims.get("sub") if isinstance(claims, dict) else None
    return subject if isinstance(subject, str) and subject.isprintable() else ""


@lru_cache(maxsize=KEYS)
def imported(x: str, y: str) -> ECKey:
    """Return a public key on P-256 from its registered members: a business system asks again and again."""
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": x, "y": y})


def claims_of(assertion: str, jwk: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the claims of an assertion that this key has signed, or None."""
    try:
        if jwk["crv"] == JWSAlgorithm.SM2.curve:
            return jose.read(assertion, jose.key_of(jwk))
        return dict(jwt.decode(assertion, imported(jwk["x"], jwk["y"]), algorithms=[ALGORITHM]).claims)
    except (JoseError, ValueError, TypeError):
        return None


def read_assertion(
    assertion: str, keys: Iterable[Mapping[str, Any]], *, audiences: Collection[str], now: datetime
) -> Assertion:
    """Check an assertion with the client's registered keys; it is for one of `audiences`. Raise `AssertionRefused`."""
    claims = next((read for one in keys if (read := claims_of(assertion, one)) is not None), None)
    if claims is None:
        raise AssertionRefused(fault="signature")
    issuer, subject, jti = (claims.get(name) for name in ("iss", "sub", "jti"))
    named = claims.get("aud")
    told = [one for one in (named if isinstance(named, list) else [named]) if isinstance(one, str)]
    if not isinstance(subject, str) or issuer != subject:
        raise AssertionRefused(fault="issuer")
    if not any(one in audiences for one in told):
        raise AssertionRefused(fault="audience")
    # What cannot be printed, half a character or a zero one, no database can keep.
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI or not jti.isprintable():
        raise AssertionRefused(fault="jti")
    expires_at = moment_of(claims.get("exp"))
    if expires_at <= now - CLOCK_SKEW:
        raise AssertionRefused(fault="time")
    if expires_at > now + MAX_LIFETIME + CLOCK_SKEW:
        raise AssertionRefused(fault="lifetime")
    if "nbf" in claims and now + CLOCK_SKEW < moment_of(claims["nbf"]):
        raise AssertionRefused(fault="time")
    return Assertion(client=subject, jti=jti, expires_at=expires_at + CLOCK_SKEW, claims=claims)


def moment_of(claim: object) -> datetime:
    """Return the moment that a claim names in seconds since 1970 (RFC 7519, 2). Raise `AssertionRefused`."""
    if not isinstance(claim, int):
        raise AssertionRefused(fault="claims")
    try:
        return datetime.fromtimestamp(claim, UTC)
    except (OverflowError, ValueError, OSError):
        raise AssertionRefused(fault="time") from None
