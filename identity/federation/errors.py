"""Errors of trust transfer."""

from typing import ClassVar

from trust.errors import Conflict, Denied, Invalid, NotFound, Unavailable

__all__ = [
    "ArrivalRefused",
    "ExchangeMalformed",
    "LinkExists",
    "LinkNeedsLogin",
    "LinkUnknown",
    "PeerMalformed",
    "PeerUnknown",
    "PlatformContradicts",
    "PlatformNotConfigured",
    "PlatformUnavailable",
    "TicketRefused",
    "VouchedTooLow",
]


class ExchangeMalformed(Invalid):
    """A request to exchange a ticket lacks a member, or holds one that is not served; `field` says which."""

    code = "federation.exchange_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)
    oauth_error: ClassVar[str] = "invalid_request"
    """RFC 6749, 5.2."""


class PeerMalformed(Invalid):
    """What is to be agreed with a platform beside cannot be; `field` says which part."""

    code = "federation.peer_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)


class ArrivalRefused(Denied):
    """What another platform says of a login does not hold; `fault` says which check failed."""

    code = "federation.arrival_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class VouchedTooLow(Denied):
    """The other platform is not as sure of this person as the step needs."""

    code = "federation.vouched_too_low"
    detail_names: ClassVar[tuple[str, ...]] = ("held", "needed")


class TicketRefused(Denied):
    """The ticket does not hold; `fault` is ticket, session, person, organisation or level."""

    code = "federation.ticket_refused"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)
    oauth_error: ClassVar[str] = "invalid_grant"


class LinkUnknown(NotFound):
    """There is no such link of this person."""

    code = "federation.link_unknown"


class PeerUnknown(NotFound):
    """There is no such platform beside, or what was agreed with it has ended."""

    code = "federation.peer_unknown"
    oauth_error: ClassVar[str] = "unauthorized_client"


class PlatformNotConfigured(NotFound):
    """This instance has no platform above."""

    code = "federation.platform_not_configured"


class LinkExists(Conflict):
    """The account at the other platform belongs to somebody else here, or this person has another one there."""

    code = "federation.link_exists"


class LinkNeedsLogin(Conflict):
    """Whom the platform names has an account here: log in with it first, and link the two from there."""

    code = "federation.link_needs_login"


class PlatformContradicts(Conflict):
    """The other platform has this document under another name: a registrar has to look at it."""

    code = "federation.platform_contradicts"


class PlatformUnavailable(Unavailable):
    """Another platform does not answer, or not as agreed; `fault` says how."""

    code = "federation.platform_unavailable"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)
