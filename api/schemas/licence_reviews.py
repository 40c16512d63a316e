"""Requests for review, and scans of paper licences, on the wire."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, TypeAlias

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.licences import LicenceIssue
from api.schemas.naming import NAMES, NAMES_EN
from api.schemas.texts import Prose
from licence.grounds import Ground
from licence.life.reviewing import ASKED_BY, AskStep
from licence.lifecycle import LicenceEvent
from licence.request_repository import ReviewRequest
from licence.scan_repository import Scan
from trust.reasons import MAX_REASON, MIN_REASON

__all__ = [
    "IssueRequest",
    "RequestApproval",
    "RequestDetails",
    "RequestPage",
    "RequestView",
    "ScanView",
    "StepRequest",
]

StepName: TypeAlias = Literal["suspend", "restore", "revoke", "withdraw", "cancel"]

REASON: Any = Field(min_length=MIN_REASON, max_length=MAX_REASON, examples=["登记事项造假，拟予撤销。"])


class StepRequest(Request):
    """A step in the life of a licence that a reviewer is asked to agree to."""

    event: StepName = Field(description="suspend 暂扣, restore 发还, revoke 吊销, withdraw 撤销, cancel 注销")
    reason: Prose = REASON
    ground: Ground | None = Field(default=None, description="依据, of a withdrawal or cancellation", examples=["fraud"])

    def command(self, licence: str, request_key: str) -> AskStep:
        """Return the command."""
        return AskStep(
            licence=licence,
            event=LicenceEvent(self.event),
            reason=self.reason,
            ground=self.ground,
            request_key=request_key,
        )


class IssueRequest(Request):
    """A licence that a reviewer is asked to agree to."""

    order: LicenceIssue
    reason: Prose = REASON


class RequestApproval(Request):
    """That a reviewer agrees."""

    digest: str = Field(
        pattern="^[0-9a-f]{64}$",
        description="The digest of the request that was looked at: nothing else is agreed to",
        examples=["66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"],
    )
    remark: Prose = Field(default="", max_length=MAX_REASON, examples=["情况属实，同意。"])


class RequestView(View):
    """A request for review."""

    id: str = Field(examples=["lreq_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: str = Field(examples=["requested"])
    event: str = Field(description="What is asked for; release: a first edition", examples=["revoke"])
    issuer: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    type: str = Field(examples=["type_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    licence: str | None = Field(description="The licence that it is about, if there is one")
    requester: str
    reason: str
    ground: str | None
    digest: str = Field(description="SM3 over everything that is asked for")
    requested_at: datetime
    expires_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str
    result: str | None = Field(description="The licence that came of it")

    @classmethod
    def of(cls, request: ReviewRequest) -> "RequestView":
        """Return the view of a request."""
        return cls(
            id=request.id,
            state=request.state,
            event=request.event,
            issuer=request.issuer,
            type=request.type,
            licence=request.licence,
            requester=request.requester,
            reason=request.reason,
            ground=request.ground,
            digest=request.digest,
            requested_at=request.requested_at,
            expires_at=request.expires_at,
            decided_by=request.decided_by,
            decided_at=request.decided_at,
            decision=request.decision,
            result=request.result,
        )


class RequestDetails(RequestView):
    """A request with all that is asked for, for who asked and who decides."""

    asked: dict[str, Any] = Field(description="What is asked for; nothing any more once it is decided on", repr=False)
    names: dict[str, str] = NAMES
    names_en: dict[str, str] = NAMES_EN

    @classmethod
    def whole(cls, request: ReviewRequest, names: Mapping[str, str], names_en: Mapping[str, str]) -> "RequestDetails":
        """Return the view of a request with everything that is asked for."""
        asked = {name: value for name, value in request.payload.items() if name != ASKED_BY}
        told = RequestView.of(request).model_dump()
        return cls(**told, asked=asked, names=dict(names), names_en=dict(names_en))


class RequestPage(View):
    """Requests, oldest first."""

    requests: list[RequestView]
    names: dict[str, str] = NAMES
    names_en: dict[str, str] = NAMES_EN
    next: str | None = Field(
        description="`after` of the next page; none: this was the last", examples=["lreq_01k9x3v5b7d2f4h6j8m0n1p3q5"]
    )


class ScanView(View):
    """A scan of a paper licence."""

    id: str = Field(examples=["scan_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    issuer: str = Field(examples=["O3F6H8J1L4N7Q2S5U9"])
    media_type: str = Field(examples=["application/pdf"])
    size: int = Field(examples=[184_320])
    digest: str = Field(description="SM3 of the file")
    uploaded_at: datetime
    licence: str | None = Field(description="The licence that was made from it")

    @classmethod
    def of(cls, scan: Scan) -> "ScanView":
        """Return the view of a scan."""
        return cls(
            id=scan.id,
            issuer=scan.issuer,
            media_type=scan.media_type,
            size=scan.size,
            digest=scan.digest,
            uploaded_at=scan.uploaded_at,
            licence=scan.licence,
        )
