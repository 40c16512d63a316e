"""Identity documents 证件: what a natural person shows to be registered, in a closed set of kinds, and their numbers.

Three kinds bear a number of GB 11643-1999: the resident identity card, the residence permit of residents of Hong Kong,
Macao and Taiwan, and the newer foreigner's permanent resident card. What such a number says decides which of the three
it is. The forms of the others could not be confirmed by the text of a standard: they stand in `FORMS`, this one place
(docs/divergences.md).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from typing_extensions import override

from identity.citizen_number import CitizenNumber
from identity.errors import CitizenNumberMalformed, DocumentMalformed

__all__ = ["CITIZEN_INDEX", "CITIZEN_KINDS", "DocumentKind", "IdentityDocument", "ShownDocument", "lookups_of"]


class DocumentKind(StrEnum):
    """What kind of document it is."""

    RESIDENT_IDENTITY_CARD = "resident_identity_card"  # 居民身份证
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证
    PERMANENT_RESIDENT_CARD = "permanent_resident_card"  # 外国人永久居留身份证
    TRAVEL_PERMIT_HONG_KONG_MACAO = "travel_permit_hong_kong_macao"  # 港澳居民来往内地通行证
    TRAVEL_PERMIT_TAIWAN = "travel_permit_taiwan"  # 台湾居民来往大陆通行证
    PASSPORT = "passport"  # 护照


CITIZEN_KINDS: Final = frozenset(
    {DocumentKind.RESIDENT_IDENTITY_CARD, DocumentKind.RESIDENCE_PERMIT, DocumentKind.PERMANENT_RESIDENT_CARD}
)
"""Kinds that bear a number of GB 11643."""

FORMS: Final[Mapping[DocumentKind, re.Pattern[str]]] = {
    # The card of before 2023: three letters of the country, twelve digits.
    DocumentKind.PERMANENT_RESIDENT_CARD: re.compile(r"[A-Z]{3}[0-9]{12}"),
    # Eight digits for life; two more that count the cards are no part of who somebody is, and are taken off.
    DocumentKind.TRAVEL_PERMIT_HONG_KONG_MACAO: re.compile(r"([HM][0-9]{8})(?:[0-9]{2})?"),
    # Eight digits on cards; ten, with or without a letter, in the booklets of before.
    DocumentKind.TRAVEL_PERMIT_TAIWAN: re.compile(r"[0-9]{8}|[0-9]{10}[A-Z]?"),
    # The number as it stands in the machine-readable zone, without its fillers (ICAO Doc 9303-4).
    DocumentKind.PASSPORT: re.compile(r"[A-Z0-9]{5,9}"),
}
"""UNCONFIRMED: public programs and explanations agree on these forms; no standard's text was at hand."""

COUNTRY: Final = re.compile(r"[A-Z]{3}")
"""Three letters of ISO 3166-1, as ICAO Doc 9303-3 uses them; which of them exist is not looked at."""

RESIDENCE_AREAS: Final = ("810000", "820000", "830000")
FOREIGN_FIRST: Final = "9"

CITIZEN_INDEX: Final = "citizen number"
"""The kind under which numbers of GB 11643 are found: one number is one person, on whichever card it stands."""


def citizen_kind(number: CitizenNumber) -> DocumentKind:
    """Return on which kind of card a number of GB 11643 stands."""
    if number.value.startswith(RESIDENCE_AREAS):
        return DocumentKind.RESIDENCE_PERMIT
    if number.value.startswith(FOREIGN_FIRST):
        return DocumentKind.PERMANENT_RESIDENT_CARD
    return DocumentKind.RESIDENT_IDENTITY_CARD


