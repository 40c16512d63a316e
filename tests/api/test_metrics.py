"""Figures for monitoring: in the format that is read, of every part, and without those that cannot be had."""

import re
from datetime import timedelta

from api.health import CHECKS, REMEMBERED
from api.metrics import HELP, MEDIA_TYPE, Sample, written
from tests.api.builders import Service
from tests.fakes.clock import NOW
from trust.audit import make_checkpoint
from trust.events import AuditEvent
from trust.founding import Role

LINE = re.compile(r'([a-z_]+)(?:\{([a-z]+)="((?:[^"\\]|\\.)*)"\})? (-?[0-9.e+]+)')


def told(service: Service) -> dict[tuple[str, str], float]:
    """Ask, once what was answered before is forgotten; read the answer as the format says."""
    service.clock.advance(REMEMBERED)
    answer = service.ask("GET", "/health/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, MEDIA_TYPE)
    found: dict[tuple[str, str], float] = {}
    said: set[str] = set()
    for line in answer.text.splitlines():
        if line.startswith("#"):
            said.add(line.split()[2])
            continue
        read = LINE.fullmatch(line)
        assert read is not None, line
        assert read[1] in said  # what it is stands before it
        found[read[1], read[3] or ""] = float(read[4])
    return found


def test_every_figure_is_told(service: Service) -> None:
    figures = told(service)
    assert {name for name, _ in figures} == set(HELP)
    assert figures["xinyin_ready", ""] == 1
    assert {part for name, part in figures if name == "xinyin_part_ready"} == set(CHECKS)
    ends = {name: value for (kind, name), value in figures.items() if kind == "xinyin_certificate_end_seconds"}
    assert {"root-sm2", "issuing-sm2", "tsa-sm2", "audit"} <= set(ends)
    assert min(ends.values()) > (NOW + timedelta(days=365)).timestamp()
    lists = {name for kind, name in figures if kind == "xinyin_revocation_list_end_seconds"}
    assert lists == {"root-sm2", "issuing-sm2", "root-p256", "issuing-p256"}
    assert figures["xinyin_notices", "refused"] == 0


def test_how_long_nobody_signed_a_checkpoint_is_told(service: Service) -> None:
    store, keys = service.instance.base.store, service.instance.service_keys
    with store.transaction() as tx:
        tx.record(AuditEvent(tag="test:wait:done", actor="somebody", subject="something"))
    service.clock.advance(timedelta(hours=4))
    assert told(service)["xinyin_audit_unsealed_seconds", ""] >= timedelta(hours=4).total_seconds()
    make_checkpoint(store, *keys.credential(Role.AUDIT))
    assert told(service)["xinyin_audit_unsealed_seconds", ""] < timedelta(minutes=1).total_seconds()


def test_an_answer_is_remembered_for_a_moment(service: Service) -> None:
    first = service.ask("GET", "/health/metrics").text
    with service.instance.base.store.transaction() as tx:
        tx.record(AuditEvent(tag="test:wait:done", actor="somebody", subject="something"))
    service.clock.advance(REMEMBERED / 2)
    assert service.ask("GET", "/health/metrics").text == first


def test_what_cannot_be_had_is_left_out(service: Service) -> None:
    settings = service.instance.base.settings
    service.instance.base.store.close()
    for path in settings.data_dir.glob("trust.db*"):
        path.unlink()
    (settings.data_dir / "trust.db").write_bytes(b"this is no database" * 1000)
    for path in settings.blobs.glob("*"):
        path.rename(settings.data_dir / path.name)
    if settings.blobs.exists():
        settings.blobs.rmdir()
    settings.blobs.write_bytes(b"no folder")
    figures = told(service)
    assert (figures["xinyin_ready", ""], figures["xinyin_part_ready", "database"]) == (0, 0)
    assert {name for name, _ in figures} <= {*list(HELP)[:3], "xinyin_disk_free_bytes"}


def test_labels_are_written_so_that_they_can_be_read() -> None:
    (line,) = (
        one for one in written((Sample("xinyin_notices", 3, ("state", 'a"b\\c\nd')),)).splitlines() if "#" not in one
    )
    assert line == 'xinyin_notices{state="a\\"b\\\\c\\nd"} 3'
    assert written(()) == ""
