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
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command
from typing_extensions import override

from api.terminal import complain
from trust.errors import TrustError

__all__ = ["main"]

MODULES: Final = {
    "verify": (
        "file_command",
        "Judge files. Exit 0 when all are valid, 1 when one is invalid, else 2 when one is undetermined.",
    ),
    "init": (
        "founding_command",
        "Hold the founding ceremony: root key, database, authorities, administrators and registrars.",
    ),
    "add-security-administrator": (
        "administrator_command",
        "Add a security administrator, where fewer than two are left; two appoint all others.",
    ),
    "enter-demonstration": (
        "entering_command",
        "Log in to a demonstration as one of its people: who there is, and a new activation code for one of them.",
    ),
    "remove-demonstration": (
        "removing_command",
        "Remove a demonstration: its database, keys and files. Stop the service first.",
    ),
    "migrate": (
        "migrating_command",
        "Bring the database of the instance up to this program. Run it while the service is stopped.",
    ),
    "serve": (
        "serving_command",
        "Serve the instance in TRUST_DATA_DIR until it is told to stop; requests under way are finished.",
    ),
    "doctor": ("doctor_command", "Say what this machine and this instance offer, what is missing, and how to mend it."),
    "demo": (
        "demo_command",
        "Play the main job through the public API, each step by its person, and leave the evidence in a folder.",
    ),
    "audit": ("audit_command", "The audit trail: whether it holds, checkpoints elsewhere, proofs."),
    "backup": (
        "backup_command",
        "A copy of the instance, made while it serves; whether an instance has every file that it refers to.",
    ),
    "bulk": ("bulk_command", "Bulk jobs: many licences from a table, checked, started, watched."),
    "custody": ("custody_command", "The custody process: keys where no web process can read them."),
    "import-persons": (
        "persons_command",
        "Take the accounts of a platform from a file. Exit 2 when some lines were refused.",
    ),
    "keys": ("keys_command", "Keys in custody: versions, rotation, backup, destruction."),
    "notices": ("notices_command", "Notices to the platform above: waiting, delivered, refused."),
    "pki": ("pki_command", "Authorities, revocation lists, certificates of authorities outside."),
    "time": ("time_command", "The clock that time-stamps state."),
    "trust-list": ("trust_list_command", "The signed list of what verifiers need to know of this instance."),
    "types": ("types_command", "The catalogue of licence types: lists, files, ready types."),
}
"""The module of each command, whose `app` is the command or holds several, and what is said of it in the list."""


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
        """Return a command, or None where there is none by this name.

        Of the list of all commands this is no more than the name and what is said of it: nothing is loaded for that.
        """
        if cmd_name not in MODULES:
            return None
        return TyperCommand(cmd_name, help=MODULES[cmd_name][1])

    @override
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the command that is called, loaded now, and what it is called with."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, None if name is None else load(name), rest


def load(name: str) -> Any:  # noqa: ANN401 - a command, or a group of them
    """Return a command, loaded."""
    with loading():
        module = import_module(f"api.{MODULES[name][0]}")
    command = get_command(module.app)
    command.name = name
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
