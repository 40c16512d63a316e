"""Delegations 授权委托: signed statements of who lets whom act, within which bounds, and chains of them.

A statement tells of one hand-over: who gives, who receives, for what matters, within which bounds. The service signs it
with a key of its own after it has asked who gives for everything that the house demands. A chain of statements leads
from whom the matter belongs to, to who acts. It can be checked by a stranger with no network: with the chain, what it
is carried in, and the roots (trust/delegation_checks.py). docs/delegation.md describes it byte by byte.

    Delegation      ::= SEQUENCE { tbs TBSDelegation, signer OCTET STRING (SIZE(32)), signature BIT STRING }
    DelegationChain ::= SEQUENCE { statements SEQUENCE OF Delegation, certificates SEQUENCE OF Certificate }

No standard at hand has a form for it (docs/divergences.md).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Final

from trust.asn1 import der
from trust.asn1.der import Element
from trust.certificates import Certificate
from trust.crypto.sm3 import DIGEST_LENGTH, sm3
from trust.errors import Invalid, TrustError
from trust.signing import Signer

__all__ = [
    "FORM",
    "LONGEST_NAME",
    "MOST_LINKS",
    "MOST_NAMES",
    "Bounds",
    "Chain",
    "Delegation",
    "DelegationMalformed",
    "Given",
    "Matter",
    "Party",
    "PartyKind",
    "Statement",
    "sign_delegation",
]

FORM: Final = "2.25.304629861751048336639334093329078549336"
"""Identifier of the form of a statement: what is signed begins with it. Our own, under a UUID (ITU-T X.667)."""

VERSION: Final = 1
MOST_LINKS: Final = 4
"""Statements of a chain."""

MOST_NAMES: Final = 50
"""Names in one bound."""

LARGEST: Final = 16_384
"""Octets of a chain."""

IDENTIFIER: Final = re.compile(r"[0-9A-Za-z_.:-]{1,80}")
LONGEST_NAME: Final = 64
HIGHEST_LEVEL: Final = 3
TIMES_TAG: Final = 0xA0
PARENT_TAG: Final = 0xA1


class DelegationMalformed(Invalid):
    """The bytes, or the values, are not a delegation."""

    code = "delegation.malformed"


class PartyKind(StrEnum):
    """Who gives or receives."""

    ORGANISATION = "organisation"
    PERSON = "person"
    CLIENT = "client"


class Matter(StrEnum):
    """What a delegation is about. The set is closed."""

    ACT = "act"  # 以其名义办事
    LICENCE_HOLD = "licence.hold"  # 代为持证、亮证
    LICENCE_ISSUE = "licence.issue"  # 发证
    SEAL_STAMP = "seal.stamp"  # 用印


@dataclass(frozen=True)
class Party:
    """Who gives or receives, by its identifier in the registry."""

    kind: PartyKind
    id: str

    def __post_init__(self) -> None:
        if not IDENTIFIER.fullmatch(self.id):
            raise DelegationMalformed

    @property
    def der(self) -> bytes:
        """Party ::= SEQUENCE { kind UTF8String, id UTF8String }."""
        return der.sequence(der.utf8_string(self.kind.value), der.utf8_string(self.id))


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """Within what a delegation holds. A set that names nothing bounds nothing."""

    matters: frozenset[Matter]
    seals: frozenset[str] = frozenset()
    """Codes of seals, as the seals themselves tell them."""

    licence_types: frozenset[str] = frozenset()
    document_kinds: frozenset[str] = frozenset()
    operations: frozenset[str] = frozenset()
    """What a seal's key is used for."""

    purposes: frozenset[str] = frozenset()
    not_before: datetime
    not_after: datetime
    times: int | None = None
    """How often it may be used; None: without limit."""

    depth: int = 0
    """How many times what is received may be handed on."""

    def __post_init__(self) -> None:
        sets = (self.seals, self.licence_types, self.document_kinds, self.operations, self.purposes)
        if not self.matters or not all(is_plain(one) for one in sets):
            raise DelegationMalformed
        if any(one.tzinfo is None or one.microsecond for one in (self.not_before, self.not_after)):
            raise DelegationMalformed
        if self.not_after < self.not_before or not 0 <= self.depth < MOST_LINKS:
            raise DelegationMalformed
        if self.times is not None and not 0 < self.times < 1 << 31:
            raise DelegationMalformed


