"""Requests for approval before use, on the wire."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.places import OrderBody
from api.schemas.stampings import DIGEST_EXAMPLE, DigestBody, KindName, PurposeName, SM3Digits, SmallContent
from api.schemas.texts import Line, Prose
from seal.ledger.approval_repository import Approval
from seal.ledger.entries import Operation, Purpose
from seal.stamping.approvals import AskForApproval
from seal.stamping.digest_stampings import StampDigests
from seal.stamping.digests import MOST_ITEMS, Timing
from seal.stamping.message_signatures import SignMessage
from seal.stamping.permitting import Use
from seal.stamping.stampings import parameters_of
from trust.cms import Dialect

__all__ = ["ApprovalRemark", "ApprovalRequest", "ApprovalView", "DocumentUse"]


class DocumentUse(Request):
    """Stamping a PDF: the same order as goes with the file."""

    operation: Literal["document"]
    file_digest: SM3Digits
    order: OrderBody

    def use(self, seal: str, purpose: Purpose) -> Use:
        """Return the use."""
        return Use(seal=seal, purpose=purpose, content=self.file_digest, parameters=parameters_of(self.order.order()))


class DigestUse(Request):
    """Sealing digests: the same as goes into the request."""

    operation: Literal["digest"]
    items: list[DigestBody] = Field(min_length=1, max_length=MOST_ITEMS, examples=[[DIGEST_EXAMPLE]])
    timing: Timing = Timing.CLAIMED
    reason: Prose = Field(default="", max_length=200)

    def use(self, seal: str, purpose: Purpose) -> Use:
        """Return the use."""
        return StampDigests(
            seal=seal,
            items=tuple(one.item() for one in self.items),
            purpose=purpose,
            timing=self.timing,
            reason=self.reason,
            request_key="",
        ).use


class MessageUse(Request):
    """Signing a message: the same as goes into the request."""

    operation: Literal["message"]
    digest: SM3Digits | None = None
    content: SmallContent | None = None
    dialect: Dialect = Dialect.GBT35275
    reference: Line = Field(default="", max_length=128)

    def use(self, seal: str, purpose: Purpose) -> Use:
        """Return the use."""
        return SignMessage(
            seal=seal,
            digest=None if self.digest is None else bytes.fromhex(self.digest),
            content=self.content,
            dialect=self.dialect,
            purpose=purpose,
            reference=self.reference,
            request_key="",
        ).use


class ApprovalRequest(Request):
    """A use of a seal that its owner is asked to approve before it happens."""

    reference: Line = Field(
        default="", max_length=128, description="What the document is called", examples=["通知.pdf"]
    )
    purpose: PurposeName
    document_kind: KindName
    reason: Prose = Field(min_length=2, max_length=500, examples=["第 118 号通知，请予用印。"])
    use: Annotated[
        DocumentUse | DigestUse | MessageUse,
        Field(discriminator="operation", examples=[{"operation": "digest", "items": [DIGEST_EXAMPLE]}]),
    ]

    def command(self, seal: str, request_key: str) -> AskForApproval:
        """Return the command of a request."""
        return AskForApproval(
            use=self.use.use(seal, Purpose(purpose=self.purpose, document_kind=self.document_kind)),
            reason=self.reason,
            reference=self.reference,
            asked=self.use.order.model_dump(mode="json") if isinstance(self.use, DocumentUse) else {},
            request_key=request_key,
        )


class ApprovalRemark(Request):
    """What the approver has to say, if anything."""

    remark: Prose = Field(default="", max_length=500)


class ApprovalView(View):
    """A request for approval, as it stands."""

    id: str = Field(examples=["approval_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    state: str = Field(examples=["requested"])
    requester: str
    operation: Operation
    document_hash: str = Field(description="SM3 of the file, of the content, or of the digests in their order")
    purpose: str
    document_kind: str
    reason: str
    reference: str = Field(description="What the document is called", examples=["通知.pdf"])
    order: OrderBody | None = Field(description="Where the seal goes in a document, and why; none of other uses")
    requested_at: datetime
    expires_at: datetime = Field(description="Until when it can be decided or, once approved, used")
    decided_by: str | None
    decided_at: datetime | None
    decision: str = Field(description="What the approver wrote")
    stamping: str | None = Field(description="What it was spent on")

    @classmethod
    def of(cls, approval: Approval) -> "ApprovalView":
        """Return the view of a request."""
        return cls(
            id=approval.id,
            seal=approval.seal,
            state=approval.state,
            requester=approval.requester,
            operation=approval.operation,
            document_hash=approval.document_hash,
            purpose=approval.purpose.purpose,
            document_kind=approval.purpose.document_kind,
            reason=approval.reason,
            reference=approval.reference,
            order=OrderBody.model_validate(approval.asked) if approval.asked else None,
            requested_at=approval.requested_at,
            expires_at=approval.expires_at,
            decided_by=approval.decided_by,
            decided_at=approval.decided_at,
            decision=approval.decision,
            stamping=approval.stamping,
        )
