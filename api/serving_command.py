"""`trust serve`: an instance answers until it is told to stop."""

from contextlib import closing
from typing import Annotated, Final

import typer
import uvicorn

from api import logs
from api.foundation import prove_cryptography
from api.settings import Settings
from api.starting import open_to_work

__all__ = ["KEPT_OPEN", "app"]

app = typer.Typer(add_completion=False)
GRACE: Final = 20
"""Seconds that requests under way get when the service stops."""

KEPT_OPEN: Final = 75
"""Seconds that a connection is kept on which nothing comes: longer than proxies keep theirs (nginx: 60), so that none
sends a request into one that is just being closed."""


@app.command()
def serve(workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes")] = 1) -> None:
    """Serve the instance in TRUST_DATA_DIR until it is told to stop; requests under way are finished."""
    logs.configure()
    settings = Settings.read()
    prove_cryptography(settings)
    opened = open_to_work(settings)  # say here, and not in a worker, what is missing
    with closing(opened.base.store):
        _ = opened.upper_platform
    uvicorn.run(
        "api.app:from_environment",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        forwarded_allow_ips=settings.proxies,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=GRACE,
        timeout_keep_alive=KEPT_OPEN,
        server_header=False,
    )
