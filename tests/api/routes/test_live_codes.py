"""亮证 over HTTP: on a holder's phone, at a counter with a name, and on anybody's phone."""

import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn
from fastapi.testclient import TestClient
from PIL import Image

from api.live_watch import LiveWatch
from identity.duties import Duty, Grant
from licence.qr import draw_svg, read_codes
from tests.api.builders import PUBLIC_URL, Furnished, Service, copied, served
from tests.api.routes.test_stampings import system_token


def made(service: Service, furnished: Furnished, bearer: str, **more: str) -> dict[str, str]:
    """Make a code for the licence of the enterprise."""
    body = {"licence": furnished.licence, **more}
    answer = service.ask("POST", "/v1/live-codes", token=bearer, json=body)
    assert answer.status_code == 201, answer.text
    told: dict[str, str] = answer.json()
    return told


@pytest.fixture(scope="module")
def agent(shared_furnished: Service, furnished_folder: Furnished) -> str:
    """Return a session of somebody who speaks for the holder."""
    return shared_furnished.bearer(Grant(Duty.LICENCE_HOLDER, furnished_folder.enterprise))


def test_a_holder_shows_a_licence_and_sees_who_checked(
    shared_furnished: Service, furnished_folder: Furnished, agent: str
) -> None:
    service = shared_furnished
    code = made(service, furnished_folder, agent, purpose="进场核验")
    assert code["address"].startswith(f"{PUBLIC_URL}/l/")
    assert code["svg"] == draw_svg(code["address"])
    assert int(code["seconds"]) == service.instance.base.settings.live_code_seconds
    waiting = service.ask("GET", f"/v1/live-codes/{code['id']}", token=agent).json()
    assert (waiting["state"], waiting["checked_at"], waiting["checked_by"]) == ("waiting", None, None)
    system = system_token(service, furnished_folder.client)
    secret = code["address"].rpartition("/")[2]
    answer = service.ask("POST", "/v1/live-codes/check", token=system, json={"secret": secret})
    told = answer.json()
    assert (answer.status_code, told["in_force"], told["purpose"]) == (200, True, "进场核验")
    assert "*" not in told["holder"] + told["number"] + told["identifier"]
    assert (told["type_name"], told["type_name_en"]) == ("营业执照", "Business Licence")
    looked = service.ask("GET", f"/v1/live-codes/{code['id']}", token=agent).json()
    assert looked["state"] == "checked"
    assert looked["checked_by"].endswith("系统")
    again = service.ask("POST", "/v1/verify/live-code", json={"secret": secret})
    assert (again.status_code, again.json()["code"]) == (409, "live_code.used")


def test_anybody_checks_without_a_name(shared_furnished: Service, furnished_folder: Furnished, agent: str) -> None:
    service = shared_furnished
    code = made(service, furnished_folder, agent)
    secret = code["address"].rpartition("/")[2]
    assert service.ask("POST", "/v1/verify/live-code", json={"secret": secret}).status_code == 200
    looked = service.ask("GET", f"/v1/live-codes/{code['id']}", token=agent).json()
    assert (looked["state"], looked["checked_by"]) == ("checked", None)


def test_a_stranger_neither_makes_nor_looks(shared_furnished: Service, furnished_folder: Furnished, agent: str) -> None:
    service = shared_furnished
    stranger = service.bearer()
    answer = service.ask("POST", "/v1/live-codes", token=stranger, json={"licence": furnished_folder.licence})
    assert (answer.status_code, answer.json()["code"]) == (404, "licence.unknown")
    code = made(service, furnished_folder, agent)
    answer = service.ask("GET", f"/v1/live-codes/{code['id']}", token=stranger)
    assert (answer.status_code, answer.json()["code"]) == (404, "live_code.unknown")


def test_guessing_is_throttled(furnished_folder: Furnished, tmp_path: Path) -> None:
    with served(copied(furnished_folder.folder, tmp_path / "instance"), verify_rate="2/minute") as service:
        statuses = [
            service.ask("POST", path, json={"secret": "A" * 22}).status_code
            for path in ("/v1/verify/live-code", "/v1/verify/live-code", "/v1/verify/live-code")
        ]
        assert statuses == [404, 404, 429]
        assert service.http.post("/l/" + "A" * 22).status_code == 429


# --- pages


def page_of(http: TestClient, method: str, path: str, language: str = "zh") -> tuple[int, str]:
    """Return the status and the text of a page."""
    answer = http.request(method, path, params={"lang": language})
    assert answer.headers["content-type"].startswith("text/html")
    return answer.status_code, answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_looking_at_the_address_consumes_nothing(
    shared_furnished: Service, furnished_folder: Furnished, agent: str, language: str
) -> None:
    service = shared_furnished
    path = made(service, furnished_folder, agent, purpose="进场核验")["address"].removeprefix(PUBLIC_URL)
    for _ in range(2):  # programs that preview links do that by themselves
        status, text = page_of(service.http, "GET", path, language)
        assert (status, text.count('<form method="post"')) == (200, 1)
    status, text = page_of(service.http, "POST", path, language)
    assert status == 200
    assert "进场核验" in text
    assert "*" not in text.partition("<dl")[2].partition("</dl>")[0]
    status, text = page_of(service.http, "POST", path, language)
    assert status == 409
    assert {"zh": "已被查验过一次", "en": "checked once"}[language] in text


