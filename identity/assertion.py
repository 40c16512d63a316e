"""Clients' signed assertions (RFC 7523, private_key_jwt), through joserfc: proof of a key, and no shared secret."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from identity.errors import AssertionRefused, ClientKeyMalformed

__all__ = ["ASSERTION_TYPE", "Assertion", "client_of", "read_assertion", "require_client_key"]

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHM: Final = "ES256"
MAX_LIFETIME: Final = timedelta(minutes=5)
CLOCK_SKEW: Final = timedelta(seconds=30)
MAX_LENGTH: Final = 4096
MAX_JTI: Final = 128


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What an assertion that holds says."""

    client: str
    jti: str
    expires_at: datetime


def require_client_key(jwk: Mapping[str, Any]) -> dict[str, str]:
    """Return the public key in its plain members, or raise `ClientKeyMalformed`."""
    members = {name: str(jwk.get(name, "")) for name in ("kty", "crv", "x", "y")}
    if "d" in jwk or members["kty"] != "EC" or members["crv"] != "P-256":
        raise ClientKeyMalformed
    try:
        ECKey.import_key({**members})
    except (JoseError, ValueError, TypeError):
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


def read_assertion(assertion: str, jwk: Mapping[str, Any], *, audience: str, now: datetime) -> Assertion:
    """Check an assertion with the client's registered key. Raise `AssertionRefused`."""
    try:
        claims = jwt.decode(assertion, ECKey.import_key(dict(jwk)), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError, TypeError):
        raise AssertionRefused(fault="signature") from None
    issuer, subject, jti = (claims.get(name) for name in ("iss", "sub", "jti"))
    named = claims.get("aud")
    audiences = named if isinstance(named, list) else [named]
    if not isinstance(subject, str) or issuer != subject or audience not in audiences:
        raise AssertionRefused(fault="claims")
    # What cannot be printed, half a character or a zero one, no database can keep.
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI or not jti.isprintable():
        raise AssertionRefused(fault="claims")
    expires_at = moment_of(claims.get("exp"))
    if not now - CLOCK_SKEW < expires_at <= now + MAX_LIFETIME + CLOCK_SKEW:
        raise AssertionRefused(fault="time")
    if "nbf" in claims and now + CLOCK_SKEW < moment_of(claims["nbf"]):
        raise AssertionRefused(fault="time")
    return Assertion(client=subject, jti=jti, expires_at=expires_at + CLOCK_SKEW)


def moment_of(claim: object) -> datetime:
    """Return the moment that a claim names in seconds since 1970 (RFC 7519, 2). Raise `AssertionRefused`."""
    if not isinstance(claim, int):
        raise AssertionRefused(fault="claims")
    try:
        return datetime.fromtimestamp(claim, UTC)
    except (OverflowError, ValueError, OSError):
        raise AssertionRefused(fault="time") from None
