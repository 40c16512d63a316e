"""Files judged in the browser: never better than our engine judges them, and as it does wherever the browser can tell.

The sources of files.js run in Node here, and in Chromium once. What our engine makes of the same octets is the measure:
what passes in the browser passes there, and what fails in the browser does not pass there.
"""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest

from api.demo.documents import page
from seal.stamping.orders import Level, Mode
from seal.verification.documents import JudgedSignature
from seal.verification.files import judge_file
from tests.api.browser_files import Given, Judge, encoded, judge_built_in, names_of
from tests.api.builders import Furnished, Service
from tests.builders import PKI
from tests.chromium import browsing, serving
from tests.fakes.clock import NOW
from tests.fuzz.engine import Seeds
from tests.hostile_files import HOSTILE
from tests.seal.kits import CENTRE, Bench, order_at
from tests.trust.pdf.paper import byte_range, compressed, paper, stream, updated
from tests.trust.pdf.test_forgeries import RANGES, TAILS, VALUES
from tests.vectors.verification.cases import Case, Manifest, read_manifest
from trust.asn1 import der
from trust.paths import Evidence, Purpose, ValidationPolicy
from trust.pdf.judging import Coverage


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Return what judges files as browsers do."""
    return judge_built_in(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def bench(sm2_pki: PKI, p256_pki: PKI) -> Bench:
    """Return somebody who stamps, and a verifier who trusts both roots."""
    return Bench.of(sm2_pki, p256_pki)


@pytest.fixture(scope="module")
def stamped(bench: Bench) -> bytes:
    """Return a small stamped document."""
    return bench.stamp(paper())


# --- against our engine


def is_known_to_browsers(case: Case) -> bool:
    """Tell whether a case asks for nothing that a trust list cannot say: the rules of an instance, OCSP, a password."""
    return bool(case.file) and not case.policy and not case.password


def given_by(manifest: Manifest, case: Case) -> Given:
    signed = manifest.content(case.covers) if case.covers else None
    now = datetime.fromisoformat(case.moment)
    return Given(content=manifest.content(case.file), evidence=manifest.evidence(case), now=now, signed=signed)


def test_the_published_vectors(judge: Judge) -> None:
    manifest = read_manifest()
    cases = [one for one in manifest.cases if is_known_to_browsers(one)]
    better, worse, same = [], [], 0
    for case, verdict in zip(cases, judge([given_by(manifest, one) for one in cases]), strict=True):
        wanted, got = case.expect.partition("/")[0], verdict["outcome"]
        if got == "passed" and wanted != "passed":
            better.append(case.name)
        if got == "failed" and wanted == "passed":
            worse.append(case.name)
        if got == "indeterminate" and wanted != "indeterminate":
            assert verdict["needsServer"], case.name
        same += got == wanted
    assert (better, worse) == ([], [])
    assert same > len(cases) / 2


@pytest.mark.parametrize("mode", list(Mode))
def test_what_we_stamp_ourselves_passes_at_every_level(judge: Judge, bench: Bench, mode: Mode) -> None:
    levels = [one for one in Level if mode is Mode.TWO_FIELDS or one is not Level.NONE]
    order = order_at(CENTRE)
    pdfs = [bench.stamp_order(paper(), replace(order, level=level, mode=mode)) for level in levels]
    for level, pdf, verdict in zip(
        levels, pdfs, judge([Given(content=one, evidence=bench.kit.evidence) for one in pdfs]), strict=True
    ):
        report = judge_file(pdf, bench.kit.evidence, now=NOW).document
        assert (verdict["outcome"], verdict["kind"]) == ("passed", "pdf"), level
        assert [
            (one.field, one.report.kind.value, moment(one.report.proven_time), covers_all(one))
            for one in report.signatures
        ] == [
            (one["field"], one["kind"], one.get("provenTime"), one["coversWholeFile"]) for one in verdict["signatures"]
        ]
        assert verdict["needsServer"] == ["registry", "revocation"]
        # The name of every check is one that our engine has, but for what browsers alone ask.
        engine = {check.name for one in report.signatures for check in one.report.checks}
        assert names_of(verdict, outcome="passed") - engine == {"trust_list.next_update"}


def covers_all(signature: JudgedSignature) -> bool:
    assert signature.placed is not None
    return signature.placed.coverage is Coverage.FILE


def moment(told: datetime | None) -> str | None:
    return None if told is None else told.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def predicted(pdf: bytes) -> bytes:
    """Return a file whose cross-reference stream is written row by row against the row before, as most programs do."""
    found = re.search(rb"21 0 obj\n<<(.*?)/Filter/FlateDecode/Length \d+>>\nstream\n(.*?)\nendstream", pdf, re.DOTALL)
    assert found is not None
    rows = zlib.decompress(found[2])
    above, width, told = bytes(6), 6, b""
    for place in range(0, len(rows), width):
        row = rows[place : place + width]
        told += b"\2" + bytes((one - up) & 0xFF for one, up in zip(row, above, strict=True))
        above = row
    parameters = b"/DecodeParms<</Predictor 12/Columns 6>>/Filter/FlateDecode"
    return (
        pdf[: found.start()] + b"21 0 obj\n" + stream(zlib.compress(told), found[1] + parameters) + pdf[found.end() :]
    )


@pytest.mark.parametrize("kind", ["object stream", "predicted", "typeset", "twice", "changed between"])
def test_documents_of_many_kinds(judge: Judge, bench: Bench, kind: str) -> None:
    made = {
        "object stream": lambda: bench.stamp(compressed()),
        "predicted": lambda: bench.stamp(predicted(compressed())),
        "typeset": lambda: bench.stamp(page("通知")),
        "twice": lambda: bench.stamp(bench.stamp(paper())),
        "changed between": lambda: bench.stamp(updated(bench.stamp(paper()), lambda one: one.update_root())),
    }
    given = Given(content=made[kind](), evidence=bench.kit.evidence)
    (verdict,) = judge([given])
    assert (verdict["outcome"], given.by_engine) == ("passed", "passed"), verdict
    assert len(verdict["signatures"]) == (2 if kind not in ("twice", "changed between") else 4)


def test_attacks_on_the_octets_of_a_stamped_document(judge: Judge, bench: Bench, stamped: bytes) -> None:
    seal, document = byte_range(stamped, 0), byte_range(stamped, 1)
    attacked = [TAILS[one](stamped) for one in TAILS]
    attacked += [RANGES[kind](seal) for kind in RANGES]
    attacked += [document.value(VALUES[kind](stamped[document.before : document.after])) for kind in VALUES]
    attacked += [stamped[:-cut] for cut in (1, 7, 100, 20_000)]
    verdicts = judge([Given(content=one, evidence=bench.kit.evidence) for one in attacked])
    assert {one["outcome"] for one in verdicts} == {"failed", "indeterminate"}


def test_what_calls_itself_a_table_is_none_and_no_table_is_shown(judge: Judge, bench: Bench) -> None:
    # Who prepares a document may call its text a table: writers keep the number of those from revision to revision.
    text, other = (stream(one, b"/Type/XRef") for one in (b"BT ET", b"BT (x) Tj ET"))
    shown = with_revision(bench.stamp(paper(others={4: text})), 4, other)
    unused = with_revision(bench.stamp(paper(others={30: text})), 30, other)
    table = with_table(bench.stamp(paper()), 77)
    cases = {
        "shown": (shown, "failed"),
        "unused": (unused, "failed"),
        "of a number that was free": (table, "passed"),
        "of the same number again": (with_table(table, 77), "passed"),
        "of the number of one that was signed": (with_table(bench.stamp(compressed()), 21), "failed"),
    }
    given = [Given(content=one, evidence=bench.kit.evidence) for one, _ in cases.values()]
    for (name, (_, engine)), one, verdict in zip(cases.items(), given, judge(given), strict=True):
        assert one.by_engine == engine, name
        told = verdict["outcome"], "changes" in verdict["needsServer"]
        assert told == (("passed", False) if engine == "passed" else ("indeterminate", True)), name


def with_revision(pdf: bytes, number: int, written: bytes) -> bytes:
    """Return a file with a revision that puts another object under a number."""
    root, before, size = ended(pdf)
    entry = b"%d 0 obj\n%b\nendobj\n" % (number, written)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(pdf))
    trailer = b"trailer\n<</Size %d/Root %b 0 R/Prev %b>>\nstartxref\n%d\n%%%%EOF\n"
    return pdf + entry + table + trailer % (size, root, before, len(pdf) + len(entry))


def with_table(pdf: bytes, number: int) -> bytes:
    """Return a file with a revision that brings nothing but its table, in a stream of this number."""
    root, before, size = ended(pdf)
    entries = b"/Type/XRef/Size %d/W[1 4 1]/Index[%d 1]/Root %b 0 R/Prev %b"
    rows = stream(b"\1" + len(pdf).to_bytes(4, "big") + b"\0", entries % (max(size, number + 1), number, root, before))
    return pdf + b"%d 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (number, rows, len(pdf))


def ended(pdf: bytes) -> tuple[bytes, bytes, int]:
    """Return the number of the catalog, the place of the last table, and how many objects there are at the most."""
    size = max(map(int, re.findall(rb"/Size (\d+)", pdf)))
    return re.findall(rb"/Root (\d+) 0 R", pdf)[-1], re.findall(rb"startxref\s+(\d+)", pdf)[-1], size


def test_hostile_files_are_left_to_the_server_in_little_time(judge: Judge) -> None:
    files = {name: make() for name, (make, _, _) in HOSTILE.items()}
    verdicts = judge([Given(content=one, evidence=Evidence()) for one in files.values()])
    slow = {name: one["milliseconds"] for name, one in zip(files, verdicts, strict=True) if one["milliseconds"] > 1_500}
    assert slow == {}
    for name, verdict in zip(files, verdicts, strict=True):
        assert verdict["outcome"] != "passed", name
        assert verdict["needsServer"] or verdict["checks"][0]["name"] == "file.signatures", name


MUTANTS: Final = 24


def mutants(bench: Bench, stamped: bytes) -> Iterator[bytes]:
    """Yield what nobody meant: of a seal, of the value in a document, and of the document around it."""
    for _, case in Seeds((bench.kit.seal,)).cases("browser seal", range(MUTANTS)):
        yield case
    gap = re.search(rb"/Contents <([0-9A-Fa-f]{200,})>", stamped)
    assert gap is not None
    value = bytes.fromhex(gap[1].decode())
    whole = value[: der.read(value, 0, len(value), 0).end]
    for _, case in Seeds((whole,)).cases("browser value", range(MUTANTS)):
        if len(case) <= len(value):
            yield stamped[: gap.start(1)] + case.ljust(len(value), b"\0").hex().encode() + stamped[gap.end(1) :]
    for _, case in Seeds((stamped,)).cases("browser document", range(MUTANTS)):
        yield case


def test_mutants_pass_nowhere_that_our_engine_refuses(judge: Judge, bench: Bench, stamped: bytes) -> None:
    given = [Given(content=one, evidence=bench.kit.evidence) for one in mutants(bench, stamped)]
    verdicts = judge(given)
    passing = [one for one, verdict in zip(given, verdicts, strict=True) if verdict["outcome"] == "passed"]
    failing = [one for one, verdict in zip(given, verdicts, strict=True) if verdict["outcome"] == "failed"]
    assert {one.by_engine for one in passing} <= {"passed"}
    assert "passed" not in {one.by_engine for one in failing[::4]}
    assert len(failing) > MUTANTS / 4
    assert {verdict["outcome"] for verdict in verdicts} >= {"failed", "indeterminate"}


# --- what a verifier knows


def test_what_is_at_hand_of_trust(judge: Judge, bench: Bench, stamped: bytes, p256_pki: PKI) -> None:
    evidence = bench.kit.evidence
    signing = {one.fingerprint: frozenset({Purpose.SIGNING}) for one in evidence.anchors}
    known = Given(content=stamped, evidence=evidence)
    cases: dict[str, tuple[Given, str, set[str], set[str]]] = {
        "no trust list": (replace(known, evidence=None), "indeterminate", {"certificate.path"}, {"trust_list"}),
        "an old trust list": (
            replace(known, next_update="2020-01-01T00:00:00Z"),
            "indeterminate",
            {"trust_list.next_update"},
            {"trust_list"},
        ),
        "a doubtful trust list": (
            replace(known, outcome="indeterminate"),
            "indeterminate",
            {"trust_list.next_update"},
            {"trust_list"},
        ),
        "a revoked anchor": (replace(known, state="revoked"), "indeterminate", {"certificate.path"}, set()),
        "another root": (replace(known, evidence=p256_pki.evidence), "indeterminate", {"certificate.path"}, set()),
        "no list": (
            replace(known, content=bench.kit.seal, evidence=replace(evidence, revocation_lists=())),
            "indeterminate",
            {"certificate.revocation"},
            set(),
        ),
        "anchors for messages alone": (
            replace(known, evidence=replace(evidence, policy=ValidationPolicy(anchor_purposes=signing))),
            "indeterminate",
            {"certificate.path"},
            set(),
        ),
    }
    for (name, (_, outcome, checks, needs)), verdict in zip(
        cases.items(), judge([one for one, *_ in cases.values()]), strict=True
    ):
        assert verdict["outcome"] == outcome, name
        assert checks <= names_of(verdict, outcome="indeterminate"), name
        assert names_of(verdict, outcome="failed") == set(), name
        assert needs | {"registry", "revocation"} == set(verdict["needsServer"]), name


def test_the_document_that_a_signature_covers_can_be_given_beside_it(
    judge: Judge, bench: Bench, stamped: bytes
) -> None:
    value = re.search(rb"/Contents <([0-9A-Fa-f]{200,})>", stamped)
    numbers = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)", stamped)
    assert value is not None
    assert numbers is not None
    start, length, second, rest = map(int, numbers.groups())
    content = stamped[start:length] + stamped[second : second + rest]
    signature = bytes.fromhex(value[1].decode())
    given = Given(content=signature, evidence=bench.kit.evidence)
    alone, beside, other = judge([given, replace(given, signed=content), replace(given, signed=content + b"x")])
    assert (alone["kind"], alone["outcome"], alone["signatures"][0]["sealName"]) == (
        "seal_signature",
        "indeterminate",
        "某市市场监督管理局电子证照专用章",
    )
    assert "document" in alone["needsServer"]
    assert "document" not in beside["needsServer"]
    assert (beside["outcome"], other["outcome"]) == ("passed", "failed")
    assert names_of(other, outcome="failed") == {"seal_signature.data_hash"}


def test_a_policy_of_the_operator_is_left_to_the_server(judge: Judge, bench: Bench) -> None:
    pdf = bench.stamp(paper())
    given = [Given(content=one, evidence=bench.kit.evidence, rules=("freshness",)) for one in (pdf, paper())]
    stamped, bare = judge(given)
    assert stamped["needsServer"] == ["policy", "registry", "revocation"]
    assert bare["needsServer"] == []  # where nothing is signed, no rule can say more


@pytest.mark.parametrize(
    ("content", "kind", "need"),
    [
        (b"", "unknown", "structure"),
        (b"hello", "unknown", "structure"),
        (b"PK\x03\x04" + bytes(26), "ofd", "ofd"),
        (b"%PDF-1.7\n" + bytes(20 << 20), "pdf", "size"),
        (bytes((20 << 20) + 1), "unknown", "size"),
        (HOSTILE["under a password"][0](), "pdf", "password"),
        (b"\x30\x03\x02\x01\x01", "cms", "structure"),
    ],
    ids=["nothing", "text", "OFD", "large", "large, of no kind", "password", "DER"],
)
def test_what_only_the_server_judges(judge: Judge, content: bytes, kind: str, need: str) -> None:
    (verdict,) = judge([Given(content=content, evidence=Evidence())])
    assert (verdict["kind"], verdict["outcome"]) == (kind, "indeterminate")
    assert need in verdict["needsServer"]


def test_a_document_of_five_megabytes_takes_less_than_a_second_and_a_half(judge: Judge, bench: Bench) -> None:
    pdf = bench.stamp(paper(others={30: stream(bytes(5 << 20))}))
    (verdict,) = judge([Given(content=pdf, evidence=bench.kit.evidence)])
    assert verdict["outcome"] == "passed"
    assert verdict["milliseconds"] < 1_500


# --- in the browser itself

IN_CHROMIUM: Final = """
(async (files, anchors) => {
  const library = await import("/static/files.js");
  const place = { anchors, trustList: "/pki/trust-list", statusLists: "/status/" };
  const { list } = await library.loadTrustList(place, new Date());
  const told = {};
  for (const [name, [text, pretended]] of Object.entries(files)) {
    const octets = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const trust = pretended ? { ...list, anchors: [], authorities: [] } : list;
    const begun = performance.now();
    const { kind, outcome, signatures } = await library.judgeFile(octets, trust, new Date());
    told[name] = { kind, outcome, signatures: signatures.length, milliseconds: performance.now() - begun };
  }
  return told;
})
"""


def test_files_of_an_instance_in_chromium(shared_furnished: Service, furnished_folder: Furnished) -> None:
    licence = furnished_folder.licence_pdf
    place = licence.index(b"/MediaBox")
    value = re.search(rb"/Contents <([0-9A-Fa-f]{200,})>", licence)
    assert value is not None
    signature = bytes.fromhex(value[1].decode())
    files = {
        "licence": (licence, False),
        "altered": (licence[:place] + b"/MediaBoy" + licence[place + 9 :], False),
        "by a foreign root": (licence, True),
        "seal signature": (signature, False),
        "seal": (seal_in(signature), False),
    }
    told = {name: [encoded(octets), foreign] for name, (octets, foreign) in files.items()}
    anchors = [one.fingerprint for one in shared_furnished.instance.evidence().anchors]
    with browsing() as browser, serving(shared_furnished.app) as (address, _):
        tab = browser.tab()
        ahead = shared_furnished.clock.now() - datetime.now(tz=UTC)  # noqa: TID251 - a browser's is real
        tab.shift_clock(int(ahead / timedelta(milliseconds=1)))
        tab.open(f"{address}/v")
        tab.wait("document.readyState === 'complete'")
        found = tab.evaluate(f"({IN_CHROMIUM})({json.dumps(told)}, {json.dumps(anchors)})")
    assert {name: (one["kind"], one["outcome"]) for name, one in found.items()} == {
        "licence": ("pdf", "passed"),
        "altered": ("pdf", "failed"),
        "by a foreign root": ("pdf", "indeterminate"),
        "seal signature": ("seal_signature", "indeterminate"),
        "seal": ("seal", "passed"),
    }
    assert found["licence"]["signatures"] == 2


def seal_in(signature: bytes) -> bytes:
    """Return the seal that a seal signature holds."""
    whole = der.read(signature, 0, len(signature), 0)
    return whole.sequence()[0].sequence()[1].raw
