"""What a list or a responder says of one certificate: when it was revoked, and why (RFC 5280, 5.3)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

__all__ = ["GOOD_ORDER", "REASONS", "Revocation", "RevocationStatus", "StatusSource"]

GOOD_ORDER: Final = frozenset({0, 3, 4, 5})
"""Reasons without suspicion of the key: unspecified, affiliation changed, superseded, cessation of operation."""

REASONS: Final = frozenset({0, 1, 2, 3, 4, 5, 6, 8, 9, 10})
"""Every CRLReason (RFC 5280, 5.3.1). There is no 7."""


@dataclass(frozen=True, kw_only=True)
class Revocation:
    """This serial number is revoked since then."""

    serial: int
    at: datetime
    reason: int | None = None
    """CRLReason, RFC 5280, 5.3.1."""

    invalid_since: datetime | None = None
    """invalidityDate, RFC 5280, 5.3.2: since when the key is known or suspected to have been in other hands."""

    @property
    def doubted_since(self) -> datetime:
        """Since when the key may have been in other hands, as far as the authority says."""
        return self.at if self.invalid_since is None else min(self.at, self.invalid_since)


class StatusSource(StrEnum):
    """What tells whether a certificate is revoked."""

    LIST = "list"
    """A certificate revocation list (RFC 5280, 5)."""

    RESPONSE = "response"
    """An OCSP response (RFC 6960)."""


@dataclass(frozen=True, kw_only=True)
class RevocationStatus:
    """What was found of one certificate at the moment that was judged, and what told it."""

    certificate: str
    """The common name of the certificate."""

    fingerprint: str
    source: StatusSource
    told_by: bytes = field(repr=False)
    """The list or the response, in DER."""

    at: datetime
    """The moment that was asked about."""

    made_at: datetime
    """When the list or the answer was made (thisUpdate)."""

    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: int | None = None
    """CRLReason, RFC 5280, 5.3.1."""

    @property
    def age(self) -> timedelta:
        """How old the information was at the moment that was asked about; none where it was made later."""
        return max(self.at - self.made_at, timedelta())
