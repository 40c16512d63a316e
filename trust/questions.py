"""Questions that are asked at each use of something, such as the state of a key before each signature.

A row through the session costs as much as a signature itself. A question is written once, keeps its connections between
two askings, and returns the columns as the driver has them: a twentieth of the cost. It sees what is committed.
"""

import threading
from collections import deque, namedtuple
from typing import Any, Final

from sqlalchemy import Engine, Select
from sqlalchemy.engine.interfaces import DBAPIConnection
from typing_extensions import override

__all__ = ["MOST_CONNECTIONS", "Question", "TypedQuestion"]

ATTEMPTS: Final = 2
"""A connection that was kept may have been closed by the server meanwhile; a new one is tried once."""

MOST_CONNECTIONS: Final = 8
"""Connections of one question: who comes when all are in use waits, for less than it takes to make another. A database
server has a hundred of them for everybody."""


class Question:
    """A SELECT of at most one row, whose columns are told as the driver has them. Safe to share between threads."""

    def __init__(self, engine: Engine, statement: Select[*tuple[Any, ...]]) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self.engine = engine
        self.text = str(compiled)
        self.order = compiled.positiontup
        """The names of the parameters in their order, where the driver takes them so."""

        self.idle: deque[DBAPIConnection] = deque()
        self.turns = threading.BoundedSemaphore(MOST_CONNECTIONS)
        self.error: type[Exception] = engine.dialect.loaded_dbapi.Error

    def ask(self, **parameters: object) -> tuple[Any, ...] | None:
        """Return the columns of the row, or None where there is none. Raise the driver's error."""
        values = parameters if self.order is None else [parameters[name] for name in self.order]
        with self.turns:
            return self.answer(values)

    def answer(self, values: Any) -> tuple[Any, ...] | None:  # noqa: ANN401 - as the driver takes them
        """Ask by a connection that was kept, or by a new one."""
        for _ in range(ATTEMPTS - 1):
            try:
                connection = self.idle.pop()
            except IndexError:
                break
            try:
                return self.read(connection, values)
            except self.error:
                connection.close()
        connection = self.connect()
        try:
            return self.read(connection, values)
        except self.error:
            connection.close()
            raise

    def read(self, connection: DBAPIConnection, values: Any) -> tuple[Any, ...] | None:  # noqa: ANN401 - as the driver takes them
        """Ask by one connection, and keep it for the next."""
        cursor = connection.cursor()
        cursor.execute(self.text, values)
        row: tuple[Any, ...] | None = cursor.fetchone()
        cursor.close()
        self.idle.append(connection)
        return row

    def connect(self) -> DBAPIConnection:
        """Return a connection of our own, without transactions: each question sees what is committed by then."""
        pooled = self.engine.raw_connection()
        connection: Any = pooled.dbapi_connection
        pooled.detach()
        if self.engine.dialect.name == "postgresql":
            connection.rollback()
            connection.autocommit = True
        return connection  # type: ignore[no-any-return] # what SQLAlchemy calls possibly None was just connected

    def close(self) -> None:
        """Close every connection that is not in use."""
        while self.idle:
            self.idle.pop().close()


class TypedQuestion(Question):
    """A SELECT of at most one row, whose columns have their names, and the types that they were declared with."""

    def __init__(self, engine: Engine, statement: Select[*tuple[Any, ...]]) -> None:
        super().__init__(engine, statement)
        columns, dialect = list(statement.selected_columns), engine.dialect
        self.row: Any = namedtuple("Row", [one.key for one in columns], rename=True)  # type: ignore[misc] # noqa: PYI024 - made at run time
        readers = [one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns]
        self.readers = [(place, read) for place, read in enumerate(readers) if read is not None]
        """Of the columns that the driver tells in another way than as we have them."""

    @override
    def ask(self, **parameters: object) -> tuple[Any, ...] | None:
        """Return the row, or None where there is none. Raise the driver's error."""
        found = super().ask(**parameters)
        if found is None:
            return None
        columns = list(found)
        for place, read in self.readers:
            columns[place] = read(columns[place])
        row: tuple[Any, ...] = self.row._make(columns)
        return row
