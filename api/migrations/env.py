"""Alembic's environment: which tables there are, and how migrations run on them."""

from typing import Literal

from alembic import context
from sqlalchemy import Engine
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from api.migrations.every_table import METADATA


def render_type(kind: str, value: object, _context: object) -> str | Literal[False]:
    """Write SQLModel's own types into migrations by short names that do not depend on its inner modules."""
    if kind == "type" and isinstance(value, AutoString):
        return "sa.String()"
    if kind == "type" and isinstance(value, UTCDateTime):
        return "UTCDateTime()"
    return False


def run(engine: Engine) -> None:
    """Run the migrations that are asked for, each in a transaction."""
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=METADATA,
            render_as_batch=connection.dialect.name == "sqlite",  # SQLite cannot alter a table in place
            transaction_per_migration=True,
            compare_type=True,
            render_item=render_type,
        )
        with context.begin_transaction():
            context.run_migrations()


run(context.config.attributes["engine"])
