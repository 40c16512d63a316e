"""Accounts as SCIM resources: the core schema of users (RFC 7643, 4.1), and an extension for what proves a person.

Of the core schema `userName`, `externalId`, `name.formatted` (or `displayName`) and `active` count; what else a
platform sends is not kept, and so not told again. Duties and organisations are not taken from outside: they are given
here.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from identity.documents import DocumentKind, ShownDocument
from identity.levels import Level
from identity.provisioning.errors import AccountMalformed
from identity.provisioning.users import SyncedAccount, SyncedUser, SyncState

__all__ = ["PERSON", "USER", "etag_of", "read_user", "rendered", "told_of"]

USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
PERSON: Final = "urn:xinyin:params:scim:schemas:extension:1.0:Person"
"""Our extension: document and level. A name of our own, as RFC 7643, 10 has it for what is not registered."""

DOCUMENT: Final = ("documentKind", "documentNumber", "documentCountry", "documentValidUntil")
LEVELS: Final = frozenset(level.value for level in Level)


def read_user(body: Mapping[str, Any]) -> SyncedUser:
    """Return the account that a resource tells of. Raise `AccountMalformed` with the attribute that cannot be."""
    schemas = body.get("schemas")
    if not isinstance(schemas, list) or USER not in schemas:
        raise AccountMalformed(field="schemas")
    extension = body.get(PERSON)
    if not isinstance(extension, dict):
        raise AccountMalformed(field=PERSON)
    active = body.get("active", True)
    if not isinstance(active, bool):
        raise AccountMalformed(field="active")
    level = extension.get("level")
    if isinstance(level, bool) or not isinstance(level, int) or level not in LEVELS:
        raise AccountMalformed(field="level")
    return SyncedUser(
        username=text(body, "userName"),
        external_id=text(body, "externalId", default=""),
        name=name_of(body),
        document=document_of(extension),
        level=Level(level),
        active=active,
    )


def name_of(body: Mapping[str, Any]) -> str:
    """Return a person's name in full."""
    name = body.get("name", {})
    if not isinstance(name, dict):
        raise AccountMalformed(field="name")
    if "formatted" in name:
        return text(name, "formatted")
    return text(body, "displayName")


def document_of(extension: Mapping[str, Any]) -> ShownDocument:
    """Return the document of a person, as it is told."""
    try:
        kind = DocumentKind(text(extension, "documentKind", default=DocumentKind.RESIDENT_IDENTITY_CARD.value))
    except ValueError:
        raise AccountMalformed(field="documentKind") from None
    until = text(extension, "documentValidUntil", default="")
    try:
        valid_until = date.fromisoformat(until) if until else None
    except ValueError:
        raise AccountMalformed(field="documentValidUntil") from None
    number, country = text(extension, "documentNumber"), text(extension, "documentCountry", default="")
    return ShownDocument(kind=kind, number=number, country=country, valid_until=valid_until)


def text(members: Mapping[str, Any], name: str, *, default: str | None = None) -> str:
    """Return a text, or `default` where there is none and one is given. Raise `AccountMalformed`."""
    value = members.get(name)
    if value is None and default is not None:
        return default
    if not isinstance(value, str) or "\x00" in value:
        raise AccountMalformed(field=name)
    try:
        value.encode()
    except UnicodeEncodeError:  # half a character
        raise AccountMalformed(field=name) from None
    return value


def etag_of(version: int) -> str:
    """Return the version of a resource as an entity tag (RFC 7644, 3.14)."""
    return f'W/"{version}"'


def told_of(user: SyncedUser) -> dict[str, Any]:
    """Return an account as a resource without what the server adds: what a client sends."""
    document = user.document
    extension: dict[str, Any] = {"level": user.level.value}
    if document.number:
        until = None if document.valid_until is None else document.valid_until.isoformat()
        values = (document.kind.value, document.number, document.country or None, until)
        extension |= {name: value for name, value in zip(DOCUMENT, values, strict=True) if value is not None}
    told: dict[str, Any] = {
        "schemas": [USER, PERSON],
        "userName": user.username,
        "name": {"formatted": user.name},
        "active": user.active,
        PERSON: extension,
    }
    return told | ({"externalId": user.external_id} if user.external_id else {})


def rendered(account: SyncedAccount, *, address: str) -> dict[str, Any]:
    """Return an account as the resource that is answered, from the platform's own words."""
    return told_of(account.user) | {
        "id": account.id,
        "active": account.state is SyncState.ACTIVE,
        "meta": {
            "resourceType": "User",
            "created": moment(account.created_at),
            "lastModified": moment(account.changed_at),
            "location": f"{address}/Users/{account.id}",
            "version": etag_of(account.version),
        },
    }


def moment(at: datetime) -> str:
    """Return a moment in UTC (RFC 7643, 2.3.5)."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
