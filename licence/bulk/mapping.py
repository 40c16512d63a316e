"""Which column of a table is which field of a licence: by the field's name, by its title, or as the request says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from licence.bulk.errors import MappingInvalid
from licence.types.fields import HolderPart
from licence.types.kind import LicenceType
from licence.types.numbering import GivenNumber

__all__ = [
    "HOLDER",
    "HOLDER_NAME",
    "LAST_DAY",
    "NUMBER",
    "Target",
    "checks_name",
    "mapping_of",
    "suggested",
    "targets_of",
]

HOLDER: Final = "holder_code"
HOLDER_NAME: Final = "holder_name"
"""Who the holder is in the registry is said by the code; a name is held against it, and taken from nowhere else."""

NUMBER: Final = "number"
LAST_DAY: Final = "last_day"

OWN_TITLES: Final[Mapping[str, tuple[str, ...]]] = {
    HOLDER: ("持证主体代码", "持证者代码", "统一社会信用代码", "公民身份号码"),
    HOLDER_NAME: ("持证主体名称", "持证者名称", "持证者"),
    NUMBER: ("证照编号", "编号"),
    LAST_DAY: ("有效期截止日期", "有效期至"),
}
"""What a row says beside the fields of its type, and what people call it."""

NOT_NEEDED: Final = frozenset({HOLDER_NAME, LAST_DAY})


COLUMN_OF: Final[Mapping[HolderPart, str]] = {HolderPart.CODE: HOLDER, HolderPart.NAME: HOLDER_NAME}
"""The column that a field is which a type takes from the registry."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a column of a table may be."""

    name: str
    title: str
    """What people call it."""

    required: bool


def targets_of(kind: LicenceType) -> tuple[Target, ...]:
    """Return everything that a column of a type's tables may be: what every row says, then the fields of the type."""
    own = [Target(name=one, title=OWN_TITLES[one][0], required=one not in NOT_NEEDED) for one in own_of(kind)]
    given = [one for one in kind.fields.fields if one.name not in kind.fields.bound]
    return (*own, *(Target(name=one.name, title=one.label.zh, required=one.required) for one in given))


def own_of(kind: LicenceType) -> list[str]:
    """Return what every row of a type's tables says beside the fields of the type."""
    own = [name for name in OWN_TITLES if name != NUMBER or isinstance(kind.number_rule, GivenNumber)]
    return own if checks_name(kind) else [one for one in own if one != HOLDER_NAME]


def suggested(columns: Sequence[str], kind: LicenceType, *, asked: Mapping[str, str]) -> dict[str, str | None]:
    """Return the field that each column would be taken for, for whoever still decides: None where none is meant.

    Of two columns that would be one field, the first has it. `asked` goes before what is known, and a column that is
    asked to be nothing is nothing.
    """
    names = {one.name for one in targets_of(kind)}
    known = names_of(kind, own_of(kind))
    found: dict[str, str | None] = {}
    for column in columns:
        meant = asked.get(column, known.get(column))
        found[column] = meant if meant in names and meant not in found.values() else None
    return found


def mapping_of(columns: Sequence[str], kind: LicenceType, *, asked: Mapping[str, str]) -> dict[str, str]:
    """Return the field of every column, in their order.

    What a type takes from the registry is no data of its tables: the code says who the holder is, and the name is
    held against the registry. A field of the type goes before what every row may say: a type with a field 有效期至 has
    it. Raise `MappingInvalid`.
    """
    given = [one for one in kind.fields.fields if one.name not in kind.fields.bound]
    own = own_of(kind)
    fields = {*own, *(one.name for one in given)}
    for column, wanted in asked.items():
        if column not in columns or wanted not in fields:
            raise MappingInvalid(fault="unknown", column=column)
    known = names_of(kind, own)
    found: dict[str, str] = {}
    for column in columns:
        meant = asked.get(column) or known.get(column)
        if meant is None:
            raise MappingInvalid(fault="unknown", column=column)
        if meant in found.values():
            raise MappingInvalid(fault="twice", column=column)
        found[column] = meant
    for needed in (*(one for one in own if one not in NOT_NEEDED), *(one.name for one in given if one.required)):
        if needed not in found.values():
            raise MappingInvalid(fault="missing", column=needed)
    return found


def checks_name(kind: LicenceType) -> bool:
    """Tell whether a column `holder_name` is a check: not where a type has a field of its own of that name."""
    return HOLDER_NAME not in kind.fields.by_name or HOLDER_NAME in kind.fields.bound


def names_of(kind: LicenceType, own: Iterable[str]) -> dict[str, str]:
    """Return every name that a column may have without being asked about, and the field that it means."""
    bound = kind.fields.bound
    names = {title: name for name in own for title in OWN_TITLES[name]}
    titles = [(one.label.zh, one.name) for one in kind.fields.fields]
    told = [title for title, _ in titles]
    for title, name in titles:
        if told.count(title) > 1:
            names.pop(title, None)
        elif name not in bound:
            names[title] = name
        else:
            names[title] = names[name] = COLUMN_OF[bound[name]]
    # Names are the last word: no title is taken for the field of another name.
    return (
        names
        | {name: name for name in own}
        | {one.name: one.name for one in kind.fields.fields if one.name not in bound}
    )
