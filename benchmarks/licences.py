"""Licences: issuing many, against the plain pipeline; issuing and looking up among a million; and the memory it takes.

`licence.issue_bulk`: documents per second of CPU, everything included that issuing does: the checks, the registry with
its history, the enciphered data, the claim in the QR code, the page, both signatures with their time-stamps, our own
verification of the finished file, the blob store, the audit trail. The baseline (benchmarks/plain_licence.py) makes the
same page and the same two signatures, and nothing else. Both run in turn, in one process.

`licence.issue_at_1m`: the CPU time of issuing one licence and looking up another by its identifier, where the registry
has ten thousand licences, over the same where it has a million (benchmarks/registry.py).

`licence.rss_mb`: the most memory that a process of its own held while it issued ten thousand, against what is allowed
for a worker; `licence.rss_flat`: the same against the most that it had held after the first thousand.
"""

import json
import multiprocessing
import resource
import secrets
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from api.wiring import TEMPLATES
from benchmarks.documents import plain_stamping
from benchmarks.licence_rig import Rig, rig
from benchmarks.measure import ROUNDS, Result, cpu_seconds
from benchmarks.plain_licence import PlainLicences
from benchmarks.registry import fill
from licence.repository import Licence
from trust import typefaces

__all__ = ["results"]

TEMPLATE: Final = "food_permit"
TOGETHER: Final = 50
"""Licences of one round."""

ALLOWED_MB: Final = 600.0
FIRST, ALL = 1_000, 10_000
"""Licences after which the memory is looked at."""

FEW, MANY, SOME = 10_000, 1_000_000, 20


@contextmanager
def plain(issuer: Rig) -> Iterator[PlainLicences]:
    """Return the baseline with the keys of `issuer`."""
    instance = issuer.instance
    with instance.base.store.reading() as view:
        kit = instance.stampings.kit(view, issuer.seal)
    with tempfile.TemporaryDirectory() as folder:
        yield PlainLicences(
            folder=Path(folder),
            fonts=typefaces.FOLDER,
            template=instance.renderer.prepared(TEMPLATE),
            stamping=plain_stamping(instance, kit),
        )


def page_of(sample: dict[str, Any], fields: dict[str, Any], number: str) -> dict[str, Any]:
    """Return what the page of the baseline shows."""
    return {"fields": {**sample["fields"], **fields}, "licence": {**sample["licence"], "number": number}}


def issue(issuer: Rig, count: int) -> list[Licence]:
    """Issue licences that all must come to be."""
    made = issuer.instance.licences.issuing.issue_chunk(issuer.client, issuer.commands(count))
    found = [one for one in made if isinstance(one, Licence)]
    assert len(found) == count, made
    return found


def bulk(issuer: Rig) -> Result:
    """Measure issuing against the baseline."""
    sample = json.loads((TEMPLATES / TEMPLATE / "sample.json").read_text(encoding="utf-8"))
    at = issuer.instance.base.clock.now()
    with plain(issuer) as baseline:

        def theirs(count: int) -> None:
            for command in issuer.commands(count):
                page = page_of(sample, dict(command.data), command.number)
                baseline.make(page, "https://trust.yunzhou.example/v/" + secrets.token_urlsafe(103), at=at)

        theirs(2)
        issue(issuer, TOGETHER)
        pairs = [
            (cpu_seconds(lambda: theirs(TOGETHER), 1), cpu_seconds(lambda: issue(issuer, TOGETHER), 1))
            for _ in range(ROUNDS)
        ]
    return Result(
        name="licence.issue_bulk",
        unit="per second of CPU",
        baseline="plain pipeline: segno, typst with artwork, pyHanko twice; nothing registered, audited or verified",
        baseline_value=round(TOGETHER / statistics.median(their for their, _ in pairs), 2),
        ours=round(TOGETHER / statistics.median(our for _, our in pairs), 2),
        ratio=round(statistics.median(their / our for their, our in pairs), 3),
    )


def held() -> tuple[float, float]:
    """Return the most memory that this process has held after the first licences, and after all of them, in MiB."""
    most = []
    with rig() as issuer:
        for count in (FIRST, ALL - FIRST):
            for _ in range(count // TOGETHER):
                issue(issuer, TOGETHER)
            most.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return most[0], most[1]


def memory() -> list[Result]:
    """Measure the memory of a process that does nothing but issue."""
    with multiprocessing.get_context("spawn").Pool(1) as process:
        first, most = process.apply(held)
    return [
        Result(
            name=name,
            unit=f"MiB at most, {ALL} licences",
            baseline=baseline,
            baseline_value=round(value, 1),
            ours=round(most, 1),
            ratio=round(value / most, 3),
        )
        for name, baseline, value in (
            ("licence.rss_mb", "what a worker may take", ALLOWED_MB),
            ("licence.rss_flat", f"after the first {FIRST} of them", first),
        )
    ]


def at_a_million() -> Result:
    """Measure issuing and looking up in a large registry against a small one."""
    with rig() as small, rig() as large:
        for issuer, count in ((small, FEW), (large, MANY)):
            issue(issuer, 1)
            fill(issuer, count)
            issue(issuer, SOME)

        def work(issuer: Rig) -> None:
            for one in issue(issuer, SOME):
                found, _ = issuer.instance.licences.find(issuer.client, one.identifier)
                assert found == one

        pairs = [(cpu_seconds(lambda: work(small), 1), cpu_seconds(lambda: work(large), 1)) for _ in range(ROUNDS)]
    return Result(
        name="licence.issue_at_1m",
        unit="per second of CPU, issued and looked up",
        baseline=f"the same with {FEW} licences in the registry",
        baseline_value=round(SOME / statistics.median(few for few, _ in pairs), 2),
        ours=round(SOME / statistics.median(many for _, many in pairs), 2),
        ratio=round(statistics.median(few / many for few, many in pairs), 3),
    )


def results() -> list[Result]:
    """Measure everything of this module."""
    with rig() as issuer:
        issued = bulk(issuer)
    return [issued, *memory(), at_a_million()]
