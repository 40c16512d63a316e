"""What browsers read of seals, messages and PDF files of every shape: check by check what our engine reads of them."""

import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from seal.stamping.orders import Level
from seal.verification.files import judge_file
from tests.api.browser_files import Given, Judge, judge_built_in, names_of
from tests.builders import PKI, foreign_certificate
from tests.fakes.clock import NOW
from tests.seal.kits import CENTRE, Bench, order_at
from tests.seal.structures import CREATED, SIGNED, World
from tests.seal.test_deviations import IN_SEALS, IN_SIGNATURES, digests
from tests.trust.messages import Message, standard_attributes
from tests.trust.pdf.paper import assemble, page_dictionary, paper, stream
from trust.asn1 import der, oids
from trust.cms_signing import attribute
from trust.crypto.algorithms import Digest
from trust.crypto.sm3 import hash_of, sm3
from trust.profiles import DOCUMENT_SIGNER
from trust.verdict import Outcome

DOCUMENT: Final = b"a document"
UNREAD: Final = frozenset(
    {"cms.format", "seal.format", "seal.maker_certificate", "seal.time_stamp", "seal_signature.format"}
    | {"seal_signature.time_stamp", "signature.time_stamp"}
)
"""Checks that fail in our engine where something cannot be read. The browser, which reads less, leaves them open."""


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Return what judges files as browsers do."""
    return judge_built_in(tmp_path_factory.mktemp("browser"))


@pytest.fixture(scope="module")
def world(sm2_pki: PKI) -> World:
    """Return who makes seals and who owns them."""
    return World.of(sm2_pki)


def findings(given: Given) -> tuple[str, dict[str, str]]:
    """Return what our engine says: the outcome, and every check that did not pass with its outcome."""
    assert given.evidence is not None
    report = judge_file(given.content, given.evidence, now=given.now, signed=given.signed).document
    checks = [check for one in report.signatures for check in one.report.checks]
    return report.outcome.value, {one.name: one.outcome.value for one in checks if one.outcome is not Outcome.PASSED}


def require_alike(judge: Judge, cases: dict[str, Given]) -> dict[str, str]:
    """Compare what both say of each case, and return the outcomes. What one reader alone refuses is left open."""
    told = {}
    for (name, given), verdict in zip(cases.items(), judge(list(cases.values())), strict=True):
        outcome, wanting = findings(given)
        if wanting.keys() & UNREAD and verdict["outcome"] == "indeterminate":
            assert "structure" in verdict["needsServer"], name
        else:
            found = {one: each for each in ("indeterminate", "failed") for one in names_of(verdict, outcome=each)}
            assert (verdict["outcome"], found) == (outcome, wanting), name
        told[name] = verdict["outcome"]
    return told


# --- seals and seal signatures


def test_seals_of_every_version_and_with_every_deviation(judge: Judge, world: World) -> None:
    seals = {f"version {version}": world.seal(version) for version in (1, 4, 5)}
    for version, part, written, deviation, field in IN_SEALS:
        seals[f"{version} {field} {deviation} {written.hex()}"] = world.seal(version, **{part: written})
    extension = der.sequence(der.oid("1.2.3"), der.boolean(value=True), der.octet_string(b""))
    value = sm3(b"certificate")
    seals |= {
        "time-stamped": stamped_seal(world),
        "time-stamped before it was made": stamped_seal(world, early=True),
        "hashes": world.seal(4, **digests(der.printable_string("SM3"))),
        "critical": world.seal(4, extDatas=der.sequence(extension)),
        "another version": world.seal(4, number=der.integer(7)),
        "another kind of list": world.seal(4, certListType=der.integer(3)),
        "nobody": world.seal(4, certList=der.sequence()),
        "a hundred and one": world.seal(4, certList=der.sequence(der.octet_string(b"c") * 101)),
        "a hundred and one extensions": world.seal(4, extDatas=der.sequence(extension * 101)),
        "a number of three hundred digits": world.seal(4, type=der.integer(10**300)),
        "not ES": world.seal(4, ID=der.ia5_string("EX")),
        "no UTF-8": world.seal(4, name=der.tlv(der.Tag.UTF8_STRING, b"\xff")),
        "no ASCII": world.seal(4, Vid=der.tlv(der.Tag.IA5_STRING, b"\xff")),
        "no such day": world.seal(4, createDate=der.tlv(der.Tag.GENERALIZED_TIME, b"20260230000000.5Z")),
        "no time": world.seal(4, createDate=der.tlv(der.Tag.GENERALIZED_TIME, b"someday, perhaps")),
        "a maker that is none": world.seal(4, cert=der.octet_string(b"\x30\x00")),
        "another algorithm": world.seal(4, signAlgID=der.oid("1.2.840.10045.4.3.2")),
        "another value": world.seal(4, signedValue=der.bit_string(der.sequence(der.integer(1), der.integer(2)))),
        "a value of no sense": world.seal(4, signedValue=der.bit_string(value)),
        "a time-stamp in version 4": world.seal(4, timeStamp=der.context(0, der.bit_string(b"token"))),
        "ended": world.seal(4, validEnd=der.generalized_time(SIGNED)),
        "not yet": world.seal(4, validStart=der.generalized_time(NOW.replace(year=2027, microsecond=0))),
        "made before its maker": world.seal(4, createDate=der.generalized_time(CREATED.replace(year=2020))),
    }
    evidence = world.pki.evidence
    told = require_alike(judge, {name: Given(content=one, evidence=evidence) for name, one in seals.items()})
    assert [told[f"version {version}"] for version in (1, 4, 5)] == ["passed"] * 3
    assert [told[name] for name in ("critical", "ended", "another value")] == ["failed"] * 3


def stamped_seal(world: World, *, early: bool = False) -> bytes:
    """Return a seal of the fifth version with a time-stamp over its value."""
    info = der.parse(world.seal(5)).sequence()[0].raw
    value = world.maker.signer.sign(info)
    token = world.token(value, CREATED.replace(year=CREATED.year - 1) if early else SIGNED)
    return world.seal(5, signedValue=der.bit_string(value), timeStamp=der.context(0, der.bit_string(token)))


def test_seal_signatures_of_every_version_and_with_every_deviation(judge: Judge, world: World) -> None:
    signatures = {f"version {version}": world.signature(version) for version in (1, 4, 5)}
    signatures |= {f"stamped {version}": world.stamped(version) for version in (4, 5)}
    for version, part, written, deviation, field in IN_SIGNATURES:
        signatures[f"{version} {field} {deviation} {written.hex()}"] = world.signature(version, **{part: written})
    times = {
        "digits": b"20261112040506Z",
        "text": b"2026-11-12T04:05:06",
        "text with a zone": b"2026-11-12T12:05:06.5+0800",
        "no such time": b"2026-13-12T04:05:06",
        "no such digits": b"20261312040506Z",
        "something": b"\x30\x00 whatever",
        "token": world.token(b"whatever"),
    }
    signatures |= {f"1 {name}": world.signature(1, timeInfo=der.bit_string(one)) for name, one in times.items()}
    owner = world.owner.certificate.der
    listed = {
        "certListType": der.integer(2),
        "certList": der.sequence(der.sequence(der.printable_string("SM3"), der.octet_string(sm3(owner)))),
    }
    signatures |= {
        "named by its hash": world.signature(eseal=world.seal(4, **listed)),
        "named by another hash": world.signature(eseal=world.seal(4, **digests(der.printable_string("SM3")))),
        "of the future": world.signature(timeInfo=der.generalized_time(NOW.replace(year=2027, microsecond=0))),
        "of another document": world.signature(dataHash=der.bit_string(bytes(32))),
        "by another key": world.signature(sign_cert=der.octet_string(world.maker.certificate.der)),
        "stamped before it was signed": world.stamped(at=SIGNED.replace(year=2025, month=12, day=31)),
        "a time-stamp of something else": world.signature(timeStamp=der.context(0, der.bit_string(world.token(b"x")))),
    }
    evidence = world.pki.evidence
    cases = {name: Given(content=one, evidence=evidence, signed=DOCUMENT) for name, one in signatures.items()}
    told = require_alike(judge, cases)
    assert {told[f"version {version}"] for version in (1, 4, 5)} == {"passed"}
    assert {told["stamped 4"], told["stamped 5"], told["named by its hash"]} == {"passed"}
    assert {told["of another document"], told["named by another hash"], told["by another key"]} == {"failed"}


# --- signed messages


def test_messages_of_many_shapes(judge: Judge, sm2_pki: PKI) -> None:
    party = sm2_pki.signer
    plain = Message(party=party, content=DOCUMENT, attributes=standard_attributes(DOCUMENT, Digest.SM3))
    identifier = party.certificate.subject_key_identifier
    assert identifier is not None

    def names(digest: Digest, oid: str, hashed: bytes | None = None) -> bytes:
        """Return the attribute that names the signer's certificate."""
        value = der.octet_string(hashed or hash_of(digest, party.certificate.der))
        algorithm = der.sequence(der.oid(digest.oid)) if digest is Digest.SM3 else b""
        return attribute(oid, der.sequence(der.sequence(der.sequence(algorithm, value))))

    def with_attributes(*others: bytes) -> Message:
        return replace(plain, attributes=standard_attributes(DOCUMENT, Digest.SM3, others=others))

    second = oids.ID_SIGNING_CERTIFICATE_V2
    carried = "2.25.292629150483637409825166387979126893254"
    messages = {
        "plain": plain,
        "detached": replace(plain, attached=False),
        "without attributes": replace(plain, attributes=None),
        "national": replace(plain, outer=oids.GM_SIGNED_DATA, content_type=oids.GM_DATA),
        "the other name of SM2": replace(plain, signature_algorithm=der.sequence(der.oid("1.2.156.10197.1.301.1"))),
        "by key identifier": replace(plain, identifier=der.context(0, identifier, constructed=False)),
        "by another key identifier": replace(plain, identifier=der.context(0, b"nobody", constructed=False)),
        "r and s": replace(plain, raw_signature=True),
        "certificate by SM3": with_attributes(names(Digest.SM3, second)),
        "certificate by SHA-256": with_attributes(names(Digest.SHA256, second)),
        "certificate by SHA-1": with_attributes(names(Digest.SHA1, oids.ID_SIGNING_CERTIFICATE)),
        "another certificate": with_attributes(names(Digest.SM3, second, bytes(32))),
        "another certificate by SHA-1": with_attributes(names(Digest.SHA1, oids.ID_SIGNING_CERTIFICATE, bytes(20))),
        "another content": replace(plain, attributes=standard_attributes(b"other", Digest.SM3)),
        "another type": replace(plain, attributes=standard_attributes(DOCUMENT, Digest.SM3, content_type="1.2.3")),
        "no attributes but a token's type": replace(plain, attributes=None, content_type="1.2.3"),
        "SHA-1": replace(plain, digest=Digest.SHA1, attributes=standard_attributes(DOCUMENT, Digest.SHA1)),
        "another hash": replace(plain, digest=Digest.SHA256, attributes=standard_attributes(DOCUMENT, Digest.SHA256)),
        "of RSA, they say": replace(plain, signature_algorithm=der.sequence(der.oid("1.2.840.113549.1.1.11"))),
        "nobody's certificate": replace(plain, certificates=()),
        "a seal that is none beside it": replace(plain, unsigned=(attribute(carried, der.sequence()),)),
    }
    evidence = replace(sm2_pki.evidence, certificates=(sm2_pki.issuing.certificate,))
    cases = {name: Given(content=one.encoded, evidence=evidence, signed=DOCUMENT) for name, one in messages.items()}
    cases["the hash inside"] = replace(
        cases["plain"], content=replace(plain, content=sm3(DOCUMENT), attributes=None).encoded
    )
    left = cases.pop("a seal that is none beside it")
    told = require_alike(judge, cases)
    good = ("plain", "detached", "without attributes", "national", "by key identifier", "r and s", "the hash inside")
    assert {told[name] for name in good} == {"passed"}
    assert {told[name] for name in ("another content", "another certificate", "SHA-1")} == {"failed"}
    (verdict,) = judge([left])
    assert verdict["outcome"] == "failed"
    assert "signature.carried_seal" in names_of(verdict, outcome="failed")


