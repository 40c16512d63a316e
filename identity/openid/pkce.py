"""Proof Key for Code Exchange (RFC 7636): who redeems a code is who asked for it."""

import base64
import hashlib
import re
import secrets
from typing import Final

__all__ = ["is_answered"]

VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
"""RFC 7636, 4.1."""


def is_answered(challenge: str, verifier: str) -> bool:
    """Tell whether a challenge was made from a verifier with S256 (RFC 7636, 4.6)."""
    if not VERIFIER.fullmatch(verifier):
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return secrets.compare_digest(base64.urlsafe_b64encode(digest).rstrip(b"=").decode(), challenge)
