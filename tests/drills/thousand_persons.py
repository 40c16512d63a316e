"""A thousand persons are imported while processes are killed: `python -m tests.drills.thousand_persons`.

Each process is the real command on a real database; it gets SIGKILL after a random time, and another reads the same
file from its beginning. In the end one reads it in peace, and then is counted: exactly a thousand persons and accounts,
a further run that changes nothing, and no citizen number, name or account in any file of the instance. `make drill`
runs the whole; tests/api/federation/test_persons_command.py a slice.
"""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from api.scim.resource import PERSON, USER
from tests.api.builders import PUBLIC_URL, found, served
from tests.api.federation.builders import Neighbourhood
from tests.identity.builders import person_number

__all__ = ["main"]

NAME: Final = "司徒明月"
FIRST_BORN: Final = date(1950, 1, 1)


def number(sequence: int) -> str:
    """Return the citizen number of one of many."""
    return person_number(sequence % 1000, born=FIRST_BORN + timedelta(days=sequence))


def line(sequence: int) -> bytes:
    """Return one of many as the province writes one."""
    told = {
        "schemas": [USER, PERSON],
        "externalId": f"province-{sequence:06d}",
        "userName": f"citizen.of.the.province.{sequence:06d}",
        "name": {"formatted": NAME},
        PERSON: {"level": 2, "documentNumber": number(sequence)},
    }
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def main() -> None:
    """Run the drill, and tell what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, file = Path(place) / "instance", Path(place) / "persons.jsonl"
        found(folder)
        file.write_bytes(b"".join(line(one) for one in range(asked.persons)))
        with served(folder) as service:
            peer = Neighbourhood(service, None, folder).platform()  # type: ignore[arg-type] # there is no province
        environment = {**os.environ, "TRUST_DATA_DIR": str(folder), "TRUST_PUBLIC_URL": PUBLIC_URL}  # noqa: TID251 - what a process gets
        command = [sys.executable, "-m", "api.cli", "import-persons", str(file), "--platform", peer]
        with served(folder) as service:
            federation = service.instance.federation
            source = federation.source(peer)

            def taken() -> int:
                return federation.provisioning.page(source, start=0, count=0)[0]

            places, killed = [], 0
            for _ in range(asked.kills):
                goal = taken() + secrets.randbelow(1 + 2 * asked.persons // asked.kills)
                with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
                    while process.poll() is None and taken() < goal:
                        time.sleep(0.01)
                    time.sleep(secrets.randbelow(300) / 1000)
                    process.kill()
                killed += process.returncode == -signal.SIGKILL
                places.append(taken())
        assert 2 * killed >= asked.kills, f"only {killed} processes were killed: the others had done their work"
        began = time.monotonic()
        runs = [subprocess.run(command, env=environment, capture_output=True, check=True) for _ in range(2)]
        took = (time.monotonic() - began) / 2
        print(f"killed at {places}; then: {runs[0].stdout.decode().strip()}")  # noqa: T201 - what it is for
        print(  # noqa: T201 - likewise
            f"once more: {runs[1].stdout.decode().strip()}; {took:.1f} s each"
        )
        assert f"{asked.persons} unchanged" in runs[1].stdout.decode()
        with served(folder) as service:
            federation = service.instance.federation
            total, _ = federation.provisioning.page(federation.source(peer), start=0, count=0)
            assert total == asked.persons
            registered = [
                one for one in service.events() if one.tag == "identity:register_person:done" and one.actor == peer
            ]
            assert len(registered) == len({one.subject for one in registered}) == asked.persons
            service.instance.base.store.purge()
        octets = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
        told = [NAME, "citizen.of.the.province", "province-0", *(number(one) for one in range(asked.persons))]
        found_in_clear = [one for one in told if one.encode() in octets]
        assert found_in_clear == []
        print(f"{total} persons, each once; none of {len(told)} values in clear in {len(octets):,} octets")  # noqa: T201 - likewise


if __name__ == "__main__":
    main()