@pytest.mark.parametrize("salt", [32, 20])
def test_rsa_with_the_probabilistic_scheme(judge: Judge, p256_pki: PKI, salt: int) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate = foreign_certificate(spki, p256_pki.issuing, profile=DOCUMENT_SIGNER)
    attributes = standard_attributes(DOCUMENT, Digest.SHA256)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), salt)
    signature = key.sign(der.set_of(attributes), scheme, hashes.SHA256())
    hashed = der.sequence(der.oid(Digest.SHA256.oid), der.null())
    mask = der.sequence(der.oid("1.2.840.113549.1.1.8"), hashed)
    told = der.sequence(*(der.context(place, one) for place, one in enumerate((hashed, mask, der.integer(salt)))))
    message = Message(
        party=replace(p256_pki.signer, certificate=certificate),
        content=DOCUMENT,
        attributes=attributes,
        digest=Digest.SHA256,
        signature_algorithm=der.sequence(der.oid("1.2.840.113549.1.1.10"), told),
        signature=signature,
    )
    evidence = replace(p256_pki.evidence, certificates=(p256_pki.issuing.certificate,))
    good = Given(content=message.encoded, evidence=evidence)
    bad = replace(good, content=replace(message, signature=bytes(256)).encoded)
    assert require_alike(judge, {"good": good, "bad": bad}) == {"good": "passed", "bad": "failed"}


