"""`trust pki`: what an operator sees and does, on an instance of his own."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from api.foundation import Foundation
from tests.api.builders import copied, settings_for
from tests.api.commands import Run, on_instance
from tests.builders import PKI, revocation_list
from tests.fakes.custody import MemoryCustody
from trust import pki_repository, repository
from trust.certificates import Certificate, pem
from trust.certification_requests import CertificationRequest, make_request
from trust.clock import SystemClock
from trust.crypto.algorithms import KEYS
from trust.enveloped_keys import EnvelopedKey
from trust.profiles import SEAL_OWNER, Name
from trust.signing import KeyPurpose, KeyReference


@pytest.fixture
def folder(founded_folder: Path, tmp_path: Path) -> Path:
    """Return the folder of a founded instance of the test's own."""
    return copied(founded_folder, tmp_path / "instance")


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path, tmp_path: Path) -> Run:
    """Return what runs a command on the instance."""
    monkeypatch.chdir(tmp_path)
    return on_instance(folder, monkeypatch, capsys)


@contextmanager
def opened(folder: Path) -> Iterator[Foundation]:
    """Open the instance beside the commands."""
    base = Foundation.open(settings_for(folder))
    with closing(base.store):
        yield base


def tags(folder: Path) -> list[str]:
    """Return the tags of the audit trail."""
    with opened(folder) as base, base.store.reading() as view:
        return [one.event.tag for one in repository.events(view)]


def issued(folder: Path) -> Certificate:
    """Let the instance issue a certificate."""
    with opened(folder) as base:
        with base.store.transaction() as tx:
            key = base.custody.generate(tx, KeyPurpose.SEAL_OWNER, KEYS["sm2"])
            subject = Name(common_name="33010000000001", organisation="某市某局")
            order = base.authorities.prepare(tx, issuer="issuing-sm2", profile=SEAL_OWNER, subject=subject, key=key)
        certificate = base.authorities.sign(order)
        with base.store.transaction() as tx:
            base.authorities.record(tx, order, certificate)
    return certificate


def new_key(folder: Path, purpose: KeyPurpose = KeyPurpose.SEAL_OWNER) -> KeyReference:
    """Make a key that no certificate is there for."""
    with opened(folder) as base, base.store.transaction() as tx:
        return base.custody.generate(tx, purpose, KEYS["sm2"])


def test_the_list_shows_every_authority(trust: Run) -> None:
    answer = trust("pki", "list", "--json")
    assert (answer.code, answer.err) == (0, "")
    told = json.loads(answer.out)
    assert [one["authority"] for one in told["authorities"]] == ["issuing-p256", "issuing-sm2", "root-p256", "root-sm2"]
    assert [one["shards"] for one in told["authorities"]] == [1, 1, 0, 0]
    assert (told["waiting"], told["ending"]) == ([], [])
    table = trust("pki", "list").out
    assert all(name in table for name in ("issuing-sm2", "root-p256", "generation"))


def test_a_certificate_is_shown_revoked_and_published(trust: Run, folder: Path, tmp_path: Path) -> None:
    certificate = issued(folder)
    file = tmp_path / "one.pem"
    file.write_bytes(pem(certificate.der))
    shown = trust("pki", "show", file).out
    assert f"{certificate.serial:x}" in shown
    assert "33010000000001" in shown
    assert shown.rstrip().endswith("good")
    assert trust("pki", "revoke", file, "--reason", "1", "--actor", "wang").code == 0
    assert "revoked at" in trust("pki", "show", file).out
    with opened(folder) as base, base.store.reading() as view:
        made = pki_repository.revocation_list(view, "issuing-sm2", 0)
        (event,) = (one.event for one in repository.events(view) if one.event.tag == "certificate:revoke:done")
    assert made is not None
    assert made.entry(certificate.serial) is not None
    assert event.actor == "operator:wang"


@pytest.mark.parametrize("reason", ["6", "7", "8", "11"])
def test_a_reason_that_there_is_not(trust: Run, folder: Path, tmp_path: Path, reason: str) -> None:
    file = tmp_path / "one.cer"
    file.write_bytes(issued(folder).der)
    assert trust("pki", "revoke", file, "--reason", reason).code == 2
    assert "certificate:revoke:done" not in tags(folder)


def test_a_certificate_of_somebody_else(trust: Run, sm2_pki: PKI, tmp_path: Path) -> None:
    file = tmp_path / "one.cer"
    file.write_bytes(sm2_pki.signer.certificate.der)
    assert "not issued here" in trust("pki", "show", file).out
    refused = trust("pki", "revoke", file, "--reason", "1")
    assert (refused.code, "certificate.unknown" in refused.err) == (1, True)


def test_a_list_is_published_when_asked_for(trust: Run) -> None:
    first, second = (trust("pki", "publish", "root-sm2").out for _ in range(2))
    assert [int(one.split()[1]) for one in (first, second)] == [2, 3]
    assert trust("pki", "publish", "none").code == 1