def is_plain(names: frozenset[str]) -> bool:
    """Tell whether a bound names what it may name."""
    return len(names) <= MOST_NAMES and all(0 < len(one) <= LONGEST_NAME and one.isprintable() for one in names)


@dataclass(frozen=True, kw_only=True)
class Given:
    """By whom, and how surely, a delegation was given."""

    actor: str
    level: int
    """The assurance level of the session, 0 to 3."""

    session: str = ""
    at: datetime

    def __post_init__(self) -> None:
        if not is_plain(frozenset({self.actor})) or not (self.session == "" or IDENTIFIER.fullmatch(self.session)):
            raise DelegationMalformed
        if not 0 <= self.level <= HIGHEST_LEVEL or self.at.tzinfo is None or self.at.microsecond:
            raise DelegationMalformed


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """What a statement says of one hand-over."""

    id: str
    delegator: Party
    delegate: Party
    bounds: Bounds
    parent: bytes | None = None
    """SM3 of the statement within whose bounds this one was given; None: it is the first."""

    given: Given

    def __post_init__(self) -> None:
        if not IDENTIFIER.fullmatch(self.id) or self.delegator == self.delegate:
            raise DelegationMalformed
        if self.parent is not None and len(self.parent) != DIGEST_LENGTH:
            raise DelegationMalformed

    @cached_property
    def der(self) -> bytes:
        """TBSDelegation: what is signed."""
        bounds, given = self.bounds, self.given
        scope = (bounds.seals, bounds.licence_types, bounds.document_kinds, bounds.operations)
        return der.sequence(
            der.oid(FORM),
            der.integer(VERSION),
            der.utf8_string(self.id),
            self.delegator.der,
            self.delegate.der,
            names(bounds.matters),
            der.sequence(*map(names, scope)),
            names(bounds.purposes),
            der.generalized_time(bounds.not_before),
            der.generalized_time(bounds.not_after),
            b"" if bounds.times is None else der.context(0, der.integer(bounds.times)),
            der.integer(bounds.depth),
            b"" if self.parent is None else der.context(1, der.octet_string(self.parent)),
            der.sequence(der.utf8_string(given.actor), der.integer(given.level), der.utf8_string(given.session)),
            der.generalized_time(given.at),
        )

    @classmethod
    def read(cls, element: Element) -> "Delegation":
        """Read a TBSDelegation. Raise `DelegationMalformed`, `Malformed` or `ValueError`."""
        members = list(element.sequence())
        times = members.pop(10).children() if len(members) > 10 and members[10].tag == TIMES_TAG else None  # noqa: PLR2004
        parent = members.pop(11).children() if len(members) > 11 and members[11].tag == PARENT_TAG else None  # noqa: PLR2004
        (form, version, name, giver, receiver, matters, scope, purposes, begins, ends, depth, given, at) = members
        if form.oid() != FORM or version.integer() != VERSION:
            raise DelegationMalformed
        seals, types, kinds, operations = scope.sequence()
        actor, level, session = given.sequence()
        found = cls(
            id=text_of(name),
            delegator=party_of(giver),
            delegate=party_of(receiver),
            bounds=Bounds(
                matters=frozenset(map(Matter, names_of(matters))),
                seals=names_of(seals),
                licence_types=names_of(types),
                document_kinds=names_of(kinds),
                operations=names_of(operations),
                purposes=names_of(purposes),
                not_before=begins.time(),
                not_after=ends.time(),
                times=None if times is None else only(times).integer(),
                depth=depth.integer(),
            ),
            parent=None if parent is None else only(parent).octets(),
            given=Given(actor=text_of(actor), level=level.integer(), session=text_of(session), at=at.time()),
        )
        if found.der != element.raw:  # one spelling for each statement: names in order, each once, times in full
            raise DelegationMalformed
        return found


