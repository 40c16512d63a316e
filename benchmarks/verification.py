"""Verification: our licences against pyHanko, a file with ten signatures, and QR codes through HTTP.

A licence bears the seal's signature and a PAdES signature. pyHanko reads the second alone, and is timed for that: with
the same anchors and the same revocation lists, which it must use, since it reads them for each file as we do. Each file
is that of another licence, and the process is one that issues none: so neither has seen anything of them before.

QR codes are asked for from a server that is a process of its own, as an operator runs it, over connections that are
kept. What counts is the CPU time of all of its threads; the clients are another process. Two figures are told apart. A
code that was checked before is answered from what was said then, once the database has said that nothing has changed;
the first check of a code does everything. Every code is that of another licence.
"""

import http.client
import io
import json
import logging
import multiprocessing
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Final

from asn1crypto import crl as asn1_crl
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from api.settings import Settings, inherited_environment
from api.wiring import TEMPLATES, Instance
from benchmarks import licence_rig
from benchmarks.crypto import one_core
from benchmarks.documents import X_MM, Y_MM, kit_of
from benchmarks.measure import ROUNDS, Result, cpu_seconds, cpu_seconds_of, paired
from benchmarks.stampings import SERVE, free_port, wait
from licence.records import Licence
from seal.stamping.orders import StampOrder
from seal.stamping.places import AtPoint
from seal.stamping.stamp import prepare_stamp
from seal.verification.files import judge_file
from trust.asn1 import oids
from trust.paths import Evidence
from trust.verdict import Outcome

__all__ = ["results"]

FILES: Final = 10
"""Files of a round."""

LICENCES: Final = 600
WARM: Final = 100
"""Codes that a server is asked for before the others: it was just started, and will serve for days."""

CLIENTS: Final = 16
EACH: Final = 200
"""Questions of each client in a round."""

TEN_SECONDS_BAR: Final = 1.0
QR_BAR: Final = 2000.0
"""Checks per second of one core."""

UNLIMITED: Final = "1000000000/second"


# --- files


def plain_pyhanko(pdfs: Iterable[bytes], evidence: Evidence) -> Callable[[], object]:
    """Return what validates the next of some files with pyHanko alone."""
    waiting = iter(pdfs)
    oids.register()
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)
    roots = [asn1_x509.Certificate.load(one.der) for one in evidence.anchors]

    def validate() -> object:
        context = ValidationContext(
            trust_roots=roots,
            other_certs=[asn1_x509.Certificate.load(one.der) for one in evidence.certificates],
            crls=[asn1_crl.CertificateList.load(one.der) for one in evidence.revocation_lists],
            revocation_mode="hard-fail",
            allow_fetching=False,
        )
        signatures: Sequence[Any] = PdfFileReader(io.BytesIO(next(waiting))).embedded_signatures
        found = [validate_pdf_signature(one, context, ts_validation_context=context) for one in signatures]
        assert [one.bottom_line for one in found] == [True], "it reads the PAdES signature, and finds it good"
        return found

    return validate


def own_pdf(pdfs: Sequence[bytes], settings: Settings) -> Result:
    """Measure validating licences of an instance, each once."""
    instance, waiting = Instance.open(settings), iter(pdfs)
    evidence, now = instance.evidence(), instance.base.clock.now()
    instance.base.store.close()

    def ours() -> object:
        report = judge_file(next(waiting), evidence, now=now)
        assert report.document.outcome is Outcome.PASSED
        assert len(report.document.signatures) == 2
        return report

    return paired(
        "verify.own_pdf",
        "plain pyHanko, for the PAdES signature alone: it reads no seal signature",
        plain_pyhanko(pdfs, evidence),
        ours,
        times=FILES,
        unit="files per second of CPU",
    )


