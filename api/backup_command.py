"""`trust backup`: a copy of the instance, and the proof that an instance that was put back is whole."""

from pathlib import Path
from typing import Annotated

import typer

from api.backup import MANIFEST, lost_files, make_backup
from api.keys_command import instance
from api.settings import Settings
from api.terminal import terminal

__all__ = ["app"]

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="A copy of the instance, made while it serves; whether an instance has every file that it refers to.",
)
console = terminal()


@app.command()
def make(
    folder: Annotated[
        Path, typer.Argument(file_okay=False, help="Where the copy goes; an earlier one there is renewed")
    ],
) -> None:
    """Copy database and files into a folder, while the service goes on; never the root key, which is kept apart.

    A database on PostgreSQL is copied with pg_dump first: this copies its files.
    """
    made = make_backup(Settings.read(), folder)
    database = "" if made.has_database else "; the database is PostgreSQL's: pg_dump it before, never after"
    console.print(
        f"{folder}: {made.files} files, {made.new} of them new, trail up to {made.sequence}{database}",
        highlight=False,
        soft_wrap=True,
    )
    console.print(f"finished: {folder / MANIFEST}; the root key is not in it", highlight=False, soft_wrap=True)


@app.command()
def check() -> None:
    """Read every file that the instance in TRUST_DATA_DIR refers to. Exit 1 where one is lost.

    For a copy that was put back, before it serves: its keys have to open, and so the root key has to be there.
    """
    with instance() as opened:
        lost = list(lost_files(opened))
    for one in lost:
        console.print(f"lost: {one.file} of {one.table}", highlight=False, soft_wrap=True)
    if lost:
        raise typer.Exit(1)
    console.print("every file is there, and as it was written", highlight=False)
