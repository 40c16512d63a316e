"""With what a person comes back beside the password, as it is on record."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from identity.authentication.passkeys import Passkey
from identity.levels import Factor
from trust.certificates import Certificate

__all__ = ["Authenticator", "AuthenticatorKind", "Held", "HeldCertificate", "OneTimeCodes"]


class AuthenticatorKind(StrEnum):
    """Kinds of what a person may come back with."""

    ONE_TIME_CODES = "one_time_codes"  # 动态口令
    PASSKEY = "passkey"  # 通行密钥
    CERTIFICATE = "certificate"  # 数字证书


@dataclass(frozen=True, kw_only=True)
class OneTimeCodes:
    """The secret of an app that makes one-time codes, and the last step of the clock that was used."""

    secret: str = field(repr=False)
    last_step: int = 0

    @property
    def factor(self) -> Factor:
        """What it is worth."""
        return Factor.ONE_TIME_CODE


@dataclass(frozen=True)
class HeldCertificate:
    """A certificate whose key the person holds."""

    certificate: Certificate

    @property
    def factor(self) -> Factor:
        """What it is worth."""
        return Factor.CERTIFICATE


Held = OneTimeCodes | Passkey | HeldCertificate
"""What is kept of an authenticator, enciphered."""


@dataclass(frozen=True, kw_only=True)
class Authenticator:
    """Something with which a person comes back."""

    id: str
    person: str
    name: str = field(repr=False)
    """What the person calls it."""

    held: Held = field(repr=False)
    added_at: datetime
    used_at: datetime | None

    @property
    def kind(self) -> AuthenticatorKind:
        """Its kind."""
        match self.held:
            case OneTimeCodes():
                return AuthenticatorKind.ONE_TIME_CODES
            case Passkey():
                return AuthenticatorKind.PASSKEY
            case HeldCertificate():
                return AuthenticatorKind.CERTIFICATE
