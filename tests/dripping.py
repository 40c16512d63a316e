"""Somebody at an address who never comes to an end: says nothing at all, or an octet now and then."""

import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Final

__all__ = ["HEAD_WITHOUT_END", "silent"]

HEAD_WITHOUT_END: Final = b"HTTP/1.1 200 OK\r\nX-Slow: "


@contextmanager
def silent(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Take what is sent to an address, and send an answer that never ends, an octet at a time, or nothing at all."""
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server, ExitStack() as held:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection = held.enter_context(server.accept()[0])
                    taken.append(connection.recv(4096))
                    with suppress(OSError):  # whoever asked has gone
                        connection.sendall(answer)
                        while answer and not over.wait(0.01):
                            connection.sendall(b"x")

        over = threading.Event()
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/tsa", taken
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
