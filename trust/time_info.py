"""What a time-stamp token states: its TSTInfo (RFC 3161, 2.4.2).

Most are of one shape, in DER, and are read fast. What has another shape, or is malformed, is left to a tolerant reader:
what the fast one reads, that one reads just so.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import tsp

from trust.asn1 import der, oids
from trust.asn1.der import Tag
from trust.cms import ASN1CRYPTO_ERRORS, CMSMalformed, SignedMessage
from trust.cms_strict import CONTEXT_0, Members, OtherShape, algorithm_of, only
from trust.crypto.algorithms import Digest, digest_by_oid

__all__ = ["TimeStampInfo", "read_info"]

VERSION: Final = 1
DIRECTORY_NAME: Final = 0xA4
"""A GeneralName of the kind that an authority has (RFC 5280, 4.2.1.6)."""

GENERALIZED_TIME: Final = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d*[1-9]))?Z")


@dataclass(frozen=True, kw_only=True)
class TimeStampInfo:
    """The TSTInfo of a token, as far as a verifier asks for it."""

    digest: Digest
    imprint: bytes
    time: datetime
    policy: str
    serial: int
    nonce: int | None


def read_info(message: SignedMessage) -> TimeStampInfo:
    """Read the TSTInfo inside a token. Raise `CMSMalformed`, or `AlgorithmNotSupported`."""
    if message.content is None or message.content_type != oids.TST_INFO:
        raise CMSMalformed
    return read_plainly(message.content) or read_tolerantly(message.content)


def read_plainly(encoded: bytes) -> TimeStampInfo | None:
    """Return a TSTInfo of the usual shape, or None for what is none. Raise `AlgorithmNotSupported`."""
    try:
        members = Members(der.parse(encoded))
        version, policy = members.next(Tag.INTEGER).integer(), members.next(Tag.OID).oid()
        imprint = Members(members.next(Tag.SEQUENCE))
        algorithm, hashed = algorithm_of(imprint.next(Tag.SEQUENCE)), imprint.next(Tag.OCTET_STRING).body
        imprint.end()
        serial, time = members.next(Tag.INTEGER).integer(), read_time(members.next(Tag.GENERALIZED_TIME).body)
        accuracy, nonce = members.optional(Tag.SEQUENCE), members.optional(Tag.INTEGER)
        name = members.optional(CONTEXT_0)
        members.end()
        if accuracy is not None:  # in whole seconds
            only(accuracy.children(), Tag.INTEGER).integer()
        if name is not None:
            only(only(name.children(), DIRECTORY_NAME).children(), Tag.SEQUENCE)
        if version != VERSION:
            return None
        told = None if nonce is None else nonce.integer()
    except (der.Malformed, OtherShape, ValueError):
        return None
    return TimeStampInfo(
        digest=digest_by_oid(algorithm), imprint=hashed, time=time, policy=policy, serial=serial, nonce=told
    )


def read_tolerantly(encoded: bytes) -> TimeStampInfo:
    """Read a TSTInfo. Raise as `read_info` does."""
    try:
        info: Any = tsp.TSTInfo.load(encoded, strict=True)
        imprint = info["message_imprint"]
        return TimeStampInfo(
            digest=digest_by_oid(imprint["hash_algorithm"]["algorithm"].dotted),
            imprint=bytes(imprint["hashed_message"].native),
            time=read_time(info["gen_time"].contents),
            policy=str(info["policy"].dotted),
            serial=int(info["serial_number"].native),
            nonce=info["nonce"].native,
        )
    except ASN1CRYPTO_ERRORS:
        raise CMSMalformed from None


def read_time(octets: bytes) -> datetime:
    """Return a genTime: UTC, to the second or finer, without needless zeros (RFC 3161, 2.4.2). Raise `ValueError`."""
    found = GENERALIZED_TIME.fullmatch(octets)
    if found is None:
        raise ValueError("not a genTime")
    microsecond = int((found[7] or b"")[:6].ljust(6, b"0"))
    year, month, day, hour, minute, second = (int(found[place]) for place in range(1, 7))
    return datetime(year, month, day, hour, minute, second, microsecond, tzinfo=UTC)
