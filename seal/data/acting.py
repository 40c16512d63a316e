"""Who acted in a stamping, inside what was signed: the chain of evidence that a stamped file carries by itself.

No standard at hand has a place for it. In a seal signature it stands among the extDatas of TBS_Sign (GB/T 38540-2020,
7.1), in a CMS among the signed attributes, under an identifier of our own (docs/divergences.md). It holds identifiers
that mean something in our registry alone, and no personal data.
"""

import re
from dataclasses import dataclass
from typing import ClassVar, Final

from trust.asn1 import der
from trust.errors import Invalid

__all__ = ["ACTING", "ActingFor", "ActingMalformed"]

ACTING: Final = "2.25.285459163503974227737678472209410678744"
"""Identifier of the chain of evidence. Our own, under a UUID (ITU-T X.667)."""

IDENTIFIER: Final = re.compile(r"[0-9A-Za-z_.:-]{1,80}")


class ActingMalformed(Invalid):
    """The bytes are not a chain of evidence."""

    code = "stamping.acting_malformed"


@dataclass(frozen=True, kw_only=True)
class ActingFor:
    """Who stamped, and under which permission of the seal's owner: identifiers of the registry, no names.

    ActingFor ::= SEQUENCE { actor UTF8String, authorisation UTF8String, purpose UTF8String }
    """

    actor: str
    authorisation: str
    purpose: str
    """The purpose of the stamping, as authorisations name it."""

    LONGEST_PURPOSE: ClassVar[int] = 64

    def __post_init__(self) -> None:
        if not IDENTIFIER.fullmatch(self.actor) or not IDENTIFIER.fullmatch(self.authorisation):
            raise ActingMalformed
        if not 0 < len(self.purpose) <= self.LONGEST_PURPOSE or not self.purpose.isprintable():
            raise ActingMalformed

    @property
    def der(self) -> bytes:
        """The chain in DER."""
        return der.sequence(*(der.utf8_string(one) for one in (self.actor, self.authorisation, self.purpose)))

    @classmethod
    def read(cls, encoded: bytes) -> "ActingFor":
        """Read a chain. Raise `ActingMalformed`."""
        try:
            actor, authorisation, purpose = (one.text(der.Tag.UTF8_STRING) for one in der.parse(encoded).sequence())
        except (der.Malformed, ValueError):
            raise ActingMalformed from None
        return cls(actor=actor, authorisation=authorisation, purpose=purpose)

    @property
    def facts(self) -> dict[str, str]:
        """What a report says of it."""
        return {"actor": self.actor, "authorisation": self.authorisation, "purpose": self.purpose}
