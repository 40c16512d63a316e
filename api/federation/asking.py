"""Asking other platforms over HTTP: within a time, up to a size, at the host that was agreed, and nowhere else."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import BoundedSemaphore
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2

from api.prompt_client import prompt_client
from identity.federation.errors import PlatformUnavailable
from identity.jose import JWSAlgorithm, compact, jwk_of
from trust.clock import Clock
from trust.founding import Role, ServiceKeys

__all__ = ["Answer", "Asking", "ClientKey", "origin_of"]

TIMEOUT: Final = httpx2.Timeout(10.0, connect=5.0)
PATIENCE: Final = timedelta(seconds=20)
"""For one answer as a whole: a server that sends an octet now and then is not waited for."""

AT_ONCE: Final = 16
"""Of the 40 threads that answer requests, so many at most wait for one platform: its silence is not ours."""

MAX_ANSWER: Final = 256 << 10
ASSERTION_LIFETIME: Final = timedelta(minutes=2)
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def origin_of(address: str) -> str:
    """Return scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a platform has answered: its status, and the body where that is a JSON object."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    etag: str = ""


@dataclass(frozen=True)
class ClientKey:
    """The key by which this instance proves itself to other platforms (RFC 7523, private_key_jwt). In custody."""

    service_keys: ServiceKeys
    clock: Clock

    def jwks(self) -> dict[str, Any]:
        """Return the public keys, every version of them, newest first: what the operator gives to a platform."""
        certificates = self.service_keys.certificates(Role.PLATFORM_LOGIN)
        return {"keys": [jwk_of(one.public_key, JWSAlgorithm.ES256) for one in reversed(certificates)]}

    def assertion(self, client: str, audience: str) -> str:
        """Return a signed assertion that this instance is `client`. Raise `SigningUnavailable`."""
        signer, certificate = self.service_keys.credential(Role.PLATFORM_LOGIN)
        kid = jwk_of(certificate.public_key, JWSAlgorithm.ES256)["kid"]
        now = self.clock.now()
        claims = {
            "iss": client,
            "sub": client,
            "aud": audience,
            "jti": secrets.token_urlsafe(16),
            "iat": int(now.timestamp()),
            "exp": int((now + ASSERTION_LIFETIME).timestamp()),
        }
        header = {"alg": JWSAlgorithm.ES256.value, "kid": kid, "typ": "JWT"}
        return compact(header, claims, custody=signer.custody, key=signer.key)


@dataclass(frozen=True)
class Asking:
    """Asks one platform. Safe to share between threads. No transaction is open meanwhile."""

    origin: str
    """Scheme, host and port: whatever a platform says of its own addresses, no other is asked."""

    clock: Clock
    client: httpx2.Client = field(default_factory=lambda: prompt_client(PATIENCE.total_seconds(), timeout=TIMEOUT))
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(AT_ONCE), repr=False)

    def get(self, address: str, *, token: str = "") -> Answer:
        """Return what stands at an address."""
        return self.ask("GET", address, token=token)

    def post(self, address: str, form: Mapping[str, str]) -> Answer:
        """Return the answer to a form."""
        return self.ask("POST", address, form=form)

    def ask(
        self,
        method: str,
        address: str,
        *,
        token: str = "",
        form: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a request, and return the answer. Raise `PlatformUnavailable`: nothing of the answer is told."""
        if origin_of(address) != self.origin:
            raise PlatformUnavailable(fault="the platform names an address at another host")
        sent = {"Accept": "application/json", **(headers or {})}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if not self.places.acquire(blocking=False):
            raise PlatformUnavailable(fault="too many wait for the platform")
        try:
            return self.answered(method, address, {"data": form, "json": body, "headers": sent})
        finally:
            self.places.release()

    def answered(self, method: str, address: str, sent: Mapping[str, Any]) -> Answer:
        """Return the answer to a request, within a time and up to a size. Raise `PlatformUnavailable`."""
        began, answer = self.clock.elapsed(), bytearray()
        try:
            with self.client.stream(method, address, **sent) as response:
                for piece in response.iter_bytes():
                    answer += piece
                    if len(answer) > MAX_ANSWER:
                        raise PlatformUnavailable(fault="the answer is far too large")
                    if self.clock.elapsed() - began > PATIENCE:
                        raise PlatformUnavailable(fault="the answer takes too long")
        except httpx2.HTTPError as error:
            raise PlatformUnavailable(fault=type(error).__name__) from None
        status = response.status_code
        if status in range(300, 400) or status >= httpx2.codes.INTERNAL_SERVER_ERROR:
            raise PlatformUnavailable(fault=f"HTTP status {status}")
        return Answer(status=status, body=read_object(bytes(answer)), etag=response.headers.get("etag", ""))


def read_object(content: bytes) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one for no content. Raise `PlatformUnavailable`."""
    if not content:
        return {}
    try:
        read = json.loads(content)
    except (ValueError, RecursionError):
        raise PlatformUnavailable(fault="the answer is no JSON") from None
    if not isinstance(read, dict):
        raise PlatformUnavailable(fault="the answer is no JSON object")
    return read
