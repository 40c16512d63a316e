"""The service as it is run: foreign files in real workers, and everybody else served while one of them burns."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.settings import Environment, Settings
from api.worker_wiring import PRELOAD, WorkerPools
from tests.api.builders import Furnished, Service, copied, served, settings_for
from tests.api.routes.test_stampings import form, system_token
from tests.drills.hostile_thousand import Fault, Tally, drill, require_flat, resident_memory
from tests.hostile_files import HOSTILE, burning
from trust.confinement import is_confinable
from trust.worker_pool import WorkerPool
from trust.workers import IN_PROCESS, WorkerBusy

pytestmark = pytest.mark.skipif(not is_confinable(), reason="workers need Linux on x86-64 or 64-bit ARM")


@pytest.fixture(scope="module")
def working(furnished_folder: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Return an instance with two workers of each kind, and one second for each file."""
    folder = copied(furnished_folder.folder, tmp_path_factory.mktemp("working") / "instance")
    with served(folder, workers=2, worker_seconds=1) as service:
        yield service


def verify(service: Service, pdf: bytes, name: str = "a.pdf", **headers: str) -> httpx2.Response:
    return service.ask("POST", "/v1/verify", files={"file": (name, pdf)}, headers=headers)


def stamp(service: Service, furnished: Furnished, pdf: bytes, key: str) -> httpx2.Response:
    return service.ask(
        "POST",
        f"/v1/seals/{furnished.seal}/stampings",
        token=system_token(service, furnished.client),
        data=form(),
        files={"file": ("a.pdf", pdf, "application/pdf")},
        headers={"Idempotency-Key": key},
    )


def test_verdicts_are_the_same_in_workers(
    working: Service, shared_furnished: Service, furnished_folder: Furnished
) -> None:
    for pdf in (furnished_folder.licence_pdf, furnished_folder.stamped_pdf, furnished_folder.plain_pdf, b"neither"):
        there, here = verify(working, pdf), verify(shared_furnished, pdf)
        assert (there.status_code, there.json()) == (200, here.json())
    assert verify(working, furnished_folder.licence_pdf).json()["outcome"] == "passed"


@pytest.mark.parametrize("name", ["altered/licence.pdf", "password.pdf", "broken.pdf", "seal.esl", "stamp.ses"])
def test_every_kind_of_file_fares_the_same_in_workers(
    working: Service, shared_furnished: Service, evidence_folder: Path, name: str
) -> None:
    content = (evidence_folder / name).read_bytes()
    there, here = verify(working, content), verify(shared_furnished, content)
    told = {key: value for key, value in there.json().items() if key != "request_id"}
    assert (there.status_code, told) == (here.status_code, {key: here.json()[key] for key in told})


def test_a_document_is_stamped_with_workers_again_and_again(working: Service, furnished_folder: Furnished) -> None:
    once = stamp(working, furnished_folder, furnished_folder.plain_pdf, "worker-1")
    assert once.status_code == 201
    twice = stamp(working, furnished_folder, once.content, "worker-2")  # under a signature that was there before
    assert twice.status_code == 201
    verdict = verify(working, twice.content).json()
    assert (verdict["outcome"], len(verdict["signatures"])) == ("passed", 4)


def test_ten_people_are_served_while_a_file_burns(working: Service, furnished_folder: Furnished) -> None:
    hostile = burning()
    with ThreadPoolExecutor(4) as others:
        burnt = [others.submit(verify, working, hostile) for _ in range(1)]
        page = others.submit(working.ask, "POST", "/verify", files={"file": ("a.pdf", hostile)})
        served = [verify(working, furnished_folder.licence_pdf) for _ in range(10)]
        stamped = stamp(working, furnished_folder, furnished_folder.plain_pdf, "while-it-burns")
        ready = working.ask("GET", "/health/ready")
        refused = [one.result() for one in burnt]
    assert [one.json()["outcome"] for one in served] == ["passed"] * 10
    assert (stamped.status_code, ready.status_code) == (201, 200)
    for one in refused:
        problem = one.json()
        assert (one.status_code, problem["code"]) == (400, "worker.exhausted")
        assert problem["details"]["limit"] in ("processor_time", "time")  # of a machine that has more to do
    assert page.result().status_code == 400
    assert "读取时超出了限度" in page.result().text


