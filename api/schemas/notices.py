"""Notices to the platform above on the wire."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import View
from trust.outbox_repository import Message, MessageState

__all__ = ["NoticeDetails", "NoticeView"]


class NoticeView(View):
    """A notice, and what came of it."""

    id: str = Field(examples=["msg_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    number: int = Field(description="Its place among all notices; `before` takes it", examples=[17])
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    task: str = Field(description="207 release 发布, 103 renew 延期, 209 invalidate 吊销、撤销、挂失", examples=["207"])
    state: MessageState
    created_at: datetime
    attempts: int = Field(examples=[3])
    due_at: datetime = Field(description="When it is tried next, while it waits")
    settled_at: datetime | None = Field(description="When it was delivered, refused or set aside")
    answer: str = Field(
        description="What the platform said last, what kept it from answering, or why it was set aside",
        examples=["outbox.carrier_unavailable(fault='ConnectError')"],
    )

    @classmethod
    def of(cls, message: Message) -> "NoticeView":
        """Return the view of a notice."""
        return cls(
            id=message.id,
            number=message.number,
            seal=message.subject,
            task=message.payload["task"],
            state=message.state,
            created_at=message.created_at,
            attempts=message.attempts,
            due_at=message.due_at,
            settled_at=message.settled_at,
            answer=message.answer,
        )


class NoticeDetails(NoticeView):
    """A notice with all that it tells, and the platform's receipt."""

    data: dict[str, str] = Field(examples=[{"sealCode": "33010000000001", "sealName": "某某市市场监督管理局"}])
    receipt: str | None = Field(description="The platform's answer as it came, with its signature")

    @classmethod
    def whole(cls, message: Message) -> "NoticeDetails":
        """Return the view of a notice with everything."""
        receipt = None if message.receipt is None else message.receipt.decode(errors="replace")
        return cls(**NoticeView.of(message).model_dump(), data=message.payload["data"], receipt=receipt)
