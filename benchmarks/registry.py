"""A registry with many licences, made by the database itself: copies of one real licence under other names.

Every copy has its own identifiers, number, place in the status list, history and remembered request, so that every
index is as deep as that of a registry in which all of them were issued. Their enciphered data is another licence's:
nobody looks at them.
"""

from typing import Any, Final

from benchmarks.licence_rig import Rig

__all__ = ["fill"]

COUNTED: Final = "WITH RECURSIVE counted(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM counted WHERE n < {last}) "
OTHERS: Final = {
    "licence": {
        "id": "printf('lic_%026d', n)",
        "chain": "printf('lic_%026d', n)",
        "identifier": "printf('1.2.156.3005.2.copy.%012d', n)",
        "digest": "lower(hex(randomblob(16)))",
        "number": "printf('COPY%012d', n)",
        "status_index": "1000000 + n",
        "predecessor": "NULL",
        "stamping": "NULL",
        "file": "lower(hex(randomblob(32)))",
    },
    "licence_event": {"id": "printf('le_%026d', n)", "licence": "printf('lic_%026d', n)"},
    "request": {"key": "printf('copy-%d', n)"},
}
"""What is another with each copy, by table."""

INDEXES: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL"
AT_ONCE: Final = 100_000


def fill(issuer: Rig, count: int) -> None:
    """Bring the registry of an instance up to `count` licences more. One was issued before."""
    store = issuer.instance.base.store
    connection = store.writer.raw_connection()
    try:
        cursor = connection.cursor()
        indexes = [one for table in OTHERS for one in cursor.execute(INDEXES, (table,)).fetchall()]
        for name, _ in indexes:  # made anew afterwards, which is faster than to keep them in order
            cursor.execute(f'DROP INDEX "{name}"')
        for first in range(1, count + 1, AT_ONCE):
            counted = COUNTED.format(first=first, last=min(first + AT_ONCE - 1, count))
            cursor.execute("BEGIN")
            for table, others in OTHERS.items():
                copy(cursor, counted, table, others)
            cursor.execute("COMMIT")
        for _, made in indexes:
            cursor.execute(made)
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute("ANALYZE")
    finally:
        connection.close()


def copy(cursor: Any, counted: str, table: str, others: dict[str, str]) -> None:  # noqa: ANN401 - the driver's
    """Copy the oldest row of a table that was not copied itself."""
    names = [row[1] for row in cursor.execute(f'PRAGMA table_info("{table}")')]
    missing = set(others) - set(names)
    assert not missing, missing
    values = ", ".join(others.get(name, f'told."{name}"') for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    source = f'(SELECT * FROM "{table}" ORDER BY rowid LIMIT 1)'  # noqa: S608 - names of ours
    inserted = f'INSERT INTO "{table}" ({columns}) {counted}SELECT {values} FROM counted, {source} AS told'  # noqa: S608 - likewise
    cursor.execute(inserted)