def ocsp_answer(serial: int, *, revoked: bool) -> bytes:
    """Return a BasicOCSPResponse that nobody signed, about one certificate."""
    algorithm = der.sequence(der.oid("1.3.14.3.2.26"))
    identifier = der.sequence(algorithm, der.octet_string(b""), der.octet_string(b""), der.integer(serial))
    moment = der.generalized_time(SIGNED)
    status = der.context(1, moment) if revoked else der.context(0, b"", constructed=False)
    answers = der.sequence(der.sequence(identifier, status, moment))
    data = der.sequence(der.context(1, der.sequence()), moment, answers)
    return der.sequence(data, algorithm, der.bit_string(b"nobody"))


def test_an_answer_that_calls_a_certificate_revoked_raises_a_doubt(judge: Judge, sm2_pki: PKI) -> None:
    party = sm2_pki.signer
    serial = party.certificate.serial
    attributes = standard_attributes(DOCUMENT, Digest.SM3)
    plain = Message(party=party, content=DOCUMENT, attributes=attributes)

    def with_answer(answer: bytes) -> bytes:
        return replace(plain, lists=(der.context(1, der.oid(oids.OCSP_RESPONSE), answer),)).encoded

    evidence = replace(sm2_pki.evidence, certificates=(sm2_pki.issuing.certificate,))
    basic = {name: ocsp_answer(serial, revoked=name == "revoked") for name in ("good", "revoked")}
    whole = der.sequence(
        der.tlv(der.Tag.ENUMERATED, b"\0"),
        der.context(0, der.sequence(der.oid("1.3.6.1.5.5.7.48.1.1"), der.octet_string(basic["revoked"]))),
    )
    given = [
        with_answer(one) for one in (basic["good"], ocsp_answer(serial + 1, revoked=True), basic["revoked"], whole)
    ]
    verdicts = judge([Given(content=one, evidence=evidence) for one in given])
    assert [one["outcome"] for one in verdicts] == ["passed", "passed", "indeterminate", "indeterminate"]
    assert names_of(verdicts[3], outcome="indeterminate") == {"certificate.revocation"}


