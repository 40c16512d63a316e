"""Hostile files through real workers: each is refused with its own code, in little time, and reads as it does here."""

import io
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest

from api.demo.documents import foreign_documents, page
from api.worker_wiring import PRELOAD
from seal.image.drawing import SealDesign, draw
from seal.image.uploads import read_upload
from seal.stamping.own_work import require_unharmed
from seal.stamping.places import AcrossEdges, AtKeyword, AtPoint, Edge, Pages
from seal.stamping.preparing import prepare_document
from seal.verification.documents import DocumentReport
from seal.verification.files import judge_file, protected_part
from tests.builders import PKI
from tests.builders_ofd import SealKit, Signing, archive, document, sign
from tests.fakes.clock import NOW
from tests.hostile_files import HOSTILE, burning
from tests.seal.kits import Bench
from trust.errors import TrustError
from trust.paths import Evidence
from trust.pdf.appearance import Appearance
from trust.pdf.signing import SEAL, SignatureRequest
from trust.profiles import SEAL_MAKER, SEAL_OWNER
from trust.worker_messages import call_of
from trust.worker_pool import WorkerPool
from trust.worker_process import Limits
from trust.workers import IN_PROCESS, WorkerExhausted, Workers

CORPUS: Final = Path(__file__).parents[3] / "shared" / "corpus" / "pdf"
REQUEST: Final = SignatureRequest(form=SEAL, field="Seal", at=NOW, reserve=100)
WHOLE: Final = Appearance(operators=b"0 0 9 9 re f", width_mm=42, height_mm=42)
POINT: Final = AtPoint(page=1, x_mm=100, y_mm=100)


def pool_of(cpu_seconds: float) -> WorkerPool:
    limits = Limits(cpu_seconds=cpu_seconds, memory=512 << 20, tasks=8)
    return WorkerPool(processes=1, limits=limits, wall_seconds=60, preload=PRELOAD)


@pytest.fixture(scope="module")
def pool() -> Iterator[WorkerPool]:
    """Return workers with two seconds for each file."""
    found = pool_of(2)
    yield found
    found.close()


@pytest.fixture(scope="module")
def bench(sm2_pki: PKI, p256_pki: PKI) -> Bench:
    """Return somebody who stamps."""
    return Bench.of(sm2_pki, p256_pki)


def stamped_with(workers: Workers, pdf: bytes) -> str:
    try:
        workers.run(prepare_document, pdf, (POINT,), WHOLE, REQUEST)
    except TrustError as error:
        return error.code
    return "prepared"


def verified_with(workers: Workers, pdf: bytes) -> str:
    try:
        return workers.run(judge_file, pdf, Evidence(), now=NOW).document.outcome.value
    except TrustError as error:
        return error.code


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file(pool: WorkerPool, name: str) -> None:
    make, code, outcome = HOSTILE[name]
    pdf = make()
    assert stamped_with(pool, pdf) == code
    assert verified_with(pool, pdf) == outcome
    assert (stamped_with(IN_PROCESS, pdf), verified_with(IN_PROCESS, pdf)) == (code, outcome)


def test_a_file_over_which_one_computes_for_seconds() -> None:
    pool = pool_of(0.5)
    try:
        with pytest.raises(WorkerExhausted) as caught:
            pool.run(judge_file, burning(), Evidence(), now=NOW)
        assert caught.value.details == {"limit": "processor_time"}
        assert verified_with(pool, page("通知")) == "indeterminate"
    finally:
        pool.close()


def without_octets(report: DocumentReport) -> DocumentReport:
    return replace(report, signatures=tuple(replace(one, placed=None) for one in report.signatures))


@pytest.mark.parametrize("name", ["licence", *sorted(foreign_documents())])
def test_an_honest_file_fares_the_same_in_a_worker(pool: WorkerPool, bench: Bench, name: str) -> None:
    pdf = page("通知", pages=3) if name == "licence" else foreign_documents()[name]
    evidence = bench.kit.evidence
    found: list[object] = []
    for workers in (pool, IN_PROCESS):
        try:
            prepared = workers.run(prepare_document, pdf, (POINT,), WHOLE, REQUEST)
            stamped = prepared.fill(b"no signature")
            report = workers.run(judge_file, stamped, evidence, now=NOW)
            found.append((bytes(prepared.octets), prepared.gap, prepared.field, report))
        except TrustError as error:
            found.append((error.code, error.details))
    assert found[0] == found[1]


