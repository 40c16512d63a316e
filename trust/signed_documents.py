"""Signed documents 签名文件: JSON that is signed over its very bytes, and brings its signer's certificates along.

    { "payload": base64, "signature": base64, "certificates": [base64, …] }

Nothing is normalised: whoever verifies needs no rules for writing JSON. Readers are strict, so that a document has one
encoding and every reader sees the same members.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

from trust.certificates import Certificate
from trust.events import canonical
from trust.signing import Signer

__all__ = ["SignedDocument", "members", "moment_of", "octets_of", "read_moment", "sign_document", "text_of"]

ENVELOPE: Final = {"payload": str, "signature": str, "certificates": list}


@dataclass(frozen=True, kw_only=True)
class SignedDocument:
    """A document as it was read. Nothing is trusted yet."""

    payload: bytes
    signature: bytes
    certificate: Certificate
    """The signer's."""

    others: tuple[Certificate, ...] = ()
    """Material for a path from it to an anchor."""

    @classmethod
    def read(cls, encoded: bytes, *, longest: int) -> "SignedDocument":
        """Read a document of `longest` octets at most. Raise `ValueError`, `TypeError`, or what certificates raise."""
        envelope = members(encoded, ENVELOPE, longest=longest)
        leaf, *others = (Certificate(octets_of(one)) for one in envelope["certificates"])
        return cls(
            payload=octets_of(envelope["payload"]),
            signature=octets_of(envelope["signature"]),
            certificate=leaf,
            others=tuple(others),
        )


def sign_document(payload: bytes, signer: Signer, chain: tuple[Certificate, ...], *, prefix: bytes = b"") -> bytes:
    """Return a document with the certificate of `signer` and those above it, without the anchor.

    `prefix` goes before what is signed, and not into the document, where a key signs other things as well.
    """
    return canonical(
        {
            "payload": text_of(payload),
            "signature": text_of(signer.sign(prefix + payload)),
            "certificates": [text_of(one.der) for one in chain],
        }
    )


def text_of(octets: bytes) -> str:
    """Return octets in base64 (RFC 4648, 4)."""
    return base64.b64encode(octets).decode()


def octets_of(text: str) -> bytes:
    """Return what stands in base64, in its one right form. Raise `ValueError`."""
    try:
        octets = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("not base64") from None
    if text_of(octets) != text:
        raise ValueError("not the right form of base64")
    return octets


def moment_of(moment: datetime) -> str:
    """Return a moment in UTC to the second, such as 2026-11-22T04:05:06Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_moment(text: str) -> datetime:
    """Read a moment in UTC to the second. Raise `ValueError`."""
    moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if f"{moment:%Y-%m-%dT%H:%M:%SZ}" != text:
        raise ValueError("not the right form of a moment")
    return moment


def members(
    encoded: bytes, kinds: Mapping[str, type], *, longest: int, optional: Mapping[str, type] = MappingProxyType({})
) -> dict[str, Any]:
    """Return the members of a JSON object that has exactly these, of these very types. Raise `ValueError`.

    Of the `optional` ones there may be any.
    """
    if len(encoded) > longest:
        raise ValueError("far too large")
    text = encoded.decode()
    value = json.loads(text, object_pairs_hook=once, parse_constant=refuse, parse_float=refuse)
    if not isinstance(value, dict) or set(value) - set(optional) != set(kinds):
        raise ValueError("other members than there should be")
    if any(type(value[name]) is not kind for name, kind in {**kinds, **optional}.items() if name in value):
        raise ValueError("a member of another type")
    return value


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object of some pairs, none of which may come twice: each reader would choose his."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member comes twice")
    return found


def refuse(_text: str) -> object:
    """Refuse NaN, infinities and fractions, which no document has."""
    raise ValueError("not a whole number")
