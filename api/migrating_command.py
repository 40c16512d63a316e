"""`trust migrate`: the database of an instance is brought up to this program."""

from contextlib import closing

import typer
from rich.console import Console

from api import migrations
from api.foundation import Foundation
from api.settings import Settings

__all__ = ["app"]

app = typer.Typer()
console = Console()


@app.command()
def migrate() -> None:
    """Bring the database of the instance up to this program. Run it while the service is stopped."""
    base = Foundation.open(Settings.read())
    with closing(base.store) as store:
        migrations.upgrade(store.writer)
        base.record_root()
    console.print(f"migrated to {migrations.head()}")
