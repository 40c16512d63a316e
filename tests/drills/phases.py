"""How far a process has come with the rows it works on, told from within, and readable after it was killed.

What tells are the adapters of tests/fakes/faulty.py at the ports of the journal and of the files, and the pool of
connections, which says when a transaction has ended. The phase stands in memory that is shared with whoever kills: what
is read there after a SIGKILL is where the process was when it died, not where somebody believed it to be.
"""

import mmap
import os
import select
import threading
import time
from collections.abc import Collection
from contextlib import suppress
from enum import IntEnum
from typing import Final

from sqlalchemy import event
from typing_extensions import override

from api.wiring import Instance
from tests.fakes.faulty import Faults, FaultyBlobs, FaultyJournal

__all__ = ["AIMS", "HALF_MADE", "Phase", "Seat", "first_to_reach"]


class Phase(IntEnum):
    """Where a row is, of the chunk that a process holds."""

    IDLE = 0
    """Nothing is held: looking for work, or claiming it."""

    LOOK = 1
    """The table is read, or rows are checked."""

    PREPARE = 2
    """Holders, seals and numbers are looked at and taken, in a transaction that is open."""

    NUMBER = 3
    """That transaction is being committed."""

    DRAW = 4
    """Claims are signed and pages rendered; the licences are on record as prepared."""

    INTEND = 5
    """The intents to stamp are being committed."""

    SIGN = 6
    """The seal stamps each, and each is verified."""

    KEEP = 7
    """The files go to the blob store."""

    RELEASE = 8
    """The licences are put in force, in a transaction that is open."""

    COMMIT = 9
    """That transaction is being committed."""

    ANSWER = 10
    """The licences are in force, and what came of the rows is not noted yet."""

    NOTE = 11
    """It is being committed."""


AIMS: Final = tuple(Phase)[1:]
"""In which processes are killed."""

HALF_MADE: Final = frozenset({Phase.DRAW, Phase.INTEND, Phase.SIGN, Phase.KEEP, Phase.RELEASE})
"""Whoever dies there leaves licences behind that are prepared, and will never be in force."""

BEFORE: Final = {
    "commit:licence:prepare:done": Phase.NUMBER,
    "commit:seal:stamp:prepared": Phase.INTEND,
    "put": Phase.KEEP,
    "kept": Phase.RELEASE,
    "commit:licence:release:done": Phase.COMMIT,
    "commit:bulk:conclude:done": Phase.NOTE,
}
"""What begins where a point is passed."""

AFTER: Final = {
    "commit:bulk:claim:done": Phase.LOOK,
    "commit:bulk:begin:done": Phase.PREPARE,
    "commit:licence:prepare:done": Phase.DRAW,
    "commit:seal:stamp:prepared": Phase.SIGN,
    "commit:licence:release:done": Phase.ANSWER,
    "commit:bulk:conclude:done": Phase.IDLE,
}
"""What begins once the transaction has ended in which a point was passed."""


class Marks(Faults):
    """Notes each phase that this process enters."""

    def __init__(self, seat: "Seat") -> None:
        super().__init__()
        self.seat = seat
        self.here = threading.local()

    @override
    def at(self, point: str) -> None:
        if point in BEFORE:
            self.seat.enter(BEFORE[point])
        if point in AFTER:
            self.here.next = AFTER[point]

    def ended(self, _connection: object, _record: object) -> None:
        """Note that a transaction of this thread has ended."""
        phase, self.here.next = getattr(self.here, "next", None), None
        if phase is not None:
            self.seat.enter(phase)


class Seat:
    """Where one process tells how far it is. Made before it is forked; each side has its own end."""

    def __init__(self) -> None:
        self.shared = mmap.mmap(-1, 2)
        self.told, self.tells = os.pipe()
        os.set_blocking(self.tells, False)

    @property
    def phase(self) -> Phase:
        """Where the process is, or was when it died."""
        return Phase(self.shared[0])

    @property
    def is_at_work(self) -> bool:
        """Whether the process has come to anything yet: one that is killed while it starts proves nothing."""
        return bool(self.shared[1])

    def enter(self, phase: Phase) -> None:
        """Tell that a phase begins."""
        self.shared[1] = 1
        if self.shared[0] == phase:
            return
        self.shared[0] = phase
        with suppress(BlockingIOError):  # nobody listens: then nobody aims
            os.write(self.tells, bytes([phase]))

    def watch(self, instance: Instance) -> None:
        """Stand at the ports of an instance of which nothing was used yet."""
        marks, store = Marks(self), instance.base.store
        store.journal = FaultyJournal(store.journal, marks)
        vars(instance)["blobs"] = FaultyBlobs(instance.blobs, marks)
        event.listen(store.writer, "checkin", marks.ended)

    def close(self) -> None:
        """Let go of the memory and of both ends."""
        self.shared.close()
        os.close(self.told)
        os.close(self.tells)


def first_to_reach(seats: Collection[Seat], wished: Collection[Phase], *, patience: float) -> Seat | None:
    """Return the first of some processes that enters a phase from now on, or None where none does in `patience`."""
    by_end = {one.told: one for one in seats}
    until = time.monotonic() + patience
    for end in by_end:
        while select.select([end], [], [], 0)[0]:
            assert os.read(end, 4096), "a process ended by itself"
    while (left := until - time.monotonic()) > 0:
        for end in select.select(list(by_end), [], [], left)[0]:
            told = os.read(end, 4096)
            assert told, "a process ended by itself"
            if told[-1] in wished:
                return by_end[end]
    return None
