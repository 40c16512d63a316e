"""Whoever asks with a key of its own (DPoP, RFC 9449), for tests. Proofs are made by joserfc, which is not ours."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey

from tests.api.builders import PUBLIC_URL, Service

__all__ = ["Holder", "hash_of"]


def hash_of(token: str) -> str:
    """Return `ath` of a token."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Holder:
    """Somebody with a key on P-256, who asks a service."""

    service: Service
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))

    @property
    def thumbprint(self) -> str:
        """The thumbprint of the key."""
        return str(self.key.thumbprint())

    def proof(
        self,
        method: str,
        path: str,
        *,
        token: str = "",
        header: dict[str, Any] | None = None,
        **claims: Any,  # noqa: ANN401 - any claim
    ) -> str:
        """Return a proof for a request, with what is to be different in it; what is None is left out."""
        told: dict[str, Any] = {
            "jti": secrets.token_hex(8),
            "htm": method,
            "htu": f"{PUBLIC_URL}{path}",
            "iat": int(self.service.clock.now().timestamp()),
            **({"ath": hash_of(token)} if token else {}),
            **claims,
        }
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.key.as_dict(private=False), **(header or {})}
        kept = {name: value for name, value in head.items() if value is not None}
        return jwt.encode(kept, {name: value for name, value in told.items() if value is not None}, self.key)

    def headers(self, method: str, path: str, *, token: str = "", **changes: Any) -> dict[str, str]:  # noqa: ANN401 - likewise
        """Return the headers of a request that bears a token, or asks for one, with a proof."""
        borne = {"Authorization": f"DPoP {token}"} if token else {}
        return {**borne, "DPoP": self.proof(method, path, token=token, **changes)}

    def ask(self, method: str, path: str, *, token: str = "", **request: Any) -> httpx2.Response:  # noqa: ANN401 - likewise
        """Send a request with a proof."""
        return self.service.ask(method, path, headers=self.headers(method, path, token=token), **request)
