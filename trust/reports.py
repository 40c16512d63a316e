"""What a verification tells about one signature: who, over what, when, and every check that was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from trust.certificates import Certificate
from trust.events import Fact
from trust.verdict import Check, Verdict

__all__ = ["SignatureKind", "SignatureReport"]


class SignatureKind(StrEnum):
    """Forms of signatures that this house judges."""

    CMS = "cms"
    """CMS SignedData: GB/T 35275, RFC 5652, and PAdES within a PDF."""

    ELECTRONIC_SEAL = "electronic_seal"
    """The seal maker's signature on a seal (GB/T 38540, 6)."""

    SEAL_SIGNATURE = "seal_signature"
    """An electronic seal signature over a document (GB/T 38540, 7)."""

    TIME_STAMP = "time_stamp"
    """An RFC 3161 or GM/T 0033 time-stamp token."""


@dataclass(frozen=True, kw_only=True)
class SignatureReport:
    """One signature and how it fared."""

    kind: SignatureKind
    checks: tuple[Check, ...]
    signer: Certificate | None = None
    path: tuple[Certificate, ...] = ()
    algorithm: str = ""
    claimed_time: datetime | None = None
    """When the signer says it signed. A claim, unless `proven_time` bears it out."""

    proven_time: datetime | None = None
    """When the signature existed at the latest, by a time-stamp that holds."""

    facts: Mapping[str, Fact] = field(default_factory=dict)
    """What else an expert wants to know, such as the seal's name and code."""

    @property
    def verdict(self) -> Verdict:
        """The verdict over all checks."""
        return Verdict(checks=self.checks)
