"""The base of every table in the house: one metadata, one naming convention, one way to hold a version."""

from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlalchemy.orm import declared_attr, registry
from sqlmodel import Field, SQLModel

__all__ = ["METADATA", "LivingRow", "Row"]

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every constraint gets a name of its own, so that a migration can drop it on any database."""


class Row(SQLModel, registry=registry(metadata=METADATA)):
    """A row of a table. It is storage, not a value: SQLModel does not validate it, the repository's dataclasses do."""

    __abstract__: ClassVar[bool] = True


class LivingRow(Row):
    """A row of something that has a life. Two writers of one version cannot both win."""

    __abstract__: ClassVar[bool] = True

    version: int = Field(default=1)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:  # noqa: N805 - SQLAlchemy calls it with the class
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined] # set by the metaclass
