"""`trust import-persons`: a province's accounts from a file, killed in the middle and read again."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from api.demo import cast
from api.persons_command import Importing
from api.scim.resource import PERSON, USER
from tests.api.builders import PUBLIC_URL, Service, copied, served
from tests.api.commands import on_instance
from tests.api.federation.builders import Neighbourhood

PEOPLE = 60


def line(sequence: int, **changes: Any) -> bytes:  # noqa: ANN401 - any attribute
    """Return a made-up citizen as the province writes one."""
    told = {
        "schemas": [USER, PERSON],
        "externalId": f"u-{sequence}",
        "userName": f"citizen.{sequence}",
        "name": {"formatted": "欧阳锋"},
        PERSON: {"level": 2, "documentNumber": cast.person_number(sequence)},
    }
    return json.dumps({**told, **changes}, ensure_ascii=False).encode() + b"\n"


def citizens(count: int = PEOPLE, *, start: int = 700) -> list[bytes]:
    """Return made-up citizens."""
    return [line(start + place) for place in range(count)]


def taken(neighbourhood: Neighbourhood, peer: str, lines: Iterable[bytes]) -> tuple[Counter[str], Importing]:
    """Take lines in this process."""
    federation = neighbourhood.service.instance.federation
    importing = Importing(federation.provisioning, federation.source(peer))
    *_, counted = Counter[str](), *importing.take(lines)
    return counted, importing


def accounts(service: Service, peer: str) -> int:
    """Return how many accounts a platform has told of."""
    federation = service.instance.federation
    return federation.provisioning.page(federation.source(peer), start=0, count=0)[0]


def test_a_broken_import_goes_on_and_a_second_one_changes_nothing(neighbourhood: Neighbourhood) -> None:
    peer, lines = neighbourhood.platform(), citizens()

    def broken() -> Iterable[bytes]:
        yield from lines[:55]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        taken(neighbourhood, peer, broken())
    assert accounts(neighbourhood.service, peer) == 50  # what was taken together
    counted, _ = taken(neighbourhood, peer, lines)
    assert (counted["created"], counted["unchanged"], counted["refused"]) == (10, 50, 0)
    head = neighbourhood.service.head()
    counted, _ = taken(neighbourhood, peer, lines)
    assert (counted["unchanged"], neighbourhood.service.head()) == (PEOPLE, head)
    assert accounts(neighbourhood.service, peer) == PEOPLE


def test_a_line_that_cannot_be_taken_keeps_no_other_from_being_taken(neighbourhood: Neighbourhood) -> None:
    peer, base = neighbourhood.platform(), neighbourhood.service.instance.base
    lines = citizens(8, start=800)
    lines[1] = b"{\n"
    lines[2] = line(802, **{PERSON: {"level": 2, "documentNumber": "110105194912310021"}})
    lines[3] = b"\n"
    lines[4] = b"[]\n"
    lines[5] = b'{"schemas": "' + b"x" * 70_000 + b'"}\n'
    lines[6] = line(806, userName=7)
    counted, importing = taken(neighbourhood, peer, lines)
    assert (counted["created"], counted["refused"]) == (2, 5)
    assert importing.faults == [
        (2, "provisioning.account_malformed"),
        (5, "provisioning.account_malformed(field='line')"),
        (6, "provisioning.account_malformed(field='line')"),
        (7, "provisioning.account_malformed(field='userName')"),
        (3, "identity.citizen_number_malformed(fault='check')"),
    ]
    with base.store.reading() as view:
        assert base.identity.subjects_of_code(view, cast.person_number(807)) != ()


def test_what_has_changed_since_is_changed(neighbourhood: Neighbourhood) -> None:
    peer = neighbourhood.platform()
    taken(neighbourhood, peer, citizens(3, start=850))
    lines = [line(850), line(851, active=False), line(852, userName="another.name")]
    counted, _ = taken(neighbourhood, peer, lines)
    assert (counted["unchanged"], counted["changed"]) == (1, 2)


def test_a_process_that_is_killed_leaves_nothing_half(
    founded_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with served(folder) as service:
        neighbourhood = Neighbourhood(service, None, folder)  # type: ignore[arg-type] # there is no province
        peer = neighbourhood.platform()
    pipe = tmp_path / "persons.jsonl"
    os.mkfifo(pipe)
    environment = {**os.environ, "TRUST_DATA_DIR": str(folder), "TRUST_PUBLIC_URL": PUBLIC_URL}  # noqa: TID251 - what a process gets
    command = [sys.executable, "-m", "api.cli", "import-persons", str(pipe), "--platform", peer]
    with (
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
        pipe.open("wb", buffering=0) as lines,
        served(folder) as service,
    ):
        lines.write(b"".join(citizens(55)))
        deadline = time.monotonic() + 60
        while accounts(service, peer) < 50 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert accounts(service, peer) == 50  # the rest waits for more
        process.send_signal(signal.SIGKILL)
        process.wait()
    pipe.unlink()
    pipe.write_bytes(b"".join(citizens()))
    run = on_instance(folder, monkeypatch, capsys)
    first, second = (run("import-persons", pipe, "--platform", peer) for _ in range(2))
    assert (first.code, first.out.strip()) == (0, "10 created, 0 changed, 50 unchanged, 0 refused")
    assert (second.code, second.out.strip()) == (0, f"0 created, 0 changed, {PEOPLE} unchanged, 0 refused")
    pipe.write_bytes(b"no line\n")
    third = run("import-persons", pipe, "--platform", peer)
    assert (third.code, "line 1: provisioning.account_malformed" in third.out) == (2, True)
    with served(folder) as service:
        service.instance.base.store.purge()
    octets = b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())
    for secret in (cast.person_number(700), cast.person_number(759), "欧阳锋", "citizen.700"):
        assert secret.encode() not in octets
