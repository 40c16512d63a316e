"""Passkeys (W3C Web Authentication), through py_webauthn: made and shown with verification of their user."""

from dataclasses import dataclass, field
from typing import Any, Final

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from identity.errors import CredentialsWrong
from identity.levels import Factor

__all__ = ["PASSKEY_OF_NOBODY", "Passkey", "RelyingParty", "credential_of"]

NAME: Final = "信印 Xinyin"
UNREADABLE: Final = (WebAuthnException, ValueError, LookupError, TypeError, AttributeError)
"""What the library raises at answers that are none: its own errors, and whatever it stumbles over, as in attestations
that nobody has asked for."""

LONGEST_NAME: Final = 1024
"""Octets of the identifier of a credential (WebAuthn, 5.8.3 allows 1023)."""


@dataclass(frozen=True, kw_only=True)
class Passkey:
    """The public half of a passkey."""

    credential: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    """As COSE has it (RFC 9052)."""

    uses: int
    """How often it was used, as it counts itself; 0: it does not count."""

    is_synced: bool
    """Whether its maker may copy it between devices."""

    @property
    def factor(self) -> Factor:
        """What it is worth."""
        return Factor.SYNCED_PASSKEY if self.is_synced else Factor.PASSKEY


PASSKEY_OF_NOBODY: Final = Passkey(
    credential=b"",
    # As COSE has the base point of P-256, whose private key is 1: what it signs opens nothing.
    public_key=bytes.fromhex(
        "a5010203262001"
        "2158206b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
        "2258204fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    ),
    uses=0,
    is_synced=False,
)
"""What is checked where nobody has enrolled the passkey that answers."""


@dataclass(frozen=True, kw_only=True)
class RelyingParty:
    """For whom passkeys are: a host, and the origin of its pages."""

    host: str
    origin: str

    def options_to_make(
        self, challenge: bytes, *, account: str, username: str, known: tuple[bytes, ...]
    ) -> dict[str, Any]:
        """Return what a browser is asked with to make a passkey. Devices that hold one of `known` make no other."""
        return options_to_json_dict(
            generate_registration_options(
                rp_id=self.host,
                rp_name=NAME,
                user_id=account.encode(),
                user_name=username,
                challenge=challenge,
                authenticator_selection=AuthenticatorSelectionCriteria(
                    resident_key=ResidentKeyRequirement.REQUIRED,
                    user_verification=UserVerificationRequirement.REQUIRED,
                ),
                exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
            )
        )

    def options_to_show(self, challenge: bytes, *, known: tuple[bytes, ...] = ()) -> dict[str, Any]:
        """Return what a browser is asked with to show one of `known` passkeys; without any, whichever it has."""
        return options_to_json_dict(
            generate_authentication_options(
                rp_id=self.host,
                challenge=challenge,
                allow_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
                user_verification=UserVerificationRequirement.REQUIRED,
            )
        )

    def made(self, answer: dict[str, Any], *, challenge: bytes) -> Passkey:
        """Return the passkey that a browser has made. Raise `CredentialsWrong`."""
        try:
            told = verify_registration_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
                require_user_verification=True,
            )
        except UNREADABLE:
            raise CredentialsWrong from None
        return Passkey(
            credential=told.credential_id,
            public_key=told.credential_public_key,
            uses=told.sign_count,
            is_synced=told.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        )

    def shown(self, answer: dict[str, Any], passkey: Passkey, *, challenge: bytes) -> Passkey:
        """Return a passkey as it stands after it was shown. Raise `CredentialsWrong`.

        One that counts must have counted on: else somebody has a copy (WebAuthn, 6.1.1).
        """
        try:
            told = verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=self.host,
                expected_origin=self.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=passkey.uses,
                require_user_verification=True,
            )
        except UNREADABLE:
            raise CredentialsWrong from None
        is_synced = told.credential_device_type is CredentialDeviceType.MULTI_DEVICE
        return Passkey(
            credential=passkey.credential,
            public_key=passkey.public_key,
            uses=told.new_sign_count,
            is_synced=passkey.is_synced or is_synced,
        )


def credential_of(answer: dict[str, Any]) -> bytes:
    """Return which passkey an answer of a browser is by. Raise `CredentialsWrong`."""
    name = answer.get("rawId")
    if not isinstance(name, str) or not 0 < len(name) <= LONGEST_NAME * 2:
        raise CredentialsWrong
    try:
        found = base64url_to_bytes(name)
    except ValueError:
        raise CredentialsWrong from None
    if bytes_to_base64url(found) != name:
        raise CredentialsWrong
    return found
