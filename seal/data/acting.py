"""Who acted in a stamping, inside what was signed: the chain of evidence that a stamped file carries by itself.

No standard at hand has a place for it. In a seal signature it stands among the extDatas of TBS_Sign (GB/T 38540-2020,
7.1), in a CMS among the signed attributes, under an identifier of our own (docs/divergences.md). It holds identifiers
that mean something in our registry alone, and no personal data.

What signatures of earlier versions hold of it, ends after the purpose, and is read like any other.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Final

from trust.asn1 import der
from trust.asn1.der import Element
from trust.delegations import Chain
from trust.errors import Invalid, TrustError
from trust.events import Fact

__all__ = ["ACTING", "ActingFor", "ActingMalformed"]

ACTING: Final = "2.25.285459163503974227737678472209410678744"
"""Identifier of the chain of evidence. Our own, under a UUID (ITU-T X.667)."""

IDENTIFIER: Final = re.compile(r"[0-9A-Za-z_.:-]{1,80}")
HIGHEST_LEVEL: Final = 3
LEVEL_TAG, KIND_TAG, OPERATION_TAG, CHAIN_TAG = 0xA0, 0xA1, 0xA2, 0xA3


class ActingMalformed(Invalid):
    """The bytes are not a chain of evidence."""

    code = "stamping.acting_malformed"


@dataclass(frozen=True, kw_only=True)
class ActingFor:
    """Who stamped, and under which permission of the seal's owner: identifiers of the registry, no names.

    ActingFor ::= SEQUENCE {
        actor         UTF8String,
        authorisation UTF8String,
        purpose       UTF8String,
        level         [0] EXPLICIT INTEGER (0..3) OPTIONAL,
        documentKind  [1] EXPLICIT UTF8String OPTIONAL,
        operation     [2] EXPLICIT UTF8String OPTIONAL,
        chain         [3] EXPLICIT DelegationChain OPTIONAL }
    """

    actor: str
    authorisation: str
    purpose: str
    """The purpose of the stamping, as authorisations name it."""

    level: int | None = None
    """The assurance level of the session in which it was asked for; None: not told."""

    document_kind: str | None = None
    operation: str | None = None
    """What the key of the seal was used for."""

    chain: Chain | None = field(default=None, repr=False)
    """The signed delegations from the owner of the seal to who acted; None: not told."""

    LONGEST_PURPOSE: ClassVar[int] = 64

    def __post_init__(self) -> None:
        if not IDENTIFIER.fullmatch(self.actor) or not IDENTIFIER.fullmatch(self.authorisation):
            raise ActingMalformed
        for told in (self.purpose, self.document_kind, self.operation):
            if told is not None and not (0 < len(told) <= self.LONGEST_PURPOSE and told.isprintable()):
                raise ActingMalformed
        if self.level is not None and not 0 <= self.level <= HIGHEST_LEVEL:
            raise ActingMalformed

    @property
    def der(self) -> bytes:
        """The evidence in DER."""
        return der.sequence(
            *(der.utf8_string(one) for one in (self.actor, self.authorisation, self.purpose)),
            b"" if self.level is None else der.context(0, der.integer(self.level)),
            b"" if self.document_kind is None else der.context(1, der.utf8_string(self.document_kind)),
            b"" if self.operation is None else der.context(2, der.utf8_string(self.operation)),
            b"" if self.chain is None else der.context(3, self.chain.der),
        )

    @classmethod
    def read(cls, encoded: bytes) -> "ActingFor":
        """Read the evidence. Raise `ActingMalformed`."""
        return read_acting(bytes(encoded))

    @property
    def facts(self) -> dict[str, Fact]:
        """What a report says of it."""
        told: dict[str, Fact] = {"actor": self.actor, "authorisation": self.authorisation, "purpose": self.purpose}
        if self.level is not None:
            told["level"] = self.level
        if self.document_kind is not None:
            told["document_kind"] = self.document_kind
        if self.operation is not None:
            told["operation"] = self.operation
        if self.chain is not None:
            told["delegations"] = " ".join(one.delegation.id for one in self.chain.statements)
        return told


@lru_cache(maxsize=256)
def read_acting(encoded: bytes) -> ActingFor:
    """Read the evidence, which is the same in many documents. Raise `ActingMalformed`."""
    try:
        actor, authorisation, purpose, *more = der.parse(encoded).sequence()
        told = tagged(more)
        found = ActingFor(
            actor=actor.text(der.Tag.UTF8_STRING),
            authorisation=authorisation.text(der.Tag.UTF8_STRING),
            purpose=purpose.text(der.Tag.UTF8_STRING),
            level=told[LEVEL_TAG].integer() if LEVEL_TAG in told else None,
            document_kind=told[KIND_TAG].text(der.Tag.UTF8_STRING) if KIND_TAG in told else None,
            operation=told[OPERATION_TAG].text(der.Tag.UTF8_STRING) if OPERATION_TAG in told else None,
            chain=Chain.read(told[CHAIN_TAG].raw) if CHAIN_TAG in told else None,
        )
    except (TrustError, ValueError):
        raise ActingMalformed from None
    if found.der != encoded:  # members out of order, twice, or unknown
        raise ActingMalformed
    return found


def tagged(members: list[Element]) -> Mapping[int, Element]:
    """Return what stands under each tag. Raise `ValueError` where that is not one element."""
    found = {}
    for one in members:
        (found[one.tag],) = one.children()
    return found
