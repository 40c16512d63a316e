"""Structured logs: one JSON object a line, with the request's number. They hold identifiers, never names or secrets."""

import logging
import sys
from contextlib import suppress
from typing import Final, TextIO

import structlog

__all__ = ["configure", "logger"]

QUIET: Final = ("uvicorn.access", "httpx2", "fontTools", "pyhanko", "alembic")
"""Loggers of others that would repeat what we log, or log what a file holds."""


class Steady:
    """A stream that takes what it can: whoever reads our logs may go away, and nobody's answer hangs on that."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> None:
        """Write a text, if anybody is there to read it."""
        with suppress(OSError, ValueError):
            self.stream.write(text)

    def flush(self) -> None:
        """Hand on what was written."""
        with suppress(OSError, ValueError):
            self.stream.flush()


def configure() -> None:
    """Send our logs, and the warnings of others, to standard error as JSON."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(Steady(sys.stderr)),  # type: ignore[arg-type] # all that it asks for
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stderr)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def logger() -> structlog.typing.FilteringBoundLogger:
    """Return the logger of the service."""
    bound: structlog.typing.FilteringBoundLogger = structlog.get_logger()
    return bound
