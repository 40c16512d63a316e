"""`trust bulk`: a job asked for, watched and fetched from a service over HTTP, with codes that a script can go by."""

import csv
import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn

from api.bulk_client import BulkClient, ServiceRefused, TokenInFile
from api.bulk_command import exit_code
from api.bulk_runner import BulkRunner
from api.demo import cast
from tests.api.builders import Furnished, Service
from tests.api.commands import Run, runner
from tests.api.routes.test_bulk import rows
from tests.api.routes.test_stampings import system_token

NOWHERE = "http://127.0.0.1:9"


@contextmanager
def answering(service: Service) -> Iterator[str]:
    """Let the service answer on this machine, and work on jobs; yield its address."""
    config = uvicorn.Config(service.app, port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    working = BulkRunner(service.instance.bulk, threads=1, pause=0.02)
    thread.start()
    working.start()
    try:
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        working.stop()
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def address(shared_furnished: Service) -> Iterator[str]:
    """Return where the service answers."""
    with answering(shared_furnished) as found:
        yield found


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], address: str) -> Run:
    """Return what runs a command against the service."""
    monkeypatch.setenv("TRUST_PUBLIC_URL", address)
    return runner(monkeypatch, capsys)


@pytest.fixture
def common(shared_furnished: Service, furnished_folder: Furnished, tmp_path: Path) -> list[str]:
    """Return the options of every job: type, seal and the file of a token."""
    token = tmp_path / "token"
    token.write_text(system_token(shared_furnished, furnished_folder.client) + "\n")
    return ["--type", cast.BUSINESS_TYPE, "--seal", furnished_folder.seal, "--token-file", str(token)]


def table(tmp_path: Path, *numbers: str, bad: int = 0) -> Path:
    """Return a file with a table, of whose rows the last ones are bad."""
    found = rows(*numbers)
    for one in found[len(found) - bad :]:
        one["holder_code"] = "12100000000018032B"
    path = tmp_path / "table.csv"
    path.write_bytes(cast.table_of(found))
    return path


def test_a_table_is_issued_and_its_results_fetched(trust: Run, common: list[str], tmp_path: Path) -> None:
    results = tmp_path / "results.csv"
    asked = ["bulk", "issue", table(tmp_path, "c-1", "c-2"), *common, "--start", "--results", results]
    code, out, _ = trust(*asked, "--key", "the-same")
    assert code == 0
    assert "finished: 2 rows, 0 bad, 2 issued, 0 refused" in out
    lines = list(csv.reader(io.StringIO(results.read_text(encoding="utf-8-sig"))))
    assert [line[1] for line in lines[1:]] == ["issued", "issued"]
    again = trust(*asked, "--key", "the-same")
    assert (again.code, again.out.split()[0]) == (0, out.split()[0])


def test_refused_rows_have_a_code_of_their_own(trust: Run, common: list[str], tmp_path: Path) -> None:
    results = tmp_path / "results.jsonl"
    asked = [table(tmp_path, "d-1", "d-2", bad=1), *common, "--start", "--results", results]
    code, out, _ = trust("bulk", "issue", *asked)
    assert code == 2
    assert "已完成：共 2 行，已签发 1 张，有误 1 行" in out
    assert "第 3 行 line 3 holder_code: 统一社会信用代码有误" in out
    told = [json.loads(line) for line in results.read_text().splitlines()]
    assert [one["licence"] is not None for one in told] == [True, False]


def test_a_job_that_waits_is_started_later(trust: Run, common: list[str], tmp_path: Path) -> None:
    code, out, _ = trust("bulk", "issue", table(tmp_path, "e-1"), *common)
    assert (code, "validated" in out, "已校验" in out) == (3, True, True)
    assert f"trust bulk start {out.split()[0]}" in out
    job, token = out.split()[0], common[-2:]
    assert trust("bulk", "start", job, *token).code == 0
    assert trust("bulk", "watch", job, *token).code == 0
    code, _, err = trust("bulk", "start", job, *token)
    assert (code, "lifecycle.event_not_possible" in err) == (1, True)


def test_a_job_that_somebody_looks_at_first_does_not_start_by_itself(
    trust: Run, common: list[str], tmp_path: Path
) -> None:
    guessed = table(tmp_path, "g-1")
    guessed.write_bytes(guessed.read_text(encoding="utf-8-sig").encode("gb18030"))
    code, out, _ = trust("bulk", "issue", guessed, *common, "--start")
    assert (code, "validated: 1 rows, 0 bad, 0 issued" in out) == (3, True)


