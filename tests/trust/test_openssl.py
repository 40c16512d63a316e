"""OpenSSL judges what we make, and we judge what it makes.

OpenSSL 3.0 takes an empty user identity for SM2 unless it is told another, and tells it to the leaf alone: chains in
SM2 are therefore shown to it one step at a time, and SM2 lists and messages not at all.
"""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import FOUNDED, PKI, cms_signer, revocation_list, time_authority
from tests.fakes.clock import NOW, SettableClock
from tests.judges import program
from trust.certificates import Certificate, pem
from trust.cms import BytesContent
from trust.cms_verification import judge_cms
from trust.crypto.algorithms import KeyKind
from trust.crypto.sm3 import hash_of
from trust.paths import Evidence
from trust.profiles import DOCUMENT_SIGNER, SEAL_OWNER, Name
from trust.revocation import RevocationList
from trust.timestamping import judge_time_stamp
from trust.verdict import Outcome, SubIndication

pytestmark = pytest.mark.interop

DISTID = "distid:1234567812345678"
CONTENT = b"content\n"
AT = ("-attime", str(int(NOW.timestamp())))

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def openssl(tmp_path: Path) -> Run:
    """Run openssl in a folder of its own."""
    judge = program("openssl")

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
        command = [judge, *map(str, arguments)]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=30)

    return run


def good(finished: subprocess.CompletedProcess[bytes]) -> bytes:
    """Return what the program wrote, after it succeeded."""
    assert finished.returncode == 0, finished.stderr.decode() + finished.stdout.decode()
    return finished.stdout


def put(folder: Path, name: str, *blocks: bytes, label: str = "CERTIFICATE") -> Path:
    """Write a PEM file."""
    (folder / name).write_bytes(b"".join(pem(block, label) for block in blocks))
    return folder / name


def files(folder: Path, pki: PKI) -> tuple[str | Path, ...]:
    """Write what `openssl verify` needs to find a chain, and return the arguments that name it."""
    root = put(folder, "root.pem", pki.root.certificate.der)
    issuing = put(folder, "issuing.pem", pki.issuing.certificate.der)
    return "-CAfile", root, "-untrusted", issuing


# --- it judges ours --------------------------------------------------------------------------------------------------


def test_it_reads_our_certificates(pki: PKI, openssl: Run, tmp_path: Path) -> None:
    name = Name(common_name="法定代表人", organisation="某市", organisation_identifier="91330106MA2CFLDG4R")
    made = pki.issue(SEAL_OWNER, subject=name, crl="http://ca.example/a.crl", issuer_address="http://ca.example/a.cer")
    leaf = put(tmp_path, "leaf.pem", made.certificate.der)
    text = good(openssl("x509", "-in", leaf, "-noout", "-text", "-nameopt", "utf8,sep_comma_plus")).decode()
    for told in ("CA:FALSE", "Digital Signature, Non Repudiation", "URI:http://ca.example/a.crl", "法定代表人"):
        assert told in text
    expected = "SM2-with-SM3" if pki.algorithm.kind is KeyKind.SM2 else "ecdsa-with-SHA256"
    assert text.count(expected) == 2


def test_it_verifies_chains_in_p256(p256_pki: PKI, openssl: Run, tmp_path: Path) -> None:
    leaf = put(tmp_path, "leaf.pem", p256_pki.signer.certificate.der)
    good(openssl("verify", "-x509_strict", *AT, *files(tmp_path, p256_pki), leaf))


def test_it_verifies_a_leaf_in_sm2(sm2_pki: PKI, openssl: Run, tmp_path: Path) -> None:
    root = put(tmp_path, "root.pem", sm2_pki.root.certificate.der)
    made = sm2_pki.issue(DOCUMENT_SIGNER, sm2_pki.root).certificate
    leaf = put(tmp_path, "leaf.pem", made.der)
    good(openssl("verify", "-x509_strict", *AT, "-vfyopt", DISTID, "-CAfile", root, leaf))
    broken = bytearray(made.der)
    broken[-1] ^= 1
    leaf = put(tmp_path, "leaf.pem", bytes(broken))
    assert openssl("verify", *AT, "-vfyopt", DISTID, "-CAfile", root, leaf).returncode != 0


