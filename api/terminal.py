"""The terminal that commands write to."""

import sys
from typing import Final

from rich.console import Console
from rich.text import Text

from api.telling import words_of
from trust.errors import TrustError

__all__ = ["complain", "terminal"]

WIDE: Final = 240
"""Columns where no terminal is there to tell its own: handles and fingerprints stay whole in files and pipes."""


def terminal() -> Console:
    """Return a console: as wide as the terminal, or wide enough for every table of ours."""
    return Console() if sys.stdout.isatty() else Console(width=WIDE)


def complain(error: TrustError) -> None:
    """Say what is wrong, in the words for its code and with what was noted about it on its way."""
    for line in (*words_of(error), *getattr(error, "__notes__", ())):
        Console(stderr=True).print(Text.assemble((error.code, "red"), " ", line), soft_wrap=True, highlight=False)
