"""Taking our tables out of a database: all of them or none, and nobody else's."""

from typing import Final

from sqlalchemy import Engine, MetaData, Table, inspect, text
from sqlalchemy.exc import OperationalError

from api.migrations.every_table import METADATA
from trust.engines import APPLICATION

__all__ = ["is_in_use", "others", "ours", "remove"]

VERSIONS: Final = "alembic_version"

SESSIONS: Final = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = :name AND pid <> pg_backend_pid()"
)


def ours(engine: Engine) -> frozenset[str]:
    """Return the tables of the database that are ours: this program's, and the one that says where they stand."""
    return frozenset(inspect(engine).get_table_names()) & {*METADATA.tables, VERSIONS}


def others(engine: Engine) -> frozenset[str]:
    """Return the tables of the database that are not ours."""
    return frozenset(inspect(engine).get_table_names()) - ours(engine)


def is_in_use(engine: Engine) -> bool:
    """Tell whether another process of ours, such as one that serves, is connected to the database now.

    PostgreSQL names the programs that are; SQLite lets nobody leave its write-ahead log who is not alone. So `engine`
    must be one that no connection of this process is open beside.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            return bool(connection.execute(SESSIONS, {"name": APPLICATION}).scalar_one())
        try:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            return bool(connection.exec_driver_sql("PRAGMA journal_mode=DELETE").scalar_one() != "delete")
        except OperationalError:
            return True


def remove(engine: Engine) -> None:
    """Remove our tables with everything in them; whatever else stands in the database stays."""
    with engine.begin() as connection:
        METADATA.drop_all(connection)
        Table(VERSIONS, MetaData()).drop(connection, checkfirst=True)
