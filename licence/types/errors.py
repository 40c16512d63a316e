"""What can be wrong with licence types and their versions.

NotFound
└── TypeVersionUnknown     the type has no version of that number
Invalid
├── ParticularsInvalid     the particulars of the type are not what they must be
├── EffectiveDayInvalid    a version cannot be in effect from that day on
└── TypeFileMalformed      the file is no exported licence type
Conflict
├── TypeVersionChanged     another version than the one that was asked for is in effect
├── IssuerNotOfType        the authority does not issue licences of the type
└── NumbersExhausted       the form of the numbers has no further one
"""

from typing import ClassVar

from trust.errors import Conflict, Invalid, NotFound

__all__ = [
    "EffectiveDayInvalid",
    "NumbersExhausted",
    "ParticularsInvalid",
    "TypeFileMalformed",
    "TypeVersionChanged",
    "TypeVersionUnknown",
]


class TypeVersionUnknown(NotFound):
    """The licence type has no version of that number."""

    code = "licence.type_version_unknown"


class ParticularsInvalid(Invalid):
    """The particulars of a type are wrong: `fault` names the member, as in docs/licence-types.md."""

    code = "licence.particulars_invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class EffectiveDayInvalid(Invalid):
    """A version is in effect neither before it is published nor before the one that it follows, so not before `day`."""

    code = "licence.effective_day_invalid"
    detail_names: ClassVar[tuple[str, ...]] = ("day",)


class TypeFileMalformed(Invalid):
    """The file is no exported licence type: `fault` says which part."""

    code = "licence.type_file_malformed"
    detail_names: ClassVar[tuple[str, ...]] = ("fault",)


class TypeVersionChanged(Conflict):
    """`version` of the type has come into effect since the data were looked at: nobody has looked at them by it."""

    code = "licence.type_version_changed"
    detail_names: ClassVar[tuple[str, ...]] = ("version",)


class NumbersExhausted(Conflict):
    """The running number has more digits than the form of the type's numbers: a new version has to give it more."""

    code = "licence.numbers_exhausted"
