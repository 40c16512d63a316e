"""`trust migrate`: the database of an instance is brought up to this program."""

from contextlib import closing

import typer
from rich.console import Console

from api import migrations
from api.settings import Settings
from api.starting import DatabaseAhead, founded, require_stopped, standing

__all__ = ["app"]

app = typer.Typer(add_completion=False)
console = Console()


@app.command()
def migrate() -> None:
    """Bring the database of the instance up to this program. Run it while the service is stopped.

    Nothing leads back but a backup: make one first. Refused while a process of the instance is connected.
    """
    settings = Settings.read()
    base = founded(settings)
    require_stopped(settings)
    with closing(base.store) as store:
        before, wrong = migrations.current(store.writer), standing(store.writer)
        if isinstance(wrong, DatabaseAhead):
            raise wrong
        migrations.upgrade(store.writer)
        base.record_root()
    told = "nothing to do, the database stands at" if wrong is None else f"migrated from {before} to"
    console.print(f"{told} {migrations.head()}", highlight=False)
