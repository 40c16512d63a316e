"""Health: each part really tried, and named when it is broken; whatever breaks, the answer is 503 and no mistake."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from api import migrations
from api.foundation import Foundation
from api.health import REMEMBERED, probe
from api.wiring import Instance
from keys.errors import RootMismatch
from seal.notices import TOPIC
from tests.api.builders import Service, copied, served, settings_for
from tests.builders import PKI
from tests.fakes.carrier import PlannedCarrier
from tests.fakes.clock import NOW, SettableClock
from trust import founding
from trust.founding import Role, ServiceKeys
from trust.outbox import MessageRefused, put
from trust.paths import Purpose

PARTS = ("database", "signature", "certificates", "time", "disk", "workers", "notices")


def told_by(service: Service) -> dict[str, str]:
    """Ask, once what was answered before is forgotten; return what each part that is not in order says."""
    service.clock.advance(REMEMBERED)
    answer = service.ask("GET", "/health/ready")
    body = answer.json()
    assert tuple(part["name"] for part in body["parts"]) == PARTS
    broken = {part["name"]: part["told"] for part in body["parts"] if not part["ok"]}
    expected = (503, "not ready") if broken else (200, "ready")
    assert expected == (answer.status_code, body["status"])
    return broken


def test_the_process_lives(shared: Service) -> None:
    answer = shared.ask("GET", "/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


def test_a_good_instance_is_ready(service: Service) -> None:
    assert told_by(service) == {}
    told = {part.name: part.told for part in probe(service.instance)}
    assert told["database"] == f"sqlite, migration {migrations.head()}"
    assert told["signature"].startswith("custody software, in-process, SM2 keys in ")
    assert "MiB free" in told["disk"]


def test_what_was_answered_is_remembered_for_a_moment(service: Service) -> None:
    assert told_by(service) == {}
    execute(service, "UPDATE alembic_version SET version_num = '0000'")
    assert service.ask("GET", "/health/ready").status_code == 200
    service.clock.advance(REMEMBERED - timedelta(microseconds=1))
    assert service.ask("GET", "/health/ready").status_code == 200
    service.clock.advance(timedelta(microseconds=1))
    assert service.ask("GET", "/health/ready").status_code == 503


def execute(service: Service, statement: str, **values: str) -> None:
    with service.instance.base.store.writer.begin() as connection:
        connection.execute(text(statement), values)


def test_a_database_at_another_migration_is_told(service: Service) -> None:
    execute(service, "UPDATE alembic_version SET version_num = '0000'")
    assert {"database": f"migration 0000 in the database, {migrations.head()} in the program"} == told_by(service)


def test_a_database_without_a_migration_is_told(service: Service) -> None:
    execute(service, "DROP TABLE alembic_version")
    assert list(told_by(service)) == ["database"]


def overwrite(path: Path) -> None:
    path.write_bytes(b"this is no database" * 1000)


def take_away(path: Path) -> None:
    path.unlink()


def put_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize("harm", [overwrite, take_away, put_a_folder])
def test_a_database_that_is_lost_is_told(service: Service, harm: Callable[[Path], None]) -> None:
    settings = service.instance.base.settings
    service.instance.base.store.close()
    for path in settings.data_dir.glob("trust.db-*"):
        path.unlink()
    harm(settings.data_dir / "trust.db")
    broken = told_by(service)
    assert {"database", "signature", "certificates"} <= set(broken)
    assert str(settings.data_dir) not in str(broken)


@pytest.fixture
def on_postgresql(founded_folder: Path, tmp_path: Path, postgres_url: str) -> Iterator[tuple[Service, Engine]]:
    """Return an instance that was founded in a database of its own, and what administers that."""
    name = f"lost_{uuid4().hex}"
    administrator = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with administrator.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    own = make_url(postgres_url).set(database=name).render_as_string(hide_password=False)
    folder = copied(founded_folder, tmp_path / "instance")
    clock = SettableClock()
    base = Foundation.open(settings_for(folder, database_url=own), clock)
    migrations.upgrade(base.store.writer)
    founding.found(base.store, base.custody, base.authorities, operator="云州市政务服务和数据管理局")
    base.responders.keep_fresh()
    with base.store.reading() as view:
        keys = ServiceKeys(base.custody, base.authorities, view)
    yield Service(Instance(base, keys), clock), administrator
    base.store.close()
    with administrator.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name}"))
    administrator.dispose()


def test_a_postgresql_that_does_not_answer_is_told(on_postgresql: tuple[Service, Engine]) -> None:
    service, administrator = on_postgresql
    assert told_by(service) == {}
    name = make_url(service.instance.base.settings.database).database
    with administrator.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"))
        everybody = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
        connection.execute(text(everybody), {"name": name})
    assert {"database", "signature", "certificates", "notices"} == set(told_by(service))


def test_a_custody_that_does_not_sign_is_told(service: Service) -> None:
    handle = service.instance.service_keys.signer(Role.LICENCE_CLAIM).key.handle
    execute(service, "UPDATE key SET state = 'retired' WHERE id = :name", name=handle.removeprefix("software:"))
    assert told_by(service) == {"signature": "keys.signing_unavailable()"}


def test_a_wrong_root_key_is_told(founded_folder: Path, tmp_path: Path) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    root = settings_for(folder).root_key
    root.write_text("00" * 32 + "\n")
    with pytest.raises(RootMismatch):
        Foundation.open(settings_for(folder))
    settings_for(folder).root_record.unlink()  # an instance of before has none
    with served(folder) as service:
        broken = told_by(service)
    assert list(broken) == ["signature"]
    assert "root key" in broken["signature"]


@pytest.mark.parametrize(
    ("later", "words"),
    [
        (timedelta(days=8), "past its next update"),
        (timedelta(days=5 * 365), "expired"),
        (-timedelta(days=1), "not valid yet"),
    ],
)
def test_certificates_and_lists_have_their_time(service: Service, later: timedelta, words: str) -> None:
    service.clock.set(NOW + later)
    service.app.state.readiness.until = service.clock.now()
    broken = told_by(service)
    assert list(broken) == ["certificates"]
    assert words in broken["certificates"]


def test_lists_that_were_renewed_are_good_again(service: Service) -> None:
    service.clock.advance(timedelta(days=8))
    assert list(told_by(service)) == ["certificates"]
    assert len(service.instance.base.authorities.keep_lists_fresh()) == 4
    assert told_by(service) == {}


def test_a_list_that_is_missing_is_told(service: Service) -> None:
    execute(service, "DELETE FROM revocation_list WHERE issuer = 'issuing-sm2'")
    assert told_by(service) == {"certificates": "an authority has no revocation list"}


def test_an_end_that_is_near_is_told_in_time(service: Service) -> None:
    service.clock.set(NOW + timedelta(days=5 * 365 - 20))
    service.instance.base.authorities.keep_lists_fresh()
    service.instance.base.responders.keep_fresh()
    told = {part.name: part for part in probe(service.instance)}
    assert told["certificates"].ok
    assert told["certificates"].told.endswith(", soon")


def test_a_disk_that_is_full_is_told(founded_folder: Path, tmp_path: Path) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    with served(folder, minimum_disk=1 << 60) as service:
        assert list(told_by(service)) == ["disk"]


def test_a_folder_that_cannot_be_made_is_told(founded_folder: Path, tmp_path: Path) -> None:
    folder = copied(founded_folder, tmp_path / "instance")
    (folder / "blobs").write_text("a file stands where the folder should")
    with served(folder) as service:
        assert told_by(service) == {"disk": "FileExistsError"}  # where it stands is nobody's business


def test_what_is_told_names_no_secret(service: Service) -> None:
    root = service.instance.base.settings.root_key.read_text().strip()
    for part in probe(service.instance):
        assert root not in part.told


def test_an_authority_that_nobody_answers_for_is_told(service: Service) -> None:
    execute(service, "DELETE FROM responder WHERE authority = 'root-p256'")
    assert told_by(service) == {"certificates": "an authority has no OCSP responder"}
    service.clock.advance(timedelta(seconds=10))
    service.instance.base.responders.keep_fresh()
    assert told_by(service) == {}


def test_a_shard_past_its_next_update_is_told(service: Service) -> None:
    execute(service, "UPDATE revocation_list SET next_update = '2026-01-01 00:00:00.000000' WHERE shard = 0")
    assert told_by(service) == {"certificates": "a revocation list is past its next update"}


def test_an_anchor_from_outside_needs_no_list_of_ours(service: Service, sm2_pki: PKI) -> None:
    base = service.instance.base
    base.outside.trust(sm2_pki.root.certificate.der, purposes=[Purpose.SEALING], actor="operator:test")
    assert told_by(service) == {}


def test_notices_that_wait_are_told_and_keep_nothing_from_serving(service: Service) -> None:
    def told() -> str:
        return {part.name: part.told for part in probe(service.instance)}["notices"]

    assert told() == "no platform above; 0 wait"
    outbox, store = service.instance.notices, service.instance.base.store
    for subject in ("seal_1", "seal_2"):
        with store.transaction() as tx:
            put(tx, TOPIC, subject=subject, payload={"task": "207", "data": {}})
    assert told() == "no platform above; 2 wait"
    service.instance.__dict__["upper_platform"] = PlannedCarrier()
    assert told() == "2 wait since 2026-11-22 04:05Z, 0 refused"
    assert outbox.deliver(PlannedCarrier(MessageRefused(answer="no"))) == 2
    assert told() == "0 wait, 1 refused"
    assert told_by(service) == {}
