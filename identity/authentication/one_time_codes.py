"""One-time codes 动态口令 by the clock (TOTP, RFC 6238), as every authenticator app makes them, through pyotp."""

import hmac
import re
from datetime import datetime
from typing import Final

import pyotp

__all__ = ["ISSUER", "address_of", "find_step", "new_secret"]

ISSUER: Final = "信印 Xinyin"
CODE: Final = re.compile(r"[0-9]{6}")
PERIOD: Final = 30
"""Seconds. Apps know no other, and no other digest than SHA-1: no collision helps who guesses a code."""

AROUND: Final = (0, -1, 1)
"""Steps around now that are accepted: clocks of phones go wrong (RFC 6238, 6)."""


def new_secret() -> str:
    """Return a new secret of 160 bits in base32 (RFC 4226, 4)."""
    return pyotp.random_base32()


def address_of(secret: str, *, name: str) -> str:
    """Return the `otpauth:` address that an app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def find_step(secret: str, code: str, *, at: datetime, after: int) -> int | None:
    """Return the step of the clock that a code is right for, or None.

    A code is good once: steps up to `after`, the last that was used, count no more (RFC 6238, 5.2).
    """
    if not CODE.fullmatch(code):
        return None
    now = int(at.timestamp()) // PERIOD
    totp = pyotp.TOTP(secret)
    right = [now + one for one in AROUND if hmac.compare_digest(totp.generate_otp(now + one), code)]
    return next((step for step in right if step > after), None)
