"""The platform above as where persons log in (OpenID Connect Core 1.0; code flow with PKCE, PAR where it is offered).

Everything that it says is checked before anything is done with it, and every answer has to be an answer to our own
question: `state` and `nonce` are spent, `iss` is compared (RFC 9207), keys are read anew for a key that is not known,
and no more often than now and then.
"""

import base64
import hashlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

import httpx2

from api.federation.asking import ASSERTION_TYPE, Asking, ClientKey, origin_of
from api.settings import Settings
from identity.documents import DocumentKind, ShownDocument
from identity.federation.arriving import Begun
from identity.federation.errors import ArrivalRefused, PlatformUnavailable
from identity.federation.id_tokens import Expected, is_known, read_id_token, read_logout_token
from identity.federation.repository import Arrival
from identity.federation.vouching import LevelTable, Vouched
from trust.clock import Clock
from trust.founding import ServiceKeys

__all__ = ["UPPER", "UpperLogin", "configured_login", "vouched_of"]

UPPER: Final = "upper"
"""How the platform above is named in links, proofings and records."""

SCOPE: Final = "openid profile document"
METADATA_LIFETIME: Final = timedelta(hours=1)
KEYS_PAUSE: Final = timedelta(minutes=1)
"""However many tokens name keys that are not known, the keys are asked for no more often than that."""

WAIT: Final = 0.5
"""Seconds for which others wait while one asks what the platform has published."""

DOCUMENT_KINDS: Final[Mapping[str, DocumentKind]] = {
    "1": DocumentKind.RESIDENT_IDENTITY_CARD,
    "3": DocumentKind.TRAVEL_PERMIT_HONG_KONG_MACAO,
    "4": DocumentKind.TRAVEL_PERMIT_TAIWAN,
    "5": DocumentKind.PERMANENT_RESIDENT_CARD,
}
"""`paperstype` of a province's user record; our own names are taken as well. UNCONFIRMED (docs/divergences.md)."""

NAMES: Final = ("name",)
LEVELS: Final = ("authlevel", "auth_level", "authLevel")
KINDS: Final = ("document_type", "paperstype", "certificateType")
NUMBERS: Final = ("document_number", "papersnumber", "certificateNum")
"""Claims as provinces name them; the first that is there counts. UNCONFIRMED (docs/divergences.md)."""

REQUIRED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")


@dataclass
class Known:
    """What a platform has published, and when it was read."""

    metadata: Mapping[str, Any]
    read_at: datetime
    keys: Mapping[str, Any] = field(default_factory=dict)
    keys_at: datetime | None = None


