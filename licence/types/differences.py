"""What a version of a type changes against the one before: what a reviewer reads before anything else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from licence.types.kind import LicenceType

__all__ = ["Change", "Difference", "differences"]


class Change(StrEnum):
    """What happened to a part of a type."""

    ADDED = "added"  # 新增
    REMOVED = "removed"  # 删除
    CHANGED = "changed"  # 修改


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One part that is not as before."""

    place: str
    """Such as `name`, `validity`, `template` or `schema.fields.address`."""

    change: Change
    before: Any = None
    after: Any = None


def differences(before: LicenceType | None, after: LicenceType) -> tuple[Difference, ...]:
    """Return what differs, in the order of the type's parts. Without a version before, everything is new."""
    earlier = {} if before is None else parts(before)
    later = parts(after)
    return tuple(compared(earlier, later))


def compared(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Difference]:
    """Yield what differs between two sets of parts."""
    for place in dict.fromkeys((*after, *before)):
        if place not in before:
            yield Difference(place=place, change=Change.ADDED, after=after[place])
        elif place not in after:
            yield Difference(place=place, change=Change.REMOVED, before=before[place])
        elif before[place] != after[place]:
            yield Difference(place=place, change=Change.CHANGED, before=before[place], after=after[place])


def parts(kind: LicenceType) -> dict[str, Any]:
    """Return the parts of a type by their places."""
    particulars = kind.particulars.to_json()
    del particulars["form"]
    schema = dict(kind.schema)
    fields = schema.pop("properties")
    required = set(schema.pop("required", ()))
    told: dict[str, Any] = {name: value for name, value in particulars.items() if value not in (None, "", [])}
    told["template"] = kind.template
    told["issuing"] = [{"authority": one.authority, "seal": one.seal} for one in kind.issuing]
    told |= {f"schema.{name}": value for name, value in schema.items()}
    told |= {f"schema.fields.{name}": {**rule, "required": name in required} for name, rule in fields.items()}
    # That a reader meets the fields in another order changes rows, metadata and the forms of clerks.
    told["schema.order"] = list(fields)
    return told
