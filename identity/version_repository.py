"""Reads how often a subject was changed, for whoever wants to know whether what was said of it is still so."""

from typing import Final

from sqlalchemy import Integer, bindparam, func, literal_column, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from identity.tables import OrganisationRow, PersonRow

__all__ = ["VERSION_OF_ORGANISATION", "VERSION_OF_PERSON"]

VERSION_OF_ORGANISATION: Final = select(col(OrganisationRow.version)).where(
    col(OrganisationRow.id) == bindparam("name")
)
NOTHING: Final = literal_column("0", Integer)
"""Written out: a question takes no parameter but the name."""

SURVIVOR: Final = aliased(PersonRow)
VERSION_OF_PERSON: Final = (
    select(col(PersonRow.version) + func.coalesce(col(SURVIVOR.version), NOTHING))
    .outerjoin(SURVIVOR, col(SURVIVOR.id) == col(PersonRow.merged_into))
    .where(col(PersonRow.id) == bindparam("name"))
)
"""What grows with every change of a subject, and of the one into whom a person was merged."""
