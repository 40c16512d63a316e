"""The ledger of a seal on the wire."""

from datetime import datetime

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.texts import Text
from seal.ledger.entries import Operation, Stamping, StampingState
from seal.ledger.export import as_json

__all__ = ["LedgerLineView", "LedgerPage", "StatementOrder"]


class LedgerLineView(View):
    """A use of the seal."""

    id: str = Field(examples=["stamp_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    at: datetime
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    actor: str = Field(description="Person or business system", examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    authorisation: str = Field(examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    purpose: str = Field(examples=["document.stamp"])
    document_kind: str = Field(examples=["notice"])
    operation: Operation
    document_hash: str = Field(description="SM3 of what the signature protects")
    approval: str | None = Field(description="The approval that was spent on it")
    batch: str | None = Field(description="The call in which it was one of many")
    reference: str = Field(
        description="What the client calls it; of a licence that was issued, its identifier",
        examples=["浙市监〔2026〕17号"],
    )
    property_info: str = Field(description="What a seal signature over a digest says that it protects")
    state: StampingState
    ended_at: datetime | None
    result: str | None = Field(description="SM3 of the stamped file")

    @classmethod
    def of(cls, stamping: Stamping) -> "LedgerLineView":
        """Return the view of a stamping."""
        return cls.model_validate(as_json(stamping))


class LedgerPage(View):
    """Lines of the ledger, the newest first."""

    lines: list[LedgerLineView]
    next: str | None = Field(
        description="`before` of the next page; none where this is the last",
        examples=["stamp_01k9x3v5b7d2f4h6j8m0n1p3q5"],
    )


class StatementOrder(Request):
    """A statement that is to be sealed."""

    month: Text = Field(description="Month in China Standard Time", examples=["2026-10"])
