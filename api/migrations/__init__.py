"""Database migrations: from the first table on, for SQLite and PostgreSQL alike."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from trust.store import unavailable_when_down

__all__ = ["current", "head", "knows", "upgrade"]

FOLDER = Path(__file__).parent


def configuration(engine: Engine | None = None) -> Config:
    """Return Alembic's configuration, with the engine that its environment shall use."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Bring the database up to the newest migration."""
    command.upgrade(configuration(engine), "head")


def head() -> str | None:
    """Return the newest migration that this program knows."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def knows(revision: str) -> bool:
    """Tell whether a migration is one of this program's."""
    return any(one.revision == revision for one in ScriptDirectory.from_config(configuration()).walk_revisions())


def current(engine: Engine) -> str | None:
    """Return the migration that the database stands at. Raise `StoreUnavailable`."""
    with unavailable_when_down(), engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
