"""Authenticators and sessions on the wire."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, model_validator

from api.schemas.common import Request, View
from api.schemas.texts import Line
from identity.authentication.authenticators import Authenticator, AuthenticatorKind
from identity.authentication.enrolling import NewCodes
from identity.authentication.signing_in import Answer, CertificateAnswer, PasskeyAnswer
from identity.levels import methods_of
from identity.tokens import Session
from licence.qr import draw_png

__all__ = [
    "AuthenticatorView",
    "CodesEnrolment",
    "KeyAnswer",
    "KeyEnrolment",
    "NewCodesView",
    "OpenSession",
    "QuestionView",
    "Renaming",
    "StepUp",
]

LARGEST_CERTIFICATE = 8192
"""Characters in base64. A certificate has 1,000 to 3,000."""

LARGEST_CREDENTIAL = 16384
"""Octets of a browser's answer as JSON."""


def octets_of(text: str) -> str:
    """Return a text that is base64. Raise `ValueError`."""
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    return text


Base64 = Annotated[str, AfterValidator(octets_of)]


class QuestionView(View):
    """A question for a key, and what a browser is asked with. It is answered once, within five minutes."""

    question: str = Field(examples=["q0k8Vb…"])
    public_key: dict[str, Any] = Field(
        description="Options for navigator.credentials, with octets in base64url",
        examples=[{"challenge": "cTBrOFZi…", "rpId": "trust.example"}],
    )
    origin: str = Field(
        description="For whom the key of a certificate signs (docs/sign-on.md)", examples=["https://trust.example"]
    )


class KeyAnswer(Request):
    """The answer of a passkey, or of the key of a certificate."""

    question: str = Field(max_length=64, examples=["q0k8Vb…"])
    credential: dict[str, Any] | None = Field(
        default=None, description="What navigator.credentials returned, as its toJSON() tells it", repr=False
    )
    certificate: Base64 = Field(default="", max_length=LARGEST_CERTIFICATE, description="DER in base64", repr=False)
    signature: Base64 = Field(default="", max_length=1024, description="DER in base64", repr=False)

    @model_validator(mode="after")
    def require_one(self) -> Self:
        """Take the answer of one key."""
        if (self.credential is None) == (not self.certificate):
            raise ValueError("the answer of a passkey or of a certificate")
        return self

    def answer(self) -> Answer:
        """Return the answer."""
        if self.credential is not None:
            return PasskeyAnswer(question=self.question, credential=self.credential)
        return CertificateAnswer(
            question=self.question,
            certificate=base64.b64decode(self.certificate),
            signature=base64.b64decode(self.signature),
        )


class KeyEnrolment(KeyAnswer):
    """A key that answers, and what its person calls it."""

    name: Line = Field(min_length=1, max_length=64, pattern=r"\S", examples=["办公室的 USB Key"])


class Renaming(Request):
    """What a person calls an authenticator."""

    name: Line = Field(min_length=1, max_length=64, pattern=r"\S", examples=["办公室的 USB Key"])


class NewCodesView(View):
    """The secret for an app, shown once. Nothing is kept before the app has shown its first code."""

    secret: str = Field(examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])
    address: str = Field(examples=["otpauth://totp/…"])
    picture: str = Field(
        description="The address as a QR code for the app to scan: PNG as a data: address (RFC 2397)",
        examples=["data:image/png;base64,iVBORw0KGgo…"],
    )

    @classmethod
    def of(cls, made: NewCodes) -> "NewCodesView":
        """Return the view of a secret."""
        drawn = base64.b64encode(draw_png(made.address)).decode()
        return cls(secret=made.secret, address=made.address, picture=f"data:image/png;base64,{drawn}")


class CodesEnrolment(Request):
    """An app that shows its first code."""

    secret: SecretStr = Field(max_length=64, examples=["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"])
    code: SecretStr = Field(max_length=6, examples=["492039"])
    name: Line = Field(min_length=1, max_length=64, pattern=r"\S", examples=["手机"])


class StepUp(Request):
    """A further factor: a one-time code, or the answer of a key."""

    code: SecretStr | None = Field(default=None, max_length=6, examples=["492039"])
    key: KeyAnswer | None = None

    @model_validator(mode="after")
    def require_one(self) -> Self:
        """Take one factor at a time."""
        if (self.code is None) == (self.key is None):
            raise ValueError("a code or a key")
        return self


class AuthenticatorView(View):
    """Something with which a person comes back."""

    id: str = Field(examples=["auth_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    kind: AuthenticatorKind
    name: str = Field(examples=["手机"])
    added_at: datetime
    used_at: datetime | None

    @classmethod
    def of(cls, one: Authenticator) -> "AuthenticatorView":
        """Return the view of an authenticator."""
        return cls(id=one.id, kind=one.kind, name=one.name, added_at=one.added_at, used_at=one.used_at)


class OpenSession(View):
    """Where one is logged in."""

    id: str = Field(examples=["ses_01k9x3v5b7d2f4h6j8m0n1p3q5"])
    begun_at: datetime
    expires_at: datetime
    used_at: datetime = Field(description="When it was used last, to the minute")
    level: int = Field(examples=[3])
    methods: list[str] = Field(description="As `amr` has them (RFC 8176)", examples=[["mfa", "otp", "pwd"]])
    agent: str = Field(examples=["Mozilla/5.0 …"])
    bound: Literal["key", "device", "none"] = Field(
        description="To what it is bound: a key (RFC 9449), the browser that it was opened in, or nothing but its token"
    )
    is_this: bool = Field(description="Whether it is the session that asks")

    @classmethod
    def of(cls, session: Session, *, asking: str) -> "OpenSession":
        """Return the view of a session."""
        return cls(
            id=session.id,
            begun_at=session.begun_at,
            expires_at=session.expires_at,
            used_at=session.used_at,
            level=session.level,
            methods=list(methods_of(session.factors)),
            agent=session.agent,
            bound=session.bound.kind,
            is_this=session.id == asking,
        )
