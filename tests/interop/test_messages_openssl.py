"""OpenSSL judges what we sign and stamp in its families, asks for time-stamps, and answers us when we ask."""

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys.private_keys import InternationalKey
from tests.builders import PKI, cms_signer, time_authority
from tests.fakes.clock import NOW, SettableClock
from tests.judges import program
from trust.certificates import Certificate, pem
from trust.cms_signing import CMSSigner, Placement, sign_jointly
from trust.crypto.algorithms import KEYS, Digest
from trust.crypto.sm3 import hash_of
from trust.profiles import DOCUMENT_SIGNER
from trust.time_requests import TimeStampRequest, TimeStampResponse
from trust.timestamping import read_response, stated_time

pytestmark = pytest.mark.interop

CONTENT: Final = "准予设立登记".encode()
AT: Final = str(int(NOW.timestamp()))


def openssl(*arguments: object) -> tuple[int, str]:
    """Run it, and return its exit code and what it said."""
    command = [program("openssl"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    return done.returncode, done.stdout + done.stderr


def write(path: Path, *certificates: Certificate) -> Path:
    """Write certificates in PEM."""
    path.write_bytes(b"".join(pem(one.der) for one in certificates))
    return path


def trusting(pki: PKI, folder: Path) -> tuple[object, ...]:
    """Return the options that let it trust a PKI at the moment of the tests."""
    anchor = write(folder / "anchor.pem", pki.root.certificate)
    return ("-CAfile", anchor, "-attime", AT)


@pytest.fixture(scope="module", params=["p256", "rsa3072"])
def family(request: pytest.FixtureRequest) -> PKI:
    """Return a PKI of each family that OpenSSL knows."""
    return PKI.found(KEYS[request.param])


def signer_of(pki: PKI) -> CMSSigner:
    """Return a signer whose messages bring its authority along."""
    return cms_signer(pki.signer, chain=(pki.issuing.certificate,))


# --- signed messages


@pytest.mark.parametrize("placement", Placement)
@pytest.mark.parametrize("form", ["attributes", "plain", "jointly"])
def test_it_verifies_our_messages(family: PKI, tmp_path: Path, placement: Placement, form: str) -> None:
    signer = signer_of(family)
    if form == "plain":
        encoded = signer.sign_plain(CONTENT, placement=placement)
    elif form == "attributes":
        inside = CONTENT if placement is Placement.ATTACHED else None
        encoded = signer.sign(hash_of(signer.digest, CONTENT), content=inside, signing_time=NOW)
    else:
        second = cms_signer(family.issue(DOCUMENT_SIGNER, subject="second"))
        encoded = sign_jointly([signer, second], CONTENT, placement=placement)
    message, content, out = tmp_path / "message", tmp_path / "content", tmp_path / "out"
    message.write_bytes(encoded)

    def judged(octets: bytes) -> int:
        content.write_bytes(octets)
        given = ("-content", content) if placement is Placement.DETACHED else ()
        options = ("-binary", "-inform", "DER", "-in", message, "-out", out, "-purpose", "any", *given)
        return openssl("cms", "-verify", *options, *trusting(family, tmp_path))[0]

    assert judged(CONTENT) == 0
    assert out.read_bytes() == CONTENT
    if placement is Placement.DETACHED:
        assert judged(CONTENT + b".") != 0


# --- time-stamps


def query(folder: Path, *options: str) -> Path:
    """Let it make a request for a time-stamp over the content, and return the file."""
    (folder / "content").write_bytes(CONTENT)
    file = folder / "request.tsq"
    assert openssl("ts", "-query", "-data", folder / "content", *options, "-out", file)[0] == 0
    return file


@pytest.mark.parametrize(
    "options",
    [("-sha256", "-cert"), ("-sha384", "-cert"), ("-sha512", "-cert"), ("-sha256", "-cert", "-no_nonce"), ("-sha256",)],
    ids=" ".join,
)
def test_it_verifies_our_time_stamps(p256_pki: PKI, tmp_path: Path, options: tuple[str, ...]) -> None:
    asked, answered = query(tmp_path, *options), tmp_path / "answer.tsr"
    answered.write_bytes(time_authority(p256_pki.time_stamper, SettableClock()).answer(asked.read_bytes()))
    untrusted = write(tmp_path / "others.pem", p256_pki.issuing.certificate, p256_pki.time_stamper.certificate)

    def judged(*against: object) -> tuple[int, str]:
        return openssl(
            "ts", "-verify", *against, "-in", answered, *trusting(p256_pki, tmp_path), "-untrusted", untrusted
        )

    code, told = judged("-queryfile", asked)
    assert (code, "Verification: OK" in told) == (0, True), told
    assert judged("-data", tmp_path / "content")[0] == 0
    (tmp_path / "content").write_bytes(CONTENT + b".")
    assert judged("-data", tmp_path / "content")[0] != 0
    if "-no_nonce" not in options:  # the answer to another request is none to this one
        assert judged("-queryfile", query(tmp_path, *options))[0] != 0


def test_it_reads_our_rejections(p256_pki: PKI, tmp_path: Path) -> None:
    answered = tmp_path / "answer.tsr"
    asked = query(tmp_path, "-sha1")
    answered.write_bytes(time_authority(p256_pki.time_stamper, SettableClock()).answer(asked.read_bytes()))
    code, told = openssl("ts", "-reply", "-in", answered, "-text")
    assert code == 0
    assert "Status: Rejected" in told
    assert "unrecognized or unsupported algorithm identifier" in told


CONFIGURATION: Final = """
[tsa]
default_tsa = here
[here]
dir = {folder}
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
certs = {folder}/others.pem
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def test_we_believe_its_answers(p256_pki: PKI, tmp_path: Path) -> None:
    write(tmp_path / "tsa.pem", p256_pki.time_stamper.certificate)
    write(tmp_path / "others.pem", p256_pki.issuing.certificate)
    private = p256_pki.custody.keys[p256_pki.time_stamper.key.handle].private
    assert isinstance(private, InternationalKey)
    assert isinstance(private.key, ec.EllipticCurvePrivateKey)
    encoded = private.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "tsa.key").write_bytes(encoded)
    (tmp_path / "serial").write_text("01")
    (tmp_path / "openssl.cnf").write_text(CONFIGURATION.format(folder=tmp_path))
    request = TimeStampRequest.over(CONTENT, Digest.SHA256)
    asked, answered = tmp_path / "request.tsq", tmp_path / "answer.tsr"
    asked.write_bytes(request.der)
    code, told = openssl("ts", "-reply", "-config", tmp_path / "openssl.cnf", "-queryfile", asked, "-out", answered)
    assert code == 0, told
    # It knows no other time than the machine's: what it states is taken for now.
    answer = answered.read_bytes()
    moment = stated_time(TimeStampResponse.read(answer).token)
    assert read_response(answer, request, CONTENT, p256_pki.evidence, now=moment + timedelta(seconds=1))
