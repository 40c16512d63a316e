"""Rows of no meaning, for what must be there because something else refers to it."""

from sqlalchemy import Engine

__all__ = ["MOMENT", "put"]

MOMENT = "2026-01-01 00:00:00.000000"


def put(engine: Engine, *statements: str, seal: str) -> None:
    """Execute statements about a seal of no meaning, on SQLite; what the seal refers to is not what is tested.

    Moments are `:at` in them.
    """
    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    columns = cursor.execute("PRAGMA table_info(seal)").fetchall()
    needed = [(name, kind) for _, name, kind, is_needed, *_ in columns if is_needed and name != "id"]
    values = [1 if "INT" in kind or "BOOL" in kind else MOMENT if "DATE" in kind else "{}" for _, kind in needed]
    names = ", ".join(["id", *(name for name, _ in needed)])
    marks = ", ".join("?" * (len(needed) + 1))
    cursor.execute(f"INSERT INTO seal ({names}) VALUES ({marks})", [seal, *values])  # noqa: S608 - names of columns
    for one in statements:
        cursor.execute(one, {"at": MOMENT})
    cursor.execute("PRAGMA foreign_keys=ON")
    raw.close()
