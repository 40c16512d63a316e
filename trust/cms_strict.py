"""Reading signed messages of the shape in which most of them come, fast: DER, plain attributes, no alternatives.

Every signature that leaves this house is read before, with the time-stamps in it, and asn1crypto takes four times as
long. This reader knows one shape. What has another one, or is malformed, it does not judge: it returns None, and the
tolerant reader of trust/cms.py decides. What it does read, the tolerant reader would read just so.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from trust.asn1 import der, oids
from trust.asn1.der import Element, Tag
from trust.certificates import certificate_of
from trust.cms_message import Dialect, SignedMessage, SignerInfo
from trust.crypto.algorithms import Digest, digest_by_oid, signature_algorithm
from trust.errors import TrustError
from trust.revocation import revocation_list_of

__all__ = ["read_strictly"]

CONTEXT_0, CONTEXT_1 = 0xA0, 0xA1
USUAL: Final = frozenset({(1, oids.DATA), (1, oids.GM_DATA), (1, oids.TST_INFO), (3, oids.DATA), (3, oids.TST_INFO)})
"""Versions with types of content (RFC 5652, 5.1; GB/T 35275 always writes 1)."""

SIGNED: Final = frozenset(
    {oids.ID_CONTENT_TYPE, oids.ID_MESSAGE_DIGEST, oids.ID_SIGNING_TIME, oids.ID_SIGNING_CERTIFICATE_V2}
)
UNSIGNED: Final = frozenset({oids.ID_SIGNATURE_TIME_STAMP})
UNDER_A_UUID: Final = "2.25."
"""Attributes of somebody's own (ITU-T X.667), such as ours: no reader knows them, and their values stay as they are."""

NULL: Final = der.null()

SHORT: Final = 64 << 10
"""Octets of a message whose reading is kept."""

MOST_KEPT: Final = 8


class OtherShape(Exception):
    """This is for the tolerant reader."""


def read_strictly(encoded: bytes) -> SignedMessage | None:
    """Return the message, or None for one that is not of the usual shape; zero octets after it are padding.

    A message is asked for several times while it is judged: by its value, its attributes, its time-stamps.
    """
    return read_once(encoded) if len(encoded) <= SHORT else read_anew(encoded)


def read_anew(encoded: bytes) -> SignedMessage | None:
    """Read a message as `read_strictly` does."""
    try:
        outer = der.read(encoded, 0, len(encoded), 0)
        if encoded.count(0, outer.end) != len(encoded) - outer.end:
            return None
        return message_of(outer)
    except (TrustError, OtherShape, ValueError):
        return None


read_once = lru_cache(maxsize=MOST_KEPT)(read_anew)


class Members:
    """The members of a SEQUENCE, taken one after the other."""

    def __init__(self, element: Element) -> None:
        self.waiting = list(reversed(element.sequence()))

    def next(self, tag: int) -> Element:
        """Return the next one, which has this tag."""
        if not self.waiting or self.waiting[-1].tag != tag:
            raise OtherShape
        return self.waiting.pop()

    def optional(self, tag: int) -> Element | None:
        """Return the next one if it has this tag."""
        return self.waiting.pop() if self.waiting and self.waiting[-1].tag == tag else None

    def end(self) -> None:
        """Refuse anything more."""
        if self.waiting:
            raise OtherShape


def all_of(elements: Iterable[Element], tag: int) -> tuple[Element, ...]:
    """Return elements that all have one tag."""
    found = tuple(elements)
    if any(one.tag != tag for one in found):
        raise OtherShape
    return found


def inside(element: Element | None) -> tuple[Element, ...]:
    """Return what stands in an element, if that is there."""
    return () if element is None else element.children()


def only(elements: Sequence[Element], tag: int) -> Element:
    """Return the one element that there is."""
    (one,) = all_of(elements, tag)
    return one


def message_of(element: Element) -> SignedMessage:
    """Read ContentInfo around SignedData (RFC 5652, 3 and 5.1)."""
    outer = Members(element)
    kind = outer.next(Tag.OID).oid()
    members = Members(only(outer.next(CONTEXT_0).children(), Tag.SEQUENCE))
    outer.end()
    if kind not in (oids.SIGNED_DATA, oids.GM_SIGNED_DATA):
        raise OtherShape
    version = members.next(Tag.INTEGER).integer()
    members.next(Tag.SET)
    content_type, content = content_of(members.next(Tag.SEQUENCE))
    if (version, content_type) not in USUAL:
        raise OtherShape
    certificates = all_of(inside(members.optional(CONTEXT_0)), Tag.SEQUENCE)
    lists = all_of(inside(members.optional(CONTEXT_1)), Tag.SEQUENCE)
    signers = all_of(members.next(Tag.SET).children(), Tag.SEQUENCE)
    members.end()
    return SignedMessage(
        dialect=Dialect.GBT35275 if kind == oids.GM_SIGNED_DATA else Dialect.RFC5652,
        content_type=content_type,
        content=content,
        certificates=tuple(certificate_of(one.raw) for one in certificates),
        revocation_lists=tuple(revocation_list_of(one.raw) for one in lists),
        status_responses=(),
        signers=tuple(map(signer_of, signers)),
    )