def test_everybody_is_answered_while_hostile_files_come_from_all_sides(
    working: Service, furnished_folder: Furnished
) -> None:
    def ask(content: bytes) -> tuple[int, Mapping[str, Any]]:
        answer = verify(working, content)
        return answer.status_code, answer.json()

    tally = drill(ask, lambda: resident_memory(os.getpid()), furnished_folder.licence_pdf, 12)
    assert (tally.files, tally.honest >= 4) == (12, True)
    assert tally.slowest_seconds < 20  # where two processors have a whole suite to run


def test_the_drill_tells_what_is_wrong() -> None:
    answers = cycle([(200, {"outcome": "passed"}), (200, {"outcome": "failed", "sub_indication": "HASH_FAILURE"})])
    with pytest.raises(Fault):
        drill(lambda _: next(answers), lambda: 0.0, b"honest", 2)
    flat = Tally(
        files=1, seconds=1, honest=4, first_seconds=1, last_seconds=1, slowest_seconds=1, first_mib=100, last_mib=100
    )
    require_flat(flat)
    with pytest.raises(Fault, match="slower"):
        require_flat(replace(flat, last_seconds=2))
    with pytest.raises(Fault, match="larger"):
        require_flat(replace(flat, last_mib=200))


@pytest.mark.parametrize("name", ["a script", "before an archive", "under a password", "signed and locked", "a bomb"])
def test_what_must_not_be_stamped_is_refused_and_leaves_no_line(
    working: Service, furnished_folder: Furnished, name: str
) -> None:
    make, code, _ = HOSTILE[name]
    head = working.head()
    answer = stamp(working, furnished_folder, make(), f"hostile-{list(HOSTILE).index(name)}")
    assert answer.json()["code"] == code
    assert answer.status_code == (409 if code == "pdf.locked" else 400)
    assert not any(one.tag.startswith("seal:stamp") for one in working.events(after=head))


def test_who_is_turned_away_is_told_when_to_come_again(working: Service, furnished_folder: Furnished) -> None:
    pool = working.instance.workers.public
    assert isinstance(pool, WorkerPool)
    line, pool.line = pool.line, 0
    try:
        answer = verify(working, furnished_folder.licence_pdf)
    finally:
        pool.line = line
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, WorkerBusy.code, "3")


def test_health_says_where_files_are_read(working: Service, shared_furnished: Service) -> None:
    def told(service: Service) -> str:
        parts = service.ask("GET", "/health/ready").json()["parts"]
        return next(str(one["told"]) for one in parts if one["name"] == "workers")

    assert told(working) == "foreign files are read by 2 confined processes: 1 s, 1024 MiB for each file"
    assert told(shared_furnished) == "foreign files are read in this process, with no limits but their own"


def test_a_worker_of_the_service_knows_nothing_of_it(working: Service) -> None:
    assert {one.partition(".")[0] for one in PRELOAD}.isdisjoint({"api", "keys", "identity"})
    assert working.instance.workers.public is not working.instance.workers.known


@pytest.mark.parametrize("workers", [0, 3])
def test_where_files_are_read_is_a_setting(tmp_path: Path, workers: int) -> None:
    pools = WorkerPools.of(settings_for(tmp_path, workers=workers, worker_seconds=7, worker_memory=100 << 20))
    if not workers:
        assert pools == WorkerPools(public=IN_PROCESS, known=IN_PROCESS, typesetting=IN_PROCESS, issuing=IN_PROCESS)
        return
    assert isinstance(pools.public, WorkerPool)
    assert isinstance(pools.known, WorkerPool)
    assert (pools.public.processes, pools.public.limits.tasks, pools.known.limits.tasks) == (3, 1, 100)
    assert (pools.public.limits.cpu_seconds, pools.public.limits.memory, pools.public.wall_seconds) == (
        7,
        100 << 20,
        21,
    )
    pools.close()


def test_production_reads_no_foreign_file_beside_its_keys() -> None:
    settings = Settings(environment=Environment.PRODUCTION, public_url="https://trust.example")
    for machine in ("x86_64", "riscv64"):
        pools = WorkerPools.of(settings, machine=machine)
        assert isinstance(pools.public, WorkerPool)
        pools.close()
    assert WorkerPools.of(Settings(), machine="riscv64") == WorkerPools(
        public=IN_PROCESS, known=IN_PROCESS, typesetting=IN_PROCESS, issuing=IN_PROCESS
    )
