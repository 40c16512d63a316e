"""Authorisations, stampings and what they answer, on the wire."""

import base64
import json
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from api.schemas.common import Request, View
from api.schemas.texts import Line, Moment, Prose
from seal.ledger.entries import Authorisation, Operation, Purpose, Stamping
from seal.stamping.authorising import AuthoriseStamping
from seal.stamping.digest_stampings import SealedDigest, StampDigests
from seal.stamping.digests import MOST_ITEMS, DigestItem, Timing
from seal.stamping.message_signatures import MOST_OCTETS, SignMessage
from trust.cms import Dialect
from trust.crypto.sm3 import sm3

__all__ = [
    "DIGEST_EXAMPLE",
    "AuthorisationGrant",
    "AuthorisationView",
    "BatchView",
    "DigestBatch",
    "DigestBody",
    "DigestOrder",
    "KindName",
    "MessageOrder",
    "MessageView",
    "PurposeName",
    "SM3Digits",
    "SealedDigestView",
    "SmallContent",
    "StampingView",
]

MOST_TIMES: Final = 1_000_000
"""Stampings that one authorisation may count; who needs more sets no limit."""

BASE64_GROUP: Final = 3
"""Octets that become four characters of their own."""

DIGEST_DIGITS: Final = r"^[0-9a-f]{64}$"
DIGEST_EXAMPLE: Final = {"digest": "66c7f0f4" * 8, "property_info": "notice-2026-118.pdf", "reference": "A-118"}

SM3Digits = Annotated[
    str,
    Field(pattern=DIGEST_DIGITS, description="SM3 in lower-case hexadecimal digits", examples=["66c7f0f4" * 8]),
]
PurposeName = Annotated[Line, Field(min_length=1, max_length=64, examples=["document.stamp"])]
KindName = Annotated[Line, Field(min_length=1, max_length=64, examples=["notice"])]
ApprovalName = Annotated[
    Line | None,
    Field(
        default=None,
        max_length=64,
        description="The approval of exactly this, where the authorisation wants one",
        examples=["approval_01k9x3v5b7d2f4h6j8m0n1p3q5"],
    ),
]


class AuthorisationGrant(Request):
    """A permission to stamp."""

    holder: str = Field(
        description="Person, business system, or organisation", examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"]
    )
    purpose: Line = Field(min_length=1, max_length=64, examples=["licence.issue"])
    document_kinds: list[Line] = Field(
        default_factory=list, max_length=50, description="Kinds of documents; none: every kind"
    )
    operations: list[Operation] = Field(
        default=[Operation.DOCUMENT],
        min_length=1,
        max_length=len(Operation),
        description="What the key of the seal may be used for; a digest does not show what it stands for",
    )
    valid_from: Moment | None = Field(default=None, description="From when on; none: from now on")
    valid_until: Moment
    times: int | None = Field(default=None, ge=1, le=MOST_TIMES, description="How many stampings; none: no limit")
    approval: Literal["none", "each"] = Field(
        default="none", description="Whether the owner approves each stamping before it happens 用印审批"
    )

    def command(self, seal: str, request_key: str) -> AuthoriseStamping:
        """Return the command to give it, for a seal."""
        return AuthoriseStamping(
            seal=seal,
            holder=self.holder,
            purpose=self.purpose,
            document_kinds=tuple(self.document_kinds),
            operations=frozenset(self.operations),
            valid_from=self.valid_from,
            valid_until=self.valid_until,
            times=self.times,
            needs_approval=self.approval == "each",
            request_key=request_key,
        )


