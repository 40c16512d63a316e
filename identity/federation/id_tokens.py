"""ID tokens of another platform, through joserfc: the checks of OpenID Connect Core 1.0, 3.1.3.7."""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from identity.federation.errors import ArrivalRefused

__all__ = ["ALGORITHMS", "LOGOUT_EVENT", "Expected", "is_known", "read_id_token", "read_logout_token"]

ALGORITHMS: Final = ("ES256", "PS256", "RS256")
"""What a platform may sign with. None of them can be checked with anything but a public key."""

CLOCK_SKEW: Final = timedelta(seconds=60)
OLDEST: Final = timedelta(minutes=10)
"""An ID token is fresh from the platform; one that was made earlier answers another login."""

MAX_LENGTH: Final = 16 << 10
MAX_SUBJECT: Final = 255
"""OpenID Connect Core 1.0, 2."""

LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
CLAIMS: Final = frozenset({"iss", "sub", "aud", "exp", "iat"})


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What an ID token has to say to be the answer to one login."""

    issuer: str
    client: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    now: datetime


def read_id_token(token: str, keys: Mapping[str, Any], expected: Expected) -> Mapping[str, Any]:
    """Return the claims of an ID token that holds, or raise `ArrivalRefused` with the check that failed.

    The numbers are those of 3.1.3.7.
    """
    algorithm, claims = signed_claims(token, keys)  # 6, 7: the signature, by an algorithm of our list
    require_parties(claims, issuer=expected.issuer, client=expected.client)  # 2 to 5
    if CLAIMS - set(claims):
        raise ArrivalRefused(fault="claims")
    issued, expires = (seconds(claims[name]) for name in ("iat", "exp"))
    now = expected.now.timestamp()
    skew = CLOCK_SKEW.total_seconds()
    if expires + skew <= now:  # 9
        raise ArrivalRefused(fault="time")
    if not now - OLDEST.total_seconds() - skew <= issued <= now + skew:  # 10
        raise ArrivalRefused(fault="time")
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not secrets.compare_digest(nonce.encode(), expected.nonce.encode()):  # 11
        raise ArrivalRefused(fault="nonce")
    if "at_hash" in claims and claims["at_hash"] != access_token_hash(algorithm, expected.access_token):  # 3.1.3.8
        raise ArrivalRefused(fault="hash")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT or not subject.isprintable():
        raise ArrivalRefused(fault="subject")
    return claims


def read_logout_token(
    token: str, keys: Mapping[str, Any], *, issuer: str, client: str, now: datetime
) -> Mapping[str, Any]:
    """Return the claims of a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6). Raise `ArrivalRefused`."""
    _, claims = signed_claims(token, keys)
    require_parties(claims, issuer=issuer, client=client)
    issued = seconds(claims.get("iat"))
    if abs(now.timestamp() - issued) > (OLDEST + CLOCK_SKEW).total_seconds():
        raise ArrivalRefused(fault="time")
    if "exp" in claims and seconds(claims["exp"]) + CLOCK_SKEW.total_seconds() <= now.timestamp():
        raise ArrivalRefused(fault="time")
    events = claims.get("events")
    if "nonce" in claims or not isinstance(events, dict) or LOGOUT_EVENT not in events:
        raise ArrivalRefused(fault="claims")
    if not isinstance(claims.get("sub"), str):  # one that names a session alone cannot be served: none is kept
        raise ArrivalRefused(fault="subject")
    return claims


def signed_claims(token: str, keys: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return by which algorithm a token is signed, and its claims. Raise `ArrivalRefused`."""
    if len(token) > MAX_LENGTH:
        raise ArrivalRefused(fault="length")
    try:
        header = jws.extract_compact(token.encode()).headers()
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS or "crit" in header:
            raise ArrivalRefused(fault="algorithm")
        usable = [one for one in keys["keys"] if is_for_signatures(one)]
        decoded = jwt.decode(token, KeySet.import_key_set({"keys": usable}), algorithms=[*ALGORITHMS])
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise ArrivalRefused(fault="signature") from None
    return str(algorithm), dict(decoded.claims)


def is_for_signatures(key: object) -> bool:
    """Tell whether a key of a platform's set is public, of a kind that we use, and not for something else."""
    return (
        isinstance(key, dict)
        and key.get("kty") in {"EC", "RSA"}
        and "d" not in key
        and key.get("use", "sig") == "sig"
        and (key.get("kty") != "EC" or key.get("crv") == "P-256")
    )


def require_parties(claims: Mapping[str, Any], *, issuer: str, client: str) -> None:
    """Return if a token is from this issuer and for this client alone, else raise `ArrivalRefused`."""
    if claims.get("iss") != issuer:
        raise ArrivalRefused(fault="issuer")
    named = claims.get("aud")
    audiences = named if isinstance(named, list) else [named]
    if client not in audiences:
        raise ArrivalRefused(fault="audience")
    # A token that others may use as well could have been given to one of them first.
    if len(audiences) > 1 or claims.get("azp", client) != client:
        raise ArrivalRefused(fault="audience")


def seconds(claim: object) -> float:
    """Return a moment in seconds since 1970 (RFC 7519, 2). Raise `ArrivalRefused`."""
    if isinstance(claim, bool) or not isinstance(claim, (int, float)):
        raise ArrivalRefused(fault="claims")
    return float(claim)


def access_token_hash(algorithm: str, token: str) -> str:
    """Return the left half of the hash of an access token (3.1.3.6). Every algorithm of ours hashes with SHA-256."""
    assert algorithm in ALGORITHMS  # noqa: S101 - checked before
    half = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def kid_of(token: str) -> str:
    """Return under which name the key of a token is kept, or nothing: for who wants to know whether to ask anew."""
    try:
        found = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError, TypeError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def is_known(token: str, keys: Mapping[str, Any]) -> bool:
    """Tell whether a platform's set, as we have it, names the key of a token."""
    kid = kid_of(token)
    return any(isinstance(one, dict) and one.get("kid", "") == kid for one in keys.get("keys", ()))
