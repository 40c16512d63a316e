"""`trust remove-demonstration`: a demonstration goes, with everything that was made up. Nothing else ever does."""

import shutil
from contextlib import closing
from typing import Annotated

import typer
from rich.console import Console

from api import migrations
from api.setting_up import is_demonstration, operator_of
from api.settings import Settings
from api.wiring import Instance

__all__ = ["app"]

app = typer.Typer()
console = Console()
errors = Console(stderr=True)


@app.command()
def remove(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: for scripts")] = False,
) -> None:
    """Remove a demonstration: its database, keys and files. Run it while the service is stopped.

    The operator's name in its root certificate says whether it is one; anything else is refused. Exit 1 then.
    """
    settings = Settings.read()
    instance = Instance.open(settings)
    with closing(instance.base.store) as store:
        with store.reading() as view:
            operator = operator_of(instance, view)
        if not is_demonstration(operator):
            errors.print(f"{operator} is no demonstration: nothing was removed", highlight=False, markup=False)
            raise typer.Exit(1)
        if not yes:
            typer.confirm(f"Remove {operator} with everything in {settings.data_dir}?", abort=True)
        if settings.database_url:
            migrations.remove(store.writer)
    shutil.rmtree(settings.data_dir)
    console.print(f"removed: {operator}", highlight=False, markup=False)