def test_a_sealed_file_passes_in_a_worker(pool: WorkerPool, bench: Bench) -> None:
    pdf = bench.stamp(page("通知", pages=2))
    there = pool.run(judge_file, pdf, bench.kit.evidence, now=bench.clock.now())
    here = judge_file(pdf, bench.kit.evidence, now=bench.clock.now())
    assert there == here
    assert there.document.outcome.value == "passed"
    (placed, *_) = (one.placed for one in there.document.signatures)
    assert placed is not None
    assert placed.content.pdf is pdf


@pytest.mark.parametrize(
    "places",
    [
        pytest.param((AtKeyword(text="通知"),), id="keyword"),
        pytest.param((AcrossEdges(edge=Edge.RIGHT, position_mm=150, pages=Pages.every()),), id="across edges"),
        pytest.param((AtPoint(page=-1, x_mm=100, y_mm=100), POINT), id="points"),
    ],
)
def test_every_kind_of_place_is_found_in_a_worker(pool: WorkerPool, places: tuple[AtPoint, ...]) -> None:
    pdf = page("通知", pages=3)
    there = pool.run(prepare_document, pdf, places, WHOLE, REQUEST)
    assert there == prepare_document(pdf, places, WHOLE, REQUEST)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the folder of other people's files is not here")
def test_other_peoples_files_fare_the_same_in_a_worker(pool: WorkerPool) -> None:
    for file in sorted(CORPUS.rglob("*.pdf")):
        pdf = file.read_bytes()
        assert verified_with(pool, pdf) == verified_with(IN_PROCESS, pdf), file.name
        assert stamped_with(pool, pdf) == stamped_with(IN_PROCESS, pdf), file.name


@pytest.mark.parametrize("function", [judge_file, protected_part, prepare_document, require_unharmed, read_upload])
def test_what_is_done_in_workers_takes_and_returns_what_travels(function: Callable[..., object]) -> None:
    assert call_of(function).name == f"{function.__module__}:{function.__name__}"
    assert function.__module__ in PRELOAD


def test_a_picture_is_read_in_a_worker(pool: WorkerPool) -> None:
    picture = draw(SealDesign(name="某市市场监督管理局")).png(600)
    there = pool.run(read_upload, picture, width_mm=42, height_mm=42)
    assert there == read_upload(picture, width_mm=42, height_mm=42)
    with pytest.raises(TrustError) as caught:
        pool.run(read_upload, b"no picture", width_mm=42, height_mm=42)
    assert caught.value.code == "seal.picture_format"


def hiding(ofd: bytes, hidden: bytes) -> bytes:
    """Return an OFD file with octets in the head of its first entry, where no reader of OFD looks."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ofd)) as old, zipfile.ZipFile(made, "w") as new:
        for place, entry in enumerate(old.infolist()):
            told = zipfile.ZipInfo(entry.filename, entry.date_time)
            if place == 0:
                told.extra = struct.pack("<2H", 0xCAFE, len(hidden)) + hidden
            new.writestr(told, old.read(entry))
    return made.getvalue()


def test_an_ofd_file_in_a_worker_and_one_that_hides_a_pdf(pool: WorkerPool, sm2_pki: PKI) -> None:
    kit = SealKit(maker=sm2_pki.issue(SEAL_MAKER), owner=sm2_pki.issue(SEAL_OWNER))
    ofd = archive(sign(document(), kit.value, Signing(seal=kit.seal)))
    evidence = sm2_pki.evidence
    for content, kind, outcome in (
        (ofd, "ofd", "passed"),
        (hiding(ofd, b"nothing bad"), "ofd", "passed"),
        (hiding(ofd, b"%PDF-1.7 another document"), "unknown", "failed"),
    ):
        report = pool.run(judge_file, content, evidence, now=NOW)
        assert (report.kind.value, report.document.outcome.value) == (kind, outcome)
        assert report == judge_file(content, evidence, now=NOW)
