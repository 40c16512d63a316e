"""The custody process as it runs: started by its command, killed, sealed and unsealed, and beside a real service."""

import base64
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from api.custody_wiring import administrators_desk, devices, read_roots
from api.demo.service import free_port, running
from api.foundation import Foundation
from api.settings import Settings, inherited_environment
from keys import repository, shares
from keys.data_keys import RootKeys, open_data_key, open_secret
from keys.devices import StoredKey
from keys.errors import KeystoreSealed
from keys.keyring import stored
from keys.remote import PATIENCE as CLIENT_PATIENCE
from keys.remote import RemoteDevice
from keys.unsealing import RootRecord
from keys.wrapping import RootKey
from tests.api.builders import copied
from tests.keys.custody import folder_of_sockets
from trust.crypto.sm2 import SignatureMismatch
from trust.signing import KeyPurpose, SigningUnavailable

PATIENCE = 90.0


@dataclass(frozen=True)
class Place:
    """A founded instance, and the settings under which its custody is a process of its own."""

    folder: Path
    settings: Settings

    @property
    def roots(self) -> RootKeys:
        """The root keys of the instance."""
        return read_roots(self.settings)

    def key(self, algorithm: str = "sm2") -> StoredKey:
        """Return a key of the service."""
        base = Foundation.open(self.settings)
        with base.store.reading() as view:
            kept = repository.all_keys(view)
        base.store.close()
        return next(
            stored(one) for one in kept if one.algorithm == algorithm and one.purpose is KeyPurpose.LICENCE_CLAIM
        )

    def device(self) -> RemoteDevice:
        """Return the device as who serves has it."""
        (device,) = devices(self.settings, RootKeys({}))
        assert isinstance(device, RemoteDevice)
        return device

    def trust(self, *arguments: str, told: str = "") -> "subprocess.CompletedProcess[str]":
        """Run a command."""
        command = [sys.executable, "-m", "api.cli", *arguments]
        environment = inherited_environment(self.settings)
        return subprocess.run(
            command, env=environment, input=told, capture_output=True, text=True, check=False, timeout=PATIENCE
        )


@pytest.fixture
def place(founded_folder: Path, tmp_path: Path) -> Iterator[Place]:
    """Return an instance with a custody process to be started."""
    with folder_of_sockets() as sockets:
        folder = copied(founded_folder, tmp_path / "instance")
        port = free_port()
        yield Place(
            folder,
            Settings(
                data_dir=folder,
                port=port,
                public_url=f"http://127.0.0.1:{port}",
                custody="process",
                custody_socket=sockets / "custody" / "service.sock",
            ),
        )


@contextmanager
def serving(place: Place, log: Path | None = None) -> "Iterator[subprocess.Popen[bytes]]":
    """Run `trust custody serve` until the block ends."""
    environment = inherited_environment(place.settings)
    command = [sys.executable, "-m", "api.cli", "custody", "serve"]
    with (log or place.folder.parent / "custody.log").open("ab") as errors:
        process = subprocess.Popen(command, env=environment, stderr=errors)
        try:
            desk, end = administrators_desk(place.settings), time.monotonic() + PATIENCE
            while True:
                try:
                    desk.report()
                    break
                except SigningUnavailable:
                    assert process.poll() is None
                    assert time.monotonic() < end
                    time.sleep(0.05)
            desk.client.close()
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def verify(key: StoredKey, raw: bytes, message: bytes) -> None:
    """Raise `SignatureMismatch` where a signature does not hold."""
    public = key.public_key
    public.verify(public.signature_value(raw), message, public.own_algorithm)


def memory_of(process: int) -> Iterator[bytes]:
    """Yield what a process has in its memory, area by area."""
    with Path(f"/proc/{process}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{process}/maps").read_text().splitlines():
            area, rights, *_ = line.split()
            if not rights.startswith("rw"):
                continue
            start, end = (int(part, 16) for part in area.split("-"))
            try:
                memory.seek(start)
                yield memory.read(end - start)
            except OSError:  # an area of the kernel's
                continue


