"""OpenSSL judges the certificates and lists of the story.

OpenSSL 3.0 tells the user identity of SM2 to the leaf alone, and never to a list: chains in SM2 are shown to it step by
step, and lists in SM2 are read by it but not verified.
"""

import subprocess
from pathlib import Path
from typing import Final

import pytest

from tests.judges import program
from tests.story import Played

pytestmark = pytest.mark.interop

DISTID: Final = ("-vfyopt", "distid:1234567812345678")
SM2: Final = ("owner", "seal-maker", "tsa-sm2", "licence-claim", "audit", "trust-list", "status-publisher")
P256: Final = ("signer", "tsa-p256")
LISTS: Final = ("root-sm2", "issuing-sm2", "root-p256", "issuing-p256")


def openssl(*arguments: str | Path) -> str:
    """Run it, and return what it said once it has succeeded."""
    command = [program("openssl"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout + done.stderr


def test_it_verifies_the_authority_in_sm2(played: Played) -> None:
    root, issuing = played.evidence / "anchors" / "root-sm2.pem", played.evidence / "certs" / "issuing-sm2.pem"
    openssl("verify", "-x509_strict", *DISTID, "-CAfile", root, issuing)


@pytest.mark.parametrize("name", SM2)
def test_it_verifies_certificates_in_sm2(played: Played, name: str) -> None:
    certs = played.evidence / "certs"
    told = ("-x509_strict", *DISTID, "-partial_chain", "-trusted", certs / "issuing-sm2.pem")
    openssl("verify", *told, certs / f"{name}.pem")


@pytest.mark.parametrize("name", P256)
def test_it_verifies_chains_with_their_lists_in_p256(played: Played, tmp_path: Path, name: str) -> None:
    certs, crl = played.evidence / "certs", played.evidence / "crl"
    lists = tmp_path / "lists.pem"
    lists.write_text("".join(openssl("crl", "-inform", "DER", "-in", crl / f"{one}.crl") for one in LISTS[2:]))
    known = ("-CAfile", played.evidence / "anchors" / "root-p256.pem", "-untrusted", certs / "issuing-p256.pem")
    openssl("verify", "-x509_strict", "-crl_check_all", "-CRLfile", lists, *known, certs / f"{name}.pem")


@pytest.mark.parametrize("name", LISTS[2:])
def test_it_verifies_lists_in_p256(played: Played, name: str) -> None:
    folder = "anchors" if name.startswith("root") else "certs"
    issuer = played.evidence / folder / f"{name}.pem"
    told = ("-inform", "DER", "-in", played.evidence / "crl" / f"{name}.crl", "-noout")
    assert "verify OK" in openssl("crl", *told, "-CAfile", issuer)


@pytest.mark.parametrize("name", LISTS)
def test_it_reads_every_list(played: Played, name: str) -> None:
    told = openssl("crl", "-inform", "DER", "-in", played.evidence / "crl" / f"{name}.crl", "-noout", "-text")
    assert "Version 2 (0x1)" in told
    assert ("SM2-with-SM3" if name.endswith("sm2") else "ecdsa-with-SHA256") in told
    assert "X509v3 Authority Key Identifier" in told
