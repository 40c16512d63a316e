"""A validation policy as the record of a verdict holds it: whole, so that a later default changes nothing."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, Final

from seal.verification.record_values import RecordMalformed, Value
from trust.validation_policy import Purpose, ValidationPolicy
from trust.verdict import SubIndication

__all__ = ["policy_in", "policy_of"]

PURPOSES: Final[Mapping[str, Purpose]] = {one.value: one for one in Purpose}
INDICATIONS: Final[Mapping[str, SubIndication]] = {one.value: one for one in SubIndication}


def policy_of(policy: ValidationPolicy) -> dict[str, Any]:
    """Return a policy as JSON."""
    age = policy.maximum_age
    return {
        "anchor_purposes": {one: names_of(purposes) for one, purposes in policy.anchor_purposes.items()},
        "other_anchors": names_of(policy.other_anchors),
        "algorithm_ends": {oid: end.isoformat() for oid, end in policy.algorithm_ends.items()},
        "maximum_age_seconds": None if age is None else int(age.total_seconds()),
        "fatal": sorted(one.value for one in policy.fatal),
    }


def policy_in(told: Value) -> ValidationPolicy:
    """Read what `policy_of` wrote. Raise `RecordMalformed`."""
    members = told.members("anchor_purposes", "other_anchors", "algorithm_ends", "maximum_age_seconds", "fatal")
    age = members["maximum_age_seconds"]
    try:
        return ValidationPolicy(
            anchor_purposes={one: purposes_in(value) for one, value in members["anchor_purposes"].entries().items()},
            other_anchors=purposes_in(members["other_anchors"]),
            algorithm_ends={oid: value.moment() for oid, value in members["algorithm_ends"].entries().items()},
            maximum_age=None if age.is_null else timedelta(seconds=age.number()),
            fatal=frozenset(one.one_of(INDICATIONS) for one in members["fatal"].items()),
        )
    except (ValueError, OverflowError):
        raise RecordMalformed(place="policy") from None


def names_of(purposes: Iterable[Purpose]) -> list[str]:
    """Return purposes by their names."""
    return sorted(one.value for one in purposes)


def purposes_in(told: Value) -> frozenset[Purpose]:
    """Return the purposes in a list of names."""
    return frozenset(one.one_of(PURPOSES) for one in told.items())
