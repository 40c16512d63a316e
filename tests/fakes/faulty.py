"""Adapters that fail, or let something happen, at a point that the test names: what a crash finds and leaves behind.

Each stands before a real adapter of its port. A point is passed by its name, such as `sign:seal_owner`, and the list
of all points passed tells in which order things were done.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from trust.blobs import BlobId, BlobStore
from trust.crypto.algorithms import KeyAlgorithm
from trust.events import AuditEvent
from trust.signing import KeyCustody, KeyPurpose, KeyReference
from trust.store import Journal, Transaction
from trust.timestamping import TimeStamper

__all__ = ["Crash", "Faults", "FaultyBlobs", "FaultyCustody", "FaultyJournal", "FaultyStamper"]


class Crash(BaseException):
    """The process dies here: no `except Exception` of ours sees it, as none would see a power cut."""


class Faults:
    """What is to happen at which point, once, and which points were passed."""

    def __init__(self) -> None:
        self.armed: dict[str, Callable[[], None]] = {}
        self.passed: list[str] = []

    def fail(self, point: str, error: BaseException) -> None:
        """Raise `error` the next time that `point` is passed."""

        def act() -> None:
            raise error

        self.armed[point] = act

    def meanwhile(self, point: str, action: Callable[[], object]) -> None:
        """Do `action` the next time that `point` is passed, as another process would."""

        def act() -> None:
            action()

        self.armed[point] = act

    def at(self, point: str) -> None:
        """Pass a point."""
        self.passed.append(point)
        act = self.armed.pop(point, None)
        if act is not None:
            act()


class FaultyCustody:
    """A custody with the points `sign:<purpose>` and `signed:<purpose>`; it counts what each key signed."""

    def __init__(self, inner: KeyCustody, faults: Faults) -> None:
        self.inner, self.faults = inner, faults
        self.signed: Counter[tuple[KeyPurpose, bytes]] = Counter()

    def generate(
        self, tx: Transaction, purpose: KeyPurpose, algorithm: KeyAlgorithm, *, name: str = ""
    ) -> KeyReference:
        self.faults.at(f"generate:{purpose.value}")
        return self.inner.generate(tx, purpose, algorithm, name=name)

    def activate(self, tx: Transaction, key: KeyReference) -> None:
        self.inner.activate(tx, key)

    def retire(self, tx: Transaction, key: KeyReference, *, until: datetime | None = None) -> None:
        self.inner.retire(tx, key, until=until)

    def abandon(self, tx: Transaction, name: str) -> None:
        self.inner.abandon(tx, name)

    def request(self, key: KeyReference, info: bytes) -> bytes:
        self.faults.at(f"request:{key.purpose.value}")
        return self.inner.request(key, info)

    def sign(self, key: KeyReference, digest: bytes) -> bytes:
        self.faults.at(f"sign:{key.purpose.value}")
        signature = self.inner.sign(key, digest)
        self.signed[key.purpose, digest] += 1
        self.faults.at(f"signed:{key.purpose.value}")
        return signature

    def count(self, purpose: KeyPurpose) -> int:
        """Return how often a key of this purpose has signed."""
        return sum(times for (one, _), times in self.signed.items() if one is purpose)


class FaultyStamper:
    """A time-stamp authority with the points `stamp:<name>` and `stamped:<name>`."""

    def __init__(self, inner: TimeStamper, faults: Faults, name: str) -> None:
        self.inner, self.faults, self.name = inner, faults, name

    def stamp(self, message: bytes) -> bytes:
        self.faults.at(f"stamp:{self.name}")
        token = self.inner.stamp(message)
        self.faults.at(f"stamped:{self.name}")
        return token


class FaultyBlobs:
    """A blob store with the points `put` before and `kept` after a file is written, `remove` and `removed` alike."""

    def __init__(self, inner: BlobStore, faults: Faults) -> None:
        self.inner, self.faults = inner, faults

    def put(self, content: bytes) -> BlobId:
        self.faults.at("put")
        name = self.inner.put(content)
        self.faults.at("kept")
        return name

    def put_all(self, contents: Sequence[bytes]) -> tuple[BlobId, ...]:
        self.faults.at("put")
        names = self.inner.put_all(contents)
        self.faults.at("kept")
        return names

    def get(self, name: BlobId) -> bytes:
        return self.inner.get(name)

    def remove(self, name: BlobId) -> None:
        self.faults.at("remove")
        self.inner.remove(name)
        self.faults.at("removed")


class FaultyJournal:
    """A journal with the point `commit:<tag>` for each event, just before the transaction commits."""

    def __init__(self, inner: Journal, faults: Faults) -> None:
        self.inner, self.faults = inner, faults

    def append(self, tx: Transaction, events: Sequence[AuditEvent]) -> None:
        for event in events:
            self.faults.at(f"commit:{event.tag}")
        self.inner.append(tx, events)
