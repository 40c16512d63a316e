"""Reads how subjects are called and how often they were changed, as a part of what others ask in one statement.

A check of a QR code asks for a licence, its issuer and its holder at once: they are joined to what is asked for here.
"""

from typing import Final

from sqlalchemy import FromClause, Subquery, select

from identity.subject import SubjectKind
from identity.tables import OrganisationRow, PersonRow
from trust.rows import Row

__all__ = ["PERSONS_BEGIN", "organisations_as", "persons_as"]

ORGANISATIONS: Final[FromClause] = Row.metadata.tables[OrganisationRow.__tablename__]
PERSONS: Final[FromClause] = Row.metadata.tables[PersonRow.__tablename__]

PERSONS_BEGIN: Final = SubjectKind.PERSON.value
"""With which the identifiers of persons begin."""


def organisations_as(alias: str) -> Subquery:
    """Return organisations to be joined: how they are called, stand, and how often they were changed."""
    of = ORGANISATIONS.c
    return select(of.id, of.name, of.state, of.version).subquery(alias)


def persons_as(alias: str) -> Subquery:
    """Return persons to be joined: their enciphered data, how they stand, and how often they were changed."""
    of = PERSONS.c
    return select(of.id, of.protected, of.state, of.version, of.merged_into).subquery(alias)