class AuthorisationView(View):
    """A permission to stamp, as it stands."""

    id: str = Field(examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    holder: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    purpose: str = Field(examples=["licence.issue"])
    document_kinds: list[str]
    operations: list[Operation]
    valid_from: datetime
    valid_until: datetime
    times: int | None
    used: int
    approval: Literal["none", "each"]
    within: str | None = Field(description="The organisation's authorisation that it is a part of")
    withdrawn_at: datetime | None = None
    statement: str | None = Field(
        default=None, description="SM3 of the signed delegation that it is, in hexadecimal digits; none: not signed yet"
    )

    @classmethod
    def of(cls, authorisation: Authorisation) -> "AuthorisationView":
        """Return the view of an authorisation."""
        return cls(
            id=authorisation.id,
            seal=authorisation.seal,
            holder=authorisation.holder,
            purpose=authorisation.purpose,
            document_kinds=list(authorisation.document_kinds),
            operations=[one for one in Operation if one in authorisation.operations],
            valid_from=authorisation.valid_from,
            valid_until=authorisation.valid_until,
            times=authorisation.times,
            used=authorisation.used,
            approval="each" if authorisation.needs_approval else "none",
            within=authorisation.parent,
            withdrawn_at=authorisation.withdrawn_at,
            statement=None if authorisation.statement is None else sm3(authorisation.statement).hex(),
        )


class StampingView(View):
    """A line of the owner's ledger."""

    id: str = Field(examples=["stamp_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    seal: str = Field(examples=["seal_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    authorisation: str = Field(examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    within: str | None = Field(default=None, description="The organisation's authorisation, where its agent stamped")
    actor: str = Field(examples=["client_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    at: datetime
    purpose: str = Field(examples=["document.stamp"])
    document_kind: str = Field(examples=["notice"])
    operation: Operation
    document_hash: str = Field(description="SM3 of what the signature protects")
    approval: str | None = None
    reference: str = ""
    state: str = Field(examples=["done"])
    level: int | None = Field(default=None, description="Assurance level of the session, 0 to 3; none: not known")

    @classmethod
    def of(cls, stamping: Stamping) -> "StampingView":
        """Return the view of a stamping."""
        return cls(
            id=stamping.id,
            seal=stamping.seal,
            authorisation=stamping.authorisation,
            within=stamping.parent,
            actor=stamping.actor,
            at=stamping.at,
            purpose=stamping.purpose,
            document_kind=stamping.document_kind,
            operation=stamping.operation,
            document_hash=stamping.document_hash,
            approval=stamping.approval,
            reference=stamping.reference,
            state=stamping.state,
            level=stamping.level,
        )


# --- digests


class DigestBody(Request):
    """A digest, and what it stands for."""

    digest: SM3Digits
    property_info: str = Field(
        min_length=1,
        max_length=255,
        pattern=r"^[ -~]+$",
        description="What is sealed, as the signature tells it (propertyInfo)",
        examples=["notice-2026-118.pdf"],
    )
    reference: Line = Field(default="", max_length=128, description="Comes back with the answer", examples=["A-118"])

    def item(self) -> DigestItem:
        """Return the item."""
        return DigestItem(digest=bytes.fromhex(self.digest), property_info=self.property_info, reference=self.reference)


class DigestTerms(Request):
    """What digests are sealed for."""

    purpose: PurposeName
    document_kind: KindName
    timing: Timing = Field(default=Timing.CLAIMED, description="`proven` puts a time-stamp over each signature value")
    reason: Prose = Field(default="", max_length=200, examples=["通知签发"])
    approval: ApprovalName = None

    def command(self, seal: str, items: Iterable[DigestBody], request_key: str) -> StampDigests:
        """Return the command to seal `items`."""
        return StampDigests(
            seal=seal,
            items=tuple(one.item() for one in items),
            purpose=Purpose(purpose=self.purpose, document_kind=self.document_kind),
            timing=self.timing,
            reason=self.reason,
            request_key=request_key,
            approval=self.approval,
        )


class DigestOrder(DigestTerms, DigestBody):
    """A digest that is to be sealed: the file stays with the client."""


class DigestBatch(DigestTerms):
    """Digests that are to be sealed in one call: they count and fail together."""

    items: list[DigestBody] = Field(min_length=1, max_length=MOST_ITEMS, examples=[[DIGEST_EXAMPLE]])


class SealedDigestView(View):
    """A sealed digest."""

    stamping: str = Field(examples=["stamp_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    reference: str
    signature: str = Field(description="SES_Signature in DER, in base64", examples=["MIIT…"])

    @staticmethod
    def row(sealed: SealedDigest) -> dict[str, str]:
        """Return a sealed digest as it goes out: large, made by us, and not looked through again."""
        encoded = base64.b64encode(sealed.encoded).decode()
        return {"stamping": sealed.stamping.id, "reference": sealed.stamping.reference, "signature": encoded}

    @staticmethod
    def octets(sealed: SealedDigest) -> bytes:
        """Return the JSON of a sealed digest."""
        return b"".join(json_of(sealed, b64encode(sealed.encoded)))


def json_of(sealed: SealedDigest, *signature: bytes) -> tuple[bytes, ...]:
    """Return the parts of the JSON of a sealed digest, from those of its signature in base64."""
    told = json.dumps({"stamping": sealed.stamping.id, "reference": sealed.stamping.reference}, ensure_ascii=False)
    return told[:-1].encode(), b', "signature": "', *signature, b'"}'


def begin_alike(one: bytes, other: bytes) -> int:
    """Return with how many octets both begin, in whole groups of base64 (RFC 4648, 4)."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if one.startswith(other[:middle]) else (least, middle - 1)
    return least - least % BASE64_GROUP


class BatchView(View):
    """Sealed digests, in the order in which they were sent."""

    items: list[SealedDigestView] = Field(
        examples=[[{"stamping": "stamp_01k9x3v5b7d2f4h6j8m0n1p3q5", "reference": "A-118", "signature": "MIIT…"}]]
    )

    @staticmethod
    def octets(sealed: Sequence[SealedDigest]) -> bytes:
        """Return the JSON of sealed digests.

        Signatures begin with their seal, tens of kilobytes that are the same in all of them: that is put into base64
        once.
        """
        first = sealed[0].encoded
        size = begin_alike(first, sealed[-1].encoded)
        head, head_in_base64 = first[:size], b64encode(first[:size])
        parts = [b'{"items": [']
        for number, one in enumerate(sealed):
            if number:
                parts.append(b", ")
            if one.encoded.startswith(head):
                parts += json_of(one, head_in_base64, b64encode(one.encoded[size:]))
            else:
                parts += json_of(one, b64encode(one.encoded))
        return b"".join((*parts, b"]}"))


# --- messages


class MessageTerms(Request):
    """What a signed message is for."""

    dialect: Dialect = Field(default=Dialect.GBT35275, description="Identifiers of GB/T 35275, or of RFC 5652")
    purpose: PurposeName
    document_kind: KindName
    reference: Line = Field(default="", max_length=128)
    approval: ApprovalName = None


def decoded(text: object) -> bytes:
    """Return a content that goes inside a message, from base64 without anything else in it."""
    if not isinstance(text, str):
        raise ValueError("not a text")  # noqa: TRY004 - pydantic tells of it
    content = base64.b64decode(text, validate=True)
    if len(content) > MOST_OCTETS:
        raise ValueError("send the digest of a larger content")
    return content


SmallContent = Annotated[
    bytes, BeforeValidator(decoded), WithJsonSchema({"type": "string", "contentEncoding": "base64"})
]


class MessageOrder(MessageTerms):
    """A message that is to be signed with the key of the seal: by its digest, or with its content inside."""

    digest: SM3Digits | None = None
    content: SmallContent | None = Field(default=None, description="Base64; at most 64 KiB", examples=["5L+h5Y2w"])

    def command(self, seal: str, request_key: str) -> SignMessage:
        """Return the command."""
        return SignMessage(
            seal=seal,
            digest=None if self.digest is None else bytes.fromhex(self.digest),
            content=self.content,
            dialect=self.dialect,
            purpose=Purpose(purpose=self.purpose, document_kind=self.document_kind),
            reference=self.reference,
            request_key=request_key,
            approval=self.approval,
        )


class MessageView(View):
    """A signed message."""

    stamping: str = Field(examples=["stamp_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    message: str = Field(description="ContentInfo in DER, in base64", examples=["MIIC…"])

    @classmethod
    def of(cls, stamping: Stamping, encoded: bytes) -> "MessageView":
        """Return the view of a signed message."""
        return cls(stamping=stamping.id, message=base64.b64encode(encoded).decode())
