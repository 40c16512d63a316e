"""Many rows of a registry, made from one real row of each table: other names, other owners, data enciphered anew.

Unlike those of benchmarks/registry.py, which SQLite copies by itself and nobody reads, these rows are read: each is as
the service would have written it, on either database.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa

from trust.rows import METADATA
from trust.store import Store

__all__ = ["Copies"]

AT_ONCE: Final = 5_000
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Copies:
    """Writes copies of rows into the tables of a store."""

    store: Store

    def first(self, table: str, **wanted: object) -> Values:
        """Return the first row of a table that has these values."""
        found = METADATA.tables[table]
        asked = sa.select(found).where(*(found.c[name] == value for name, value in wanted.items())).limit(1)
        with self.store.writer.connect() as connection:
            return dict(connection.execute(asked).mappings().one())

    def write(self, table: str, count: int, change: Callable[[int], Values], **wanted: object) -> None:
        """Write `count` copies of the first row with these values; `change` tells what is another in each, from 0."""
        one = self.first(table, **wanted)
        self.put(table, ({**one, **change(number)} for number in range(count)))

    def put(self, table: str, rows: Iterator[dict[str, Any]]) -> None:
        """Write rows."""
        statement = METADATA.tables[table].insert()
        with self.store.writer.begin() as connection:
            while some := list(islice(rows, AT_ONCE)):
                connection.execute(statement, some)

    def change(self, table: str, **values: object) -> None:
        """Write these values into every row of a table."""
        with self.store.writer.begin() as connection:
            connection.execute(METADATA.tables[table].update().values(**values))

    def analyse(self) -> None:
        """Let the database look at what it holds: PostgreSQL does so by itself, and SQLite is told to once an hour."""
        self.store.take_stock()
        if not self.store.is_sqlite:
            with self.store.writer.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("VACUUM ANALYZE"))
