"""A picture of a page as a phone shows it, where Chromium is installed; spoken with by its own protocol (CDP)."""

import asyncio
import base64
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

import websockets

__all__ = ["find_browser", "photograph"]

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE: Final = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
FLAGS: Final = (
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--remote-debugging-port=0",
    "--accept-lang=zh-CN",
)
PATIENCE: Final = 30.0


def find_browser() -> str | None:
    """Return the path of Chromium, or None where it is not installed."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def photograph(browser: str, address: str, target: Path) -> None:
    """Write a picture of the page at `address` to `target`. Raise `RuntimeError` or `OSError` when that fails."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # As root Chromium refuses its sandbox; the only page it opens is our own.
        command = [browser, *FLAGS, "--no-sandbox", f"--user-data-dir={profile}", "about:blank"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:  # noqa: S603 - a browser
            try:
                picture = asyncio.run(asyncio.wait_for(speak(listening(process), address), PATIENCE))
            except (TimeoutError, websockets.WebSocketException) as error:
                raise RuntimeError(f"the browser did not answer: {error}") from error
            finally:
                process.kill()
    target.write_bytes(picture)


def listening(process: "subprocess.Popen[str]") -> str:
    """Return the address at which the browser listens, which it tells on standard error."""
    assert process.stderr is not None  # noqa: S101 - it was opened as a pipe
    for line in process.stderr:
        if line.startswith("DevTools listening on "):
            return line.removeprefix("DevTools listening on ").strip()
    raise RuntimeError("the browser did not start")


async def speak(endpoint: str, address: str) -> bytes:
    """Open a page in the browser at `endpoint` and return its picture."""
    async with websockets.connect(endpoint, max_size=None) as socket:
        count = 0

        async def call(method: str, session: str | None = None, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
            nonlocal count
            count += 1
            message = {"id": count, "method": method, "params": parameters}
            await socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
            while True:
                answer = json.loads(await socket.recv())
                if answer.get("id") == count:
                    return answer.get("result", {})

        target = (await call("Target.createTarget", url="about:blank"))["targetId"]
        session = (await call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        await call("Emulation.setDeviceMetricsOverride", session, **PHONE)
        await call("Page.enable", session)
        await call("Page.navigate", session, url=address)
        while json.loads(await socket.recv()).get("method") != "Page.loadEventFired":
            pass
        picture = await call("Page.captureScreenshot", session, format="png", captureBeyondViewport=True)
        return base64.b64decode(picture["data"])
