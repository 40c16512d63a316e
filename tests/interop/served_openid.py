"""An instance with sign-on that is served over HTTP, a clock that others can move, and a place for logout tokens."""

import http.server
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from typing_extensions import override

from api.openid.logout_courier import LogoutCourier
from api.serving_command import KEPT_OPEN
from identity.openid.metadata import AuthMethod
from identity.openid.scopes import Scope
from tests.api.builders import Service, copied, served
from tests.api.sign_on import Human, SignOn, System

__all__ = ["BACK", "SignOnServed", "served_over_http"]

BACK = "http://127.0.0.1:9/back"
PATIENCE = 20


@dataclass
class SignOnServed:
    """A service over HTTP, and who takes part."""

    address: str
    control: str
    sign_on: SignOn
    human: Human
    system: System
    other: System
    app: System
    notices: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """Return what a program in another language needs to know."""
        return {
            "issuer": self.address,
            "control": self.control,
            "now": self.sign_on.service.clock.now().timestamp(),
            "username": self.human.username,
            "password": "seven quiet herons at dawn",
            "back": BACK,
            "otherBack": "http://localhost:9/back",
            "appBack": "cn.example.app:/back",
            "goodbye": "http://127.0.0.1:9/goodbye",
            "system": {"client": self.system.client, "key": dict(self.system.key.as_dict(private=True))},
            "other": {"client": self.other.client, "key": dict(self.other.key.as_dict(private=True))},
            "app": {"client": self.app.client},
        }


def free_socket() -> socket.socket:
    """Return a socket that listens on this machine."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind(("127.0.0.1", 0))
    return found


@contextmanager
def served_over_http(template: Path, folder: Path, *, host: str = "127.0.0.1") -> Iterator[SignOnServed]:
    """Serve a copy of a founded instance with three business systems and a person."""
    listening = free_socket()
    address = f"http://{host}:{listening.getsockname()[1]}"
    with served(copied(template, folder), public_url=address, openid_rate="100000/minute") as service:
        service.http.base_url = address
        config = uvicorn.Config(service.app, log_level="critical", lifespan="off", timeout_keep_alive=KEPT_OPEN)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + PATIENCE
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        with controlled(service) as (control, notices):
            yield furnished(service, address, control, notices)
        server.should_exit = True
        server.force_exit = True
        thread.join(PATIENCE)


def furnished(service: Service, address: str, control: str, notices: list[str]) -> SignOnServed:
    """Register who takes part."""
    sign_on = SignOn(service)
    usual = frozenset({Scope.OPENID, Scope.PROFILE, Scope.OFFLINE_ACCESS})
    system = sign_on.system(
        redirect_uris=(BACK, "http://127.0.0.1:9/second"),
        post_logout_redirect_uris=("http://127.0.0.1:9/goodbye",),
        backchannel_logout_uri=f"{control}/logout",
        scopes=usual,
    )
    other = sign_on.system(name="另一个系统", redirect_uris=("http://localhost:9/back",), scopes=usual)
    app = sign_on.system(
        name="手机应用",
        redirect_uris=("cn.example.app:/back",),
        scopes=usual,
        token_endpoint_auth_method=AuthMethod.NONE,
    )
    return SignOnServed(address, control, sign_on, sign_on.human(), system, other, app, notices)


@contextmanager
def controlled(service: Service) -> Iterator[tuple[str, list[str]]]:
    """Serve what moves the clock, what takes logout tokens, and what brings them there."""
    notices: list[str] = []

    class Control(http.server.BaseHTTPRequestHandler):
        """What the tests' programs ask."""

        def do_POST(self) -> None:
            asked = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            answer = b"{}"
            if asked.path == "/advance":
                service.clock.advance(timedelta(seconds=int(parse_qs(asked.query)["seconds"][0])))
            elif asked.path == "/logout":
                notices.extend(parse_qs(body)["logout_token"])
            else:
                LogoutCourier(service.instance.openid).round()
                answer = json.dumps(notices).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Control)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", notices
    server.shutdown()
    server.server_close()
    thread.join(PATIENCE)
