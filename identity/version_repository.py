"""Reads how often a subject was changed, for whoever wants to know whether what was said of it is still so."""

from typing import Final

from sqlalchemy import bindparam, select
from sqlmodel import col

from identity.tables import OrganisationRow, PersonRow

__all__ = ["VERSION_OF_ORGANISATION", "VERSION_OF_PERSON"]

VERSION_OF_ORGANISATION: Final = select(col(OrganisationRow.version)).where(
    col(OrganisationRow.id) == bindparam("name")
)
VERSION_OF_PERSON: Final = select(col(PersonRow.version)).where(col(PersonRow.id) == bindparam("name"))
"""What grows with every change of a subject."""
