"""The application as a whole: how it starts, how it stops, and how a worker process makes it."""

import re
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient
from opentelemetry import trace
from opentelemetry.trace import NoOpTracer, Tracer, TracerProvider
from starlette.routing import BaseRoute, Route, compile_path
from typing_extensions import override

from api.app import create, every_route, from_environment
from api.console.files import ASSETS
from api.pages.rendering import STATIC
from api.settings import inherited_environment
from tests.api.builders import PUBLIC_URL, Service, copied, settings_for
from trust import audit
from trust.founding import NotFounded, Role


def test_it_starts_with_a_round_of_housekeeping_and_stops_with_a_checkpoint(service: Service) -> None:
    before = service.head()
    with TestClient(service.app, base_url=PUBLIC_URL) as http:
        assert http.get("/health/ready").status_code == 200
    found = [event.tag for event in service.events(after=before)]
    assert found.count("audit:checkpoint:done") == 2
    with service.instance.base.store.reading() as view:
        report = audit.check(view, trusted=[service.instance.service_keys.certificate(Role.AUDIT)])
    assert (report.broken_at, report.checkpoints) == (None, 2)


def test_what_routes_ask_for_is_worked_out_once_for_every_application(service: Service) -> None:
    other = create(service.instance)
    assert all(
        one is mine is theirs for one, mine, theirs in zip(every_route(), *both(service.app, other), strict=True)
    )
    assert service.app.router is not other.router
    assert service.app.openapi() is other.openapi()
    assert [one.path for one in service.app.routes if isinstance(one, Route)] == ["/openapi.json"]


def test_no_route_stands_in_the_way_of_another() -> None:
    found = [(one, compile_path(str(one.path))[0]) for one in iter_route_contexts(every_route())]
    for asked, _ in found:
        path = re.sub(r"{[^}]*}", "x1", str(asked.path))
        for method in asked.methods or ():
            first = next(one for one, known in found if method in (one.methods or ()) and known.match(path))
            assert first is asked, (method, asked.path, first.path)


def test_files_of_pages_are_answered_without_a_thread(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [f"/console/assets/{next(iter(ASSETS))}", "/console/", f"/static/{next(iter(STATIC))}"]
    service.ask("GET", "/health/live")

    def busy(*_: object, **__: object) -> None:
        raise AssertionError("a thread was asked for")

    monkeypatch.setattr(anyio.to_thread, "run_sync", busy)
    assert [service.ask("GET", path).status_code for path in paths] == [200, 200, 200]


def both(*apps: FastAPI) -> list[list[BaseRoute]]:
    """Return the routes of applications, without the one that each has by itself."""
    return [[one for one in app.routes if not isinstance(one, Route)] for app in apps]


def test_a_worker_opens_the_instance_of_its_environment(
    founded_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(copied(founded_folder, tmp_path / "instance"))
    for name, value in inherited_environment(settings).items():
        if name.startswith("TRUST_"):
            monkeypatch.setenv(name, value)
    app = from_environment()
    with TestClient(app, base_url=PUBLIC_URL) as http:
        assert http.get("/health/live").status_code == 200
    assert settings == app.state.instance.base.settings


def test_a_worker_without_an_instance_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from keys.errors import KeystoreUnavailable

    monkeypatch.setenv("TRUST_DATA_DIR", str(tmp_path))
    with pytest.raises(KeystoreUnavailable):
        from_environment()


def test_an_instance_that_is_not_founded_says_so(
    founded_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    from sqlalchemy import create_engine, text

    engine = create_engine(settings_for(folder).database)
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM service_key"))
    engine.dispose()
    monkeypatch.setenv("TRUST_DATA_DIR", str(folder))
    with pytest.raises(NotFounded):
        from_environment()


def test_the_pages_of_the_framework_are_not_there(shared: Service) -> None:
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert shared.ask("GET", path).status_code == 404


def test_it_says_who_it_is(shared: Service) -> None:
    told = shared.ask("GET", "/openapi.json").json()["info"]
    assert (told["title"], told["version"]) == ("信印 Xinyin", "0.1.0")


class Collector(TracerProvider):
    """Where telemetry would go; it counts who asks to tell it something."""

    def __init__(self) -> None:
        self.asked = 0

    @override
    def get_tracer(self, *_: Any, **__: Any) -> Tracer:
        self.asked += 1
        return NoOpTracer()


def test_no_collector_is_told_of_requests(shared: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    collector = Collector()
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: collector)
    assert shared.ask("GET", "/health/live").status_code == 200
    assert collector.asked == 0
    other = FastAPI()
    TestClient(other).get("/")
    assert collector.asked  # by itself it would be
