"""The record of a verdict: what a verifier had in hand, so that the verdict can be replayed without its trust state.

A record holds the moment, the policy, the anchors, certificates, revocation lists and OCSP responses that took part,
the hashes of the file, and the verdict (docs/verification-record.md). It holds nothing of the file itself: who replays
brings the file. A record proves nothing by itself: who relies on it relies on its anchors, or on whoever signed it.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, Final

from seal.verification.documents import JudgedSignature
from seal.verification.files import FileKind, FileReport, judge_file
from seal.verification.record_policy import policy_in, policy_of
from seal.verification.record_values import RecordMalformed, Value
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3
from trust.errors import Conflict
from trust.ocsp import OCSPResponse
from trust.paths import Evidence, Recorded
from trust.revocation import RevocationList
from trust.verdict import Check

__all__ = [
    "SCHEMA",
    "Digests",
    "Record",
    "RecordMalformed",
    "RecordMismatch",
    "record_of",
    "replay",
    "require_of",
    "verdict_of",
]

SCHEMA: Final = "xinyin verification record 1"
LARGEST: Final = 64 << 20
"""Octets of a record: revocation lists may be long."""

Told = Mapping[str, Any]
"""A verdict as JSON."""


class RecordMismatch(Conflict):
    """The record is about another file, or about another document that its signature covers."""

    code = "verification.record_mismatch"
    detail_names: ClassVar[tuple[str, ...]] = ("part",)


@dataclass(frozen=True, kw_only=True)
class Digests:
    """What identifies a file: its length and its hashes."""

    size: int
    sm3: str
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> "Digests":
        """Return the hashes of a file."""
        return cls(size=len(content), sm3=sm3(content).hex(), sha256=sha256(content).hexdigest())

    @classmethod
    def read(cls, told: Value) -> "Digests":
        """Read what `as_json` wrote. Raise `RecordMalformed`."""
        members = told.members("size", "sm3", "sha256")
        return cls(
            size=members["size"].number(), sm3=members["sm3"].hexadecimal(64), sha256=members["sha256"].hexadecimal(64)
        )

    @property
    def as_json(self) -> dict[str, Any]:
        """The hashes as JSON."""
        return {"size": self.size, "sm3": self.sm3, "sha256": self.sha256}


@dataclass(frozen=True, kw_only=True)
class Record:
    """One verdict and what it rests on."""

    kind: FileKind
    moment: datetime
    content: Digests
    signed: Digests | None = None
    """The document that a detached signature covers, where one was given."""

    evidence: Evidence
    verdict: Told
    registry: tuple[Told, ...] = field(default=())
    """What the registry of the instance said, check by check. It is told, and cannot be replayed."""

    def to_json(self) -> bytes:
        """Return the record as canonical JSON in ASCII: the same record is always the same octets."""
        evidence = self.evidence
        told: dict[str, Any] = {
            "schema": SCHEMA,
            "kind": self.kind.value,
            "moment": self.moment.isoformat(),
            "content": self.content.as_json,
            "signed": None if self.signed is None else self.signed.as_json,
            "policy": policy_of(evidence.policy),
            "anchors": [encoded(one.der) for one in evidence.anchors],
            "certificates": [encoded(one.der) for one in evidence.certificates],
            "revocation_lists": [encoded(one.der) for one in evidence.revocation_lists],
            "ocsp_responses": [encoded(one.der) for one in evidence.status_responses],
            "verdict": self.verdict,
            "registry": list(self.registry),
        }
        if evidence.recorded:  # what no record of before has
            told["recorded"] = [{"octets": one.octets, "since": moment_in(one.since)} for one in evidence.recorded]
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")

    @classmethod
    def read(cls, content: bytes) -> "Record":
        """Read a record. Nothing in it is trusted by that. Raise `RecordMalformed` with the member that is wrong."""
        told = Value.parse(content, largest=LARGEST).members(
            "schema",
            "kind",
            "moment",
            "content",
            "signed",
            "policy",
            "anchors",
            "certificates",
            "revocation_lists",
            "ocsp_responses",
            "verdict",
            "registry",
            maybe=("recorded",),
        )
        told["schema"].one_of({SCHEMA: SCHEMA})
        signed = told["signed"]
        return cls(
            kind=told["kind"].one_of({one.value: one for one in FileKind}),
            moment=told["moment"].moment(),
            content=Digests.read(told["content"]),
            signed=None if signed.is_null else Digests.read(signed),
            evidence=Evidence(
                anchors=told["anchors"].all_of(Certificate),
                certificates=told["certificates"].all_of(Certificate),
                revocation_lists=told["revocation_lists"].all_of(RevocationList),
                status_responses=told["ocsp_responses"].all_of(OCSPResponse),
                policy=policy_in(told["policy"]),
                recorded=tuple(map(recorded_in, told["recorded"].items())) if "recorded" in told else (),
            ),
            verdict=told["verdict"].object(),
            registry=tuple(one.object() for one in told["registry"].items()),
        )

    def agrees_with(self, report: FileReport) -> bool:
        """Tell whether a verdict is the recorded one: in every signature, every check, every certificate of a signer.

        The sentences that give reasons are for people, and may be put better by a later version.
        """
        return without_words(self.verdict) == without_words(verdict_of(report))


def replay(record: Record, content: bytes, *, signed: bytes | None = None, password: str | None = None) -> FileReport:
    """Judge a file with nothing else than what a record holds, and as of its moment.

    Raise `RecordMismatch` where it is another file, and as `judge_file` does.
    """
    require_of(record, content, signed)
    return judge_file(content, record.evidence, now=record.moment, password=password, signed=signed)


def require_of(record: Record, content: bytes, signed: bytes | None) -> None:
    """Return if a record is about a file and the document that it covers. Raise `RecordMismatch`."""
    if Digests.of(content) != record.content:
        raise RecordMismatch(part="content")
    if (None if signed is None else Digests.of(signed)) != record.signed:
        raise RecordMismatch(part="signed")


def record_of(
    report: FileReport,
    evidence: Evidence,
    *,
    judge: Callable[[Evidence], FileReport],
    content: bytes,
    signed: bytes | None,
    moment: datetime,
    registry: tuple[Check, ...] = (),
) -> Record:
    """Return the record of `report`, which `judge` came to with `evidence`.

    What took part is enough, as a rule; the verdict is replayed with it before it is written down, and where it turns
    out otherwise the whole evidence goes into the record.
    """
    narrowed = what_took_part(report, evidence)
    record = Record(
        kind=report.kind,
        moment=moment,
        content=Digests.of(content),
        signed=None if signed is None else Digests.of(signed),
        evidence=narrowed,
        verdict=verdict_of(report),
        registry=tuple(map(told_check, registry)),
    )
    return record if record.agrees_with(judge(narrowed)) else replace(record, evidence=evidence)


def what_took_part(report: FileReport, evidence: Evidence) -> Evidence:
    """Return the part of `evidence` on which the signatures of a report rest, and lists that the file brought along."""
    reports = [one.report for one in report.document.signatures]
    certificates = {one for each in reports for one in each.certificates}
    told_by = {one.told_by for each in reports for one in each.revocations}
    return replace(
        evidence,
        anchors=tuple(one for one in evidence.anchors if one in certificates),
        certificates=tuple(one for one in evidence.certificates if one in certificates),
        revocation_lists=tuple(one for one in evidence.revocation_lists if one.der in told_by),
        status_responses=tuple(one for one in evidence.status_responses if one.der in told_by),
    )


def verdict_of(report: FileReport) -> Told:
    """Return a verdict as a record holds it."""
    document = report.document
    finding = document.finding
    is_passed = document.outcome.value == "passed"
    return {
        "outcome": document.outcome.value,
        "sub_indication": None if is_passed or finding is None else finding.sub_indication.value,
        "signatures": [told_signature(one) for one in document.signatures],
    }


def told_signature(judged: JudgedSignature) -> Told:
    """Return what a record holds of one signature."""
    report, placed = judged.report, judged.placed
    return {
        "field": judged.field,
        "kind": report.kind.value,
        "outcome": report.verdict.outcome.value,
        "signer": None if report.signer is None else report.signer.fingerprint,
        "path": [one.fingerprint for one in report.path],
        "claimed_time": moment_in(report.claimed_time),
        "proven_time": moment_in(report.proven_time),
        "coverage": None if placed is None else placed.coverage.value,
        "changes": [
            {
                "kind": one.addition.kind.value,
                "revision": one.addition.revision,
                "about": one.addition.about,
                "permitted": one.permitted,
            }
            for one in judged.changes
        ],
        "checks": [told_check(one) for one in report.checks],
        "time_proofs": [
            {
                "proves": one.proves.value,
                "time": moment_in(one.time),
                "authority": None if one.authority is None else one.authority.fingerprint,
                "checks": [told_check(check) for check in one.checks],
            }
            for one in report.time_proofs
        ],
    }


def told_check(check: Check) -> Told:
    """Return what a record holds of one check."""
    finding, status = check.finding, check.revocation
    return {
        "step": check.step,
        "name": check.name,
        "outcome": check.outcome.value,
        "sub_indication": None if finding is None else finding.sub_indication.value,
        "code": check.code,
        "reason": "" if finding is None else finding.reason,
        "note": check.note,
        "told_by": None if status is None else sha256(status.told_by).hexdigest(),
    }


WORDS: Final = frozenset({"reason", "note"})


def without_words(told: object) -> object:
    """Return JSON without the sentences in it."""
    if isinstance(told, Mapping):
        return {name: without_words(value) for name, value in told.items() if name not in WORDS}
    if isinstance(told, list | tuple):
        return [without_words(one) for one in told]
    return told


def recorded_in(told: Value) -> Recorded:
    """Return what a record says of the books of the instance."""
    members = told.members("octets", "since")
    return Recorded(octets=members["octets"].number(), since=members["since"].moment())


def moment_in(moment: datetime | None) -> str | None:
    """Return a moment as a record holds it."""
    return None if moment is None else moment.isoformat()


def encoded(octets: bytes) -> str:
    """Return octets as a record holds them."""
    return base64.b64encode(octets).decode()
