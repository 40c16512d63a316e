"""Errors of synchronised accounts. `scim_type` is what the protocol calls them (RFC 7644, 3.12)."""

from typing import ClassVar

from trust.errors import Conflict, Invalid, NotFound

__all__ = [
    "AccountChanged",
    "AccountMalformed",
    "AccountTaken",
    "DocumentFixed",
    "FilterMalformed",
    "PatchMalformed",
    "SyncedAccountUnknown",
]


class AccountMalformed(Invalid):
    """An account lacks an attribute, or has one that is not of its kind; `field` says which."""

    code = "provisioning.account_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)
    scim_type: ClassVar[str] = "invalidValue"


class FilterMalformed(Invalid):
    """The filter is not of the kind that is served: id, userName or externalId, eq, and a value in quotes."""

    code = "provisioning.filter_malformed"
    scim_type: ClassVar[str] = "invalidFilter"


class PatchMalformed(Invalid):
    """An operation of a PATCH is none that is served; `field` says what it was about."""

    code = "provisioning.patch_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("field",)
    scim_type: ClassVar[str] = "invalidPath"


class SyncedAccountUnknown(NotFound):
    """The platform has told of no such account, or has taken it back."""

    code = "provisioning.account_unknown"


class AccountTaken(Conflict):
    """The platform has told of another account with this name, or of another one of this person."""

    code = "provisioning.account_taken"
    scim_type: ClassVar[str] = "uniqueness"


class AccountChanged(Conflict):
    """The account was changed since it was read: If-Match names another version."""

    code = "provisioning.account_changed"


class DocumentFixed(Conflict):
    """The document of an account does not change: another document is another account, or a registrar's affair."""

    code = "provisioning.document_fixed"
    scim_type: ClassVar[str] = "mutability"
