"""Alembic's environment: which tables there are, and how migrations run on them."""

from typing import Literal

from alembic import context
from sqlalchemy import Engine
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

import api.verification_jobs.tables
import identity.authentication.tables
import identity.delegation.tables
import identity.notices.tables
import identity.openid.tables
import identity.proofing.tables
import identity.recovery.tables
import identity.subjects.tables
import identity.tables
import keys.tables
import licence.bulk.tables
import licence.live.tables
import licence.pictures.tables
import licence.sharing.tables
import licence.status.tables
import licence.tables
import licence.types.tables
import seal.tables
import trust.tables
from trust.rows import METADATA

__all__ = ["TABLES"]

TABLES = (
    trust.tables,
    keys.tables,
    identity.subjects.tables,
    identity.tables,
    identity.delegation.tables,
    identity.notices.tables,
    identity.openid.tables,
    identity.proofing.tables,
    identity.recovery.tables,
    seal.tables,
    licence.tables,
    licence.bulk.tables,
    licence.live.tables,
    licence.pictures.tables,
    licence.sharing.tables,
    licence.status.tables,
    licence.types.tables,
    api.verification_jobs.tables,
)
"""Imported so that METADATA knows every table."""


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
