"""Status lists 状态列表: how every licence of a type stands, in two bits each, signed, for verifiers without a network.

Whoever has the list of a type learns how a licence stands without asking for that one: the issuer does not see who
checks what. A claim (licence/claim.py) names the list by its number, and the place of its licence there. The bits are
those of the IETF's token status lists: place i stands in octet i // 4, from the lowest bits on, and the octets are
compressed with zlib (RFC 1950). docs/status-list.md describes a list byte by byte.
"""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

from licence.claim import LISTS
from licence.errors import StatusListMalformed, StatusListUntrusted
from licence.number import require_type_code
from trust.certificates import Certificate
from trust.errors import Invalid, TrustError
from trust.events import canonical
from trust.paths import Purpose, validate
from trust.signed_documents import (
    SignedDocument,
    members,
    moment_of,
    octets_of,
    read_moment,
    sign_document,
    text_of,
)
from trust.signing import Signer
from trust.trust_list import TrustList
from trust.verdict import Outcome, Verdict

__all__ = ["LicenceStatus", "StatusList", "length_of", "pack", "put", "read_status_list", "sign_status_list"]

TYPE: Final = "xinyin.status-list"
VERSION: Final = 2
PREFIX: Final = b"xinyin status list v2\0"
"""Goes before what is signed: the same key signs claims."""

BITS: Final = 2
PLACES: Final = 8 // BITS
"""Licences in one octet."""

MAX_PLACES: Final = 200_000_000
MAX_LENGTH: Final = 96 << 20
CLOCK_TOLERANCE: Final = timedelta(minutes=5)
STEP: Final = "status-list"

PAYLOAD: Final = {
    "type": str,
    "version": int,
    "source": str,
    "licence_type": str,
    "number": int,
    "issued": str,
    "next_update": str,
    "bits": int,
    "places": int,
    "statuses": str,
}


class LicenceStatus(IntEnum):
    """How a licence stands, as the two bits say it. That one has expired its own claim tells."""

    VALID = 0
    INVALID = 1
    """Revoked, cancelled, superseded or never issued."""

    SUSPENDED = 2
    PENDING = 3
    """There is no such licence yet."""


@dataclass(frozen=True, kw_only=True)
class StatusList:
    """How the licences of one type stand."""

    source: str
    """Address of the instance that it tells of."""

    licence_type: str
    """Code of the type."""

    number: int
    """By which claims name the list."""

    issued: datetime
    next_update: datetime
    places: int
    octets: bytes = field(repr=False)

    def __post_init__(self) -> None:
        require_type_code(self.licence_type)
        if self.issued >= self.next_update or not 0 <= self.places <= MAX_PLACES:
            raise ValueError("a list ends after it was issued, and has no more places than any type has licences")
        if self.number not in LISTS:
            raise ValueError("a list has a number that fits into claims")
        if len(self.octets) != length_of(self.places):
            raise ValueError("a list has two bits for each place")

    def status(self, place: int) -> LicenceStatus | None:
        """Return how the licence of a place stands; None where the list is older than the licence."""
        if not 0 <= place < self.places:
            return None
        return LicenceStatus(self.octets[place // PLACES] >> BITS * (place % PLACES) & 3)

    @property
    def payload(self) -> bytes:
        """The bytes that are signed, after the prefix."""
        return canonical(
            {
                "type": TYPE,
                "version": VERSION,
                "source": self.source,
                "licence_type": self.licence_type,
                "number": self.number,
                "issued": moment_of(self.issued),
                "next_update": moment_of(self.next_update),
                "bits": BITS,
                "places": self.places,
                "statuses": text_of(zlib.compress(self.octets, 9)),
            }
        )


def length_of(places: int) -> int:
    """Return how many octets so many places take."""
    return -(-places // PLACES)


def pack(places: int, others: Mapping[int, LicenceStatus]) -> bytes:
    """Return the octets of a list in which every place is valid but `others`. What fills the last octet is zero."""
    octets = bytearray(length_of(places))
    for place, status in others.items():
        put(octets, (place,), status)
    return bytes(octets)


def put(octets: bytearray, places: Iterable[int], status: LicenceStatus) -> None:
    """Write that the licences of some places stand so."""
    bits = int(status)  # a plain number: there may be millions of places
    for place in places:
        octet, shift = place // PLACES, BITS * (place % PLACES)
        octets[octet] = octets[octet] & ~(3 << shift) | bits << shift


def sign_status_list(status_list: StatusList, signer: Signer, certificate: Certificate) -> bytes:
    """Return the list with its signature and the signer's certificate."""
    return sign_document(status_list.payload, signer, (certificate,), prefix=PREFIX)


def read_status_list(encoded: bytes, trust_list: TrustList, *, now: datetime) -> tuple[StatusList, Verdict]:
    """Read a list that one of the instance's keys for claims has signed, and say whether it can be relied on now.

    The trust list tells which keys those are: that an anchor vouches for a certificate is not enough. The verdict is
    indeterminate where no revocation list covers the signer now. A list that is past its next update still tells how
    things stood: how old is too old is for the reader to say. Raise `StatusListMalformed`, or `StatusListUntrusted`.
    """
    try:
        signed = SignedDocument.read(encoded, longest=MAX_LENGTH)
        status_list = read_payload(signed.payload)
    except (ValueError, TypeError, AttributeError, RecursionError, Invalid):
        raise StatusListMalformed from None
    signers = {one.certificate for one in trust_list.signers if Purpose.LICENCE_CLAIM in one.purposes}
    if signed.certificate not in signers:
        raise StatusListUntrusted
    path = validate(signed.certificate, trust_list.evidence, purpose=Purpose.LICENCE_CLAIM, at=now, step=STEP)
    verdict = Verdict(checks=path.checks)
    if verdict.outcome is Outcome.FAILED:
        raise StatusListUntrusted
    try:
        signed.certificate.verify_message(signed.signature, PREFIX + signed.payload)
    except TrustError:
        raise StatusListUntrusted from None
    if status_list.issued > now + CLOCK_TOLERANCE or status_list.source != trust_list.source:
        raise StatusListUntrusted
    return status_list, verdict


def read_payload(payload: bytes) -> StatusList:
    """Read what is signed. Raise `ValueError`, or `TypeCodeMalformed`."""
    told = members(payload, PAYLOAD, longest=MAX_LENGTH)
    if (told["type"], told["version"], told["bits"]) != (TYPE, VERSION, BITS):
        raise ValueError("another type, version or number of bits")
    if not 0 <= told["places"] <= MAX_PLACES:
        raise ValueError("more places than any type has licences")
    return StatusList(
        source=told["source"],
        licence_type=told["licence_type"],
        number=told["number"],
        issued=read_moment(told["issued"]),
        next_update=read_moment(told["next_update"]),
        places=told["places"],
        octets=inflate(octets_of(told["statuses"]), length_of(told["places"])),
    )


def inflate(compressed: bytes, length: int) -> bytes:
    """Return the octets that `compressed` holds, which must be `length` and no more. Raise `ValueError`."""
    stream = zlib.decompressobj()
    try:
        octets = stream.decompress(compressed, length + 1)
    except zlib.error:
        raise ValueError("not compressed with zlib") from None
    if len(octets) != length or not stream.eof or stream.unused_data:
        raise ValueError("another length than the places take")
    return octets
