"""Licence types 证照类型 of the catalogue 证照目录: one version of one type, as this instance issues it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from identity.documents import lookups_of
from identity.errors import CitizenNumberMalformed
from identity.subject import SubjectId, SubjectKind
from licence.lifecycle import LicenceEvent, TypeState
from licence.types.fields import HolderPart, Value
from licence.types.numbering import NumberRule
from licence.types.particulars import HolderCategory, SignatureRule, TypeParticulars
from licence.types.schema import DataSchema
from licence.types.validity import Period, period_of

__all__ = ["IssuingAuthority", "LicenceType", "TypeNaming"]


@dataclass(frozen=True, kw_only=True)
class IssuingAuthority:
    """An authority that issues licences of a type here."""

    authority: SubjectId
    seal: str | None = None
    """The only seal that it may use for them; None: any that its owner has authorised for licences of the type."""


@dataclass(frozen=True, kw_only=True)
class LicenceType:
    """One version of a type of licences."""

    id: str
    """Of the type; its versions share it."""

    version: int
    """Which version this is, from 1 on."""

    state: TypeState
    last_actor: str
    issuer: SubjectId
    """The authority in charge of the type here: its officers draft, review and publish it."""

    issuing: tuple[IssuingAuthority, ...]
    """Who issues licences of it, the authority in charge among them or not."""

    template: str
    """The name of a ready template, or `sm3:` and the digest of a bundle in the blob store."""

    effective_from: date | None
    """The first day on which it is issued after this version; None while it is not published."""

    particulars: TypeParticulars
    remark: str = ""
    """Why a reviewer refused the draft; empty once it is drafted anew."""

    @property
    def code(self) -> str:
        """The 21-character type code."""
        return self.particulars.code

    @property
    def name(self) -> str:
        """证照类型名称, such as 营业执照."""
        return self.particulars.name

    @property
    def name_en(self) -> str:
        """The English name, such as Business Licence; empty where it has none."""
        return self.particulars.name_en

    @property
    def schema(self) -> Mapping[str, Any]:
        """The data of a licence as a JSON Schema."""
        return self.particulars.schema

    @property
    def fields(self) -> DataSchema:
        """The fields of the data."""
        return self.particulars.fields

    @property
    def signature(self) -> SignatureRule:
        """How its licences are signed."""
        return self.particulars.signature

    @property
    def four_eyes(self) -> frozenset[LicenceEvent]:
        """What happens to a licence only after a second officer has agreed."""
        return self.particulars.four_eyes

    @property
    def number_rule(self) -> NumberRule:
        """How licences get their number."""
        return self.particulars.number

    @property
    def holder_kinds(self) -> frozenset[SubjectKind]:
        """The kinds of subjects that may hold its licences."""
        return frozenset(
            SubjectKind.PERSON if one is HolderCategory.NATURAL_PERSON else SubjectKind.ORGANISATION
            for one in self.particulars.holders
        )

    def holder_kind(self, code: str) -> SubjectKind:
        """Return which kind of holder a code names: where both may hold, the number of a document names a person.

        A credit code has a letter, or an area where a citizen number has another one; of the few that could be both,
        the date of birth and the check character decide.
        """
        if len(self.holder_kinds) == 1:
            return next(iter(self.holder_kinds))
        try:
            lookups_of(code, today=date.max)
        except CitizenNumberMalformed:
            return SubjectKind.ORGANISATION
        return SubjectKind.PERSON

    def lets(self, authority: str, seal: str) -> bool:
        """Tell whether an authority may issue licences of this type with a seal."""
        return any(one.authority == authority and one.seal in (None, seal) for one in self.issuing)

    def record(self, checked: Mapping[str, Value], *, name: str, code: str) -> dict[str, Value]:
        """Return the data of a licence: what `fields.check` returned, with what the registry says of its holder.

        Raise `DataInvalid` or `CharacterNotCovered` with the field.
        """
        return self.fields.complete(checked, {HolderPart.NAME: name, HolderPart.CODE: code})

    def period(self, data: Mapping[str, Any], *, starts: date, today: date, asked: date | None) -> Period:
        """Return from when to when a licence is valid that begins on a day, or raise `DataInvalid`."""
        return period_of(self.particulars.validity, data, starts=starts, today=today, asked=asked)


@dataclass(frozen=True, kw_only=True)
class TypeNaming:
    """How a licence type is called."""

    name: str
    name_en: str
    """Empty where it has none."""

    code: str
