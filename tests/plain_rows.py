"""Rows of few words: what a list is tested with, where what the rows refer to is of no matter."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, LargeBinary, Table, TypeDecorator

from tests.fakes.clock import NOW
from trust.rows import Row
from trust.store import Store

__all__ = ["put_rows"]


def some_value(column: "Column[Any]") -> Any:  # noqa: ANN401, PLR0911 - of the column's type; a line for each
    """Return a value that a column holds, where any will do."""
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    match kind:
        case DateTime():
            return NOW
        case Date():
            return NOW.date()
        case JSON():
            return {}
        case Boolean():
            return False
        case Integer():
            return 1
        case LargeBinary():
            return b""
        case _:
            return ""


def put_rows(store: Store, table: type[Row], *rows: Mapping[str, Any]) -> None:
    """Put rows into a table, with any value where none is named, and nothing there that they refer to."""
    there: Table = Row.metadata.tables[str(table.__tablename__)]
    needed = [one for one in there.columns if not one.nullable]
    filled = [{**{one.name: some_value(one) for one in needed}, **row} for row in rows]
    with store.writer.connect() as connection:
        off = "PRAGMA foreign_keys=OFF" if store.is_sqlite else "SET session_replication_role = replica"
        on = "PRAGMA foreign_keys=ON" if store.is_sqlite else "SET session_replication_role = origin"
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute(off)
        connection.begin()
        for row in filled:
            connection.execute(there.insert(), row)
        connection.commit()
        raw.execute(on)
