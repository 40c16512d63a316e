"""`trust doctor`: what this machine and this instance offer."""

import typer
from rich.console import Console
from rich.text import Text

from api import logs
from api.doctor import diagnose
from api.settings import Settings

__all__ = ["app"]

app = typer.Typer(add_completion=False)
console = Console()


@app.command()
def doctor() -> None:
    """Say what this machine and this instance offer, what is missing, and how to mend it."""
    logs.configure()
    healthy = True
    for one in diagnose(Settings.read()):
        mark = ("✓", "green") if one.ok else ("✗", "red") if one.needed else ("–", "yellow")
        console.print(Text.assemble(mark, f" {one.name:14} {one.told}"), soft_wrap=True, highlight=False)
        healthy = healthy and (one.ok or not one.needed)
    raise typer.Exit(0 if healthy else 1)
