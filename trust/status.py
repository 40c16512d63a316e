"""What a list or a responder says of one certificate: when it was revoked, and why (RFC 5280, 5.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

__all__ = ["GOOD_ORDER", "REASONS", "Revocation"]

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
