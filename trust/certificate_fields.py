"""The members of a certificate as they stand (RFC 5280, 4.1), and how strictly each is read."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from trust.asn1 import der
from trust.asn1.der import Element

__all__ = ["Extension", "Fields", "check_name", "read_algorithm", "read_bare_algorithm", "read_extension"]

VERSION_TAG: Final = 0xA0
UNIQUE_IDENTIFIER_TAGS: Final = (0x81, 0x82)
EXTENSIONS_TAG: Final = 0xA3
VERSION_2: Final = 1
VERSION_3: Final = 2


@dataclass(frozen=True)
class Extension:
    """An extension as it came."""

    critical: bool
    value: bytes


def read_extension(element: Element) -> tuple[str, Extension]:
    """Read one Extension. An explicit `critical FALSE` is not DER and is known from practice."""
    identifier, *critical, value = element.sequence()
    if len(critical) > 1:
        raise element.fail("an extension of at most three members")
    return identifier.oid(), Extension(critical=any(one.boolean() for one in critical), value=value.octets())


def read_algorithm(element: Element) -> str:
    """Read the identifier of an AlgorithmIdentifier, which has at most one parameter."""
    identifier, *parameters = element.sequence()
    if len(parameters) > 1:
        raise element.fail("an algorithm with at most one parameter")
    return identifier.oid()


def read_bare_algorithm(element: Element) -> str:
    """Read the identifier of an AlgorithmIdentifier that has no parameters, or NULL.

    Where it stands outside of what is signed, anybody could put anything there. Raise `Malformed`.
    """
    oid = read_algorithm(element)
    if any(one.raw != der.null() for one in element.sequence()[1:]):
        raise element.fail("an algorithm without parameters")
    return oid


def check_name(name: Element) -> None:
    """Raise `Malformed` where a name is not a sequence of sets of pairs."""
    for relative in name.sequence():
        pairs = relative.expect(der.Tag.SET, "a relative name").children()
        if not pairs:
            raise relative.fail("a relative name that is not empty")
        for pair in pairs:
            kind, _ = pair.sequence()
            kind.oid()


@dataclass(frozen=True, kw_only=True)
class Fields:
    """The members of a certificate, byte for byte as they stand (RFC 5280, 4.1)."""

    tbs: bytes
    outer_algorithm: bytes
    signature: bytes
    version: int
    serial: int
    algorithm: bytes
    algorithm_oid: str
    issuer: bytes
    not_before: datetime
    not_after: datetime
    subject: bytes
    spki: bytes
    unique_identifiers: int
    extensions: tuple[tuple[str, Extension], ...]

    @classmethod
    def read(cls, encoded: bytes) -> "Fields":
        """Read a Certificate. Raise `Malformed`, or `ValueError` for members too many or too few."""
        body, outer, signature = der.parse(encoded).sequence()
        read_algorithm(outer)
        return cls.read_tbs(body, outer_algorithm=outer.raw, signature=signature.bits())

    @classmethod
    def read_tbs(cls, body: Element, *, outer_algorithm: bytes = b"", signature: bytes = b"") -> "Fields":
        """Read a TBSCertificate, as `read` does."""
        version, members = 0, list(body.sequence())
        if members and members[0].tag == VERSION_TAG:
            (told,) = members.pop(0).children()
            version = told.integer()
            if version not in (VERSION_2, VERSION_3):
                raise told.fail("version 2 or 3")
        serial, algorithm, issuer, validity, subject, spki, *optional = members
        not_before, not_after = validity.sequence()
        check_name(issuer)
        check_name(subject)
        key_algorithm, bits = spki.sequence()
        key_algorithm.sequence()
        bits.expect(der.Tag.BIT_STRING, "a key")
        tags = [one.tag for one in optional]
        if tags != sorted(set(tags)) or not {*tags} <= {*UNIQUE_IDENTIFIER_TAGS, EXTENSIONS_TAG}:
            raise body.fail("unique identifiers and extensions, each once")
        extensions: tuple[tuple[str, Extension], ...] = ()
        if tags and tags[-1] == EXTENSIONS_TAG:
            (listed,) = optional.pop().children()
            extensions = tuple(map(read_extension, listed.sequence()))
            if version != VERSION_3 or not extensions:
                raise listed.fail("extensions in version 3 alone, and one at least")
        return cls(
            tbs=body.raw,
            outer_algorithm=outer_algorithm,
            signature=signature,
            version=version + 1,
            serial=serial.integer(),
            algorithm=algorithm.raw,
            algorithm_oid=read_algorithm(algorithm),
            issuer=issuer.raw,
            not_before=not_before.time(),
            not_after=not_after.time(),
            subject=subject.raw,
            spki=spki.raw,
            unique_identifiers=len(optional),
            extensions=extensions,
        )
