"""The command line `trust`: each command is a module of its own, which is loaded when it is called.

So the process that holds the keys loads nothing that reads foreign files or answers the world, and a command that needs
little starts at once.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typing_extensions import override

from api.terminal import complain
from trust.errors import TrustError

__all__ = ["main"]

MODULES: Final = {
    "verify": "file_command",
    "init": "founding_command",
    "add-security-administrator": "administrator_command",
    "migrate": "migrating_command",
    "serve": "serving_command",
    "doctor": "doctor_command",
    "demo": "demo_command",
    "audit": "audit_command",
    "bulk": "bulk_command",
    "custody": "custody_command",
    "import-persons": "persons_command",
    "keys": "keys_command",
    "notices": "notices_command",
    "pki": "pki_command",
    "time": "time_command",
    "trust-list": "trust_list_command",
    "types": "types_command",
}
"""The module of each command: its `app` is the command, or holds several."""


@contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage while modules are loaded: they stay, and looking takes a fifth of the time."""
    looking = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looking:
            gc.enable()


class Commands(TyperGroup):
    """The commands, each loaded by its name."""

    @override
    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names."""
        return [*MODULES]

    @override
    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return a command, or None where there is none by this name."""
        if cmd_name not in MODULES:
            return None
        with loading():
            module = import_module(f"api.{MODULES[cmd_name]}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False)


@app.callback()
def trust() -> None:
    """信印 Xinyin: unified identity, seals, licences."""


def main() -> None:
    """Run the command line; our own errors end it with their words instead of a traceback."""
    try:
        app()
    except TrustError as error:
        complain(error)
        raise SystemExit(1) from None


if __name__ == "__main__":
    main()
