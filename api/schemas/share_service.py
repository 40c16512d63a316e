"""The envelope of the sharing service 共享服务接口 (GB/T 36906 as practised): names, codes, and what they stand for.

The text of GB/T 36906-2018 was not at hand: methods and members are those of a platform that implements it. Every name
stands in this module and nowhere else (docs/divergences.md), so that it can be changed here when the text is known.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any, Final

from pydantic import ConfigDict, Field

from api.schemas.common import Request, View
from identity.errors import CitizenNumberMalformed, CredentialsWrong, CreditCodeMalformed, DutyMissing
from identity.subject import SubjectKind
from licence.errors import LicenceIdentifierMalformed, LicenceUnknown, TypeCodeMalformed
from licence.lifecycle import LicenceState
from licence.sharing.disclosure import SharedLicence
from licence.sharing.entries import HOLDER_CODE, HOLDER_NAME, NUMBER, Copy
from licence.sharing.errors import (
    ConsentMissing,
    CopyUnknown,
    FieldNotGranted,
    LicenceNotInForce,
    SharingInvalid,
    SharingNotGranted,
    TriesExhausted,
)
from trust.china_time import to_the_second
from trust.errors import TrustError
from trust.typefaces import CharacterNotCovered

__all__ = [
    "CHECKED",
    "HOLDER_TYPES",
    "NO_END",
    "STATUSES",
    "Answer",
    "Envelope",
    "Member",
    "Method",
    "Status",
    "metadata",
    "moment_of",
    "remark",
]


class Method(StrEnum):
    """What is asked for."""

    QUERY = "queryCertInfo"
    DATA_BY_HOLDER = "getDataByHolder"
    ADDRESSES_BY_HOLDER = "downloadUrlsByHolderCode"
    ADDRESS = "downloadUrl"
    COPY = "downloadFile"
    ORIGINAL = "downloadPdfFile"
    VERIFY_DATA = "verifyCertInfo"
    VERIFY_FILE = "verifyFile"
    DATA_BY_QR = "getDateByQRcode"  # so spelt where it was seen
    CHECK_BY_QR = "checkCertInfoByQRcode"
    REMARKS = "getCertRemarkInfo"


class Status(IntEnum):
    """head.status."""

    DONE = 0
    NOT_FOUND = 10
    NOT_AUTHENTICATED = 11
    PARAMETER_MISSING = 12
    NOT_PERMITTED = 100
    HOLDER_TYPE_WRONG = 103
    TYPE_CODE_WRONG = 113


STATUSES: Final[Mapping[type[TrustError], Status]] = {
    CredentialsWrong: Status.NOT_AUTHENTICATED,
    DutyMissing: Status.NOT_AUTHENTICATED,
    LicenceUnknown: Status.NOT_FOUND,
    CopyUnknown: Status.NOT_FOUND,
    LicenceIdentifierMalformed: Status.PARAMETER_MISSING,
    SharingInvalid: Status.PARAMETER_MISSING,
    CitizenNumberMalformed: Status.PARAMETER_MISSING,
    CreditCodeMalformed: Status.PARAMETER_MISSING,
    CharacterNotCovered: Status.PARAMETER_MISSING,
    SharingNotGranted: Status.NOT_PERMITTED,
    ConsentMissing: Status.NOT_PERMITTED,
    FieldNotGranted: Status.NOT_PERMITTED,
    TriesExhausted: Status.NOT_PERMITTED,
    LicenceNotInForce: Status.NOT_PERMITTED,
    TypeCodeMalformed: Status.TYPE_CODE_WRONG,
}
"""Which status tells of which error. What is not here, such as a database that is down, is a problem of HTTP."""


class Member(StrEnum):
    """Members of data."""

    IDENTIFIER = "certificateIdentifier"
    IDENTIFIER_SHORT = "certIdentifier"
    TYPE_NAME = "certificateTypeName"
    TYPE_CODE = "certificateTypeCode"
    NUMBER = "certificateNumber"
    ISSUER = "certificateIssuingAuthorityName"
    ISSUED = "certificateIssuedDate"
    EFFECTIVE = "certificateEffectiveDate"
    EXPIRING = "certificateExpiringDate"
    HOLDER_NAME = "certificateHolderName"
    HOLDER_CODE = "certificateHolderCode"
    HOLDER_TYPE = "certificateHolderTypeCode"
    STATUS = "certificateStatus"
    DATA = "certificateData"
    CAUSE = "useCause"
    COPY_CAUSE = "certificateCopyCause"
    EXPIRY = "expiryTime"
    FILE_TYPE = "fileType"
    FILE = "file"
    URL = "url"
    QR = "qrCode"
    COPY = "certificateCopyIdentifier"
    COPY_CREATED = "certificateCopyCreationTime"
    COPY_CREATOR = "certificateCopyCreator"
    COPY_EXPIRING = "certificateCopyExpiringTime"
    RESULT = "result"
    BEFORE = "before"
    """Our own: `next` in the head of an answer, to be told what comes after it."""

    LIMIT = "limit"
    """Our own: how many licences of a holder are told of at once."""


HOLDER_TYPES: Final[Mapping[str, SubjectKind]] = {"111": SubjectKind.PERSON, "001": SubjectKind.ORGANISATION}
"""持证主体代码类型代码: citizen number and unified social credit code."""

CHECKED: Final[Mapping[Member, str]] = {
    Member.NUMBER: NUMBER,
    Member.HOLDER_NAME: HOLDER_NAME,
    Member.HOLDER_CODE: HOLDER_CODE,
}
"""Members whose values can be verified, and the field that each stands for."""

NO_END: Final = "9999-12-31"
MORE: Final = "成功；持证主体可能还有更多证照，请将 head.next 填入 data.before 再次调用"
"""How it went where the holder may have more licences than one answer tells of."""

STATES: Final[Mapping[LicenceState, str]] = {
    LicenceState.IN_FORCE: "01",
    LicenceState.SUSPENDED: "02",
    LicenceState.WITHDRAWN: "03",
    LicenceState.CANCELLED: "04",
    LicenceState.SUPERSEDED: "05",
    LicenceState.REVOKED: "07",
}
"""证照状态代码: 01 有效 02 暂扣 03 撤销 04 注销 05 失效 07 吊销."""

EXPIRED: Final = "05"
OTHER: Final = "99"


class EnvelopeHead(Request):
    """Who asks. Members that are not known here are passed over."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    accessId: str = Field(  # noqa: N815 - the name on the wire
        default="", max_length=128, examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"]
    )
    accessToken: str = Field(default="", max_length=128, examples=["xc_…"], repr=False)  # noqa: N815 - likewise
    time: str = Field(default="", max_length=32, examples=["2026-11-22 14:00:00"])
    purposeCode: str = Field(  # noqa: N815 - likewise
        default="",
        max_length=64,
        description="Our own: code of a purpose of the grant; not needed where the client has one purpose alone",
        examples=["loan.review"],
    )


