"""Health: whether the process lives, and whether the instance is ready, each part really tried."""

import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from api import migrations
from api.logs import logger
from api.wiring import Instance
from trust import pki_repository
from trust.crypto import backends
from trust.crypto.reference import ReferenceBackend
from trust.errors import TrustError
from trust.founding import Role
from trust.pki_repository import ListId

__all__ = ["Readiness", "ReadinessCheck", "probe"]

REMEMBERED: Final = timedelta(seconds=5)
"""How long an answer is remembered, so that asking often costs nothing."""

WARNING: Final = timedelta(days=30)


class NotInOrder(Exception):
    """A part was tried and is not in order. The words say how, for everybody to read."""


@dataclass(frozen=True, kw_only=True)
class ReadinessCheck:
    """One part of the instance, and whether it is in order."""

    name: str
    ok: bool
    told: str


def check_database(instance: Instance) -> str:
    """Read from the database, and compare its migrations with the program's."""
    store = instance.base.store
    at, head = migrations.current(store.reader), migrations.head()
    if at != head:
        raise NotInOrder(f"migration {at} in the database, {head} in the program")
    return f"{store.writer.dialect.name}, migration {at}"


def check_signature(instance: Instance) -> str:
    """Sign with a key in custody, and verify with a backend that shares no code with the one that signed."""
    signer, certificate = instance.service_keys.credential(Role.LICENCE_CLAIM)
    message = b"xinyin readiness self-test"
    certificate.verify_message(signer.sign(message), message, backend=ReferenceBackend())
    computing = backends.in_use()
    signs, verifies = computing.signs, computing.verifies.name
    return f"custody {instance.base.custody.name}, SM2 keys in {signs}, verification {verifies}"


def check_certificates(instance: Instance) -> str:
    """Look whether every certificate of the service is valid, and whether every authority has lists and a responder.

    A generation that was succeeded may end in peace.
    """
    with instance.base.store.reading() as view:
        authorities, now = instance.base.authorities.all(view), view.now
        lists = pki_repository.kept_lists(view)
        responders = {one.name: pki_repository.responder(view, one.name) for one in authorities}
    newest = {one.line: one for one in sorted(authorities, key=lambda one: one.generation)}
    kept = [
        *(one.certificate for one in newest.values()),
        *(instance.service_keys.certificate(role) for role in instance.service_keys.versions),
    ]
    first, last = min(kept, key=lambda one: one.not_after), max(kept, key=lambda one: one.not_before)
    if first.not_after <= now:
        raise NotInOrder(f"expired: {first.common_name}")
    if last.not_before > now:
        raise NotInOrder(f"not valid yet: {last.common_name}; is the clock right?")
    living = {one.name for one in authorities if one.certificate.not_after > now}
    if not {ListId(name) for name in living} <= set(lists):
        raise NotInOrder("an authority has no revocation list")
    if any(known.next_update <= now for place, known in lists.items() if place.issuer in living):
        raise NotInOrder("a revocation list is past its next update")
    answering = {name for name, one in responders.items() if one is not None and one.certificate.not_after > now}
    if not living <= answering:
        raise NotInOrder("an authority has no OCSP responder")
    soon = ", soon" if first.not_after - now < WARNING else ""
    return f"first to expire at {first.not_after:%Y-%m-%d}{soon}"


def check_time(instance: Instance) -> str:
    """Ask the guarded clock for the time."""
    now = instance.timekeeping.guard.now()
    asked = "and the kernel" if instance.base.settings.asks_kernel_clock else "alone"
    return f"{now:%Y-%m-%d %H:%M:%S}Z, by the clock {asked}"


def check_workers(instance: Instance) -> str:
    """Ask for a worker that could read a foreign file."""
    return instance.workers.ready()


def check_disk(instance: Instance) -> str:
    """Look whether there is room for files."""
    settings = instance.base.settings
    settings.blobs.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.blobs).free
    if free < settings.minimum_disk:
        raise NotInOrder(f"{free >> 20} MiB free")
    return f"{free >> 20} MiB free"


def check_notices(instance: Instance) -> str:
    """Tell what the platform above has not been told. None of it keeps the instance from serving."""
    left = instance.notices.waiting()
    if instance.upper_platform is None:
        return f"no platform above; {left.waiting} wait"
    since = "" if left.since is None else f" since {left.since:%Y-%m-%d %H:%M}Z"
    return f"{left.waiting} wait{since}, {left.refused} refused"


CHECKS: Final[dict[str, Callable[[Instance], str]]] = {
    "database": check_database,
    "signature": check_signature,
    "certificates": check_certificates,
    "time": check_time,
    "disk": check_disk,
    "workers": check_workers,
    "notices": check_notices,
}


def probe(instance: Instance) -> tuple[ReadinessCheck, ...]:
    """Try every part."""
    return tuple(try_part(name, check, instance) for name, check in CHECKS.items())


def try_part(name: str, check: Callable[[Instance], str], instance: Instance) -> ReadinessCheck:
    """Try one part; whatever goes wrong there is told, and does not keep the others from being tried."""
    try:
        return ReadinessCheck(name=name, ok=True, told=check(instance))
    except (TrustError, NotInOrder) as error:
        return ReadinessCheck(name=name, ok=False, told=str(error))
    except Exception as error:  # noqa: BLE001 - one broken part must not hide what the others say
        # Everybody may read what is told: an address or a path stays in the log.
        logger().warning("part broken", part=name, exc_info=True)
        return ReadinessCheck(name=name, ok=False, told=type(error).__name__)


class Readiness:
    """Answers whether the instance is ready, from memory when it was just asked."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.lock = threading.Lock()
        self.latest: tuple[ReadinessCheck, ...] = ()
        self.until = instance.base.clock.now()

    def ask(self) -> tuple[ReadinessCheck, ...]:
        """Return what every part has to say."""
        with self.lock:
            now = self.instance.base.clock.now()
            if not self.latest or now >= self.until:
                self.latest = probe(self.instance)
                self.until = now + REMEMBERED
            return self.latest