@dataclass(frozen=True, kw_only=True)
class IdentityDocument:
    """A document whose number is right for its kind. Nothing else can be built; it shows itself masked."""

    kind: DocumentKind
    number: str
    country: str = ""
    """Who issued it, in three letters, for passports alone: their numbers are counted by each country for itself."""

    valid_until: date | None = None
    """Its last day; None where it has none (长期) or where that is not known."""

    def __post_init__(self) -> None:
        if (self.kind is DocumentKind.PASSPORT) is not bool(self.country):
            raise DocumentMalformed(kind=self.kind.value, fault="country")
        if self.country and not COUNTRY.fullmatch(self.country):
            raise DocumentMalformed(kind=self.kind.value, fault="country")
        if self.kind in CITIZEN_KINDS and not self.is_of_form:
            if citizen_kind(CitizenNumber(self.number)) is not self.kind:
                raise DocumentMalformed(kind=self.kind.value, fault="kind")
        elif not self.is_of_form or self.normal != self.number:
            raise DocumentMalformed(kind=self.kind.value, fault="form")

    @classmethod
    def of_citizen(cls, number: CitizenNumber) -> "IdentityDocument":
        """Return the document on which a citizen number stands."""
        return cls(kind=citizen_kind(number), number=number.value)

    @classmethod
    def parse(
        cls, kind: DocumentKind, text: str, *, today: date, country: str = "", valid_until: date | None = None
    ) -> "IdentityDocument":
        """Read what a person typed: spaces around it and small letters are forgiven.

        Raise `CitizenNumberMalformed`, `DocumentMalformed` with the fault: kind, form, country, or expired.
        """
        number = text.strip().upper()
        form = FORMS.get(kind)
        found = None if form is None else form.fullmatch(number)
        if found is not None:
            number = found[found.lastindex or 0]
        elif kind in CITIZEN_KINDS:
            number = CitizenNumber.parse(text, today=today).value
        read = cls(kind=kind, number=number, country=country.strip().upper(), valid_until=valid_until)
        if valid_until is not None and valid_until < today:
            raise DocumentMalformed(kind=kind.value, fault="expired")
        return read

    @property
    def is_of_form(self) -> bool:
        """Whether the number has the form of its kind, of those that have one beside GB 11643."""
        form = FORMS.get(self.kind)
        return form is not None and form.fullmatch(self.number) is not None

    @property
    def normal(self) -> str:
        """The number without what is no part of who somebody is."""
        found = FORMS[self.kind].fullmatch(self.number)
        return self.number if found is None else found[found.lastindex or 0]

    @property
    def citizen_number(self) -> CitizenNumber | None:
        """The number of GB 11643 on it, if it bears one."""
        return CitizenNumber(self.number) if self.kind in CITIZEN_KINDS and not self.is_of_form else None

    @property
    def lookup(self) -> tuple[str, str]:
        """By what it is found again: the kind of index, and the value in it."""
        if self.citizen_number is not None:
            return CITIZEN_INDEX, self.number
        return f"identity document {self.kind}", f"{self.country}{self.number}"

    @property
    def masked(self) -> str:
        """The number as it may be shown: of a citizen number the area's beginning, of others the first, and the end."""
        if self.citizen_number is not None:
            return self.citizen_number.masked
        return self.number[0] + "*" * (len(self.number) - 3) + self.number[-2:]

    def has_expired(self, today: date) -> bool:
        """Tell whether its last day is over."""
        return self.valid_until is not None and self.valid_until < today

    @override
    def __repr__(self) -> str:
        return f"IdentityDocument({self.kind.value} {self.masked})"


@dataclass(frozen=True, kw_only=True)
class ShownDocument:
    """A document as somebody shows it, of which nothing is checked yet. It shows itself without its number."""

    kind: DocumentKind
    number: str = field(repr=False)
    country: str = ""
    valid_until: date | None = None

    def read(self, *, today: date) -> IdentityDocument:
        """Return the document. Raise what `IdentityDocument.parse` raises."""
        return IdentityDocument.parse(
            self.kind, self.number, today=today, country=self.country, valid_until=self.valid_until
        )


def lookups_of(code: str, *, today: date) -> tuple[tuple[str, str], ...]:
    """Return by what a person may be found who gave a number and no kind; nothing where no document bears it.

    Not by passports, whose numbers mean nothing without the country. Raise `CitizenNumberMalformed` for what looks like
    no document at all.
    """
    found: dict[tuple[str, str], None] = {}
    for kind in (
        DocumentKind.PERMANENT_RESIDENT_CARD,
        DocumentKind.TRAVEL_PERMIT_HONG_KONG_MACAO,
        DocumentKind.TRAVEL_PERMIT_TAIWAN,
    ):
        if FORMS[kind].fullmatch(code.strip().upper()):
            found[IdentityDocument.parse(kind, code, today=today).lookup] = None
    try:
        found[CITIZEN_INDEX, CitizenNumber.parse(code, today=today).value] = None
    except CitizenNumberMalformed:
        if not found:
            raise
    return tuple(found)
