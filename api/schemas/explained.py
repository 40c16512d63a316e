"""A verdict in words: what the public pages say of it, for whoever shows it in a page of their own."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from api.schemas.signature_reports import OutcomeText

__all__ = ["ExplainedVerdict"]


class Words(BaseModel):
    """Words that are made from the values of a page."""

    model_config = ConfigDict(from_attributes=True)


class RowWords(Words):
    """One detail: what it is, and its value."""

    label: str = Field(examples=["文件类型"])
    value: str = Field(examples=["PDF 文件"])
    hint: str = Field(default="", description="What else is to be known of it")
    is_code: bool = Field(default=False, description="Whether it is to be shown letter by letter")


class StateWords(Words):
    """A state of a licence or a seal, and what it means."""

    label: str = Field(examples=["印章状态"])
    word: str = Field(examples=["使用中"])
    meaning: str
    tone: OutcomeText


class LicenceWords(Words):
    """The licence, as far as whoever asked may see it."""

    name: str = Field(description="The name of its type, in the reader's language", examples=["营业执照"])
    printed: str = Field(default="", description="The Chinese name, which stands on it, where `name` is another")
    rows: list[RowWords]
    state: StateWords
    identifier: RowWords
    detail: Literal["bare", "masked", "whole"] = Field(description="How much of the licence is told")


class MarkWords(Words):
    """One seal or signature at a glance."""

    kind: str = Field(examples=["电子签章"])
    name: str = Field(examples=["云州市市场监督管理局"])
    outcome: OutcomeText
    word: str = Field(examples=["通过"])
    rows: list[RowWords]
    state: StateWords | None


class ReasonWords(Words):
    """Why something did not pass."""

    outcome: OutcomeText
    text: str
    expert: str = Field(default="", description="What the check found, in an expert's words, where there are no others")


class CheckWords(Words):
    """One check."""

    step: str = Field(examples=["7.3 b"])
    name: str = Field(examples=["seal_signature.value"])
    title: str = Field(examples=["签名值"])
    outcome: OutcomeText
    word: str = Field(examples=["通过"])
    reason: str
    note: str


class ChangeWords(Words):
    """One thing that was changed after a signature."""

    outcome: OutcomeText
    word: str
    text: str
    about: str


class ProofWords(Words):
    """A time-stamp that bears on a signature."""

    title: str
    outcome: OutcomeText
    word: str
    rows: list[RowWords]
    path: list[RowWords]


class SignatureWords(Words):
    """One signature, for experts."""

    title: str = Field(examples=["电子签章 1"])
    outcome: OutcomeText
    word: str
    rows: list[RowWords]
    changes: list[ChangeWords]
    proofs: list[ProofWords]
    revocations: list[RowWords]
    path: list[RowWords]
    maker_path: list[RowWords]
    checks: list[CheckWords]


class ExplainedVerdict(Words):
    """A verdict in the reader's language: the answer, why, what to do, and every check. Personal data is masked."""

    outcome: OutcomeText
    word: str = Field(description="The answer", examples=["验证通过"])
    situation: str = Field(examples=["licence_file_in_force"])
    lead: str = Field(description="What it comes to")
    checked_at: RowWords
    licence: LicenceWords | None
    file: list[RowWords]
    fingerprint: list[RowWords]
    marks: list[MarkWords] = Field(description="Every seal and signature at a glance")
    reasons: list[ReasonWords] = Field(description="Why it did not pass, failures first")
    remarks: list[str]
    steps: list[str] = Field(description="What to do now")
    checks_title: str
    checks: list[CheckWords] = Field(description="The checks that belong to no signature")
    signatures: list[SignatureWords]
