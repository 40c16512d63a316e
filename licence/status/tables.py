"""The table of status lists."""

from sqlmodel import Field

from trust.rows import Row

__all__ = ["StatusListRow"]


class StatusListRow(Row, table=True):
    """The number of a type's status list. Nothing here is ever changed: printed codes name it."""

    __tablename__ = "status_list"

    code: str = Field(primary_key=True)
    number: int = Field(unique=True)
