"""What somebody wants verified: a file, the text of a QR code, or a licence identifier.

A QR code is often saved as its text or its address, and a licence is often asked about by its number alone. Both come
typed, in a small file of text, or as JSON: {"claim": "…"} or {"identifier": "…"}. Everything else is a file.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from licence.copy_claim import read_any_claim
from licence.errors import ClaimMalformed
from licence.number import ROOT

__all__ = ["ClaimText", "IdentifierText", "Inquiry", "identifier_in", "inquiry_of"]

LONGEST: Final = 2048
"""Octets of a text: the longest address of a QR code and a JSON object around it."""

PREFIXES: Final = ("urn:oid:", "oid:", "oid.")
"""How an object identifier is written where it has to say that it is one (RFC 3061; X.660 in practice)."""

ADDRESS: Final = re.compile(r"https?://[^\s/?#]+/[vc]/[#]?([A-Za-z0-9_-]+)")
"""The address in a QR code (docs/qr.md)."""

UTF8_MARK: Final = "\ufeff"


@dataclass(frozen=True, kw_only=True)
class ClaimText:
    """The text of a QR code, without the address around it."""

    text: str


@dataclass(frozen=True, kw_only=True)
class IdentifierText:
    """What looks like a licence identifier 电子证照标识, in dotted form."""

    text: str


Inquiry = ClaimText | IdentifierText | None
"""What a text asks; None where it is not a text that asks, but a file like any other."""


def inquiry_of(content: bytes) -> Inquiry:
    """Return what is asked by `content`, which may be any file whatever. A text that is neither is no inquiry."""
    if len(content) > LONGEST:
        return None
    try:
        text = content.decode().removeprefix(UTF8_MARK).strip()
    except UnicodeDecodeError:
        return None
    return asked_in_json(text) if text.startswith("{") else asked_in(text)


def asked_in(text: str) -> Inquiry:
    """Return what a text asks."""
    address = ADDRESS.fullmatch(text)
    claim = address[1] if address else text
    try:
        read_any_claim(claim)
    except ClaimMalformed:
        # An address of ours whose claim is spoilt is a QR code that fails, not a file of an unknown kind.
        identifier = identifier_in(text)
        if identifier.startswith(ROOT + "."):
            return IdentifierText(text=identifier)
        return ClaimText(text=claim) if address else None
    return ClaimText(text=claim)


def asked_in_json(text: str) -> Inquiry:
    """Return what a JSON object asks, which has one member."""
    try:
        told: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    match told:
        case {"claim": str(claim), **others} if not others:
            address = ADDRESS.fullmatch(claim)
            return ClaimText(text=address[1] if address else claim)
        case {"identifier": str(identifier), **others} if not others:
            return IdentifierText(text=identifier_in(identifier))
        case _:
            return None


def identifier_in(text: str) -> str:
    """Return an identifier in its dotted form, without what says that it is an object identifier."""
    bare = text.strip()
    prefix = next((one for one in PREFIXES if bare.lower().startswith(one)), "")
    return bare[len(prefix) :]
