"""OpenSSL and BouncyCastle judge shards, OCSP responses, requests, and certificates of every profile."""

import os
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.fakes.clock import SettableClock
from tests.fakes.custody import MemoryCustody
from tests.judges import program, required
from tests.trust.authorities import established, revoke
from trust import pki_repository, profiles
from trust.authority import Authorities
from trust.certificates import Certificate, pem
from trust.certification_requests import make_request
from trust.crypto.algorithms import KEYS, Digest
from trust.ocsp import CertificateId
from trust.ocsp_requests import OCSPRequest
from trust.profiles import DOCUMENT_SIGNER, ISSUING, OCSP_RESPONDER, ROOT, SEAL_OWNER, Name, Profile
from trust.responder import Responders
from trust.signing import KeyPurpose
from trust.store import Store

pytestmark = pytest.mark.interop

JARS: Final = tuple(Path("/usr/share/java") / f"{name}.jar" for name in ("bcprov", "bcpkix", "bcutil"))
JUDGE: Final = Path(__file__).parent / "StatusJudge.java"
SUBSCRIBERS: Final = [
    one for one in vars(profiles).values() if isinstance(one, Profile) and one not in (ROOT, ISSUING, OCSP_RESPONDER)
]


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A folder with what one instance issued and published, and how the judges find their way in it."""

    folder: Path
    authorities: Authorities
    responders: Responders
    at: int
    leaves: dict[str, Certificate]

    def question(self, name: str) -> OCSPRequest:
        """Return a request about one of the certificates."""
        with self.authorities.store.reading() as view:
            issuer = self.authorities.get(view, "issuing").certificate
        return OCSPRequest(questions=(CertificateId.of(self.leaves[name].serial, issuer, digest=Digest.SHA1),))


@pytest.fixture(params=["sm2", "p256"])
def issued(request: pytest.FixtureRequest, sqlite_store: Store, clock: SettableClock, tmp_path: Path) -> Issued:
    """Issue a certificate of every profile, revoke one, publish the lists, and write everything into a folder."""
    custody, algorithm = MemoryCustody(), KEYS[request.param]
    authorities = established(sqlite_store, custody, algorithm)
    responders = Responders(sqlite_store, custody, authorities)
    responders.keep_fresh()
    leaves: dict[str, Certificate] = {}
    for name, profile in ({one.name: one for one in SUBSCRIBERS} | {"revoked": SEAL_OWNER}).items():
        subject = Name(
            common_name=f"证书 {name}", organisation="某市某局", organisation_identifier="11330100MB0000001X"
        )
        with sqlite_store.transaction() as tx:
            key = custody.generate(tx, KeyPurpose.DOCUMENT, algorithm)
            order = authorities.prepare(tx, issuer="issuing", profile=profile, subject=subject, key=key)
        leaves[name] = authorities.sign(order)
        with sqlite_store.transaction() as tx:
            authorities.record(tx, order, leaves[name])
    clock.advance(timedelta(minutes=1))
    revoke(authorities, leaves["revoked"])
    authorities.keep_lists_fresh()
    clock.advance(timedelta(minutes=1))
    with sqlite_store.reading() as view:
        root, issuing = (authorities.get(view, name).certificate for name in ("root", "issuing"))
        responder = pki_repository.responder(view, "issuing")
        lists = {
            "shard": pki_repository.revocation_list(view, "issuing", 0),
            "root": pki_repository.revocation_list(view, "root"),
            "complete": pki_repository.revocation_list(view, "issuing"),
        }
    assert responder is not None
    leaves["responder"] = responder.certificate
    made = Issued(
        folder=tmp_path,
        authorities=authorities,
        responders=responders,
        at=int(clock.now().timestamp()),
        leaves=leaves,
    )
    files = {"root": root, "issuing": issuing, **{f"leaf-{name}": one for name, one in leaves.items()}}
    for name, certificate in files.items():
        (tmp_path / f"{name}.cer").write_bytes(certificate.der)
        (tmp_path / f"{name}.pem").write_bytes(pem(certificate.der))
    for name, one in lists.items():
        assert one is not None
        (tmp_path / f"{name}.crl").write_bytes(one.der)
        (tmp_path / f"{name}.crl.pem").write_bytes(pem(one.der, "X509 CRL"))
    for name in leaves:
        (tmp_path / f"{name}.ocsp").write_bytes(responders.answer("issuing", made.question(name).der).der)
    asked = make_request(custody, custody.make(KeyPurpose.SEAL_OWNER, algorithm), Name(common_name="asked").der)
    (tmp_path / "request.der").write_bytes(asked.der)
    return made


def test_bouncycastle_judges_every_profile(issued: Issued) -> None:
    expected = dict.fromkeys(issued.leaves, ("good", "good")) | {
        "revoked": ("revoked", "revoked"),
        "responder": ("good", "good"),
    }
    jars = required("BouncyCastle", JARS if all(jar.exists() for jar in JARS) else None)
    arguments = [part for name, outcome in expected.items() for part in (name, *outcome)]
    command = [
        program("java"),
        "-cp",
        os.pathsep.join(map(str, jars)),
        JUDGE,
        issued.folder,
        issued.at * 1000,
        *arguments,
    ]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 2 * len(expected) + 1
    assert all(line.startswith("OK ") for line in done.stdout.splitlines())


def test_bouncycastle_finds_what_is_wrong(issued: Issued) -> None:
    jars = required("BouncyCastle", JARS if all(jar.exists() for jar in JARS) else None)
    (issued.folder / "revoked.ocsp").write_bytes((issued.folder / f"{DOCUMENT_SIGNER.name}.ocsp").read_bytes())
    command = [program("java"), "-cp", os.pathsep.join(map(str, jars)), JUDGE, issued.folder, issued.at * 1000]
    arguments = ["revoked", "revoked", "revoked"]
    done = subprocess.run(
        list(map(str, [*command, *arguments])), capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (1, "FAILED revoked status")


def openssl(issued: Issued, *arguments: str) -> tuple[int, str]:
    """Run OpenSSL in the folder, and return its exit code and everything it said."""
    command = [program("openssl"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=issued.folder)
    return done.returncode, done.stdout + done.stderr


P256_ALONE = pytest.mark.parametrize("issued", ["p256"], indirect=True)
"""OpenSSL 3.0 hashes no identity of SM2 in lists, responses and above the leaf; BouncyCastle judges these."""


@P256_ALONE
@pytest.mark.parametrize("listed", ["shard", "complete"])
def test_openssl_verifies_chains_with_both_kinds_of_lists(issued: Issued, listed: str) -> None:
    common = ("verify", "-attime", str(issued.at), "-CAfile", "root.pem", "-untrusted", "issuing.pem", "-crl_check_all")
    for name in issued.leaves:
        lists = ("-CRLfile", f"{listed}.crl.pem", "-CRLfile", "root.crl.pem")
        if name == "responder" and listed == "shard":
            continue  # it names no list, and nobody has to ask for it
        code, told = openssl(issued, *common, *lists, f"leaf-{name}.pem")
        assert (code == 0, "certificate revoked" in told) == (name != "revoked", name == "revoked"), told


def is_sm2(issued: Issued) -> bool:
    """Tell whether the folder is one in SM2."""
    return issued.leaves["revoked"].key_family == "sm2"


@P256_ALONE
def test_openssl_judges_ocsp(issued: Issued) -> None:
    for name in issued.leaves:
        code, told = openssl(
            issued,
            *("ocsp", "-issuer", "issuing.pem", "-cert", f"leaf-{name}.pem", "-CAfile", "root.pem"),
            *("-verify_other", "issuing.pem", "-attime", str(issued.at), "-respin", f"{name}.ocsp"),
            *("-validity_period", "999999999"),
        )
        assert code == 0, told
        assert "Response verify OK" in told
        assert f"leaf-{name}.pem: {'revoked' if name == 'revoked' else 'good'}" in told, told


@P256_ALONE
def test_what_openssl_asks_is_answered(issued: Issued) -> None:
    name = DOCUMENT_SIGNER.name
    for digest in ("-sha1", "-sha256"):
        asked = ("ocsp", "-issuer", "issuing.pem", digest, "-cert", f"leaf-{name}.pem", "-reqout", "asked.der")
        openssl(issued, *asked)
        request = (issued.folder / "asked.der").read_bytes()
        assert OCSPRequest.from_der(request).nonce is not None
        (issued.folder / "told.der").write_bytes(issued.responders.answer("issuing", request).der)
        code, told = openssl(
            issued,
            *("ocsp", "-reqin", "asked.der", "-no_nonce", "-respin", "told.der", "-CAfile", "root.pem"),
            *("-verify_other", "issuing.pem", "-attime", str(issued.at)),
        )
        assert code == 0, told
        assert "Response verify OK" in told
        assert "WARNING: no nonce" not in told
        assert "Nonce Verify error" not in told


def test_openssl_reads_requests(issued: Issued) -> None:
    sm2 = ("-vfyopt", "distid:1234567812345678") if is_sm2(issued) else ()
    code, told = openssl(issued, "req", "-inform", "DER", "-in", "request.der", "-verify", "-noout", *sm2)
    assert (code, "verify OK" in told) == (0, True), told