def names(values: Iterable[str]) -> bytes:
    """Return SEQUENCE OF UTF8String, in the order of the characters."""
    return der.sequence(*(der.utf8_string(str(one)) for one in sorted(values)))


def names_of(element: Element) -> frozenset[str]:
    """Read SEQUENCE OF UTF8String. Its order is looked at by writing it again."""
    members = element.sequence()
    if len(members) > MOST_NAMES:
        raise DelegationMalformed
    return frozenset(map(text_of, members))


def text_of(element: Element) -> str:
    """Return the text of a UTF8String."""
    return element.text(der.Tag.UTF8_STRING)


def party_of(element: Element) -> Party:
    """Read a Party."""
    kind, name = element.sequence()
    return Party(PartyKind(text_of(kind)), text_of(name))


def only(members: tuple[Element, ...]) -> Element:
    """Return the one element that there is."""
    (one,) = members
    return one


@dataclass(frozen=True)
class Statement:
    """A signed statement as it was read. Nothing is trusted yet."""

    der: bytes = field(repr=False)
    delegation: Delegation = field(compare=False)
    signer: bytes = field(compare=False, repr=False)
    """SM3 of the certificate of whoever signed it."""

    signature: bytes = field(compare=False, repr=False)

    @cached_property
    def digest(self) -> bytes:
        """SM3 of the statement, by which what is given within it names it."""
        return sm3(self.der)

    @classmethod
    def read(cls, encoded: bytes) -> "Statement":
        """Read a statement. Raise `DelegationMalformed`."""
        if len(encoded) > LARGEST:
            raise DelegationMalformed
        return read_statement(bytes(encoded))


@lru_cache(maxsize=512)
def read_statement(encoded: bytes) -> Statement:
    """Read a statement. One stands in many documents."""
    try:
        tbs, signer, signature = der.parse(encoded).sequence()
        found = Statement(encoded, Delegation.read(tbs), signer.octets(), signature.bits())
    except (TrustError, ValueError):
        raise DelegationMalformed from None
    if len(found.signer) != DIGEST_LENGTH:
        raise DelegationMalformed
    return found


def sign_delegation(delegation: Delegation, signer: Signer, certificate: Certificate) -> bytes:
    """Return the statement, signed by the key that `certificate` is for. Raise `SigningUnavailable`."""
    signature = signer.sign(delegation.der)
    return der.sequence(delegation.der, der.octet_string(sm3(certificate.der)), der.bit_string(signature))


@dataclass(frozen=True)
class Chain:
    """Statements from whom the matter belongs to, to who acts, with the certificates of who signed them."""

    statements: tuple[Statement, ...]
    certificates: tuple[Certificate, ...] = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 < len(self.statements) <= MOST_LINKS or len(set(self.certificates)) != len(self.certificates):
            raise DelegationMalformed
        if {sm3(one.der) for one in self.certificates} != {one.signer for one in self.statements}:
            raise DelegationMalformed

    @cached_property
    def der(self) -> bytes:
        """The chain in DER."""
        return der.sequence(
            der.sequence(*(one.der for one in self.statements)), der.sequence(*(one.der for one in self.certificates))
        )

    @classmethod
    def of(cls, statements: Iterable[bytes], certificates: Iterable[Certificate]) -> "Chain":
        """Put a chain together of its statements, and those of `certificates` that signed them."""
        links = tuple(map(Statement.read, statements))
        known = {sm3(one.der): one for one in certificates}
        signers = dict.fromkeys(one.signer for one in links)
        return cls(links, tuple(known[one] for one in signers if one in known))

    @classmethod
    def read(cls, encoded: bytes) -> "Chain":
        """Read a chain. Raise `DelegationMalformed`."""
        if len(encoded) > LARGEST:
            raise DelegationMalformed
        try:
            statements, certificates = der.parse(encoded).sequence()
            links, signers = statements.sequence(), certificates.sequence()
            if not (0 < len(links) <= MOST_LINKS and 0 < len(signers) <= MOST_LINKS):
                raise DelegationMalformed
            return cls(tuple(Statement.read(one.raw) for one in links), tuple(Certificate(one.raw) for one in signers))
        except (TrustError, ValueError):
            raise DelegationMalformed from None
