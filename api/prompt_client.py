"""Clients of addresses elsewhere: every exchange is over within a time, and no other address is ever asked.

The library bounds each read and each write. Whoever sends an octet now and then, of the head of an answer as well,
would hold a thread for days, and with it whoever waits behind. So here each step may take what is left of the whole.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpcore2
import httpx2
from typing_extensions import override

__all__ = ["Exchange", "PromptBackend", "prompt_client"]

CONNECTIONS: Final = 100
KEPT: Final = 20
"""Connections that are kept for a further exchange."""

KEPT_FOR: Final = 5.0
"""Seconds that they are."""


def prompt_client(within: float, *, timeout: httpx2.Timeout | None = None, most: int = CONNECTIONS) -> httpx2.Client:
    """Return a client whose exchanges, each read in the thread that asks, take `within` seconds at most.

    `timeout` bounds each step more closely, and `most` how many connections there are. What takes too long raises
    `httpx2.TimeoutException`. Looking up a name takes what the operating system takes for it.
    """
    return httpx2.Client(
        transport=PromptTransport(within, most=most),
        timeout=httpx2.Timeout(within) if timeout is None else timeout,
        # Neither a proxy of the environment nor a redirection may lead anywhere else than was said.
        follow_redirects=False,
        trust_env=False,
    )


class Exchange(threading.local):
    """Until when the exchange of this thread may last, by the clock that only goes on."""

    until: float | None = None

    def left(self, timeout: float | None) -> float | None:
        """Return for how long a step may last that has a bound of its own. Raise `httpcore2.ReadTimeout`."""
        if self.until is None:
            return timeout
        left = self.until - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the exchange takes too long")
        return left if timeout is None else min(left, timeout)


class PromptStream(httpcore2.NetworkStream):
    """A connection of which every step is bounded by what is left of the exchange."""

    def __init__(self, stream: httpcore2.NetworkStream, exchange: Exchange) -> None:
        self.stream = stream
        self.exchange = exchange

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, self.exchange.left(timeout))

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.exchange.left(timeout))

    @override
    def close(self) -> None:
        self.stream.close()

    @override
    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secured = self.stream.start_tls(ssl_context, server_hostname, self.exchange.left(timeout))
        return PromptStream(secured, self.exchange)

    @override
    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def addresses_of(host: str) -> Iterable[str]:
    """Return the addresses of a host, in the order in which they are to be tried. Raise `httpcore2.ConnectError`."""
    try:
        return dict.fromkeys(str(one[4][0]) for one in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM))
    except OSError as error:
        raise httpcore2.ConnectError(str(error)) from None


class PromptBackend(httpcore2.SyncBackend):
    """Connects within what is left of the exchange, however many addresses a host has."""

    def __init__(self, exchange: Exchange, addresses: Callable[[str], Iterable[str]] = addresses_of) -> None:
        self.exchange = exchange
        self.addresses = addresses

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        refused: Exception = httpcore2.ConnectError("no address")
        for address in self.addresses(host):
            left = self.exchange.left(timeout)
            try:
                stream = super().connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                refused = error
            else:
                return PromptStream(stream, self.exchange)
        raise refused


class PromptTransport(httpx2.HTTPTransport):
    """The library's, over connections of ours: the library has no other place to put them."""

    def __init__(self, within: float, *, most: int) -> None:
        context = httpx2.create_ssl_context(trust_env=False)
        super().__init__(verify=context, trust_env=False)
        self.within = within
        self.exchange = Exchange()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=most,
            max_keepalive_connections=KEPT,
            keepalive_expiry=KEPT_FOR,
            network_backend=PromptBackend(self.exchange),
        )

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.exchange.until = time.monotonic() + self.within
        return super().handle_request(request)