def test_it_follows_our_lists_in_p256(p256_pki: PKI, openssl: Run, tmp_path: Path) -> None:
    revoked = p256_pki.issue(DOCUMENT_SIGNER).certificate
    lists = [revocation_list(p256_pki.root).der, revocation_list(p256_pki.issuing, {revoked: FOUNDED}).der]
    known = ("-crl_check_all", "-CRLfile", put(tmp_path, "lists.pem", *lists, label="X509 CRL"))
    chain = files(tmp_path, p256_pki)
    leaf = put(tmp_path, "leaf.pem", p256_pki.signer.certificate.der)
    good(openssl("verify", *AT, *known, *chain, leaf))
    leaf = put(tmp_path, "leaf.pem", revoked.der)
    refused = openssl("verify", *AT, *known, *chain, leaf)
    assert b"certificate revoked" in refused.stderr + refused.stdout


@pytest.mark.parametrize("attached", [True, False], ids=["attached", "detached"])
def test_it_verifies_our_messages_in_p256(p256_pki: PKI, openssl: Run, tmp_path: Path, attached: bool) -> None:  # noqa: FBT001
    signer = cms_signer(p256_pki.signer, chain=(p256_pki.issuing.certificate,))
    content = CONTENT if attached else None
    encoded = signer.sign(hash_of(signer.digest, CONTENT), content=content, signing_time=NOW)
    (tmp_path / "message").write_bytes(encoded)
    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "other").write_bytes(b"other")

    def verify(*detached: str | Path) -> subprocess.CompletedProcess[bytes]:
        told = ("-inform", "DER", "-in", tmp_path / "message", "-binary", "-purpose", "any", *AT)
        return openssl("cms", "-verify", *told, *files(tmp_path, p256_pki)[:2], *detached)

    if attached:
        assert good(verify()) == CONTENT
    else:
        good(verify("-content", tmp_path / "content"))
        assert verify("-content", tmp_path / "other").returncode != 0


def test_it_verifies_our_time_stamps_in_p256(p256_pki: PKI, openssl: Run, tmp_path: Path) -> None:
    token = time_authority(p256_pki.time_stamper, SettableClock()).stamp(CONTENT)
    (tmp_path / "token").write_bytes(token)
    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "other").write_bytes(b"other")
    told = ("ts", "-verify", "-token_in", "-in", tmp_path / "token", *AT, *files(tmp_path, p256_pki))
    assert b"Verification: OK" in good(openssl(*told, "-data", tmp_path / "content"))
    assert openssl(*told, "-data", tmp_path / "other").returncode != 0


def test_it_reads_our_time_stamps_in_sm2(sm2_pki: PKI, openssl: Run, tmp_path: Path) -> None:
    token = time_authority(sm2_pki.time_stamper, SettableClock()).stamp(CONTENT)
    (tmp_path / "token").write_bytes(token)
    text = good(openssl("ts", "-reply", "-token_in", "-in", tmp_path / "token", "-token_out", "-text")).decode()
    assert "Hash Algorithm: sm3" in text
    assert "Nov 22 04:05:06 2026 GMT" in text


def test_it_verifies_our_messages_by_the_key_in_sm2(sm2_pki: PKI, openssl: Run, tmp_path: Path) -> None:
    put(tmp_path, "key.pem", sm2_pki.signer.key.public_key.spki, label="PUBLIC KEY")
    (tmp_path / "content").write_bytes(CONTENT)
    (tmp_path / "signature").write_bytes(sm2_pki.signer.signer.sign(CONTENT))
    told = ("pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-digest", "sm3", "-pkeyopt", DISTID)
    good(openssl(*told, "-sigfile", "signature", "-in", "content"))


# --- we judge its own ------------------------------------------------------------------------------------------------

