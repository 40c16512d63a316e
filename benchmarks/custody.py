"""Custody: a signature through the port, and one through the socket of the custody process, against the bare call.

The CPU time of both processes counts. Both work on one core, as everything that is measured against a library does; the
figure for two threads alone has the whole machine.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api import migrations
from api.settings import Settings, inherited_environment
from benchmarks import bare
from benchmarks.crypto import one_core
from benchmarks.measure import ROUNDS, Result, cpu_seconds_of, paired
from keys import secret_halves
from keys.data_keys import RootKeys
from keys.devices import StoredKey
from keys.keyring import Keyring
from keys.remote import CustodyClient, RemoteDevice
from keys.software import SoftwareDevice
from keys.wrapping import RootKey
from trust.audit import AuditTrail
from trust.clock import SystemClock
from trust.crypto import backends
from trust.crypto.algorithms import KEYS
from trust.crypto.sm2 import SM2Digest
from trust.signing import KeyPurpose, SigningUnavailable
from trust.store import Store

__all__ = ["results"]

DIGEST = SM2Digest(bytes(range(32)))
TIMES = 500
PATIENCE = 30.0


@dataclass(frozen=True)
class Rig:
    """A custody process, a key in it, and what the library does by itself."""

    device: RemoteDevice
    key: StoredKey
    process: int

    def sign(self) -> bytes:
        """Sign through the socket."""
        return self.device.sign(self.key, DIGEST)

    def cpu_seconds(self) -> float:
        """Return the CPU seconds that the process has used so far."""
        return cpu_seconds_of(self.process)


@contextmanager
def rig() -> Iterator[Rig]:
    """Run a custody process as an operator would, on a root key of its own."""
    with tempfile.TemporaryDirectory(prefix="xy-") as folder:
        settings = Settings(data_dir=Path(folder), custody="process")
        RootKey.create(settings.root_key)
        command = [sys.executable, "-m", "api.cli", "custody", "serve"]
        log = (Path(folder) / "log").open("wb")
        with log, subprocess.Popen(command, env=inherited_environment(settings), stderr=log) as process:
            device = RemoteDevice(CustodyClient(settings.custody_address))
            wait_for(device)
            algorithm, context = KEYS["sm2"], "key key_1 document sm2"
            made = device.generate(algorithm, context=context)
            key = StoredKey(
                id="key_1", context=context, algorithm="sm2", public_key=made.public_key, wrapped=made.wrapped
            )
            yield Rig(device, key, process.pid)
            device.client.close()
            process.terminate()


def wait_for(device: RemoteDevice) -> None:
    """Return once the process answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            device.ready()
        except SigningUnavailable:
            assert time.monotonic() < end
            time.sleep(0.05)
        else:
            return


def against_library(rig: Rig) -> Result:
    """Measure one signature: ours in both processes, and the library's in this one."""
    half = secret_halves.in_use().generate()  # which must live as long as what calls the library with it
    library = bare.secret(half)
    pairs: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        started = time.thread_time()
        for _ in range(TIMES):
            library.sign(DIGEST)
        theirs = time.thread_time() - started
        started = time.thread_time() + rig.cpu_seconds()
        for _ in range(TIMES):
            rig.sign()
        pairs.append((theirs, time.thread_time() + rig.cpu_seconds() - started))
    return Result(
        name="custody.sign",
        unit="per second",
        baseline=f"{backends.in_use().signs} by bare calls, in one process",
        baseline_value=round(TIMES / statistics.median(their for their, _ in pairs), 2),
        ours=round(TIMES / statistics.median(our for _, our in pairs), 2),
        ratio=round(statistics.median(their / our for their, our in pairs), 3),
    )


def throughput(rig: Rig, threads: int) -> float:
    """Return the signatures a second, by the clock on the wall, that so many threads get."""
    workers = [threading.Thread(target=lambda: [rig.sign() for _ in range(TIMES)]) for _ in range(threads)]
    started = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return threads * TIMES / (time.perf_counter() - started)


def with_two_threads(rig: Rig) -> Result:
    """Measure how much more two threads get than one."""
    pairs = [(throughput(rig, 1), throughput(rig, 2)) for _ in range(ROUNDS)]
    return Result(
        name="custody.sign_two_threads",
        unit="per second, by the clock on the wall",
        baseline="one thread",
        baseline_value=round(statistics.median(one for one, _ in pairs), 2),
        ours=round(statistics.median(two for _, two in pairs), 2),
        ratio=round(statistics.median(two / one for one, two in pairs), 3),
    )


def port_sign() -> Result:
    """Measure a signature through the port within one process, with the state of the key asked for each time."""
    with tempfile.TemporaryDirectory(prefix="xy-") as folder:
        store = Store(f"sqlite:///{Path(folder) / 'trust.db'}", clock=SystemClock(), journal=AuditTrail())
        migrations.upgrade(store.writer)
        keyring = Keyring(store, SoftwareDevice(RootKeys.of(RootKey.random())))
        with store.transaction() as tx:
            key = keyring.generate(tx, KeyPurpose.SEAL_OWNER, KEYS["sm2"])
            keyring.activate(tx, key)
        half = secret_halves.in_use().generate()  # which must live as long as what calls the library with it
        library = bare.secret(half)
        try:
            return paired(
                "custody.port_sign",
                f"{backends.in_use().signs} by bare calls",
                lambda: library.sign(DIGEST),
                lambda: keyring.sign(key, DIGEST),
                times=TIMES,
            )
        finally:
            store.close()


def results() -> list[Result]:
    """Measure everything of this module."""
    with one_core():
        port = port_sign()
    with one_core(), rig() as found:
        single = against_library(found)
        os.sched_setaffinity(found.process, range(os.cpu_count() or 1))
        for task in Path(f"/proc/{found.process}/task").iterdir():
            os.sched_setaffinity(int(task.name), range(os.cpu_count() or 1))
        os.sched_setaffinity(0, range(os.cpu_count() or 1))
        return [port, single, with_two_threads(found)]
