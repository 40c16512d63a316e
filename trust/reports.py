"""What a verification tells about one signature: who, over what, when, and every check that was made."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from trust.certificates import Certificate
from trust.events import Fact
from trust.status import RevocationStatus
from trust.verdict import Check, Outcome, SubIndication, Verdict

__all__ = [
    "LAPSED",
    "Existence",
    "Proves",
    "SignatureKind",
    "SignatureReport",
    "TimeProof",
    "existence_of",
    "left_open",
    "proof_by_record",
    "proof_of",
]

LAPSED: Final = frozenset(
    {
        SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE,
        SubIndication.OUT_OF_BOUNDS_NO_POE,
        SubIndication.REVOKED_NO_POE,
    }
)
"""What is wrong with a time-stamp that held, and proves nothing any more for want of a later one."""

OF_SIGNERS: Final = frozenset({"certificate.revocation", "delegation.signer"})
"""Checks on how the certificates of a signature's own signers stood, by name."""


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

    RECORD = "record"
    """No time-stamp: the verifier has had the file, or its hash, on record himself since then."""


@dataclass(frozen=True, kw_only=True)
class TimeProof:
    """A time-stamp, or a record, that bears on a signature, and how it fared."""

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

    until: datetime | None = None
    """Of one that holds: until when it proves its time by itself, with no later one over it."""

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

    proves_until: datetime | None = None
    """Of a time-stamp that holds: until when it proves its time by itself, with no later one over it."""

    is_open: bool = False
    """Whether a time-stamp that proves nothing any more states an earlier moment than what is proven."""

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
    def has_lapsed(self) -> bool:
        """Of a time-stamp: whether it held at the moment that it states, and nothing proves that it is that old."""
        found = {check.finding.sub_indication for check in self.checks if check.finding is not None}
        return bool(found) and found <= LAPSED

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


@dataclass(frozen=True, kw_only=True)
class Existence:
    """When something was there at the latest, as far as anything proves it."""

    proven: datetime | None = None
    stated: datetime | None = None
    """The earliest moment that a time-stamp states which proves nothing any more."""

    @property
    def is_open(self) -> bool:
        """Whether it may be older than what is proven: then nobody knows how certificates stood at that moment."""
        return self.stated is not None and (self.proven is None or self.stated < self.proven)

    def completed_by(self, other: "Existence") -> "Existence":
        """Return this, and what another tells where this proves nothing."""
        stated = [one for one in (self.stated, other.stated) if one is not None]
        return Existence(proven=self.proven or other.proven, stated=min(stated, default=None))

    def also(self, since: datetime | None) -> "Existence":
        """Return this, or what a record proves where that is earlier."""
        proven = [one for one in (self.proven, since) if one is not None]
        return replace(self, proven=min(proven, default=None))

    def settle(self, checks: Iterable[Check]) -> tuple[Check, ...]:
        """Return checks on certificates with what is not settled left open: one that was revoked may have been good."""
        return tuple(map(left_open, checks)) if self.is_open else tuple(checks)


def left_open(check: Check) -> Check:
    """Return a check on the revocation of a signer, who may have signed before it."""
    if (
        check.finding is None
        or check.finding.sub_indication is not SubIndication.REVOKED
        or check.name not in OF_SIGNERS
    ):
        return check
    return replace(check, finding=replace(check.finding, sub_indication=SubIndication.REVOKED_NO_POE))


def existence_of(stamps: Iterable[SignatureReport]) -> Existence:
    """Return what time-stamps prove together, each judged as one."""
    judged = tuple(stamps)
    holding = (one for one in judged if one.verdict.outcome is Outcome.PASSED)
    proven = [one.proven_time for one in holding if one.proven_time is not None]
    stated = [one.claimed_time for one in judged if one.has_lapsed and one.claimed_time is not None]
    return Existence(proven=min(proven, default=None), stated=min(stated, default=None))


def proof_by_record(since: datetime) -> TimeProof:
    """Return what the verifier's own records prove of a signature."""
    return TimeProof(proves=Proves.RECORD, time=since, checks=(Check(step="4", name="registry.recorded"),))


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
        until=stamp.proves_until,
    )
