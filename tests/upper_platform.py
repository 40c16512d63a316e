"""A simulated platform above, over real HTTP on this machine: it checks every signature as the real one would.

It speaks the protocol from its own reading of it and shares no code with the client. What it is planned to do wrong is
said call by call: `"introduce"` and `"transfer"` each take the next plan of their own.
"""

import json
import threading
from base64 import b64decode, b64encode
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from typing_extensions import override

from tests.builders import Party
from trust.certificates import Certificate
from trust.crypto.sm3 import sm3

__all__ = ["Answer", "SimulatedPlatform", "Task", "serving"]

RANDOM: Final = "b7" * 8
OK: Final = 200


@dataclass
class Answer:
    """What goes back: the plan of a call may change any of it, or drop the connection."""

    body: dict[str, Any]
    status: int = OK
    raw: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    dropped: bool = False
    slow: Callable[[], None] | None = None
    """Called between two halves of the answer."""

    @property
    def octets(self) -> bytes:
        """The body as it is sent."""
        return json.dumps(self.body).encode() if self.raw is None else self.raw


Plan = Callable[[Answer], None]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task that the platform has taken."""

    name: str
    code: str
    data: Mapping[str, str]


class SimulatedPlatform:
    """Answers, refuses what it is told to refuse, and knows a repetition by the message's name."""

    def __init__(self, platform: Party, publisher: Certificate) -> None:
        self.platform = platform
        self.publisher = publisher
        """The one system that it knows."""

        self.plans: dict[str, deque[Plan | None]] = {"introduce": deque(), "transfer": deque()}
        self.calls: list[str] = []
        self.taken: list[Task] = []
        self.good = "0"
        self.refuses: Callable[[Task], str] = lambda _: ""
        """Returns why a task is refused, or nothing."""

    def plan(self, step: str, *plans: Plan | None) -> None:
        """Do something else in the next calls of a step."""
        self.plans[step].extend(plans)

    def signed(self, *fields: str) -> str:
        """Return the platform's signature over fields."""
        return b64encode(self.platform.signer.sign("|".join(fields).encode())).decode()

    @property
    def name(self) -> str:
        """How the platform is named: idB."""
        return b64encode(self.platform.certificate.der).decode()

    def answer(self, path: str, body: dict[str, Any], name: str) -> Answer:
        """Return what a call is answered with, after its plan."""
        step = {"/up/identity": "introduce", "/up/transfer": "transfer"}[path]
        self.calls.append(step)
        made = self.introduce(body) if step == "introduce" else self.transfer(body, name)
        plan = self.plans[step].popleft() if self.plans[step] else None
        if plan is not None:
            plan(made)
        return made

    def introduce(self, body: dict[str, Any]) -> Answer:
        """Answer the first step."""
        asked = body["parameters"]
        assert set(asked) == {"idA", "randomA"}
        assert len(asked["randomA"]) == len(RANDOM)
        if Certificate(b64decode(asked["idA"])) != self.publisher:
            return Answer({"result": "1", "msg": "未注册的系统"})
        signature = self.signed(self.name, RANDOM, asked["randomA"])
        token = "||".join((self.name, RANDOM, asked["randomA"], signature))
        return Answer({"result": "0", "msg": "ok", "token": token})

    def transfer(self, body: dict[str, Any], name: str) -> Answer:
        """Answer the second step; what it asserts of the client breaks the connection where it does not hold."""
        publisher, random, rest = body["data"].split("||", 2)
        told, _, signature = rest.rpartition("||")
        assert random == RANDOM
        certificate = Certificate(b64decode(publisher))
        assert certificate == self.publisher
        certificate.verify_message(b64decode(signature), f"{publisher}|{random}|{told}".encode())
        read = json.loads(told)
        assert set(read) == {"taskCode", "taskData", "taskSignature"}
        inner = f"{read['taskCode']}|{read['taskData']}".encode()
        certificate.verify_message(b64decode(read["taskSignature"]), inner)
        task = Task(name=name, code=read["taskCode"], data=json.loads(read["taskData"]))
        refusal = self.refuses(task)
        if not refusal and name not in {one.name for one in self.taken}:
            self.taken.append(task)
        result, words = ("1", refusal) if refusal else (self.good, "已接收")
        signature = self.signed(self.name, RANDOM, sm3(told.encode()).hex(), result, words)
        return Answer({"result": result, "msg": words, "signValue": signature})


@contextmanager
def serving(platform: SimulatedPlatform) -> Iterator[str]:
    """Serve the platform on this machine, and yield its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            answer = platform.answer(self.path, body, self.headers.get("Idempotency-Key", ""))
            if answer.dropped:
                self.close_connection = True
                return
            octets = answer.octets
            self.send_response(answer.status)
            for name, value in {"Content-Length": str(len(octets)), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if answer.slow is None:
                self.wfile.write(octets)
                return
            self.wfile.write(octets[:1])
            self.wfile.flush()
            answer.slow()
            self.wfile.write(octets[1:])

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/up"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
