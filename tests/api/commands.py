"""Running commands of `trust` in this process, as a person at a terminal would."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from api import cli
from tests.api.builders import settings_for

__all__ = ["Answer", "Run", "on_instance", "runner"]


class Answer(NamedTuple):
    """What a command left."""

    code: int
    out: str
    err: str


Run = Callable[..., Answer]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command; `told` is what it reads from its input."""

    def run(*arguments: str | Path, told: str = "") -> Answer:
        monkeypatch.setattr(sys, "stdin", io.StringIO(told))
        monkeypatch.setattr(sys, "argv", ["trust", *map(str, arguments)])
        code: object = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code
        out, err = capsys.readouterr()
        return Answer(code if isinstance(code, int) else int(code is not None), out, err)

    return run


def on_instance(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Return what runs a command on the instance in `folder`."""
    monkeypatch.setenv("TRUST_DATA_DIR", str(folder))
    monkeypatch.setenv("TRUST_PUBLIC_URL", settings_for(folder).public_url)
    return runner(monkeypatch, capsys)
