"""Errors of the OpenID Provider. `oauth_error` is what the protocol calls them (RFC 6749, 4.1.2.1 and 5.2).

Invalid
├── AuthorizationRefused   the request for a login cannot be granted; `error` is told to the business system
├── RedirectUnknown        no such business system, or an address that it has not registered: nobody is sent there
├── TokenRequestRefused    a request at a protocol endpoint is not as it must be
└── MetadataMalformed      what a business system registers for sign-on is not as it must be
Denied
├── ClientRefused          the business system has not proven itself, or may not do this
├── GrantRefused           the code or refresh token does not hold
└── AccessTokenRefused     the access token does not hold, or not for this
NotFound
├── RequestUnknown         the login was not begun, or began too long ago
├── ConsentUnknown         no such consent of this person
└── NotRegistered          the business system is not registered for sign-on
Conflict
├── KeyNotNext             this key is not the one that comes next
└── KeyTooYoung            the next key has not been published for long enough
"""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound

__all__ = [
    "AccessTokenRefused",
    "AuthorizationRefused",
    "ClientRefused",
    "ConsentUnknown",
    "GrantRefused",
    "KeyNotNext",
    "KeyNotPublished",
    "KeyTooYoung",
    "MetadataMalformed",
    "NotRegistered",
    "RedirectUnknown",
    "RequestUnknown",
    "TokenRequestRefused",
]


class AuthorizationRefused(Invalid):
    """The login cannot be granted; `error` is the protocol's word for it, `fault` says what is wrong."""

    code = "openid.authorization_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("error", "fault")


class RedirectUnknown(Invalid):
    """No business system by that name is registered for sign-on, or the address to go back to is not one of its own.

    Nobody is sent on: this is told to the person in front of the browser (RFC 6749, 4.1.2.1).
    """

    code = "openid.redirect_unknown"


class TokenRequestRefused(Invalid):
    """The request is not as it must be; `error` is the protocol's word for it, `fault` says what is wrong."""

    code = "openid.token_request_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("error", "fault")


class MetadataMalformed(Invalid):
    """What is registered for sign-on is not as it must be; `field` names it, `fault` says what is wrong."""

    code = "openid.metadata_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field", "fault")


class ClientRefused(Denied):
    """The business system has not proven itself as it is registered to do, or is not registered for this."""

    code = "openid.client_refused"
    oauth_error: ClassVar[str] = "invalid_client"


class GrantRefused(Denied):
    """The code or refresh token does not hold; `fault`: unknown, expired, used, verifier, redirect or ended."""

    code = "openid.grant_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)
    oauth_error: ClassVar[str] = "invalid_grant"


class AccessTokenRefused(Denied):
    """The access token is none, has expired or was revoked (RFC 6750, 3.1)."""

    code = "openid.access_token_refused"
    oauth_error: ClassVar[str] = "invalid_token"


class RequestUnknown(NotFound):
    """This login was not begun here, is finished, or began too long ago. Begin again at the business system."""

    code = "openid.request_unknown"


class ConsentUnknown(NotFound):
    """There is no such consent of this person, or it was withdrawn."""

    code = "openid.consent_unknown"


class NotRegistered(NotFound):
    """The business system is not registered for sign-on."""

    code = "openid.not_registered"


class KeyNotNext(Conflict):
    """This key is not the one that comes next, or has taken over meanwhile: look which one does, and propose that."""

    code = "openid.key_not_next"


class KeyNotPublished(Conflict):
    """This key is not among those that are published: there was none, or it was let go of; look which ones are."""

    code = "openid.key_not_published"


class KeyTooYoung(Conflict):
    """The next key has not been published for long enough for everybody to know it; wait so many `seconds`."""

    code = "openid.key_too_young"
    detail_names: ClassVar[tuple[str, ...]] = ("seconds",)
