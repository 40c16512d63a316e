"""Sessions with an SDF device: lent to one thread at a time, kept open, and opened anew when the device was lost.

Vendors' libraries free the sessions of a device when it is closed. So a device that was lost is closed only when the
last of its sessions has come back, and no session is closed twice.
"""

import ctypes
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from keys.sdf_interface import Refused, SDFLibrary
from trust.signing import SigningUnavailable

__all__ = ["Session", "Sessions"]


@dataclass(eq=False)
class Opening:
    """One opening of the device."""

    handle: int | None
    open_sessions: int = 0
    lost: bool = False


@dataclass(eq=False)
class Session:
    """A session. The thread that it is lent to uses it alone."""

    handle: int | None
    opening: Opening
    granted: set[str] = field(default_factory=set)
    """Locations whose private keys it may use, and whose public halves were compared."""


class Sessions:
    """At most `size` sessions. Who finds all of them at work waits `patience` seconds."""

    def __init__(self, library: SDFLibrary, *, size: int, patience: float) -> None:
        self.library, self.patience = library, patience
        self.free = threading.BoundedSemaphore(size)
        self.lock = threading.Lock()
        self.opening: Opening | None = None
        self.idle: deque[Session] = deque()

    @contextmanager
    def lend(self) -> Iterator[Session]:
        """Lend a session, an idle one or a new one. Raise `SigningUnavailable` where none can be had in time."""
        if not self.free.acquire(timeout=self.patience):
            raise SigningUnavailable
        try:
            session = self.take()
            try:
                yield session
            finally:
                self.put_back(session)
        finally:
            self.free.release()

    def take(self) -> Session:
        """Return an idle session, or open one."""
        with self.lock:
            if self.idle:
                return self.idle.pop()
            try:
                if self.opening is None:
                    device = ctypes.c_void_p()
                    self.library.call("SDF_OpenDevice", ctypes.byref(device))
                    self.opening = Opening(device.value)
                opening, handle = self.opening, ctypes.c_void_p()
                self.library.call("SDF_OpenSession", opening.handle, ctypes.byref(handle))
            except Refused:
                self.lose()
                raise SigningUnavailable from None
            opening.open_sessions += 1
            return Session(handle.value, opening)

    def put_back(self, session: Session) -> None:
        """Keep a session for who needs one next; close it when its device was lost, and then the device."""
        with self.lock:
            if session.opening.lost:
                self.close_session(session)
            else:
                self.idle.append(session)

    def lost(self, session: Session) -> None:
        """Note that the device answers no more in `session`: nobody gets a session of this opening again."""
        with self.lock:
            if session.opening is self.opening:
                self.lose()

    def release(self, location: str) -> None:
        """Give back the right to use a key in the sessions that are idle. The others end it when they end."""
        with self.lock:
            for session in self.idle:
                if location in session.granted:
                    session.granted.discard(location)
                    index = int(location.partition("/")[2])
                    self.quietly("SDF_ReleasePrivateKeyAccessRight", session.handle, index)

    def close(self) -> None:
        """Close everything that is not at work, and the rest when it comes back."""
        with self.lock:
            self.lose()

    def lose(self) -> None:
        """Part with the present opening. Who holds the lock calls it."""
        opening, self.opening = self.opening, None
        if opening is None:
            return
        opening.lost = True
        opening.open_sessions += 1  # keep the device until its idle sessions are closed, or close it without any
        while self.idle:
            self.close_session(self.idle.pop())
        self.leave(opening)

    def close_session(self, session: Session) -> None:
        """Close a session, and the device with its last one."""
        self.quietly("SDF_CloseSession", session.handle)
        self.leave(session.opening)

    def leave(self, opening: Opening) -> None:
        """Count a session less, and close the device with the last."""
        opening.open_sessions -= 1
        if opening.open_sessions == 0:
            self.quietly("SDF_CloseDevice", opening.handle)

    def quietly(self, name: str, *arguments: object) -> None:
        """Call a function whose failure changes nothing."""
        try:
            self.library.call(name, *arguments)
        except Refused:
            return
