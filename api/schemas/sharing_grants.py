"""Grants of sharing on the wire: what a client may ask, and how often it did."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.texts import Line, Moment
from licence.sharing.entries import Call, Disclosure, SharingGrant
from licence.sharing.granting import ProposeGrant, UseCount

__all__ = ["HOLDER_FIELDS", "PURPOSE", "GrantProposal", "GrantView", "PurposeView", "SharedTypeView", "UseCountView"]

PURPOSE = "loan.review"
HOLDER_FIELDS = "number, holder_name, holder_code, or data. and the name of a field of the type"


class SharedTypeBody(Request):
    """A licence type of a grant."""

    code: Line = Field(max_length=64, examples=["11100000MB0127170X001"])
    fields: dict[Line, Disclosure] = Field(
        description=f"What the client gets to see: {HOLDER_FIELDS}",
        examples=[{"number": "whole", "holder_name": "whole", "holder_code": "masked", "data.address": "whole"}],
        max_length=100,
    )


class PurposeBody(Request):
    """A purpose of a grant."""

    code: Line = Field(max_length=64, examples=[PURPOSE])
    words: Line = Field(max_length=500, description="As the holder reads it", examples=["个人住房公积金贷款资格审核"])


class GrantProposal(Request):
    """A grant that is to be given 共享授权."""

    issuer: Line = Field(description="Authority whose types they are", examples=["O3F6H8J1L4N7Q2S5U9"])
    client: Line = Field(description="Business system that may ask", examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    types: list[SharedTypeBody] = Field(
        min_length=1, max_length=50, examples=[[{"code": "11100000MB0127170X001", "fields": {"number": "whole"}}]]
    )
    calls: list[Call] = Field(min_length=1, max_length=20, examples=[["query", "data", "verify_data"]])
    purposes: list[PurposeBody] = Field(
        min_length=1, max_length=20, examples=[[{"code": PURPOSE, "words": "个人住房公积金贷款资格审核"}]]
    )
    law: Line = Field(
        default="",
        max_length=500,
        description="法定依据: law, article, paragraph. Empty: each licence needs its holder's consent",
        examples=["《住房公积金管理条例》第二十六条"],
    )
    matter: Line = Field(default="", max_length=500, description="事项编码", examples=["330116001000"])
    valid_until: Moment = Field(examples=["2027-11-22T00:00:00+08:00"])

    def command(self, request_key: str) -> ProposeGrant:
        """Return the command of a proposal."""
        return ProposeGrant(
            issuer=self.issuer,
            client=self.client,
            types={one.code: one.fields for one in self.types},
            calls=frozenset(self.calls),
            purposes={one.code: one.words for one in self.purposes},
            law=self.law,
            matter=self.matter,
            valid_until=self.valid_until,
            request_key=request_key,
        )


class SharedTypeView(View):
    """A licence type of a grant."""

    code: str
    fields: dict[str, str]


class PurposeView(View):
    """A purpose of a grant."""

    code: str
    words: str


class GrantView(View):
    """A grant."""

    id: str = Field(examples=["share_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: str = Field(examples=["in_force"])
    issuer: str
    client: str
    types: list[SharedTypeView]
    calls: list[str]
    purposes: list[PurposeView]
    law: str = Field(description="Empty: each licence needs its holder's consent")
    matter: str
    valid_until: datetime
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    ended_at: datetime | None
    reason: str

    @classmethod
    def of(cls, grant: SharingGrant) -> "GrantView":
        """Return the view of a grant."""
        return cls(
            id=grant.id,
            state=grant.state.value,
            issuer=grant.issuer,
            client=grant.client,
            types=[
                SharedTypeView(code=one.code, fields={name: kind.value for name, kind in one.fields.items()})
                for one in grant.types
            ],
            calls=sorted(one.value for one in grant.calls),
            purposes=[PurposeView(code=one.code, words=one.words) for one in grant.purposes],
            law="" if grant.basis is None else grant.basis.law,
            matter="" if grant.basis is None else grant.basis.matter,
            valid_until=grant.valid_until,
            proposed_by=grant.proposed_by,
            proposed_at=grant.proposed_at,
            decided_by=grant.decided_by,
            decided_at=grant.decided_at,
            ended_at=grant.ended_at,
            reason=grant.reason,
        )


class UseCountView(View):
    """How often a client made a call about a type in the last 90 days."""

    client: str
    call: str = Field(examples=["data"])
    refused: bool
    count: int

    @classmethod
    def of(cls, one: UseCount) -> "UseCountView":
        """Return the view of a count."""
        return cls(client=one.client, call=one.call, refused=one.is_refused, count=one.count)
