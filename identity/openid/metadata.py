"""What a business system registers for sign-on 接入参数 (OpenID Connect Registration 1.0, 2; RFC 7591, 2).

There is no registration by the systems themselves: the system administrator proposes, the security administrator
approves. Whatever is not registered exactly is refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Self
from urllib.parse import urlsplit

from identity.addresses import parts_of
from identity.jose import JWSAlgorithm
from identity.levels import Level
from identity.openid.errors import MetadataMalformed
from identity.openid.scopes import Scope

__all__ = ["AuthMethod", "ClientMetadata"]

ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://?[!-~]+")
PLACE: Final = re.compile(r"[A-Za-z0-9._:\[\]-]+")
"""Host and port as they stand in an address: of what has a meaning in the head of an answer (CSP 3, 2.3), nothing."""

PRIVATE_SCHEME: Final = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")
"""The scheme of an app's own: a name of a domain, backwards (RFC 8252, 7.1)."""

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
HOST: Final = re.compile(r"[a-z0-9.-]{1,253}|\[[0-9a-f:.]+\]")
MOST: Final = 20
LONGEST: Final = 1024


class AuthMethod(StrEnum):
    """How a business system proves itself at the protocol endpoints."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    NONE = "none"
    """An app on people's devices can keep no secret: PKCE alone ties the code to who asked (RFC 8252, 8.4)."""


def require_address(address: str, *, name: str) -> None:
    """Return if browsers may be sent to an address. Raise `MetadataMalformed`."""
    parts = parts_of(address if ADDRESS.fullmatch(address) and len(address) <= LONGEST else "")
    is_loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
    is_app = PRIVATE_SCHEME.fullmatch(parts.scheme) is not None
    is_web = parts.scheme == "https" and bool(parts.hostname and PLACE.fullmatch(parts.netloc.rpartition("@")[2]))
    if not (is_web or is_loopback or is_app):
        raise MetadataMalformed(field=name, fault="https://, http:// on this device, or an app's own scheme")
    if "#" in address or parts.username is not None or "*" in address or "\\" in address:
        raise MetadataMalformed(field=name, fault="no fragment, no user, no wildcard (RFC 6749, 3.1.2)")


def require_interfaces(addresses: tuple[str, ...]) -> None:
    """Return if tokens may be asked for these addresses. Raise `MetadataMalformed`."""
    if any("?" in one or not one.startswith(("https://", "http://")) for one in addresses):
        raise MetadataMalformed(field="resources", fault="addresses without query (RFC 8707, 2)")


@dataclass(frozen=True, kw_only=True)
class ClientMetadata:
    """How a business system takes part in sign-on. Raise `MetadataMalformed`."""

    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...] = ()
    backchannel_logout_uri: str | None = None
    sector_identifier: str | None = None
    """The host under which persons are known to it; systems that share one know them by the same name."""

    id_token_signed_response_alg: JWSAlgorithm = JWSAlgorithm.ES256
    token_endpoint_auth_method: AuthMethod = AuthMethod.PRIVATE_KEY_JWT
    scopes: frozenset[Scope] = field(default_factory=lambda: frozenset({Scope.OPENID}))
    require_pushed_authorization_requests: bool = False
    level: Level = Level.BASIC
    """What every login must prove at least."""

    dpop_bound_access_tokens: bool = False
    """Whether it gets no token but those that are bound to a key (RFC 9449, 5.2)."""

    resources: tuple[str, ...] = ()
    """The addresses of its own interfaces, for which others may ask tokens (RFC 8707, 2)."""

    def __post_init__(self) -> None:
        for name, addresses in (
            ("redirect_uris", self.redirect_uris),
            ("post_logout_redirect_uris", self.post_logout_redirect_uris),
            ("resources", self.resources),
        ):
            if len(addresses) > MOST or len(set(addresses)) != len(addresses):
                raise MetadataMalformed(field=name, fault=f"at most {MOST}, each once")
            for address in addresses:
                require_address(address, name=name)
        if not self.redirect_uris:
            raise MetadataMalformed(field="redirect_uris", fault="at least one")
        require_interfaces(self.resources)
        if self.backchannel_logout_uri is not None:
            require_address(self.backchannel_logout_uri, name="backchannel_logout_uri")
            if not self.backchannel_logout_uri.startswith(("https://", "http://")):
                raise MetadataMalformed(field="backchannel_logout_uri", fault="an address that this service can ask")
        if self.sector_identifier is not None and not HOST.fullmatch(self.sector_identifier):
            raise MetadataMalformed(field="sector_identifier", fault="the name of a host")
        if self.sector_identifier is None and len(self.hosts) != 1:
            fault = "needed where the addresses are on several hosts (OpenID Connect Core 1.0, 8.1)"
            raise MetadataMalformed(field="sector_identifier", fault=fault)
        if Scope.OPENID not in self.scopes:
            raise MetadataMalformed(field="scopes", fault="openid is always among them")

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts to which browsers are sent back; an app's own scheme counts as one."""
        return frozenset((urlsplit(one).hostname or urlsplit(one).scheme).lower() for one in self.redirect_uris)

    @property
    def sector(self) -> str:
        """Under which host persons are known to it (OpenID Connect Core 1.0, 8.1)."""
        return self.sector_identifier or next(iter(self.hosts))

    def to_json(self) -> dict[str, Any]:
        """Return what is registered in plain members, as it is kept and shown."""
        return {
            "redirect_uris": list(self.redirect_uris),
            "post_logout_redirect_uris": list(self.post_logout_redirect_uris),
            "backchannel_logout_uri": self.backchannel_logout_uri,
            "sector_identifier": self.sector_identifier,
            "id_token_signed_response_alg": self.id_token_signed_response_alg.value,
            "token_endpoint_auth_method": self.token_endpoint_auth_method.value,
            "scopes": sorted(one.value for one in self.scopes),
            "require_pushed_authorization_requests": self.require_pushed_authorization_requests,
            "level": self.level.value,
            "dpop_bound_access_tokens": self.dpop_bound_access_tokens,
            "resources": list(self.resources),
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return what `to_json` has written."""
        return cls(
            redirect_uris=tuple(kept["redirect_uris"]),
            post_logout_redirect_uris=tuple(kept["post_logout_redirect_uris"]),
            backchannel_logout_uri=kept["backchannel_logout_uri"],
            sector_identifier=kept["sector_identifier"],
            id_token_signed_response_alg=JWSAlgorithm(kept["id_token_signed_response_alg"]),
            token_endpoint_auth_method=AuthMethod(kept["token_endpoint_auth_method"]),
            scopes=frozenset(map(Scope, kept["scopes"])),
            require_pushed_authorization_requests=kept["require_pushed_authorization_requests"],
            level=Level(kept["level"]),
            dpop_bound_access_tokens=kept.get("dpop_bound_access_tokens", False),  # absent from what is older
            resources=tuple(kept.get("resources", ())),
        )