def ten_signatures(rig: licence_rig.Rig) -> Result:
    """Measure validating a page with ten signatures: stamped five times, each time in both families."""
    instance = rig.instance
    kit = kit_of(instance)
    sample = json.loads((TEMPLATES / "business_licence" / "sample.json").read_text())
    pdf = instance.renderer.render("business_licence", sample, at=instance.base.clock.now())
    for place in range(5):
        order = StampOrder(places=(AtPoint(page=1, x_mm=X_MM - 40 * place, y_mm=Y_MM),), reason="benchmark")
        pdf = prepare_stamp(pdf, kit, order, at=instance.base.clock.now()).redeem(instance.base.clock).pdf
    evidence, now = instance.evidence(), instance.base.clock.now()
    found = judge_file(pdf, evidence, now=now).document
    assert (found.outcome, len(found.signatures)) == (Outcome.PASSED, 10)
    seconds = statistics.median(cpu_seconds(lambda: judge_file(pdf, evidence, now=now), 1) for _ in range(ROUNDS))
    return Result(
        name="verify.ten_signatures_s",
        unit="s of CPU",
        baseline="bar of 1 s",
        baseline_value=TEN_SECONDS_BAR,
        ours=round(seconds, 4),
        ratio=round(TEN_SECONDS_BAR / seconds, 3),
    )


# --- QR codes


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    process: int
    port: int

    def cpu_seconds(self) -> float:
        """Return the CPU seconds that the process has used so far."""
        return cpu_seconds_of(self.process)

    def check(self, paths: Sequence[str]) -> None:
        """Ask for codes one after the other, over one connection."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        for path in paths:
            connection.request("GET", path)
            answer = connection.getresponse()
            content = answer.read()
            assert (answer.status, b'"outcome":"passed"' in content) == (200, True), content[:500]
        connection.close()

    def seconds_each(self, paths: Sequence[str], clients: ThreadPoolExecutor) -> float:
        """Return the CPU seconds that each of these codes took, asked for by many at once."""
        shares = [paths[number::CLIENTS] for number in range(CLIENTS)]
        before = self.cpu_seconds()
        list(clients.map(self.check, shares))
        return (self.cpu_seconds() - before) / len(paths)


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    """Run a server as an operator would, on one core; asked as often as one likes."""
    port = free_port()
    asked = settings.model_copy(update={"verify_rate": UNLIMITED, "workers": 0})
    command = [sys.executable, "-c", SERVE, str(port)]
    with one_core():
        process = subprocess.Popen(
            command, env=inherited_environment(asked), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    with process:
        try:
            wait(port)
            yield Server(process.pid, port)
        finally:
            process.terminate()


@contextmanager
def another_core() -> Iterator[None]:
    """Keep this thread, and those that it starts, off the core that a server has, where there is another."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, allowed - {max(allowed)} or allowed)
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


def qr_codes(claims: Sequence[str], settings: Settings) -> list[Result]:
    """Measure checks of QR codes: again and again, and for the first time."""
    paths = [f"/v1/verify/{one.rsplit('/', 1)[1]}" for one in claims]
    many = list(islice(cycle(paths), CLIENTS * EACH))
    again, first = [], []
    for _ in range(3):
        with serving(settings) as server, another_core(), ThreadPoolExecutor(CLIENTS) as clients:
            server.seconds_each(paths[:WARM], clients)
            first.append(server.seconds_each(paths[WARM:], clients))
            again += [server.seconds_each(many, clients) for _ in range(3)]
    return [
        Result(
            name=name,
            unit="per second of CPU",
            baseline="bar of 2,000 per second and core",
            baseline_value=QR_BAR,
            ours=round(1 / seconds, 2),
            ratio=round(1 / seconds / QR_BAR, 3),
        )
        for name, seconds in (
            ("verify.qr_http", statistics.median(again)),
            ("verify.qr_http_first", statistics.median(first)),
        )
    ]


def results() -> list[Result]:
    """Measure everything of this module."""
    with licence_rig.rig() as rig:
        instance = rig.instance
        issued = instance.licences.issuing.issue_chunk(rig.client, rig.commands(LICENCES))
        made = [one for one in issued if isinstance(one, Licence)]
        assert len(made) == LICENCES
        pdfs = [instance.licences.file(rig.client, one.id) for one in made[: 1 + FILES * ROUNDS]]
        with multiprocessing.get_context("spawn").Pool(1) as process:
            own = process.apply(own_pdf, (pdfs, instance.base.settings))
        found = [own, ten_signatures(rig)]
        return [*found, *qr_codes([one.claim or "" for one in made], instance.base.settings)]