AUTHORITY = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
CONFIGURATION = """
[ca]
default_ca = own
[own]
database = index.txt
default_md = sha256
default_crl_days = 30
[req]
distinguished_name = name
[name]
[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
[stamper]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_policy = 1.2.3.4
digests = sha256, sha512
signer_digest = sha256
serial = serial
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@pytest.fixture
def evidence(openssl: Run, tmp_path: Path) -> Evidence:
    """Let openssl make a root, a list of it, a signer and a time-stamp authority in P-256."""
    (tmp_path / "cnf").write_text(CONFIGURATION)
    (tmp_path / "index.txt").write_text("")
    (tmp_path / "serial").write_text("01\n")
    (tmp_path / "content").write_bytes(CONTENT)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "cnf")
    good(openssl("req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root", *AUTHORITY))
    for name in ("signer", "stamper"):
        good(openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}"))
        told = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "cnf", "-extensions", name)
        good(openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", "-days", "20", *told))
    told = ("-config", "cnf", "-gencrl", "-keyfile", "root.key", "-cert", "root.pem", "-out", "list.pem")
    good(openssl("ca", *told))
    good(openssl("crl", "-in", "list.pem", "-outform", "DER", "-out", "list.der"))
    return Evidence(
        anchors=(Certificate.from_pem((tmp_path / "root.pem").read_bytes()),),
        revocation_lists=(RevocationList((tmp_path / "list.der").read_bytes()),),
    )


@pytest.mark.parametrize(
    ("options", "detached"),
    [
        ((), True),
        (("-nodetach",), False),
        (("-noattr",), True),
        (("-keyid",), True),
        (("-md", "sha512"), True),
        (("-nodetach", "-stream"), False),  # indefinite lengths
        (("-nocerts", "-nodetach"), False),
        (("-cades",), True),
    ],
    ids=["plain", "attached", "without attributes", "by key", "SHA-512", "BER", "without certificates", "CAdES"],
)
def test_its_messages(
    evidence: Evidence,
    openssl: Run,
    tmp_path: Path,
    options: tuple[str, ...],
    detached: bool,  # noqa: FBT001
) -> None:
    told = ("-binary", "-in", "content", "-signer", "signer.pem", "-inkey", "signer.key", "-outform", "DER")
    good(openssl("cms", "-sign", *told, "-out", "message", *options))
    encoded = (tmp_path / "message").read_bytes()
    signer = Certificate.from_pem((tmp_path / "signer.pem").read_bytes())
    now = signer.not_before + timedelta(days=1)
    known = evidence.joined_by((signer,))
    (report,) = judge_cms(encoded, known, now=now, content=BytesContent(CONTENT) if detached else None)
    assert (report.verdict.outcome, report.verdict.finding) == (Outcome.PASSED, None)
    if detached:
        (report,) = judge_cms(encoded, known, now=now, content=BytesContent(b"other"))
        assert report.verdict.outcome is Outcome.FAILED


def test_its_sha1_messages_are_refused(evidence: Evidence, openssl: Run, tmp_path: Path) -> None:
    told = ("-binary", "-in", "content", "-signer", "signer.pem", "-inkey", "signer.key", "-outform", "DER")
    good(openssl("cms", "-sign", *told, "-out", "message", "-md", "sha1"))
    now = evidence.anchors[0].not_before + timedelta(days=1)
    (report,) = judge_cms((tmp_path / "message").read_bytes(), evidence, now=now, content=BytesContent(CONTENT))
    assert report.verdict.outcome is Outcome.FAILED


def test_its_time_stamps(evidence: Evidence, openssl: Run, tmp_path: Path) -> None:
    good(openssl("ts", "-query", "-data", "content", "-sha256", "-cert", "-out", "query"))
    told = ("-config", "cnf", "-section", "tsa", "-signer", "stamper.pem", "-inkey", "stamper.key")
    good(openssl("ts", "-reply", "-queryfile", "query", *told, "-token_out", "-out", "token"))
    token = (tmp_path / "token").read_bytes()
    now = evidence.anchors[0].not_before + timedelta(days=1)
    report = judge_time_stamp(token, CONTENT, evidence, now=now)
    assert (report.verdict.outcome, report.verdict.finding) == (Outcome.PASSED, None)
    assert report.facts == {"policy": "1.2.3.4"}
    other = judge_time_stamp(token, b"other", evidence, now=now).verdict.finding
    assert other is not None
    assert other.sub_indication is SubIndication.HASH_FAILURE


def test_its_certificates_and_signatures_in_sm2(openssl: Run, tmp_path: Path) -> None:
    (tmp_path / "cnf").write_text(CONFIGURATION)
    (tmp_path / "content").write_bytes(CONTENT)
    good(openssl("genpkey", "-algorithm", "SM2", "-out", "key"))
    told = ("-key", "key", "-sm3", "-sigopt", DISTID, "-subj", "/CN=SM2", "-config", "cnf", "-out", "root.pem")
    good(openssl("req", "-x509", *told, *AUTHORITY))
    root = Certificate.from_pem((tmp_path / "root.pem").read_bytes())
    assert root.public_key.kind is KeyKind.SM2
    root.verify_issued(root)
    sign = ("-sign", "-inkey", "key", "-rawin", "-digest", "sm3", "-pkeyopt", DISTID, "-in", "content")
    good(openssl("pkeyutl", *sign, "-out", "signature"))
    root.verify_message((tmp_path / "signature").read_bytes(), CONTENT)
