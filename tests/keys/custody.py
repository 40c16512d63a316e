"""A custody process in a thread of the test, and who asks it: as narrow as the real one, and quick."""

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from keys.data_keys import RootKeys
from keys.listening import Access
from keys.memory import Hardening
from keys.remote import AdministratorsDesk, CustodyClient, RemoteDevice
from keys.serving import CustodyProcess, Place
from keys.wrapping import RootKey

__all__ = ["Custody", "custody", "folder_of_sockets"]

HARDENING = Hardening(dumps_off=True, memory_locked=True)


@contextmanager
def folder_of_sockets() -> Iterator[Path]:
    """Make a folder with a short name: the path of a socket has 107 octets at the most."""
    folder = Path(tempfile.mkdtemp(prefix="xy-"))
    yield folder
    shutil.rmtree(folder)


@dataclass(frozen=True)
class Custody:
    """A process, and both sides of it."""

    process: CustodyProcess
    device: RemoteDevice
    desk: AdministratorsDesk
    place: Place

    @property
    def roots(self) -> RootKeys:
        """The root keys in the process."""
        return self.process.service.roots


@contextmanager
def custody(folder: Path, root: RootKey | None, *, patience: float = 5.0) -> Iterator[Custody]:
    """Run a custody process around a root key, or a sealed one."""
    place = Place(folder / "custody" / "service.sock")
    process = CustodyProcess.of(
        RootKeys({}) if root is None else RootKeys.of(root),
        HARDENING,
        place=place,
        access=Access(users={os.getuid()}),
        own=os.getuid(),
        record=folder / "root.json",
    )
    thread = threading.Thread(target=process.run)
    thread.start()
    clients = [CustodyClient(path, patience=patience) for path in (place.service, place.administration)]
    yield Custody(process, RemoteDevice(clients[0]), AdministratorsDesk(clients[1]), place)
    for client in clients:
        client.close()
    process.end()
    thread.join()
