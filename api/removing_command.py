"""`trust remove-demonstration`: a demonstration goes, with everything that was made up. Nothing else ever does.

What goes is what the service has made: its own tables, the folders of its keys, files and sockets. A table of another
program in the same database stays, and so does a file that somebody has put beside the instance.
"""

import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import sqlalchemy as sa
import typer
from rich.console import Console
from sqlalchemy.pool import NullPool

from api.migrations import removal
from api.migrations.every_table import METADATA
from api.setting_up import is_demonstration, operator_of
from api.settings import Settings
from api.wiring import Instance

__all__ = ["app"]

app = typer.Typer(add_completion=False)
console = Console()
errors = Console(stderr=True)

COUNTED: Final = ("licence", "seal", "person", "organisation", "audit_event")
"""Tables by which an operator knows again what is in an instance."""

BESIDE: Final = ("", "-wal", "-shm", "-journal")
"""What SQLite appends to the name of a database for the files that go with it."""


@dataclass(frozen=True, kw_only=True)
class Removal:
    """What goes with a demonstration, and what stays."""

    settings: Settings
    operator: str
    engine: sa.Engine
    tables: frozenset[str]
    foreign: frozenset[str]
    counts: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, settings: Settings, operator: str) -> "Removal":
        """Look at what there is."""
        engine = sa.create_engine(settings.database, hide_parameters=True, poolclass=NullPool)
        with engine.connect() as connection:
            counts = [
                (name, connection.execute(sa.select(sa.func.count()).select_from(METADATA.tables[name])).scalar_one())
                for name in COUNTED
            ]
        return cls(
            settings=settings,
            operator=operator,
            engine=engine,
            tables=removal.ours(engine),
            foreign=removal.others(engine),
            counts=tuple(counts),
        )

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders that the service has made."""
        return self.settings.data_dir / "keys", self.settings.blobs, self.settings.data_dir / "custody"

    @property
    def files(self) -> tuple[Path, ...]:
        """The files of the database, where it is SQLite and nothing else stands in it."""
        name = self.engine.url.database
        if self.engine.dialect.name != "sqlite" or name is None or self.foreign:
            return ()
        return tuple(Path(f"{name}{end}") for end in BESIDE)

    @property
    def staying(self) -> tuple[str, ...]:
        """What stays in the database and beside the instance."""
        mine = {one.absolute() for one in (*self.folders, *self.files)}
        beside = [str(one) for one in sorted(self.settings.data_dir.iterdir()) if one.absolute() not in mine]
        return (*(f"table {name}" for name in sorted(self.foreign)), *beside)

    @property
    def told(self) -> tuple[str, ...]:
        """What goes and what stays, in words."""
        address = self.engine.url.render_as_string(hide_password=True)
        counts = ", ".join(f"{count} × {name.replace('_', ' ')}" for name, count in self.counts)
        folders = [str(one) for one in self.folders if one.exists()]
        lines = [
            f"{self.operator} is a demonstration. This removes for good, and no backup is made:",
            f"  the {len(self.tables)} tables of this service in {address}",
            f"  with {counts}",
            *(f"  {one} with everything in it" for one in folders),
        ]
        key = self.settings.root_key
        if key.exists() and key.absolute().parent not in {one.absolute() for one in self.folders}:
            lines.append(f"The root key in {key} stays: it is yours to destroy.")
        return (*lines, *(f"{one} stays: it is not of this service." for one in self.staying))

    def run(self) -> None:
        """Remove it: the database first, without which the keys open nothing, then keys and files."""
        removal.remove(self.engine)
        for file in self.files:
            file.unlink(missing_ok=True)
        for folder in self.folders:
            if folder.exists():
                shutil.rmtree(folder)
        if not any(self.settings.data_dir.iterdir()):
            self.settings.data_dir.rmdir()


@app.command()
def remove(
    *,
    operator: Annotated[
        str, typer.Option("--operator", help="The operator's name, as its root certificate says it: for scripts")
    ] = "",
) -> None:
    """Remove a demonstration: its database, keys and files. Stop the service first.

    The operator's name in its root certificate says whether it is one; anything else is refused, and so is one that is
    in use. Says what goes, and asks for that name. Exit 1 where nothing was removed.
    """
    settings = Settings.read()
    instance = Instance.open(settings)
    with closing(instance.base.store) as store, store.reading() as view:
        name = operator_of(instance, view)
    if not is_demonstration(name):
        refuse(f"{name} is no demonstration")
    found = Removal.of(settings, name)
    require_stopped(found)
    for line in found.told:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if (operator or typer.prompt("To remove it, type the operator's name")) != name:
        refuse(f"the operator is called {name}")
    require_stopped(found)  # it may have been started while somebody was typing
    found.run()
    console.print(f"removed: {name}", highlight=False, markup=False)


def require_stopped(found: Removal) -> None:
    """Return where no process of the instance is there, else end the command."""
    if removal.is_in_use(found.engine):
        refuse("the instance is in use: stop its service, its workers for bulk jobs and its custody process")


def refuse(why: str) -> None:
    """Say why nothing was removed, and end the command."""
    errors.print(f"{why}: nothing was removed", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(1)
