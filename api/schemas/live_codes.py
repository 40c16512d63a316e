"""Shapes of live codes 亮证码."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.common import Request, View
from api.schemas.naming import TYPE_NAME_EN, english
from api.schemas.texts import Line, Name
from licence.live.codes import LiveAnswer, MadeLiveCode, SeenCode
from licence.live.entries import LiveCodeState
from licence.qr import draw_svg

__all__ = ["LiveAnswerView", "LiveCodeCheck", "LiveCodeMade", "LiveCodeOrder", "LiveCodeView"]

SECRET = "5h3nLk0w9vQ2bX7tR1cZ8g"  # noqa: S105 - an example


class LiveCodeOrder(Request):
    """A code that a holder wants to show."""

    licence: Name = Field(
        description="Identifier, or licence identifier (GB/T 36904)", examples=["lic_01k9x3v5b7d2f4h6j8m0n1p3q5"]
    )
    holder: Name | None = Field(
        default=None,
        description="Unified identifier of the holder who asked; a business system has to name it",
        examples=["P01k9x3v5b7d2f4h6j8m0n1p3q5"],
    )
    purpose: Line = Field(
        default="", max_length=64, description="What it is shown for, in the holder's words", examples=["酒店入住"]
    )


class LiveCodeMade(View):
    """A code, which is shown this once."""

    id: str = Field(examples=["live_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    address: str = Field(
        description="What the QR code holds. It is kept nowhere", examples=[f"https://trust.example/l/{SECRET}"]
    )
    svg: str = Field(description="The QR code as a picture, without quiet zone", examples=["<svg …"])
    expires_at: datetime
    seconds: int = Field(description="For how long it lives: the clock of a phone may be wrong", examples=[60])

    @classmethod
    def of(cls, made: MadeLiveCode) -> "LiveCodeMade":
        """Return the view of a code that was made."""
        code = made.code
        return cls(
            id=code.id,
            address=made.address,
            svg=draw_svg(made.address),
            expires_at=code.expires_at,
            seconds=round((code.expires_at - code.made_at).total_seconds()),
        )


class LiveCodeView(View):
    """How a code stands, for its holder."""

    id: str = Field(examples=["live_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    licence: str = Field(examples=["lic_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    purpose: str = Field(examples=["酒店入住"])
    state: LiveCodeState = Field(examples=["checked"])
    made_at: datetime
    expires_at: datetime
    checked_at: datetime | None
    checked_by: str | None = Field(
        description="Name of who checked; null where nobody has, or somebody without a name", examples=["某某区分局"]
    )

    @classmethod
    def of(cls, seen: SeenCode) -> "LiveCodeView":
        """Return the view of a code as it was seen."""
        code = seen.code
        return cls(
            id=code.id,
            licence=code.licence,
            purpose=code.purpose,
            state=seen.state,
            made_at=code.made_at,
            expires_at=code.expires_at,
            checked_at=code.checked_at,
            checked_by=seen.checker or None,
        )


class LiveCodeCheck(Request):
    """A code that somebody was shown."""

    secret: str = Field(max_length=64, description="What follows /l/ in the QR code", examples=[SECRET], repr=False)


class LiveAnswerView(View):
    """What a code answers, once. The holder shows it: nothing is masked that stands on the licence's face."""

    type_name: str = Field(examples=["居住证"])
    type_name_en: str | None = TYPE_NAME_EN
    identifier: str
    number: str
    holder: str = Field(examples=["张三"])
    issuer: str
    state: str = Field(examples=["in_force"])
    in_force: bool
    expired: bool
    issued_on: date
    last_day: date | None
    photo: str | None = Field(description="The holder's picture as a data address, where the licence has one")
    purpose: str = Field(description="What the holder shows it for", examples=["酒店入住"])

    @classmethod
    def of(cls, answer: LiveAnswer) -> "LiveAnswerView":
        """Return the view of an answer."""
        standing = answer.standing
        licence = standing.licence
        return cls(
            type_name=standing.type_name,
            type_name_en=english(standing.type_name_en),
            identifier=licence.identifier,
            number=licence.number,
            holder=standing.holder,
            issuer=standing.issuer,
            state=licence.state,
            in_force=standing.is_in_force,
            expired=standing.expired,
            issued_on=licence.issued_on,
            last_day=licence.last_day,
            photo=answer.photo,
            purpose=answer.code.purpose,
        )