def holds(process: int, secret: bytes) -> bool:
    """Tell whether a secret is anywhere in the memory of a process, as it is or in hexadecimal."""
    forms = (secret, secret.hex().encode(), secret.hex().upper().encode(), secret[::-1])
    return any(form in area for area in memory_of(process) for form in forms)


@pytest.mark.no_cover
def test_a_service_beside_a_custody_process_never_has_the_root_key_or_a_private_key(
    place: Place, tmp_path: Path
) -> None:
    key = place.key()
    roots = place.roots
    root = roots.of_generation(1).secret
    private = open_secret(roots, key.wrapped or b"", context=key.context)
    scalar = private[7:39]
    base = Foundation.open(place.settings)
    with base.store.reading() as view:
        wrapped = repository.data_keys(view)
    base.store.close()
    data_keys = [open_data_key(roots, envelope, context=name) for name, envelope in wrapped.items()]
    log = tmp_path / "web.log"
    others = children_of(os.getpid())  # what earlier tests have started and keep: a browser, a database
    with serving(place) as custody, running(place.settings, log) as http:
        answer = http.get("/health/ready")
        assert "custody software, in a custody process" in answer.text
        (web,) = children_of(os.getpid()) - others - {custody.pid}
        device = place.device()
        message = b"message"
        verify(key, device.sign(key, key.public_key.digest(message)), message)
        device.client.close()
        if os.getuid() == 0:  # root alone may look: the search does find what is there
            assert holds(custody.pid, root)
        for secret in (root, scalar, *data_keys):
            assert not holds(web, secret)
        assert holds(web, key.wrapped or b"")
    for secret in (root, scalar, *data_keys):
        forms = (secret, secret.hex().encode(), base64.b64encode(secret))
        for file in (*place.folder.rglob("*"), log, place.folder.parent / "custody.log"):
            if file.is_file() and file.name != "root.key":
                content = file.read_bytes()
                assert not any(form in content for form in forms), file


def children_of(process: int) -> set[int]:
    """Return the processes that a process has started."""
    found = set()
    for task in Path(f"/proc/{process}/task").iterdir():
        found |= {int(one) for one in (task / "children").read_text().split()}
    return found