class Envelope(Request):
    """A call. It shows itself without what it asks about."""

    head: EnvelopeHead
    data: dict[str, Any] = Field(default_factory=dict, repr=False, examples=[{"certificateIdentifier": "1.2.156…"}])


class AnswerHead(View):
    """How it went."""

    status: int = Field(examples=[0])
    message: str = Field(examples=["成功"])
    next: str | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="Our own: there may be more licences of the holder. The same call with this as `before` in its "
        "data has those after it",
        examples=["1.2.156…"],
    )


class Answer(View):
    """What came of a call."""

    head: AnswerHead
    data: Any = Field(default=None, examples=[{"certificateIdentifier": "1.2.156…"}])

    @classmethod
    def done(cls, data: object, *, following: str | None = None) -> "Answer":
        """Return the answer to a call that was answered; `following` leads to what comes after it."""
        message = "成功" if following is None else MORE
        return cls(head=AnswerHead(status=Status.DONE, message=message, next=following), data=data)

    @classmethod
    def refused(cls, status: Status, message: str) -> "Answer":
        """Return the answer to a call that was refused."""
        return cls(head=AnswerHead(status=status, message=message), data=None)


def day(value: date | None) -> str:
    """Return a day as it is written; one that never comes for no end."""
    return NO_END if value is None else value.isoformat()


def moment_of(value: datetime) -> str:
    """Return a moment as it is written: in China Standard Time."""
    return to_the_second(value)


def metadata(licence: SharedLicence) -> dict[str, Any]:
    """Return a licence as the envelope tells it; what the grant does not name is not there."""
    status = STATES.get(LicenceState(licence.state), OTHER)
    told: dict[str, Any] = {
        Member.IDENTIFIER: licence.identifier,
        Member.TYPE_NAME: licence.type_name,
        Member.TYPE_CODE: licence.type_code,
        Member.ISSUER: licence.issuer,
        Member.ISSUED: day(licence.issued_on),
        Member.EFFECTIVE: day(licence.first_day),
        Member.EXPIRING: day(licence.last_day),
        Member.STATUS: EXPIRED if licence.is_expired and status == STATES[LicenceState.IN_FORCE] else status,
    }
    told |= {member: licence.fields[field] for member, field in CHECKED.items() if field in licence.fields}
    data = {name.removeprefix("data."): value for name, value in licence.fields.items() if name.startswith("data.")}
    return {str(name): value for name, value in told.items()} | ({str(Member.DATA): data} if data else {})


def remark(copy: Copy) -> dict[str, str]:
    """Return an annotated copy as the envelope tells it."""
    return {
        str(Member.COPY): copy.id,
        str(Member.COPY_CREATED): moment_of(copy.made_at),
        str(Member.COPY_CREATOR): copy.user,
        str(Member.COPY_CAUSE): copy.cause,
        str(Member.COPY_EXPIRING): moment_of(copy.valid_until),
    }
