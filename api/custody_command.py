"""`trust custody`: the process that holds the keys, and what administrators ask of it."""

import getpass
import signal
import sys
from types import FrameType

import typer

from api import logs
from api.custody_wiring import administrators_desk, custody_process
from api.foundation import prove_cryptography
from api.settings import Settings
from api.terminal import terminal

__all__ = ["app"]

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="The custody process: keys where no web process can read them."
)
console = terminal()


@app.command()
def serve() -> None:
    """Hold the keys and answer on the socket until SIGTERM. Starts sealed where the root key was divided."""
    logs.configure()
    settings = Settings.read()
    prove_cryptography(settings)
    process = custody_process(settings)

    def end(_number: int, _frame: FrameType | None) -> None:
        process.end()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    service = process.service
    logs.logger().info(
        "custody", socket=str(settings.custody_address), memory=service.hardening.told, sealed=service.roots.is_sealed
    )
    process.run()


@app.command()
def status() -> None:
    """Say whether the custody is unsealed, what protects its memory, which shares wait, and what it has seen."""
    report = administrators_desk(Settings.read()).report()
    console.print(f"{report.state}\n{report.memory}\n{report.waiting} shares wait\n{report.seen}", highlight=False)


@app.command()
def unseal() -> None:
    """Bring one share, whose words are asked for and not shown. The last one that it takes unseals."""
    share = getpass.getpass("share: ") if sys.stdin.isatty() else sys.stdin.readline()
    there, needed = administrators_desk(Settings.read()).bring(share)
    console.print("unsealed" if there == needed else f"{there} of {needed} shares", highlight=False)


@app.command()
def seal() -> None:
    """Take every key out of memory at once. Nothing is signed until shares are brought again, or a restart."""
    administrators_desk(Settings.read()).seal()
    console.print("sealed")
