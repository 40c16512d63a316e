"""What a verification tells about one signature: who, over what, when, and every check that was made."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from trust.certificates import Certificate
from trust.events import Fact
from trust.status import RevocationStatus
from trust.verdict import Check, Verdict

__all__ = ["Proves", "SignatureKind", "SignatureReport", "TimeProof", "proof_of"]


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


class Proves(StrEnum):
    """What a time-stamp was made over, and so what it proves to have been there."""

    SIGNATURE = "signature"
    """The value of this signature."""

    DOCUMENT = "document"
    """The document, with this signature in it."""

    SEAL = "seal"
    """The maker's signature on the seal: when the seal was made."""


@dataclass(frozen=True, kw_only=True)
class TimeProof:
    """A time-stamp that bears on a signature, and how it fared."""

    proves: Proves
    time: datetime | None
    """The moment that it states; None where it cannot be read."""

    checks: tuple[Check, ...]
    authority: Certificate | None = None
    path: tuple[Certificate, ...] = ()
    policy: str = ""
    """The identifier of the authority's policy."""

    field: str = ""
    """Of one over the document: the field of the document that holds it."""

    @property
    def verdict(self) -> Verdict:
        """The verdict on the time-stamp."""
        return Verdict(checks=self.checks)


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

    time_proofs: tuple[TimeProof, ...] = ()
    """Every time-stamp that bears on it."""

    maker_path: tuple[Certificate, ...] = ()
    """Of a seal signature: the path of the seal's maker, leaf first."""

    @property
    def verdict(self) -> Verdict:
        """The verdict over all checks."""
        return Verdict(checks=self.checks)

    @property
    def revocations(self) -> tuple[RevocationStatus, ...]:
        """What was told of the revocation of every certificate that it rests on, those of time-stamps last."""
        every = (*self.checks, *(check for one in self.time_proofs for check in one.checks))
        return tuple(dict.fromkeys(one.revocation for one in every if one.revocation is not None))

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Every certificate that it rests on, each once."""
        proofs = (certificate for one in self.time_proofs for certificate in one.path)
        signer = () if self.signer is None else (self.signer,)
        return tuple(dict.fromkeys((*signer, *self.path, *self.maker_path, *proofs)))


def proof_of(stamp: SignatureReport, proves: Proves, *, field: str = "") -> TimeProof:
    """Return what a time-stamp, judged as one, proves of a signature."""
    return TimeProof(
        proves=proves,
        time=stamp.claimed_time,
        checks=stamp.checks,
        authority=stamp.signer,
        path=stamp.path,
        policy=str(stamp.facts.get("policy") or ""),
        field=field,
    )
