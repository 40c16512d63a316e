"""Proofs that a request holds a key (DPoP, RFC 9449): a token that is bound to the key is worth nothing without it.

Proofs in ES256 are those of the standard. SM2 with SM3 is offered beside it under the names that identity/jose.py has
for it, which nobody has registered: UNCONFIRMED (docs/divergences.md).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final
from urllib.parse import unquote, urlsplit

from identity.dpop_repository import spend
from identity.jose import JWSAlgorithm, JWSMalformed, encoded, header_of, key_of, read, thumbprint
from identity.tokens import digest_of
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of
from trust.errors import Denied
from trust.events import AuditEvent
from trust.group_commit import GroupCommit
from trust.protection import DataProtection
from trust.store import LostRace, Store, Transaction

__all__ = ["ALGORITHMS", "DPoPNonceNeeded", "DPoPProofRefused", "Proof", "ProofsOfKeys", "Request", "read_proof"]

ALGORITHMS: Final = tuple(one.value for one in JWSAlgorithm)
TYPE: Final = "dpop+jwt"
OLDEST: Final = timedelta(seconds=60)
"""How long a proof may be on its way (RFC 9449, 11.1)."""

AHEAD: Final = timedelta(seconds=30)
"""How far the clock of whoever asks may be ahead."""

LONGEST: Final = 4096
LONGEST_NAME: Final = 128
PORTS: Final = {"https": 443, "http": 80}
NONCE_PERIOD: Final = 300
"""Seconds after which another nonce is given; the one before is taken as long again."""

NOBODY: Final = "nobody"


class DPoPProofRefused(Denied):
    """The proof of the key does not hold; `fault`: form, key, signature, claims, method, address, time, token, replay.

    RFC 9449, 4.3.
    """

    code = "dpop.proof_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)
    oauth_error: ClassVar[str] = "invalid_dpop_proof"


class DPoPNonceNeeded(Denied):
    """The proof must name the `nonce` that the answer brings (RFC 9449, 8 and 9). Ask again with it."""

    code = "dpop.nonce_needed"
    detail_names: ClassVar[tuple[str, ...]] = ("nonce",)
    oauth_error: ClassVar[str] = "use_dpop_nonce"


@dataclass(frozen=True, kw_only=True)
class Request:
    """The request that a proof is for."""

    method: str
    address: str
    """As this service is reached from outside, without query."""

    secret: str = field(default="", repr=False)
    """The token that the request bears; empty where it asks for one."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What a proof that holds says."""

    key: str
    """Thumbprint of its key (RFC 7638)."""

    name: str
    nonce: str
    expires_at: datetime
    """From then on its age alone refuses it."""


def read_proof(text: str, request: Request, *, now: datetime) -> Proof:
    """Return what a proof says, in the order of RFC 9449, 4.3. Raise `DPoPProofRefused`.

    That it was not used before is asked of the database (`ProofsOfKeys`).
    """
    jwk, claims = opened(text)
    name, issued = claims.get("jti"), claims.get("iat")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise DPoPProofRefused(fault="claims")
    if claims.get("htm") != request.method:
        raise DPoPProofRefused(fault="method")
    if not is_same_address(claims.get("htu"), request.address):
        raise DPoPProofRefused(fault="address")
    made_at = moment_of(issued)
    if not now - OLDEST <= made_at <= now + AHEAD:
        raise DPoPProofRefused(fault="time")
    if request.secret and claims.get("ath") != hash_of_token(request.secret):
        raise DPoPProofRefused(fault="token")
    nonce = claims.get("nonce", "")
    if not isinstance(nonce, str):
        raise DPoPProofRefused(fault="claims")
    return Proof(key=thumbprint(jwk), name=name, nonce=nonce, expires_at=made_at + OLDEST)


def opened(text: str) -> tuple[Mapping[str, Any], dict[str, Any]]:
    """Return the public key of a proof and its claims, once that key has signed them. Raise `DPoPProofRefused`."""
    try:
        header = header_of(text) if len(text) <= LONGEST else {}
    except JWSMalformed:
        header = {}
    jwk = header.get("jwk")
    if header.get("typ") != TYPE or not isinstance(jwk, dict):
        raise DPoPProofRefused(fault="form")
    if "d" in jwk:  # a private key (4.3, 7)
        raise DPoPProofRefused(fault="key")
    try:
        key = key_of(jwk)
    except JWSMalformed:
        raise DPoPProofRefused(fault="key") from None
    try:
        return jwk, read(text, key)
    except JWSMalformed:
        raise DPoPProofRefused(fault="signature") from None


def is_same_address(told: object, address: str) -> bool:
    """Tell whether a proof is for an address, but for its query and fragment (RFC 9449, 4.3, 9; RFC 3986, 6.2)."""
    if not isinstance(told, str) or not told.isprintable():
        return False
    try:
        return normal(told) == normal(address)
    except ValueError:  # no port, or no host
        return False


def normal(address: str) -> tuple[str, str, int | None, str]:
    """Return the parts of an address by which two are compared."""
    parts = urlsplit(address)
    return parts.scheme, parts.hostname or "", parts.port or PORTS.get(parts.scheme), unquote(parts.path or "/")


def moment_of(told: object) -> datetime:
    """Return the moment that a claim names (RFC 7519, 2). Raise `DPoPProofRefused`."""
    if not isinstance(told, int | float) or isinstance(told, bool):
        raise DPoPProofRefused(fault="claims")
    try:
        return datetime.fromtimestamp(told, UTC)
    except (OverflowError, ValueError, OSError):
        raise DPoPProofRefused(fault="time") from None


def hash_of_token(secret: str) -> str:
    """Return `ath`: SHA-256 of a token (RFC 9449, 4.2)."""
    return encoded(hash_of(Digest.SHA256, secret.encode()))


class ProofsOfKeys:
    """Takes each proof once."""

    def __init__(self, store: Store, protection: DataProtection, *, with_nonces: bool) -> None:
        self.store = store
        self.protection = protection
        self.with_nonces = with_nonces
        self.commits = GroupCommit(store)

    def read(self, text: str, request: Request) -> Proof:
        """Return what a proof says, which may have been used. Raise `DPoPProofRefused`, `DPoPNonceNeeded`."""
        now = self.store.clock.now()
        proof = read_proof(text, request, now=now)
        if self.with_nonces and proof.nonce not in self.nonces(now):
            raise DPoPNonceNeeded(nonce=self.nonces(now)[0])
        return proof

    def take(self, proof: Proof) -> str:
        """Spend a proof, and return the thumbprint of its key.

        Raise `DPoPProofRefused` where somebody had, or where it has become too old since it was read: what would tell
        that somebody had may be forgotten by then.
        """

        def use(tx: Transaction) -> bool:
            if tx.now > proof.expires_at:
                raise DPoPProofRefused(fault="time")
            is_fresh = spend(tx, digest_of(f"{proof.key} {proof.name}"), until=proof.expires_at)
            tag = "dpop_proof:use:done" if is_fresh else "dpop_proof:use:replayed"
            tx.record(AuditEvent(tag=tag, actor=NOBODY, subject=f"key {proof.key}"))
            return is_fresh

        try:
            if self.commits.run(use):
                return proof.key
        except LostRace:  # of two at once, one
            pass
        raise DPoPProofRefused(fault="replay")

    def nonces(self, now: datetime) -> tuple[str, str]:
        """Return the nonce of this period and the one before. They are recomputed, and kept nowhere."""
        period = int(now.timestamp()) // NONCE_PERIOD
        present, before = (self.protection.index(f"{one}", kind="dpop nonce") for one in (period, period - 1))
        return present, before
