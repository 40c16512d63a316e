"""A simulated provider of proofing, over real HTTP on this machine: it checks every signature as a real one would.

It speaks the protocol of docs/proofing.md from its own reading of it and shares no code with the client. What it is
planned to do wrong is said call by call and step by step.
"""

import json
import threading
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from typing_extensions import override

from tests.builders import Party
from tests.fakes.clock import SettableClock
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3

__all__ = ["CLIENT", "Said", "SimulatedProvider", "serving"]

CLIENT: Final = "yunzhou"
OK: Final = 200
SOURCES: Final = {
    "match": ["name_and_number", "phone"],
    "remote": ["name_and_number", "document_chip", "face_live"],
}
ECHOED: Final = ("client", "reference", "nonce")
ASKED: Final = {*ECHOED, "method", "at"}
PERSONAL: Final = {"name", "number", "phone"}


@dataclass
class Said:
    """What goes back: the plan of a call may change any of it, or drop the connection."""

    step: str
    data: dict[str, Any]
    asked: str
    """The data of the request, over which the answer is signed as well."""

    signed_step: str = ""
    status: int = OK
    raw: bytes | None = None
    changed_after: Callable[[dict[str, Any]], None] | None = None
    """Changes the answer after it was signed."""

    dropped: bool = False
    slow: Callable[[], None] | None = None
    signer: Party | None = None


Plan = Callable[[Said], None]


@dataclass
class SimulatedProvider:
    """Finds everybody to be who they say, unless it is planned otherwise."""

    party: Party
    publisher: Certificate
    """The one system that it knows."""

    clock: SettableClock
    plans: deque[Plan | None] = field(default_factory=deque)
    calls: list[str] = field(default_factory=list)
    begun: dict[str, dict[str, str]] = field(default_factory=dict)
    """Who came, by the name of the transaction."""

    def plan(self, *plans: Plan | None) -> None:
        """Do something else in the next calls."""
        self.plans.extend(plans)

    def answer(self, step: str, body: Mapping[str, str], reference: str) -> Said:
        """Return what a call is answered with, after its plan. What the client does wrong breaks the connection."""
        assert set(body) == {"data", "certificate", "signature"}
        certificate = Certificate(b64decode(body["certificate"]))
        assert certificate == self.publisher
        message = f"xinyin proofing request v1\n{step}\n{body['data']}\n"
        certificate.verify_message(b64decode(body["signature"]), message.encode())
        asked = json.loads(body["data"])
        assert set(asked) == ASKED | ({"transaction"} if step == "result" else PERSONAL)
        assert (asked["client"], asked["reference"]) == (CLIENT, reference)
        self.calls.append(step)
        said = Said(step=step, data=self.said(step, asked), asked=body["data"], signed_step=step)
        plan = self.plans.popleft() if self.plans else None
        if plan is not None:
            plan(said)
        return said

    def said(self, step: str, asked: dict[str, str]) -> dict[str, Any]:
        """Return what is true."""
        data: dict[str, Any] = {name: asked[name] for name in ECHOED} | {"at": self.clock.now().isoformat()}
        transaction = asked.get("transaction") or f"t-{asked['reference']}"
        if step != "result":
            self.begun[transaction] = {name: asked[name] for name in PERSONAL}
        data["transaction"] = transaction
        if step == "begin":
            return data | {"address": f"https://proofing.example/{transaction}"}
        who = self.begun[transaction]
        lines = ("xinyin proofing person v1", asked["nonce"], who["name"], who["number"], who["phone"])
        person = sm3("\n".join(lines).encode()).hex()
        return data | {"outcome": "matched", "person": person, "sources": SOURCES[asked["method"]]}

    def octets(self, said: Said) -> bytes:
        """Return the body as it is sent."""
        if said.raw is not None:
            return said.raw
        told = json.dumps(said.data)
        message = f"xinyin proofing answer v1\n{said.signed_step}\n{sm3(said.asked.encode()).hex()}\n{told}\n"
        signature = (said.signer or self.party).signer.sign(message.encode())
        answer: dict[str, Any] = {"data": told, "signature": b64encode(signature).decode()}
        if said.changed_after is not None:
            said.changed_after(answer)
        return json.dumps(answer).encode()


@contextmanager
def serving(provider: SimulatedProvider) -> Iterator[str]:
    """Serve the provider on this machine, and yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            step = self.path.removeprefix("/proofing/")
            said = provider.answer(step, body, self.headers.get("Idempotency-Key", ""))
            if said.dropped:
                self.close_connection = True
                return
            octets = provider.octets(said)
            self.send_response(said.status)
            self.send_header("Content-Length", str(len(octets)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):  # who does not wait has gone
                self.wfile.write(octets[:1])
                self.wfile.flush()
                if said.slow is not None:
                    said.slow()
                self.wfile.write(octets[1:])

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/proofing"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
