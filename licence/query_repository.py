"""Questions about the licences of an authority, asked so that an index answers each, however many there are."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa

from licence.lifecycle import LicenceState
from licence.tables import LicenceRow
from trust.identifiers import first_id
from trust.rows import Row
from trust.store import Reading

__all__ = ["FEW", "LicenceQuery", "conditions_of", "names_of"]

LICENCES: Final = Row.metadata.tables[LicenceRow.__tablename__]

FEW: Final = 20_000
"""Licences that end within some days: so many are gone through whole, of more the newest are looked for among all."""


@dataclass(frozen=True, kw_only=True)
class LicenceQuery:
    """Which licences of an authority are looked for. What is None does not matter."""

    issuer: str
    type: str | None = None
    type_version: int | None = None
    state: LicenceState | None = None
    number: str | None = None
    identifier: str | None = None
    holder: str | None = None
    issued_from: datetime | None = None
    issued_before: datetime | None = None
    ends_from: date | None = None
    ends_until: date | None = None
    """Last days of validity, both of them included."""

    seal: str | None = None
    valid_on: date | None = None
    """A day on which the validity is not over."""

    def of_holder(self, holder: str) -> "LicenceQuery":
        """Return the same question about one holder."""
        return replace(self, holder=holder)


def names_of(view: Reading, query: LicenceQuery, *, before: str | None, few: int = FEW) -> sa.Select[Any]:
    """Return the statement for the names of the licences that answer a question, newest first.

    They follow the licence `before`. Where few end within the days of a question, an index leads to them: going from
    the newest to the oldest would pass by all others, of which there may be millions.
    """
    of = LICENCES.c
    page = () if before is None else (of.id < before,)
    ends_within, is_narrow = ending_of(query), any((query.number, query.identifier, query.holder))
    if ends_within and not is_narrow:
        ending = sa.select(of.id).where(of.issuer == query.issuer, *ends_within).limit(few + 1).subquery("ending")
        if view.rows(sa.select(sa.func.count()).select_from(ending))[0][0] <= few:
            # They are of the issuer: said again, that would lead to all of the issuer's.
            found = sa.select(of.id).select_from(ending.join(LICENCES, of.id == ending.c.id))
            return found.where(*others_of(query), *page).order_by(of.id.desc())
    return sa.select(of.id).where(*conditions_of(query), *page).order_by(of.id.desc())


def ending_of(query: LicenceQuery) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what the last day of validity must be to answer a question."""
    last = LICENCES.c.last_day
    first_end = () if query.ends_from is None else (last >= query.ends_from,)
    return (*first_end, *(() if query.ends_until is None else (last <= query.ends_until,)))


def conditions_of(query: LicenceQuery) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what a licence must be to answer a question."""
    return LICENCES.c.issuer == query.issuer, *others_of(query)


def others_of(query: LicenceQuery) -> tuple[sa.ColumnElement[bool], ...]:
    """Return what a licence of the issuer must be to answer a question."""
    of, told = LICENCES.c, query
    conditions = [
        None if told.type is None else of.type == told.type,
        None if told.type_version is None else of.type_version == told.type_version,
        None if told.state is None else of.state == told.state.value,
        None if told.number is None else of.number == told.number,
        None if told.identifier is None else of.identifier == told.identifier,
        None if told.holder is None else of.holder == told.holder,
        # Names are in the order of time, and the index in that of names.
        None if told.issued_from is None else of.id >= first_id("lic", at=told.issued_from),
        None if told.issued_before is None else of.id < first_id("lic", at=told.issued_before),
        *ending_of(told),
        None if told.seal is None else of.seal == told.seal,
        None if told.valid_on is None else sa.or_(of.last_day.is_(None), of.last_day >= told.valid_on),
    ]
    return tuple(one for one in conditions if one is not None)
