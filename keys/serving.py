"""The custody process as a whole: two sockets, one for those who serve and one for administrators."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from keys.administration import Administration, ShareCollection
from keys.data_keys import RootKeys
from keys.errors import KeystoreUnavailable
from keys.listening import Access, Listener
from keys.memory import Hardening
from keys.process import CustodyService
from keys.software import SoftwareDevice
from keys.unsealing import RootRecord

__all__ = ["CustodyProcess", "Place", "starts_sealed"]

SYSTEM: Final = 0
ADMINISTRATION: Final = "admin.sock"
ADMINISTRATORS: Final = 4
"""Connections of administrators at a time."""

TERMINAL_SECONDS: Final = 60
"""How long an administrator's terminal may say nothing."""


@dataclass(frozen=True)
class Place:
    """Where the sockets are. The administrators' one is beside that of the service, and never for its users."""

    service: Path

    @property
    def administration(self) -> Path:
        """The socket of administrators."""
        return self.service.with_name(ADMINISTRATION)


class CustodyProcess:
    """Listens on both sockets from when it is built, and answers from `run` on."""

    def __init__(self, service: CustodyService, *, place: Place, access: Access, own: int, record: Path) -> None:
        self.service = service
        collection = ShareCollection(service, record)
        administrators = Access(users={own, SYSTEM})
        try:
            self.serving = Listener(place.service, access, service.answer)
            administration = Administration(service, collection, lambda: dict(self.serving.counts))
            self.administering = Listener(
                place.administration,
                administrators,
                administration.answer,
                connections=ADMINISTRATORS,
                idle_seconds=TERMINAL_SECONDS,
            )
        except OSError as error:
            raise KeystoreUnavailable(cure=f"mend TRUST_CUSTODY_SOCKET: {error.strerror or error}") from None

    @classmethod
    def of(cls, roots: RootKeys, hardening: Hardening, *, place: Place, access: Access, own: int, record: Path) -> Self:
        """Return the process around these root keys."""
        service = CustodyService(SoftwareDevice(roots), hardening)
        return cls(service, place=place, access=access, own=own, record=record)

    def run(self) -> None:
        """Answer until `end`, and then stop."""
        desk = threading.Thread(target=self.administering.serve, daemon=True)
        desk.start()
        self.serving.serve()
        self.stop()

    def end(self) -> None:
        """Let `run` return. A handler of signals may call it."""
        self.serving.end()

    def stop(self) -> None:
        """Take no more requests, and everything secret out of memory."""
        self.serving.stop()
        self.administering.stop()
        self.service.seal()


def starts_sealed(record: Path, root_key: Path) -> bool:
    """Tell whether the root key was divided and is in no file, so that its holders must bring their shares."""
    found = RootRecord.read(record)
    return found is not None and found.threshold is not None and not root_key.exists()
