"""Figures for monitoring, in the text format that Prometheus reads (version 0.0.4, OpenMetrics' elder form).

Every process of an instance tells the same, since all of it is read from what they share: nothing is counted in memory,
where each would have its own. How many requests there were and how long they took stands in the log. No figure tells of
persons, nor how much an organisation has stamped or issued: anybody may read them, as they may the health.
"""

import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple

from api import migrations
from api.health import REMEMBERED, Readiness
from api.wiring import Instance
from licence import waiting_repository
from trust import outbox_repository, pki_repository
from trust.audit_repository import first_unsealed
from trust.errors import TrustError
from trust.store import Reading

__all__ = ["MEDIA_TYPE", "Metrics"]

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

HELP: Final[dict[str, str]] = {
    "xinyin_ready": "Whether every part of the instance is in order",
    "xinyin_part_ready": "Whether a part is in order, as GET /health/ready tells",
    "xinyin_migration_info": "The migration that this program is of",
    "xinyin_disk_free_bytes": "Octets of free disk where files are",
    "xinyin_certificate_end_seconds": "When a certificate of the service ends, in seconds since 1970",
    "xinyin_revocation_list_end_seconds": "When the next update of an authority's list is due, in seconds since 1970",
    "xinyin_audit_unsealed_seconds": "How long ago the oldest event was recorded that no checkpoint covers",
    "xinyin_notices": "Notices to the platform above that wait, or were refused",
    "xinyin_notices_oldest_seconds": "How long the oldest notice has waited",
    "xinyin_late_time_stamps": "Licences that wait for their time-stamp, or are late for a further one",
}
"""What each figure is; all of them go up and down (gauge). A figure that cannot be had is left out."""


class Sample(NamedTuple):
    """One figure."""

    name: str
    value: float
    label: tuple[str, str] | None = None


class Metrics:
    """Answers with the figures, from memory when it was just asked."""

    def __init__(self, instance: Instance, readiness: Readiness) -> None:
        self.instance = instance
        self.readiness = readiness
        self.lock = threading.Lock()
        self.latest = ""
        self.until = instance.base.clock.now()

    def ask(self) -> str:
        """Return the figures as text."""
        with self.lock:
            now = self.instance.base.clock.now()
            if not self.latest or now >= self.until:
                self.latest = written(tuple(self.samples()))
                self.until = now + REMEMBERED
            return self.latest

    def samples(self) -> Iterator[Sample]:
        """Yield every figure. What the database tells is left out while it does not answer."""
        parts = self.readiness.ask()
        yield Sample("xinyin_ready", all(one.ok for one in parts))
        for one in parts:
            yield Sample("xinyin_part_ready", one.ok, ("part", one.name))
        yield Sample("xinyin_migration_info", 1, ("migration", str(migrations.head())))
        with suppress(OSError):  # the part `disk` says so
            yield Sample("xinyin_disk_free_bytes", shutil.disk_usage(self.instance.base.settings.blobs).free)
        try:
            with self.instance.base.store.reading() as view:
                found = (*self.of_certificates(view), *of_the_trail(view), *self.of_what_waits(view))
        except TrustError:  # the part `database` says so
            return
        yield from found

    def of_certificates(self, view: Reading) -> Iterator[Sample]:
        """Yield the ends of certificates and lists: of the newest generation of each authority, and of each role."""
        authorities = sorted(self.instance.base.authorities.all(view), key=lambda one: one.generation)
        newest = {one.line: one for one in authorities}
        keys = self.instance.service_keys
        named = {one.name: one.certificate for one in newest.values()}
        named |= {role.value: keys.certificate(role) for role in keys.versions}
        for name, certificate in sorted(named.items()):
            yield Sample("xinyin_certificate_end_seconds", certificate.not_after.timestamp(), ("name", name))
        lists = pki_repository.kept_lists(view)
        for place, known in sorted(lists.items(), key=lambda one: str(one[0])):
            if place.is_complete and place.issuer in {one.name for one in newest.values()}:
                yield Sample(
                    "xinyin_revocation_list_end_seconds", known.next_update.timestamp(), ("name", place.issuer)
                )

    def of_what_waits(self, view: Reading) -> Iterator[Sample]:
        """Yield what should have left, or been mended."""
        left = outbox_repository.waiting(view, self.instance.notices.topic)
        yield Sample("xinyin_notices", left.waiting, ("state", "waiting"))
        yield Sample("xinyin_notices", left.refused, ("state", "refused"))
        yield Sample("xinyin_notices_oldest_seconds", age(view, left.since))
        yield Sample("xinyin_late_time_stamps", waiting_repository.late_time_stamps(view, None).total)


def of_the_trail(view: Reading) -> Iterator[Sample]:
    """Yield how long no checkpoint was signed."""
    unsealed = first_unsealed(view)
    yield Sample("xinyin_audit_unsealed_seconds", age(view, None if unsealed is None else unsealed.at))


def age(view: Reading, since: datetime | None) -> float:
    """Return how many seconds ago something was; 0 where it was not."""
    return 0 if since is None else max(0.0, (view.now - since).total_seconds())


def written(samples: tuple[Sample, ...]) -> str:
    """Return figures as the format wants them: each kind together, after what is said of it."""
    lines: list[str] = []
    for name, said in HELP.items():
        mine = [one for one in samples if one.name == name]
        if mine:
            lines += [f"# HELP {name} {said}", f"# TYPE {name} gauge"]
        for one in mine:
            label = "" if one.label is None else f'{{{one.label[0]}="{escaped(one.label[1])}"}}'
            lines.append(f"{name}{label} {round(float(one.value), 3):.15g}")
    return "".join(f"{line}\n" for line in lines)


def escaped(value: str) -> str:
    """Return the value of a label as the format wants it."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
