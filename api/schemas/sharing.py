"""Sharing on the wire: what business systems ask, and what they are told."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.naming import TYPE_NAME_EN, english
from api.schemas.sharing_grants import HOLDER_FIELDS, PURPOSE
from api.schemas.texts import Line, Moment, Text
from api.schemas.verification import ClaimVerdict, FileVerdict
from identity.subject import SubjectKind
from licence.sharing.asking import MOST_LICENCES, Decoded, JudgedFile, QueryHolder
from licence.sharing.disclosure import SharedLicence
from licence.sharing.entries import Copy
from licence.sharing.handing import AskForCopy

__all__ = [
    "AddressBody",
    "AddressView",
    "CopyBody",
    "CopyView",
    "DataBody",
    "DecodedView",
    "JudgedFileView",
    "MatchesView",
    "Purpose",
    "QrBody",
    "QueryBody",
    "SharedLicenceView",
    "ValuesBody",
]

Purpose = Annotated[Line, Field(min_length=2, max_length=64, description="Code of a purpose of the grant")]
IDENTIFIER = "1.2.156.3005.2.11100000MB0127170X001.11330199002500287C.202600000001.001.U"


class QueryBody(Request):
    """Whose licences are asked for. It shows itself without the code."""

    purpose: Purpose = Field(examples=[PURPOSE])
    holder_kind: Literal["person", "organisation"]
    holder_code: Text = Field(
        max_length=64, description="Citizen number or credit code", examples=["91330100MA2XXXXX1A"], repr=False
    )
    type_code: Line | None = Field(default=None, max_length=64, examples=["11100000MB0127170X001"])
    before: Line | None = Field(
        default=None,
        max_length=128,
        description="Identifier of the last licence of the page before",
        examples=[IDENTIFIER],
    )
    limit: int = Field(default=MOST_LICENCES, ge=1, le=MOST_LICENCES, description="How many are told of at most")

    @property
    def query(self) -> QueryHolder:
        """The question."""
        kind = SubjectKind.PERSON if self.holder_kind == "person" else SubjectKind.ORGANISATION
        return QueryHolder(
            kind=kind, code=self.holder_code, type_code=self.type_code, before=self.before, limit=self.limit
        )


class DataBody(Request):
    """What of a licence is asked for."""

    purpose: Purpose = Field(examples=[PURPOSE])
    fields: list[Line] | None = Field(
        default=None,
        max_length=100,
        description=f"{HOLDER_FIELDS}; none: all of the grant",
        examples=[["holder_name", "data.address"]],
    )


class ValuesBody(Request):
    """Values that are to be compared. It shows itself without them."""

    purpose: Purpose = Field(examples=[PURPOSE])
    values: dict[Line, Text] = Field(
        min_length=1, max_length=20, examples=[{"holder_name": "云州星河数字科技有限公司"}], repr=False
    )


class QrBody(Request):
    """What a QR code held."""

    purpose: Purpose = Field(examples=[PURPOSE])
    text: Text = Field(min_length=1, max_length=512, examples=["https://trust.example/v/AR8wf1bV…"])


class CopyBody(Request):
    """An annotated copy that is to be made. It shows itself without what may be personal."""

    purpose: Purpose = Field(examples=[PURPOSE])
    user: Line = Field(
        min_length=1,
        max_length=60,
        description="使用方, on every page",
        examples=["云州市住房公积金管理中心"],
        repr=False,
    )
    cause: Line = Field(
        min_length=2,
        max_length=100,
        description="用途, on every page",
        examples=["个人住房公积金贷款资格审核"],
        repr=False,
    )
    valid_until: Moment = Field(examples=["2026-12-22T00:00:00+08:00"])
    with_original: bool = Field(
        default=False,
        description="Whether the signed original is attached to the copy, which takes a grant that permits `file` too",
    )

    def command(self, identifier: str, request_key: str) -> AskForCopy:
        """Return the command of a copy."""
        return AskForCopy(
            identifier=identifier,
            user=self.user,
            cause=self.cause,
            valid_until=self.valid_until,
            purpose=self.purpose,
            with_original=self.with_original,
            request_key=request_key,
        )


class AddressBody(Request):
    """A temporary address that is asked for."""

    purpose: Purpose = Field(examples=[PURPOSE])
    minutes: int = Field(default=15, ge=1, le=1440, description="How long it leads there")
    times: int = Field(default=1, ge=1, le=10, description="How often it can be used")
    copy_id: Line | None = Field(
        default=None,
        max_length=64,
        description="An annotated copy that this client had made; none: the original",
        examples=["copy_01k9x3v5b7d2f4h6j8m0n1p3q5"],
    )

    @property
    def lifetime(self) -> timedelta:
        """How long it leads there."""
        return timedelta(minutes=self.minutes)


class SharedLicenceView(View):
    """A licence as the client may see it, as it stands now."""

    identifier: str = Field(examples=[IDENTIFIER])
    type_code: str = Field(examples=["11100000MB0127170X001"])
    type_name: str = Field(examples=["营业执照"])
    type_name_en: str | None = TYPE_NAME_EN
    issuer: str = Field(examples=["云州市市场监督管理局"])
    state: str = Field(examples=["in_force"])
    in_force: bool
    expired: bool
    issued_on: date
    first_day: date = Field(description="First day of validity")
    last_day: date | None
    fields: dict[str, Any] = Field(examples=[{"number": "330199002000001", "holder_code": "913******201X"}])

    @classmethod
    def of(cls, licence: SharedLicence) -> "SharedLicenceView":
        """Return the view of a licence."""
        return cls(
            identifier=licence.identifier,
            type_code=licence.type_code,
            type_name=licence.type_name,
            type_name_en=english(licence.type_name_en),
            issuer=licence.issuer,
            state=licence.state,
            in_force=licence.is_in_force,
            expired=licence.is_expired,
            issued_on=licence.issued_on,
            first_day=licence.first_day,
            last_day=licence.last_day,
            fields=dict(licence.fields),
        )


class MatchesView(View):
    """Which values are those of the licence."""

    all_match: bool
    matches: dict[str, bool] = Field(examples=[{"holder_name": True}])

    @classmethod
    def of(cls, matches: Mapping[str, bool]) -> "MatchesView":
        """Return the view of an answer."""
        return cls(all_match=all(matches.values()), matches=dict(matches))


class JudgedFileView(View):
    """What a file is worth, and the licence in it."""

    verdict: FileVerdict
    licence: SharedLicenceView | None = Field(
        description="None: the file is no licence of this service", examples=[None]
    )

    @classmethod
    def of(cls, judged: JudgedFile) -> "JudgedFileView":
        """Return the view of a judged file."""
        licence = None if judged.licence is None else SharedLicenceView.of(judged.licence)
        return cls(verdict=FileVerdict.of(judged.finding), licence=licence)


class DecodedView(View):
    """What a QR code says."""

    verdict: ClaimVerdict
    licence: SharedLicenceView | None = Field(description="None: the code is not ours", examples=[None])

    @classmethod
    def of(cls, decoded: Decoded) -> "DecodedView":
        """Return the view of a decoded code."""
        licence = None if decoded.licence is None else SharedLicenceView.of(decoded.licence)
        return cls(verdict=ClaimVerdict.of(decoded.report), licence=licence)


class CopyView(View):
    """An annotated copy."""

    id: str = Field(examples=["copy_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    purpose: str
    user: str
    cause: str
    made_at: datetime
    valid_until: datetime
    file: str | None = Field(description="SM3 of the PDF")

    @classmethod
    def of(cls, copy: Copy) -> "CopyView":
        """Return the view of a copy."""
        return cls.model_validate(copy, from_attributes=True)


class AddressView(View):
    """A temporary address. Whoever has it gets the file, so many times, so long."""

    address: str = Field(examples=["https://trust.example/v1/sharing/downloads/xh_Zk3…"])
    expires_at: datetime
    times: int
