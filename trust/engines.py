"""What every connection to a database is told when it is opened, whichever store it belongs to."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Engine, event
from sqlalchemy.engine import Connection

__all__ = ["APPLICATION", "NAMED", "prepare_sqlite"]

APPLICATION: Final = "xinyin"
"""What PostgreSQL calls our connections, for its operator, and for whoever asks whether we run."""

NAMED: Final[Mapping[str, str]] = {"application_name": APPLICATION}

SQLITE_BUSY_TIMEOUT: Final = 30_000
"""Milliseconds that a writer of another process may hold the database."""


def prepare_sqlite(engine: Engine, *, begin: str, read_only: bool) -> None:
    """Make each connection of `engine` durable, enforce foreign keys, and begin its transactions with `begin`."""

    def on_connect(connection: Any, _record: object) -> None:  # noqa: ANN401 - whatever the driver's connection is
        connection.isolation_level = None  # the driver must not begin transactions by itself
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what was deleted is overwritten, such as the envelope of a destroyed key
            f"busy_timeout={SQLITE_BUSY_TIMEOUT}",
            f"query_only={'ON' if read_only else 'OFF'}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