def test_the_pages_of_a_code_that_expired_or_never_was(furnished: Service, furnished_folder: Furnished) -> None:
    agent = furnished.bearer(Grant(Duty.LICENCE_HOLDER, furnished_folder.enterprise))
    path = made(furnished, furnished_folder, agent)["address"].removeprefix(PUBLIC_URL)
    furnished.clock.advance(timedelta(seconds=60))
    status, text = page_of(furnished.http, "POST", path)
    assert (status, "已过期" in text) == (409, True)
    status, text = page_of(furnished.http, "POST", "/l/nothing")
    assert (status, "没有这个亮证码" in text) == (404, True)


def test_what_a_licence_of_no_force_says(furnished: Service, furnished_folder: Furnished) -> None:
    agent = furnished.bearer(Grant(Duty.LICENCE_HOLDER, furnished_folder.enterprise))
    path = made(furnished, furnished_folder, agent)["address"].removeprefix(PUBLIC_URL)
    officer = furnished.bearer(Grant(Duty.LICENCE_OFFICER, furnished_folder.authority))
    body = {"reason": "登记事项造假，依法处理。"}
    done = furnished.ask("POST", f"/v1/licences/{furnished_folder.licence}/suspension", token=officer, json=body)
    assert done.status_code == 200, done.text
    status, text = page_of(furnished.http, "POST", path)
    assert (status, "暂扣" in text, "tone-failed" in text) == (200, True, True)


# --- being told


@contextmanager
def listening(service: Service) -> Iterator[str]:
    """Let a service answer over real HTTP, and return its address."""
    config = uvicorn.Config(service.app, host="127.0.0.1", port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


def events(lines: Iterator[str]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield number, name and data of each event of a stream."""
    told: dict[str, str] = {}
    for line in lines:
        if line and not line.startswith((":", "retry")):
            name, _, value = line.partition(": ")
            told[name] = value
        elif told:
            yield told["id"], told["event"], json.loads(told["data"])
            told = {}


def test_a_phone_is_told_at_once_who_checked(
    shared_furnished: Service, furnished_folder: Furnished, agent: str
) -> None:
    service = shared_furnished
    service.app.state.live_watch = LiveWatch(service.instance.live_codes.named, pause=0.02)
    code = made(service, furnished_folder, agent)
    secret, path = code["address"].rpartition("/")[2], f"/v1/live-codes/{code['id']}/events"
    bearer = {"Authorization": f"Bearer {agent}"}
    with listening(service) as address, httpx2.Client(base_url=address, timeout=20, headers=bearer) as phone:
        with phone.stream("GET", path) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            assert stream.headers["cache-control"] == "no-store"
            found = events(stream.iter_lines())
            assert next(found)[:2] == ("0", "waiting")
            system = {"Authorization": f"Bearer {system_token(service, furnished_folder.client)}"}
            checked = httpx2.post(f"{address}/v1/live-codes/check", json={"secret": secret}, headers=system)
            assert checked.status_code == 200
            number, name, told = next(found)
            assert (number, name, told["state"]) == ("1", "checked", "checked")
            assert told["checked_by"].endswith("系统")
            assert list(found) == []
        again = phone.get(path, headers={"Last-Event-ID": "0"}).text
        assert [one[1] for one in events(iter(again.splitlines()))] == ["checked"]
        assert "event" not in phone.get(path, headers={"Last-Event-ID": "1"}).text


def test_a_phone_is_told_that_nobody_came(shared_furnished: Service, furnished_folder: Furnished, agent: str) -> None:
    service = shared_furnished
    service.app.state.live_watch = LiveWatch(service.instance.live_codes.named, heartbeat=0.05, longest=0.2)
    code = made(service, furnished_folder, agent)
    path = f"/v1/live-codes/{code['id']}/events"
    text = service.ask("GET", path, token=agent).text
    assert ": still here" in text
    assert [one[1] for one in events(iter(text.splitlines()))] == ["waiting"]
    service.clock.advance(timedelta(seconds=120))
    text = service.ask("GET", path, token=agent).text
    assert [one[1] for one in events(iter(text.splitlines()))] == ["expired"]
    answer = service.ask("GET", path, token=service.bearer())
    assert (answer.status_code, answer.json()["code"]) == (404, "live_code.unknown")


def test_a_code_comes_as_a_picture_for_apps_that_draw_none(
    shared_furnished: Service, furnished_folder: Furnished, agent: str
) -> None:
    body, headers = {"licence": furnished_folder.licence}, {"Accept": "image/png"}
    answer = shared_furnished.ask("POST", "/v1/live-codes", token=agent, json=body, headers=headers)
    assert (answer.status_code, answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        201,
        "image/png",
        "no-store",
    )
    (address,) = read_codes(Image.open(io.BytesIO(answer.content)))
    name = answer.headers["Live-Code-ID"]
    told = shared_furnished.ask("GET", f"/v1/live-codes/{name}", token=agent).json()
    assert datetime.fromisoformat(told["expires_at"]) == datetime.fromisoformat(answer.headers["Live-Code-Expires"])
    secret = address.removeprefix(f"{PUBLIC_URL}/l/")
    assert shared_furnished.ask("POST", "/v1/verify/live-code", json={"secret": secret}).status_code == 200
