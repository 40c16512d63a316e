"""Revocation information that stands under a signature itself (adbe-revocationInfoArchival; ISO 32000-1, 12.8.3.3.2).

Programs that sign PDFs with the older form of messages put lists and responses there, not into the file.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeVar

from trust.asn1 import der
from trust.errors import Invalid
from trust.ocsp import OCSPResponse
from trust.revocation import RevocationList, revocation_list_of

__all__ = ["ARCHIVED", "archived_in"]

ARCHIVED: Final = "1.2.840.113583.1.1.8"
LISTS, RESPONSES = 0xA0, 0xA1
"""Tags of RevocationInfoArchival: crl [0], ocsp [1]; otherRevInfo [2] has no kind in use."""

MOST: Final = 50
"""Lists or responses that are read of one attribute."""

Kind = TypeVar("Kind")


def archived_in(values: tuple[bytes, ...]) -> tuple[tuple[RevocationList, ...], tuple[OCSPResponse, ...]]:
    """Return the lists and the responses in the values of the attribute; what cannot be read is passed over."""
    lists, responses = [], []
    for value in values:
        with suppress(der.Malformed, ValueError):
            for member in der.parse(value).sequence():
                (listed,) = member.children()
                if member.tag == LISTS:
                    lists += readable(revocation_list_of, listed)
                elif member.tag == RESPONSES:
                    responses += readable(OCSPResponse, listed)
    return tuple(lists), tuple(responses)


def readable(kind: Callable[[bytes], Kind], listed: der.Element) -> list[Kind]:
    """Return what can be read of the members of a SEQUENCE."""
    found = []
    for one in listed.sequence()[:MOST]:
        with suppress(Invalid):
            found.append(kind(one.raw))
    return found