class UpperLogin:
    """Logs persons in at the platform above. Safe to share between threads."""

    def __init__(
        self, *, issuer: str, client: str, levels: LevelTable, address: str, key: ClientKey, clock: Clock
    ) -> None:
        self.issuer = issuer
        self.client = client
        self.levels = levels
        self.address = address
        """Where the browser comes back to."""

        self.key = key
        self.clock = clock
        self.asking = Asking(origin_of(issuer), clock)
        self.lock = threading.Lock()
        self.known: Known | None = None

    # --- what the platform publishes

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let one caller ask at a time. Raise `PlatformUnavailable` where another one waits for an answer."""
        if not self.lock.acquire(timeout=WAIT):
            raise PlatformUnavailable(fault="another caller waits for the platform")
        try:
            yield
        finally:
            self.lock.release()

    def published(self) -> Known:
        """Return what the platform has published (OpenID Connect Discovery 1.0, 4). Raise `PlatformUnavailable`."""
        now, known = self.clock.now(), self.known
        if known is not None and now - known.read_at <= METADATA_LIFETIME:
            return known
        with self.alone():
            if self.known is known:  # nobody has asked meanwhile
                answer = self.asking.get(f"{self.issuer}/.well-known/openid-configuration")
                metadata = answer.body
                if answer.status != httpx2.codes.OK or metadata.get("issuer") != self.issuer:
                    raise PlatformUnavailable(fault="the platform describes itself as another one")
                if any(not isinstance(metadata.get(name), str) for name in REQUIRED):
                    raise PlatformUnavailable(fault="the platform's description lacks an address")
                if origin_of(metadata["authorization_endpoint"]) != self.asking.origin:
                    raise PlatformUnavailable(fault="the platform names an address at another host")
                self.known = Known(metadata=metadata, read_at=now)
            assert self.known is not None  # noqa: S101 - read now, or by whoever was first
            return self.known

    def keys_for(self, token: str) -> Mapping[str, Any]:
        """Return the platform's keys, read anew where they do not name that of a token. Raise `PlatformUnavailable`."""
        known = self.published()
        if is_known(token, known.keys):
            return known.keys
        with self.alone():
            now = self.clock.now()
            is_stale = known.keys_at is None or (not is_known(token, known.keys) and now - known.keys_at > KEYS_PAUSE)
            if is_stale:
                answer = self.asking.get(known.metadata["jwks_uri"])
                if answer.status != httpx2.codes.OK or not isinstance(answer.body.get("keys"), list):
                    raise PlatformUnavailable(fault="the platform does not tell its keys")
                known.keys, known.keys_at = answer.body, now
            return known.keys

    # --- going there

    def leave(self, begun: Begun) -> str:
        """Return where the browser goes to log in. Raise `PlatformUnavailable`, `SigningUnavailable`."""
        metadata = self.published().metadata
        challenge = hashlib.sha256(begun.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client,
            "redirect_uri": self.address,
            "scope": SCOPE,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        endpoint = metadata.get("pushed_authorization_request_endpoint")
        if isinstance(endpoint, str):  # RFC 9126
            answer = self.asking.post(endpoint, asked | self.proof(self.issuer))
            pushed = answer.body.get("request_uri")
            if answer.status != httpx2.codes.CREATED or not isinstance(pushed, str):
                raise PlatformUnavailable(fault="the platform does not take the request")
            asked = {"client_id": self.client, "request_uri": pushed}
        return with_query(metadata["authorization_endpoint"], asked)

    def proof(self, audience: str) -> dict[str, str]:
        """Return what proves who we are (RFC 7523, 2.2)."""
        assertion = self.key.assertion(self.client, audience)
        return {"client_id": self.client, "client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}

    # --- coming back

    def redeem(self, arrival: Arrival, *, code: str, issuer: str) -> Vouched:
        """Return whom the platform vouches for, by the code that the browser brought.

        Raise `ArrivalRefused` with the check that failed, `PlatformUnavailable`, or `SigningUnavailable`.
        """
        metadata = self.published().metadata
        must_be_told = metadata.get("authorization_response_iss_parameter_supported") is True
        if issuer != self.issuer and (issuer or must_be_told):  # RFC 9207, 2.4
            raise ArrivalRefused(fault="issuer")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.address,
            "code_verifier": arrival.secrets["verifier"],
        }
        answer = self.asking.post(metadata["token_endpoint"], form | self.proof(metadata["token_endpoint"]))
        token, access_token = answer.body.get("id_token"), answer.body.get("access_token")
        if answer.status != httpx2.codes.OK or not isinstance(token, str) or not isinstance(access_token, str):
            raise ArrivalRefused(fault="code")
        expected = Expected(
            issuer=self.issuer,
            client=self.client,
            nonce=arrival.secrets["nonce"],
            access_token=access_token,
            now=self.clock.now(),
        )
        claims = read_id_token(token, self.keys_for(token), expected)
        told = self.asking.get(metadata["userinfo_endpoint"], token=access_token)
        if told.status != httpx2.codes.OK or told.body.get("sub") != claims["sub"]:  # 5.3.4
            raise ArrivalRefused(fault="subject")
        return vouched_of({**told.body, "acr": claims.get("acr")}, platform=UPPER, levels=self.levels)

    def leave_for_good(self, back: str) -> str:
        """Return where the browser goes to log out above as well, or nothing (RP-Initiated Logout 1.0, 2)."""
        endpoint = self.published().metadata.get("end_session_endpoint")
        if not isinstance(endpoint, str) or origin_of(endpoint) != self.asking.origin:
            return ""
        return with_query(endpoint, {"client_id": self.client, "post_logout_redirect_uri": back})

    def logged_out(self, token: str) -> str:
        """Return whose sessions the platform ends (Back-Channel Logout 1.0, 2.6). Raise `ArrivalRefused`."""
        keys = self.keys_for(token)
        claims = read_logout_token(token, keys, issuer=self.issuer, client=self.client, now=self.clock.now())
        return str(claims["sub"])


def with_query(address: str, query: Mapping[str, str]) -> str:
    """Return an address with a query."""
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"


def vouched_of(claims: Mapping[str, Any], *, platform: str, levels: LevelTable) -> Vouched:
    """Return a person as a platform tells of one. What is missing or of another kind raises `ArrivalRefused`.

    How sure the platform is of the person is `authlevel`, and how the person logged in is `acr`; one of them, where it
    stands alone, says both.
    """
    subject, name, number = claims.get("sub"), first(claims, NAMES), first(claims, NUMBERS)
    if not (isinstance(subject, str) and isinstance(name, str) and isinstance(number, str)):
        raise ArrivalRefused(fault="claims")
    shown, sure = claims.get("acr"), first(claims, LEVELS)
    return Vouched(
        platform=platform,
        subject=subject,
        name=name,
        document=ShownDocument(kind=document_kind(first(claims, KINDS)), number=number),
        level=levels.ours(shown if sure is None else sure),
        shown=levels.ours(sure if shown is None else shown),
    )


def first(claims: Mapping[str, Any], names: tuple[str, ...]) -> object:
    """Return the first of several claims that is there."""
    return next((claims[name] for name in names if claims.get(name) is not None), None)


def document_kind(told: object) -> DocumentKind:
    """Return the kind of a document; where none is told it is the identity card. Raise `ArrivalRefused`."""
    if told is None:
        return DocumentKind.RESIDENT_IDENTITY_CARD
    if isinstance(told, (str, int)) and str(told) in DOCUMENT_KINDS:
        return DOCUMENT_KINDS[str(told)]
    try:
        return DocumentKind(str(told))
    except ValueError:
        raise ArrivalRefused(fault="document") from None


def configured_login(settings: Settings, service_keys: ServiceKeys, clock: Clock) -> UpperLogin | None:
    """Return the platform where persons may log in, if the settings name one."""
    if not settings.upper_login_issuer:
        return None
    return UpperLogin(
        issuer=settings.upper_login_issuer,
        client=settings.upper_login_client,
        levels=LevelTable.read(settings.upper_login_levels),
        address=f"{settings.public_url}/login/upper/callback",
        key=ClientKey(service_keys, clock),
        clock=clock,
    )
