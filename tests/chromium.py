"""Chromium, driven by its own protocol (CDP), and a service that it can be pointed at and that can be taken away."""

import asyncio
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import uvicorn
import websockets
from fastapi import FastAPI

from api.demo.browser import FLAGS, find_browser, listening
from tests.judges import required

__all__ = ["Browser", "Tab", "browsing", "serving"]

PATIENCE: Final = 60.0
"""Seconds after which nobody believes any more that a page comes: a busy machine may stand still for twenty."""

STEP: Final = 0.02
"""Seconds between two looks at a page that one waits for."""

OWN_FONTS: Final = f"""<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{Path(__file__).parents[1] / "trust" / "fonts"}</dir>
</fontconfig>"""
"""Lets pictures show Chinese where the machine has no typeface for it."""


class Tab:
    """A page of the browser."""

    def __init__(self, browser: "Browser", session: str) -> None:
        self.browser = browser
        self.session = session

    def call(self, method: str, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Call a method of the protocol and return its result."""
        return self.browser.call(method, self.session, **parameters)

    def open(self, address: str) -> None:
        """Go to an address, whether or not anybody answers there."""
        self.call("Page.navigate", url=address)

    def evaluate(self, script: str) -> Any:  # noqa: ANN401 - JSON
        """Return what an expression comes to, or a promise of it. Raise `AssertionError` with what the page throws."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, json.dumps(answer["exceptionDetails"])[:2000]
        return answer["result"].get("value")

    def wait(self, condition: str) -> Any:  # noqa: ANN401 - JSON
        """Wait until an expression is true, and return what it comes to."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            answer = self.told(condition)
            found = answer.get("result", {}).get("value")
            if found and "exceptionDetails" not in answer:
                return found
            time.sleep(STEP)
        raise AssertionError(f"waited in vain for {condition}: {self.evaluate('document.body.innerText')!r:.1000}")

    def told(self, expression: str) -> dict[str, Any]:
        """Return what is answered to an expression; nothing where the page goes away meanwhile."""
        try:
            found: dict[str, Any] = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        except AssertionError as error:
            if "navigated or closed" not in str(error):
                raise
            return {}
        return found

    def measure(self, size: dict[str, Any]) -> None:
        """Let the page have the size of a screen, and behave as on a phone where it says so."""
        self.call("Emulation.setDeviceMetricsOverride", **size)

    def picture(self) -> bytes:
        """Return the whole page as PNG."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        width = max(size["width"], self.evaluate("innerWidth"))  # of a whole page, the bar that scrolls it is no part
        clip = {"x": 0, "y": 0, "width": width, "height": size["height"], "scale": 1}
        whole = {"format": "png", "captureBeyondViewport": True, "clip": clip, "optimizeForSpeed": True}
        return b64decode(self.call("Page.captureScreenshot", **whole)["data"])

    def choose(self, selector: str, *paths: str) -> None:
        """Choose files as a person does in the dialog of the browser."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=list(paths))

    def press(self, key: str, code: int = 0) -> None:
        """Press a key and let go of it."""
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **text)

    @property
    def complaints(self) -> list[str]:
        """What the browser complains of on this page: errors of scripts, and policies that are broken."""
        self.evaluate("1")  # what has happened until now has been told by then
        return [told for session, told in self.browser.complaints if session == self.session]

    @property
    def asked(self) -> list[str]:
        """The addresses that this page has asked for."""
        return [told for session, told in self.browser.asked if session == self.session]

    def before(self, script: str) -> None:
        """Run a script in the pages that are opened from now on, before anything of theirs."""
        self.call("Page.addScriptToEvaluateOnNewDocument", source=script)

    def shift_clock(self, milliseconds: int) -> None:
        """Let the pages that are opened from now on believe that it is so much later."""
        self.call(
            "Page.addScriptToEvaluateOnNewDocument",
            source=f"""{{ const Real = Date; globalThis.Date = class extends Real {{
                constructor(...told) {{ if (told.length) super(...told); else super(Real.now() + {milliseconds}); }}
                static now() {{ return Real.now() + {milliseconds}; }} }}; }}""",
        )


class Browser:
    """A browser that runs."""

    def __init__(self, socket: websockets.ClientConnection, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self.socket = socket
        self.run = run
        self.count = 0
        self.complaints: list[tuple[str, str]] = []
        self.asked: list[tuple[str, str]] = []
        self.sent: set[tuple[str, str]] = set()
        """Method and address of all that asked for a change."""

    def call(self, method: str, session: str | None = None, **parameters: Any) -> Any:  # noqa: ANN401 - JSON
        """Call a method of the protocol and return its result."""
        return self.run(asyncio.wait_for(self.ask(method, session, parameters), PATIENCE))

    async def ask(self, method: str, session: str | None, parameters: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON
        """Send a message and return the answer to it."""
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        await self.socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        while True:
            answer = json.loads(await self.socket.recv())
            self.note(answer)
            if answer.get("id") == self.count:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def note(self, event: dict[str, Any]) -> None:
        """Remember an event that tests ask about."""
        session, told = event.get("sessionId", ""), event.get("params", {})
        match event.get("method"):
            case "Runtime.exceptionThrown":
                self.complaints.append((session, json.dumps(told["exceptionDetails"])[:1000]))
            case "Runtime.consoleAPICalled" if told["type"] in ("error", "warning", "assert"):
                self.complaints.append((session, json.dumps(told["args"])[:1000]))
            case "Log.entryAdded" if told["entry"]["level"] in ("error", "warning"):
                entry = told["entry"]
                self.complaints.append((session, f"{entry['text']} {entry.get('url', '')}"))
            case "Network.requestWillBeSent":
                request = told["request"]
                self.asked.append((session, request["url"]))
                if request["method"] not in ("GET", "HEAD"):
                    self.sent.add((request["method"], request["url"]))

    def tab(self) -> Tab:
        """Open an empty page."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Page.enable", session)
        self.call("Runtime.enable", session)
        self.call("Log.enable", session)
        self.call("Network.enable", session)
        return Tab(self, session)