@pytest.fixture(scope="module")
def bench(sm2_pki: PKI, p256_pki: PKI) -> Bench:
    """Return somebody who stamps."""
    return Bench.of(sm2_pki, p256_pki)


# --- PDF

ODD: Final = rb"""/Odd#20Name (a\(b\)(c)\101\7\\\n\
d\n) % a comment >>
/Digits <41 4> /Numbers [-1.5 +2 .5 5. 0 5 0 R 7 0 65535 true false null] /Nested <</A [[<</B (>>)>>]]>>"""


def filtered(rows: bytes, width: int, kind: int) -> bytes:
    """Return rows behind a filter of PNG: what stands there is the difference to the row above, as filter 2 has it."""
    told, above = b"", bytes(width)
    for place in range(0, len(rows), width):
        row = rows[place : place + width]
        told += bytes((kind,)) + bytes((one - other) & 0xFF for one, other in zip(row, above, strict=True))
        above = row
    return told


def streamed(*, parameters: bytes = b"/DecodeParms<</Predictor 15/Columns 6>>", kind: int = 2) -> bytes:
    """Return a file whose catalog stands in a stream of objects, and whose table is a stream behind a predictor."""
    inside = {1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Count 1/Kids[10 0 R]>>", 10: page_dictionary()}
    heads, bodies = b"", b""
    for number, content in inside.items():
        heads += b"%d %d " % (number, len(bodies))
        bodies += content + b"\n"
    entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(inside), len(heads))
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    objects = {4: stream(b"BT ET"), 5: font, 20: stream(zlib.compress(heads + bodies), entries)}
    body, offsets = bytearray(b"%PDF-1.5\n"), {}
    for number, content in objects.items():
        offsets[number] = len(body)
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    offsets[21] = len(body)
    rows = b""
    for number in range(22):
        if number in inside:
            rows += b"\2" + (20).to_bytes(4, "big") + bytes((list(inside).index(number),))
        else:
            rows += bytes((number in offsets,)) + offsets.get(number, 0).to_bytes(4, "big") + b"\0"
    told = b"/Type/XRef/Size 22/W[1 4 1]/Root 1 0 R/Filter/FlateDecode" + parameters
    body += b"21 0 obj\n%b\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        stream(zlib.compress(filtered(rows, 6, kind)), told),
        offsets[21],
    )
    return bytes(body)


