"""A service of its own for the story: started as an operator would start it, stopped as one would stop it."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx2

from api.demo.journal import StoryFailed
from api.settings import Settings, inherited_environment

__all__ = ["free_port", "running"]

PATIENCE: Final = 60.0
"""Seconds that the service may take to be ready."""


def free_port() -> int:
    """Return a port of this machine that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(settings: Settings, log: Path) -> Iterator[httpx2.Client]:
    """Run `trust serve` in a process of its own until the block ends; yield a client that speaks with it.

    It is spoken with on this machine, wherever its public address leads to.
    """
    environment = inherited_environment(settings)
    command = [sys.executable, "-m", "api.cli", "serve"]
    with log.open("wb") as errors, subprocess.Popen(command, env=environment, stderr=errors) as process:  # noqa: S603 - our own program
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{settings.port}", timeout=60) as http:
                wait_until_ready(http, process, log)
                yield http
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=PATIENCE)


def wait_until_ready(http: httpx2.Client, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once the service says that it is ready."""
    end = time.monotonic() + PATIENCE
    told = ""
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            answer = http.get("/health/ready", timeout=5)
            if answer.status_code == httpx2.codes.OK:
                return
            told = answer.text
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise StoryFailed(f"the service did not become ready: {told}\n{log.read_text()[-2000:]}")