@contextmanager
def browsing(*flags: str) -> Iterator[Browser]:
    """Run a browser with a fresh profile, and more flags. Without one the test is skipped, but in CI."""
    path = required("Chromium", find_browser())
    profile = tempfile.mkdtemp(prefix="chromium-")
    # As root Chromium refuses its sandbox; the only pages that it opens are our own.
    command = [path, *FLAGS, *flags, "--no-sandbox", f"--user-data-dir={profile}", "about:blank"]
    fonts = Path(profile) / "fonts.conf"
    fonts.write_text(OWN_FONTS, encoding="utf-8")
    known = {**os.environ, "FONTCONFIG_FILE": str(fonts)}  # noqa: TID251 - a program of its own needs one
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=known) as process:
        loop = asyncio.new_event_loop()
        reader: list[threading.Thread] = []
        try:
            address = listening(process)
            assert process.stderr is not None  # it was opened as a pipe
            reader.append(threading.Thread(target=deque, args=(process.stderr, 0), daemon=True))
            reader[0].start()  # a full pipe would stop it
            # Between two calls nobody listens, so that no sign of life would be answered in time.
            socket = loop.run_until_complete(websockets.connect(address, max_size=None, ping_interval=None))
            yield Browser(socket, loop.run_until_complete)
            loop.run_until_complete(socket.close())
        finally:
            process.kill()
            process.wait()
            for one in reader:
                one.join(PATIENCE)  # before what it reads from is closed
            loop.close()
            shutil.rmtree(profile, ignore_errors=True)


@contextmanager
def serving(app: FastAPI) -> Iterator[tuple[str, Callable[[], None]]]:
    """Serve an application on this machine; yield its address, and what takes it away."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]

    def stop() -> None:
        server.should_exit = True
        server.force_exit = True
        thread.join(PATIENCE)

    yield f"http://127.0.0.1:{port}", stop
    stop()
