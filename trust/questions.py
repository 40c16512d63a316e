"""Questions that are asked at each use of something, such as the state of a key before each signature.

A row through the session costs as much as a signature itself. A question is written once, keeps its connections between
two askings, and returns the columns as the driver has them: a twentieth of the cost. It sees what is committed.
"""

from collections import deque
from typing import Any, Final

from sqlalchemy import Engine, Select
from sqlalchemy.engine.interfaces import DBAPIConnection

__all__ = ["Question"]

ATTEMPTS: Final = 2
"""A connection that was kept may have been closed by the server meanwhile; a new one is tried once."""


class Question:
    """A SELECT of at most one row. Safe to share between threads."""

    def __init__(self, engine: Engine, statement: Select[*tuple[Any, ...]]) -> None:
        compiled = statement.compile(dialect=engine.dialect)
        self.engine = engine
        self.text = str(compiled)
        self.order = compiled.positiontup
        """The names of the parameters in their order, where the driver takes them so."""

        self.idle: deque[DBAPIConnection] = deque()
        self.error: type[Exception] = engine.dialect.loaded_dbapi.Error

    def ask(self, **parameters: object) -> tuple[Any, ...] | None:
        """Return the columns of the row, or None where there is none. Raise the driver's error."""
        values = parameters if self.order is None else [parameters[name] for name in self.order]
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
