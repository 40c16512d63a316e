"""Documents that are put forward for a step 申请材料: what they prove, what a step needs, and what they are in truth.

Which materials 国办发〔2025〕33号 asks for could not be read (docs/divergences.md): `REQUIRED` is the one place for it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from seal.errors import EvidenceMissing, EvidenceTooLarge, EvidenceTypeRefused
from seal.lifecycle import SealEvent
from trust.blobs import BlobId

__all__ = ["LARGEST", "REQUIRED", "Evidence", "EvidenceKind", "MediaType", "require_kinds", "require_media_type"]

LARGEST: Final = 10 * 1024 * 1024
"""Octets of one document."""


class EvidenceKind(StrEnum):
    """What a document proves."""

    APPLICATION_LETTER = "application_letter"  # 申请书、申请表
    SUBJECT_CERTIFICATE = "subject_certificate"  # 统一社会信用代码证书等主体资格证明
    REPRESENTATIVE_IDENTITY = "representative_identity"  # 法定代表人（负责人）身份证明
    AGENT_LETTER = "agent_letter"  # 经办人授权委托书
    BEARER_CONSENT = "bearer_consent"  # 本人同意书（个人名章）
    LOSS_DECLARATION = "loss_declaration"  # 挂失声明
    CHANGE_RECORD = "change_record"  # 变更、注销登记证明
    DECISION = "decision"  # 处理决定
    OTHER = "other"  # 其他


class MediaType(StrEnum):
    """What a document may be."""

    PDF = "application/pdf"
    OFD = "application/ofd"
    PNG = "image/png"
    JPEG = "image/jpeg"


REQUIRED: Final[Mapping[SealEvent | None, frozenset[EvidenceKind]]] = {
    None: frozenset({EvidenceKind.APPLICATION_LETTER, EvidenceKind.SUBJECT_CERTIFICATE}),
    SealEvent.PROPOSE_CANCEL: frozenset({EvidenceKind.CHANGE_RECORD}),
    SealEvent.INVALIDATE: frozenset({EvidenceKind.DECISION}),
}
"""The documents that a step needs, None being the application itself. A loss is reported at once and with none."""

STARTS: Final[tuple[tuple[bytes, MediaType], ...]] = (
    (b"%PDF-", MediaType.PDF),
    (b"PK\x03\x04", MediaType.OFD),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
    (b"\xff\xd8\xff", MediaType.JPEG),
)
OFD_NAMES: Final = (b"OFD.xml",)
"""What a package must name to be an OFD (GB/T 33190-2016, 7.1), and not just any archive."""

ENDS: Final[Mapping[MediaType, tuple[bytes, int]]] = {
    MediaType.PDF: (b"%%EOF", 1024),
    MediaType.PNG: (b"IEND\xaeB`\x82", 8),
    MediaType.JPEG: (b"\xff\xd9", 2),
    MediaType.OFD: (b"PK\x05\x06", 22),
}
"""What stands in the last octets of each, and within how many: a file of two natures ends as something else."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A document in the registry. `seal` and `step` tell to which step of which seal it belongs, once it does."""

    id: str
    organisation: str
    kind: EvidenceKind
    media_type: MediaType
    size: int
    digest: str
    """SM3 of the document, in hexadecimal digits."""

    blob: BlobId
    """Where it is kept enciphered."""

    uploaded_by: str
    uploaded_at: datetime
    seal: str | None = None
    step: int | None = None


def require_media_type(content: bytes, claimed: str) -> MediaType:
    """Return what a document is by its own octets.

    Raise `EvidenceTooLarge`, or `EvidenceTypeRefused` where that is none that is kept, or not what it is said to be.
    """
    if not 0 < len(content) <= LARGEST:
        raise EvidenceTooLarge(allowed=LARGEST)
    found = media_type_of(content)
    if found is None or found.value != claimed:
        raise EvidenceTypeRefused(claimed=shown(claimed), found="" if found is None else found.value)
    return found


def shown(claimed: str) -> str:
    """Return a type that somebody claims as an answer may repeat it."""
    return claimed[:100] if claimed.isascii() and claimed.isprintable() else ""


def media_type_of(content: bytes) -> MediaType | None:
    """Return what octets begin and end like, if that is one thing."""
    for start, media_type in STARTS:
        if content.startswith(start):
            end, within = ENDS[media_type]
            is_whole = end in content[-within:]
            is_package = media_type is not MediaType.OFD or any(name in content for name in OFD_NAMES)
            return media_type if is_whole and is_package else None
    return None


def require_kinds(event: SealEvent | None, kinds: Collection[EvidenceKind]) -> None:
    """Return if every document that `event` needs is there, else raise `EvidenceMissing` with the first that is not."""
    missing = sorted(REQUIRED.get(event, frozenset()) - set(kinds))
    if missing:
        raise EvidenceMissing(kind=missing[0].value)
