"""Proofings 实名核验: what was looked at, by whom, when, what it is worth, and until when it counts.

A proofing is written once and stays. What counts of a subject's proofings now is asked at each use, so that one that
has expired, or was withdrawn, lowers the level at once.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from identity.levels import Level
from identity.proofing.errors import EvidenceMalformed, OfficersMissing
from trust.identifiers import new_id

__all__ = ["Evidence", "EvidenceKind", "Method", "Proofing", "ProofingState", "Source", "by_officers", "by_platform"]

DIGEST: Final = re.compile(r"[0-9a-f]{64}")
OFFICERS: Final = 2


class Method(StrEnum):
    """How a subject was proven."""

    CEREMONY = "ceremony"
    """密钥仪式: the founders of an instance, in person."""

    COUNTER = "counter"
    """柜台核验: two officers."""

    MATCH = "match"
    """信息比对: a provider compared what was told with its records."""

    REMOTE = "remote"
    """远程核验: a provider looked at a document and a live face."""

    PLATFORM = "platform"
    """平台互认: the platform above or beside answers for it."""


class Source(StrEnum):
    """What was compared. A closed set: what is not named here proves nothing."""

    NAME_AND_NUMBER = "name_and_number"
    """姓名与公民身份号码一致."""

    PHONE = "phone"
    """手机号实名一致."""

    BANK = "bank"
    """银行账户实名一致."""

    DOCUMENT_SEEN = "document_seen"
    """查验身份证件: the document itself, or its picture by a provider that tells forgeries."""

    DOCUMENT_CHIP = "document_chip"
    """读取证件芯片."""

    FACE_LIVE = "face_live"
    """活体人脸比对."""

    FACE_IN_PERSON = "face_in_person"
    """当面核对人脸."""

    REGISTER_MATCHED = "register_matched"
    """与登记机关信息一致: of organisations."""

    REGISTRATION_SEEN = "registration_seen"
    """查验登记证书原件: of organisations."""

    REPRESENTATIVE_PRESENT = "representative_present"
    """法定代表人或其授权人到场: of organisations."""


class EvidenceKind(StrEnum):
    """What a digest is of. The thing itself stays in the counter's or the provider's own archive."""

    DOCUMENT_COPY = "document_copy"  # 证件复印件
    FACE_PICTURE = "face_picture"  # 现场照片
    APPLICATION = "application"  # 申请表
    REGISTRATION_COPY = "registration_copy"  # 登记证书复印件
    LETTER_OF_AUTHORITY = "letter_of_authority"  # 授权委托书
    PROVIDER_ANSWER = "provider_answer"  # 核验服务的签名应答


@dataclass(frozen=True)
class Evidence:
    """Something that was looked at, by its SM3 digest in hexadecimal digits. It holds no personal data."""

    kind: EvidenceKind
    digest: str

    def __post_init__(self) -> None:
        if not DIGEST.fullmatch(self.digest):
            raise EvidenceMalformed

    @classmethod
    def read(cls, text: str) -> "Evidence":
        """Return what `told` has written. Raise `EvidenceMalformed`."""
        kind, _, digest = text.partition("=")
        if kind not in set(EvidenceKind):
            raise EvidenceMalformed
        return cls(EvidenceKind(kind), digest)

    @property
    def told(self) -> str:
        """The evidence as text."""
        return f"{self.kind}={self.digest}"


class ProofingState(StrEnum):
    """Whether a proofing still stands. That it has expired is told by the clock."""

    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Proofing:
    """A proofing of a subject."""

    id: str
    subject: str
    method: Method
    sources: frozenset[Source]
    level: Level
    officers: tuple[str, ...] = ()
    """Who checked, at a counter or in a ceremony."""

    provider: str = ""
    """Which provider or platform has answered, by its name in the settings."""

    transaction: str = ""
    """The provider's own name for it; no provider's answer is used twice."""

    evidence: tuple[Evidence, ...] = ()
    at: datetime
    expires_at: datetime
    state: ProofingState = ProofingState.IN_FORCE

    def __post_init__(self) -> None:
        if self.expires_at <= self.at:
            raise ValueError("a proofing expires after it was made")
        if bool(self.officers) == bool(self.provider):
            raise ValueError("a proofing is by officers, or by a provider")

    @property
    def source(self) -> str:
        """Where the assurance comes from, as it is shown."""
        return f"{self.method}:{self.provider}" if self.method is Method.PLATFORM else self.method.value

    @property
    def by(self) -> str:
        """Who answers for it: the officer who came last, or the provider."""
        return self.provider or self.officers[-1]

    def counts(self, *, at: datetime) -> bool:
        """Tell whether it counts at a moment."""
        return self.state is ProofingState.IN_FORCE and self.at <= at < self.expires_at


def by_officers(
    subject: str,
    *,
    method: Method = Method.COUNTER,
    sources: frozenset[Source],
    level: Level,
    officers: tuple[str, ...],
    evidence: tuple[Evidence, ...] = (),
    at: datetime,
    expires_at: datetime,
) -> Proofing:
    """Return the proofing that two officers have made. Raise `OfficersMissing` where they are not two."""
    if method is Method.COUNTER and len({*officers}) != OFFICERS:
        raise OfficersMissing
    return Proofing(
        id=new_id("prf", at=at),
        subject=subject,
        method=method,
        sources=sources,
        level=level,
        officers=officers,
        evidence=evidence,
        at=at,
        expires_at=expires_at,
    )


def by_platform(subject: str, *, platform: str, level: Level, at: datetime, expires_at: datetime) -> Proofing:
    """Return the proofing for which another platform answers, at the level to which its own was mapped."""
    return Proofing(
        id=new_id("prf", at=at),
        subject=subject,
        method=Method.PLATFORM,
        sources=frozenset(),
        level=level,
        provider=platform,
        at=at,
        expires_at=expires_at,
    )
