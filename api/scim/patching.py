"""PATCH of an account (RFC 7644, 3.5.2): add, replace and remove on named attributes, without filters inside a path."""

import copy
from collections.abc import Mapping
from typing import Any, Final

from api.scim.resource import PERSON, USER
from identity.provisioning.errors import PatchMalformed

__all__ = ["PATCH", "patched"]

PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MOST_OPERATIONS: Final = 50

CORE: Final[Mapping[str, tuple[str, ...]]] = {
    "username": ("userName",),
    "externalid": ("externalId",),
    "displayname": ("displayName",),
    "active": ("active",),
    "name.formatted": ("name", "formatted"),
}
PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    **CORE,
    **{f"{USER.lower()}:{name}": place for name, place in CORE.items()},
    **{
        f"{PERSON.lower()}:{name.lower()}": (PERSON, name)
        for name in ("level", "documentKind", "documentNumber", "documentCountry", "documentValidUntil")
    },
}
"""Where an attribute stands, by its path in small letters: names of attributes know no capitals (RFC 7643, 2.1)."""

REQUIRED: Final = frozenset({("userName",), ("name", "formatted"), (PERSON, "level"), (PERSON, "documentNumber")})
BOOLEANS: Final = {"true": True, "false": False}
"""Some clients send `active` as a text."""


def patched(resource: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource after the operations of a PATCH, all of them. Raise `PatchMalformed`; nothing changes then."""
    operations = body.get("Operations")
    if body.get("schemas") != [PATCH]:
        raise PatchMalformed(field="schemas")
    if not isinstance(operations, list) or not 0 < len(operations) <= MOST_OPERATIONS:
        raise PatchMalformed(field="Operations")
    after = copy.deepcopy(dict(resource))
    for one in operations:
        if not isinstance(one, dict):
            raise PatchMalformed(field="Operations")
        operate(after, one)
    return after


def operate(resource: dict[str, Any], operation: Mapping[str, Any]) -> None:
    """Do one operation."""
    kind, path, value = operation.get("op"), operation.get("path"), operation.get("value")
    if not isinstance(kind, str) or kind.lower() not in {"add", "replace", "remove"}:
        raise PatchMalformed(field="op")
    if kind.lower() == "remove":
        remove(resource, place_of(path))
    elif path is None:
        if not isinstance(value, dict):
            raise PatchMalformed(field="value")
        for name, inner in flat(value):
            put(resource, place_of(name), inner)
    else:
        put(resource, place_of(path), value)


def flat(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the attributes of an operation without a path, each with its own path."""
    found: list[tuple[str, Any]] = []
    for name, inner in value.items():
        if isinstance(inner, dict):
            mark = ":" if name.lower() == PERSON.lower() else "."
            found += [(f"{name}{mark}{part}", deeper) for part, deeper in inner.items()]
        else:
            found.append((name, inner))
    return found


def place_of(path: object) -> tuple[str, ...]:
    """Return where an attribute stands."""
    if not isinstance(path, str):
        raise PatchMalformed(field="path")
    found = PLACES.get(path.lower())
    if found is None:
        raise PatchMalformed(field="path")
    return found


def put(resource: dict[str, Any], place: tuple[str, ...], value: object) -> None:
    """Write an attribute. Whether its value can be is looked at when the whole is read."""
    if place == ("active",) and isinstance(value, str):
        value = BOOLEANS.get(value.lower(), value)
    *outer, last = place
    held = resource
    for name in outer:
        held = held.setdefault(name, {})
    held[last] = value


def remove(resource: dict[str, Any], place: tuple[str, ...]) -> None:
    """Take an attribute away, unless an account cannot be without it."""
    if place in REQUIRED:
        raise PatchMalformed(field=place[-1])
    *outer, last = place
    held = resource
    for name in outer:
        held = held.get(name, {})
    held.pop(last, None)
