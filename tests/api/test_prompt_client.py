"""Whoever answers slowly, in the head or in the body, is not waited for beyond the time of the whole exchange."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import repeat
from pathlib import Path

import httpcore2
import httpx2
import pytest
from typing_extensions import override

import api
from api.demo.service import free_port
from api.federation.asking import Asking, origin_of
from api.prompt_client import Exchange, PromptBackend, prompt_client
from identity.federation.errors import PlatformUnavailable
from tests.dripping import HEAD_WITHOUT_END, silent
from tests.fakes.clock import SettableClock

WITHIN = 0.3
API = Path(api.__file__).parent
LONG = 30.0
"""What each step may take: the time of the whole is what ends these."""

BODY_WITHOUT_END = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize("answer", [b"", HEAD_WITHOUT_END, BODY_WITHOUT_END], ids=["nothing", "head", "body"])
def test_an_answer_that_does_not_end_is_given_up_in_time(answer: bytes) -> None:
    with silent(answer) as (address, taken), prompt_client(WITHIN, timeout=httpx2.Timeout(LONG)) as client:
        began = time.monotonic()
        with pytest.raises(httpx2.TimeoutException):
            client.post(address, content=b"anything")
        assert WITHIN <= time.monotonic() - began < LONG / 2
        assert len(taken) == 1


def test_a_handshake_that_does_not_end_is_given_up_in_time() -> None:
    unbounded = httpx2.Timeout(None)
    with silent(b"") as (address, _), prompt_client(WITHIN, timeout=unbounded) as client:
        secure = address.replace("http:", "https:")
        with pytest.raises(httpx2.TimeoutException):
            client.get(secure)


def test_no_time_is_left_for_a_further_step() -> None:
    with silent(b"") as (address, taken), prompt_client(0.0, timeout=httpx2.Timeout(LONG)) as client:
        with pytest.raises(httpx2.TimeoutException, match="too long"):
            client.get(address)
        assert taken == []


def test_a_platform_that_does_not_come_to_the_end_of_a_head_is_unavailable() -> None:
    with silent(HEAD_WITHOUT_END) as (address, _), prompt_client(WITHIN) as client:
        asking = Asking(origin_of(address), SettableClock(), client)
        with pytest.raises(PlatformUnavailable) as refused:
            asking.get(address)
    assert refused.value.details == {"fault": "ReadTimeout"}


def test_the_service_asks_others_by_such_clients_alone() -> None:
    """Of the rest one asks its own service (the demonstration), and one is the operator's own (bulk orders)."""
    own = {"prompt_client.py", "bulk_client.py", "demo/service.py"}
    found = {str(one.relative_to(API)) for one in API.rglob("*.py") if "httpx2.Client(" in one.read_text()}
    assert found == own


def test_a_host_of_any_number_of_addresses_is_given_up_in_time() -> None:
    exchange = Exchange()
    exchange.until = time.monotonic() + WITHIN
    backend = PromptBackend(exchange, lambda _: repeat("127.0.0.1"))
    with pytest.raises(httpcore2.TimeoutException):
        backend.connect_tcp("many.example", free_port(), LONG)


def test_the_addresses_of_a_host_are_tried_one_after_the_other(prompt_server: tuple[str, list[int]]) -> None:
    port = int(prompt_server[0].rpartition(":")[2])
    for addresses in (("::1", "127.0.0.1"), ("127.0.0.1",)):
        PromptBackend(Exchange(), lambda _, told=addresses: told).connect_tcp("two.example", port).close()  # type: ignore[misc]
    with pytest.raises(httpcore2.ConnectError):
        PromptBackend(Exchange(), lambda _: ()).connect_tcp("none.example", port)


def test_a_host_without_a_name_is_no_host() -> None:
    with prompt_client(LONG) as client, pytest.raises(httpx2.ConnectError):
        client.get("http://nobody.invalid/")


@pytest.fixture
def prompt_server() -> Iterator[tuple[str, list[int]]]:
    """Answer at once, and note from which port each request came."""
    ports: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            ports.append(self.client_address[1])
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", ports
    server.shutdown()
    server.server_close()
    thread.join()


def test_each_exchange_has_its_own_time_over_a_connection_that_is_kept(prompt_server: tuple[str, list[int]]) -> None:
    address, ports = prompt_server
    with prompt_client(LONG) as client:
        assert [client.get(address).text for _ in range(3)] == ["{}"] * 3
    assert len(set(ports)) == 1


def test_no_redirection_and_no_proxy_of_the_environment_leads_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    head = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    with silent(head) as (address, _), prompt_client(LONG) as client:
        assert client.get(address).status_code == 302