def test_a_job_is_paused_and_cancelled(trust: Run, common: list[str], tmp_path: Path) -> None:
    code, out, _ = trust("bulk", "issue", table(tmp_path, "h-1"), *common)
    job, token = out.split()[0], common[-2:]
    code, _, err = trust("bulk", "pause", job, *token)  # nothing is under way yet
    assert (code, "lifecycle.event_not_possible" in err) == (1, True)
    code, out, _ = trust("bulk", "cancel", job, *token)
    assert (code, f"{job} cancelled: 1 rows" in out) == (0, True)


def test_what_bears_a_seal_is_sealed_anew(trust: Run, common: list[str], tmp_path: Path) -> None:
    assert trust("bulk", "issue", table(tmp_path, "i-1"), *common, "--start").code == 0
    asked = [*common, "--reason", "印章更换，统一重新签章", "--sealed-with"]
    code, out, _ = trust("bulk", "reissue", *asked, "seal_of_nobody", "--start")
    assert (code, "bulk.nothing_selected" in out) == (1, True)
    code, out, _ = trust("bulk", "reissue", *asked, common[3], "--issued-from", "2020-01-01")
    assert (code, " validated: " in out) == (3, True)
    results = tmp_path / "anew.jsonl"
    code, out, _ = trust("bulk", "start", out.split()[0], *common[-2:], "--results", results)
    assert (code, ", 0 refused" in out) == (0, True)
    told = [json.loads(line)["licence"] for line in results.read_text().splitlines()]
    assert told
    assert {one["identifier"].rsplit(".", 2)[1] for one in told} == {"002"}


def test_a_table_that_is_none_fails(trust: Run, common: list[str], tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"a,b\n1,2\n")
    code, out, _ = trust("bulk", "issue", path, *common, "--start", "--results", tmp_path / "none.csv")
    assert (code, "bulk.mapping_invalid" in out) == (1, True)
    assert "列与字段不对应" in out
    assert not (tmp_path / "none.csv").exists()


def test_what_the_service_refuses_is_told_in_its_words(trust: Run, common: list[str], tmp_path: Path) -> None:
    common[1] = "nothing"
    code, _, err = trust("bulk", "issue", table(tmp_path, "f-1"), *common)
    assert (code, "bulk.service_refused" in err, "licence.type_unknown" in err) == (1, True, True)


def test_a_service_that_is_not_there_is_told(trust: Run, common: list[str], tmp_path: Path) -> None:
    code, _, err = trust("bulk", "issue", table(tmp_path, "g-1"), *common, "--url", NOWHERE)
    assert (code, "bulk.service_silent" in err) == (1, True)
    assert Path(common[-1]).read_text().strip() not in err


@pytest.mark.parametrize(
    ("state", "refused", "fault", "code"),
    [
        ("finished", 0, "", 0),
        ("finished", 1, "", 2),
        ("validated", 0, "", 3),
        ("paused", 0, "", 3),
        ("paused", 0, "seal.not_active", 1),
        ("refused", 0, "bulk.table_invalid", 1),
        ("cancelled", 0, "", 1),
    ],
)
def test_a_script_can_go_by_the_code(state: str, refused: int, fault: str, code: int) -> None:
    assert exit_code({"state": state, "refused": refused, "fault": fault}) == code


def test_no_more_bad_rows_are_told_than_a_person_reads(trust: Run, common: list[str], tmp_path: Path) -> None:
    numbers = [f"m-{place}" for place in range(12)]
    code, out, _ = trust("bulk", "issue", table(tmp_path, *numbers, bad=12), *common)
    assert (code, out.count(" holder_code: "), "另有 2 行" in out) == (3, 10, True)
    assert ("没有可签发的行" in out, "trust bulk start" in out) == (True, False)


def test_a_token_that_was_renewed_in_its_file_is_the_one_that_is_borne(tmp_path: Path) -> None:
    """A job may last for hours, and a token does not."""
    borne: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        borne.append(request.headers["Authorization"])
        return httpx2.Response(200, json={})

    token = tmp_path / "token"
    token.write_text("xc_first\n")
    transport = httpx2.MockTransport(answer)
    with BulkClient(http=httpx2.Client(transport=transport, base_url=NOWHERE, auth=TokenInFile(token))) as client:
        client.job("bulk_1")
        token.write_text("xc_second\n")
        client.job("bulk_1")
    assert borne == ["Bearer xc_first", "Bearer xc_second"]


def test_results_that_are_refused_leave_the_file_of_before(tmp_path: Path) -> None:
    results = tmp_path / "results.csv"
    results.write_text("of before")
    refusing = httpx2.MockTransport(lambda _: httpx2.Response(401))
    with BulkClient(http=httpx2.Client(transport=refusing, base_url=NOWHERE)) as client:
        with pytest.raises(ServiceRefused) as refused:
            client.results("bulk_1", results)
        assert refused.value.details == {"answer": "401"}
    assert results.read_text() == "of before"
