"""What is remembered of changes of a subject, and of those who looked at a person's data."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from identity.duties import Duty
from identity.subjects.errors import EvidenceMissing
from trust.events import Fact

__all__ = [
    "MAX_EVIDENCE",
    "PURPOSES",
    "ChangeKind",
    "DataAccess",
    "DataField",
    "Ground",
    "Purpose",
    "SubjectChange",
]

MAX_EVIDENCE: Final = 200
"""Characters of a reference to evidence."""


class ChangeKind(StrEnum):
    """What kind of change it was."""

    RENAME = "rename"  # 变更名称
    DOCUMENT_ADD = "document_add"  # 增加证件
    DOCUMENT_END = "document_end"  # 证件失效
    LEGAL_REPRESENTATIVE = "legal_representative"  # 变更法定代表人
    CLOSE = "close"  # 注销
    MERGE = "merge"  # 合并
    ERASE = "erase"  # 删除


@dataclass(frozen=True, kw_only=True)
class Ground:
    """On what a change rests: since when it holds, and which document of another body says so."""

    effective_on: date
    """The first day on which it holds, which may lie before it is known here."""

    evidence: str = field(repr=False)
    """A reference to the evidence, such as the number of a notice of the public security organ."""

    def __post_init__(self) -> None:
        if not 0 < len(self.evidence.strip()) <= MAX_EVIDENCE:
            raise EvidenceMissing

    @property
    def content(self) -> dict[str, Fact]:
        """How it stands in a proposal."""
        return {"effective_on": self.effective_on.isoformat(), "evidence": self.evidence.strip()}

    @classmethod
    def of(cls, content: Mapping[str, Fact]) -> "Ground":
        """Return what stands in a proposal."""
        return cls(effective_on=date.fromisoformat(str(content["effective_on"])), evidence=str(content["evidence"]))


@dataclass(frozen=True, kw_only=True)
class SubjectChange:
    """A change of a subject, as it is remembered. It shows itself without personal data."""

    id: str
    subject: str
    kind: ChangeKind
    effective_on: date
    at: datetime
    """When it was carried out here."""

    proposed_by: str
    approved_by: str
    proposal: str
    before: str = field(default="", repr=False)
    after: str = field(default="", repr=False)
    reason: str = field(default="", repr=False)
    evidence: str = field(default="", repr=False)
    details: Mapping[str, Fact] = field(default_factory=dict, repr=False)
    """What else has to be known to understand it, such as what a merge moved and what it ended."""


class Purpose(StrEnum):
    """For what somebody looks at a person's data in clear 查询目的. The list is closed."""

    COUNTER_SERVICE = "counter_service"  # 窗口办理
    CORRECTION = "correction"  # 信息更正
    COMPLAINT = "complaint"  # 投诉举报核查
    MATTER = "matter"  # 政务服务事项办理
    LICENCE = "licence"  # 证照制发


class DataField(StrEnum):
    """What there is to look at."""

    NAME = "name"  # 姓名
    DOCUMENT = "document"  # 证件号码
    DOCUMENTS = "documents"  # 全部证件
    FORMER_NAMES = "former_names"  # 曾用名


PURPOSES: Final[Mapping[Purpose, Mapping[Duty, frozenset[DataField]]]] = {
    Purpose.COUNTER_SERVICE: {Duty.REGISTRAR: frozenset({DataField.NAME, DataField.DOCUMENT, DataField.DOCUMENTS})},
    Purpose.CORRECTION: {Duty.REGISTRAR: frozenset(DataField)},
    Purpose.COMPLAINT: {Duty.REGISTRAR: frozenset({DataField.NAME, DataField.FORMER_NAMES})},
    Purpose.MATTER: {Duty.BUSINESS_SYSTEM: frozenset({DataField.NAME, DataField.DOCUMENT})},
    Purpose.LICENCE: {
        Duty.BUSINESS_SYSTEM: frozenset({DataField.NAME, DataField.DOCUMENT}),
        Duty.LICENCE_OFFICER: frozenset({DataField.NAME, DataField.DOCUMENT}),
    },
}
"""What may be looked at for which purpose, and with which duty. What does not stand here is refused."""


@dataclass(frozen=True, kw_only=True)
class DataAccess:
    """That somebody looked at a person's data in clear: 谁查过我的信息."""

    id: str
    subject: str
    at: datetime
    reader: str
    duty: Duty
    organisation: str | None
    """For which organisation the reader held the duty, where it was for one."""

    purpose: Purpose
    fields: frozenset[DataField]
    reference: str = field(default="", repr=False)
    """The case in which it was done 办件编号."""
