"""`trust time` and `trust trust-list`: what an operator reads, and the exit codes."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.time_command import kernel_words, renew_all
from api.wiring import Instance
from tests.api.builders import Service, copied, settings_for
from tests.api.commands import Run, on_instance
from tests.builders import FOUNDED, PKI
from tests.fakes.clock import NOW
from trust import repository
from trust.founding import Role
from trust.kernel_clock import KernelClockState
from trust.profiles import TRUST_LIST
from trust.time_ledger import CONFIRMED, TimeLedger
from trust.trust_list import ListedCertificate, TrustList, sign_trust_list
from trust.validation_policy import Purpose
from trust.verdict import Outcome


@pytest.fixture
def instance(founded_folder: Path, tmp_path: Path) -> Path:
    """Return the folder of a founded instance of the test's own."""
    return copied(founded_folder, tmp_path / "instance")


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], instance: Path) -> Run:
    """Return what runs a command on the instance."""
    return on_instance(instance, monkeypatch, capsys)


def state_from_the_future(folder: Path) -> None:
    """Put a token on record that was made when the clock was wrong by a hundred years."""
    opened = Instance.open(settings_for(folder))
    TimeLedger(opened.base.store).issued("tsa-sm2", b"token", NOW + timedelta(days=36500))
    opened.base.store.close()


def test_a_clock_in_order(trust: Run) -> None:
    code, out, _ = trust("time", "status")
    assert code == 0
    assert "last stated    –" in out
    assert "kernel" in out
    assert "trusted" in out


def test_a_clock_behind_what_was_stated(trust: Run, instance: Path) -> None:
    state_from_the_future(instance)
    code, out, _ = trust("time", "status")
    assert code == 1
    assert "last stated    2126" in out
    assert "trust time confirm" in out


def test_an_operator_confirms(trust: Run, instance: Path) -> None:
    state_from_the_future(instance)
    code, out, _ = trust("time", "confirm", "--reason", "compared with a receiver")
    assert code == 0
    assert "confirmed" in out
    assert trust("time", "status").code == 0
    opened = Instance.open(settings_for(instance))
    with opened.base.store.reading() as view:
        found = repository.newest_event(view, CONFIRMED)
    opened.base.store.close()
    assert found is not None
    assert found.event.facts == {"reason": "compared with a receiver"}


def test_a_kernel_that_does_not_say() -> None:
    def read() -> KernelClockState:
        raise OSError(1, "Operation not permitted")

    assert kernel_words(read) == "not told (Operation not permitted)"
    right = KernelClockState(synchronised=True, maximum_error=timedelta(milliseconds=3))
    assert kernel_words(lambda: right) == "kept in step, wrong by 0.003 s at most"


def test_nobody_confirms_without_a_reason(trust: Run) -> None:
    code, _, err = trust("time", "confirm", "--reason", " ")
    assert code == 1
    assert "reason.missing" in err


def test_a_list_is_exported_and_judged(trust: Run, instance: Path, tmp_path: Path) -> None:
    out = tmp_path / "list.json"
    code, told, _ = trust("trust-list", "export", "--out", out)
    assert code == 0
    assert "number 1" in told
    opened = Instance.open(settings_for(instance))
    with opened.base.store.reading() as view:
        root = opened.base.authorities.get(view, "root-sm2").certificate
    opened.base.store.close()
    anchor = tmp_path / "root.cer"
    anchor.write_bytes(root.der)
    code, told, _ = trust("trust-list", "verify", out, "--anchor", anchor)
    assert code == 0
    assert "seal-maker-1" in told
    assert "time-stamping" in told
    code, _, err = trust("trust-list", "verify", out, "--anchor", anchor, "--remembered", "2")
    assert (code, "trust_list.rolled_back" in err) == (1, True)
    out.write_bytes(b"{}")
    code, _, err = trust("trust-list", "verify", out, "--anchor", anchor)
    assert (code, "trust_list.malformed" in err) == (1, True)


def test_an_old_list_is_shown_and_not_relied_on(trust: Run, sm2_pki: PKI, tmp_path: Path) -> None:
    signer = sm2_pki.issue(TRUST_LIST)
    old = TrustList(
        source="https://trust.example",
        sequence=1,
        issued=FOUNDED + timedelta(days=1),
        next_update=FOUNDED + timedelta(days=8),  # which was long ago when this was written
        anchors=(
            ListedCertificate(name="root", certificate=sm2_pki.root.certificate, purposes=frozenset({Purpose.SEALING})),
        ),
        revocation_lists=sm2_pki.evidence.revocation_lists,
    )
    out, anchor = tmp_path / "list.json", tmp_path / "root.cer"
    out.write_bytes(sign_trust_list(old, signer.signer, (signer.certificate, sm2_pki.issuing.certificate)))
    anchor.write_bytes(sm2_pki.root.certificate.der)
    code, told, _ = trust("trust-list", "verify", out, "--anchor", anchor)
    assert code == 2
    assert "indeterminate" in told


def test_an_anchor_that_is_none(trust: Run, tmp_path: Path) -> None:
    out = tmp_path / "list.json"
    out.write_bytes(b"{}")
    assert trust("trust-list", "verify", out, "--anchor", out).code == 2


# --- time-stamps of what others keep


def test_documents_get_a_further_time_stamp(
    furnished: Service, evidence_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    instance, document = furnished.instance, evidence_folder / "licence.pdf"
    end = instance.service_keys.certificate(Role.TIME_STAMP_P256).not_after
    furnished.clock.set(end - timedelta(days=100))
    instance.base.authorities.keep_lists_fresh()
    assert not renew_all(instance, [document], tmp_path)
    assert "the authority's own certificate ends no later" in capsys.readouterr().out
    instance.base.rotation.rotate(Role.TIME_STAMP_P256, actor="operator")
    instance.service_keys.refresh()
    assert renew_all(instance, [document], tmp_path)
    until = instance.service_keys.certificate(Role.TIME_STAMP_P256).not_after
    assert capsys.readouterr().out == f"licence.pdf  proven until {until:%Y-%m-%d}\n"
    renewed = (tmp_path / "licence.pdf").read_bytes()
    assert renewed.startswith(document.read_bytes())
    assert not renew_all(instance, [document], tmp_path)
    assert "is there already" in capsys.readouterr().out
    assert (tmp_path / "licence.pdf").read_bytes() == renewed
    furnished.clock.set(end + timedelta(days=100))
    found = instance.verification.file(renewed).report.document
    assert (found.outcome, found.proven_until) == (Outcome.PASSED, until)
    assert not renew_all(instance, [document], tmp_path / "later")
    assert "does not hold by itself" in capsys.readouterr().out


def test_what_does_not_hold_gets_none(trust: Run, evidence_folder: Path, tmp_path: Path) -> None:
    altered, none, secret = (evidence_folder / one for one in ("altered/licence.pdf", "seal.esl", "password.pdf"))
    code, out, _ = trust("time", "renew", altered, none, secret, "--out", tmp_path / "renewed")
    assert code == 1
    assert [line.split("  ")[1] for line in out.splitlines()][:2] == ["does not hold by itself", "no signed PDF"]
    assert "password" in out
    assert list((tmp_path / "renewed").iterdir()) == []