@pytest.mark.no_cover
def test_killed_under_load_it_is_unavailable_at_once_and_back_when_it_is_back(place: Place) -> None:
    key, device = place.key(), place.device()
    stop = threading.Event()
    signed, refused, wrong, slowest = [0] * 4, [0] * 4, [0] * 4, [0.0] * 4

    def keep_signing(worker: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            message = f"{worker} {turn}".encode()
            digest = key.public_key.digest(message)
            before = time.monotonic()
            try:
                raw = device.sign(key, digest)
            except SigningUnavailable:
                refused[worker] += 1
                time.sleep(0.005)
            else:
                signed[worker] += 1
                try:
                    verify(key, raw, message)
                except SignatureMismatch:
                    wrong[worker] += 1
            slowest[worker] = max(slowest[worker], time.monotonic() - before)

    workers = [threading.Thread(target=keep_signing, args=(number,)) for number in range(4)]
    try:
        for round_ in range(3):
            with serving(place) as custody:
                if not round_:
                    for worker in workers:
                        worker.start()
                before = signed[:]
                wait_for(lambda before=before: all(now > then + 20 for now, then in zip(signed, before, strict=True)))
                custody.send_signal(signal.SIGKILL)
                custody.wait(PATIENCE)
                before = refused[:]
                wait_for(lambda before=before: all(now > then for now, then in zip(refused, before, strict=True)))
    finally:
        stop.set()
        for worker in workers:
            worker.join()
    assert not any(wrong)
    assert max(slowest) < CLIENT_PATIENCE  # nobody waited for an answer that could not come
    device.client.close()


def wait_for(condition: object) -> None:
    """Wait for something that must happen."""
    end = time.monotonic() + PATIENCE
    assert callable(condition)
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_the_process_is_hardened_and_leaves_nothing_when_it_is_told_to_stop(place: Place) -> None:
    with serving(place) as custody:
        limits = Path(f"/proc/{custody.pid}/limits").read_text()
        (core,) = (line for line in limits.splitlines() if line.startswith("Max core file size"))
        assert core.split()[4:6] == ["0", "0"]
        assert Path(f"/proc/{custody.pid}/mem").stat().st_uid == 0
        told = place.trust("custody", "status")
        assert told.returncode == 0
        assert "unsealed, root key of generation 1\nno core dumps, no tracing" in told.stdout
        assert place.settings.custody_address.exists()
    assert custody.returncode == 0
    assert not list(place.settings.custody_address.parent.iterdir())


def test_holders_of_shares_unseal_from_their_terminals(place: Place) -> None:
    key = place.key()
    root = RootKey.load(place.settings.root_key)
    words = [one.words for one in shares.divide(root, threshold=2, holders=["甲", "乙", "丙"])]
    record = RootRecord(generation=1, check=root.check_value, threshold=2, shares=3)
    record.write(place.settings.root_record)
    place.settings.root_key.unlink()
    with serving(place):
        device = place.device()
        assert place.trust("custody", "status").stdout.startswith("sealed\n")
        with pytest.raises(KeystoreSealed):
            device.sign(key, bytes(32))
        assert place.trust("custody", "unseal", told=words[0] + "\n").stdout == "1 of 2 shares\n"
        wrong = place.trust("custody", "unseal", told="no share\n")
        assert (wrong.returncode, wrong.stdout) == (1, "")
        assert "keys.shares_malformed" in wrong.stderr
        assert words[1].split()[7] not in wrong.stderr
        assert place.trust("custody", "unseal", told=words[2] + "\n").stdout == "unsealed\n"
        verify(key, device.sign(key, key.public_key.digest(b"m")), b"m")
        assert place.trust("custody", "seal").stdout == "sealed\n"
        with pytest.raises(KeystoreSealed):
            device.sign(key, bytes(32))
        device.client.close()


def test_without_a_process_administrators_are_told_so(place: Place) -> None:
    for command in ("status", "seal"):
        told = place.trust("custody", command)
        assert told.returncode == 1
        assert "keys.signing_unavailable" in told.stderr


def test_a_user_that_there_is_not_is_refused_at_the_start(place: Place) -> None:
    settings = place.settings.model_copy(update={"custody_client": "no-such-user"})
    told = Place(place.folder, settings).trust("custody", "serve")
    assert told.returncode == 1
    assert "TRUST_CUSTODY_CLIENT" in told.stderr


@pytest.mark.no_cover
def test_a_service_whose_custody_is_away_answers_and_says_what_is_missing(place: Place, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api.cli", "serve"]
    environment = inherited_environment(place.settings)
    with (tmp_path / "web.log").open("wb") as errors:
        process = subprocess.Popen(command, env=environment, stderr=errors)
    with httpx2.Client(base_url=place.settings.public_url, timeout=60) as http:

        def state(path: str) -> int:
            try:
                return http.get(path).status_code
            except httpx2.TransportError:
                return 0

        try:
            wait_for(lambda: state("/health/live") == httpx2.codes.OK)
            answer = http.get("/health/ready")
            assert answer.status_code == httpx2.codes.SERVICE_UNAVAILABLE
            assert "keys.signing_unavailable" in answer.text
            assert http.get("/v1/trust-list").status_code != httpx2.codes.INTERNAL_SERVER_ERROR
            with serving(place):
                wait_for(lambda: state("/health/ready") == httpx2.codes.OK)
        finally:
            process.terminate()
            process.wait(PATIENCE)
