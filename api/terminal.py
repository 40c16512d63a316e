"""The terminal that commands write to."""

import sys
from typing import Final

from rich.console import Console

__all__ = ["terminal"]

WIDE: Final = 240
"""Columns where no terminal is there to tell its own: handles and fingerprints stay whole in files and pipes."""


def terminal() -> Console:
    """Return a console: as wide as the terminal, or wide enough for every table of ours."""
    return Console() if sys.stdout.isatty() else Console(width=WIDE)