def content_of(element: Element) -> tuple[str, bytes | None]:
    """Read EncapsulatedContentInfo (5.2): the type, and the content where it is inside."""
    members = Members(element)
    kind = members.next(Tag.OID).oid()
    holder = members.optional(CONTEXT_0)
    members.end()
    content = None if holder is None else only(holder.children(), Tag.OCTET_STRING).body
    if content is not None and kind == oids.TST_INFO:
        der.parse(content).sequence()
    return kind, content


def signer_of(element: Element) -> SignerInfo:
    """Read a SignerInfo that names its certificate by issuer and serial number (5.3)."""
    members = Members(element)
    members.next(Tag.INTEGER).integer()
    name = Members(members.next(Tag.SEQUENCE))
    issuer, serial = name.next(Tag.SEQUENCE), name.next(Tag.INTEGER)
    name.end()
    digest = digest_by_oid(algorithm_of(members.next(Tag.SEQUENCE)))
    covered = members.optional(CONTEXT_0)
    signed = attributes_of(covered, SIGNED)
    algorithm = signature_algorithm(algorithm_of(members.next(Tag.SEQUENCE)))
    signature = members.next(Tag.OCTET_STRING).body
    unsigned = attributes_of(members.optional(CONTEXT_1), UNSIGNED)
    members.end()
    kind, hashed, time, named = (
        only(signed[one], tag) if one in signed else None
        for one, tag in (
            (oids.ID_CONTENT_TYPE, Tag.OID),
            (oids.ID_MESSAGE_DIGEST, Tag.OCTET_STRING),
            (oids.ID_SIGNING_TIME, Tag.UTC_TIME),
            (oids.ID_SIGNING_CERTIFICATE_V2, Tag.SEQUENCE),
        )
    )
    signed_values, unsigned_values = raw_values(signed), raw_values(unsigned)
    return SignerInfo(
        issuer=issuer.raw,
        serial=serial.integer(),
        key_identifier=None,
        digest=digest,
        algorithm=algorithm,
        signed_attributes=b"\x31" + covered.raw[1:] if covered is not None and signed else None,
        content_type=None if kind is None else kind.oid(),
        message_digest=None if hashed is None else hashed.body,
        signing_time=None if time is None else time.time(),
        signing_certificate_hashes=() if named is None else certificate_hashes(named)[:1],
        signature=signature,
        time_stamps=unsigned_values.get(oids.ID_SIGNATURE_TIME_STAMP, ()),
        signed_values=signed_values,
        unsigned_values=unsigned_values,
    )


def algorithm_of(element: Element) -> str:
    """Return the identifier of an algorithm whose parameters are none, or NULL."""
    oid, *parameters = element.sequence()
    if parameters and [one.raw for one in parameters] != [NULL]:
        raise OtherShape
    return oid.oid()


def attributes_of(element: Element | None, known: frozenset[str]) -> dict[str, tuple[Element, ...]]:
    """Return the values of attributes by type, of known types or somebody's own, and each type once."""
    found: dict[str, tuple[Element, ...]] = {}
    for one in inside(element):
        kind, values = one.sequence()
        oid = kind.oid()
        is_known = oid in known or oid.startswith(UNDER_A_UUID)
        if oid in found or not is_known or values.tag != Tag.SET:
            raise OtherShape
        found[oid] = values.children()
    all_of(found.get(oids.ID_SIGNATURE_TIME_STAMP, ()), Tag.SEQUENCE)
    return found


def raw_values(attributes: dict[str, tuple[Element, ...]]) -> dict[str, tuple[bytes, ...]]:
    """Return the values of attributes in DER."""
    return {oid: tuple(one.raw for one in values) for oid, values in attributes.items()}


def certificate_hashes(element: Element) -> tuple[tuple[Digest, bytes], ...]:
    """Return the hashes of signingCertificateV2 without policies (RFC 5035, 5.4.1.1)."""
    return tuple(map(certificate_hash, only(element.sequence(), Tag.SEQUENCE).sequence()))


def certificate_hash(element: Element) -> tuple[Digest, bytes]:
    """Read an ESSCertIDv2: SHA-256 is the hash that need not be named."""
    members = Members(element)
    named = members.optional(Tag.SEQUENCE)
    digest = Digest.SHA256 if named is None else digest_by_oid(algorithm_of(named))
    hashed = members.next(Tag.OCTET_STRING).body
    members.optional(Tag.SEQUENCE)
    members.end()
    return digest, hashed
