"""A validation policy as a file that an operator writes (docs/policy.md): TOML, read strictly.

    version = 1
    fatal = ["TRY_LATER"]                        # sub-indications that make a verdict failed

    [revocation]
    maximum_age_hours = 24

    [algorithms]                                 # from this moment on nothing new may be signed so
    "RSA-SHA256" = 2031-01-01                    # a day begins in China Standard Time
    "1.2.840.10045.3.1.7" = 2035-01-01T00:00:00Z # a curve, by its identifier

    [anchors]
    others = ["sealing"]                         # of anchors that are not named; without it, everything
    [anchors.named]
    "<fingerprint>" = ["time_stamping"]

A policy narrows what a verifier accepts and never widens it. Nothing in it makes a verifier fetch anything: addresses
in certificates and files are never followed.
"""

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, ClassVar, Final, TypeVar

from trust.china_time import CHINA
from trust.crypto.algorithms import SIGNATURES
from trust.errors import Invalid
from trust.validation_policy import EVERY_PURPOSE, Purpose, ValidationPolicy
from trust.verdict import SubIndication

__all__ = ["LARGEST", "PolicyMalformed", "read_policy"]

LARGEST: Final = 64 << 10
"""Octets of a file."""

VERSION: Final = 1
LONGEST_AGE: Final = 24 * 366
"""Hours: a list that may be older than a year says nothing."""

IDENTIFIER: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,38})){1,30}")
FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")
NAMES: Final[Mapping[str, str]] = {one.name: one.oid for one in SIGNATURES.values()}
PURPOSES: Final[Mapping[str, Purpose]] = {one.name.lower(): one for one in Purpose}
INDICATIONS: Final[Mapping[str, SubIndication]] = {one.value: one for one in SubIndication}

Value = TypeVar("Value")


class PolicyMalformed(Invalid):
    """A validation policy that cannot be read as one. `place` is the member that is wrong."""

    code: ClassVar[str] = "policy.malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("place", "expected")


def read_policy(content: bytes) -> ValidationPolicy:
    """Return the policy in a file, or raise `PolicyMalformed` with the first member that is not understood."""
    if len(content) > LARGEST:
        raise PolicyMalformed(place="", expected=f"at most {LARGEST} octets")
    try:
        said: dict[str, Any] = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        raise PolicyMalformed(place="", expected="TOML in UTF-8") from None
    require_members(said, {"version", "fatal", "revocation", "algorithms", "anchors"}, place="")
    if said.get("version") != VERSION or said["version"] is True:
        raise PolicyMalformed(place="version", expected=str(VERSION))
    revocation = table(said, "revocation")
    require_members(revocation, {"maximum_age_hours"}, place="revocation")
    anchors = table(said, "anchors")
    require_members(anchors, {"others", "named"}, place="anchors")
    return ValidationPolicy(
        anchor_purposes=each(table(anchors, "named", within="anchors"), fingerprint, purposes, place="anchors.named"),
        other_anchors=purposes(anchors["others"], "anchors.others") if "others" in anchors else EVERY_PURPOSE,
        algorithm_ends=each(table(said, "algorithms"), algorithm, moment, place="algorithms"),
        maximum_age=hours(revocation, "maximum_age_hours", place="revocation"),
        fatal=chosen(said.get("fatal", []), INDICATIONS, place="fatal"),
    )


def require_members(said: Mapping[str, object], known: Collection[str], *, place: str) -> None:
    """Require that a table says nothing that is not understood: a rule that is misspelt must not be left out."""
    for name in said:
        if name not in known:
            raise PolicyMalformed(place=shown(place, name), expected=", ".join(sorted(known)))


def shown(place: str, name: str) -> str:
    """Return where a member stands, as an answer may repeat it."""
    told = name[:64] if name.isascii() and name.isprintable() else "?"
    return f"{place}.{told}" if place else told


def table(said: Mapping[str, Any], name: str, *, within: str = "") -> dict[str, Any]:
    """Return a table, which may be left out."""
    found = said.get(name, {})
    if not isinstance(found, dict):
        raise PolicyMalformed(place=shown(within, name), expected="a table")
    return found


def each(
    said: Mapping[str, Any],
    key: Callable[[str, str], str],
    value: Callable[[Any, str], Value],
    *,
    place: str,
) -> dict[str, Value]:
    """Return a table whose keys and values are read each by itself. Two keys that mean the same are one too many."""
    read: dict[str, Value] = {}
    for name, told in said.items():
        where = shown(place, name)
        meant = key(name, where)
        if meant in read:
            raise PolicyMalformed(place=where, expected="each of them once")
        read[meant] = value(told, where)
    return read


def fingerprint(name: str, where: str) -> str:
    """Return the fingerprint of an anchor."""
    if not FINGERPRINT.fullmatch(name):
        raise PolicyMalformed(place=where, expected="a fingerprint of 64 hexadecimal digits in lower case")
    return name


def algorithm(name: str, where: str) -> str:
    """Return the identifier of an algorithm, of a kind of key or of a curve, by its name or itself."""
    if name not in NAMES and not IDENTIFIER.fullmatch(name):
        raise PolicyMalformed(place=where, expected="the name of a signature algorithm, or an object identifier")
    return NAMES.get(name, name)


def moment(said: object, where: str) -> datetime:
    """Return a moment: a day from its beginning in China Standard Time, or a time with its zone."""
    if isinstance(said, datetime):
        if said.tzinfo is not None:
            return said.astimezone(UTC)
    elif isinstance(said, date):
        return datetime.combine(said, time(), tzinfo=CHINA).astimezone(UTC)
    raise PolicyMalformed(place=where, expected="a date, or a date and time with its zone, without quotes")


def hours(said: Mapping[str, Any], name: str, *, place: str) -> timedelta | None:
    """Return a number of hours, or None where none is told."""
    found = said.get(name)
    if found is None:
        return None
    if type(found) is not int or not 0 < found <= LONGEST_AGE:
        raise PolicyMalformed(place=f"{place}.{name}", expected=f"a whole number of hours from 1 to {LONGEST_AGE}")
    return timedelta(hours=found)


def purposes(said: object, where: str) -> frozenset[Purpose]:
    """Return purposes by their names."""
    return chosen(said, PURPOSES, place=where)


def chosen(said: object, known: Mapping[str, Value], *, place: str) -> frozenset[Value]:
    """Return what a list of names chooses, each once."""
    names: list[Any] = said if isinstance(said, list) else [None]
    if not all(isinstance(one, str) and one in known for one in names) or len(set(names)) != len(names):
        raise PolicyMalformed(place=place, expected="a list of: " + ", ".join(known))
    return frozenset(known[one] for one in names)