def test_a_licensed_authority_certifies_a_key(trust: Run, folder: Path, tmp_path: Path) -> None:
    licensed, now = PKI.found(), SystemClock().now()
    key = new_key(folder)
    root, chain, crl = (tmp_path / name for name in ("root.pem", "chain.pem", "list.crl"))
    root.write_bytes(pem(licensed.root.certificate.der))
    told = trust("pki", "trust", root, "--purpose", "sealing").out
    assert licensed.root.certificate.fingerprint in told
    named = ("--common-name", "33010000000001", "--organisation", "某市某局", "--identifier", "11330100MB0000001X")
    answer = trust("pki", "request", key.handle, *named)
    assert answer.code == 0, answer.err
    name = answer.out.split(":")[0]
    request = CertificationRequest.read((tmp_path / "request.pem").read_bytes())
    request.prove()
    assert request.common_name == "33010000000001"
    assert json.loads(trust("pki", "list", "--json").out)["waiting"] == [{"request": name, "key": key.handle}]
    assert name in trust("pki", "list").out
    assert trust("pki", "export", name, "--out", tmp_path / "exported.pem").code == 0
    assert CertificationRequest.read((tmp_path / "exported.pem").read_bytes()).der == request.der
    begun = now - timedelta(days=1)
    made = licensed.issue(SEAL_OWNER, key=key, at=begun, not_after=now + timedelta(days=30)).certificate
    chain.write_bytes(pem(made.der) + pem(licensed.issuing.certificate.der))
    assert trust("pki", "import", name, chain).code == 0
    crl.write_bytes(revocation_list(licensed.issuing, this_update=now - timedelta(hours=1)).der)
    assert trust("pki", "import-crl", crl).code == 0
    (ending,) = json.loads(trust("pki", "list", "--json").out)["ending"]
    assert (ending["request"], ending["certificate"]) == (name, made.fingerprint)
    assert "renew" in trust("pki", "list").out
    again = trust("pki", "renew", name, "--out", tmp_path / "again.pem")
    assert again.code == 0
    assert CertificationRequest.read((tmp_path / "again.pem").read_bytes()).public_key == key.public_key
    assert trust("pki", "distrust", licensed.root.certificate.fingerprint).code == 0
    refused = trust("pki", "import", again.out.split(":")[0], chain)
    assert (refused.code, "certificate.not_accepted" in refused.err) == (1, True)
    done = [tag for tag in tags(folder) if tag.split(":")[0] in ("anchor", "certificate", "revocation_list")]
    for tag in ("anchor:trust:done", "certificate:request:done", "certificate:import:done", "anchor:distrust:done"):
        assert tag in done


def test_double_certificates_are_issued(trust: Run, tmp_path: Path) -> None:
    custody = MemoryCustody()
    for family in ("sm2", "p256"):
        made = make_request(custody, custody.make(KeyPurpose.DOCUMENT, KEYS[family]), Name(common_name="asked").der)
        (tmp_path / f"{family}.pem").write_bytes(made.pem)
    named = ("--common-name", "某局", "--organisation", "某局", "--out", tmp_path / "out")
    answer = trust("pki", "issue-double", tmp_path / "sm2.pem", *named)
    assert answer.code == 0, answer.err
    signing, encryption = (Certificate.from_pem((tmp_path / "out" / f"{one}.pem").read_bytes()) for one in PAIR)
    assert (signing.common_name, encryption.common_name) == ("某局", "某局")
    envelope = EnvelopedKey.from_der((tmp_path / "out" / "encryption-key.der").read_bytes())
    assert envelope.public_key == encryption.public_key.sm2
    refused = trust("pki", "issue-double", tmp_path / "p256.pem", *named)
    assert (refused.code, "certificate.encryption_needs_sm2" in refused.err) == (1, True)


PAIR = ("signing", "encryption")


def test_a_key_that_our_own_authorities_certify_asks_nobody_else(trust: Run, folder: Path, tmp_path: Path) -> None:
    key = new_key(folder, KeyPurpose.AUDIT)
    assert trust("pki", "request", key.handle, "--common-name", "a", "--organisation", "b").code == 2
    assert not (tmp_path / "request.pem").exists()


def test_an_authority_is_succeeded(trust: Run, folder: Path) -> None:
    answer = trust("pki", "rotate-authority", "issuing-sm2", "--actor", "wang")
    assert answer.code == 0, answer.err
    assert answer.out.startswith("issuing-sm2-g2:")
    assert issued(folder).issuer_common_name.endswith(" G2")
    assert trust("pki", "publish", "issuing-sm2").code == 0  # the key of before still signs its lists
    root = trust("pki", "rotate-authority", "root-sm2")
    assert "BEGIN CERTIFICATE" in root.out
    assert "a new anchor" in root.out
    assert trust("pki", "rotate-authority", "none").code == 1
