"""A socket in the file system on which one kind of peers is answered, request by request.

Who may connect is decided thrice: by the folder, by the file, and by the user that the kernel says is at the other end
(SO_PEERCRED). Everything is bounded: connections, frames, and how long nothing may be heard. A peer that sends
anything but a frame is disconnected.
"""

import errno
import os
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keys.wire import FrameMalformed, Message, receive

__all__ = ["Access", "Listener", "is_answered", "set_timeout"]

CREDENTIALS: Final = struct.Struct("3i")
TIMEVAL: Final = struct.Struct("ll")
BACKLOG: Final = 128
PAUSE: Final = 0.01
"""Seconds to wait where the system has no descriptor for another connection."""


Handler = Callable[[Message], Message]


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may connect."""

    users: Collection[int]
    """User identifiers."""

    group: int | None = None
    """The group that may reach the socket; None: its owner alone."""


class Listener:
    """Answers on one socket, a thread for each connection."""

    def __init__(
        self, path: Path, access: Access, handler: Handler, *, connections: int = 256, idle_seconds: int = 900
    ) -> None:
        self.path, self.access, self.handler = path, access, handler
        self.idle_seconds = idle_seconds
        self.room = threading.BoundedSemaphore(connections)
        self.counts: Counter[str] = Counter()
        """What was seen: connections, requests, and what was refused and why."""

        self.ended = False
        self.open: set[socket.socket] = set()
        self.lock = threading.Lock()
        self.socket = bind(path, access)

    def count(self, name: str) -> None:
        """Count something."""
        with self.lock:
            self.counts[name] += 1

    def serve(self) -> None:
        """Answer until `end` or `stop`."""
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                if self.ended:
                    return
                self.count("refused_unaccepted")  # no descriptor is free: those who leave make room
                time.sleep(PAUSE)
                continue
            if not self.may_connect(connection):
                self.count("refused_peer")
                connection.close()
            elif not self.room.acquire(blocking=False):
                self.count("refused_full")
                connection.close()
            else:
                self.begin(connection)

    def begin(self, connection: socket.socket) -> None:
        """Attend to a peer in a thread of its own. Where the system has none for it, the peer alone is let go."""
        self.count("connections")
        try:
            threading.Thread(target=self.attend, args=(connection,), daemon=True).start()
        except RuntimeError:
            self.count("refused_unattended")
            connection.close()
            self.room.release()

    def may_connect(self, connection: socket.socket) -> bool:
        """Tell whether the kernel names a user at the other end who may ask here."""
        raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
        _, user, _ = CREDENTIALS.unpack(raw)
        return user in self.access.users

    def attend(self, connection: socket.socket) -> None:
        """Answer one peer until it leaves, falls silent, or sends what is no frame."""
        with self.lock:
            self.open.add(connection)
        try:
            set_timeout(connection, self.idle_seconds)
            while (request := receive(connection)) is not None:
                connection.send(self.handler(request).encoded())  # a packet goes whole, or not at all
        except FrameMalformed:
            self.count("refused_frame")
        except BlockingIOError:
            self.count("idle")
        except OSError:
            self.count("broken")
        finally:
            with self.lock:
                self.open.discard(connection)
            connection.close()
            self.room.release()

    def end(self) -> None:
        """Let `serve` return. A handler of signals may call it: it takes no lock that `serve` could hold."""
        self.ended = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        """Take no more connections, and close those that are there."""
        self.end()
        self.socket.close()
        self.path.unlink(missing_ok=True)
        with self.lock:
            there = list(self.open)
        for connection in there:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def bind(path: Path, access: Access) -> socket.socket:
    """Make the socket at `path`, in a folder and with a mode that let nobody else near it."""
    shared = access.group is not None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if shared:
        os.chown(path.parent, -1, access.group or 0)
    path.parent.chmod(0o750 if shared else 0o700)
    if is_answered(path):  # whoever took the place of a process that lives would cut it off from all who ask it
        raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
    path.unlink(missing_ok=True)  # what a killed process left behind
    made = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        made.bind(str(path))
        if shared:
            os.chown(path, -1, access.group or 0)
        path.chmod(0o660 if shared else 0o600)
        made.listen(BACKLOG)  # only now can anybody connect
    except OSError:
        made.close()
        raise
    return made


def is_answered(path: Path) -> bool:
    """Tell whether a process listens at `path`."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as probe:
        probe.settimeout(0)
        try:
            probe.connect(str(path))
        except BlockingIOError:  # so many wait there already
            return True
        except OSError:
            return False
        return True


def set_timeout(connection: socket.socket, seconds: float) -> None:
    """Let the kernel end each wait on a socket after `seconds`: it costs no call, as Python's own timeout does."""
    whole = int(seconds)
    value = TIMEVAL.pack(whole, int((seconds - whole) * 1_000_000))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, value)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, value)
