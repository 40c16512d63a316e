"""What every connection to a database is told when it is opened, whichever store it belongs to."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import URL, Engine, event
from sqlalchemy.engine import Connection

__all__ = ["APPLICATION", "postgresql_options", "prepare_sqlite"]

APPLICATION: Final = "xinyin"
"""What PostgreSQL calls our connections, for its operator, and for whoever asks whether we run."""

POSTGRESQL: Final[Mapping[str, str]] = {
    "application_name": APPLICATION,
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""What libpq is told: a server whose machine is gone is given up after a minute, so that nobody waits for it for ever.

Seconds, and milliseconds for the last; PostgreSQL's documentation of libpq, 34.1.2.
"""

SQLITE_BUSY_TIMEOUT: Final = 30_000
"""Milliseconds that a writer of another process may hold the database."""


def postgresql_options(url: URL) -> dict[str, str]:
    """Return what libpq is told besides what its operator says in the address."""
    return {name: value for name, value in POSTGRESQL.items() if name not in url.query}


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