def test_files_of_many_ways_of_writing(judge: Judge, bench: Bench) -> None:
    evidence = bench.kit.evidence
    files: dict[str, Callable[[], bytes]] = {
        "odd": lambda: paper(catalog=ODD),
        "a predictor": streamed,
        "a length elsewhere": lambda: paper(
            catalog=b"/X 40 0 R", others={40: b"<</Length 41 0 R>>\nstream\nabc\nendstream", 41: b"3"}
        ),
        "a form in the catalog": lambda: paper(catalog=b"/AcroForm<</Fields[]>>"),
        "lists elsewhere": lambda: paper(
            page_dictionary(more=b"/Annots 41 0 R"),
            catalog=b"/AcroForm 42 0 R",
            others={40: b"[]", 41: b"[]", 42: b"<</Fields 40 0 R>>"},
        ),
        "other ends of lines": lambda: assemble_with(b"\r\n"),
    }
    stamped = {name: Given(content=bench.stamp(make()), evidence=evidence) for name, make in files.items()}
    archival = replace(order_at(CENTRE), level=Level.B_LTA)
    twice = bench.stamp_order(bench.stamp_order(paper(), archival), archival)
    stamped["for the archive, twice"] = Given(content=twice, evidence=evidence)
    assert set(require_alike(judge, stamped).values()) == {"passed"}


def assemble_with(end: bytes) -> bytes:
    """Return a small file whose stream begins behind another end of the line."""
    content = b"<</Length 5>>\nstream" + end + b"BT ET\nendstream"
    page = page_dictionary()
    catalog, pages = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[10 0 R]>>"
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    return assemble({1: catalog, 2: pages, 4: content, 5: font, 10: page})


BROKEN: Final[dict[str, Callable[[bytes], bytes]]] = {
    "a predictor of TIFF": lambda pdf: pdf.replace(b"/Predictor 15", b"/Predictor 2 "),
    "a predictor of nothing": lambda pdf: pdf.replace(b"/Columns 6", b"/Columns 5"),
    "widths that are none": lambda pdf: pdf.replace(b"/W[1 4 1]", b"/W[1 4]  "),
    "widths of nothing": lambda pdf: pdf.replace(b"/W[1 4 1]", b"/W[0 0 0]"),
    "more rows than there are": lambda pdf: pdf.replace(b"/Size 22", b"/Size 99"),
    "another filter": lambda pdf: pdf.replace(b"FlateDecode", b"CrazyDecode"),
    "a name with a wrong escape": lambda pdf: pdf.replace(b"/XRef", b"/X#zz"),
    "another type of stream": lambda pdf: pdf.replace(b"/ObjStm", b"/ObjStx"),
    "objects twice": lambda pdf: pdf.replace(b"/N 3", b"/N 9"),
    "a length that is none": lambda pdf: pdf.replace(b"/Length ", b"/Lengtx "),
    "objects that are none": lambda pdf: pdf.replace(b" 0 obj", b" 0 obk"),
    "a key twice": lambda pdf: pdf.replace(b"/Root 1 0 R", b"/Root 1 0 R/Root 1 0 R"),
    "rows without a filter": lambda pdf: pdf.replace(
        b"/Filter/FlateDecode/DecodeParms", b"/Filter/FlateDecode/DecodeParmx"
    ),
    "a table elsewhere": lambda pdf: pdf.replace(b"startxref\n", b"startxref\n9"),
    "no table": lambda pdf: pdf.replace(b"startxref", b"startxxxx"),
}


def test_broken_files_are_left_to_the_server(judge: Judge) -> None:
    files = {name: broken(streamed()) for name, broken in BROKEN.items()}
    files["an array of parameters"] = streamed(parameters=b"/DecodeParms[<</Predictor 15/Columns 6>>]")
    files |= {f"filter {kind}": streamed(kind=kind) for kind in (0, 1, 3, 4, 5)}
    verdicts = judge([Given(content=one, evidence=None) for one in files.values()])
    for name, verdict in zip(files, verdicts, strict=True):
        assert verdict["outcome"] == "indeterminate", name
        assert "structure" in verdict["needsServer"], (name, verdict)
